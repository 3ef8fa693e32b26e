"""The windows of a simulated office: real requests to the real pages, at a time that the simulation sets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from huiyin.offices.models import Officer

CODE = re.compile(
    r"data-code><span>(\d{4})</span><span>(\d{4})</span><span>(\d{4})</span><span>(\d{4})</span>"
)
LINK = re.compile(r"/desk/case/(\w{16})/")
HOST = "localhost"
NONE: Mapping[str, str] = {}


class Astray(Exception):
    """A page answered what no page of a lawful act may answer; the message names the page."""


class Clock:
    """The time in the simulated county. While it is set, it is the time of every page too."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._real = timezone.now

    def __enter__(self) -> "Clock":
        timezone.now = lambda: self.now
        return self

    def __exit__(self, *_: object) -> None:
        timezone.now = self._real


@dataclass
class Windows:
    """One browser for each officer, logged in once a day, and a new one for each petitioner."""

    clock: Clock
    requests: int = 0
    refused: int = 0
    _open: dict[str, tuple[Client, str]] = field(default_factory=dict)

    def staff(self, login: str) -> Client:
        today = self.clock.now.date().isoformat()
        client, day = self._open.get(login, (None, ""))
        if client is None or day != today:
            client = self._new()
            client.force_login(Officer.objects.get(login=login))
            self._open[login] = (client, today)
        return client

    def _new(self, network: str = "127.0.0.1") -> Client:
        client = Client(SERVER_NAME=HOST, REMOTE_ADDR=network)
        if self._open:
            client.handler = next(iter(self._open.values()))[0].handler  # one server for all of them
        return client

    def visitor(self, network: str) -> Client:
        return self._new(network)

    def get(self, login: str, path: str, **asked: str) -> Any:
        return self._answered(self.staff(login).get(path, asked), path, (200,))

    def post(
        self, login: str, path: str, sent: Mapping[str, Any], *, lawful: tuple[int, ...] = (302,)
    ) -> Any:
        return self._answered(self.staff(login).post(path, dict(sent)), f"{path} {dict(sent)}", lawful)

    def public(self, client: Client, path: str, sent: Mapping[str, Any], *, lawful: tuple[int, ...]) -> Any:
        answer = client.post(path, dict(sent), headers={"Accept": "application/json"})
        return self._answered(answer, path, lawful)

    def program(
        self,
        token: str,
        path: str,
        sent: Mapping[str, Any],
        *,
        lawful: int,
        headers: Mapping[str, str] = NONE,
    ) -> Any:
        """What a program sends as JSON."""
        answer = self._new().post(
            path, dict(sent), "application/json", headers={**_bearing(token), **headers}
        )
        return self._answered(answer, path, (lawful,))

    def form(self, token: str, path: str, sent: Mapping[str, Any], *, lawful: int) -> Any:
        """What a client of Open311 sends, as a form."""
        return self._answered(self._new().post(path, {**sent, "api_key": token}), path, (lawful,))

    def asked(self, token: str, path: str, asked: Mapping[str, Any]) -> Any:
        return self._answered(self._new().get(path, dict(asked), headers=_bearing(token)), path, (200,))

    def _answered(self, answer: Any, what: str, lawful: tuple[int, ...]) -> Any:
        self.requests += 1
        self.refused += answer.status_code == 422
        if answer.status_code not in lawful:
            raise Astray(f"{what[:300]} answered {answer.status_code}: {_said(answer)}")
        return answer


def _bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _said(answer: Any) -> str:
    """What a page says is wrong, without its markup."""
    page = answer.content.decode("utf-8", "replace")
    found = re.findall(r'class="(?:error|errors)[^"]*"[^>]*>(.*?)</', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", "; ".join(found) or page[:200]).split())[:300]
