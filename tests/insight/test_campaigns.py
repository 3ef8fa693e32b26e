"""Campaigns pick matters by a rule, and their board reads how far each has come from its own steps."""

from datetime import timedelta
from typing import Any

import pytest

from huiyin.casework.permissions import NotYours
from huiyin.insight import boards, campaigns
from huiyin.insight.campaigns import Rule
from huiyin.insight.models import CampaignMatter, CampaignRow
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact
from huiyin.procedure import Actor
from huiyin.rounds.routine import Refused
from tests.casework import cast
from tests.casework.cast import BUREAU_HEAD, CLERK, DAY, HEAD, OFFICER, SUPERVISOR, TODAY, take
from tests.insight.years import MARCH, NOW, filed, played

PLAN = "住建局一周内查明原因，两周内提出修缮方案。"
TERM = NOW.date() + timedelta(days=60)


@pytest.fixture
def years(county: None) -> None:
    played()


def given(**changes: Any) -> dict[str, Any]:
    usual = {"title": "外墙脱落", "plan": PLAN, "sponsor": "xfj-head", "term": TERM}
    return {**usual, "repeats": False, "open_days": 0, "category": "", **changes}


def numbers(rule: Rule, actor: Actor = SUPERVISOR) -> int:
    return len(campaigns.chosen(rule, actor, NOW.date()))


@pytest.mark.usefixtures("years")
def test_a_rule_picks_matters_that_are_not_finished() -> None:
    #  Open today: 0 (answered, a promise owed), 1 and 6 (likewise), 2 and 3 (overdue), 4 (new), 5 repeats 0;
    #  of history 6 and, once more, 7 and 8 wait for an answer. Withdrawn: 7 of this year.
    assert numbers(Rule(repeats=True)) == 2
    assert numbers(Rule(open_days=300)) == 2
    assert numbers(Rule(open_days=80)) == 7
    assert numbers(Rule(category="construction", open_days=30)) == 4
    assert numbers(Rule(repeats=True, open_days=300)) == 1


@pytest.mark.usefixtures("years")
def test_what_is_sealed_or_complains_of_the_asker_is_picked_by_no_rule() -> None:
    filed(50, MARCH)
    before = numbers(Rule(open_days=10)), numbers(Rule(open_days=10), BUREAU_HEAD)
    cast.file(body="检举：有人收钱不办事。", purpose="accusation", now=MARCH)
    cast.file(body="信访局态度恶劣。", respondents=("xfj",), now=MARCH)
    sequencer.integrate()
    assert numbers(Rule(open_days=10)) == before[0] + 1
    assert numbers(Rule(open_days=10), BUREAU_HEAD) == before[1]


@pytest.mark.usefixtures("years")
def test_a_campaign_is_a_fact_and_its_board_follows_the_steps_of_its_matters() -> None:
    ref = campaigns.start(given(open_days=80), SUPERVISOR, NOW)
    found = campaigns.campaign(ref, BUREAU_HEAD, NOW)
    assert (found.title, found.plan, found.total) == ("外墙脱落", PLAN, 7)
    assert found.stages == {"waiting": 7, "sponsored": 0, "overdue": 0, "finished": 0, "ended": 0}
    (fact,) = Fact.objects.filter(case_id=ref)
    assert "外墙" not in fact.clear + fact.public_content
    case = next(
        one.row.case_id for one in found.matters if one.row.channel == "visit" and not one.row.imported
    )
    sponsor = {"leader": "head", "plan": "逐户查看。", "finish_by": (NOW.date() + 20 * DAY).isoformat()}
    take(case, "sponsor", sponsor, actor=BUREAU_HEAD, now=NOW)
    session = {"offices": ["zjj"], "held_on": NOW.date().isoformat(), "result": "住建局两周内修好。"}
    take(case, "joint_session", session, actor=BUREAU_HEAD, now=NOW)
    stages = campaigns.campaign(ref, SUPERVISOR, NOW).stages
    assert (stages["waiting"], stages["sponsored"]) == (6, 1)
    later = campaigns.campaign(ref, SUPERVISOR, NOW + 21 * DAY)
    (mine,) = [one for one in later.matters if one.row.case_id == case]
    assert (mine.stage, mine.sessions, mine.sponsor.login if mine.sponsor else "") == ("overdue", 1, "head")
    take(case, "sponsor_done", {"result": "修好了。"}, actor=BUREAU_HEAD, now=NOW + 22 * DAY)
    assert campaigns.board(SUPERVISOR, NOW + 22 * DAY)[0].stages["finished"] == 1


