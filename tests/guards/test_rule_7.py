"""Rule 7: retaliation has no channel yet, so its route is closed: an accusation stays at the bureau."""

from dataclasses import replace

import pytest

from huiyin.casework import reading, releases, steps
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor, Book, Unlawful, list_books, load_book
from tests.casework import cast
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    HEAD,
    NOW,
    OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    PETITIONER,
    STAFF,
    SUPERVISOR,
    take,
)
from tests.casework.everything import CLEAR

BOOK = load_book("cn-xinfang-2022")
LEADS_ON = ("office", "offices")


def open_routes(book: Book) -> list[str]:
    """Steps by which an accusation could reach an office or end without the organ that is competent."""
    found = []
    for step in book.steps.values():
        office_step = any(who.role not in ("petitioner", "public", "system") for who in step.by)
        sends = any(name == "handler" for name in step.sets) and step.id != "register"
        ends = bool(step.to) and book.states[step.to].final and office_step
        works = step.to in ("handling",)
        closed = any(g.kind == "not_purpose" and "accusation" in g.choices for g in step.guards)
        reachable = {"registered", "received", "routed"} & set(step.from_)
        if reachable and office_step and (sends or ends or works) and not closed:
            found.append(step.id)
    return sorted(found)


def test_a_book_with_an_open_route_would_be_seen() -> None:
    for name in ("transfer", "assign", "accept", "not_accept", "redirect"):
        opened = replace(
            BOOK.steps[name], guards=tuple(g for g in BOOK.steps[name].guards if g.kind != "not_purpose")
        )
        assert open_routes(replace(BOOK, steps={**BOOK.steps, name: opened})) == [name]


@pytest.mark.parametrize("name", list_books())
def test_no_book_lets_an_accusation_out_of_the_bureau(name: str) -> None:
    assert open_routes(load_book(name)) == []


def test_there_is_no_half_built_channel_for_retaliation() -> None:
    for names in (BOOK.steps, BOOK.states, BOOK.purposes, BOOK.channels):
        assert not [key for key in names if "retaliat" in key or "revenge" in key]


@pytest.mark.usefixtures("county")
def test_an_accusation_is_registered_sealed_and_goes_nowhere() -> None:
    case = cast.file(purpose="accusation", respondents=("zjj",)).case
    row = CaseRow.objects.get(case_id=case)
    assert (row.state, row.bureau, row.handler, row.withheld) == ("registered", "xfj", "", True)
    for actor in STAFF:
        for step in BOOK.steps.values():
            values = {f.id: CLEAR.get(f.id, f.choices[0].id if f.choices else "文字") for f in step.fields}
            for office in ("zjj", "rsj", "mujiang"):
                changed = {**values, "office": office} if "office" in values else values
                with pytest.raises((Unlawful, NotYours)):
                    take(case, step.id, changed, actor=actor)
    assert [fact.kind for fact in facts_of(case)] == ["petition.filed.1"]
    for actor in (CLERK, BUREAU_HEAD):
        assert reading.find(case, actor).state == "registered"
        assert steps.open_steps(case, actor, NOW) == ()
    for actor in (OFFICER, HEAD, OTHER_OFFICER, OTHER_HEAD):
        with pytest.raises(NotYours):
            reading.find(case, actor)


@pytest.mark.usefixtures("county")
def test_the_refusal_says_where_it_goes_instead() -> None:
    case = cast.file(purpose="accusation").case
    with pytest.raises(Unlawful) as refused:
        take(case, "transfer", {"office": "rsj"}, actor=CLERK)
    assert "第三十条" in refused.value.article
    assert "有权机关" in refused.value.message.zh


@pytest.mark.usefixtures("county")
def test_whoever_accuses_keeps_every_right_of_a_petitioner() -> None:
    case = cast.file(purpose="accusation", respondents=("zjj",)).case
    take(case, "supplement", {"text": "他今天上门威胁我"}, actor=PETITIONER)
    offered = {found.step.id for found in steps.open_steps(case, PETITIONER, NOW)}
    assert offered == {"supplement", "withdraw"}
    take(case, "withdraw", actor=PETITIONER)
    take(case, "undo_withdraw", actor=PETITIONER)
    assert reading.words(case, PETITIONER).title == cast.FILING.title


@pytest.mark.usefixtures("county")
def test_an_accusation_at_an_office_that_decides_is_stuck_there_unread_by_the_accused() -> None:
    """Filed straight at the discipline office: it cannot be accepted or answered as a petition."""
    case = cast.file(
        purpose="accusation", respondents=("zjj",), actor=PETITIONER, office="rsj", channel="web"
    ).case
    for step in ("accept", "not_accept", "redirect"):
        with pytest.raises(Unlawful):
            take(case, step, {}, actor=OTHER_OFFICER)
    for actor in (OFFICER, HEAD):
        with pytest.raises(NotYours):
            reading.find(case, actor)


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("actor", [BUREAU_HEAD, HEAD, SUPERVISOR, CLERK], ids=lambda actor: actor.ref)
def test_an_accusation_is_never_made_public(actor: Actor) -> None:
    case = cast.file(purpose="accusation").case
    with pytest.raises((releases.NotAnswered, releases.WithheldCase, NotYours)):
        releases.release(case, actor, "标题", "问", "答", NOW)
