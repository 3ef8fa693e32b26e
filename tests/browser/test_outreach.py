"""A village without a network, on a phone: notes that wait sealed on the device, and are filed on return."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.people import PASSWORD
from tests.browser.secure import https, trusting
from tests.browser.window import PHONE

pytestmark = pytest.mark.browser
__all__ = ["https", "trusting"]
OUTREACH, PASS = "/desk/outreach/", "村口老槐树下七点"
BODY = "灌溉渠淤了两年，下游三十亩田浇不上水，村里说没有钱清。"
# All that this page's databases hold, as text; sealed bytes as their numbers.
STORED = """
async () => {
  const said = [];
  for (const { name } of await indexedDB.databases()) {
    const asked = indexedDB.open(name);
    const held = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    for (const store of held.objectStoreNames) {
      const all = held.transaction(store).objectStore(store).getAll();
      const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
      said.push(...rows.map((row) => JSON.stringify(row, (_, v) =>
        v instanceof ArrayBuffer ? new TextDecoder().decode(v) : v instanceof CryptoKey ? "a key" : v)));
    }
    held.close();
  }
  return said;
}
"""
# A promise, and no `wait_for_function`: the page's policy forbids what that evaluates a second time.
CONTROLLED = """
() => navigator.serviceWorker.controller ||
  new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", () => done(null)))
"""
FULL = """
() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); };
}
"""


@pytest.fixture
def phone(trusting: Browser, https: str) -> Iterator[Page]:
    """A clerk's phone, logged in, with the page and its passphrase, ready to go off the network."""
    width, height = PHONE
    context = trusting.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai",
        ignore_https_errors=True, base_url=https,
    )  # fmt: skip
    context.set_default_timeout(15_000)
    page = context.new_page()
    log_in(page)
    page.goto(OUTREACH)
    page.fill("#new-1", PASS)
    page.fill("#new-2", PASS)
    page.click("[data-view=begin] button")
    expect(page.locator("[data-do=new]")).to_be_visible()
    page.evaluate(CONTROLLED)
    yield page
    context.close()


def log_in(page: Page) -> None:
    page.goto("/desk/login/")
    page.fill("[name=login]", "clerk")
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")


def write(page: Page, body: str = BODY) -> None:
    page.click("[data-do=new]")
    page.fill("#body", body)
    page.fill("#requests", "清淤")
    page.select_option("#category", "rural")
    page.select_option("#purpose", "request")
    page.select_option("#place", "maweizhou")
    page.fill("#name", "何满仓")
    kept(page)


def kept(page: Page) -> None:
    expect(page.locator("[data-kept]")).to_have_text("已存在这台设备上。")


def unlock(page: Page) -> None:
    page.fill("#pass", PASS)
    page.click("[data-view=unlock] button:not([type=button])")
    expect(page.locator("[data-do=new]")).to_be_visible()


def waits(page: Page, notes: int) -> None:
    expect(page.locator("[data-notes] > li")).to_have_count(notes)


def open_first(page: Page) -> None:
    page.locator("[data-notes] button").first.click()
    expect(page.locator("#body")).to_be_visible()


def file(page: Page) -> str:
    """File the open note; the number of its case."""
    page.click("[data-do=file]")
    expect(page.locator("[data-r=number]").first).to_have_text(re.compile(r"^XFJ-\d{4}-\d{6}$"))
    return page.locator("[data-r=number]").first.inner_text()


def test_a_note_written_without_a_network_is_filed_on_return(phone: Page) -> None:
    phone.context.set_offline(True)
    phone.reload()
    unlock(phone)
    expect(phone.locator("[data-net]")).to_contain_text("没有网络")
    write(phone)
    phone.fill("#occurred_at", "2026-01-05T10:20")
    kept(phone)
    digest = phone.locator("[data-p=digest]").inner_text()
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    phone.click("[data-do=file]")
    expect(phone.locator("[data-alert]")).to_contain_text("没有网络")
    phone.close()

    again = phone.context.new_page()
    again.goto(OUTREACH)
    unlock(again)
    waits(again, 1)
    phone.context.set_offline(False)
    open_first(again)
    assert again.input_value("#body") == BODY
    number = file(again)
    assert again.locator("[data-r=promise]").inner_text() == digest
    assert re.fullmatch(r"\d+", again.locator("[data-r=index]").inner_text())
    assert len(again.locator("[data-r=code] span").all()) == 4
    waits(again, 0)
    assert BODY not in "".join(again.evaluate(STORED))
    again.click("[data-r=case]")
    expect(again.locator("main")).to_contain_text(number)
    expect(again.locator("main")).to_contain_text("2026-01-05")


