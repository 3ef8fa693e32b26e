"""What must hold of every case of a book, whatever happens: eight properties, each proved or refuted.

`PROPERTIES` names them. Each is a few questions to the graph of all cases (`space`), or to the book alone; a
refutation carries the shortest way there. They speak of offices and days, so they know nothing of any law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from huiyin.procedure import fairness, rules
from huiyin.procedure.memories import Memory, Pending, Purpose, Turn
from huiyin.procedure.model import Machine
from huiyin.procedure.reading import Text
from huiyin.procedure.rules import MAKING, REFUSING
from huiyin.procedure.space import Arc, Space, backwards, components
from huiyin.procedure.strangers import Search
from huiyin.procedure.terms import OWNERS, Book, Clock, State, Step

Way = tuple[tuple[str, Arc, str], ...]


@dataclass(frozen=True)
class Violation:
    """One thing that does not hold. `about`: the state, step or clock at fault, such as ("state", "routed").
    `way`: the shortest way there, as (state, by, state)."""

    property: str
    about: tuple[str, str]
    message: Text
    way: Way = ()


Found = Iterator[tuple[tuple[str, str], Text, Way]]


class Cases:
    """The graph of all cases of a book, and what every property asks of it."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.machine = Machine(book)
        self.memories = self.machine.memories
        self.spaces: list[Space] = []

    @cached_property
    def core(self) -> Space:
        """Where a case can stand, and what can be done there."""
        return self.kept(Space(self.machine, (s.id for s in self.book.steps.values() if s.decides)).search())

    @cached_property
    def owning(self) -> Space:
        """The same, seeing who is responsible and which clocks run."""
        return self.kept(Space(self.machine, observed=self._observed(self._owning)).search())

    @cached_property
    def serving(self) -> Space:
        """The same, seeing what was made and what was served."""
        return self.kept(Space(self.machine, observed=self._observed(self._serving)).search())

    @cached_property
    def rising(self) -> Space:
        """The same, seeing which other office the petitioner can reach."""
        found: dict[Memory, frozenset[str]] = {}
        steps = [s.id for s in self.book.steps.values() if s.up]
        for turn in (t for name in steps for t in self.machine.turns[name]):
            for source, memory in self._looked_at_after(turn):
                found[memory] = found.get(memory, frozenset()) | {turn.target(source)}
        return self.kept(Space(self.machine, steps, found).search())

    @cached_property
    def exact(self) -> Machine:
        """The machine that leaves no guard out that it can follow."""
        return Machine(self.book, lax=False)

    @cached_property
    def whole(self) -> Space:
        """The core, with every guard that can be followed."""
        return Space(self.exact)

    def kept(self, space: Space) -> Space:
        if space not in self.spaces:
            self.spaces.append(space)
        return space

    def _observed(self, look: Callable[[State], Iterator[Memory]]) -> dict[Memory, frozenset[str]]:
        found: dict[Memory, frozenset[str]] = {}
        for state in self.book.states.values():
            for memory in look(state):
                found[memory] = found.get(memory, frozenset()) | {state.id}
        return found

    def _owning(self, state: State) -> Iterator[Memory]:
        if state.owner in OWNERS and not state.final:
            yield self.memories.named(state.owner)
        if self.asks_for_respondents and self._decides_first(state):
            yield self.memories.accused()
        if self.sealed is not None and not state.final:
            yield self.sealed
        if self.sealed is not None and any(state.id in s.targets() for s in self.book.of_part("forward")):
            yield self.memories.named("handler")
        for clock in self.binding(state):
            yield self.memories.begun(clock)
            if clock.stops:
                yield self.memories.standing(clock)

    def _serving(self, state: State) -> Iterator[Memory]:
        if state.final:
            yield from (self.served, self.unserved, self.memories.imported())

    def _decides_first(self, state: State) -> bool:
        return any(s.decides == "first" and state.id in s.from_ for s in self.book.steps.values())

    def _looked_at_after(self, turn: Turn) -> Iterator[tuple[str, Memory]]:
        """Whether the office to which a turn carries the matter is there, and another than the owner."""
        for source in turn.sources if turn.step.up in OWNERS else ():
            owner = self.book.states[source].owner
            if owner != turn.step.up:
                yield source, self.memories.named(turn.step.up)
            if owner != turn.step.up and owner in OWNERS:
                yield source, self.memories.same(turn.step.up, owner)

    def binding(self, state: State) -> tuple[Clock, ...]:
        """The clocks that can bind the owner of a state: its own, or else those that stand by themselves."""
        clocks = [c for c in self.book.clocks.values() if c.owner == state.owner]
        listed = tuple(c for c in clocks if c.id in state.clocks and c.right <= (c.owner == "petitioner"))
        if listed or state.final or state.unclocked:
            return listed
        return tuple(c for c in clocks if c.stops and not c.right)

    @cached_property
    def asks_for_respondents(self) -> bool:
        """Whether anybody is asked who is complained of."""
        return any("respondents" in step.sets for step in self.book.steps.values())

    @cached_property
    def served(self) -> Pending:
        return self.memories.pending(self._ids("serve"))

    @cached_property
    def unserved(self) -> Pending:
        made = [s.id for s in self.book.steps.values() if s.decides or s.part in MAKING]
        return self.memories.pending(made, self._ids("serve"))

    @cached_property
    def sealed(self) -> Purpose | None:
        """Whether the matter is sealed, where a book has such matters and somewhere to forward them."""
        forwards = self.book.sealed and self.book.of_part("forward")
        return self.memories.purpose(self.book.sealed) if forwards else None

    def _ids(self, part: str) -> tuple[str, ...]:
        return tuple(s.id for s in self.book.of_part(part))

    def at(self, space: Space) -> Iterator[tuple[int, State]]:
        """Every node and its state, nearest first."""
        return ((n, self.book.states[space.state(n)]) for n in range(1, len(space.nodes)))

    def open(self, space: Space) -> Iterator[tuple[int, State]]:
        """Every node of a case that has not ended."""
        return ((n, state) for n, state in self.at(space) if not state.final)


