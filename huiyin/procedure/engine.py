"""What may happen next to a case, by whom, until when and under which article: pure functions of its facts.

`decide` is the only judge of a step; `evolve` never refuses, because a fact has happened. Dates come from
facts and the calendar alone: nothing here depends on who looks, or when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce

from huiyin.procedure import clocks
from huiyin.procedure.calendars import Calendar
from huiyin.procedure.clocks import Count, Running
from huiyin.procedure.fields import FieldFault, clean
from huiyin.procedure.reading import Text
from huiyin.procedure.terms import OFFICE_RELATIONS, Book, Clock, Guard, Step


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
    requests: int = 0
    respondents: tuple[str, ...] = ()
    respondent_officers: tuple[str, ...] = ()
    purpose: str = ""
    events: tuple[Event, ...] = ()
    trail: tuple[str, ...] = ()

    def last(self, steps: Iterable[str]) -> int:
        """Index of the latest event of any of `steps`; -1 if there is none."""
        wanted = frozenset(steps)
        return next((i for i in reversed(range(len(self.events))) if self.events[i].step in wanted), -1)

    def office(self, relation: str) -> str:
        return {"bureau": self.bureau, "handler": self.handler}.get(relation, "")


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
    written = replace(moved, **_written(step, event.values))  # type: ignore[arg-type]
    return replace(written, state=_next_state(case, step, event.values))


def _next_state(case: Case, step: Step, values: Mapping[str, object]) -> str:
    if step.back_to:
        taken = case.last((step.back_to,))
        return case.trail[taken] if taken >= 0 else case.state
    detour = next((d.to for d in step.detours if values.get(d.field)), "")
    return detour or step.to or case.state


def _written(step: Step, values: Mapping[str, object]) -> dict[str, object]:
    cleared: dict[str, object] = {name: _EMPTY[name] for name in step.clears}
    return cleared | {name: _as_attribute(name, fields, values) for name, fields in step.sets.items()}


_EMPTY: Mapping[str, object] = {
    "bureau": "",
    "handler": "",
    "requests": 0,
    "respondents": (),
    "respondent_officers": (),
    "purpose": "",
}


def _as_attribute(name: str, fields: tuple[str, ...], values: Mapping[str, object]) -> object:
    if isinstance(_EMPTY[name], tuple):
        return tuple(dict.fromkeys(str(v) for f in fields for v in _items(values.get(f))))
    given = next((values[f] for f in fields if values.get(f)), _EMPTY[name])
    return given if isinstance(given, type(_EMPTY[name])) else _EMPTY[name]


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


# --- clocks of a case ---------------------------------------------------------------------------------


def running(case: Case, calendar: Calendar) -> tuple[Running, ...]:
    """Every clock running on the case, the petitioner's own included, in the order of its state.

    Before acceptance the decision clock runs as a shadow from the due date of the notice: it tells the
    latest day a decision can be on time, however late the acceptance comes.
    """
    state = case.book.states.get(case.state)
    found = (
        (case.book.clocks[name], _count(case, name, calendar)) for name in (state.clocks if state else ())
    )
    return tuple(Running(clock, n, case.office(clock.owner)) for clock, n in found if n is not None)


def _count(case: Case, clock_id: str, calendar: Calendar) -> Count | None:
    clock = case.book.clocks[clock_id]
    index, since = _started(case, clock)
    noticed = _shadow(case, clock, len(case.events) if since is None else index, calendar)
    extension = _extension(case, clock, index)
    if noticed is not None and (since is None or since > noticed.due):
        return clocks.count(clock, since or noticed.since, noticed.due, calendar, extension, shadow=True)
    return None if since is None else clocks.count(clock, since, since, calendar, extension)


def _started(case: Case, clock: Clock, before: int | None = None) -> tuple[int, date | None]:
    """Index and day of the latest start of `clock` among the events before index `before`."""
    fields = {s.step: s.field for s in clock.starts}
    for index in reversed(range(len(case.events) if before is None else before)):
        event = case.events[index]
        if event.step in fields:
            return index, _day_in(event.values.get(fields[event.step])) or clocks.day_of(event.at)
    return -1, None


def _shadow(case: Case, clock: Clock, before: int, calendar: Calendar) -> Count | None:
    """The count of the notice clock that was started last before `clock` itself was."""
    noticed = [(*_started(case, case.book.clocks[name], before), name) for name in clock.shadow_of]
    _, since, name = max(noticed, default=(-1, None, ""), key=lambda found: found[0])
    return None if since is None else clocks.due(case.book, name, since, calendar)


def _extension(case: Case, clock: Clock, index: int) -> int:
    grants = [c.extends for c in case.book.clocks.values() if c.extends and c.extends.clock == clock.id]
    days = (e.values.get(g.field) for g in grants for e in case.events[index + 1 :] if e.step == g.step)
    return sum(d for d in days if isinstance(d, int))


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
        return clean(step.fields, values, clocks.day_of(now), case.requests)
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
    offices = {name: _office(case, step, name, values, actor) for name in OFFICE_RELATIONS}
    relations = [w.relation for w in step.by if w.role == actor.role and _related(w.relation, offices, actor)]
    if not relations:
        raise Unlawful(step.id, step.article, _not_yours(step))
    if actor.ref and actor.ref in case.respondent_officers and not set(relations) & set(_NO_OFFICE):
        raise Unlawful(step.id, case.book.recusal.article, case.book.recusal.message)
    state = case.book.states.get(case.state)
    owner = state.owner if state else ""
    relation = owner if owner in relations else relations[0]  # an office may be bureau and handler in one
    return _Move(case, step, values, actor, now, calendar, relation)


_NO_OFFICE = ("petitioner", "system", "public")


def _office(case: Case, step: Step, relation: str, values: Mapping[str, object] | None, actor: Actor) -> str:
    """The office in this relation; where this very step names it first, the one it names."""
    known = case.office(relation)
    if known or case.state or relation not in step.sets:
        return known
    return actor.office if values is None else str(values.get(step.sets[relation][0], ""))


def _related(relation: str, offices: Mapping[str, str], actor: Actor) -> bool:
    return relation in _NO_OFFICE or (bool(actor.office) and offices[relation] == actor.office)


def _not_yours(step: Step) -> Text:
    zh = f"“{step.title.zh}”只能由规定的单位和岗位办理。"
    en = f"“{step.title.en}” can only be taken by the office and post that the procedure names."
    return Text(zh, en)


_NO_SUCH_STEP = Text("办理程序中没有这一步骤。", "The procedure has no such step.")


def _due(case: Case, step: Step, calendar: Calendar) -> Count | None:
    """The earliest date that binds this step: its clocks that run now, or its own window."""
    running_now = case.book.states[case.state].clocks if case.state else ()
    counts = [_count(case, name, calendar) for name in step.clocks if name in running_now]
    counts += [_window(case, g, calendar) for g in step.guards if g.kind == "within_days_of"]
    return min((c for c in counts if c is not None), key=lambda c: c.due, default=None)


# --- guards -------------------------------------------------------------------------------------------


def _steps_taken(move: _Move, steps: tuple[str, ...]) -> Iterator[Event]:
    return (e for e in move.case.events if e.step in steps)


def _needs(guard: Guard, move: _Move) -> bool:
    return set(guard.steps) <= {e.step for e in move.case.events}


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
    return move.value(guard.field) not in move.case.respondents


def _handler_not_respondent(_: Guard, move: _Move) -> bool:
    return move.case.handler not in move.case.respondents


def _within_days_of(guard: Guard, move: _Move) -> bool:
    window = _window(move.case, guard, move.calendar)
    return window is not None and not window.expired(move.now)


def _window(case: Case, guard: Guard, calendar: Calendar) -> Count | None:
    index = case.last(guard.steps)
    if index < 0:
        return None
    return clocks.window(guard.number, guard.article, clocks.day_of(case.events[index].at), calendar)


def _not_before(guard: Guard, move: _Move) -> bool:
    day, index = _day_in(move.value(guard.field)), move.case.last(guard.steps)
    return day is None or index < 0 or day >= clocks.day_of(move.case.events[index].at)


def _same_as(guard: Guard, move: _Move) -> bool:
    return move.value(guard.field) in (None, "", move.value(guard.other_field))


def _not_purpose(guard: Guard, move: _Move) -> bool:
    return move.case.purpose not in guard.choices


def _by_owner(_: Guard, move: _Move) -> bool:
    state = move.case.book.states.get(move.case.state)
    return state is not None and move.relation == state.owner


def _choice_only_in(guard: Guard, move: _Move) -> bool:
    return move.value(guard.field) not in guard.choices or move.case.state in guard.states


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
}
