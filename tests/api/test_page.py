"""The desk's page of programs, for the bureau's heads and supervisors: a token is ended, never shown."""

from collections.abc import Callable

import pytest
from django.test import Client

from huiyin.api import tokens
from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from tests.casework.cast import BUREAU_HEAD, CLERK, CUSTODIAN, HEAD, NOW, OFFICER, SUPERVISOR

PAGE = "/desk/tokens/"


@pytest.fixture
def as_() -> Callable[[Actor], Client]:
    def browser(actor: Actor) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(Officer.objects.get(login=actor.ref))
        return client

    return browser


@pytest.fixture
def token() -> str:
    return tokens.new("village-app", "zjj", ["cases:file"], NOW)


def test_it_lists_programs_and_no_token(as_: Callable[[Actor], Client], token: str) -> None:
    for actor in (BUREAU_HEAD, SUPERVISOR):
        page = as_(actor).get(PAGE).content.decode()
        assert "village-app" in page
        assert "临江县住房和城乡建设局" in page
        assert "cases:file" in page
        assert token not in page
        assert ('name="program"' in page) == (actor is BUREAU_HEAD)
        assert 'href="/desk/tokens/" aria-current="page"' in page


def test_nobody_else_has_it(as_: Callable[[Actor], Client], token: str) -> None:
    for actor in (CLERK, OFFICER, HEAD, CUSTODIAN):
        assert as_(actor).get(PAGE).status_code == 404, actor
        assert as_(actor).post(PAGE, {"program": "village-app"}).status_code == 404, actor
        assert b"/desk/tokens/" not in as_(actor).get("/desk/", follow=True).content
    assert Client().get(PAGE)["Location"].startswith("/desk/login/")
    assert as_(SUPERVISOR).post(PAGE, {"program": "village-app"}).status_code == 404
    assert tokens.listing()[0]["revoked_at"] is None


def test_the_bureaus_head_ends_a_token(as_: Callable[[Actor], Client], token: str) -> None:
    browser = as_(BUREAU_HEAD)
    answer = browser.post(PAGE, {"program": "village-app"}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "令牌已吊销" in answer.content.decode()
    assert 'name="program"' not in answer.content.decode()
    assert tokens.listing()[0]["revoked_at"]
    assert "没有这个令牌" in browser.post(PAGE, {"program": "village-app"}, follow=True).content.decode()


def test_without_programs_it_says_so(as_: Callable[[Actor], Client]) -> None:
    assert "还没有给任何程序发放令牌" in as_(BUREAU_HEAD).get(PAGE).content.decode()
