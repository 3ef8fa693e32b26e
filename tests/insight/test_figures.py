"""The office's return against a recount from facts, and what it never tells."""

import json
from datetime import date
from typing import Any

import pytest

from huiyin.casework.permissions import NotYours
from huiyin.insight import figures, following, opened
from huiyin.insight.figures import Rate
from huiyin.insight.models import Counted, Duty, Position
from huiyin.insight.opened import NoFigure
from huiyin.insight.periods import BadPeriod, Period
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact
from huiyin.procedure import Actor
from huiyin.rounds import sweep
from tests.casework import cast
from tests.casework.cast import BUREAU_HEAD, CLERK, DAY, HEAD, OFFICER, OTHER_HEAD, SUPERVISOR
from tests.insight.recount import recount
from tests.insight.years import MARCH, NOW, SPRING, played
from tests.rounds.cast import TROUBLE

SYSTEM = Actor("system")
TODAY = NOW.date()


@pytest.fixture
def years(county: None) -> None:
    played()


def _recount(period: Period) -> dict[str, Any]:
    clears = Fact.objects.values_list("clear", flat=True)
    return recount(clears, period.first, period.last, TODAY)


def agrees(found: figures.Figures, expected: dict[str, Any]) -> list[str]:
    """Names of figures that a recount gives otherwise."""
    wrong = [name for name, number in found.counts.items() if number != expected[name]]
    for name in ("within", "rated", "satisfied", "repeated"):
        rate = found.rates[name]
        wrong += [name] if (rate.part, rate.whole) != expected[name] else []
    for name in ("routed_on_time", "accepted_on_time", "answered_on_time"):
        rate = found.rates[name]
        wrong += [name] if (rate.part, rate.whole, rate.waiting) != expected[name] else []
    wrong += [name for name in ("median", "p90") if found.days[name] != pytest.approx(expected[name])]
    wrong += [name for name in ("channel", "category", "office") if found.by[name] != expected[name]]
    return wrong


@pytest.mark.usefixtures("years")
def test_every_figure_equals_a_recount_from_facts() -> None:
    found = figures.figures(SUPERVISOR, SPRING, NOW)
    assert agrees(found.now, _recount(SPRING)) == []
    assert agrees(found.before, _recount(SPRING.year_earlier())) == []
    assert found.now.counts == {
        "registered": 8, "matters": 7, "groups": 3, "people": 37, "mass_groups": 2, "mass_people": 36,
        "answered": 3,
    }  # fmt: skip
    assert found.before.counts["registered"] == 9
    assert found.before.counts["people"] == 8
    assert found.now.rates["routed_on_time"] == Rate(4, 6, 0)
    assert found.now.rates["satisfied"] == Rate(2, 3)
    assert found.entries == Fact.objects.count()


@pytest.mark.usefixtures("years")
def test_what_a_sweep_found_is_a_registration_and_no_group_of_visitors() -> None:
    before = figures.figures(SUPERVISOR, SPRING, NOW).now.counts
    case = sweep.register(sweep.list_trouble("zjj", TROUBLE, OFFICER, MARCH).case, CLERK, MARCH)
    sequencer.integrate()
    found = figures.figures(SUPERVISOR, SPRING, NOW).now
    assert agrees(found, _recount(SPRING)) == []
    assert found.counts["registered"] == before["registered"] + 1
    assert (found.counts["groups"], found.counts["people"]) == (before["groups"], before["people"])
    assert found.by["channel"]["outreach"] == 2
    for name in ("groups", "people"):
        assert case not in {row.case_id for row in opened.opened(SUPERVISOR, SPRING, NOW, name).rows}, name
    assert opened.opened(SUPERVISOR, SPRING, NOW, "groups").total == found.counts["groups"]


@pytest.mark.usefixtures("county")
def test_a_duty_is_late_the_day_after_it_was_due_and_not_on_its_day() -> None:
    cast.file(now=MARCH)  # to be routed by Tuesday 17 March
    sequencer.integrate()
    for day, expected in ((14, Rate(0, 0, 1)), (15, Rate(0, 0, 1)), (16, Rate(0, 1))):
        rates = figures.figures(SYSTEM, SPRING, MARCH + day * DAY).now.rates
        assert rates["routed_on_time"] == expected, day


