"""Filing at the petitioner's door: three pages that keep nothing, one registration, a code shown once."""

import base64
import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from huiyin.casework import receipts, releases
from huiyin.casework.models import CaseRow
from huiyin.intake.words import title_of
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact
from huiyin.offices.models import Office
from tests.casework import cast
from tests.environment import DATA, SERVER
from tests.portal.hand import BODY, WHAT, WHERE, WHO, Hand

CANARY = "金丝雀甲乙丙丁戊己庚辛"


def photo(name: str = "墙.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def test_it_files_a_matter_in_three_pages(hand: Hand) -> None:
    assert hand.page == "1"
    assert hand.press("next", **WHAT).page == "2"
    assert hand.press("next", **WHERE).page == "3"
    assert BODY in hand.text
    assert hand.send().response.status_code == 200
    row = CaseRow.objects.get()
    assert (row.channel, row.place, row.requests, row.keep_name) == ("web", "mujiang", 2, False)
    assert re.fullmatch(r"(\d{4} ){3}\d{4}", hand.code())
    assert hand.response["Cache-Control"] == "no-store"


def test_nothing_is_kept_before_it_is_sent(hand: Hand) -> None:
    hand.last_page(body=BODY + CANARY)
    assert CANARY in hand.text
    assert not Fact.objects.exists()
    assert not Session.objects.exists()
    assert set(hand.client.cookies) <= {"csrftoken"}


@pytest.mark.skipif(bool(SERVER), reason="the bytes of the embedded database are searched")
def test_nothing_that_was_typed_stands_in_clear_on_disk(hand: Hand) -> None:
    hand.last_page(body=BODY + CANARY, title=CANARY, request=[CANARY], place_detail=CANARY).send(name=CANARY)
    assert CaseRow.objects.exists()
    held = b"".join(path.read_bytes() for path in DATA.rglob("*") if path.is_file())
    assert CANARY.encode() not in held
    assert json.dumps(CANARY).encode() not in held


def test_going_back_keeps_every_word(hand: Hand) -> None:
    hand.last_page()
    hand.press("back", **WHO)
    assert hand.page == "2"
    hand.press("back")
    assert hand.form.values["body"] == [BODY]
    assert hand.form.values["request"] == [*WHAT["request"]]
    hand.press("next").press("next")
    assert hand.form.values["name"] == [WHO["name"]]
    assert hand.form.values["identity"] == ["open"]


def test_a_new_line_for_a_request_needs_no_script(hand: Hand) -> None:
    hand.press("add", **WHAT)
    assert hand.form.values["request"] == [*WHAT["request"], ""]
    for _ in range(9):
        hand.press("add")
    assert len(hand.form.values["request"]) == 5
    assert hand.form.values["body"] == [BODY]


def test_changing_the_language_keeps_what_was_typed(hand: Hand) -> None:
    hand.press("speak:en", **WHAT)
    assert hand.form.values["body"] == [BODY]
    assert "What happened" in hand.text
    assert hand.press("next").page == "2"
    assert "Where and when" in hand.text


def test_each_fault_stands_at_its_field_and_in_the_summary(hand: Hand) -> None:
    hand.press("next")
    assert hand.response.status_code == 422
    targets = re.findall(r'<li><a href="#([\w-]+)">', hand.response.content.decode())
    assert targets == ["body", "request-1", "purpose-first", "about-first"]
    assert set(targets) <= hand.form.ids


@pytest.mark.parametrize(
    ("body", "page"),
    [
        ("", "1"),
        ("九个字的一段话在此", "1"),
        ("十个字的一段话就在此", "2"),
        ("字" * 9_000, "2"),
        ("字" * 100_000, "1"),
        (" \u200b\u3000\n" * 20, "1"),
        ("\x00\x07" + BODY, "2"),
        ("🏚️👵🏽" * 8, "2"),
        ("\u202e" + BODY + " שלום", "2"),
    ],
)
def test_a_body_is_taken_or_refused_with_its_words_kept(hand: Hand, body: str, page: str) -> None:
    hand.press("next", **{**WHAT, "body": body})
    assert hand.page == page
    if page == "1":
        assert hand.form.values["body"] == [body.replace("\r", "")]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("三号楼外墙掉砖。请派人来看。", "三号楼外墙掉砖"),
        ("三号楼外墙掉砖", "三号楼外墙掉砖"),
        (
            "我们单元加装电梯，只有一楼一户不同意，社区说必须全部同意才能办手续。请协调。",
            "我们单元加装电梯，只有一楼一户不同意…",
        ),
        ("字" * 40, "字" * 30 + "…"),
        ("字" * 30, "字" * 30),
    ],
)
def test_a_letter_without_a_title_takes_its_first_words_whole(body: str, title: str) -> None:
    assert title_of(body) == title


@pytest.mark.parametrize(
    ("day", "page"),
    [
        ("2026-03-03", "2"),
        ("1900-01-01", "2"),
        ("昨天", "2"),
        ("２０２５年１０月１日", "3"),
        ("2025/10/1", "3"),
    ],
)
def test_a_date_is_read_or_refused(hand: Hand, day: str, page: str) -> None:
    hand.press("next", **WHAT).press("next", **{**WHERE, "occurred_on": day})
    assert hand.page == page
    assert hand.form.values["occurred_on"] == [day]


