"""A book as a finite machine: everything that a guard can see of a case, and nothing else.

A case is its state and some *memories*: was that step taken, how often since, is a request pending, does a
clock not count, run, or is it over, is an office named, where does a way back lead. Each is a few bits, so
that a whole case is one integer and equal cases are one node (`space`).

What is left out changes nothing that is proved. A memory is followed when some guard that matters reads it
(`Machine.cone`): what no guard of a followed step reads cannot make a difference. It is forgotten in a state
from which no step reads it before it is written anew (`space`): two cases that differ in it alone can do the
same for ever. Time is a move of its own: any clock that runs may pass next, in any order.

How often and how long the petitioner may take back what they did, and how often an office may note or order
something that leaves the state as it is, is not counted (`is_lax`): more can then happen, never less, and no
proof that something *can* be done relies on such a step.

Where a guard asks for something that is not followed – a date in a form, another officer than before, an
office that nobody complained of – somebody with such a value is taken to be there; what follows is checked
for whichever value is given. A breach (`passed`) may be found wherever a duty can be late. So no lawful run
of the engine is missing here; a few that no calendar allows may be there besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, combinations, product

from huiyin.procedure.memories import Bits, Memories, Memory, Purpose, Turn, Valued, leads
from huiyin.procedure.terms import OFFICE_RELATIONS, Book, Field, Guard, Step

GIVEN = "given"


class Machine:
    """A book's steps as turns, and which memory each of them reads and writes."""

    def __init__(self, book: Book, lax: bool = True) -> None:
        self.book = book
        self.memories = Memories(book)
        self.states = ("", *book.states)
        self.number = {state: i for i, state in enumerate(self.states)}
        questions = self.memories.questions()
        self.turns = {
            s.id: tuple(_Turns(s, self.memories, questions, lax).all()) for s in book.steps.values()
        }
        self.moving = frozenset(s.id for s in book.steps.values() if s.back_to or s.targets())

    def cone(
        self, steps: Iterable[str], wanted: Iterable[Memory], loose: bool = False
    ) -> tuple[frozenset[Memory], frozenset[str]]:
        """Every memory on which the state of a case, these steps and these memories can ever depend, and
        every step that moves or writes one of them. `loose`: a step that moves a case is not asked what it
        depends on, so that it may be taken too often, and never too seldom."""
        memories, followed = set(wanted), set[str]()
        todo = {*self.moving, *steps}
        while todo or (todo := {w for m in memories for w in m.writers} - followed):
            followed |= todo
            asking = todo - self.moving if loose else todo
            memories |= {memory for name in asking for memory in self._reads[name]}
            todo = set()
        return frozenset(memories), frozenset(followed)

    @cached_property
    def _reads(self) -> Mapping[str, frozenset[Memory]]:
        """What the guards of each step ask."""
        return {name: frozenset(self._read(step)) for name, step in self.book.steps.items()}

    def _read(self, step: Step) -> Iterator[Memory]:
        yield from (memory for turn in self.turns[step.id] for memory, _ in turn.when)
        if step.back_to:
            yield self.memories.back(step.back_to)


