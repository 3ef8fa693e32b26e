"""Sheets of offices become letters; what cannot is named by sheet, row and column."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from huiyin.intake.filing import Person
from huiyin.intake.letters import NO_LETTERS, UNUSED, CellFault, ImportedLetter, Letters
from huiyin.intake.words import normalise
from huiyin.papers.sheets import Cell, CellError, Row, SheetFault, open_rows

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
TITLES: list[Cell] = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
LETTER: list[Cell] = [
    7,
    "U0001",
    "路灯不亮",
    "2019/4/25 9:32:09",
    "\t\n路灯坏了\n",
    "已修好。",
    "2019/5/1 10:00:00",
]


def sheet(*rows: list[Cell], name: str = "Sheet1", start: int = 1) -> list[Row]:
    return [(name, number, cells) for number, cells in enumerate(rows, start)]


def read(*rows: list[Cell]) -> tuple[list[ImportedLetter], list[CellFault], Letters]:
    return gathered(Letters(sheet(*rows), NOW))


def gathered(letters: Letters) -> tuple[list[ImportedLetter], list[CellFault], Letters]:
    found = list(letters)
    good = [each for each in found if isinstance(each, ImportedLetter)]
    return good, [each for each in found if isinstance(each, CellFault)], letters


def changed(**cells: Cell) -> list[Cell]:
    names = ("number", "user", "title", "written", "body", "answer", "answered")
    return [cells.get(name, cell) for name, cell in zip(names, LETTER, strict=True)]


def test_a_row_says_what_its_cells_say() -> None:
    (letter,), faults, letters = read(TITLES, LETTER)
    assert (faults, letters.rows, letters.left_out) == ([], 1, [])
    assert (letter.sheet, letter.row, letter.source_number, letter.title) == ("Sheet1", 2, "7", "路灯不亮")
    assert (letter.body, letter.person) == ("\t\n路灯坏了\n", Person("U0001"))
    assert letter.written_at == datetime(2019, 4, 25, 9, 32, 9, tzinfo=ZONE)
    assert letter.answered_at == datetime(2019, 5, 1, 10, tzinfo=ZONE)
    assert (letter.answer, letter.date_only, letter.answered_date_only) == ("已修好。", False, False)
    assert "路灯" not in repr(letter)


def test_a_letter_without_an_answer_is_open() -> None:
    for blank in (None, "", " \n", "\u200b"):
        (letter,), faults, _ = read(TITLES, changed(answer=blank, answered=blank))
        assert (letter.answer, letter.answered_at, faults) == ("", None, [])
    (letter,), _, _ = read(TITLES[:5], LETTER[:5])
    assert letter.answered_at is None


@pytest.mark.parametrize(
    ("written", "expected", "date_only"),
    [
        ("2018/4/24", datetime(2018, 4, 24), True),
        (datetime(2018, 4, 24, 8, 5), datetime(2018, 4, 24, 8, 5), False),
        (datetime(2018, 4, 24), datetime(2018, 4, 24), True),
        (43214.5, datetime(2018, 4, 24, 12), False),
        ("２０１８年４月２４日", datetime(2018, 4, 24), True),
    ],
)
def test_dates_are_read_as_they_come(written: Cell, expected: datetime, date_only: bool) -> None:
    (letter,), _, _ = read(TITLES, changed(written=written))
    assert (letter.written_at, letter.date_only) == (expected.replace(tzinfo=ZONE), date_only)


@pytest.mark.parametrize(
    ("cells", "place", "says"),
    [
        ({"number": None}, ("A", "留言编号"), "number of the letter is missing"),
        ({"written": None}, ("D", "留言时间"), "date of the letter is missing"),
        ({"written": "昨天"}, ("D", "留言时间"), "not a date"),
        ({"written": "2027/1/1"}, ("D", "留言时间"), "in the future"),
        ({"written": "1900/1/1"}, ("D", "留言时间"), "before 1949"),
        ({"body": None}, ("E", "留言详情"), "letter is empty"),
        ({"body": "\u200b\n"}, ("E", "留言详情"), "letter is empty"),
        ({"body": "字" * 100_001}, ("E", "留言详情"), "this has 100001"),
        ({"body": CellError("#REF!")}, ("E", "留言详情"), "the error #REF!"),
        ({"title": "长" * 1001}, ("C", "留言主题"), "At most 1000"),
        ({"answered": None}, ("G", "答复时间"), "answer has no date"),
        ({"answer": None}, ("G", "答复时间"), "but no answer"),
        ({"answered": "2027/1/1"}, ("G", "答复时间"), "in the future"),
        ({"answered": "2017/4/25"}, ("G", "答复时间"), "more than a year before"),
    ],
)
def test_each_fault_names_its_cell_and_spares_its_neighbours(
    cells: dict[str, Any], place: tuple[str, str], says: str
) -> None:
    good, (fault,), letters = read(TITLES, LETTER, changed(**cells), LETTER)
    assert [letter.row for letter in good] == [2, 4]
    assert (fault.sheet, fault.row, fault.column, fault.title) == ("Sheet1", 3, *place)
    assert says in str(fault)
    assert letters.rows == 3


def test_an_answer_a_little_before_its_letter_is_what_the_sheet_claims() -> None:
    (letter,), faults, _ = read(TITLES, changed(answered="2019/4/25"))
    assert letter.answered_at
    assert letter.answered_at < letter.written_at
    assert faults == []


def test_every_fault_of_a_row_is_named() -> None:
    _, faults, _ = read(TITLES, changed(number=None, body=None, written="x"))
    assert [fault.column for fault in faults] == ["A", "E", "D"]


@pytest.mark.parametrize(
    "titles",
    [
        ["编号", "姓名", "标题", "日期", "内容", "回复", "办结时间"],
        ["信访件编号", "信访人", "信访标题", "信访日期", "投诉内容", "处理意见", "答复日期"],
        [
            " 留 言 编 号 ",
            "留言用户：",
            "*留言主题",
            "留言时间（年月日）",
            "【留言详情】",
            "答复意见",
            "答复时间",
        ],
        ["XFJBH", "XM", "BT", "XFRQ", "TSNR", "BLJG", "BJSJ"],
    ],
)
def test_titles_are_understood_by_their_meaning(titles: list[Cell]) -> None:
    (letter,), faults, letters = read(titles, LETTER)
    assert (faults, letters.left_out) == ([], [])
    assert (letter.source_number, letter.title, letter.answer) == ("7", "路灯不亮", "已修好。")


def test_columns_may_stand_anywhere_and_the_more_exact_title_wins() -> None:
    titles: list[Cell] = [
        "时间",
        "内容",
        "序号",
        "留言时间",
        "联系电话",
        "住址",
        "一级分类",
        "留言详情",
        "留言编号",
    ]
    row: list[Cell] = ["x", "y", 1, "2019/4/25", 13800000000, "某镇", "城乡建设", "路灯坏了", "Ａ-７"]
    (letter,), _, letters = read(titles, row)
    assert (letter.body, letter.source_number, letter.category) == ("路灯坏了", "A-7", "城乡建设")
    assert letter.person == Person("", "13800000000", "某镇")
    assert [(left.column, left.reason) for left in letters.left_out] == [
        ("A", UNUSED),
        ("B", UNUSED),
        ("C", UNUSED),
    ]


def test_titles_may_stand_below_the_name_of_the_sheet() -> None:
    above: list[list[Cell]] = [["2019年信访登记表"], ["制表：信访局", None, "编号"], [None]]
    (letter,), faults, _ = read(*above, TITLES, LETTER)
    assert (letter.row, faults) == (5, [])
    notes: list[list[Cell]] = [["说明"]] * 10
    _, (fault,), _ = read(*notes, TITLES, LETTER)
    assert "first 10 rows" in str(fault)


def test_titles_repeated_on_every_page_are_no_letters() -> None:
    good, faults, letters = read(TITLES, LETTER, TITLES, LETTER)
    assert (len(good), faults, letters.rows) == (2, [], 2)


@pytest.mark.parametrize(
    "title",
    [
        "稳控责任人",
        "是否重点人员",
        "扬言内容",
        "特殊群体管控",
        "风险等级（人）",
        "风险等级(人员)",
        "进京次数",
        "包保责任人",
        "信用分",
        "是否截访",
        "维稳责任人",
        "信访老户",
        "是否上访老户",
        "黑名单",
        "特殊利益群体",
        "盯守人员",
    ],
)
def test_columns_about_watching_persons_are_left_out_and_named(title: str) -> None:
    (letter,), faults, letters = read([*TITLES, title], [*LETTER, "canary"])
    (left,) = letters.left_out
    assert (left.sheet, left.column, left.title, left.watching, faults) == ("Sheet1", "H", title, True, [])
    assert "canary" not in str([getattr(letter, name) for name in letter.__dataclass_fields__])


def test_a_file_without_the_columns_is_one_fault_naming_them() -> None:
    good, (fault,), _ = read(["编号", "姓名", "金额"], [1, "某", 3])
    assert good == []
    assert (fault.row, fault.column) == (1, "")
    assert "留言时间、留言详情" in str(fault)
    assert "编号、姓名、金额" in str(fault)


def test_data_is_not_quoted_as_if_it_were_titles() -> None:
    _, (fault,), _ = read(["330102199001010000", "13800000000", "这是一段很长的、不能在消息里出现的文字"])
    assert "Columns found: -" in str(fault)


@pytest.mark.parametrize("rows", [[], [["\t"]]])
def test_an_empty_file_is_a_fault(rows: list[list[Cell]]) -> None:
    _, (fault,), _ = read(*rows)
    assert str(fault)


def test_titles_alone_are_no_fault() -> None:
    assert read(TITLES)[:2] == ([], [])


def test_a_sheet_of_something_else_is_left_out() -> None:
    rows = [*sheet(["说明"], ["请勿外传"], name="说明"), *sheet(TITLES, LETTER), *sheet(["x"], name="Sheet3")]
    good, faults, letters = gathered(Letters(rows, NOW))
    assert (len(good), faults) == (1, [])
    assert [(left.sheet, left.reason) for left in letters.left_out] == [
        ("说明", NO_LETTERS),
        ("Sheet3", NO_LETTERS),
    ]


def test_a_second_sheet_of_letters_lacking_a_column_is_a_fault() -> None:
    rows = [*sheet(TITLES, LETTER), *sheet(["编号", "内容"], [1, "x"], name="Sheet2")]
    good, (fault,), _ = gathered(Letters(rows, NOW))
    assert (len(good), fault.sheet) == (1, "Sheet2")


def test_where_the_file_ends_in_damage_the_rows_before_count() -> None:
    def damaged() -> Any:
        yield from sheet(TITLES, LETTER)
        raise SheetFault("The workbook is damaged after this row.", "Sheet1", 3)

    good, (fault,), _ = gathered(Letters(damaged(), NOW))
    assert (len(good), fault.sheet, fault.row) == (1, "Sheet1", 3)


@pytest.mark.parametrize(
    ("name", "rows", "answered", "same"),
    [("letters_answered", 1879, 1879, 25), ("letters_open", 2874, 0, 64)],
)
def test_real_sheets_come_in_whole(shared: Path, name: str, rows: int, answered: int, same: int) -> None:
    good, faults, letters = gathered(Letters(open_rows(shared / "data" / f"{name}.xlsx"), NOW))
    assert len(faults) == 0
    assert (letters.rows, len(good)) == (rows, rows)
    assert sum(letter.answered_at is not None for letter in good) == answered
    assert len(good) - len(Counter(normalise(letter.body) for letter in good)) == same
    assert [left.title for left in letters.left_out] == ([] if answered else ["反对数", "点赞数"])


def test_real_labelled_letters_come_in_whole(shared: Path) -> None:
    good, faults, letters = gathered(Letters(open_rows(shared / "data" / "letters_labelled.csv"), NOW))
    assert (len(faults), letters.rows, len(good)) == (0, 671, 671)
    assert len({letter.category for letter in good}) == 7


@pytest.mark.parametrize("name", ["letters_answered", "letters_open"])
def test_real_cells_are_those_an_independent_reader_finds(shared: Path, name: str) -> None:
    pandas = pytest.importorskip("pandas")
    path = shared / "data" / f"{name}.xlsx"
    frame = pandas.read_excel(path, dtype=object, engine="openpyxl")
    for letter, (_, row) in zip(Letters(open_rows(path), NOW), frame.iterrows(), strict=True):
        assert isinstance(letter, ImportedLetter)
        assert letter.source_number == str(row["留言编号"])
        same = letter.body == row["留言详情"]
        assert same, f"row {letter.row}"
        assert letter.written_at.replace(tzinfo=None) == pandas.to_datetime(row["留言时间"])


def test_a_number_too_long_to_keep_is_a_fault_of_its_row() -> None:
    titles = ["编号", "标题", "时间", "内容"]
    rows = [
        ("来信", 1, titles),
        ("来信", 2, ["9" * 81, "甲", "2020/1/1", "这一行的编号太长了。"]),
        ("来信", 3, ["9" * 80, "乙", "2020/1/1", "这一行的编号正好。"]),
    ]
    fault, letter = Letters(rows, datetime(2026, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]
    assert isinstance(fault, CellFault)
    assert (fault.row, fault.column, fault.params["longest"]) == (2, "A", 80)
    assert isinstance(letter, ImportedLetter)
    assert len(letter.source_number) == 80
