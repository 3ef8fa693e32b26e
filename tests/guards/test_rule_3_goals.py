"""Rule 3 at the goals board: how many complain, come again, come together or go higher is no target."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import pytest
from django.test import Client

from huiyin.insight import figures, goals
from huiyin.insight.figure_words import DIMENSIONS, TITLES
from huiyin.insight.goals import MEASURES, Measure
from huiyin.insight.models import GoalRow
from huiyin.insight.periods import Period
from huiyin.ledger.facts import Fact
from huiyin.procedure import Actor, Text
from huiyin.rounds.routine import Refused
from tests.casework.cast import BUREAU_HEAD, NOW, SUPERVISOR

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
# What would press on people: whatever counts them, by any name.
FORBIDDEN = (
    *sorted((set(TITLES) | set(DIMENSIONS)) - set(MEASURES)),
    "fewer_registrations", "fewer_visits", "fewer_repeats", "went_higher", "group_visits_down", "no_visits",
    "visits", "people", "petitioners", "重复信访率", "集体访批次", "registered ", "", "REASONED",
    "answered_on_time\n",
)  # fmt: skip
# A measure's own words may not speak of numbers of people or of where they went.
COUNTS_PEOPLE = re.compile(
    r"件次|批次|人次|人数|集体访|来访|上访|越级|层级|registrations? received|visit|people|higher"
)


def pressing(measures: Mapping[str, Measure]) -> list[str]:
    """Measures that are called by a number of people, or by coming again or higher."""
    titles = {name: measure.title.zh + measure.title.en.lower() for name, measure in measures.items()}
    return [name for name, said in titles.items() if COUNTS_PEOPLE.search(f"{name} {said}")]


def accepted(names: Iterable[str]) -> list[str]:
    """Names under which a goal was set, though it may not be one, or was refused without the reason."""
    found: list[str] = []
    unsaid: list[str] = []
    for name in names:
        try:
            goals.put(name, 1, YEAR, SUPERVISOR, NOW)
        except Refused as refusal:
            unsaid += [name] if "权利" not in refusal.message.zh else []
        else:
            found.append(name)
    return found + unsaid


# --- breaches, and that each is seen ------------------------------------------------------------------


@pytest.mark.usefixtures("county")
def test_a_goal_on_numbers_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Measure(
        Text("集体访批次下降", "Fewer group visits"), Text("", ""), lambda *_: figures.Rate(0, 0)
    )
    monkeypatch.setitem(MEASURES, "mass_groups", planted)  # type: ignore[arg-type]
    assert pressing(MEASURES) == ["mass_groups"]
    assert accepted(FORBIDDEN) == ["mass_groups"]


# --- the guard ----------------------------------------------------------------------------------------


def test_the_list_of_goals_is_closed_and_none_counts_people() -> None:
    assert set(MEASURES) == {
        "routed_on_time", "accepted_on_time", "answered_on_time", "reasoned", "first_time",
        "repeats_answered", "promises_kept",
    }  # fmt: skip
    assert pressing(MEASURES) == []


@pytest.mark.usefixtures("county")
def test_no_forbidden_goal_can_be_set() -> None:
    assert accepted(FORBIDDEN) == []
    assert not GoalRow.objects.exists()
    assert not Fact.objects.filter(kind="goal.set.1").exists()


@pytest.mark.parametrize("actor", [SUPERVISOR, BUREAU_HEAD])
def test_no_forbidden_goal_can_be_sent_to_the_page_which_says_why(
    as_: Callable[[Actor | None], Client], actor: Actor
) -> None:
    browser = as_(actor)
    offered = re.findall(r'<option value="([^"]+)"', browser.get("/desk/goals/").content.decode())
    assert set(offered) == set(MEASURES)
    for name in FORBIDDEN:
        sent = {"measure": name, "target": "5", "first": "2026-01-01", "last": "2026-12-31"}
        answer = browser.post("/desk/goals/", sent)
        assert answer.status_code == 422, name
        assert "来信来访是权利" in answer.content.decode()
    assert not GoalRow.objects.exists()
