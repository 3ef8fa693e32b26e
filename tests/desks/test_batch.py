"""One step for many cases: seen before it is done, each its own fact, a refusal leaves the others done."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from huiyin.casework.models import CaseRow
from huiyin.desks.models import Template
from huiyin.ledger.facts import Fact, facts_of
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, HEAD, OFFICER, OFFICER2, OTHER_OFFICER

As = Callable[[Actor], Client]
BATCH = "/desk/batch/"
BODIES = (
    "小区三号楼外墙瓷砖往下掉，请派人鉴定并修好。",
    "村口的水沟堵了三年，一下雨就淹田，请清淤。",
    "路灯坏了两个月，晚上看不见路，请尽快修好。",
)


@pytest.fixture
def three() -> list[str]:
    """Letters that the bureau has registered and sent nowhere yet."""
    return [cast.file(body=body).case for body in BODIES]


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page)


def test_a_step_is_looked_at_and_then_carried_out_for_each(as_: As, three: list[str]) -> None:
    browser, facts = as_(CLERK), Fact.objects.count()
    told = browser.post(BATCH, {"case": three}).content.decode()
    assert "3/3" in told
    assert 'value="transfer"' in told
    told = browser.post(BATCH, {"case": three, "step": "transfer"}).content.decode()
    assert told.count("可办") >= 3
    sent = {"case": three, "step": "transfer", "f_office": "zjj"}
    told = browser.post(BATCH, {**sent, "act": "look"}).content.decode()
    assert Fact.objects.count() == facts
    assert hidden(told, "f_office") == ["zjj"]
    assert [one.partition(":")[0] for one in hidden(told, "case")] == three
    told = browser.post(BATCH, {**sent, "case": hidden(told, "case"), "act": "do"}).content.decode()
    assert "3/3" in told
    assert Fact.objects.count() == facts + 3
    assert {row.handler for row in CaseRow.objects.all()} == {"zjj"}


def test_what_one_refuses_leaves_the_others_done(as_: As, three: list[str]) -> None:
    against = cast.file(body="住建局自己的事：办证拖了一年没有回音，请处理。", respondents=("zjj",)).case
    browser = as_(CLERK)
    sent = {"case": [*three, against], "step": "transfer", "f_office": "zjj"}
    told = browser.post(BATCH, {**sent, "act": "look"}).content.decode()
    assert "3/4" in told
    assert "不可办" in told
    assert against not in "".join(hidden(told, "case"))
    told = browser.post(BATCH, {**sent, "act": "do"}).content.decode()
    assert "3/4" in told
    assert "第" in told
    assert [len(facts_of(case)) for case in (*three, against)] == [2, 2, 2, 1]


def test_what_moved_on_since_it_was_looked_at_is_left_alone(as_: As) -> None:
    cases = [cast.handled(), cast.handled(body="又一件：电梯坏了，请修好电梯。")]
    seen = [f"{case}:3" for case in cases]
    cast.take(cases[1], "record_work", {"note": "同事刚去看过。"}, actor=OFFICER2)
    sent = {"case": seen, "step": "record_work", "f_note": "统一走访。", "act": "do"}
    told = as_(OFFICER).post(BATCH, sent).content.decode()
    assert "1/2" in told
    assert "又有新进展" in told
    assert [len(facts_of(case)) for case in cases] == [4, 4]


def test_before_the_form_is_filled_in_the_book_says_what_is_closed(as_: As, three: list[str]) -> None:
    cast.take(three[0], "transfer", {"office": "zjj"}, actor=CLERK)
    told = as_(CLERK).post(BATCH, {"case": three, "step": "transfer"}).content.decode()
    assert "2/3" in told
    assert "不可办" in told


def test_an_answer_is_decided_case_by_case(as_: As) -> None:
    case = cast.handled()
    cast.take(case, "hear", {"method": "phone", "record": "说了情况。"})
    told = as_(OFFICER).post(BATCH, {"case": [case]}).content.decode()
    assert 'value="decide"' not in told
    assert "须逐件决定" in told
    forced = {"case": [case], "step": "decide", "act": "do", "f_facts": "x"}
    as_(OFFICER).post(BATCH, forced)
    assert len(facts_of(case)) == 4


def test_a_fault_in_the_form_stands_at_its_field_and_nothing_is_done(as_: As, three: list[str]) -> None:
    for act in ("look", "do"):
        answer = as_(CLERK).post(BATCH, {"case": three, "step": "transfer", "f_office": "", "act": act})
        assert answer.status_code == 422
    assert {len(facts_of(case)) for case in three} == {1}


def test_a_strangers_cases_and_what_is_no_case_are_left_out(as_: As, three: list[str]) -> None:
    for actor in (OTHER_OFFICER, OFFICER, HEAD):
        assert as_(actor).post(BATCH, {"case": three}).headers["Location"] == "/desk/"
    told = as_(CLERK).post(BATCH, {"case": [three[0], three[0], "nonsense:9", "", ":"]}).content.decode()
    assert "1/1" in told
    assert as_(CLERK).get(BATCH).status_code == 405
    mixed = [cast.routed(office="rsj"), cast.routed(body="又一件：电梯坏了，请修好电梯。")]
    told = as_(OFFICER2).post(BATCH, {"case": mixed}).content.decode()
    assert "1/1" in told


def test_the_inbox_lets_cases_be_chosen(as_: As, three: list[str]) -> None:
    told = as_(CLERK).get("/desk/").content.decode()
    assert all(f'name="case" value="{case}"' in told for case in three)
    assert f'action="{BATCH}"' in told


def test_a_macro_is_filled_in_for_each_case_and_looked_at_before(as_: As, three: list[str]) -> None:
    browser = as_(CLERK)
    sent = {"title": "转住建局", "step": "transfer", "f_office": "zjj", "f_note": "{{编号}}请按期办理。"}
    browser.post("/desk/templates/", sent)
    ref = str(Template.objects.get().id)
    assert f'name="macro" value="{ref}"' in browser.post(BATCH, {"case": three}).content.decode()
    told = browser.post(BATCH, {"case": three, "macro": ref}).content.decode()
    assert "3/3" in told
    assert {len(facts_of(case)) for case in three} == {1}
    browser.post(BATCH, {"case": hidden(told, "case"), "macro": ref, "act": "do"})
    for case in three:
        number = CaseRow.objects.get(case_id=case).number
        assert f"{number}请按期办理。" in browser.get(f"/desk/case/{case}/").content.decode()


def test_the_inbox_offers_the_macros_that_its_cases_can_take(as_: As, three: list[str]) -> None:
    browser = as_(CLERK)
    browser.post("/desk/templates/", {"title": "转住建局", "step": "transfer", "f_office": "zjj"})
    ref = str(Template.objects.get().id)
    assert f'name="macro" value="{ref}"' in browser.get("/desk/").content.decode()
    quiet = browser.post(BATCH, {"case": three, "macro": ref}, headers={"quiet": "1"}).content.decode()
    assert "<html" not in quiet
    assert "3/3" in quiet
    sent = {"case": hidden(quiet, "case"), "macro": ref, "act": "do"}
    quiet = browser.post(BATCH, sent, headers={"quiet": "1"}).content.decode()
    assert "<html" not in quiet
    assert {row.handler for row in CaseRow.objects.all()} == {"zjj"}
    assert 'name="macro"' not in browser.get("/desk/?view=all").content.decode()


def test_a_macro_that_leaves_a_field_open_says_which(as_: As, three: list[str]) -> None:
    browser = as_(CLERK)
    browser.post("/desk/templates/", {"title": "只写说明", "step": "transfer", "f_note": "请办理。"})
    ref = str(Template.objects.get().id)
    for act in ("look", "do"):
        told = browser.post(BATCH, {"case": three, "macro": ref, "act": act}).content.decode()
        assert "0/3" in told
        assert "转送单位" in told
    assert {len(facts_of(case)) for case in three} == {1}
