"""A date that passes becomes a fact by itself: the worker looks, and records what the book calls a breach.

Only what is due is looked at (`CaseRow.breach_at`). Any number of processes may look at once: of two
that record the same breach, one finds that the case has moved on, and its fact was not needed.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, connection

from huiyin.casework import law, projection
from huiyin.casework.models import CaseRow
from huiyin.casework.records import Past
from huiyin.casework.steps import history, take
from huiyin.ledger import sequencer
from huiyin.ledger.facts import MovedOn, writing
from huiyin.procedure import Actor, Running, breaches

log = logging.getLogger(__name__)

LOOK_EVERY = 20.0  # seconds; a breach is recorded within a minute of its date
AT_ONCE = 500  # cases a look takes in hand before it asks again
SYSTEM = Actor("system")


def record_due(now: datetime) -> int:
    """Record every breach that is due at `now`; how many. Facts are in the log soon after."""
    total, after = 0, ""
    while due := _due(now, after):
        for case_id in due:
            total += _record(case_id, now)
        after = due[-1]
    if total:
        sequencer.kick()
    return total


def _due(now: datetime, after: str) -> list[str]:
    """Cases with a duty that passed and is not recorded, by id, so that one that refuses is not met again."""
    rows = CaseRow.objects.filter(breach_at__lte=now, case_id__gt=after, erased=False)
    return list(rows.order_by("case_id").values_list("case_id", flat=True)[:AT_ONCE])


def _record(case_id: str, now: datetime) -> int:
    """All breaches of one case, in one transaction: another process's facts, or none, leave none of ours."""
    try:
        with writing():
            facts, told = history(case_id), 0
            while late := _first_late(facts, now):
                facts = [*facts, _breach(facts, late, now)]
                told += 1
            if not told:  # its row told of an older calendar
                projection.write(projection.project(facts))
    except MovedOn:
        return 0  # somebody else was faster: a step, or another worker
    except DatabaseError:
        raise
    except Exception as fault:  # one case that cannot be read must not keep the others' dates from passing
        log.error("a breach of case %s cannot be recorded: %s", case_id, type(fault).__name__)
        return 0
    return told


def _first_late(facts: list[Past], now: datetime) -> Running | None:
    case = projection.case_of(facts)
    late = breaches(case, now, law.calendar(case.book))
    return min(late, key=lambda one: (one.count.due, one.clock.id), default=None)


def _breach(facts: list[Past], late: Running, now: datetime) -> Past:
    step = law.the_step(law.book(facts[-1].book), "breach")
    values = {"clock": late.clock.id, "due": late.count.due.isoformat()}
    return take(facts, step.id, values, SYSTEM, now, whose=late.owner_office)


def follow(
    stop: threading.Event, clock: Callable[[], datetime], *others: Callable[[datetime], object]
) -> None:
    """Until `stop`: record what passes, looking every few seconds; `others` look at what is of no case."""
    while not stop.is_set():
        try:
            for look in (record_due, *others):
                look(clock())
        except DatabaseError as error:
            log.error("passed dates could not be recorded: %s", type(error).__name__)
        finally:
            connection.close()  # an idle process holds no file that may be replaced under it
        stop.wait(LOOK_EVERY)
