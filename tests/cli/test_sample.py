"""The sample county is as varied as the demo promises, and its files agree with each other."""

import tomllib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from huiyin.cli.sample import workbook
from huiyin.intake.words import mask_numbers
from huiyin.procedure import Calendar, running
from tests.cli.invented import SAMPLE, County

# law.md names them: the seventeen first-level content classes
CLASSES = {
    "政法",
    "科技与信息产业",
    "纪检监察",
    "党务政务",
    "国土资源",
    "教育文体",
    "劳动和社会保障",
    "城乡建设",
    "农村农业",
    "卫生计生",
    "环境保护",
    "交通运输",
    "民政",
    "经济管理",
    "商贸旅游",
    "组织人事",
    "其他",
}
# design rule 6: words of sheets that were used against people
WATCHING = ["稳控", "重点人员", "扬言", "缠访", "闹访", "非访", "越级", "息访", "劝返", "风险等级"]

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
ROUTING = {"transfer", "assign"}
STATES = {
    "fresh": "registered",
    "unrouted": "registered",
    "objected": "objected",
    "extended": "handling",
    "rated": "served",
    "name-kept": "handling",
    "near-due": "handling",
    "redirected": "redirected",
    "reviewed": "review_served",
    "accused": "discipline",
}


@pytest.fixture(scope="module")
def county() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((SAMPLE / "county.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def stories() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((SAMPLE / "stories.toml").read_text("utf-8"))


def test_letters_are_many_and_varied() -> None:
    letters = workbook.letters()
    assert len(letters) >= 66
    assert len({letter.content_class for letter in letters}) >= 12
    assert {letter.content_class for letter in letters} <= CLASSES
    assert len({letter.number for letter in letters}) == len(letters)
    assert 26 <= sum(letter.answered_at is None for letter in letters) <= len(letters) - 40


def test_letters_run_from_one_line_to_a_page() -> None:
    lengths = [len(letter.body.strip()) for letter in workbook.letters()]
    assert 30 <= min(lengths) <= 40
    assert 800 <= max(lengths) <= 900


def test_some_letters_are_about_the_same_trouble() -> None:
    alike = Counter(letter.alike for letter in workbook.letters() if letter.alike)
    assert len(alike) >= 4
    assert set(alike.values()) <= {2, 3, 4}


def test_one_body_comes_back_under_another_number() -> None:
    bodies = Counter(letter.body for letter in workbook.letters())
    assert sorted(bodies.values())[-2:] == [1, 2]


def test_dates_come_as_an_office_types_them() -> None:
    letters = workbook.letters()
    assert all(letter.written_at.year == 2026 for letter in letters)
    assert sum(not isinstance(letter.written_at, datetime) for letter in letters) >= 2
    assert any(letter.date_cell for letter in letters)
    assert any("０" <= sign <= "９" for letter in letters for sign in letter.body)


def test_answers_come_after_their_letters() -> None:
    for letter in workbook.letters():
        assert bool(letter.answer) == bool(letter.answered_at)
        if letter.answered_at:
            assert str(letter.answered_at) > str(letter.written_at), letter.number


def test_the_workbook_opens_with_the_headings_of_the_platforms(tmp_path: Path) -> None:
    path = tmp_path / "letters.xlsx"
    count = workbook.write(path)
    book = openpyxl.load_workbook(path)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    assert rows[0] == workbook.HEADINGS
    assert len(rows) == count + 1
    first = workbook.letters()[0]
    assert rows[1][:4] == (first.number, first.user, first.title, "2026/1/4 20:17:33")
    assert {type(row[3]) for row in rows[1:]} == {str, datetime}


def test_the_county_names_every_office_it_speaks_of(county: dict[str, list[dict[str, Any]]]) -> None:
    offices = {office["code"]: office for office in county["office"]}
    assert Counter(office["kind"] for office in county["office"])["town"] == 20
    assert {office.get("parent", "linjiang") for office in county["office"]} <= set(offices)
    assert {officer["office"] for officer in county["officer"]} <= set(offices)
    assert {place["code"] for place in county["place"]} == {
        code for code, office in offices.items() if office["kind"] == "town"
    }


def test_the_demo_accounts_have_their_roles(county: dict[str, list[dict[str, Any]]]) -> None:
    officers = {officer["login"]: officer for officer in county["officer"]}
    for role in ("clerk", "officer", "head", "supervisor", "custodian"):
        assert officers[role]["role"] == role
    assert officers["officer"]["office"] == officers["officer2"]["office"] == officers["head"]["office"]
    assert officers["clerk2"]["role"] == "clerk"


def test_stories_speak_of_the_county(
    county: dict[str, list[dict[str, Any]]], stories: dict[str, list[dict[str, Any]]]
) -> None:
    deciding = {office["code"] for office in county["office"] if office["decides"]}
    places = {place["code"] for place in county["place"]}
    assert {story["id"] for story in stories["story"]} == set(STATES)
    for story in stories["story"]:
        assert story.get("place", "") in {"", *places}
        targets = {taken["values"]["office"] for taken in story.get("step", []) if taken["step"] in ROUTING}
        assert targets <= deciding


def test_stories_are_lawful_whenever_the_demo_is_made(
    stories: dict[str, list[dict[str, Any]]],
) -> None:
    county, calendar = County("cn-xinfang-2022"), Calendar.china()
    for story in stories["story"]:
        for weeks in range(0, 52, 5):
            case = county.play(story, NOW + timedelta(weeks=weeks, days=weeks))
            assert case.state == STATES[story["id"]]
        clocks = {found.clock.id: found for found in running(county.play(story, NOW), calendar)}
        assert any(found.overdue(NOW) for found in clocks.values()) == (story["id"] == "unrouted")
        if story["id"] == "near-due":
            assert (clocks["decide"].count.due - NOW.date()).days <= 3


def test_stories_go_forward_in_time(stories: dict[str, list[dict[str, Any]]]) -> None:
    for story in stories["story"]:
        days = [story["days_ago"], *(taken["days_ago"] for taken in story.get("step", []))]
        assert days == sorted(days, reverse=True), story["id"]


def test_released_answers_are_redacted_from_answered_letters(
    stories: dict[str, list[dict[str, Any]]],
) -> None:
    answered = {letter.number: letter for letter in workbook.letters() if letter.answer}
    assert len(stories["release"]) == 6
    for release in stories["release"]:
        letter = answered[release["letter"]]
        public = release["title"] + release["question"] + release["answer"]
        assert mask_numbers(public) == public
        assert release["question"] not in letter.body
        assert letter.user not in public


def test_no_officer_is_named_in_a_petition(
    county: dict[str, list[dict[str, Any]]], stories: dict[str, list[dict[str, Any]]]
) -> None:
    # an officer named in the words is taken for one complained of, and the case is closed to that office
    names = [officer["name"]["zh"] for officer in county["officer"]]
    words = "".join(letter.title + letter.body for letter in workbook.letters())
    words += "".join(
        story["title"] + story["body"] + "".join(story["requests"]) for story in stories["story"]
    )
    assert [name for name in names if name in words] == []


def test_nothing_in_the_sample_blames_or_watches_a_person() -> None:
    text = "".join(path.read_text("utf-8") for path in SAMPLE.glob("*.toml"))
    assert [word for word in WATCHING if word in text] == []
