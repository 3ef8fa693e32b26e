"""What offices owed in the course of a case: each clock from the fact that began it to its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiyin.casework import law
from huiyin.casework.projection import course
from huiyin.casework.records import Past
from huiyin.procedure import Case, Running, running


@dataclass
class Run:
    """One duty of one office. `began`: the fact from which it is counted; `last`: the clock as it was counted
    last; `ended`: None while it runs."""

    began: Past
    last: Running
    ended: Past | None = None


def runs(facts: Sequence[Past]) -> Iterator[Run]:
    """Every duty of the case; those that still run come last."""
    now_running: dict[tuple[str, ...], Run] = {}
    for fact, case in course(facts):
        if not fact.step:
            continue
        clocks = {_key(one): one for one in _owed(case)}
        for key in [key for key in now_running if key not in clocks]:
            run = now_running.pop(key)
            run.ended = fact
            yield run
        for key, one in clocks.items():
            run = now_running.setdefault(key, Run(fact, one))
            if run.last.count.since != one.count.since:
                run.began = fact  # a shadow that a late start has joined
            run.last = one
    yield from now_running.values()


def _owed(case: Case) -> list[Running]:
    """Clocks that bind an office; a right that lapses, and the petitioner's own window, bind nobody."""
    clocks = running(case, law.calendar(case.book))
    return [one for one in clocks if one.owner_office and not one.clock.right]


def _key(one: Running) -> tuple[str, ...]:
    """What makes it the same duty from one fact to the next. A clock that stands by itself begins anew with
    each start; one that a state lists goes on, whether it is still a shadow or already counts."""
    began = one.count.since.isoformat() if one.clock.stops else ""
    return one.clock.id, one.owner_office, began
