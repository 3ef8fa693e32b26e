"""No free text of a case stands anywhere in clear; and after erasure, no key to it anywhere at all."""

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from typing import Any

import psycopg
import pytest
from django.db import connection
from PIL import Image

from huiyin.casework import codes, erasure, health, law, openings, projection, reading, receipts, releases
from huiyin.casework.models import BodyRow, CaseRow, CodeRow, Release
from huiyin.casework.permissions import NotYours
from huiyin.ledger import audit
from huiyin.ledger.facts import Fact, facts_of
from huiyin.vault.keys import Erased
from huiyin.vault.models import Sealed, WrappedKey
from tests import databases
from tests.casework import everything
from tests.casework.canaries import found_in, kept, spellings
from tests.casework.cast import (
    CLERK,
    CLERK2,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    PERSON,
    PETITIONER,
    SYSTEM,
    TODAY,
    Attachment,
    document,
    file,
    photo,
    routed,
    served,
    take,
)
from tests.casework.everything import MAIN, Told, filed, go
from tests.environment import DATA, SERVER

pytestmark = pytest.mark.usefixtures("county")
NOTICE_NUMBER = re.compile(r'"notice_number":"[^"]*"')  # the office's own name stands in it
NUMBERS = ["13912340987", "11010519491231002X"]


def healthy() -> None:
    assert not list(audit.audit())
    assert not list(health.audit_sealed())
    assert not list(projection.rebuild(check=True))


def flush() -> None:
    """Everything into the files: what a stolen disk would show."""
    if not SERVER:
        connection.close()


# --- the search itself must be able to find -----------------------------------------------------------


@pytest.mark.parametrize("where", ["column", "file"])
@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-16-le"),
        lambda text: base64.b64encode(b"xy" + text.encode() + b"z"),
        lambda text: json.dumps({"t": text}).encode(),
    ],
)
def test_the_search_finds_what_is_there(where: str, spelt: Any) -> None:
    text = "暗语九号秘密的话Kx7qZ"
    assert not found_in(kept(), [text])
    if where == "file":
        DATA.joinpath("queue").mkdir()
        DATA.joinpath("queue", "job.bin").write_bytes(b"..." + spelt(text) + b"...")
    else:
        Sealed.objects.create(ref="r", case_id="c", kind="paper", blob=spelt(text))
    flush()
    assert found_in(kept(), [text])


def test_a_spelling_in_base64_is_found_at_every_offset() -> None:
    for offset in range(6):
        data = base64.b64encode(b"-" * offset + "暗语九号秘密的话".encode() + b"...")
        assert any(spelling in data for spelling in spellings("暗语九号秘密的话"))


# --- clear parts --------------------------------------------------------------------------------------


def test_no_words_of_any_step_stand_in_clear_anywhere() -> None:
    told = everything.everything()
    book = law.book_in_force()
    assert told.steps == set(book.steps), "a step of the book is not tried here"
    with_words = {step.id for step in book.steps.values() if any(item.sealed for item in step.fields)}
    assert with_words <= told.steps
    flush()
    assert not found_in(kept(), [*told.canaries, *NUMBERS])
    healthy()
    for fact in Fact.objects.all():
        for text in (fact.clear, fact.public_content):
            clear = NOTICE_NUMBER.sub("", text)
            assert clear.isascii() or "城乡建设" in text, (
                fact.kind
            )  # an imported class is the sheet's own word


def test_sealed_words_come_back_to_whoever_may_read_them() -> None:
    """The other side: nothing is lost by sealing."""
    told = Told()
    case = filed(told)
    go(told, case, MAIN)
    shown = json.dumps(
        [moment.texts for moment in reading.timeline(case, PETITIONER, "zh-hans")], ensure_ascii=False
    )
    words = reading.words(case, PETITIONER)
    shown += "".join((words.title, words.body, *words.requests, words.place_detail, words.occurred))
    papers = [paper for moment in reading.timeline(case, PETITIONER, "zh-hans") for paper in moment.papers]
    shown += "".join(paper.name for paper in papers)
    person = openings.open_identity(case, OFFICER, "contact", NOW)
    assert person is not None
    shown += person.name + person.address
    for paper in papers:
        shown += reading.original(case, paper.ref, PETITIONER)[2].decode("latin-1")
    missing = [c for c in told.canaries if c not in shown and c[::-1] not in shown]
    assert not missing


