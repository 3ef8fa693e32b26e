"""The main line of a case, from registration to closing, and who may take which step."""

from datetime import date, timedelta
from typing import Any

import pytest

from huiyin.casework import reading, steps
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.ledger.facts import MovedOn, facts_of
from huiyin.procedure import Unlawful
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CLERK2,
    CUSTODIAN,
    DAY,
    FILING,
    HEAD,
    NOW,
    OFFICER,
    OFFICER2,
    OPINION,
    OTHER_HEAD,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    answered,
    closed,
    file,
    handled,
    routed,
    served,
    take,
)

pytestmark = pytest.mark.usefixtures("county")

WHOLE_LINE = [
    "petition.filed.1",
    "case.transferred.1",
    "case.objected.1",
    "objection.overruled.1",
    "case.accepted.1",
    "petitioner.heard.1",
    "extension.asked.1",
    "extension.granted.1",
    "opinion.made.1",
    "opinion.served.1",
    "answer.rated.1",
    "case.closed.1",
]


def row(case: str) -> CaseRow:
    return CaseRow.objects.get(case_id=case)


def open_to(case: str, actor: object, now: object = NOW) -> set[str]:
    return {found.step.id for found in steps.open_steps(case, actor, now)}  # type: ignore[arg-type]


def test_a_case_goes_the_whole_lawful_way() -> None:
    made = file()
    case = made.case
    assert (made.number, made.again, made.integrated) == ("XFJ-2026-000001", False, True)
    assert (row(case).state, row(case).owner_office, row(case).due) == ("registered", "xfj", TODAY + 15 * DAY)
    take(case, "transfer", {"office": "zjj", "note": "请查看"}, actor=CLERK)
    assert (row(case).state, row(case).handler, row(case).owner_office) == ("routed", "zjj", "zjj")
    take(case, "object", {"reason": "not_this_office", "explanation": "应由镇里办"}, now=NOW + DAY)
    assert (row(case).state, row(case).owner_office) == ("objected", "xfj")
    take(case, "overrule_objection", {"reason": "职责在你局"}, actor=CLERK2, now=NOW + 2 * DAY)
    assert row(case).state == "routed"
    take(case, "accept", {"note": "由物业股办"}, now=NOW + 3 * DAY)
    assert (row(case).state, row(case).due_clock, row(case).due) == (
        "handling",
        "decide",
        date(2026, 5, 6),  # 60 days from 5 March end within the May holiday
    )
    take(case, "hear", {"method": "phone", "record": "他说……"}, now=NOW + 4 * DAY)
    take(case, "ask_extension", {"days": 20, "reason": "要鉴定"}, now=NOW + 50 * DAY)
    take(case, "grant_extension", {"days": 20, "reason": "鉴定费时"}, actor=HEAD, now=NOW + 51 * DAY)
    assert row(case).due == date(2026, 5, 25)  # 80 days end on a Sunday
    take(case, "decide", OPINION, now=NOW + 60 * DAY)
    assert row(case).answered_at is None  # made is not served
    on = (TODAY + 61 * DAY).isoformat()
    take(case, "serve", {"method": "post", "served_on": on, "proof": "签收"}, now=NOW + 62 * DAY)
    assert row(case).state == "served"
    assert row(case).answered_at is not None
    take(case, "rate", {"rating": "basically", "text": "还行"}, actor=PETITIONER, now=NOW + 63 * DAY)
    take(case, "close", now=NOW + 92 * DAY)
    assert (row(case).state, row(case).final, row(case).ended, row(case).rating) == (
        "closed",
        True,
        False,  # what the answer promised is still owed
        "basically",
    )
    assert (row(case).due_clock, row(case).owner_office) == ("execute", "zjj")
    done = {"done_on": (TODAY + 90 * DAY).isoformat(), "proof": "验收单"}
    take(case, "report_execution", done, now=NOW + 93 * DAY)
    assert (row(case).ended, row(case).due, row(case).owner_office) == (True, None, "")
    assert [fact.kind for fact in facts_of(case)] == [*WHOLE_LINE, "execution.done.1"]
    assert [fact.seq for fact in facts_of(case)] == list(range(1, 14))


