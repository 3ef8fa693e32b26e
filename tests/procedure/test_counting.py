"""Counting days, against an oracle that knows the laws and nothing of the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
import pytest

from huiyin.procedure import ZONE, Calendar, due, load_book
from huiyin.procedure.clocks import count, given
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


@dataclass(frozen=True)
class Rule:
    """How a law counts: which days rest, whether a term that ends on one moves on, and its clocks."""

    rest: str
    rolls: bool
    clocks: Mapping[str, tuple[int, str]]

    def works(self, day: date) -> bool:
        return works(day) if self.rest == "china" else day.isoweekday() <= 5

    def unknown(self, day: date) -> bool:
        """No list of holidays tells whether this is one."""
        return day.year > LAST.year or self.rest == "weekends"


# Written out again on purpose, like the Regulation's.
RULES = {
    "cn-xinfang-2022": Rule("china", True, {name: (n, unit) for name, (n, unit, _) in COUNTED.items()}),
    "beijing-12345": Rule(
        "china",
        True,
        {
            "dispatch": (1, "working_day"),
            "take_on": (1, "working_day"),
            "object": (1, "working_day"),
            "rule_objection": (1, "working_day"),
            "contact": (1, "working_day"),
            "tell_answer": (5, "working_day"),
            "tell_refusal": (2, "working_day"),
            "call_back": (3, "working_day"),
            "send_back": (2, "working_day"),
            "ask_redo": (10, "day"),
            "ask_office": (10, "day"),
            "coordinate": (30, "day"),
            "rule_challenge": (5, "working_day"),
            "investigate": (90, "day"),
            "answer_urge": (5, "working_day"),
        },
    ),
    "cpgrams-2024": Rule(
        "weekends",
        False,
        {
            "forward": (2, "working_day"),
            "redress": (21, "day"),
            "appeal": (30, "day"),
            "decide_appeal": (30, "day"),
            "investigate": (90, "day"),
            "answer_urge": (10, "working_day"),
        },
    ),
    "lgsco-2024": Rule(
        "weekends",
        False,
        {
            "acknowledge_first": (2, "working_day"),
            "acknowledge": (5, "working_day"),
            "respond": (10, "working_day"),
            "extend": (10, "working_day"),
            "ask_stage_2": (20, "working_day"),
            "acknowledge_2": (5, "working_day"),
            "respond_2": (20, "working_day"),
            "extend_2": (20, "working_day"),
            "tell_refusal": (5, "working_day"),
            "tell_refusal_2": (5, "working_day"),
            "investigate": (90, "day"),
            "answer_urge": (10, "working_day"),
        },
    ),
    "worldbank-grs": Rule(
        "weekends",
        False,
        {
            "receipt": (2, "working_day"),
            "admissibility": (10, "working_day"),
            "engage": (5, "working_day"),
            "solution": (30, "working_day"),
            "consider": (20, "working_day"),
            "verify": (20, "working_day"),
            "send_report": (10, "working_day"),
            "tell_refusal": (5, "working_day"),
            "investigate": (90, "day"),
            "answer_urge": (10, "working_day"),
        },
    ),
    "eu-ombudsman": Rule(
        "weekends",
        True,
        {
            "register_case": (5, "working_day"),
            "admissibility": (1, "month"),
            "inquire": (2, "month"),
            "give_opinion": (3, "month"),
            "answer_proposal": (2, "month"),
            "detailed_opinion": (3, "month"),
            "send_decision": (10, "working_day"),
            "ask_review": (2, "month"),
            "review": (4, "month"),
            "investigate": (90, "day"),
            "answer_urge": (10, "working_day"),
        },
    ),
}


@cache
def works(day: date) -> bool:
    if day.year > LAST.year:
        return day.isoweekday() <= 5
    return bool(chinese_calendar.is_workday(day))


def months_later(day: date, months: int) -> date:
    """The same date of a later month, or the last day of one that is too short."""
    number = day.year * 12 + day.month - 1 + months
    for last in range(day.day, 0, -1):
        try:
            return date(number // 12, number % 12 + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def oracle(since: date, length: int, unit: str, rule: Rule) -> tuple[date, list[date], bool]:
    """Walk day by day: the due date, the rest days passed over at its end or while counting, and whether a
    day that no list knows had to be looked at."""
    seen: list[date] = []
    day = since
    if unit == "working_day":
        left = length
        while left:
            day += timedelta(days=1)
            seen.append(day)
            left -= rule.works(day)
    else:
        day = months_later(since, length) if unit == "month" else since + timedelta(days=length)
        seen += [day] if rule.rolls else []
        while rule.rolls and not rule.works(day):
            day += timedelta(days=1)
            seen.append(day)
    return day, [d for d in seen if not rule.works(d)], any(map(rule.unknown, seen))


def every_day() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_it_knows_exactly_the_clocks_of_the_law() -> None:
    found = {c.id: (c.length, c.unit, c.article.partition("》")[2]) for c in BOOK.clocks.values()}
    named = {name: (0, "per_case", article) for name, article in NAMED.items()}
    assert found == LAW | LOCAL | named
    assert {c.id for c in BOOK.clocks.values() if c.local} == set(LOCAL)


@pytest.mark.parametrize("name", RULES)
def test_it_knows_the_length_of_every_clock(name: str) -> None:
    counted = [c for c in load_book(name).clocks.values() if c.unit != "per_case"]
    assert {c.id: (c.length, c.unit) for c in counted} == dict(RULES[name].clocks)


@pytest.mark.parametrize("name", RULES)
def test_it_counts_like_the_oracle_from_every_day_of_2004_to_2026(name: str) -> None:
    book, rule = load_book(name), RULES[name]
    calendar = Calendar.of(book.calendar)
    expected = {how: [oracle(day, *how, rule) for day in every_day()] for how in set(rule.clocks.values())}
    for clock, how in rule.clocks.items():
        for since, told in zip(every_day(), expected[how], strict=True):
            found = due(book, clock, since, calendar)
            assert (found.due, [s.date for s in found.skipped], found.provisional) == told, (clock, since)


def test_a_date_that_somebody_named_is_moved_by_nothing() -> None:
    for name in RULES:
        for clock in (c for c in load_book(name).clocks.values() if c.unit == "per_case"):
            for day in every_day():
                found = given(clock, day, day + timedelta(days=9))
                assert (found.due, found.skipped) == (day + timedelta(days=9), ())


EXTENDED = [
    ("cn-xinfang-2022", "decide", [1, 7, 30]),
    ("lgsco-2024", "respond", [1, 7, 10]),
    ("lgsco-2024", "respond_2", [1, 7, 20]),
]


def test_every_extension_is_tried() -> None:
    books = [load_book(name) for name in RULES]
    extended = [(b.id, c.extends.clock) for b in books for c in b.clocks.values() if c.extends]
    assert sorted(extended) == sorted((name, clock) for name, clock, _ in EXTENDED)


@pytest.mark.parametrize(("name", "clock", "granted"), EXTENDED)
def test_it_rolls_an_extended_term_once_at_its_very_end(name: str, clock: str, granted: list[int]) -> None:
    book, rule = load_book(name), RULES[name]
    length, unit = rule.clocks[clock]
    calendar = Calendar.of(book.calendar)
    for days in granted:
        for since in every_day():
            assert due(book, clock, since, calendar, days).due == oracle(since, length + days, unit, rule)[0]


@pytest.mark.parametrize("held", [1, 12, 30])
def test_the_days_of_a_hearing_are_left_out_of_a_re_review(held: int) -> None:
    for since in every_day():
        found = count(BOOK.clocks["rereview"], since, since, CHINA, excluded=held)
        assert found.due == oracle(since, 30 + held, "day", RULES[BOOK.id])[0]


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