# --- papers -------------------------------------------------------------------------------------------


def test_pictures_are_shown_redrawn_and_the_original_goes_to_the_petitioner_alone() -> None:
    data = photo()
    case = routed(
        attachments=(
            Attachment("瓷砖.jpg", "image/jpeg", data),
            Attachment("信.pdf", "application/pdf", document()),
        )
    )
    first, second = reading.words(case, OFFICER).papers
    assert (first.name, first.mime, first.size) == ("瓷砖.jpg", "image/jpeg", len(data))
    for actor in (OFFICER, PETITIONER):
        name, mime, shown = reading.paper(case, first.ref, actor)
        assert (name, mime) == ("瓷砖.jpg", "image/jpeg")
        assert b"Exif" not in shown
        assert b"canary" not in shown
        assert not Image.open(BytesIO(shown)).getexif()
    assert b"pdf-canary" not in reading.paper(case, second.ref, OFFICER)[2]
    assert reading.original(case, first.ref, PETITIONER) == ("瓷砖.jpg", "image/jpeg", data)
    for actor in (OFFICER, CLERK, HEAD):
        with pytest.raises(NotYours):
            reading.original(case, first.ref, actor)


def test_a_paper_of_one_case_is_not_reached_through_another() -> None:
    case = routed(attachments=(Attachment("瓷砖.jpg", "image/jpeg", photo()),))
    other = routed(body="另一件事：路灯坏了三个月没人修。")
    (paper,) = reading.words(case, OFFICER).papers
    with pytest.raises(NotYours):
        reading.paper(other, paper.ref, OFFICER)
    with pytest.raises(NotYours):
        reading.original(other, paper.ref, PETITIONER)


# --- erasure ------------------------------------------------------------------------------------------


def a_full_life(told: Told) -> str:
    """Filed by a form with papers, handled with words, made public, taken back, made public again, closed."""
    case = filed(told, token="t" * 22, channel="web", actor=PETITIONER)
    go(told, case, MAIN)
    for turn in range(2):
        public = [told.canary(f"public {name} {turn}") for name in ("title", "question", "answer")]
        release = releases.release(case, HEAD, *public, NOW)
        if turn == 0:
            releases.unrelease(release, HEAD, NOW)
    openings.open_identity(case, OFFICER, "serve", NOW)
    codes.approve_code(codes.request_code(case, CLERK, NOW), CLERK2, NOW)
    return case


def secrets_of(case: str) -> list[bytes]:
    """What opens the case's words or tells them again: the wrapped key, sealed papers, the body's digest."""
    return [
        *(bytes(row.wrapped) for row in WrappedKey.objects.filter(case_id=case)),
        *(bytes(row.blob) for row in Sealed.objects.filter(case_id=case)),
        *(bytes(row.mac) for row in BodyRow.objects.filter(case_id=case)),
    ]


def test_erasing_a_case_leaves_nothing_of_its_words_in_any_byte_kept() -> None:
    told, others = Told(), Told("乙")
    kept_case = filed(others)
    case = a_full_life(told)
    healthy()
    secrets = secrets_of(case)
    assert len(secrets) == 7  # key, person, four papers, digest
    assert found_in(kept(), secrets)
    assert erasure.erase(case, "petitioner", SYSTEM, NOW + 50 * DAY)
    for _ in range(2):  # at once, the write-ahead log included; and when the last connection has gone
        assert not found_in(kept(), [*secrets, *told.canaries, *NUMBERS])
        flush()
    assert CaseRow.objects.get(case_id=case).erased
    healthy()
    # and only that case
    assert reading.words(kept_case, CLERK).title in others.canaries
    assert WrappedKey.objects.count() == 1


@contextmanager
def reader() -> Iterator[None]:
    """Somebody with an older page open: a transaction of another connection that has read the keys."""
    if SERVER:
        other: Any = psycopg.connect(databases.url(databases.LIVE))
    else:
        other = sqlite3.connect(DATA / "huiyin.sqlite3", isolation_level=None)
    with closing(other):
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM vault_key").fetchall()
        yield
        other.rollback()


