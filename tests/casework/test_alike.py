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
LID = "沐江镇东门路18号门前的污水井盖破损，夜里有人踩空受伤，请尽快更换。"
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
    "again",
    [
        LID,
        LID.replace("污水", "雨水"),
        LID + "孩子上学天天从那里走，家长都不放心。",
        LID.replace("18", "１８"),
    ],
    ids=["the same", "another word", "a sentence more", "full-width"],
)
def test_a_short_matter_in_nearly_the_same_words_is_found(again: str) -> None:
    lid = filed(LID)
    assert found(again) == [lid]


def test_a_single_clause_said_again_is_found() -> None:
    lamp = filed("东门路十八号门前的路灯坏了半个月没有人来修")
    assert found("东门路十八号门前的路灯坏了半个月没有人来修") == [lamp]


@pytest.mark.parametrize(
    "other",
    [
        "沐江镇东门路18号门前的路灯坏了半个月，请尽快修好。",
        "沐江镇菜市场门口的垃圾没人清，夜里臭气熏天，请尽快处理。",
        "学校门前的井盖响声很大，夜里睡不着，请有关部门尽快更换一个不响的。",
    ],
)
def test_another_short_matter_is_not_though_it_says_some_of_the_words(other: str) -> None:
    filed(LID)
    assert found(other) == []


def test_a_name_and_a_long_address_do_not_find_a_short_petition_that_says_little_else() -> None:
    address = "临江县沐江镇滨江路八号锦澜花园三栋二单元二〇一室"
    case = filed(f"我叫{PERSON.name}，住{address}，门前路灯不亮，请修。")
    assert found(f"{PERSON.name}{address}门前路灯不亮，请修一下。") == [case]
    for who in (f"{PERSON.name}，{address}", f"{address}，{PERSON.name}", f"我叫{PERSON.name}{address}"):
        assert found(who) == []


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
