"""The inbox narrowed to codes of matters, and the lists an officer keeps."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huiyin.casework.models import CaseRow
from huiyin.desks.models import KeptView
from huiyin.desks.views import lists
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, CLERK2, DAY, NOW, SUPERVISOR

As = Callable[[Actor], Client]
FLOOD = {
    "body": "村口的水沟堵了三年，一下雨就淹田，请尽快清淤。",
    "category": "water",
    "channel": "visit",
    "place": "",
}


@pytest.fixture
def two() -> tuple[str, str]:
    """Numbers of a letter about tiles in Mujiang and of a visit about a ditch nowhere in particular."""
    letter, visit = cast.file().case, cast.file(**{**FLOOD, "category": other_category()}).case
    return CaseRow.objects.get(case_id=letter).number, CaseRow.objects.get(case_id=visit).number


def other_category() -> str:
    return next(code for code, _ in lists.options(CLERK)["category"] if code != "construction")


def numbers(browser: Client, query: str = "") -> set[str]:
    return set(re.findall(r"XFJ-\d{4}-\d{6}", browser.get(f"/desk/?{query}").content.decode()))


@pytest.mark.parametrize(
    ("query", "shows"),
    [
        ("", {0, 1}),
        ("category=construction", {0}),
        ("place=mujiang", {0}),
        ("channel=visit", {1}),
        ("channel=visit&place=mujiang", set()),
        ("due=late", set()),
        ("repeat=1", set()),
        ("category=nonsense&channel=", {0, 1}),
    ],
)
@pytest.mark.parametrize("actor", [CLERK, SUPERVISOR], ids=lambda a: a.role)
def test_a_list_is_narrowed_to_what_is_chosen(
    as_: As, two: tuple[str, str], actor: Actor, query: str, shows: set[int]
) -> None:
    assert numbers(as_(actor), f"view=all&{query}") == {two[n] for n in shows}


@pytest.mark.parametrize(("days", "due"), [(11, "week"), (20, "late")])
def test_what_is_due_within_a_week_and_what_is_late(
    as_: As, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch, days: int, due: str
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + days * DAY)
    for one in ("week", "late"):
        assert numbers(as_(CLERK), f"due={one}") == (set(two) if one == due else set())


def keep(browser: Client, query: str) -> Any:
    return browser.post("/desk/lists/", {"query": query})


def test_a_list_is_kept_for_its_officer_alone_and_given_up(as_: As, two: tuple[str, str]) -> None:
    browser = as_(CLERK)
    answer = keep(browser, "view=all&channel=visit")
    assert answer.headers["Location"] == "/desk/?view=all&channel=visit"
    link = 'href="?view=all&amp;channel=visit"'
    assert link in browser.get("/desk/").content.decode()
    assert link not in as_(CLERK2).get("/desk/").content.decode()
    keep(browser, "view=all&channel=visit")
    assert link not in browser.get("/desk/").content.decode()


@pytest.mark.parametrize(
    "words", ["name=封不觉", "view=封不觉", "category=封不觉&q=封不觉", "封不觉", "x" * 9000]
)
def test_no_words_can_be_kept(as_: As, words: str) -> None:
    keep(as_(CLERK), words)
    assert [row.query for row in KeptView.objects.all()] == ["view=mine"]


def test_an_officer_keeps_a_dozen_lists(as_: As) -> None:
    browser = as_(CLERK)
    for code, _ in lists.options(CLERK)["category"]:
        keep(browser, f"category={code}")
    assert KeptView.objects.count() == lists.KEPT_MOST
