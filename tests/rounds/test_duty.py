"""Duty: a roster with swaps by consent, and a hand-over note by nine the next day."""

import pytest

from huiyin.casework.permissions import NotYours
from huiyin.casework.records import Deed
from huiyin.ledger.facts import Fact, MovedOn
from huiyin.rounds import duty, filing, missing
from huiyin.rounds.models import MissRow, RoundRow
from huiyin.rounds.routine import Refused
from tests.rounds.cast import BUREAU_HEAD, CLERK, CLERK2, CUSTODIAN, DAY, MONDAY, OFFICER, SUPERVISOR, at

pytestmark = pytest.mark.usefixtures("begun")
NOW, TUESDAY = at(MONDAY, 8), MONDAY + DAY


def roster() -> None:
    duty.assign("xfj", {MONDAY: "clerk", TUESDAY: "clerk"}, BUREAU_HEAD, NOW)


def day(number: int = 0) -> duty.Day:
    return duty.roster("xfj", MONDAY, CLERK)[number]


def test_a_roster_is_set_and_set_again_only_where_it_differs() -> None:
    roster()
    assert [one.officer for one in duty.roster("xfj", MONDAY, CLERK, 3)] == ["clerk", "clerk", ""]
    plan = {MONDAY: "clerk", TUESDAY: "clerk2"}
    assert duty.assign("xfj", plan, CLERK, NOW) == 1
    assert day(1).officer == "clerk2"
    assert duty.on_duty("xfj", TUESDAY) == "clerk2"
    assert duty.on_duty("zjj", TUESDAY) == ""


def test_a_duty_is_taken_over_by_who_takes_it_over_or_by_the_head() -> None:
    roster()
    with pytest.raises(Refused, match="takes the duty over"):
        duty.swap("xfj", TUESDAY, "clerk2", CLERK, NOW)
    fact = duty.swap("xfj", TUESDAY, "clerk2", CLERK2, NOW)
    assert fact.values["instead_of"] == "clerk"
    assert (day(1).officer, day(1).swapped) == ("clerk2", True)
    duty.swap("xfj", MONDAY, "xfj-head", BUREAU_HEAD, NOW)
    assert day(0).officer == "xfj-head"
    with pytest.raises(Refused, match="already"):
        duty.swap("xfj", MONDAY, "xfj-head", BUREAU_HEAD, NOW)


@pytest.mark.parametrize(
    ("when", "login", "now", "says"),
    [
        (MONDAY + 5 * DAY, "clerk2", NOW, "Nobody is on the roster"),
        (MONDAY, "clerk2", at(TUESDAY, 8), "past"),
        (MONDAY, "officer", NOW, "officer of the office"),
        (MONDAY, "nobody", NOW, "officer of the office"),
    ],
)
def test_what_cannot_be_swapped(when, login, now, says) -> None:
    roster()
    with pytest.raises(Refused, match=says):
        duty.swap("xfj", when, login, BUREAU_HEAD, now)


def test_whoever_was_on_duty_hands_over_in_words_that_are_sealed() -> None:
    roster()
    with pytest.raises(Refused, match="whoever was on duty"):
        duty.hand_over("xfj", MONDAY, "没有什么事", CLERK2, NOW)
    duty.hand_over("xfj", MONDAY, "二楼接待室的灯坏了", CLERK, at(TUESDAY, 8))
    assert (day().handed_over, day().note) == (True, "二楼接待室的灯坏了")
    assert not any("接待室" in fact.clear + fact.public_content for fact in Fact.objects.all())
    with pytest.raises(Refused, match="handed over already"):
        duty.swap("xfj", MONDAY, "clerk2", CLERK2, NOW)
    missing.record_due(at(TUESDAY, 10))
    assert not MissRow.objects.filter(obligation="handover").exists()


#  Mon duty ──── Tue 08:59 ──── 09:00 missed, once ──── 10:00 handed over late: no longer standing
def test_a_hand_over_that_did_not_come_is_told_and_can_still_be_made() -> None:
    roster()
    missing.record_due(at(TUESDAY, 8, 59))
    assert not MissRow.objects.filter(obligation="handover").exists()
    missing.record_due(at(TUESDAY, 9))
    missing.record_due(at(TUESDAY, 9, 1))
    [row] = MissRow.objects.filter(obligation="handover")
    assert (row.office, row.day, row.due_at, row.standing) == ("xfj", MONDAY, at(TUESDAY, 9), True)
    duty.hand_over("xfj", MONDAY, "迟交，没有遗留事项", CLERK, at(TUESDAY, 10))
    assert not MissRow.objects.get(obligation="handover").standing
    assert RoundRow.objects.get(key=f"handover/xfj/{MONDAY}").missed_at


def test_a_day_without_a_roster_is_missed_too_and_the_head_answers_for_it() -> None:
    missing.record_due(at(TUESDAY, 9))
    assert MissRow.objects.filter(obligation="handover", standing=True).count() == 1
    with pytest.raises(Refused):
        duty.hand_over("xfj", MONDAY, "没有排班", CLERK, at(TUESDAY, 10))
    assert duty.hand_over("xfj", MONDAY, "当天没有排班，无事", BUREAU_HEAD, at(TUESDAY, 10))


def test_the_past_and_strangers_are_refused() -> None:
    with pytest.raises(Refused, match="past"):
        duty.assign("xfj", {MONDAY - DAY: "clerk"}, BUREAU_HEAD, NOW)
    with pytest.raises(Refused, match="officer of the office"):
        duty.assign("xfj", {MONDAY: "officer"}, BUREAU_HEAD, NOW)
    for actor in (OFFICER, SUPERVISOR, CUSTODIAN):
        with pytest.raises(NotYours):
            duty.assign("xfj", {MONDAY: "clerk"}, actor, NOW)
        with pytest.raises(NotYours):
            duty.hand_over("xfj", MONDAY, "不是我的", actor, NOW)
    with pytest.raises(NotYours):
        duty.roster("xfj", MONDAY, OFFICER)
    assert duty.roster("xfj", MONDAY, SUPERVISOR)


def test_two_pages_at_once_never_swap_the_same_day_twice() -> None:
    roster()
    seen = day(1).seq
    duty.swap("xfj", TUESDAY, "clerk2", BUREAU_HEAD, NOW, seen)
    with pytest.raises(MovedOn):
        duty.swap("xfj", TUESDAY, "xfj-head", BUREAU_HEAD, NOW, seen)


def test_an_act_judged_by_an_earlier_look_finds_that_it_moved_on() -> None:
    roster()
    look = filing.round_of("handover", "xfj", TUESDAY)
    duty.swap("xfj", TUESDAY, "clerk2", BUREAU_HEAD, NOW)
    with pytest.raises(MovedOn):
        filing.record(look, Deed("duty.handed_over.1", CLERK, texts={"note": "晚了一步"}), NOW)
