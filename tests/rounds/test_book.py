"""The book of routines: strict, each fault with its line; its clocks are those of the calendars."""

import re
from datetime import date
from pathlib import Path

import pytest

from huiyin.procedure import Calendar
from huiyin.rounds import book, periods
from tests.rounds.cast import at

SHIPPED = book.SHIPPED.read_text("utf-8")
CHINA = Calendar.china()


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "routine.toml"
    path.write_text(text, "utf-8")
    routine, found = book.read(path)
    assert (routine is None) == bool(found)
    return [re.sub(r"^.*?routine\.toml:", "", str(fault)) for fault in found]


def changed(old: str, new: str) -> str:
    assert old in SHIPPED
    return SHIPPED.replace(old, new, 1)


def test_the_shipped_book_stands() -> None:
    routine = book.load()
    assert routine.name == "county-routine@1"
    assert [one.act for one in routine.obligations.values()] == list(book.ACTS)
    assert all(one.source.zh and one.source.en for one in routine.obligations.values())
    local = {one.id for one in routine.obligations.values() if one.local}
    assert local == {"daily", "handover", "sweep", "leader", "promise", "promise_report"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('act = "daily"', 'act = "dayly"', "must be one of"),
        ('hour = "17:00"', 'hour = "5 pm"', "is not an hour such as 17:00"),
        ('hour = "17:00"', 'hour = "25:00"', "is not an hour"),
        ("length = 0", "length = -1", "cannot be below 0"),
        ("length = 30", "length = 0", "at least 1"),
        ('office = ["bureau", "department", "town"]', 'office = ["village"]', "unknown kind of office"),
        ('office = ["bureau", "department", "town"]', "office = []", "nobody would owe this"),
        ('every = "working_day"', 'every = "fortnight"', "must be one of"),
        ('act = "handover"', 'act = "daily"', "two obligations have the act"),
        ('id = "handover"', 'id = "daily"', "is defined twice"),
        ('calendar = "china"', 'calendar = "moon"', "must be one of"),
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Atlantis"', "is not a time zone"),
        ("roll = false", "roll = false\nrating = 5", "unknown key"),
        ('article = "《信访工作条例》第二十一条"', 'article = "a law"', "must read like"),
        ('article = "《信访工作条例》第二十一条"\n', "", "either an “article” or a local “source”"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, says: str, tmp_path: Path) -> None:
    found = faults(tmp_path, changed(old, new))
    assert len(found) == 1, found
    assert says in found[0]
    line = SHIPPED[: SHIPPED.index(old)].count("\n") + 1 + new.count("\n")
    if "twice" not in says and "two " not in says and new:
        assert found[0].startswith(f"{line}:"), found


def test_every_fault_is_shown_in_one_look(tmp_path: Path) -> None:
    text = changed('hour = "17:00"', 'hour = "noon"').replace('every = "week"', 'every = "year"')
    assert len(faults(tmp_path, text)) == 2


def test_a_file_that_is_no_book_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, "this is not toml")
    with pytest.raises(book.RoutineFault):
        book.load(tmp_path / "nowhere.toml")


def rounds(act: str, since: date, until: date) -> list[periods.Period]:
    routine = book.load()
    obligation = routine.of_act(act)
    assert obligation is not None
    return list(periods.periods(routine, obligation, since, until, CHINA))


def test_daily_reports_follow_the_calendar_of_the_state_council() -> None:
    # National Day 2026 rests from 1 to 7 October; Saturday the 10th makes up for it.
    days = [one.first.day for one in rounds("daily", date(2026, 9, 28), date(2026, 10, 12))]
    assert days == [28, 29, 30, 8, 9, 10, 12]


def test_a_sweep_due_in_a_holiday_moves_to_the_next_working_day() -> None:
    found = rounds("sweep", date(2026, 9, 28), date(2026, 10, 6))
    assert [(one.first, one.due) for one in found] == [
        (date(2026, 9, 28), at(date(2026, 10, 8), 17)),
        (date(2026, 10, 5), at(date(2026, 10, 9), 17)),
    ]


def test_duty_is_every_day_and_handed_over_next_morning() -> None:
    found = rounds("handover", date(2026, 10, 1), date(2026, 10, 3))
    assert [one.due for one in found] == [at(date(2026, 10, n), 9) for n in (2, 3, 4)]


def test_a_round_that_began_before_is_not_of_the_span() -> None:
    assert [one.first for one in rounds("sweep", date(2026, 3, 4), date(2026, 3, 16))] == [
        date(2026, 3, 9),
        date(2026, 3, 16),
    ]
    assert [one.first for one in rounds("leader", date(2026, 3, 2), date(2026, 5, 1))] == [
        date(2026, 4, 1),
        date(2026, 5, 1),
    ]