@pytest.mark.usefixtures("years")
@pytest.mark.parametrize("month", range(1, 7))
def test_a_month_equals_a_recount_too(month: int) -> None:
    period = Period(date(2026, month, 1), date(2026, month, 28))
    assert agrees(figures.figures(SYSTEM, period, NOW).now, _recount(period)) == []


@pytest.mark.usefixtures("years")
def test_a_year_earlier_stands_beside_imported_history() -> None:
    found = figures.data(figures.figures(SYSTEM, SPRING, NOW))
    assert found["year_earlier"]["counts"]["registered"] == 9
    assert found["change"]["registered"] == pytest.approx(-1 / 9)
    # Nobody ran history's clocks, so nothing is said of its timeliness; its days are the sheet's own.
    assert found["year_earlier"]["rates"]["answered_on_time"]["value"] is None
    assert found["year_earlier"]["rates"]["within"]["part"] == 6
    assert json.loads(json.dumps(found)) == found


@pytest.mark.usefixtures("years")
def test_what_nobody_rated_is_never_satisfied() -> None:
    following.catch_up()
    Counted.objects.filter(rating="satisfied").update(rating="")
    rates = figures.figures(SYSTEM, SPRING, NOW).now.rates
    assert rates["rated"] == Rate(2, 3)
    assert rates["satisfied"] == Rate(1, 2)


@pytest.mark.usefixtures("years")
def test_every_figure_opens_into_exactly_its_cases() -> None:
    found = figures.figures(SUPERVISOR, SPRING, NOW).now
    for name in opened.CASES:
        page = opened.opened(SUPERVISOR, SPRING, NOW, name)
        if name in found.counts and "people" not in name:
            assert len(page.rows) == page.total == found.counts[name], name
        if name in found.rates:
            assert len(page.rows) == found.rates[name].part, name
    for name in opened.DIMENSIONS:
        for value, number in found.by[name].items():
            assert len(opened.opened(SUPERVISOR, SPRING, NOW, name, value).rows) == number, (name, value)
    for name in opened.DUTIES:
        kept = opened.opened(SUPERVISOR, SPRING, NOW, name, "kept")
        waiting = opened.opened(SUPERVISOR, SPRING, NOW, name, "waiting")
        rate = found.rates[name]
        assert (kept.total, waiting.total) == (rate.part, rate.waiting), name
        late = opened.opened(SUPERVISOR, SPRING, NOW, name, "late")
        assert late.total + kept.total == rate.whole - (waiting.total if "received" in name else 0), name


@pytest.mark.usefixtures("years")
def test_where_petitions_were_received_is_one_total_of_the_county_and_opens_into_nothing() -> None:
    found = figures.figures(SUPERVISOR, SPRING, NOW)
    assert found.now.by["level"] == {"town": 0, "county": 8, "city": 0}
    assert "level" not in figures.figures(SUPERVISOR, SPRING, NOW, "zjj").now.by
    for value in ("county", "xfj", ""):
        with pytest.raises(NoFigure):
            opened.opened(SUPERVISOR, SPRING, NOW, "level", value)


@pytest.mark.usefixtures("years")
def test_of_one_office_only_its_timeliness_is_told() -> None:
    found = figures.figures(HEAD, SPRING, NOW, "zjj").now
    assert set(found.counts) == {"registered", "answered"}
    assert found.counts["registered"] == 5
    assert not found.by
    assert not {"repeated", "satisfied", "rated"} & set(found.rates)
    assert found.rates["accepted_on_time"] == Rate(3, 5, 0)
    for name in ("repeated", "channel", "groups", "office"):
        with pytest.raises(NoFigure):
            opened.opened(HEAD, SPRING, NOW, name, office="zjj")


