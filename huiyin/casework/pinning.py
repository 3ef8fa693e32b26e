"""A book that cases run under may not change: its file is pinned when the first of them is registered.

A change of procedure is a new version; older cases stay on theirs, or are taken over by `migrating`.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from huiyin.casework import law
from huiyin.casework.models import BookPin
from huiyin.offices.models import Office
from huiyin.procedure import Book, BookFault


class BookChanged(Exception):
    """A book was edited, or taken away, under the cases that run by it. The message says what to do."""


def pin(book: Book) -> None:
    """Remember the file of a book, inside the transaction that registers a case under it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM casework_bookpin WHERE name = %s", [book.name])
        found = cursor.fetchone()
        if found is None:
            cursor.execute(
                "INSERT INTO casework_bookpin (name, digest) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING",
                [book.name, book.digest],
            )
    if found is not None and found[0] != book.digest:
        raise BookChanged(_changed(book.name))


def faults() -> Iterator[str]:
    """What is wrong with the books in force and with those that cases run under, in words."""
    for name, digest in BookPin.objects.order_by("name").values_list("name", "digest"):
        try:
            if law.book(name).digest != digest:
                yield _changed(name)
        except BookFault as fault:
            yield f"cases run under the book {name}, which cannot be used: {fault}. Put its file back."
    for name, who in _in_force():
        try:
            law.book(name)
        except BookFault as fault:
            yield f"{who} names the book {name!r}, which cannot be used: {fault}"


def _in_force() -> Iterator[tuple[str, str]]:
    yield settings.HUIYIN_BOOK, "HUIYIN_BOOK"
    for code, name in Office.objects.exclude(book="").order_by("code").values_list("code", "book"):
        yield name, f"office {code!r} of the county file"


def _changed(name: str) -> str:
    book, _, version = name.partition("@")
    after = f"{book}@{int(version) + 1}"
    return (
        f"the book {name} was changed under the cases that run by it. Put its file back as it was; save the "
        f"change as a file of its own with version = {int(version) + 1}, which new cases follow, and take "
        f"older ones over with: huiyin procedure migrate {name} {after} --dry-run"
    )
