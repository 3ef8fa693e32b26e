"""What the children of `nursery` do, and what they find, on the data of one installation."""

import hashlib
import os
import random
import re
import resource
import signal
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import Client
from django.utils import timezone

from huiyin.casework import health, law, projection, receipts
from huiyin.casework.filing import Registered, code_mac, register
from huiyin.casework.models import BodyRow, CaseRow, CodeRow, Submission
from huiyin.casework.records import past, unseal
from huiyin.intake.filing import Attachment, Filing, Person
from huiyin.ledger import audit, copies, sequencer
from huiyin.ledger.facts import Fact
from huiyin.ledger.models import Pending, StoredCheckpoint
from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from huiyin.vault import keys as vault_keys
from huiyin.vault.master import mac
from huiyin.vault.models import Sealed, WrappedKey
from tests.storm.journal import Journal, tokens

PETITIONER = Actor("petitioner")
OFFICE = "xfj"  # the one office of a county made without a file
UNLIMITED = 1073741823  # SQLite's own greatest max_page_count
CANARY = "金丝雀甲乙丙丁戊己庚辛"  # stands in what is filed, and must never stand in a log
ROOM_FOR_A_LINE = 4000  # bytes: less than a page of the database, enough for what is logged


def warm_up() -> None:
    """Read what every registration reads, so that no child has to; leave no connection open."""
    law.calendar(law.book_in_force())
    health.prepare()
    connections.close_all()


# --- registering --------------------------------------------------------------------------------------


def body_of(token: str) -> str:
    """The words that are filed under a token, always the same: a form sent again is the same form."""
    return f"第{token}封信：三号楼的外墙又掉瓷砖了。" + "请派人来看。" * (len(token) * 7 % 40)


def filing_of(token: str, body: str = "") -> tuple[Filing, Person | None]:
    chance = random.Random(token)
    papers = (Attachment("墙.jpg", "image/jpeg", chance.randbytes(3000)),) if chance.random() < 0.3 else ()
    filing = Filing(
        title=f"外墙瓷砖掉落（{token}）",
        body=body or body_of(token),
        requests=("请修好外墙",),
        place="",
        place_detail="滨江路八号",
        occurred="",
        occurred_on=None,
        category="construction",
        purpose="request",
        channel="web",
        received_on=law.day_of(timezone.now()),
        keep_name=chance.random() < 0.2,
        attachments=papers,
    )
    return filing, Person("封不觉", "13812345678") if chance.random() < 0.8 else None


def tokens_of_full_filings(name: str) -> Iterator[str]:
    """Of filings with a paper and a person: all take the same statements."""
    for number in count():
        filing, person = filing_of(f"{name} {number}")
        if filing.attachments and person:
            yield f"{name} {number}"


def send(token: str, body: str = "") -> Registered:
    filing, person = filing_of(token, body)
    return register(filing, person, actor=PETITIONER, office=OFFICE, now=timezone.now(), token=token)


def write(journals: list[str], endless: bool) -> None:
    """One thread for each journal: send what stands in it, then new matters until killed; note what came."""

    def work(place: Path) -> None:
        try:
            kept = Journal(place)
            for token in tokens(place, endless=endless):
                kept.sends(token)
                made = send(token)
                receipt = receipts.receipt(made.case)
                kept.acknowledges(
                    token,
                    case=made.case,
                    number=made.number,
                    code=made.code,
                    again=made.again,
                    index=receipt.index,
                    proof=receipt.proof.decode(),
                    opening=receipt.opening.decode(),
                    words=receipt.words.decode(),
                )
        except BaseException:  # a writer that fails ends its whole process, and so the test
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    running = [threading.Thread(target=work, args=(Path(place),)) for place in journals]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


# --- looking ------------------------------------------------------------------------------------------