def told(space: Space, number: int) -> Way:
    """The shortest way to a node."""
    return _named(space, space.way(number))


def _named(space: Space, way: Iterable[tuple[int, Arc, int]]) -> Way:
    return tuple((space.state(a), arc, space.state(b)) for a, arc, b in way)


def check(book: Book) -> tuple[list[Violation], Cases]:
    """Every violation of every property, and the graph in which they were looked for."""
    cases = Cases(book)
    return list(violations(cases)), cases


def violations(cases: Cases) -> Iterator[Violation]:
    """Violations as they are found, those that are found quickly first; one for each thing at fault."""
    seen: set[tuple[object, ...]] = set()
    for look, name in (*rules.RULES, *fairness.RULES):
        yield from (Violation(name, about, message) for about, message in look(cases.book))
    for ask, name in QUESTIONS:
        for about, message, way in ask(cases):
            if (name, about, message) not in seen:
                seen.add((name, about, message))
                yield Violation(name, about, message, way)


# --- one responsible office, and a clock that binds it ------------------------------------------------


def _owned(cases: Cases) -> Found:
    space = cases.owning
    for node, state in cases.open(cases.owning):
        if state.owner in OWNERS and not space.has(node, cases.memories.named(state.owner)):
            yield ("state", state.id), _NO_OWNER, told(space, node)
        elif not state.unclocked and not any(_counts(cases, node, c) for c in cases.binding(state)):
            yield ("state", state.id), _NO_CLOCK, told(space, node)


def _counts(cases: Cases, node: int, clock: Clock) -> bool:
    asked = [cases.memories.begun(clock), *([cases.memories.standing(clock)] if clock.stops else ())]
    return all(cases.owning.has(node, memory) for memory in asked)


def _owner_can_move(cases: Cases) -> Found:
    space = cases.core
    owner = {node: state.owner for node, state in cases.open(cases.core) if state.owner in OWNERS}

    def by_owner(node: int) -> bool:
        return any(
            space.state(target) != space.state(node) and _relation(space.arcs[arc]) == owner[node]
            for arc, target in space.out[node]
        )

    def stays(source: int, arc: Arc, target: int) -> bool:
        return arc.is_sure and space.state(source) == space.state(target)

    able = backwards(space, {node for node in owner if by_owner(node)}, stays)
    for node in owner:
        if node not in able:
            yield ("state", space.state(node)), _IDLE_OWNER, told(space, node)


def _relation(arc: Arc) -> str:
    return arc.turn.relation if arc.turn else ""


_NO_OWNER = Text(
    "没有单位负责：负责单位从未指定", "nobody is responsible: the office that owns it was never named"
)
_NO_CLOCK = Text(
    "负责单位没有期限：没有计时，也没有说明理由", "no clock binds its owner, and no reason is given"
)
_IDLE_OWNER = Text("负责单位自己无法往下办", "the office that owns it cannot move it on by steps of its own")


