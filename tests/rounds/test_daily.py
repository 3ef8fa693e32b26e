"""The daily report: filled in from facts, filed even if nil, figures and facts side by side."""

from datetime import datetime

import pytest

from huiyin.casework.permissions import NotYours
from huiyin.casework.records import past
from huiyin.ledger.facts import Fact, MovedOn
from huiyin.rounds import daily, missing, sweep
from huiyin.rounds.models import RoundRow
from huiyin.rounds.routine import Refused
from tests.casework import cast as cases
from tests.rounds.cast import (
    CLERK,
    CLERK2,
    DAY,
    HEAD,
    MONDAY,
    OFFICER,
    OTHER,
    SUPERVISOR,
    TOWN_CLERK,
    TROUBLE,
    at,
)

pytestmark = pytest.mark.usefixtures("begun")
NOW = at(MONDAY, 16)


def recount(office: str, since: datetime, until: datetime) -> dict[str, int]:
    """The same figures by another way: every fact of the log, read one after the other."""
    found, facts = dict.fromkeys(daily.FIGURES, 0), [past(fact) for fact in Fact.objects.order_by("id")]
    swept = {seen.values["case"] for seen in facts if seen.kind == "trouble.registered.1"}
    for seen in facts:
        if not since <= seen.at < until:
            continue
        if seen.part == "file" and seen.values["bureau"] == office:
            channel, people = seen.values["channel"], seen.values.get("people") or 1
            found[channel] += 1
            if channel in ("visit", "outreach") and seen.case not in swept:
                found["groups"] += 1
                found["people"] += people
                found["mass_groups"] += people >= 5
                found["mass_people"] += people if people >= 5 else 0
        found["urgent"] += seen.kind == "urgency.reported.1" and seen.actor.office == office
    return found


def busy() -> None:
    """Letters, a visit of one, a visit of seven, an urgent matter; one came after the report of Saturday,
    which was a working day."""
    from huiyin.casework.filing import register

    cases.file(now=at(MONDAY - 2 * DAY, 18), body="周六下班后收到的一件。", received_on=MONDAY - 2 * DAY)
    cases.file(now=at(MONDAY - 2 * DAY, 16), body="周六下班前收到的一件。", received_on=MONDAY - 2 * DAY)
    cases.file(now=at(MONDAY, 9), body="周一的一件来信。")
    cases.file(now=at(MONDAY, 10), channel="call", body="周一的一个电话。")
    cases.file(now=at(MONDAY, 10), channel="visit", body="周一来了一个人。")
    case = register(
        cases.filing(channel="visit", body="周一来了七个人。"),
        None,
        actor=CLERK,
        office="xfj",
        now=at(MONDAY, 11),
        values={"people": 7, "representatives": 2},
    ).case
    told = {"told": "县委办公室", "matter": "现场有险情，已设围挡。"}
    cases.take(case, "urgent_report", told, actor=CLERK, now=at(MONDAY, 11))


def file(stated=None, remark="", actor=CLERK, now=NOW, day=MONDAY, seen=None):
    figures = daily.look(actor.office, day, actor, now).counted if stated is None else stated
    return daily.file(actor.office, day, figures, remark, actor, now, seen)


def test_it_is_filled_in_with_what_the_facts_say() -> None:
    busy()
    report = daily.look("xfj", MONDAY, CLERK, NOW)
    assert report.counted == recount("xfj", report.since, report.until)
    assert report.counted == {
        "letter": 2, "visit": 2, "web": 0, "call": 1, "outreach": 0,
        "groups": 2, "people": 8, "mass_groups": 1, "mass_people": 7, "urgent": 1,
    }  # fmt: skip
    assert daily.look("zjj", MONDAY, OFFICER, NOW).counted == dict.fromkeys(daily.FIGURES, 0)


def test_a_trouble_that_became_a_case_is_one_and_nobody_came() -> None:
    trouble = sweep.list_trouble("mujiang", TROUBLE, TOWN_CLERK, at(MONDAY, 9)).case
    sweep.register(trouble, CLERK, at(MONDAY, 10))
    cases.file(now=at(MONDAY, 11), channel="outreach", body="下访时村民当面反映的事。")
    report = daily.look("xfj", MONDAY, CLERK, NOW)
    assert report.counted == recount("xfj", report.since, report.until)
    assert [report.counted[name] for name in ("outreach", "groups", "people")] == [2, 1, 1]


