"""Sheets of the routine: the sweep, reception days and daily reports, out and in."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.apps import apps

from huiyin.casework.models import CaseRow
from huiyin.intake.filing import Filing
from huiyin.procedure import Actor
from huiyin.rounds import daily, reception, sweep
from huiyin.rounds.models import NoteRow, ReceptionRow, RoundRow, TroubleRow
from huiyin.sheets.applying import FILLED_IN
from huiyin.sheets.heads import UNUSED
from huiyin.sheets.layout import layout
from huiyin.sheets.making import table_of
from huiyin.sheets.routine import NO_COMPANY
from huiyin.sheets.rows import ALWAYS, Names, Period
from tests.casework import cast as cases
from tests.rounds import cast
from tests.rounds.cast import CLERK, MONDAY, OFFICER, RECEPTION, TOWN_CLERK, TROUBLE, at
from tests.sheets import hand
from tests.sheets.hand import counts, made, put, read, said, typed

pytestmark = pytest.mark.usefixtures("routine")
NOW = at(MONDAY, 15)
OFFICER_CLERK = Actor("head", "zjj", "head")  # a head publishes the days of the own office


@pytest.fixture
def routine(transactional_db: None) -> None:
    cast.county()
    cast.begin()


def out(path: Path, sheet: str, actor=CLERK, **options):  # type: ignore[no-untyped-def]
    return made(path, sheet, actor, now=options.pop("now", NOW), **options)


def taken(path: Path, sheet: str, actor=CLERK, **options):  # type: ignore[no-untyped-def]
    """Taken in, after a dry run that said the same to the cell and left nothing behind."""
    before = everything()
    tried = hand.taken(path, sheet, actor, dry=True, **options)
    assert everything() == before
    report = hand.taken(path, sheet, actor, **options)
    assert (counts(tried), said(tried)) == (counts(report), said(report))
    assert [(f.row, f.column) for f in tried.faults] == [(f.row, f.column) for f in report.faults]
    return report


def everything() -> dict[str, int]:
    """How many rows each table of the product has."""
    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}


# --- the sweep ----------------------------------------------------------------------------------------


def test_troubles_go_out_and_come_back_unchanged(tmp_path: Path) -> None:
    sweep.list_trouble("mujiang", TROUBLE, TOWN_CLERK, NOW)
    path = out(tmp_path / "a.xlsx", "sweep", TOWN_CLERK, office="mujiang")
    (row,) = read(path)
    assert (row["单位"], row["责任人"], row["状态"]) == ("临江县沐江镇人民政府", "沈砚清", "化解中")
    assert row["化解时限"] == datetime(2026, 4, 1)
    report = taken(path, "sweep", TOWN_CLERK, now=NOW, office="mujiang")
    assert counts(report) == (1, 0, 0, 1, 0)


def test_an_edited_trouble_is_changed_once_and_an_old_copy_has_moved_on(tmp_path: Path) -> None:
    sweep.list_trouble("mujiang", TROUBLE, TOWN_CLERK, NOW)
    path = out(tmp_path / "a.xlsx", "sweep", TOWN_CLERK, office="mujiang")
    one = put(path, 化解措施="鉴定已经委托。", out="one.xlsx")
    two = put(path, 化解措施="另一个说法。", out="two.xlsx")
    assert counts(taken(one, "sweep", TOWN_CLERK, now=NOW, office="mujiang")) == (1, 0, 1, 0, 0)
    assert counts(taken(one, "sweep", TOWN_CLERK, now=NOW, office="mujiang")) == (1, 0, 0, 1, 0)
    report = taken(two, "sweep", TOWN_CLERK, now=NOW, office="mujiang")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "情况变了" in said(report)[0]
    (known,) = sweep.read(TroubleRow.objects.all(), TOWN_CLERK)
    assert known.measures == "鉴定已经委托。"


def test_a_typed_ledger_of_troubles_is_listed_without_its_parties(tmp_path: Path) -> None:
    heads = [
        "序号",
        "简要情况",
        "当事人",
        "风险等级",
        "地点",
        "类型",
        "责任单位",
        "责任人",
        "化解情况",
        "化解时限",
    ]
    cells = [
        1,
        TROUBLE["title"],
        "张某、李某",
        "高",
        "沐江镇",
        "城乡建设",
        "临江县住房和城乡建设局",
        "沈砚清",
    ]
    sheet = typed(tmp_path / "t.xlsx", heads, [*cells, "先设围挡。", "2026.4.1"], above=1)
    report = taken(sheet, "sweep", TOWN_CLERK, now=NOW)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert {"当事人", "风险等级"} <= {column.title for column in report.left_out}
    assert TroubleRow.objects.get().office == "mujiang"
    assert counts(taken(sheet, "sweep", TOWN_CLERK, now=NOW)) == (1, 0, 0, 1, 0)


def test_a_trouble_that_names_a_telephone_is_refused_at_its_cell(tmp_path: Path) -> None:
    sweep.list_trouble("mujiang", TROUBLE, TOWN_CLERK, NOW)
    path = out(tmp_path / "a.xlsx", "sweep", TOWN_CLERK, office="mujiang")
    sheet = put(path, 化解措施="打电话13812345678给他。")
    report = taken(sheet, "sweep", TOWN_CLERK, now=NOW, office="mujiang")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.faults[0].title == "化解措施"


def test_two_heads_of_one_entry_are_both_kept_and_come_out_apart(tmp_path: Path) -> None:
    """化解情况 and 交办督办情况 of an office's ledger are the measures of one trouble."""
    heads = [
        "序号",
        "单位",
        "简要情况",
        "地点",
        "类型",
        "责任单位",
        "责任人",
        "化解时限",
        "化解情况",
        "交办督办情况",
    ]
    cells = [1, None, TROUBLE["title"], "沐江镇", "城乡建设", "临江县住房和城乡建设局", "沈砚清", "2026.4.1"]
    sheet = typed(tmp_path / "t.xlsx", heads, [*cells, "先设围挡。", "三月一日交办住建局。"], above=1)
    report = taken(sheet, "sweep", TOWN_CLERK, now=NOW)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert [column.title for column in report.left_out] == ["序号"]
    assert counts(taken(sheet, "sweep", TOWN_CLERK, now=NOW)) == (1, 0, 0, 1, 0)
    (known,) = sweep.read(TroubleRow.objects.all(), TOWN_CLERK)
    assert known.measures == "先设围挡。\n交办督办情况：三月一日交办住建局。"
    path = out(tmp_path / "a.xlsx", "sweep", TOWN_CLERK, office="mujiang")
    (row,) = read(path)
    assert (row["化解措施"], row["交办督办情况"]) == ("先设围挡。", "三月一日交办住建局。")
    assert counts(taken(path, "sweep", TOWN_CLERK, now=NOW)) == (1, 0, 0, 1, 0)
    # An edit of the one leaves the other, in a sheet that has only the one too.
    taken(put(path, 交办督办情况="三月二日督办一次。"), "sweep", TOWN_CLERK, now=NOW)
    anew = out(tmp_path / "b.xlsx", "sweep", TOWN_CLERK, office="mujiang")
    bare = hand.edited(anew, lambda s: s.delete_cols(hand.column(s, "交办督办情况")), "bare.xlsx")
    report = taken(put(bare, 化解措施="鉴定已经委托。", out="c.xlsx"), "sweep", TOWN_CLERK, now=NOW)
    assert counts(report) == (1, 0, 1, 0, 0)
    (known,) = sweep.read(TroubleRow.objects.all(), TOWN_CLERK)
    assert known.measures == "鉴定已经委托。\n交办督办情况：三月二日督办一次。"


