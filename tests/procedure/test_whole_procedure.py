"""The whole Regulation: every line of the state machine of its law, with its date, and every refusal."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from huiyin.procedure import (
    Actor,
    Unlawful,
    breaches,
    evolve,
    running,
    start,
)
from tests.procedure.cast import (
    BOOK,
    CHINA,
    CLERK,
    HEAD,
    OFFICER,
    OPINION,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    counts,
    noon,
)
from tests.procedure.lives import (
    ABOVE,
    ABOVE_HEAD,
    BUREAU_HEAD,
    COLLEAGUE,
    DISCIPLINE,
    EVERYBODY,
    HEARING,
    HELD,
    MON,
    OBJECTION,
    OWN,
    REDO,
    REFUSAL,
    REVIEW,
    SAME,
    SEALED,
    SUGGESTED,
    TOP,
    WAY,
    Life,
    asked_superior,
    disciplined,
    disputed,
    extended,
    forwarded,
    handling,
    heard,
    imported,
    late_refused,
    late_rereview,
    late_rereview_refused,
    late_review,
    made,
    named,
    no_longer,
    not_accepted,
    objected,
    offered,
    on,
    ordered,
    rectifying,
    redirected,
    redone,
    replied,
    rereviewed,
    rereviewing,
    review_served,
    reviewing,
    routed,
    second_round,
    served,
    served_on,
    settled,
    suggested,
    suggestion,
    twice_upheld,
    upheld,
)

# --- arrival ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", sorted(BOOK.channels))
@pytest.mark.parametrize("purpose", sorted(BOOK.purposes))
def test_whatever_arrives_is_registered_and_has_to_be_routed_in_fifteen_days(
    channel: str, purpose: str
) -> None:
    life = Life(channel=channel, purpose=purpose)
    assert (life.state, life.due("route")) == ("registered", date(2026, 3, 17))
    assert life.owes() == {"route": "bureau"}


def test_a_link_to_an_earlier_matter_moves_nothing() -> None:
    life = Life()
    before = counts(life.case)
    life("link_duplicate", 1, CLERK, earlier="2026-0001", compared="同一套房子，没有新的事实")
    assert (life.state, counts(life.case)) == ("registered", before)


#  reported       to be dealt with
#  Tue 3 Mar ──── Wed 4 Mar
def test_an_urgent_report_runs_beside_the_case() -> None:
    life = Life()("urgent_report", 1, CLERK, told="县委、县政府、联席会议办公室", matter="外墙随时会掉")
    assert (life.state, life.due("urgent"), life.owes()["urgent"]) == ("registered", on(2), "bureau")
    assert life.refused("urgent_report", 1, CLERK, told="再报", matter="再报") == "第二十五条第一款"
    life("transfer", 1, CLERK, office="housing")("urgent_done", 2, BUREAU_HEAD, done="已经围挡")
    assert "urgent" not in life.clocks()


def test_a_group_may_be_large_but_five_represent_it_at_a_visit() -> None:
    assert Life(channel="visit", people=43, representatives=5).case.events[0].values["people"] == 43
    assert Life(channel="letter", people=43, representatives=43).state == "registered"
    with pytest.raises(Unlawful) as caught:
        Life(channel="visit", people=43, representatives=6)
    assert (caught.value.field, caught.value.article[-7:]) == ("representatives", "第二十条第三款")


# --- routing ------------------------------------------------------------------------------------------


def test_a_transfer_names_the_office_and_its_fifteen_days() -> None:
    life = routed()
    assert (life.state, life.case.handler, life.due("inform_routed")) == (
        "routed",
        "housing",
        date(2026, 3, 18),
    )
    assert life.due("object") == date(2026, 3, 10)


def test_an_assignment_is_owed_a_report_until_it_comes_even_after_the_end() -> None:
    life = Life()("assign", 1, CLERK, office="housing", report_by=on(40))("accept", 2, OFFICER)
    life("hear", 3, OFFICER, method="phone", record="他说")("decide", 4, OFFICER, **OPINION)
    life("serve", 7, OFFICER, **served_on(7))("close", 60, SYSTEM)
    assert (life.state, life.due("report_back"), life.owes()["report_back"]) == ("closed", on(40), "housing")
    life("report_result", 61, OFFICER, result="已办结")
    assert "report_back" not in life.clocks()


def test_an_office_complained_of_passes_on_what_it_received_itself() -> None:
    life = Life(handler="bureau", respondents=["bureau"])
    for step, values in (("accept", {}), ("not_accept", REFUSAL), ("redirect", WAY), ("not_again", SAME)):
        assert life.refused(step, 1, OWN, **values).startswith("第三十条")
    assert life.refused("pass_on", 1, OWN, office="bureau", reason="conflict") == "第三十条"
    life("pass_on", 1, OWN, office="housing", reason="conflict")
    assert (life.state, life.case.handler, life.due("inform_routed")) == (
        "routed",
        "housing",
        date(2026, 3, 18),
    )


def test_an_objection_is_ruled_on_in_five_working_days_and_resets_nothing() -> None:
    life = routed()
    before = life.due("inform_routed")
    life("object", 2, OFFICER, **OBJECTION)
    assert (life.due("rule_objection"), life.owes()["rule_objection"]) == (date(2026, 3, 11), "bureau")
    life("overrule_objection", 3, CLERK, reason="核实")
    assert (life.state, life.due("inform_routed")) == ("routed", before)


def test_the_third_objection_goes_to_the_office_above_which_names_one_for_good() -> None:
    life = objected(twice_upheld(), "rail", 3)
    assert life.refused("uphold_objection", 4, CLERK, reason="核实") == "第二十四条第一款"
    life("refer_objection", 4, CLERK, superior="county", reason="三家都说不归自己管")
    assert (life.state, life.due("name_office"), life.owes()["name_office"]) == ("disputed", on(18), "county")
    assert life.refused("name_lead", 5, ABOVE, office="patrol", reason="理由") == "第三十条"
    life("name_lead", 5, ABOVE, office="housing", reason="理由")
    assert (life.state, life.case.handler) == ("routed", "housing")
    for step, values in (
        ("object", OBJECTION),
        ("dispute", {"superior": "county", "offices": ["water"], "reason": "理由"}),
    ):
        assert life.refused(step, 5, OFFICER, **values) == "第二十四条第一款"


def test_a_dispute_goes_to_the_common_superior_and_no_clock_stops() -> None:
    before = routed().due("inform_routed")
    life = disputed()
    assert (life.state, life.due("inform_routed"), life.due("name_office")) == (
        "disputed",
        before,
        date(2026, 3, 18),
    )
    life("name_joint", 3, ABOVE_HEAD, office="housing", offices=["water"], reason="住建牵头，水务配合")
    assert (life.case.handler, life.case.joint) == ("housing", ("water",))
    life("accept", 4, OFFICER)("record_work", 5, OTHER_OFFICER, note="水务查了管网")
    assert life.refused("decide", 5, OTHER_OFFICER, **OPINION) == "第三十二条"


def test_offices_may_agree_to_share_a_matter() -> None:
    life = handling()("share", 3, OFFICER, offices=["water"], note="住建牵头")
    life("mediate", 4, OTHER_OFFICER, kind="mediation", held_on=on(4), record="双方同意调解")
    assert life.refused("share", 4, OFFICER, offices=["rail", "patrol"], note="x") == "第三十条"


# --- accusations --------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", SEALED)
def test_an_accusation_goes_to_the_discipline_organ_and_to_nobody_else(purpose: str) -> None:
    life = forwarded(purpose)
    assert (life.state, life.due("discipline_notice")) == ("discipline", date(2026, 3, 24))
    assert life.owes() == {"discipline_notice": "discipline"}
    at_work = {a for a in EVERYBODY if life.offered(a, 2) - {"answer_urge", "urgent_report"}}
    assert at_work == {DISCIPLINE, PETITIONER}
    life("discipline_accept", 2, DISCIPLINE)
    assert life.due("discipline_reply") == date(2026, 6, 2)
    assert disciplined(purpose).state == "discipline_done"


@pytest.mark.parametrize("purpose", SEALED)
@pytest.mark.parametrize("step", ["transfer", "assign", "redirect", "not_again"])
def test_no_step_of_the_bureau_lets_an_accusation_out(step: str, purpose: str) -> None:
    assert Life(purpose=purpose).refused(step, 1, CLERK, office="housing").startswith("第三十条")


@pytest.mark.parametrize("purpose", SEALED)
@pytest.mark.parametrize(
    "step", ["accept", "not_accept", "redirect", "not_again", "pass_on", "dispute", "perform_duty"]
)
def test_no_step_of_an_office_that_received_it_does_either(step: str, purpose: str) -> None:
    article = Life(purpose=purpose, handler="bureau").refused(step, 1, OWN)
    assert article.startswith("第三十条") or article == "第三十一条第五项"


@pytest.mark.parametrize("step", ["joint_session", "sponsor", "suggest", "sponsor_visit"])
def test_nobody_is_told_of_an_accusation_by_another_door(step: str) -> None:
    for actor in (BUREAU_HEAD, HEAD, SUPERVISOR):
        assert step not in forwarded().offered(actor, 2)
        assert step not in disciplined().offered(actor, 40)


def test_an_accusation_never_reaches_the_accused_and_nothing_else_is_forwarded() -> None:
    accused = Life(purpose="accusation", respondents=["discipline"])
    assert accused.refused("forward_accusation", 1, CLERK, organ="discipline") == "第三十条"
    assert Life().refused("forward_accusation", 1, CLERK, organ="discipline") == "第三十条"


def test_retaliation_is_a_filing_of_its_own() -> None:
    assert "retaliation" in BOOK.purposes
    assert disciplined("retaliation").state == "discipline_done"
    assert not [s for s in BOOK.steps.values() if "retaliat" in s.id]


# --- six routes, suggestions --------------------------------------------------------------------------


@pytest.mark.parametrize("by_office", [True, False])
def test_a_redirection_keeps_organ_article_and_its_own_live_deadline(by_office: bool) -> None:
    life = redirected(by_office)
    assert (life.state, life.case.handler) == ("redirected", "housing" if by_office else "bureau")
    assert life.due("other_route") == on(120)
    assert life.owes() == {"other_route": ""}  # the petitioner's own right
    assert not breaches(life.case, noon(on(200)), CHINA)


@pytest.mark.parametrize("route", ["courts", "arbitration", "party_appeal", "administrative"])
def test_a_transferred_matter_may_be_sent_to_a_route_in_law(route: str) -> None:
    assert routed()("redirect", 2, OFFICER, **{**WAY, "route": route}).state == "redirect_ready"


@pytest.mark.parametrize("route", ["other_powers", "statutory_duty"])
def test_a_transferred_matter_is_not_pushed_on_to_the_petitioner(route: str) -> None:
    assert routed().refused("redirect", 2, OFFICER, **{**WAY, "route": route}) == "第二十三条第三款"


#  made           to be served in 5 working days
#  Wed 4 Mar ──── Wed 11 Mar
def test_nothing_is_final_before_it_is_served() -> None:
    life = routed()("not_accept", 2, OFFICER, **REFUSAL)
    assert (life.state, life.due("serve_notice"), life.owes()["serve_notice"]) == (
        "refusal_ready",
        date(2026, 3, 11),
        "housing",
    )
    assert life("serve_refusal", 3, OFFICER, **served_on(3)).state == "not_accepted"
    finals = {s.id for s in BOOK.states.values() if s.final} - {"withdrawn", "imported_answered", "closed"}
    for step in BOOK.steps.values():
        if finals & set(step.targets()):
            assert step.part == "serve", step.id


def test_a_duty_under_another_law_has_that_laws_last_day() -> None:
    life = routed()("perform_duty", 2, OFFICER, basis="《噪声污染防治法》", due=on(22))
    assert (life.state, life.due("statutory"), life.clocks()) == ("statutory", on(22), {"statutory"})
    duty = {"facts": "事实", "handling": "已处罚", "basis": "依据", "remedies": "60日内复议"}
    life("report_duty", 20, OFFICER, **duty)
    assert life.due("serve_notice") == date(2026, 3, 27)
    assert life("serve_reply", 21, OFFICER, **served_on(21)).state == "replied"


def test_a_suggestion_is_studied_answered_and_never_climbs_the_ladder() -> None:
    life = suggestion()("accept_suggestion", 2, OFFICER)
    assert (life.state, life.due("study")) == (
        "studying",
        date(2026, 5, 6),
    )  # as in Art. 34, rolled over the holiday
    life("answer_suggestion", 10, OFFICER, **SUGGESTED)("serve_reply", 11, OFFICER, **served_on(11))
    assert (life.state, life.clocks()) == ("replied", set())
    assert "ask_review" not in life.offered(PETITIONER, 12)
    assert suggestion()("answer_suggestion", 3, OFFICER, **SUGGESTED).state == "reply_ready"


@pytest.mark.parametrize(("step", "values"), [("accept_suggestion", {}), ("answer_suggestion", SUGGESTED)])
def test_a_request_is_not_answered_as_if_it_were_a_suggestion(step: str, values: dict[str, Any]) -> None:
    assert routed().refused(step, 2, OFFICER, **values) == "第二十九条第一款"


# --- challenges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ended", [not_accepted, redirected, no_longer, replied])
def test_whatever_turned_a_person_away_can_be_challenged_at_any_time(ended: Callable[[], Life]) -> None:
    life = ended()("challenge", 400, PETITIONER, reviewer="county")
    assert (life.state, life.owes()["rule_challenge"]) == ("challenged", "county")
    assert life.due("rule_challenge") == CHINA.next_working_day(on(430))
    life("overrule_challenge", 401, ABOVE, reason="other_route", explanation="审查了")
    assert life("serve_challenge", 402, ABOVE, **served_on(402)).state == "stands"
    assert "challenge" not in life.offered(PETITIONER, 403)


#  upheld          notice          accepted late: 60 days from the rolled day 15
#  Mon 23 Mar ──── Tue 7 Apr ───── Mon 8 Jun       (Sat 6 June rolled)
def test_a_challenge_upheld_names_an_office_that_cannot_turn_it_away_again() -> None:
    life = upheld()
    assert (life.state, life.due("inform_routed"), life.due("decide")) == (
        "routed",
        date(2026, 4, 7),
        date(2026, 6, 8),
    )
    assert life.refused("not_accept", 22, OTHER_OFFICER, **REFUSAL) == "第四十四条第二项"
    assert life.refused("redirect", 22, OTHER_OFFICER, **WAY) == "第四十四条第二项"
    assert life.refused("not_again", 22, OTHER_OFFICER, **SAME) == "第四十四条第二项"
    assert life.refused("object", 22, OTHER_OFFICER, **OBJECTION) == "第二十四条第一款"
    assert life("accept", 40, OTHER_OFFICER).due("decide") == date(2026, 6, 8)


def test_nobody_checks_their_own_refusal() -> None:
    assert not_accepted().refused("challenge", 5, PETITIONER, reviewer="housing") == "第四十四条第二项"
    life = not_accepted()("challenge", 5, PETITIONER, reviewer="county")
    moved = Actor("officer", "county", OFFICER.ref)  # the same officer, at the office above by now
    assert life.refused("uphold_challenge", 6, moved, office="water", reason="理由") == "第四十四条第二项"
    assert (
        life.refused("overrule_challenge", 6, ABOVE, reason="because", explanation="x") == "第四十四条第二项"
    )


# --- handling -----------------------------------------------------------------------------------------


#  accepted       day 60        with 20 more       with the shadow of a late acceptance
#  Wed 4 Mar ──── Wed 6 May     Mon 25 May
def test_sixty_days_and_once_at_most_thirty_more_by_a_head_who_did_not_handle_it() -> None:
    life = handling()
    assert life.due("decide") == date(2026, 5, 6)  # day 60 is Sunday 3 May, within the Labour Day holiday
    life("ask_extension", 3, OFFICER, days=20, reason="要测量")
    with_hat = Actor("head", "housing", OFFICER.ref)
    assert life.refused("grant_extension", 4, with_hat, days=20, reason="复杂") == "第三十四条"
    life("grant_extension", 4, HEAD, days=20, reason="复杂")
    assert life.due("decide") == date(2026, 5, 25)  # day 80 is Saturday 23 May
    assert life.refused("ask_extension", 5, OFFICER, days=5, reason="还要") == "第三十四条"
    assert life.refused("grant_extension", 5, HEAD, days=5, reason="还要") == "第三十四条"


def test_a_head_may_also_decline_to_extend() -> None:
    life = handling()("ask_extension", 3, OFFICER, days=20, reason="要测量")
    assert life("refuse_extension", 4, HEAD, reason="可以按期").due("decide") == date(2026, 5, 6)


def test_nothing_pauses_the_time_to_decide() -> None:
    life = heard()
    before = life.due("decide")
    life("hearing_open", 4, OFFICER, held_on=on(10), **HEARING)
    assert life.refused("decide", 5, OFFICER, **OPINION) == "第三十一条第六项"
    life("hearing_record", 10, OFFICER, held_on=on(10), **HELD)
    life("ask_petitioner", 11, OFFICER, question="面积？")
    life("mediate", 12, OFFICER, kind="mediation", held_on=on(12), record="双方同意，没有谈成")
    assert life.due("decide") == before
    assert not [s for s in BOOK.steps.values() if {"pause", "suspend", "stop"} & set(s.id.split("_"))]


def test_only_the_petitioner_can_agree_to_a_settlement() -> None:
    for actor in EVERYBODY:
        if actor is not PETITIONER:
            assert offered().refused("accept_settlement", 5, actor) == "第三十三条"
    assert offered()("decline_settlement", 5, PETITIONER).state == "handling"
    assert offered()("accept_settlement", 5, PETITIONER).clocks() == {"decide"}
    life = settled(execute_by=on(58))
    assert (life.state, life.due("execute"), life.owes()) == ("settled", on(58), {"execute": "housing"})


def test_every_request_is_answered_and_what_is_supported_has_a_day() -> None:
    assert heard().refused("decide", 4, OFFICER, **{**OPINION, "outcomes": ["support"]}) == "第三十二条"
    undated = {k: v for k, v in OPINION.items() if k != "execute_by"}
    assert heard().refused("decide", 4, OFFICER, **undated) == "第三十二条第二款"
    nothing = {**undated, "outcomes": ["not_supported", "reasonable_without_basis"]}
    assert heard()("decide", 4, OFFICER, **nothing).clocks() == {"decide"}


def test_what_was_promised_stands_until_it_is_done_and_failing_it_brings_the_supervisor() -> None:
    life = served(execute_by=on(40))("close", 60, SYSTEM)
    assert (life.state, life.due("execute")) == ("closed", on(40))
    life("execute", 61, OFFICER, unit="某开发公司", note="已约谈")(
        "execution_failed", 62, OFFICER, reason="拒不返还"
    )
    assert (life.due("supervise"), life.owes()["supervise"]) == (
        date(2026, 5, 11),
        "bureau",
    )  # Sat 9 May is worked
    life("report_execution", 70, OFFICER, done_on=on(69), proof="转账凭证")
    assert "execute" not in life.clocks()


def test_an_officer_with_an_interest_stands_aside_for_good() -> None:
    life = heard()("ask_recusal", 4, PETITIONER, officer="officer1", reason="是对方的亲戚")
    assert life.refused("decide", 4, OFFICER, **OPINION) == "第二十八条第三款"
    assert (
        life.refused("rule_recusal", 4, Actor("head", "housing", "officer1"), officer="officer1")
        == "第二十八条第三款"
    )
    life("rule_recusal", 4, HEAD, officer="officer1")
    assert life.refused("decide", 5, OFFICER, **OPINION) == "第二十八条"
    life("ask_recusal", 5, COLLEAGUE, officer="officer7", reason="同学")(
        "refuse_recusal", 6, HEAD, officer="officer7", ground="no_interest", reason="核实过"
    )
    assert life("decide", 6, COLLEAGUE, **OPINION).case.recused == ("officer1",)


# --- review -------------------------------------------------------------------------------------------


#  served         review asked         by
#  Mon 9 Mar ──── Thu 12 Mar ───────── Mon 13 Apr   (Sat 11 April rolled)
def test_a_review_is_asked_in_thirty_days_and_done_above_in_thirty() -> None:
    assert served().due("ask_review") == date(2026, 4, 8)
    life = reviewing()
    assert (life.state, life.case.reviewer, life.due("review")) == ("reviewing", "county", date(2026, 4, 13))
    assert life.owes()["review"] == "county"
    life("record_review", 11, ABOVE, note="调了卷")
    assert review_served().due("ask_rereview") == date(2026, 4, 15)


def test_the_office_or_officer_that_answered_does_not_review() -> None:
    assert served().refused("ask_review", 10, PETITIONER, reviewer="housing") == "第三十五条"
    moved = Actor("officer", "county", OFFICER.ref)
    assert reviewing().refused("decide_review", 12, moved, **REVIEW) == "第三十五条"
    assert reviewing().refused("order_redo", 12, moved, **REDO) == "第三十五条"
    for stranger in (OFFICER, HEAD, CLERK, OTHER_OFFICER, TOP):
        assert reviewing().refused("decide_review", 12, stranger, **REVIEW) == "第三十五条"


def test_a_changed_answer_has_new_outcomes_and_its_own_day() -> None:
    changed = {**REVIEW, "conclusion": "change"}
    assert reviewing().refused("decide_review", 12, ABOVE, **changed) == "第三十五条"
    both = {**changed, "outcomes": ["support", "support"]}
    assert reviewing().refused("decide_review", 12, ABOVE, **both) == "第三十二条第二款"
    life = reviewing()("decide_review", 12, ABOVE, **both, execute_by=on(50))
    assert life.due("execute") == on(50)
    assert review_served().due("execute") == OPINION["execute_by"]  # an answer that stands keeps its day


def test_a_redo_counts_anew_and_is_no_second_copy() -> None:
    life = reviewing()("order_redo", 12, ABOVE, **REDO)
    assert (life.state, life.clocks(), life.due("decide")) == ("handling", {"decide"}, date(2026, 5, 13))
    assert not counts(life.case)["decide"].shadow
    assert life.refused("decide", 13, COLLEAGUE, **OPINION) == "第三十一条第六项"  # heard anew first
    life("hear", 13, COLLEAGUE, method="phone", record="他说")
    other = {**OPINION, "outcomes": ["support", "partly"]}
    assert life.refused("decide", 14, OFFICER, **other) == "第三十五条"
    assert life.refused("decide", 14, COLLEAGUE, **OPINION) == "第三十五条"
    assert redone()("decide", 14, COLLEAGUE, **other).state == "opinion"
    assert redone()("decide", 14, COLLEAGUE, **OPINION, new_facts=True).state == "opinion"


def test_a_review_orders_one_redo_and_a_re_review_another() -> None:
    life = second_round()
    assert life.refused("order_redo", 17, ABOVE, **REDO) == "第三十五条"
    life("decide_review", 17, ABOVE, **REVIEW)("serve_review", 18, ABOVE, **served_on(18))
    life("ask_rereview", 19, PETITIONER, rereviewer="city")("order_redo_again", 20, TOP, **REDO)
    assert (life.state, life.due("decide")) == ("handling", date(2026, 5, 21))
    third = Actor("officer", "housing", "officer8")
    life("hear", 21, third, method="phone", record="他说")("decide", 22, third, **OPINION)
    life("serve", 23, third, **served_on(23))("ask_review", 24, PETITIONER, reviewer="county")
    life("decide_review", 25, ABOVE, **REVIEW)("serve_review", 26, ABOVE, **served_on(26))
    life("ask_rereview", 27, PETITIONER, rereviewer="city")
    assert life.refused("order_redo_again", 28, TOP, **REDO) == "第三十六条第一款"


#  asked          to be decided        review, counted from the request
#  Fri 1 May ──── Mon 18 May           Mon 1 Jun
def test_a_late_request_is_decided_by_a_person_and_buys_the_office_no_time() -> None:
    assert served().refused("ask_review", 50, PETITIONER, reviewer="county") == "第三十五条"
    assert served().refused("ask_review_late", 10, PETITIONER, reviewer="county", reason="x") == "第三十五条"
    life = late_review()
    assert (life.state, life.due("late"), life.due("review")) == (
        "late_review_asked",
        date(2026, 5, 18),
        date(2026, 6, 1),
    )
    assert life("admit_late", 70, ABOVE).due("review") == date(2026, 6, 1)
    assert life.state == "reviewing"


def test_a_late_request_is_declined_only_for_a_listed_reason_and_once() -> None:
    assert late_review().refused("refuse_late", 65, ABOVE, explanation="不行") == "第三十五条"
    life = late_refused()
    assert life.state == "closed"
    assert life.refused("ask_review_late", 70, PETITIONER, reviewer="county", reason="再") == "第三十五条"


def test_a_case_already_reviewed_is_not_reviewed_again_by_coming_late() -> None:
    life = review_served()("close_review", 60, SYSTEM)
    assert life.refused("ask_review_late", 61, PETITIONER, reviewer="county", reason="再") == "第三十五条"
    life("ask_rereview_late", 61, PETITIONER, rereviewer="city", reason="住院")
    assert (life.state, life.owes()["late_rereview"]) == ("late_rereview_asked", "city")


def test_a_re_review_cannot_skip_the_review() -> None:
    life = served()("close", 50, SYSTEM)
    assert (
        life.refused("ask_rereview_late", 60, PETITIONER, rereviewer="city", reason="x") == "第三十六条第一款"
    )


def test_a_late_re_review_too() -> None:
    assert late_rereview().due("late_rereview") == date(2026, 5, 18)
    assert late_rereview()("admit_late_rereview", 61, TOP).state == "rereviewing"
    assert late_rereview_refused().state == "closed"
    assert (
        late_rereview_refused().refused("ask_rereview_late", 70, PETITIONER, rereviewer="city", reason="再")
        == "第三十六条第一款"
    )


#  asked           due            a hearing of 10 days inside it
#  Mon 23 Mar ──── Wed 22 Apr ─── Wed 6 May        (2 May, within the Labour Day holiday, rolled)
def test_only_the_hearing_of_a_re_review_is_left_out_of_the_count() -> None:
    life = rereviewing()
    assert (life.due("rereview"), life.owes()["rereview"]) == (date(2026, 4, 22), "city")
    life("rereview_hearing", 22, TOP, opened_on=on(30), closed_on=on(39), **HEARING)
    assert (counts(life.case)["rereview"].excluded, life.due("rereview")) == (10, date(2026, 5, 6))
    assert life.refused("decide_rereview", 23, TOP, **REVIEW) == "第三十六条第二款"
    assert (
        life.refused("rereview_hearing", 23, TOP, opened_on=on(30), closed_on=on(31), **HEARING)
        == "第三十六条第二款"
    )
    life("record_rereview_hearing", 39, TOP, held_on=on(39), **HELD)
    assert life("decide_rereview", 40, TOP, **REVIEW).state == "final_opinion"


def test_a_hearing_moves_a_re_review_by_thirty_days_at_most_and_never_after_its_end() -> None:
    life = rereviewing()("rereview_hearing", 22, TOP, opened_on=on(22), closed_on=on(82), **HEARING)
    assert (counts(life.case)["rereview"].excluded, life.due("rereview")) == (30, date(2026, 5, 22))
    assert (
        rereviewing().refused("rereview_hearing", 60, TOP, opened_on=on(60), closed_on=on(61), **HEARING)
        == "第三十六条第二款"
    )
    assert (
        rereviewing().refused("rereview_hearing", 22, TOP, opened_on=on(2), closed_on=on(22), **HEARING)
        == "第三十六条第二款"
    )


def test_the_re_review_is_done_by_a_third_office_and_ends_the_ladder() -> None:
    assert review_served().refused("ask_rereview", 21, PETITIONER, rereviewer="county") == "第三十六条第一款"
    for ref in (OFFICER.ref, ABOVE.ref):
        moved = Actor("officer", "city", ref)
        assert rereviewing().refused("decide_rereview", 30, moved, **REVIEW) == "第三十六条第一款"
    life = rereviewed()
    assert (life.state, BOOK.states[life.state].final) == ("rereviewed", True)
    assert life.offered(PETITIONER, 40) >= {"rate", "ask_supervision", "ask_superior"}
    assert not life.offered(PETITIONER, 40) & {
        "ask_review",
        "ask_review_late",
        "ask_rereview",
        "ask_rereview_late",
    }


def test_the_same_stage_is_never_decided_twice() -> None:
    life = reviewing()("decide_review", 12, ABOVE, **REVIEW)
    assert life.refused("decide_review", 12, ABOVE, **REVIEW) == "第三十五条"
    assert life.refused("order_redo", 12, ABOVE, **REDO) == "第三十五条"
    assert served().refused("decide", 9, OFFICER, **OPINION) == "第三十二条"
    assert rereviewed().refused("decide_rereview", 40, TOP, **REVIEW) == "第三十六条第一款"


# --- the same matter again ----------------------------------------------------------------------------


def test_no_longer_accepted_needs_a_re_review_the_same_facts_and_a_person_who_looked() -> None:
    assert no_longer().state == "no_longer_accepted"
    for earlier in ("served", "closed", "handling", "settled"):
        assert (
            Life().refused("not_again", 2, CLERK, **{**SAME, "earlier_state": earlier}) == "第三十六条第三款"
        )
    for name in ("looked_at", "reason", "earlier_state", "explanation"):
        without = {k: v for k, v in SAME.items() if k != name}
        assert Life().refused("not_again", 2, CLERK, **without) == "第三十六条第三款"
    assert Life().refused("not_again", 2, CLERK, **{**SAME, "looked_at": "看过"}) == "第三十六条第三款"
    looked = BOOK.steps["not_again"].field("looked_at")
    assert looked is not None
    assert looked.required


# --- help ---------------------------------------------------------------------------------------------


def test_a_leader_takes_a_case_on_with_a_plan_and_a_date() -> None:
    life = handling()("sponsor", 3, BUREAU_HEAD, leader="head9", plan="方案", finish_by=on(30))
    assert (life.due("sponsor_plan"), life.owes()["sponsor_plan"]) == (on(30), "bureau")
    assert (
        life.refused("sponsor", 4, HEAD, leader="head1", plan="再拖", finish_by=on(300)) == "第十八条第二款"
    )
    life("sponsor_visit", 5, BUREAU_HEAD, on=on(5), form="visit", note="到家里听了")
    assert "sponsor_plan" not in life("sponsor_done", 29, BUREAU_HEAD, result="已解决").clocks()


def test_a_joint_session_is_written_down_and_moves_no_date() -> None:
    life = handling()
    before = counts(life.case)
    life(
        "joint_session",
        3,
        BUREAU_HEAD,
        offices=["housing", "water"],
        held_on=on(3),
        result="住建牵头，月底前做完",
    )
    assert (life.state, counts(life.case)) == ("handling", before)


def test_a_request_for_aid_is_answered_in_fifteen_days_even_after_the_end() -> None:
    life = rereviewed()("ask_aid", 40, PETITIONER, need="老人生病")
    assert (life.due("aid"), life.owes()["aid"]) == (date(2026, 4, 27), "bureau")  # Sunday 26 April
    assert life.refused("refuse_aid", 41, CLERK, explanation="不行") == "第三十七条第二款"
    assert "aid" not in life("give_aid", 41, CLERK, organ="县民政局", note="帮填了表").clocks()
    refused = handling()("ask_aid", 3, PETITIONER, need="困难")
    assert "aid" not in refused("refuse_aid", 4, CLERK, reason="conditions", explanation="说明").clocks()


def test_only_another_office_calls_back() -> None:
    call = {"on": on(9), "result": "as_told"}
    assert served()("call_back", 9, CLERK, **call).state == "served"
    for actor in (OFFICER, HEAD):
        assert served().refused("call_back", 9, actor, **call) == "第三十八条第二款"
    own = Life(handler="bureau")("accept", 2, OWN)("hear", 3, OWN, method="phone", record="他说")
    own("decide", 4, OWN, **OPINION)("serve", 7, OWN, **served_on(7))
    assert own.refused("call_back", 9, CLERK, **call) == "第三十八条第二款"


# --- breach and supervision ---------------------------------------------------------------------------


#  due            a breach        the supervisor's five working days
#  Wed 18 Mar ─── Thu 19 Mar ──── Thu 26 Mar
def test_a_passed_date_is_a_fact_by_itself_and_starts_the_supervisors_time() -> None:
    life = routed()
    assert breaches(life.case, noon(on(16)), CHINA) == ()
    life.breach(17)
    assert dict(life.case.events[-1].values) == {"clock": "inform_routed", "due": "2026-03-18"}
    assert (life.due("supervise"), life.owes()["supervise"]) == (date(2026, 3, 26), "bureau")
    assert breaches(life.case, noon(on(20)), CHINA) == ()


def test_the_supervisors_own_lateness_is_written_once_and_moves_nothing() -> None:
    life = routed().breach(17)
    for day in range(18, 60):
        life.breach(day)
    said = [e.values["clock"] for e in life.case.events if e.step == "breach"]
    assert said == ["inform_routed", "supervise"]
    assert life.due("supervise") == date(2026, 3, 26)


def test_a_breach_needs_a_date_that_passed_and_only_the_system_writes_it() -> None:
    assert routed().refused("breach", 10, SYSTEM, clock="inform_routed", due=on(9)) == "第四十条第一款"
    assert routed().refused("breach", 17, SYSTEM, clock="decide", due=on(16)) == "第四十条第一款"
    assert routed().refused("breach", 17, SUPERVISOR, clock="inform_routed", due=on(16)) == "第四十条第一款"


def test_a_breach_is_written_in_every_state_while_a_duty_stands() -> None:
    for life in (served(execute_by=on(40))("close", 60, SYSTEM), settled(execute_by=on(58))):
        life.breach(61)
        assert BOOK.states[life.state].final
        assert [e.values["clock"] for e in life.case.events if e.step == "breach"] == ["execute"]
        assert "supervise" in life.clocks()


def test_imported_history_is_never_late_until_somebody_takes_it_up() -> None:
    life = imported()
    assert breaches(life.case, noon(on(900)), CHINA) == ()
    for step in ("breach", "ask_supervision", "sponsor", "ask_aid", "urgent_report", "suggest"):
        actors = [a for a in EVERYBODY if step in life.offered(a, 3)]
        assert actors == [], step
    assert life.refused("breach", 9, SYSTEM, clock="route", due=on(3)) == "第二十一条第二款"
    life("take_up", 900, CLERK)
    assert [r.clock.id for r in breaches(life.case, noon(on(930)), CHINA)] == ["route"]
    answered = imported()("import_answer", 3, SYSTEM, answered_on=date(2019, 6, 1), answer="已处理")
    assert (answered.state, answered.clocks()) == ("imported_answered", set())


def test_a_late_office_tells_the_petitioner_once_for_each_date_that_passed() -> None:
    interim = {"reason": "在等测量", "expected_on": on(80)}
    life = handling()
    assert life.refused("interim_reply", 10, OFFICER, **interim) == "第四十五条"
    life.breach(70)("interim_reply", 70, OFFICER, **interim)
    assert life.due("decide") == date(2026, 5, 6)
    assert life.refused("interim_reply", 71, OFFICER, **{**interim, "expected_on": on(90)}) == "第四十五条"


def test_an_order_of_the_supervisor_has_a_date_and_an_answer() -> None:
    life = ordered()
    assert (life.due("answer_order"), life.owes()["answer_order"]) == (on(30), "housing")
    assert "supervise" not in life.clocks()
    again = {"ground": "delay", "demand": "再催", "answer_by": on(40)}
    assert life.refused("order_supervision", 19, SUPERVISOR, **again) == "第四十条第一款"
    assert "answer_order" not in life("answer_supervision", 20, HEAD, answer="已告知").clocks()


def test_a_bureau_that_handles_the_matter_itself_cannot_supervise_itself() -> None:
    life = Life(handler="bureau").breach(17)
    order = {"ground": "delay", "demand": "立即告知", "answer_by": on(30)}
    assert life.refused("order_supervision", 18, SUPERVISOR, **order) == "第四十条第一款"
    assert (
        life("refer_up", 18, SUPERVISOR, superior="county", reason="本单位自己办的").owes()["superior"]
        == "county"
    )


#  asked above     answered by       ordered, due         reported       confirmed by
#  Thu 2 Apr ───── Fri 17 Apr        Sat 11 Apr           Fri 10 Apr ─── Fri 24 Apr
def test_an_order_to_rectify_has_a_due_date_a_proof_and_somebody_who_looks() -> None:
    asked = ordered().breach(31)("refer_up", 31, SUPERVISOR, superior="county", reason="督办不回")
    assert (asked.due("superior"), asked.owes()["superior"]) == (date(2026, 4, 17), "county")
    life = rectifying()
    assert (life.due("rectify"), life.owes()["rectify"]) == (on(40), "housing")
    assert life.refused("report_rectification", 39, OFFICER, done="改了") == "第四十五条"
    life("report_rectification", 39, OFFICER, done="已告知", proof="告知书文号")
    assert (life.due("confirm"), life.owes()["confirm"]) == (date(2026, 4, 24), "county")
    life("confirm_rectification", 40, ABOVE, result="done", note="看过回证")
    assert "confirm" not in life.clocks()


def test_each_of_the_three_suggestions_needs_a_written_answer_on_adoption_in_thirty_days() -> None:
    kinds = BOOK.steps["suggest"].field("kind")
    assert kinds is not None
    assert [c.id for c in kinds.choices] == ["improve", "policy", "liability"]
    life = suggested()
    assert (life.due("adopt"), life.owes()["adopt"]) == (date(2026, 5, 12), "county")
    assert (
        life.refused("answer_suggestion_order", 42, OFFICER, adopted="adopted", answer="x")
        == "第四十条第四款"
    )
    assert (
        "adopt"
        not in life("answer_suggestion_order", 42, ABOVE_HEAD, adopted="partly", answer="已约谈").clocks()
    )


@pytest.mark.parametrize("state", sorted(BOOK.states))
def test_the_petitioner_can_go_up_from_every_state(state: str) -> None:
    ways = [
        s
        for s in BOOK.steps.values()
        if s.up and state in s.from_ and [str(w) for w in s.by] == ["petitioner"]
    ]
    assert {s.id for s in ways} >= {"ask_supervision"}
    if BOOK.states[state].owner in ("bureau", "discipline", "none"):
        assert BOOK.states[state].remedy is not None
        assert BOOK.states[state].remedy_deadline is not None


def test_whoever_presses_is_answered_in_writing() -> None:
    life = handling()("ask_supervision", 3, PETITIONER)("ask_supervision", 9, PETITIONER, reason="还是没动静")
    assert life.due("supervise") == date(2026, 3, 12)  # pressing again moves nothing
    assert life.refused("answer_urge", 4, SUPERVISOR, explanation="不用") == "第四十条第一款"
    life("answer_urge", 10, SUPERVISOR, reason="in_time", explanation="核实过")
    assert "supervise" not in life.clocks()
    above = asked_superior()
    assert (above.due("superior"), above.owes()["superior"]) == (date(2026, 3, 20), "county")
    assert (
        "superior" not in above("answer_superior", 5, ABOVE, reason="in_order", explanation="核实过").clocks()
    )


# --- the petitioner -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [Life, routed, handling, reviewing, rereviewing, disputed, forwarded, upheld]
)
def test_a_petitioner_adds_withdraws_and_comes_back_three_times(make: Callable[[], Life]) -> None:
    life = make()
    before, clocks = life.state, counts(life.case)
    for _ in range(3):
        life("supplement", 31, PETITIONER, text="还有一张照片")("withdraw", 31, PETITIONER)
        life("undo_withdraw", 40, PETITIONER)
    assert (life.state, counts(life.case)) == (before, clocks)
    life("withdraw", 41, PETITIONER)
    assert life.refused("undo_withdraw", 42, PETITIONER) == "第四十一条"


def test_no_office_withdraws_agrees_rates_or_asks_for_the_petitioner() -> None:
    own = [
        s
        for s in BOOK.steps.values()
        if s.part in ("withdraw", "undo", "rate", "consent", "ask_review", "challenge")
    ]
    assert {s.id for s in own} >= {
        "withdraw",
        "rate",
        "accept_settlement",
        "ask_review",
        "ask_rereview",
        "challenge",
    }
    assert all([str(w) for w in s.by] == ["petitioner"] for s in own)


def test_every_ending_can_be_rated_where_there_was_an_answer() -> None:
    for life in (served(), replied(), settled(), review_served(), rereviewed(), disciplined()):
        day = (life.case.events[-1].at.date() - MON).days
        assert life("rate", day, PETITIONER, rating="not").case.events[-1].values["rating"] == "not"


# --- refused, naming the article ----------------------------------------------------------------------


MORE = {"days": 5, "reason": "还要"}
NO_GROUND = {"organ": "县人社局", "explanation": "说明"}
SINGLE = {**OPINION, "outcomes": ["support"]}
COUNTY = {"reviewer": "county"}
NOT_OURS = {**REFUSAL, "reason": "not_ours"}
ACCUSED_OFFICE = {"office": "patrol", "report_by": on(9)}
RECORD = {"held_on": on(4), **HELD}

BAD: dict[str, tuple[Callable[[], Life], str, int, Actor, dict[str, Any], str]] = {
    "a step out of order": (routed, "decide", 3, OFFICER, OPINION, "第三十二条"),
    "a review before an answer": (handling, "ask_review", 5, PETITIONER, COUNTY, "第三十五条"),
    "a step out of role": (made, "serve", 5, HEAD, served_on(5), "第三十五条"),
    "an answer by another office": (heard, "decide", 4, OTHER_OFFICER, OPINION, "第三十二条"),
    "an officer complained of": (named, "accept", 2, OFFICER, {}, "第二十八条"),
    "a stage already decided": (served, "decide", 9, OFFICER, OPINION, "第三十二条"),
    "an extension after the term": (handling, "ask_extension", 66, OFFICER, MORE, "第三十四条"),
    "a second extension": (extended, "ask_extension", 6, OFFICER, MORE, "第三十四条"),
    "an extension of 31 days": (handling, "ask_extension", 3, OFFICER, {**MORE, "days": 31}, "第三十四条"),
    "a backdated service": (made, "serve", 5, OFFICER, served_on(3), "第三十五条"),
    "a service of tomorrow": (made, "serve", 5, OFFICER, served_on(6), "第三十五条"),
    "a request left unanswered": (heard, "decide", 4, OFFICER, SINGLE, "第三十二条"),
    "a refusal citing nothing": (routed, "not_accept", 2, OFFICER, NO_GROUND, "第十九条"),
    "a refusal for a reason of its own": (routed, "not_accept", 2, OFFICER, NOT_OURS, "第十九条"),
    "a transfer to the respondent": (Life, "transfer", 1, CLERK, {"office": "patrol"}, "第三十条"),
    "an assignment to the respondent": (Life, "assign", 1, CLERK, ACCUSED_OFFICE, "第三十条"),
    "a hearing nobody opened": (heard, "hearing_record", 4, OFFICER, RECORD, "第三十一条第六项"),
    "a closing before the time to ask is over": (served, "close", 20, OFFICER, {}, "第三十五条"),
    "a closing before the time to go on": (review_served, "close_review", 30, ABOVE, {}, "第三十六条第一款"),
    "a report nobody asked for": (handling, "report_result", 9, OFFICER, {"result": "x"}, "第二十二条第三项"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_it_refuses(name: str) -> None:
    make, step, day, actor, values, article = BAD[name]
    assert make().refused(step, day, actor, **values) == article


SERVICES: dict[str, tuple[Callable[[], Life], Actor]] = {
    "serve_refusal": (lambda: routed()("not_accept", 5, OFFICER, **REFUSAL), OFFICER),
    "serve_redirect": (lambda: Life()("redirect", 5, CLERK, **WAY), CLERK),
    "serve_no_longer": (lambda: Life()("not_again", 5, CLERK, **SAME), CLERK),
    "serve_reply": (lambda: suggestion()("answer_suggestion", 5, OFFICER, **SUGGESTED), OFFICER),
    "serve_settlement": (lambda: offered()("accept_settlement", 5, PETITIONER), OFFICER),
    "serve": (lambda: heard()("decide", 5, OFFICER, **OPINION), OFFICER),
    "serve_review": (lambda: reviewing()("decide_review", 12, ABOVE, **REVIEW), ABOVE),
    "serve_rereview": (lambda: rereviewing()("decide_rereview", 30, TOP, **REVIEW), TOP),
    "serve_challenge": (
        lambda: redirected()("challenge", 5, PETITIONER, reviewer="county")(
            "overrule_challenge", 6, ABOVE, reason="other_route", explanation="x"
        ),
        ABOVE,
    ),
    "serve_discipline": (
        lambda: forwarded()("discipline_accept", 2, DISCIPLINE)(
            "discipline_answer", 5, DISCIPLINE, result="partly", explanation="x"
        ),
        DISCIPLINE,
    ),
    "serve_late_refusal": (
        lambda: late_review()("refuse_late", 65, ABOVE, reason="no_good_cause", explanation="x"),
        ABOVE,
    ),
    "serve_late_rereview_refusal": (
        lambda: late_rereview()("refuse_late_rereview", 65, TOP, reason="no_good_cause", explanation="x"),
        TOP,
    ),
}


@pytest.mark.parametrize("step", SERVICES)
def test_no_service_is_backdated_or_without_proof(step: str) -> None:
    make, actor = SERVICES[step]
    day = (make().case.events[-1].at.date() - MON).days
    assert make().refused(step, day + 1, actor, **served_on(day - 1))
    assert make().refused(step, day + 1, actor, method="post", served_on=on(day))
    assert make()(step, day + 1, actor, **served_on(day)).state != make().state


def test_every_service_of_the_book_is_tested() -> None:
    assert set(SERVICES) == {s.id for s in BOOK.of_part("serve")}


# --- the book as a whole ------------------------------------------------------------------------------


def everything() -> list[Life]:
    """Lives that together take every step of the book."""
    objection = objected(Life(), "housing", 1)("overrule_objection", 2, CLERK, reason="核实")
    urgent = Life()("urgent_report", 1, CLERK, told="县委", matter="外墙")(
        "urgent_done", 1, CLERK, done="围挡"
    )
    linked = Life()("link_duplicate", 1, CLERK, earlier="1", compared="同一件")
    direct = Life(handler="bureau")("pass_on", 1, OWN, office="housing", reason="subordinate")
    assigned = Life()("assign", 1, CLERK, office="housing", report_by=on(40))(
        "report_result", 9, OFFICER, result="x"
    )
    referred = objected(twice_upheld(), "rail", 3)("refer_objection", 4, CLERK, superior="county", reason="x")
    referred("name_lead", 5, ABOVE, office="housing", reason="x")
    joint = disputed()("name_joint", 3, ABOVE, office="housing", offices=["water"], reason="x")
    duty = routed()("perform_duty", 2, OFFICER, basis="x", due=on(22))
    duty("report_duty", 3, OFFICER, facts="x", handling="x", basis="x", remedies="x")
    studied = suggestion()("accept_suggestion", 2, OFFICER)
    overruled = redirected()("challenge", 5, PETITIONER, reviewer="county")
    overruled("overrule_challenge", 6, ABOVE, reason="other_route", explanation="x")(
        "serve_challenge", 7, ABOVE, **served_on(7)
    )
    worked = heard()("record_work", 4, OFFICER, note="x")("ask_petitioner", 4, OFFICER, question="x")
    worked("reply", 4, PETITIONER, text="x")("share", 4, OFFICER, offices=["water"], note="x")
    worked("hearing_open", 4, OFFICER, held_on=on(5), **HEARING)(
        "hearing_record", 5, OFFICER, held_on=on(5), **HELD
    )
    worked("ask_extension", 5, OFFICER, days=3, reason="x")("refuse_extension", 5, HEAD, reason="x")
    worked("ask_recusal", 5, PETITIONER, officer="x", reason="x")(
        "refuse_recusal", 5, HEAD, officer="x", ground="not_involved", reason="x"
    )
    worked("ask_recusal", 6, PETITIONER, officer="x", reason="x")("rule_recusal", 6, HEAD, officer="x")
    worked("joint_session", 6, CLERK, offices=["water"], held_on=on(6), result="x")
    worked("sponsor", 6, HEAD, leader="head1", plan="x", finish_by=on(30))(
        "sponsor_visit", 6, HEAD, on=on(6), form="visit", note="x"
    )
    worked("sponsor_done", 6, CLERK, result="x")("supplement", 6, PETITIONER)("withdraw", 6, PETITIONER)(
        "undo_withdraw", 6, PETITIONER
    )
    worked("ask_aid", 6, PETITIONER, need="x")("refuse_aid", 6, CLERK, reason="already", explanation="x")
    worked("ask_aid", 6, PETITIONER, need="x")("give_aid", 6, CLERK, organ="x", note="x")
    worked("ask_supervision", 6, PETITIONER)("answer_urge", 6, SUPERVISOR, reason="in_time", explanation="x")
    worked.breach(90)("interim_reply", 90, OFFICER, reason="x", expected_on=on(99))
    declined = offered()("decline_settlement", 5, PETITIONER)
    done = served()("execute", 8, OFFICER, unit="x", note="x")("execution_failed", 8, OFFICER, reason="x")
    done("report_execution", 9, OFFICER, done_on=on(9), proof="x")(
        "call_back", 9, CLERK, on=on(9), result="as_told"
    )
    done("rate", 9, PETITIONER, rating="satisfied")("close", 60, CLERK)
    admitted = late_review()("admit_late", 61, ABOVE)
    again = late_rereview()("admit_late_rereview", 61, TOP)("order_redo_again", 62, TOP, **REDO)
    held = rereviewing()("rereview_hearing", 22, TOP, opened_on=on(22), closed_on=on(23), **HEARING)
    held("record_rereview_hearing", 23, TOP, held_on=on(23), **HELD)
    closed = review_served()("close_review", 60, SYSTEM)
    reviewed = reviewing()("record_review", 11, ABOVE, note="x")
    superior = asked_superior()("answer_superior", 5, ABOVE, reason="in_order", explanation="x")
    order = ordered()("answer_supervision", 20, HEAD, answer="x")
    rectified = rectifying()("report_rectification", 39, OFFICER, done="x", proof="x")
    rectified("confirm_rectification", 40, ABOVE, result="done", note="x")
    adopted = suggested()("answer_suggestion_order", 42, ABOVE, adopted="adopted", answer="x")
    taken, old = imported()("take_up", 1, CLERK), imported()("import_answer", 1, SYSTEM)
    return [
        *(
            objection,
            urgent,
            linked,
            direct,
            assigned,
            referred,
            joint,
            duty,
            studied,
            overruled,
            worked,
            declined,
        ),
        *(
            done,
            admitted,
            again,
            held,
            closed,
            reviewed,
            superior,
            order,
            rectified,
            adopted,
            taken,
            old,
            extended(),
        ),
        *(
            upheld(),
            no_longer(),
            replied(),
            settled(),
            disciplined(),
            late_refused(),
            late_rereview_refused(),
        ),
        *(redone(), rereviewed()),
    ]


def test_every_step_and_every_state_of_the_book_happens() -> None:
    lives = everything()
    assert {e.step for life in lives for e in life.case.events} == set(BOOK.steps)
    assert {s for life in lives for s in (*life.case.trail, life.state)} - {""} == set(BOOK.states)


def test_whatever_happens_somebody_owes_the_next_thing() -> None:
    """In every open state that these lives pass: an owner, and a clock of its own that binds it."""
    for life in everything():
        case = start(BOOK)
        for event in life.case.events:
            case = evolve(case, event)
            state = BOOK.states[case.state]
            if state.final or state.unclocked:
                continue
            owners = {r.clock.owner for r in running(case, CHINA)}
            assert state.owner in owners, (case.state, event.step)
            assert state.owner == "petitioner" or case.office(state.owner), (case.state, event.step)


HANDED_ON = ("uphold_objection", "refer_objection", "name_lead", "name_joint", "uphold_challenge", "pass_on")
# What ends each duty that stands whatever the state.
STOPS: dict[str, tuple[str, ...]] = {
    "report_back": ("report_result", *HANDED_ON),
    "other_route": ("uphold_challenge",),
    "execute": ("report_execution", "order_redo", "order_redo_again"),
    "supervise": ("order_supervision", "answer_urge", "refer_up", "suggest"),
    "answer_order": ("answer_supervision", *HANDED_ON),
    "superior": ("order_rectification", "answer_superior"),
    "rectify": ("report_rectification", *HANDED_ON),
    "confirm": ("confirm_rectification",),
    "adopt": ("answer_suggestion_order",),
    "urgent": ("urgent_done",),
    "sponsor_plan": ("sponsor_done",),
    "aid": ("give_aid", "refuse_aid"),
}
# Offices that nobody chooses, and what else is filled in.
DERIVED = {
    "forward_accusation.organ": "discipline",
    "refer_objection.superior": "above:handler",
    "dispute.superior": "above:handler",
    "redirect.office": "acting",
    "not_again.office": "acting",
    "not_again.earlier_state": "earlier_state",
    "challenge.reviewer": "above:handler",
    "ask_review.reviewer": "above:handler",
    "ask_review_late.reviewer": "above:handler",
    "ask_rereview.rereviewer": "above:reviewer",
    "ask_rereview_late.rereviewer": "above:reviewer",
    "ask_superior.superior": "above:handler",
    "refer_up.superior": "above:handler",
}


def test_duties_stand_until_something_listed_ends_them() -> None:
    assert {c.id: c.stops for c in BOOK.clocks.values() if c.stops} == STOPS
    unmoved = {c.id for c in BOOK.clocks.values() if not c.restarts}
    assert unmoved == {"supervise", "superior", "urgent", "sponsor_plan", "aid"}
    rights = {c.id for c in BOOK.clocks.values() if c.right}
    assert rights == {"object", "ask_review", "ask_rereview", "other_route"}


def test_no_office_chooses_who_reviews_it() -> None:
    fields = {f"{s.id}.{f.id}": f for s in BOOK.steps.values() for f in s.fields if f.derive}
    assert {name: field.derive for name, field in fields.items()} == DERIVED
    assert all(field.required for field in fields.values())


def test_what_moves_a_case_on_is_on_time_by_what_binds_its_owner() -> None:
    for step in BOOK.steps.values():
        for state in (BOOK.states[s] for s in step.from_ if s and step.targets() and step.id != "object"):
            binding = {c for c in state.clocks if BOOK.clocks[c].owner == state.owner}
            if state.owner in {w.relation for w in step.by} and state.owner != "petitioner" and binding:
                assert binding & set(step.clocks), (step.id, state.id)
                assert step.part != "serve" or binding <= set(step.clocks), (step.id, state.id)


def test_an_office_that_loses_the_matter_owes_nothing_more_and_sees_nothing_more() -> None:
    for name in HANDED_ON:
        assert name == "refer_objection" or "joint" in (*BOOK.steps[name].clears, *BOOK.steps[name].sets)
    life = Life()("assign", 1, CLERK, office="housing", report_by=on(40))
    life("share", 2, OFFICER, offices=["water"], note="商量过")("object", 2, OFFICER, **OBJECTION)
    life("uphold_objection", 3, CLERK, reason="核实")
    assert (life.case.handler, life.case.joint, life.owes()) == ("", (), {"route": "bureau"})


@pytest.mark.parametrize("outcome", ["not_supported", "reasonable_without_basis"])
def test_a_redo_ends_what_the_first_answer_promised(outcome: str) -> None:
    assert "execute" in served().clocks()
    life = redone()
    assert "execute" not in life.clocks()
    life("decide", 14, COLLEAGUE, **{**OPINION, "outcomes": [outcome, "not_supported"], "execute_by": None})
    assert "execute" not in life.clocks()


def test_old_facts_still_replay() -> None:
    """Facts of the main line as they were recorded before the book held more than that."""
    life = routed()
    old = heard().case.events
    at = datetime.combine(on(4), datetime.min.time(), BOOK.zone)
    assert [e.step for e in old] == ["register", "transfer", "accept", "hear"]
    for step, values, state in (
        ("decide", {"outcomes": ["support", "partly"]}, "opinion"),
        ("redirect", {"route": "courts"}, "redirect_ready"),
    ):
        event = old[-1].__class__(step, at, OFFICER, values)
        assert evolve(life.case, event).state == state
