"""Erasing the words of a routine's streams once nothing is owed in them; their dates and offices stand.

What was said of a case here, a promise or the trouble that it was, goes with the case.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from huiyin.casework import erasure, health, streams
from huiyin.casework.models import CaseRow
from huiyin.ledger.facts import writing
from huiyin.procedure import Actor, Text
from huiyin.rounds import projection, routine
from huiyin.rounds.models import PromiseRow, ReceptionRow, RoundRow, TroubleRow
from huiyin.rounds.routine import Refused, settled

NOT_OVER = Text(
    "还没有办结，或者文字已经删除。", "It is not over yet, or its words have been erased already."
)
PROMISED = Text(
    "其中的承诺还没有兑现，不能删除。", "A promise made in it is not kept yet: it cannot be erased."
)
# A report is corrected within a month (again.BACK) and a missed one made up for: a quarter leaves room.
STANDS = timedelta(days=92)


@dataclass(frozen=True)
class Done:
    """How many streams lost their words. Not `clean`: old bytes may stay until the next `scrub`."""

    erased: int
    clean: bool


def erase(ref: str, reason: str, actor: Actor, now: datetime) -> bool:
    """Erase one stream's words for good. False: old bytes may stay until the next `scrub`."""
    routine.require(actor, "key.erase")
    if not _of(now, [ref]):
        raise Refused(NOT_OVER)
    _erase(ref, reason, actor, now)
    return health.scrub()


def erase_before(day: date, reason: str, actor: Actor, now: datetime) -> Done:
    """Erase the words of whatever was over before a day; what still runs is left as it is."""
    refs = [ref for rows in _over(now) for ref in _refs(rows.filter(ended__lt=day))]
    for ref in refs:
        _erase(ref, reason, actor, now)
    return Done(len(refs), health.scrub())


def erase_case(case_id: str, reason: str, actor: Actor, now: datetime) -> bool:
    """`erasure.erase`, and with the case what was promised in it and the trouble that it was.

    After a crash in between, once more finishes what was left.
    """
    linked = [
        ref
        for table in (TroubleRow, PromiseRow)
        for ref in _refs(table._default_manager.filter(case_id=case_id, erased=False))
    ]
    if set(linked) - set(_of(now, linked)):
        raise Refused(PROMISED)
    if not linked or not CaseRow.objects.filter(case_id=case_id, erased=True).exists():
        erasure.erase(case_id, reason, actor, now)
    for ref in linked:
        _erase(ref, reason, actor, now)
    return health.scrub()


def _erase(ref: str, reason: str, actor: Actor, now: datetime) -> None:
    with writing():
        facts = streams.history(ref)
        fact = streams.erase(facts, reason, actor, now)
        projection.lay([*facts, fact])
    settled(fact)


def _over(now: datetime) -> Iterator[QuerySet[Any]]:
    """What is over and has its words yet, with the day on which it `ended`."""
    old = RoundRow.objects.filter(erased=False, day__lte=routine.today(now) - STANDS)
    ended = TroubleRow.objects.filter(erased=False, ended_on__isnull=False)
    done = ReceptionRow.objects.filter(erased=False).exclude(state=ReceptionRow.State.SCHEDULED)
    kept = PromiseRow.objects.filter(erased=False, kept_on__isnull=False)
    yield from (old.annotate(ended=F("day")), ended.annotate(ended=F("ended_on")))
    yield from (done.annotate(ended=F("day")), kept.annotate(ended=F("kept_on")))


def _of(now: datetime, refs: Iterable[str]) -> list[str]:
    """Those of the references that are over."""
    return [ref for rows in _over(now) for ref in _refs(rows.filter(ref__in=refs))]


def _refs(rows: QuerySet[Any]) -> Iterable[str]:
    return rows.order_by("ref").values_list("ref", flat=True)
