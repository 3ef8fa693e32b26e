"""The counter: one form, one case for a double click, a code shown once, two officers for a lost one."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from huiyin.casework import alike, codes, openings, reading
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.ledger import keys
from huiyin.ledger.facts import facts_of
from huiyin.offices.models import Office
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import BUREAU_HEAD, CLERK, CLERK2, NOW, OFFICER, OTHER_OFFICER, PETITIONER
from tests.casework.test_alike import AGAIN, WATER
from tests.environment import DATA

As = Callable[[Actor], Client]
REGISTER = "/desk/register/"
CODE = re.compile(
    r"data-code><span>(\d{4})</span><span>(\d{4})</span><span>(\d{4})</span><span>(\d{4})</span>"
)


def form(browser: Client, **changes: Any) -> dict[str, Any]:
    token = re.search(r'name="token" value="(\w+)"', browser.get(REGISTER).content.decode())
    assert token is not None
    return {
        "token": token[1],
        "channel": "visit",
        "title": "外墙瓷砖掉落",
        "body": "三号楼外墙瓷砖一直往下掉，请派人看看。",
        "requests": "请鉴定外墙\n请修好",
        "category": "construction",
        "purpose": "request",
        "place": "mujiang",
        "received_on": "2026-03-01",
        "name": "封不觉",
        "phone": "13812345678",
        "address": "滨江路八号",
        **changes,
    }


def code_on(answer: Any) -> str:
    found = CODE.search(answer.content.decode())
    return " ".join(found.groups()) if found else ""


def test_a_visit_becomes_a_case_with_a_slip(as_: As) -> None:
    browser = as_(CLERK)
    answer = browser.post(REGISTER, form(browser))
    row = CaseRow.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert row.number in page
    assert codes.case_of(code_on(answer), "", NOW) == row.case_id
    assert "<svg" in page
    assert keys.vkey() in page.replace("&#x27;", "'").replace("&amp;", "&")
    assert f"/desk/case/{row.case_id}/" in page
    words = reading.words(row.case_id, PETITIONER)
    assert words.requests == ("请鉴定外墙", "请修好")
    assert (row.channel, row.received_on.isoformat(), row.requests) == ("visit", "2026-03-01", 2)
    person = openings.open_identity(row.case_id, CLERK, "contact", NOW)
    assert person is not None
    assert person.phone == "13812345678"


def test_a_double_click_makes_one_case_and_shows_one_code(as_: As) -> None:
    browser = as_(CLERK)
    sent = form(browser)
    first, second = (browser.post(REGISTER, sent) for _ in range(2))
    assert CaseRow.objects.count() == 1
    assert code_on(first) == code_on(second) != ""
    assert "同一查询码" in second.content.decode()


def test_a_reload_long_after_shows_no_code_and_makes_no_case(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_(CLERK)
    sent = form(browser)
    browser.post(REGISTER, sent)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=11))
    late = browser.post(REGISTER, sent)
    assert late.status_code == 200
    assert code_on(late) == ""
    assert "不再重复显示" in late.content.decode()
    assert CaseRow.objects.count() == 1


def test_the_code_is_on_no_other_page_and_in_no_file(as_: As) -> None:
    browser = as_(CLERK)
    code = code_on(browser.post(REGISTER, form(browser)))
    digits = code.replace(" ", "")
    case = CaseRow.objects.get().case_id
    for page in ("/desk/", f"/desk/case/{case}/", "/desk/codes/", REGISTER):
        shown = browser.get(page).content.decode()
        assert digits not in re.sub(r"\D", "", shown)
    for file in Path(DATA).rglob("*.sqlite3*"):
        assert digits.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "太短"}, "body"),
        ({"body": "长" * 20_001}, "body"),
        ({"title": "长" * 201}, "title"),
        ({"requests": ""}, "requests"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "invented"}, "purpose"),
        ({"channel": "web"}, "channel"),
        ({"received_on": "2026-03-03"}, "received_on"),
        ({"received_on": "1899-01-01"}, "received_on"),
        ({"category": ""}, "category"),
        ({"received_on": "昨天"}, "received_on"),
        ({"phone": "打我电话"}, "phone"),
        ({"respondents": ["nowhere"]}, "respondents"),
    ],
)
def test_each_fault_stands_at_its_field_and_nothing_is_half_saved(
    as_: As, change: dict[str, Any], field: str
) -> None:
    browser = as_(CLERK)
    answer = browser.post(REGISTER, form(browser, **change))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert change.get("title", "外墙瓷砖掉落") in page
    assert not CaseRow.objects.exists()


@pytest.mark.parametrize("title", ["", " \u3000 "])
def test_a_letter_without_a_title_is_called_by_how_it_begins(as_: As, title: str) -> None:
    browser = as_(CLERK)
    assert browser.post(REGISTER, form(browser, title=title)).status_code == 200
    assert (
        reading.words(CaseRow.objects.get().case_id, PETITIONER).title
        == "三号楼外墙瓷砖一直往下掉，请派人看看"
    )
    short = browser.post(REGISTER, form(browser, title=title, body="太短")).content.decode()
    assert 'id="id_title_error"' not in short


def test_lists_know_the_first_letters_of_their_lines(as_: As) -> None:
    page = as_(CLERK).get(REGISTER).content.decode()
    found = re.search(r'<select name="category"[^>]*data-initials="([^"]+)"', page)
    assert found is not None
    assert found[1].split()[0] == "-"
    assert "cxjs" in found[1].split()


def test_full_width_digits_emoji_and_right_to_left_words_are_taken(as_: As) -> None:
    browser = as_(CLERK)
    body = "９号楼的窗户又坏了😀\u202eكسر\u202c，\x00\x07请修。"
    assert (
        browser.post(REGISTER, form(browser, body=body, received_on="２０２６/０３/０２")).status_code == 200
    )
    row = CaseRow.objects.get()
    assert reading.words(row.case_id, PETITIONER).body == "９号楼的窗户又坏了😀كسر，请修。"
    assert row.received_on.isoformat() == "2026-03-02"


def test_papers_are_taken_or_named(as_: As) -> None:
    browser = as_(CLERK)
    bad = SimpleUploadedFile("表格.docx", b"PK\x03\x04 not a picture")
    answer = browser.post(REGISTER, form(browser, papers=[bad]))
    assert answer.status_code == 422
    assert "表格.docx" in answer.content.decode()
    good = SimpleUploadedFile("照片.jpg", cast.photo())
    assert browser.post(REGISTER, form(browser, papers=[good])).status_code == 200
    assert [p.name for p in reading.words(CaseRow.objects.get().case_id, PETITIONER).papers] == ["照片.jpg"]


def test_a_filing_against_the_clerks_own_office_is_closed_to_it(as_: As) -> None:
    browser = as_(CLERK)
    answer = browser.post(REGISTER, form(browser, respondents=["xfj"]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "对您不开放" in page
    assert "/desk/case/" not in page


def test_an_anonymous_visit_has_no_person(as_: As) -> None:
    browser = as_(CLERK)
    browser.post(REGISTER, form(browser, name="", phone="", address=""))
    case = CaseRow.objects.get().case_id
    assert "匿名" in browser.get(f"/desk/case/{case}/").content.decode()


def test_a_lost_code_takes_two_officers_and_kills_the_old_one(as_: As) -> None:
    made = cast.file()
    first, second = as_(CLERK), as_(CLERK2)
    assert first.post(f"/desk/case/{made.case}/code/").status_code == 302
    asked = re.search(r'name="request" value="(\d+)"', second.get("/desk/codes/").content.decode())
    assert asked is not None
    assert 'name="request"' not in first.get("/desk/codes/").content.decode()
    alone = first.post("/desk/codes/", {"request": asked[1]})
    assert alone.status_code == 422
    assert "须由另一名工作人员补发" in alone.content.decode()
    granted = second.post("/desk/codes/", {"request": asked[1]})
    assert codes.case_of(code_on(granted), "", NOW) == made.case
    assert codes.case_of(made.code, "", NOW) is None
    assert [fact.kind for fact in facts_of(made.case)][-2:] == ["code.requested.1", "code.replaced.1"]
    assert second.post("/desk/codes/", {"request": asked[1]}).status_code == 404


def test_no_other_office_grants_or_asks_for_a_code(as_: As) -> None:
    made = cast.file()
    assert as_(OFFICER).post(f"/desk/case/{made.case}/code/").status_code == 404
    assert as_(OTHER_OFFICER).get("/desk/codes/").status_code == 404


def test_a_group_says_how_many_came_and_sends_five_at_most(as_: As) -> None:
    browser = as_(CLERK)
    too_many = browser.post(REGISTER, form(browser, f_people="12", f_representatives="6"))
    page = too_many.content.decode()
    assert too_many.status_code == 422
    assert "来访的代表不超过5人" in page
    assert "《信访工作条例》第二十条" in page
    assert 'id="id_f_representatives_error"' in page
    taken = browser.post(REGISTER, form(browser, f_people="１２", f_representatives="5"))
    assert taken.status_code == 200
    values = facts_of(CaseRow.objects.get().case_id)[0].clear_json()["values"]
    assert (values["people"], values["representatives"]) == (12, 5)


def test_matters_like_the_words_are_hinted_at_and_nothing_of_the_person_is_read(as_: As) -> None:
    alike.forget()
    browser = as_(CLERK)
    browser.post(REGISTER, form(browser, title=WATER[:12], body=WATER))
    row = CaseRow.objects.get()
    hint = browser.post(f"{REGISTER}alike/", {"title": "停水", "body": AGAIN}).content.decode()
    assert row.number in hint
    assert "封不觉" not in hint
    who = {"name": "封不觉", "phone": "13812345678", "address": "滨江路八号"}
    assert row.number not in browser.post(f"{REGISTER}alike/", who).content.decode()
    assert (
        row.number not in browser.post(f"{REGISTER}alike/", {"body": " ".join(who.values())}).content.decode()
    )
    assert as_(OFFICER).post(f"{REGISTER}alike/", {"body": AGAIN}).status_code == 404


def test_one_more_of_a_stack_begins_with_the_codes_of_the_last(as_: As) -> None:
    browser = as_(CLERK)
    slip = browser.post(REGISTER, form(browser, channel="letter")).content.decode()
    link = re.search(r'href="(/desk/register/\?[^"]+category[^"]+)"', slip)
    assert link is not None
    page = browser.get(link[1].replace("&amp;", "&")).content.decode()
    for name, code in (("category", "construction"), ("place", "mujiang")):
        assert re.search(rf'<option value="{code}" selected', page), name
    assert not [words for words in ("封不觉", "瓷砖", "13812345678") if words in page or words in link[1]]
    assert (
        "selected"
        not in browser.get(f"{REGISTER}?category=nonsense").content.decode().split("category")[1][:200]
    )


@pytest.mark.parametrize("purpose", ["request", "accusation", "retaliation"])
@pytest.mark.parametrize("closed", [("xfj",), ("xfj", "jw")])
def test_what_complains_of_this_counter_is_registered_by_another_office(
    purpose: str, closed: tuple[str, ...], as_: As
) -> None:
    """The clerk takes it in and hands over slip and code; nobody of the office reads it afterwards."""
    Office.objects.create(code="jw", kind="discipline", name_zh="临江县纪委监委", name_en="jw")
    Office.objects.filter(code="xfj").update(parent="linjiang")
    browser = as_(CLERK)
    sent = form(browser, purpose=purpose, respondents=list(closed), body="信访局收件不登记，也不给凭据。")
    page = browser.post(REGISTER, sent)
    assert page.status_code == 200
    assert code_on(page)
    row = CaseRow.objects.get()
    assert row.bureau == ("jw" if closed == ("xfj",) else "linjiang")
    assert row.bureau != "xfj"
    fact = history(row.case_id)[0]
    assert (fact.actor.role, fact.actor.ref) == ("system", "counter:xfj")
    for officer in (CLERK, CLERK2, BUREAU_HEAD):
        assert as_(officer).get(f"/desk/case/{row.case_id}/").status_code == 404
    again = browser.post(REGISTER, sent)
    assert code_on(again) == code_on(page)
    assert CaseRow.objects.count() == 1
