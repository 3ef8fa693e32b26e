"""Counting days, exactly as Civil Code 200-204 counts them (Regulation on Petition Work by analogy).

The first day is not counted. Calendar days; where the last one is a rest day the term ends on the next
working day, moved once, at the end. Only a `working_day` clock counts working days. A term is over at
24:00 Asia/Shanghai of its due date. Nothing pauses a count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from huiyin.procedure.calendars import Calendar
from huiyin.procedure.reading import Text
from huiyin.procedure.terms import Book, Clock

ZONE = ZoneInfo("Asia/Shanghai")
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

    def expired(self, now: datetime) -> bool:
        """Whether 24:00 Asia/Shanghai of the due date has passed at `now` (aware)."""
        return now >= datetime.combine(self.due + _DAY, time(), ZONE)


@dataclass(frozen=True)
class Running:
    """A clock that is running on a case. `owner_office`: whose it is; "" for the petitioner's own."""

    clock: Clock
    count: Count
    owner_office: str

    def overdue(self, now: datetime) -> bool:
        return self.count.expired(now)


def day_of(moment: datetime) -> date:
    """The calendar day of `moment` in Asia/Shanghai. ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be counted from")
    return moment.astimezone(ZONE).date()


def due(book: Book, clock_id: str, since: date, calendar: Calendar, extension: int = 0) -> Count:
    """The due date of a clock that started on `since`. `extension`: days granted, counted before the roll.
    KeyError for an unknown clock; ValueError where the book allows no such extension."""
    clock = book.clocks[clock_id]
    if not 0 <= extension <= longest_extension(book, clock_id):
        raise ValueError(f"clock {clock_id} cannot be extended by {extension} days")
    return count(clock, since, since, calendar, extension)


def longest_extension(book: Book, clock_id: str) -> int:
    return max(
        (c.length for c in book.clocks.values() if c.extends and c.extends.clock == clock_id), default=0
    )


def count(
    clock: Clock, since: date, day_zero: date, calendar: Calendar, extension: int = 0, *, shadow: bool = False
) -> Count:
    """Count `clock` from `day_zero`, which is not counted itself."""
    found = _count(clock.id, clock.length, clock.unit, clock.article, since, day_zero, calendar, extension)
    return replace(found, shadow=shadow)


def _count(
    name: str,
    length: int,
    unit: str,
    article: str,
    since: date,
    day_zero: date,
    calendar: Calendar,
    extension: int = 0,
) -> Count:
    days = length + extension
    if unit == "working_day":
        first, last = day_zero + _DAY, _nth_working_day(day_zero, days, calendar)
    else:
        first = day_zero + timedelta(days=days)
        last = calendar.next_working_day(first)
    skipped = tuple(Skipped(d, calendar.name_of_rest(d)) for d in calendar.rest_days(first, last))
    provisional = any(calendar.provisional(d) for d in _days(first, last))
    return Count(name, since, day_zero, length, unit, extension, last, skipped, provisional, article)


def _nth_working_day(day: date, number: int, calendar: Calendar) -> date:
    for _ in range(number):
        day = calendar.next_working_day(day + _DAY)
    return day


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def window(days: int, article: str, since: date, calendar: Calendar) -> Count:
    """A span of calendar days that a guard allows, counted like a clock of the law; it has no id."""
    return _count("", days, "day", article, since, since, calendar)