@dataclass(frozen=True)
class _Turns:
    """The ways to take one step."""

    step: Step
    memories: Memories
    questions: tuple[Valued | Purpose, ...]
    lax: bool

    def all(self) -> Iterator[Turn]:
        for relation in dict.fromkeys(w.relation for w in self.step.by):
            for values in self._values():
                turn = Turn(self.step, relation, values, self._sources(relation, values))
                when = self._when(turn)
                if when is not None and turn.sources:
                    yield replace(turn, when=when)

    def _sources(self, relation: str, values: Mapping[str, object]) -> tuple[str, ...]:
        found, states = self.step.from_, self.memories.book.states
        for guard in self.step.guards:
            if guard.kind == "by_owner":
                found = tuple(s for s in found if s and states[s].owner == relation)
            if guard.kind == "choice_only_in" and values.get(guard.field) in guard.choices:
                found = tuple(s for s in found if s in guard.states)
        return found

    def _when(self, turn: Turn) -> Bits | None:
        """What the guards, and the actor, ask; None where this turn can never be."""
        found: dict[tuple[Memory, int], bool] = {}
        if turn.relation in OFFICE_RELATIONS and not (turn.sources == ("",) and turn.names(turn.relation)):
            found[self.memories.named(turn.relation), 0] = True
        for guard in self.step.guards:
            if self.lax and is_lax(self.step, guard, turn.by_people):
                continue
            for bit, value in self.memories.asked(guard, self.step, turn.relation):
                if found.setdefault(bit, value) != value:
                    return None
        return found

    def _values(self) -> Iterator[Mapping[str, object]]:
        fields = [f for f in self.step.fields if f.id in self._relevant]
        for found in product(*(tuple(self._options(f)) for f in fields)):
            values = {f.id: value for f, value in zip(fields, found, strict=True)}
            if all(_agrees(guard, values) for guard in self.step.guards):
                yield values

    @cached_property
    def _relevant(self) -> set[str]:
        """The fields whose values can make a difference."""
        step, clocks = self.step, self.memories.book.clocks.values()
        names = {d.field for d in step.detours}
        names |= {f for a, fields in step.sets.items() if a in (*OFFICE_RELATIONS, "purpose") for f in fields}
        names |= {s.due for c in clocks for s in c.starts if s.step == step.id and s.due}
        names |= {q.field for q in self.questions if isinstance(q, Valued) and step.id in q.writers}
        names |= {g.field for g in step.guards if g.kind == "choice_only_in"}
        together = ({g.field, g.other_field} for g in step.guards if g.kind == "needs_value")
        return names.union(*(pair for pair in together if pair & names))

    def _options(self, item: Field) -> Iterator[object]:
        """One value for each difference that the values of a field can make."""
        if not item.required:
            yield None
        if item.kind in ("choice", "outcomes"):
            yield from self._choices(item)
        else:
            yield True if item.kind == "flag" else GIVEN
        if item.kind == "flag" and item.required:
            yield False

    def _choices(self, item: Field) -> Iterator[object]:
        kinds = list({self._signature(item, c.id): c.id for c in reversed(item.choices)}.values())[::-1]
        if item.kind == "choice":
            yield from kinds
        else:  # one outcome for each request: any mixture
            mixed = chain.from_iterable(combinations(kinds, n) for n in range(1, len(kinds) + 1))
            yield from {self._several(item, some): some for some in mixed}.values()

    def _signature(self, item: Field, value: str) -> tuple[object, ...]:
        detour = next((d.to for d in self.step.detours if d.field == item.id and leads(d.value, value)), "")
        only = tuple(value in g.choices for g in self.step.guards if item.id in (g.field, g.other_field))
        return detour, only, self._answers(item, value)

    def _several(self, item: Field, some: tuple[str, ...]) -> tuple[object, ...]:
        guards = (g for g in self.step.guards if g.other_field == item.id)
        return (*self._answers(item, some), *(bool(set(g.choices) & set(some)) for g in guards))

    def _answers(self, item: Field, value: object) -> tuple[bool, ...]:
        return tuple(self._answer(q, item, value) for q in self.questions)

    def _answer(self, question: Valued | Purpose, item: Field, value: object) -> bool:
        if isinstance(question, Valued):
            asked = self.step.id in question.writers and question.field == item.id
            return asked and question.answered(value)
        return item.id in self.step.sets.get("purpose", ()) and value in question.choices


def is_lax(step: Step, guard: Guard, by_people: bool) -> bool:
    """Whether a guard only says how often, or how long, something may be done that moves nothing on: what
    people take back, what is noted or ordered several times in a state."""
    if guard.kind == "at_most" and guard.number > 1 and not step.targets() and not step.back_to:
        return not step.up
    plain = guard.kind == "within_days_of" or (guard.kind == "at_most" and not guard.others)
    return plain and by_people and not step.up


def _agrees(guard: Guard, values: Mapping[str, object]) -> bool:
    """Whether these values are together what the guard asks of them."""
    if guard.kind != "needs_value" or guard.other_field not in values:
        return True
    value = values[guard.other_field]
    wanted = set(guard.choices) & set(value if isinstance(value, tuple) else (value,))
    return not wanted or bool(values.get(guard.field))
