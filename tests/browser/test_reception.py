"""The reception: papers from a phone by a QR code, and a queue by keys with its screen on the wall."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import window
from tests.browser.eye import Eye
from tests.browser.people import PASSWORD, Officer, photo
from tests.browser.secure import https, trusting
from tests.browser.window import DESKTOP, PHONE, Size

pytestmark = pytest.mark.browser
__all__ = ["https", "trusting"]
WALL: Size = (1920, 1080)


def opened(browser: Browser, address: str, size: Size, **options: Any) -> BrowserContext:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        ignore_https_errors=True,
        base_url=address,
        **options,
    )
    context.set_default_timeout(15_000)
    return context


@pytest.fixture
def clerk(trusting: Browser, https: str) -> Iterator[Page]:
    context = opened(trusting, https, DESKTOP)
    page = context.new_page()
    page.goto("/desk/login/")
    page.fill("[name=login]", "clerk")
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    yield page
    context.close()


def register(page: Page, address: str) -> None:
    page.goto(f"{address}/desk/register/")
    page.fill("[name=body]", "来访人带了房屋裂缝的照片，请求派人鉴定。")
    page.fill("[name=requests]", "鉴定房屋")
    page.select_option("[name=category]", "construction")
    page.select_option("[name=purpose]", "request")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")


def test_a_phone_hands_over_a_photo_and_the_clerk_sees_it_come(
    clerk: Page, trusting: Browser, https: str
) -> None:
    register(clerk, https)
    number = clerk.locator(".slip dd").first.inner_text()
    with clerk.context.expect_page() as waiting:
        clerk.click("a[href$='/phone/']")
    desk = waiting.value
    desk.wait_for_load_state()
    with desk.expect_navigation():
        desk.keyboard.press("Enter")  # the one button has the focus
    expect(desk.locator(".phone__qr svg")).to_be_visible()
    expect(desk.locator("[data-waits]")).to_be_visible()
    address = desk.locator("p.mono").inner_text()
    assert address.startswith(f"{https}/hand/")

    hand = opened(trusting, https, PHONE)
    phone = hand.new_page()
    phone.goto(address)
    assert number not in phone.content()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.set_input_files("#id_papers", [photo()])
    phone.click("main button")
    expect(phone.locator("main [role=status]")).to_contain_text("1份材料")
    phone.goto(address)
    expect(phone.locator("main")).to_contain_text("已经失效")
    hand.close()

    expect(desk.locator(".papers")).to_contain_text("现场照片.jpg")
    expect(desk.locator(".phone__qr")).to_have_count(0)
    desk.click("main .buttons a.button")
    expect(desk.locator(".timeline")).to_contain_text("窗口收存了材料")


def test_the_queue_is_run_by_keys_and_read_across_the_room(
    clerk: Page, trusting: Browser, https: str
) -> None:
    clerk.goto("/desk/queue/")
    for number in ("1", "2", "3"):
        with clerk.expect_navigation():
            clerk.keyboard.press("n")
        expect(clerk.locator(".queue__number")).to_have_text(number)
    wall = opened(trusting, https, WALL)
    screen = wall.new_page()
    screen.goto("/reception/screen/")
    expect(screen.locator(".screen__wait")).to_contain_text("3")
    with clerk.expect_navigation():
        clerk.keyboard.press("c")
    expect(screen.locator(".screen__number")).to_have_text("1")
    box = screen.locator(".screen__number").bounding_box()
    assert box is not None
    # A digit is two thirds of its line; at five metres 5 cm are read with ease, on 55 inches 80 pixels.
    assert box["height"] > 400
    small = screen.locator(".screen__wait").evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    assert small >= 40
    assert screen.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")
    with clerk.expect_navigation():
        clerk.keyboard.press("c")
    expect(screen.locator(".screen__number")).to_have_text("2")
    expect(screen.locator(".screen__before li")).to_have_count(1)
    wall.close()


def test_the_screen_needs_no_script(clerk: Page, trusting: Browser, https: str) -> None:
    clerk.goto("/desk/queue/")
    with clerk.expect_navigation():
        clerk.keyboard.press("n")
    wall = opened(trusting, https, WALL, java_script_enabled=False)
    screen = wall.new_page()
    screen.goto("/reception/screen/")
    before = screen.locator(".screen__wait").inner_text()
    with clerk.expect_navigation():
        clerk.keyboard.press("c")
    with screen.expect_navigation(timeout=14_000):
        pass
    assert screen.locator(".screen__wait").inner_text() != before
    wall.close()


def test_pages_for_every_eye(trusting: Browser, https: str) -> None:
    """Readable, narrow enough and light, before and after something is on them."""
    with window.opened(trusting, https, DESKTOP, ignore_https_errors=True) as here:
        eye, page = Eye(here), here.page
        Officer(here, "clerk")
        for path in ("/desk/queue/", "/desk/outreach/", "/reception/screen/"):
            here.go(path)
            eye.look(path)
        here.go("/desk/queue/")
        here.press("button[data-letter=n]")
        eye.look("a number")
        here.press("button[data-letter=c]")
        eye.look("a number called")
        register(page, https)
        eye.look("slip")
        here.go(str(page.locator("a[href$='/phone/']").get_attribute("href")))
        here.press("main form button")
        eye.look("QR code")
        here.go(page.locator("p.mono").inner_text().removeprefix(https))
        eye.look("phone")
        here.go("/desk/outreach/")
        for box in ("#new-1", "#new-2"):
            page.fill(box, "村口老槐树下七点")
        page.click("[data-view=begin] button")
        page.click("[data-do=new]")
        page.fill("#body", "灌溉渠淤了两年。")
        page.click("[data-do=file]")
        expect(page.locator("#error-category")).to_be_visible()
        eye.look("note with faults")
        eye.weigh("note")
    assert not eye.faults, "\n".join(eye.faults)
