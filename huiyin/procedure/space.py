"""Every case that a book allows, as a graph: searched breadth first, equal cases being one node.

A node is an integer: the number of the state in its low bits, one bit for each remembered thing above. A
move is four masks: it may be taken where `node & mask == wanted`, and leads to `node & keep | put`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, product

from huiyin.procedure.memories import Back, Bits, Effect, Memory, Ticking, Turn
from huiyin.procedure.model import Machine, is_lax

Move = tuple[int, int, int, int, int]  # mask, wanted, keep, put, number of its arc
Observed = Mapping[Memory, frozenset[str]]


@dataclass(frozen=True, eq=False)
class Arc:
    """What leads from one node to another: a turn, or time that is over for a memory."""

    turn: Turn | None
    passes: Memory | None = None

    @cached_property
    def is_sure(self) -> bool:
        """Time, or a step of an office that no guard hinders which is not followed."""
        turn = self.turn
        lax = turn is not None and any(is_lax(turn.step, guard, False) for guard in turn.step.guards)
        return turn is None or not (turn.by_people or lax)


class Space:
    """The nodes that can be reached, in the order of their distance. `steps`: those whose being possible
    matters, besides those that change the state. `observed`: in which states somebody looks at a memory.
    `loose`: see `Machine.cone`; there are nodes then that no case can reach, and none is missing."""

    def __init__(
        self,
        machine: Machine,
        steps: Iterable[str] = (),
        observed: Observed | None = None,
        loose: bool = False,
    ) -> None:
        self.machine = machine
        self.memories, followed = machine.cone(steps, observed or (), loose)
        self._places = _Places(machine, self.memories)
        self.arcs, self._table = _Build(machine, self._places, followed, observed or {}).table()
        self.nodes: list[int] = [0]
        self.index: dict[int, int] = {0: 0}
        self.parents: list[tuple[int, int]] = [(0, 0)]
        self.out: list[list[tuple[int, int]]] = []  # for each node: (number of the arc, node)
        self._asked: dict[Turn, tuple[int, int]] = {}

    def search(self) -> Space:
        """Find every node."""
        for _ in self.walk():
            pass
        return self

    def walk(self) -> Iterator[int]:
        """Every node, nearest first, each found before it is told of; ways out of it are known after that."""
        states = self._places.states
        for source, node in enumerate(self.nodes):  # which grow while we go
            yield source
            if source < len(self.out):
                continue  # another search has been here
            found: list[tuple[int, int]] = []
            self.out.append(found)
            for mask, wanted, keep, put, arc in self._table[node & states]:
                if node & mask == wanted:
                    found.append((arc, self._number(node & keep | put, source, arc)))

    def allows(self, number: int, turn: Turn) -> bool:
        """Whether a turn can be taken in a node, by all that is followed here."""
        if self.state(number) not in turn.sources:
            return False
        if turn not in self._asked:
            followed = {bit: value for bit, value in turn.when.items() if bit in self._places.of}
            self._asked[turn] = self._places.masks(followed)
        mask, wanted = self._asked[turn]
        return self.nodes[number] & mask == wanted

    def _number(self, node: int, source: int, arc: int) -> int:
        number = self.index.get(node)
        if number is None:
            number = self.index[node] = len(self.nodes)
            self.nodes.append(node)
            self.parents.append((source, arc))
        return number

    def state(self, number: int) -> str:
        return self.machine.states[self.nodes[number] & self._places.states]

    def has(self, number: int, memory: Memory, bit: int = 0) -> bool:
        return bool(self.nodes[number] >> self._places.of[memory, bit] & 1)

    def way(self, number: int) -> list[tuple[int, Arc, int]]:
        """The shortest way to a node: (from, by, to) for every move."""
        found: list[tuple[int, Arc, int]] = []
        while number:
            source, arc = self.parents[number]
            found.append((source, self.arcs[arc], number))
            number = source
        return found[::-1]


class _Places:
    """Which bit of a node is what."""

    def __init__(self, machine: Machine, memories: Iterable[Memory]) -> None:
        width = len(machine.states).bit_length()
        self.states = (1 << width) - 1
        self.memories = sorted(memories, key=lambda memory: memory.name)
        bits = [(memory, bit) for memory in self.memories for bit in range(memory.size)]
        self.of = {bit: width + place for place, bit in enumerate(bits)}
        self.full = (1 << width + len(bits)) - 1

    def masks(self, bits: Bits) -> tuple[int, int]:
        """Which bits of a node these are, and what they are."""
        mask = wanted = 0
        for bit, value in bits.items():
            place = 1 << self.of[bit]
            mask |= place
            wanted |= place * value
        return mask, wanted

    def all_of(self, memory: Memory) -> int:
        return sum(1 << self.of[memory, bit] for bit in range(memory.size))


@dataclass(frozen=True)
class _Way:
    """One way that a turn can go: from a state to a state, where some bits are so, changing others."""

    turn: Turn
    source: str
    target: str
    when: tuple[int, int]
    then: tuple[int, int]


class _Build:
    """The moves that are possible from each state."""

    def __init__(
        self, machine: Machine, places: _Places, followed: Iterable[str], observed: Observed
    ) -> None:
        self.machine, self.places, self.observed = machine, places, observed
        self.turns = [turn for name in followed for turn in machine.turns[name]]
        self.backs = [m for m in places.memories if isinstance(m, Back)]
        self.arcs: list[Arc] = []

    def table(self) -> tuple[list[Arc], list[tuple[Move, ...]]]:
        ways = [way for turn in self.turns for way in self._ways(turn)]
        living = _Living(self, ways)
        found: list[dict[Move, None]] = [{} for _ in self.machine.states]
        numbers: dict[int, int] = {}
        for way in ways:
            arc = numbers.setdefault(id(way.turn), len(numbers))
            if arc == len(self.arcs):
                self.arcs.append(Arc(way.turn))
            found[self.machine.number[way.source]][self._move(way, living.unread(way), arc)] = None
        for memory in self.places.memories:
            if isinstance(memory, Ticking):
                self._ticks(memory, living, found)
        return self.arcs, [tuple(moves) for moves in found]

    def _move(self, way: _Way, unread: int, arc: int) -> Move:
        (mask, wanted), (changed, put) = way.when, way.then
        keep = self.places.full & ~(changed | unread | self.places.states)
        return mask, wanted, keep, put & ~unread | self.machine.number[way.target], arc

    def _ticks(self, memory: Ticking, living: _Living, found: list[dict[Move, None]]) -> None:
        effect = memory.tick()
        mask, wanted = self.places.masks(effect.when)
        changed, put = self.places.masks(effect.then)
        self.arcs.append(Arc(None, memory))
        for state in living.states(memory) - {""}:
            moves = found[self.machine.number[state]]
            moves[mask, wanted, self.places.full & ~changed, put, len(self.arcs) - 1] = None

    def _ways(self, turn: Turn) -> Iterator[_Way]:
        asked = self.places.masks({bit: v for bit, v in turn.when.items() if bit in self.places.of})
        for effects in product(*self._effects(turn)):
            when = _both(asked, *(self.places.masks(e.when) for e in effects))
            then = _both((0, 0), *(self.places.masks(e.then) for e in effects))
            if when is None or then is None:
                continue
            for source in turn.sources:
                for target, back in self._targets(turn, source):
                    here = _both(when, back)
                    if here is not None:
                        yield _Way(turn, source, target, here, self._left(turn, source, then))

    def _effects(self, turn: Turn) -> Iterator[Sequence[Effect]]:
        writing = (m for m in self.places.memories if turn.step.id in m.writers)
        return (m.effects(turn) for m in writing if not isinstance(m, Back))

    def _targets(self, turn: Turn, source: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """Where the turn leads, and what has to be remembered for it."""
        if not turn.step.back_to:
            yield turn.target(source), (0, 0)
            return
        memory, number = self.machine.memories.back(turn.step.back_to), self.machine.number
        if memory not in self.backs:
            yield from ((o, (0, 0)) for o in self.machine.book.steps[turn.step.back_to].from_ if o)
            return
        yield source, self.places.masks(memory.at(0))
        for origin in self.machine.book.steps[turn.step.back_to].from_:
            if origin:
                yield origin, self.places.masks(memory.at(number[origin]))

    def _left(self, turn: Turn, source: str, then: tuple[int, int]) -> tuple[int, int]:
        """The changes of a turn, and where it was taken."""
        for memory in self.backs:
            if turn.step.id in memory.writers:
                mask, put = self.places.masks(memory.at(self.machine.number[source]))
                then = then[0] | mask, then[1] | put
        return then


def _both(*masks: tuple[int, int]) -> tuple[int, int] | None:
    """All of these at once; None where they contradict each other."""
    mask = wanted = 0
    for other, value in masks:
        if mask & other & (wanted ^ value):
            return None
        mask, wanted = mask | other, wanted | value
    return mask, wanted


Spot = tuple[str, str]  # a state, and where a way back from it leads


class _Living:
    """Where each memory can still matter: it is read there, or later, before it is written anew.

    A state from which a way leads back (a withdrawn case) is one spot for each state it can lead back to:
    what mattered only in the others is forgotten at once.
    """

    def __init__(self, build: _Build, ways: Sequence[_Way]) -> None:
        self.build = build
        self.origins = self._origins(ways)
        self.legs = [(way, tuple(self._legs(way))) for way in ways]
        self.pairs = Counter(leg for _, legs in self.legs for leg in legs)
        self.by_step: dict[str, list[tuple[_Way, tuple[tuple[Spot, Spot], ...]]]] = {}
        for way, legs in self.legs:
            self.by_step.setdefault(way.turn.step.id, []).append((way, legs))
        self.spots = {memory: self._living(memory) for memory in build.places.memories}
        self._masks: dict[frozenset[Spot], int] = {}

    def _origins(self, ways: Sequence[_Way]) -> Mapping[str, tuple[str, ...]]:
        """Of each state that leads back, the states it can lead back to; one way back at a time."""
        back = next((m for m in self.build.backs if len(self.build.backs) == 1), None)
        if back is None:
            return {}
        before: dict[Spot, set[Spot]] = {}
        for way in ways:
            if way.turn.step.id not in back.writers:
                before.setdefault((way.target, ""), set()).add((way.source, ""))
        readers = frozenset((s, "") for t in self.build.turns if self._reads(t, back) for s in t.sources)
        sources = {w.source for w in ways if w.turn.step.id in back.writers}
        return {state: tuple(sorted(sources)) for state, _ in _backwards(readers, before)}

    def _legs(self, way: _Way) -> Iterator[tuple[Spot, Spot]]:
        for origin in self.origins.get(way.source, ("",)):
            if way.turn.step.back_to and origin and way.target not in (origin, way.source):
                continue
            yield (way.source, origin), (way.target, self._origin(way, origin))

    def _origin(self, way: _Way, origin: str) -> str:
        """Where a way back leads once this way was taken."""
        if way.target not in self.origins:
            return ""
        written = any(way.turn.step.id in back.writers for back in self.build.backs)
        return way.source if written else origin

    def unread(self, way: _Way) -> int:
        """The bits that nobody will ask for where this way leads, or after it."""
        ends = frozenset(after for _, after in self._legs(way))
        if ends not in self._masks:
            dead = (m for m, spots in self.spots.items() if not ends & spots)
            self._masks[ends] = sum(self.build.places.all_of(m) for m in dead)
        return self._masks[ends]

    def states(self, memory: Memory) -> set[str]:
        return {state for state, _ in self.spots[memory]}

    def _living(self, memory: Memory) -> frozenset[Spot]:
        mask = self.build.places.all_of(memory)
        pairs = self.pairs.copy()
        for name in memory.writers:
            for way, legs in self.by_step.get(name, ()):
                if way.then[0] & mask == mask:
                    pairs.subtract(legs)
        before: dict[Spot, set[Spot]] = {}
        for (source, target), number in pairs.items():
            if number:
                before.setdefault(target, set()).add(source)
        return _backwards(frozenset(self._readers(memory)), before)

    def _readers(self, memory: Memory) -> Iterator[Spot]:
        """Where somebody asks for it."""
        states = set(self.build.observed.get(memory, ()))
        for turn in self.build.turns:
            if self._reads(turn, memory):
                states.update(turn.sources)
        yield from ((state, origin) for state in states for origin in self.origins.get(state, ("",)))

    def _reads(self, turn: Turn, memory: Memory) -> bool:
        if isinstance(memory, Back):
            return turn.step.back_to in memory.writers
        return any((memory, bit) in turn.when for bit in range(memory.size))


def _backwards(wanted: frozenset[Spot], before: Mapping[Spot, set[Spot]]) -> frozenset[Spot]:
    """Every spot from which one of `wanted` can be reached."""
    found, todo = set(wanted), list(wanted)
    while todo:
        more = before.get(todo.pop(), set()) - found
        found |= more
        todo.extend(more)
    return frozenset(found)


# --- graphs -------------------------------------------------------------------------------------------


def backwards(space: Space, wanted: set[int], allowed: Callable[[int, Arc, int], bool]) -> set[int]:
    """Every node from which one of `wanted` can be reached by arcs that are allowed."""
    before: dict[int, list[int]] = {}
    for source, found in enumerate(space.out):
        for arc, target in found:
            if target != source and allowed(source, space.arcs[arc], target):
                before.setdefault(target, []).append(source)
    able, todo = set(wanted), list(wanted)
    while todo:
        more = [node for node in before.get(todo.pop(), ()) if node not in able]
        able.update(more)
        todo.extend(more)
    return able


def components(out: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    """For each node, the number of the group within which all can reach each other (Tarjan)."""
    order, low, group = [-1] * len(out), [0] * len(out), [-1] * len(out)
    path: list[int] = []
    numbers = count()
    for root in range(len(out)):
        work = [(root, iter(out[root]))] if order[root] < 0 else []
        while work:
            node, ahead = work[-1]
            if order[node] < 0:
                order[node] = low[node] = next(numbers)
                path.append(node)
            for _, after in ahead:
                if order[after] < 0:
                    work.append((after, iter(out[after])))
                    break
                if group[after] < 0:
                    low[node] = min(low[node], low[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    while group[node] < 0:
                        group[path.pop()] = node
    return group
