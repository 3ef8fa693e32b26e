"""What no sheet holds or brings in: petitioners, sealed filings, the complained of, control."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.procedure import Actor
from huiyin.sheets import applying
from huiyin.sheets.applying import Sheet, write_faults
from huiyin.sheets.heads import watches
from huiyin.sheets.layout import IDS, layout, layouts
from tests.casework import cast
from tests.casework.canaries import found_in, kept
from tests.guards.test_rule_6 import WATCHING
from tests.sheets.hand import counts, made, put, read, said, taken, typed

pytestmark = pytest.mark.usefixtures("county")
CASES = tuple(name for name in IDS if name not in ("sweep", "reception", "daily"))
EVERYONE = (cast.SYSTEM, cast.CLERK, cast.BUREAU_HEAD, cast.OFFICER, cast.HEAD, cast.SUPERVISOR)
SAID = ("稳控责任人", "重点人员", "扬言内容", "风险等级", "特殊群体管控", "户籍地址", "身份证", "是否进京")


def everything(path: Path) -> str:
    """All that a workbook says, in any of its parts."""
    with zipfile.ZipFile(path) as book:
        return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def busy() -> list[str]:
    made_cases = [cast.served(), cast.handled(body=f"请联系{cast.PERSON.phone}，外墙瓷砖又掉了一块。")]
    values = {"ground": "delay", "demand": "请说明进展。", "answer_by": "2026-03-20"}
    cast.take(made_cases[1], "order_supervision", values, actor=Actor("supervisor", "xfj", "supervisor"))
    plan = {"leader": "head", "plan": "每周一会。", "finish_by": "2026-05-01"}
    cast.take(made_cases[1], "sponsor", plan, actor=cast.HEAD)
    return made_cases


@pytest.mark.parametrize("actor", EVERYONE, ids=str)
@pytest.mark.parametrize("sheet", CASES)
def test_no_sheet_of_anyone_says_who_brings_a_matter(sheet: str, actor: Actor, tmp_path: Path) -> None:
    cases = busy()
    before = [len(history(case)) for case in cases]
    out = everything(made(tmp_path / "a.xlsx", sheet, actor))
    person = cast.PERSON
    assert not [s for s in (person.name, person.phone, person.address, person.id_number) if s in out]
    # And nothing was opened for it.
    assert [len(history(case)) for case in cases] == before


def test_a_name_in_a_sheet_would_be_seen(tmp_path: Path) -> None:
    """The breach: the same look finds words that are meant to be there."""
    busy()
    assert cast.FILING.body in everything(made(tmp_path / "a.xlsx", "registration"))


@pytest.mark.parametrize("actor", [cast.SYSTEM, cast.CLERK, cast.BUREAU_HEAD], ids=str)
@pytest.mark.parametrize("sheet", CASES)
def test_of_a_sealed_filing_a_sheet_says_number_day_and_channel(
    sheet: str, actor: Actor, tmp_path: Path
) -> None:
    secret = "某局某科长收了工程队两万元现金，有收条为证。"
    case = cast.file(purpose="accusation", body=secret, title="收条为证", category="discipline").case
    path = made(tmp_path / "a.xlsx", sheet, actor)
    out = everything(path)
    assert not [
        s
        for s in (secret, "收条为证", "检举控告")
        if s in out.replace("检举控告,", "").replace(",揭发控告", "") and s != "检举控告"
    ]
    if sheet in ("registration", "national"):
        (row,) = read(path)
        shown = {title for title, value in row.items() if value is not None}
        assert shown <= {"编号", "日期", "形式", "XFJBH", "XFRQ", "XFXSDM", "DJSJ", "DJJGMC", "校验"}
        sheet_ = put(path, **{"承办单位" if sheet == "registration" else "QXDW": "临江县住房和城乡建设局"})
        assert "密封" in said(taken(sheet_, sheet, cast.CLERK))[0]
        assert len(history(case)) == 1


@pytest.mark.parametrize("sheet", CASES)
@pytest.mark.parametrize("actor", [cast.OFFICER, cast.HEAD, cast.SYSTEM, cast.SUPERVISOR], ids=str)
def test_who_is_complained_of_finds_nothing_in_any_sheet(sheet: str, actor: Actor, tmp_path: Path) -> None:
    cast.file(respondents=("zjj",), title="住建局不作为", body="我反映住建局的人三年不管我们的事。")
    office = "" if actor.office == "zjj" else "zjj"
    path = made(tmp_path / "a.xlsx", sheet, actor, office=office)
    assert read(path) == []
    assert "三年不管" not in everything(path)
    number = CaseRow.objects.get().number
    edit = typed(tmp_path / "t.xlsx", ["编号", "督办要求", "包案领导", "进度"], [number, "x", "顾长风", "y"])
    if sheet in ("supervision", "sponsored", "backlog"):
        report = taken(edit, sheet, actor, office=office)
        assert counts(report) == (1, 0, 0, 0, 1)
        assert "没有这个编号" in said(report)[0]


def test_no_sheet_has_a_column_of_control() -> None:
    heads = [name for s in layouts() for c in s.columns for name in (c.title.zh, c.id, *c.also)]
    assert not [head for head in heads if watches(head)]
    assert watches("风险等级")


@pytest.mark.parametrize("sheet", IDS)
def test_columns_of_control_are_left_out_of_every_sheet_and_named(sheet: str, tmp_path: Path) -> None:
    titles = (*WATCHING, *SAID)
    marks = [f"监控暗语{number}号Kx7qZ" for number in range(len(titles))]
    own = [column.title.zh for column in layout(sheet).columns if not column.private][:8]
    path = typed(tmp_path / "t.xlsx", [*own, *titles], [*["x"] * len(own), *marks])
    report = taken(path, sheet, cast.CLERK)
    left = {out.title for out in report.left_out}
    assert set(WATCHING) <= left
    assert not found_in(kept(), marks)
    given = Sheet(path, layout(sheet), cast.CLERK, "", "zh-hans")
    write_faults(given, report, tmp_path / "f.xlsx", said_of)
    wanted = [mark for mark, title in zip(marks, titles, strict=True) if watches(title)]
    assert not [mark for mark in wanted if mark in everything(tmp_path / "f.xlsx")]


def said_of(fault: object) -> str:
    return str(fault)


def test_no_mapping_brings_a_column_of_control_in(tmp_path: Path) -> None:
    mark = "监控暗语Kx7qZ"
    heads = ["编号", "日期", "内容", "稳控责任人"]
    sheet = typed(tmp_path / "t.xlsx", heads, ["Z-1", "2025-4-25", "路灯坏了，请修。", mark])
    report = taken(sheet, "registration", cast.CLERK, remembered={"稳控责任人": "title"})
    assert counts(report) == (1, 1, 0, 0, 0)
    assert not found_in(kept(), [mark])


def test_a_report_says_nothing_that_stood_in_a_column_of_control(tmp_path: Path) -> None:
    mark = "监控暗语Kx7qZ"
    sheet = typed(tmp_path / "t.xlsx", ["编号", "日期", "内容", "扬言"], ["Z-1", "不是日期", "x", mark])
    report = taken(sheet, "registration", cast.CLERK)
    told = json.dumps([str(f) for f in report.faults] + [vars(o) for o in report.left_out], default=str)
    assert mark not in told


def test_one_office_makes_no_sheet_of_another(tmp_path: Path) -> None:
    from huiyin.casework.permissions import NotYours

    cast.routed("rsj")
    assert read(made(tmp_path / "a.xlsx", "registration", cast.OFFICER)) == []
    for actor in (cast.OFFICER, cast.CLERK, cast.CUSTODIAN):
        with pytest.raises(NotYours):
            made(tmp_path / "b.xlsx", "registration", actor, office="rsj")
    with pytest.raises(NotYours):
        applying.take_in(
            Sheet(tmp_path / "a.xlsx", layout("registration"), cast.CUSTODIAN, "", "zh-hans"),
            now=lambda: cast.NOW,
        )


def test_an_erased_case_has_no_words_in_a_sheet(tmp_path: Path) -> None:
    from huiyin.casework import erasure

    case = cast.closed()
    erasure.erase(case, "retention", cast.SYSTEM, cast.NOW + 60 * cast.DAY)
    path = made(tmp_path / "a.xlsx", "registration")
    assert cast.FILING.body not in everything(path)
    assert openpyxl.load_workbook(path).worksheets[0]["A4"].value == CaseRow.objects.get().number