def faults() -> list[str]:
    """Everything that is not whole: what `doctor` and `rebuild --check` say, and what neither looks for."""
    found = [*health.settings_faults(), *audit.audit(), *health.audit_sealed()]
    rows = projection.rebuild(check=True)
    return [
        *(f"{finding.code}: {finding.message}" for finding in found),
        *(f"{row.table} {row.key}: {', '.join(row.columns)}" for row in rows),
        *_half_saved(),
        *_series(),
    ]


def _half_saved() -> Iterator[str]:
    """Rows of a registration without the others of it."""
    cases = set(Fact.objects.values_list("case_id", flat=True))
    for model in (CaseRow, CodeRow, BodyRow, WrappedKey):
        has = Counter(model.objects.values_list("case_id", flat=True))
        if has != Counter(cases):
            yield f"{model._meta.db_table} does not have one row for each case"
    if not set(Submission.objects.values_list("case_id", flat=True)) <= cases:
        yield "a form's token was used for a case that is not there"
    told = sorted(ref for fact in Fact.objects.all() for ref in _papers(fact))
    if told != sorted(Sealed.objects.values_list("ref", flat=True)):
        yield "the sealed papers are not those that the facts tell of"


def _papers(fact: Fact) -> Iterator[str]:
    private = unseal(fact, vault_keys.open_key(fact.case_id)).data()
    yield from (paper["ref"] for paper in private["papers"])
    if person := past(fact).values["person"]:
        yield person


def _series() -> Iterator[str]:
    given: dict[str, list[int]] = {}
    for fact in Fact.objects.filter(seq=1):
        values = past(fact).values
        given.setdefault(values["series"], []).append(values["series_no"])
    for series, numbers in given.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the numbers of {series} have gaps or doubles"


def counts() -> dict[str, int]:
    return {"facts": Fact.objects.count(), "waiting": Pending.objects.count()}


def state() -> dict[str, Any]:
    return {**counts(), "faults": faults()}


def inventory(tokens: list[str], codes: list[str]) -> dict[str, Any]:
    """What the tables say at the end of a storm, in the order of what is asked for."""
    by_token = {bytes(row.token_mac): row.case_id for row in Submission.objects.all()}
    by_code = {bytes(row.mac): row.case_id for row in CodeRow.objects.filter(live=True)}
    return {
        **counts(),
        "faults": [*_half_saved(), *_series()],
        "numbers": dict(CaseRow.objects.values_list("case_id", "number")),
        "tokens": [by_token.get(mac("token", token.encode())) for token in tokens],
        "codes": [by_code.get(code_mac(code)) for code in codes],
        "notes": [bytes(row.note).decode() for row in StoredCheckpoint.objects.order_by("size")],
    }


