"""The pages of ledger sheets: downloaded, uploaded with a preview, taken in; nothing of a file is kept."""

import io
import re
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.procedure import Actor
from huiyin.sheets.layout import IDS, layout
from tests.casework import cast

As = Callable[[Actor], Client]
ADDRESS = "/desk/sheets/registration/"


def upload(data: bytes, **more: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("a.xlsx", data), **more}


def edited(data: bytes, title: str, value: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[3] if cell.value == title)
    sheet.cell(4, column).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("actor", [cast.CLERK, cast.OFFICER, cast.HEAD, cast.SUPERVISOR], ids=str)
def test_every_sheet_is_listed_and_can_be_downloaded(actor: Actor, as_: As) -> None:
    cast.handled()
    browser = as_(actor)
    page = browser.get("/desk/sheets/").content.decode()
    for sheet in IDS:
        assert f"/desk/sheets/{sheet}.xlsx" in page
        answer = browser.get(f"/desk/sheets/{sheet}.xlsx")
        assert (answer.status_code, answer.content[:2]) == (200, b"PK")
        assert "attachment" in answer["Content-Disposition"]
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/desk/sheets/", ADDRESS, "/desk/sheets/registration.xlsx"])
def test_a_custodian_and_a_stranger_have_no_sheets(address: str, as_: As, client: Client) -> None:
    assert as_(cast.CUSTODIAN).get(address).status_code == 404
    assert client.get(address).status_code == 302


def test_a_sheet_that_there_is_not(as_: As) -> None:
    assert as_(cast.CLERK).get("/desk/sheets/persons/").status_code == 404
    assert as_(cast.CLERK).get("/desk/sheets/persons.xlsx").status_code == 404


def test_a_period_is_asked_for(as_: As) -> None:
    cast.file()
    got = as_(cast.CLERK).get("/desk/sheets/registration.xlsx", {"from": "2026-03-03", "to": "2026-03-31"})
    assert openpyxl.load_workbook(io.BytesIO(got.content)).worksheets[0].max_row == 3


def offered(page: str, sheet: str) -> dict[str, str]:
    """The days that the page's form of a sheet begins with, by name."""
    return dict(re.findall(rf'name="(\w+)" id="\w+-{sheet}" value="([^"]*)"', page))


def test_the_register_is_offered_for_this_month_and_open_matters_whenever_they_came(as_: As) -> None:
    today, browser = law.day_of(timezone.now()), as_(cast.CLERK)
    page = browser.get("/desk/sheets/").content.decode()
    this_month = {"from": f"{today.replace(day=1)}", "to": f"{today}"}
    others = [sheet for sheet in IDS if layout(sheet).rows != "open"]
    assert others == [sheet for sheet in IDS if sheet != "backlog"]
    assert all(offered(page, sheet) == this_month for sheet in others)
    assert offered(page, "backlog") == {"from": "", "to": ""}


def test_the_backlog_as_it_is_offered_holds_every_open_matter(as_: As) -> None:
    cases = [
        cast.file(received_on=date(2024, month, 5), body=f"第{month}件：路灯不亮。").case for month in (1, 7)
    ]
    browser = as_(cast.CLERK)
    asked = offered(browser.get("/desk/sheets/").content.decode(), "backlog")
    got = browser.get("/desk/sheets/backlog.xlsx", asked)
    numbers = {
        row[0].value for row in openpyxl.load_workbook(io.BytesIO(got.content)).worksheets[0].iter_rows()
    }
    assert set(CaseRow.objects.filter(pk__in=cases).values_list("number", flat=True)) <= numbers


def test_it_is_looked_at_first_and_then_taken_in(as_: As) -> None:
    case, browser = cast.file().case, as_(cast.CLERK)
    sheet = browser.get("/desk/sheets/registration.xlsx").content
    data = edited(sheet, "承办单位", "临江县住房和城乡建设局")
    page = browser.post(ADDRESS, upload(data, act="look")).content.decode()
    assert "转送" in page
    assert len(history(case)) == 1
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    browser.post(ADDRESS, upload(data, act="take", seen=seen[1]))
    assert history(case)[-1].kind == "case.transferred.1"
    assert CaseRow.objects.get(pk=case).handler == "zjj"


def test_another_file_than_the_one_looked_at_is_not_taken_in(as_: As) -> None:
    case, browser = cast.file().case, as_(cast.CLERK)
    sheet = browser.get("/desk/sheets/registration.xlsx").content
    data = edited(sheet, "承办单位", "临江县住房和城乡建设局")
    for more in ({}, {"seen": "0" * 64}):
        page = browser.post(ADDRESS, upload(data, act="take", **more)).content.decode()
        assert "不是您刚才预览的那个文件" in page
    assert len(history(case)) == 1


def test_faults_are_told_and_come_as_a_copy_with_comments(as_: As) -> None:
    cast.file()
    browser = as_(cast.CLERK)
    data = edited(browser.get("/desk/sheets/registration.xlsx").content, "承办单位", "某某局")
    page = browser.post(ADDRESS, upload(data)).content.decode()
    assert "某某局" in page
    copy = browser.post(ADDRESS, upload(data, act="faults")).content
    sheet = openpyxl.load_workbook(io.BytesIO(copy)).worksheets[0]
    assert [cell.comment.text for row in sheet for cell in row if cell.comment and cell.row == 4]


def test_new_rows_give_their_codes_once(as_: As) -> None:
    browser = as_(cast.CLERK)
    data = "编号,日期,内容\nZ-1,2025.4.25,村口的路灯坏了三个月没有人修。\n".encode("gbk")
    page = browser.post(ADDRESS, upload(data)).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    taken = browser.post(ADDRESS, upload(data, act="take", seen=seen[1])).content.decode()
    assert re.search(r"\d{4} \d{4} \d{4} \d{4}", taken)
    assert CaseRow.objects.get().source_number == "Z-1"


def test_a_head_is_remembered_for_the_next_sheet(as_: As) -> None:
    browser = as_(cast.CLERK)
    data = "编号,日期,内容,群众说的题目\nZ-1,2025.4.25,村口的路灯坏了三个月没有人修。,路灯\n".encode()
    assert "群众说的题目" in browser.post(ADDRESS, upload(data)).content.decode()
    again = browser.post(ADDRESS, upload(data, head="群众说的题目", column="title")).content.decode()
    assert "本表没有这一栏" not in again


def test_nothing_chosen_and_nonsense_are_told(as_: As) -> None:
    browser = as_(cast.CLERK)
    assert browser.post(ADDRESS, {"act": "look"}).status_code == 422
    assert "xlsx" in browser.post(ADDRESS, upload(b"%PDF-1.7")).content.decode()
