"""Export, edit, import: exactly what was edited, as lawful steps by the officer who acts."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from huiyin.casework import breaching, projection
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.offices.models import Officer
from huiyin.sheets.layout import IDS, layout
from tests.casework import cast
from tests.sheets.hand import cell, counts, edited, made, put, read, said, taken, typed

pytestmark = pytest.mark.usefixtures("county")
OWN = ("registration", "sponsored", "backlog", "supervision", "callback", "legal_routes", "national")


def last(case: str) -> tuple[str, str, str]:
    """(fact, role, officer) of the newest fact."""
    fact = history(case)[-1]
    return fact.kind, fact.actor.role, fact.actor.ref


def busy() -> tuple[str, str, str]:
    """A case in hand with an order and a sponsor, a served one, one led to another procedure."""
    handled, served = cast.handled(), cast.served(body="第二件事：路灯坏了三个月没有人来修，请修好。")
    values = {"ground": "delay", "demand": "请说明进展。", "answer_by": "2026-03-20"}
    supervisor = cast.SUPERVISOR.__class__("supervisor", "xfj", "supervisor")
    cast.take(handled, "order_supervision", values, actor=supervisor)
    plan = {"leader": "head", "plan": "一周一会，两月办结。", "finish_by": "2026-05-01"}
    cast.take(handled, "sponsor", plan, actor=cast.HEAD)
    led = cast.file(body="第三件事：判决生效以后对方一直不执行，怎么办？").case
    route = {"route": "courts", "organ": "县人民法院", "limit": "二年内申请执行"}
    cast.take(led, "redirect", route, actor=cast.CLERK)
    return handled, served, led


@pytest.mark.parametrize("sheet", OWN)
def test_a_made_sheet_taken_in_again_changes_nothing(sheet: str, tmp_path: Path) -> None:
    busy()
    path = made(tmp_path / "a.xlsx", sheet)
    rows = read(path)
    assert rows
    before = CaseRow.objects.values_list("case_id", "seq")
    assert counts(taken(path, sheet)) == (len(rows), 0, 0, len(rows), 0)
    saved = edited(path, lambda _: None)
    assert counts(taken(saved, sheet)) == (len(rows), 0, 0, len(rows), 0)
    assert list(CaseRow.objects.values_list("case_id", "seq")) == list(before)


def test_an_office_filled_in_is_a_transfer_by_the_clerk(tmp_path: Path) -> None:
    case, other = cast.file().case, cast.file(body="另一件事情的内容，写得长一些也没有关系。").case
    path = made(tmp_path / "a.xlsx", "registration")
    row = next(i for i, r in enumerate(read(path), 4) if r["编号"] == CaseRow.objects.get(pk=case).number)
    sheet = put(path, row=row, 承办单位="临江县住房和城乡建设局", 拟办意见="请按期办理。")
    assert counts(taken(sheet, "registration")) == (2, 0, 1, 1, 0)
    assert last(case) == ("case.transferred.1", "clerk", "clerk")
    assert CaseRow.objects.get(pk=case).handler == "zjj"
    assert CaseRow.objects.get(pk=other).seq == 1
    assert read(made(tmp_path / "b.xlsx", "registration"))[row - 4]["拟办意见"] == "请按期办理。"
    assert not list(projection.rebuild(check=True))


def test_what_a_leader_wrote_is_kept_word_for_word_each_time(tmp_path: Path) -> None:
    case = cast.file().case
    head = cast.HEAD.ref
    name = Officer.objects.get(login=head).name_zh
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 批示领导=name, 领导批示="请住建局一周内拿出办法。")
    assert counts(taken(sheet, "registration")) == (1, 0, 1, 0, 0)
    assert last(case) == ("leader.instructed.1", "clerk", "clerk")
    assert history(case)[-1].values["leader"] == head
    again = made(tmp_path / "b.xlsx", "registration")
    (row,) = read(again)
    assert (row["批示领导"], row["领导批示"]) == (name, "请住建局一周内拿出办法。")
    sheet = put(again, 领导批示="再催一次。", out="c.xlsx")
    assert counts(taken(sheet, "registration")) == (1, 0, 1, 0, 0)
    assert len(history(case)) == 3


def test_an_instruction_without_its_leader_is_a_fault(tmp_path: Path) -> None:
    case = cast.file().case
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 领导批示="请速办。")
    report = taken(sheet, "registration")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "批示领导" in said(report)[0]
    assert len(history(case)) == 1


def test_taken_in_twice_it_changes_nothing_more(tmp_path: Path) -> None:
    case = cast.file().case
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 承办单位="临江县住房和城乡建设局")
    assert counts(taken(sheet, "registration")) == (1, 0, 1, 0, 0)
    assert counts(taken(sheet, "registration")) == (1, 0, 0, 1, 0)
    assert len(history(case)) == 2


def test_the_second_of_two_edited_copies_is_told_that_it_has_moved_on(tmp_path: Path) -> None:
    case = cast.file().case
    path = made(tmp_path / "a.xlsx", "registration")
    one = put(path, 承办单位="临江县住房和城乡建设局", out="one.xlsx")
    two = put(path, 承办单位="临江县人力资源和社会保障局", out="two.xlsx")
    assert counts(taken(one, "registration")) == (1, 0, 1, 0, 0)
    report = taken(two, "registration")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "已经有人办理" in said(report)[0]
    assert (report.faults[0].row, report.faults[0].title) == (4, "承办单位")
    assert CaseRow.objects.get(pk=case).handler == "zjj"


def test_a_dry_run_says_the_same_and_does_nothing(tmp_path: Path) -> None:
    case = cast.file().case
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 承办单位="临江县住房和城乡建设局")
    report = taken(sheet, "registration", dry=True)
    assert (counts(report), report.steps) == ((1, 0, 1, 0, 0), [(4, "转送")])
    assert len(history(case)) == 1


def test_the_console_takes_no_officers_step(tmp_path: Path) -> None:
    case = cast.file().case
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 承办单位="临江县住房和城乡建设局")
    report = taken(sheet, "registration", cast.SYSTEM)
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "--as" in said(report)[0]
    assert len(history(case)) == 1


@pytest.mark.parametrize(
    ("title", "value", "says"),
    [
        ("答复时间", datetime(2026, 2, 1), "送达处理意见书"),
        ("结果", "改过的结果", "作出处理意见"),
        ("满意度", "满意", "评价"),
        ("时限", date(2027, 1, 1), "批准延长"),
        ("状态", "已办结", "系统填写"),
        ("姓名", "封不觉", "身份"),
        ("内容", "改过的内容", "系统填写"),
        ("承办单位", "临江县人力资源和社会保障局", "转送"),
        ("承办单位", None, "清空"),
    ],
)
def test_what_an_edit_may_not_overwrite_names_the_step_that_does_it(
    title: str, value: object, says: str, tmp_path: Path
) -> None:
    case = cast.served()
    before = len(history(case))
    report = taken(put(made(tmp_path / "a.xlsx", "registration"), **{title: value}), "registration")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert says in said(report)[0]
    assert report.faults[0].title == title
    assert len(history(case)) == before


def test_an_unlawful_step_is_a_fault_with_its_article(tmp_path: Path) -> None:
    cast.file()
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 承办单位="临江县住房和城乡建设局")
    report = taken(sheet, "registration", cast.BUREAU_HEAD)
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "《信访工作条例》" in said(report)[0]


def test_a_name_that_is_on_no_list_is_a_fault(tmp_path: Path) -> None:
    cast.file()
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 承办单位="某某局")
    assert "某某局" in said(taken(sheet, "registration"))[0]


def test_calls_are_recorded_by_filling_in_the_rows(tmp_path: Path) -> None:
    case = cast.served()
    sheet = put(
        made(tmp_path / "a.xlsx", "callback"),
        回访日期="2026.3.2",
        回访结果="收到了答复，答应的没有全做到",
        回访记录="北侧还没有修。",
    )
    assert counts(taken(sheet, "callback")) == (1, 0, 1, 0, 0)
    assert last(case) == ("petitioner.called_back.1", "clerk", "clerk")
    assert counts(taken(sheet, "callback")) == (1, 0, 0, 1, 0)
    (row,) = read(made(tmp_path / "b.xlsx", "callback"))
    assert (row["回访记录"], row["回访人"]) == ("北侧还没有修。", "陆知禾")
    again = taken(put(tmp_path / "b.xlsx", 回访记录="都好了。"), "callback")
    assert "不能改写" in said(again)[0]


def test_an_order_is_answered_by_the_office_in_charge(tmp_path: Path) -> None:
    case, *_ = busy()
    path = made(tmp_path / "a.xlsx", "supervision", cast.OFFICER)
    sheet = put(path, 回复情况="已经派人，十日内办结。", 改正日期=date(2026, 3, 2))
    assert counts(taken(sheet, "supervision", cast.OFFICER)) == (1, 0, 1, 0, 0)
    assert last(case) == ("supervision.answered.1", "officer", "officer")


def test_a_row_added_by_hand_is_a_new_sponsorship(tmp_path: Path) -> None:
    case = cast.handled()
    number = CaseRow.objects.get(pk=case).number
    sheet = typed(
        tmp_path / "t.xlsx",
        ["序号", "编号", "包案领导", "化解方案", "预计时间"],
        [1, number, "顾长风", "每周见面一次。", "2026年5月1日"],
    )
    assert counts(taken(sheet, "sponsored", cast.HEAD)) == (1, 0, 1, 0, 0)
    assert last(case) == ("case.sponsored.1", "head", "head")
    assert counts(taken(sheet, "sponsored", cast.HEAD)) == (1, 0, 0, 1, 0)


def test_a_sponsorship_is_changed_once_its_result_is_written(tmp_path: Path) -> None:
    """The book wants the result first; then a new plan is a new row, and the old one stands."""
    case, *_ = busy()
    path = made(tmp_path / "a.xlsx", "sponsored", cast.BUREAU_HEAD)
    sheet = put(path, 预计时间=date(2026, 6, 1))
    report = taken(sheet, "sponsored", cast.BUREAU_HEAD)
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "先写明结果" in said(report)[0]
    done = put(path, 结果="瓷砖已经修好，车的赔偿还没有谈拢。")
    assert counts(taken(done, "sponsored", cast.BUREAU_HEAD)) == (1, 0, 1, 0, 0)
    again = made(tmp_path / "b.xlsx", "sponsored", cast.BUREAU_HEAD)
    anew = put(again, 预计时间=date(2026, 6, 1))
    assert counts(taken(anew, "sponsored", cast.BUREAU_HEAD)) == (1, 0, 1, 0, 0)
    assert history(case)[-1].values["leader"] == "head"
    first, second = read(made(tmp_path / "c.xlsx", "sponsored", cast.HEAD))
    assert (first["化解方案"], second["化解方案"]) == ("一周一会，两月办结。",) * 2
    assert (first["结果"], second["结果"]) == ("瓷砖已经修好，车的赔偿还没有谈拢。", None)
    assert counts(taken(anew, "sponsored", cast.BUREAU_HEAD)) == (1, 0, 0, 1, 0)


def test_progress_of_a_long_open_matter_is_a_note_in_it(tmp_path: Path) -> None:
    case = cast.handled()
    sheet = put(made(tmp_path / "a.xlsx", "backlog", cast.OFFICER), 进度="已经看了现场。")
    assert counts(taken(sheet, "backlog", cast.OFFICER)) == (1, 0, 1, 0, 0)
    assert last(case)[0] == "work.recorded.1"


def test_a_matter_is_led_to_another_procedure_by_a_row(tmp_path: Path) -> None:
    case = cast.file().case
    sheet = typed(
        tmp_path / "t.xlsx",
        ["编号", "法定途径", "受理机关", "程序和期限"],
        [CaseRow.objects.get(pk=case).number, "仲裁", "县劳动人事争议仲裁院", "一年内"],
    )
    assert counts(taken(sheet, "legal_routes")) == (1, 0, 1, 0, 0)
    assert last(case)[0] == "case.redirected.1"


def test_a_strict_import_with_a_fault_takes_nothing_in(tmp_path: Path) -> None:
    one, two = cast.file().case, cast.file(body="另一件事情的内容，写得长一些也没有关系。").case
    path = made(tmp_path / "a.xlsx", "registration")
    sheet = put(put(path, 承办单位="临江县住房和城乡建设局"), row=5, 承办单位="某某局", out="c.xlsx")
    report = taken(sheet, "registration", strict=True)
    assert (report.changed, len(report.faults)) == (0, 1)
    assert (len(history(one)), len(history(two))) == (1, 1)
    assert counts(taken(sheet, "registration"))[2:] == (1, 0, 1)


def test_several_steps_of_a_row_are_taken_together_or_not_at_all(tmp_path: Path) -> None:
    case, *_ = busy()
    path = made(tmp_path / "a.xlsx", "sponsored", cast.BUREAU_HEAD)
    met = {"见面日期": date(2026, 3, 2), "见面方式": "接访", "进度": "谈过了。", "结果": "已经修好。"}
    before = len(history(case))
    report = taken(put(path, **{**met, "见面日期": date(2030, 1, 1)}), "sponsored", cast.BUREAU_HEAD)
    assert (report.changed, len(history(case))) == (0, before)
    assert report.faults[0].title == "见面日期"
    report = taken(put(path, **{**met, "见面方式": "电话"}), "sponsored", cast.BUREAU_HEAD)
    assert (report.changed, len(history(case)), report.faults[0].title) == (0, before, "见面方式")
    assert counts(taken(put(path, **met), "sponsored", cast.BUREAU_HEAD)) == (1, 0, 1, 0, 0)
    assert [fact.kind for fact in history(case)[before:]] == ["sponsor.visited.1", "sponsor.finished.1"]


def test_a_deleted_column_is_no_edit(tmp_path: Path) -> None:
    cast.served()
    path = made(tmp_path / "a.xlsx", "registration")
    sheet = edited(path, lambda s: s.delete_cols(16))
    assert counts(taken(sheet, "registration")) == (1, 0, 0, 1, 0)


def test_a_moved_row_and_a_moved_column_are_no_edit(tmp_path: Path) -> None:
    cast.served()
    cast.file(body="另一件事情的内容，写得长一些也没有关系。")
    path = made(tmp_path / "a.xlsx", "registration")

    def shuffle(sheet):  # type: ignore[no-untyped-def]
        rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=3)]
        sheet.unmerge_cells(str(next(iter(sheet.merged_cells.ranges))))
        sheet.unmerge_cells(str(next(iter(sheet.merged_cells.ranges))))
        for number, row in enumerate([rows[0], rows[2], rows[1]], 3):
            for place, value in enumerate([*row[1:], row[0]], 1):
                sheet.cell(number, place).value = value

    assert counts(taken(edited(path, shuffle), "registration")) == (2, 0, 0, 2, 0)


def test_what_the_system_recorded_since_is_no_ones_act(tmp_path: Path) -> None:
    """A passed date, recorded by the worker, does not make a sheet old."""
    case = cast.file().case
    path = made(tmp_path / "a.xlsx", "registration")
    later = cast.NOW + 30 * cast.DAY
    breaching.record_due(later)
    assert last(case)[1] == "system"
    sheet = put(path, 承办单位="临江县住房和城乡建设局")
    assert counts(taken(sheet, "registration", now=later)) == (1, 0, 1, 0, 0)


def test_every_sheet_is_listed_once() -> None:
    assert [layout(name).id for name in IDS] == list(IDS)
    assert set(OWN) <= set(IDS)


def test_the_fault_copy_has_a_comment_on_the_cell(tmp_path: Path) -> None:
    from huiyin.sheets.applying import Sheet, write_faults

    cast.file()
    sheet = put(made(tmp_path / "a.xlsx", "registration"), 承办单位="某某局")
    report = taken(sheet, "registration")
    given = Sheet(sheet, layout("registration"), cast.CLERK, "", "zh-hans")
    write_faults(given, report, tmp_path / "f.xlsx", lambda _: "看这里")
    marked = openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]
    assert cell(marked, "承办单位").comment.text == "看这里"
    assert counts(taken(put(tmp_path / "f.xlsx", 承办单位="临江县住房和城乡建设局"), "registration")) == (
        1,
        0,
        1,
        0,
        0,
    )
