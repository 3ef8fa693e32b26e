"""Sheet → rows → sheet is identity, whatever stands in the cells; exactly the edited cells are found."""

import shutil
import subprocess
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from huiyin.papers.sheets import Cell
from huiyin.papers.workbooks import Head, Table, write_table
from huiyin.sheets import cells
from huiyin.sheets.cells import Unread, Value
from huiyin.sheets.layout import IDS, MARK, Layout, layout
from huiyin.sheets.making import FORMAT
from huiyin.sheets.reading import Line, Lines

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=40)
TEXTS = st.one_of(
    WORDS,
    st.sampled_from(
        ["=1+1", "00123", "2024-05-31", "_x000D_", "_x005F_x000D_", " 空 ", "一\r\n二", "一\n二",
         "'甲", "#N/A", "是",
         "１２３", "\ufeff甲", "👨‍👩‍👧", "編號", "h1.0.1..AAAA", "1e5", "TRUE"]
    ),
)  # fmt: skip
DAYS = st.dates(date(1950, 1, 1), date(2200, 1, 1))
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


def values_of(kind: str) -> st.SearchStrategy[Value]:
    some: dict[str, st.SearchStrategy[Any]] = {
        "date": DAYS,
        "moment": MOMENTS,
        "number": st.integers(0, 10**8),
    }
    text = TEXTS.map(lambda said: cells.text(cells.written(said)) or None)
    return st.one_of(st.none(), some.get(kind, text))


def row_of(sheet: Layout) -> st.SearchStrategy[tuple[Value, ...]]:
    return st.tuples(*(values_of(column.kind) for column in sheet.columns))


def write(path: Path, sheet: Layout, rows: Sequence[Sequence[Value]], marks: Sequence[str]) -> None:
    heads = [Head(c.title.zh, FORMAT.get(c.kind, "text")) for c in sheet.columns]
    table = Table("表", sheet.title.zh, "某县", (*heads, Head(MARK.zh, hidden=True)))
    made: list[list[Cell]] = [[*map(cells.written, row), mark] for row, mark in zip(rows, marks, strict=True)]
    write_table(path, table, made)


def read(path: Path, sheet: Layout) -> list[Line]:
    found = list(Lines(path, sheet, {}))
    assert all(isinstance(line, Line) for line in found), found
    return [line for line in found if isinstance(line, Line)]


ROUNDS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("name", IDS)
@ROUNDS
@given(data=st.data())
def test_what_is_written_is_read_back(name: str, data: st.DataObject, tmp_path: Path) -> None:
    sheet = layout(name)
    rows = data.draw(st.lists(row_of(sheet), min_size=1, max_size=4))
    marks = [cells.mark(n, n + 1, [*map(cells.written, row)], "0abc") for n, row in enumerate(rows)]
    write(tmp_path / "a.xlsx", sheet, rows, marks)
    lines = read(tmp_path / "a.xlsx", sheet)
    assert [list(map(cells.plain, line.values)) for line in lines] == [
        list(map(cells.plain, row)) for row in rows
    ]
    for number, line in enumerate(lines):
        assert line.mark is not None
        assert (line.mark.entry, line.mark.seq, line.mark.ref) == (number, number + 1, "0abc")
        assert line.mark.edited(line.values) == []


@pytest.mark.parametrize("name", IDS)
@ROUNDS
@given(data=st.data())
def test_exactly_the_edited_cells_are_found(name: str, data: st.DataObject, tmp_path: Path) -> None:
    sheet = layout(name)
    row = list(data.draw(row_of(sheet)))
    mark = cells.mark(0, 1, [*map(cells.written, row)])
    places = data.draw(st.sets(st.integers(0, len(row) - 1), min_size=1, max_size=3))
    for place in places:
        new = data.draw(values_of(sheet.columns[place].kind))
        assume(cells.plain(new) != cells.plain(row[place]))
        row[place] = new
    assume(any(value is not None for value in row))
    write(tmp_path / "a.xlsx", sheet, [row], [mark])
    (line,) = read(tmp_path / "a.xlsx", sheet)
    assert line.mark is not None
    assert line.mark.edited(line.values) == sorted(places)


@given(st.one_of(st.text(max_size=80), st.binary(max_size=60).map(str)))
@settings(deadline=None)
def test_a_spoilt_mark_is_none_and_never_breaks(said: str) -> None:
    assert cells.read_mark(said, 12) is None
    assert cells.read_mark("h1.0.1.." + said, 12) is None or len(said) == 64


@given(st.one_of(TEXTS, st.floats(), st.integers(), st.booleans(), MOMENTS, st.none()))
@settings(deadline=None)
def test_any_cell_is_a_value_or_says_why_not(cell: Cell) -> None:
    for kind in ("text", "date", "moment", "number", "choice"):
        found = cells.read(cell, kind)
        assert isinstance(cells.plain(found), str)
        assert not isinstance(found, Unread) or found.reason


# --- in LibreOffice -----------------------------------------------------------------------------------


def convert(path: Path, ending: str, out: Path) -> Path:
    """The file as LibreOffice writes it; skips where there is none that opens sheets."""
    if shutil.which("soffice") is None:
        pytest.skip("no LibreOffice on this machine: apt-get install libreoffice-calc-nogui")
    profile = f"-env:UserInstallation=file://{out}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    made = out / f"{path.stem}.{ending}"
    if not made.exists():
        if "could not be loaded" in done.stderr + done.stdout:
            pytest.skip("LibreOffice here opens no sheets: apt-get install libreoffice-calc-nogui")
        raise AssertionError(done.stdout + done.stderr)
    return made


def example(kind: str, number: int) -> Value:
    some: dict[str, Value] = {
        "date": date(2024, 5, 1 + number % 28),
        "moment": datetime(2024, 5, 1 + number % 28, 9, 30),
        "number": number,
    }
    return some.get(kind, f"第{number}行：外墙瓷砖往下掉，\n请派人鉴定。")


@pytest.mark.parametrize("name", IDS)
def test_libreoffice_opens_every_sheet_and_edits_nothing(name: str, tmp_path: Path) -> None:
    from pypdfium2 import PdfDocument

    sheet, out = layout(name), tmp_path / "out"
    rows = [tuple(example(column.kind, n) for column in sheet.columns) for n in range(60)]
    path = tmp_path / f"{name}.xlsx"
    write(path, sheet, rows, [cells.mark(0, 1, [*map(cells.written, row)]) for row in rows])
    lines = read(convert(path, "xlsx", out), sheet)
    assert len(lines) == 60
    assert all(line.mark and line.mark.edited(line.values) == [] for line in lines)
    pages = PdfDocument(convert(path, "pdf", out).read_bytes())
    width, height = pages[0].get_size()
    assert width > height
    last = pages[len(pages) - 1].get_textpage().get_text_range()
    assert sheet.columns[0].title.zh in last  # the heads stand on every page
    assert "h1.0.1" not in "".join(page.get_textpage().get_text_range() for page in pages)
