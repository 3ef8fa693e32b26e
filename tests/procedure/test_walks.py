"""Any walk of lawful steps replays to the same case, with the same dates, whoever looks and whenever."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.procedure import (
    Actor,
    Case,
    Event,
    Field,
    Step,
    Unlawful,
    breaches,
    decide,
    evolve,
    open_steps,
    replay,
    running,
    start,
)
from tests.procedure.cast import (
    BOOK,
    CHINA,
    CLERK,
    FILED,
    HEAD,
    OFFICER,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    counts,
    noon,
)

OWN_OFFICER = Actor("officer", "bureau", "officer3")
OWN_HEAD = Actor("head", "bureau", "head3")
OFFICERS = tuple(Actor("officer", office, f"{office}-officer") for office in ("discipline", "county", "city"))
HEADS = tuple(Actor("head", office, f"{office}-head") for office in ("water", "discipline", "county", "city"))
CAST = (
    *(CLERK, OFFICER, OTHER_OFFICER, HEAD, PETITIONER, SYSTEM, SUPERVISOR, OWN_OFFICER, OWN_HEAD),
    *(*OFFICERS, *HEADS, Actor("officer", "housing", "officer4")),
)
OFFICES = ("bureau", "housing", "water", "patrol")
ABOVE = {"county": "city", "city": "province"}


def value(field: Field, today: date, requests: int, pick: int) -> Any:
    """A value the field takes; `pick` chooses among them."""
    match field.kind:
        case "choice":
            return field.choices[pick % len(field.choices)].id
        case "outcomes":
            return [field.choices[(pick + n) % len(field.choices)].id for n in range(requests)]
        case "office":
            return OFFICES[pick % len(OFFICES)]
        case "number":
            return (field.min or 0) + pick % 5
        case "date":
            return today + timedelta(days=(field.min or 0) if field.max != 0 else 0)
        case "offices":
            return [OFFICES[pick % len(OFFICES)]]
        case "officer":
            return CAST[pick % len(CAST)].ref or "nobody"
        case "clock":
            return "route"
        case "flag":
            return pick % 3 == 0
        case "text" | "long_text":
            return "文字" * max(1, field.min or 1)
    raise AssertionError(field.kind)


def derived(field: Field, case: Case) -> str:
    """What casework would fill in: the office above, or where the matter goes that this one repeats."""
    if field.derive.startswith("above:"):
        return ABOVE.get(case.office(field.derive.partition(":")[2]), "county")
    return field.choices[0].id if field.choices else field.derive


def values(step: Step, case: Case, today: date, pick: int) -> dict[str, Any]:
    given = {f.id: derived(f, case) for f in step.fields if f.derive and f.derive != "acting"}
    asked = (f for f in step.fields if not f.derive and (f.required or pick % 2))
    return given | {f.id: value(f, today, case.requests, pick) for f in asked}


def taken(case: Case, step: Step, given: dict[str, Any], actor: Actor, now: datetime) -> Event | Unlawful:
    try:
        return decide(case, step.id, given, actor, now, CHINA)
    except Unlawful as refusal:
        return refusal


def first(purpose: str, direct: bool, day: date) -> list[Event]:
    filed = {**FILED, "received_on": day, "purpose": purpose, "handler": "bureau" if direct else ""}
    return [decide(start(BOOK), "register", filed, CLERK, noon(day), CHINA)]


@cache  # every property looks at the same walks
def walk(seed: int) -> list[Event]:
    """Some thirty lawful moves by anybody; most move the case on, and rarely off its main line."""
    rng = Random(seed)
    day = date(2025, 1, 1) + timedelta(days=rng.randrange(800))
    purpose = rng.choice(["request", "request", "appeal", "suggestion", "accusation"])
    events = first(purpose, rng.random() < 0.3, day)
    case = replay(BOOK, events)
    for _ in range(rng.randrange(50)):
        day += timedelta(days=rng.choice([0, 0, 1, 2, 5, 31]))
        events += passed(case, day)
        case = replay(BOOK, events)
        offers = [(a, o.step) for a in rng.sample(CAST, 7) for o in open_steps(case, a, noon(day), CHINA)]
        likely = [(a, s) for a, s in offers if s.id not in SELDOM or rng.random() < 0.1]
        if not likely:
            continue
        actor, step = rng.choices(likely, [_weight(s) for _, s in likely])[0]
        event = taken(case, step, values(step, case, day, rng.randrange(100)), actor, noon(day))
        if isinstance(event, Unlawful):
            assert event.field, "an open step may only be refused for its values"
            continue
        events.append(event)
        case = evolve(case, event)
    return events


def _weight(step: Step) -> int:
    """Steps that lead on to the re-review are likely, else hardly a walk would get so far."""
    if step.id == "hear" or step.part in LADDER:
        return 24
    return 6 if step.targets() else 1


def passed(case: Case, day: date) -> list[Event]:
    """What the system writes by itself: every date of an office that has passed."""
    late = breaches(case, noon(day), CHINA)
    said = [{"clock": r.clock.id, "due": r.count.due} for r in late]
    return [decide(case, "breach", values, SYSTEM, noon(day), CHINA) for values in said]


WALKS = 120
SELDOM = (
    "withdraw",
    "redirect",
    "not_accept",
    "not_again",
    "supplement",
    "urgent_report",
    "dispute",
    "ask_aid",
)
NOTICED = {start.step for name in ("inform_direct", "inform_routed") for start in BOOK.clocks[name].starts}
SEALED = ("accusation", "retaliation")
LADDER = ("answer", "serve", "ask_review", "review", "close", "recuse")
walks = st.integers(0, WALKS - 1).map(walk)


@settings(max_examples=60, deadline=None)
@given(walks)
def test_any_walk_replays_identically(events: list[Event]) -> None:
    case, again = replay(BOOK, events), replay(BOOK, [stored_and_read(e) for e in events])
    assert again == case
    assert counts(again) == counts(case)


def stored_and_read(event: Event) -> Event:
    """The event as a database gives it back: JSON values, UTC time."""
    kept = json.dumps(event.values), event.at.astimezone(UTC).isoformat()
    return replace(event, values=json.loads(kept[0]), at=datetime.fromisoformat(kept[1]))


@settings(max_examples=60, deadline=None)
@given(walks, st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)))
def test_dates_never_depend_on_who_looks_or_when(events: list[Event], moment: datetime) -> None:
    case = replay(BOOK, events)
    before = counts(case)
    for actor in CAST:
        for offer in open_steps(case, actor, noon(moment.date()), CHINA):
            if offer.due and offer.due.clock:
                assert offer.due == before[offer.due.clock]
    assert counts(case) == before == counts(replay(BOOK, events))


@settings(max_examples=60, deadline=None)
@given(walks)
def test_what_is_not_open_is_refused_with_its_article(events: list[Event]) -> None:
    case, now = replay(BOOK, events), events[-1].at
    for actor in CAST:
        offered = {o.step.id for o in open_steps(case, actor, now, CHINA)}
        for step in BOOK.steps.values():
            if step.id in offered or step.from_ == ("",) or step.part == "breach":
                continue
            refusal = taken(case, step, values(step, case, now.date(), 1), actor, now)
            assert isinstance(refusal, Unlawful), f"{step.id} was not offered to {actor.role}, yet taken"
            assert refusal.article.startswith("《")


@settings(max_examples=60, deadline=None)
@given(walks)
def test_no_walk_buys_time_or_reaches_the_accused(events: list[Event]) -> None:
    for size in range(1, len(events) + 1):
        case = replay(BOOK, events[:size])
        found = counts(case)
        if "decide" in found:
            notice = max(e.at for e in case.events if e.step in NOTICED)
            latest = CHINA.next_working_day(notice.date() + timedelta(days=15)) + timedelta(days=60)
            again = [e.at.date() for e in case.events if e.step.startswith("order_redo")]
            latest = max([latest, *(day + timedelta(days=60) for day in again)])
            granted = sum(int(str(e.values["days"])) for e in case.events if e.step == "grant_extension")
            assert found["decide"].due <= CHINA.next_working_day(latest + timedelta(days=granted))
        assert case.handler not in case.respondents
        if case.purpose in SEALED:
            seen = {"registered", "received", "withdrawn", "discipline", "investigating"}
            assert case.state in seen | {"discipline_answered", "discipline_done"}
        standing = all(r.clock.stops for r in running(case, CHINA))
        assert standing or not BOOK.states[case.state].final


def test_the_walks_go_far() -> None:
    """Else the properties above would hold of very little; `test_whole_book` takes every single step."""
    taken_steps = {event.step for seed in range(WALKS) for event in walk(seed)}
    assert taken_steps >= {"serve", "serve_review", "serve_rereview", "serve_discipline", "undo_withdraw"}
    assert len(taken_steps) > 0.75 * len(BOOK.steps)
