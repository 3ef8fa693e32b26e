"""Rule 4: an accusation never reaches whoever is accused, at any screen, list, notice or entry of the log."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.casework import breaching, codes, dossier, openings, reading, silence, steps
from huiyin.casework.filing import import_letters
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.casework.steps import history
from huiyin.insight.review import review
from huiyin.ledger.facts import MovedOn, facts_of
from huiyin.offices import tree
from huiyin.offices.models import Office
from huiyin.procedure import Actor, Unlawful
from tests.casework import cast
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CLERK2,
    CUSTODIAN,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    OFFICER2,
    OTHER_HEAD,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    Attachment,
    take,
)
from tests.casework.test_import import OPEN
from tests.guards.walk import PLAIN, addresses, said

pytestmark = pytest.mark.usefixtures("county")
TITLE = "举报验收弄虚作假"
ACCUSED = (OFFICER, OFFICER2, HEAD)
ALL_PURPOSES = ("request", "accusation")
# Ways in which a filing complains of the housing office or its officer.
WAYS: dict[str, dict[str, Any]] = {
    "the office was chosen": {"respondents": ("zjj",)},
    "the officer was chosen": {"respondent_officers": ("officer",)},
    "the officer's name stands in the words": {"body": "住建局的沈砚清收了开发商的好处，验收弄虚作假。"},
    "the officer's name stands in a request": {"requests": ("请查处沈砚清", "请重新验收")},
    "the officer's name stands in the title": {"title": f"{TITLE} 沈砚清"},
}


def complaint(**changes: Any) -> str:
    filing: dict[str, Any] = {"title": TITLE, "body": "工程验收的时候弄虚作假，请查。", **changes}
    return cast.file(attachments=(Attachment("证据.jpg", "image/jpeg", cast.photo()),), **filing).case


def at_work(**changes: Any) -> str:
    """A complaint about the housing office in another office's hands, with something on every list."""
    case = complaint(**changes)
    take(case, "transfer", {"office": "rsj"}, actor=CLERK)
    take(case, "accept", actor=OTHER_OFFICER)
    openings.request_identity(case, OTHER_OFFICER, "contact", NOW)
    codes.request_code(case, CLERK, NOW)
    breaching.record_due(NOW + 90 * DAY)
    return case


def marks(case: str) -> tuple[str, ...]:
    row = CaseRow.objects.get(case_id=case)
    paper = reading.words(case, PETITIONER).papers[0]
    return case, row.number, TITLE, paper.ref


def seen_by(browser: Client, case: str) -> list[str]:
    """`page: mark` for everything of the case that any page of the site shows in this browser."""
    paper = marks(case)[3]
    requests = [fact.id for fact in facts_of(case)]
    pages = addresses(
        PLAIN
        | {
            "case_id": (case,),
            "step_id": ("accept", "transfer", "hear"),
            "ref": (paper,),
            "release_id": tuple(map(str, requests[:1])),
        }
    )
    found = []
    for page in (*pages, "/desk/?view=all", "/desk/?view=done"):
        if page != "/desk/logout/":
            answer = browser.get(page)
            told = said(answer).decode("utf-8", "replace") + str(answer.headers.get("Location", ""))
            # A page echoes the address it was asked for; that is the asker's own knowledge.
            told = told.replace(page.partition("?")[0], "")
            found += [f"{page}: {mark}" for mark in marks(case) if mark in told]
    return found


READS: dict[str, Callable[[str, Actor], Any]] = {
    "find": reading.find,
    "words": reading.words,
    "timeline": lambda case, actor: reading.timeline(case, actor, "zh-hans"),
    "answer": reading.answer,
    "answers": reading.answers,
    "review": lambda case, actor: review(case, actor, NOW),
    "file": lambda case, actor: dossier.whole_file(case, actor, NOW),
    "silence": lambda case, actor: silence.certificate(case, actor, NOW + 200 * DAY),
    "paper": lambda case, actor: reading.paper(case, marks(case)[3], actor),
    "open_identity": lambda case, actor: openings.open_identity(case, actor, "contact", NOW),
    "already_open": lambda case, actor: openings.already_open(case, actor, NOW),
    "request_identity": lambda case, actor: openings.request_identity(case, actor, "contact", NOW),
    "request_code": lambda case, actor: codes.request_code(case, actor, NOW),
    "step": lambda case, actor: take(case, "record_work", {"note": "x"}, actor=actor),
}


