"""The public pages: two doors, released answers alone, no script or style inside a page, and small."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import translation
from django.utils.html import escape

from huiyin.casework import releases
from huiyin.intake import filing as intake_filing
from huiyin.papers import pictures
from huiyin.portal import usual
from huiyin.portal.faults import FAULTS
from huiyin.portal.speaking import ChosenLanguage
from huiyin.portal.verdicts import verdicts
from huiyin.procedure import load_book
from tests.casework import cast
from tests.installation import ROOT
from tests.portal.hand import Hand

PAGES = ("/", "/file/", "/case/", "/check/", "/answers/", "/help/")
STATIC = ROOT / "huiyin" / "look" / "static" / "look"
# What a newcomer is told of each book, in order.
USUAL = {
    "cn-xinfang-2022": "route inform_routed decide ask_review review ask_rereview rereview",
    "beijing-12345": "dispatch contact handle call_back coordinate",
    "cpgrams-2024": "forward redress appeal decide_appeal",
    "lgsco-2024": "acknowledge_first acknowledge respond ask_stage_2 acknowledge_2 respond_2",
    "worldbank-grs": "receipt admissibility engage solution consider",
    "eu-ombudsman": "register_case admissibility inquire send_decision ask_review review",
}
CHINESE = ("cn-xinfang-2022", "beijing-12345")


@pytest.mark.usefixtures("county")
def test_both_doors_stand_on_the_first_page() -> None:
    page = Client().get("/").content.decode()
    assert "回音" in page
    assert "临江县" in page
    assert 'href="/file/"' in page
    assert 'href="/desk/"' in page
    assert "/desk/login/" not in page


@pytest.mark.usefixtures("county")
def test_a_demonstration_says_so() -> None:
    with override_settings(HUIYIN_DEMO=True):
        assert "/desk/login/" in Client().get("/").content.decode()


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_script_or_style_of_its_own(path: str) -> None:
    page = Client().get(path).content.decode()
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_stays_under_sixty_kilobytes_of_style_and_script(path: str) -> None:
    page = Client().get(path).content.decode()
    files = re.findall(r'(?:href|src)="/static/([\w/.]+\.(?:css|js))"', page)
    assert "look/huiyin.css" in files
    assert sum(_static(name).stat().st_size for name in files) < 60_000


def _static(name: str) -> Path:
    room, _, rest = name.partition("/")
    return ROOT / "huiyin" / room / "static" / room / rest


@pytest.mark.usefixtures("county")
def test_the_public_sees_released_answers_and_nothing_else() -> None:
    case = cast.served()
    browser = Client()
    assert cast.OPINION["facts"] not in browser.get("/answers/").content.decode()
    made = releases.release(case, cast.HEAD, "外墙谁来修", "瓷砖掉落怎么办？", "由建设单位修。", cast.NOW)
    assert "外墙谁来修" in browser.get("/answers/?q=瓷砖 建设单位").content.decode()
    assert "外墙谁来修" not in browser.get("/answers/?q=空鼓").content.decode()
    page = browser.get(f"/answers/{made}/").content.decode()
    assert "由建设单位修。" in page
    assert case not in page
    releases.unrelease(made, cast.HEAD, cast.NOW)
    assert browser.get(f"/answers/{made}/").status_code == 404
    assert "外墙谁来修" not in browser.get("/answers/").content.decode()


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize(
    ("target", "goes"),
    [("/answers/?q=1", "/answers/?q=1"), ("https://elsewhere.example/", "/"), ("//elsewhere.example", "/")],
)
def test_changing_the_language_never_leads_elsewhere(target: str, goes: str) -> None:
    answer = Client().get("/language/", {"to": "en", "next": target})
    assert answer.headers["Location"] == goes
    assert answer.cookies["huiyin_language"].value == "en"


@pytest.mark.usefixtures("county")
def test_an_unknown_language_changes_nothing() -> None:
    assert not Client().get("/language/?to=xx").cookies


@pytest.mark.usefixtures("county")
def test_an_error_page_shows_no_trace_and_needs_no_database() -> None:
    answer = Client().get("/nowhere/")
    assert answer.status_code == 404
    assert "Traceback" not in answer.content.decode()
    assert "临江县" in answer.content.decode()
    assert Hand(Client()).page == "1"


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("book", USUAL)
def test_the_first_page_tells_the_limits_of_the_book_in_force(book: str, settings: Any) -> None:
    settings.HUIYIN_BOOK = book
    limits = usual.limits(load_book(book))
    assert [clock.id for clock in limits] == USUAL[book].split()
    path = _english("/").partition('<ol class="path">')[2].partition("</ol>")[0]
    assert path.count("<li>") == 1 + len(limits)
    assert "<b></b>" not in path
    for clock in limits:
        assert escape(clock.title.en) in path
    assert not [clock.id for clock in limits if clock.right and clock.owner != "petitioner"]


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("book", USUAL)
def test_no_page_speaks_the_law_of_another_book(book: str, settings: Any) -> None:
    settings.HUIYIN_BOOK, found = book, load_book(book)
    home, about = _english("/"), _english("/help/")
    assert "Tell the county" not in home
    assert ("moves to the next working day" in about) == found.roll
    assert ("may end on a weekend" in about) != found.roll
    browser = Client()
    browser.cookies["huiyin_language"] = "en"
    last = Hand(browser).last_page()
    assert last.page == "3"
    assert "Filing here does not stop the time limits" in last.text
    assert ("60 days for a review" in last.text) == (book in CHINESE)


def _english(path: str) -> str:
    browser = Client()
    browser.cookies["huiyin_language"] = "en"
    return browser.get(path).content.decode()


def test_a_book_without_a_review_or_a_routing_still_has_a_way() -> None:
    whole = load_book("cpgrams-2024")
    parts = ("route", "ask_review")
    steps = {name: step for name, step in whole.steps.items() if step.part not in parts}
    found = usual.limits(replace(whole, steps=steps))
    assert [clock.id for clock in found][:2] == ["forward", "redress"]


def test_every_fault_of_a_filing_is_said_here_for_the_catalogue() -> None:
    """A reason that intake or papers give and the portal does not know would be shown in English."""
    given = {text for module in (intake_filing, pictures) for text in _sentences(Path(str(module.__file__)))}
    assert len(given) > 15
    # What is found when a copy is drawn, and not when a paper is handed in.
    later = ("This picture", "This PDF")
    assert {text for text in given if not text.startswith(later)} <= set(FAULTS)


def _sentences(path: Path) -> Iterator[str]:
    """Strings of a module that are sentences, docstrings left out."""
    tree = ast.parse(path.read_text())
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in said else None
        if isinstance(text, str) and re.fullmatch(r"[A-Z][^\n]+ [^\n]+[.…]", text):
            yield text


def test_pages_are_chinese_until_the_reader_chooses(county: None) -> None:
    seen: list[str | None] = []

    def answer(_request: HttpRequest) -> HttpResponse:
        seen.append(translation.get_language())
        return HttpResponse()

    request = RequestFactory().get("/", headers={"accept-language": "en-GB,en"})
    for cookie in ("", "en", "../xx"):
        request.COOKIES["huiyin_language"] = cookie
        assert "Cookie" in ChosenLanguage(answer)(request).headers["Vary"]
    assert seen == ["zh-hans", "en", "zh-hans"]


def test_every_finding_of_the_check_has_its_sentence() -> None:
    """A key without a sentence would be shown as it is."""
    source = "".join(
        path.read_text() for path in (ROOT / "huiyin" / "portal" / "static_src" / "check").iterdir()
    )
    said = set(re.findall(r'(?:Fault|say|sentence)\((?:true, |false, )?"(\w+)"', source))
    said |= set(re.findall(r'(?:refuse\(.*|decode\(.*|number\(.*), "(\w+)"\)', source))
    said |= set(re.findall(r'\? "(good\w*|bad)"|: "(good\w*|bad)"', source)[0])
    known = {key for key, _sentence in verdicts()}
    assert len(said) > 18
    assert {key for key in said if key} <= known
    for key in ("good", "good_part", "good_promise", "bad", "broken", "other_public", "other_private"):
        assert key in known
