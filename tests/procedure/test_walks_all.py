"""Any lawful life of a case, in any of the six books: it replays alike, and nobody moves its dates."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.procedure import (
    Actor,
    Case,
    Count,
    Event,
    evolve,
    load_book,
    open_steps,
    replay,
    running,
    start,
)
from huiyin.procedure.terms import ROLES
from tests.procedure.walker import BOOKS, RELATIONS, calendar, noon, walk

LIVES = st.integers(0, 59)


def dates(case: Case) -> dict[str, Count]:
    return {r.clock.id: r.count for r in running(case, calendar(case.book))}


def stored_and_read(event: Event) -> Event:
    """The event as a database gives it back: JSON values, UTC time."""
    kept = json.dumps(event.values), event.at.astimezone(UTC).isoformat()
    return replace(event, values=json.loads(kept[0]), at=datetime.fromisoformat(kept[1]))


def everybody(case: Case) -> Iterator[Actor]:
    """Every role in every office that has to do with the case, the people, and a stranger."""
    offices = {office for relation in RELATIONS for office in case.offices(relation)}
    yield from (Actor(role, office, f"{role}-{office}-0") for role in ROLES for office in sorted(offices))
    yield from (Actor("petitioner"), Actor("public"), Actor("system"), Actor("officer", "elsewhere", "x"))


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=30, deadline=None)
@given(seed=LIVES)
def test_any_life_replays_identically(name: str, seed: int) -> None:
    events = walk(name, seed)
    case = replay(load_book(name), events)
    again = replay(load_book(name), [stored_and_read(event) for event in events])
    assert again == case
    assert dates(again) == dates(case)


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=20, deadline=None)
@given(seed=LIVES, days=st.integers(-400, 1200))
def test_its_dates_never_depend_on_who_looks_or_when(name: str, seed: int, days: int) -> None:
    case = replay(load_book(name), walk(name, seed))
    before, moment = dates(case), noon(case.book, date(2025, 6, 2) + timedelta(days=days))
    for actor in everybody(case):
        for offer in open_steps(case, actor, moment, calendar(case.book)):
            if offer.due and offer.due.clock:
                assert offer.due == before[offer.due.clock]
    assert dates(case) == before


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=20, deadline=None)
@given(seed=LIVES)
def test_a_case_carried_on_is_the_case_replayed_anew(name: str, seed: int) -> None:
    book, events = load_book(name), walk(name, seed)
    case = start(book)
    for size, event in enumerate(events, 1):
        case = evolve(case, event)
        anew = replay(book, events[:size])
        assert (case, dates(case)) == (anew, dates(anew))
