"""Outreach notes on the server: filed once, with the time they were taken; a wrong clock is a fault."""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.casework import alike, codes, projection, reading
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.procedure import Actor
from tests.casework.cast import CLERK, CUSTODIAN, NOW, OFFICER, PETITIONER
from tests.casework.test_alike import AGAIN, WATER

As = Callable[[Actor], Client]
OUTREACH = "/desk/outreach/"
TOLD = NOW - timedelta(days=31)


def note(**changes: Any) -> dict[str, Any]:
    return {
        "token": secrets.token_hex(16),
        "occurred_at": TOLD.isoformat(timespec="seconds"),
        "title": "",
        "body": "灌溉渠淤了两年，下游三十亩田浇不上水。",
        "requests": "清淤\n定期疏通",
        "category": "rural",
        "purpose": "request",
        "place": "mujiang",
        "name": "何满仓",
        "people": "12",
        "respondents": [],
        **changes,
    }


def send(browser: Client, sent: object) -> Any:
    return browser.post(f"{OUTREACH}file/", json.dumps(sent), content_type="application/json")


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422
    found: dict[str, str] = answer.json()["faults"]
    return found


def test_a_note_of_a_month_ago_is_filed_with_the_time_it_was_taken(as_: As) -> None:
    sent = note()
    told = send(as_(CLERK), sent).json()
    row = CaseRow.objects.get()
    assert (told["number"], told["again"]) == (row.number, False)
    assert codes.case_of(told["code"], "", NOW) == row.case_id
    assert (row.channel, row.filed_at, row.received_on) == ("outreach", TOLD, TOLD.date())
    assert row.registered_at == NOW
    fact = history(row.case_id)[0]
    assert datetime.fromisoformat(fact.values["occurred_at"]) == TOLD
    assert fact.values["people"] == 12
    assert reading.words(row.case_id, PETITIONER).requests == ("清淤", "定期疏通")
    assert list(projection.rebuild(check=True)) == []


def test_the_promise_is_the_digest_that_the_device_made_and_stands_in_the_case(as_: As) -> None:
    sent = note()
    words = [sent[name] for name in ("token", "occurred_at", "title", "body", "requests")]
    made = hashlib.sha256("\n".join(words).encode()).hexdigest()
    assert send(as_(CLERK), sent).json()["promise"] == made
    assert history(CaseRow.objects.get().case_id)[0].values["promise"] == made


def test_sending_twice_makes_one_case(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, sent = as_(CLERK), note()
    first, second = (send(browser, sent).json() for _ in range(2))
    assert (first["number"], first["code"]) == (second["number"], second["code"])
    assert (first["again"], second["again"]) == (False, True)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=1))
    late = send(browser, sent).json()
    assert (late["number"], late["code"], late["again"]) == (first["number"], "", True)
    assert CaseRow.objects.count() == 1


def test_a_clock_that_was_ahead_is_told_and_nothing_is_filed(as_: As) -> None:
    ahead = note(occurred_at=(NOW + timedelta(days=400)).isoformat())
    assert "时钟" in faults(send(as_(CLERK), ahead))["occurred_at"]
    assert not CaseRow.objects.exists()
    mended = {**ahead, "occurred_at": TOLD.isoformat()}
    assert send(as_(CLERK), mended).status_code == 200


