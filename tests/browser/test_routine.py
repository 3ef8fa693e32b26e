"""The routine in the browser: a late report by one key, a trouble made a case, a number in the queue."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Opening
from tests.browser.eye import Eye
from tests.browser.people import Officer
from tests.browser.window import PHONE, Window

pytestmark = pytest.mark.browser


def test_a_missing_report_is_one_link_and_one_key_away(window: Opening) -> None:
    desk = window()
    Officer(desk, "gaj-head")
    desk.press(".reminder a")
    assert "已过报送时间" in desk.text()
    desk.page.focus("[name=urgent]")
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    assert "日报已报送" in desk.text(".messages")


def test_a_trouble_becomes_a_case(window: Opening) -> None:
    desk = window()
    Officer(desk, "clerk")
    desk.go("/desk/rounds/missing/")
    desk.press(".cases__title a:has-text('供暖管网')")
    desk.press("button:has-text('登记为信访件')")
    assert "/desk/case/" in desk.page.url
    assert "滨河小区二期供暖管网压力不足" in desk.text("h1")


@pytest.mark.parametrize("script", [True, False])
def test_a_number_for_the_queue_on_a_phone(window: Opening, script: bool) -> None:
    phone = window(PHONE, java_script_enabled=script)
    phone.go("/")
    phone.press("a[href='/reception/']")
    phone.page.check("[name=day] >> nth=0")
    phone.press("form[action='/reception/'] button")
    code = phone.text(".slip__code").replace(" ", "")
    assert len(code) == 16
    assert "排队号" in phone.text(".slip")
    phone.go("/reception/")
    phone.page.click("summary")
    phone.page.fill("#code", code)
    phone.press("form[action='/reception/cancel/'] button")
    assert "预约已取消" in phone.text()


def test_every_page_of_the_routine_for_every_eye(window: Opening) -> None:
    eye = Eye(window())
    for name in pages(eye.window):
        eye.look(name)
    assert not eye.faults, "\n".join(eye.faults)


def pages(here: Window) -> Iterator[str]:
    here.go("/reception/")
    yield "reception days"
    here.press("form[action='/reception/'] button")
    yield "no day chosen"
    for login, *paths in (
        ("clerk", "", "duty/", "receptions/", "missing/"),
        ("mujiang-head", "", "sweep/", "trouble/", "receptions/"),
    ):
        Officer(here, login)
        for path in paths:
            here.go(f"/desk/rounds/{path}")
            yield f"{path or 'today'} as {login}"
    here.go("/desk/rounds/trouble/")
    here.press("button[data-send]")
    yield "a trouble with faults"
    here.go("/desk/rounds/sweep/")
    here.press(".cases__title a")
    yield "a trouble"
    Officer(here, "xfj-head")
    here.go("/desk/rounds/receptions/")
    here.press("table a")
    yield "a reception day"
    here.press("td a[href*='/promises/']")
    yield "a promise"
    Officer(here, "officer")
    here.press("a[href='/desk/rounds/']")
    here.press("a[href*='/daily/'], a[href*='/sweep/']")
    yield "a round"