def test_many_days_at_once_are_what_each_is_alone() -> None:
    busy()
    routine_days = [MONDAY + n * DAY for n in range(3)]
    spans = [(one.since, one.until) for one in (daily.look("xfj", d, CLERK, at(d, 17)) for d in routine_days)]
    found = daily.counts(["xfj", "zjj"], spans)
    assert found == {(o, a): recount(o, a, b) for o in ("xfj", "zjj") for a, b in spans}
    assert daily.counts(["xfj"], []) == {}


#  Sat 17:00 ──── 18:00 a letter ──── Mon 16:00 one more, 16:30 filed ──── 16:45 another ──── Tue
def test_every_arrival_stands_in_one_report_and_no_more() -> None:
    busy()
    cases.file(now=at(MONDAY, 16, 45), body="填报之后又来一件。")
    cases.file(now=at(MONDAY, 17), body="下一份日报的第一件。")
    days = [MONDAY + n * DAY for n in range(3)]
    reports = [daily.look("xfj", day, CLERK, at(day, 17)) for day in days]
    assert [one.since for one in reports[1:]] == [one.until for one in reports[:-1]]
    assert [one.counted["letter"] for one in reports] == [3, 1, 0]
    assert sum(one.counted[c] for one in reports for c in daily.CHANNELS) == 7


def test_a_nil_report_is_filed_as_any_other() -> None:
    fact = file(actor=OFFICER)
    row = RoundRow.objects.get(key=f"daily/zjj/{MONDAY}")
    assert (row.filed_at, row.officer, row.missed_at) == (NOW, "officer", None)
    assert fact.values["stated"] == dict.fromkeys(daily.FIGURES, 0)
    assert daily.look("zjj", MONDAY, OFFICER, NOW).nil
    missing.record_due(at(MONDAY, 17))
    assert not RoundRow.objects.get(key=row.key).missed_at


def test_figures_that_differ_need_a_word_and_both_are_kept() -> None:
    busy()
    counted = dict(daily.look("xfj", MONDAY, CLERK, NOW).counted)
    with pytest.raises(Refused, match="say why"):
        file({**counted, "letter": 5})
    fact = file({**counted, "letter": 5}, "还有三封来信尚未录入")
    assert (fact.values["stated"]["letter"], fact.values["counted"]["letter"]) == (5, 2)
    report = daily.look("xfj", MONDAY, CLERK, NOW)
    assert report.stated["letter"] == 5
    assert daily.remark(report, CLERK) == "还有三封来信尚未录入"


def test_the_remark_is_sealed_and_nobodys_number_stands_in_it() -> None:
    file({"letter": 1}, "雨天来访的人多")
    for fact in Fact.objects.all():
        assert "雨天" not in fact.clear + fact.public_content
    with pytest.raises(Refused, match="telephone"):
        file({"letter": 2}, "张三13812345678又来了")


def test_it_may_be_filed_again_until_it_is_right_and_the_first_time_counts() -> None:
    first = file()
    second = file({"letter": 1}, "补记一封", now=at(MONDAY, 18), seen=first.seq)
    row = RoundRow.objects.get(key=f"daily/xfj/{MONDAY}")
    assert row.filed_at == NOW
    assert daily.look("xfj", MONDAY, CLERK, at(MONDAY, 19)).filed.fact_id == second.fact_id
    with pytest.raises(MovedOn):
        file({"letter": 2}, "从旧页面", seen=first.seq)


def test_no_report_before_its_day_for_a_rest_day_or_for_who_owes_none() -> None:
    with pytest.raises(Refused, match="not begun"):
        file(actor=OFFICER, day=MONDAY + DAY, stated={})
    with pytest.raises(Refused, match="Nothing is owed"):
        file(actor=OFFICER, day=MONDAY - DAY, stated={})
    with pytest.raises(Refused, match="does not owe"):
        daily.file("linjiang", MONDAY, {}, "", type(HEAD)("head", "linjiang", "x"), NOW)


@pytest.mark.parametrize("value", [-1, 100_000, True, "3", 1.5])
def test_a_figure_is_a_whole_number(value: object) -> None:
    with pytest.raises(Refused, match="whole number"):
        file({"letter": value}, "说明")


def test_another_offices_report_does_not_exist() -> None:
    for actor in (OFFICER, OTHER, TOWN_CLERK):
        with pytest.raises(NotYours):
            daily.look("xfj", MONDAY, actor, NOW)
        with pytest.raises(NotYours):
            daily.file("xfj", MONDAY, {}, "", actor, NOW)
    assert daily.look("xfj", MONDAY, SUPERVISOR, NOW)
    with pytest.raises(NotYours):
        daily.file("xfj", MONDAY, {}, "", SUPERVISOR, NOW)
    assert file(actor=CLERK2)
