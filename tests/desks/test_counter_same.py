"""The earlier matter of the same person: offered on the slip, shown once, linked or left by the clerk."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from huiyin.casework import alike, erasure, samehand
from huiyin.casework.models import CaseRow
from huiyin.desks import sessions
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.canaries import found_in
from tests.casework.cast import CLERK, CLERK2, NOW, PETITIONER, SYSTEM
from tests.casework.test_alike import AGAIN, WATER
from tests.desks.test_counter import REGISTER, form

As = Callable[[Actor], Client]
SAME = f"{REGISTER}same/"


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    alike.forget()
    yield
    alike.forget()


def twice(browser: Client) -> tuple[CaseRow, CaseRow, str]:
    """(the first, the second, the slip of the second)."""
    browser.post(REGISTER, form(browser, title=WATER[:12], body=WATER))
    first = CaseRow.objects.get()
    slip = browser.post(REGISTER, form(browser, title=AGAIN[:12], body=AGAIN))
    return first, CaseRow.objects.exclude(case_id=first.case_id).get(), slip.content.decode()


def test_the_slip_offers_a_look_and_names_no_matter(as_: As) -> None:
    first, second, slip = twice(as_(CLERK))
    assert SAME in slip
    assert not [mark for mark in (first.case_id, first.number) if mark in slip]
    assert second.number in slip


def test_it_is_shown_once_and_to_this_clerk_alone(as_: As) -> None:
    browser = as_(CLERK)
    first, second, _ = twice(browser)
    assert as_(CLERK2).post(SAME, {"case": second.case_id}).status_code == 404
    assert as_(CLERK).post(SAME, {"case": second.case_id}).status_code == 404
    page = browser.post(SAME, {"case": second.case_id}).content.decode()
    assert first.number in page
    assert not [word for word in ("封不觉", "13812345678", "滨江路八号") if word in page]
    assert browser.post(SAME, {"case": second.case_id}).status_code == 404


def in_sessions() -> dict[str, bytes]:
    """What whoever has the database and the signing key reads of every session."""
    return {one.session_key: repr(one.get_decoded()).encode() for one in Session.objects.all()}


@pytest.mark.parametrize("which", [0, 1], ids=["the earlier", "the new one"])
def test_no_session_tells_of_the_pair_and_nothing_finds_it_once_either_is_erased(as_: As, which: int) -> None:
    browser = as_(CLERK)
    first, second, _ = twice(browser)
    assert found_in(in_sessions(), [first.case_id, first.number, "封不觉", "13812345678"]) == []
    cast.take((first, second)[which].case_id, "withdraw", {}, actor=PETITIONER)
    erasure.erase((first, second)[which].case_id, "petitioner", SYSTEM, NOW)
    answer = browser.post(SAME, {"case": second.case_id})
    assert answer.status_code == 404
    assert first.number not in answer.content.decode()
    assert found_in(in_sessions(), [first.case_id, first.number]) == []


def test_a_session_that_is_over_is_deleted_and_no_other(as_: As) -> None:
    as_(CLERK)
    sessions.drop_past(NOW + timedelta(hours=9))
    assert Session.objects.count() == 1
    sessions.drop_past(NOW + timedelta(hours=11))
    assert not Session.objects.exists()


def test_the_clerk_links_them_by_one_press(as_: As) -> None:
    browser = as_(CLERK)
    first, second, _ = twice(browser)
    page = browser.post(SAME, {"case": second.case_id}).content.decode()
    pair = re.search(r'name="pair" value="([^"]+)"', page)
    assert pair is not None
    assert browser.post(SAME, {"act": "link", "pair": pair[1] + "x"}).status_code == 404
    assert browser.post(SAME, {"act": "link", "pair": pair[1]}).status_code == 302
    second.refresh_from_db()
    assert second.repeat_of == first.case_id
    assert first.number in browser.get(f"/desk/case/{second.case_id}/").content.decode()


def test_whoever_is_not_known_again_is_offered_nothing(as_: As) -> None:
    browser = as_(CLERK)
    browser.post(REGISTER, form(browser, title=WATER[:12], body=WATER))
    other: dict[str, Any] = {"title": AGAIN[:12], "body": AGAIN, "name": "另一个人"}
    assert SAME not in browser.post(REGISTER, form(browser, **other)).content.decode()


def test_a_comparison_that_fails_keeps_nobody_from_the_slip(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def broken(*_: object) -> str:
        raise OperationalError("disk full")

    monkeypatch.setattr(samehand, "compare", broken)
    browser = as_(CLERK)
    assert "data-code" in browser.post(REGISTER, form(browser)).content.decode()
