"""Rule 7: retaliation has a channel of its own, to an office that is not the one complained of."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from huiyin.casework import reading, releases, steps
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.ledger.facts import facts_of
from huiyin.offices.models import Office
from huiyin.procedure import Actor, Book, Step, Unlawful, list_books, load_book
from huiyin.procedure.terms import OFFICE_RELATIONS
from tests.casework import cast, everything
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

BOOK = load_book("cn-xinfang-2022")
SEALED = ("accusation", "retaliation")
AWAY = ("forward", "withdraw", "undo", "file", "import")
NO_OFFICE = ("petitioner", "public", "system")
DISCIPLINE = Actor("officer", "jw", "jw-officer")


# --- books --------------------------------------------------------------------------------------------


def open_routes(book: Book) -> list[str]:
    """Steps by which an office could send a sealed matter anywhere, or end it, before the competent organ
    has it."""
    return sorted({step.id for step in _open_to_offices(book) if _leads_on(step, book)})


def _open_to_offices(book: Book) -> Iterator[Step]:
    """Steps of offices, other than forwarding it, that a sealed matter can meet before it is forwarded."""
    reached, waiting = set[str](), {target for step in book.of_part("file") for target in step.targets()}
    while waiting:
        reached |= waiting
        met = [s for s in book.steps.values() if set(s.from_) & waiting and s.part not in AWAY]
        found = [step for step in met if not _closed(step, book)]
        yield from (step for step in found if any(str(who) not in NO_OFFICE for who in step.by))
        waiting = {target for step in found for target in step.targets()} - reached


def _closed(step: Step, book: Book) -> bool:
    refused = {c for g in step.guards if g.kind == "not_purpose" for c in g.choices}
    only = [set(g.choices) for g in step.guards if g.kind == "only_purpose"]
    return refused >= book.sealed or any(not purposes & book.sealed for purposes in only)


def _leads_on(step: Step, book: Book) -> bool:
    """Whether it names an office, or leads to a state of any but the office that registered it."""
    relations = set(step.sets) & set(OFFICE_RELATIONS)
    return bool(relations) or any(book.states[target].owner != "bureau" for target in step.targets())


def test_a_book_with_an_open_route_would_be_seen() -> None:
    for name in ("transfer", "assign", "accept", "not_accept", "redirect", "suggest"):
        opened = replace(
            BOOK.steps[name], guards=tuple(g for g in BOOK.steps[name].guards if g.kind != "not_purpose")
        )
        assert name in open_routes(replace(BOOK, steps={**BOOK.steps, name: opened}))


@pytest.mark.parametrize("name", list_books())
def test_no_book_lets_a_sealed_matter_go_anywhere_but_to_the_competent_organ(name: str) -> None:
    assert open_routes(load_book(name)) == []


@pytest.mark.parametrize("name", list_books())
def test_every_book_has_the_channel(name: str) -> None:
    book = load_book(name)
    assert set(SEALED) <= book.sealed <= set(book.purposes)
    for step in book.of_part("forward"):
        (organ,) = (field for field in step.fields if field.id in step.sets["discipline"])
        assert organ.derive == "discipline"  # nobody chooses where it goes
    assert book.of_part("forward")


# --- one county ---------------------------------------------------------------------------------------


@pytest.fixture
def county(county: None) -> None:
    everything.others()


def about_housing(purpose: str) -> str:
    return cast.file(purpose=purpose, respondents=("zjj",)).case


@pytest.mark.parametrize("purpose", SEALED)
@pytest.mark.usefixtures("county")
def test_it_goes_to_the_discipline_office_and_the_accused_learn_nothing(purpose: str) -> None:
    case = about_housing(purpose)
    row = CaseRow.objects.get(case_id=case)
    assert (row.state, row.bureau, row.handler, row.withheld) == ("registered", "xfj", "", True)
    take(case, "forward_accusation", actor=CLERK)
    assert CaseRow.objects.get(case_id=case).owner_office == "jw"
    assert reading.words(case, DISCIPLINE).title == cast.FILING.title
    take(case, "discipline_accept", actor=DISCIPLINE)
    for actor in (OFFICER, HEAD, OTHER_OFFICER, OTHER_HEAD):
        with pytest.raises(NotYours):
            reading.find(case, actor)
        assert case not in [found.case_id for found in reading.inbox(actor, NOW, view="all").rows]
    for fact in facts_of(case):
        assert "zjj" not in fact.public_content
        assert case not in fact.public_content


@pytest.mark.usefixtures("county")
def test_where_there_is_no_discipline_office_it_waits_and_nobody_can_move_it() -> None:
    Office.objects.filter(code="jw").update(kind="department")
    case = about_housing("retaliation")
    with pytest.raises(Unlawful) as refused:
        take(case, "forward_accusation", actor=CLERK)
    assert "纪检监察" in refused.value.message.zh
    for actor in STAFF:
        for step in BOOK.steps.values():
            values = {f.id: everything.value(everything.Told(), step.id, f, NOW) for f in step.fields}
            given = {name: value for name, value in values.items() if value is not None}
            try:
                take(case, step.id, given, actor=actor)
            except (Unlawful, NotYours):
                continue
    row = CaseRow.objects.get(case_id=case)
    assert row.state == "registered"
    offices = (row.handler, row.joint, row.reviewer, row.rereviewer, row.discipline, row.addressee)
    assert offices == ("",) * 6


@pytest.mark.usefixtures("county")
def test_the_refusal_says_where_it_goes_instead() -> None:
    case = cast.file(purpose="accusation").case
    with pytest.raises(Unlawful) as refused:
        take(case, "transfer", {"office": "rsj"}, actor=CLERK)
    assert "第三十条" in refused.value.article
    assert "纪检监察" in refused.value.message.zh or "有权机关" in refused.value.message.zh


@pytest.mark.usefixtures("county")
def test_a_reprisal_by_the_discipline_office_is_not_sent_to_it() -> None:
    case = cast.file(purpose="retaliation", respondents=("jw",)).case
    with pytest.raises(Unlawful):
        take(case, "forward_accusation", actor=CLERK)
    with pytest.raises(NotYours):
        reading.find(case, DISCIPLINE)


@pytest.mark.usefixtures("county")
def test_whoever_accuses_keeps_every_right_of_a_petitioner() -> None:
    case = about_housing("accusation")
    take(case, "supplement", {"text": "他今天上门威胁我"}, actor=PETITIONER)
    offered = {found.step.id for found in steps.open_steps(case, PETITIONER, NOW)}
    assert {"supplement", "withdraw", "ask_supervision"} <= offered
    take(case, "withdraw", actor=PETITIONER)
    take(case, "undo_withdraw", actor=PETITIONER)
    assert reading.words(case, PETITIONER).title == cast.FILING.title


@pytest.mark.usefixtures("county")
def test_received_by_another_office_it_can_only_be_forwarded() -> None:
    case = cast.file(
        purpose="accusation", respondents=("zjj",), actor=PETITIONER, office="rsj", channel="web"
    ).case
    for step in ("accept", "not_accept", "redirect"):
        with pytest.raises(Unlawful):
            take(case, step, {}, actor=OTHER_OFFICER)
    for actor in (OFFICER, HEAD):
        with pytest.raises(NotYours):
            reading.find(case, actor)
    take(case, "forward_accusation", actor=OTHER_OFFICER)
    row = CaseRow.objects.get(case_id=case)
    assert (row.discipline, row.handler) == ("jw", "")


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("actor", [BUREAU_HEAD, HEAD, SUPERVISOR, CLERK], ids=lambda actor: actor.ref)
def test_it_is_never_made_public(actor: Actor) -> None:
    case = cast.file(purpose="accusation").case
    with pytest.raises((releases.NotAnswered, releases.WithheldCase, NotYours)):
        releases.release(case, actor, "标题", "问", "答", NOW)
