"""The county's boards in the browser: figures that open, a goal, a campaign, a sheet edited and taken in."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.browser.conftest import Opening
from tests.browser.eye import Eye
from tests.browser.people import Officer
from tests.browser.window import PHONE, Window

pytestmark = pytest.mark.browser


def test_a_figure_opens_into_its_cases(window: Opening) -> None:
    desk = window()
    Officer(desk, "supervisor")
    desk.press("a[href='/desk/figures/']")
    link = desk.page.locator("a[href*='figure=registered']").first
    number = int(str(link.text_content()))
    assert number > 0
    desk.press("a[href*='figure=registered']")
    assert str(number) in desk.text()
    assert desk.page.locator("tbody tr").count() == min(number, 50)


def test_a_goal_is_about_offices_and_the_page_says_why(window: Opening) -> None:
    desk = window()
    Officer(desk, "supervisor")
    desk.go("/desk/goals/")
    offered = [str(one.text_content()) for one in desk.page.locator("[name=measure] option").all()]
    assert not [one for one in offered if "件次" in one or "人次" in one or "越级" in one]
    desk.page.focus("[name=measure]")
    desk.press("main form[novalidate] button")
    assert "只能给单位怎么办事定目标" in desk.text(".errors")
    desk.page.select_option("[name=measure]", "accepted_on_time")
    for name, value in {"target": "95", "first": "2026-01-01", "last": "2026-12-31"}.items():
        desk.page.fill(f"[name={name}]", value)
    desk.press("main form[novalidate] button")
    assert "95%" in desk.text("table")


def test_a_campaign_takes_in_hand_what_its_rule_picks(window: Opening) -> None:
    desk = window()
    Officer(desk, "xfj-head")
    desk.go("/desk/campaigns/new/")
    desk.page.check("[name=repeats]")
    desk.press("button[name=count]")
    assert any(char.isdigit() for char in desk.text("[role=status]"))
    desk.page.fill("[name=title]", "重复信访集中化解")
    desk.page.select_option("[name=sponsor]", index=1)
    desk.page.fill("[name=term]", str(date.today() + timedelta(days=90)))
    desk.page.fill("[name=plan]", "逐件复核原答复，缺少依据的重新作出。")
    desk.press("form.panel button:not([name=count])")
    assert "重复信访集中化解" in desk.text("h1")
    assert desk.page.locator("tbody tr").count() > 0


def test_a_sheet_is_looked_at_before_it_is_taken_in(window: Opening, tmp_path: Path) -> None:
    """Download, write an office into one white cell, look, take in: the case is transferred, once."""
    desk, sheet = window(), tmp_path / "register.xlsx"
    Officer(desk, "clerk")
    desk.go("/desk/sheets/")
    desk.page.fill("#from-registration", "2020-01-01")
    sheet.write_bytes(desk.taken("form[action$='/registration.xlsx'] button"))
    number = routed(sheet, "临江县住房和城乡建设局")
    desk.press("a[href$='/sheets/registration/']")
    assert uploaded(desk, sheet, "look") == ("1", "0")
    assert uploaded(desk, sheet, "take") == ("1", "0")
    assert uploaded(desk, sheet, "look") == ("0", "0")
    Officer(desk, "officer").open(number)
    assert "转送" in desk.text()


def routed(sheet: Path, office: str) -> str:
    """Write an office into the row of a case that nobody routed yet; its number."""
    book = openpyxl.load_workbook(sheet)
    page = book.active
    assert page is not None
    head = next(row for row in page.iter_rows() if row[0].value == "编号")
    at = {str(cell.value): cell.column - 1 for cell in head}
    rows = page.iter_rows(min_row=head[0].row + 1)
    row = next(one for one in rows if one[at["状态"]].value == "已登记" and not one[at["承办单位"]].value)
    row[at["承办单位"]].value = office
    book.save(sheet)
    return str(row[at["编号"]].value)


def uploaded(desk: Window, sheet: Path, act: str) -> tuple[str, str]:
    """How many rows it changes, or would, and how many have a fault."""
    desk.page.set_input_files("#file", sheet)
    desk.press(f"button[name=act][value={act}]")
    changed, faults = (desk.text(f"dl.summary div:nth-child({n}) dd") for n in (3, 5))
    return changed, faults


def test_every_board_for_every_eye(window: Opening) -> None:
    eye = Eye(window(PHONE))
    for name in pages(eye.window):
        eye.look(name)
    assert not eye.faults, "\n".join(eye.faults)


def pages(here: Window) -> Iterator[str]:
    for login, *paths in (
        ("supervisor", "figures/", "goals/", "sheets/", "sheets/supervision/", "calendar/"),
        ("xfj-head", "figures/?office=xfj", "campaigns/", "campaigns/new/"),
    ):
        Officer(here, login)
        for path in paths:
            here.go(f"/desk/{path}")
            yield f"{path} as {login}"
    here.go("/desk/figures/")
    here.press("a[href*='figure=registered']")
    yield "the cases of a figure"
