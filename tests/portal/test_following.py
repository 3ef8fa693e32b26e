"""Following a case by its code: what the petitioner sees, does and takes away, and what a stranger gets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from huiyin.casework import breaching, codes, openings, receipts
from huiyin.casework.models import CaseRow
from huiyin.intake.codes import with_check_digit
from huiyin.ledger.facts import Fact
from huiyin.offices.models import Officer
from tests.casework import cast
from tests.portal.hand import Hand

pytestmark = pytest.mark.usefixtures("county")
NOW = cast.NOW
WRONG = "1234 5678 9012 3456"
DIGITS = "123456789012345"


@pytest.fixture
def visitor() -> Callable[..., Client]:
    """A browser that entered the code of a fresh registration."""

    def enter(code: str, **client: Any) -> Client:
        browser = Client(**client)
        assert browser.post("/case/", {"code": code}).status_code == 302
        return browser

    return enter


def text(browser: Client, path: str = "/case/") -> str:
    return browser.get(path).content.decode()


def test_the_code_opens_the_case_however_it_is_written(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    wide = made.code.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}).replace(" ", "-")
    for written in (made.code, made.code.replace(" ", ""), wide):
        page = visitor(written).get("/case/")
        assert made.number in page.content.decode()
        assert page["Cache-Control"] == "no-store"


def test_the_cookie_is_kept_from_scripts_and_holds_no_code(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    cookie = visitor(made.code).cookies["huiyin_case"]
    assert cookie["httponly"]
    assert cookie["path"] == "/case/"
    assert cookie["max-age"] == 1800
    assert made.code.replace(" ", "") not in cookie.value


def test_wrong_and_unknown_codes_get_the_same_answer_and_then_a_wait() -> None:
    cast.file()
    browser = Client()
    other = with_check_digit(DIGITS)
    answers = [browser.post("/case/", {"code": code}) for code in (WRONG, other, "１２３４ 5678", "; DROP")]
    assert {answer.status_code for answer in answers} == {422}
    for _ in range(10):
        last = browser.post("/case/", {"code": WRONG})
    assert last.status_code == 429
    assert int(last["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (DIGITS, "您输入了15位数字，查询码应为16位"),
        ("１２３４ 5678", "您输入了8位数字"),
        (WRONG, "有一位数字不对，或者两位写颠倒了"),
        (with_check_digit(DIGITS), "查不到事项"),
    ],
)
def test_a_slip_of_the_thumb_is_named_and_nothing_need_be_typed_again(typed: str, said: str) -> None:
    page = Client().post("/case/", {"code": typed}).content.decode()
    assert said in page
    assert f'value="{typed}"' in page


def test_the_timeline_says_where_the_case_went_and_what_was_decided(visitor: Callable[..., Client]) -> None:
    page = text(served(visitor))
    for said in ("临江县住房和城乡建设局", "电话", "邮寄送达", "2026年3月2日（周一）"):
        assert said in page.partition('id="timeline"')[2], said


def test_a_redirection_names_route_article_and_last_day(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    where = {"route": "arbitration", "organ": "仲裁委", "limit": "一年内", "deadline": "2026-04-01"}
    cast.take(made.case, "redirect", where, actor=cast.CLERK)
    assert "仲裁委" not in text(visitor(made.code)), "nobody reads a notice that was not served"
    cast.take(made.case, "serve_redirect", cast.SERVICE, actor=cast.CLERK)
    page = text(visitor(made.code)).partition('id="timeline"')[2]
    for said in ("仲裁 《信访工作条例》第三十一条第二项", "仲裁委", "一年内", "2026年4月1日（周三）"):
        assert said in page, said


def test_the_custodians_reason_stands_on_the_timeline(visitor: Callable[..., Client]) -> None:
    made = cast.file(keep_name=True)
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    asked = openings.request_identity(made.case, cast.OFFICER, "serve", NOW)
    openings.decide_request(asked, "declined", "可以网上送达。", cast.CUSTODIAN, NOW)
    page = text(visitor(made.code))
    assert "可以网上送达。" in page
    assert openings.PURPOSES["serve"].zh in page


def test_a_stranger_gets_the_question_for_a_code_everywhere() -> None:
    cast.file()
    for path in ("do/supplement/", "rate/", "answer.pdf", "receipt/proof/", "paper/x/"):
        answer = Client().get(f"/case/{path}")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/case/")
    forged = Client()
    forged.cookies["huiyin_case"] = "eyJjYXNlIjoieCJ9:1:1"
    assert "code" in text(forged)


def test_a_visit_ends_after_half_an_hour_with_leaving_and_with_a_new_code(
    visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cast.file()
    browser = visitor(made.code)
    asked = codes.request_code(made.case, cast.CLERK, NOW)
    codes.approve_code(asked, cast.CLERK2, NOW)
    assert made.number not in text(browser)
    assert made.number not in text(browser), "and the cookie is gone"

    other = cast.file(body=cast.FILING.body + "又一件。")
    browser = visitor(other.code)
    Hand(browser).last_page().send()
    assert other.number not in text(browser), "the next to file on this phone is somebody else"
    browser = visitor(other.code)
    assert browser.post("/case/leave/", {"another": "1"}).headers["Location"] == "/case/"
    assert other.number not in text(browser)
    browser = visitor(other.code)
    browser.post("/case/leave/")
    assert other.number not in text(browser)

    browser = visitor(other.code)
    import time

    later = time.time() + timedelta(minutes=31).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert other.number not in text(browser)


def test_it_says_what_comes_next_by_when_under_which_article_and_how_that_was_counted(
    visitor: Callable[..., Client],
) -> None:
    page = text(visitor(cast.file().code))
    # 2 March 2026, a Monday, is not counted; day 15 is Tuesday the 17th.
    assert "2026年3月17日（周二）" in page
    assert "2026年3月3日（周二）" in page
    assert "《信访工作条例》第二十二条" in page


def test_only_an_office_is_ever_called_late(
    visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = 'class="notice notice--bad"'
    waiting = cast.file()
    answered = served(visitor)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=33))
    assert late in text(visitor(waiting.code))
    assert late not in text(answered), "the window to ask for a review is the petitioner's own"


def test_an_office_that_lets_a_right_of_its_own_lapse_is_not_late(
    visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cast.file()
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    browser = visitor(made.code)
    #  it may object until Mon 9 Mar, has to tell until Tue 17 Mar      now: Thu 12 Mar
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=10))
    page = text(browser)
    assert "2026年3月9日" in page
    assert 'class="notice notice--bad"' not in page
    assert "silence.zip" not in page, "it would be refused"
    assert browser.get("/case/silence.zip").status_code == 422
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=16))
    assert "silence.zip" in text(browser), "the duty itself has passed"
    assert browser.get("/case/silence.zip").status_code == 200


def test_a_count_that_lateness_will_begin_is_not_told_as_lateness_before(
    visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cast.file()
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    browser = visitor(made.code)
    told = {}
    for days in (6, 15, 16):  # the last day of the step before is the 15th after
        monkeypatch.setattr(timezone, "now", lambda days=days: NOW + timedelta(days=days))
        page = text(browser)
        told[days] = ("最晚从2026年3月17日（周二）起算" in page, "单位上一步超期了" in page)
    assert told == {6: (True, False), 15: (True, False), 16: (False, True)}


def test_the_timeline_names_what_has_a_name(
    visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cast.file()
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    later = NOW + timedelta(days=16)
    assert breaching.record_due(later) == 1
    monkeypatch.setattr(timezone, "now", lambda: later)
    page = text(visitor(made.code)).partition('id="timeline"')[2]
    assert "收到转送后书面告知" in page
    assert "inform_routed" not in page


def test_an_opinion_is_read_only_once_it_was_served(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    browser = visitor(made.code)
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    cast.take(made.case, "accept")
    cast.take(made.case, "hear", {"method": "phone", "record": "听取了情况。"})
    cast.take(made.case, "decide", cast.OPINION)
    assert cast.OPINION["facts"] not in text(browser)
    assert browser.get("/case/answer.pdf").status_code == 404
    cast.take(
        made.case, "serve", {"method": "post", "served_on": cast.TODAY.isoformat(), "proof": "本人签收"}
    )
    assert cast.OPINION["facts"] in text(browser)
    pdf = browser.get("/case/answer.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Cache-Control"] == "no-store"


def test_whoever_opened_the_name_is_named(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    browser = visitor(made.code)
    openings.open_identity(made.case, cast.CLERK, "contact", NOW)
    page = text(browser)
    assert cast.NAMES["clerk"] in page
    assert openings.PURPOSES["contact"].zh in page
    assert cast.PERSON.phone not in page


def test_words_and_papers_can_be_added_and_only_the_sender_fetches_the_original(
    visitor: Callable[..., Client],
) -> None:
    made = cast.file()
    browser = visitor(made.code)
    assert browser.post("/case/do/supplement/", {}).status_code == 422, "nothing to add"
    photo = cast.photo()
    sent = SimpleUploadedFile("现场.jpg", photo, "image/jpeg")
    added = browser.post("/case/do/supplement/", {"text": "又掉了一块。", "attachments": [sent]}, follow=True)
    page = added.content.decode()
    assert "又掉了一块。" in page
    link = page.partition('href="/case/paper/')[2].partition('"')[0]
    original = browser.get(f"/case/paper/{link}")
    assert original.content == photo
    assert original["Content-Disposition"].startswith("attachment")
    other = visitor(cast.file(body=cast.FILING.body + "另一件。").code)
    assert other.get(f"/case/paper/{link}").status_code == 404


def test_a_wrong_paper_is_refused_and_the_words_stay(visitor: Callable[..., Client]) -> None:
    browser = visitor(cast.file().code)
    facts = Fact.objects.count()
    bad = SimpleUploadedFile("x.doc", b"\xd0\xcf\x11\xe0")
    refused = browser.post("/case/do/supplement/", {"text": "请看附件。", "attachments": [bad]})
    assert refused.status_code == 422
    assert "请看附件。" in refused.content.decode()
    assert Fact.objects.count() == facts


def test_a_question_stands_above_its_answer(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    browser = visitor(made.code)
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    cast.take(made.case, "accept")
    assert browser.get("/case/do/reply/").status_code == 422, "nobody asked"
    cast.take(made.case, "ask_petitioner", {"question": "是哪一栋楼？"})
    assert "是哪一栋楼？" in text(browser, "/case/do/reply/")
    browser.post("/case/do/reply/", {"text": "三号楼北面。"})
    assert "三号楼北面。" in text(browser)


def test_a_withdrawal_needs_no_reason_and_can_be_taken_back(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    browser = visitor(made.code)
    browser.post("/case/do/withdraw/", {})
    assert CaseRow.objects.get().state == "withdrawn"
    assert "undo_withdraw" in text(browser)
    browser.post("/case/do/undo_withdraw/", {})
    assert CaseRow.objects.get().state == "registered"


def test_a_withdrawal_cannot_be_taken_back_after_fifteen_days(
    visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = visitor(cast.file().code)
    browser.post("/case/do/withdraw/", {})
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=20))
    assert browser.post("/case/do/undo_withdraw/", {}).status_code == 422
    assert CaseRow.objects.get().state == "withdrawn"


def test_a_step_of_the_office_cannot_be_forged_with_a_code(visitor: Callable[..., Client]) -> None:
    browser = visitor(cast.file().code)
    assert browser.post("/case/do/transfer/", {"office": "zjj"}).status_code == 404
    assert CaseRow.objects.get().state == "registered"


def served(visitor: Callable[..., Client], **client: Any) -> Client:
    made = cast.file()
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    cast.take(made.case, "accept")
    cast.take(made.case, "hear", {"method": "phone", "record": "听取了情况。"})
    cast.take(made.case, "decide", cast.OPINION)
    serving = {"method": "post", "served_on": cast.TODAY.isoformat(), "proof": "本人签收"}
    cast.take(made.case, "serve", serving)
    return visitor(made.code, **client)


def test_an_answer_is_rated_by_the_code(visitor: Callable[..., Client]) -> None:
    browser = served(visitor)
    assert browser.post("/case/rate/", {}).status_code == 422
    browser.post("/case/rate/", {"rating": "not", "text": "没修。"})
    assert CaseRow.objects.get().rating == "not"
    browser.post("/case/rate/", {"rating": "satisfied"})
    assert CaseRow.objects.get().rating == "satisfied", "and may be changed"


def test_no_rating_comes_from_a_staff_session(visitor: Callable[..., Client]) -> None:
    browser = served(visitor)
    browser.force_login(Officer.objects.get(login="officer"))
    assert browser.post("/case/rate/", {"rating": "satisfied"}).status_code == 403
    assert browser.post("/case/do/rate/", {"rating": "satisfied"}).status_code == 302
    assert not CaseRow.objects.get().rating


@pytest.mark.parametrize(
    ("address", "forwarded", "refused"),
    [
        ("10.20.3.4", "", True),
        ("::ffff:10.20.3.4", "", True),
        ("203.0.113.9", "", False),
        ("192.0.2.1", "10.20.3.4", True),
        ("192.0.2.1", "10.20.3.4, 203.0.113.9", False),
        ("203.0.113.9", "10.20.3.4", False),
    ],
)
def test_no_rating_comes_from_the_offices_own_network(
    visitor: Callable[..., Client], settings: Any, address: str, forwarded: str, refused: bool
) -> None:
    settings.HUIYIN_OFFICE_NETWORKS = ["10.20.0.0/16"]
    settings.HUIYIN_TRUSTED_PROXIES = ["192.0.2.0/24"]
    browser = served(visitor, REMOTE_ADDR=address, headers={"x-forwarded-for": forwarded})
    assert (browser.post("/case/rate/", {"rating": "not"}).status_code == 403) is refused


def test_the_receipt_can_be_fetched_again_with_the_code(visitor: Callable[..., Client]) -> None:
    made = cast.file()
    browser = visitor(made.code)
    receipt = receipts.receipt(made.case)
    for part, data in (("proof", receipt.proof), ("opening", receipt.opening), ("words", receipt.words)):
        assert browser.get(f"/case/receipt/{part}/").content == data
    assert browser.get("/case/receipt/other/").status_code == 404
