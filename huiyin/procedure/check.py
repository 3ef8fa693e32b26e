"""Every fault of a book that one look can find, for whoever writes one."""

from __future__ import annotations

from pathlib import Path

from huiyin.procedure.book import BookFault
from huiyin.procedure.loader import read_book


def faults(book_path: Path | str) -> list[BookFault]:
    """Faults of the book in this file, by line; empty when it can be used."""
    return sorted(read_book(Path(book_path))[1], key=lambda fault: fault.line)
