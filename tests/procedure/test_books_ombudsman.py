"""The European Ombudsman: admissibility, the institution's opinion, solution, recommendation, decision."""

from datetime import date

import pytest

from huiyin.procedure import Actor
from tests.procedure.books import ABOVE, BOSS, CLERK, OFFICER, OTHER_OFFICER, PETITIONER, SYSTEM, WORDS, Line

MON = date(2026, 3, 2)
KNOWN = {"facts_known_on": "2025-06-01", "approached_on": "2025-09-01"}
INSTITUTION = Actor("officer", "agency", "i1")


def assessing(**values: object) -> Line:
    return Line("eu-ombudsman", MON, **values).take("assign", CLERK, office="works")


def inquiry() -> Line:
    return assessing().take("accept", OFFICER, **KNOWN)


def recommended() -> Line:
    return inquiry().take("recommend", BOSS, institution="agency", finding="x", recommendation="y")


def decided() -> Line:
    return inquiry().answer("decide", OFFICER, "none").serve("serve", OFFICER)


#  received     admissible by   opinion by        answer by          review by
#  Mon 2 Mar ── Thu 2 Apr ───── Tue 2 Jun ─────── Tue 2 Jun ──────── Mon 4 May (Sat 2 rolls)
def test_it_walks_through_the_whole_inquiry() -> None:
    line = assessing()
    assert line.due("admissibility") == date(2026, 4, 2)
    line.take("accept", OFFICER, **KNOWN)
    assert line.due("inquire") == date(2026, 5, 4)
    line.take("ask_opinion", OFFICER, institution="agency", questions="why?")
    assert (line.state, line.case.addressee) == ("opinion_asked", "agency")
    assert line.due("give_opinion") == date(2026, 6, 2)
    line.take("give_opinion", INSTITUTION, opinion="because")
    line.take("propose_solution", BOSS, institution="agency", proposal="pay")
    assert line.due("answer_proposal") == date(2026, 5, 4)
    line.take("answer_proposal", INSTITUTION, conclusion="rejects", text="no")
    line.take("recommend", BOSS, institution="agency", finding="x", recommendation="y")
    assert line.due("detailed_opinion") == date(2026, 6, 2)
    line.take("give_detailed_opinion", INSTITUTION, conclusion="accepts", text="yes")
    line.answer("decide", OFFICER, "accepted").serve("serve", OFFICER)
    assert (line.state, line.due("ask_review")) == ("served", date(2026, 5, 4))
    assert line.on(date(2026, 5, 5)).take("close", SYSTEM).state == "closed"


def test_months_end_on_the_last_day_of_a_shorter_one() -> None:
    line = Line("eu-ombudsman", date(2026, 1, 30)).on(date(2026, 1, 30)).take("assign", CLERK, office="works")
    assert line.due("admissibility") == date(2026, 3, 2)  # 28 February is a Saturday


@pytest.mark.parametrize("reason", ["mandate", "late", "no_approach", "court", "staff", "unfounded"])
def test_what_is_not_admissible_is_told_and_may_be_reviewed(reason: str) -> None:
    line = assessing().take("not_accept", OFFICER, reason=reason, organ="x", explanation="x")
    line.serve("serve", OFFICER).take("ask_review", PETITIONER, text="x")
    assert (line.state, line.case.reviewer) == ("reviewing", "city")


def test_there_is_no_other_reason() -> None:
    refusal = assessing().refused("not_accept", OFFICER, reason="too_busy", organ="x", explanation="x")
    assert refusal.article == "Regulation (EU, Euratom) 2021/1163 Art. 2"


def test_both_conditions_of_a_complaint_are_put_on_record() -> None:
    line = assessing()
    for missing in KNOWN:
        assert (
            missing
            == line.refused("accept", OFFICER, **{k: v for k, v in KNOWN.items() if k != missing}).field
        )


def test_a_transfer_needs_consent() -> None:
    line, to = assessing(), {"route": "national", "organ": "x", "limit": "none"}
    refusal = line.refused("transfer_complaint", OFFICER, **to)
    assert refusal.article == "European Ombudsman implementing provisions (C/2023/161) Art. 2(3)"
    line.refused("give_consent", PETITIONER)
    line.take("ask_consent", OFFICER, to_whom="x", why="x").refused("transfer_complaint", OFFICER, **to)
    line.take("give_consent", PETITIONER).take("take_back_consent", PETITIONER)
    line.refused("transfer_complaint", OFFICER, **to)
    line.take("give_consent", PETITIONER).take("transfer_complaint", OFFICER, **to)
    assert line.serve("serve_transfer", OFFICER).state == "redirected"


def test_silence_of_the_institution_is_a_fact_before_the_inquiry_goes_on() -> None:
    line = inquiry().take("ask_opinion", OFFICER, institution="agency", questions="why?")
    line.refused("go_on", OFFICER, note="x")
    line.on(date(2026, 6, 3)).breach()
    breach = next(e for e in line.case.events if e.step == "breach")
    assert breach.values["clock"] == "give_opinion"
    assert line.take("go_on", OFFICER, note="x").state == "handling"
    line.take("ask_opinion", OFFICER, institution="agency", questions="again").refused(
        "go_on", OFFICER, note="x"
    )
    line.take("give_opinion", OFFICER, opinion="came by post")
    line.refused("ask_opinion", OFFICER, institution="agency", questions="a third time")


def test_only_the_institution_or_the_officer_who_got_it_records_its_opinion() -> None:
    line = inquiry().take("ask_opinion", OFFICER, institution="agency", questions="why?")
    line.refused("give_opinion", OTHER_OFFICER, opinion="x")


def test_a_special_report_follows_a_recommendation() -> None:
    words = {"outcomes": ["maladministration"], **WORDS}
    inquiry().refused("special_report", BOSS, **words)
    line = recommended().take("give_detailed_opinion", INSTITUTION, conclusion="rejects", text="no")
    line.refused("recommend", BOSS, institution="agency", finding="x", recommendation="y")
    line.take("special_report", BOSS, **words).serve("serve_report", OFFICER)
    assert line.state == "reported"


def test_a_decision_is_reviewed_by_somebody_else_and_once() -> None:
    line = decided().take("ask_review", PETITIONER, text="x")
    moved = Actor("officer", "city", OFFICER.ref)
    for step, values in (("reopen", {"reason": "x"}), ("decide_review", {"outcomes": ["none"], **WORDS})):
        line.refused(step, moved, **values)
    line.take("reopen", ABOVE, reason="new papers")
    assert line.state == "handling"
    line.answer("decide", OFFICER, "settled").serve("serve", OFFICER).refused(
        "ask_review", PETITIONER, text="x"
    )


def test_a_complaint_stops_no_time_limit_of_a_court_and_says_so() -> None:
    for state in decided().book.states.values():
        if state.final and not state.id.startswith(("discipline", "withdrawn", "imported")):
            assert state.remedy_deadline is not None, state.id
            assert "does not stop it" in state.remedy_deadline.en, state.id