# --- every state and step can happen ------------------------------------------------------------------


def _states_reached(cases: Cases) -> Found:
    found = {state.id for _, state in cases.at(cases.core)}
    for name in cases.book.states:
        if name not in found:
            yield ("state", name), Text("永远到不了这个状态", "no case can ever reach this state"), ()


def _steps_taken(cases: Cases) -> Found:
    possible = _possible(cases)
    for step in cases.book.steps.values():
        turns = possible[step.id]
        if not turns:
            yield ("step", step.id), Text("永远办不了这一步", "this step can never be taken"), ()
            continue
        for relation in {w.relation for w in step.by} - {t.relation for t in turns}:
            yield ("step", step.id), _never_by(relation), ()
        for detour in step.detours:
            if not any(t.target(s) == detour.to for t in turns for s in t.sources):
                yield ("step", step.id), _never_to(detour.to), ()


def _possible(cases: Cases) -> Mapping[str, set[Turn]]:
    """The turns that some case can take, of each step. Steps that ask for the same are looked for in one
    graph: the core, where that sees all they ask for, else one of their own."""
    groups: dict[frozenset[Memory], list[str]] = {}
    for name in cases.book.steps:
        groups.setdefault(cases.exact.cone([name], ())[0], []).append(name)
    found: dict[str, set[Turn]] = {}
    for memories, names in groups.items():
        wanted = {turn for name in names for turn in cases.exact.turns[name]}
        space = cases.whole if memories <= cases.whole.memories else Space(cases.exact, names)
        met = _meet(cases.kept(space), wanted)
        found |= {name: met & set(cases.exact.turns[name]) for name in names}
    return found


def _meet(space: Space, wanted: set[Turn]) -> set[Turn]:
    """Which of these turns some node allows; the space is searched no further than that needs."""
    found: set[Turn] = set()
    for node in space.walk():
        found.update(turn for turn in wanted - found if space.allows(node, turn))
        if found == wanted:
            break
    return found


def _never_by(relation: str) -> Text:
    return Text(f"“{relation}”永远办不了这一步", f"“{relation}” can never take this step")


def _never_to(state: str) -> Text:
    return Text(f"永远到不了“{state}”", f"it can never lead to “{state}”")


# --- everything ends without the petitioner -----------------------------------------------------------


def _ends(cases: Cases) -> Found:
    space = cases.core
    final = {node for node, state in cases.at(space) if state.final}
    ending = backwards(space, final, lambda _, arc, __: arc.is_sure)
    for node, state in cases.open(space):
        if node not in ending:
            yield ("state", state.id), _NO_END, told(space, node)


def _duties_end(cases: Cases) -> Found:
    for clock in cases.book.clocks.values():
        if clock.stops and not clock.right and clock.owner in OWNERS:
            yield from _duty_ends(cases, clock)


def _duty_ends(cases: Cases, clock: Clock) -> Found:
    """Who owes what a standing clock asks for can always do it: in the state where the case is or, where
    that cannot be shown, on its way to the end."""
    if _stuck(cases, clock, loose=True):
        yield from ((("clock", clock.id), _NO_STOP, way) for way in _stuck(cases, clock, loose=False))


def _stuck(cases: Cases, clock: Clock, loose: bool) -> list[Way]:
    """The shortest way to where the clock cannot be stopped, if there is one."""
    runs = cases.memories.standing(clock)
    everywhere = frozenset(cases.book.states)
    space = cases.kept(Space(cases.machine, clock.stops, {runs: everywhere}, loose).search())

    def allowed(source: int, arc: Arc, target: int) -> bool:
        return arc.is_sure and not (loose and space.state(source) != space.state(target))

    able = backwards(space, {n for n in range(len(space.nodes)) if _can_do(space, n, clock)}, allowed)
    owing = (n for n in range(len(space.nodes)) if space.has(n, runs))
    return [told(space, node) for node in owing if node not in able][:1]


def _can_do(space: Space, node: int, clock: Clock) -> bool:
    """Whether the office that owes it can do it here and now."""
    turns = (space.arcs[arc].turn for arc, _ in space.out[node])
    return any(t is not None and t.relation == clock.owner and t.step.id in clock.stops for t in turns)


