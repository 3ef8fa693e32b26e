"""Sheets in: a file as lines of a layout, each with its place, and what was left out on the way."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter

from huiyin.intake.letters import CellFault
from huiyin.papers.said import N_
from huiyin.papers.sheets import Cell, File, Row, SheetFault, column_name, open_rows
from huiyin.sheets import cells, heads
from huiyin.sheets.cells import Mark, Unread, Value
from huiyin.sheets.heads import Heads, LeftOut
from huiyin.sheets.layout import Layout

EMPTY = N_("This file holds no rows.")
# What stands below the last row: who made the table and who signed it, sums and notes.
_FOOT = re.compile(r"^(制表|填报|审签|审核|站长|分管领导|负责人|合计|总计|小计|备注|说明|注)\S{0,4}\s*[:：]?")


@dataclass(frozen=True)
class Line:
    """One row as it was read: a value for each column of the layout. `mark`: of a row that was made here."""

    heads: Heads
    number: int
    values: tuple[Value | Unread, ...]
    mark: Mark | None

    def here(self, column: int) -> bool:
        """Whether the sheet has this column at all."""
        return column in self.heads.columns

    def untouched(self) -> bool:
        """Whether it was made here and no cell of it was edited since."""
        return self.mark is not None and not any(self.here(i) for i in self.mark.edited(self.values))

    def fault(self, column: int | None, reason: str, **params: object) -> CellFault:
        place = self.heads.columns.get(column) if column is not None else None
        letter, title = ("", "") if place is None else (column_name(place), self.heads.titles[place])
        return CellFault(self.heads.sheet, self.number, letter, title, reason, params)


class Lines:
    """Iterate for lines and faults of the file, in order; then `rows` and `left_out` are complete."""

    def __init__(self, path: File, layout: Layout, remembered: Mapping[str, str]) -> None:
        self.path, self.layout, self.remembered = path, layout, remembered
        self.rows = 0
        self.left_out: list[LeftOut] = []
        self.heads: list[Heads] = []

    def __iter__(self) -> Iterator[Line | CellFault]:
        headless: list[CellFault] = []
        seen = False
        try:
            for sheet, rows in groupby(open_rows(self.path), itemgetter(0)):
                seen, stream = True, iter(rows)
                found, below = heads.find(stream, self.layout, self.remembered)
                if found is None:
                    params = heads.no_heads(below)
                    headless.append(CellFault(sheet, below[0][1], "", "", heads.NO_HEADS, params))
                    continue
                self.heads.append(found)
                self.left_out += found.left_out
                yield from self._lines(found, chain(below, stream))
        except SheetFault as fault:
            yield CellFault(fault.sheet, fault.row, fault.column, "", fault.reason, fault.params)
            return
        if not self.heads:
            yield from headless if seen else [CellFault("", 0, "", "", EMPTY)]

    def _lines(self, found: Heads, rows: Iterator[Row]) -> Iterator[Line]:
        columns = self.layout.columns
        places = [(found.columns.get(i, -1), column.kind) for i, column in enumerate(columns)]
        for _, number, row in rows:
            marked = found.mark is not None and len(row) > found.mark
            mark = cells.read_mark(row[found.mark or 0], len(columns)) if marked else None
            if mark is None and (_blank(row) or found.repeated(row) or _is_foot(row, found)):
                continue
            wide = len(row)
            values = tuple(
                None if place < 0 or place >= wide or row[place] is None else cells.read(row[place], kind)
                for place, kind in places
            )
            if mark is None and all(value is None for value in values):
                continue
            self.rows += 1
            yield Line(found, number, values, mark)


def _blank(row: Sequence[Cell]) -> bool:
    return all(cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in row)


def _is_foot(row: Sequence[Cell], found: Heads) -> bool:
    said = [cell for cell in row if cell not in (None, "")]
    if not said or not isinstance(said[0], str) or not _FOOT.match(said[0].strip()):
        return False
    return len(said) * 2 < max(len(found.columns), 5) or ":" in said[0] or "：" in said[0]
