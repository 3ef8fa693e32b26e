"""Offices beyond bureau and handler: who sees a case, in which list, and what each may read of it."""

from datetime import timedelta

import pytest

from huiyin.casework import openings, projection, reading, steps
from huiyin.casework.models import Listed
from huiyin.casework.permissions import NotYours, relations
from huiyin.ledger.facts import facts_of
from huiyin.offices.models import Office
from huiyin.procedure import Actor, Unlawful
from tests.casework import cast, trial
from tests.casework.cast import (
    CLERK,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    OFFICER2,
    OTHER_OFFICER,
    PETITIONER,
    TODAY,
    take,
)
from tests.casework.trial import DISCIPLINE, REREVIEWER, REVIEW_HEAD, REVIEWER, SUPERVISOR, later, row

pytestmark = pytest.mark.usefixtures("trial")


def sees(case: str, actor: Actor) -> bool:
    try:
        reading.find(case, actor)
    except NotYours:
        return False
    return True


def listed(actor: Actor, view: str = "mine", days: int = 0) -> list[str]:
    return [found.case_id for found in reading.inbox(actor, later(days), view=view).rows]


# --- the office above ---------------------------------------------------------------------------------


def test_a_review_goes_to_the_office_above_and_a_re_review_one_higher() -> None:
    case = trial.served()
    assert not sees(case, REVIEWER)
    take(case, "ask_review", {"why": "Half of it."}, actor=PETITIONER)
    assert (row(case).reviewer, row(case).owner_office, row(case).due) == (
        "linjiang",
        "linjiang",
        TODAY + 30 * DAY,
    )
    assert sees(case, REVIEWER)
    assert listed(REVIEWER) == [case]
    assert listed(OFFICER) == []  # not its turn any more
    assert listed(OFFICER, "all") == [case]
    take(case, "decide_review", {"findings": "Stands."}, actor=REVIEW_HEAD)
    take(case, "serve_review", {"served_on": TODAY.isoformat()}, actor=REVIEWER)
    take(case, "ask_rereview", {"why": "Still half."}, actor=PETITIONER)
    assert (row(case).rereviewer, row(case).owner_office) == ("yunzhou", "yunzhou")
    assert (listed(REREVIEWER), listed(REVIEWER), listed(REVIEWER, "all")) == ([case], [], [case])
    take(case, "decide_rereview", {"findings": "Final."}, actor=REREVIEWER)
    assert (row(case).final, row(case).ended) == (True, True)
    assert listed(REREVIEWER, "done") == [case]
    assert listed(REREVIEWER, "all") == []


def test_what_is_sent_for_a_derived_office_is_not_believed() -> None:
    case = trial.served()
    take(case, "ask_review", {"why": "Half.", "reviewer": "zjj"}, actor=PETITIONER)
    assert row(case).reviewer == "linjiang"


def test_whoever_is_complained_of_never_reviews() -> None:
    case = trial.served(respondents=("linjiang",))
    take(case, "ask_review", {"why": "Half."}, actor=PETITIONER)
    assert row(case).reviewer == "yunzhou"
    assert not sees(case, REVIEWER)
    assert not sees(case, REVIEW_HEAD)
    assert listed(REVIEWER, "all") == []


def test_without_an_office_above_the_refusal_says_what_is_missing() -> None:
    case = trial.served()
    Office.objects.filter(code="zjj").update(parent="")
    with pytest.raises(Unlawful) as refused:
        take(case, "ask_review", {"why": "Half."}, actor=PETITIONER)
    assert refused.value.field == "reviewer"
    assert "上一级" in refused.value.message.zh
    assert refused.value.article == "Trial Code 4"
    assert len(facts_of(case)) == 5


