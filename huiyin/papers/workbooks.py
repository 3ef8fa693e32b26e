"""Workbooks as an office prints them: titled, frozen, with real dates, drop-down lists and comments on cells.

Rows are written one by one. To a file: through a folder beside it that goes when the work ends or is stopped,
so that a file is there whole or not at all. To a stream: in memory, with nothing on disk.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from huiyin.papers.sheets import Cell, CellError

CELL_LONGEST = 32_767  # characters that a cell of .xlsx holds
CUT = "…"
LIST_LONGEST = 255  # characters of a drop-down list that stands in its own rule
LINES = 1_048_576
TEXT = {"num_format": "@"}
LINE, HIGHEST = 15.0, 400  # points: a line of a cell, and the highest row
PAGE_WIDTH = 190  # characters that an A4 page across can show and a person can read
A4 = 9
FORMATS = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "number": "0"}
# How a cell of a copy is shown, and characters that its column needs: a narrower one shows a date as ####.
SHOWN = {
    "text": ("@", 0),
    "plain": ("General", 0),
    "date": (FORMATS["date"], 12),
    "moment": (FORMATS["moment"], 17),
    "second": ("yyyy-mm-dd hh:mm:ss", 20),
    "clock": ("hh:mm:ss", 10),
}
# What a failed formula may show (ECMA-376 part 1, 18.18.11); another word would be no error when read again.
ERRORS = ("#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!")
_CONTROL = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Head:
    """A column: `kind` is text, date, moment or number; `fixed`: shaded, for what is not to be filled in."""

    title: str
    kind: str = "text"
    width: float = 12
    choices: tuple[str, ...] = ()
    note: str = ""
    fixed: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Table:
    """One sheet. `title` stands merged over the columns, `note` below it; the heads come third."""

    name: str
    title: str
    note: str
    heads: tuple[Head, ...]
    foot: str = ""

    @property
    def first_row(self) -> int:
        """The row of the first record, counted from 1."""
        return 4


def _lines_of(row: Sequence[Cell], widths: Sequence[float]) -> int:
    """How many lines the row needs; a Chinese character is as wide as two others."""
    most = 1
    for cell, width in zip(row, widths, strict=True):
        if width and isinstance(cell, str) and (len(cell) * 2 > width or "\n" in cell):
            lines = 0
            for line in cell.split("\n"):
                size = len(line) if line.isascii() else len(line) * 2
                lines += max(1, -int(-size // (width * 1.15)))
            most = max(most, lines)
    return most


def kept(text: str) -> str:
    """`text` as a cell can hold it: no control characters, at most 32,767 characters."""
    if text.isprintable() and len(text) <= CELL_LONGEST:  # most texts: nothing there to take out
        return text
    clean = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean if len(clean) <= CELL_LONGEST else clean[: CELL_LONGEST - 1] + CUT


def write_table(target: Path | BinaryIO, table: Table, rows: Iterable[Sequence[Cell]]) -> int:
    """Write the workbook; how many rows. Text stays text: no formula, link or number is made of it."""
    with _book(target) as book:
        return _Writing(book, table).write(rows)


@contextmanager
def _book(target: Path | BinaryIO) -> Iterator[Any]:
    """A workbook for `target`; at a path it appears only when it is whole."""
    options: dict[str, Any] = {"strings_to_formulas": False, "strings_to_urls": False}
    if not isinstance(target, Path):
        with xlsxwriter.Workbook(target, {**options, "in_memory": True}) as book:
            yield book
        return
    with tempfile.TemporaryDirectory(prefix=".sheet-", dir=target.parent) as place:
        made = Path(place) / "made.xlsx"
        with xlsxwriter.Workbook(made, {**options, "constant_memory": True, "tmpdir": place}) as book:
            yield book
        os.replace(made, target)


class _Writing:
    def __init__(self, book: Any, table: Table) -> None:
        self.book, self.table = book, table
        self.sheet = book.add_worksheet(table.name)
        face = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
        self.cells = {
            (kind, fixed): book.add_format(
                {
                    **face,
                    # A date at the right edge of its cell runs into the text of the next.
                    **({"num_format": FORMATS[kind], "align": "center"} if kind in FORMATS else TEXT),
                    **({"bg_color": "#F2F2F2"} if fixed else {}),
                }
            )
            for kind in ("text", *FORMATS)
            for fixed in (False, True)
        }
        self.head = book.add_format(
            {**face, "font_name": "黑体", "bold": True, "align": "center", "bg_color": "#D9E2EC"}
        )

    def write(self, rows: Iterable[Sequence[Cell]]) -> int:
        self._page()
        self._above()
        heads = self.table.heads
        formats = [self.cells[h.kind, h.fixed] for h in heads]
        put = self._put
        first, count = self.table.first_row - 1, 0
        widths = [0.0 if h.hidden else h.width for h in heads]
        for number, row in enumerate(rows, first):
            if (high := _lines_of(row, widths)) > 1:
                self.sheet.set_row(number, min(high * LINE, HIGHEST))
            for column, cell in enumerate(row):
                if cell is not None and cell != "":
                    put(number, column, cell, formats[column])
            count += 1
        self._below(first, count)
        return count

    def _put(self, row: int, column: int, cell: Cell, look: Any) -> None:
        if isinstance(cell, str):
            self.sheet.write_string(row, column, kept(cell), look)
        elif isinstance(cell, datetime):
            self.sheet.write_datetime(row, column, cell.replace(tzinfo=None), look)
        elif isinstance(cell, date):
            self.sheet.write_datetime(row, column, cell, look)
        elif isinstance(cell, bool):
            self.sheet.write_boolean(row, column, cell, look)
        else:
            self.sheet.write_number(row, column, cell, look)

    def _page(self) -> None:
        sheet, heads = self.sheet, self.table.heads
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        wide = sum(head.width for head in heads if not head.hidden)
        sheet.fit_to_pages(max(1, round(wide / PAGE_WIDTH)), 0)
        sheet.repeat_rows(0, self.table.first_row - 2)
        sheet.repeat_columns(0, 0)
        sheet.freeze_panes(self.table.first_row - 1, 1)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.hide_gridlines(2)
        for index, head in enumerate(heads):
            # Empty cells, and the rows somebody adds below, look as their column does.
            look = None if head.hidden else self.cells[head.kind, head.fixed]
            sheet.set_column(index, index, head.width, look, {"hidden": head.hidden})

    def _above(self) -> None:
        sheet, table, book = self.sheet, self.table, self.book
        wide = sum(head.width for head in table.heads if not head.hidden) > PAGE_WIDTH * 1.5
        title = book.add_format(
            {"font_name": "黑体", "font_size": 16, "align": "left" if wide else "center", "valign": "vcenter"}
        )
        note = book.add_format(
            {"font_name": "宋体", "font_size": 9, "align": "left", "font_color": "#555555"}
        )
        last = max((i for i, head in enumerate(table.heads) if not head.hidden), default=0)
        sheet.set_row(0, 28)
        sheet.set_row(2, 32)
        for row, words, look in ((0, table.title, title), (1, table.note, note)):
            if last:
                sheet.merge_range(row, 0, row, last, words, look)
            else:
                sheet.write_string(row, 0, words, look)
        for index, head in enumerate(table.heads):
            sheet.write_string(table.first_row - 2, index, head.title, self.head)
            if head.note:
                sheet.write_comment(table.first_row - 2, index, head.note, {"x_scale": 2})

    def _below(self, first: int, count: int) -> None:
        """The filter, and drop-down lists for every row there is and the next thousand."""
        heads = self.table.heads
        last = min(first + count + 1000, LINES) - 1
        shown = [index for index, head in enumerate(heads) if not head.hidden]
        self.sheet.print_area(0, 0, first - 1 + count, max(shown, default=0))
        self.sheet.autofilter(first - 1, 0, first - 1 + count, len(heads) - 1)
        long: list[tuple[str, ...]] = []
        for index, head in enumerate(heads):
            if head.choices:
                source = self._list(head.choices, long)
                rule = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
                self.sheet.data_validation(first, index, last, index, rule)
            elif head.kind in ("date", "moment"):
                rule = {"validate": "date", "criteria": ">", "value": date(1949, 10, 1)}
                self.sheet.data_validation(first, index, last, index, {**rule, "error_type": "warning"})
        if long:
            self._lists(long)

    def _list(self, choices: tuple[str, ...], long: list[tuple[str, ...]]) -> Any:
        if len(",".join(choices)) <= LIST_LONGEST and not any("," in choice for choice in choices):
            return list(choices)
        if choices not in long:
            long.append(choices)
        column = xl_col_to_name(long.index(choices), col_abs=True)
        return f"={LISTS}!{column}$1:{column}${len(choices)}"

    def _lists(self, long: Sequence[Sequence[str]]) -> None:
        """What is too long for a rule of its own stands on a sheet that nobody sees."""
        sheet = self.book.add_worksheet(LISTS)
        sheet.hide()
        for row in range(max(map(len, long))):
            for column, choices in enumerate(long):
                if row < len(choices):
                    sheet.write_string(row, column, kept(choices[row]))


LISTS = "lists"
Comments = Mapping[tuple[str, int, int], str]


def write_copy(
    target: Path | BinaryIO,
    rows: Iterable[tuple[str, int, Sequence[Cell]]],
    comments: Comments,
    *,
    without: Mapping[str, frozenset[int]],
    hidden: Mapping[str, frozenset[int]],
) -> None:
    """Cells as they were read, each at its place, with `comments` on (sheet, row from 1, column from 0).

    `without`: columns of a sheet that are left empty; `hidden`: those that nobody is to see.
    """
    with _book(target) as book:
        told_at = {"bg_color": "#F8D7DA", "border": 1}
        looks = {
            (how, marked): book.add_format({"num_format": shown, **(told_at if marked else {})})
            for how, (shown, _) in SHOWN.items()
            for marked in (False, True)
        }
        sheets: dict[str, Any] = {}
        wide: dict[tuple[str, int], int] = {}
        by_row = _by_row(comments)
        for name, number, cells in rows:
            sheet = sheets.get(name)
            if sheet is None:
                sheet = sheets[name] = book.add_worksheet(name or "sheet")
                for index in hidden.get(name, ()):
                    sheet.set_column(index, index, 2, None, {"hidden": True})
            gone = without.get(name, frozenset())
            told = by_row.get((name, number), {})
            for index in range(max(len(cells), max(told, default=-1) + 1)):
                cell = cells[index] if index < len(cells) and index not in gone else None
                how = _how(cell)
                if SHOWN[how][1] > wide.get((name, index), 0) and index not in hidden.get(name, ()):
                    wide[name, index] = SHOWN[how][1]
                    sheet.set_column(index, index, SHOWN[how][1])
                plain = how in ("text", "plain") and index not in told
                _copy(sheet, number - 1, index, cell, None if plain else looks[how, index in told])
            for index, text in told.items():
                sheet.write_comment(number - 1, index, kept(text)[:2000], {"x_scale": 2, "visible": False})


def _by_row(comments: Comments) -> dict[tuple[str, int], dict[int, str]]:
    found: dict[tuple[str, int], dict[int, str]] = {}
    for (sheet, row, column), text in comments.items():
        found.setdefault((sheet, row), {})[column] = text
    return found


def _how(cell: Cell) -> str:
    """Which of `SHOWN` a cell is: a day without an hour, a moment with or without seconds, an hour alone."""
    if isinstance(cell, datetime):
        if cell.time() == time():
            return "date"
        return "second" if cell.second else "moment"
    if isinstance(cell, date):
        return "date"
    if isinstance(cell, time):
        return "clock"
    return "plain" if isinstance(cell, int | float) else "text"


def _copy(sheet: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    if isinstance(cell, CellError):
        # Never a blank nor text: taken in again, the copy has the same fault until somebody mends the cell.
        shown = cell if cell in ERRORS else ERRORS[0]
        sheet.write_formula(row, column, f"={shown}", look, str(shown))
    elif cell is None or cell == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(cell, str):
        sheet.write_string(row, column, kept(cell), look)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), look)
    elif isinstance(cell, date | time):
        sheet.write_datetime(row, column, cell, look)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, look)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, look)
