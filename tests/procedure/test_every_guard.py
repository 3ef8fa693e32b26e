"""Each condition of each step of the Regulation refuses once, in its own words, and alone does so."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from huiyin.procedure import Actor, Book, Step, Unlawful, decide, replay
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
    noon,
)
from tests.procedure.lives import (
    ABOVE,
    ABOVE_HEAD,
    BUREAU_HEAD,
    COLLEAGUE,
    DISCIPLINE,
    HEARING,
    HELD,
    OBJECTION,
    OWN,
    REDO,
    REFUSAL,
    REVIEW,
    SAME,
    SUGGESTED,
    TOP,
    WAY,
    Life,
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
    not_accepted,
    objected,
    offered,
    on,
    ordered,
    rectifying,
    redone,
    replied,
    rereviewing,
    review_served,
    reviewing,
    routed,
    second_round,
    served,
    served_on,
    suggested,
    suggestion,
    twice_upheld,
    upheld,
)

Case = tuple[Callable[[], Life], int, Actor, dict[str, Any]]


def accused(**filed: Any) -> Life:
    return Life(purpose="accusation", **filed)


def direct(**filed: Any) -> Life:
    return Life(handler="bureau", **filed)


def own_cause() -> Life:
    return direct(respondents=["bureau"])


def asking(life: Life, day: int, officer: str = "x") -> Life:
    return life("ask_recusal", day, PETITIONER, officer=officer, reason="亲戚")


def duty() -> Life:
    return routed()("perform_duty", 2, OFFICER, basis="依据", due=on(22))


def challenged() -> Life:
    return not_accepted()("challenge", 5, PETITIONER, reviewer="county")


def investigating() -> Life:
    return forwarded()("discipline_accept", 2, DISCIPLINE)


def challenged_once() -> Life:
    """An answer to a suggestion was challenged and set aside, and there is another."""
    life = replied()("challenge", 5, PETITIONER, reviewer="county")
    life("uphold_challenge", 6, ABOVE, office="housing", reason="x")
    return life("answer_suggestion", 7, OFFICER, **SUGGESTED)("serve_reply", 8, OFFICER, **served_on(8))


def closed_after_a_redo() -> Life:
    """Set aside on re-review, answered anew, and nobody asked for a review of that."""
    life = rereviewing()("order_redo_again", 22, TOP, **REDO)
    life("hear", 23, COLLEAGUE, method="phone", record="他说")("decide", 24, COLLEAGUE, **DIFFERENT)
    return life("serve", 25, COLLEAGUE, **served_on(25))("close", 70, SYSTEM)


def hearing() -> Life:
    return heard()("hearing_open", 3, OFFICER, held_on=on(9), **HEARING)


def rehearing() -> Life:
    return rereviewing()("rereview_hearing", 22, TOP, opened_on=on(22), closed_on=on(30), **HEARING)


def self_referred(life: Life, office: str, day: int) -> Life:
    """The office above is said to be this very one, as no tree of offices would have it."""
    return life("refer_up", day, SUPERVISOR, superior=office, reason="x")


def stranger(office: str, officer: Actor) -> Actor:
    """The same officer, who has moved to another office."""
    return Actor(officer.role, office, officer.ref)


def thrice_redone() -> Life:
    """On review, and again on re-review."""
    life = second_round()("decide_review", 17, ABOVE, **REVIEW)("serve_review", 18, ABOVE, **served_on(18))
    life("ask_rereview", 19, PETITIONER, rereviewer="city")("order_redo_again", 20, TOP, **REDO)
    third = Actor("officer", "housing", "officer8")
    life("hear", 21, third, method="phone", record="他说")("decide", 22, third, **OPINION)
    life("serve", 23, third, **served_on(23))("ask_review", 24, PETITIONER, reviewer="county")
    life("decide_review", 25, ABOVE, **REVIEW)("serve_review", 26, ABOVE, **served_on(26))
    return life("ask_rereview", 27, PETITIONER, rereviewer="city")


def carried_out() -> Life:
    return served()("report_execution", 8, OFFICER, done_on=on(8), proof="验收单")


def withdrawn() -> Life:
    return routed()("withdraw", 3, PETITIONER)


def back_and_forth() -> Life:
    life = routed()
    for _ in range(3):
        life("withdraw", 3, PETITIONER)("undo_withdraw", 4, PETITIONER)
    return life("withdraw", 5, PETITIONER)


CHANGED = {**REVIEW, "conclusion": "change"}
SUPPORTED = {**CHANGED, "outcomes": ["support", "support"]}
UNDATED = {k: v for k, v in OPINION.items() if k != "execute_by"}
DIFFERENT = {**OPINION, "outcomes": ["support", "partly"]}
DUTY = {"facts": "x", "handling": "x", "basis": "x", "remedies": "x"}
ORDER = {"ground": "delay", "demand": "x", "answer_by": on(60)}
RECTIFY = {"ground": "delay", "demand": "x", "due": on(60)}
SUGGEST = {"kind": "improve", "addressee": "county", "suggestion": "x"}
INSTRUCTION = {"leader": "head9", "instruction": "x"}
SPONSOR = {"leader": "head9", "plan": "x", "finish_by": on(60)}
LATE = {"reason": "no_good_cause", "explanation": "x"}
RULED = {"reason": "other_route", "explanation": "x"}
ASKED = {"superior": "county", "offices": ["rail"], "reason": "x"}
NAME = {"office": "patrol", "reason": "x"}
TO_WATER = {**NAME, "office": "water"}
EXTEND = {"days": 5, "reason": "x"}
SETTLE = {"kind": "mediation", "agreement": "x"}
INTERIM = {"reason": "x", "expected_on": on(90)}
HEARD = {"held_on": on(9), **HELD}
REHEAR = {"opened_on": on(22), "closed_on": on(30), **HEARING}
RECUSAL = {"officer": "x", "ground": "no_interest", "reason": "x"}
URGENT = {"told": "县委", "matter": "x"}

# step.kind (.n for the n-th of that kind) → (life, day, who, with what)
REFUSED: dict[str, Case] = {
    "link_duplicate.by_owner": (routed, 2, CLERK, {"earlier": "1", "compared": "x"}),
    "urgent_report.imported_not": (imported, 2, CLERK, URGENT),
    "urgent_report.not_pending": (lambda: Life()("urgent_report", 1, CLERK, **URGENT), 1, CLERK, URGENT),
    "urgent_done.pending": (Life, 1, CLERK, {"done": "x"}),
    "transfer.not_purpose": (accused, 1, CLERK, {"office": "housing"}),
    "transfer.not_respondent": (Life, 1, CLERK, {"office": "patrol"}),
    "assign.not_purpose": (accused, 1, CLERK, {"office": "housing", "report_by": on(9)}),
    "assign.not_respondent": (Life, 1, CLERK, {"office": "patrol", "report_by": on(9)}),
    "pass_on.not_purpose": (
        lambda: direct(purpose="retaliation"),
        1,
        OWN,
        {"office": "housing", "reason": "conflict"},
    ),
    "pass_on.not_respondent": (direct, 1, OWN, {"office": "patrol", "reason": "conflict"}),
    "forward_accusation.by_owner": (lambda: accused(handler="bureau"), 1, CLERK, {"organ": "discipline"}),
    "forward_accusation.only_purpose": (Life, 1, CLERK, {"organ": "discipline"}),
    "forward_accusation.not_respondent": (accused, 1, CLERK, {"organ": "patrol"}),
    "object.never_after": (
        lambda: disputed()("name_lead", 3, ABOVE, office="housing", reason="x"),
        4,
        OFFICER,
        OBJECTION,
    ),
    "object.before": (routed, 9, OFFICER, OBJECTION),
    "object.at_most": (
        lambda: objected(Life(), "housing", 1)("overrule_objection", 2, CLERK, reason="x"),
        2,
        OFFICER,
        OBJECTION,
    ),
    "uphold_objection.at_most": (lambda: objected(twice_upheld(), "rail", 3), 4, CLERK, {"reason": "x"}),
    "dispute.not_purpose": (lambda: accused(handler="bureau"), 1, OWN, ASKED),
    "dispute.never_after": (upheld, 22, OTHER_OFFICER, ASKED),
    "name_lead.not_respondent": (disputed, 3, ABOVE, NAME),
    "name_joint.not_respondent.1": (disputed, 3, ABOVE, {**NAME, "offices": ["water"]}),
    "name_joint.not_respondent.2": (
        disputed,
        3,
        ABOVE,
        {"office": "water", "offices": ["patrol"], "reason": "x"},
    ),
    "accept.not_purpose": (lambda: accused(handler="bureau"), 1, OWN, {}),
    "accept.handler_not_respondent": (own_cause, 1, OWN, {}),
    "share.not_purpose": (lambda: accused(handler="bureau"), 1, OWN, {"offices": ["water"], "note": "x"}),
    "share.not_respondent": (handling, 3, OFFICER, {"offices": ["patrol"], "note": "x"}),
    "not_accept.not_purpose": (lambda: accused(handler="bureau"), 1, OWN, REFUSAL),
    "not_accept.handler_not_respondent": (own_cause, 1, OWN, REFUSAL),
    "not_accept.never_after": (upheld, 22, OTHER_OFFICER, REFUSAL),
    "redirect.by_owner": (routed, 2, CLERK, WAY),
    "redirect.not_purpose": (accused, 1, CLERK, WAY),
    "redirect.choice_only_in": (routed, 2, OFFICER, {**WAY, "route": "statutory_duty"}),
    "redirect.not_respondent": (lambda: Life(respondents=["bureau"]), 1, CLERK, WAY),
    "redirect.never_after": (upheld, 22, OTHER_OFFICER, WAY),
    "not_again.by_owner": (routed, 2, CLERK, SAME),
    "not_again.not_purpose": (accused, 1, CLERK, SAME),
    "not_again.not_respondent": (lambda: Life(respondents=["bureau"]), 1, CLERK, SAME),
    "not_again.never_after": (upheld, 22, OTHER_OFFICER, SAME),
    "accept_suggestion.only_purpose": (routed, 2, OFFICER, {}),
    "perform_duty.not_purpose": (suggestion, 2, OFFICER, {"basis": "x", "due": on(9)}),
    "perform_duty.handler_not_respondent": (own_cause, 1, OWN, {"basis": "x", "due": on(9)}),
    "perform_duty.never_after": (upheld, 22, OTHER_OFFICER, {"basis": "x", "due": on(40)}),
    "report_duty.not_pending": (lambda: asking(duty(), 3), 4, OFFICER, DUTY),
    "answer_suggestion.not_pending": (
        lambda: asking(suggestion()("accept_suggestion", 2, OFFICER), 3),
        4,
        OFFICER,
        SUGGESTED,
    ),
    "answer_suggestion.only_purpose": (routed, 2, OFFICER, SUGGESTED),
    "challenge.at_most": (
        challenged_once,
        9,
        PETITIONER,
        {"reviewer": "county"},
    ),
    "challenge.office_not": (not_accepted, 5, PETITIONER, {"reviewer": "housing"}),
    "uphold_challenge.office_not": (
        lambda: self_referred(challenged(), "housing", 6),
        7,
        COLLEAGUE,
        TO_WATER,
    ),
    "uphold_challenge.not_same_officer_as": (challenged, 6, stranger("county", OFFICER), TO_WATER),
    "uphold_challenge.not_respondent": (challenged, 6, ABOVE, NAME),
    "uphold_challenge.not_pending": (lambda: asking(challenged(), 6), 7, ABOVE, TO_WATER),
    "overrule_challenge.office_not": (lambda: self_referred(challenged(), "housing", 6), 7, COLLEAGUE, RULED),
    "overrule_challenge.not_same_officer_as": (challenged, 6, stranger("county", OFFICER), RULED),
    "overrule_challenge.not_pending": (lambda: asking(challenged(), 6), 7, ABOVE, RULED),
    "discipline_answer.not_pending": (
        lambda: asking(investigating(), 3),
        4,
        DISCIPLINE,
        {"result": "partly", "explanation": "x"},
    ),
    "ask_petitioner.by_owner": (
        lambda: self_referred(reviewing(), "county", 11),
        12,
        OFFICER,
        {"question": "x"},
    ),
    "hearing_open.not_pending": (hearing, 4, OFFICER, {"held_on": on(9), **HEARING}),
    "hearing_record.pending": (heard, 9, OFFICER, HEARD),
    "offer_settlement.not_pending": (offered, 5, OFFICER, SETTLE),
    "accept_settlement.pending": (handling, 5, PETITIONER, {}),
    "decline_settlement.pending": (handling, 5, PETITIONER, {}),
    "ask_extension.never_after": (extended, 6, OFFICER, EXTEND),
    "ask_extension.not_pending": (
        lambda: handling()("ask_extension", 3, OFFICER, **EXTEND),
        4,
        OFFICER,
        EXTEND,
    ),
    "ask_extension.before": (handling, 66, OFFICER, EXTEND),
    "grant_extension.pending": (handling, 6, HEAD, EXTEND),
    "grant_extension.not_same_officer_as": (
        lambda: handling()("ask_extension", 3, OFFICER, **EXTEND),
        4,
        Actor("head", "housing", OFFICER.ref),
        EXTEND,
    ),
    "grant_extension.before": (lambda: handling()("ask_extension", 60, OFFICER, **EXTEND), 66, HEAD, EXTEND),
    "refuse_extension.pending": (handling, 6, HEAD, {"reason": "x"}),
    "decide.needs": (handling, 4, OFFICER, OPINION),
    "decide.not_same_officer_as": (redone, 14, OFFICER, DIFFERENT),
    "decide.not_same_as_before": (redone, 14, COLLEAGUE, OPINION),
    "decide.not_pending.1": (hearing, 4, OFFICER, OPINION),
    "decide.needs_value": (heard, 4, OFFICER, UNDATED),
    "decide.not_pending.2": (lambda: asking(heard(), 4), 5, OFFICER, OPINION),
    "interim_reply.by_owner": (lambda: reviewing().breach(60), 60, OFFICER, INTERIM),
    "interim_reply.needs": (handling, 60, OFFICER, INTERIM),
    "execute.pending": (carried_out, 9, OFFICER, {"unit": "x", "note": "x"}),
    "report_execution.pending": (withdrawn, 4, OFFICER, {"done_on": on(4), "proof": "x"}),
    "execution_failed.pending": (withdrawn, 4, CLERK, {"reason": "x"}),
    "close.after": (served, 30, SYSTEM, {}),
    "close_review.after": (review_served, 30, SYSTEM, {}),
    "ask_review.before": (served, 40, PETITIONER, {"reviewer": "county"}),
    "ask_review.office_not": (served, 10, PETITIONER, {"reviewer": "housing"}),
    "ask_review_late.after": (served, 10, PETITIONER, {"reviewer": "county", "reason": "x"}),
    "ask_review_late.not_pending": (
        lambda: review_served()("close_review", 60, SYSTEM),
        61,
        PETITIONER,
        {"reviewer": "county", "reason": "x"},
    ),
    "ask_review_late.at_most": (late_refused, 70, PETITIONER, {"reviewer": "county", "reason": "x"}),
    "ask_review_late.office_not": (served, 60, PETITIONER, {"reviewer": "housing", "reason": "x"}),
    "refuse_late.office_not": (lambda: self_referred(late_review(), "housing", 61), 62, COLLEAGUE, LATE),
    "refuse_late.not_same_officer_as": (late_review, 62, stranger("county", OFFICER), LATE),
    "record_review.by_owner": (rereviewing, 22, ABOVE, {"note": "x"}),
    "decide_review.office_not": (lambda: self_referred(reviewing(), "housing", 11), 12, COLLEAGUE, REVIEW),
    "decide_review.not_same_officer_as": (reviewing, 12, stranger("county", OFFICER), REVIEW),
    "decide_review.needs_value.1": (reviewing, 12, ABOVE, CHANGED),
    "decide_review.needs_value.2": (reviewing, 12, ABOVE, SUPPORTED),
    "decide_review.not_pending": (lambda: asking(reviewing(), 11), 12, ABOVE, REVIEW),
    "order_redo.at_most": (second_round, 17, ABOVE, REDO),
    "order_redo.office_not": (lambda: self_referred(reviewing(), "housing", 11), 12, COLLEAGUE, REDO),
    "order_redo.not_same_officer_as": (reviewing, 12, stranger("county", OFFICER), REDO),
    "order_redo.not_pending": (lambda: asking(reviewing(), 11), 12, ABOVE, REDO),
    "ask_rereview.before": (review_served, 60, PETITIONER, {"rereviewer": "city"}),
    "ask_rereview.office_not": (review_served, 20, PETITIONER, {"rereviewer": "county"}),
    "ask_rereview_late.after": (review_served, 20, PETITIONER, {"rereviewer": "city", "reason": "x"}),
    "ask_rereview_late.needs": (
        closed_after_a_redo,
        71,
        PETITIONER,
        {"rereviewer": "city", "reason": "x"},
    ),
    "ask_rereview_late.at_most": (
        late_rereview_refused,
        70,
        PETITIONER,
        {"rereviewer": "city", "reason": "x"},
    ),
    "ask_rereview_late.office_not": (review_served, 60, PETITIONER, {"rereviewer": "county", "reason": "x"}),
    "refuse_late_rereview.office_not": (lambda: self_referred(late_rereview(), "city", 61), 62, TOP, LATE),
    "refuse_late_rereview.not_same_officer_as": (late_rereview, 61, stranger("city", ABOVE), LATE),
    "rereview_hearing.at_most": (rehearing, 23, TOP, {**REHEAR, "opened_on": on(23)}),
    "rereview_hearing.before": (rereviewing, 60, TOP, {**REHEAR, "opened_on": on(60), "closed_on": on(61)}),
    "rereview_hearing.not_before.1": (rereviewing, 22, TOP, {**REHEAR, "opened_on": on(20)}),
    "rereview_hearing.not_before.2": (
        lambda: late_rereview()("admit_late_rereview", 61, TOP),
        62,
        TOP,
        {**REHEAR, "opened_on": on(59), "closed_on": on(62)},
    ),
    "record_rereview_hearing.pending": (rereviewing, 22, TOP, HEARD),
    "decide_rereview.office_not": (lambda: self_referred(rereviewing(), "city", 22), 30, TOP, REVIEW),
    "decide_rereview.not_same_officer_as": (rereviewing, 30, stranger("city", ABOVE), REVIEW),
    "decide_rereview.not_pending.1": (rehearing, 23, TOP, REVIEW),
    "decide_rereview.needs_value.1": (rereviewing, 30, TOP, CHANGED),
    "decide_rereview.needs_value.2": (rereviewing, 30, TOP, SUPPORTED),
    "decide_rereview.not_pending.2": (lambda: asking(rereviewing(), 22), 30, TOP, REVIEW),
    "order_redo_again.at_most": (thrice_redone, 28, TOP, REDO),
    "order_redo_again.office_not": (lambda: self_referred(rereviewing(), "city", 22), 30, TOP, REDO),
    "order_redo_again.not_same_officer_as": (rereviewing, 30, stranger("city", OFFICER), REDO),
    "order_redo_again.not_pending.1": (rehearing, 23, TOP, REDO),
    "order_redo_again.not_pending.2": (lambda: asking(rereviewing(), 22), 30, TOP, REDO),
    "ask_recusal.not_pending": (lambda: asking(heard(), 4), 5, PETITIONER, {"officer": "y", "reason": "x"}),
    "rule_recusal.by_owner": (lambda: asking(reviewing(), 11), 12, HEAD, {"officer": "x"}),
    "rule_recusal.pending": (heard, 4, HEAD, {"officer": "x"}),
    "rule_recusal.not_self": (lambda: asking(heard(), 4, "head1"), 5, HEAD, {"officer": "head1"}),
    "refuse_recusal.by_owner": (lambda: asking(reviewing(), 11), 12, HEAD, RECUSAL),
    "refuse_recusal.pending": (heard, 4, HEAD, RECUSAL),
    "refuse_recusal.not_self": (
        lambda: asking(heard(), 4, "head1"),
        5,
        HEAD,
        {**RECUSAL, "officer": "head1"},
    ),
    "joint_session.not_respondent": (
        lambda: Life(respondents=["patrol"]),
        3,
        BUREAU_HEAD,
        {"offices": ["water", "patrol"], "held_on": on(3), "result": "x"},
    ),
    "joint_session.not_purpose": (
        forwarded,
        3,
        BUREAU_HEAD,
        {"offices": ["water"], "held_on": on(3), "result": "x"},
    ),
    "instruct.not_purpose": (forwarded, 3, BUREAU_HEAD, INSTRUCTION),
    "instruct.imported_not": (imported, 3, BUREAU_HEAD, INSTRUCTION),
    "sponsor.not_purpose": (forwarded, 3, BUREAU_HEAD, SPONSOR),
    "sponsor.imported_not": (imported, 3, BUREAU_HEAD, SPONSOR),
    "sponsor.not_pending": (lambda: handling()("sponsor", 3, HEAD, **SPONSOR), 4, BUREAU_HEAD, SPONSOR),
    "sponsor_visit.needs": (handling, 3, HEAD, {"on": on(3), "form": "visit", "note": "x"}),
    "sponsor_done.pending": (handling, 3, BUREAU_HEAD, {"result": "x"}),
    "ask_aid.imported_not": (imported, 3, PETITIONER, {"need": "x"}),
    "ask_aid.not_pending": (
        lambda: handling()("ask_aid", 3, PETITIONER, need="x"),
        4,
        PETITIONER,
        {"need": "x"},
    ),
    "give_aid.pending": (handling, 3, CLERK, {"organ": "x", "note": "x"}),
    "refuse_aid.pending": (handling, 3, CLERK, {"reason": "already", "explanation": "x"}),
    "call_back.office_not": (
        lambda: direct()("not_accept", 1, OWN, **REFUSAL)("serve_refusal", 2, OWN, **served_on(2)),
        3,
        CLERK,
        {"on": on(3), "result": "as_told"},
    ),
    "breach.passed": (routed, 3, SYSTEM, {"clock": "inform_routed", "due": on(1)}),
    "ask_supervision.imported_not": (imported, 3, PETITIONER, {}),
    "ask_superior.not_purpose": (lambda: accused(handler="bureau"), 3, PETITIONER, {"superior": "county"}),
    "ask_superior.office_not": (handling, 3, PETITIONER, {"superior": "housing"}),
    "answer_urge.pending": (handling, 3, SUPERVISOR, {"reason": "in_time", "explanation": "x"}),
    "order_supervision.office_not": (direct, 3, SUPERVISOR, ORDER),
    "order_supervision.not_pending": (ordered, 19, SUPERVISOR, ORDER),
    "answer_supervision.pending": (handling, 3, OFFICER, {"answer": "x"}),
    "refer_up.not_purpose": (
        lambda: accused(handler="bureau"),
        3,
        SUPERVISOR,
        {"superior": "county", "reason": "x"},
    ),
    "order_rectification.office_not": (lambda: self_referred(handling(), "housing", 3), 4, OFFICER, RECTIFY),
    "order_rectification.not_pending": (rectifying, 33, ABOVE_HEAD, RECTIFY),
    "answer_superior.pending": (reviewing, 12, ABOVE, {"reason": "in_order", "explanation": "x"}),
    "report_rectification.pending": (handling, 3, OFFICER, {"done": "x", "proof": "x"}),
    "confirm_rectification.not_same_officer_as": (
        lambda: rectifying()("report_rectification", 39, OFFICER, done="x", proof="x"),
        40,
        stranger("county", OFFICER),
        {"result": "done", "note": "x"},
    ),
    "confirm_rectification.pending": (rectifying, 33, ABOVE, {"result": "done", "note": "x"}),
    "suggest.not_purpose": (forwarded, 3, SUPERVISOR, SUGGEST),
    "suggest.imported_not": (imported, 3, SUPERVISOR, SUGGEST),
    "suggest.not_respondent": (handling, 3, SUPERVISOR, {**SUGGEST, "addressee": "patrol"}),
    "suggest.not_pending": (suggested, 42, SUPERVISOR, SUGGEST),
    "answer_suggestion_order.pending": (
        lambda: suggested()("answer_suggestion_order", 42, ABOVE, adopted="partly", answer="x"),
        43,
        ABOVE,
        {"adopted": "partly", "answer": "x"},
    ),
    "report_result.pending": (handling, 3, OFFICER, {"result": "x"}),
    "reply.pending": (handling, 3, PETITIONER, {"text": "x"}),
    "undo_withdraw.within_days_of": (withdrawn, 40, PETITIONER, {}),
    "undo_withdraw.at_most": (back_and_forth, 6, PETITIONER, {}),
}
# What another guard refuses as well: it stands for whoever reads the step alone, the proofs among them.
DOUBLED = {
    "grant_extension.at_most",  # nothing can be asked for again, so nothing is pending
    "redirect.handler_not_respondent",  # the office that acts is not complained of
    "not_again.handler_not_respondent",
    "breach.imported_not",  # no clock runs on such history
}


def named_guards(step: Step) -> Iterator[tuple[str, int]]:
    """`step.kind` for each guard, with a number where it has several of a kind, and its index."""
    many, seen = Counter(g.kind for g in step.guards), Counter[str]()
    for index, guard in enumerate(step.guards):
        seen[guard.kind] += 1
        number = f".{seen[guard.kind]}" if many[guard.kind] > 1 else ""
        yield f"{step.id}.{guard.kind}{number}", index


GUARDS = {
    name: (step.id, index)
    for step in BOOK.steps.values()
    if step.part != "serve" and step.id != "register"  # `test_whole_refusals` has tests of their own
    for name, index in named_guards(step)
}


def without(name: str) -> Book:
    """The book without that guard."""
    step_id, index = GUARDS[name]
    step = BOOK.steps[step_id]
    less = replace(step, guards=(*step.guards[:index], *step.guards[index + 1 :]))
    return replace(BOOK, steps={**BOOK.steps, step_id: less})


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_in_its_own_words_and_without_it_the_step_is_taken(name: str) -> None:
    make, day, actor, values = REFUSED[name]
    step_id, index = GUARDS[name]
    guard, life = BOOK.steps[step_id].guards[index], make()
    with pytest.raises(Unlawful) as caught:
        life(step_id, day, actor, **values)
    assert (caught.value.message, caught.value.article) == (guard.message, guard.article)
    bare = replay(without(name), life.case.events)
    decide(bare, step_id, values, actor, noon(on(day)), CHINA)


def test_every_guard_of_the_book_is_met() -> None:
    assert set(REFUSED) | DOUBLED == set(GUARDS)
