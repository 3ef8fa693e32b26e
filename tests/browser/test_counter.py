"""The counter with the keyboard alone: a letter in, a slip out, and a screen that forgets the code."""

import re

import pytest

from tests.browser.conftest import Opening
from tests.browser.people import Officer
from tests.browser.window import Window
from tests.installation import ROOT

pytestmark = pytest.mark.browser

# One of each kind that a clerk has in hand; lists are chosen by the first letters of the pinyin.
ARRIVALS: dict[str, dict[str, str]] = {
    "letter": {
        "body": "马尾洲镇渡口路的路灯坏了两个月，晚上学生下自习摸黑走路，请尽快修好。",
        "requests": "修好路灯\n说明多久检查一次",
        "category": "construction",
        "purpose": "request",
        "place": "maweizhou",
        "name": "丁小满",
        "phone": "13000000088",
        "address": "马尾洲镇渡口路9号",
    },
    "visit": {
        "body": "来访人反映小区电梯停了三周，物业说没有钱修，楼里老人上下不便。",
        "requests": "修好电梯",
        "category": "construction",
        "purpose": "request",
        "place": "mujiang",
        "name": "郑守田",
        "phone": "13000000042",
        "people": "7",
        "representatives": "2",
    },
    "call": {
        "body": "来电人说工地夜里十二点以后还在打桩，一家人睡不着。",
        "requests": "夜里停工",
        "category": "environment",
        "purpose": "request",
        "place": "mujiang",
        "phone": "13000000057",
    },
    "outreach": {
        "body": "走访时村民说灌溉渠淤了两年，下游三十亩田浇不上水。",
        "requests": "清淤",
        "category": "rural",
        "purpose": "request",
        "place": "maweizhou",
        "name": "何满仓",
    },
}
# A key takes an ordinary typist 0.28 s (Card, Moran and Newell 1980), a Chinese character half a second.
KEY, CHARACTER, LIMIT = 0.28, 0.5, 60.0
TABLE = ROOT / "docs" / "counter.md"
ROW = re.compile(r"^\| [^|]+ \| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) s \|$", re.M)


class Keys:
    """A pair of hands on a keyboard: counts what they press and which fields they fill."""

    def __init__(self, window: Window) -> None:
        self.page = window.page
        self.presses, self.characters, self.fields = 0, 0, 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.presses += times

    def where(self) -> str:
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.tagName"))

    def fill(self, value: str) -> None:
        """Into the focused field: a list by first letters, anything else by writing."""
        self.fields += 1
        if self.page.evaluate("document.activeElement.tagName") == "SELECT":
            self.choose(value)
            return
        lines = value.split("\n")
        for number, line in enumerate(lines):
            if number:
                self.press("Enter")
            self.page.keyboard.insert_text(line)
        self.characters += sum(map(len, lines))

    def choose(self, value: str) -> None:
        """By as many of the first letters as it takes."""
        letters = self.page.evaluate(
            "code => { const list = document.activeElement, lines = [...list.options];"
            " return list.dataset.initials.split(' ')[lines.findIndex(one => one.value === code)]; }",
            value,
        )
        for letter in letters:
            self.press("m" if letter == "?" else letter)
            if self.page.evaluate("document.activeElement.value") == value:
                return
        raise AssertionError(f"{letters} does not lead to {value}")


@pytest.mark.parametrize("kind", ARRIVALS)
def test_each_kind_of_arrival_is_registered_by_keys_alone(window: Opening, kind: str) -> None:
    desk = window()
    Officer(desk, "clerk")
    desk.go("/desk/register/")
    keys = Keys(desk)
    choose_the_kind(keys, kind)
    fill_in_the_order_of_tab(keys, ARRIVALS[kind])
    with desk.page.expect_navigation():
        keys.press("Control+Enter")
    code = " ".join(desk.page.locator(".slip__code span").all_inner_texts())
    assert len(code) == 19, desk.text()
    seconds = keys.presses * KEY + keys.characters * CHARACTER
    assert seconds < LIMIT
    assert (keys.fields, keys.presses, keys.characters, round(seconds)) == told(kind)
    forgets(desk, code)


def told(kind: str) -> tuple[int, ...]:
    """Fields, keys, characters and seconds of this kind as docs/counter.md gives them."""
    rows = {found[1]: tuple(map(int, found.groups()[1:])) for found in ROW.finditer(TABLE.read_text("utf-8"))}
    return rows[kind]


def choose_the_kind(keys: Keys, kind: str) -> None:
    assert keys.where() == "channel"
    while keys.page.evaluate("document.activeElement.value") != kind:
        keys.press("ArrowRight")


def fill_in_the_order_of_tab(keys: Keys, arrival: dict[str, str]) -> None:
    """Tab leads through the form in reading order; what this arrival has nothing for costs one key."""
    left = {
        {"people": "f_people", "representatives": "f_representatives"}.get(k, k): v
        for k, v in arrival.items()
    }
    for _ in range(40):
        if not left:
            return
        keys.press("Tab")
        if (name := keys.where()) in left:
            keys.fill(left.pop(name))
    raise AssertionError(f"Tab does not lead to {sorted(left)}")


def test_one_more_of_a_stack_takes_half_the_keys(window: Opening) -> None:
    """After a slip one letter of the keyboard opens the next of the stack; its codes are there already."""
    desk = window()
    Officer(desk, "clerk")
    desk.go("/desk/register/")
    first = Keys(desk)
    fill_in_the_order_of_tab(first, ARRIVALS["letter"])
    with desk.page.expect_navigation():
        first.press("Control+Enter")
    next_one = Keys(desk)
    with desk.page.expect_navigation():
        next_one.press("m")
    lists = ("category", "purpose", "place")
    assert [desk.page.input_value(f"[name={name}]") for name in lists] == [
        ARRIVALS["letter"][name] for name in lists
    ]
    fill_in_the_order_of_tab(next_one, {"body": "渡口路二号灯杆也坏了，请一并修好。", "requests": "修好"})
    with desk.page.expect_navigation():
        next_one.press("Control+Enter")
    assert desk.page.locator(".slip__code").count()
    assert (next_one.fields, next_one.presses) == (2, 5)


def forgets(desk: Window, code: str) -> None:
    """Neither loading again nor going back nor the case itself shows the code a second time."""
    desk.page.reload()
    assert code not in desk.text("body")
    assert not desk.page.locator(".slip__code").count()
    desk.go("/desk/")
    desk.page.go_back()
    assert code not in desk.text("body")
    assert code.replace(" ", "") not in desk.page.content().replace(" ", "")