def test_an_accusation_goes_to_the_discipline_office_and_the_accused_have_no_relation() -> None:
    case = trial.accused(respondents=("zjj",))
    assert (row(case).discipline, row(case).owner_office, row(case).withheld) == ("jw", "jw", True)
    assert (listed(DISCIPLINE), listed(CLERK), listed(CLERK, "all")) == ([case], [], [case])
    assert reading.words(case, DISCIPLINE).title == cast.FILING.title
    for actor in (OFFICER, OFFICER2, HEAD, OTHER_OFFICER, REVIEWER):
        assert not sees(case, actor), actor
    assert relations(OFFICER, row(case)) == frozenset()
    of_bureau = cast.file(respondents=("xfj",), body="About the bureau.").case
    assert not Listed.objects.filter(case_id=of_bureau).exists()


def test_an_accused_discipline_office_is_not_sent_its_own_accusation() -> None:
    case = cast.file(purpose="accusation", respondents=("jw",)).case
    with pytest.raises(Unlawful) as refused:
        take(case, "forward", actor=CLERK)
    assert "纪检监察" in refused.value.message.zh
    assert not sees(case, DISCIPLINE)


def test_an_earlier_end_is_that_of_the_matter_which_is_repeated() -> None:
    first = trial.reviewed()
    again = cast.file().case
    assert row(again).repeat_of == first
    with pytest.raises(Unlawful):  # it has not ended
        take(again, "refuse", {"reason": "again"}, actor=CLERK)
    take(first, "ask_rereview", {"why": "x"}, actor=PETITIONER)
    take(first, "decide_rereview", {"findings": "Final."}, actor=REREVIEWER)
    withdrawn = cast.file().case
    take(withdrawn, "withdraw", actor=PETITIONER)
    take(again, "refuse", {"reason": "again", "words": "See the re-review."}, actor=CLERK)
    assert facts_of(again)[-1].clear_json()["values"]["earlier"] == "over"
    other = cast.file(body="Something else altogether.").case
    with pytest.raises(Unlawful) as refused:
        take(other, "refuse", {"reason": "again"}, actor=CLERK)
    assert refused.value.field == "earlier"


# --- joint offices, addressees, those who stand aside -------------------------------------------------


def test_joint_offices_see_and_work_and_others_do_not() -> None:
    case = trial.handled("rsj")
    assert row(case).joint == ",rsj,"
    assert reading.words(case, OTHER_OFFICER).title == cast.FILING.title
    take(case, "hear", {"record": "On the phone."}, actor=OTHER_OFFICER)
    assert listed(OTHER_OFFICER, "all") == [case]
    assert listed(OTHER_OFFICER) == []  # the handling office owns the state
    with pytest.raises(Unlawful):
        take(case, "ask", {"question": "Which house?"}, actor=OTHER_OFFICER)
    assert not sees(case, DISCIPLINE)


def test_an_addressee_reads_the_suggestion_and_not_the_petition() -> None:
    case = trial.handled()
    take(case, "hear", {"record": "He said that his car was hit."}, actor=OFFICER)
    take(case, "suggest", {"to": "rsj", "text": "Mend your list of contractors."}, actor=SUPERVISOR)
    assert row(case).addressee == "rsj"
    assert listed(OTHER_OFFICER) == [case]
    (found,) = reading.inbox(OTHER_OFFICER, NOW).rows
    assert (found.due_clock, found.due) == ("adopt", TODAY + 30 * DAY)  # its own date, not the handler's
    for read in (reading.words, reading.answers):
        with pytest.raises(NotYours):
            read(case, OTHER_OFFICER)
    with pytest.raises(NotYours):
        openings.open_identity(case, OTHER_OFFICER, "contact", NOW)
    told = {one.step: one.texts for one in reading.timeline(case, OTHER_OFFICER, "en")}
    assert told["suggest"] == {"text": "Mend your list of contractors."}
    assert told["register"] == told["hear"] == {}
    assert reading.titles([row(case)], OTHER_OFFICER) == {}
    take(case, "adopt", {"text": "Done."}, actor=OTHER_OFFICER)
    assert listed(OTHER_OFFICER) == []
    assert {one.step: one.texts for one in reading.timeline(case, OTHER_OFFICER, "en")}["adopt"] == {
        "text": "Done."
    }


