"""Sheets as offices really have them: titles above, heads of two lines, dates in every writing."""

import csv
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from huiyin.sheets.layout import layout
from huiyin.sheets.models import BadMapping, remember, remembered
from tests.casework import cast
from tests.sheets.hand import counts, made, put, read, said, taken, typed

pytestmark = pytest.mark.usefixtures("county")
HEADS = ["编号", "信访日期", "信访形式", "姓名", "联系电话", "内容分类", "反映内容", "办理结果", "答复日期"]
BODY = "村口的路灯坏了三个月，请尽快派人修好。"
ROW = ["Z-1", date(2025, 4, 25), "来访", "封不觉", "13812345678", "城乡建设", BODY, None, None]


def row(**changes: object) -> list[object]:
    return [changes.get(head, value) for head, value in zip(HEADS, ROW, strict=True)]


def only() -> CaseRow:
    return CaseRow.objects.get()


def test_a_register_that_somebody_typed_is_taken_in_once(tmp_path: Path) -> None:
    sheet = typed(
        tmp_path / "t.xlsx",
        HEADS,
        ROW,
        row(编号="Z-2", 反映内容="河边的垃圾没有人清运。", 办理结果="已清运。", 答复日期="2025.5.6"),
        above=2,
    )
    assert counts(taken(sheet, "registration", cast.SYSTEM)) == (2, 2, 0, 0, 0)
    assert counts(taken(sheet, "registration", cast.SYSTEM)) == (2, 0, 0, 2, 0)
    first, second = CaseRow.objects.order_by("source_number")
    assert (first.channel, first.category, first.received_on) == ("visit", "construction", date(2025, 4, 25))
    assert (second.state, first.anonymous) == ("imported_answered", False)
    assert "13812345678" not in str(read(made(tmp_path / "out.xlsx", "registration")))


def test_an_answer_filled_in_later_is_the_claim_of_the_sheet(tmp_path: Path) -> None:
    """Offices hand the same ledger over every month, with more of it filled in."""
    taken(typed(tmp_path / "a.xlsx", HEADS, ROW), "registration", cast.SYSTEM)
    later = typed(tmp_path / "b.xlsx", HEADS, row(办理结果="修好了。", 答复日期=date(2025, 5, 6)))
    assert counts(taken(later, "registration", cast.SYSTEM)) == (1, 0, 1, 0, 0)
    assert history(only().case_id)[-1].kind == "answer.imported.1"
    assert counts(taken(later, "registration", cast.SYSTEM)) == (1, 0, 0, 1, 0)
    (out,) = read(made(tmp_path / "out.xlsx", "registration"))
    assert (out["结果"], out["答复时间"]) == ("修好了。", datetime(2025, 5, 6))


@pytest.mark.parametrize(
    "written",
    [
        "2025.4.25",
        "2025/4/25",
        "2025年4月25日",
        "２０２５年４月２５日",
        "二〇二五年四月二十五日",
        "20250425",
        45772,
        "45772",
        " 2025-04-25 ",
        datetime(2025, 4, 25, 9, 30),
    ],
)
def test_a_date_in_any_writing_is_the_same_day(written: object, tmp_path: Path) -> None:
    taken(typed(tmp_path / "t.xlsx", HEADS, row(信访日期=written)), "registration", cast.SYSTEM)
    assert only().received_on == date(2025, 4, 25)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("农历三月初五", "农历"),
        ("二〇二五年三月初五", "农历"),
        ("去年春天", "不是日期"),
        ("2025-13-40", "不是日期"),
        ("2099-01-01", "还没到"),
        ("1848-05-31", "1949"),
        (None, "日期"),
    ],
)
def test_a_date_that_is_none_is_a_fault_on_its_cell(written: object, says: str, tmp_path: Path) -> None:
    sheet = typed(tmp_path / "t.xlsx", HEADS, row(信访日期=written), above=1)
    report = taken(sheet, "registration", cast.SYSTEM)
    assert counts(report) == (1, 0, 0, 0, 1)
    fault = report.faults[0]
    assert (fault.sheet, fault.row, fault.column, fault.title) == ("台账", 3, "B", "信访日期")
    assert says in said(report)[0]
    assert not CaseRow.objects.exists()


