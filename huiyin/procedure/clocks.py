"""Counting days, exactly as Civil Code 200-204 counts them (Regulation on Petition Work by analogy).

The first day is not counted. Calendar days; where the last one is a rest day the term ends on the next
working day, moved once, at the end. Only a `working_day` clock counts working days. A term is over at
24:00 Asia/Shanghai of its due date. Nothing pauses a count.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from huiyin.procedure.calendars import Calendar
from huiyin.procedure.reading import Text
from huiyin.procedure.terms import ZONE, Book, Clock

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Skipped:
    """A rest day that the count passed over, and why it is one."""

    date: date
    name: Text


@dataclass(frozen=True)
class Count:
    """How a due date was found. `since`: what happened on that day started the clock; `day_zero`: the
    day not counted, later than nothing but earlier than `since` where a shadow count began before it.
    `clock` is "" for a window that is no clock of the law."""

    clock: str
    since: date
    day_zero: date
    length: int
    unit: str
    extension: int
    due: date
    skipped: tuple[Skipped, ...]
    provisional: bool
    article: str
    shadow: bool = False
    excluded: int = 0
    zone: ZoneInfo = ZONE

    def expired(self, now: datetime) -> bool:
        """Whether 24:00 of the due date has passed at `now` (aware), where the book's days are counted."""
        return now >= datetime.combine(self.due + _DAY, time(), self.zone)


@dataclass(frozen=True)
class Running:
    """A clock that is running on a case. `owner_office`: whose it is; "" for the petitioner's own."""

    clock: Clock
    count: Count
    owner_office: str

    def overdue(self, now: datetime) -> bool:
        return self.count.expired(now)


def day_of(moment: datetime, zone: ZoneInfo = ZONE) -> date:
    """The calendar day of `moment` in `zone`. ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be counted from")
    return moment.astimezone(zone).date()


def due(book: Book, clock_id: str, since: date, calendar: Calendar, extension: int = 0) -> Count:
    """The due date of a clock that started on `since`. `extension`: days granted, counted before the roll.
    KeyError for an unknown clock; ValueError where the book allows no such extension, or where each case
    has its own date."""
    clock = book.clocks[clock_id]
    if clock.unit == "per_case":
        raise ValueError(f"clock {clock_id} has no length: each case has its own date")
    if not 0 <= extension <= longest_extension(book, clock_id):
        raise ValueError(f"clock {clock_id} cannot be extended by {extension} days")
    return count(clock, since, since, calendar, extension)


def longest_extension(book: Book, clock_id: str) -> int:
    return max(
        (c.length for c in book.clocks.values() if c.extends and c.extends.clock == clock_id), default=0
    )


def count(
    clock: Clock,
    since: date,
    day_zero: date,
    calendar: Calendar,
    extension: int = 0,
    *,
    shadow: bool = False,
    excluded: int = 0,
) -> Count:
    """Count `clock` from `day_zero`, which is not counted itself. `extension` and `excluded` are days
    added before the roll. ValueError where the last day is after the calendar's end."""
    try:
        first, due = _span(clock, day_zero, extension + excluded, calendar)
        due + _DAY  # the day on which it is over
    except OverflowError:
        raise ValueError(f"a term from {day_zero} would end after {date.max - _DAY}") from None
    return Count(
        clock=clock.id,
        since=since,
        day_zero=day_zero,
        length=clock.length,
        unit=clock.unit,
        extension=extension,
        due=due,
        skipped=tuple(Skipped(d, calendar.name_of_rest(d)) for d in calendar.rest_days(first, due)),
        provisional=any(calendar.provisional(d) for d in _days(first, due)),
        article=clock.article,
        shadow=shadow,
        excluded=excluded,
        zone=clock.zone,
    )


def given(clock: Clock, since: date, due: date) -> Count:
    """The count of a clock whose last day somebody named: nothing to count, and nothing moves it."""
    return Count(clock.id, since, since, 0, clock.unit, 0, due, (), False, clock.article, zone=clock.zone)


def _span(clock: Clock, day_zero: date, added: int, calendar: Calendar) -> tuple[date, date]:
    """The first day on which rest days matter, and the last day of the term."""
    if clock.unit == "working_day":
        return day_zero + _DAY, _nth_working_day(day_zero, clock.length + added, calendar)
    last = _add_months(day_zero, clock.length) if clock.unit == "month" else day_zero + _DAY * clock.length
    last += _DAY * added
    return (last, calendar.next_working_day(last)) if clock.roll else (last + _DAY, last)


def _add_months(day: date, months: int) -> date:
    """The same date `months` later, or the last day of a month that has none (Regulation 1182/71, Art. 3)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > date.max.year:
        raise OverflowError("no such year")  # as adding days says it
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _nth_working_day(day: date, number: int, calendar: Calendar) -> date:
    for _ in range(number):
        day = calendar.next_working_day(day + _DAY)
    return day


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def window(book: Book, days: int, article: str, since: date, calendar: Calendar) -> Count:
    """A span of calendar days that a guard allows, counted like a clock of the law; it has no id."""
    clock = replace(_WINDOW, length=days, article=article, roll=book.roll, zone=book.zone)
    return count(clock, since, since, calendar)


_WINDOW = Clock("", Text("", ""), 1, "day", "", "", (), (), None, None, (), Text("", ""), False, True)
