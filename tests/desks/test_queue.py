"""The queue of visitors: numbers in order, called once each, on a screen without names, gone the next day."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.desks import turns
from huiyin.desks.models import Turn
from huiyin.procedure import Actor
from tests.casework.cast import CLERK, CLERK2, CUSTODIAN, NOW, OFFICER
from tests.casework.test_at_once import together

As = Callable[[Actor], Client]
QUEUE, SCREEN = "/desk/queue/", "/reception/screen/"


def screen(**more: str) -> str:
    return Client(headers=more).get(SCREEN).content.decode()


def test_numbers_are_given_in_order_and_called_in_order(as_: As) -> None:
    clerk, colleague = as_(CLERK), as_(CLERK2)
    issued = [clerk.post(QUEUE, {"act": "issue"}).headers["Location"] for _ in range(3)]
    assert issued == [f"{QUEUE}?number={n}" for n in (1, 2, 3)]
    clerk.post(QUEUE, {"act": "next", "window": "1"})
    colleague.post(QUEUE, {"act": "next", "window": "4"})
    called = [(turn.number, turn.desk) for turn in turns.board("xfj", NOW).called]
    assert sorted(called) == [(1, "1"), (2, "4")]
    assert turns.board("xfj", NOW).waiting == 1


def test_the_slip_says_how_many_are_before(as_: As) -> None:
    clerk = as_(CLERK)
    for _ in range(2):
        clerk.post(QUEUE, {"act": "issue"})
    page = clerk.get(f"{QUEUE}?number=2").content.decode()
    assert 'queue__number num">2<' in page
    assert "前面还有1人" in page


def test_the_screen_shows_numbers_and_windows_to_everybody(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = as_(CLERK)
    for _ in range(2):
        clerk.post(QUEUE, {"act": "issue"})
    assert "screen__number" not in screen()
    clerk.post(QUEUE, {"act": "next", "window": "7"})
    page = screen()
    assert 'screen__number num" data-number="1-' in page
    assert "<b>7</b>" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert screen(**{"x-part": "board"}).startswith("<header")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=1))
    clerk.post(QUEUE, {"act": "next"})
    assert 'num" data-number="2-' in screen()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=2))
    clerk.post(QUEUE, {"act": "again", "number": "1"})
    assert 'num" data-number="1-' in screen()


def test_nobody_waiting_calls_nobody(as_: As) -> None:
    assert as_(CLERK).post(QUEUE, {"act": "next", "window": "1"}).status_code == 302
    assert turns.board("xfj", NOW).called == []


@pytest.mark.parametrize(
    "sent",
    [
        {"act": "again", "number": "9"},
        {"act": "again", "number": "x"},
        {"act": "again", "number": "9" * 5000},
        {"act": "again", "number": "0"},
        {"act": "next", "window": "1" * 5000},
        {"act": "next", "window": "0"},
        {"act": "next", "window": "<b>"},
    ],
)
def test_what_makes_no_sense_is_refused(as_: As, sent: dict[str, str]) -> None:
    assert as_(CLERK).post(QUEUE, sent).status_code == 404
    assert not Turn.objects.exists()


def test_the_next_day_begins_with_one_and_nothing_is_left(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = as_(CLERK)
    for _ in range(3):
        clerk.post(QUEUE, {"act": "issue"})
    clerk.post(QUEUE, {"act": "next"})
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=1))
    assert "screen__number" not in screen()
    turns.drop_past(timezone.now())
    assert not Turn.objects.exists()
    assert as_(CLERK).post(QUEUE, {"act": "issue"}).headers["Location"].endswith("=1")


def test_a_day_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "NUMBER_MOST", 1)
    turns.issue("xfj", NOW)
    with pytest.raises(turns.Full):
        turns.issue("xfj", NOW)


def test_whoever_asks_for_one_more_is_told_so(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "NUMBER_MOST", 1)
    clerk = as_(CLERK)
    clerk.post(QUEUE, {"act": "issue"})
    answer = clerk.post(QUEUE, {"act": "issue"}, follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "今天的1个号已全部发完" in answer.content.decode()
    assert Turn.objects.count() == 1


@pytest.mark.parametrize("number", ["9" * 5000, "99999", "x", "-1"])
def test_a_number_that_nobody_drew_shows_no_slip(as_: As, number: str) -> None:
    answer = as_(CLERK).get(QUEUE, {"number": number})
    assert answer.status_code == 200
    assert "queue__number" not in answer.content.decode()


def test_two_windows_at_once_give_and_call_each_number_once() -> None:
    issued = together([lambda: turns.issue("xfj", NOW)] * 8)
    assert sorted(issued) == list(range(1, 9))
    called = together([lambda: turns.call_next("xfj", "1", NOW)] * 8)
    assert sorted(called) == list(range(1, 9))


def test_each_office_has_its_own_and_only_clerks_run_it(as_: As) -> None:
    assert (turns.issue("xfj", NOW), turns.issue("mujiang", NOW), turns.issue("xfj", NOW)) == (1, 1, 2)
    assert [as_(actor).get(QUEUE).status_code for actor in (CLERK, OFFICER, CUSTODIAN)] == [200, 404, 404]
    assert Client().get(QUEUE).status_code == 302
    assert Client().get(f"{SCREEN}?office=nowhere").status_code == 404
