"""The hotline: dispatched at once, the first office leads, called back, done again at most twice, then up."""

from datetime import date, timedelta

import pytest

from tests.procedure.books import (
    ABOVE,
    BOSS,
    CALLER,
    CLERK,
    OFFICER,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    Line,
)

MON = date(2026, 3, 2)


def filed(**values: object) -> Line:
    return Line("beijing-12345", MON, **values)


def dispatched(due_in: int = 7) -> Line:
    return filed().take("dispatch", CLERK, office="works", due_by=MON + timedelta(days=due_in))


def heard(line: Line) -> Line:
    return line.take("hear", OFFICER, method="phone", record="it drips")


def told(line: Line) -> Line:
    return heard(line).answer("decide", OFFICER, "solved").serve("serve", OFFICER)


def redo(line: Line) -> Line:
    line.take("call_back", CALLER, finding="undone")
    return line.take("send_back", CALLER, due_by=line.day + timedelta(days=5), note="x")


#  recorded, dispatched   contact by    told         call back by    asked again by   closed
#  Mon 2 Mar (due 9th) ── Tue 3 ─────── Fri 6 ────── Wed 11 ──────── Thu 19 ───────── Fri 20
def test_it_walks_from_the_call_to_closing() -> None:
    line = filed()
    assert line.due("dispatch") == date(2026, 3, 3)
    line.take("dispatch", CLERK, office="works", due_by="2026-03-09")
    assert (line.due("contact"), line.due("handle")) == (date(2026, 3, 3), date(2026, 3, 9))
    told(line.on(date(2026, 3, 6)))
    assert (line.state, line.due("call_back")) == ("served", date(2026, 3, 11))
    line.on(date(2026, 3, 9)).take("call_back", CALLER, finding="done")
    assert (line.state, line.due("ask_redo")) == ("called_back", date(2026, 3, 19))
    line.take("rate", PETITIONER, rating="satisfied")
    line.on(date(2026, 3, 19)).refused("close", CLERK)
    assert line.on(date(2026, 3, 20)).take("close", SYSTEM).state == "closed"


def test_the_date_on_the_order_does_not_move_off_a_rest_day() -> None:
    assert dispatched(5).due("handle").weekday() == 5


def test_no_answer_before_the_petitioner_was_contacted() -> None:
    line = heard(dispatched()).answer("decide", OFFICER, "solved").serve("serve", OFFICER)
    redo(line)
    line.refused("decide", OFFICER, outcomes=["solved"], facts="f", reasons="r", handling="h", basis="b")
    heard(line).refused("decide", OFFICER, outcomes=[], facts="f", reasons="r", handling="h", basis="b")


def test_an_objection_is_quick_reasoned_and_ruled_on() -> None:
    line = dispatched()
    line.refused("object", OFFICER, reason="not_ours", explanation="x")
    line.take("object", OFFICER, reason="duties", explanation="rivers are another's")
    assert (line.state, line.due("handle")) == ("objected", date(2026, 3, 9))
    line.take("uphold_objection", CLERK, reason="so it is")
    assert (line.state, line.case.handler) == ("registered", "")


def test_the_third_objection_is_refused_and_so_is_a_late_one() -> None:
    line = dispatched()
    for office in ("water", "works"):
        actor = OFFICER if line.case.handler == "works" else OTHER_OFFICER
        line.take("object", actor, reason="duties", explanation="x").take(
            "uphold_objection", CLERK, reason="x"
        )
        line.take("dispatch", CLERK, office=office, due_by="2026-03-09")
    assert "第十四条" in line.refused("object", OFFICER, reason="duties", explanation="x").article
    late = dispatched().after(2)
    assert "第十四条" in late.refused("object", OFFICER, reason="duties", explanation="x").article


def test_an_order_never_goes_to_the_office_complained_of() -> None:
    filed(respondents=["works"]).refused("dispatch", CLERK, office="works", due_by="2026-03-09")


def test_the_date_is_extended_once_by_a_head_who_did_not_handle_it() -> None:
    line = heard(dispatched())
    given = {"due_by": "2026-03-20", "reason": "rain"}
    line.refused("grant_extension", OFFICER, **given)
    assert line.take("grant_extension", BOSS, **given).due("handle") == date(2026, 3, 20)
    line.refused("grant_extension", BOSS, **given)
    heard(dispatched()).on(date(2026, 3, 10)).refused("grant_extension", BOSS, **given)


def test_whoever_handled_it_does_not_call_back() -> None:
    line = told(dispatched())
    line.refused("call_back", OFFICER, finding="done")


