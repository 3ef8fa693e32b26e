"""The Regulation lived through: review, re-review, and the same matter again."""

from datetime import date

from huiyin.procedure import (
    Actor,
)
from tests.procedure.cast import (
    BOOK,
    CLERK,
    HEAD,
    OFFICER,
    OPINION,
    OTHER_OFFICER,
    PETITIONER,
    SYSTEM,
    counts,
)
from tests.procedure.lives import (
    ABOVE,
    COLLEAGUE,
    HEARING,
    HELD,
    REDO,
    REVIEW,
    SAME,
    TOP,
    Life,
    late_refused,
    late_rereview,
    late_rereview_refused,
    late_review,
    no_longer,
    on,
    redone,
    rereviewed,
    rereviewing,
    review_served,
    reviewing,
    second_round,
    served,
    served_on,
)

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
    found = {**OPINION, "new_facts": True, "new_facts_found": "重新测量过"}
    assert redone()("decide", 14, COLLEAGUE, **found).state == "opinion"


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
