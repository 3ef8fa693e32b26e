"""Sheets out: a workbook of a sheet's rows, with lists to choose from and a mark on every row."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from huiyin.casework import law
from huiyin.offices import tree
from huiyin.papers.sheets import Cell
from huiyin.papers.workbooks import Head, Table, write_table
from huiyin.procedure import Actor, Book, Text
from huiyin.sheets import cells, routine
from huiyin.sheets.layout import MARK, ROUTINE, Column, Layout
from huiyin.sheets.rows import ALWAYS, Names, Period, Record, chosen, records, step_of

FORMAT = {"date": "date", "moment": "moment", "number": "number"}
EVERY = 200


def make(
    layout: Layout,
    target: Path | BinaryIO,
    *,
    actor: Actor,
    now: datetime,
    language: str,
    office: str = "",
    period: Period = ALWAYS,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the sheet and say how many rows it has. Stopped on the way, it leaves no file."""
    names, today = Names(language), law.day_of(now)
    if layout.id in ROUTINE:
        listed = list(routine.records(layout, actor, office, period, names, today))
        total, made = len(listed), iter(listed)
    else:
        total = chosen(layout, actor, office, period).count()
        made = records(layout, actor, office, period, names, today)
    table = table_of(layout, names, office, period, now)
    return write_table(target, table, _lines(made, total, progress))


def _lines(
    made: Iterator[Record], total: int, progress: Callable[[int, int], None] | None
) -> Iterator[list[Cell]]:
    for number, record in enumerate(made, 1):
        row = [cells.written(value) for value in record.values]
        ref = "" if record.number else record.case
        yield [*row, cells.mark(record.entry, record.seq, row, ref)]
        if progress and (number % EVERY == 0 or number == total):
            progress(number, total)


def table_of(layout: Layout, names: Names, office: str, period: Period, now: datetime) -> Table:
    """The frame of a sheet: titles, heads, lists; the mark stands last, where nobody sees it."""
    book = law.book_for(office) if office else law.book_in_force()
    heads = [_head(column, layout, book, names) for column in layout.columns]
    title = layout.title.get(names.language)
    return Table(
        name=title[:31],
        title=title,
        note=_note(names, office, period, now),
        heads=(*heads, Head(MARK.get(names.language), hidden=True, width=4)),
    )


def _note(names: Names, office: str, period: Period, now: datetime) -> str:
    county = tree.county_names()[0 if names.language.startswith("zh") else 1]
    parts = [names.offices.get(office, "") or county]
    if period.first or period.last:
        parts.append(f"{period.first or ''} – {period.last or law.day_of(now)}")
    parts.append(_("made on %(day)s") % {"day": law.day_of(now)})
    return "    ".join(parts)


def _head(column: Column, layout: Layout, book: Book, names: Names) -> Head:
    act = layout.acts.get(column.act)
    step = step_of(act, book) if act else None
    return Head(
        title=column.title.get(names.language),
        kind=FORMAT.get(column.kind, "text"),
        width=column.width,
        choices=_choices(column, layout, book, names),
        note=_help(column, step.title if step else None, names.language),
        fixed=not (column.editable or (column.new and layout.takes_in)),
    )


def _help(column: Column, step: Text | None, language: str) -> str:
    if column.private:
        return _("Who brings the matter is not shown in a sheet. Open it in the case, with a purpose.")
    if step and column.field:
        return _("Filled in here, it becomes the step “%(step)s”.") % {"step": step.get(language)}
    return ""


def _choices(column: Column, layout: Layout, book: Book, names: Names) -> tuple[str, ...]:
    """What a drop-down list offers."""
    if column.kind == "choice" and column.list:
        return tuple(title.get(names.language) for title in book.lists[column.list].values())
    if column.options:
        return tuple(title.get(names.language) for title in column.options.values())
    if column.kind == "choice":
        step = step_of(layout.acts[column.act], book)
        known = step.field(column.field) if step else None
        return tuple(choice.title.get(names.language) for choice in known.choices) if known else ()
    if column.kind == "place":
        return tuple(names.places.values())
    if column.kind == "office" and (column.editable or column.new):
        return tuple(office.name_in(names.language) for office in tree.deciding())
    if column.kind == "officer" and (column.editable or column.new):
        return tuple(dict.fromkeys(names.officers.values()))
    return ()
