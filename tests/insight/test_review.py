"""The responsibility review: every duty, who owed it, what became of it, and nobody's petition."""

import io
import zipfile
from typing import Any

import pytest

from huiyin.casework import breaching
from huiyin.casework.permissions import NotYours
from huiyin.insight import review_paper
from huiyin.insight.review import Duty, Review, review
from huiyin.procedure import Actor
from tests.casework import cast, trial
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    DAY,
    HEAD,
    OFFICER,
    OTHER_HEAD,
    PERSON,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    take,
)
from tests.casework.trial import REVIEW_HEAD, REVIEWER, later, row

pytestmark = pytest.mark.usefixtures("trial")


def of(case: str, days: int = 0, actor: Actor = SUPERVISOR) -> Review:
    return review(case, actor, later(days))


def duty(found: Review, clock: str) -> Duty:
    (one,) = [d for d in found.duties if d.clock == clock]
    return one


#  2 March     5 March (routed)   12 May (served; 60 days from 25 March end on 24 May)
def test_each_duty_has_its_office_its_dates_and_what_became_of_it() -> None:
    case = cast.file().case
    take(case, "transfer", {"office": "zjj", "joint": []}, actor=CLERK, now=later(3))
    take(case, "accept", actor=OFFICER, now=later(23))
    take(case, "decide", trial.OPINION, actor=OFFICER, now=later(70))
    take(case, "serve", {"served_on": (TODAY + 71 * DAY).isoformat()}, actor=OFFICER, now=later(71))
    found = of(case, 80)
    route = duty(found, "route")
    assert (route.office, route.outcome, route.late_days, route.count.due) == (
        "xfj",
        "done",
        0,
        TODAY + 15 * DAY,
    )
    assert (route.began.seq, route.ended.seq, route.ended.login) == (1, 2, "clerk")  # type: ignore[union-attr]
    assert (route.heads, route.article) == (("xfj-head",), "Trial Code 3")
    inform = duty(found, "inform")
    assert (inform.office, inform.outcome, inform.late_days) == ("zjj", "late", 5)
    assert inform.count.due == TODAY + 18 * DAY
    decide = duty(found, "decide")  # one duty, though it began as a shadow; acceptance is what it counts from
    assert (decide.outcome, decide.began.seq, decide.ended.seq) == ("done", 3, 5)  # type: ignore[union-attr]
    assert f"counted from {(TODAY + 18 * DAY).isoformat()}" in texts(found, "en")
    assert decide.count.shadow
    assert decide.count.due == TODAY + 78 * DAY + DAY * (0 if (TODAY + 78 * DAY).weekday() < 5 else 2)


def test_what_is_not_done_is_late_to_this_day() -> None:
    case = trial.routed()
    found = of(case, 20)
    assert (duty(found, "inform").outcome, duty(found, "inform").late_days) == ("overdue", 5)
    assert (duty(found, "decide").outcome, duty(found, "decide").late_days) == ("open", 0)
    assert duty(of(case, 30), "inform").late_days == 15
    assert duty(found, "inform").breached_at is None
    breaching.record_due(later(20))
    found = of(case, 20)
    assert duty(found, "inform").breached_at == later(20)
    assert [(one.part, one.to) for one in found.measures] == [("breach", "zjj")]


def test_a_review_is_the_duty_of_the_reviewer() -> None:
    case = trial.asked()
    take(case, "decide_review", {"findings": "Stands."}, actor=REVIEWER, now=later(40))
    take(case, "serve_review", {"served_on": (TODAY + 40 * DAY).isoformat()}, actor=REVIEWER, now=later(40))
    found = duty(of(case, 40), "review")
    assert (found.office, found.outcome, found.late_days) == ("linjiang", "late", 10)
    assert found.heads == (REVIEW_HEAD.ref,)


def test_a_promise_made_in_an_answer_stays_a_duty() -> None:
    case = trial.served(promise=TODAY + 10 * DAY)
    take(case, "keep", {"proof": "A photo."}, now=later(12), actor=OFFICER)
    found = duty(of(case, 30), "promise")
    assert (found.outcome, found.late_days, found.ended.title.en) == ("late", 2, "Keep")  # type: ignore[union-attr]