def snapshot() -> dict[str, str]:
    """Each table's rows as one digest."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {table}")
            rows = sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor)
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


# --- dying --------------------------------------------------------------------------------------------


class Doom:
    """Kills this process at its `at`-th step; `at` 0 only counts.

    A step is the end of an SQL statement, of a commit, or a call made while the checkpoint is copied: in
    whichever thread, all of them in one count.
    """

    def __init__(self, at: int) -> None:
        self.at, self.count, self._lock = at, 0, threading.Lock()

    def step(self) -> None:
        with self._lock:
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)

    def arm(self) -> None:
        connection_created.connect(self._watch_connection, weak=False)
        commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

        def then_step(wrapper: Any) -> Any:
            result = commit(wrapper)
            self.step()
            return result

        BaseDatabaseWrapper._commit = then_step  # type: ignore[attr-defined]
        threading.setprofile(self._watch_calls)

    def _watch_connection(self, connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(self._statement)

    def _statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        result = execute(*arguments)
        self.step()
        return result

    def _watch_calls(self, frame: Any, event: str, _: Any) -> None:
        caller = frame.f_back if event == "call" else frame
        if event in ("call", "c_call") and caller and caller.f_code.co_filename == copies.__file__:
            self.step()


def register_and_die(token: str, at: int) -> int:
    """One registration with its receipt, killed at a step; how many steps it has, if it lives."""
    doom = Doom(at)
    doom.arm()
    receipts.receipt(send(token).case)
    return doom.count


def register_and_overrun(token: str, room: int) -> int:
    """One registration on SQLite, killed in the middle of the write that passes `room` bytes of a file.

    Returns the size of the write-ahead log, if it lives.
    """
    Fact.objects.exists()  # opens the files and makes the index of the log beside it, which is a file too
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    receipts.receipt(send(token).case)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return _wal().stat().st_size


def aftermath(token: str) -> dict[str, Any]:
    """What a killed registration left, what remains of it once it was looked after, and a second try."""
    left = state()
    sequencer.integrate()
    mended = counts()
    made = send(token)
    index = _index(made)
    whole = counts()  # the next aftermath begins with a look at everything
    connections.close_all()  # SQLite folds its write-ahead log into the file: the next child starts without
    return {"left": left, "mended": mended, "again": made.again, "index": index, "whole": whole}


def _index(made: Registered) -> int | None:
    sequencer.integrate()  # a machine that is too busy gave a promise first
    return receipts.receipt(made.case).index


# --- a full disk --------------------------------------------------------------------------------------


def _wal() -> Path:
    return Path(f"{settings.DATABASES['default']['NAME']}-wal")


@contextmanager
def no_room(kind: str, amount: int = 0) -> Iterator[None]:
    """A store that takes `amount` more (pages, bytes) and then nothing; on PostgreSQL no commit succeeds.

    Kinds: `pages`, `bytes`, `commit`, `refusal`; `… of the log` fills only what the sequencer writes.
    """
    with {
        "pages": _few_pages,
        "pages of the log": _few_pages_for_the_sequencer,
        "bytes": _few_bytes,
        "commit": lambda _: _failing_commit("ledger_fact", "disk_full"),
        "refusal": lambda _: _failing_commit("ledger_fact", "integrity_constraint_violation"),
        "commit of the log": lambda _: _failing_commit("ledger_checkpoint", "disk_full"),
    }[kind](amount):
        yield


@contextmanager
def _few_pages(amount: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0] + amount
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        with _few_pages_for_the_sequencer(pages):
            yield
        cursor.execute(f"PRAGMA max_page_count = {UNLIMITED}")


@contextmanager
def _few_pages_for_the_sequencer(pages: int) -> Iterator[None]:
    """Its thread opens a connection for each round; the limit is one of the connection."""

    def limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {pages or 1}")  # never fewer than there are

    connection_created.connect(limit)
    yield
    connection_created.disconnect(limit)


@contextmanager
def _few_bytes(amount: int) -> Iterator[None]:
    """No file may grow past `amount`, the write-ahead log first. Python ignores SIGXFSZ: the write fails."""
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or there would be room to write it over
    resource.setrlimit(resource.RLIMIT_FSIZE, (amount, resource.RLIM_INFINITY))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def _failing_commit(table: str, condition: str) -> Iterator[None]:
    """A trigger that PostgreSQL runs at commit, when everything was written; its message quotes a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION storm_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'could not extend file \"base/5/16384\": No space left on device'"
            f" USING ERRCODE = '{condition}', DETAIL = 'Failing row contains ({CANARY}).'; END $$"
        )
        cursor.execute(
            f"CREATE CONSTRAINT TRIGGER storm_full AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION storm_full()"
        )
        try:
            yield
        finally:
            cursor.execute("DROP FUNCTION storm_full CASCADE")


def register_until_full(kind: str, amount: int, name: str) -> dict[str, Any]:
    """Register until it fails, try once more, then again with room: what each try left in the tables."""
    body = f"{CANARY}：外墙掉瓷砖。" + "请派人来看。" * 300
    done: list[bool] = []
    refusals: list[str] = []
    with no_room(kind, amount):
        before = snapshot()
        while not refusals:
            token = f"{name}.{len(done)}"
            try:
                done.append(send(token, body).integrated)
                before = snapshot()
            except DatabaseError as refusal:
                refusals.append(type(refusal).__name__)
            assert len(done) < 200, "the store is not full yet"
        after = snapshot()
        try:
            send(token, body)
        except DatabaseError as refusal:
            refusals.append(type(refusal).__name__)
        still = snapshot()
    made = send(token, body)
    return {
        "registered": len(done),
        "refusals": refusals,
        "unchanged": before == after == still,
        "again": made.again,
        "index": _index(made),
        "state": state(),
    }


