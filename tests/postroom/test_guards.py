"""Who gets a notice, and what never stands on one: the code, a name that is kept, an accusation."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huiyin.casework import erasure, law, openings
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.casework.steps import history
from huiyin.postroom import forms, notices
from huiyin.postroom.notices import NoNotice
from huiyin.procedure import Actor, path_of
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CUSTODIAN,
    HEAD,
    OFFICER,
    OFFICER2,
    OTHER_OFFICER,
    PERSON,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    file,
    take,
)
from tests.postroom import cast, reading
from tests.postroom.cast import COUNTY, NAME, after, notice

pytestmark = pytest.mark.usefixtures("county")
STRANGER = Actor("officer", "mujiang", "stranger")
LINE = "＿＿＿＿＿＿＿＿"


def everything_on(made: notices.Notice) -> str:
    """The words of the paper and of every part of its file, properties and revisions included."""
    with zipfile.ZipFile(io.BytesIO(made.docx)) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist()]
    return reading.word(made.docx) + reading.pdf(made.pdf()) + "".join(parts) + made.name


def kinds(case: str, actor: Actor) -> set[str]:
    return {one.kind for one in notices.of_case(case, actor)}


# --- the code and the name ------------------------------------------------------------------------------


def test_no_notice_holds_the_code() -> None:
    registered = file()
    case = registered.case
    take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    take(case, "accept")
    digits = registered.code.replace(" ", "").replace("-", "")
    assert len(digits) > 12
    for actor in (PETITIONER, OFFICER, CLERK):
        for one in notices.of_case(case, actor):
            made = notices.render(case, one.seq, one.kind, actor, "zh", now=after(3))
            seen = everything_on(made)
            assert registered.code not in seen
            assert digits not in seen.replace("-", "").replace(" ", "")


def test_the_petitioner_is_named_to_the_petitioner() -> None:
    seen = reading.word(notice(cast.accepted(), "accept").docx)
    assert f"{NAME}：" in seen
    assert f"受送达人{NAME}" in seen


@pytest.mark.parametrize("actor", [OFFICER, HEAD, CLERK, BUREAU_HEAD, SUPERVISOR], ids=lambda a: a.ref)
def test_whoever_has_not_opened_the_name_fills_in_a_line(actor: Actor) -> None:
    case = cast.accepted()
    made = notice(case, "accept", actor, days=3)
    seen = everything_on(made)
    assert NAME not in seen
    assert PERSON.phone not in seen
    assert f"{LINE}：" in reading.word(made.docx)
    assert f"受送达人{LINE}" in reading.word(made.docx)


def test_an_officer_who_opened_the_name_has_it_that_day() -> None:
    case = cast.accepted()
    openings.open_identity(case, OFFICER, "serve", after(3))
    assert f"{NAME}：" in reading.word(notice(case, "accept", OFFICER, days=3.1).docx)
    assert NAME not in everything_on(notice(case, "accept", OFFICER2, days=3.1))
    assert NAME not in everything_on(notice(case, "accept", OFFICER, days=5))


def test_an_office_that_the_name_is_kept_from_gets_a_line_until_the_custodian_agrees() -> None:
    case = cast.accepted(keep_name=True)
    with pytest.raises(openings.NeedsCustodian):
        openings.open_identity(case, OFFICER, "serve", after(3))
    assert NAME not in everything_on(notice(case, "accept", OFFICER, days=3))
    asked = openings.request_identity(case, OFFICER, "serve", after(3))
    assert NAME not in everything_on(notice(case, "accept", OFFICER, days=3))
    openings.decide_request(asked, "approved", "送达需要", CUSTODIAN, after(3))
    assert NAME not in everything_on(notice(case, "accept", OFFICER, days=3))
    openings.open_identity(case, OFFICER, "serve", after(3))
    assert NAME in everything_on(notice(case, "accept", OFFICER, days=3))


def test_making_a_notice_opens_nothing() -> None:
    case = cast.accepted()
    before = len(history(case))
    notice(case, "accept", OFFICER)
    notice(case, "accept", PETITIONER)
    assert len(history(case)) == before


def test_who_gave_no_name_is_called_so() -> None:
    case = cast.accepted(person=None)
    for actor in (PETITIONER, OFFICER):
        assert "信访人（未署名）：" in reading.word(notice(case, "accept", actor).docx)


@pytest.mark.parametrize("kind", [kind for kind in forms.ids() if forms.form(kind).to_office])
def test_a_notice_to_an_office_never_names_the_petitioner(kind: str) -> None:
    case = cast.LIVES[kind]()
    for actor in (PETITIONER, SUPERVISOR):
        seen = everything_on(notice(case, kind, actor))
        assert NAME not in seen
        assert "姓名依法不载" in seen
    openings.open_identity(case, SUPERVISOR, "serve", after(200))
    assert NAME not in everything_on(notice(case, kind, SUPERVISOR, days=200))


def test_numbers_in_words_are_masked_for_staff() -> None:
    case = cast.accepted(requests=("请打13912345678联系我",))
    assert "13912345678" in reading.word(notice(case, "accept", PETITIONER).docx)
    assert "13912345678" not in everything_on(notice(case, "accept", OFFICER))


# --- who may have it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [STRANGER, OTHER_OFFICER, CUSTODIAN], ids=lambda a: a.ref)
def test_a_stranger_gets_no_notice_and_no_list(actor: Actor) -> None:
    case = cast.accepted()
    with pytest.raises(NotYours):
        notices.of_case(case, actor)
    with pytest.raises(NotYours):
        notices.render(case, 3, "accept", actor, "zh", now=after(3))


def test_what_was_not_served_is_for_the_office_alone() -> None:
    case = cast.decided()
    seq = cast.seq(case, "decide")
    assert "opinion" not in kinds(case, PETITIONER)
    with pytest.raises(NoNotice):
        notices.render(case, seq, "opinion", PETITIONER, "zh", now=after(41))
    assert "责成建设单位六十日内修好。" in reading.word(notice(case, "opinion", OFFICER).docx)
    cast.serve(case, "serve", OFFICER, 42)
    assert {"opinion", "proof_of_service"} <= kinds(case, PETITIONER)
    assert "责成建设单位六十日内修好。" in reading.word(notice(case, "opinion", PETITIONER).docx)


@pytest.mark.parametrize(
    ("seq", "kind"), [(3, "opinion"), (3, "receipt"), (2, "accept"), (99, "accept"), (3, "x")]
)
def test_a_fact_yields_its_own_notice_and_no_other(seq: int, kind: str) -> None:
    case = cast.accepted()
    with pytest.raises(NoNotice):
        notices.render(case, seq, kind, OFFICER, "zh", now=after(3))


def test_an_erased_case_has_no_notices() -> None:
    case = cast.refused()
    assert kinds(case, OFFICER)
    erasure.erase(case, "court", SYSTEM, after(100))
    assert not kinds(case, OFFICER)
    with pytest.raises(NoNotice):
        notices.render(case, 3, "not_accept", OFFICER, "zh", now=after(100))


def test_an_office_that_a_suggestion_goes_to_has_that_and_nothing_else() -> None:
    case = cast.accepted()
    take(case, "suggest", suggestion(case, "rsj"), actor=cast.BUREAU_SUPERVISOR, now=after(5))
    assert kinds(case, OTHER_OFFICER) == {"suggestion"}
    seen = everything_on(notice(case, "suggestion", OTHER_OFFICER))
    assert "建立检查制度。" in seen
    assert not [words for words in ("瓷砖", NAME, *cast.cast.FILING.requests) if words in seen]


def suggestion(case: str, office: str) -> dict[str, str]:
    kind = cast.first_choice(case, "suggest", "kind")
    return {"kind": kind, "addressee": office, "suggestion": "建立检查制度。"}


@pytest.fixture
def lax(tmp_path: Path, settings: Any) -> Iterator[None]:
    """A county's book that lets a suggestion go to whoever is complained of: the shipped one forbids it."""
    shipped = path_of("cn-xinfang-2022").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in shipped if 'not_respondent = "addressee"' not in line]
    assert len(kept) == len(shipped) - 1
    book = tmp_path / "lax.toml"
    book.write_text("".join(kept), "utf-8")
    settings.HUIYIN_BOOK = str(book)
    law.book.cache_clear()
    yield
    law.book.cache_clear()