def test_heads_of_two_lines_under_a_merged_title(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("台账")
        sheet.merge_range("A1:H1", "某某县 2025 年信访登记表")
        for place, title in {"A": "编号", "B": "日期", "G": "内容", "H": "稳控责任人"}.items():
            sheet.merge_range(f"{place}2:{place}3", title)
        sheet.merge_range("C2:F2", "信访人")
        sheet.write_row("C3", ["姓名", "电话", "住址", "人数"])
        sheet.write_row("A4", ["Z-1", "2025-4-25", "封不觉", "13812345678", "某镇", "３人", BODY, "张某"])
    report = taken(tmp_path / "t.xlsx", "registration", cast.SYSTEM)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert [out.title for out in report.left_out if out.watching] == ["稳控责任人"]
    assert history(only().case_id)[0].values["people"] == 3


def test_forty_blank_columns_hidden_columns_and_repeated_heads(tmp_path: Path) -> None:
    second = row(编号="Z-2", 信访日期="2025-4-26", 反映内容="第二封信的内容。")
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("台账")
        plain = book.add_format({"bg_color": "#FFFFFF"})
        for number, cells in enumerate(
            [
                HEADS,
                row(信访日期="2025-4-25"),
                HEADS,
                second,
            ]
        ):
            sheet.write_row(number, 0, cells)
            for place in range(len(HEADS), len(HEADS) + 40):
                sheet.write_blank(number, place, None, plain)
        sheet.write_row(4, 0, ["制表人：张三", None, "审核：李四"])
        sheet.set_column(1, 3, None, None, {"hidden": True})
    report = taken(tmp_path / "t.xlsx", "registration", cast.SYSTEM)
    assert counts(report) == (2, 2, 0, 0, 0)
    assert report.left_out == []


def test_formulas_count_by_their_result_and_without_one_are_faults(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, row(信访日期="2025-4-25"))
        sheet.write_formula(1, 0, '="Z-"&"1"', None, "Z-1")
        sheet.write_row(2, 0, row(编号="Z-2", 信访日期="2025-4-25"))
        sheet.write_formula(2, 6, "=NOSUCH()", None, "#NAME?")
    report = taken(tmp_path / "t.xlsx", "registration", cast.SYSTEM)
    assert counts(report) == (2, 1, 0, 0, 1)
    assert "#NAME?" in said(report)[0]
    assert only().source_number == "Z-1"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADS)
    book.active.append(row(编号="Z-3", 反映内容="=A1&B1"))
    book.save(tmp_path / "u.xlsx")
    report = taken(tmp_path / "u.xlsx", "registration", cast.SYSTEM)
    assert "没有算出结果" in said(report)[0]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    with (tmp_path / "t.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADS, row(信访日期="2025.4.25")])
    assert counts(taken(tmp_path / "t.csv", "registration", cast.SYSTEM)) == (1, 1, 0, 0, 0)


def test_a_file_without_heads_and_one_without_rows_are_told(tmp_path: Path) -> None:
    report = taken(typed(tmp_path / "t.xlsx", ["甲", "乙"], ["一", "二"]), "registration", cast.SYSTEM)
    assert counts(report) == (0, 0, 0, 0, 1)
    assert "甲、乙" in said(report)[0]
    with xlsxwriter.Workbook(tmp_path / "u.xlsx") as book:
        book.add_worksheet()
    assert len(taken(tmp_path / "u.xlsx", "registration", cast.SYSTEM).faults) == 1


def test_words_that_no_list_here_has_are_taken_in_without_and_told(tmp_path: Path) -> None:
    sheet = typed(tmp_path / "t.xlsx", HEADS, row(内容分类="邻里纠纷", 信访形式="托人带话"))
    report = taken(sheet, "registration", cast.SYSTEM)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert {out.title for out in report.left_out} == {"内容分类", "信访形式"}
    assert (only().category, only().channel) == ("", "import")


@pytest.mark.parametrize("actor", [cast.SYSTEM, cast.CLERK], ids=str)
def test_an_office_that_is_unknown_once_asks_for_nothing_ever_after(actor: Actor, tmp_path: Path) -> None:
    """Nor do steps that a matter nobody took up does not have: told each time, and never a fault."""
    heads = [*HEADS, "承办单位", "拟办意见", "批示领导", "领导批示"]
    more = ["某某局", "请按期办理。", "某县长", "请速办。"]
    sheet = typed(tmp_path / "t.xlsx", heads, [*ROW, *more])
    first = taken(sheet, "registration", actor)
    assert counts(first) == (1, 1, 0, 0, 0)
    for _ in range(2):
        again = taken(sheet, "registration", actor)
        assert counts(again) == (1, 0, 0, 1, 0)
        told = {"承办单位", "拟办意见", "批示领导", "领导批示"}
        assert [told - {out.title for out in report.left_out} for report in (first, again)] == [set()] * 2
    assert len(history(only().case_id)) == 1


def test_an_unknown_office_is_no_edit_of_a_matter_that_was_taken_up(tmp_path: Path) -> None:
    sheet = typed(
        tmp_path / "t.xlsx", [*HEADS, "承办单位", "批示领导", "领导批示"], [*ROW, "某某局", None, None]
    )
    taken(sheet, "registration", cast.CLERK)
    cast.take(only().case_id, "take_up", {}, actor=cast.CLERK)
    assert counts(taken(sheet, "registration", cast.CLERK)) == (1, 0, 0, 1, 0)
    # What the matter can have now, the sheet may ask for.
    name = Officer.objects.get(login=cast.HEAD.ref).name_zh
    later = typed(tmp_path / "u.xlsx", [*HEADS, "批示领导", "领导批示"], [*ROW, name, "请速办。"])
    assert counts(taken(later, "registration", cast.CLERK)) == (1, 0, 1, 0, 0)


def test_an_unknown_office_stays_a_fault_where_the_row_was_not_taken_in_by_a_sheet(tmp_path: Path) -> None:
    cast.file()
    sheet = typed(tmp_path / "t.xlsx", ["编号", "日期", "承办单位"], [only().number, "2026-3-2", "某某局"])
    report = taken(sheet, "registration", cast.CLERK)
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "某某局" in said(report)[0]


def test_a_head_of_their_own_is_remembered(tmp_path: Path) -> None:
    heads = ["编号", "信访日期", "群众说了啥"]
    sheet = typed(tmp_path / "t.xlsx", heads, ["Z-1", "2025-4-25", BODY])
    assert taken(sheet, "registration", cast.SYSTEM).new == 0
    remember("xfj", layout("registration"), "群众说了啥", "body")
    known = remembered("xfj", layout("registration"))
    assert taken(sheet, "registration", cast.SYSTEM, remembered=known).new == 1
    assert remembered("zjj", layout("registration")) == {}


@pytest.mark.parametrize("title", ["稳控责任人", "重点人员类别", "扬言内容", "风险等级"])
def test_no_head_of_control_is_ever_remembered(title: str) -> None:
    with pytest.raises(BadMapping):
        remember("xfj", layout("registration"), title, "body")
    assert remembered("xfj", layout("registration")) == {}


def test_the_monthly_table_by_person_is_read_for_its_matters_only(tmp_path: Path) -> None:
    case = cast.handled()
    heads = [
        "序号",
        "信访人",
        "户籍地址",
        "身份证",
        "电话",
        "诉求",
        "目前状况",
        "工作措施",
        "包案领导",
        "专办人",
    ]
    cells = [1, "封不觉", "某镇某村", "11010519491231002X", "13812345678", cast.FILING.body]
    sheet = typed(
        tmp_path / "t.xlsx",
        heads,
        [*cells, "已看现场。", "顾长风", "王某"],
        ["制表人：张三", None, "站长：李四"],
        above=1,
    )
    report = taken(sheet, "backlog", cast.OFFICER)
    left = {out.title for out in report.left_out}
    assert {"信访人", "户籍地址", "身份证", "电话", "专办人"} <= left
    # The leader without plan and date is no sponsorship; the book asks for them, on the row.
    assert counts(report)[:2] == (1, 0)
    assert [fault.title for fault in report.faults] == ["包案领导"]
    bare = typed(tmp_path / "u.xlsx", ["诉求", "本月情况"], [cast.FILING.body, "已看现场。"])
    assert counts(taken(bare, "backlog", cast.OFFICER)) == (1, 0, 1, 0, 0)
    assert history(case)[-1].kind == "work.recorded.1"
    other = typed(tmp_path / "v.xlsx", ["诉求", "本月情况"], ["没有人写过这样一封信。", "已看现场。"])
    assert "内容完全相同" in said(taken(other, "backlog", cast.OFFICER))[0]


def test_an_unknown_number_and_a_missing_one_are_faults(tmp_path: Path) -> None:
    sheet = typed(tmp_path / "t.xlsx", ["编号", "督办要求"], ["没有这个", "快办"], [None, "快办"])
    report = taken(sheet, "supervision", cast.SUPERVISOR)
    assert counts(report) == (2, 0, 0, 0, 2)
    assert {fault.title for fault in report.faults} == {"编号"}


def test_only_a_clerk_registers_by_a_sheet(tmp_path: Path) -> None:
    sheet = typed(tmp_path / "t.xlsx", HEADS, ROW)
    assert counts(taken(sheet, "registration", cast.OFFICER)) == (1, 0, 0, 0, 1)
    assert counts(taken(sheet, "registration", cast.CLERK)) == (1, 1, 0, 0, 0)


def test_a_stop_half_way_is_finished_by_the_same_sheet(tmp_path: Path) -> None:
    rows = [row(编号=f"Z-{n}", 反映内容=f"第{n}户的水表走得太快。") for n in range(1100)]
    sheet = typed(tmp_path / "t.xlsx", HEADS, *rows)

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taken(sheet, "registration", cast.SYSTEM, progress=stop)
    here = CaseRow.objects.count()
    assert 0 < here < 1100
    assert counts(taken(sheet, "registration", cast.SYSTEM)) == (1100, 1100 - here, 0, here, 0)


def test_an_edit_in_a_saved_old_format_still_counts(tmp_path: Path) -> None:
    """A sheet saved as .csv keeps its marks, and its dates as text."""
    case = cast.file().case
    path = put(made(tmp_path / "a.xlsx", "registration"), 承办单位="临江县住房和城乡建设局")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    with (tmp_path / "a.csv").open("w", encoding="gb18030", newline="") as file:
        for cells in sheet.iter_rows(values_only=True):
            csv.writer(file).writerow(
                f"{c:%Y/%m/%d}" if isinstance(c, datetime) and c.time() == datetime.min.time() else c
                for c in cells
            )
    assert counts(taken(tmp_path / "a.csv", "registration")) == (1, 0, 1, 0, 0)
    assert CaseRow.objects.get(pk=case).handler == "zjj"