def test_a_number_in_the_second_of_two_heads_is_told_at_its_own_cell(tmp_path: Path) -> None:
    sweep.list_trouble("mujiang", TROUBLE, TOWN_CLERK, NOW)
    path = out(tmp_path / "a.xlsx", "sweep", TOWN_CLERK, office="mujiang")
    sheet = put(path, 交办督办情况="打电话13812345678给他。")
    report = taken(sheet, "sweep", TOWN_CLERK, now=NOW, office="mujiang")
    assert [fault.title for fault in report.faults] == ["交办督办情况"]


# --- daily reports ------------------------------------------------------------------------------------


def test_a_day_is_reported_by_filling_in_its_row(tmp_path: Path) -> None:
    path = out(tmp_path / "a.xlsx", "daily", OFFICER, office="zjj", period=Period(MONDAY, MONDAY))
    (row,) = read(path)
    assert (row["报送情况"], row["来信（件）"]) == ("未报", None)
    sheet = put(path, **{"来信（件）": 0})
    report = taken(sheet, "daily", OFFICER, now=NOW, office="zjj")
    assert counts(report) == (1, 1, 0, 0, 0)
    assert RoundRow.objects.get(office="zjj", obligation="daily").filed_at
    assert daily.look("zjj", MONDAY, OFFICER, NOW).stated == dict.fromkeys(daily.FIGURES, 0)
    assert counts(taken(sheet, "daily", OFFICER, now=NOW, office="zjj")) == (1, 0, 0, 1, 0)
    (row,) = read(out(tmp_path / "b.xlsx", "daily", OFFICER, office="zjj", period=Period(MONDAY, MONDAY)))
    assert (row["报送情况"], row["来信（件）"], row["填报人"]) == ("已报", 0, "沈砚清")


