"""A served office: what a browser sent is gone from every byte it keeps, its server's log included."""

import json
import re
import sqlite3
import uuid
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg

from tests.casework.canaries import found_in
from tests.casework.cast import document, photo
from tests.environment import SERVER
from tests.installation import Installation

BODY = "暗语正文Kx7qZ：三号楼外墙瓷砖一直往下掉，请派人来修。"
CANARIES = (
    BODY,
    "暗语请求Kx7qZ",
    "暗语地点Kx7qZ",
    "暗语姓名Kx7qZ",
    "暗语地址Kx7qZ",
    "暗语补充Kx7qZ",
    "暗语原因Kx7qZ",
    "暗语照片Kx7qZ",
    "Zq9vKmExifCanary",
    "Zq9vKmPdfCanary",
    "13912340987",
)


class Browser:
    """Enough of one: cookies, forms with files, the token of the form last seen."""

    def __init__(self, address: str) -> None:
        self.address, self.page = address, ""
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return self._open(Request(self.address + path))

    def post(
        self, path: str, fields: dict[str, Any], files: dict[str, tuple[str, bytes]] | None = None
    ) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)
        assert token, "the page seen last has no form"
        fields = {**fields, "csrfmiddlewaretoken": token.group(1)}
        kind, data = _multipart(fields, files) if files else ("application/x-www-form-urlencoded", b"")
        request = Request(self.address + path, data or urlencode(fields, doseq=True).encode())
        request.add_header("Content-Type", kind)
        return self._open(request)

    def seen(self) -> dict[str, str]:
        """What the form says of the case it was made from, where it does."""
        return dict(re.findall(r'name="(seen)" value="(\d+)"', self.page))

    def _open(self, request: Request) -> str:
        with self._opener.open(request, timeout=30) as answer:
            self.page = answer.read().decode("utf-8", "replace")
        return self.page


def _multipart(fields: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> tuple[str, bytes]:
    edge = uuid.uuid4().hex
    parts = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            parts.append(
                f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'.encode()
            )
    for name, (title, data) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{title}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
    return f"multipart/form-data; boundary={edge}", b"".join([*parts, f"--{edge}--\r\n".encode()])


def everywhere(office: Installation) -> dict[str, bytes]:
    """Every file beside the keys, what the server and its worker wrote, and every row on PostgreSQL."""
    files = [p for p in office.data.parent.rglob("*") if p.is_file() and p.parent.name != "keys"]
    found = {str(path): path.read_bytes() for path in files}
    if SERVER:
        with closing(psycopg.connect(office.environment["HUIYIN_DATABASE_URL"])) as database:
            tables = database.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (name,) in tables:
                rows = database.execute(f'SELECT * FROM "{name}"').fetchall()  # type: ignore[arg-type]
                cells = [v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row]
                found[name] = b"\n".join(cells)
    return found


def wrapped_key(office: Installation, case: str) -> bytes:
    query = "SELECT wrapped FROM vault_key WHERE case_id = "
    if SERVER:
        with closing(psycopg.connect(office.environment["HUIYIN_DATABASE_URL"])) as database:
            (row,) = database.execute(query + "%s", [case]).fetchall()
    else:
        with closing(sqlite3.connect(office.data / "huiyin.sqlite3")) as database:
            (row,) = database.execute(query + "?", [case]).fetchall()
    return bytes(row[0])


def file_and_follow(browser: Browser) -> None:
    """File with papers, look at everything, add words and papers, leave by withdrawing."""
    browser.get("/file/")
    token = re.search(r'name="token" value="([^"]+)"', browser.page)
    assert token
    typed = {
        "token": token.group(1),
        "title": "",
        "body": BODY,
        "request": ["暗语请求Kx7qZ", ""],
        "purpose": "request",
        "about": "no",
        "category": "construction",
        "place_detail": "暗语地点Kx7qZ",
        "identity": "open",
        "name": "暗语姓名Kx7qZ",
        "phone": "13912340987",
        "address": "暗语地址Kx7qZ",
        "at": "3",
    }
    browser.post("/file/", {**typed, "do": "back"})  # pages turned to and fro keep nothing either
    paper = ("暗语照片Kx7qZ.jpg", photo("Zq9vKmExifCanary"))
    sent = browser.post("/file/", {**typed, "do": "send"}, {"attachments": paper})
    code = re.search(r"\d{4}(?:\D{0,40}\d{4}){3}", re.sub(r"<[^>]+>", " ", sent))
    assert code, "no code on the page after sending"
    browser.get("/case/")
    browser.post("/case/", {"code": re.sub(r"\D", "", code.group())})
    assert BODY in browser.page
    for link in sorted(set(re.findall(r'"(/case/(?:paper|receipt)/[^"]+)"', browser.page))):
        browser.get(link)
    browser.get("/case/do/supplement/")
    more = ("暗语照片Kx7qZ.pdf", document("Zq9vKmPdfCanary"))
    browser.post("/case/do/supplement/", {"text": "暗语补充Kx7qZ", **browser.seen()}, {"attachments": more})
    browser.get("/case/do/withdraw/")
    browser.post("/case/do/withdraw/", {"reason": "暗语原因Kx7qZ", **browser.seen()})


def test_what_was_sent_to_a_served_office_is_erased_from_every_byte(
    fresh: Installation, tmp_path: Path
) -> None:
    fresh.run("init")
    with fresh.serving() as address:
        file_and_follow(Browser(address))
        (row,) = [json.loads(line) for line in fresh.run("cases", "--json").stdout.splitlines()]
        assert row["state"] == "withdrawn"
        key = wrapped_key(fresh, row["case"])
        assert found_in(everywhere(fresh), [key])
        assert not found_in(everywhere(fresh), CANARIES)  # nothing stood in clear before, either
        fresh.run("erase", row["case"], "--reason", "petitioner")
    assert not found_in(everywhere(fresh), [key, *CANARIES])
    assert (fresh.data.parent / "server.log").exists()
    assert fresh.run("doctor").stdout == "healthy\n"
    assert fresh.run("rebuild", "--check").stdout == "0 differences\n"
    fresh.run("publish", tmp_path / "log")
    fresh.run("check", tmp_path / "log")
    assert not found_in(
        {"log": b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())}, CANARIES
    )