_NO_END = Text("只靠各单位、时间和系统，永远走不到终点", "offices and time alone can never end it")
_NO_STOP = Text("负有义务的单位已无法履行", "the office that owes it can no longer do it")


# --- a way up -----------------------------------------------------------------------------------------


def _way_up(cases: Cases) -> Found:
    space = cases.rising
    for node, state in cases.at(space):
        elsewhere = state.remedy is not None and state.remedy_deadline is not None
        if not elsewhere and not _goes_up(cases, node, state):
            yield ("state", state.id), _NO_WAY_UP, told(space, node)


def _goes_up(cases: Cases, node: int, state: State) -> bool:
    """Whether a step of the petitioner's carries the matter to an office surely other than its owner."""
    sure: dict[Turn, bool] = {}
    for arc, target in cases.rising.out[node]:
        turn = cases.rising.arcs[arc].turn
        if turn is not None and turn.relation == "petitioner" and turn.step.up not in ("", state.owner):
            sure[turn] = sure.get(turn, True) and _is_other(cases, target, turn.step.up, state.owner)
    return any(sure.values())


def _is_other(cases: Cases, node: int, up: str, owner: str) -> bool:
    space, memories = cases.rising, cases.memories
    if not space.has(node, memories.named(up)):
        return False
    return owner not in OWNERS or not space.has(node, memories.same(up, owner))


_NO_WAY_UP = Text(
    "信访人没有往上走的路，也没有写明别处的救济和期限",
    "the petitioner has no way up from here, and no remedy elsewhere with its deadline",
)
# --- nobody reviews themselves ------------------------------------------------------------------------


def _self_review(cases: Cases) -> Found:
    space = cases.core
    for turn, stage, way in Search(space).self_reviews():
        message = Text(
            f"作出“{stage}”阶段决定的单位和工作人员可能自己复查自己",
            f"the office and officer that decided the stage “{stage}” may decide its review",
        )
        yield (
            ("step", turn.step.id),
            message,
            tuple((space.state(a), arc, space.state(b)) for a, arc, b in way),
        )


def _accused_decides(cases: Cases) -> Found:
    """No office decides about itself: not the first decision, and no matter is handed to it."""
    space = cases.owning
    for node, _ in cases.open(cases.owning):
        for turn in (space.arcs[arc].turn for arc, _ in space.out[node]):
            deciding = turn is not None and turn.step.decides == "first" and turn.relation == "handler"
            if turn and deciding and cases.asks_for_respondents and space.has(node, cases.memories.accused()):
                yield ("step", turn.step.id), _OWN_CAUSE, told(space, node)


_OWN_CAUSE = Text("被反映的单位可能自己作出决定", "the very office complained of may decide")


def _sealed_is_handed(cases: Cases) -> Found:
    """What is sealed from the accused is handed to no office but the one that may judge it, and whoever had
    it before has it no longer."""
    space = cases.owning
    for node, _ in cases.open(space):
        for turn, target in ((space.arcs[arc].turn, target) for arc, target in space.out[node]):
            if turn is None or cases.sealed is None:
                continue
            kept = turn.step.part == "forward" and space.has(target, cases.memories.named("handler"))
            if kept or (_hands(turn) and space.has(node, cases.sealed)):
                yield ("step", turn.step.id), _UNSEALED, told(space, node)


def _hands(turn: Turn) -> bool:
    """Whether a turn puts the matter into the hands of an office that may be the accused."""
    taken = turn.step.part in ("accept", *REFUSING) and turn.relation != "discipline"
    return turn.names("handler") or turn.names("joint") or taken


_UNSEALED = Text("密封的检举控告可能落到被检举人手里", "the accused can get hold of a sealed accusation")


# --- everything is bounded ----------------------------------------------------------------------------


def _no_endless_way(cases: Cases) -> Found:
    """No way leads round through two states for ever. A step that can be taken so many times in all and no
    more is on no such way, so its arcs are left out."""
    space = cases.core
    few = bounded_steps(cases.book)
    again = [[leg for leg in found if not _is_of(space, leg[0], few)] for found in space.out]
    group = components(again)
    known: list[frozenset[str]] = []
    for source, found in enumerate(again):
        for arc, target in found:
            turn = space.arcs[arc].turn
            if turn is None or group[source] != group[target] or space.state(source) == space.state(target):
                continue
            way = _round(space, again, group, (source, arc, target))
            steps = frozenset(by.turn.step.id for _, by, _ in way if by.turn)
            if not any(others <= steps for others in known):
                known.append(steps)
                yield ("step", turn.step.id), _ENDLESS, (*told(space, source), *way)


