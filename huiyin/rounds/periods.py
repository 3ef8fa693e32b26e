"""The rounds of an obligation: the days, weeks or months that each covers, and when each is due. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huiyin.procedure import Calendar, day_of
from huiyin.rounds.book import Obligation, Routine

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """One round: its first and last day, and the moment it is due."""

    first: date
    last: date
    due: datetime


def period(routine: Routine, obligation: Obligation, day: date, calendar: Calendar) -> Period | None:
    """The round that covers `day`; None on a rest day of what is owed on working days."""
    if obligation.every == "working_day" and not calendar.is_working_day(day):
        return None
    first, last = _around(obligation.every, day)
    since = first if obligation.counted == "first" else last
    return Period(first, last, routine.due(obligation, since, calendar))


def _around(every: str, day: date) -> tuple[date, date]:
    if every == "week":
        first = day - _DAY * day.weekday()
        return first, first + 6 * _DAY
    if every == "month":
        first = day.replace(day=1)
        return first, (first + 31 * _DAY).replace(day=1) - _DAY
    return day, day


def periods(
    routine: Routine, obligation: Obligation, since: date, until: date, calendar: Calendar
) -> Iterator[Period]:
    """Every round that begins on a day from `since` to `until`, in order."""
    day = since
    while day <= until:
        found = period(routine, obligation, day, calendar)
        if found is not None and found.first >= since:
            yield found
        day = found.last + _DAY if found else day + _DAY


def passed(
    routine: Routine, obligation: Obligation, since: date, now: datetime, calendar: Calendar
) -> Iterator[Period]:
    """Every round from `since` whose due moment is past at `now`."""
    today = day_of(now, routine.zone)
    return (one for one in periods(routine, obligation, since, today, calendar) if one.due <= now)


def covered(
    routine: Routine, obligation: Obligation, first: date, calendar: Calendar
) -> tuple[datetime, datetime]:
    """What a daily report tells of: from when the one before it was due until it is due itself.

    So each arrival stands in one report and no more, those of a weekend in that of the next working day.
    """
    this = period(routine, obligation, first, calendar)
    if this is None:
        raise ValueError(f"{first} has no round of {obligation.id}")
    day = first - _DAY
    before = period(routine, obligation, day, calendar)
    while before is None:
        day -= _DAY
        before = period(routine, obligation, day, calendar)
    return before.due, this.due
