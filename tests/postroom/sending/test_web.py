"""One request to a name with many addresses: all of them together have the time of one, and are looked at."""

import socket
import time
from typing import Any

import pytest

from huiyin.postroom.sending import web
from huiyin.postroom.sending.web import Failed, Stalled
from tests.postroom.sending import gateways

INSIDE = ["10.0.0.7", "192.168.1.1", "169.254.169.254", "127.0.0.1", "100.64.0.1"]
LONG = 0.6  # seconds


class Silent(socket.socket):
    """Never gets through: it waits for as long as it was told to."""

    knocked: list[str] = []

    def connect(self, address: Any) -> None:
        Silent.knocked.append(address[0])
        time.sleep(self.gettimeout() or 0)
        raise TimeoutError


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(socket, "socket", Silent)
    monkeypatch.setattr(Silent, "knocked", [])
    return Silent.knocked


def named(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> list[str]:
    """The name leads to these addresses; what was looked up."""
    asked: list[str] = []

    def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


def ask(url: str = "http://many.example/", **how: bool) -> web.Answer:
    return web.ask("POST", url, {}, b"", LONG, **{"own": False, **how})


def test_a_name_with_many_addresses_has_the_time_of_one(
    monkeypatch: pytest.MonkeyPatch, silent: list[str]
) -> None:
    asked = named(monkeypatch, [f"203.0.114.{n}" for n in range(1, 9)])
    begun = time.monotonic()
    with pytest.raises(Stalled, match="timeout"):
        ask(public=True)
    assert time.monotonic() - begun < 2 * LONG
    assert (asked, silent) == (["many.example"], ["203.0.114.1", "203.0.114.2", "203.0.114.3"])


def test_an_address_inside_the_house_is_not_even_knocked_at(
    monkeypatch: pytest.MonkeyPatch, silent: list[str]
) -> None:
    named(monkeypatch, INSIDE)
    with pytest.raises(Failed, match="own") as refused:
        ask(public=True)
    assert (refused.value.final, silent) == (True, [])
    named(monkeypatch, [*INSIDE, "203.0.114.1"])
    with pytest.raises(Stalled, match="timeout"):
        ask(public=True)
    assert silent == ["203.0.114.1"]


def test_one_address_that_is_closed_does_not_keep_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with gateways.web() as server:
        url = server.url.replace("127.0.0.1", "many.example")
        named(monkeypatch, ["127.0.0.9", "127.0.0.1"])
        assert ask(url, own=True).status == 200
        with pytest.raises(Failed, match="own"):
            ask(url)
    assert len(server.got) == 1
