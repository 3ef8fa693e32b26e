"""The World Bank's service: receipt, admissibility, a solution watched until done, no name unasked."""

from datetime import date

import pytest

from huiyin.procedure import Actor
from tests.procedure.books import BOSS, CHIEF, CLERK, OFFICER, PETITIONER, SYSTEM, WORDS, Line

MON = date(2026, 3, 2)
SAID = {"method": "phone", "record": "x"}


def filed(**values: object) -> Line:
    return Line("worldbank-grs", MON, **values)


def admitted() -> Line:
    return filed().take("acknowledge", CLERK).take("accept", CHIEF)


def handling() -> Line:
    return admitted().take("assign", CLERK, office="works").take("hear", OFFICER, **SAID)


def proposed(by: str = "2026-09-30") -> Line:
    return handling().answer("decide", OFFICER, "agreed", carried_out_by=by).serve("serve", CLERK)


#  received     receipt by    next step by    proposed by     agreed, done by    checked by
#  Mon 2 Mar ── Wed 4 ─────── Mon 16 ──────── Mon 13 Apr ──── Wed 30 Sep ─────── Mon 30 Mar
def test_it_walks_from_receipt_to_the_closing_report() -> None:
    line = filed()
    assert line.due("receipt") == date(2026, 3, 4)
    line.take("acknowledge", CLERK)
    assert line.due("admissibility") == date(2026, 3, 16)
    line.take("accept", CHIEF)
    assert line.due("engage") == date(2026, 3, 9)
    line.take("assign", CLERK, office="works")
    assert line.due("solution") == date(2026, 4, 13)
    line.refused("decide", OFFICER, outcomes=["agreed"], carried_out_by="2026-09-30", **WORDS)
    line.take("hear", OFFICER, **SAID)
    line.answer("decide", OFFICER, "agreed", carried_out_by="2026-09-30").serve("serve", CLERK)
    assert line.due("consider") == date(2026, 3, 30)
    line.take("agree", PETITIONER)
    assert (line.state, line.due("carry_out")) == ("monitoring", date(2026, 9, 30))
    line.take("report_execution", OFFICER, report="done")
    assert (line.state, line.due("verify")) == ("carried_out", date(2026, 3, 30))
    line.answer("conclude", CLERK, "agreed").serve("serve_report", CLERK)
    assert line.state == "final"


def test_the_inspection_panel_is_open_from_every_state() -> None:
    for state in filed().book.states.values():
        if state.id.startswith(("discipline", "withdrawn", "imported")):
            continue
        assert state.remedy is not None, state.id
        assert "Inspection Panel" in state.remedy.en, state.id


def test_the_identity_is_never_shared_without_written_consent() -> None:
    line, shared = handling(), {"with_whom": "the mayor", "for_what": "the list"}
    refusal = line.refused("share_identity", CLERK, **shared)
    assert refusal.article == "World Bank GRS FAQ (confidentiality of identity)"
    line.take("ask_consent", CLERK, with_whom="the mayor", why="the list")
    line.refused("share_identity", CLERK, **shared)
    line.take("give_consent", PETITIONER, text="to the mayor").take("share_identity", CLERK, **shared)
    line.take("take_back_consent", PETITIONER).refused("share_identity", CLERK, **shared)
    line.refused("give_consent", CLERK, text="for her")
    line.refused("share_identity", OFFICER, **shared)


def test_a_complaint_is_not_admitted_only_for_a_printed_reason() -> None:
    line, said = filed().take("acknowledge", CLERK), {"organ": "x", "explanation": "x"}
    line.refused("not_accept", CLERK, reason="not_our_department", **said)
    line.take("not_accept", CLERK, reason="procurement", **said)
    assert line.due("tell_refusal") == date(2026, 3, 9)
    assert line.serve("serve_refusal", CLERK).state == "not_accepted"


def test_a_proposal_is_declined_twice_at_most_and_looked_at_again() -> None:
    line = proposed()
    for _ in range(2):
        line.take("decline", PETITIONER, text="not enough")
        assert line.state == "handling"
        line.answer("decide", OFFICER, "partly", carried_out_by="2026-09-30").serve("serve", CLERK)
    assert line.refused("decline", PETITIONER, text="no").article.startswith("World Bank Inspection Panel")


def test_without_an_answer_it_is_closed_only_after_the_time_to_consider() -> None:
    line = proposed().on(date(2026, 3, 30))
    line.refused("close", SYSTEM)
    assert line.on(date(2026, 3, 31)).take("close", SYSTEM).state == "closed"


@pytest.mark.parametrize("step", ["conclude", "reject_report"])
def test_whoever_carried_it_out_does_not_check_it(step: str) -> None:
    line = proposed().take("agree", PETITIONER).take("report_execution", OFFICER, report="done")
    turncoat = Actor("clerk", "desk", OFFICER.ref)
    values = (
        {"outcomes": ["agreed"], **WORDS}
        if step == "conclude"
        else {"carried_out_by": "2026-10-30", "note": "x"}
    )
    assert "carried it out" in line.refused(step, turncoat, **values).message.en


def test_what_is_not_done_is_sent_back_three_times_and_then_reported() -> None:
    line = proposed().take("agree", PETITIONER)
    for _ in range(3):
        line.take("report_execution", OFFICER, report="done")
        line.take("reject_report", CLERK, carried_out_by="2026-10-30", note="no rail")
        assert line.due("carry_out") == date(2026, 10, 30)
    line.take("report_execution", BOSS, report="done")
    line.refused("reject_report", CLERK, carried_out_by="2026-10-30", note="no rail")
    line.answer("conclude", CLERK, "partly")


def test_lateness_in_carrying_out_is_a_fact() -> None:
    line = proposed("2026-03-20").take("agree", PETITIONER).on(date(2026, 3, 21)).breach()
    assert [e.values["clock"] for e in line.case.events if e.step == "breach"] == ["carry_out"]


def test_a_team_complained_of_does_not_get_it() -> None:
    line = filed(respondents=["works"]).take("acknowledge", CLERK).take("accept", CHIEF)
    line.refused("assign", CLERK, office="works")
