"""Public answers: only of answered, open cases, without a number left in them, and taken back at will."""

import pytest

from huiyin.casework import releases
from huiyin.casework.models import Release
from huiyin.casework.permissions import NotYours
from huiyin.casework.releases import NotAnswered, StillNamed, WithheldCase
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CUSTODIAN,
    HEAD,
    NOW,
    OFFICER,
    OTHER_HEAD,
    PETITIONER,
    SUPERVISOR,
    answered,
    served,
)

pytestmark = pytest.mark.usefixtures("county")
TEXTS = ("外墙瓷砖脱落谁来修", "小区外墙瓷砖脱落，物业和开发商互相推。", "质保期内由建设单位修复。")


def test_a_served_answer_is_made_public_and_taken_back() -> None:
    case = served()
    release = releases.release(case, HEAD, *TEXTS, NOW)
    (public,) = releases.public_answers()
    assert (public.title, public.question, public.answer) == TEXTS
    assert (public.office, public.category, public.released_on) == ("zjj", "construction", NOW.date())
    assert [row.fact_id for row in Release.objects.filter(case_id=case)] == [release]
    releases.unrelease(release, BUREAU_HEAD, NOW)
    assert releases.public_answers() == []
    assert [fact.kind for fact in facts_of(case)][-2:] == ["answer.released.1", "answer.unreleased.1"]
    with pytest.raises(NotYours):
        releases.unrelease(release, HEAD, NOW)


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize(
    "number",
    ["13812345678", "138 1234 5678", "１３８１２３４５６７８", "0571-88888888", "11010519491231002X"],
)
def test_a_text_that_still_holds_a_number_is_refused(place: int, number: str) -> None:
    texts = list(TEXTS)
    texts[place] += f"联系电话{number}"
    case = served()
    with pytest.raises(StillNamed):
        releases.release(case, HEAD, *texts, NOW)
    assert not Release.objects.exists()
    assert facts_of(case)[-1].kind == "opinion.served.1"


def test_each_text_is_judged_alone() -> None:
    """A digit at the end of one must not hide the number that the next begins with, nor make one up."""
    case = served()
    with pytest.raises(StillNamed):
        releases.release(case, HEAD, "第9", "13812345678是他的电话。", "已修好。", NOW)
    releases.release(case, HEAD, "编号1381234", "5678栋外墙瓷砖脱落。", "质保期内由建设单位修复。", NOW)
    assert len(releases.public_answers()) == 1


@pytest.mark.parametrize("changes", [{"keep_name": True}], ids=["name kept"])
def test_a_withheld_case_is_never_made_public(changes: dict[str, object]) -> None:
    case = served(**changes)
    with pytest.raises(WithheldCase):
        releases.release(case, HEAD, *TEXTS, NOW)
    assert not Release.objects.exists()


def test_what_was_not_served_is_not_made_public() -> None:
    case = answered()
    with pytest.raises(NotAnswered):
        releases.release(case, HEAD, *TEXTS, NOW)


@pytest.mark.parametrize(
    "actor",
    [OFFICER, CLERK, SUPERVISOR, CUSTODIAN, OTHER_HEAD, PETITIONER],
    ids=lambda actor: actor.ref or actor.role,
)
def test_only_a_head_of_the_offices_concerned_releases_and_takes_back(actor: Actor) -> None:
    case = served()
    with pytest.raises(NotYours):
        releases.release(case, actor, *TEXTS, NOW)
    release = releases.release(case, HEAD, *TEXTS, NOW)
    with pytest.raises(NotYours):
        releases.unrelease(release, actor, NOW)
    assert len(releases.public_answers()) == 1
