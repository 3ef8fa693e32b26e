"""People at the web form of a running office, each in a thread, until the office dies under them."""

import json
import re
import threading
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.storm.deeds import body_of
from tests.storm.journal import Journal, tokens

TOLD = ("case", "number", "code", "index", "proof", "opening")


class Refused(AssertionError):
    """The office answered, but not with a receipt."""


class Petitioner(threading.Thread):
    """Sends one form after another, asked for as JSON, and keeps a journal of what came of each."""

    def __init__(self, port: int, place: Path) -> None:
        super().__init__(daemon=True)
        self._port, self._place = port, place
        self.refusal: Exception | None = None

    def run(self) -> None:
        with closing(Journal(self._place)) as journal, closing(self._connect()) as connection:
            try:
                cookie = _come_in(connection)
                for token in tokens(self._place):
                    journal.sends(token)
                    answer = _post(connection, cookie, token)
                    told = {name: answer[name] for name in TOLD}
                    journal.acknowledges(token, **told, again=None, words=body_of(token))
            except (OSError, HTTPException):
                pass  # the office was killed
            except Exception as refusal:
                self.refusal = refusal

    def _connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self._port, timeout=30)


def _come_in(connection: HTTPConnection) -> str:
    connection.request("GET", "/file/")
    answer = connection.getresponse()
    answer.read()
    return str(re.findall(r"csrftoken=(\w+)", answer.headers["Set-Cookie"])[0])


def _post(connection: HTTPConnection, cookie: str, token: str) -> dict[str, Any]:
    form = {
        "csrfmiddlewaretoken": cookie,
        "token": token,
        "at": "3",
        "do": "send",
        "body": body_of(token),
        "request": "请修好外墙",
        "purpose": "request",
        "about": "no",
        "identity": "none",
    }
    headers = {
        "Accept": "application/json",
        "Cookie": f"csrftoken={cookie}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/file/", urlencode(form), headers)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise Refused(f"{answer.status}: {data[:300].decode(errors='replace')}")
    found: dict[str, Any] = json.loads(data)
    return found