def test_what_lies_on_the_device_says_nothing_without_the_passphrase(phone: Page) -> None:
    write(phone)
    stored = phone.evaluate(STORED)
    assert len(stored) == 2
    for word in (BODY[:6], "何满仓", "清淤", "maweizhou", PASS):
        assert word not in "".join(stored)
    assert not phone.evaluate("JSON.stringify([localStorage, sessionStorage])").count(BODY[:4])
    phone.reload()
    phone.fill("#pass", "不是这一句话吧")
    phone.click("[data-view=unlock] button:not([type=button])")
    expect(phone.locator("[data-alert]")).to_contain_text("口令不对")
    waits(phone, 0)
    unlock(phone)
    waits(phone, 1)


def test_a_month_later_the_log_in_has_ended_and_nothing_is_lost(phone: Page) -> None:
    phone.context.set_offline(True)
    write(phone)
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    phone.goto(OUTREACH)
    unlock(phone)
    open_first(phone)
    phone.click("[data-do=file]")
    expect(phone.locator("[data-alert]")).to_contain_text("登录已过期")
    with phone.expect_navigation():
        phone.click("[data-alert] a")
    phone.fill("[name=login]", "clerk")
    phone.fill("[name=password]", PASSWORD)
    with phone.expect_navigation():
        phone.press("[name=password]", "Enter")
    assert phone.url.endswith(OUTREACH)
    unlock(phone)
    open_first(phone)
    file(phone)


def test_an_answer_that_was_lost_makes_no_second_case(phone: Page) -> None:
    """The server filed it and the network went away before it could say so."""
    write(phone)
    token_sent: list[str] = []

    def lose(route: Route, request: Request) -> None:
        token_sent.append(request.post_data_json["token"])
        route.fetch()
        route.abort()

    phone.context.route("**/desk/outreach/file/", lose)
    phone.click("[data-do=file]")
    expect(phone.locator("[data-alert]")).to_contain_text("记录还在")
    phone.context.unroute("**/desk/outreach/file/")
    file(phone)
    assert len(token_sent) == 1
    expect(phone.locator("[data-r=said]")).to_contain_text("同一件")
    assert len(phone.locator("[data-r=code] span").all()) == 4


def test_a_full_device_says_so_and_keeps_the_words_on_the_screen(phone: Page) -> None:
    write(phone)
    phone.evaluate(FULL)
    phone.fill("#body", BODY + "今年又旱。")
    expect(phone.locator("[data-alert]")).to_contain_text("存满了")
    assert phone.input_value("#body").endswith("今年又旱。")
    phone.reload()
    unlock(phone)
    open_first(phone)
    assert phone.input_value("#body") == BODY


def test_a_clock_that_is_ahead_is_told_and_mended_by_the_clerk(phone: Page) -> None:
    write(phone)
    phone.fill("#occurred_at", (datetime.now() + timedelta(days=300)).strftime("%Y-%m-%dT%H:%M"))
    phone.click("[data-do=file]")
    said = phone.locator("#error-occurred_at")
    expect(said).to_contain_text("设备的时钟不对")
    assert phone.evaluate("document.activeElement.name") == "occurred_at"
    phone.fill("#occurred_at", (datetime.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
    file(phone)


def test_several_notes_are_filed_by_one_press(phone: Page) -> None:
    phone.context.set_offline(True)
    for body in (BODY, "村小学门口没有路灯，孩子放学看不见路，请装两盏灯。"):
        write(phone, body)
        phone.click("[data-do=back]")
    waits(phone, 2)
    phone.context.set_offline(False)
    phone.click("[data-do=file-all]")
    expect(phone.locator("[data-r=number]")).to_have_count(2)
    waits(phone, 0)
