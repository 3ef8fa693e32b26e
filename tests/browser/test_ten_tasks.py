"""Ten everyday tasks at the desk by keyboard, counted; docs/desk.md sets them beside Zammad and RT.

A step is a key or a combination of keys, a text that is typed however long, or a page that opens.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import County, Opening
from tests.browser.people import Officer
from tests.browser.window import PHONE, Window
from tests.installation import ROOT

pytestmark = pytest.mark.browser
TABLE = ROOT / "docs" / "desk.md"
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| (\d+) \|", re.M)
NUMBER = re.compile(r"[A-Z]+-\d{4}-\d{6}")
MATTER = "沿江路西段的排水沟堵了半年，一下雨水就进屋，请派人疏通。"
OPINION = {
    "facts": "经查，水沟确有淤塞。",
    "reasons": "水沟由本单位管养。",
    "handling": "十五日内疏通完毕。",
    "basis": "《城镇排水与污水处理条例》",
    "execute_by": "15",
}


class Hands:
    """A pair of hands on a keyboard, counting every step."""

    def __init__(self, window: Window) -> None:
        self.window, self.page, self.steps = window, window.page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.steps += len(keys)

    def to(self, *keys: str) -> None:
        """Keys of which the last opens a page."""
        with self.page.expect_navigation():
            self.press(*keys)
        self.steps += 1

    def write(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.steps += 1

    def choose(self, value: str) -> None:
        """In a list, by as few of the first letters as it takes."""
        letters = self.page.evaluate(
            "code => { const list = document.activeElement, lines = [...list.options];"
            " return list.dataset.initials.split(' ')[lines.findIndex(one => one.value === code)]; }",
            value,
        )
        for letter in letters:
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.press("m" if letter == "?" else letter)
        assert self.page.evaluate("document.activeElement.value") == value

    def tab_to(self, name: str) -> None:
        for _ in range(20):
            if self.page.evaluate("document.activeElement.name") == name:
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {name}")

    def key_of(self, step: str) -> str:
        """The key that the open case shows beside a step."""
        link = self.page.locator(f"a[href$='/step/{step}/'][data-go]")
        return link.get_attribute("data-go") or ""

    def counted(self) -> int:
        steps, self.steps = self.steps, 0
        return steps


def told() -> dict[int, int]:
    """Steps of each task as docs/desk.md gives them."""
    return {int(row[1]): int(row[2]) for row in ROW.finditer(TABLE.read_text("utf-8"))}


class Desk:
    """The tasks in the order of a case's life; each begins where the officer stands anyway."""

    def __init__(self, clerk: Window, officer: Window, colleague: Window) -> None:
        self.clerk, self.officer, self.colleague = clerk, officer, colleague
        Officer(clerk, "clerk")
        Officer(officer, "officer")
        self.case = self.number = ""

    def tasks(self) -> Iterator[tuple[int, int]]:
        yield 1, self.register(Hands(self.clerk))
        yield 2, self.find(Hands(self.clerk))
        yield 3, self.route(Hands(self.clerk))
        yield 4, self.accept(Hands(self.officer))
        yield 5, self.ask(Hands(self.officer))
        yield 6, self.extend(Hands(self.officer))
        yield 7, self.answer(Hands(self.officer))
        yield 8, self.twenty(Hands(self.clerk))
        yield 9, self.hand_over(Hands(self.officer))
        yield 10, self.due(Hands(self.officer))

    def register(self, hands: Hands) -> int:
        """From my day to the slip: kind, words, request, category, purpose, name."""
        hands.to("r")
        hands.tab_to("body")
        hands.write(MATTER)
        hands.tab_to("requests")
        hands.write("疏通水沟")
        hands.tab_to("category")
        hands.choose("construction")
        hands.tab_to("purpose")
        hands.choose("request")
        hands.press("Alt+n")
        hands.write("丁小满")
        hands.to("Control+Enter")
        (self.number,) = set(NUMBER.findall(hands.window.text(".slip")))
        return hands.counted()

    def find(self, hands: Hands) -> int:
        """From my day, the number in hand, to the case."""
        hands.window.go("/desk/day/")
        hands.press("Control+k")
        with hands.page.expect_navigation():
            hands.write(self.number)
        hands.steps += 1
        self.case = hands.page.url.rstrip("/").rpartition("/")[2]
        assert self.number in hands.window.text()
        return hands.counted()

    def route(self, hands: Hands) -> int:
        """By the office's macro to the office that decides: its date runs, the notice is made."""
        self.macro(hands.window, "transfer", {"office": "zjj"})
        hands.window.go(f"/desk/case/{self.case}/")
        hands.to(hands.page.locator("a[href*='template=']").get_attribute("data-go") or "")
        hands.to("Control+Enter")
        assert "住房和城乡建设局" in hands.window.text(".case__head ~ .split dl")
        return hands.counted()

    def accept(self, hands: Hands) -> int:
        hands.window.go(f"/desk/case/{self.case}/")
        hands.to(hands.key_of("accept"))
        hands.to("Control+Enter")
        assert "已记录：受理" in hands.window.text(".messages")
        return hands.counted()

    def ask(self, hands: Hands) -> int:
        """A colleague is asked on the open case, and finds it in their day."""
        hands.press("n")
        hands.write("@head 请看这件是否要现场办公")
        hands.to("Control+Enter")
        Officer(self.colleague, "head")
        assert self.number in self.colleague.text("[aria-labelledby=h-calls]")
        return hands.counted()

    def extend(self, hands: Hands) -> int:
        hands.to(hands.key_of("ask_extension"))
        hands.write("15")
        hands.tab_to("f_reason")
        hands.write("汛期结束后才能开挖。")
        hands.to("Control+Enter")
        assert "已记录" in hands.window.text(".messages")
        return hands.counted()

    def answer(self, hands: Hands) -> int:
        """The office's macro for an opinion is there already, as a template is with the peers."""
        self.macro(hands.window, "decide", OPINION)
        self.head_grants_and_petitioner_is_heard()
        hands.window.go(f"/desk/case/{self.case}/")
        macro = hands.page.locator("a[href*='template=']").get_attribute("data-go") or ""
        hands.to(macro)
        hands.press("Space")
        hands.to("Control+Enter")
        assert "已记录：作出处理意见" in hands.window.text(".messages")
        return hands.counted()

    def macro(self, window: Window, step: str, fields: dict[str, str]) -> None:
        """The office keeps one beforehand, as an administrator of the peers does."""
        window.go(f"/desk/templates/?step={step}")
        window.page.fill("[name=title]", "常用")
        for name, value in fields.items():
            field = window.page.locator(f"[name=f_{name}]")
            if field.evaluate("box => box.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        window.press("button[data-send]")

    def head_grants_and_petitioner_is_heard(self) -> None:
        self.colleague.go(f"/desk/case/{self.case}/step/grant_extension/")
        self.colleague.page.fill("[name=f_days]", "15")
        self.colleague.page.fill("[name=f_reason]", "汛期结束后才能开挖。")
        self.colleague.press("button[data-send]")
        self.officer.go(f"/desk/case/{self.case}/step/hear/")
        self.officer.page.check("[name=f_method][value=phone]")
        self.officer.page.fill("[name=f_record]", "电话里说希望入冬前修好。")
        self.officer.press("button[data-send]")

    def twenty(self, hands: Hands) -> int:
        """Twenty letters of the list go the same way, looked at before it is done."""
        for number in range(20):
            self.post_a_letter(number)
        hands.window.go("/desk/?view=mine&category=transport&purpose=suggestion")
        assert hands.page.locator(".cases__pick").count() == 20
        self.leaves_a_look_as_it_was(hands)
        hands.press(hands.page.locator("button[name=macro]").get_attribute("data-go") or "")
        over = hands.page.locator("dialog.over[open]")
        expect(over.locator(".tag--ok", has_text="可办")).to_have_count(20)
        hands.steps += 1
        hands.press("Enter")
        expect(over.locator(".tag--ok", has_text="已记录")).to_have_count(20)
        steps = hands.counted()
        self.goes_back_to_a_list_without_them(hands)
        return steps

    def leaves_a_look_as_it_was(self, hands: Hands) -> None:
        page = hands.page
        page.keyboard.press(page.locator("button[name=macro]").get_attribute("data-go") or "")
        expect(page.locator("dialog.over[open] .tag--ok")).to_have_count(20)
        page.keyboard.press("Escape")
        expect(page.locator("dialog.over[open]")).to_have_count(0)
        assert page.locator(".cases__pick:checked").count() == 0

    def goes_back_to_a_list_without_them(self, hands: Hands) -> None:
        with hands.page.expect_navigation():
            hands.page.keyboard.press("Escape")
        assert hands.page.locator(".cases__pick").count() == 0

    def post_a_letter(self, number: int) -> None:
        page = self.clerk.page
        self.clerk.go("/desk/register/")
        page.fill("[name=body]", f"第{number}路公交车站的候车亭坏了，下雨没有地方避，请修好{number}号亭。")
        page.fill("[name=requests]", "修好候车亭")
        page.select_option("[name=category]", "transport")
        page.select_option("[name=purpose]", "suggestion")
        self.clerk.press("button[data-send]")

    def hand_over(self, hands: Hands) -> int:
        """From my day: everything goes to a colleague until a day."""
        hands.window.go("/desk/day/")
        hands.to("h")
        hands.tab_to("last")
        hands.page.locator("[name=last]").fill("2030-01-31")
        hands.steps += 1
        hands.to("Control+Enter")
        assert "代您照看" in hands.window.text()
        return hands.counted()

    def due(self, hands: Hands) -> int:
        """What is due today, overdue and due this week: the page that a log-in leads to."""
        Officer(hands.window, "officer")
        assert hands.page.url.endswith("/desk/day/")
        return hands.counted()


def test_ten_tasks_by_keyboard_take_the_steps_that_the_table_tells(
    window: Opening, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = dict(Desk(window(), window(), window()).tasks())
    with capsys.disabled():
        print(f"\nten tasks: {counted}")
    assert counted == told()


def test_what_is_done_away_from_the_desk_is_done_on_a_phone(window: Opening, county: County) -> None:
    """See what is due, open it, ask a colleague, begin a step and keep it: by tapping alone."""
    phone = window(PHONE, has_touch=True)
    Officer(phone, "officer")
    assert phone.page.url.endswith("/desk/day/")
    with phone.page.expect_navigation():
        tap(phone.page.locator("[aria-labelledby=h-week] a").first)
    tap(phone.page.locator("#note"))
    phone.page.keyboard.insert_text("@head 请看")
    with phone.page.expect_navigation():
        tap(phone.page.locator("form:has(#note) button"))
    with phone.page.expect_navigation():
        tap(phone.page.locator(".offers a").first)
    tap(phone.page.locator("textarea").first)
    phone.page.keyboard.insert_text("手机上写了一半")
    phone.page.wait_for_selector("[data-kept] .quiet", timeout=10_000)
    phone.page.reload()
    assert phone.page.locator("textarea").first.input_value() == "手机上写了一半"
    overflow = phone.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0


def tap(place: Locator) -> None:
    place.scroll_into_view_if_needed()
    place.tap()
