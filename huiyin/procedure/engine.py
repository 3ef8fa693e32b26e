"""What may happen next to a case, by whom, until when and under which article: pure functions of its facts.

`decide` is the only judge of a step; `evolve` never refuses, because a fact has happened. Dates come from
facts and the calendar alone: nothing here depends on who looks, or when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial, reduce
from typing import cast

from huiyin.procedure import clocks
from huiyin.procedure.calendars import Calendar
from huiyin.procedure.clocks import Count, Running
from huiyin.procedure.fields import FieldFault, clean
from huiyin.procedure.reading import Text
from huiyin.procedure.terms import OFFICE_RELATIONS, OWNERS, Book, Clock, Detour, Guard, Step


@dataclass(frozen=True)
class Actor:
    """Who acts: a role, the office acted for, and the login of an officer. A petitioner has only a role."""

    role: str
    office: str = ""
    ref: str = ""


@dataclass(frozen=True)
class Event:
    """One recorded step. `values`: the clear ones only, as JSON types; free text never stands here."""

    step: str
    at: datetime
    actor: Actor
    values: Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """A case as its facts leave it. `respondents`: every office complained of or named by an officer
    complained of. `trail`: the state before each event."""

    book: Book
    state: str = ""
    bureau: str = ""
    handler: str = ""
    joint: tuple[str, ...] = ()
    reviewer: str = ""
    rereviewer: str = ""
    discipline: str = ""
    addressee: str = ""
    requests: int = 0
    respondents: tuple[str, ...] = ()
    respondent_officers: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()
    purpose: str = ""
    events: tuple[Event, ...] = ()
    trail: tuple[str, ...] = ()

    def last(self, steps: Iterable[str]) -> int:
        """Index of the latest event of any of `steps`; -1 if there is none."""
        wanted = frozenset(steps)
        return next((i for i in reversed(range(len(self.events))) if self.events[i].step in wanted), -1)

    def last_of(self, part: str) -> Event | None:
        """The latest event whose step is this to the rest of the house (`PARTS`)."""
        index = self.last(step.id for step in self.book.of_part(part))
        return self.events[index] if index >= 0 else None

    def office(self, relation: str) -> str:
        """The one office in this relation; "" where there is none, or where there may be several."""
        found = getattr(self, relation) if relation in OWNERS else ""
        return str(found)

    def offices(self, relation: str) -> tuple[str, ...]:
        """Every office in this relation."""
        if relation == "joint":
            return self.joint
        found = self.office(relation)
        return (found,) if found else ()


@dataclass(frozen=True)
class OpenStep:
    """A step that may be taken now, and the date by which it is on time, if it has one."""

    step: Step
    due: Count | None


class Unlawful(Exception):
    """A step that the book does not allow. `message` says what to do; `field` is the value at fault."""

    def __init__(self, step: str, article: str, message: Text, field: str | None = None) -> None:
        super().__init__(f"{step}: {message.en} ({article})")
        self.step = step
        self.article = article
        self.message = message
        self.field = field


@dataclass(frozen=True)
class _Move:
    """One attempt at a step. `values` is None while only looking whether the step is open."""

    case: Case
    step: Step
    values: Mapping[str, object] | None
    actor: Actor
    now: datetime
    calendar: Calendar
    relation: str

    def value(self, name: str) -> object:
        return None if self.values is None else self.values.get(name)


# --- facts to case ------------------------------------------------------------------------------------


def start(book: Book) -> Case:
    """A case before its registration."""
    return Case(book)


def replay(book: Book, events: Sequence[Event]) -> Case:
    """The case that these facts, in their order, leave."""
    return reduce(evolve, events, start(book))


def evolve(case: Case, event: Event) -> Case:
    """The case after one more fact. Never refuses; a step this book does not know changes no state."""
    step = case.book.steps.get(event.step)
    moved = replace(case, events=(*case.events, event), trail=(*case.trail, case.state))
    if step is None:
        return moved
    written = replace(moved, **_written(case, step, event.values))  # type: ignore[arg-type]
    return replace(written, state=_next_state(case, step, event.values))


def _next_state(case: Case, step: Step, values: Mapping[str, object]) -> str:
    if step.back_to:
        taken = case.last((step.back_to,))
        return case.trail[taken] if taken >= 0 else case.state
    detour = next((d.to for d in step.detours if _leads(d, values.get(d.field))), "")
    return detour or step.to or case.state


def _leads(detour: Detour, value: object) -> bool:
    return value == detour.value if detour.value else bool(value)


def _written(case: Case, step: Step, values: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {name: _EMPTY[name] for name in step.clears}
    found |= {name: _as_attribute(name, fields, values) for name, fields in step.sets.items()}
    if "recused" in step.sets:  # whoever once had to stand aside stands aside for good
        found["recused"] = (*case.recused, *cast(tuple[str, ...], found["recused"]))
    return found


_EMPTY: Mapping[str, object] = {
    **dict.fromkeys(OWNERS, ""),
    "joint": (),
    "requests": 0,
    "respondents": (),
    "respondent_officers": (),
    "recused": (),
    "purpose": "",
}


def _as_attribute(name: str, fields: tuple[str, ...], values: Mapping[str, object]) -> object:
    if isinstance(_EMPTY[name], tuple):
        return tuple(dict.fromkeys(str(v) for f in fields for v in _items(values.get(f))))
    given = next((values[f] for f in fields if values.get(f)), _EMPTY[name])
    return given if isinstance(given, type(_EMPTY[name])) else _EMPTY[name]


def _items(value: object) -> Iterable[object]:
    if isinstance(value, list | tuple):
        return value
    return (value,) if value else ()


# --- clocks of a case ---------------------------------------------------------------------------------


def running(case: Case, calendar: Calendar) -> tuple[Running, ...]:
    """Every clock running on the case, the petitioner's own included: those of its state in their order,
    then those that stand whatever the state.

    Before acceptance the decision clock runs as a shadow from the due date of the notice: it tells the
    latest day a decision can be on time, however late the acceptance comes.
    """
    state = case.book.states.get(case.state)
    names = (*(state.clocks if state else ()), *_standing(case))
    found = ((case.book.clocks[name], _count(case, name, calendar)) for name in names)
    return tuple(Running(clock, n, case.office(clock.owner)) for clock, n in found if n is not None)


def _standing(case: Case) -> tuple[str, ...]:
    """Clocks with stops that were started and not stopped since."""
    return tuple(
        clock.id
        for clock in case.book.clocks.values()
        if clock.stops and _started(case, clock)[0] > case.last(clock.stops)
    )


def breaches(case: Case, now: datetime, calendar: Calendar) -> tuple[Running, ...]:
    """Duties of an office whose date has passed, and of which no fact says so yet."""
    late = (r for r in running(case, calendar) if r.owner_office and not r.clock.right and r.overdue(now))
    return tuple(r for r in late if not _breached(case, r.clock.id, r.count))


def _breached(case: Case, clock_id: str, count: Count) -> bool:
    """Whether a breach of this run of the clock is a fact: taken since its start, or of the same date."""
    steps = {step.id for step in case.book.of_part("breach")}
    started, _ = _started(case, case.book.clocks[clock_id])
    return any(
        event.step in steps
        and event.values.get("clock") == clock_id
        and (0 <= started < index or event.values.get("due") == count.due.isoformat())
        for index, event in enumerate(case.events)
    )


def _count(case: Case, clock_id: str, calendar: Calendar) -> Count | None:
    clock = case.book.clocks[clock_id]
    index, since = _started(case, clock)
    if clock.unit == "per_case":
        return _given(case, clock, index, since)
    noticed = _shadow(case, clock, index, calendar)
    counted = partial(
        clocks.count,
        calendar=calendar,
        extension=_extension(case, clock, index),
        excluded=_excluded(case, clock, index),
    )
    if noticed is not None and (since is None or since > noticed.due):
        return counted(clock, since or noticed.since, noticed.due, shadow=True)
    return None if since is None else counted(clock, since, since)


def _given(case: Case, clock: Clock, index: int, since: date | None) -> Count | None:
    """The count of a clock whose last day the step that started it names, if it named one."""
    if since is None:
        return None
    named = next(s.due for s in clock.starts if s.step == case.events[index].step)
    due = _day_in(case.events[index].values[named])
    return None if due is None else clocks.given(clock, since, due)


def _started(case: Case, clock: Clock, before: int | None = None) -> tuple[int, date | None]:
    """Index and day of the start of `clock` that counts, among the events before index `before`: the
    latest, or the first since it was stopped where nothing starts it anew. (-1, None) without one."""
    before = len(case.events) if before is None else before
    if clock.restarts:
        found = (index for index in reversed(range(before)) if _starts(clock, case.events[index]))
    else:
        since = case.last(clock.stops) + 1
        found = (index for index in range(since, before) if _starts(clock, case.events[index]))
    index = next(found, -1)
    if index < 0:
        return -1, None
    event = case.events[index]
    field = next(s.field for s in clock.starts if s.step == event.step)
    return index, _day_in(event.values.get(field)) or _day(case, event.at)


def _starts(clock: Clock, event: Event) -> bool:
    """Whether the event starts the clock: one without a length only if the event names the last day."""
    start = next((s for s in clock.starts if s.step == event.step), None)
    return start is not None and (not start.due or _day_in(event.values.get(start.due)) is not None)


def _day(case: Case, moment: datetime) -> date:
    return clocks.day_of(moment, case.book.zone)


def _shadow(case: Case, clock: Clock, index: int, calendar: Calendar) -> Count | None:
    """The count of the notice clock that was started last before `clock` itself was, at `index`; none
    where `clock` had begun once already under that notice, as the redo of an answer begins it anew."""
    before = len(case.events) if index < 0 else index
    noticed = [(*_started(case, case.book.clocks[name], before), name) for name in clock.shadow_of]
    notice, since, name = max(noticed, default=(-1, None, ""), key=lambda found: found[0])
    again = index >= 0 and _started(case, clock, index)[0] > notice
    return None if since is None or again else clocks.due(case.book, name, since, calendar)


def _extension(case: Case, clock: Clock, index: int) -> int:
    grants = [c.extends for c in case.book.clocks.values() if c.extends and c.extends.clock == clock.id]
    days = (e.values.get(g.field) for g in grants for e in case.events[index + 1 :] if e.step == g.step)
    return sum(d for d in days if isinstance(d, int))


def _excluded(case: Case, clock: Clock, index: int) -> int:
    """Days of a hearing that do not count (Regulation Art. 36), since the clock was started."""
    out = clock.excluded
    if out is None:
        return 0
    held = (e.values for e in case.events[index + 1 :] if e.step == out.step)
    spans = ((_day_in(v.get(out.first)), _day_in(v.get(out.last))) for v in held)
    days = sum((last - first).days + 1 for first, last in spans if first and last and first <= last)
    return min(days, out.most)


def _day_in(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


# --- deciding -----------------------------------------------------------------------------------------


def decide(
    case: Case, step_id: str, values: Mapping[str, object], actor: Actor, now: datetime, calendar: Calendar
) -> Event:
    """The fact that taking this step makes, or Unlawful with the article. `values` may hold free text:
    it is checked, and left out of the event."""
    step = case.book.steps.get(step_id)
    if step is None:
        raise Unlawful(step_id, case.book.article, _NO_SUCH_STEP)
    values = {**values, **{f.id: actor.office for f in step.fields if f.derive == "acting"}}
    move = _permitted(case, step, values, actor, now, calendar)
    _refuse_guards(move, (g for g in step.guards if not g.field))
    cleaned = _cleaned(case, step, values, now)
    _refuse_guards(replace(move, values=cleaned), (g for g in step.guards if g.field))
    clear = {f.id: cleaned[f.id] for f in step.fields if f.id in cleaned and not f.sealed}
    return Event(step.id, now, actor, clear)


def _refuse_guards(move: _Move, guards: Iterable[Guard]) -> None:
    for guard in guards:
        if not CHECKS[guard.kind](guard, move):
            raise Unlawful(move.step.id, guard.article, guard.message, guard.field or None)


def open_steps(case: Case, actor: Actor, now: datetime, calendar: Calendar) -> tuple[OpenStep, ...]:
    """The steps `actor` may take now. Guards on values not yet given are left to `decide`."""
    found = (s for s in case.book.steps.values() if _is_open(case, s, actor, now, calendar))
    return tuple(OpenStep(step, _due(case, step, calendar)) for step in found)


def _is_open(case: Case, step: Step, actor: Actor, now: datetime, calendar: Calendar) -> bool:
    try:
        _refuse_guards(_permitted(case, step, None, actor, now, calendar), step.guards)
    except Unlawful:
        return False
    return True


def _refuse_state(case: Case, step: Step) -> None:
    if case.state in step.from_:
        return
    state = case.book.states.get(case.state)
    now_zh, now_en = (state.title.zh, state.title.en) if state else ("未登记", "not registered")
    zh = f"“{step.title.zh}”不能在“{now_zh}”状态下办理；请刷新页面，看看现在可以办理的步骤。"
    en = (
        f"“{step.title.en}” is not possible while the case is “{now_en}”. Reload to see what is possible now."
    )
    raise Unlawful(step.id, step.article, Text(zh, en))


def _cleaned(case: Case, step: Step, values: Mapping[str, object], now: datetime) -> dict[str, object]:
    try:
        return clean(step.fields, values, _day(case, now), case.requests)
    except FieldFault as fault:
        raise Unlawful(step.id, step.article, fault.message, fault.field) from None


def _permitted(
    case: Case,
    step: Step,
    values: Mapping[str, object] | None,
    actor: Actor,
    now: datetime,
    calendar: Calendar,
) -> _Move:
    """The attempt, once its state and its actor are right."""
    _refuse_state(case, step)
    offices = {name: _offices(case, step, name, values, actor) for name in OFFICE_RELATIONS}
    relations = [w.relation for w in step.by if w.role == actor.role and _related(w.relation, offices, actor)]
    if not relations:
        raise Unlawful(step.id, step.article, _not_yours(step))
    aside = (*case.respondent_officers, *case.recused)
    if actor.ref and actor.ref in aside and not set(relations) & set(_NO_OFFICE):
        raise Unlawful(step.id, case.book.recusal.article, case.book.recusal.message)
    state = case.book.states.get(case.state)
    owner = state.owner if state else ""
    relation = owner if owner in relations else relations[0]  # an office may be bureau and handler in one
    return _Move(case, step, values, actor, now, calendar, relation)


_NO_OFFICE = ("petitioner", "system", "public")


def _offices(
    case: Case, step: Step, relation: str, values: Mapping[str, object] | None, actor: Actor
) -> tuple[str, ...]:
    """The offices in this relation; where this very step names one first, the one it names."""
    known = case.offices(relation)
    if known or case.state or relation not in step.sets:
        return known
    return (actor.office if values is None else str(values.get(step.sets[relation][0], "")),)


def _related(relation: str, offices: Mapping[str, tuple[str, ...]], actor: Actor) -> bool:
    return relation in _NO_OFFICE or (bool(actor.office) and actor.office in offices[relation])


def _not_yours(step: Step) -> Text:
    zh = f"“{step.title.zh}”只能由规定的单位和岗位办理。"
    en = f"“{step.title.en}” can only be taken by the office and post that the procedure names."
    return Text(zh, en)


_NO_SUCH_STEP = Text("办理程序中没有这一步骤。", "The procedure has no such step.")


def _due(case: Case, step: Step, calendar: Calendar) -> Count | None:
    """The earliest date that binds this step: its clocks that run now, or its own window."""
    running_now = (*case.book.states[case.state].clocks, *_standing(case)) if case.state else ()
    counts = [_count(case, name, calendar) for name in step.clocks if name in running_now]
    counts += [_window(case, g, calendar) for g in step.guards if g.kind == "within_days_of"]
    return min((c for c in counts if c is not None), key=lambda c: c.due, default=None)


# --- guards -------------------------------------------------------------------------------------------


def _steps_taken(move: _Move, steps: tuple[str, ...]) -> Iterator[Event]:
    return (e for e in move.case.events if e.step in steps)


def _needs(guard: Guard, move: _Move) -> bool:
    since = move.case.last(guard.others)
    return all(move.case.last((step,)) > since for step in guard.steps)


def _never_after(guard: Guard, move: _Move) -> bool:
    return not any(_steps_taken(move, guard.steps))


def _at_most(guard: Guard, move: _Move) -> bool:
    recent = move.case.events[move.case.last(guard.others) + 1 :]
    return sum(e.step == move.step.id for e in recent) < guard.number


def _before(guard: Guard, move: _Move) -> bool:
    found = _count(move.case, guard.clock, move.calendar)
    return found is not None and not found.expired(move.now)


def _after(guard: Guard, move: _Move) -> bool:
    found = _count(move.case, guard.clock, move.calendar)
    return found is not None and found.expired(move.now)


def _pending(guard: Guard, move: _Move) -> bool:
    return move.case.last(guard.steps) > move.case.last(guard.others)


def _not_pending(guard: Guard, move: _Move) -> bool:
    return not _pending(guard, move)


def _not_same_officer(guard: Guard, move: _Move) -> bool:
    return move.actor.ref not in {e.actor.ref for e in _steps_taken(move, guard.steps)}


def _not_respondent(guard: Guard, move: _Move) -> bool:
    return not set(_items(move.value(guard.field))) & set(move.case.respondents)


def _handler_not_respondent(_: Guard, move: _Move) -> bool:
    return move.case.handler not in move.case.respondents


def _within_days_of(guard: Guard, move: _Move) -> bool:
    window = _window(move.case, guard, move.calendar)
    return window is not None and not window.expired(move.now)


def _window(case: Case, guard: Guard, calendar: Calendar) -> Count | None:
    index = case.last(guard.steps)
    if index < 0:
        return None
    return clocks.window(case.book, guard.number, guard.article, _day(case, case.events[index].at), calendar)


def _not_before(guard: Guard, move: _Move) -> bool:
    day, index = _day_in(move.value(guard.field)), move.case.last(guard.steps)
    return day is None or index < 0 or day >= _day(move.case, move.case.events[index].at)


def _same_as(guard: Guard, move: _Move) -> bool:
    return move.value(guard.field) in (None, "", move.value(guard.other_field))


def _not_purpose(guard: Guard, move: _Move) -> bool:
    return move.case.purpose not in guard.choices


def _by_owner(_: Guard, move: _Move) -> bool:
    state = move.case.book.states.get(move.case.state)
    return state is not None and move.relation == state.owner


def _choice_only_in(guard: Guard, move: _Move) -> bool:
    return move.value(guard.field) not in guard.choices or move.case.state in guard.states


def _only_purpose(guard: Guard, move: _Move) -> bool:
    return move.case.purpose in guard.choices


def _office_not(guard: Guard, move: _Move) -> bool:
    office = move.value(guard.field) if guard.field else move.actor.office
    return not any(office in move.case.offices(relation) for relation in guard.relations)


def _value_of(guard: Guard, move: _Move) -> bool:
    index = move.case.last(guard.steps)
    value = move.case.events[index].values.get(guard.other_field) if index >= 0 else None
    return any(str(one) in guard.choices for one in _items(value))


def _not_same_as_before(guard: Guard, move: _Move) -> bool:
    index = move.case.last(guard.steps)
    if move.case.last(guard.others) <= index or index < 0 or move.value(guard.other_field):
        return True
    return move.value(guard.field) != move.case.events[index].values.get(guard.field)


def _passed(guard: Guard, move: _Move) -> bool:
    late = breaches(move.case, move.now, move.calendar)
    said = (move.value(guard.field), move.value(guard.other_field))
    return any(said == (one.clock.id, one.count.due.isoformat()) for one in late)


def _channel_max(guard: Guard, move: _Move) -> bool:
    number = move.value(guard.field)
    if move.value("channel") not in guard.choices or not isinstance(number, int):
        return True
    return number <= guard.number


def _needs_value(guard: Guard, move: _Move) -> bool:
    wanted = any(str(one) in guard.choices for one in _items(move.value(guard.other_field)))
    return not wanted or move.value(guard.field) not in (None, "", [])


def _not_self(guard: Guard, move: _Move) -> bool:
    return move.value(guard.field) in (None, "") or move.value(guard.field) != move.actor.ref


def _imported_not(_: Guard, move: _Move) -> bool:
    parts = {move.case.book.steps[e.step].part for e in move.case.events if e.step in move.case.book.steps}
    return "import" not in parts or "take_up" in parts


CHECKS: Mapping[str, Callable[[Guard, _Move], bool]] = {
    "needs": _needs,
    "never_after": _never_after,
    "at_most": _at_most,
    "before": _before,
    "after": _after,
    "pending": _pending,
    "not_pending": _not_pending,
    "not_same_officer_as": _not_same_officer,
    "not_respondent": _not_respondent,
    "handler_not_respondent": _handler_not_respondent,
    "within_days_of": _within_days_of,
    "not_before": _not_before,
    "same_as": _same_as,
    "not_purpose": _not_purpose,
    "by_owner": _by_owner,
    "choice_only_in": _choice_only_in,
    "only_purpose": _only_purpose,
    "office_not": _office_not,
    "value_of": _value_of,
    "not_same_as_before": _not_same_as_before,
    "passed": _passed,
    "channel_max": _channel_max,
    "needs_value": _needs_value,
    "not_self": _not_self,
    "imported_not": _imported_not,
}