def test_two_suggestions_are_two_duties() -> None:
    case = trial.handled()
    for number, days in enumerate((0, 5)):
        values = {"to": "rsj", "text": f"Suggestion {number}."}
        take(case, "suggest", values, actor=trial.SUPERVISOR, now=later(days))
    take(case, "adopt", {"text": "Yes."}, actor=cast.OTHER_OFFICER, now=later(6))
    found = [d for d in of(case, 40).duties if d.clock == "adopt"]
    assert [(d.office, d.outcome, d.count.since) for d in found] == [
        ("rsj", "passed_on", TODAY),
        ("rsj", "done", TODAY + 5 * DAY),
    ]


def test_a_duty_that_the_petitioner_ended_is_nobodys_lateness() -> None:
    case = trial.handled()
    take(case, "withdraw", actor=PETITIONER, now=later(90))
    assert duty(of(case, 400), "decide").outcome == "passed_on"


def test_what_was_refused_stands_with_its_printed_reason() -> None:
    first = trial.reviewed()
    take(first, "ask_rereview", {"why": "x"}, actor=PETITIONER)
    take(first, "decide_rereview", {"findings": "Final."}, actor=trial.REREVIEWER)
    case = cast.file().case
    take(case, "refuse", {"reason": "again", "words": "It ended with the re-review."}, actor=CLERK)
    (one,) = of(case).returned
    assert ([r.en for r in one.reasons], one.articles[0]) == (["Filed again", "Over"], "Trial Code 6")
    assert one.words == ("It ended with the re-review.",)
    assert (one.deed.office, one.deed.login) == ("xfj", "clerk")
    assert of(case, actor=SYSTEM).returned[0].words == ()  # the console reads nobody's words


# --- who reads it, and what it never holds ------------------------------------------------------------


@pytest.mark.parametrize(
    "actor", [CLERK, OFFICER, HEAD, OTHER_HEAD, REVIEWER, PETITIONER], ids=lambda a: a.ref
)
def test_nobody_else_reads_it(actor: Actor) -> None:
    case = trial.asked()
    with pytest.raises(NotYours):
        of(case, actor=actor)


def test_supervisors_and_the_head_of_the_bureau_do_unless_complained_of() -> None:
    case = trial.asked()
    for actor in (SUPERVISOR, BUREAU_HEAD, SYSTEM):
        assert of(case, actor=actor).number == row(case).number
    hidden = cast.file(body="About the head.", respondent_officers=("xfj-head",)).case
    with pytest.raises(NotYours):
        of(hidden, actor=BUREAU_HEAD)


def texts(found: Review, language: str) -> str:
    made = review_paper.tables(found, language)
    cells = [cell for table in made for line in (table.head, *table.rows) for cell in line]
    return "\n".join([*(table.title for table in made), *cells])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_paper_names_offices_and_officers_and_never_the_petitioner(language: str) -> None:
    case = trial.asked(why="The petitioner's own words stay out, tel. 13812345678.")
    breaching.record_due(later(60))
    said = texts(of(case, 60), language)
    for told in (
        ("住房和城乡建设局", "陆知禾", "沈砚清", "闻人松", "晏清和") if language != "en" else ("zjj", "clerk")
    ):
        assert told in said
    kept = [PERSON.name, PERSON.phone, PERSON.address, cast.FILING.title, cast.FILING.body, "own words"]
    kept += [trial.OPINION["reasons"], *cast.FILING.requests]
    assert [word for word in kept if str(word) in said] == []
    assert ("逾期" in said) == (language != "en")
    assert ("late" in said) == (language == "en")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_word_file_opens_and_holds_the_tables(language: str) -> None:
    case = trial.routed()
    breaching.record_due(later(20))
    data = review_paper.docx(of(case, 20), language)
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        document = made.read("word/document.xml").decode()
    for told in (row(case).number, (TODAY + 15 * DAY).isoformat()):
        assert told in document
    assert review_paper.docx(of(case, 20), language) == data  # the same facts, the same bytes


def test_a_case_in_which_nothing_was_sent_back_says_so() -> None:
    found = of(trial.routed())
    made: Any = review_paper.tables(found, "zh-hans")
    assert made[1].rows[0][0] == made[2].rows[0][0] == "无"
