"""Duties that outlive a state, terms of other laws, and the conditions a ladder of offices needs."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huiyin.procedure import (
    Actor,
    BookFault,
    Calendar,
    Case,
    Unlawful,
    breaches,
    decide,
    evolve,
    list_books,
    load_book,
    running,
    start,
)
from huiyin.procedure.book import path_of
from tests.procedure.cast import noon

LADDER = Path(__file__).with_name("ladder.toml")
DAY = date(2026, 11, 30)  # a Monday
CLERK, OFFICER, BOSS = (
    Actor("clerk", "desk", "c"),
    Actor("officer", "works", "o"),
    Actor("head", "works", "h"),
)
ABOVE, FRIEND, SYSTEM = Actor("officer", "city", "u"), Actor("officer", "water", "w"), Actor("system")
PETITIONER = Actor("petitioner")
WEEKENDS = Calendar.of("weekends")
FILED = {"bureau": "desk", "handler": "works", "channel": "visit", "purpose": "request", "people": 1}


class Line:
    """A case of the ladder, moved step by step."""

    def __init__(self, first: str = "register", actor: Actor = CLERK, **filed: Any) -> None:
        self.case: Case = start(load_book(LADDER))
        self(first, actor, DAY, **{**FILED, **filed})

    def __call__(self, name: str, actor: Actor, day: date = DAY, **values: Any) -> "Line":
        event = decide(self.case, name, values, actor, noon(day), WEEKENDS)
        self.case = evolve(self.case, event)
        return self

    def due(self) -> Mapping[str, date]:
        return {r.clock.id: r.count.due for r in running(self.case, WEEKENDS)}

    def late(self, day: date) -> list[str]:
        return [r.clock.id for r in breaches(self.case, noon(day), WEEKENDS)]


def test_a_term_in_months_ends_on_the_same_date_or_the_last_of_a_shorter_month() -> None:
    assert Line().due()["answer"] == date(2027, 2, 28)  # a Sunday, and this book does not move it


def test_days_of_a_hearing_do_not_count_and_are_bounded() -> None:
    held = Line()("hearing", OFFICER, from_day="2026-12-07", to_day="2026-12-09")
    assert held.due()["hearing"] == DAY + timedelta(days=33)
    held("hearing", OFFICER, from_day="2026-12-10", to_day="2027-01-31")
    assert held.due()["hearing"] == DAY + timedelta(days=50)
    assert held.due()["answer"] == date(2027, 2, 28)


def test_a_promise_stands_in_a_final_state_until_it_is_kept() -> None:
    line = Line()("decide", OFFICER, result="yes", by="2026-12-20")
    assert line.case.state == "closed"
    assert line.due() == {"promise": date(2026, 12, 20)}
    assert line("kept", OFFICER).due() == {}


def test_a_decision_without_a_date_promises_nothing() -> None:
    assert Line()("decide", OFFICER, result="yes").due() == {}


def test_a_value_chooses_the_way() -> None:
    assert Line()("decide", OFFICER, result="no").case.state == "handling"
    assert Line()("decide", OFFICER, result="yes").case.state == "closed"


def test_the_same_result_after_a_redo_needs_something_fresh() -> None:
    line = Line()("decide", OFFICER, result="no")("review", PETITIONER, above="city")("redo", ABOVE)
    with pytest.raises(Unlawful, match="same again"):
        line("decide", OFFICER, result="no")
    assert line("decide", OFFICER, result="no", fresh=True).case.state == "handling"


def test_the_same_result_may_stand_where_nothing_was_to_be_redone() -> None:
    Line()("decide", OFFICER, result="no")("decide", OFFICER, result="no")


def test_a_step_can_hang_on_what_was_answered() -> None:
    line = Line()("decide", OFFICER, result="yes")("review", PETITIONER, above="city")
    with pytest.raises(Unlawful, match="not refused"):
        line("redo", ABOVE)


def test_nobody_reviews_their_own_office() -> None:
    with pytest.raises(Unlawful, match="own judge"):
        Line()("review", PETITIONER, above="works")


def test_the_reviewer_has_no_part_before_it_is_named() -> None:
    with pytest.raises(Unlawful, match="can only be taken by"):
        Line()("decide", OFFICER, result="no")("redo", ABOVE)


def test_several_offices_may_help() -> None:
    line = Line()
    with pytest.raises(Unlawful, match="can only be taken by"):
        line("help", FRIEND)
    line("helpers", BOSS, offices=["rail", "water"])("help", FRIEND)
    assert line.case.offices("joint") == ("rail", "water")


def test_officers_who_must_stand_aside_stay_aside() -> None:
    line = Line()("aside", BOSS, who="o")("aside", BOSS, who="x")
    assert line.case.recused == ("o", "x")
    with pytest.raises(Unlawful, match="Stand aside"):
        line("decide", OFFICER, result="no")


def test_nobody_rules_on_themselves() -> None:
    with pytest.raises(Unlawful, match="not yourself") as caught:
        Line()("aside", BOSS, who=BOSS.ref)
    assert caught.value.field == "who"


def test_a_watch_that_runs_is_not_begun_anew() -> None:
    line = Line()("urge", PETITIONER)("urge", PETITIONER, DAY + timedelta(days=3))
    assert line.due()["watch"] == DAY + timedelta(days=5)
    line("decide", OFFICER, result="yes")("kept", OFFICER)("urge", PETITIONER, DAY + timedelta(days=4))
    assert line.due()["watch"] == DAY + timedelta(days=9)


def test_one_value_may_need_another() -> None:
    with pytest.raises(Unlawful, match="say by when") as caught:
        Line()("vow", OFFICER, result="yes")
    assert caught.value.field == "by"
    Line()("vow", OFFICER, result="no")("vow", OFFICER, result="yes", by="2026-12-24")


def test_whose_office_acts_is_not_asked_and_cannot_be_claimed() -> None:
    line = Line()("vow", OFFICER, result="no", us="desk")
    assert line.case.addressee == "works"


def test_what_was_kept_before_does_not_count_again() -> None:
    line = Line()("decide", OFFICER, result="yes")
    with pytest.raises(Unlawful, match="keep it first"):
        line("again", OFFICER)
    line("kept", OFFICER)("again", OFFICER)


def test_at_most_five_come_in_person_and_any_number_otherwise() -> None:
    with pytest.raises(Unlawful, match="five") as caught:
        Line(people=6)
    assert caught.value.field == "people"
    Line(people=5)
    Line(people=600, channel="other")


def test_a_step_for_one_purpose_is_closed_to_others() -> None:
    with pytest.raises(Unlawful, match="only others"):
        Line()("land", OFFICER)
    Line(purpose="other")("land", OFFICER)


def test_history_that_nobody_took_up_is_left_alone() -> None:
    line = Line("import_letter", SYSTEM)
    with pytest.raises(Unlawful, match="take it up"):
        line("real", OFFICER)
    line("take_up", CLERK)("real", OFFICER)


def test_a_passed_clock_is_breached_once() -> None:
    line, day = Line(), date(2026, 12, 31)
    assert line.late(date(2026, 12, 30)) == []
    assert line.late(day) == ["hearing"]
    with pytest.raises(Unlawful, match="not late"):
        line("late", SYSTEM, day, clock="answer", due="2027-02-28")
    with pytest.raises(Unlawful, match="not late"):
        line("late", SYSTEM, day, clock="hearing", due="2026-12-29")
    line("late", SYSTEM, day, clock="hearing", due="2026-12-30")
    assert line.late(day) == []
    with pytest.raises(Unlawful, match="not late"):
        line("late", SYSTEM, day, clock="hearing", due="2026-12-30")
    assert line.late(date(2027, 3, 1)) == ["answer"]


def test_days_begin_and_end_where_the_book_is_at_home() -> None:
    case = start(load_book(LADDER))
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # already 1 July in London
    case = evolve(case, decide(case, "register", FILED, CLERK, late, WEEKENDS))
    count = {r.clock.id: r.count for r in running(case, WEEKENDS)}["hearing"]
    assert count.since == date(2026, 7, 1)
    assert not count.expired(datetime(2026, 7, 31, 22, 59, tzinfo=UTC))
    assert count.expired(datetime(2026, 7, 31, 23, 0, tzinfo=UTC))


def test_words_and_articles_of_an_english_book() -> None:
    found = load_book(LADDER)
    assert found.states["closed"].title.get("zh") == "closed"
    assert found.cite("Ladder Code 2", "zh") == found.cite("Ladder Code 2", "en") == "Ladder Code 2"
    assert [s.id for s in found.of_part("breach")] == ["late"]
    assert found.steps["kept"].from_ == ("closed",)
    assert set(found.steps["late"].from_) == set(found.states)


def test_calendars_of_other_laws() -> None:
    saturday = date(2026, 10, 3)
    assert not WEEKENDS.is_working_day(saturday)
    assert WEEKENDS.provisional(saturday)
    assert Calendar.of("none").is_working_day(saturday)
    assert not Calendar.of("none").provisional(saturday)
    assert WEEKENDS.is_working_day(date(2026, 10, 1))
    assert not Calendar.of("china").is_working_day(date(2026, 10, 1))


def test_a_list_of_days_covers_its_years(tmp_path: Path) -> None:
    path = tmp_path / "days.toml"
    path.write_text('[[day]]\ndate = 2026-12-25\nname = { zh = "圣诞", en = "Christmas" }\nworking = false\n')
    days = Calendar.of("weekends", path)
    assert not days.is_working_day(date(2026, 12, 25))
    assert not days.provisional(date(2026, 6, 1))
    assert days.provisional(date(2027, 6, 1))


def test_a_county_keeps_its_own_books() -> None:
    assert "ladder@1" in list_books(LADDER.parent)
    assert "ladder@1" not in list_books()
    assert load_book("ladder", LADDER.parent).name == "ladder@1"


ROUTE = 'length = 15\nunit = "day"\narticle = "《信访工作条例》第二十二条"'


@pytest.mark.parametrize(("days", "sound"), [(3, True), (15, True), (16, False)])
def test_a_countys_copy_may_shorten_the_law_and_never_lengthen_it(
    tmp_path: Path, days: int, sound: bool
) -> None:
    law = load_book("cn-xinfang-2022")
    text = path_of("cn-xinfang-2022").read_text("utf-8")
    assert ROUTE in text
    text = text.replace('id = "cn-xinfang-2022"', f'id = "linjiang"\nbase = "{law.name}"', 1)
    path = tmp_path / "linjiang.toml"
    path.write_text(text.replace(ROUTE, ROUTE.replace("length = 15", f"length = {days}"), 1), "utf-8")
    if sound:
        assert load_book(path).base == law.name
        return
    with pytest.raises(BookFault, match="longer than"):
        load_book(path)
