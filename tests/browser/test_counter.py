"""The counter with the keyboard alone: a letter in, a slip out, and a screen that forgets the code."""

import pytest

from tests.browser.conftest import Opening
from tests.browser.people import Officer
from tests.browser.window import Window

pytestmark = pytest.mark.browser

LETTER = {
    "title": "渡口路的路灯坏了两个月",
    "body": "马尾洲镇渡口路的路灯坏了两个月，晚上学生下自习摸黑走路，请尽快修好。",
    "requests": "修好路灯\n说明多久检查一次",
    "category": "construction",
    "purpose": "request",
    "place": "maweizhou",
    "place_detail": "渡口路中段",
    "occurred": "九月初",
    "name": "丁小满",
    "phone": "130-0000-0088",
    "address": "马尾洲镇渡口路9号",
}
# Fields that are filled already, or that this letter leaves alone: one Tab each.
PASSED = ("received_on", "keep_name")


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
        """Into the focused field: a list by going down, anything else by writing."""
        self.fields += 1
        if self.page.evaluate("document.activeElement.tagName") == "SELECT":
            while self.page.evaluate("document.activeElement.value") != value:
                self.press("ArrowDown")
        else:
            self.page.keyboard.insert_text(value)
            self.characters += len(value)


def test_a_letter_is_registered_by_keys_alone(window: Opening, capsys: pytest.CaptureFixture[str]) -> None:
    desk = window()
    Officer(desk, "clerk")
    desk.go("/desk/register/")
    keys = Keys(desk)
    fill_from_the_first_field(keys)
    with desk.page.expect_navigation():
        keys.press("Control+Enter")
    code = " ".join(desk.page.locator(".slip__code span").all_inner_texts())
    assert len(code) == 19, desk.text()
    with capsys.disabled():
        print(f"\ncounter: {keys.fields} fields, {keys.presses} keys besides {keys.characters} characters")
    assert keys.fields == len(LETTER)
    assert keys.presses <= 60
    forgets(desk, code)


def fill_from_the_first_field(keys: Keys) -> None:
    """The form starts at the channel, already set to a letter; Tab leads through it in reading order."""
    assert keys.where() == "channel"
    left = dict(LETTER)
    while left:
        keys.press("Tab")
        name = keys.where()
        assert name in left or name in PASSED, f"Tab leads to {name} while {sorted(left)} wait"
        if name in left:
            keys.fill(left.pop(name))


def forgets(desk: Window, code: str) -> None:
    """Neither loading again nor going back nor the case itself shows the code a second time."""
    desk.page.reload()
    assert code not in desk.text("body")
    assert not desk.page.locator(".slip__code").count()
    desk.go("/desk/")
    desk.page.go_back()
    assert code not in desk.text("body")
    assert code.replace(" ", "") not in desk.page.content().replace(" ", "")
