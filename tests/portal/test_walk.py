"""A petitioner's whole way in a real browser, on a phone and on a desk: readable, reachable, never too wide.

axe looks at every page on the way (`python tools/assets.py` fetches it).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.installation import ROOT, Installation
from tests.portal.browser import Page, chromium_page
from tests.portal.hand import BODY

pytestmark = pytest.mark.browser
AXE = ROOT / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
COUNTY = ROOT / "huiyin" / "cli" / "sample" / "county.toml"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NEXT = "main form button.button[name=do]:not(.button--plain)"


class Walk:
    """One page after another, each examined."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def to(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.look(path)

    def look(self, name: str) -> None:
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        self.faults += [f"{name}: {v['id']} {[n['target'] for n in v['nodes']]}" for v in found["violations"]]
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        self.faults += [f"{name}: {wide} px too wide"] if wide > 0 else []

    def press(self, selector: str, name: str) -> None:
        self.page.click(selector)
        self.page.wait_for_load_state()
        self.look(name)


def walk(address: str, width: int, folder: Path) -> list[str]:
    options = {"viewport": {"width": width, "height": 800}, "bypass_csp": True, "locale": "zh-CN"}
    with chromium_page(**options) as page:
        on = Walk(page, address)
        for path in ("/", "/answers/", "/help/", "/nowhere/"):
            on.to(path)
        code, files = file_a_matter(on, folder)
        follow(on, code)
        on.to("/check/")
        page.set_input_files("#files", files)
        on.press("#check-form button", "checked")
        assert page.locator("[data-verdict=good] li").count() == 4
        return on.faults


def file_a_matter(on: Walk, folder: Path) -> tuple[str, list[Path]]:
    page = on.page
    on.to("/file/")
    on.press(NEXT, "page 1 with faults")
    page.fill("#body", BODY)
    page.fill("#request-1", "请鉴定外墙")
    page.check("[name=purpose][value=accusation]")
    assert page.is_visible(".protect")
    page.check("[name=purpose][value=request]")
    assert not page.is_visible(".protect")
    page.check("[name=about][value=yes]")
    on.look("page 1 filled")
    page.check("[name=about][value=no]")
    page.press("#request-1", "Enter")
    page.wait_for_selector("#place")
    on.look("page 2")
    page.fill("#occurred_on", "2099-01-01")
    on.press(NEXT, "page 2 with faults")
    page.fill("#occurred_on", "2025-01-01")
    on.press(NEXT, "page 3")
    page.check("[name=identity][value=none]")
    assert not page.is_visible("#name")
    page.check("[name=identity][value=open]")
    page.fill("#name", "封不觉")
    page.click(NEXT)
    page.wait_for_selector("#the-code")
    on.look("sent")
    return page.inner_text("#the-code"), [
        save(page, link, folder) for link in page.locator("a[download]").all()
    ]


def save(page: Page, link: Any, folder: Path) -> Path:
    with page.expect_download() as coming:
        link.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def follow(on: Walk, code: str) -> None:
    page = on.page
    on.to("/case/")
    page.fill("#code", "1234 5678 9012 3456")
    on.press("main button.button", "wrong code")
    page.fill("#code", code)
    on.press("main form[action='/case/'] button.button", "case")
    for summary in page.locator("summary").all():
        summary.click()
    on.look("case unfolded")
    for step in ("supplement", "withdraw"):
        on.to(f"/case/do/{step}/")
    on.to("/case/do/supplement/")
    page.fill("#text", "又掉了一块。")
    on.press("main form button[type=submit]", "added")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_petitioner_walks_from_the_door_to_a_checked_receipt(
    fresh: Installation, apart: Callable[..., Any], tmp_path: Path, width: int
) -> None:
    if not AXE.exists():
        pytest.skip("axe is not here: python tools/assets.py")
    fresh.run("init", "--offices", COUNTY)
    with fresh.serving() as address:
        assert apart(walk, address, width, tmp_path) == []
