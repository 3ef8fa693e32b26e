"""The books and the calendars in force, read once a process: files that change only with a restart."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from huiyin.offices import tree
from huiyin.procedure import ZONE, Book, Calendar, Step, list_books, load_book, path_of
from huiyin.procedure import day_of as day_in

__all__ = ["ZONE", "book", "book_for", "book_in_force", "calendar", "day_of", "part", "the_step"]


class NotInBook(Exception):
    """The book has no step of the part that is asked for."""


def calendar(of: Book) -> Calendar:
    """The rest days of a book, with the county's own file (`HUIYIN_HOLIDAYS`) laid over them."""
    return calendar_of(of.calendar)


@cache
def calendar_of(kind: str) -> Calendar:
    """The rest days of a kind of calendar (`terms.CALENDARS`), the county's own among them."""
    extra = settings.HUIYIN_HOLIDAYS
    return Calendar.of(kind, Path(extra) if extra else None)


def own_books() -> Path | None:
    """The folder of the county's own books (`HUIYIN_BOOKS`)."""
    return Path(settings.HUIYIN_BOOKS) if settings.HUIYIN_BOOKS else None


def books() -> tuple[str, ...]:
    """Every book there is, as `id@version`: those shipped and the county's own."""
    return list_books(own_books())


@cache
def book(name: str) -> Book:
    """The book a case is pinned to (`id@version`), the newest of an `id`, or a book in a `.toml` file."""
    chosen = settings.HUIYIN_BOOK
    if chosen.endswith(".toml") and name != chosen and book(chosen).name == name:
        return book(chosen)
    return load_book(name, own_books())


def file_of(name: str) -> Path:
    """The file of the book a case is pinned to."""
    chosen = settings.HUIYIN_BOOK
    if chosen.endswith(".toml") and book(chosen).name == name:
        return Path(chosen)
    return path_of(name, own_books())


def book_in_force() -> Book:
    """The county's book (`HUIYIN_BOOK`)."""
    return book(settings.HUIYIN_BOOK)


def book_for(office: str) -> Book:
    """The book of what this office registers: its own, else the county's."""
    return named(tree.registering(office)[1])


def named(own: str) -> Book:
    """An office's own book; the county's where it has none."""
    return book(own) if own else book_in_force()


def part(name: str, step: str) -> str:
    """What a step of this book is to the rest of the house; "" for what is no step of it."""
    found = book(name).steps.get(step)
    return found.part if found else ""


def the_step(of: Book, wanted: str) -> Step:
    """The book's step of this part, the first if there are several; `NotInBook` if there is none."""
    found = of.of_part(wanted)
    if not found:
        raise NotInBook(f"the book {of.name} has no step of part {wanted}")
    return found[0]


def day_of(at: datetime, zone: ZoneInfo = ZONE) -> date:
    """The calendar day on which something happened, where the house (or a book: `Book.zone`) counts."""
    return day_in(at, zone)
