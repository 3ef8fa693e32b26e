"""The main line: what is lawful, what is refused under which article, and what the clocks say meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from huiyin.procedure import (
    ZONE,
    Actor,
    Event,
    Unlawful,
    decide,
    evolve,
    open_steps,
    replay,
    running,
    start,
)
from huiyin.procedure.book import GUARDS
from huiyin.procedure.engine import CHECKS
from tests.procedure.cast import (
    BOOK,
    CHINA,
    CLERK,
    DAY,
    FILED,
    HEAD,
    OFFICER,
    OPINION,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    Story,
    noon,
)

MON = date(2026, 3, 2)


def on(days: int) -> date:
    return MON + timedelta(days=days)


def open_to(story: Story, actor: Actor, day: date) -> set[str]:
    return {o.step.id for o in open_steps(story.case, actor, noon(day), CHINA)}


def refused(
    story: Story, step: str, day: date, actor: Actor, values: Mapping[str, Any] | None = None
) -> Unlawful:
    with pytest.raises(Unlawful) as caught:
        story.take(step, day, actor, values)
    assert caught.value.article.startswith("《")
    assert caught.value.step == step
    assert caught.value.message.zh
    assert caught.value.message.en
    return caught.value


# --- the whole line -------------------------------------------------------------------------------


#  filed        routed      accepted    heard   answered   served      window over
#  Mon 2 Mar ── Tue 3 ───── Wed 4 ───── Thu 5 ─ Fri 6 ──── Mon 9 ───── Wed 8 Apr ── closed Thu 9 Apr
def test_it_walks_from_letter_to_closing() -> None:
    story = Story(MON)
    assert story.case.state == "registered"
    assert story.due("route") == date(2026, 3, 17)
    story.transfer(on(1))
    assert (story.case.state, story.case.handler) == ("routed", "housing")
    story.accept(on(2)).hear(on(3)).answer(on(4))
    assert story.case.state == "opinion"
    assert story.due("decide") == date(2026, 5, 6)  # day 60 is Sun 3 May, within the Labour Day holiday
    story.serve(on(7))
    assert story.due("ask_review") == date(2026, 4, 8)
    refused(story, "close", date(2026, 4, 8), OFFICER)
    story.take("close", date(2026, 4, 9), SYSTEM)
    assert story.case.state == "closed"
    assert story.counts().keys() == {"execute"}  # closed, and what was promised is still owed
    story.take(
        "report_execution", date(2026, 5, 6), OFFICER, {"done_on": date(2026, 5, 6), "proof": "验收单"}
    )
    assert story.counts() == {}


def test_it_lets_an_office_with_power_receive_directly() -> None:
    story = Story(MON, handler="bureau")
    assert story.case.state == "received"
    assert story.due("inform_direct") == date(2026, 3, 17)
    story.take("accept", on(1), Actor("officer", "bureau", "officer9"))
    assert story.case.state == "handling"


def test_it_lets_the_only_office_of_a_county_transfer_to_itself() -> None:
    story = Story(MON).transfer(on(1), "bureau")
    story.take("accept", on(2), Actor("officer", "bureau", "officer9"))
    assert story.case.state == "handling"


def test_it_keeps_free_text_out_of_the_event() -> None:
    story = Story(MON).transfer(on(1)).accept(on(2)).hear(on(3)).answer(on(4))
    assert [dict(e.values) for e in story.case.events[-2:]] == [
        {"method": "phone"},
        {"outcomes": ["support", "not_supported"], "execute_by": "2027-09-01"},
    ]


def test_it_takes_up_an_imported_letter_and_only_then_starts_a_clock() -> None:
    filed = {**FILED, "received_on": "2019-04-25", "channel": "import"}
    case = evolve(start(BOOK), decide(start(BOOK), "import_letter", filed, SYSTEM, noon(MON), CHINA))
    assert case.state == "imported_open"
    assert running(case, CHINA) == ()
    taken = evolve(case, decide(case, "take_up", {}, CLERK, noon(on(1)), CHINA))
    assert [(r.clock.id, r.count.since) for r in running(taken, CHINA)] == [("route", on(1))]
    answered = evolve(case, decide(case, "import_answer", {}, SYSTEM, noon(on(1)), CHINA))
    assert (answered.state, running(answered, CHINA)) == ("imported_answered", ())


def test_it_never_refuses_a_fact() -> None:
    odd = Event("step of another book", noon(MON), SYSTEM, {"handler": 7, "respondents": "x"})
    broken = Event("register", noon(MON), CLERK, {"requests": "many", "respondents": None})
    case = replay(BOOK, [odd, broken])
    assert (case.state, case.requests, case.respondents) == ("registered", 0, ())
    assert running(case, CHINA)[0].count.since == MON


# --- clocks -----------------------------------------------------------------------------------------


#  transferred      day 15            accepted late     decide: 60 days from the rolled day 15
#  Mon 2 Mar ────── Tue 17 Mar ────── Wed 25 Mar ────── Mon 18 May (Sat 16 rolled)
@pytest.mark.parametrize("late", [16, 23, 90])
def test_a_late_acceptance_buys_no_time(late: int) -> None:
    story = Story(MON).transfer(MON)
    shadow = story.counts()["decide"]
    assert (shadow.shadow, shadow.since, shadow.day_zero) == (True, MON, date(2026, 3, 17))
    assert shadow.due == date(2026, 5, 18)
    accepted = story.accept(on(late)).counts()["decide"]
    assert (accepted.due, accepted.shadow) == (shadow.due, True)
    assert (accepted.since, accepted.day_zero) == (on(late), date(2026, 3, 17))


@pytest.mark.parametrize("in_time", [0, 10, 15])
def test_an_acceptance_in_time_counts_from_its_own_day(in_time: int) -> None:
    count = Story(MON).transfer(MON).accept(on(in_time)).counts()["decide"]
    assert (count.shadow, count.since, count.day_zero) == (False, on(in_time), on(in_time))


def test_the_shadow_starts_on_the_rolled_due_date() -> None:
    story = Story(date(2026, 9, 21)).transfer(date(2026, 9, 21))
    assert story.counts()["decide"].day_zero == date(2026, 10, 8)


def test_an_objection_does_not_reset_the_clock() -> None:
    story = Story(MON).transfer(on(1))
    before = story.due("inform_routed")
    objection = {"reason": "not_this_office", "explanation": "理由"}
    story.take("object", on(3), OFFICER, objection)
    assert story.due("inform_routed") == before
    story.take("overrule_objection", on(4), CLERK, {"reason": "核实"})
    assert (story.case.state, story.due("inform_routed")) == ("routed", before)
    again = refused(story, "object", on(4), OFFICER, objection)  # still within the 5 working days
    assert "一次异议" in again.message.zh


def test_an_upheld_objection_goes_back_with_the_first_clock_still_counting() -> None:
    story = Story(MON).transfer(on(1))
    story.take("object", on(3), OFFICER, {"reason": "not_this_system", "explanation": "理由"})
    story.take("uphold_objection", on(4), CLERK, {"reason": "核实"})
    assert (story.case.state, story.case.handler) == ("registered", "")
    assert story.due("route") == date(2026, 3, 17)
    story.transfer(on(5), "water")
    assert story.counts()["inform_routed"].since == on(5)
    assert "object" in open_to(story, OTHER_OFFICER, on(5))
    assert open_to(story, OFFICER, on(5)) == set()


#  received         registered          day 15
#  Mon 23 Feb ───── Mon 2 Mar ───────── Tue 10 Mar     (registering late buys no time)
def test_the_clocks_of_arrival_and_of_review_count_from_the_day_of_receipt() -> None:
    received = date(2026, 2, 23)
    assert Story(MON, received_on=received).due("route") == date(2026, 3, 10)
    assert Story(MON, received_on=received, handler="bureau").due("inform_direct") == date(2026, 3, 10)
    story = Story(MON).transfer(on(1)).accept(on(2)).hear(on(3)).answer(on(4)).serve(on(9), on(7))
    assert (story.counts()["ask_review"].since, story.due("ask_review")) == (on(7), date(2026, 4, 8))


def test_the_decision_clock_runs_until_the_answer_is_served() -> None:
    story = Story(MON).transfer(MON).accept(MON).hear(on(1))
    before = story.due("decide")
    assert story.answer(on(2)).due("decide") == before
    assert "decide" not in story.serve(on(9)).counts()


def test_an_extension_is_counted_from_acceptance_and_rolled_once() -> None:
    story = Story(MON).transfer(MON).accept(MON).ask_extension(on(5))
    story.take("grant_extension", on(6), HEAD, {"days": 20, "reason": "复杂"})
    count = story.counts()["decide"]
    assert (count.extension, count.day_zero, count.due) == (20, MON, on(80))


def test_an_extension_also_lengthens_a_shadow_count() -> None:
    story = Story(MON).transfer(MON).accept(on(20)).ask_extension(on(21))
    story.take("grant_extension", on(22), HEAD, {"days": 30, "reason": "复杂"})
    assert story.counts()["decide"].day_zero + 90 * DAY <= story.due("decide")
    assert story.counts()["decide"].shadow


def test_a_withdrawal_undone_changes_no_date() -> None:
    story = Story(MON).transfer(on(1)).accept(on(2))
    before = story.counts()
    story.take("withdraw", on(5), PETITIONER)
    assert (story.case.state, story.counts()) == ("withdrawn", {})
    story.take("undo_withdraw", on(20), PETITIONER)
    assert (story.case.state, story.counts()) == ("handling", before)


def test_a_running_clock_knows_whose_it_is_and_when_it_is_overdue() -> None:
    story = Story(MON).transfer(on(1))
    owners = {r.clock.id: r.owner_office for r in running(story.case, CHINA)}
    assert owners == {"inform_routed": "housing", "object": "housing", "decide": "housing"}
    inform = running(story.case, CHINA)[0]
    assert not inform.overdue(datetime(2026, 3, 18, 23, 59, tzinfo=ZONE))
    assert inform.overdue(datetime(2026, 3, 19, tzinfo=ZONE))
    story.accept(on(2)).hear(on(2)).answer(on(2)).serve(on(2))
    assert running(story.case, CHINA)[0].owner_office == ""


def test_open_steps_show_the_date_each_is_due() -> None:
    story = Story(MON).transfer(on(1))
    due = {o.step.id: o.due and o.due.due for o in open_steps(story.case, OFFICER, noon(on(1)), CHINA)}
    assert due == {
        "object": date(2026, 3, 10),
        "accept": date(2026, 3, 18),
        "not_accept": date(2026, 3, 18),
        "redirect": date(2026, 3, 18),
        "perform_duty": date(2026, 3, 18),
        "not_again": date(2026, 3, 18),
        "dispute": date(2026, 3, 18),
        "share": None,
        "link_duplicate": None,
        "urgent_report": None,
        "instruct": None,
    }
    story.take("withdraw", on(2), PETITIONER)
    undo = next(o for o in open_steps(story.case, PETITIONER, noon(on(2)), CHINA) if o.step.back_to)
    assert undo.due is not None
    assert (undo.due.clock, undo.due.due) == ("", date(2026, 3, 19))


# --- who --------------------------------------------------------------------------------------------


def test_nobody_without_a_relation_may_do_anything() -> None:
    story = Story(MON).transfer(on(1)).accept(on(2))
    strangers = [
        OTHER_OFFICER,
        Actor("supervisor", "water", "super2"),
        Actor("officer"),
        Actor("custodian", "bureau", "c"),
        Actor("public"),
    ]
    for stranger in strangers:
        assert open_to(story, stranger, on(3)) == set()
        for step in BOOK.steps:
            refused(story, step, on(3), stranger)


def test_the_office_can_neither_enter_nor_rate_for_the_petitioner() -> None:
    story = Story(MON).transfer(on(1)).accept(on(2)).hear(on(3)).answer(on(4)).serve(on(5))
    for actor in (CLERK, OFFICER, HEAD, SUPERVISOR, SYSTEM):
        refused(story, "rate", on(6), actor, {"rating": "satisfied"})
        refused(Story(MON), "withdraw", on(6), actor)
    for step in ("withdraw", "undo_withdraw", "rate", "supplement", "reply"):
        assert [str(w) for w in BOOK.steps[step].by] == ["petitioner"]


def test_a_rating_may_be_changed_even_after_closing() -> None:
    story = Story(MON).transfer(on(1)).accept(on(2)).hear(on(3)).answer(on(4)).serve(on(5))
    story.take("rate", on(6), PETITIONER, {"rating": "satisfied"})
    story.take("close", on(40), CLERK)
    story.take("rate", on(41), PETITIONER, {"rating": "not", "text": "没有落实"})
    assert story.case.state == "closed"


def test_a_named_officer_takes_no_step() -> None:
    story = Story(MON, respondent_officers=["officer1"]).transfer(on(1))
    assert open_to(story, OFFICER, on(2)) == set()
    assert refused(story, "accept", on(2), OFFICER).article.endswith("第二十八条")
    assert "accept" in open_to(story, replace(OFFICER, ref="officer7"), on(2))


def test_a_clerk_can_only_register_for_their_own_office() -> None:
    filed = {**FILED, "bureau": "housing", "received_on": MON}
    with pytest.raises(Unlawful):
        decide(start(BOOK), "register", filed, CLERK, noon(MON), CHINA)
    assert decide(start(BOOK), "register", filed, PETITIONER, noon(MON), CHINA).values["bureau"] == "housing"


# --- guards, each refused with its article --------------------------------------------------------------


def handling() -> Story:
    return Story(MON).transfer(on(1)).accept(on(2))


def asked() -> Story:
    return handling().hear(on(3)).ask_extension(on(4))


def granted() -> Story:
    return asked().take("grant_extension", on(5), HEAD, {"days": 10, "reason": "复杂"})


def made() -> Story:
    return handling().hear(on(3)).answer(on(4))


GRANT = {"days": 10, "reason": "复杂"}
REDIRECT = {"route": "other_powers", "organ": "县法院", "limit": "尽快"}
ACCUSED = {"purpose": "accusation"}
SERVED = {"method": "post", "served_on": on(3), "proof": "签收"}
ASK = {"days": 5, "reason": "复杂"}
OBJECT = {"reason": "not_this_office", "explanation": "不归我们管"}

GUARDED: dict[str, tuple[Callable[[], Story], str, date, Actor, dict[str, Any], str]] = {
    "needs": (handling, "decide", on(3), OFFICER, OPINION, "第三十一条第六项"),
    "never_after": (granted, "ask_extension", on(6), OFFICER, ASK, "第三十四条"),
    "at_most": (granted, "grant_extension", on(6), HEAD, GRANT, "第三十四条"),
    "before": (lambda: Story(MON).transfer(MON), "object", on(8), OFFICER, OBJECT, "第二十三条第三款"),
    "after": (lambda: made().serve(on(5)), "close", on(6), OFFICER, {}, "第三十五条"),
    "pending": (handling, "grant_extension", on(3), HEAD, GRANT, "第三十四条"),
    "not_pending": (asked, "ask_extension", on(5), OFFICER, ASK, "第三十四条"),
    "not_same_officer_as": (
        lambda: handling().ask_extension(on(3)),
        "grant_extension",
        on(4),
        Actor("head", "housing", "officer1"),
        GRANT,
        "第三十四条",
    ),
    "not_respondent": (lambda: Story(MON), "transfer", on(1), CLERK, {"office": "patrol"}, "第三十条"),
    "handler_not_respondent": (
        lambda: Story(MON, handler="bureau", respondents=["bureau"]),
        "accept",
        on(1),
        Actor("officer", "bureau", "o"),
        {},
        "第三十条",
    ),
    "within_days_of": (
        lambda: handling().take("withdraw", on(3), PETITIONER),
        "undo_withdraw",
        on(22),  # day 15 is Wed 20 March
        PETITIONER,
        {},
        "第四十一条",
    ),
    "not_before": (made, "serve", on(5), OFFICER, SERVED, "第三十五条"),
    "not_purpose": (
        lambda: Story(MON, **ACCUSED),
        "transfer",
        on(1),
        CLERK,
        {"office": "housing"},
        "第三十条",
    ),
    "by_owner": (
        lambda: Story(MON).transfer(on(1)),
        "redirect",
        on(2),
        CLERK,
        {**REDIRECT, "route": "courts"},
        "第二十三条第一款",
    ),
    "choice_only_in": (
        lambda: Story(MON).transfer(on(1)),
        "redirect",
        on(2),
        OFFICER,
        REDIRECT,
        "第二十三条第三款",
    ),
}


@pytest.mark.parametrize("kind", GUARDED)
def test_it_refuses_what_a_guard_forbids(kind: str) -> None:
    story, step, day, actor, values, article = GUARDED[kind]
    fault = refused(story(), step, day, actor, values)
    assert fault.article.endswith(article)
    assert fault.message in [g.message for g in BOOK.steps[step].guards if g.kind == kind]


def test_it_refuses_a_handler_that_did_not_receive_the_matter_itself() -> None:
    filed = {**FILED, "received_on": MON, "handler": "housing"}
    with pytest.raises(Unlawful, match="received the matter itself") as caught:
        decide(start(BOOK), "register", filed, CLERK, noon(MON), CHINA)
    assert caught.value.field == "handler"


# Tested in test_duties.py.
OF_DUTIES = {
    "only_purpose",
    "office_not",
    "value_of",
    "not_same_as_before",
    "passed",
    "channel_max",
    "needs_value",
    "not_self",
    "imported_not",
}


def test_every_guard_has_a_reader_a_check_and_a_test() -> None:
    assert set(GUARDS) == set(CHECKS) == {*GUARDED, "same_as", *OF_DUTIES}


@pytest.mark.parametrize("step", ["transfer", "assign", "redirect"])
def test_an_accusation_can_only_be_forwarded(step: str) -> None:
    story = Story(MON, **ACCUSED)
    assert open_to(story, CLERK, on(1)) == {"forward_accusation", "link_duplicate", "urgent_report"}
    assert open_to(story, PETITIONER, on(1)) == {"supplement", "withdraw", "ask_supervision", "ask_aid"}
    values = {"office": "housing", "report_by": on(9)} if step != "redirect" else REDIRECT
    if step == "transfer":
        del values["report_by"]
    assert refused(story, step, on(1), CLERK, values).article.endswith("第三十条")


@pytest.mark.parametrize("step", ["accept", "not_accept", "redirect"])
def test_an_accusation_received_directly_stays_closed_too(step: str) -> None:
    story = Story(MON, handler="bureau", **ACCUSED)
    assert refused(story, step, on(1), Actor("officer", "bureau", "o")).article.endswith("第三十条")


@pytest.mark.parametrize("given", ["respondents", "named_offices"])
@pytest.mark.parametrize("step", ["transfer", "assign"])
def test_no_petition_reaches_the_office_it_names(given: str, step: str) -> None:
    story = Story(MON, **{given: ["housing", "water"]})
    values = {"office": "water"} | ({"report_by": on(9)} if step == "assign" else {})
    fault = refused(story, step, on(1), CLERK, values)
    assert (fault.field, fault.article.endswith("第三十条")) == ("office", True)


def test_the_way_undone_stays_open_through_the_fifteenth_day() -> None:
    withdrawn = handling().take("withdraw", on(3), PETITIONER)
    withdrawn.take("undo_withdraw", on(18), PETITIONER)
    assert withdrawn.case.state == "handling"


def test_an_extension_cannot_be_granted_after_the_term() -> None:
    story = handling().ask_extension(on(60))
    assert story.due("decide") == date(2026, 5, 6)
    assert refused(story, "grant_extension", date(2026, 5, 7), HEAD, GRANT).article.endswith("第三十四条")
    story.take("refuse_extension", date(2026, 5, 7), HEAD, {"reason": "已到期"})


# --- steps and fields -----------------------------------------------------------------------------------


def test_it_refuses_a_step_the_book_does_not_have() -> None:
    assert refused(Story(MON), "pause", on(1), OFFICER).article == "《信访工作条例》第二条"


def test_it_refuses_a_step_in_the_wrong_state() -> None:
    fault = refused(Story(MON), "accept", on(1), OFFICER)
    assert "已登记" in fault.message.zh


def test_it_has_no_pause() -> None:
    words = {w for step in BOOK.steps.values() for w in (step.id, *step.fact.split("."))}
    assert not words & {"pause", "suspend", "stop", "resume", "paused", "suspended"}


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("transfer", {}, "office"),
        ("transfer", {"office": "housing", "stamp": 1}, "stamp"),
        ("transfer", {"office": "a b"}, "office"),
        ("transfer", {"office": ["housing"]}, "office"),
        ("transfer", {"office": "housing", "note": "长" * 20_001}, "note"),
        ("transfer", {"office": "housing", "note": 5}, "note"),
        ("assign", {"office": "housing"}, "report_by"),
        ("assign", {"office": "housing", "report_by": MON}, "report_by"),
        ("assign", {"office": "housing", "report_by": on(400)}, "report_by"),
        ("assign", {"office": "housing", "report_by": "soon"}, "report_by"),
    ],
)
def test_it_refuses_a_bad_value_and_names_its_field(step: str, values: dict[str, Any], field: str) -> None:
    assert refused(Story(MON), step, MON, CLERK, values).field == field


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("received_on", on(1)),
        ("received_on", date(1900, 1, 1)),
        ("requests", 0),
        ("requests", True),
        ("requests", "两"),
        ("purpose", "赞扬"),
        ("channel", ["letter"]),
        ("respondents", "patrol"),
        ("respondents", ["two words"]),
        ("keep_name", "ja"),
    ],
)
def test_it_refuses_a_bad_registration(name: str, value: object) -> None:
    with pytest.raises(Unlawful) as caught:
        Story(MON, **{name: value})
    assert caught.value.field == name
    assert str(value) not in str(caught.value)


def test_it_makes_values_canonical() -> None:
    story = Story(MON, requests="２", respondents=("patrol", "patrol"), place="")
    values = story.case.events[0].values
    assert (values["requests"], values["respondents"], values["place"]) == (2, ["patrol"], "")
    assert values["received_on"] == "2026-03-02"


@pytest.mark.parametrize("outcomes", [["support"], ["support"] * 3, ["support", "maybe"], "support", []])
def test_every_request_gets_one_outcome(outcomes: object) -> None:
    story = handling().hear(on(3))
    assert refused(story, "decide", on(4), OFFICER, {**OPINION, "outcomes": outcomes}).field == "outcomes"


def test_a_question_can_be_answered_once_it_is_asked() -> None:
    story = handling()
    assert "reply" not in open_to(story, PETITIONER, on(3))
    story.take("ask_petitioner", on(3), OFFICER, {"question": "哪一天？"})
    assert "reply" in open_to(story, PETITIONER, on(3))
    story.take("reply", on(4), PETITIONER, {"text": "三月一日"})
    assert "reply" not in open_to(story, PETITIONER, on(4))
    assert refused(story, "reply", on(4), PETITIONER, {"text": "又"}).article.endswith("第十九条")


def test_it_needs_a_moment_with_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide(start(BOOK), "register", {**FILED, "received_on": MON}, CLERK, datetime(2026, 3, 2), CHINA)


def test_every_way_to_turn_a_person_away_has_a_closed_list_with_articles() -> None:
    refusals = [s for s in BOOK.steps.values() if s.refusal]
    assert {s.id for s in refusals} == {
        "object", "not_accept", "redirect", "not_again", "overrule_challenge", "refuse_late",
        "refuse_late_rereview", "refuse_recusal", "refuse_aid", "answer_urge", "answer_superior",
    }  # fmt: skip
    for step in refusals:
        closed = [f for f in step.fields if f.kind == "choice" and f.required]
        assert closed
        assert all(choice.article for f in closed for choice in f.choices)


def test_every_ending_but_closing_tells_the_way_on() -> None:
    for state in BOOK.states.values():
        assert state.petitioner_text.zh
        assert not state.final or state.remedy