def reached(case: str, actor: Actor) -> list[str]:
    """Every door of casework that lets the actor at the case."""
    found = []
    for name, read in READS.items():
        try:
            read(case, actor)
        except NotYours:
            continue
        except (Unlawful, MovedOn):
            pass  # any other refusal tells that the case exists
        found.append(name)
    found += [f"inbox {view}" for view in ("mine", "all", "done") if case in _inbox(actor, view)]
    found += ["titles"] if reading.titles([CaseRow.objects.get(case_id=case)], actor) else []
    found += ["steps"] if steps.open_steps(case, actor, NOW) else []
    found += ["overdue"] if case in _overdue(actor) else []
    found += ["breaches"] if case in _breached(actor) else []
    found += ["pending codes"] if case in {row.case_id for row in codes.pending_codes(actor)} else []
    if actor.role == "custodian":
        asked = {row.case_id for row in openings.pending_requests(actor)}
        found += ["pending requests"] if case in asked else []
    return found


def _inbox(actor: Actor, view: str) -> set[str]:
    try:
        return {row.case_id for row in reading.inbox(actor, NOW, view=view).rows}
    except NotYours:
        return set()


def _overdue(actor: Actor) -> set[str]:
    try:
        late = reading.overdue_by_office(actor, NOW + 200 * DAY, most=10)
    except NotYours:
        return set()
    return {row.case_id for one in late.values() for row in one.longest}


def _breached(actor: Actor) -> set[str]:
    try:
        return {one.row.case_id for one in reading.breaches(actor, standing=False)}
    except NotYours:
        return set()


# --- that what reaches somebody is seen ---------------------------------------------------------------


def test_the_search_sees_what_a_handling_office_sees(as_: Callable[[Actor | None], Client]) -> None:
    case = at_work(respondents=("mujiang",))
    doors = set(reached(case, OTHER_OFFICER))
    assert doors >= {
        "find",
        "words",
        "timeline",
        "paper",
        "step",
        "inbox mine",
        "inbox all",
        "titles",
        "steps",
    }
    pages = seen_by(as_(OTHER_OFFICER), case)
    assert any(found.startswith("/desk/: ") for found in pages)
    assert any(TITLE in found for found in pages)
    assert any(f"/desk/case/{case}/" in found for found in pages)


# --- the guard ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("purpose", ALL_PURPOSES)
def test_it_is_never_sent_to_whom_it_complains_of(way: str, purpose: str) -> None:
    case = complaint(purpose=purpose, **WAYS[way])
    for step, values in (("transfer", {}), ("assign", {"report_by": (NOW + 9 * DAY).date().isoformat()})):
        with pytest.raises(Unlawful) as refused:
            take(case, step, {"office": "zjj", **values}, actor=CLERK)
        assert "第三十条" in refused.value.article
    assert len(facts_of(case)) == 1
    for actor in ACCUSED:
        assert reached(case, actor) == [], actor


@pytest.mark.parametrize("way", WAYS)
def test_in_another_offices_hands_the_accused_find_it_nowhere(way: str) -> None:
    case = at_work(**WAYS[way])
    for actor in ACCUSED:
        assert reached(case, actor) == [], actor