def test_a_report_to_be_filed_again_says_so(tmp_path: Path) -> None:
    noon = at(MONDAY, 12)
    daily.file("xfj", MONDAY, daily.look("xfj", MONDAY, CLERK, noon).counted, "", CLERK, noon)
    said = []
    for step in (lambda: None, lambda: cases.file(now=at(MONDAY, 13))):
        step()
        path = out(tmp_path / "a.xlsx", "daily", CLERK, office="xfj", period=Period(MONDAY, MONDAY))
        said += [row["报送情况"] for row in read(path)]
    assert said == ["已报", "需更正"]
    report = taken(put(path, **{"来信（件）": 1}), "daily", CLERK, now=at(MONDAY, 18), office="xfj")
    assert counts(report) == (1, 0, 1, 0, 0)
    (row,) = read(out(tmp_path / "b.xlsx", "daily", CLERK, office="xfj", period=Period(MONDAY, MONDAY)))
    assert (row["报送情况"], row["来信（件）"]) == ("已报", 1)


def test_a_figure_that_is_not_the_registers_needs_a_remark(tmp_path: Path) -> None:
    path = out(tmp_path / "a.xlsx", "daily", OFFICER, office="zjj", period=Period(MONDAY, MONDAY))
    report = taken(put(path, **{"来信（件）": 5}), "daily", OFFICER, now=NOW, office="zjj")
    assert counts(report) == (1, 0, 0, 0, 1)
    sheet = put(path, **{"来信（件）": 5, "备注": "五件尚未录入。"})
    assert counts(taken(sheet, "daily", OFFICER, now=NOW, office="zjj")) == (1, 1, 0, 0, 0)


def test_counts_of_people_who_went_higher_are_left_out(tmp_path: Path) -> None:
    heads = ["日期", "单位", "来信", "来访", "进京上访人次", "赴省人次", "备注"]
    sheet = typed(tmp_path / "t.xlsx", heads, [MONDAY, "临江县住房和城乡建设局", 0, 0, 3, 1, None])
    report = taken(sheet, "daily", OFFICER, now=NOW)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert {column.title for column in report.left_out if column.watching} == {"进京上访人次", "赴省人次"}


# --- reception days -----------------------------------------------------------------------------------


def test_visits_noted_on_paper_become_cases_once(tmp_path: Path) -> None:
    reception.schedule("xfj", {**RECEPTION, "leader": "xfj-head"}, CLERK, NOW)
    day = RECEPTION["day"]
    heads = ["领导姓名", "时间", "来访人", "人数", "电话", "事由", "反映内容"]
    body = "三号楼外墙瓷砖一直往下掉，请派人鉴定。"
    row = ["闻人松", day, "封不觉", 2, "13812345678", "外墙瓷砖掉落", body]
    sheet = typed(tmp_path / "t.xlsx", heads, row, above=2)
    later = at(day, 12)
    assert counts(taken(sheet, "reception", CLERK, now=later)) == (1, 1, 0, 0, 0)
    assert CaseRow.objects.get(pk=NoteRow.objects.get().case_id).channel == "visit"
    assert counts(taken(sheet, "reception", CLERK, now=later)) == (1, 0, 0, 1, 0)
    path = out(tmp_path / "a.xlsx", "reception", CLERK, now=later, office="xfj")
    (made_row,) = read(path)
    assert (made_row["来访人"], made_row["电话"], made_row["人数"]) == (None, None, 2)
    assert counts(taken(path, "reception", CLERK, now=later, office="xfj")) == (1, 0, 0, 1, 0)
    report = taken(put(path, 事由="别的事"), "reception", CLERK, now=later, office="xfj")
    assert counts(report) == (1, 0, 0, 0, 1)


# The columns of an office's own sheet (shared/reference/law.md, section 3).
VISITS = [
    *("编号", "领导姓名", "职务", "方式(现场/下访/约访)", "时间", "地点", "来访人", "人数", "电话", "事由"),
    *("处理意见", "承办部门", "期限", "结果", "完成日", "满意度", "关联件", "陪同", "登记人"),
]
VISIT = {
    "编号": "J-1",
    "领导姓名": "闻人松",
    "职务": "局长",
    "时间": RECEPTION["day"],
    "来访人": "封不觉",
    "人数": 2,
    "电话": "13812345678",
    "事由": "三号楼外墙瓷砖一直往下掉，请派人鉴定。",
    "处理意见": "尽快鉴定",
    "结果": "已经鉴定",
    "满意度": "满意",
    "关联件": "J-0",
    "陪同": "张某某",
    "登记人": "陆知禾",
}


