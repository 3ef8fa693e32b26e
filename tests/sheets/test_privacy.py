"""What no sheet holds or brings in: petitioners, sealed filings, the complained of, control."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from huiyin.casework import openings, reading
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
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


# --- what comes in sealed ---------------------------------------------------------------------------------

REGISTER = [
    "编号",
    "信访日期",
    "信访形式",
    "目的",
    "姓名",
    "联系电话",
    "反映对象",
    "是否保密",
    "反映内容",
    "承办单位",
]
HOUSING = "临江县住房和城乡建设局"
BRIBES = "住建局验收科收了开发商的好处，工程验收弄虚作假。"


def accusing(path: Path, **changes: object) -> Path:
    row = ["Z-1", "2025-04-25", "来信", "检举控告", "封不觉", "13812345678", HOUSING, None, BRIBES, None]
    return typed(
        path, REGISTER, [changes.get(head, value) for head, value in zip(REGISTER, row, strict=True)]
    )


@pytest.mark.parametrize("purpose", ["检举控告", "举报", "控告", "accusation", "Accusation", "检举揭发"])
def test_an_accusation_out_of_a_sheet_is_sealed_from_the_first(purpose: str, tmp_path: Path) -> None:
    sheet = accusing(tmp_path / "a.xlsx", 目的=purpose)
    assert counts(taken(sheet, "registration", cast.CLERK)) == (1, 1, 0, 0, 0)
    row = CaseRow.objects.get()
    assert (row.purpose, row.withheld, row.handler, row.respondents) == ("accusation", True, "", ",zjj,")
    assert history(row.case_id)[0].values["sealed_filing"]
    for actor in (cast.OFFICER, cast.HEAD):
        with pytest.raises(NotYours):
            reading.words(row.case_id, actor)
        out = everything(made(tmp_path / f"{actor.ref}.xlsx", "registration", actor))
        assert row.number not in out
        assert BRIBES not in out
    assert BRIBES not in everything(made(tmp_path / "b.xlsx", "registration", cast.CLERK))
    # The same ledger is handed over every month.
    assert counts(taken(sheet, "registration", cast.CLERK)) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"承办单位": HOUSING}, "不能交给被反映的单位"),
        ({"承办单位": HOUSING, "目的": "求决"}, "不能交给被反映的单位"),
        ({"承办单位": "住建局", "反映对象": "住建局", "目的": "求决"}, "不能交给被反映的单位"),
        ({"承办单位": "临江县人力资源和社会保障局"}, "只能转送纪检监察机关"),
        ({"反映对象": "临江县信访局"}, "由其他单位登记"),
        ({"是否保密": "也许"}, "请填是或者否"),
    ],
)
def test_a_row_that_would_reach_the_accused_is_a_fault(
    changes: dict[str, object], reason: str, tmp_path: Path
) -> None:
    report = taken(accusing(tmp_path / "a.xlsx", **changes), "registration", cast.CLERK)
    assert reason in said(report)[0]
    assert not CaseRow.objects.exists()


def test_an_officer_named_as_complained_of_never_sees_it(tmp_path: Path) -> None:
    sheet = accusing(
        tmp_path / "a.xlsx", 反映对象="住建局沈砚清", 目的="求决", 反映内容="验收弄虚作假，请查。"
    )
    taken(sheet, "registration", cast.CLERK)
    row = CaseRow.objects.get()
    assert "zjj" in row.respondents
    with pytest.raises(NotYours):
        reading.words(row.case_id, cast.OFFICER)


@pytest.mark.parametrize(
    ("sheet", "head", "to"), [("registration", "是否保密", "承办单位"), ("national", "ISBM", "QXDW")]
)
def test_a_name_that_a_sheet_keeps_stays_kept(sheet: str, head: str, to: str, tmp_path: Path) -> None:
    titles = dict(zip(REGISTER, REGISTER, strict=True)) | {"是否保密": head, "承办单位": to}
    row = [
        "Z-1",
        "2025-04-25",
        "来信",
        "求决",
        "封不觉",
        "13812345678",
        None,
        "是",
        "路灯坏了三个月。",
        HOUSING,
    ]
    taken(typed(tmp_path / "a.xlsx", list(titles.values()), row), sheet, cast.CLERK)
    case = CaseRow.objects.get()
    assert (case.keep_name, case.withheld, case.handler) == (True, True, "zjj")
    assert openings.needs_custodian(case, cast.OFFICER)
    (out,) = read(made(tmp_path / "b.xlsx", sheet))
    assert out.get(head) in ("是", None)


def test_what_is_sealed_is_linked_to_nothing_that_says_the_same(tmp_path: Path) -> None:
    for number, purpose in (("Z-1", "检举控告"), ("Z-2", "求决"), ("Z-3", "检举控告"), ("Z-4", "求决")):
        taken(accusing(tmp_path / f"{number}.xlsx", 编号=number, 目的=purpose), "registration", cast.CLERK)
    first, plain, second, repeat = CaseRow.objects.order_by("source_number")
    assert [one.repeat_of for one in (first, plain, second)] == ["", "", ""]
    assert repeat.repeat_of == plain.case_id


@pytest.mark.parametrize("people", [-1, 100_000, 9_999_999])
def test_how_many_came_is_a_number_or_a_fault(people: int, tmp_path: Path) -> None:
    sheet = typed(tmp_path / "a.xlsx", [*REGISTER, "人数"], [
        "Z-1", "2025-04-25", "来访", "求决", None, None, None, None, "路灯坏了三个月。", None, people,
    ])  # fmt: skip
    report = taken(sheet, "registration", cast.CLERK)
    assert "1至99999" in said(report)[0]
    assert not CaseRow.objects.exists()


def test_the_number_of_a_matter_that_is_closed_to_the_reader_is_in_no_row(tmp_path: Path) -> None:
    """The same words were brought before, with a word on whom they complain of."""
    first = cast.file(respondents=("zjj",), body="三号楼外墙瓷砖一直往下掉。").case
    again = cast.handled(body="三号楼外墙瓷砖一直往下掉。")
    assert CaseRow.objects.get(case_id=again).repeat_of == first
    number = CaseRow.objects.get(case_id=first).number
    for actor, seen in ((cast.OFFICER, False), (cast.CLERK, True)):
        out = everything(made(tmp_path / f"{actor.ref}.xlsx", "registration", actor))
        assert "重件" in out
        assert (number in out) is seen
