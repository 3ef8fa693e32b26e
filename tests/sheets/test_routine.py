"""Sheets of the routine: the sweep, reception days and daily reports, out and in."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.apps import apps

from huiyin.casework.models import CaseRow
from huiyin.rounds import daily, reception, sweep
from huiyin.rounds.models import NoteRow, RoundRow, TroubleRow
from huiyin.sheets.rows import Period
from tests.rounds import cast
from tests.rounds.cast import CLERK, MONDAY, OFFICER, RECEPTION, TOWN_CLERK, TROUBLE, at
from tests.sheets import hand
from tests.sheets.hand import counts, made, put, read, said, typed

pytestmark = pytest.mark.usefixtures("routine")
NOW = at(MONDAY, 15)


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


def test_a_visit_on_a_day_that_is_not_published_is_a_fault(tmp_path: Path) -> None:
    sheet = typed(
        tmp_path / "t.xlsx", ["领导姓名", "时间", "事由"], ["闻人松", date(2026, 3, 3), "外墙瓷砖掉落没人管"]
    )
    report = taken(sheet, "reception", CLERK, now=at(date(2026, 3, 3), 12))
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.faults[0].title == "时间"
