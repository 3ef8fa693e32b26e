"""Guards look at the small county of casework's tests, through its code and through its pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from tests.casework import cast


@pytest.fixture
def county(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.county()
    monkeypatch.setattr(timezone, "now", lambda: cast.NOW)


@pytest.fixture
def as_(county: None) -> Callable[[Actor | None], Client]:
    """A browser in which this officer is logged in; nobody is when there is none."""

    def browser(actor: Actor | None) -> Client:
        client = Client(raise_request_exception=False)
        if actor is not None:
            client.force_login(Officer.objects.get(login=actor.ref))
        return client

    return browser
