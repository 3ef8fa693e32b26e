"""Letters of an office's sheet: columns found by what their titles mean, rows turned into letters or faults.

Nothing is invented or mended: a body stands as in its cell, a date says what the sheet claims. Columns about
watching persons are left out, and the report says so (design, section 2, rule 6).
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from huiyin.intake import words
from huiyin.intake.dates import EARLIEST_YEAR, ZONE, Moment, read_moment
from huiyin.intake.filing import Person
from huiyin.papers.said import N_
from huiyin.papers.sheets import Cell, CellError, Row, SheetFault, column_name

Read = TypeVar("Read")

HEADER_WITHIN = 10  # rows; above the titles stand the sheet's name and who made it
BODY_LONGEST = 100_000
LINE_LONGEST = 1_000
NUMBER_LONGEST = 80  # what a case keeps of the sheet's own number
# An answer dated on the day of the letter, or a little before it, is a slip that the sheet claims; an
# answer a year before its letter belongs to another row.
ABSURD = timedelta(days=366)

WATCHES = N_("This column is about watching or rating a person. Huiyin does not take it in.")
UNUSED = N_("This column has no place in a letter.")
NO_LETTERS = N_("This sheet has no columns of letters.")


WHO = ("name", "phone", "address", "id_number")


def sender(name: str, phone: str, address: str, id_number: str) -> Person | None:
    """Whoever a row says it is from; nobody where it says nothing."""
    return Person(name, phone, address, id_number) if name or phone or address or id_number else None


@dataclass(frozen=True, repr=False)
class ImportedLetter:
    """One registration as the sheet claims it. Times are Asia/Shanghai; a date alone counts from 00:00.

    `answer` is "" and `answered_at` None when the sheet holds no answer; `person` None when it names nobody.
    """

    sheet: str
    row: int
    source_number: str
    person: Person | None
    title: str
    body: str
    written_at: datetime
    date_only: bool
    answer: str
    answered_at: datetime | None
    answered_date_only: bool
    category: str
    # What a ledger sheet says beside a letter; codes of the book, the offices and the places, "" for none.
    channel: str = ""
    purpose: str = ""
    place: str = ""
    handler: str = ""
    requests: tuple[str, ...] = ()
    people: int = 0
    # Of whom it complains: offices by their codes, and the cell as it was written, which may name officers.
    respondents: tuple[str, ...] = ()
    accused: str = ""
    keep_name: bool = False

    def __repr__(self) -> str:
        return f"<ImportedLetter {self.sheet!r} row {self.row}>"


@dataclass(frozen=True)
class CellFault:
    """What is wrong where: `row` from 1 (0: the file), `column` a letter ("" for the row) and its `title`."""

    sheet: str
    row: int
    column: str
    title: str
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason % self.params


@dataclass(frozen=True)
class LeftOut:
    """A column (or, with `column` "", a sheet) that was not read, and why."""

    sheet: str
    column: str
    title: str
    reason: str

    @property
    def watching(self) -> bool:
        return self.reason == WATCHES


class Letters:
    """Iterate for letters and faults, in the order of the sheet; then `rows` and `left_out` are complete.

    `rows` counts the rows below the titles. A fault concerns its row only, unless the file itself ends there.
    """

    def __init__(self, rows: Iterable[Row], now: datetime) -> None:
        self.rows = 0
        self.left_out: list[LeftOut] = []
        self._source = rows
        self._now = now.astimezone(ZONE)

    def __iter__(self) -> Iterator[ImportedLetter | CellFault]:
        headless: list[CellFault] = []
        seen = found = False
        try:
            for sheet, rows in groupby(self._source, itemgetter(0)):
                seen, above = True, _Above(rows)
                header = above.header()
                if header:
                    found = True
                    self.left_out += header.left_out(sheet)
                    yield from self._letters(header, above.rest)
                elif above.best_score > 1:
                    yield above.fault(sheet)
                else:
                    headless.append(above.fault(sheet))
        except SheetFault as fault:
            yield CellFault(fault.sheet, fault.row, fault.column, "", fault.reason, fault.params)
            return
        if found:
            self.left_out += [LeftOut(fault.sheet, "", "", NO_LETTERS) for fault in headless]
        elif headless:
            yield from headless
        elif not seen:
            yield CellFault("", 0, "", "", N_("This file holds no rows."))

    def _letters(self, header: "_Header", rows: Iterator[Row]) -> Iterator[ImportedLetter | CellFault]:
        for row in rows:
            if header.repeats(row[2]):
                continue
            self.rows += 1
            reading = _RowReading(header, row, self._now)
            letter = reading.letter()
            if letter:
                yield letter
            yield from reading.faults


class _Above:
    """The first rows of a sheet, among which its titles are looked for."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self.rest = rows
        self.looked: list[Row] = []
        self.best_score = 0
        self.best: _Header | None = None

    def header(self) -> "_Header | None":
        for row in self.rest:
            self.looked.append(row)
            header = _Header(row[1], row[2])
            if not header.missing:
                return header
            if self.best is None or len(header.columns) > self.best_score:
                self.best, self.best_score = header, len(header.columns)
            if len(self.looked) == HEADER_WITHIN:
                break
        return None

    def fault(self, sheet: str) -> CellFault:
        reason = N_("No column for %(missing)s in the first %(rows)d rows. Columns found: %(found)s.")
        missing, found, number = list(_vocabulary().needed.values()), [], 1
        if self.best:
            missing, found, number = self.best.missing, self.best.short_titles(), self.best.number
        params = {"missing": "、".join(missing), "found": "、".join(found) or "-", "rows": HEADER_WITHIN}
        return CellFault(sheet, number, "", "", reason, params)