# --- who is complained of -------------------------------------------------------------------------------


def accused(purpose: str) -> str:
    case = file(purpose=purpose, respondents=("rsj",), title="反映人社局", body="人社局的人拿了好处。").case
    if purpose == "accusation":
        take(case, "forward_accusation", actor=CLERK, now=after(1))
    else:
        take(case, "transfer", {"office": "zjj"}, actor=CLERK, now=after(1))
        take(case, "accept", now=after(2))
    return case


@pytest.mark.parametrize("purpose", ["request", "accusation"])
def test_an_office_complained_of_gets_no_notice_of_the_case(purpose: str) -> None:
    case = accused(purpose)
    for one in notices.of_case(case, SUPERVISOR):
        for actor in (OTHER_OFFICER, Actor("head", "rsj", "rsj-head")):
            with pytest.raises(NotYours):
                notices.render(case, one.seq, one.kind, actor, "zh", now=after(3))
    with pytest.raises(NotYours):
        notices.of_case(case, OTHER_OFFICER)


@pytest.mark.usefixtures("lax")
def test_a_suggestion_to_an_office_complained_of_does_not_lead_to_the_matter() -> None:
    case = accused("request")
    take(case, "suggest", suggestion(case, "rsj"), actor=cast.BUREAU_SUPERVISOR, now=after(5))
    seen = everything_on(notice(case, "suggestion", SUPERVISOR)).replace(f"{number(case)}-4-", "")
    assert "依法不载" in seen
    for words in (number(case), "2026年3月2日", "来信方式", "反映人社局", "拿了好处", NAME):
        assert words not in seen


