"""Programs of others in a simulated month: a hotline, an app, an Open311 client, a reader of changes."""

import random
from collections.abc import Mapping
from itertools import count
from typing import Any

from huiyin.cli.simulating import county
from huiyin.cli.simulating.diary import Diary
from huiyin.cli.simulating.filing import TWICE, WRONG_FIRST, Filing
from huiyin.cli.simulating.windows import Astray, Windows

SCOPES = {
    "hotline": ("orders:file",),
    "app": ("cases:file",),
    "city": ("cases:file",),
    "reader": ("changes:read",),
}
ORDERS, CASES, REQUESTS = "/api/v1/work-orders", "/api/v1/cases", "/open311/v2/requests.json"
MOST = 100  # changes in one answer


class Programs:
    """Each has a token of the bureau, sends what its users say, and keeps the receipt it is given."""

    def __init__(self, windows: Windows, diary: Diary, chance: random.Random, filing: Filing) -> None:
        self.windows, self.diary, self.chance, self.filing = windows, diary, chance, filing
        self._tokens: dict[str, str] = {}
        self._orders, self._after = count(1), -1

    def begin(self) -> None:
        """What the administrator does at the console."""
        from huiyin.api import tokens

        now = self.windows.clock.now
        self._tokens = {name: tokens.new(name, county.BUREAU, scopes, now) for name, scopes in SCOPES.items()}

    # --- filing ---------------------------------------------------------------------------------

    def file(self) -> None:
        """One arrival by one of the three."""
        self.chance.choice((self._order, self._case, self._request))()

    def _order(self) -> None:
        """The hotline's number makes the order count once."""
        number = f"12345-{next(self._orders):06}"
        self._file("hotline", ORDERS, "call", {"source_number": number}, again=200)

    def _case(self) -> None:
        """The program's own key does."""
        key = f"{self.chance.getrandbits(64):016x}"
        self._file("app", CASES, "web", {}, again=201, headers={"Idempotency-Key": key})

    def _file(
        self, who: str, path: str, channel: str, more: Mapping[str, Any], *, again: int, **sent: Any
    ) -> None:
        told, repeats = self.filing.words()
        told["requests"] = told.pop("request")
        body = {**told, **more}
        self._try_wrongly(who, path)
        made = self.windows.program(self._tokens[who], path, body, lawful=201, **sent).json()
        if self.filing.now_and_then(TWICE):
            self._once(made, self.windows.program(self._tokens[who], path, body, lawful=again, **sent).json())
        self._keep(made, made["entry"], channel, told["category"], repeats)

    def _try_wrongly(self, who: str, path: str) -> None:
        """Now and then with a token that is none, or without a word of what it is about."""
        if self.filing.now_and_then(WRONG_FIRST):
            self.windows.program("hyt_none", path, {"body": "没有令牌的来件。"}, lawful=401)
            self.windows.program(self._tokens[who], path, {"title": "只有标题"}, lawful=400)
            self.diary.mistakes["a program without a token, or without words"] += 1

    def _once(self, made: Mapping[str, Any], again: Mapping[str, Any]) -> None:
        if again["case"] != made["case"]:
            raise Astray(f"a program's request sent twice made two cases, {made['case']} and {again['case']}")
        self.diary.mistakes["a program's request sent twice"] += 1

    def _request(self) -> None:
        told, repeats = self.filing.words()
        town = self.chance.choice(self._towns())
        sent = {
            "service_code": told["category"],
            "description": told["body"],
            "attribute[purpose]": told["purpose"],
            "attribute[request]": told["request"][0],
            "address_id": town,
        }
        (made,) = self.windows.form(self._tokens["city"], REQUESTS, sent, lawful=201).json()
        made["case"] = made["service_request_id"]
        self._keep(made, made["receipt_entry"], "web", told["category"], repeats)

    @staticmethod
    def _towns() -> list[str]:
        from huiyin.offices import tree

        return [place.code for place in tree.places()]

    def _keep(
        self, made: Mapping[str, Any], entry: int | None, channel: str, category: str, repeats: bool
    ) -> None:
        self.filing.note(made["case"], county.BUREAU, channel, category, 1, repeats, made["code"])
        if entry is not None:
            self.diary.receipts[made["case"]] = entry

    # --- reading --------------------------------------------------------------------------------

    def read(self) -> None:
        """Once a day the reader asks for what changed since, page by page."""
        more = True
        while more:
            asked = {"after": self._after, "limit": MOST}
            page = self.windows.asked(self._tokens["reader"], "/api/v1/changes", asked).json()
            self.diary.changes += [(one["case"], one["kind"], one["entry"]) for one in page["changes"]]
            self._after, more = page["after"], page["more"]
