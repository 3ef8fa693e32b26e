"""The sample letters as the workbook an office would hand over, for the demo to import like any other."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

LETTERS = Path(__file__).with_name("letters.toml")
HEADINGS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间", "一级分类")
_WIDTHS = (10, 14, 36, 19, 80, 80, 19, 16)


@dataclass(frozen=True)
class Letter:
    """One row of the sheet. Times are wall time in Asia/Shanghai; a bare date means that the sheet has none.

    `alike` names the trouble that several letters share ('' for none); it is not written to the workbook.
    """

    number: int
    user: str
    title: str
    written_at: date
    body: str
    content_class: str
    answer: str = ""
    answered_at: date | None = None
    alike: str = ""
    date_cell: bool = False


def letters(source: Path = LETTERS) -> tuple[Letter, ...]:
    """The letters of `source`, in its order."""
    rows = tomllib.loads(source.read_text(encoding="utf-8"))["letter"]
    return tuple(Letter(content_class=row.pop("class"), **row) for row in rows)


def write(path: Path) -> int:
    """Write the sample letters to `path` as .xlsx and return how many there are."""
    rows = letters()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("来信")
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width, wrapped)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, HEADINGS, book.add_format({"bold": True}))
        for line, letter in enumerate(rows, start=1):
            _write_letter(sheet, line, letter, book)
    return len(rows)


def _write_letter(
    sheet: xlsxwriter.worksheet.Worksheet, line: int, letter: Letter, book: xlsxwriter.Workbook
) -> None:
    sheet.write_number(line, 0, letter.number)
    sheet.write_string(line, 1, letter.user)
    sheet.write_string(line, 2, letter.title)
    if letter.date_cell:
        as_date = book.add_format({"num_format": _shape(letter.written_at)})
        sheet.write_datetime(line, 3, letter.written_at, as_date)
    else:
        sheet.write_string(line, 3, _as_text(letter.written_at))
    sheet.write_string(line, 4, letter.body)
    if letter.answered_at:
        sheet.write_string(line, 5, letter.answer)
        sheet.write_string(line, 6, _as_text(letter.answered_at))
    sheet.write_string(line, 7, letter.content_class)


def _shape(moment: date) -> str:
    return "yyyy/m/d h:mm:ss" if isinstance(moment, datetime) else "yyyy/m/d"


def _as_text(moment: date) -> str:
    # The way the petition platforms print it: no leading zero in the month, the day and the hour.
    day = f"{moment.year}/{moment.month}/{moment.day}"
    return f"{day} {moment.hour}:{moment:%M:%S}" if isinstance(moment, datetime) else day