def test_an_upheld_objection_brings_the_case_back_for_another_office() -> None:
    case = routed()
    take(case, "object", {"reason": "not_this_office", "explanation": "工资的事"})
    take(case, "uphold_objection", {"reason": "确实不归你局"}, actor=CLERK)
    assert (row(case).state, row(case).handler) == ("registered", "")
    with pytest.raises(NotYours):
        reading.find(case, OFFICER)  # no longer theirs
    assert reading.inbox(OFFICER, NOW, view="all").total == 0
    take(case, "transfer", {"office": "rsj"}, actor=CLERK)
    assert reading.find(case, OTHER_OFFICER).handler == "rsj"


@pytest.mark.parametrize(
    ("prepare", "step", "values", "actor", "days", "article"),
    [
        (file, "accept", {}, CLERK, 0, "第二十三条"),
        (routed, "transfer", {"office": "rsj"}, CLERK, 0, "第二十二条"),
        (
            routed,
            "object",
            {"reason": "not_this_office", "explanation": "晚了"},
            OFFICER,
            9,
            "第二十三条第三款",
        ),
        (routed, "accept", {}, HEAD, 0, "第二十三条"),
        (
            routed,
            "redirect",
            {"route": "other_powers", "organ": "某局", "limit": "无"},
            OFFICER,
            0,
            "第二十三条",
        ),
        (handled, "decide", OPINION, OFFICER, 0, "第三十一条第六项"),
        (handled, "grant_extension", {"days": 10, "reason": "难"}, HEAD, 0, "第三十四条"),
        (handled, "ask_extension", {"days": 31, "reason": "难"}, OFFICER, 0, "第三十四条"),
        (handled, "ask_extension", {"days": 30, "reason": "难"}, OFFICER, 66, "第三十四条"),
        (answered, "decide", OPINION, OFFICER, 0, "第三十二条"),
        (served, "close", {}, OFFICER, 29, "第三十五条"),
        (served, "withdraw", {}, PETITIONER, 0, "宪法》第四十一条"),
        (routed, "no_such_step", {}, OFFICER, 0, "第二条"),
    ],
)
def test_an_unlawful_step_is_refused_with_its_article_and_leaves_nothing(
    prepare: object, step: str, values: dict[str, object], actor: object, days: int, article: str
) -> None:
    made = prepare()  # type: ignore[operator]
    case = made if isinstance(made, str) else made.case
    before = [fact.id for fact in facts_of(case)]
    with pytest.raises(Unlawful) as refused:
        take(case, step, values, actor=actor, now=NOW + days * DAY)  # type: ignore[arg-type]
    assert article in refused.value.article
    assert refused.value.message.zh
    assert step not in open_to(case, actor, NOW + days * DAY) or values
    assert [fact.id for fact in facts_of(case)] == before


def test_an_answer_has_one_outcome_for_each_request() -> None:
    case = handled()
    take(case, "hear", {"method": "phone", "record": "说过了"})
    for outcomes in (["support"], ["support"] * 3, ["support", "made_up"], []):
        with pytest.raises(Unlawful) as refused:
            take(case, "decide", {**OPINION, "outcomes": outcomes})
        assert refused.value.field == "outcomes"
    take(case, "decide", OPINION)
    assert facts_of(case)[-1].clear_json()["values"]["outcomes"] == ["support", "partly"]


def test_the_officer_who_asks_for_more_time_never_grants_it() -> None:
    case = handled()
    take(case, "ask_extension", {"days": 20, "reason": "要鉴定"})
    assert "grant_extension" in open_to(case, HEAD)
    for actor in (OFFICER, OFFICER2, OTHER_HEAD, BUREAU_HEAD, SUPERVISOR):
        with pytest.raises((Unlawful, NotYours)):
            take(case, "grant_extension", {"days": 20, "reason": "鉴定费时"}, actor=actor)
    take(case, "grant_extension", {"days": 20, "reason": "鉴定费时"}, actor=HEAD)
    with pytest.raises(Unlawful, match="once"):
        take(case, "ask_extension", {"days": 5, "reason": "还要"}, now=NOW + DAY)


