"""The Regulation lived through: help, what is late, who presses, and what the petitioner does."""

from collections.abc import Callable
from datetime import date

import pytest

from huiyin.procedure import (
    breaches,
)
from tests.procedure.cast import (
    BOOK,
    CHINA,
    CLERK,
    HEAD,
    OFFICER,
    OPINION,
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
    EVERYBODY,
    MON,
    OWN,
    Life,
    asked_superior,
    disciplined,
    disputed,
    forwarded,
    handling,
    imported,
    on,
    ordered,
    rectifying,
    replied,
    rereviewed,
    rereviewing,
    review_served,
    reviewing,
    routed,
    served,
    served_on,
    settled,
    suggested,
    upheld,
)

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
    for step in ("breach", "ask_supervision", "sponsor", "instruct", "ask_aid", "urgent_report", "suggest"):
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
