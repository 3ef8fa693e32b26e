"""The REST interface: filing with a receipt that proves itself, reading what an office's program may see."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huiyin.api.models import Once
from huiyin.casework import releases
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.cli.main import main
from huiyin.ledger.facts import facts_of
from huiyin.ledger.proofs import parse_proof
from tests.api.conftest import Caller, Program
from tests.casework import cast
from tests.casework.cast import NOW, PERSON

GRIEVANCE: dict[str, Any] = {
    "title": "外墙瓷砖脱落",
    "body": "小区三号楼外墙瓷砖一直往下掉，砸坏了车，没有人来修。",
    "requests": ["尽快修好外墙", "赔偿修车的钱"],
    "category": "construction",
    "place": "mujiang",
    "sender": {"name": PERSON.name, "phone": PERSON.phone, "address": PERSON.address},
}
ORDER = {"source_number": "12345-20260302-0007", "body": GRIEVANCE["body"], "category": "construction"}


def filed(caller: Caller, **changes: Any) -> dict[str, Any]:
    answer = caller.post("/api/v1/cases", {**GRIEVANCE, **changes})
    assert answer.status_code == 201, answer.content.decode()
    return dict(answer.json())


def refused(answer: Any, status: int, name: str) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["type"], told["status"]) == (f"/problems/{name}", status)
    return dict(told)


UNKEEPABLE = ["\\u0000", "\\ud800", "\\udfff\\ud800"]


@pytest.mark.parametrize("char", UNKEEPABLE)
@pytest.mark.parametrize("where", ["body", "title", "requests", "place", "place_detail", "name", "x", "key"])
def test_what_nothing_can_keep_is_refused(where: str, char: str, program: Program) -> None:
    caller, mark = program(), "MARK"
    sent: dict[str, Any] = {**GRIEVANCE, where: f"{mark}{GRIEVANCE['body']}"}
    if where == "requests":
        sent["requests"] = [mark]
    if where == "name":
        sent["sender"] = {"name": mark}
    if where == "key":
        sent["sender"] = {"name": "a", mark: "b"}
    raw = json.dumps(sent).replace(mark, char)
    answer = caller.client.post("/api/v1/cases", raw, "application/json", headers=caller.headers({}))
    told = refused(answer, 400, "malformed")
    assert told["detail"] == "A text holds NUL or half of a surrogate pair."
    assert not CaseRow.objects.exists()


@pytest.mark.parametrize(
    "path", ["cases?state=%00", "cases?%00=1", "books/a%00", "cases/%00", "nothing?a=%00"]
)
def test_a_nul_in_an_address_is_refused(path: str, program: Program) -> None:
    refused(program().get(f"/api/v1/{path}"), 400, "malformed")


# --- filing -------------------------------------------------------------------------------------------


def test_a_filing_becomes_a_case_with_a_receipt(program: Program) -> None:
    told = filed(program())
    row = CaseRow.objects.get()
    assert (told["case"], told["number"]) == (row.case_id, row.number)
    assert (row.bureau, row.channel, row.purpose, row.requests) == ("xfj", "web", "request", 2)
    assert (row.category, row.place, row.anonymous) == ("construction", "mujiang", False)
    assert told["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    assert parse_proof(told["proof"].encode()).index == told["entry"]
    assert json.loads(told["opening"]).keys() == {"public", "private"}
    assert len("".join(told["code"].split())) == 16


def test_the_proof_link_leads_to_the_proof(program: Program, stranger: Caller) -> None:
    told = filed(program())
    answer = stranger.get(told["proof_url"].removeprefix("http://testserver"))
    assert answer.content.decode() == told["proof"]
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_no_answer_says_who_it_is(program: Program) -> None:
    caller = program()
    told = filed(caller)
    pages = ["/api/v1/cases", f"/api/v1/cases/{told['case']}", "/api/v1/changes", "/api/v1/measures"]
    said = json.dumps(told, ensure_ascii=False) + "".join(caller.get(page).content.decode() for page in pages)
    for secret in (PERSON.name, PERSON.phone, PERSON.address):
        assert secret not in said


def test_only_a_body_is_needed(program: Program) -> None:
    told = program().post("/api/v1/cases", {"body": GRIEVANCE["body"]}).json()
    row = CaseRow.objects.get(case_id=told["case"])
    assert (row.category, row.anonymous, row.requests) == ("other", True, 1)


def test_papers_are_taken_in_and_looked_at(program: Program) -> None:
    caller = program()
    photo = {"name": "墙.jpg", "data": base64.b64encode(cast.photo()).decode()}
    told = filed(caller, papers=[photo])
    assert len(cast_papers(told["case"])) == 1
    answer = caller.post(
        "/api/v1/cases", {**GRIEVANCE, "papers": [{"name": "a.jpg", "data": "TVqQAAMAAAA="}]}
    )
    assert refused(answer, 422, "faults")["errors"][0]["field"] == "attachments"


def cast_papers(case: str) -> tuple[Any, ...]:
    from huiyin.casework import reading

    return reading.words(case, reading.PETITIONER).papers


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "nonsense"}, "category"),
        ({"place": "nowhere"}, "place"),
        ({"purpose": "revenge"}, "purpose"),
        ({"respondents": ["nobody"]}, "respondents"),
        ({"occurred_on": "2031-01-01"}, "occurred_on"),
        ({"body": " " * 40}, "body"),
        ({"sender": {"name": "封越", "phone": "call me"}}, "phone"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(
    changes: dict[str, Any], field: str, program: Program
) -> None:
    answer = program().post("/api/v1/cases", {**GRIEVANCE, **changes})
    assert [fault["field"] for fault in refused(answer, 422, "faults")["errors"]] == [field]
    assert not CaseRow.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "短"}, "grievance.body"),
        ({"body": None}, "grievance.body"),
        ({"surprise": 1}, "grievance.surprise"),
        ({"id_number": "110101199003077758"}, "grievance.id_number"),
        ({"requests": "a"}, "grievance.requests"),
        ({"papers": [{"name": "a", "data": "%%%"}]}, "grievance.papers.0.data"),
        ({"occurred_on": "3.5.2019"}, "grievance.occurred_on"),
        ({"occurred_on": 0}, "grievance.occurred_on"),
        ({"keep_name": 0}, "grievance.keep_name"),
    ],
)
def test_what_is_no_grievance_is_told_without_its_words(
    changes: dict[str, Any], field: str, program: Program
) -> None:
    answer = program().post("/api/v1/cases", {**GRIEVANCE, **changes})
    told = refused(answer, 400, "malformed")
    assert [fault["field"] for fault in told["errors"]] == [field]
    assert "短" not in json.dumps(told, ensure_ascii=False)


def test_other_bodies_are_refused_as_problems(program: Program) -> None:
    caller = program()
    post = caller.client.post
    headers = {"Authorization": f"Bearer {caller.token}"}
    refused(post("/api/v1/cases", b"{", "application/json", headers=headers), 400, "malformed")
    refused(post("/api/v1/cases", b"a=1", "text/plain", headers=headers), 415, "media-type")
    refused(
        post("/api/v1/cases", b'"' + b"x" * 3_000_000, "application/json", headers=headers), 413, "too-large"
    )
    refused(caller.client.put("/api/v1/cases", b"{}", headers=headers), 405, "method")
    refused(caller.client.delete("/api/v1/books", headers=headers), 405, "method")
    refused(caller.get("/api/v1/nothing"), 404, "not-found")
    assert caller.client.put("/api/v1/books")["Allow"] == "GET"


def test_what_is_larger_than_the_portal_takes_is_refused_before_it_is_read(program: Program) -> None:
    caller = program()
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Length": str(65 * 1024 * 1024)}
    refused(caller.client.post("/api/v1/cases", b"", "application/json", headers=headers), 413, "too-large")


def test_a_complaint_about_the_bureau_goes_past_it(program: Program) -> None:
    from huiyin.offices.models import Office

    Office.objects.create(code="jw", kind="discipline", decides=True, name_zh="监委", name_en="jw")
    told = filed(program(), respondents=["xfj"])
    assert CaseRow.objects.get(case_id=told["case"]).bureau == "jw"
    assert told["proof_url"] is None


# --- what is sent twice -------------------------------------------------------------------------------


def test_the_same_request_again_gives_the_same_answer(program: Program) -> None:
    caller = program()
    first, again = (caller.post("/api/v1/cases", GRIEVANCE, Idempotency_Key="a-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert CaseRow.objects.count() == 1


def test_another_body_under_the_key_is_refused(program: Program) -> None:
    caller = program()
    caller.post("/api/v1/cases", GRIEVANCE, Idempotency_Key='"a-1"')
    answer = caller.post("/api/v1/cases", {**GRIEVANCE, "place": ""}, Idempotency_Key="a-1")
    refused(answer, 422, "key-used")
    assert CaseRow.objects.count() == 1


def test_a_key_belongs_to_its_program(program: Program) -> None:
    for caller in (program(), program()):
        caller.post("/api/v1/cases", GRIEVANCE, Idempotency_Key="a-1")
    assert CaseRow.objects.count() == 2


def test_a_key_that_came_to_nothing_may_be_used_again(program: Program) -> None:
    caller = program()
    caller.post("/api/v1/cases", {**GRIEVANCE, "category": "nonsense"}, Idempotency_Key="a-1")
    assert caller.post("/api/v1/cases", GRIEVANCE, Idempotency_Key="a-1").status_code == 201


def test_the_code_is_shown_for_ten_minutes(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = program()
    first = caller.post("/api/v1/cases", GRIEVANCE, Idempotency_Key="a-1").json()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=11))
    again = caller.post("/api/v1/cases", GRIEVANCE, Idempotency_Key="a-1").json()
    assert (first["code"] is None, again["code"]) == (False, None)
    assert again["case"] == first["case"]


@pytest.mark.parametrize("key", ["ключ", "x" * 131, '""', "a\tb", " ", "a b"])
def test_a_key_that_is_none_is_refused(key: str, program: Program) -> None:
    answer = program().post("/api/v1/cases", GRIEVANCE, Idempotency_Key=key)
    refused(answer, 400, "malformed")
    assert not CaseRow.objects.exists()


def test_what_is_kept_of_a_key_is_digests(program: Program) -> None:
    program().post("/api/v1/cases", GRIEVANCE, Idempotency_Key="secret-key")
    row = Once.objects.get()
    assert {len(bytes(row.key)), len(bytes(row.body))} == {32}
    assert b"secret" not in bytes(row.key) + bytes(row.body)


# --- work orders --------------------------------------------------------------------------------------


def test_a_work_order_is_registered_once_by_its_number(program: Program) -> None:
    caller = program()
    first, again = (caller.post("/api/v1/work-orders", ORDER) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    row = CaseRow.objects.get()
    assert (row.source_number, row.channel, row.bureau) == (ORDER["source_number"], "call", "xfj")
    actor = history(row.case_id)[0].actor
    assert (actor.role, actor.office, actor.ref) == ("system", "xfj", "api:xfj-0")


def test_another_order_under_the_number_is_a_conflict(program: Program) -> None:
    caller = program()
    caller.post("/api/v1/work-orders", ORDER)
    refused(
        caller.post("/api/v1/work-orders", {**ORDER, "body": "另外一件完全不同的事情。"}), 409, "conflict"
    )
    cast.file(source_number="S-1")
    refused(caller.post("/api/v1/work-orders", {**ORDER, "source_number": "S-1"}), 409, "conflict")


def test_a_number_counts_once_however_it_is_spaced(program: Program) -> None:
    caller = program()
    first = caller.post("/api/v1/work-orders", {**ORDER, "source_number": "Y 1"})
    again = caller.post("/api/v1/work-orders", {**ORDER, "source_number": " Y   1 "})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["case"] == first.json()["case"]
    other = {**ORDER, "source_number": " Y 1 ", "body": "另一张工单，说的是另一件事情。"}
    refused(caller.post("/api/v1/work-orders", other), 409, "conflict")
    assert CaseRow.objects.get().source_number == "Y 1"


@pytest.mark.parametrize(
    "number",
    ["", "  ", "\u3000", "Y-1\n", "Y\x01-1", "Y\x00-1", "Y\u202e1", "Y\u200b1", "Y\ud8001", "9" * 81, 7],
)
def test_what_is_no_number_of_an_order_is_refused(number: Any, program: Program) -> None:
    answer = program().post("/api/v1/work-orders", {**ORDER, "source_number": number})
    refused(answer, 400, "malformed")
    assert not CaseRow.objects.exists()


def test_the_same_words_under_another_number_are_a_repeat(program: Program) -> None:
    caller = program()
    first = caller.post("/api/v1/work-orders", ORDER).json()
    second = caller.post("/api/v1/work-orders", {**ORDER, "source_number": "12345-2"}).json()
    assert CaseRow.objects.get(case_id=second["case"]).repeat_of == first["case"]


# --- reading ------------------------------------------------------------------------------------------


def test_an_office_reads_what_it_deals_with(program: Program) -> None:
    case = cast.handled()
    for office, sees in (("xfj", True), ("zjj", True), ("rsj", False)):
        caller = program(office, ("cases:read",))
        assert [one["case"] for one in caller.get("/api/v1/cases").json()["items"]] == [case] * sees
        answer = caller.get(f"/api/v1/cases/{case}")
        if not sees:
            refused(answer, 404, "not-found")
            continue
        told = answer.json()
        assert (told["handler"], told["words"]) == ("zjj", None)
        assert [one["kind"] for one in told["timeline"]] == [fact.kind for fact in facts_of(case)]
        assert told["timeline"][0]["entry"] == 0
        assert "officer" not in json.dumps([one["office_name"] for one in told["timeline"]])


def test_words_take_a_scope_of_their_own(program: Program) -> None:
    case = cast.handled(body="我叫人打电话13912345678都没有人接，墙还在掉。")
    told = program("zjj", ("cases:read", "cases:words")).get(f"/api/v1/cases/{case}").json()
    assert told["words"]["title"] == cast.FILING.title
    assert "13912345678" not in told["words"]["body"]
    assert "都没有人接" in told["words"]["body"]


def test_pages_meet_every_case_once_while_others_file(program: Program) -> None:
    caller = program()
    cases = [cast.file(now=NOW + timedelta(minutes=n % 3)).case for n in range(7)]
    met, cursor = [], ""
    while True:
        told = caller.get("/api/v1/cases", {"limit": 2, "cursor": cursor}).json()
        met += [one["case"] for one in told["items"]]
        cases += (
            [cast.file(now=NOW + timedelta(minutes=9, seconds=len(cases))).case] if len(cases) < 9 else []
        )
        cursor = told["next"]
        if cursor is None:
            break
    assert sorted(met) == sorted(cases)
    assert len(met) == 9


@pytest.mark.parametrize("cursor", ["x", "e30", "WzEsMl0", "A" * 300, "WyIyMDI2LTAzLTAyIiwgImEiXQ", "%00"])
def test_a_cursor_that_is_none_is_refused(cursor: str, program: Program) -> None:
    answer = program().get("/api/v1/cases", {"cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) in (
        (422, "/problems/cursor"),
        (400, "/problems/malformed"),
    )


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("cases", ["0001-01-01T00:00:00+14:00", "a"]),
        ("cases", ["9999-12-31T23:59:59-14:00", "a"]),
        ("cases", ["9999-01-01T00:00:00+00:00", "a"]),
        ("cases", ["2026-03-02T00:00:00", "a"]),
        ("cases", ["2026-03-02T00:00:00+00:00", "a\x00"]),
        ("cases", ["2026-03-02T00:00:00+00:00", "a\ud800"]),
        ("answers", ["0001-01-01", 1]),
        ("answers", ["9999-12-31", 1]),
        ("answers", ["2026-03-02", 2**63]),
    ],
)
def test_a_cursor_beyond_the_calendar_is_none(path: str, parts: list[Any], program: Program) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    refused(program().get(f"/api/v1/{path}", {"cursor": cursor}), 422, "cursor")


def test_lists_are_narrowed_by_codes(program: Program) -> None:
    caller = program()
    here = filed(caller)["case"]
    cast.file(category="labour")
    found = caller.get("/api/v1/cases", {"category": "construction", "ended": "false"}).json()["items"]
    assert [one["case"] for one in found] == [here]
    assert caller.get("/api/v1/cases", {"ended": "true"}).json()["items"] == []


def test_the_feed_tells_each_change_once_in_the_order_of_the_log(program: Program) -> None:
    caller = program("zjj", ("changes:read",))
    assert caller.get("/api/v1/changes").json() == {"changes": [], "after": -1, "more": False}
    cast.routed("rsj")
    case = cast.handled()
    met, after = [], -1
    while True:
        told = caller.get("/api/v1/changes", {"after": after, "limit": 1}).json()
        met += told["changes"]
        after = told["after"]
        if not told["more"]:
            break
    assert [(one["case"], one["kind"]) for one in met] == [(case, fact.kind) for fact in facts_of(case)]
    assert [one["entry"] for one in met] == sorted({one["entry"] for one in met})
    cast.take(case, "record_work", {"note": "看过现场"})
    (news,) = caller.get("/api/v1/changes", {"after": after}).json()["changes"]
    assert news["seq"] == len(facts_of(case))


def test_measures_are_the_bureaus(program: Program) -> None:
    cast.served()
    told = program("xfj", ("measures:read",)).get("/api/v1/measures").json()
    assert (told["registered"], told["answered"]) == (1, 1)
    refused(program("zjj", ("measures:read",)).get("/api/v1/measures"), 403, "scope")


def test_released_answers_are_for_everybody(stranger: Caller) -> None:
    case = cast.served()
    first, second = (releases.release(case, cast.HEAD, t, "问", "答", NOW) for t in ("甲", "乙"))
    page = stranger.get("/api/v1/answers", {"limit": 1}).json()
    rest = stranger.get("/api/v1/answers", {"cursor": page["next"]}).json()
    assert [one["id"] for one in (*page["items"], *rest["items"])] == [second, first]
    assert case not in json.dumps([page, rest])


def test_books_and_codes_are_for_everybody(stranger: Caller) -> None:
    (current, *_) = stranger.get("/api/v1/books").json()
    assert current["in_force"]
    whole = stranger.get(f"/api/v1/books/{current['book']}").json()
    assert {"registered", "routed"} <= {one["code"] for one in whole["states"]}
    assert next(one for one in whole["steps"] if one["step"] == "register")["to"] == [
        "registered",
        "received",
    ]
    assert stranger.get("/api/v1/categories").json() == whole["categories"]
    assert stranger.get("/api/v1/places").json() == [
        {"code": "mujiang", "title": {"zh": "沐江镇", "en": "Mujiang"}}
    ]
    assert {"xfj", "zjj"} <= {one["code"] for one in stranger.get("/api/v1/offices").json()}
    refused(stranger.get("/api/v1/books/nothing"), 404, "not-found")


# --- tokens at the door -------------------------------------------------------------------------------


def test_without_a_token_or_its_scope_nothing_is_done(program: Program, stranger: Caller) -> None:
    case = cast.handled()
    doors = {
        "/api/v1/cases": "cases:read",
        f"/api/v1/cases/{case}": "cases:read",
        "/api/v1/changes": "changes:read",
        "/api/v1/measures": "measures:read",
    }
    for door, scope in doors.items():
        assert refused(stranger.get(door), 401, "token")
        assert refused(program("xfj", ("cases:file",)).get(door), 403, "scope")["scope"] == scope
    for door, body in (("/api/v1/cases", GRIEVANCE), ("/api/v1/work-orders", ORDER)):
        answer = stranger.post(door, body)
        assert answer["WWW-Authenticate"] == "Bearer"
        refused(answer, 401, "token")
        refused(program("xfj", ("cases:read",)).post(door, body), 403, "scope")
    assert CaseRow.objects.count() == 1


def test_a_browser_that_is_logged_in_is_no_program(program: Program) -> None:
    from huiyin.offices.models import Officer

    caller = Caller("")
    caller.client.force_login(Officer.objects.get(login=cast.CLERK.ref))
    refused(caller.get("/api/v1/cases"), 401, "token")


def test_an_erased_order_is_told_and_not_registered_again(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = program()
    case = caller.post("/api/v1/work-orders", ORDER).json()["case"]
    cast.take(case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    cast.take(case, "accept")
    cast.take(case, "withdraw", actor=cast.PETITIONER)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=400))
    assert main(["erase", case, "--reason", "court"]) == 0
    assert {bytes(row.body) for row in Once.objects.all()} == {b""}
    refused(caller.post("/api/v1/work-orders", ORDER), 410, "erased")
    assert CaseRow.objects.count() == 1
    assert caller.get("/api/v1/cases").json()["items"] == []
