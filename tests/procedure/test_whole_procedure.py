"""The Regulation lived through: from the arrival of a letter to its answer."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from huiyin.procedure import (
    Actor,
    Unlawful,
    breaches,
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
    OBJECTION,
    OWN,
    REFUSAL,
    SAME,
    SEALED,
    SUGGESTED,
    WAY,
    Life,
    disciplined,
    disputed,
    forwarded,
    handling,
    heard,
    no_longer,
    not_accepted,
    objected,
    offered,
    on,
    redirected,
    replied,
    routed,
    served,
    served_on,
    settled,
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


@pytest.mark.parametrize("step", ["joint_session", "sponsor", "instruct", "suggest", "sponsor_visit"])
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
