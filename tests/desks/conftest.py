"""Every test of the desk begins in the small county of casework's tests, the morning its cases are filed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from tests.casework import cast


@pytest.fixture(autouse=True)
def county(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.county()
    monkeypatch.setattr(timezone, "now", lambda: cast.NOW)


@pytest.fixture
def as_() -> Callable[[Actor], Client]:
    """A browser in which this officer is logged in."""

    def browser(actor: Actor) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(Officer.objects.get(login=actor.ref))
        return client

    return browser
