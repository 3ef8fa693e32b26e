"""The UK complaint code: two stages in working days, a different person, every point, tracked promises."""

from datetime import date

import pytest

from huiyin.procedure import Actor
from tests.procedure.books import (
    ABOVE,
    ABOVE_HEAD,
    BOSS,
    CLERK,
    OFFICER,
    OTHER_OFFICER,
    PETITIONER,
    SYSTEM,
    WORDS,
    Line,
)

MON = date(2026, 3, 2)
SAID = {"method": "phone", "record": "x"}
TOLD = {"reason": "complex", "ombudsman": "given"}


def filed(**values: object) -> Line:
    return Line("lgsco-2024", MON, **values).take("assign", CLERK, office="works")


def handling(**values: object) -> Line:
    return filed(**values).on(date(2026, 3, 4)).take("accept", OFFICER).take("hear", OFFICER, **SAID)


def served() -> Line:
    return handling().answer("decide", OFFICER, "not_upheld").serve("serve", OFFICER)


def stage_2() -> Line:
    return served().take("ask_review", PETITIONER).take("acknowledge_stage_2", ABOVE)


#  received     acknowledge by    acknowledged    respond by    sent      stage 2 by
#  Mon 2 Mar ── Mon 9 ─────────── Wed 4 ───────── Wed 18 ────── Wed 4 ─── Wed 1 Apr
def test_it_walks_through_both_stages() -> None:
    line = filed()
    assert line.due("acknowledge") == date(2026, 3, 9)
    line.on(date(2026, 3, 4)).take("accept", OFFICER)
    assert line.due("respond") == date(2026, 3, 18)
    assert "5.4" in line.refused("decide", OFFICER, outcomes=["partly"], **WORDS).article
    line.take("hear", OFFICER, **SAID).answer("decide", OFFICER, "partly").serve("serve", OFFICER)
    assert (line.state, line.due("ask_stage_2")) == ("served", date(2026, 4, 1))
    line.take("ask_review", PETITIONER)
    assert (line.case.reviewer, line.due("acknowledge_2")) == ("city", date(2026, 3, 11))
    line.on(date(2026, 3, 9)).take("acknowledge_stage_2", ABOVE)
    assert line.due("respond_2") == date(2026, 4, 6)
    line.answer("decide_review", ABOVE, "upheld").serve("serve_review", ABOVE)
    assert line.state == "final"
    state = line.book.states["final"]
    assert state.remedy is not None
    assert state.remedy_deadline is not None
    assert "Ombudsman" in state.remedy.en
    assert "12 months" in state.remedy_deadline.en


def test_a_late_acknowledgement_buys_no_time_at_either_stage() -> None:
    line = filed()
    assert line.due("respond") == date(2026, 3, 23)
    assert line.on(date(2026, 3, 30)).take("accept", OFFICER).due("respond") == date(2026, 3, 23)
    line = served().take("ask_review", PETITIONER).on(date(2026, 4, 30)).take("acknowledge_stage_2", ABOVE)
    assert line.due("respond_2") == date(2026, 4, 8)


def test_every_point_is_answered() -> None:
    line = handling(requests=3)
    assert "6.7" in line.refused("decide", OFFICER, outcomes=["upheld", "upheld"], **WORDS).article
    line.answer("decide", OFFICER, "upheld", "partly", "not_ours")


@pytest.mark.parametrize("days", [0, 11, 20])
def test_stage_1_is_extended_by_ten_working_days_at_most(days: int) -> None:
    assert "6.4" in handling().refused("grant_extension", BOSS, days=days, **TOLD).article


def test_an_extension_is_one_in_time_by_somebody_else_and_names_the_ombudsman() -> None:
    line = handling()
    line.refused("grant_extension", BOSS, days=10, reason="complex")
    line.refused("grant_extension", Actor("head", "works", OFFICER.ref), days=10, **TOLD)
    assert line.take("grant_extension", BOSS, days=10, **TOLD).due("respond") == date(2026, 4, 1)
    line.refused("grant_extension", BOSS, days=1, **TOLD)
    late = handling().on(date(2026, 3, 19))
    assert "5.5" in late.refused("grant_extension", BOSS, days=10, **TOLD).article


def test_stage_2_is_extended_by_twenty_at_most() -> None:
    line = stage_2()
    line.refused("extend_stage_2", ABOVE_HEAD, days=21, **TOLD)
    assert line.due("respond_2") == date(2026, 4, 1)
    assert line.take("extend_stage_2", ABOVE_HEAD, days=20, **TOLD).due("respond_2") == date(2026, 4, 29)


@pytest.mark.parametrize("step", ["acknowledge_stage_2", "not_escalate"])
def test_stage_2_is_for_a_different_person(step: str) -> None:
    line = served().take("ask_review", PETITIONER)
    moved = Actor("officer", "city", OFFICER.ref)
    values = {"reason": "court", "explanation": "x"} if step == "not_escalate" else {}
    assert "different person" in line.refused(step, moved, **values).message.en


def test_the_final_response_is_by_a_different_person_too() -> None:
    moved = Actor("officer", "city", OFFICER.ref)
    refusal = stage_2().refused("decide_review", moved, outcomes=["upheld"], **WORDS)
    assert refusal.article == "LGSCO Complaint Handling Code 6, stage 2"


def test_no_reason_is_needed_for_stage_2_but_it_is_asked_for_in_time() -> None:
    served().on(date(2026, 4, 2)).refused("ask_review", PETITIONER)
    line = served().on(date(2026, 4, 1))
    line.refused("close", SYSTEM)
    assert line.take("ask_review", PETITIONER).state == "stage_2_asked"


def test_what_was_promised_is_tracked_after_everything_has_ended() -> None:
    line = handling().take("promise", OFFICER, done_by="2026-06-30", action="a new bin")
    line.refused("promise", OFFICER, done_by="2026-07-30", action="another")
    line.answer("decide", OFFICER, "upheld").serve("serve", OFFICER)
    line.on(date(2026, 4, 2)).take("close", SYSTEM)
    assert (line.state, line.due("promised")) == ("closed", date(2026, 6, 30))
    line.on(date(2026, 7, 1)).breach()
    assert [e.values["clock"] for e in line.case.events if e.step == "breach"] == ["promised"]
    line.take("report_actions", OFFICER, report="done")
    assert line.runs() == set()


def test_what_cannot_be_done_is_replaced_and_the_ombudsman_named() -> None:
    line = handling().take("promise", OFFICER, done_by="2026-06-30", action="a new bin")
    line.refused("replace_actions", BOSS, reason="x", instead="y")
    line.take("replace_actions", BOSS, reason="x", instead="y", ombudsman="given")
    assert "promised" not in line.runs()


def test_a_complaint_is_not_taken_only_for_a_printed_reason_and_says_so() -> None:
    line = filed()
    line.refused("not_accept", OFFICER, reason="we are busy", explanation="x")
    line.take("not_accept", OFFICER, reason="late", explanation="x")
    assert (line.state, line.due("tell_refusal")) == ("refusal_ready", MON.replace(day=9))
    line.serve("serve_refusal", OFFICER)
    assert line.state == "not_accepted"


def test_it_is_passed_on_twice_at_most_and_never_to_those_complained_of() -> None:
    line = filed(respondents=["rail"])
    line.refused("move", OFFICER, office="rail", reason="x")
    line.take("move", OFFICER, office="water", reason="x").take(
        "move", OTHER_OFFICER, office="works", reason="x"
    )
    assert "twice" in line.refused("move", OFFICER, office="water", reason="x").message.en
    assert line.due("acknowledge") == date(2026, 3, 9)
