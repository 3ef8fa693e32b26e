"""Rule 6: columns about watching persons are left out of an import; the report names them and says why."""

import json
from pathlib import Path

import pytest
import xlsxwriter
from django.utils.translation import gettext

from huiyin.casework.models import CaseRow
from huiyin.cli import main as cli
from huiyin.intake.letters import UNUSED, WATCHES
from tests.casework.canaries import found_in, kept

GOOD = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
ROW = (
    "188006",
    "A0008",
    "路灯",
    "2019/4/25 9:32:09",
    "我们村的路灯坏了三个月，请修好。",
    "已修好。",
    "2019/5/9 12:00:00",
)
# Titles as they stand in real ledgers of control; spelt wider, in brackets, with marks and white space too.
WATCHING = (
    "稳控责任人", "重点人员", "扬言内容", "特殊群体管控", "风险等级(人)", "风险等级（人）", "稳 控 措 施",
    "【重点对象】", "包保责任人", "五包一责任人", "是否缠访闹访", "非访次数", "越级上访次数", "进京非访",
    "赴省到市次数", "劝返情况", "行踪轨迹", "前科劣迹", "个人风险评分", "训诫情况", "吸附人员", "人员标签",
    "精神障碍患者", "现实表现", "截访", "维稳", "信访老户", "黑名单", "特殊利益群体", "特定利益群体类别",
    "盯守人", "是否到京上访", "到省上访",
)  # fmt: skip
UNKNOWN = ("备注", "经办科室", "页码")


def workbook(path: Path, titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("台账")
        for number, row in enumerate([titles, *rows]):
            sheet.write_row(number, 0, row)
    return path


def take_in(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    code = cli.main(["import", "letters", str(path), "--json"])
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return {**found, "code": code}


@pytest.mark.usefixtures("county")
def test_columns_of_control_are_left_out_named_and_never_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    titles = (*GOOD, *WATCHING, *UNKNOWN)
    marks = [f"监控暗语{number}号Kx7qZ" for number in range(len(WATCHING) + len(UNKNOWN))]
    sheet = workbook(tmp_path / "台账.xlsx", titles, [(*ROW, *marks)])
    report = take_in(sheet, capsys)
    assert (report["code"], report["rows"], report["registered"], report["faults"]) == (0, 1, 1, [])
    left_out = {column["title"]: column["reason"] for column in report["left_out_columns"]}  # type: ignore[attr-defined]
    assert {title: left_out[title] for title in WATCHING} == dict.fromkeys(WATCHING, gettext(WATCHES))
    assert {title: left_out[title] for title in UNKNOWN} == dict.fromkeys(UNKNOWN, gettext(UNUSED))
    assert set(left_out) == {*WATCHING, *UNKNOWN}
    assert not found_in(kept(), marks)
    assert CaseRow.objects.get().source_number == "188006"


@pytest.mark.usefixtures("county")
def test_the_report_for_people_names_them_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = workbook(tmp_path / "台账.xlsx", (*GOOD, "稳控责任人"), [(*ROW, "张三")])
    assert cli.main(["import", "letters", str(sheet)]) == 0
    said = capsys.readouterr().out
    assert "台账 H 稳控责任人" in said
    assert gettext(WATCHES) in said
    assert "张三" not in said


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("title", ["重点人员信访编号", "稳控对象姓名", "越级上访时间"])
def test_such_a_column_is_not_taken_for_one_of_the_letter_either(
    title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A title that contains both: what it watches decides."""
    sheet = workbook(tmp_path / "台账.xlsx", (*GOOD, title), [(*ROW, "监控暗语Kx7qZ")])
    report = take_in(sheet, capsys)
    assert [column["title"] for column in report["left_out_columns"]] == [title]  # type: ignore[attr-defined]
    assert not found_in(kept(), ["监控暗语Kx7qZ"])


@pytest.mark.usefixtures("county")
def test_a_column_that_slipped_through_would_be_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The breach: the same words in a column that is read, and kept in clear."""
    sheet = workbook(tmp_path / "台账.xlsx", GOOD, [("监控暗语Kx7qZ", *ROW[1:])])
    take_in(sheet, capsys)
    assert found_in(kept(), ["监控暗语Kx7qZ"])
