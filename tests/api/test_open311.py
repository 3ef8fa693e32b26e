"""Open311 GeoReport v2: exact names in both formats, a filing with its receipt, only what is for all."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from huiyin.casework import reading
from huiyin.casework.models import CaseRow
from huiyin.ledger.proofs import parse_proof
from tests.api.conftest import Caller, Program
from tests.casework import cast
from tests.casework.cast import NOW, PERSON

V2 = "/open311/v2"
REQUEST: dict[str, Any] = {
    "service_code": "construction",
    "address_id": "mujiang",
    "address_string": "沐江镇解放路三号楼",
    "lat": "30.2515",
    "long": "120.1582",
    "description": "小区三号楼外墙瓷砖一直往下掉，砸坏了车，没有人来修。",
    "first_name": PERSON.name[1:],
    "last_name": PERSON.name[:1],
    "phone": PERSON.phone,
    "email": "feng@example.com",
    "attribute[request]": "尽快修好外墙",
}
FIELDS = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
    "address", "address_id", "zipcode", "lat", "long", "media_url",
]  # fmt: skip
EXTENSIONS = ["receipt_entry", "receipt_proof_url", "checkpoint_url"]


def json_of(caller: Caller, path: str, query: dict[str, Any] | None = None) -> Any:
    answer = caller.client.get(f"{V2}/{path}.json", query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json; charset=utf-8")
    return answer.json()


def xml_of(caller: Caller, path: str, query: dict[str, Any] | None = None) -> ElementTree.Element:
    answer = caller.client.get(f"{V2}/{path}.xml", query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert answer.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    return ElementTree.fromstring(answer.content)


def file(caller: Caller, ending: str = "json", **changes: Any) -> Any:
    sent = {name: value for name, value in {**REQUEST, **changes}.items() if value is not None}
    return caller.client.post(f"{V2}/requests.{ending}", {"api_key": caller.token, **sent})


def refused(answer: Any, status: int, says: str, kind: str = "application/json; charset=utf-8") -> None:
    assert (answer.status_code, answer["Content-Type"]) == (status, kind)
    if kind.startswith("text/xml"):
        root = ElementTree.fromstring(answer.content)
        assert root.tag == "errors"
        found = [{part.tag: part.text for part in one} for one in root.findall("error")]
    else:
        found = answer.json()
    assert all(set(one) == {"code", "description"} for one in found)
    assert {str(one["code"]) for one in found} == {str(status)}
    assert says in " ".join(str(one["description"]) for one in found)


def street(count: int, **changes: Any) -> list[str]:
    """So many requests of one office, month and service."""
    return [cast.file(body=f"第{n}盏路灯不亮，夜里摔了人。", **changes).case for n in range(count)]


# --- what there is ------------------------------------------------------------------------------------


def test_discovery_names_the_endpoint(stranger: Caller) -> None:
    found = json_of(stranger, "discovery")
    assert list(found) == ["changeset", "contact", "key_service", "endpoints"]
    (endpoint,) = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "http://testserver/open311/v2"
    root = xml_of(stranger, "discovery")
    assert root.tag == "discovery"
    assert [one.text for one in root.iterfind("endpoints/endpoint/formats/format")] == endpoint["formats"]


def test_services_are_the_categories_of_the_book(stranger: Caller) -> None:
    found = json_of(stranger, "services")
    assert list(found[0]) == [
        "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
    ]  # fmt: skip
    assert {one["service_code"] for one in found} >= {"construction", "labour", "other"}
    root = xml_of(stranger, "services")
    assert root.tag == "services"
    assert [one.findtext("service_code") for one in root.iterfind("service")] == [
        one["service_code"] for one in found
    ]
    assert root.findtext("service/metadata") == "true"


def test_a_definition_lists_its_attributes(stranger: Caller) -> None:
    found = json_of(stranger, "services/construction")
    assert found["service_code"] == "construction"
    assert [one["order"] for one in found["attributes"]] == [1, 2, 3, 4, 5]
    purpose = found["attributes"][0]
    assert list(purpose) == [
        "variable", "code", "datatype", "required", "datatype_description", "order", "description", "values",
    ]  # fmt: skip
    assert {"key": "accusation", "name": "检举控告"} in purpose["values"]
    root = xml_of(stranger, "services/construction")
    assert root.findtext("attributes/attribute/values/value/key") == purpose["values"][0]["key"]
    refused(stranger.client.get(f"{V2}/services/nothing.json"), 404, "service_code")


def test_names_are_in_the_language_asked_for(stranger: Caller) -> None:
    said = {"": "城乡建设", "zh-CN": "城乡建设", "en-GB": "Urban and rural construction", "fr": "城乡建设"}
    for asked, name in said.items():
        answer = stranger.client.get(f"{V2}/services.json", headers={"Accept-Language": asked})
        names = {one["service_code"]: one["service_name"] for one in answer.json()}
        assert names["construction"] == name, asked


# --- filing -------------------------------------------------------------------------------------------


def test_a_request_is_filed_and_answered_with_its_receipt(program: Program) -> None:
    answer = file(program())
    assert answer.status_code == 201
    (told,) = answer.json()
    assert list(told)[:3] == ["service_request_id", "service_notice", "account_id"]
    row = CaseRow.objects.get()
    assert (told["service_request_id"], told["number"]) == (row.case_id, row.number)
    assert (row.category, row.place, row.channel, row.anonymous) == ("construction", "mujiang", "web", False)
    assert parse_proof(told["receipt_proof"].encode()).index == told["receipt_entry"]
    words = reading.words(row.case_id, reading.PETITIONER)
    assert (words.body, words.requests) == (REQUEST["description"], ("尽快修好外墙",))
    assert words.place_detail == "沐江镇解放路三号楼 30.2515,120.1582"
    assert PERSON.name not in answer.content.decode()
    assert PERSON.phone not in answer.content.decode()


def test_it_is_filed_as_xml_too(program: Program) -> None:
    answer = file(program(), "xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "service_requests"
    assert root.findtext("request/service_request_id") == CaseRow.objects.get().case_id
    assert root.findtext("request/account_id") == ""


def test_pictures_come_with_it(program: Program) -> None:
    photo = SimpleUploadedFile("墙.jpg", cast.photo(), "image/jpeg")
    (told,) = file(program(), media=photo).json()
    (paper,) = reading.words(told["service_request_id"], reading.PETITIONER).papers
    assert paper.mime == "image/jpeg"
    bad = SimpleUploadedFile("a.exe", b"MZ\x90\0\3\0\0\0", "image/jpeg")
    refused(file(program(), media=bad), 400, "media")


def test_an_address_of_a_picture_stays_part_of_the_words(program: Program) -> None:
    (told,) = file(program(), media_url="https://example.com/1.jpg").json()
    words = reading.words(told["service_request_id"], reading.PETITIONER)
    assert words.body.endswith("media_url: https://example.com/1.jpg")


def test_attributes_say_what_it_is(program: Program) -> None:
    more = {
        "attribute[purpose]": "accusation",
        "attribute[respondents][]": ["zjj", "rsj"],
        "attribute[keep_name]": "yes",
        "attribute[occurred_on]": "2026-02-01",
    }
    (told,) = file(program(), **more).json()
    row = CaseRow.objects.get()
    assert (row.purpose, row.respondents, row.keep_name) == ("accusation", ",rsj,zjj,", True)
    assert told["receipt_proof_url"] is None
    refused(program().client.get(f"{V2}/requests/{row.case_id}.json"), 404, "service_request_id")


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"service_code": None}, 400, "service_code: was not provided"),
        ({"service_code": "nothing"}, 404, "service_code"),
        ({"description": None}, 400, "description"),
        ({"description": "短"}, 400, "description"),
        ({"address_id": None, "address_string": None, "lat": None}, 400, "lat"),
        ({"address_id": "nowhere"}, 400, "address_id"),
        ({"lat": "91"}, 400, "lat"),
        ({"long": "nan"}, 400, "long"),
        ({"lat": "x" * 50}, 400, "lat"),
        ({"phone": "call me"}, 400, "phone"),
        ({"attribute[purpose]": "revenge"}, 400, "purpose"),
        ({"api_key": "hyt_wrong"}, 403, ""),
        ({"api_key": None}, 403, "api_key"),
        ({"jurisdiction_id": "elsewhere.example"}, 404, "jurisdiction_id"),
    ],
)
def test_what_is_wrong_is_told_in_both_formats(
    changes: dict[str, Any], status: int, says: str, program: Program
) -> None:
    caller = program()
    sent = {"api_key": caller.token, **REQUEST, **changes}
    sent = {name: value for name, value in sent.items() if value is not None}
    refused(caller.client.post(f"{V2}/requests.json", sent), status, says)
    kind = "text/xml; charset=utf-8"
    refused(caller.client.post(f"{V2}/requests.xml", sent), status, says, kind)
    assert not CaseRow.objects.exists()


def test_a_token_needs_the_scope_to_file(program: Program) -> None:
    refused(file(program("xfj", ("cases:read",))), 403, "cases:file")
    header = {"Authorization": f"Bearer {program().token}"}
    answer = Caller("").client.post(f"{V2}/requests.json", REQUEST, headers=header)
    assert answer.status_code == 201


def test_the_same_key_makes_one_case(program: Program) -> None:
    caller = program()
    headers = {"Idempotency-Key": "k-1"}
    sent = {"api_key": caller.token, **REQUEST}
    first, again = (caller.client.post(f"{V2}/requests.json", sent, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert CaseRow.objects.count() == 1
    other = caller.client.post(f"{V2}/requests.json", {**sent, "lat": "31"}, headers=headers)
    refused(other, 400, "Idempotency-Key")


# --- reading ------------------------------------------------------------------------------------------


def test_a_request_is_read_by_its_id(program: Program, stranger: Caller) -> None:
    (told,) = file(program()).json()
    case = told["service_request_id"]
    (found,) = json_of(stranger, f"requests/{case}")
    assert list(found) == [*FIELDS, *EXTENSIONS]
    assert (found["service_request_id"], found["status"]) == (case, "open")
    assert (found["service_code"], found["agency_responsible"]) == ("construction", "临江县信访局")
    assert found["requested_datetime"] == "2026-03-02T00:00:00+08:00"
    assert found["receipt_entry"] == told["receipt_entry"]
    withheld = ("description", "address", "address_id", "zipcode", "lat", "long", "media_url")
    assert {found[name] for name in withheld} == {None}
    root = xml_of(stranger, f"requests/{case}")
    assert [part.tag for part in root.find("request") or ()] == [*FIELDS, *EXTENSIONS]
    assert json_of(stranger, f"tokens/{case}") == [{"service_request_id": case, "token": case}]
    refused(stranger.client.get(f"{V2}/tokens/{'a' * 16}.json"), 404, "token")


def test_an_answered_one_is_closed(stranger: Caller) -> None:
    case = cast.served()
    (found,) = json_of(stranger, f"requests/{case}")
    assert (found["status"], found["agency_responsible"]) == ("closed", "临江县住房和城乡建设局")


def test_a_list_shows_nothing_that_stands_out(stranger: Caller) -> None:
    street(4)
    assert json_of(stranger, "requests") == []
    street(1)
    assert len(json_of(stranger, "requests")) == 5
    street(4, category="labour")
    assert len(json_of(stranger, "requests")) == 5
    assert len(xml_of(stranger, "requests")) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "accusation"},
        {"keep_name": True},
        {"respondents": ("zjj",)},
        {"body": f"住建局的{cast.NAMES['officer']}收了好处，验收的时候弄虚作假。"},
    ],
)
def test_what_is_not_for_the_public_is_nowhere(changes: dict[str, Any], stranger: Caller) -> None:
    street(5)
    case = cast.file(**changes).case
    assert case not in {one["service_request_id"] for one in json_of(stranger, "requests")}
    assert json_of(stranger, "requests", {"service_request_id": case}) == []
    refused(stranger.client.get(f"{V2}/requests/{case}.json"), 404, "service_request_id")
    refused(stranger.client.get(f"{V2}/tokens/{case}.json"), 404, "token")


def test_lists_are_filtered(stranger: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    lamps, wages = street(5), street(5, category="labour")
    for case in lamps[:2]:
        cast.take(case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    ids = {one["service_request_id"] for one in json_of(stranger, "requests", {"service_code": "labour"})}
    assert ids == set(wages)
    both = json_of(stranger, "requests", {"service_code": "labour,construction", "status": "open"})
    assert {one["service_request_id"] for one in both} == set(wages)  # three lamps are too few for a cell
    assert json_of(stranger, "requests", {"status": "closed"}) == []
    asked = json_of(
        stranger, "requests", {"service_request_id": f"{lamps[0]}, {wages[0]}", "status": "closed"}
    )
    assert {one["service_request_id"] for one in asked} == {lamps[0], wages[0]}
    page = json_of(stranger, "requests", {"page": 2, "page_size": 3})
    assert [one["service_request_id"] for one in page] == [
        one["service_request_id"] for one in json_of(stranger, "requests")
    ][3:6]


def test_days_are_filtered_within_ninety(stranger: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    street(5)
    day = "2026-03-02T00:00:00+08:00"
    assert len(json_of(stranger, "requests", {"start_date": day, "end_date": day})) == 5
    assert len(json_of(stranger, "requests", {"start_date": "2026-03-01T16:00:00Z"})) == 5
    assert json_of(stranger, "requests", {"end_date": "2026-03-01T12:00:00Z"}) == []
    assert json_of(stranger, "requests", {"start_date": "2026-03-03"}) == []
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=91))
    assert json_of(stranger, "requests") == []
    for wrong in (
        {"start_date": "2026-01-01", "end_date": "2026-04-02"},
        {"start_date": "2026-03-03", "end_date": "2026-03-02"},
        {"start_date": "3.5.2026"},
        {"end_date": "0001-01-01"},
        {"end_date": "9999-12-31"},
        {"status": "solved"},
        {"service_code": "a'b"},
        {"service_request_id": "\x01"},
        {"service_request_id": ",".join(["a" * 16] * 101)},
        {"page_size": "100000"},
        {"page": "0"},
        {"page": "0000000010"},
        {"page": "000000001" + "9" * 9},
        {"page_size": "000000001" + "9" * 5000},
        {"page": "１"},
    ):
        refused(stranger.client.get(f"{V2}/requests.json", wrong), 400, list(wrong)[-1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"description": "外墙瓷砖一直往下掉\0，没有人来修。"},
        {"address_string": "\0"},
        {"service_code": "\0"},
        {"email": "a\0"},
        {"x\0": "a"},
        {"jurisdiction_id": "\0"},
    ],
    ids=str,
)
def test_a_nul_is_refused(wrong: dict[str, Any], program: Program, stranger: Caller) -> None:
    caller = program()
    refused(file(caller, **wrong), 400, "NUL")
    assert not CaseRow.objects.exists()
    kind = "text/xml; charset=utf-8"
    refused(stranger.client.get(f"{V2}/requests.xml?status=%00"), 400, "NUL", kind)
    refused(stranger.client.get(f"{V2}/requests/a%00.xml"), 400, "NUL", kind)
    refused(stranger.client.get(f"{V2}/requests/a%00.json"), 400, "NUL")


def test_a_program_reads_its_offices_requests(program: Program, stranger: Caller) -> None:
    case = cast.handled()
    sealed = cast.file(purpose="accusation").case
    caller = program("zjj", ("cases:read",))
    found = json_of(caller, "requests", {"api_key": caller.token})
    assert [one["service_request_id"] for one in found] == [case]
    assert json_of(stranger, "requests") == []
    bureau = program("xfj", ("cases:read",))
    refused(bureau.client.get(f"{V2}/requests/{sealed}.json", {"api_key": bureau.token}), 404, "")
    refused(caller.client.get(f"{V2}/requests.json", {"api_key": "hyt_x"}), 403, "")


def test_any_web_page_may_read_what_is_public_and_nothing_else(program: Program, stranger: Caller) -> None:
    for path in ("discovery", "services", "services/construction", "requests", "requests/none"):
        answer = stranger.client.get(f"{V2}/{path}.json")
        assert answer["Access-Control-Allow-Origin"] == "*", path
    caller = program()
    for answer in (file(caller), caller.client.get(f"{V2}/requests.json", {"api_key": caller.token})):
        assert "Access-Control-Allow-Origin" not in answer


def test_other_addresses_methods_and_sizes_are_errors_documents(program: Program) -> None:
    client = program().client
    refused(client.get(f"{V2}/nothing.json"), 404, "")
    refused(client.get(f"{V2}/requests.yaml"), 404, "json or xml", "text/xml; charset=utf-8")
    answer = client.put(f"{V2}/requests.xml")
    refused(answer, 405, "", "text/xml; charset=utf-8")
    assert answer["Allow"] == "GET, HEAD, POST"
    body = {"description": "x" * 3_000_000}
    refused(client.post(f"{V2}/requests.json", body), 413, "")
    large = client.post(
        f"{V2}/requests.json", b"", "text/plain", headers={"Content-Length": str(65 * 1024 * 1024)}
    )
    refused(large, 413, "")
