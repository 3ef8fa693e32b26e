"""The goals board and campaigns on the desk, as those who may and those who may not see them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.insight.models import CampaignRow, GoalRow
from huiyin.procedure import Actor
from tests.casework.cast import BUREAU_HEAD, CLERK, CUSTODIAN, HEAD, OFFICER, SUPERVISOR
from tests.insight.years import NOW, played

As = Callable[[Actor], Client]
GOAL = {"measure": "accepted_on_time", "target": "６０", "first": "2026-03-01", "last": "2026/5/31"}
CAMPAIGN = {
    "title": "外墙脱落",
    "open_days": "80",
    "sponsor": "xfj-head",
    "plan": "住建局一周内查明原因。",
    "term": (NOW.date() + timedelta(days=60)).isoformat(),
}


@pytest.fixture(autouse=True)
def years(county: None, monkeypatch: pytest.MonkeyPatch) -> None:
    played()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def test_a_goal_is_set_shown_and_taken_down(as_: As) -> None:
    browser = as_(SUPERVISOR)
    assert browser.post("/desk/goals/", GOAL).status_code == 302
    page = as_(OFFICER).get("/desk/goals/").content.decode()
    assert "60.0%" in page
    assert "达到" in page
    assert "司徒明朗" in page
    assert "来信来访是权利" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    drop = f"/desk/goals/{GoalRow.objects.get().ref}/drop/"
    assert as_(OFFICER).post(drop).status_code == 404
    assert browser.get(drop).status_code == 405
    assert browser.post(drop).status_code == 302
    assert "还没有定目标" in browser.get("/desk/goals/").content.decode()


@pytest.mark.parametrize("actor", [OFFICER, CLERK, HEAD, CUSTODIAN])
def test_a_goal_of_whoever_may_not_set_one_is_not_set(as_: As, actor: Actor) -> None:
    assert as_(actor).post("/desk/goals/", GOAL).status_code == 404
    assert not GoalRow.objects.exists()


def test_a_goal_that_ends_before_it_begins_is_refused_at_its_field(as_: As) -> None:
    answer = as_(SUPERVISOR).post("/desk/goals/", {**GOAL, "last": "2026-02-01"})
    assert answer.status_code == 422
    assert "结束日期不能早于开始日期" in answer.content.decode()


def test_a_campaign_says_how_many_before_it_is_opened_and_shows_each_matter(as_: As) -> None:
    browser = as_(BUREAU_HEAD)
    counted = browser.post("/desk/campaigns/new/", {"open_days": "80", "count": "1"})
    assert counted.status_code == 200
    assert "符合规则的有7件" in counted.content.decode()
    assert "请去掉" not in counted.content.decode()
    assert not CampaignRow.objects.exists()
    address = browser.post("/desk/campaigns/new/", CAMPAIGN).headers["Location"]
    page = browser.get(address).content.decode()
    assert len(set(re.findall(r'href="/desk/case/(\w+)/"', page))) == 7
    assert "还没有包案" in page
    assert "外墙脱落" in browser.get("/desk/campaigns/").content.decode()
    assert browser.post(address, {"result": ""}).status_code == 422
    assert browser.post(address, {"result": "修了三栋。"}).status_code == 302
    assert "修了三栋。" in browser.get(address).content.decode()


def test_a_campaign_without_a_rule_or_about_persons_is_refused_with_what_was_typed(as_: As) -> None:
    browser = as_(SUPERVISOR)
    for changes in ({"open_days": ""}, {"plan": "找13812345678谈话"}):
        answer = browser.post("/desk/campaigns/new/", {**CAMPAIGN, **changes})
        assert answer.status_code == 422
        assert "外墙脱落" in answer.content.decode()
    assert not CampaignRow.objects.exists()


@pytest.mark.parametrize("actor", [OFFICER, CLERK, HEAD, CUSTODIAN])
def test_nobody_else_has_campaigns(as_: As, actor: Actor) -> None:
    as_(SUPERVISOR).post("/desk/campaigns/new/", CAMPAIGN)
    ref = CampaignRow.objects.get().ref
    for path in ("/desk/campaigns/", "/desk/campaigns/new/", f"/desk/campaigns/{ref}/"):
        assert as_(actor).get(path).status_code == 404, path


def test_a_campaign_that_is_none_is_not_found(as_: As) -> None:
    for ref in ("0aaaaaaaaaaaaaaa", "nothing"):
        assert as_(SUPERVISOR).get(f"/desk/campaigns/{ref}/").status_code == 404
        assert as_(SUPERVISOR).post(f"/desk/goals/{ref}/drop/").status_code == 404
