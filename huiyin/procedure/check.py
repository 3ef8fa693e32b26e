"""Every fault of a book that one look can find, for whoever writes one."""

from __future__ import annotations

from pathlib import Path

from huiyin.procedure.book import path_of, read_book
from huiyin.procedure.terms import BookFault


def faults(book: Path | str) -> list[BookFault]:
    """Faults of a book file, or of the shipped book of that id, by line; empty when it can be used."""
    try:
        named = isinstance(book, str) and not book.endswith(".toml")
        found = read_book(path_of(str(book)) if named else Path(book))[1]
    except BookFault as fault:
        return [fault]
    return sorted(found, key=lambda fault: fault.line)