def number(case: str) -> str:
    return CaseRow.objects.get(case_id=case).number


@pytest.mark.usefixtures("lax")
def test_nothing_of_an_accusation_goes_to_the_accused_even_where_a_book_allows_it() -> None:
    """The postroom holds the line by itself."""
    case = accused("request")
    take(case, "suggest", suggestion(case, "rsj"), actor=cast.BUREAU_SUPERVISOR, now=after(5))
    assert "suggestion" in kinds(case, SUPERVISOR)
    CaseRow.objects.filter(case_id=case).update(withheld=True)
    for actor in (SUPERVISOR, PETITIONER, COUNTY, CLERK):
        try:
            assert "suggestion" not in kinds(case, actor)
        except NotYours:
            continue


def test_the_whole_of_what_was_served_goes_into_a_file_under_plain_names() -> None:
    case = cast.decided()
    names = set(notices.documents(case, PETITIONER, "zh", now=after(41)))
    assert "0003-accept.pdf" in names
    assert not [name for name in names if "opinion" in name]
    cast.serve(case, "serve", OFFICER, 42)
    found = notices.documents(case, PETITIONER, "zh", now=after(43))
    assert "责成建设单位六十日内修好。" in reading.pdf(found["0007-opinion.pdf"])
    assert "责成建设单位六十日内修好。" in reading.word(found["0007-opinion.docx"])
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+\.(pdf|docx)", name) for name in found)


# --- dates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["accept", "opinion", "supervision"])
def test_a_notice_is_the_same_whenever_it_is_looked_at(kind: str) -> None:
    case = cast.LIVES[kind]()
    first, later = notice(case, kind, days=100), notice(case, kind, days=900)
    assert first.docx == later.docx
    assert first.pdf() == later.pdf()


def test_later_facts_change_nothing_but_the_proof_of_service() -> None:
    case = cast.accepted()
    before = notice(case, "accept").docx
    take(case, "ask_extension", {"days": 20, "reason": "等待鉴定"}, now=after(30))
    take(case, "grant_extension", {"days": 20, "reason": "等待鉴定"}, actor=HEAD, now=after(31))
    assert notice(case, "accept").docx == before