class _Header:
    """A row read as titles: which column holds which field."""

    def __init__(self, number: int, cells: Sequence[Cell]) -> None:
        vocabulary = _vocabulary()
        self.number = number
        self.titles = [words.one_line(cell) if isinstance(cell, str) else "" for cell in cells]
        self.watching = {index for index, title in enumerate(self.titles) if vocabulary.watches(title)}
        self.columns: dict[str, int] = {}
        ranks: dict[str, int] = {}
        for index, title in enumerate(self.titles):
            meaning = None if index in self.watching else vocabulary.meaning(title)
            if meaning and meaning[1] < ranks.get(meaning[0], 1_000):
                self.columns[meaning[0]], ranks[meaning[0]] = index, meaning[1]
        self.missing = [name for field, name in vocabulary.needed.items() if field not in self.columns]

    def left_out(self, sheet: str) -> list[LeftOut]:
        used = set(self.columns.values())
        return [
            LeftOut(sheet, column_name(index), title, WATCHES if index in self.watching else UNUSED)
            for index, title in enumerate(self.titles)
            if title and index not in used
        ]

    def repeats(self, cells: Sequence[Cell]) -> bool:
        """Whether a row is the titles once more, as long sheets repeat them on every printed page."""
        return all(
            index < len(cells)
            and isinstance(cell := cells[index], str)
            and words.one_line(cell) == self.titles[index]
            for index in self.columns.values()
        )

    def short_titles(self) -> list[str]:
        """Titles to quote in a message; what is long or has digits may be somebody's data, not a title."""
        titles = (title for title in self.titles if 0 < len(title) <= 12 and not re.search(r"\d", title))
        return list(islice(titles, 20))