def test_what_is_not_done_is_done_again_at_most_twice() -> None:
    line = told(dispatched())
    for _ in range(2):
        told(redo(line))
    line.take("call_back", CALLER, finding="dissatisfied")
    assert line.state == "returned"
    assert "第三十条" in line.refused("send_back", CALLER, due_by="2026-03-20", note="x").article
    line.take("raise_up", CLERK, reason="it keeps coming back")
    assert (line.state, line.case.reviewer) == ("coordinating", "city")
    line.answer("decide_review", ABOVE, "solved").serve("serve_review", ABOVE)
    assert line.state == "final"


def test_the_petitioner_goes_up_once_it_was_done_again() -> None:
    line = told(dispatched())
    line.refused("ask_review", PETITIONER, text="x")
    told(redo(line)).take("ask_review", PETITIONER, text="still not")
    assert (line.state, line.due("coordinate")) == ("coordinating", date(2026, 4, 1))
    line.take("return_order", ABOVE, due_by=line.day + timedelta(days=7), note="x")
    told(line).refused("ask_review", PETITIONER, text="again")


def test_whoever_handled_it_does_not_decide_above() -> None:
    line = redo(told(dispatched()))
    told(line).take("ask_review", PETITIONER, text="still not")
    turncoat = type(ABOVE)("officer", "city", OFFICER.ref)
    refusal = line.refused(
        "decide_review", turncoat, outcomes=["solved"], facts="f", reasons="r", handling="h", basis="b"
    )
    assert "第三十二条" in refusal.article


def test_it_is_explained_only_after_a_redo_and_for_a_printed_reason() -> None:
    said = {"reason": "handled", "what_is_new": "nothing", "explanation": "x"}
    line = told(dispatched()).take("call_back", CALLER, finding="dissatisfied")
    line.refused("explain", CLERK, **said)
    line.take("send_back", CALLER, due_by="2026-03-20", note="x")
    told(line).take("call_back", CALLER, finding="dissatisfied")
    line.refused("explain", CLERK, **{**said, "reason": "not_our_department"})
    line.take("explain", CLERK, **said).serve("serve_refusal", CLERK)
    assert line.state == "not_again"


@pytest.mark.parametrize("route", ["emergency", "legal", "repeat", "secret", "private", "unlawful"])
def test_the_six_diversions_are_told_and_can_be_challenged(route: str) -> None:
    line = filed().take("redirect", CLERK, route=route, organ="court", limit="60 days")
    assert line.state == "redirect_ready"
    line.serve("serve_redirect", CLERK).take("challenge", PETITIONER, text="no")
    assert (line.state, line.due("rule_challenge")) == ("challenged", date(2026, 3, 9))
    assert line.take("uphold_challenge", ABOVE, reason="x").state == "registered"


def test_only_an_inquiry_is_answered_on_the_spot() -> None:
    words = {"outcomes": ["answered"], "facts": "f", "reasons": "r", "handling": "h", "basis": "b"}
    filed().refused("answer_now", CLERK, **words)
    line = filed(purpose="inquiry").take("answer_now", CLERK, **words).serve("serve_answer", CLERK)
    assert line.due("ask_office") == date(2026, 3, 12)
    line.take("ask_office", PETITIONER, text="not clear")
    assert line.state == "registered"
    line.refused("answer_now", CLERK, **words)


def test_an_expired_order_is_asked_after_and_supervised() -> None:
    line = dispatched()
    line.refused("check_expired", CALLER, finding="not_contacted")
    line.on(date(2026, 3, 10)).breach().take("check_expired", CALLER, finding="not_contacted")
    line.take("order_supervision", SUPERVISOR, ground="late", due_by="2026-03-12", text="x")
    assert line.due("answer_supervision") == date(2026, 3, 12)
    line.refused("order_supervision", SUPERVISOR, ground="late", due_by="2026-03-12", text="x")
    line.on(date(2026, 3, 13)).breach().take("answer_supervision", OFFICER, answer="x")
    assert "answer_supervision" not in line.runs()


def test_what_an_office_received_itself_it_handles_or_passes_on() -> None:
    line = filed(handler="desk")
    assert (line.state, line.due("take_on")) == ("received", date(2026, 3, 3))
    own = type(OFFICER)("officer", "desk", "o9")
    line.take("take_on", own, due_by="2026-03-06")
    assert line.due("handle") == date(2026, 3, 6)
    accused = filed(handler="desk", respondents=["desk"])
    accused.refused("take_on", own, due_by="2026-03-06")
    assert accused.take("pass_on", own, reason="ourselves").state == "registered"
