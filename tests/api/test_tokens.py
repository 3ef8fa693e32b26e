"""A token is shown once, kept as a digest, does what its scopes say, and can be ended."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from huiyin.api import tokens
from huiyin.api.models import Token
from huiyin.api.problems import Problem
from huiyin.casework.permissions import TABLE
from huiyin.cli.main import main
from tests.api.conftest import Caller, Program
from tests.casework.cast import NOW


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory().get("/api/v1/cases")


def made(*scopes: str, name: str = "app", office: str = "xfj") -> str:
    return tokens.new(name, office, scopes or ("cases:read",), NOW)


def test_its_bearer_has_its_office_and_scopes(request_: HttpRequest) -> None:
    found = tokens.bearer(request_, made("cases:read", "cases:file"), NOW)
    assert (found.name, found.office, found.scopes) == ("app", "xfj", {"cases:read", "cases:file"})
    found.require("cases:file")
    with pytest.raises(Problem) as refused:
        found.require("cases:words")
    assert (refused.value.status, refused.value.more) == (403, {"scope": "cases:words"})


def test_the_database_holds_nothing_to_use_it_with(request_: HttpRequest) -> None:
    token = made()
    row = Token.objects.get()
    held = json.dumps([str(value) for value in vars(row).values()]) + bytes(row.mac).hex()
    assert token not in held
    assert token.removeprefix(tokens.MARK) not in held
    with pytest.raises(Problem):
        tokens.bearer(request_, bytes(row.mac).hex(), NOW)


@pytest.mark.parametrize("wrong", ["", "hyt_", "hyt_" + "A" * 43, "x" * 5000])
def test_any_other_is_nobodys(wrong: str, request_: HttpRequest) -> None:
    made()
    with pytest.raises(Problem) as refused:
        tokens.bearer(request_, wrong, NOW)
    assert refused.value.status == 401
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}


def test_a_revoked_one_is_worthless_at_once_and_its_name_stays_taken(request_: HttpRequest) -> None:
    token = made()
    tokens.revoke("app", NOW)
    with pytest.raises(Problem):
        tokens.bearer(request_, token, NOW)
    with pytest.raises(tokens.BadToken, match="already"):
        made()
    with pytest.raises(tokens.BadToken, match="no live token"):
        tokens.revoke("app", NOW)


@pytest.mark.parametrize(
    ("name", "office", "scopes", "says"),
    [
        ("app", "xfj", ("cases:all",), "cases:all"),
        ("app", "xfj", (), "needs a scope"),
        ("app", "nobody", ("cases:read",), "no office"),
        ("a b", "xfj", ("cases:read",), "letters"),
        ("", "xfj", ("cases:read",), "letters"),
        ("应用", "xfj", ("cases:read",), "letters"),
    ],
)
def test_what_makes_no_token_says_why(name: str, office: str, scopes: tuple[str, ...], says: str) -> None:
    with pytest.raises(tokens.BadToken, match=says):
        tokens.new(name, office, scopes, NOW)
    assert not Token.objects.exists()


def test_guessing_waits_longer_and_longer_and_hinders_no_good_token(request_: HttpRequest) -> None:
    token = made()

    def answer(now: datetime) -> tuple[str, str | None]:
        with pytest.raises(Problem) as refused:
            tokens.bearer(request_, "hyt_wrong", now)
        return refused.value.name, refused.value.headers.get("Retry-After")

    assert {answer(NOW) for _ in range(tokens.FREE)} == {("token", None)}
    assert answer(NOW) == ("too-many", "3")
    later = NOW + timedelta(seconds=3)
    assert answer(later) == ("token", None)
    assert answer(later) == ("too-many", "5")
    assert tokens.bearer(request_, token, later).name == "app"
    assert answer(later + timedelta(days=2)) == ("token", None)


def test_every_scope_opens_an_action_of_the_table_to_programs() -> None:
    for action in tokens.SCOPES.values():
        assert any(pair.startswith("program@") for pair in TABLE[action]), action


def test_no_program_opens_an_identity_or_takes_a_step() -> None:
    open_to = {
        action for action, pairs in TABLE.items() if any(pair.startswith("program@") for pair in pairs)
    }
    assert open_to == {*tokens.SCOPES.values()}


def test_the_command_shows_a_token_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["api", "token", "new", "app", "--scope", "cases:read", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["office"], told["scopes"]) == ("app", "xfj", ["cases:read"])
    assert main(["api", "token", "list", "--json"]) == 0
    listed = capsys.readouterr().out
    assert told["token"] not in listed
    assert json.loads(listed)["used_on"] is None
    assert main(["api", "token", "new", "app", "--scope", "cases:read"]) == 1
    assert "already" in capsys.readouterr().err
    assert main(["api", "token", "revoke", "app"]) == 0
    assert json.loads(json.dumps(tokens.listing()))[0]["revoked_at"]


def test_a_token_files_so_often_in_an_hour(
    program: Program, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.HUIYIN_API_FILINGS = 3
    caller, other = program(), program()
    grievance = {"body": "小区三号楼外墙瓷砖一直往下掉，没有人来修。"}
    georeport = {"service_code": "other", "address_string": "解放路", "description": grievance["body"]}

    def statuses(who: Caller) -> list[int]:
        return [
            who.post("/api/v1/cases", grievance).status_code,
            who.post("/api/v1/work-orders", {**grievance, "source_number": f"{who.token}"}).status_code,
            who.client.post("/open311/v2/requests.json", {"api_key": who.token, **georeport}).status_code,
        ]

    assert statuses(caller) == [201, 201, 201]
    assert statuses(caller) == [429, 429, 429]
    refused = caller.post("/api/v1/cases", grievance)
    assert refused.json()["type"] == "/problems/limit"
    left = int(refused["Retry-After"])
    assert 0 < left <= 3601
    assert caller.get("/api/v1/cases").status_code == 200
    assert statuses(other) == [201, 201, 201]
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(seconds=left))
    assert statuses(caller)[0] == 201
    settings.HUIYIN_API_FILINGS = 0
    assert {caller.post("/api/v1/cases", grievance).status_code for _ in range(5)} == {201}
