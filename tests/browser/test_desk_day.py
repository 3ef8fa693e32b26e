"""The desk through a day: what was typed survives a crash, colleagues are seen, keys lead everywhere."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Opening
from tests.browser.eye import Eye
from tests.browser.people import Officer
from tests.browser.window import PHONE, Window

pytestmark = pytest.mark.browser
TYPED = "正在写的办理情况，还没有提交"


def open_case(window: Window, login: str = "officer") -> str:
    """The first case of the officer's day; its address."""
    Officer(window, login)
    window.press("[aria-labelledby=h-week] a")
    return window.page.url.removeprefix(window.address)


def test_what_was_typed_survives_a_crash_and_names_who_else_types(window: Opening) -> None:
    desk = window()
    form = f"{open_case(desk)}step/record_work/"
    desk.go(form)
    desk.page.locator("[name=f_note]").press_sequentially(TYPED)
    desk.page.wait_for_selector("[data-kept] .quiet", timeout=10_000)
    assert "没有提交" in desk.text("[data-kept]")
    colleague = window()
    Officer(colleague, "officer2")
    colleague.go(form)
    assert "沈砚清" in colleague.text("[data-kept]")
    assert TYPED not in colleague.page.content()
    # The browser dies: nothing is said to the server.
    desk.page.close(run_before_unload=False)
    again = window()
    Officer(again, "officer")
    again.press("[aria-labelledby=h-drafts] a")
    assert again.page.input_value("[name=f_note]") == TYPED
    again.press("button:has-text('丢弃')")
    again.press("[data-go=z]")
    assert again.page.input_value("[name=f_note]") == TYPED


@pytest.mark.parametrize("script", [True, False])
def test_a_letter_half_typed_is_found_in_my_day(window: Opening, script: bool) -> None:
    desk = window(java_script_enabled=script)
    Officer(desk, "clerk")
    desk.go("/desk/register/")
    words = f"桥头的护栏断了一截{'，有脚本' if script else ''}。"
    desk.page.locator("[name=body]").press_sequentially(words)
    if script:
        desk.page.wait_for_selector("[data-kept] .quiet", timeout=10_000)
    else:
        desk.press("button[formaction='/desk/register/draft/']")
    desk.go("/desk/day/")
    desk.press("[aria-labelledby=h-drafts] a >> nth=0")
    assert desk.page.input_value("[name=body]") == words


def test_what_cannot_be_kept_is_said(window: Opening) -> None:
    desk = window()
    form = f"{open_case(desk)}step/record_work/"
    desk.go(form)
    desk.context.clear_cookies(name="sessionid")
    desk.page.locator("[name=f_note]").press_sequentially("没有会话了")
    desk.page.wait_for_selector("[data-kept]:has-text('没有保存')", timeout=10_000)


def test_keys_lead_to_pages_steps_and_lists(window: Opening) -> None:
    desk = window()
    case = open_case(desk)
    page = desk.page
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("jlbl")
    page.wait_for_selector(".palette a:has-text('记录办理情况')")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"{case}step/record_work/")
    desk.go("/desk/day/")
    page.keyboard.press("/")
    page.keyboard.insert_text("rl")
    page.wait_for_selector(".palette a:has-text('日历')")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/desk/calendar/")
    page.keyboard.press("?")
    assert page.locator("dialog[data-keys]").is_visible()
    page.keyboard.press("Escape")
    desk.go("/desk/?view=all")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator(".cases__pick").first.is_checked()


def test_every_page_of_the_day_for_every_eye(window: Opening) -> None:
    eye = Eye(window())
    for name in pages(eye.window):
        eye.look(name)
    assert not eye.faults, "\n".join(eye.faults)


def pages(here: Window) -> Iterator[str]:
    case = open_case(here)
    here.page.fill("#note", "@officer2 请看第二项")
    here.press("form:has(#note) button")
    yield "a case with a note"
    here.go("/desk/day/")
    yield "my day"
    here.go("/desk/hand-over/")
    yield "hand over"
    here.go("/desk/go/?q=1")
    yield "go to"
    here.go("/desk/templates/?step=decide")
    here.page.fill("[name=title]", "意见")
    here.press("button[data-send]")
    yield "a macro that is empty"
    here.page.fill("[name=f_facts]", "{{编号}}一事经查属实。")
    here.press("button[data-send]")
    yield "texts and macros"
    here.go(f"{case}step/decide/")
    yield "a step with a macro"
    here.go("/desk/?view=all")
    here.page.locator(".cases__pick").first.check()
    here.press("[data-go=b]")
    yield "one step for many"
    here.press("button[name=step]")
    yield "its form"
    Officer(here, "officer2")
    yield "my day with a call"


def test_my_day_on_a_phone_has_no_keys(window: Opening) -> None:
    phone = window(PHONE, has_touch=True)
    Officer(phone, "clerk")
    assert phone.page.locator(".day .key:visible").count() == 0
    assert phone.page.locator(".day a").count() > 0