def test_who_stands_aside_has_no_relation_left() -> None:
    case = trial.handled()
    assert sees(case, OFFICER2)
    take(case, "stand_aside", {"officer": "officer2"}, actor=HEAD)
    assert not sees(case, OFFICER2)
    assert listed(OFFICER2, "all") == []
    assert listed(OFFICER, "all") == [case]
    with pytest.raises(NotYours):
        take(case, "hear", {"record": "x"}, actor=OFFICER2)


# --- what is still owed at the end --------------------------------------------------------------------


def late(days: int) -> dict[str, reading.Late]:
    return reading.overdue_by_office(SUPERVISOR, later(days), most=10)


def test_a_promise_keeps_a_finished_case_in_view_of_whoever_owes_it() -> None:
    due = TODAY + 90 * DAY
    case = trial.served(promise=due)
    assert (row(case).due_clock, row(case).due) == ("promise", due)  # before the petitioner's own window
    take(case, "close", now=later(40), actor=OFFICER)
    assert (row(case).final, row(case).ended, row(case).owner_office) == (True, False, "zjj")
    assert (row(case).due_clock, row(case).due) == ("promise", due)
    assert listed(OFFICER) == listed(OFFICER, "all") == [case]
    assert listed(OFFICER, "done") == []
    assert listed(CLERK) == []
    found = reading.inbox(OFFICER, later(91))
    assert found.overdue == 1
    assert [r.case_id for r in late(91)["zjj"].longest] == [case]
    assert reading.inbox(SUPERVISOR, later(91), view="all").overdue == 1
    take(case, "keep", {"proof": "A photo."}, now=later(92), actor=OFFICER)
    assert (row(case).ended, row(case).due, row(case).owner_office) == (True, None, "")
    assert listed(OFFICER, "done") == [case]


def test_each_office_sees_its_own_date_in_the_list_of_its_turn() -> None:
    """The handler's promise is due before the review: each list shows what its own office owes."""
    case = trial.served(promise=TODAY + 10 * DAY)
    take(case, "ask_review", {"why": "Half."}, actor=PETITIONER)
    (mine,) = reading.inbox(REVIEWER, NOW).rows
    assert (mine.due_clock, mine.due) == ("review", TODAY + 30 * DAY)
    (theirs,) = reading.inbox(OFFICER, NOW).rows
    assert (theirs.due_clock, theirs.due) == ("promise", TODAY + 10 * DAY)
    assert row(case).due_clock == "promise"
    assert set(late(11)) == {"zjj"}
    assert set(late(40)) == {"zjj", "linjiang"}


def test_lists_hold_what_the_facts_say() -> None:
    cases = [trial.reviewed(), trial.accused(), trial.served(promise=TODAY + 9 * DAY, body="Another letter.")]
    assert list(projection.rebuild(check=True)) == []
    Listed.objects.filter(case_id=cases[0]).delete()
    assert {d.table for d in projection.rebuild(check=True)} == {"casework_listed"}


# --- several papers, each served ----------------------------------------------------------------------


def test_the_petitioner_reads_each_paper_once_it_is_served() -> None:
    case = trial.decided()
    assert reading.answers(case, PETITIONER) == []
    assert reading.answer(case, PETITIONER) is None
    assert texts_of(case, "decide") == {}
    assert [a.reached for a in reading.answers(case, OFFICER)] == [False]
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER)
    assert texts_of(case, "decide") == {"reasons": "The tiles are loose."}
    take(case, "ask_review", {"why": "Half."}, actor=PETITIONER)
    take(case, "decide_review", {"findings": "It stands."}, actor=REVIEWER)
    (first,) = reading.answers(case, PETITIONER)
    assert (first.step, first.decides, first.outcomes, first.served_on) == (
        "decide",
        "first",
        ("support", "no"),
        TODAY,
    )
    assert texts_of(case, "decide_review") == {}
    assert len(reading.answers(case, REVIEWER)) == 2
    take(case, "serve_review", {"served_on": TODAY.isoformat()}, actor=REVIEWER)
    assert [a.decides for a in reading.answers(case, PETITIONER)] == ["first", "review"]
    found = reading.answer(case, PETITIONER)
    assert found is not None
    assert (found.texts, found.office) == ({"findings": "It stands."}, "linjiang")


