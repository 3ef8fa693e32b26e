"""Rule 4 after registration: whoever a later word of the petitioner names stands aside unread."""

from typing import Any

import pytest

from huiyin.casework import projection, reading, steps
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, relations
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor, Unlawful
from tests.casework import cast, trial
from tests.casework.cast import (
    CLERK,
    HEAD,
    NOW,
    OFFICER,
    OFFICER2,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    TODAY,
    Attachment,
    take,
)
from tests.casework.trial import REREVIEWER, REVIEW_HEAD, REVIEWER, row

pytestmark = pytest.mark.usefixtures("trial")
WORDS = "住建局的沈砚清上门劝我别再反映，还收了开发商的烟。"


def sees(case: str, actor: Actor) -> bool:
    try:
        reading.find(case, actor)
    except NotYours:
        return False
    return True


def told(case: str, actor: Actor) -> reading.Moment:
    (found,) = [one for one in reading.timeline(case, actor, "en") if one.step == "supplement"]
    return found


def supplemented(words: str = WORDS, *, of: str = "", **more: Any) -> str:
    case = of or trial.handled()
    take(case, "supplement", {"text": words}, actor=PETITIONER, **more)
    return case


def test_the_officer_has_no_relation_to_the_case_from_then_on() -> None:
    case = trial.handled()
    assert sees(case, OFFICER)
    supplemented(of=case)
    assert relations(OFFICER, row(case)) == frozenset()
    assert not sees(case, OFFICER)
    assert steps.open_steps(case, OFFICER, NOW) == ()
    assert case not in [found.case_id for found in reading.inbox(OFFICER, NOW, view="all").rows]
    with pytest.raises(NotYours):
        take(case, "hear", {"record": "x"}, actor=OFFICER)


def test_the_office_goes_on_without_reading_the_words_that_name_its_officer() -> None:
    papers = (Attachment("烟.jpg", "image/jpeg", cast.photo()),)
    case = supplemented(attachments=papers)
    assert (row(case).handler, row(case).owner_office) == ("zjj", "zjj")
    for actor in (OFFICER2, HEAD):
        found = told(case, actor)
        assert (found.closed, found.texts, found.papers, found.values) == (True, {}, (), {})
        assert reading.words(case, actor).title == cast.FILING.title  # the petition itself stays theirs
    take(case, "hear", {"record": "On the phone."}, actor=OFFICER2)
    ref = told(case, CLERK).papers[0].ref
    for actor in (OFFICER2, HEAD):
        with pytest.raises(NotYours):
            reading.paper(case, ref, actor)
    for actor in (CLERK, SUPERVISOR, PETITIONER):
        found = told(case, actor)
        assert (found.closed, found.texts["text"]) == (False, WORDS), actor
        assert reading.paper(case, ref, actor)[2]


def test_an_office_without_a_part_in_it_never_gets_it() -> None:
    case = cast.file().case
    supplemented(of=case)
    with pytest.raises(Unlawful):
        take(case, "transfer", {"office": "zjj", "joint": []}, actor=CLERK)
    take(case, "transfer", {"office": "rsj", "joint": []}, actor=CLERK)
    for actor in (OFFICER, OFFICER2, HEAD):
        assert not sees(case, actor)
    assert told(case, OTHER_OFFICER).texts["text"] == WORDS


def test_a_clerk_who_is_named_stands_aside_and_the_bureau_still_reads() -> None:
    case = supplemented("窗口的岑晚舟不肯收材料。", of=cast.file().case)
    assert not sees(case, cast.CLERK2)
    assert told(case, CLERK).texts
    assert row(case).respondents == ",@clerk2,"


def test_a_request_for_review_that_names_the_reviewers_officer_goes_one_higher() -> None:
    case = trial.served()
    take(case, "ask_review", {"why": "晏清和打过招呼，所以才这样答复。"}, actor=PETITIONER)
    assert row(case).reviewer == "yunzhou"
    for actor in (REVIEWER, REVIEW_HEAD):
        assert not sees(case, actor)
    assert reading.words(case, REREVIEWER).title == cast.FILING.title


def test_where_nobody_is_higher_the_request_is_still_heard_by_the_rest_of_that_office() -> None:
    case = trial.reviewed()
    take(case, "ask_rereview", {"why": "樊令仪早就定了调子。"}, actor=PETITIONER)
    assert row(case).rereviewer == "yunzhou"
    assert not sees(case, REREVIEWER)
    head = Actor("head", "yunzhou", "yunzhou-head")
    trial.officer(head, "路遥知")
    (asked,) = [one for one in reading.timeline(case, head, "en") if one.step == "ask_rereview"]
    assert asked.texts == {"why": "樊令仪早就定了调子。"}


def test_an_officers_own_words_name_whom_they_will() -> None:
    case = trial.handled()
    take(case, "hear", {"record": "沈砚清电话听取。"}, actor=OFFICER2)
    assert sees(case, OFFICER)
    assert row(case).respondents == ""


def test_a_part_of_a_name_names_nobody() -> None:
    case = supplemented("沈同志来过两次。")
    assert sees(case, OFFICER)
    assert "named_officers" not in facts_of(case)[-1].clear_json()["values"]


def test_the_log_tells_nobody_who_was_named() -> None:
    case = supplemented()
    for fact in facts_of(case):
        assert "officer" not in fact.public_content
        assert "named" not in fact.public_content


def test_it_holds_after_the_tables_are_made_again() -> None:
    case = supplemented()
    CaseRow.objects.update(respondents="")
    assert sees(case, OFFICER)
    assert list(projection.rebuild(check=False))
    assert not sees(case, OFFICER)


def test_a_reply_is_searched_like_a_supplement() -> None:
    case = trial.handled()
    take(case, "ask", {"question": "谁答应过您？"}, actor=OFFICER2)
    take(case, "reply", {"text": "是沈砚清答应的，还要我请客。"}, actor=PETITIONER)
    assert not sees(case, OFFICER)
    (found,) = [one for one in reading.timeline(case, HEAD, "en") if one.step == "reply"]
    assert found.closed
    take(case, "decide", trial.OPINION, actor=OFFICER2)
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER2)
    assert len(reading.answers(case, PETITIONER)) == 1
