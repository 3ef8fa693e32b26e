"""SMS by whatever HTTP gateway the county has: an address, headers, and a body with `{to}` and `{text}`.

`{id}`, where the gateway has a place for it, is the number of the message: the same in every attempt.
"""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from huiyin.casework.wishes import Destination
from huiyin.postroom.sending import telling, web
from huiyin.postroom.sending.means import Gateway, Means
from huiyin.postroom.sending.queueing import Batch
from huiyin.postroom.sending.web import Failed, Stalled

OK = range(200, 300)


class Texter:
    """Sends by the county's SMS gateway."""

    def __init__(self, means: Means, gateway: Gateway) -> None:
        self._means, self._gateway = means, gateway

    def send(self, batch: Batch, to: Destination) -> None:
        """`Stalled` unless the gateway says that it took the message: by its status, and by its words if set.

        A gateway that answers 200 and "insufficient balance" has not taken it (`HUIYIN_POST_SMS_OK`).
        """
        gateway, text = self._gateway, telling.short(to.language, self._means.address).strip()
        is_json = gateway.body.lstrip().startswith("{")
        marks = {"{to}": to.address, "{text}": text, "{id}": batch.id}
        body = _filled(gateway.body, marks, _in_json if is_json else _in_form).encode()
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        url = _filled(gateway.url, marks, _in_form)
        headers = {"Content-Type": kind, "User-Agent": "Huiyin", **dict(gateway.headers)}
        if gateway.method == "GET":
            body = b""
        answer = web.ask(gateway.method, url, headers, body, self._means.timeout, own=True)
        if answer.status not in OK:
            raise Stalled(f"http-{answer.status}")
        if gateway.ok and not gateway.ok.search(answer.text):
            raise Failed("not-taken")

    def close(self) -> None:
        """Each message has a connection of its own."""


def _filled(template: str, marks: Mapping[str, str], spell: Callable[[str], str]) -> str:
    return re.sub("|".join(map(re.escape, marks)), lambda found: spell(marks[found[0]]), template)


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_form(text: str) -> str:
    return quote(text, safe="")