def test_a_refused_extension_changes_no_date_and_may_be_asked_again() -> None:
    case = handled()
    due = row(case).due
    take(case, "ask_extension", {"days": 20, "reason": "要鉴定"})
    take(case, "refuse_extension", {"reason": "不复杂"}, actor=HEAD)
    assert row(case).due == due
    assert "ask_extension" in open_to(case, OFFICER)


def test_an_answer_is_never_served_before_it_was_made() -> None:
    case = answered()
    yesterday = (TODAY - DAY).isoformat()
    with pytest.raises(Unlawful) as refused:
        take(case, "serve", {"method": "post", "served_on": yesterday, "proof": "签收"})
    assert refused.value.field == "served_on"


def test_serving_late_counts_from_the_day_it_was_received() -> None:
    case = answered()
    take(case, "serve", {"method": "post", "served_on": TODAY.isoformat(), "proof": "签"}, now=NOW + 3 * DAY)
    due = {clock.clock.id: clock.count.due for clock in reading.running(case)}
    assert due["ask_review"] == TODAY + 30 * DAY
    answered_at = row(case).answered_at
    assert answered_at is not None
    # At the end of that day, not when it was typed in.
    assert answered_at - NOW < timedelta(days=1)


def test_an_office_that_receives_a_letter_itself_handles_it() -> None:
    case = file().case
    assert row(case).state == "registered"
    direct = file(actor=PETITIONER, office="zjj", channel="web").case
    assert (row(direct).state, row(direct).handler, row(direct).due_clock) == (
        "received",
        "zjj",
        "inform_direct",
    )
    take(direct, "accept")
    assert row(direct).state == "handling"


# --- the same words again -----------------------------------------------------------------------------


def test_the_same_words_again_are_a_case_of_their_own_that_repeats_the_matter() -> None:
    first, other = file(), file(body="另一件事：楼道的灯坏了三个月。")
    again = file(body=FILING.body.replace("，", "， ") + "\n", actor=PETITIONER, channel="web")
    third = file()
    assert [row(made.case).repeat_of for made in (first, other, again, third)] == [
        "",
        "",
        first.case,
        first.case,
    ]
    assert len({made.code for made in (first, again, third)}) == 3
    assert row(third.case).state == "registered"


@pytest.mark.parametrize(
    "sealed", [{"purpose": "accusation"}, {"keep_name": True}], ids=["accusation", "kept"]
)
def test_no_link_tells_of_a_sealed_matter(sealed: dict[str, Any]) -> None:
    """Whoever handles the open letter must not learn that the same words came as an accusation, or back."""
    hidden = file(**sealed)
    opened = file()
    hidden_again = file(**sealed)
    assert [row(made.case).repeat_of for made in (hidden, opened, hidden_again)] == ["", "", ""]


# --- who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [OTHER_OFFICER, OTHER_HEAD], ids=lambda actor: actor.ref)
@pytest.mark.parametrize("step", ["accept", "transfer", "hear", "nonsense"])
def test_a_step_forged_for_another_offices_case_answers_as_if_there_were_none(
    actor: object, step: str
) -> None:
    case = routed()
    told = []
    for target in (case, "aaaaaaaaaaaaaaaa"):
        with pytest.raises(NotYours) as refused:
            take(target, step, {"office": "rsj"}, actor=actor)  # type: ignore[arg-type]
        told.append(type(refused.value))
        assert steps_of(target, actor) == ()
    assert told[0] is told[1]
    assert len(facts_of(case)) == 2


def steps_of(case: str, actor: object) -> object:
    try:
        return steps.open_steps(case, actor, NOW)  # type: ignore[arg-type]
    except NotYours:
        return ()


@pytest.mark.parametrize("actor", [SUPERVISOR, CUSTODIAN, CLERK], ids=lambda actor: actor.ref)
def test_who_may_see_a_case_may_not_therefore_act_in_it(actor: object) -> None:
    case = routed()
    with pytest.raises((Unlawful, NotYours)):
        take(case, "accept", actor=actor)  # type: ignore[arg-type]
    assert "accept" not in open_to(case, actor)
    assert row(case).state == "routed"


