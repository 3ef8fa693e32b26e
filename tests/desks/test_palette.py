"""Go to: numbers, pages, lists and steps by a few letters; never a person, never words of a case."""

from collections.abc import Callable

import pytest
from django.test import Client

from huiyin.casework.models import CaseRow
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, OFFICER, OTHER_OFFICER, PERSON, STAFF, SUPERVISOR

As = Callable[[Actor], Client]


def go(browser: Client, typed: str, case: str = "") -> str:
    answer = browser.get("/desk/go/", {"q": typed, "case": case}, headers={"quiet": "1"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_case_is_found_by_its_number_or_the_end_of_it(as_: As) -> None:
    case = cast.routed()
    row = CaseRow.objects.get(case_id=case)
    for typed in (row.number, row.number.lower(), f" {row.number} ", "1", "000001"):
        assert f"/desk/case/{case}/" in go(as_(OFFICER), typed)
        assert case not in go(as_(OTHER_OFFICER), typed)
    assert case not in go(as_(OFFICER), "2")


@pytest.mark.parametrize(
    "typed", [PERSON.name, PERSON.phone, PERSON.address, PERSON.id_number, "瓷砖", "外墙瓷砖掉落没人管"]
)
def test_no_person_and_no_words_of_a_case_lead_to_it(as_: As, typed: str) -> None:
    case = cast.routed()
    row = CaseRow.objects.get(case_id=case)
    for actor in STAFF:
        if actor.role != "custodian":
            told = go(as_(actor), typed)
            assert case not in told
            assert row.number not in told


def test_pages_lists_and_steps_of_the_open_case_answer_to_words_and_first_letters(as_: As) -> None:
    case, browser = cast.routed(), as_(OFFICER)
    assert "/desk/calendar/" in go(browser, "日历")
    assert "/desk/calendar/" in go(browser, "rl")
    assert "/desk/overdue/" not in go(browser, "")
    assert "/desk/overdue/" in go(as_(SUPERVISOR), "")
    assert f"/desk/case/{case}/step/accept/" in go(browser, "受理", case)
    assert f"/desk/case/{case}/step/accept/" in go(browser, "sl", case)
    assert "/step/accept/" not in go(browser, "受理")
    assert "/step/" not in go(as_(OTHER_OFFICER), "sl", case)
    browser.post("/desk/lists/", {"query": "view=all&channel=visit"})
    assert "/desk/?view=all&amp;channel=visit" in go(browser, "全部")


@pytest.mark.parametrize("typed", ["", "%", "'", "x" * 5000, "\u202e", "9" * 40])
def test_anything_may_be_typed(as_: As, typed: str) -> None:
    go(as_(CLERK), typed, typed)
    assert "按键" in as_(CLERK).get("/desk/go/", {"q": typed}).content.decode()


def test_every_page_of_the_desk_has_it_and_works_without(as_: As) -> None:
    case = cast.routed()
    for address in ("/desk/", "/desk/day/", f"/desk/case/{case}/", "/desk/calendar/"):
        assert 'data-palette="/desk/go/"' in as_(OFFICER).get(address).content.decode()
    assert 'href="/desk/go/"' in as_(OFFICER).get("/desk/day/").content.decode()
