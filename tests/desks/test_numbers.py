"""Numbers that an address or a form brings back: whatever stands there, no page ends in an error of ours."""

from collections.abc import Callable

import pytest
from django.test import Client

from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import BUREAU_HEAD, HEAD, OFFICER

As = Callable[[Actor], Client]
HUGE = ["9" * 5000, "9" * 18, "9" * 19]


@pytest.mark.parametrize("number", HUGE)
def test_a_page_that_is_not_there_is_the_last(as_: As, number: str) -> None:
    cast.routed()
    assert as_(OFFICER).get("/desk/", {"page": number}).status_code == 200
    answer = as_(BUREAU_HEAD).get("/desk/figures/cases/", {"page": number})
    assert answer.status_code < 500


@pytest.mark.parametrize("number", HUGE)
def test_what_was_never_asked_for_is_neither_granted_nor_taken_back(as_: As, number: str) -> None:
    assert as_(BUREAU_HEAD).post("/desk/codes/", {"request": number}).status_code == 404
    assert as_(HEAD).post("/desk/answers/", {"release": number}).status_code == 404


@pytest.mark.parametrize("number", HUGE)
def test_a_step_with_a_place_that_the_case_never_had_is_told_so(as_: As, number: str) -> None:
    case = cast.routed()
    for name in ("accept", "hear"):
        answer = as_(OFFICER).post(f"/desk/case/{case}/step/{name}/", {"seen": number, "f_note": "看过"})
        assert 400 <= answer.status_code < 500, name
    kept = as_(OFFICER).post(f"/desk/case/{case}/step/accept/draft/", {"seen": number, "f_note": "看过"})
    assert kept.status_code == 302
    assert as_(OFFICER).get(f"/desk/case/{case}/step/accept/").status_code == 200