def test_no_page_of_the_site_shows_it_to_the_accused(
    as_: Callable[[Actor | None], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = at_work(respondents=("zjj",))
    monkeypatch.setattr(timezone, "now", lambda: NOW + 200 * DAY)  # overdue lists are full by then
    for actor in ACCUSED:
        assert seen_by(as_(actor), case) == [], actor
        asked = [as_(actor).get(f"/desk/?number={number}") for number in (marks(case)[1], "XFJ-2026-999999")]
        assert [answer.status_code for answer in asked] == [200, 200]  # no case of theirs has either number
    assert seen_by(as_(None), case) == []


@pytest.mark.parametrize(
    "accused",
    [SUPERVISOR, CUSTODIAN, CLERK2, BUREAU_HEAD, OTHER_HEAD],
    ids=lambda actor: actor.ref,
)
def test_whoever_is_named_is_shut_out_whatever_their_post(
    accused: Actor, as_: Callable[[Actor | None], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A supervisor, a custodian, a clerk of the bureau itself, the head of the office that handles it."""
    case = complaint(respondent_officers=(accused.ref,))
    if accused.office != "rsj":
        take(case, "transfer", {"office": "rsj"}, actor=CLERK)
        take(case, "accept", actor=OTHER_OFFICER)
        openings.request_identity(case, OTHER_OFFICER, "contact", NOW)
    codes.request_code(case, CLERK, NOW)
    breaching.record_due(NOW + 90 * DAY)
    assert reached(case, accused) == []
    monkeypatch.setattr(timezone, "now", lambda: NOW + 200 * DAY)
    assert seen_by(as_(accused), case) == []
    assert "find" in reached(case, CLERK)  # the bureau has somebody else to read it


def test_an_accused_custodian_approves_nothing_in_it() -> None:
    case = complaint(respondent_officers=("custodian",), keep_name=True)
    take(case, "transfer", {"office": "rsj"}, actor=CLERK)
    request = openings.request_identity(case, OTHER_OFFICER, "contact", NOW)
    with pytest.raises(NotYours):
        openings.decide_request(request, "approved", "", CUSTODIAN, NOW)


def test_a_complaint_about_the_bureau_itself_is_closed_to_all_of_it() -> None:
    case = complaint(respondents=("xfj",))
    for actor in (CLERK, CLERK2, BUREAU_HEAD, CUSTODIAN):
        assert reached(case, actor) == [], actor
    assert "find" in reached(case, SUPERVISOR)


def test_the_door_for_petitioners_sends_such_a_complaint_past_the_bureau() -> None:
    Office.objects.create(code="jw", kind="discipline", decides=True, name_zh="监委", name_en="jw")
    assert tree.receiving(()) == tree.receiving(("zjj",)) == "xfj"
    assert tree.receiving(("xfj",)) == "jw"
    assert tree.receiving(("xfj", "zjj")) == "jw"


def test_a_letter_of_a_sheet_that_names_an_officer_is_as_closed() -> None:
    letter = replace(OPEN, body="住建局的沈砚清收了开发商的好处，验收弄虚作假。")
    import_letters([letter], office="xfj", now=lambda: NOW)
    case = CaseRow.objects.get().case_id
    take(case, "take_up", actor=CLERK)
    with pytest.raises(Unlawful) as refused:
        take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    assert "第三十条" in refused.value.article


# --- the log ------------------------------------------------------------------------------------------


def public_parts(case: str) -> list[dict[str, Any]]:
    return [json.loads(fact.public_content) for fact in facts_of(case)]


def telling(parts: Iterable[dict[str, Any]], *secrets: str) -> list[str]:
    said = json.dumps(list(parts), ensure_ascii=False)
    return [secret for secret in secrets if secret in said]


def test_an_entry_that_told_of_the_accused_would_be_seen() -> None:
    assert telling([{"office": "zjj"}], "zjj", "officer") == ["zjj"]


@pytest.mark.parametrize("way", WAYS)
def test_the_public_part_of_the_log_never_names_the_accused(way: str) -> None:
    sent = at_work(**WAYS[way])
    assert telling(public_parts(sent), "zjj", "officer", "沈砚清", TITLE) == []


@pytest.mark.parametrize("way", WAYS)
def test_of_an_accusation_the_log_tells_the_bureau_and_the_month(way: str) -> None:
    case = complaint(purpose="accusation", **WAYS[way])
    take(case, "supplement", {"text": "又想起一件"}, actor=PETITIONER)
    parts = public_parts(case)
    assert telling(parts, "zjj", "officer", "construction", "letter", "2026-03-02", case) == []
    assert {part["recorded_on"] for part in parts} == {"2026-03"}


def test_what_an_entry_commits_to_stays_sealed() -> None:
    """Respondents are clear in the database, for the lists; they are in no published byte."""
    case = complaint(respondents=("zjj",))
    assert history(case)[0].values["respondents"] == ["zjj"]
    assert telling(public_parts(case), "zjj", "respondent") == []


def test_head_and_officer_of_the_handling_office_still_work_on_it() -> None:
    case = at_work(respondents=("zjj",))
    for actor in (OTHER_OFFICER, OTHER_HEAD):
        assert reading.find(case, actor).handler == "rsj"
        assert reading.words(case, actor).title == TITLE
    assert HEAD.office == "zjj"