def visits(path: Path, **changes: object) -> Path:
    return typed(path, VISITS, [{**VISIT, **changes}.get(head) for head in VISITS], above=1)


def test_the_columns_of_an_offices_own_sheet_are_all_known(tmp_path: Path) -> None:
    reception.schedule("xfj", {**RECEPTION, "leader": "xfj-head"}, CLERK, NOW)
    report = taken(visits(tmp_path / "t.xlsx"), "reception", CLERK, now=at(RECEPTION["day"], 12))
    assert counts(report) == (1, 1, 0, 0, 0)
    told = {column.title: column.reason for column in report.left_out}
    assert UNUSED not in told.values()
    assert {title for title, reason in told.items() if reason == FILLED_IN} == {
        *("编号", "职务", "方式(现场/下访/约访)", "地点", "处理意见", "承办部门", "期限", "结果", "完成日"),
        *("满意度", "关联件", "登记人"),
    }
    assert told["陪同"] == NO_COMPANY


def visited(title: str, body: str) -> str:
    """A visit at the published reception day of the office, as a case."""
    ref = ReceptionRow.objects.get().ref
    filing = Filing(
        title=title, body=body, requests=(title,), place="", place_detail="", occurred="", occurred_on=None,
        category="construction", purpose="request", channel="visit", received_on=RECEPTION["day"],
    )  # fmt: skip
    return reception.note(ref, filing, None, actor=CLERK, now=at(RECEPTION["day"], 10), token=title).case


def test_what_became_of_a_visit_stands_in_its_row_and_is_nobodys_to_fill_in(tmp_path: Path) -> None:
    reception.schedule("xfj", {**RECEPTION, "leader": "xfj-head"}, CLERK, NOW)
    one, two = visited("外墙瓷砖", "外墙瓷砖掉落，请鉴定。"), visited("瓷砖又掉", "三号楼的瓷砖又掉了一块。")
    CaseRow.objects.filter(pk=two).update(repeat_of=one)
    CaseRow.objects.filter(pk=one).update(rating="satisfied")
    later = at(RECEPTION["day"], 12)
    path = out(tmp_path / "a.xlsx", "reception", CLERK, now=later, office="xfj")
    first, second = read(path)
    number = CaseRow.objects.get(pk=one).number
    assert (first["编号"], first["满意度"], first["关联件"]) == (number, "满意", None)
    assert (second["满意度"], second["关联件"]) == (None, number)
    assert first["状态"] == second["状态"]
    assert first["状态"]
    heads = {head.title: head for head in table_of(layout("reception"), Names("zh"), "", ALWAYS, NOW).heads}
    for title in ("状态", "结果", "满意度", "关联件"):
        assert heads[title].fixed
        edit = put(path, **{title: "满意" if title != "满意度" else "不满意"})
        report = taken(edit, "reception", CLERK, now=later, office="xfj")
        assert [(fault.title, counts(report)) for fault in report.faults] == [(title, (2, 0, 0, 1, 1))]
    # Of an earlier matter that complains of the office its number is not told.
    CaseRow.objects.filter(pk=one).update(respondents=",xfj,")
    rows = read(out(tmp_path / "b.xlsx", "reception", CLERK, now=later, office="xfj"))
    assert number not in str(rows)
    assert len(rows) == 2


def test_an_answer_is_the_result_of_its_visit(tmp_path: Path) -> None:
    reception.schedule("zjj", RECEPTION, OFFICER_CLERK, NOW)
    case = cast.cast.served()
    NoteRow.objects.create(fact_id=10**9, ref=ReceptionRow.objects.get().ref, case_id=case, officer="clerk")
    (row,) = read(
        out(tmp_path / "a.xlsx", "reception", cast.HEAD, now=at(RECEPTION["day"], 12), office="zjj")
    )
    answered = read(out(tmp_path / "b.xlsx", "registration", cast.HEAD, now=at(RECEPTION["day"], 12)))
    assert row["结果"]
    assert row["结果"] == answered[0]["结果"]


