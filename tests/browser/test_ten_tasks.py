"""Ten everyday tasks at the desk by keyboard, counted; docs/desk.md sets them beside Zammad and RT.

A step is a key or a combination of keys, a text that is typed however long, or a page that opens.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opening
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
        hands.to(hands.page.locator("a[href*='template=']").first.get_attribute("data-go") or "")
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
        macro = hands.page.locator("a[href*='template=']").first.get_attribute("data-go") or ""
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
        self.post_twenty(hands.window)
        self.leaves_a_look_as_it_was(hands)
        hands.press(hands.page.locator("button[name=macro]").first.get_attribute("data-go") or "")
        over = hands.page.locator("dialog.over[open]")
        expect(over.locator(".tag--ok", has_text="可办")).to_have_count(20)
        hands.steps += 1
        hands.press("Enter")
        expect(over.locator(".tag--ok", has_text="已记录")).to_have_count(20)
        steps = hands.counted()
        self.goes_back_to_a_list_without_them(hands)
        return steps

    def post_twenty(self, window: Window) -> None:
        for number in range(20):
            self.post_a_letter(number)
        window.go("/desk/?view=mine&category=transport&purpose=suggestion")
        assert window.page.locator(".cases__pick").count() == 20

    def leaves_a_look_as_it_was(self, hands: Hands) -> None:
        page = hands.page
        page.keyboard.press(page.locator("button[name=macro]").first.get_attribute("data-go") or "")
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


class Thumb:
    """A thumb on a phone: it taps what is in sight, and the page below it is never wider than the glass."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page

    def tap(self, selector: str) -> None:
        place = self.page.locator(selector).first
        if not place.is_visible():
            self.page.locator("details", has=place).locator("summary").first.tap()
        place.scroll_into_view_if_needed()
        place.tap()

    def to(self, selector: str) -> None:
        """Tap something that opens a page."""
        with self.page.expect_navigation():
            self.tap(selector)
        self.fits()

    def write(self, selector: str, text: str) -> None:
        self.tap(selector)
        self.page.keyboard.insert_text(text)

    def fits(self) -> None:
        over = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{self.page.url} is {over} px wider than the phone"


class OnAPhone(Desk):
    """The same ten tasks by taps."""

    def all(self) -> None:
        clerk, officer = Thumb(self.clerk), Thumb(self.officer)
        self.tap_to_register(clerk)
        self.tap_to_find(clerk)
        self.tap_to_route(clerk)
        self.tap_to_accept(officer)
        self.tap_to_ask(officer)
        self.tap_to_extend(officer)
        self.tap_to_answer(officer)
        self.tap_for_twenty(clerk)
        self.tap_to_hand_over(officer)
        self.due(Hands(self.officer))

    def tap_to_register(self, thumb: Thumb) -> None:
        thumb.window.go("/desk/day/")
        thumb.to("nav a[href='/desk/register/']")
        thumb.write("[name=body]", MATTER)
        thumb.write("[name=requests]", "疏通水沟")
        thumb.page.select_option("[name=category]", "construction")
        thumb.page.select_option("[name=purpose]", "request")
        thumb.write("[name=name]", "丁小满")
        thumb.to("button[data-send]")
        (self.number,) = set(NUMBER.findall(thumb.window.text(".slip")))

    def tap_to_find(self, thumb: Thumb) -> None:
        thumb.to("nav a[href='/desk/']")
        thumb.write("#number", self.number)
        thumb.to("form:has(#number) button")
        self.case = thumb.page.url.rstrip("/").rpartition("/")[2]
        assert self.number in thumb.window.text()

    def tap_to_route(self, thumb: Thumb) -> None:
        self.macro(thumb.window, "transfer", {"office": "zjj"})
        thumb.window.go(f"/desk/case/{self.case}/")
        thumb.to("a[href*='template=']")
        thumb.to("button[data-send]")
        assert "住房和城乡建设局" in thumb.window.text(".case__head ~ .split dl")

    def tap_to_accept(self, thumb: Thumb) -> None:
        thumb.window.go(f"/desk/case/{self.case}/")
        thumb.to("a[href$='/step/accept/']")
        thumb.to("button[data-send]")
        assert "已记录：受理" in thumb.window.text(".messages")

    def tap_to_ask(self, thumb: Thumb) -> None:
        thumb.write("#note", "@head 请看这件是否要现场办公")
        thumb.to("form:has(#note) button")
        Officer(self.colleague, "head")
        assert self.number in self.colleague.text("[aria-labelledby=h-calls]")

    def tap_to_extend(self, thumb: Thumb) -> None:
        thumb.to("a[href$='/step/ask_extension/']")
        thumb.write("[name=f_days]", "15")
        thumb.write("[name=f_reason]", "汛期结束后才能开挖。")
        thumb.to("button[data-send]")
        assert "已记录" in thumb.window.text(".messages")

    def tap_to_answer(self, thumb: Thumb) -> None:
        self.macro(thumb.window, "decide", OPINION)
        self.head_grants_and_petitioner_is_heard()
        thumb.window.go(f"/desk/case/{self.case}/")
        thumb.to("a[href*='template=']")
        thumb.tap("label:has([name=f_outcomes_0][value=support])")
        thumb.to("button[data-send]")
        assert "已记录：作出处理意见" in thumb.window.text(".messages")

    def tap_for_twenty(self, thumb: Thumb) -> None:
        self.post_twenty(thumb.window)
        thumb.tap("button[name=macro]")
        over = thumb.page.locator("dialog.over[open]")
        expect(over.locator(".tag--ok", has_text="可办")).to_have_count(20)
        thumb.fits()
        thumb.tap("dialog.over button[data-send]")
        expect(over.locator(".tag--ok", has_text="已记录")).to_have_count(20)
        thumb.to("dialog.over [data-leave]")

    def tap_to_hand_over(self, thumb: Thumb) -> None:
        thumb.window.go("/desk/day/")
        thumb.to("a[href='/desk/hand-over/']")
        thumb.page.fill("[name=last]", "2030-01-31")
        thumb.to("button[data-send]")
        assert "代您照看" in thumb.window.text()


def test_ten_tasks_by_taps_on_a_phone(window: Opening) -> None:
    OnAPhone(*(window(PHONE, has_touch=True) for _ in range(3))).all()


def test_a_form_begun_on_a_phone_is_kept(window: Opening) -> None:
    thumb = Thumb(window(PHONE, has_touch=True))
    Officer(thumb.window, "officer")
    thumb.to("[aria-labelledby=h-week] a")
    thumb.to(".offers a")
    thumb.write("textarea", "手机上写了一半")
    thumb.page.wait_for_selector("[data-kept] .quiet", timeout=10_000)
    thumb.page.reload()
    assert thumb.page.locator("textarea").first.input_value() == "手机上写了一半"
