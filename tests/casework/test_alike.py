"""Matters like a text: found by what was written, never by who wrote it."""

from collections.abc import Iterator

import pytest

from huiyin.casework import alike, erasure
from huiyin.casework.models import CaseRow
from huiyin.ledger import sequencer
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, OTHER_OFFICER, PERSON, file

pytestmark = pytest.mark.usefixtures("county")
WATER = "我们村的自来水从上个月开始每天晚上停水，早上放出来的水又黄又浑，镇里水厂说管子老了没有钱换。"
AGAIN = "自来水又黄又浑不能喝，晚上还天天停水，打电话给镇里水厂，回答说管子老了要等有钱才换。"
ROAD = "镇上到学校的路坑坑洼洼，下雨天孩子摔了好几次，路灯也不亮，请尽快修路。"


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    alike.forget()
    yield
    alike.forget()


def found(text: str, actor: Actor = CLERK) -> list[str]:
    return [row.case_id for row in alike.alike(text, actor)]


def filed(body: str, **changes: object) -> str:
    made = file(body=body, title=body[:12], **changes)
    sequencer.wait([made.fact_id])
    return made.case


def test_the_same_trouble_in_other_words_is_found_and_another_is_not() -> None:
    water, road = filed(WATER), filed(ROAD)
    assert found(AGAIN) == [water]
    assert road not in found(AGAIN)


def test_what_was_registered_since_the_last_question_is_found() -> None:
    assert found(AGAIN) == []
    case = filed(WATER)
    assert found(AGAIN) == [case]


def test_a_few_words_are_no_question() -> None:
    filed(WATER)
    assert found("自来水又黄又浑") == []


@pytest.mark.parametrize(
    "who",
    [
        f"{PERSON.name} {PERSON.phone} {PERSON.address} {PERSON.id_number}",
        f"{PERSON.name}，住{PERSON.address}，电话{PERSON.phone}，请查一下这个人以前反映过什么事情没有",
        f"信访人{PERSON.name}{PERSON.name}{PERSON.name}{PERSON.address}{PERSON.address}",
    ],
)
def test_who_somebody_is_leads_to_nothing_even_where_the_petition_says_it(who: str) -> None:
    case = filed(f"我叫{PERSON.name}，住{PERSON.address}，电话{PERSON.phone}。{WATER}")
    assert found(AGAIN) == [case]
    assert found(who) == []


def test_only_matters_that_the_officer_may_see_and_never_a_sealed_one() -> None:
    filed(WATER, purpose="accusation")
    assert found(AGAIN) == []
    water = filed(WATER.replace("每天", "天天"))
    assert found(AGAIN) == [water]
    assert found(AGAIN, OTHER_OFFICER) == []


def test_erased_words_are_forgotten_by_every_process_at_its_next_question() -> None:
    case = filed(WATER)
    assert found(AGAIN) == [case]
    row = CaseRow.objects.get(case_id=case)
    CaseRow.objects.filter(case_id=case).update(ended=True)
    assert erasure.erase(row.case_id, "court", cast.SYSTEM, cast.NOW) in (True, False)
    assert found(AGAIN) == []
    held = alike._index._held
    assert held.execute("SELECT count(*) FROM matter").fetchone() == (0,)
    assert held.execute("SELECT count(*) FROM pair").fetchone() == (0,)
