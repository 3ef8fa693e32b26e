"""CPGRAMS: 21 days, three transfers and no fourth, no closing as another's task, Poor opens the appeal."""

from datetime import date, timedelta

import pytest

from huiyin.procedure import Actor
from tests.procedure.books import (
    ABOVE,
    BOSS,
    CALLER,
    CLERK,
    OFFICER,
    OTHER_OFFICER,
    PETITIONER,
    SYSTEM,
    WORDS,
    Line,
)

MON = date(2026, 3, 2)


def filed(**values: object) -> Line:
    return Line("cpgrams-2024", MON, **values)


def assigned() -> Line:
    return filed().take("assign", CLERK, office="works")


def handling() -> Line:
    return assigned().take("accept", OFFICER)


def served() -> Line:
    return handling().answer("decide", OFFICER, "redressed").serve("serve", OFFICER)


def rated(rating: str) -> Line:
    return served().take("rate", PETITIONER, rating=rating)


#  received     sent on by    21 days       answered      appeal by     closed
#  Mon 2 Mar ── Wed 4 ─────── Mon 23 ────── Mon 2 ─────── Wed 1 Apr ─── Thu 2
def test_it_walks_from_receipt_to_closing() -> None:
    line = filed()
    assert (line.due("forward"), line.due("redress")) == (date(2026, 3, 4), date(2026, 3, 23))
    line = served()
    assert (line.state, line.due("appeal")) == ("served", date(2026, 4, 1))
    line.take("rate", PETITIONER, rating="good").on(date(2026, 4, 1)).refused("close", CLERK)
    assert line.on(date(2026, 4, 2)).take("close", SYSTEM).state == "closed"
    assert line.take("rate", PETITIONER, rating="poor").state == "closed"


def test_the_21_days_do_not_move_off_a_rest_day() -> None:
    sunday = Line("cpgrams-2024", date(2026, 3, 1))
    assert sunday.due("redress") == date(2026, 3, 22)


@pytest.mark.parametrize("days", [0, 5, 20])
def test_three_transfers_and_no_fourth_and_none_buys_a_day(days: int) -> None:
    line = assigned().after(days)
    for number in range(3):
        actor, other = (OFFICER, "water") if line.case.handler == "works" else (OTHER_OFFICER, "works")
        line.take("transfer", actor, office=other, reason=f"reason {number}")
        assert line.due("redress") == date(2026, 3, 23)
    refusal = line.refused("transfer", OTHER_OFFICER, office="works", reason="once more")
    assert refusal.article == "CPGRAMS 6.0 manual (transfers)"
    assert "three times" in refusal.message.en
    assert line.take("accept", OTHER_OFFICER).state == "handling"


def test_a_transfer_goes_elsewhere_and_never_to_those_complained_of() -> None:
    line = filed(respondents=["water"]).take("assign", CLERK, office="works")
    line.refused("transfer", OFFICER, office="works", reason="x")
    line.refused("transfer", OFFICER, office="water", reason="x")


def test_not_our_department_is_no_answer_and_no_reason() -> None:
    line = handling()
    for outcome in ("not_ours", "not_our_department", "does_not_pertain"):
        refusal = line.refused("decide", OFFICER, outcomes=[outcome], **WORDS)
        assert refusal.article == "DARPG OM of 23 August 2024 (no closing as “does not pertain”)"
        line.refused("close_excluded", OFFICER, reason=outcome, organ="x", explanation="x")
    reasons = {c.id for c in line.book.steps["close_excluded"].fields[0].choices}
    assert reasons == {"sub_judice", "rti", "family", "religious", "integrity"}


def test_a_subject_not_taken_up_is_answered_and_can_be_appealed() -> None:
    line = handling().take("close_excluded", OFFICER, reason="rti", organ="x", explanation="x")
    line.serve("serve", OFFICER).take("rate", PETITIONER, rating="poor").take("ask_review", PETITIONER)
    assert line.state == "reviewing"


@pytest.mark.parametrize("rating", ["average", "good", "very_good", "excellent"])
def test_only_poor_opens_the_appeal(rating: str) -> None:
    served().refused("ask_review", PETITIONER)
    line = rated(rating)
    assert "Poor" in line.refused("ask_review", PETITIONER).message.en
    line.take("rate", PETITIONER, rating="poor").take("ask_review", PETITIONER)
    assert (line.state, line.case.reviewer, line.due("decide_appeal")) == (
        "reviewing",
        "city",
        date(2026, 4, 1),
    )


def test_a_grievance_is_not_closed_before_its_appeal_is_decided() -> None:
    line = rated("poor").take("ask_review", PETITIONER).after(200)
    line.refused("close", CLERK)
    line.answer("decide_review", ABOVE, "redressed", conclusion="allowed").serve("serve_review", ABOVE)
    assert line.state == "final"


def test_an_appeal_is_decided_by_somebody_else() -> None:
    line = rated("poor").take("ask_review", PETITIONER)
    promoted = Actor("officer", "city", OFFICER.ref)
    values = {"conclusion": "dismissed", "outcomes": ["redressed"], **WORDS}
    assert "appeal" in line.refused("decide_review", promoted, **values).article
    line.refused("decide_review", OFFICER, **values)


def test_an_appeal_comes_in_time() -> None:
    line = rated("poor").on(date(2026, 4, 2))
    line.refused("ask_review", PETITIONER)


def test_the_interim_reply_moves_no_date_and_is_a_promise() -> None:
    line = handling().on(date(2026, 3, 20))
    line.take("interim_reply", OFFICER, reason="x", expected_on="2026-04-10")
    assert (line.due("redress"), line.due("expected")) == (date(2026, 3, 23), date(2026, 4, 10))
    line.refused("interim_reply", OFFICER, reason="x", expected_on="2026-05-10")
    line.on(date(2026, 4, 11)).breach()
    assert [e.values["clock"] for e in line.case.events if e.step == "breach"] == ["redress", "expected"]


def test_feedback_is_called_for_by_others_and_given_by_the_citizen() -> None:
    line = served()
    line.take("feedback_call", CALLER, finding="told")
    line.refused("rate", OFFICER, rating="excellent")
    assert all(str(who) == "petitioner" for who in line.book.steps["rate"].by)


def test_a_head_may_transfer_what_is_complained_of_after_direct_receipt() -> None:
    line = filed(handler="desk", respondents=["desk"])
    own = Actor("officer", "desk", "o9")
    line.refused("accept", own)
    line.take("transfer", own, office="works", reason="it complains of us")
    assert line.take("accept", OFFICER).case.handler == "works"
    assert BOSS.office == line.case.handler


def test_an_answer_cannot_have_arrived_before_it_was_made() -> None:
    line = handling().after(5).answer("decide", OFFICER, "redressed")
    yesterday = line.day - timedelta(days=1)
    line.refused("serve", OFFICER, method="sms", served_on=yesterday, proof="x")
