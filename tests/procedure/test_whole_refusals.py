"""What the Regulation refuses, naming the article."""

from collections.abc import Callable
from typing import Any

import pytest

from huiyin.procedure import (
    Actor,
)
from tests.procedure.cast import (
    BOOK,
    CLERK,
    HEAD,
    OFFICER,
    OPINION,
    OTHER_OFFICER,
    PETITIONER,
)
from tests.procedure.lives import (
    ABOVE,
    DISCIPLINE,
    HELD,
    MON,
    REFUSAL,
    REVIEW,
    SAME,
    SUGGESTED,
    TOP,
    WAY,
    Life,
    extended,
    forwarded,
    handling,
    heard,
    late_rereview,
    late_review,
    made,
    named,
    offered,
    on,
    redirected,
    rereviewing,
    review_served,
    reviewing,
    routed,
    served,
    served_on,
    suggestion,
)

MORE = {"days": 5, "reason": "还要"}
NO_GROUND = {"organ": "县人社局", "explanation": "说明"}
SINGLE = {**OPINION, "outcomes": ["support"]}
COUNTY = {"reviewer": "county"}
NOT_OURS = {**REFUSAL, "reason": "not_ours"}
ACCUSED_OFFICE = {"office": "patrol", "report_by": on(9)}
RECORD = {"held_on": on(4), **HELD}

BAD: dict[str, tuple[Callable[[], Life], str, int, Actor, dict[str, Any], str]] = {
    "a step out of order": (routed, "decide", 3, OFFICER, OPINION, "第三十二条"),
    "a review before an answer": (handling, "ask_review", 5, PETITIONER, COUNTY, "第三十五条"),
    "a step out of role": (made, "serve", 5, HEAD, served_on(5), "第三十五条"),
    "an answer by another office": (heard, "decide", 4, OTHER_OFFICER, OPINION, "第三十二条"),
    "an officer complained of": (named, "accept", 2, OFFICER, {}, "第二十八条"),
    "a stage already decided": (served, "decide", 9, OFFICER, OPINION, "第三十二条"),
    "an extension after the term": (handling, "ask_extension", 66, OFFICER, MORE, "第三十四条"),
    "a second extension": (extended, "ask_extension", 6, OFFICER, MORE, "第三十四条"),
    "an extension of 31 days": (handling, "ask_extension", 3, OFFICER, {**MORE, "days": 31}, "第三十四条"),
    "a backdated service": (made, "serve", 5, OFFICER, served_on(3), "第三十五条"),
    "a service of tomorrow": (made, "serve", 5, OFFICER, served_on(6), "第三十五条"),
    "a request left unanswered": (heard, "decide", 4, OFFICER, SINGLE, "第三十二条"),
    "a refusal citing nothing": (routed, "not_accept", 2, OFFICER, NO_GROUND, "第十九条"),
    "a refusal for a reason of its own": (routed, "not_accept", 2, OFFICER, NOT_OURS, "第十九条"),
    "a transfer to the respondent": (Life, "transfer", 1, CLERK, {"office": "patrol"}, "第三十条"),
    "an assignment to the respondent": (Life, "assign", 1, CLERK, ACCUSED_OFFICE, "第三十条"),
    "a hearing nobody opened": (heard, "hearing_record", 4, OFFICER, RECORD, "第三十一条第六项"),
    "a closing before the time to ask is over": (served, "close", 20, OFFICER, {}, "第三十五条"),
    "a closing before the time to go on": (review_served, "close_review", 30, ABOVE, {}, "第三十六条第一款"),
    "a report nobody asked for": (handling, "report_result", 9, OFFICER, {"result": "x"}, "第二十二条第三项"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_it_refuses(name: str) -> None:
    make, step, day, actor, values, article = BAD[name]
    assert make().refused(step, day, actor, **values) == article


SERVICES: dict[str, tuple[Callable[[], Life], Actor]] = {
    "serve_refusal": (lambda: routed()("not_accept", 5, OFFICER, **REFUSAL), OFFICER),
    "serve_redirect": (lambda: Life()("redirect", 5, CLERK, **WAY), CLERK),
    "serve_no_longer": (lambda: Life()("not_again", 5, CLERK, **SAME), CLERK),
    "serve_reply": (lambda: suggestion()("answer_suggestion", 5, OFFICER, **SUGGESTED), OFFICER),
    "serve_settlement": (lambda: offered()("accept_settlement", 5, PETITIONER), OFFICER),
    "serve": (lambda: heard()("decide", 5, OFFICER, **OPINION), OFFICER),
    "serve_review": (lambda: reviewing()("decide_review", 12, ABOVE, **REVIEW), ABOVE),
    "serve_rereview": (lambda: rereviewing()("decide_rereview", 30, TOP, **REVIEW), TOP),
    "serve_challenge": (
        lambda: redirected()("challenge", 5, PETITIONER, reviewer="county")(
            "overrule_challenge", 6, ABOVE, reason="other_route", explanation="x"
        ),
        ABOVE,
    ),
    "serve_discipline": (
        lambda: forwarded()("discipline_accept", 2, DISCIPLINE)(
            "discipline_answer", 5, DISCIPLINE, result="partly", explanation="x"
        ),
        DISCIPLINE,
    ),
    "serve_late_refusal": (
        lambda: late_review()("refuse_late", 65, ABOVE, reason="no_good_cause", explanation="x"),
        ABOVE,
    ),
    "serve_late_rereview_refusal": (
        lambda: late_rereview()("refuse_late_rereview", 65, TOP, reason="no_good_cause", explanation="x"),
        TOP,
    ),
}


@pytest.mark.parametrize("step", SERVICES)
def test_no_service_is_backdated_or_without_proof(step: str) -> None:
    make, actor = SERVICES[step]
    day = (make().case.events[-1].at.date() - MON).days
    assert make().refused(step, day + 1, actor, **served_on(day - 1))
    assert make().refused(step, day + 1, actor, method="post", served_on=on(day))
    assert make()(step, day + 1, actor, **served_on(day)).state != make().state


def test_every_service_of_the_book_is_tested() -> None:
    assert set(SERVICES) == {s.id for s in BOOK.of_part("serve")}
