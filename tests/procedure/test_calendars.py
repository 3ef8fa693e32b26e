"""Rest days and working days, the county's own among them."""

from datetime import date
from pathlib import Path

import pytest

from huiyin.procedure import Calendar, CalendarFault
from tests.procedure.cast import CHINA

COUNTY = """\
[[day]]
date = 2026-04-03
name = { zh = "三月三", en = "Third of the Third" }
working = false

[[day]]
date = "2027-02-06"
name.zh = "春节"
name.en = "Spring Festival"
working = false

[[day]]
date = 2026-10-05
name = { zh = "抢险值班", en = "Flood duty" }
working = true
"""


def county(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "county.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 10, 1), "国庆节"),
        (date(2026, 2, 17), "春节"),
        (date(2026, 3, 7), "周六"),
        (date(2026, 3, 8), "周日"),
        (date(2015, 9, 3), "抗战胜利70周年纪念日"),
    ],
)
def test_it_names_a_rest_day(day: date, name: str) -> None:
    assert not CHINA.is_working_day(day)
    assert CHINA.name_of_rest(day).zh == name


def test_it_gives_no_name_to_a_working_day() -> None:
    with pytest.raises(ValueError, match="is a working day"):
        CHINA.name_of_rest(date(2026, 3, 9))


def test_it_knows_weekends_only_beyond_the_data_and_says_so() -> None:
    assert CHINA.is_working_day(date(2027, 10, 1))
    assert not CHINA.is_working_day(date(2027, 10, 2))
    assert CHINA.provisional(date(2027, 1, 1))
    assert CHINA.provisional(date(2003, 12, 31))
    assert not CHINA.provisional(date(2026, 12, 31))


def test_it_lays_the_county_file_over_the_national_calendar(tmp_path: Path) -> None:
    calendar = Calendar.china(county(tmp_path, COUNTY))
    assert calendar.name_of_rest(date(2026, 4, 3)).en == "Third of the Third"
    assert calendar.is_working_day(date(2026, 10, 5))
    assert calendar.name_of_rest(date(2026, 10, 6)).zh == "国庆节"
    assert not calendar.provisional(date(2027, 2, 6))
    assert calendar.provisional(date(2027, 2, 7))
    assert not CHINA.is_working_day(date(2026, 10, 5))


def test_a_county_may_rest_on_a_make_up_day(tmp_path: Path) -> None:
    assert CHINA.is_working_day(date(2026, 9, 20))
    calendar = Calendar.china(county(tmp_path, COUNTY.replace("2026-04-03", "2026-09-20")))
    assert calendar.name_of_rest(date(2026, 9, 20)).zh == "三月三"


def test_it_takes_an_empty_county_file(tmp_path: Path) -> None:
    assert Calendar.china(county(tmp_path, "# nothing yet\n")).is_working_day(date(2026, 3, 9))


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('date = "2027-02-06"', 'date = "6.2.2027"', 7, "must be a date"),
        ("date = 2026-10-05", "date = 2026-04-03", 13, "listed twice"),
        ("working = true", 'working = "yes"', 15, "true or false"),
        ("working = true", "working = true\nwhy = 1", 16, "unknown key"),
        ('name.en = "Spring Festival"\n', "", 8, "“en” is missing"),
        ("[[day]]\ndate = 2026-10-05", "[[days]]\ndate = 2026-10-05", 12, "unknown key “days”"),
        ("working = true", "working = ", 15, "is not TOML"),
    ],
)
def test_it_names_the_line_of_a_bad_county_file(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    path = county(tmp_path, COUNTY.replace(old, new))
    with pytest.raises(CalendarFault, match=says) as fault:
        Calendar.china(path)
    assert (fault.value.file, fault.value.line) == (str(path), line)


def test_it_says_that_a_county_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CalendarFault, match="cannot be read"):
        Calendar.china(tmp_path / "none.toml")
