"""Tests of the interface begin in the small county of casework's tests, with programs of its offices."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.api import tokens
from tests.casework import cast

EVERYTHING = tuple(tokens.SCOPES)
Program = Callable[..., "Caller"]


class Caller:
    """A program with a token; `get` and `post` answer with Django's response."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.client = Client(raise_request_exception=False)

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        return ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | more

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(path, query, headers=self.headers(headers))

    def post(self, path: str, data: Any, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data, "application/json", headers=self.headers(named))


@pytest.fixture(autouse=True)
def county(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.county()
    monkeypatch.setattr(timezone, "now", lambda: cast.NOW)


@pytest.fixture
def program(county: None) -> Program:
    """A program of an office (the bureau's), with all scopes or with those given."""

    def made(office: str = "xfj", scopes: tuple[str, ...] = EVERYTHING) -> Caller:
        name = f"{office}-{len(tokens.listing())}"
        return Caller(tokens.new(name, office, scopes, cast.NOW))

    return made


@pytest.fixture
def stranger(county: None) -> Caller:
    return Caller("")
