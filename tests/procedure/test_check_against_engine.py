"""The graph that the proofs search, against the engine that runs: no lawful life is missing from it."""

from collections.abc import Iterator

import pytest

from huiyin.procedure import Case, Event, evolve, load_book, running, start
from huiyin.procedure.proofs import Cases
from huiyin.procedure.space import Space
from tests.procedure.walker import BOOKS, calendar, walk

WALKS, LIVES = 60, 120


class Shadow:
    """Every node of a space that a case can be, by what has happened to it so far."""

    def __init__(self, cases: Cases, space: Space) -> None:
        self.cases, self.space = cases, space
        self.nodes = {0}
        self.followed = {a.turn.step.id for a in space.arcs if a.turn}

    def take(self, event: Event, after: Case) -> None:
        self._wait()
        if event.step in self.followed:
            self.nodes = {to for node in self.nodes for to in self._by(node, event, after)}
        self.nodes = {node for node in self.nodes if self._agrees(node, after)}

    def _wait(self) -> None:
        todo = list(self.nodes)
        while todo:
            found = self.space.out[todo.pop()]
            passed = {to for arc, to in found if self.space.arcs[arc].passes is not None} - self.nodes
            self.nodes |= passed
            todo += passed

    def _by(self, node: int, event: Event, after: Case) -> Iterator[int]:
        by = after.book.steps[event.step].by
        relations = {who.relation for who in by if who.role == event.actor.role}
        for arc, to in self.space.out[node]:
            turn = self.space.arcs[arc].turn
            if turn is not None and turn.step.id == event.step and turn.relation in relations:
                yield to

    def _agrees(self, node: int, case: Case) -> bool:
        """Whether the node is in the state of the case, and its owner and clocks are those that run."""
        if self.space.state(node) != case.state:
            return False
        state, memories = case.book.states[case.state], self.cases.memories
        if self.space is not self.cases.owning or state.final:
            return True
        runs = {r.clock.id for r in running(case, calendar(case.book))}
        binding = [c for c in self.cases.binding(state) if not c.stops]
        clocks = all(self.space.has(node, memories.begun(c)) == (c.id in runs) for c in binding)
        return clocks and (state.owner == "petitioner" or bool(case.office(state.owner)))


@pytest.fixture(scope="module", params=BOOKS)
def cases(request: pytest.FixtureRequest) -> Cases:
    return Cases(load_book(request.param))


@pytest.mark.parametrize("of", ["core", "owning", "serving", "rising"])
def test_every_lawful_life_is_a_way_through_the_graph(cases: Cases, of: str) -> None:
    for seed in range(WALKS):
        case, shadow = start(cases.book), Shadow(cases, getattr(cases, of))
        for event in walk(cases.book.id, seed):
            case = evolve(case, event)
            shadow.take(event, case)
            assert shadow.nodes, (seed, [e.step for e in case.events])


def test_lives_go_nearly_everywhere(cases: Cases) -> None:
    """Else the test above would hold of very little."""
    taken = {event.step for seed in range(LIVES) for event in walk(cases.book.id, seed)}
    missed = set(cases.book.steps) - taken
    assert len(missed) < len(cases.book.steps) / 4, missed


SMALL = ("lgsco-2024", "cpgrams-2024")


@pytest.mark.parametrize("name", SMALL)
def test_it_forgets_nothing_that_matters(name: str) -> None:
    """What can happen in which state is the same when no memory is ever forgotten."""
    cases = Cases(load_book(name))
    everywhere = frozenset(cases.book.states)
    whole = Space(cases.machine, observed=dict.fromkeys(cases.core.memories, everywhere)).search()
    assert len(whole.nodes) > len(cases.core.nodes)
    assert happenings(whole) == happenings(cases.core)


def happenings(space: Space) -> set[tuple[str, str, str, str]]:
    return {
        (space.state(source), arc.turn.step.id, arc.turn.relation, space.state(target))
        for source, found in enumerate(space.out)
        for arc, target in ((space.arcs[number], target) for number, target in found)
        if arc.turn is not None
    }
