"""A round that nobody filed becomes a fact by itself, within a minute of its hour, exactly once.

Any number of processes may look at once: of two that record the same, one finds it taken and its fact was not
needed. What was missed is said of offices, never counted against anybody who complained.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError

from huiyin.casework.records import Deed
from huiyin.ledger import sequencer
from huiyin.ledger.facts import MovedOn, writing
from huiyin.offices import tree
from huiyin.procedure import day_of
from huiyin.rounds import filing, projection, routine
from huiyin.rounds.book import PERIODIC, Obligation, Routine
from huiyin.rounds.filing import Round
from huiyin.rounds.models import OfficeRow, PromiseRow, ReceptionRow, RoundRow
from huiyin.rounds.periods import passed
from huiyin.rounds.routine import SYSTEM

log = logging.getLogger(__name__)
# A look goes this far back; the first of a process goes back to the beginning.
BACK = timedelta(days=70)


class Look:
    """One process's looks: the first over everything, the others over what can have passed since."""

    def __init__(self) -> None:
        self._first = True

    def __call__(self, now: datetime) -> int:
        """How many were recorded. What cannot be read keeps nobody else's dates from passing."""
        return _safely(self._look, now)

    def _look(self, now: datetime) -> int:
        since = date.min if self._first else routine.today(now) - BACK
        done = record_due(now, since)
        self._first = False
        return done


def _safely(tell: Callable[..., int], *about: Any) -> int:
    try:
        return tell(*about)
    except DatabaseError:
        raise
    except Exception as fault:
        log.error("a missed round cannot be recorded: %s", type(fault).__name__)
        return 0


def record_due(now: datetime, since: date = date.min) -> int:
    """Record every obligation whose hour is past at `now` and that nobody discharged; how many."""
    if not routine.begun():
        return 0
    if faults := routine.faults():
        log.error("missed rounds cannot be recorded: %s", faults[0])
        return 0
    joined = routine.join(now)
    told = sum(_safely(_tell, one, now) for one in unfiled(now, since))
    told += sum(_safely(_tell_reception, row, now) for row in _receptions(now))
    told += sum(_safely(_tell_promise, row, now) for row in _promises(now))
    if told or joined:
        sequencer.kick()
    return told


def unfiled(now: datetime, since: date = date.min) -> Iterator[Round]:
    """Rounds by the calendar that passed, were not filed, and of which no fact says so."""
    county = routine.in_force()
    kinds = {office.code: office.kind for office in tree.offices()}
    offices = [row for row in OfficeRow.objects.order_by("office") if row.office in kinds]
    for obligation in county.obligations.values():
        if obligation.act in PERIODIC:
            owing = [row for row in offices if kinds[row.office] in obligation.offices]
            yield from _unfiled(county, obligation, owing, now, since)


def _unfiled(
    county: Routine, obligation: Obligation, owing: list[OfficeRow], now: datetime, since: date
) -> Iterator[Round]:
    earliest = max(since, min((row.since for row in owing), default=date.max))
    if earliest > day_of(now, county.zone):
        return
    known = {row.key: row for row in RoundRow.objects.filter(obligation=obligation.id, day__gte=earliest)}
    for one in passed(county, obligation, earliest, now, routine.calendar(county)):
        for office in owing:
            row = known.get(projection.round_key(obligation.id, office.office, one.first))
            told = row is not None and (row.filed_at or row.missed_at)
            if one.first >= office.since and not told:
                yield Round(obligation, office.office, one, row)


def missed(obligation: Obligation, office: str, day: date, due: datetime, **more: Any) -> Deed:
    """The fact that an office let an obligation pass."""
    values = {
        "obligation": obligation.id,
        "act": obligation.act,
        "owes": office,
        "round": day.isoformat(),
        "due_at": due.isoformat(),
        **more,
    }
    return Deed(projection.MISSED, SYSTEM, values=values)


def _tell(one: Round, now: datetime) -> int:
    deed = missed(one.obligation, one.office, one.period.first, one.period.due)
    try:
        with writing():
            row = RoundRow.objects.filter(key=one.key).first()
            if row is not None and (row.filed_at or row.missed_at):
                return 0
            filing.record_in(Round(one.obligation, one.office, one.period, row), deed, now)
    except MovedOn:
        return 0
    return 1


def _receptions(now: datetime) -> list[ReceptionRow]:
    return list(ReceptionRow.objects.filter(due_at__lte=now, erased=False).order_by("ref"))


def _tell_reception(row: ReceptionRow, now: datetime) -> int:
    obligation = routine.in_force().of_act("reception")
    if obligation is None or row.due_at is None:
        return 0
    return _tell_of(row.ref, row.seq, missed(obligation, row.office, row.day, row.due_at), now)


def _promises(now: datetime) -> list[PromiseRow]:
    return list(PromiseRow.objects.filter(next_miss__lte=now, erased=False).order_by("ref"))


def _tell_promise(row: PromiseRow, now: datetime) -> int:
    """Each date of a promise that passed: the promised day once, and every report that did not come."""
    told = 0
    while row.next_miss is not None and row.next_miss <= now:
        deed = _missed_of_promise(row)
        if deed is None or not _tell_of(row.ref, row.seq, deed, now):
            return told
        told, before = told + 1, row.next_miss
        row = PromiseRow.objects.get(ref=row.ref)
        if row.next_miss == before:
            raise ValueError(f"a promise would be missed for ever: {row.ref}")
    return told


def _missed_of_promise(row: PromiseRow) -> Deed | None:
    county = routine.in_force()
    report, kept = county.of_act("promise_report"), county.of_act("promise")
    if row.next_miss == row.next_report and report is not None and row.next_report is not None:
        day = day_of(row.next_report, county.zone)
        again = county.due(report, day, routine.calendar(county))
        return missed(report, row.office, day, row.next_report, report_by=again.isoformat())
    if kept is None or row.next_miss is None:
        return None
    return missed(kept, row.office, row.due, row.next_miss)


def _tell_of(ref: str, seen: int, deed: Deed, now: datetime) -> int:
    try:
        routine.add(ref, deed, now, seen=seen)
    except MovedOn:
        return 0
    return 1