def test_no_office_enters_a_petitioners_own_step() -> None:
    case = handled()
    take(case, "ask_petitioner", {"question": "哪一栋？"})
    for step, values in (("withdraw", {}), ("supplement", {"text": "补"}), ("reply", {"text": "三栋"})):
        for actor in (CLERK, OFFICER, HEAD, BUREAU_HEAD, SUPERVISOR, SYSTEM):
            with pytest.raises((Unlawful, NotYours)):
                take(case, step, values, actor=actor)
            assert step not in open_to(case, actor)


# --- the petitioner -----------------------------------------------------------------------------------


def test_a_petitioner_adds_answers_withdraws_and_comes_back() -> None:
    case = handled()
    take(case, "supplement", {"text": "昨天又掉了一块"}, actor=PETITIONER)
    with pytest.raises(Unlawful):
        take(case, "reply", {"text": "没人问我"}, actor=PETITIONER)
    take(case, "ask_petitioner", {"question": "哪一栋？"})
    take(case, "reply", {"text": "三号楼"}, actor=PETITIONER)
    with pytest.raises(Unlawful):
        take(case, "reply", {"text": "再答一次"}, actor=PETITIONER)
    due = row(case).due
    take(case, "withdraw", actor=PETITIONER, now=NOW + DAY)  # no reason is asked for
    assert (row(case).state, row(case).final, row(case).due) == ("withdrawn", True, None)
    assert not open_to(case, OFFICER, NOW + DAY) & {"hear", "record_work", "ask_petitioner", "decide"}
    take(case, "undo_withdraw", actor=PETITIONER, now=NOW + 16 * DAY)
    assert (row(case).state, row(case).due) == ("handling", due)  # where it was; no clock was paused


def test_a_withdrawal_is_undone_within_fifteen_days_only() -> None:
    case = routed()
    take(case, "withdraw", {"reason": "先不告了"}, actor=PETITIONER)
    with pytest.raises(Unlawful) as refused:
        take(case, "undo_withdraw", actor=PETITIONER, now=NOW + 16 * DAY)
    assert "15" in refused.value.message.zh
    take(case, "undo_withdraw", actor=PETITIONER, now=NOW + 15 * DAY)
    assert row(case).state == "routed"


def test_a_rating_can_be_changed_and_the_last_one_counts() -> None:
    case = closed()
    for rating in ("satisfied", "not"):
        take(case, "rate", {"rating": rating}, actor=PETITIONER, now=NOW + 41 * DAY)
    assert row(case).rating == "not"
    with pytest.raises(Unlawful):
        take(case, "rate", {"rating": "angry"}, actor=PETITIONER, now=NOW + 41 * DAY)


# --- a page made before -------------------------------------------------------------------------------


def test_a_page_that_is_out_of_date_is_told_so() -> None:
    case = routed()
    seen = row(case).seq
    take(case, "accept")
    with pytest.raises(MovedOn):
        steps.take_step(case, "accept", {}, actor=OFFICER2, now=NOW, seen=seen)
    assert row(case).seq == seen + 1
    assert steps.take_step(
        case, "record_work", {"note": "去过"}, actor=OFFICER, now=NOW, seen=seen + 1
    ).integrated


def test_a_clocks_count_is_shown_day_by_day() -> None:
    case = routed()
    told = {clock.clock.id: clock for clock in reading.running(case)}
    assert set(told) == {"inform_routed", "object", "decide"}
    assert told["object"].count.due == TODAY + 7 * DAY  # five working days, one weekend
    assert len(told["object"].count.skipped) == 2
    assert told["decide"].count.shadow
    assert told["decide"].count.due == date(2026, 5, 18)  # 75 days end on a Sunday
    assert told["object"].owner_office == "zjj"
    assert not told["object"].overdue(NOW)
    assert told["object"].overdue(NOW + 8 * DAY)
