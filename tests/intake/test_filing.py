"""A form becomes a filing and a person, or says everything that is wrong with it."""

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from huiyin.intake.filing import Arrival, Codes, Filing, Person, file_name, read_filing

TODAY = date(2026, 3, 2)
CODES = Codes(
    purposes=("redress",),
    channels=("web",),
    categories=("roads",),
    places=("town",),
    offices=("b1",),
    officers=("o1",),
)
FORM: dict[str, Any] = {
    "title": "路灯不亮",
    "body": "小区门口的路灯坏了三个月。",
    "requests": ["修好路灯", " "],
    "purpose": "redress",
    "channel": "web",
    "received_on": "2026-03-02",
}


def read(**changes: object) -> Arrival:
    arrival = read_filing({**FORM, **changes}, CODES, TODAY)
    assert isinstance(arrival, Arrival), [str(fault) for fault in arrival]
    return arrival


def faults(**changes: object) -> list[tuple[str, str]]:
    found = read_filing({**FORM, **changes}, CODES, TODAY)
    assert isinstance(found, list)
    return [(fault.field, str(fault)) for fault in found]


def test_a_short_form_is_a_filing_without_a_person() -> None:
    arrival = read()
    assert arrival.person is None
    assert arrival.filing == Filing(
        "路灯不亮", "小区门口的路灯坏了三个月。", ("修好路灯",), "", "", "", None, "", "redress", "web", TODAY
    )


def test_a_full_form() -> None:
    arrival = read(
        requests="修好路灯\r\n\r\n说明原因",
        place="town",
        category="roads",
        respondents="b1,b1",
        respondent_officers=["o1"],
        keep_name="on",
        occurred_on="２０２６年１月５日",
        name=" 某  某 ",
        phone="１３８ ００００－００００",
        id_number="11010519491231002x",
    )
    assert arrival.person == Person("某 某", "138 0000-0000", "", "11010519491231002X")
    filing = arrival.filing
    assert filing.requests == ("修好路灯", "说明原因")
    assert (filing.respondents, filing.respondent_officers, filing.keep_name) == (("b1",), ("o1",), True)
    assert filing.occurred_on == date(2026, 1, 5)


@pytest.mark.parametrize(
    "body", ["一二三四五六七八九十", "字" * 9_000, "字" * 20_000, "😀" * 10, "\n\t１２３４５６７８９０　\n"]
)
def test_bodies_of_any_lawful_length_are_kept_as_written(body: str) -> None:
    assert read(body=body).filing.body == body


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "Write what happened"),
        (None, "Write what happened"),
        ("\u200b" * 40, "Write what happened"),
        (" 　\n\x00" * 9, "Write what happened"),
        ("只有九个字的内容呀", "at least 10"),
        ("字" * 20_001, "this has 20001"),
        ("字" * 100_000, "this has 100000"),
    ],
)
def test_bodies_that_are_refused(body: str | None, says: str) -> None:
    ((field, reason),) = faults(body=body)
    assert field == "body"
    assert says in reason


def test_controls_and_overrides_go_and_the_rest_of_the_body_stays() -> None:
    assert (
        read(body="第一行\r\n\x07第二行\u202e １２３ 👍🏽，共十个字").filing.body
        == "第一行\n第二行 １２３ 👍🏽，共十个字"
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("received_on", "2026-03-03", "in the future"),
        ("received_on", "1900-01-01", "before 1949"),
        ("occurred_on", "2026-13-01", "not a date"),
        ("title", "\u200b", "in one line"),
        ("title", "长" * 201, "At most 200"),
        ("requests", [], "what you ask for"),
        ("requests", ["请求"] * 21, "At most 20"),
        ("requests", ["长" * 1001], "at most 1000"),
        ("purpose", "", "Choose what this is"),
        ("purpose", "' OR 1=1", "Choose one"),
        ("channel", "pigeon", "Choose one"),
        ("category", "unknown", "Choose one"),
        ("place", "moon", "Choose one"),
        ("respondents", ["b1", "b9"], "Choose from"),
        ("respondent_officers", "o9", "Choose from"),
        ("phone", "call me", "telephone"),
        ("phone", "12", "telephone"),
        ("id_number", "110105194912310021", "identity number"),
        ("id_number", "123", "identity number"),
        ("place_detail", "长" * 301, "At most 300"),
    ],
)
def test_each_fault_names_its_field(name: str, value: object, says: str) -> None:
    ((field, reason),) = faults(**{name: value})
    assert field == name
    assert says in reason


def test_all_faults_are_found_at_once() -> None:
    found = read_filing({}, CODES, TODAY)
    assert isinstance(found, list)
    assert {fault.field for fault in found} == {"title", "body", "requests", "purpose", "channel"}


@given(
    st.dictionaries(
        st.sampled_from([*Filing.__dataclass_fields__, "name", "phone"]),
        st.text() | st.none() | st.booleans(),
    )
)
def test_no_form_breaks_it(data: dict[str, Any]) -> None:
    data.pop("attachments", None)
    for name in ("requests", "respondents", "respondent_officers"):
        if isinstance(data.get(name), bool):
            del data[name]
    assert read_filing(data, CODES, TODAY) is not None


def test_attachments_are_told_by_their_bytes() -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    files = [("C:\\photos\\..\\门口.jpg\u202e", out.getvalue())]
    arrival = read_filing(FORM, CODES, TODAY, files)
    assert isinstance(arrival, Arrival)
    (attachment,) = arrival.filing.attachments
    assert (attachment.name, attachment.mime, attachment.data) == ("门口.jpg", "image/png", out.getvalue())


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([("a.jpg", b"MZ")], "Only pictures"),
        ([("a.jpg", b"")], "empty"),
        ([("a.jpg", b"\xff\xd8\xff" + bytes(10 * 1024**2))], "larger than 10 MB"),
        ([("a.jpg", b"\xff\xd8\xff")] * 7, "At most 6 files"),
    ],
)
def test_attachments_that_are_refused(files: list[tuple[str, bytes]], says: str) -> None:
    found = read_filing(FORM, CODES, TODAY, files)
    assert isinstance(found, list)
    assert [fault.field for fault in found] == ["attachments"]
    assert says in str(found[0])
    assert len(files) > 1 or found[0].params["file"] == "a.jpg"


def test_nothing_private_is_in_a_repr() -> None:
    arrival = read(name="某某某", phone="13800000000", body="金丝雀金丝雀金丝雀金丝雀")
    assert "某某" not in repr(arrival)
    assert "金丝雀" not in repr(arrival)
    assert "13800000000" not in repr(arrival)


def test_long_file_names_keep_their_ending() -> None:
    assert file_name("/etc/" + "长" * 300 + ".jpeg") == "长" * 100 + ".jpeg"
    assert file_name("..") == ".."
    assert file_name("") == "file"
    assert len(file_name("x" * 500)) <= 120
