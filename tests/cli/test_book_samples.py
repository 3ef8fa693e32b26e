"""The invented county of each book besides the Regulation: lawful, varied, and seeded by `demo --book`."""

import json
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from huiyin.cli import seed
from huiyin.cli.sample import workbook
from huiyin.procedure import Actor, Calendar, Case, breaches, decide, evolve, load_book, start
from tests.cli.conftest import Call
from tests.installation import Installation

SAMPLE = Path(workbook.__file__).parent
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


class County:
    """The files of one sample, and the procedure played on them."""

    def __init__(self, book: str) -> None:
        self.book = load_book(book)
        folder = SAMPLE / book
        data = tomllib.loads((folder / "county.toml").read_text("utf-8"))
        self.offices = {office["code"]: office for office in data["office"]}
        self.places = {place["code"] for place in data["place"]}
        self.officers = {officer["login"]: officer for officer in data["officer"]}
        self.stories = tomllib.loads((folder / "stories.toml").read_text("utf-8"))["story"]

    def actor(self, login: str) -> Actor:
        officer = self.officers.get(login)
        return Actor(officer["role"], officer["office"], login) if officer else Actor(login)

    def derived(self, case: Case, step: str) -> dict[str, str]:
        """What casework would fill in from the tree of offices."""
        found = {}
        for field in self.book.steps[step].fields:
            kind, _, relation = field.derive.partition(":")
            if kind == "above":
                found[field.id] = self.offices[case.office(relation)]["parent"]
            elif kind == "discipline":
                found[field.id] = next(c for c, o in self.offices.items() if o["kind"] == "discipline")
        return found

    def play(self, story: Mapping[str, Any], now: datetime) -> Case:
        """The case that the procedure makes of a story told on the day of `now`."""
        filed, calendar = now - timedelta(days=story["days_ago"]), Calendar.of(self.book.calendar)
        values = {key: story[key] for key in ("channel", "purpose", "category", "place")}
        values |= {
            "bureau": story["office"],
            "received_on": filed.astimezone(self.book.zone).date(),
            "requests": len(story["requests"]),
            "respondents": story.get("respondents", []),
        }
        case = start(self.book)
        case = evolve(case, decide(case, "register", values, self.actor(story["by"]), filed, calendar))
        for taken in story.get("step", []):
            given = {name: self.value(value, now) for name, value in taken["values"].items()}
            at, step = now - timedelta(days=taken["days_ago"]), taken["step"]
            event = decide(
                case, step, {**given, **self.derived(case, step)}, self.actor(taken["by"]), at, calendar
            )
            case = evolve(case, event)
        return case

    def value(self, value: object, now: datetime) -> object:
        if isinstance(value, dict):
            return (now - timedelta(days=value["days_ago"])).astimezone(self.book.zone).date()
        return value


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