@pytest.mark.usefixtures("years")
def test_matters_stay_the_ones_that_were_picked() -> None:
    ref = campaigns.start(given(open_days=80), SUPERVISOR, NOW)
    filed(70, MARCH)
    sequencer.integrate()
    assert campaigns.campaign(ref, SUPERVISOR, NOW).total == 7


@pytest.mark.usefixtures("years")
def test_ending_a_campaign_says_what_came_of_it_and_closes_no_matter() -> None:
    ref = campaigns.start(given(open_days=80), SUPERVISOR, NOW)
    states = {one.row.case_id: one.row.state for one in campaigns.campaign(ref, SUPERVISOR, NOW).matters}
    campaigns.close(ref, "修了三栋，还差四栋。", SUPERVISOR, NOW + DAY)
    found = campaigns.campaign(ref, SUPERVISOR, NOW + DAY)
    assert (found.result, found.row.closed_on) == ("修了三栋，还差四栋。", (NOW + DAY).date())
    assert {one.row.case_id: one.row.state for one in found.matters} == states
    with pytest.raises(Refused):
        campaigns.close(ref, "再一次", SUPERVISOR, NOW + DAY)


@pytest.mark.usefixtures("years")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, ""),
        ({"open_days": 5000}, "open_days"),
        ({"category": "nothing"}, "category"),
        ({"open_days": 80, "sponsor": "clerk"}, "sponsor"),
        ({"open_days": 80, "sponsor": "nobody"}, "sponsor"),
        ({"open_days": 80, "term": NOW.date()}, "term"),
        ({"open_days": 80, "term": NOW.date() + 367 * DAY}, "term"),
        ({"open_days": 80, "title": " "}, "title"),
        ({"open_days": 80, "plan": "联系13812345678的人"}, "plan"),
        ({"open_days": 80, "plan": "做好稳" + "控，每天盯" + "住"}, "plan"),
        ({"open_days": 3000}, ""),
    ],
)
def test_a_campaign_that_cannot_be_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        campaigns.start(given(**changes), SUPERVISOR, NOW)
    assert refusal.value.field == field
    assert not CampaignRow.objects.exists()


@pytest.mark.usefixtures("years")
def test_more_matters_than_anyone_can_take_in_hand_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns, "MOST", 6)
    with pytest.raises(Refused):
        campaigns.start(given(open_days=80), SUPERVISOR, NOW)
    monkeypatch.setattr(campaigns, "MOST", 7)
    assert campaigns.start(given(open_days=80), SUPERVISOR, NOW)


@pytest.mark.usefixtures("years")
@pytest.mark.parametrize("actor", [CLERK, OFFICER, HEAD])
def test_whoever_the_table_does_not_name_gets_nothing(actor: Actor) -> None:
    ref = campaigns.start(given(open_days=80), SUPERVISOR, NOW)
    for act in (
        lambda: campaigns.board(actor, NOW),
        lambda: campaigns.campaign(ref, actor, NOW),
        lambda: campaigns.start(given(open_days=80), actor, NOW),
        lambda: campaigns.close(ref, "完了", actor, NOW),
    ):
        with pytest.raises(NotYours):
            act()


@pytest.mark.usefixtures("years")
def test_rows_of_campaigns_are_made_again_from_facts() -> None:
    ref = campaigns.start(given(open_days=80, category="construction"), SUPERVISOR, NOW)
    campaigns.close(ref, "完了", SUPERVISOR, NOW + DAY)
    assert list(boards.rebuild(check=True)) == []
    CampaignMatter.objects.all().delete()
    CampaignRow.objects.update(term=TODAY)
    assert len(list(boards.rebuild(check=False))) == 1 + 4
    assert list(boards.rebuild(check=True)) == []
