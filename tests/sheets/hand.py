"""An officer's hands: makes a sheet, edits cells of it in another program, takes it in."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from huiyin.procedure import Actor
from huiyin.sheets import applying
from huiyin.sheets.applying import Report, Sheet
from huiyin.sheets.layout import layout
from huiyin.sheets.making import make
from huiyin.sheets.rows import Period
from tests.casework import cast

LANGUAGE = "zh-hans"
FIRST_ROW = 4


def made(
    path: Path,
    sheet: str,
    actor: Actor = cast.CLERK,
    *,
    office: str = "",
    now: datetime = cast.NOW,
    period: Period = Period(),  # noqa: B008
) -> Path:
    make(layout(sheet), path, actor=actor, now=now, language=LANGUAGE, office=office, period=period)
    return path


def taken(
    path: Path,
    sheet: str,
    actor: Actor = cast.CLERK,
    *,
    now: datetime = cast.NOW,
    office: str = "",
    remembered: Mapping[str, str] | None = None,
    **options: Any,
) -> Report:
    given = Sheet(path, layout(sheet), actor, office, LANGUAGE, remembered or {})
    return applying.take_in(given, now=lambda: now, **options)


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """(rows, new, changed, unchanged, faults)."""
    return report.rows, report.new, report.changed, report.unchanged, len(report.faults)


def said(report: Report) -> list[str]:
    from django.utils.translation import gettext

    return [gettext(fault.reason) % fault.params for fault in report.faults]


def edited(path: Path, edit: Callable[[Worksheet], None], out: str = "edited.xlsx") -> Path:
    """The workbook once another program opened it, edited it and saved it."""
    book = openpyxl.load_workbook(path)
    edit(book.worksheets[0])
    target = path.with_name(out)
    book.save(target)
    return target


def column(sheet: Worksheet, title: str) -> int:
    return next(c.column for c in sheet[FIRST_ROW - 1] if c.value == title)


def cell(sheet: Worksheet, title: str, row: int = FIRST_ROW) -> Any:
    return sheet.cell(row, column(sheet, title))


def put(path: Path, *, row: int = FIRST_ROW, out: str = "edited.xlsx", **values: Any) -> Path:
    """Cells of one row written anew, by the Chinese heads of their columns."""

    def edit(sheet: Worksheet) -> None:
        for title, value in values.items():
            cell(sheet, title, row).value = value

    return edited(path, edit, out)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a made sheet, by head."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    heads = [c.value for c in sheet[FIRST_ROW - 1]]
    return [
        dict(zip(heads, (c.value for c in row), strict=True)) for row in sheet.iter_rows(min_row=FIRST_ROW)
    ]


def typed(path: Path, *rows: Any, above: int = 0) -> Path:
    """A sheet somebody typed: heads and rows, with titles above them."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy/m/d"}) as book:
        sheet = book.add_worksheet("台账")
        for number in range(above):
            sheet.merge_range(
                number, 0, number, max(1, len(rows[0]) - 1), f"某某县某某台账{'一二三'[number]}"
            )
        for number, row in enumerate(rows, above):
            sheet.write_row(number, 0, row)
    return path


DAY = date
