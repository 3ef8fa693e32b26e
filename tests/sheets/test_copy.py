"""The copy with comments on the faults looks as the sheet did, and taken in again it says no less."""

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from huiyin.casework.models import CaseRow
from huiyin.intake.letters import CellFault
from huiyin.papers.sheets import open_rows
from huiyin.sheets.applying import Report, Sheet, write_faults
from huiyin.sheets.layout import layout
from tests.casework import cast
from tests.sheets.hand import counts, said, taken, typed

pytestmark = pytest.mark.usefixtures("county")
HEADS = ["编号", "日期", "人数", "内容", "登记时间", "附件"]


def copied(path: Path) -> Worksheet:
    """The copy of a register that was taken in, with the fault's own words on its cells."""
    report = taken(path, "registration")
    given = Sheet(path, layout("registration"), cast.CLERK, "", "zh-hans")
    write_faults(given, report, path.with_name("f.xlsx"), lambda fault: fault.reason)
    return openpyxl.load_workbook(path.with_name("f.xlsx")).worksheets[0]


def test_a_date_is_a_date_beside_its_comment_and_under_it(tmp_path: Path) -> None:
    row = ["Z-1", date(2025, 4, 25), 3, "路灯坏了。", "2025-4-25", 2]
    late = ["Z-2", date(2099, 4, 25), 4.5, "路灯又坏了。", None, 2]
    sheet = copied(typed(tmp_path / "a.xlsx", HEADS, row, late))
    right, wrong = sheet["B2"], sheet["B3"]
    assert (right.value, right.number_format) == (datetime(2025, 4, 25), "yyyy-mm-dd")
    assert (wrong.value, wrong.number_format) == (datetime(2099, 4, 25), "yyyy-mm-dd")
    assert wrong.comment
    assert wrong.fill.fgColor.rgb == "FFF8D7DA"
    assert right.fill.fgColor.rgb != "FFF8D7DA"
    # A column narrower than its dates would show ########.
    assert sheet.column_dimensions["B"].width >= 11


@pytest.mark.parametrize(
    ("value", "shown", "form"),
    [
        (datetime(2025, 4, 25, 9, 30), datetime(2025, 4, 25, 9, 30), "yyyy-mm-dd hh:mm"),
        (datetime(2025, 4, 25, 9, 30, 15), datetime(2025, 4, 25, 9, 30, 15), "yyyy-mm-dd hh:mm:ss"),
        (time(9, 30), time(9, 30), "hh:mm:ss"),
        (46508, 46508, "General"),
        (0.5, 0.5, "General"),
        (True, True, "General"),
        ("00123", "00123", "@"),
    ],
)
def test_hours_numbers_and_text_stay_what_they_were(
    value: object, shown: object, form: str, tmp_path: Path
) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ["Z-1", None, 1, "路灯坏了。"])
        clock = book.add_format({"num_format": "h:mm:ss"})
        sheet.write(1, 1, value, clock if isinstance(value, datetime | time) else None)
    report = Report(faults=[CellFault("台账", 2, "B", "日期", "看这里")])
    given = Sheet(tmp_path / "a.xlsx", layout("registration"), cast.CLERK, "", "zh-hans")
    write_faults(given, report, tmp_path / "f.xlsx", lambda fault: fault.reason)
    found = openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]["B2"]
    assert (found.value, found.number_format, found.comment.text) == (shown, form, "看这里")
    assert [row[:4] for *_, row in open_rows(tmp_path / "f.xlsx")] == [
        row[:4] for *_, row in open_rows(tmp_path / "a.xlsx")
    ]


@pytest.mark.parametrize("stored", ["#NAME?", None])
def test_a_formula_that_failed_is_never_taken_in_as_text_from_the_copy(
    stored: str | None, tmp_path: Path
) -> None:
    """Nor is one that nobody calculated taken in as a blank."""
    if stored:
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            sheet = book.add_worksheet("台账")
            sheet.write_row(0, 0, HEADS)
            sheet.write_row(1, 0, ["Z-1", "2025-4-25", 3, "路灯坏了。"])
            sheet.write_formula(1, 2, "=NOSUCH()", None, stored)
    else:
        made = openpyxl.Workbook()
        assert made.active is not None
        made.active.append(HEADS)
        made.active.append(["Z-1", "2025-4-25", "=1+2", "路灯坏了。"])
        made.save(tmp_path / "a.xlsx")
    assert copied(tmp_path / "a.xlsx")["C2"].comment
    report = taken(tmp_path / "f.xlsx", "registration")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.faults[0].title == "人数"
    assert "公式" in said(report)[0]
    assert not CaseRow.objects.exists()
