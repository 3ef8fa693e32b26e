"""Sheets: what openpyxl and Excel would show, row by row, and a plain reason when a file cannot be read."""

import csv
import io
import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiyin.papers.sheets import Cell, CellError, Limits, SheetFault, column_name, open_rows, write_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CELLS: list[list[Cell]] = [
    ["编号", "标题", "时间"],
    [1, "\t\n楼上漏水，没人管。\n", datetime(2019, 4, 25, 9, 32, 9)],
    [None, "Ａ１ full-width 😀", None],
    [2.5, True, datetime(2018, 4, 24)],
    [123456789012, " spaces ", False],
]


def rows_of(path: Path, limits: Limits | None = None) -> list[list[Cell]]:
    return [cells for _sheet, _row, cells in open_rows(path, limits or Limits())]


def reason(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(SheetFault) as fault:
        rows_of(path, limits)
    return str(fault.value)


def trimmed(rows: Iterable[Iterable[Cell]]) -> list[list[Cell]]:
    kept = [list(row) for row in rows]
    for row in kept:
        while row and row[-1] is None:
            row.pop()
    return [row for row in kept if row]


def parts(sheet: str, **more: str) -> dict[str, str]:
    """The least a workbook needs, around one sheet's `sheetData`."""
    links = "".join(
        f'<Relationship Id="r{name}" Type="{OFFICE}/{name}" Target="{name}.xml"/>' for name in more
    )
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="信访" sheetId="1" r:id="s1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="s1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>{links}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        **{f"xl/{name}.xml": text for name, text in more.items()},
    }


def packed(path: Path, contents: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in contents.items():
            book.writestr(name, text)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "letters.xlsx"


def by_openpyxl(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in CELLS:
        sheet.append(row)
    book.save(path)


def by_xlsxwriter(path: Path) -> None:
    write_rows(path, [("Sheet", CELLS)])


@pytest.mark.parametrize("make", [by_openpyxl, by_xlsxwriter])
def test_it_reads_what_others_write(file: Path, make: Callable[[Path], None]) -> None:
    make(file)
    found = list(open_rows(file))
    assert [cells for _sheet, _row, cells in found] == trimmed(CELLS)
    assert [(sheet, row) for sheet, row, _cells in found] == [("Sheet", number) for number in range(1, 6)]
    assert [[type(cell) for cell in cells] for _, _, cells in found] == [
        [type(cell) for cell in cells] for cells in trimmed(CELLS)
    ]


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=40
).filter(lambda text: "_x" not in text)
cells = st.none() | texts | st.booleans() | st.integers(-(10**14), 10**14)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8))
def test_sheet_to_rows_to_sheet_is_identity(rows: list[list[Cell]]) -> None:
    path = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    path /= f"huiyin-{random.randrange(2**60):x}.xlsx"
    try:
        write_rows(path, [("a", rows)])
        assert rows_of(path) == trimmed(rows)
        book = openpyxl.load_workbook(path, read_only=True)
        assert trimmed(book.worksheets[0].iter_rows(values_only=True)) == trimmed(rows)
        book.close()
    finally:
        path.unlink(missing_ok=True)


def test_it_reads_every_kind_of_cell(file: Path) -> None:
    sheet = (
        '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3" t="s"><v>1</v></c>'
        '<c r="D3" t="inlineStr"><is><r><t>one</t></r><r><rPr/><t xml:space="preserve"> two</t></r>'
        "<rPh><t>sound</t></rPh></is></c>"
        '<c r="E3" s="1"><v>43580.397326388891</v></c><c r="F3" s="2"><v>43581</v></c>'
        '<c r="G3" t="b"><v>1</v></c><c r="H3" t="e"><v>#N/A</v></c>'
        '<c r="I3" t="str"><f>A1</f><v>made</v></c>'
        '<c r="J3" t="d"><v>2019-04-25T09:32:09</v></c><c r="K3"><v>4.30123E+17</v></c>'
        '<c r="L3" s="3"><v>0.5</v></c><c r="M3"/><c r="N3" s="1"/></row>'
        '<row><c><v>1</v></c><c t="inlineStr"><is><t>no place stated</t></is></c></row><row r="9"/>'
    )
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>'
        '<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
        '<numFmt numFmtId="165" formatCode="[Red]0.00&quot;day&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="165"/><xf numFmtId="22"/>'
        '<xf numFmtId="164"/><xf numFmtId="20"/></cellXfs></styleSheet>'
    )
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>shared 一</t></si><si><r><t>rich </t></r><r><t>text</t></r>'
        "<rPh><t>sound</t></rPh></si></sst>"
    )
    found = list(open_rows(packed(file, parts(sheet, styles=styles, sharedStrings=strings))))
    assert [(name, row) for name, row, _ in found] == [("信访", 3), ("信访", 4)]
    assert found[0][2] == [
        "shared 一", None, "rich text", "one two", datetime(2019, 4, 25, 9, 32, 9), datetime(2019, 4, 26),
        True,
        CellError("#N/A"), "made", datetime(2019, 4, 25, 9, 32, 9), 4.30123e17, time(12),
    ]  # fmt: skip
    assert isinstance(found[0][2][7], CellError)
    assert found[1][2] == [1, "no place stated"]


