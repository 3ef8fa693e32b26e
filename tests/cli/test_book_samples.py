"""The invented county of each book besides the Regulation: lawful, varied, and seeded by `demo --book`."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from huiyin.cli import seed
from huiyin.procedure import Calendar, breaches, load_book
from tests.cli.conftest import Call
from tests.cli.invented import SAMPLE, County
from tests.installation import Installation

BOOKS = sorted(path.parent.name for path in SAMPLE.glob("*/county.toml"))
NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
STATES = {
    "beijing-12345": {
        "fresh": "registered",
        "objected": "objected",
        "extended": "handling",
        "late": "dispatched",
        "told": "served",
        "redone": "closed",
        "above": "coordinating",
        "inquiry": "closed",
        "sealed": "discipline",
    },
    "cpgrams-2024": {
        "fresh": "registered",
        "sent-round": "handling",
        "interim": "handling",
        "late": "assigned",
        "rated": "served",
        "appeal": "reviewing",
        "allowed": "final",
        "excluded": "served",
        "sealed": "discipline",
    },
    "lgsco-2024": {
        "fresh": "registered",
        "with-service": "assigned",
        "extended": "handling",
        "late": "handling",
        "promised": "served",
        "stage-2": "reviewing",
        "final": "final",
        "not-accepted": "not_accepted",
        "sealed": "discipline",
    },
    "worldbank-grs": {
        "fresh": "registered",
        "acknowledged": "acknowledged",
        "handling": "handling",
        "late": "handling",
        "proposed": "served",
        "monitored": "not_verified",
        "not-admitted": "not_accepted",
        "sealed": "discipline",
    },
    "eu-ombudsman": {
        "fresh": "registered",
        "assessing": "assessing",
        "opinion-asked": "opinion_asked",
        "late": "opinion_asked",
        "recommended": "recommended",
        "settled": "served",
        "reviewed": "reviewing",
        "transferred": "redirected",
        "sealed": "discipline",
    },
}


@pytest.fixture(params=BOOKS)
def county(request: pytest.FixtureRequest) -> County:
    return County(request.param)


def test_every_book_but_the_regulation_has_a_county() -> None:
    assert set(BOOKS) == set(STATES)
    assert seed.sample("cn-xinfang-2022@1") == SAMPLE


def test_stories_are_lawful_whenever_the_demo_is_made(county: County) -> None:
    for days in range(0, 366, 13):
        now = NOW + timedelta(days=days)
        found = {story["id"]: county.play(story, now).state for story in county.stories}
        assert found == STATES[county.book.id]


def test_some_duties_are_late_and_most_are_not(county: County) -> None:
    calendar = Calendar.of(county.book.calendar)
    late = {s["id"] for s in county.stories if breaches(county.play(s, NOW), NOW, calendar)}
    assert "late" in late
    assert "fresh" not in late
    assert len(late) <= len(county.stories) // 2


def test_the_county_is_a_tree_with_two_offices_above_whoever_decides(county: County) -> None:
    parents = {code: office.get("parent", "") for code, office in county.offices.items()}
    assert set(parents.values()) <= {"", *parents}
    for code, office in county.offices.items():
        if office["decides"] and office["kind"] in ("department", "town"):
            assert parents[parents[code]], code
    assert {officer["office"] for officer in county.officers.values()} <= set(county.offices)
    for role in ("clerk", "officer", "head", "supervisor", "custodian"):
        assert county.officers[role]["role"] == role


def test_stories_speak_of_the_county_and_of_no_officer(county: County) -> None:
    for story in county.stories:
        assert story.get("place", "") in {"", *county.places}
        assert {story["by"], *(taken["by"] for taken in story.get("step", []))} <= {
            *county.officers,
            "petitioner",
            "system",
        }
        words = story["title"] + story["body"] + "".join(story["requests"])
        names = [officer["name"] for officer in county.officers.values()]
        assert not [n for n in names if (n["zh"] if isinstance(n, dict) else n) in words]


def test_stories_go_forward_in_time(county: County) -> None:
    for story in county.stories:
        days = [story["days_ago"], *(taken["days_ago"] for taken in story.get("step", []))]
        assert days == sorted(days, reverse=True), story["id"]


def test_a_book_without_a_county_is_told_in_words(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("demo", "--book", "moon-2031", "--no-serve") == 1
    said = capsys.readouterr().err
    assert "no county was invented for moon-2031" in said
    assert "cpgrams-2024" in said


@pytest.mark.parametrize("book", BOOKS)
def test_the_demo_of_a_book_runs_from_end_to_end(fresh: Installation, book: str) -> None:
    said = fresh.run("demo", "--book", book, "--no-serve").stdout
    assert load_book(book).title.get(load_book(book).language) in said
    lines = [json.loads(line) for line in fresh.run("cases").stdout.splitlines()]
    assert sorted(line["state"] for line in lines) == sorted(STATES[book].values())
    assert json.loads(fresh.run("doctor", "--json").stdout) == {"findings": []}
    fresh.run("demo", "--book", book, "--no-serve")  # a second time changes nothing
    assert len(fresh.run("cases").stdout.splitlines()) == len(lines)