def test_a_clock_a_minute_ahead_is_no_reason_to_refuse(as_: As) -> None:
    assert send(as_(CLERK), note(occurred_at=(NOW + timedelta(minutes=1)).isoformat())).status_code == 200
    assert CaseRow.objects.get().filed_at == NOW


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"occurred_at": ""}, "occurred_at"),
        ({"occurred_at": "昨天"}, "occurred_at"),
        ({"occurred_at": "2026-03-01T10:00:00"}, "occurred_at"),
        ({"occurred_at": "1899-01-01T10:00:00+08:00"}, "received_on"),
        ({"body": "太短"}, "body"),
        ({"requests": ""}, "requests"),
        ({"category": ""}, "category"),
        ({"category": "gone-since"}, "category"),
        ({"purpose": ""}, "purpose"),
        ({"phone": "打我电话"}, "phone"),
        ({"respondents": ["nowhere"]}, "respondents"),
        ({"respondents": "zjj"}, None),
        ({"people": "十二"}, None),
        ({"people": "9" * 5000}, "people"),
        ({"people": "0"}, "people"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+00:00"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
        ({"body": "灌溉渠淤了两年，下游浇不上水\ud83d。"}, "body"),
        ({"requests": "清淤\udc00"}, "requests"),
        ({"token": "\ud83d" * 32}, ""),
        ({"token": "x"}, ""),
        ({"body": ["a", "b"]}, "body"),
    ],
)
def test_each_fault_is_told_at_its_field_and_nothing_is_half_saved(
    as_: As, change: dict[str, Any], field: str | None
) -> None:
    answer = send(as_(CLERK), note(**change))
    if field is None:
        assert answer.status_code == 200
        return
    assert field in faults(answer)
    assert not CaseRow.objects.exists()


@pytest.mark.parametrize("sent", ["{", "[]", "null", '"x"', "[" * 200_000, '{"a":' * 200_000])
def test_what_is_no_note_is_refused(as_: As, sent: str) -> None:
    answer = as_(CLERK).post(f"{OUTREACH}file/", sent, content_type="application/json")
    assert {"occurred_at", "body", "category"} <= set(faults(answer))


def test_the_same_person_with_like_words_is_offered_once_and_named_in_no_answer(as_: As) -> None:
    alike.forget()
    browser = as_(CLERK)
    send(browser, note(body=WATER, phone="13812345678"))
    first = CaseRow.objects.get()
    answer = send(browser, note(body=AGAIN, phone="13812345678"))
    assert not [mark for mark in (first.number, first.case_id) if mark in answer.content.decode()]
    known = answer.json()["known"]
    assert CaseRow.objects.get(number=answer.json()["number"]).case_id == known
    page = browser.post("/desk/register/same/", {"case": known}).content.decode()
    assert first.number in page
    other = note(body=WATER.replace("晚上", "夜里"), name="另一人", phone="13812345678")
    assert send(browser, other).json()["known"] == ""


def test_who_is_complained_of_is_closed_out(as_: As) -> None:
    send(as_(CLERK), note(respondents=["zjj"]))
    assert as_(OFFICER).get(f"/desk/case/{CaseRow.objects.get().case_id}/").status_code == 404


def test_only_clerks_file_and_a_log_in_that_ended_leads_to_the_door(as_: As) -> None:
    for actor in (OFFICER, CUSTODIAN):
        assert as_(actor).get(OUTREACH).status_code == 404
        assert send(as_(actor), note()).status_code == 404
    assert send(Client(), note()).status_code == 302
    assert Client().get(f"{OUTREACH}session/").status_code == 302
    told = as_(CLERK).get(f"{OUTREACH}session/").json()
    assert (told["login"], datetime.fromisoformat(told["now"])) == ("clerk", NOW)


def test_the_petitioner_reads_when_it_was_noted_and_when_registered(as_: As) -> None:
    told = send(as_(CLERK), note()).json()
    own = Client()
    own.post("/case/", {"code": told["code"]})
    assert "现场记录" in own.get("/case/").content.decode()


def test_what_the_browser_keeps_holds_nobody_and_is_all_there(as_: As) -> None:
    code = Client().get(f"{OUTREACH}worker.js")
    assert code.headers["Content-Type"].startswith("text/javascript")
    head = code.content.decode().split("\n", 1)[0]
    kept = json.loads(head.split("KEPT = ")[1].split(", VERSION")[0])
    browser = as_(CLERK)
    for path in kept:
        answer = browser.get(path)
        answer.close()
        assert answer.status_code == 200, path
    assert json.loads(Client().get(f"{OUTREACH}app.webmanifest").content)["scope"] == OUTREACH


def test_without_https_the_page_says_how(as_: As, settings: Any) -> None:
    assert '<p class="notice notice--warn" data-insecure>' in as_(CLERK).get(OUTREACH).content.decode()
    settings.HUIYIN_HTTPS = True
    assert "data-insecure hidden" in as_(CLERK).get(OUTREACH).content.decode()