def test_it_counts_from_1904_where_the_workbook_does(file: Path) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    contents = parts('<row><c s="0"><v>1</v></c></row>', styles=styles)
    contents["xl/workbook.xml"] = contents["xl/workbook.xml"].replace(
        "<sheets>", '<workbookPr date1904="1"/><sheets>'
    )
    assert rows_of(packed(file, contents)) == [[datetime(1904, 1, 2)]]


def test_it_reads_elements_with_a_prefix(file: Path) -> None:
    contents = parts("")
    contents["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2">'
        '<x:c r="B2" t="inlineStr"><x:is><x:t>here</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert list(open_rows(packed(file, contents))) == [("信访", 2, [None, "here"])]


def test_hidden_sheets_and_merged_cells_are_tolerated(file: Path) -> None:
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        first, second = book.add_worksheet("一"), book.add_worksheet("二")
        first.merge_range("A1:C1", "信访登记表")
        first.set_row(1, None, None, {"hidden": True})
        first.write_row("A2", ["x", "y"])
        second.write("A1", "z")
        second.hide()
    assert list(open_rows(file)) == [("一", 1, ["信访登记表"]), ("一", 2, ["x", "y"]), ("二", 1, ["z"])]


def test_a_chart_sheet_is_passed_over(file: Path) -> None:
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet("数据").write("A1", 1)
        chart = book.add_chart({"type": "line"})
        assert chart is not None
        chart.add_series({"values": "=数据!$A$1:$A$1"})
        book.add_chartsheet("图").set_chart(chart)
    assert [sheet for sheet, _, _ in open_rows(file)] == ["数据"]


def test_text_stays_text_when_written(file: Path) -> None:
    write_rows(
        file,
        [("a", [["=1+1", "http://example.com", "007", datetime(2020, 1, 2, tzinfo=UTC), date(2020, 1, 2)]])],
    )
    assert rows_of(file) == [
        ["=1+1", "http://example.com", "007", datetime(2020, 1, 2), datetime(2020, 1, 2)]
    ]


# --- what is refused ---------------------------------------------------------------------------


def test_a_bomb_is_refused_before_it_is_unpacked(file: Path) -> None:
    contents = parts("")
    contents["xl/worksheets/sheet1.xml"] = " " * 60_000_000
    packed(file, contents)
    tracemalloc.start()
    assert "no honest workbook" in reason(file)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()
    assert "too large" in reason(file, Limits(unpacked_bytes=1000))
    assert "too large" in reason(file, Limits(file_bytes=1000))


def test_a_part_larger_than_it_states_is_damage(file: Path) -> None:
    packed(file, parts("<row><c><v>1</v></c></row>" * 5000))
    with zipfile.ZipFile(file) as book:
        size = book.getinfo("xl/worksheets/sheet1.xml").file_size
    file.write_bytes(file.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 200)))
    assert "damaged" in reason(file)


def test_entities_cannot_multiply(file: Path) -> None:
    contents = parts("")
    contents["xl/worksheets/sheet1.xml"] = (
        '<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="str"><v>&d;</v></c></row></sheetData></worksheet>'
    )
    assert "damaged" in reason(packed(file, contents))


def test_a_cell_without_end_is_refused(file: Path) -> None:
    packed(file, parts(f'<row r="7"><c r="B7" t="inlineStr"><is><t>{"x" * 5000}</t></is></c></row>'))
    with pytest.raises(SheetFault) as fault:
        rows_of(file, Limits(cell_characters=4000))
    assert (fault.value.sheet, fault.value.row, fault.value.column) == ("信访", 7, "B")


def test_rows_before_the_damage_are_given(file: Path) -> None:
    good = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'
    reading = open_rows(packed(file, parts(good + "<row r='3'><c r='A3'><oops></c></row>")))
    assert [next(reading)[2], next(reading)[2]] == [[1], [2]]
    with pytest.raises(SheetFault, match="damaged after this row") as fault:
        next(reading)
    assert fault.value.row == 3