@pytest.mark.usefixtures("years")
@pytest.mark.parametrize(
    ("actor", "office"), [(HEAD, ""), (OTHER_HEAD, "zjj"), (OFFICER, "zjj"), (CLERK, ""), (CLERK, "xfj")]
)
def test_whoever_the_table_does_not_name_gets_nothing(actor: Actor, office: str) -> None:
    with pytest.raises(NotYours):
        figures.figures(actor, SPRING, NOW, office)
    with pytest.raises(NotYours):
        opened.opened(actor, SPRING, NOW, "registered", office=office)


@pytest.mark.usefixtures("years")
def test_whoever_is_complained_of_finds_it_in_no_figure() -> None:
    secret = cast.file(body="信访局的人态度恶劣，请处理。", respondents=("xfj",), now=MARCH).case
    sequencer.integrate()
    assert figures.figures(SUPERVISOR, SPRING, NOW).now.counts["registered"] == 9
    assert figures.figures(BUREAU_HEAD, SPRING, NOW).now.counts["registered"] == 8
    page = opened.opened(BUREAU_HEAD, SPRING, NOW, "registered")
    assert (page.total, page.closed) == (8, 0)
    assert secret not in {row.case_id for row in page.rows}


@pytest.mark.usefixtures("years")
def test_cases_of_another_bureau_are_counted_and_not_shown() -> None:
    town = Actor("clerk", "mujiang", "clerk")
    cast.file(body="村里的水渠堵了，请派人疏通。", channel="web", actor=town, office="mujiang", now=MARCH)
    sequencer.integrate()
    page = opened.opened(BUREAU_HEAD, SPRING, NOW, "channel", "web")
    assert (page.total, page.closed, [row.bureau for row in page.rows]) == (2, 1, ["xfj"])
    assert opened.opened(SUPERVISOR, SPRING, NOW, "channel", "web").closed == 0


def test_a_period_ends_after_it_begins_and_its_year_earlier_keeps_the_end_of_a_month() -> None:
    with pytest.raises(BadPeriod):
        Period(date(2026, 3, 2), date(2026, 3, 1))
    leap = Period(date(2028, 2, 29), date(2028, 2, 29)).year_earlier()
    assert leap == Period(date(2027, 2, 28), date(2027, 2, 28))
    assert Period(date(2029, 2, 1), date(2029, 2, 28)).year_earlier().last == date(2028, 2, 29)


@pytest.mark.usefixtures("county")
def test_an_empty_county_has_figures_of_nothing() -> None:
    found = figures.figures(SYSTEM, SPRING, NOW)
    assert set(found.now.counts.values()) == {0}
    assert {rate.value for rate in found.now.rates.values()} == {None}
    assert found.now.days == {"median": None, "p90": None}


# --- rows follow the log ----------------------------------------------------------------------


@pytest.mark.usefixtures("years")
def test_rows_follow_the_log_and_a_rebuild_finds_no_difference() -> None:
    assert list(following.rebuild(check=True)) == []
    assert following.catch_up() == Fact.objects.count() == following.position()
    before = Counted.objects.count()
    cast.file(body="新的一封信：楼下烧烤店油烟扰民。", now=NOW + DAY)
    assert following.catch_up() == Fact.objects.count()
    assert Counted.objects.count() == before + 1


@pytest.mark.usefixtures("years")
def test_whatever_was_changed_in_the_rows_is_found_and_mended() -> None:
    following.catch_up()
    Duty.objects.filter(late=True).update(late=False)
    Counted.objects.filter(channel="web").delete()
    Counted.objects.create(
        case="stray", seq=1, received_on=TODAY, bureau="xfj", office="xfj", channel="web", band="1"
    )
    tables = {one.table for one in following.rebuild(check=True)}
    assert tables == {"insight_counted", "insight_duty"}
    assert list(following.rebuild(check=False))
    assert list(following.rebuild(check=True)) == []


@pytest.mark.usefixtures("years")
def test_a_page_at_a_time_leads_to_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAGE", 3)
    assert following.catch_up(pages=2) == 6
    following.catch_up()
    assert list(following.rebuild(check=True)) == []
    assert Position.objects.count() == 1
