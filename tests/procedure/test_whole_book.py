"""The Regulation as a whole: every step and state happens, and what holds in all of them."""

from datetime import datetime

import pytest

from huiyin.procedure import (
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
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
)
from tests.procedure.lives import (
    ABOVE,
    COLLEAGUE,
    HEARING,
    HELD,
    OBJECTION,
    OWN,
    REDO,
    TOP,
    Life,
    asked_superior,
    disciplined,
    disputed,
    extended,
    heard,
    imported,
    late_refused,
    late_rereview,
    late_rereview_refused,
    late_review,
    no_longer,
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
    served,
    served_on,
    settled,
    suggested,
    suggestion,
    twice_upheld,
    upheld,
)


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
    worked("instruct", 6, HEAD, leader="head1", instruction="x")
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
