"""The staff door in a real browser, on the demo county: a case from the counter to its public answer.

Nothing here touches this process's database: the pages come from an installation of their own, and Playwright
runs an event loop that Django's database calls refuse to share a thread with.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from huiyin.casework.law import ZONE
from tests.conftest import CHROMIUM
from tests.installation import installation

pytestmark = pytest.mark.browser
PASSWORD = "a-password-for-the-walk"
WIDE, PHONE = (1366, 768), (390, 844)


@pytest.fixture(autouse=True)
def county() -> None:
    """No database of this process."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with installation(tmp_path_factory.mktemp("desk")) as made:
        made.run("demo", "--no-serve", HUIYIN_DEMO_PASSWORD=PASSWORD)
        with made.serving() as address:
            yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Walker:
    """One officer after another at one screen."""

    def __init__(self, browser: Browser, server: str, size: tuple[int, int]) -> None:
        self.server, self.faults = server, list[str]()
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        context.set_default_timeout(15_000)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("console", lambda line: self.faults.append(line.text) if "Policy" in line.text else None)

    def enter(self, login: str) -> None:
        self.page.context.clear_cookies()
        self.go("/desk/")
        self.page.fill("#id_login", login)
        self.page.fill("#id_password", PASSWORD)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        assert self.page.url.rstrip("/").endswith(("/desk/day", "/desk/custodian"))
        if self.page.url.endswith("/desk/day/"):
            self.go("/desk/")

    def go(self, path: str) -> None:
        self.page.goto(self.server + path)
        assert self.fits(), path

    def fits(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def send(self, **fields: str) -> None:
        """Fill the step's form by the names of the book, and send it with the keyboard."""
        for name, value in fields.items():
            box = self.page.locator(f"[name=f_{name}]").first
            kind = box.evaluate("box => box.type")
            if kind == "radio":
                self.page.check(f"[name=f_{name}][value={value}]")
            elif kind == "select-one":
                box.select_option(value)
            else:
                box.fill(value)
        with self.page.expect_navigation():
            self.press("Control+Enter")
        assert self.page.query_selector("#errors") is None, self.page.inner_text("#errors")

    def leave(self) -> None:
        self.page.context.close()
        assert self.faults == []


@pytest.fixture(params=[WIDE, PHONE], ids=["desktop", "phone"])
def walker(request: pytest.FixtureRequest, browser: Browser, server: str) -> Iterator[Walker]:
    walker = Walker(browser, server, request.param)
    yield walker
    walker.leave()


def register(walker: Walker) -> str:
    """A letter, without a mouse; returns the path of its case."""
    walker.enter("clerk")
    walker.go("/desk/register/")
    for typed in (
        "外墙瓷砖掉落砸坏车辆",
        "三号楼外墙瓷砖一直往下掉，昨天砸坏了一辆车。",
        "请鉴定外墙是否安全",
    ):
        walker.press("Tab")
        walker.page.keyboard.type(typed)
    walker.press("Tab", *["ArrowDown"] * 8, "Tab", *["ArrowDown"] * 3)
    with walker.page.expect_navigation():
        walker.press("Control+Enter")
    assert walker.fits()
    assert len("".join(walker.page.inner_text("[data-code]").split())) == 16
    return walker.page.locator(".buttons a").last.get_attribute("href") or ""


def test_a_case_goes_from_the_counter_to_its_public_answer(walker: Walker) -> None:
    case = register(walker)
    # Reloading neither sends the letter again nor shows the code again.
    walker.page.reload()
    assert walker.page.query_selector("[data-code]") is None
    walker.go(f"{case}step/transfer/")
    walker.send(office="zjj", note="请核查外墙质保情况。")
    walker.enter("officer")
    walker.go(f"{case}step/accept/")
    walker.send(note="先到现场查看。")
    walker.go(f"{case}step/hear/")
    walker.send(method="phone", record="信访人说明了经过。")
    walker.go(f"{case}step/decide/")
    today = datetime.now(ZONE).date().isoformat()
    walker.send(
        outcomes_0="support",
        facts="瓷砖空鼓。",
        reasons="在质保期内。",
        handling="修好。",
        basis="条例",
        execute_by=today,
    )
    walker.go(f"{case}step/serve/")
    walker.send(method="in_person", served_on=today, proof="本人签收")
    walker.go(case)
    assert "已答复" in walker.page.inner_text(".case__head")
    walker.enter("head")
    walker.go(f"{case}release/")
    walker.page.fill("[name=title]", "外墙瓷砖脱落由谁修")
    walker.page.fill("[name=question]", "小区外墙瓷砖脱落，谁来修？")
    walker.page.fill("[name=answer]", "请打13812345678")
    assert walker.page.is_visible("[data-numbers]")
    walker.page.fill("[name=answer]", "质保期内由建设单位负责。")
    assert walker.page.is_hidden("[data-numbers]")
    walker.page.check("[name=clean_of_people]")
    walker.send()
    assert "外墙瓷砖脱落由谁修" in walker.page.inner_text("main")


def test_the_list_is_walked_with_j_and_k(browser: Browser, server: str) -> None:
    walker = Walker(browser, server, WIDE)
    walker.enter("clerk")
    walker.go("/desk/?view=all")
    first, second = walker.page.locator(".cases__title a").all_inner_texts()[:2]
    focused = "document.activeElement.textContent"
    walker.press("j", "j")
    assert walker.page.evaluate(focused) == second
    walker.press("k")
    with walker.page.expect_navigation():
        walker.press("Enter")
    assert walker.page.inner_text("h1") == first
    walker.page.go_back()
    walker.press("/")
    walker.page.keyboard.type("j")
    assert walker.page.input_value("#number") == "j"
    walker.leave()


def test_every_page_works_without_scripts(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/desk/")
    page.fill("#id_login", "clerk")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    page.goto(f"{server}/desk/")
    page.click(".cases__title a")
    page.click(".offers a")
    assert page.locator("form [name=seen]").count() == 1
    context.close()