def register_failing_at_each_statement(name: str) -> dict[str, Any]:
    """The k-th statement fails, for every k: whether the tables stayed as they were each time."""
    unchanged: list[bool] = []
    refused, late, at = [], 0, 1
    for token in islice(tokens_of_full_filings(name), 300):
        before, failure = snapshot(), FailingAt(at)
        try:
            with connection.execute_wrapper(failure):
                made = send(token)
        except DatabaseError:
            unchanged.append(snapshot() == before)
            refused.append(token)
            at += 1
            continue
        if made.integrated and late:
            break
        # After the commit nothing is refused any more. Whoever read something anew had a statement more
        # than this filing: then its last one is the next to fail.
        late += failure.count == at
        at = failure.count + 1 if failure.count == at else failure.count
    again = [send(token).again for token in refused]
    sequencer.integrate()
    return {"unchanged": unchanged, "late": late, "again": again, "state": state()}


class FailingAt:
    """Makes the `at`-th statement of this thread's connection fail as on a full disk."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.count += 1
        if self.count == self.at:
            raise OperationalError("database or disk is full")
        return execute(*arguments)


def register_and_stay(kind: str, token: str) -> str:
    """Fail once and end; the name of the failure."""
    with no_room(kind):
        try:
            send(token, "请派人来看外墙。" * 2000)
        except DatabaseError as refusal:
            return type(refusal).__name__
    return ""


def register_while_the_log_is_full(kind: str, token: str) -> dict[str, Any]:
    """The fact is saved but cannot be numbered: a promise now, kept when there is room."""
    Fact.objects.exists()  # this thread's connection was open before the disk was full
    with no_room(kind):
        made = send(f"{token}.0")
        for number in range(1, 50):
            if not made.integrated:
                break
            made = send(f"{token}.{number}")
        promised = receipts.receipt(made.case)
        full = state()
    kept = sequencer.integrate()
    later = receipts.receipt(made.case)
    return {
        "integrated": made.integrated,
        "promise": promised.proof.decode(),
        "waiting": full["waiting"],
        "faults": full["faults"],
        "kept": kept,
        "proof": later.proof.decode(),
        "state": state(),
    }


def clerk() -> Officer:
    return Officer.objects.get_or_create(
        login="clerk",
        defaults={
            "office_id": OFFICE,
            "role": "clerk",
            "name_zh": "陆知禾",
            "name_en": "Clerk",
            "post_zh": "科员",
            "post_en": "Clerk",
            "password": "!",
        },
    )[0]


def post_when_full(kind: str, door: str, language: str, typed: dict[str, str]) -> dict[str, Any]:
    """Send a form to a full store, then the same form when there is room: the two answers."""
    browser = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    browser.cookies["huiyin_language"] = language
    if door == "/desk/register/":
        browser.force_login(clerk())
    headers = {"accept": "application/json"} if door == "/file/ as json" else {}
    path = door.split()[0]
    token = re.findall(r'name="token" value="([^"]+)"', browser.get(path).content.decode())[0]
    form = {**typed, "token": token}
    before = snapshot()
    with no_room(kind, ROOM_FOR_A_LINE if kind == "bytes" else 0):
        refused = browser.post(path, form, headers=headers)
        after = snapshot()
    cases = CaseRow.objects.count()
    taken = browser.post(path, form, headers=headers)
    sequencer.integrate()
    return {
        "status": refused.status_code,
        "page": refused.content.decode(),
        "changed": [table for table, digest in before.items() if after[table] != digest],
        "later": taken.status_code,
        "more": CaseRow.objects.count() - cases,
        "state": state(),
    }
