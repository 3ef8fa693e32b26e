"""What guards can ask of a case: one kind of memory for each kind of question, as a few bits.

Each says what a turn does to it. Why these are enough, and where one is forgotten, is told in `model`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from huiyin.procedure.terms import OWNERS, Book, Clock, Guard, Step

PEOPLE = ("petitioner", "public")


@dataclass(frozen=True, eq=False)
class Memory:
    """One thing that guards can ask of a case: `size` bits, all 0 before registration. `writers`: the steps
    that may change it. Two of the same `name` are the same object (`Memories`)."""

    name: str
    writers: frozenset[str]

    @property
    def size(self) -> int:
        return 1

    def effects(self, turn: Turn) -> Sequence[Effect]:
        """What a turn of one of the writers may do to it: one of these, whose `when` holds. Most simply, the
        first bit is set and the others are cleared."""
        return (self.become(turn.step.id in self.writers, *(False,) * (self.size - 1)),)

    def become(self, *values: bool) -> Effect:
        return Effect({(self, bit): value for bit, value in enumerate(values)})


Bits = Mapping[tuple[Memory, int], bool]
M = TypeVar("M", bound=Memory)


@dataclass(frozen=True, eq=False)
class Effect:
    """What becomes of some bits, where `when` holds."""

    then: Bits
    when: Bits = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Turn:
    """One way to take a step: in which relation to the case, with which of the values that matter, from
    which states, where `when` holds."""

    step: Step
    relation: str
    values: Mapping[str, object]
    sources: tuple[str, ...]
    when: Bits = field(default_factory=dict)

    @property
    def by_people(self) -> bool:
        return self.relation in PEOPLE

    def target(self, source: str) -> str:
        """Where it leads, but for a way back."""
        found = (d for d in self.step.detours if leads(d.value, self.values.get(d.field)))
        return next((d.to for d in found), "") or self.step.to or source

    def names(self, attribute: str) -> bool:
        """Whether it gives a value to this attribute of the case."""
        return any(self.values.get(name) for name in self.step.sets.get(attribute, ()))

    def keeps(self, relation: str) -> bool:
        """Whether an office in this relation acts, and names itself for it."""
        named = (self.step.field(name) for name in self.step.sets.get(relation, ()))
        return relation == self.relation and any(f is not None and f.derive == "acting" for f in named)


def leads(wanted: str, value: object) -> bool:
    return value == wanted if wanted else bool(value)


# --- kinds of memory ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Pending(Memory):
    """One of `steps` was taken later than all of `settlers`."""

    steps: frozenset[str]
    settlers: frozenset[str]

    def effects(self, turn: Turn) -> Sequence[Effect]:
        return (self.become(turn.step.id not in self.settlers),)


@dataclass(frozen=True, eq=False)
class Counted(Memory):
    """How often `step` was taken since the last of `since`, up to `most`: one bit for each time."""

    since: frozenset[str]
    most: int

    @property
    def size(self) -> int:
        return self.most

    def effects(self, turn: Turn) -> Sequence[Effect]:
        if turn.step.id in self.since:
            return (self.become(*(False,) * self.most),)
        return tuple(self._more())

    def _more(self) -> Iterator[Effect]:
        for times in range(self.most):
            yield Effect({(self, times): True}, {(self, bit): bit < times for bit in range(self.most)})
        yield Effect({}, {(self, self.most - 1): True})


@dataclass(frozen=True, eq=False)
class Begun(Memory):
    """A clock counts: it was started, or it has a shadow."""

    clock: Clock

    def effects(self, turn: Turn) -> Sequence[Effect]:
        if _ends(self.clock, turn):
            return (self.become(False),)
        return (Effect({}),) if _is_no_start(self.clock, turn) else (self.become(True),)


@dataclass(frozen=True, eq=False)
class Standing(Memory):
    """A clock that stands by itself was started and not stopped."""

    clock: Clock

    def effects(self, turn: Turn) -> Sequence[Effect]:
        if turn.step.id in self.clock.stops:
            return (self.become(False),)
        return (Effect({}),) if _is_no_start(self.clock, turn) else (self.become(True),)


def _is_no_start(clock: Clock, turn: Turn) -> bool:
    """A clock without a length is started only by a turn that names its last day."""
    start = next((s for s in clock.starts if s.step == turn.step.id), None)
    return start is not None and bool(start.due) and not turn.values.get(start.due)


def _ends(clock: Clock, turn: Turn) -> bool:
    """Once stopped, a clock that nothing starts anew counts no longer."""
    return not clock.restarts and turn.step.id in clock.stops


class Ticking(Memory):
    """What is over some time: bit 0, it counts; bit 1, its last day has passed."""

    @property
    def size(self) -> int:
        return 2

    def tick(self) -> Effect:
        return Effect({(self, 1): True}, {(self, 0): True, (self, 1): False})


@dataclass(frozen=True, eq=False)
class Timed(Ticking):
    """A clock of the law. Bit 2: it was itself started, so that no shadow moves it. `longer`: the steps that
    add days to it."""

    clock: Clock
    longer: frozenset[str]

    @property
    def size(self) -> int:
        return 3

    def effects(self, turn: Turn) -> Sequence[Effect]:
        clock, step = self.clock, turn.step.id
        if _ends(clock, turn):
            return (self.become(False, False, False),)
        if any(s.step == step for s in clock.starts):
            return (Effect({}),) if _is_no_start(clock, turn) else self._started()
        if step in self.longer:
            return self._revived()
        shadow = Effect({(self, 0): True, (self, 1): False}, {(self, 2): False})
        return shadow, Effect({}, {(self, 2): True})

    def _started(self) -> Sequence[Effect]:
        if self.clock.restarts:
            return (self.become(True, False, True),)
        first = self.become(True, False, True)
        return replace(first, when={(self, 2): False}), Effect({}, {(self, 2): True})

    def _revived(self) -> Sequence[Effect]:
        """Days added to a clock that is over may, or may not, make it run again."""
        over: Bits = {(self, 1): True}
        runs: Bits = {(self, 1): False}
        return Effect({}, runs), Effect({}, over), Effect(runs, over)


@dataclass(frozen=True, eq=False)
class Window(Ticking):
    """Days allowed from the latest of some steps."""

    days: int


@dataclass(frozen=True, eq=False)
class Named(Memory):
    """An office stands in this relation to the case."""

    relation: str

    def effects(self, turn: Turn) -> Sequence[Effect]:
        return (self.become(turn.names(self.relation)),)


@dataclass(frozen=True, eq=False)
class Purpose(Memory):
    """The purpose of the matter is one of these."""

    choices: frozenset[str]

    def effects(self, turn: Turn) -> Sequence[Effect]:
        found = (turn.values[f] for f in turn.step.sets.get("purpose", ()) if turn.values.get(f))
        return (self.become(next(found, "") in self.choices),)


@dataclass(frozen=True, eq=False)
class Valued(Memory):
    """The latest of some steps has one of `choices` in `field`."""

    field: str
    choices: frozenset[str]

    def effects(self, turn: Turn) -> Sequence[Effect]:
        return (self.become(self.answered(turn.values.get(self.field))),)

    def answered(self, value: object) -> bool:
        return bool(self.choices & set(value if isinstance(value, tuple) else (value,)))


@dataclass(frozen=True, eq=False)
class Imported(Memory):
    """History from an old sheet that nobody has taken up."""

    def effects(self, turn: Turn) -> Sequence[Effect]:
        return (self.become(turn.step.part == "import"),)


@dataclass(frozen=True, eq=False)
class Accused(Memory):
    """The handling office is itself complained of."""

    def effects(self, turn: Turn) -> Sequence[Effect]:
        step = turn.step
        if turn.keeps("handler"):
            return (Effect({}),)
        refused = {g.field for g in step.guards if g.kind == "not_respondent"}
        renamed = "handler" in step.sets or "handler" in step.clears
        if renamed and (not turn.names("handler") or refused & set(step.sets["handler"])):
            return (self.become(False),)
        return self.become(False), self.become(True)


@dataclass(frozen=True, eq=False)
class Same(Memory):
    """Two relations are the same office."""

    one: str
    other: str

    def effects(self, turn: Turn) -> Sequence[Effect]:
        if turn.keeps(self.one) or turn.keeps(self.other):
            return (Effect({}),)
        found = {*self._certain(turn, self.one, self.other), *self._certain(turn, self.other, self.one)}
        return tuple(self.become(value) for value in (found or (False, True)))

    def _certain(self, turn: Turn, named: str, other: str) -> Iterator[bool]:
        """What is certain about an office where a step names it."""
        step = turn.step
        if named in step.clears or (named in step.sets and not turn.names(named)):
            yield False
        for name in step.sets.get(named, ()):
            item = step.field(name)
            derived = item.derive if item is not None else ""
            if derived == f"above:{other}":
                yield False
            if derived and other == (turn.relation if derived == "acting" else derived):
                yield True
            for guard in (g for g in step.guards if g.field == name):
                if guard.kind == "office_not" and other in guard.relations:
                    yield False
                if guard.kind == "same_as" and guard.other_field in step.sets.get(other, ()):
                    yield True


@dataclass(frozen=True, eq=False)
class Back(Memory):
    """In which state, by its number, a step was last taken. It is written by `space`, which knows where."""

    width: int

    @property
    def size(self) -> int:
        return self.width

    def at(self, number: int) -> Bits:
        return {(self, bit): bool(number >> bit & 1) for bit in range(self.width)}


class Memories:
    """Every memory that anybody has asked for, each made once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._made: dict[str, Memory] = {}

    def _one(self, name: str, make: Callable[[str], M]) -> M:
        if name not in self._made:
            self._made[name] = make(name)
        return self._made[name]  # type: ignore[return-value]

    def pending(self, steps: Iterable[str], settlers: Iterable[str] = ()) -> Pending:
        some, others = frozenset(steps), frozenset(settlers)
        name = f"pending {sorted(some)} {sorted(others)}"
        return self._one(name, lambda n: Pending(n, some | others, some, others))

    def standing(self, clock: Clock) -> Standing:
        steps = frozenset((*(s.step for s in clock.starts), *clock.stops))
        return self._one(f"standing {clock.id}", lambda n: Standing(n, steps, clock))

    def counted(self, step: str, since: Iterable[str], most: int) -> Counted:
        others = frozenset(since)
        name = f"counted {step} {sorted(others)} {most}"
        return self._one(name, lambda n: Counted(n, others | {step}, others, most))

    def begun(self, clock: Clock) -> Begun:
        return self._one(f"begun {clock.id}", lambda n: Begun(n, self._moved_by(clock), clock))

    def timed(self, name: str) -> Timed:
        clock, longer = self.book.clocks[name], frozenset(self._longer(name))
        return self._one(f"timed {name}", lambda n: Timed(n, self._moved_by(clock) | longer, clock, longer))

    def _moved_by(self, clock: Clock) -> frozenset[str]:
        """Steps that start it, or its shadow, or end it."""
        shadows = (self.book.clocks[name] for name in clock.shadow_of)
        ends = () if clock.restarts else clock.stops
        return frozenset((*(s.step for c in (clock, *shadows) for s in c.starts), *ends))

    def _longer(self, name: str) -> Iterator[str]:
        found = (c.extends for c in self.book.clocks.values() if c.extends)
        yield from (e.step for e in found if e.clock == name)
        excluded = self.book.clocks[name].excluded
        yield from (excluded.step,) if excluded else ()

    def window(self, steps: Iterable[str], days: int) -> Window:
        some = frozenset(steps)
        return self._one(f"window {sorted(some)} {days}", lambda n: Window(n, some, days))

    def named(self, relation: str) -> Named:
        return self._one(f"named {relation}", lambda n: Named(n, self._setters(relation), relation))

    def _setters(self, *attributes: str) -> frozenset[str]:
        steps = self.book.steps.values()
        return frozenset(s.id for s in steps if {*s.sets, *s.clears} & set(attributes))

    def purpose(self, choices: Iterable[str]) -> Purpose:
        some = frozenset(choices)
        return self._one(f"purpose {sorted(some)}", lambda n: Purpose(n, self._setters("purpose"), some))

    def valued(self, steps: Iterable[str], name: str, choices: Iterable[str]) -> Valued:
        some, values = frozenset(steps), frozenset(choices)
        key = f"valued {sorted(some)} {name} {sorted(values)}"
        return self._one(key, lambda n: Valued(n, some, name, values))

    def imported(self) -> Imported:
        steps = frozenset(s.id for part in ("import", "take_up") for s in self.book.of_part(part))
        return self._one("imported", lambda n: Imported(n, steps))

    def accused(self) -> Accused:
        return self._one("accused", lambda n: Accused(n, self._setters("handler", "respondents")))

    def same(self, one: str, other: str) -> Same:
        """Whether two relations are one office, whichever is said first."""
        low, high = sorted((one, other))
        return self._one(f"same {low} {high}", lambda n: Same(n, self._setters(low, high), low, high))

    def back(self, step: str) -> Back:
        width = (len(self.book.states) + 1).bit_length()
        return self._one(f"back {step}", lambda n: Back(n, frozenset([step]), width))

    def asked(self, guard: Guard, step: Step, relation: str) -> Iterator[tuple[tuple[Memory, int], bool]]:
        """The bits that a guard asks for; none where it asks for what is not followed."""
        match guard.kind:
            case "needs":
                yield from (((self.pending([name], guard.others), 0), True) for name in guard.steps)
            case "never_after":
                yield from (((self.pending([name]), 0), False) for name in guard.steps)
            case "at_most":
                yield (self.counted(step.id, guard.others, guard.number), guard.number - 1), False
            case "before" | "after":
                yield (self.timed(guard.clock), 0), True
                yield (self.timed(guard.clock), 1), guard.kind == "after"
            case "pending" | "not_pending":
                yield (self.pending(guard.steps, guard.others), 0), guard.kind == "pending"
            case "within_days_of":
                yield (self.window(guard.steps, guard.number), 0), True
                yield (self.window(guard.steps, guard.number), 1), False
            case "not_purpose" | "only_purpose":
                yield (self.purpose(guard.choices), 0), guard.kind == "only_purpose"
            case "value_of":
                yield (self.valued(guard.steps, guard.other_field, guard.choices), 0), True
            case "imported_not":
                yield (self.imported(), 0), False
            case "handler_not_respondent":
                yield (self.accused(), 0), False
            case "office_not" if not guard.field and relation in OWNERS:
                for other in guard.relations:
                    yield (self.named(other) if other == relation else self.same(relation, other), 0), False

    def questions(self) -> tuple[Valued | Purpose, ...]:
        """Every question about a value given earlier: which values make a difference."""
        guards = [g for step in self.book.steps.values() for g in step.guards]
        purposes = [self.purpose(g.choices) for g in guards if g.kind in ("only_purpose", "not_purpose")]
        values = [self.valued(g.steps, g.other_field, g.choices) for g in guards if g.kind == "value_of"]
        sealed = [self.purpose(self.book.sealed)] if self.book.sealed else []
        return tuple(dict.fromkeys((*purposes, *sealed, *values)))