@pytest.mark.parametrize(
    "row",
    [
        '<row><c t="s"><v>7</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        '<row><c r="ZZZZ1"><v>7</v></c></row>',
        '<row r="x"><c><v>7</v></c></row>',
        "<row><c><v>seven</v></c></row>",
        '<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row><c t="d"><v>soon</v></c></row>',
    ],
)
def test_nonsense_inside_is_damage(file: Path, row: str) -> None:
    assert "damaged" in reason(packed(file, parts(row)))


def test_every_truncation_is_a_fault(file: Path) -> None:
    by_xlsxwriter(file)
    whole = file.read_bytes()
    for length in range(0, len(whole), 97):
        file.write_bytes(whole[:length])
        assert reason(file)


def test_flipped_bytes_give_rows_or_a_fault_never_a_crash(file: Path) -> None:
    by_xlsxwriter(file)
    whole = file.read_bytes()
    chance = random.Random(2)
    for _ in range(300):
        broken = bytearray(whole)
        broken[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(broken))
        with suppress(SheetFault):
            rows_of(file)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
        (OLE + "Workbook".encode("utf-16-le"), "old .xls"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "web page"),
        (b"%PDF-1.7 ...", "neither"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\x00\x01\x02\x03" * 50, "neither"),
        (b"\xff\xff\xfe\x80" * 50, "encoding"),
    ],
)
def test_other_files_are_named_for_what_they_are(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)
    assert says in reason(file)


def test_other_archives_are_named_for_what_they_are(file: Path) -> None:
    assert "neither" in reason(packed(file, {"word/document.xml": "<a/>"}))
    contents = parts("")
    contents["_rels/.rels"] = contents["_rels/.rels"].replace("xl/workbook.xml", "xl/workbook.bin")
    assert ".xlsb" in reason(packed(file, contents))
    contents = parts("")
    del contents["xl/worksheets/sheet1.xml"]
    assert "damaged" in reason(packed(file, contents))
    assert "cannot be opened" in reason(file.with_name("nowhere.xlsx"))


def test_a_protected_archive_is_named(file: Path) -> None:
    packed(file, parts("<row/>"))
    with zipfile.ZipFile(file) as book:
        header = book.getinfo("xl/workbook.xml").header_offset
    data = bytearray(file.read_bytes())
    place = data.rindex(b"xl/workbook.xml") - 46
    data[place + 8] |= 1
    data[header + 6] |= 1
    file.write_bytes(bytes(data))
    assert "password" in reason(file)


# --- .csv ---------------------------------------------------------------------------------------

TEXT = '编号,标题,内容\r\n1,"有,逗号","两行\n""引号""\t末"\r\n\r\n2,😀,\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "letters.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert list(open_rows(path)) == [
        ("", 1, ["编号", "标题", "内容"]),
        ("", 2, ["1", "有,逗号", '两行\n"引号"\t末']),
        ("", 4, ["2", "😀", ""]),
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_with_the_delimiters_offices_use(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "letters.csv"
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["编号", "a,b;c\td"], ["1", "2"]])
    path.write_text(text.getvalue(), "utf-8")
    assert rows_of(path) == [["编号", "a,b;c\td"], ["1", "2"]]


def test_csv_that_turns_out_to_be_gb18030_late(tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_bytes(b"a,b\n" * 400_000 + "中文,1\n".encode("gb18030"))
    assert list(open_rows(path))[-1][2] == ["中文", "1"]


@pytest.mark.parametrize("text", ['a,b\n1,"never closed\n2,x\n', 'a,b\n1,"x"y\n'])
def test_csv_with_quotation_marks_that_do_not_match(tmp_path: Path, text: str) -> None:
    path = tmp_path / "letters.csv"
    path.write_text(text)
    reading = open_rows(path)
    assert next(reading)[2] == ["a", "b"]
    with pytest.raises(SheetFault, match="quotation marks") as fault:
        next(reading)
    assert fault.value.row == 2


def peak(path: Path) -> int:
    tracemalloc.start()
    count = sum(1 for _ in open_rows(path))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count
    return most


def test_ten_times_the_rows_of_csv_take_the_same_memory(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    row = f'1,"{"信访" * 300}\n",2019/4/25\n'
    small.write_text(row * 2_000, "utf-8")
    large.write_text(row * 20_000, "utf-8")
    assert peak(large) < peak(small) * 1.2


def test_xlsx_takes_at_most_twice_its_strings(file: Path) -> None:
    rows: list[list[Cell]] = [
        [number, f"标题{number}", f"{number}" + "路灯不亮" * 60] for number in range(3_000)
    ]
    write_rows(file, [("a", rows)])
    strings = sum(len(str(cell).encode()) for row in rows for cell in row[1:])
    assert peak(file) < 2 * strings


def test_column_names() -> None:
    assert [column_name(index) for index in (0, 25, 26, 51, 52, 701, 702, 16_383)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