def texts_of(case: str, step: str) -> dict[str, str]:
    (one,) = [m for m in reading.timeline(case, PETITIONER, "en") if m.step == step]
    return one.texts


def test_what_no_step_serves_is_read_at_once() -> None:
    case = trial.reviewed()
    take(case, "ask_rereview", {"why": "Half."}, actor=PETITIONER)
    take(case, "decide_rereview", {"findings": "Final."}, actor=REREVIEWER)
    assert [a.reached for a in reading.answers(case, PETITIONER)] == [True, True, True]
    assert texts_of(case, "decide_rereview") == {"findings": "Final."}


def test_a_refusal_is_a_paper_that_is_served_and_answers_nothing() -> None:
    first = trial.reviewed()
    take(first, "ask_rereview", {"why": "x"}, actor=PETITIONER)
    take(first, "decide_rereview", {"findings": "Final."}, actor=REREVIEWER)
    case = cast.file().case
    take(case, "refuse", {"reason": "again", "words": "See the re-review."}, actor=CLERK)
    assert reading.answers(case, PETITIONER) == []
    take(case, "serve_refusal", {"received": TODAY.isoformat()}, actor=CLERK)
    assert [a.part for a in reading.answers(case, PETITIONER)] == ["refuse"]
    assert reading.answer(case, PETITIONER) is None
    assert row(case).answered_at is None


def test_an_interim_reply_is_read_at_once_and_is_no_answer() -> None:
    case = trial.decided()
    take(case, "interim", {"text": "The answer is on its way."}, actor=OFFICER)
    assert texts_of(case, "interim") == {"text": "The answer is on its way."}
    assert reading.answers(case, PETITIONER) == []
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER)
    assert [a.step for a in reading.answers(case, PETITIONER)] == ["decide"]


def test_the_rating_and_the_day_of_the_answer_are_known_by_part_alone() -> None:
    case = trial.decided()
    assert row(case).answered_at is None
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER, now=NOW + timedelta(days=3))
    answered = row(case).answered_at
    assert answered is not None
    assert timedelta(0) < answered - NOW < timedelta(days=1)
    take(case, "rate", {"stars": "poor"}, actor=PETITIONER)
    assert row(case).rating == "poor"


# --- names that are kept ------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [OFFICER, REVIEWER, OTHER_OFFICER], ids=lambda a: a.ref)
def test_a_kept_name_is_kept_from_every_office_but_the_one_that_took_it_in(actor: Actor) -> None:
    case = trial.handled("rsj", keep_name=True)
    take(case, "decide", trial.OPINION, actor=OFFICER)
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER)
    take(case, "ask_review", {"why": "Half."}, actor=PETITIONER)
    with pytest.raises(openings.NeedsCustodian):
        openings.open_identity(case, actor, "contact", NOW)
    request = openings.request_identity(case, actor, "contact", NOW)
    openings.decide_request(request, "approved", "", cast.CUSTODIAN, NOW)
    person = openings.open_identity(case, actor, "contact", NOW)
    assert person == cast.PERSON


def test_a_filing_may_say_more_than_every_filing_does() -> None:
    from huiyin.casework.filing import register

    made = register(
        cast.filing(),
        cast.PERSON,
        actor=CLERK,
        office="xfj",
        now=NOW,
        values={"people": 7, "spokesman": "封不觉"},
    )
    clear = facts_of(made.case)[0].clear_json()["values"]
    assert clear["people"] == 7
    assert "spokesman" not in clear
    (first,) = reading.timeline(made.case, CLERK, "en")
    assert first.texts["spokesman"] == "封不觉"
    assert steps.open_case(made.case).book.name == "trial@1"
