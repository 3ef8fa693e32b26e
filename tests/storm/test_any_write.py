"""A registration is killed after each of its writes in turn: it is wholly there or not at all."""

import signal
from collections import Counter
from typing import Any

import pytest

from tests.environment import SERVER
from tests.storm import deeds
from tests.storm.nursery import Nursery

STRIDE = 2999  # bytes: no multiple of a page, so that pages are torn at ever other places
BEFORE_IT, COMMITTED, IN_THE_LOG = (0, 0), (1, 1), (1, 0)


def survey(nursery: Nursery, token: str, facts: int) -> tuple[int, int]:
    """What a killed registration left, as (facts, waiting facts), after making sure that it is whole."""
    found: dict[str, Any] = nursery.call(deeds.aftermath, token=token)
    left, mended, whole = found["left"], found["mended"], found["whole"]
    assert left["faults"] == []
    saved = left["facts"] - facts
    assert (saved, left["waiting"]) in (BEFORE_IT, COMMITTED, IN_THE_LOG)
    assert mended == {"facts": left["facts"], "waiting": 0}
    # The petitioner whose page never came sends the form again, and has one case all the same.
    assert found["again"] is bool(saved)
    assert (whole, found["index"]) == ({"facts": facts + 1, "waiting": 0}, facts)
    return saved, left["waiting"]


@pytest.mark.skipif(bool(SERVER), reason="the server writes PostgreSQL's files, not the process that dies")
def test_killed_in_the_middle_of_any_write_to_the_file(nursery: Nursery) -> None:
    tokens = deeds.tokens_of_full_filings("bytes")
    nursery.call(deeds.aftermath, token=next(tokens))  # leaves no write-ahead log: one filing makes it all
    whole = next(tokens)
    size = nursery.call(deeds.register_and_overrun, token=whole, room=1 << 30)
    nursery.call(deeds.aftermath, token=whole)
    facts = nursery.call(deeds.counts)["facts"]
    ends = []
    for number, (room, token) in enumerate(zip(range(0, size, STRIDE), tokens, strict=False)):
        child = nursery.start(deeds.register_and_overrun, token=token, room=room)
        assert child.end().signal in (0, signal.SIGXFSZ)
        ends.append(survey(nursery, token, facts + number))
    assert len(ends) > 15
    assert {BEFORE_IT, COMMITTED} <= set(ends)


def test_killed_after_any_statement_or_commit(nursery: Nursery) -> None:
    tokens = deeds.tokens_of_full_filings("steps")
    steps = nursery.call(deeds.register_and_die, token=next(tokens), at=0)
    facts = nursery.call(deeds.counts)["facts"]
    ends = []
    for at, token in zip(range(1, steps + 1), tokens, strict=False):
        child = nursery.start(deeds.register_and_die, token=token, at=at)
        died = child.end().signal
        assert died in (0, signal.SIGKILL)
        assert died or at > steps - 5, "one run has a step or two less than another"
        ends.append(survey(nursery, token, facts + at - 1))
    assert steps > 40
    assert min(Counter(ends)[end] for end in (BEFORE_IT, COMMITTED, IN_THE_LOG)) >= 5
