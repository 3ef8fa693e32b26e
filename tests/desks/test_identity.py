"""Who it is: never without a purpose, never before the trace is written, never around the custodian."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huiyin.casework.models import IdentityRequest
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, CUSTODIAN, OFFICER, OFFICER2, OTHER_OFFICER, PERSON

As = Callable[[Actor], Client]


def opened(case: str) -> list[str]:
    return [fact.kind for fact in facts_of(case) if fact.kind.startswith("identity.")]


def see(browser: Client, case: str, purpose: str = "contact") -> Any:
    return browser.post(f"/desk/case/{case}/identity/", {"purpose": purpose})


def test_nothing_is_shown_before_a_purpose_is_given(as_: As) -> None:
    case = cast.routed()
    page = as_(OFFICER).get(f"/desk/case/{case}/identity/").content.decode()
    assert PERSON.name not in page
    assert "信访人看得到" in page
    for purpose in ("", "curiosity"):
        refused = see(as_(OFFICER), case, purpose)
        assert refused.status_code == 422
        assert PERSON.name not in refused.content.decode()
    assert opened(case) == []


def test_an_opening_leaves_one_trace_a_day(as_: As) -> None:
    case = cast.routed()
    browser = as_(OFFICER)
    for shown in (
        see(browser, case),
        browser.get(f"/desk/case/{case}/identity/"),
        see(browser, case, "serve"),
    ):
        page = shown.content.decode()
        assert shown.status_code == 200
        assert shown.headers["Cache-Control"] == "no-store"
        for said in (PERSON.name, PERSON.phone, PERSON.address):
            assert said in page
    assert opened(case) == ["identity.opened.1"]
    assert PERSON.name not in browser.get(f"/desk/case/{case}/").content.decode()
    assert PERSON.name not in as_(OFFICER2).get(f"/desk/case/{case}/identity/").content.decode()


def test_a_stranger_opens_nothing(as_: As) -> None:
    case = cast.routed()
    for stranger in (OTHER_OFFICER, CUSTODIAN):
        assert see(as_(stranger), case).status_code == 404
    assert opened(case) == []


def asked_for(as_: As) -> tuple[str, IdentityRequest]:
    """A case whose name is kept, and the handling officer's request to see it."""
    case = cast.routed(keep_name=True)
    answer = see(as_(OFFICER), case)
    assert answer.status_code == 302
    return case, IdentityRequest.objects.get()


def test_a_kept_name_goes_through_the_custodian(as_: As) -> None:
    case, asked = asked_for(as_)
    waiting = as_(OFFICER).get(f"/desk/case/{case}/identity/").content.decode()
    assert "申请已交保管员" in waiting
    custodian = as_(CUSTODIAN)
    page = custodian.get("/desk/custodian/").content.decode()
    assert "联系信访人了解情况" in page
    assert cast.NAMES["officer"] in page
    for words in (PERSON.name, cast.FILING.title, cast.FILING.body, cast.FILING.requests[0]):
        assert words not in page
    sent = {"request": asked.fact_id, "reason": "用途相符", "decision": "approved"}
    assert custodian.post("/desk/custodian/", sent).status_code == 302
    shown = see(as_(OFFICER), case).content.decode()
    assert PERSON.name in shown
    assert opened(case) == ["identity.requested.1", "identity.approved.1", "identity.opened.1"]
    assert custodian.post("/desk/custodian/", sent).status_code == 404


def test_a_declined_request_shows_nothing(as_: As) -> None:
    case, asked = asked_for(as_)
    as_(CUSTODIAN).post(
        "/desk/custodian/", {"request": asked.fact_id, "reason": "用途不符", "decision": "declined"}
    )
    again = see(as_(OFFICER), case)
    assert again.status_code == 302
    assert PERSON.name not in as_(OFFICER).get(f"/desk/case/{case}/identity/").content.decode()


@pytest.mark.parametrize("missing", ["reason", "decision"])
def test_a_decision_needs_its_reason(as_: As, missing: str) -> None:
    _, asked = asked_for(as_)
    sent = {"request": str(asked.fact_id), "reason": "用途相符", "decision": "approved"}
    answer = as_(CUSTODIAN).post("/desk/custodian/", {**sent, missing: ""})
    assert answer.status_code == 422
    assert IdentityRequest.objects.get().decision == ""


def test_the_registering_office_needs_no_custodian(as_: As) -> None:
    case, _ = asked_for(as_)
    assert PERSON.name in see(as_(CLERK), case).content.decode()
