"""A county's own copy of a book, held against the book it was copied from.

A copy may be stricter on offices: shorter clocks, smaller numbers, more guards, more steps, states and
fields, other words. It may not be looser: what the book gives the petitioner and asks of offices is there,
in the same hands, on the same ways. Numbers that the book calls `local` are the county's to set.
"""

from __future__ import annotations

from collections.abc import Iterable

from huiyin.procedure.reading import Text
from huiyin.procedure.rules import PEOPLE, About, Broken
from huiyin.procedure.terms import Book, Clock, Field, Guard, State, Step

# What of a step, a state or a clock a copy has to leave as it is.
OF_STEPS = ("part", "to", "detours", "back_to", "sets", "up", "decides", "notice", "refusal", "clocks")
OF_STATES = ("owner", "final")
OF_CLOCKS = ("owner", "right", "starts", "extends", "excluded", "stops", "restarts")
OF_BOOKS = ("zone", "calendar", "roll", "recusal")
OF_GUARDS = ("clock", "field", "other_field", "others", "states")
# Guards that ask for more when they name more.
MORE = frozenset(["needs", "never_after", "not_same_officer_as", "not_purpose", "office_not"])


def looser(copy: Book, base: Book) -> Broken:
    """Every way in which the copy is looser than its base."""
    yield from _other(("book", copy.id), "book", OF_BOOKS, base, copy)
    if not base.sealed <= copy.sealed:
        yield ("book", copy.id), _differs("book", "sealed")
    for state in base.states.values():
        yield from _state(state, copy.states.get(state.id))
    for clock in base.clocks.values():
        yield from _clock(clock, copy.clocks.get(clock.id))
    for step in base.steps.values():
        yield from _step(step, copy.steps.get(step.id))


def _other(about: About, what: str, names: Iterable[str], base: object, copy: object) -> Broken:
    for name in names:
        if getattr(base, name) != getattr(copy, name):
            yield about, _differs(what, name)


def _differs(what: str, name: str) -> Text:
    return Text(f"{what}的“{name}”与所本的程序簿不同", f"“{name}” of this {what} is not that of its base")


def _gone(kind: str, name: str) -> Text:
    return Text(f"所本程序簿中的“{name}”（{kind}）不见了", f"the {kind} “{name}” of its base is gone")


def _state(base: State, copy: State | None) -> Broken:
    if copy is None:
        yield ("book", base.id), _gone("state", base.id)
        return
    about = "state", base.id
    yield from _other(about, "state", OF_STATES, base, copy)
    for name in set(base.clocks) - set(copy.clocks):
        yield about, _gone("clock", name)
    if copy.unclocked and not base.unclocked:
        yield about, _differs("state", "unclocked")
    for name in ("remedy", "remedy_deadline"):
        if getattr(base, name) and not getattr(copy, name):
            yield about, _gone("text", name)


def _clock(base: Clock, copy: Clock | None) -> Broken:
    if copy is None:
        yield ("book", base.id), _gone("clock", base.id)
        return
    about = "clock", base.id
    yield from _other(about, "clock", OF_CLOCKS, base, copy)
    if not set(base.shadow_of) <= set(copy.shadow_of):
        yield about, _differs("clock", "shadow_of")
    if not base.local and (base.unit != copy.unit or copy.length > base.length):
        yield about, Text("比所本的程序簿更长", "it is longer than in its base, or counted otherwise")
    if base.owner == "petitioner" and copy.length < base.length:
        yield about, Text("给信访人的时间比所本的程序簿短", "it gives the petitioner less time than its base")


def _step(base: Step, copy: Step | None) -> Broken:
    if copy is None:
        yield ("book", base.id), _gone("step", base.id)
        return
    about = "step", base.id
    yield from _other(about, "step", OF_STEPS, base, copy)
    if set(base.from_) != set(copy.from_):
        yield about, _differs("step", "from")
    if set(base.by) != set(copy.by):
        yield about, _differs("step", "by")
    if not set(base.clears) <= set(copy.clears):
        yield about, _differs("step", "clears")
    yield from ((about, _differs("step", f.id)) for f in base.fields if _is_looser(base, f, copy.field(f.id)))
    yield from ((about, _less(guard)) for guard in base.guards if not _kept(base, guard, copy))
    if any(w.relation in PEOPLE for w in base.by) and len(copy.guards) > len(base.guards):
        yield about, Text("给信访人的步骤加了条件", "the petitioner is asked for more than in its base")


def _is_looser(step: Step, base: Field, copy: Field | None) -> bool:
    """Whether a field asks for less than that of its base."""
    if copy is None or (base.required and not copy.required):
        return True
    if (base.kind, base.derive, base.sealed) != (copy.kind, copy.derive, copy.sealed):
        return True
    if base.needed_if not in (None, copy.needed_if) or base.only_if not in (None, copy.only_if):
        return True
    if step.refusal and {c.id for c in copy.choices} - {c.id for c in base.choices}:
        return True
    bounded = base.kind in ("number", "date") and not step.local
    return bounded and base.max is not None and (copy.max is None or copy.max > base.max)


def _less(guard: Guard) -> Text:
    zh = f"少了一个条件（{guard.kind}）：{guard.message.zh}"
    return Text(zh, f"a guard of its base is gone or looser ({guard.kind}): {guard.message.en}")


def _kept(step: Step, guard: Guard, copy: Step) -> bool:
    return any(_as_strict(guard, other, step.local) for other in copy.guards if other.kind == guard.kind)


def _as_strict(base: Guard, copy: Guard, local: bool) -> bool:
    """Whether a guard asks at least what that of the base asks."""
    same = all(getattr(base, name) == getattr(copy, name) for name in OF_GUARDS)
    tighter = copy.number < base.number and base.kind != "within_days_of"
    named = all(_named(base, copy, name) for name in ("steps", "choices", "relations"))
    return same and named and (local or tighter or base.number == copy.number)


def _named(base: Guard, copy: Guard, name: str) -> bool:
    wanted, found = set(getattr(base, name)), set(getattr(copy, name))
    return wanted <= found if base.kind in MORE else wanted == found
