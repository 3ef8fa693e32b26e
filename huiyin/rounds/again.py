"""Daily reports to be filed again: what came after one was filed and before its hour stands in no other.

The filed fact says up to when it counted (`until`), and its row repeats that. What came since is looked up.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from huiyin.rounds import daily, routine
from huiyin.rounds.filing import Round
from huiyin.rounds.models import RoundRow
from huiyin.rounds.periods import period

# How far back a filed report is asked for again. Older ones stand as they were filed: figures of a month or
# a year are counted from the register, never from reports.
BACK = timedelta(days=31)


@dataclass(frozen=True)
class _Filed:
    """A report that counted until `since`, before its hour, as every one does that is filed in time."""

    round: Round
    since: datetime

    @property
    def due(self) -> datetime:
        return self.round.period.due

    def lacks(self, moments: Sequence[datetime]) -> bool:
        """Whether something came between; `moments` are in order."""
        place = bisect_left(moments, self.since)
        return place < len(moments) and moments[place] < self.due


def reports(today: date, offices: Sequence[str] | None = None) -> list[Round]:
    """Filed daily reports of the last month that more belongs in by now, by office and day."""
    filed = list(_filed(today, offices))
    came = _came(filed) if filed else {}
    return [one.round for one in filed if one.lacks(came.get(one.round.office, ()))]


def _filed(today: date, offices: Sequence[str] | None) -> Iterator[_Filed]:
    county = routine.in_force()
    obligation, calendar = county.of_act("daily"), routine.calendar(county)
    if obligation is None:
        return
    rows = RoundRow.objects.filter(obligation=obligation.id, day__gte=today - BACK)
    rows = rows.filter(counted_until__isnull=False)
    rows = rows if offices is None else rows.filter(office__in=offices)
    for row in rows.order_by("office", "day"):
        one, until = period(county, obligation, row.day, calendar), row.counted_until
        if one is not None and until is not None and until < one.due:
            yield _Filed(Round(obligation, row.office, one, row), until)


def _came(filed: Sequence[_Filed]) -> Mapping[str, Sequence[datetime]]:
    """By office, when something came that reports count, in order: of each day what came after the first of
    these offices had filed and before the hour, which is little where they file shortly before it."""
    spans: dict[datetime, datetime] = {}
    for one in filed:
        spans[one.due] = min(one.since, spans.get(one.due, one.since))
    within = reduce(or_, (Q(registered_at__gte=since, registered_at__lt=due) for due, since in spans.items()))
    registered = daily.registered({one.round.office for one in filed}).filter(within)
    told = list(registered.values_list("bureau", "registered_at"))
    told += daily.urgent(min(spans.values()), max(spans))
    found: dict[str, list[datetime]] = {}
    for office, at in sorted(told):
        found.setdefault(office, []).append(at)
    return found