def test_while_somebody_reads_erasing_says_so_and_is_finished_later() -> None:
    case = file(person=None).case
    take(case, "withdraw", actor=PETITIONER)
    secrets = secrets_of(case)
    if not SERVER:
        connection.cursor().execute("PRAGMA busy_timeout = 100")  # an office waits longer
    with reader():
        assert not erasure.erase(case, "petitioner", SYSTEM, NOW)
        assert CaseRow.objects.get(case_id=case).erased
    assert health.scrub()
    assert not found_in(kept(), secrets)
    healthy()


def test_an_erased_case_keeps_its_place_in_the_log_and_tells_no_words() -> None:
    case = a_full_life(Told())
    before = {fact.id: (fact.public_content, bytes(fact.private_commit)) for fact in facts_of(case)}
    proof = receipts.receipt(case).index
    erasure.erase(case, "retention", SYSTEM, NOW + 50 * DAY)
    after = {fact.id: (fact.public_content, bytes(fact.private_commit)) for fact in facts_of(case)}
    assert before.items() <= after.items()
    assert [fact.kind for fact in facts_of(case)][-1] == "key.erased.1"
    moments = reading.timeline(case, CLERK, "zh-hans")
    assert moments[0].index == proof
    assert all(moment.texts == {} and moment.papers == () for moment in moments)
    for read in (receipts.receipt, lambda c: reading.words(c, CLERK)):
        with pytest.raises(Erased):
            read(case)
    assert not Release.objects.filter(case_id=case).exists()
    assert not CodeRow.objects.filter(case_id=case, live=True).exists()
    with pytest.raises(NotYours):
        take(case, "rate", {"rating": "satisfied"}, actor=PETITIONER, now=NOW + 51 * DAY)
    with pytest.raises(NotYours):
        openings.open_identity(case, OFFICER, "contact", NOW + 51 * DAY)
    assert not list(receipts.receipts([case]))


def test_a_withdrawn_case_can_be_erased_too() -> None:
    told = Told()
    case = filed(told)
    take(case, "withdraw", {"reason": told.canary("why")}, actor=PETITIONER)
    secrets = secrets_of(case)
    assert erasure.erase(case, "petitioner", SYSTEM, NOW)
    flush()
    assert not found_in(kept(), [*secrets, *told.canaries])
    healthy()


def test_nobody_erases_what_is_still_being_handled_or_is_not_theirs() -> None:
    case = routed()
    with pytest.raises(erasure.NotFinal):
        erasure.erase(case, "petitioner", SYSTEM, NOW)
    done = served()
    for actor in (CLERK, HEAD, PETITIONER):
        with pytest.raises(NotYours):
            erasure.erase(done, "petitioner", actor, NOW)
    take(done, "close", now=NOW + 40 * DAY)
    with pytest.raises(erasure.NotFinal):  # a promise of the answer is still to be kept
        erasure.erase(done, "court", SYSTEM, NOW + 40 * DAY)
    take(done, "report_execution", {"done_on": TODAY.isoformat(), "proof": "验收单"}, now=NOW + 40 * DAY)
    with pytest.raises(erasure.BadReason):
        erasure.erase(done, "inconvenient", SYSTEM, NOW + 40 * DAY)
    erasure.erase(done, "court", SYSTEM, NOW + 40 * DAY)
    with pytest.raises(erasure.NotFinal):
        erasure.erase(done, "court", SYSTEM, NOW + 40 * DAY)


def test_a_fact_changed_after_erasure_is_still_found() -> None:
    """The case's own salts are gone; the manifest of the erasing fact still vouches for the clear parts."""
    case = file().case
    take(case, "withdraw", actor=PETITIONER)
    erasure.erase(case, "petitioner", SYSTEM, NOW)
    fact = facts_of(case)[0]
    digest = base64.b64encode(hashlib.sha256(fact.clear.encode()).digest()).decode()
    assert facts_of(case)[-1].clear_json()["values"]["manifest"][0] == digest
    assert not list(health.audit_sealed())


def test_nothing_of_a_person_is_in_an_exception_or_a_repr() -> None:
    said = repr(PERSON) + str(PERSON)
    assert PERSON.name not in said
    assert PERSON.phone not in said
