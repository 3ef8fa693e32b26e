"""Counting days, against an oracle that knows the law and nothing of the product."""

from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
import pytest

from huiyin.procedure import ZONE, due
from tests.procedure.cast import BOOK, CHINA

# law.md 1.1, written out again on purpose: a changed length in the book must fail here.
LAW = {
    "route": (15, "day", "第二十二条"),
    "inform_direct": (15, "day", "第二十三条第二款"),
    "inform_routed": (15, "day", "第二十三条第三款"),
    "object": (5, "working_day", "第二十三条第三款"),
    "decide": (60, "day", "第三十四条"),
    "extend": (30, "day", "第三十四条"),
    "ask_review": (30, "day", "第三十五条"),
    "review": (30, "day", "第三十五条"),
    "ask_rereview": (30, "day", "第三十六条"),
    "rereview": (30, "day", "第三十六条"),
}
# What the Regulation demands without a number of days; a county may shorten it in its own copy.
LOCAL = {
    "rule_objection": (5, "working_day", "第二十三条第三款"),
    "name_office": (10, "working_day", "第二十四条第一款"),
    "serve_notice": (5, "working_day", "第二十三条第二款"),
    "discipline_notice": (15, "working_day", "第二十三条第四款"),
    "discipline_reply": (90, "day", "第三十条第一款"),
    "study": (60, "day", "第二十九条第一款"),
    "rule_challenge": (30, "day", "第四十四条第二项"),
    "late": (15, "day", "第三十五条"),
    "late_rereview": (15, "day", "第三十六条第一款"),
    "supervise": (5, "working_day", "第四十条第一款"),
    "superior": (15, "day", "第四十五条"),
    "confirm": (10, "working_day", "第四十五条"),
    "adopt": (30, "day", "第四十条第四款"),
    "urgent": (1, "day", "第二十五条第一款"),
    "aid": (15, "day", "第三十七条第二款"),
}
# Each case has its own date, which a step names.
NAMED = {
    "report_back": "第二十二条第三项",
    "statutory": "第三十一条第五项",
    "other_route": "第三十一条",
    "execute": "第三十二条第二款",
    "answer_order": "第四十条第一款",
    "rectify": "第四十五条",
    "sponsor_plan": "第十八条第二款",
}
COUNTED = LAW | LOCAL
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)


@cache
def works(day: date) -> bool:
    if day.year > LAST.year:
        return day.isoweekday() <= 5
    return bool(chinese_calendar.is_workday(day))


def oracle(since: date, length: int, unit: str) -> tuple[date, list[date]]:
    """Walk day by day: (due date, rest days passed over at the end or while counting)."""
    day, passed = since, []
    left = length
    while left:
        day += timedelta(days=1)
        if unit == "day" or works(day):
            left -= 1
        else:
            passed.append(day)
    while not works(day):
        passed.append(day)
        day += timedelta(days=1)
    return day, passed


def every_day() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_it_knows_exactly_the_clocks_of_the_law() -> None:
    found = {c.id: (c.length, c.unit, c.article.partition("》")[2]) for c in BOOK.clocks.values()}
    named = {name: (0, "per_case", article) for name, article in NAMED.items()}
    assert found == LAW | LOCAL | named
    assert {c.id for c in BOOK.clocks.values() if c.local} == set(LOCAL)


@pytest.mark.parametrize("clock", COUNTED)
def test_it_counts_like_the_oracle_from_every_day_of_2004_to_2026(clock: str) -> None:
    length, unit, _ = COUNTED[clock]
    for since in every_day():
        count = due(BOOK, clock, since, CHINA)
        expected = oracle(since, length, unit)
        assert (count.due, [s.date for s in count.skipped]) == expected, since
        assert count.provisional == (count.due.year > LAST.year), since


@pytest.mark.parametrize("days", [1, 7, 30])
def test_it_rolls_an_extended_term_once_at_its_very_end(days: int) -> None:
    for since in every_day()[::5]:
        assert due(BOOK, "decide", since, CHINA, days).due == oracle(since, 60 + days, "day")[0]


#  received              day 15            due
#  Mon 21 Sep 2026 ───── Tue 6 Oct ─────── Thu 8 Oct      (National Day holiday, 1-7 October)
def test_it_names_the_days_it_skipped() -> None:
    count = due(BOOK, "route", date(2026, 9, 21), CHINA)
    assert count.due == date(2026, 10, 8)
    assert [(s.date.day, s.name.zh, s.name.en) for s in count.skipped] == [
        (6, "国庆节", "National Day"),
        (7, "国庆节", "National Day"),
    ]


#  transferred           5th working day
#  Mon 14 Sep 2026 ───── Sun 20 Sep                        (a make-up working day)
def test_it_counts_a_make_up_sunday_as_a_working_day() -> None:
    count = due(BOOK, "object", date(2026, 9, 14), CHINA)
    assert count.due == date(2026, 9, 20)
    assert [s.name.zh for s in count.skipped] == ["周六"]


def test_it_counts_no_rest_day_in_the_middle_of_calendar_days() -> None:
    count = due(BOOK, "route", date(2026, 3, 2), CHINA)
    assert (count.due, count.skipped) == (date(2026, 3, 17), ())


def test_it_says_when_a_date_is_only_provisional() -> None:
    count = due(BOOK, "decide", date(2026, 11, 23), CHINA)
    assert count.provisional
    assert count.due == date(2027, 1, 22)


def test_it_expires_at_24_00_in_shanghai_and_not_before() -> None:
    count = due(BOOK, "route", date(2026, 3, 2), CHINA)
    assert not count.expired(datetime(2026, 3, 17, 23, 59, 59, tzinfo=ZONE))
    assert count.expired(datetime(2026, 3, 18, 0, 0, tzinfo=ZONE))


@pytest.mark.parametrize(("clock", "days"), [("decide", 31), ("decide", -1), ("route", 1)])
def test_it_refuses_an_extension_the_law_does_not_know(clock: str, days: int) -> None:
    with pytest.raises(ValueError, match="cannot be extended"):
        due(BOOK, clock, date(2026, 3, 2), CHINA, days)
