"""In and out of the staff door: one message for every wrong try, slower each time, no way to another site."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.desks import throttle
from huiyin.desks.models import FailedLogin
from huiyin.offices.models import Officer
from tests.casework.cast import NOW

LOGIN = "/desk/login/"
PASSWORD = "a-long-enough-password"


@pytest.fixture
def clerk() -> Officer:
    officer = Officer.objects.get(login="clerk")
    officer.set_password(PASSWORD)
    officer.save()
    return officer


def attempt(login: str, password: str, **more: str) -> Any:
    return Client().post(LOGIN, {"login": login, "password": password, **more})


def test_the_right_password_leads_to_where_one_was_going(clerk: Officer) -> None:
    assert attempt("clerk", PASSWORD).headers["Location"] == "/desk/day/"
    assert attempt("clerk", PASSWORD, next="/desk/").headers["Location"] == "/desk/day/"
    assert attempt("clerk", PASSWORD, next="/desk/register/").headers["Location"] == "/desk/register/"


def test_no_address_leads_to_another_site(clerk: Officer) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert attempt("clerk", PASSWORD, next=elsewhere).headers["Location"] == "/desk/day/"


def test_a_custodian_lands_on_the_custodians_page(clerk: Officer) -> None:
    Officer.objects.filter(login="custodian").update(password=clerk.password)
    browser = Client()
    browser.post(LOGIN, {"login": "custodian", "password": PASSWORD})
    assert browser.get("/desk/").headers["Location"] == "/desk/custodian/"


def test_wrong_password_unknown_and_disabled_account_sound_the_same(clerk: Officer) -> None:
    Officer.objects.filter(login="clerk2").update(password=clerk.password, is_active=False)
    tries = [("clerk", "wrong-wrong"), ("nobody", "wrong-wrong"), ("clerk2", PASSWORD)]
    answers = [attempt(*one) for one in tries]
    assert {answer.status_code for answer in answers} == {422}
    assert all("账号或密码不对" in answer.content.decode() for answer in answers)
    assert all("sessionid" not in answer.cookies for answer in answers)


def test_guesses_become_slow_even_for_accounts_that_do_not_exist(clerk: Officer) -> None:
    for login in ("clerk", "nobody"):
        answers = [attempt(login, "wrong-wrong").status_code for _ in range(6)]
        assert answers == [422, 422, 422, 422, 429, 429]
    assert attempt("clerk", PASSWORD).status_code == 429


def test_waiting_opens_the_door_again_and_success_forgets(
    clerk: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        attempt("clerk", "wrong-wrong")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(seconds=3))
    assert attempt("clerk", PASSWORD).status_code == 302
    assert [attempt("clerk", "wrong-wrong").status_code for _ in range(4)] == [422] * 4


def test_the_wait_doubles_and_ends_at_a_quarter_of_an_hour() -> None:
    waits = [throttle._wait(count, free=4).total_seconds() for count in (3, 4, 5, 6, 200)]
    assert waits == [0, 2, 4, 8, 900]


def test_the_table_of_failures_names_nobody_and_forgets_in_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt("somebody-known", "wrong-wrong")
    rows = list(FailedLogin.objects.values_list("key", flat=True))
    assert len(rows) == 2
    assert "somebody-known" not in "".join(rows)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=2))
    attempt("another", "wrong-wrong")
    assert not FailedLogin.objects.filter(key__in=rows, last__lt=NOW + timedelta(days=1)).exists()


def test_logging_out_needs_a_post_and_ends_the_visit(clerk: Officer) -> None:
    browser = Client()
    browser.post(LOGIN, {"login": "clerk", "password": PASSWORD})
    assert browser.get("/desk/logout/").status_code == 405
    assert browser.post("/desk/logout/").headers["Location"] == LOGIN
    assert browser.get("/desk/").status_code == 302


def test_accounts_and_password_are_printed_in_the_demo_alone(settings: Any) -> None:
    assert "officer2" not in Client().get(LOGIN).content.decode()
    settings.HUIYIN_DEMO, settings.HUIYIN_DEMO_PASSWORD = True, "shown-in-the-demo"
    page = Client().get(LOGIN).content.decode()
    assert "officer2" in page
    assert "shown-in-the-demo" in page