class _RowReading:
    """Reads one row's fields and remembers what was wrong, and where."""

    def __init__(self, header: _Header, row: Row, now: datetime) -> None:
        self.header = header
        self.sheet, self.number, self.cells = row
        self.now = now
        self.faults: list[CellFault] = []

    def letter(self) -> ImportedLetter | None:
        """The letter, or None when `faults` says why there is none."""
        number = self._needed("source_number", self._number, N_("The number of the letter is missing."))
        title = self._line("title")
        body = self._needed("body", self._whole, N_("The letter is empty."))
        written = self._needed("written_at", self._moment, N_("The date of the letter is missing."))
        category = self._line("category")
        person = self._person()
        answer = self._whole("answer")
        answered = self._moment("answered_at")
        self._check_answer(answer, written, answered)
        if self.faults or not (number and body and written):
            return None
        return ImportedLetter(
            sheet=self.sheet,
            row=self.number,
            source_number=number,
            person=person,
            title=title,
            body=body,
            written_at=written.at,
            date_only=written.date_only,
            answer=answer,
            answered_at=answered.at if answered else None,
            answered_date_only=bool(answered and answered.date_only),
            category=category,
        )

    def _needed(self, field: str, read: Callable[[str], Read], missing: str) -> Read:
        """What `read` finds in the field; finding nothing is a fault, unless it has already said why."""
        before = len(self.faults)
        found = read(field)
        if not found and len(self.faults) == before:
            self._fault(field, missing)
        return found

    def _fault(self, field: str, reason: str, **params: object) -> None:
        index = self.header.columns.get(field)
        column, title = ("", "") if index is None else (column_name(index), self.header.titles[index])
        self.faults.append(CellFault(self.sheet, self.number, column, title, reason, params))

    def _cell(self, field: str) -> Cell:
        index = self.header.columns.get(field)
        cell = self.cells[index] if index is not None and index < len(self.cells) else None
        if isinstance(cell, CellError):
            self._fault(field, N_("This cell shows the error %(error)s of a formula."), error=str(cell))
            return None
        return cell

    def _whole(self, field: str) -> str:
        """The cell as it stands; "" when it shows nothing."""
        text = words.kept(_text(self._cell(field)))
        if words.is_blank(text):
            return ""
        if len(text) > BODY_LONGEST:
            reason = N_("At most %(longest)d characters; this has %(length)d.")
            self._fault(field, reason, longest=BODY_LONGEST, length=len(text))
        return text

    def _line(self, field: str, longest: int = LINE_LONGEST) -> str:
        text = words.one_line(_text(self._cell(field)))
        if len(text) > longest:
            reason = N_("At most %(longest)d characters; this has %(length)d.")
            self._fault(field, reason, longest=longest, length=len(text))
        return text

    def _number(self, field: str) -> str:
        number = unicodedata.normalize("NFKC", self._line(field, NUMBER_LONGEST))
        # NFKC may spell one sign as several; a number that grows past the column is no number.
        return number[:NUMBER_LONGEST]

    def _person(self) -> Person | None:
        return sender(*map(self._line, WHO))

    def _moment(self, field: str) -> Moment | None:
        cell = self._cell(field)
        if cell is None or (isinstance(cell, str) and words.is_blank(cell)):
            return None
        moment = read_moment(cell)
        if moment is None:
            self._fault(field, N_("This is not a date. Write it like 2024-05-31 or 2024/5/31 9:30:00."))
        elif moment.at > self.now:
            self._fault(field, N_("This date is in the future."))
        elif moment.at.year < EARLIEST_YEAR:
            self._fault(field, N_("This date is before %(year)s. Check the year."), year=str(EARLIEST_YEAR))
        return moment

    def _check_answer(self, answer: str, written: Moment | None, answered: Moment | None) -> None:
        if self.faults:
            return
        if answer and not answered:
            self._fault(
                "answered_at" if "answered_at" in self.header.columns else "answer",
                N_("The answer has no date."),
            )
        elif answered and not answer:
            self._fault("answered_at", N_("There is a date of an answer, but no answer."))
        elif answered and written and written.at - answered.at > ABSURD:
            self._fault("answered_at", N_("The answer is dated more than a year before the letter."))


def _text(cell: Cell) -> str:
    """A cell as a person reads it: a whole number without decimal point, a date as 2024-05-31."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    return str(cell)


class _Vocabulary:
    """The titles of `headers.toml`, ready to compare."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.needed: dict[str, str] = data["needed"]
        self._fragments = [_plain(fragment) for fragment in data["watching"]["contains"]]
        self._meanings = {
            _plain(title): (field, rank)
            for field, titles in reversed(data["titles"].items())
            for rank, title in enumerate(titles)
        }

    def watches(self, title: str) -> bool:
        plain = _plain(title)
        return any(fragment in plain for fragment in self._fragments)

    def meaning(self, title: str) -> tuple[str, int] | None:
        """(field, rank among its names), also without what stands in brackets after the title."""
        plain = _plain(title)
        return self._meanings.get(plain) or self._meanings.get(re.sub(r"\([^)]*\)", "", plain))


def _plain(title: str) -> str:
    return re.sub(r"[\s*:：、,.。_\-【】\[\]\"'“”]", "", unicodedata.normalize("NFKC", title)).lower()


def watches(title: str) -> bool:
    """Whether a column under this title is about watching or rating a person (design, section 2, rule 6)."""
    return _vocabulary().watches(title)


def plain(title: str) -> str:
    """A title as titles are compared: without white space, width, case and the marks around it."""
    return _plain(title)


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary(tomllib.loads(Path(__file__).with_name("headers.toml").read_text("utf-8")))