def test_a_visit_at_a_day_that_was_held_is_still_noted(tmp_path: Path) -> None:
    reception.schedule("xfj", {**RECEPTION, "leader": "xfj-head"}, CLERK, NOW)
    reception.hold(ReceptionRow.objects.get().ref, CLERK, at(RECEPTION["day"], 12))
    report = taken(visits(tmp_path / "t.xlsx"), "reception", CLERK, now=at(RECEPTION["day"], 15))
    assert counts(report) == (1, 1, 0, 0, 0)
    assert ReceptionRow.objects.get().groups == 1


def test_a_visit_at_a_day_that_was_cancelled_is_told_so(tmp_path: Path) -> None:
    reception.schedule("xfj", {**RECEPTION, "leader": "xfj-head"}, CLERK, NOW)
    reception.cancel(ReceptionRow.objects.get().ref, "领导临时开会", CLERK, NOW)
    report = taken(visits(tmp_path / "t.xlsx"), "reception", CLERK, now=at(RECEPTION["day"], 15))
    assert "取消" in said(report)[0]


def test_another_leader_than_the_published_one_is_told_at_the_leader(tmp_path: Path) -> None:
    reception.schedule("xfj", {**RECEPTION, "leader": "xfj-head"}, CLERK, NOW)
    sheet = visits(tmp_path / "t.xlsx", 领导姓名="顾长风")
    report = taken(sheet, "reception", CLERK, now=at(RECEPTION["day"], 12))
    assert [fault.title for fault in report.faults] == ["领导姓名"]
    assert "闻人松" in said(report)[0]


@pytest.mark.parametrize(
    ("day", "says"), [(MONDAY, "先到“接访日”页面公布"), (MONDAY - 40 * cast.DAY, "“信访登记表”")]
)
def test_a_day_that_was_not_published_says_what_to_do(day: date, says: str, tmp_path: Path) -> None:
    report = taken(visits(tmp_path / "t.xlsx", 时间=day), "reception", CLERK, now=NOW)
    assert [fault.title for fault in report.faults] == ["时间"]
    assert says in said(report)[0]


def test_visits_of_old_come_in_the_way_that_their_fault_tells(tmp_path: Path) -> None:
    """As matters: a column 形式 that says 来访, 内容 for 事由, 答复时间 for 完成日."""
    heads = [{"事由": "内容", "完成日": "答复时间"}.get(head, head) for head in VISITS]
    values = {
        **VISIT,
        "内容": VISIT["事由"],
        "时间": MONDAY - 40 * cast.DAY,
        "答复时间": MONDAY - 9 * cast.DAY,
    }
    sheet = typed(tmp_path / "t.xlsx", [*heads, "形式"], [*map(values.get, heads), "来访"])
    assert counts(hand.taken(sheet, "registration", CLERK, now=NOW)) == (1, 1, 0, 0, 0)
    row = CaseRow.objects.get()
    assert (row.channel, row.received_on) == ("visit", MONDAY - 40 * cast.DAY)
    assert row.state == "imported_answered"
    assert counts(hand.taken(sheet, "registration", CLERK, now=NOW)) == (1, 0, 0, 1, 0)


# --- made at the console, taken in by an officer --------------------------------------------------------


def test_a_sheet_of_every_office_comes_back_unchanged_whoever_takes_it_in(tmp_path: Path) -> None:
    sweep.list_trouble("mujiang", TROUBLE, TOWN_CLERK, NOW)
    reception.schedule("xfj", {**RECEPTION, "leader": "xfj-head"}, CLERK, NOW)
    visited("外墙瓷砖", "外墙瓷砖掉落，请鉴定。")
    later = at(RECEPTION["day"], 12)
    for sheet in ("daily", "sweep", "reception"):
        path = out(tmp_path / f"{sheet}.xlsx", sheet, cast.cast.SYSTEM, now=later)
        rows = len(read(path))
        assert rows
        for actor in (CLERK, OFFICER):
            assert counts(taken(path, sheet, actor, now=later)) == (rows, 0, 0, rows, 0)
    # An edit of what is another office's stays a fault.
    edit = put(tmp_path / "sweep.xlsx", 化解措施="另一个说法。")
    assert counts(taken(edit, "sweep", cast.OTHER, now=later)) == (1, 0, 0, 0, 1)


def test_a_visit_on_a_day_that_is_not_published_is_a_fault(tmp_path: Path) -> None:
    sheet = typed(
        tmp_path / "t.xlsx", ["领导姓名", "时间", "事由"], ["闻人松", date(2026, 3, 3), "外墙瓷砖掉落没人管"]
    )
    report = taken(sheet, "reception", CLERK, now=at(date(2026, 3, 3), 12))
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.faults[0].title == "时间"
