"""A petitioner's hand: fills in the form as a browser without JavaScript would, field by field."""

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

BODY = "我们小区三号楼外墙瓷砖从去年起一直往下掉，物业和开发商互相推，请派人鉴定并修好。"
WHAT: dict[str, Any] = {
    "body": BODY,
    "request": ["请鉴定外墙", "请修好外墙"],
    "purpose": "request",
    "about": "no",
}
WHERE: dict[str, Any] = {"place": "mujiang", "place_detail": "滨江路八号", "occurred_on": "2025年10月1日"}
WHO: dict[str, Any] = {"identity": "open", "name": "封不觉", "phone": "138 1234 5678"}


class _Form(HTMLParser):
    """Reads what the form `filing` would send, and which ids the page has."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.ids: set[str] = set()
        self.text: list[str] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        name = given.get("name", "")
        if tag == "textarea":
            self._area = name
            self.values.setdefault(name, []).append("")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.setdefault(self._select, []).append(given["value"])
        elif tag == "input" and name and given.get("type") != "file":
            kind = given.get("type", "text")
            if kind not in ("radio", "checkbox") or "checked" in given:
                self.values.setdefault(name, []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self._area = None if tag == "textarea" else self._area
        self._select = None if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.values[self._area][-1] += data
        self.text.append(data)


class Hand:
    """Holds one page of the form at a time and presses its buttons."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.response: Any = client.get("/file/")

    @property
    def form(self) -> _Form:
        form = _Form()
        form.feed(self.response.content.decode())
        # A browser drops the line break that follows <textarea>.
        form.values = {name: [v.removeprefix("\n") for v in vs] for name, vs in form.values.items()}
        return form

    @property
    def page(self) -> str:
        return str(self.form.values["at"][0])

    @property
    def text(self) -> str:
        return "".join(self.form.text)

    def press(self, button: str, **typed: Any) -> "Hand":
        """Type over some fields and press a button of the page."""
        values = {name: vs for name, vs in self.form.values.items() if name != "csrfmiddlewaretoken"}
        self.response = self.client.post("/file/", {**values, **typed, "do": button})
        return self

    def last_page(self, **typed: Any) -> "Hand":
        given = {**WHAT, **WHERE, **typed}
        self.press("next", **{name: given[name] for name in given if name not in WHERE})
        return self.press("next", **{name: given[name] for name in WHERE})

    def send(self, **typed: Any) -> "Hand":
        return self.press("send", **{**WHO, **typed})

    def code(self) -> str:
        return code_on(self.response)


def code_on(response: HttpResponse) -> str:
    groups = response.content.decode().partition('id="the-code">')[2].partition("</p>")[0]
    return " ".join(part.partition("<")[0] for part in groups.split("<span>")[1:])


def everything(values: Iterable[list[str]]) -> str:
    return "".join(one for many in values for one in many)
