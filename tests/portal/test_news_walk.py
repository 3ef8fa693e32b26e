"""Asking to be told of news in a real browser, its own messages among the ways."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Installation
from tests.portal.browser import chromium_page
from tests.portal.test_walk import AXE, COUNTY, Walk, file_a_matter
from tests.postroom.sending.test_push import subscription

pytestmark = pytest.mark.browser
# No carrier of messages can be reached from here: this is what one would have granted.
GRANT = """text => { PushManager.prototype.subscribe = async function (asked) {
  if (asked.applicationServerKey.length !== 65 || !asked.userVisibleOnly) throw new Error("asked wrongly");
  return JSON.parse(text);
} }"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/case/");
  return (await registration.getNotifications()).map((one) => one.title);
}"""


def walk(address: str, width: int, folder: Path) -> list[str]:
    options = {"viewport": {"width": width, "height": 800}, "bypass_csp": True, "locale": "zh-CN"}
    with chromium_page(**options, permissions=["notifications"]) as page:
        on = Walk(page, address)
        code, _ = file_a_matter(on, folder)
        page.goto(f"{address}/case/")
        page.fill("#code", code)
        on.press("main form[action='/case/'] button.button", "case")
        page.click("a[href='/case/news/']")
        on.look("news")
        page.check("[name=tell][value=email]")
        on.press("main form button[type=submit]", "news with faults")
        page.fill("#email", "feng@mail.example")
        page.check("[name=tell][value=push]")
        page.wait_for_selector("#push-refused:visible")  # nobody grants it yet
        assert not page.is_checked("[name=tell][value=push]")
        on.look("news refused by the browser")
        page.evaluate(GRANT, subscription())
        page.check("[name=tell][value=push]")
        page.wait_for_function(
            "document.getElementById('subscription').value && !document.querySelector('#push input').disabled"
        )
        on.press("main form button[type=submit]", "told")
        assert "选择了接收进展提醒的方式" in page.inner_text(".timeline")
        assert deliver(page, address, {"text": "有新进展", "id": "1"}) == ["有新进展"]
        return on.faults


def deliver(page: Any, address: str, message: dict[str, str]) -> Any:
    """A message as a carrier would bring it; the notifications that the browser then shows."""
    found: list[str] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    until(page, lambda: found)
    told = {"origin": address, "registrationId": found[-1], "data": json.dumps(message)}
    devtools.send("ServiceWorker.deliverPushMessage", told)
    return until(page, lambda: page.evaluate(SHOWN))


def until(page: Any, ask: Callable[[], Any]) -> Any:
    """The first answer that is something, within a minute; the browser runs on meanwhile."""
    for _ in range(600):
        if answer := ask():
            return answer
        page.wait_for_timeout(100)
    return ask()


@pytest.mark.parametrize("width", [390, 1366])
def test_a_petitioner_asks_to_be_told_and_the_browser_shows_it(
    fresh: Installation, apart: Callable[..., Any], tmp_path: Path, width: int
) -> None:
    if not AXE.exists():
        pytest.skip("axe is not here: python tools/assets.py")
    fresh.run("init", "--offices", COUNTY)
    means = {
        "HUIYIN_POST_PUSH": "1",
        "HUIYIN_POST_PAPER": "1",
        "HUIYIN_POST_SMTP_URL": "smtp://127.0.0.1:9",
        "HUIYIN_POST_FROM": "news@county.example",
    }
    with fresh.serving(**means) as address:
        assert apart(walk, address, width, tmp_path) == []
