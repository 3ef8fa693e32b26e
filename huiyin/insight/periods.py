"""Periods that figures are made for: first and last day, and the same days a year earlier. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST = date(1950, 1, 1)


class BadPeriod(ValueError):
    """A period that ends before it begins, or begins before any figure does."""


@dataclass(frozen=True)
class Period:
    """Whole days, both ends among them."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadPeriod("a period ends on or after its first day")

    @classmethod
    def asked(cls, first: date, last: date) -> "Period":
        """A period that somebody typed; `BadPeriod` for one before there was anything to count."""
        if first < EARLIEST:
            raise BadPeriod(f"a period begins on {EARLIEST} or later")
        return cls(first, last)

    def year_earlier(self) -> "Period":
        """The same days of the calendar a year before; a month's end stays the month's end."""
        return Period(_year_before(self.first), _year_before(self.last, at_end=True))


def _year_before(day: date, *, at_end: bool = False) -> date:
    length = monthrange(day.year - 1, day.month)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return day.replace(year=day.year - 1, day=length if at_end and is_last else min(day.day, length))


def year_to(today: date) -> Period:
    """From the first of January to today: what an office reports unless it is asked for something else."""
    return Period(today.replace(month=1, day=1), today)


def month_of(today: date) -> Period:
    return Period(today.replace(day=1), today)


def last_month(today: date) -> Period:
    end = today.replace(day=1) - timedelta(days=1)
    return Period(end.replace(day=1), end)