@pytest.mark.parametrize(
    "files",
    [
        [SimpleUploadedFile("x.exe", b"MZ" + bytes(100))],
        [SimpleUploadedFile("空.jpg", b"")],
        [SimpleUploadedFile("大.jpg", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024))],
        [photo() for _ in range(7)],
    ],
    ids=["program", "empty", "too large", "too many"],
)
def test_a_paper_it_cannot_take_is_refused_and_nothing_is_saved(hand: Hand, files: list[Any]) -> None:
    hand.last_page().send(attachments=files)
    assert hand.response.status_code == 422
    assert hand.page == "3"
    assert "attachments" in re.findall(r'<a href="#(\w+)">', hand.response.content.decode())
    assert not Fact.objects.exists()


def test_a_photo_goes_along(hand: Hand) -> None:
    hand.last_page().send(attachments=[photo()])
    assert hand.response.status_code == 200
    assert json.loads(receipts.receipt(CaseRow.objects.get().case_id).opening)


@pytest.mark.parametrize(("identity", "keep", "anonymous"), [("kept", True, False), ("none", False, True)])
def test_a_name_can_be_kept_or_left_out(hand: Hand, identity: str, keep: bool, anonymous: bool) -> None:
    hand.last_page().send(identity=identity)
    row = CaseRow.objects.get()
    assert (row.keep_name, row.anonymous) == (keep, anonymous)


def test_a_name_is_asked_for_unless_it_is_left_out(hand: Hand) -> None:
    assert hand.last_page().send(name="").page == "3"
    assert hand.send(identity="").page == "3"
    assert not Fact.objects.exists()


def test_a_double_click_is_one_case_with_one_code(hand: Hand) -> None:
    hand.last_page()
    before = hand.response
    first = hand.send().code()
    hand.response = before
    assert hand.send().code() == first
    assert CaseRow.objects.count() == 1


def test_two_forms_are_two_cases(county: None) -> None:
    codes = {Hand(Client()).last_page().send().code() for _ in range(2)}
    assert len(codes) == 2
    assert CaseRow.objects.count() == 2


def test_an_office_complained_of_is_named_and_the_bureau_does_not_receive_its_own(hand: Hand) -> None:
    Office.objects.create(
        code="jwjc", kind="discipline", name_zh="监察委员会", name_en="Supervision", decides=True
    )
    hand.press("next", **{**WHAT, "purpose": "accusation", "about": "yes"})
    assert hand.page == "1", "which office?"
    hand.press("next", respondent=["xfj"]).press("next", **WHERE)
    hand.send()
    row = CaseRow.objects.get()
    assert row.bureau == "jwjc"
    assert ",xfj," in row.respondents


def test_an_answer_that_is_about_no_office_forgets_the_office(hand: Hand) -> None:
    hand.last_page(about="no", respondent=["zjj"]).send()
    assert not CaseRow.objects.get().respondents


def test_the_sent_page_holds_the_three_files_and_a_qr_without_the_code(hand: Hand) -> None:
    page = hand.last_page().send().response.content.decode()
    files = dict(
        re.findall(r'download="[^"]+?\.((?:tlog|opening|words)[^"]*)" href="data:[^,]+,([^"]+)"', page)
    )
    assert set(files) == {"tlog-proof", "opening.json", "words.txt"}
    receipt = receipts.receipt(CaseRow.objects.get().case_id)
    assert base64.b64decode(files["tlog-proof"]) == receipt.proof
    assert base64.b64decode(files["words.txt"]).decode() == BODY
    code = hand.code().replace(" ", "")
    assert code not in page.replace(" ", "").replace("</span><span>", "|")
    assert not [data for data in files.values() if code.encode() in base64.b64decode(data)]


def test_the_same_form_answers_json_with_a_real_receipt(county: None) -> None:
    data = {**WHAT, **WHERE, **WHO, "token": "t" * 22}
    client = Client(headers={"accept": "application/json"})
    sent = client.post("/file/", data).json()
    assert set(sent) == {"case", "number", "code", "index", "proof", "opening"}
    assert sent["index"] == 0
    assert sent["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    assert client.post("/file/", data).json()["code"] == sent["code"]
    refused = client.post("/file/", {**data, "body": "", "token": "u" * 22})
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["faults"]] == ["body"]
    assert CaseRow.objects.count() == 1


def test_a_forged_form_without_its_csrf_token_is_refused(county: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/file/", {**WHAT, **WHERE, **WHO, "at": "3", "do": "send"}).status_code == 403
    assert not Fact.objects.exists()


def test_similar_answers_come_from_released_texts_alone(hand: Hand) -> None:
    case = cast.served()
    assert "外墙空鼓" not in Hand(hand.client).last_page().text
    releases.release(
        case,
        cast.HEAD,
        "外墙瓷砖掉落谁来修",
        "小区外墙瓷砖掉落，物业和开发商互相推。",
        "质保期内由建设单位修。",
        cast.NOW,
    )
    text = Hand(hand.client).last_page().text
    assert "外墙瓷砖掉落谁来修" in text
    assert cast.OPINION["facts"] not in text


def test_a_busy_log_gives_a_signed_promise_instead(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "wait", lambda *_: False)
    page = hand.last_page().send().response.content.decode()
    promised = re.findall(r'download="[^"]+\.promise" href="data:[^,]+,([^"]+)"', page)
    assert base64.b64decode(promised[0]).startswith(b"huiyin.promise/1\n")
    assert "#i=" not in page
    assert re.fullmatch(r"(\d{4} ){3}\d{4}", hand.code())
