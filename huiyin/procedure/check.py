"""What is wrong with a book: faults that reading it shows, and violations that exploring it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from huiyin.procedure import proofs
from huiyin.procedure.book import list_books, load_book, path_of, read_book
from huiyin.procedure.copies import looser
from huiyin.procedure.proofs import PROPERTIES, Violation
from huiyin.procedure.reading import Document, TomlFault
from huiyin.procedure.terms import Book, BookFault
from huiyin.procedure.timeline import Moment, tell

__all__ = ["PROPERTIES", "Found", "Report", "examine", "faults"]


@dataclass(frozen=True)
class Found:
    """One violation, the line of the book where what is at fault begins, and the shortest way there."""

    violation: Violation
    line: int
    timeline: tuple[Moment, ...]


@dataclass(frozen=True)
class Report:
    """`faults`: why the book cannot be used at all; then nothing else was looked at. `proved`: properties
    that hold. `states`: how many different cases were met."""

    book: Book | None
    faults: tuple[BookFault, ...]
    proved: tuple[str, ...]
    violations: tuple[Found, ...]
    states: int
    seconds: float

    @property
    def good(self) -> bool:
        return not self.faults and not self.violations


def faults(book: Path | str, own: Path | None = None) -> list[BookFault]:
    """Faults of a book file, or of the book of that id, by line; empty when it can be used."""
    return list(_read(book, own)[2])


def examine(book: Path | str, own: Path | None = None) -> Report:
    """Read a book and prove it, or say what is wrong; a copy is held against its base besides, under the
    name `base`. `own`: the folder of the county's own books."""
    began = perf_counter()
    path, read, found = _read(book, own)
    if read is None:
        return Report(None, found, (), (), 0, perf_counter() - began)
    violations, cases = proofs.check(read)
    violations = [*against_base(read, own), *violations]
    refuted = {v.property for v in violations}
    return Report(
        book=read,
        faults=(),
        proved=tuple(name for name in PROPERTIES if name not in refuted),
        violations=_located(path, read, violations),
        states=sum(len(space.nodes) for space in cases.spaces),
        seconds=perf_counter() - began,
    )


def against_base(book: Book, own: Path | None = None) -> list[Violation]:
    """Where a copy is looser than the book it was copied from: its `base`, or, for a file that bears the
    name of a shipped book without being it, that book."""
    name = book.base or (book.name if book.name in list_books() else "")
    base = load_book(name, own) if name else book
    if base.digest == book.digest:
        return []
    return [Violation("base", about, message) for about, message in looser(book, base)]


def _read(book: Path | str, own: Path | None) -> tuple[Path, Book | None, tuple[BookFault, ...]]:
    try:
        named = isinstance(book, str) and not book.endswith(".toml")
        path = path_of(str(book), own) if named else Path(book)
        read, found = read_book(path)
    except BookFault as fault:
        return Path(str(book)), None, (fault,)
    return path, read, tuple(sorted(found, key=lambda fault: fault.line))


def _located(path: Path, book: Book, violations: list[Violation]) -> tuple[Found, ...]:
    if not violations:
        return ()
    document = Document(path, BookFault)
    return tuple(Found(v, _line(document, v.about), tell(book, v.way)) for v in violations)


def _line(document: Document, about: tuple[str, str]) -> int:
    """The line where the state, step or clock begins."""
    kind, name = about
    if kind == "book":
        return 1
    rows = document.root().tables(kind)
    found = next((row for row in rows if row.string("id") == name), None)
    fault: TomlFault = found.fault("") if found else document.fault((), "")
    return fault.line