def _is_of(space: Space, arc: int, steps: set[str]) -> bool:
    turn = space.arcs[arc].turn
    return turn is not None and turn.step.id in steps


def bounded_steps(book: Book) -> set[str]:
    """Steps that can be taken so many times in all: at most n times, since nothing or since such a step."""
    found: set[str] = set()
    while more := {s.id for s in book.steps.values() if s.id not in found and _is_bounded(s, found)}:
        found |= more
    return found


def _is_bounded(step: Step, bounded: set[str]) -> bool:
    return any(
        (g.kind == "at_most" and set(g.others) <= bounded) or (g.kind == "never_after" and step.id in g.steps)
        for g in step.guards
    )


def _leg(space: Space, source: int, arc: int, target: int) -> tuple[str, Arc, str]:
    return space.state(source), space.arcs[arc], space.state(target)


def _round(
    space: Space, out: list[list[tuple[int, int]]], group: list[int], first: tuple[int, int, int]
) -> Way:
    """The shortest way that begins with this arc and comes back to where it began."""
    source, arc, target = first
    came: dict[int, tuple[int, int]] = {target: (source, arc)}
    todo = [target]
    for node in todo:  # which grows while we go
        for step, after in out[node]:
            if group[after] == group[source] and after not in came:
                came[after] = node, step
                todo.append(after)
    legs: list[tuple[str, Arc, str]] = []
    node = source
    while not legs or node != source:
        before, by = came[node]
        legs.append(_leg(space, before, by, node))
        node = before
    return tuple(reversed(legs))


_ENDLESS = Text("可以在几个状态之间没完没了地绕圈", "it can go round between states for ever")


# --- nothing is final without service -----------------------------------------------------------------


def _served(cases: Cases) -> Found:
    space, states = cases.serving, cases.book.states
    for node, _ in cases.open(cases.serving):
        for arc, target in space.out[node]:
            turn, after = space.arcs[arc].turn, states[space.state(target)]
            if not after.final or turn is None or _is_free(cases, turn, target):
                continue
            if not space.has(target, cases.served) or space.has(target, cases.unserved):
                yield ("state", after.id), _UNSERVED, (*told(space, node), _leg(space, node, arc, target))


def _is_free(cases: Cases, turn: Turn, target: int) -> bool:
    """The petitioner may end a matter without having been served anything; old history may have ended."""
    if cases.serving.has(target, cases.memories.imported()):
        return True
    return turn.step.part == "withdraw" and all(w.relation == "petitioner" for w in turn.step.by)


_UNSERVED = Text("最后的答复还没有送达，就到了终点", "it ends before the last answer was served")

QUESTIONS: tuple[tuple[Callable[[Cases], Found], str], ...] = (
    (_owned, "owner_and_clock"),
    (_way_up, "way_up"),
    (_served, "service_before_final"),
    (_accused_decides, "no_self_review"),
    (_sealed_is_handed, "no_self_review"),
    (_states_reached, "reachable"),
    (_ends, "ends"),
    (_owner_can_move, "owner_and_clock"),
    (_no_endless_way, "bounded"),
    (_self_review, "no_self_review"),
    (_steps_taken, "reachable"),
    (_duties_end, "ends"),
)
PROPERTIES: Mapping[str, Text] = {
    "owner_and_clock": Text(
        "没有结束的每一种情形都有一个负责单位，并有一个约束它的期限（或写明理由）",
        "whatever is open has one responsible office and a clock that binds it, or a stated reason",
    ),
    "reachable": Text("每个状态到得了，每个步骤办得成", "every state and every step can happen"),
    "ends": Text("只靠各单位和时间，总能走到终点", "offices and time alone can always end it"),
    "way_up": Text(
        "信访人总有往上走的路，或者写明的别处救济和期限",
        "the petitioner always has a way up, or a stated remedy elsewhere with its deadline",
    ),
    "closed_reasons": Text("推辞必有法定理由和依据", "every refusal has a closed reason and an article"),
    "no_self_review": Text("谁也不复查自己、不决定自己的事", "nobody reviews or judges themselves"),
    "bounded": Text("没有绕不完的圈，延长有上限", "no endless circles, no endless extensions"),
    "service_before_final": Text("没有送达就没有终点", "nothing is final without service"),
}
