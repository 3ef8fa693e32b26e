"""Tests of the portal begin in the small county of casework's tests, the morning its cases are filed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.casework import cast
from tests.portal.hand import Hand


@pytest.fixture
def county(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.county()
    monkeypatch.setattr(timezone, "now", lambda: cast.NOW)


@pytest.fixture
def hand(county: None) -> Hand:
    """A petitioner at the form, without JavaScript."""
    return Hand(Client())


@pytest.fixture
def apart() -> Iterator[Callable[..., Any]]:
    """Run a function in its own thread: a browser's event loop must not stand around Django's database."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda act, *arguments: pool.submit(act, *arguments).result()
