"""Without JavaScript everything a petitioner needs still works: filing, proof, following, second thoughts."""

from pathlib import Path

import pytest

from tests.browser.conftest import Opening
from tests.browser.people import NEXT, Matter, Petitioner, photo
from tests.browser.window import DESKTOP, PHONE, Size

pytestmark = pytest.mark.browser

DUST = Matter(
    body="东门路工地白天黑夜出土，一刮风满屋子灰，洒水车一次没有见过，请管一管。",
    requests=("请工地围挡洒水", "夜里十点以后停工", "公布扬尘检测结果"),
    identity="kept",
    papers=(photo(), {**photo(), "name": "夜里.jpg"}),
)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_whole_way_without_scripts(window: Opening, size: Size, tmp_path: Path) -> None:
    petitioner = Petitioner(window(size, java_script_enabled=False))
    is_told_what_is_missing(petitioner)
    petitioner.fill(DUST)
    thinks_again_about_the_place(petitioner)
    petitioner.say_who(DUST)
    slip = petitioner.send()
    assert len(slip.code) == 19
    proof, opening, words = petitioner.save_files(tmp_path)
    assert proof.read_bytes().startswith(b"c2sp.org/tlog-proof@v1\n")
    assert DUST.body in words.read_text("utf-8")
    assert all(request in opening.read_text("utf-8") for request in DUST.requests)
    assert petitioner.enter(slip.code) == 200
    petitioner.do("supplement", text="昨天夜里又挖到两点。", papers=(photo(),))
    assert "昨天夜里又挖到两点。" in petitioner.timeline()
    petitioner.do("withdraw")
    petitioner.do("undo_withdraw")
    assert "已登记" in petitioner.window.text(".now")
    petitioner.window.go("/check/")
    assert "JavaScript" in petitioner.window.text("noscript")


def is_told_what_is_missing(petitioner: Petitioner) -> None:
    """Every fault at once, each a link to its field; what was typed stays, also in the other language."""
    petitioner.window.go("/file/")
    petitioner.page.fill("#body", "太短")
    petitioner.window.press(NEXT)
    links = petitioner.page.locator(".errors a")
    assert links.count() >= 3
    for link in links.all():
        assert petitioner.page.locator(str(link.get_attribute("href"))).count() == 1
    petitioner.window.press("button[value='speak:en']")
    assert petitioner.page.input_value("#body") == "太短"
    assert petitioner.page.get_attribute("html", "lang") == "en"
    petitioner.window.press("button[value='speak:zh-hans']")


def thinks_again_about_the_place(petitioner: Petitioner) -> None:
    petitioner.window.press("button[value='go:2']")
    petitioner.page.fill("#place_detail", "东门桥头")
    petitioner.window.press(NEXT)
    assert "东门桥头" in petitioner.window.text("section[aria-labelledby=sum]")
