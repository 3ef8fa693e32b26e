"""The books and the calendar in force, read once a process: files that change only with a restart."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from huiyin.procedure import Book, Calendar, load_book

ZONE = ZoneInfo("Asia/Shanghai")


@cache
def calendar() -> Calendar:
    """State Council days with the county's own file (`HUIYIN_HOLIDAYS`) laid over them."""
    extra = settings.HUIYIN_HOLIDAYS
    return Calendar.china(Path(extra) if extra else None)


@cache
def book(pin: str) -> Book:
    """The book a case is pinned to, as `id@version`."""
    return load_book(pin)


def book_in_force() -> Book:
    return book(settings.HUIYIN_BOOK)


def pin(of: Book) -> str:
    return f"{of.id}@{of.version}"


def day_of(at: datetime) -> date:
    """The calendar day in Asia/Shanghai on which something happened."""
    return at.astimezone(ZONE).date()
