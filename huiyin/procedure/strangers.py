"""Who decides a stage, and who decides its review: offices known only by how they were named.

No office has a name here. Whenever a step names one it is a stranger: perhaps the same as any other, unless
the book says how it differs – the office above another (`derive`), or one that a guard keeps apart from
another (`office_not`). Two equal histories of strangers are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from huiyin.procedure.memories import Turn
from huiyin.procedure.rules import MAKING
from huiyin.procedure.space import Arc, Space
from huiyin.procedure.terms import OFFICE_RELATIONS, Guard, Step

EARLIER: Mapping[str, tuple[str, ...]] = {"review": ("first",), "rereview": ("first", "review")}
Pair = tuple[int, int]


@dataclass(frozen=True)
class Strangers:
    """Which stranger stands in which relation, which decided which stage by which step, which stranger is
    above which, and which are known to differ."""

    office: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    above: frozenset[Pair] = frozenset()
    apart: frozenset[Pair] = frozenset()

    def key(self) -> tuple[object, ...]:
        return self._key

    @cached_property
    def _key(self) -> tuple[object, ...]:
        return (*sorted(self.office.items()), *sorted(self.decided.items()), self.above, self.apart)

    def differ(self, one: int, other: int) -> bool:
        return bool({(one, other), (other, one)} & (self.above | self.apart))

    def after(self, turn: Turn) -> Strangers:
        """What is known once this turn was taken."""
        known = self._learnt(turn)
        acting = known.office.get(turn.relation)
        if (stage := _stage(turn.step)) and acting is not None:
            known = replace(known, decided={**known.decided, stage: (acting, turn.step.id)})
        for relation in OFFICE_RELATIONS:
            if relation in turn.step.clears or relation in turn.step.sets:
                known = known._named(turn, relation)
        return known._renumbered()

    def _learnt(self, turn: Turn) -> Strangers:
        """A step that was taken by one office not being another shows that they differ."""
        acting = self.office.get(turn.relation)
        others = [self.office.get(r) for g in _apart(turn.step, "") for r in g.relations]
        if acting is None:
            return self
        return replace(self, apart=self.apart | {(acting, other) for other in others if other is not None})

    def _named(self, turn: Turn, relation: str) -> Strangers:
        office = {r: s for r, s in self.office.items() if r != relation}
        known = replace(self, office=office)
        name = next((f for f in turn.step.sets.get(relation, ()) if turn.values.get(f)), "")
        item = turn.step.field(name)
        if item is None:
            return known
        source = turn.relation if item.derive == "acting" else item.derive
        if source in self.office:
            return replace(known, office={**office, relation: self.office[source]})
        new = max((*self._strangers(), -1)) + 1
        return replace(known, office={**office, relation: new})._placed(turn.step, name, new)

    def _placed(self, step: Step, name: str, new: int) -> Strangers:
        """What a step says about the office that it names in this field."""
        item = step.field(name)
        below = self.office.get(item.derive.removeprefix("above:")) if item and item.derive else None
        above = {(new, below)} | {(new, low) for high, low in self.above if high == below}
        others = [self.office.get(r) for g in _apart(step, name) for r in g.relations]
        apart = {(new, other) for other in others if other not in (None, new)}
        found = {(high, low) for high, low in above if low is not None}
        return replace(
            self,
            above=self.above | found,
            apart=self.apart | {(one, other) for one, other in apart if other is not None},
        )

    def _strangers(self) -> Iterator[int]:
        yield from (stranger for _, stranger in sorted(self.office.items()))
        yield from (stranger for _, (stranger, _) in sorted(self.decided.items()))

    def _renumbered(self) -> Strangers:
        """The same knowledge, whoever is no longer spoken of being forgotten."""
        order = [s for _, s in sorted(self.office.items())] + [
            s for _, (s, _) in sorted(self.decided.items())
        ]
        number = {stranger: i for i, stranger in enumerate(dict.fromkeys(order))}
        return Strangers(
            {r: number[s] for r, s in self.office.items()},
            {stage: (number[s], step) for stage, (s, step) in self.decided.items()},
            frozenset((number[a], number[b]) for a, b in self.above if a in number and b in number),
            frozenset((number[a], number[b]) for a, b in self.apart if a in number and b in number),
        )

    def reviews_itself(self, turn: Turn) -> str:
        """The earlier stage that may have been decided by the very office, and officer, that decides now."""
        known = self._learnt(turn)
        acting = known.office.get(turn.relation)
        fresh = {name for g in turn.step.guards if g.kind == "not_same_officer_as" for name in g.steps}
        for stage in EARLIER.get(_stage(turn.step), ()):
            decider, step = known.decided.get(stage, (acting, ""))
            if acting is None or (step and step not in fresh and not known.differ(acting, decider or 0)):
                return stage
        return ""


def _stage(step: Step) -> str:
    """The stage that a step decides; whoever makes a paper and does not say so decides first."""
    return step.decides or ("first" if step.part in MAKING else "")


def _apart(step: Step, name: str) -> Iterator[Guard]:
    return (g for g in step.guards if g.kind == "office_not" and g.field == name)


@dataclass(frozen=True)
class _Met:
    node: int
    known: Strangers
    parent: int
    arc: int


class Search:
    """Every case of a space, and what is known of its offices there."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.found = [_Met(0, Strangers(), -1, -1)]
        self.seen = {(0, self.found[0].known.key())}
        self.cache: dict[tuple[object, ...], Strangers] = {}
        self.mattering = [arc.turn if arc.turn and _matters(arc.turn) else None for arc in space.arcs]

    def self_reviews(self) -> Iterator[tuple[Turn, str, list[tuple[int, Arc, int]]]]:
        """Every turn by which an office may review itself: the turn, the stage, and the shortest way."""
        for number, met in enumerate(self.found):  # which grow while we go
            for arc, target in self.space.out[met.node]:
                turn, known = self.mattering[arc], met.known
                if turn is not None:
                    if _stage(turn.step) in EARLIER and (stage := known.reviews_itself(turn)):
                        yield turn, stage, [*self._way(number), (met.node, self.space.arcs[arc], target)]
                    known = self._after(known, turn)
                self._meet(_Met(target, known, number, arc))

    def _meet(self, met: _Met) -> None:
        key = met.node, met.known.key()
        if key not in self.seen:
            self.seen.add(key)
            self.found.append(met)

    def _after(self, known: Strangers, turn: Turn) -> Strangers:
        key = (*known.key(), turn)
        if key not in self.cache:
            self.cache[key] = known.after(turn)
        return self.cache[key]

    def _way(self, number: int) -> list[tuple[int, Arc, int]]:
        way: list[tuple[int, Arc, int]] = []
        while number > 0:
            met = self.found[number]
            way.append((self.found[met.parent].node, self.space.arcs[met.arc], met.node))
            number = met.parent
        return way[::-1]


def _matters(turn: Turn) -> bool:
    """Whether a turn names an office, decides, or shows that two offices differ."""
    step = turn.step
    named = {*step.sets, *step.clears} & set(OFFICE_RELATIONS)
    return bool(_stage(step) or named or any(_apart(step, "")))
