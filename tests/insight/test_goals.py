"""Goals are about how offices answer; nothing about how many people complain can be one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from huiyin.casework.filing import import_letters
from huiyin.casework.permissions import NotYours
from huiyin.insight import boards, following, goals
from huiyin.insight.figures import Rate
from huiyin.insight.goals import MEASURES, WHY_NOT
from huiyin.insight.models import Counted, GoalRow
from huiyin.insight.periods import Period
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact
from huiyin.offices.models import Office
from huiyin.procedure import Actor
from huiyin.rounds import projection as rounds
from huiyin.rounds.models import PromiseRow
from huiyin.rounds.routine import Refused
from tests.casework.cast import BUREAU_HEAD, CLERK, CUSTODIAN, DAY, HEAD, OFFICER, SUPERVISOR, take
from tests.casework.test_import import LETTER
from tests.insight.years import MARCH, NOW, SPRING, answer, filed, played

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def years(county: None) -> None:
    played()


def standing(later: int = 0, period: Period = SPRING) -> dict[str, Rate]:
    following.catch_up()
    today = NOW.date() + timedelta(days=later)
    return {name: measure.of(period, today) for name, measure in MEASURES.items()}


@pytest.mark.usefixtures("years")
def test_each_measure_of_a_spring_that_was_counted_by_hand() -> None:
    #  Answered in spring: 0 on 1 April (its words had come again on 10 March), 1 on 22 May, 6 on 21 March.
    found = standing()
    assert found["routed_on_time"] == Rate(4, 6)
    assert found["accepted_on_time"] == Rate(3, 5)
    assert found["reasoned"] == Rate(3, 3)
    assert found["first_time"] == Rate(0, 1, 2)
    assert found["repeats_answered"] == Rate(0, 1)
    assert found["promises_kept"] == Rate(0, 2)
    # Ninety days after 21 March and 22 May nobody has come back for these two.
    assert standing(19)["first_time"] == Rate(1, 2, 1)
    assert standing(81)["first_time"] == Rate(2, 3)


@pytest.mark.usefixtures("years")
def test_imported_history_is_nobody_s_goal() -> None:
    assert {rate.whole for rate in standing(period=SPRING.year_earlier()).values()} == {0}


@pytest.mark.usefixtures("years")
def test_a_repeat_with_an_answer_of_its_own_counts_as_answered_anew() -> None:
    following.catch_up()
    case = Counted.objects.exclude(repeat_of="").get(imported=False).case
    take(case, "transfer", {"office": "zjj"}, actor=CLERK, now=NOW)
    take(case, "accept", actor=OFFICER, now=NOW)
    answer(case, NOW)
    assert standing()["repeats_answered"] == Rate(1, 1)


@pytest.mark.usefixtures("years")
def test_whoever_asks_for_a_review_was_not_settled_at_the_first_attempt() -> None:
    Office.objects.filter(code="zjj").update(parent="linjiang")
    following.catch_up()
    case = Counted.objects.get(channel="outreach").case
    take(case, "ask_review", {"grounds": "瓷砖又掉了。"}, actor=Actor("petitioner"), now=MARCH + 25 * DAY)
    assert standing(81)["first_time"] == Rate(1, 3)


@pytest.mark.usefixtures("years")
def test_promises_of_receptions_count_beside_those_of_answers() -> None:
    day = date(2026, 4, 1)
    shared = {
        "reception": "r",
        "case_id": "c",
        "office": "zjj",
        "officer": "head",
        "made_on": day,
        "due": day,
    }
    PromiseRow.objects.create(ref="0a", seq=1, kept_on=day, **shared)
    PromiseRow.objects.create(ref="0b", seq=1, kept_on=day + timedelta(days=1), **shared)
    assert standing()["promises_kept"] == Rate(1, 4)


@pytest.mark.usefixtures("years")
def test_no_goal_moves_when_more_people_complain() -> None:
    before = standing()
    for n in range(6):
        filed(100 + n, NOW, channel="visit", people=50 * n or 1)
    filed(0, NOW, body="第1封来信：三号楼外墙瓷砖往下掉，请修好。")  # and again, with words known already
    import_letters(
        [replace(LETTER, source_number="Z1", body="新导入的一封。")], office="xfj", now=lambda: NOW
    )
    sequencer.integrate()
    after = standing(period=Period(SPRING.first, NOW.date()))
    moved = {name for name in MEASURES if after[name].value != before[name].value}
    # That somebody came back says of an answer that it did not settle the matter; nothing else has moved.
    assert moved <= {"first_time"}


# --- setting one ------------------------------------------------------------------------------


@pytest.mark.usefixtures("county")
def test_a_goal_is_a_fact_of_who_set_it_and_stands_on_the_board() -> None:
    ref = goals.put("answered_on_time", 90, YEAR, SUPERVISOR, NOW)
    (goal,) = goals.board(OFFICER, NOW)
    assert (goal.row.target, goal.row.set_by, goal.row.office, goal.reached) == (
        90, "supervisor", "linjiang", None,
    )  # fmt: skip
    (fact,) = Fact.objects.filter(case_id=ref)
    assert (fact.kind, fact.clear_json()["actor"]["ref"]) == ("goal.set.1", "supervisor")
    goals.drop(ref, BUREAU_HEAD, NOW + DAY)
    assert goals.board(OFFICER, NOW) == []
    assert [f.kind for f in Fact.objects.filter(case_id=ref)] == ["goal.set.1", "goal.dropped.1"]
    with pytest.raises(Refused):
        goals.drop(ref, BUREAU_HEAD, NOW + DAY)


@pytest.mark.usefixtures("years")
@pytest.mark.parametrize(("target", "reached"), [(60, True), (61, False), (100, False)])
def test_a_goal_is_reached_at_its_target(target: int, reached: bool) -> None:
    goals.put("accepted_on_time", target, SPRING, SUPERVISOR, NOW)
    assert [goal.reached for goal in goals.board(CLERK, NOW)] == [reached]


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("actor", [CLERK, OFFICER, HEAD, CUSTODIAN])
def test_only_the_county_sets_goals(actor: Actor) -> None:
    with pytest.raises(NotYours):
        goals.put("reasoned", 90, YEAR, actor, NOW)
    ref = goals.put("reasoned", 90, YEAR, SUPERVISOR, NOW)
    with pytest.raises(NotYours):
        goals.drop(ref, actor, NOW)


@pytest.mark.usefixtures("county")
def test_a_target_is_a_share_and_stands_once() -> None:
    for target in (0, 101, -5):
        with pytest.raises(Refused):
            goals.put("reasoned", target, YEAR, SUPERVISOR, NOW)
    goals.put("reasoned", 90, YEAR, SUPERVISOR, NOW)
    with pytest.raises(Refused):
        goals.put("reasoned", 95, YEAR, SUPERVISOR, NOW)
    assert GoalRow.objects.count() == 1


@pytest.mark.usefixtures("years")
def test_goals_are_made_again_from_facts_and_the_routine_leaves_them_alone() -> None:
    goals.put("reasoned", 90, YEAR, SUPERVISOR, NOW)
    assert list(boards.rebuild(check=True)) == list(rounds.rebuild(check=True)) == []
    GoalRow.objects.update(target=10)
    assert [one.table for one in boards.rebuild(check=True)] == ["insight_goalrow"]
    assert list(boards.rebuild(check=False))
    assert GoalRow.objects.get().target == 90


def test_the_reason_is_said_in_both_languages() -> None:
    assert "权利" in WHY_NOT.zh
    assert "right" in WHY_NOT.en
