"""Workbooks as an office prints them, by a second reader; the old .xls; formulas nobody calculated."""

import shutil
import subprocess
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from huiyin.papers import workbooks
from huiyin.papers.sheets import CellError, SheetFault, open_rows
from huiyin.papers.workbooks import Head, Table, write_copy, write_table

HEADS = (
    Head("编号", width=10),
    Head("日期", "date"),
    Head("时间", "moment"),
    Head("人数", "number", fixed=True),
    Head("形式", choices=("来信", "来访")),
    Head("类别", choices=tuple(f"第{n}种很长的类别名称" for n in range(60)), note="说明"),
    Head("校验", hidden=True),
)
ROW = ("甲", date(2024, 5, 31), datetime(2024, 5, 31, 9, 30), 7, "来信", None, "x")
TABLE = Table("台账", "台账名称", "单位", HEADS)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "made.xlsx"
    assert write_table(path, TABLE, [ROW, ROW]) == 2
    return path


def test_cells_are_real_dates_and_numbers_under_frozen_heads(made: Path) -> None:
    sheet = openpyxl.load_workbook(made)["台账"]
    assert [cell.value for cell in sheet[3]] == [head.title for head in HEADS]
    assert sheet["B4"].value == datetime(2024, 5, 31)
    assert sheet["B4"].number_format == "yyyy-mm-dd"
    assert sheet["C4"].value == datetime(2024, 5, 31, 9, 30)
    assert sheet["D5"].value == 7
    assert sheet.freeze_panes == "B4"


def test_lists_to_choose_from_short_and_long(made: Path) -> None:
    book = openpyxl.load_workbook(made)
    rules = {str(rule.sqref).split(":")[0]: rule for rule in book["台账"].data_validations.dataValidation}
    assert rules["E4"].formula1 == '"来信,来访"'
    assert rules["F4"].formula1.replace("=", "") == "lists!$A$1:$A$60"
    assert book["lists"].sheet_state == "hidden"
    assert book["lists"]["A60"].value == "第59种很长的类别名称"
    assert rules["B4"].type == "date"


def test_the_page_is_set_up_for_print(made: Path) -> None:
    sheet = openpyxl.load_workbook(made)["台账"]
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$3"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.column_dimensions["G"].hidden
    assert sheet["F3"].comment.text == "说明"


def test_text_that_looks_like_a_formula_or_an_address_stays_text(tmp_path: Path) -> None:
    texts = ("=1+1", "@SUM(A1)", "http://example.org", "+86", "00123", "_x000D_", "第一行\n第二行")
    path = tmp_path / "made.xlsx"
    write_table(path, Table("t", "t", "", tuple(Head(str(n)) for n in range(len(texts)))), [texts])
    sheet = openpyxl.load_workbook(path)["t"]
    assert [cell.data_type for cell in sheet[4]] == ["s"] * len(texts) or all(
        cell.data_type != "f" for cell in sheet[4]
    )
    assert sheet["A4"].value == "=1+1"
    assert sheet["E4"].value == "00123"


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    write_table(path, Table("t", "t", "", (Head("长"), Head("短"))), [("字" * 40_000, "x")])
    value = openpyxl.load_workbook(path)["t"]["A4"].value
    assert len(value) == workbooks.CELL_LONGEST
    assert value.endswith("…")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_what_is_stopped_half_way_leaves_nothing(stop: type[BaseException], tmp_path: Path) -> None:
    def rows():  # type: ignore[no-untyped-def]
        yield ROW
        raise stop

    path = tmp_path / "made.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(stop):
        write_table(path, TABLE, rows())
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["made.xlsx"]


def test_to_a_stream_nothing_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("mkstemp", "TemporaryFile", "NamedTemporaryFile", "TemporaryDirectory", "mkdtemp"):
        monkeypatch.setattr(f"tempfile.{name}", refuse)
    stream = BytesIO()
    write_table(stream, TABLE, [ROW] * 50)
    assert stream.getvalue().startswith(b"PK")


def test_a_copy_has_comments_on_its_cells_and_leaves_columns_empty(tmp_path: Path) -> None:
    rows = [("表", 1, ["编号", "日期", "稳控责任人"]), ("表", 2, ["甲", datetime(2024, 1, 2), "张某"])]
    path = tmp_path / "copy.xlsx"
    write_copy(path, rows, {("表", 2, 1): "不是日期"}, without={"表": frozenset({2})}, hidden={})
    sheet = openpyxl.load_workbook(path)["表"]
    assert sheet["B2"].comment.text == "不是日期"
    assert sheet["B2"].value is not None
    assert (sheet["C1"].value, sheet["C2"].value) == (None, None)


def test_a_formula_that_nobody_calculated_is_an_error_not_an_empty_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["甲", "=1+1", "乙"])
    book.save(tmp_path / "book.xlsx")
    ((_, _, cells),) = open_rows(tmp_path / "book.xlsx")
    assert cells == ["甲", "", "乙"]
    assert isinstance(cells[1], CellError)


def test_an_old_xls_is_read_like_the_others(made: Path, tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("no LibreOffice on this machine: apt-get install libreoffice-calc-nogui")
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["C4"], book.active["D4"], book.active["D5"] = "编号", date(2024, 5, 31), 3
    book.save(tmp_path / "old.xlsx")
    out = tmp_path / "out"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            *("--convert-to", "xls", "--outdir", out),
            tmp_path / "old.xlsx",
        ],
        capture_output=True,
        check=False,
        timeout=120,
    )
    if not (out / "old.xls").exists():
        pytest.skip("LibreOffice here opens no sheets: apt-get install libreoffice-calc-nogui")
    name = book.active.title
    assert list(open_rows(out / "old.xls")) == [
        (name, 4, [None, None, "编号", datetime(2024, 5, 31)]),
        (name, 5, [None, None, None, 3]),
    ]


def test_a_broken_old_xls_is_told(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(SheetFault, match=r"old \.xls"):
        list(open_rows(path))
