"""The way that most matters go, read out of a book: sent on, answered, and up to whoever reviews the answer.

The first page tells a newcomer by when each stop of it is due. Books name their steps and clocks as they
like; they are known here by the part, the stage and the owner alone.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache

from huiyin.procedure import Book, Clock, Step

# Steps that lead away from an answer to what was asked.
ASIDE = frozenset({"forward", "refuse", "redirect", "challenge", "withdraw", "undo", "close"})
DECIDING = ("answer", "review")


@cache
def limits(book: Book) -> tuple[Clock, ...]:
    """The time limits on that way, in order: what an office owes, and how long the petitioner may take.

    A limit that no step of the way starts belongs to a side road. What an office merely may do is no limit.
    """
    taken = tuple(_way(book))
    names = dict.fromkeys(name for step in taken for name in book.states[step.to].clocks)
    clocks = (book.clocks[name] for name in names)
    ids = {step.id for step in taken}
    return tuple(clock for clock in clocks if _is_limit(clock) and any(s.step in ids for s in clock.starts))


def _is_limit(clock: Clock) -> bool:
    return clock.owner == "petitioner" or not clock.right


def _way(book: Book) -> Iterator[Step]:
    """The steps from the filing on. A stop that a book does not have is passed by."""
    filed = book.of_part("file")[0]
    yield filed
    here = filed.to
    for stop in _STOPS:
        for step in _shortest(book, here, stop):
            yield step
            here = step.to


def _shortest(book: Book, here: str, stop: Callable[[Step], bool]) -> tuple[Step, ...]:
    """The fewest steps that end with one that is `stop`; none where no way leads there."""
    seen = {here}
    ways: deque[tuple[Step, ...]] = deque([()])
    while ways:
        way = ways.popleft()
        for step in _onward(book, way[-1].to if way else here):
            if stop(step):
                return (*way, step)
            if step.to not in seen:
                seen.add(step.to)
                ways.append((*way, step))
    return ()


def _onward(book: Book, state: str) -> Iterator[Step]:
    return (s for s in book.steps.values() if s.to and state in s.from_ and s.part not in ASIDE)


def _part(name: str) -> Callable[[Step], bool]:
    return lambda step: step.part == name


def _decision(stage: str) -> Callable[[Step], bool]:
    return lambda step: step.decides == stage and step.part in DECIDING


_STOPS = (
    _part("route"),
    _decision("first"),
    _part("serve"),
    _part("ask_review"),
    _decision("review"),
    _part("serve"),
    _part("ask_review"),
    _decision("rereview"),
)
