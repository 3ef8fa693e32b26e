"""A step's page: made from the book, refused with the article, never recorded over somebody else's step."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiyin.casework import law, reading
from huiyin.casework.models import CaseRow
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, HEAD, OFFICER, OFFICER2, OTHER_OFFICER

As = Callable[[Actor], Client]


def seen(case: str) -> int:
    return CaseRow.objects.get(case_id=case).seq


def send(browser: Client, case: str, step: str, **fields: Any) -> Any:
    return browser.post(f"/desk/case/{case}/step/{step}/", {"seen": seen(case), **fields})


def kinds(case: str) -> list[str]:
    return [fact.kind for fact in facts_of(case)]


def test_the_form_is_the_books(as_: As) -> None:
    case = cast.handled()
    cast.take(case, "hear", {"method": "phone", "record": "说了三件事。"})
    page = as_(OFFICER).get(f"/desk/case/{case}/step/decide/").content.decode()
    step = law.book_in_force().steps["decide"]
    for field in step.fields:
        assert field.title.zh in page
    # One outcome for each request, with the request's own words beside it.
    for index, request in enumerate(cast.FILING.requests):
        assert request in page
        assert f'name="f_outcomes_{index}"' in page
    assert "第三十二条" in page
    assert "承办人" in page
    assert "怎么算出来的" in page
    assert f'name="seen" value="{seen(case)}"' in page


def test_reasons_are_a_closed_list_with_their_articles(as_: As) -> None:
    page = as_(OFFICER).get(f"/desk/case/{cast.routed()}/step/not_accept/").content.decode()
    assert page.count("第十九条") >= 3
    assert 'type="radio" name="f_reason"' in page


def test_a_step_is_recorded_and_the_case_shows_it(as_: As) -> None:
    case = cast.routed()
    browser = as_(OFFICER)
    answer = send(browser, case, "accept", f_note="先看现场再答复。")
    assert answer.headers["Location"] == f"/desk/case/{case}/"
    assert kinds(case)[-1] == "case.accepted.1"
    page = browser.get(f"/desk/case/{case}/").content.decode()
    assert "已记录：受理。" in page
    assert "先看现场再答复。" in page


def test_every_kind_of_field_arrives(as_: As) -> None:
    case = cast.handled()
    browser = as_(OFFICER)
    send(browser, case, "hear", f_method="in_person", f_record="当面说明了情况。")
    answer = send(
        browser,
        case,
        "decide",
        f_outcomes_0="support",
        f_outcomes_1="not_supported",
        f_facts="事实",
        f_reasons="理由",
        f_handling="处理意见",
        f_basis="依据",
        f_execute_by=cast.OPINION["execute_by"],
    )
    assert answer.status_code == 302
    given = reading.answer(case, OFFICER)
    assert given is not None
    assert given.outcomes == ("support", "not_supported")
    answer = send(browser, case, "serve", f_method="post", f_served_on="2026/03/02", f_proof="本人签收")
    assert answer.status_code == 302
    assert kinds(case)[-1] == "opinion.served.1"


def test_what_is_missing_is_said_at_its_field_and_nothing_is_saved(as_: As) -> None:
    case = cast.handled()
    before = kinds(case)
    answer = send(as_(OFFICER), case, "hear", f_record="写了半天的记录")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_f_method_error"' in page
    assert "写了半天的记录" in page
    assert kinds(case) == before


def test_the_books_own_refusal_stands_at_the_field_with_its_article(as_: As) -> None:
    case = cast.answered()
    answer = send(as_(OFFICER), case, "serve", f_method="post", f_served_on="2026-02-20", f_proof="签收")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "收到日期不能早于作出处理意见的日期" in page
    assert "第三十五条" in page


def test_a_forced_step_is_refused_with_the_article(as_: As) -> None:
    case = cast.handled()
    for actor, step, fields, article in (
        (OFFICER, "decide", {"f_facts": "编造"}, "第三十"),
        (HEAD, "accept", {"f_note": "越级"}, "第二十三条"),
        (OFFICER, "grant_extension", {"f_days": "30", "f_reason": "自己批"}, "第三十四条"),
        (OFFICER, "close", {}, "第三十五条"),
        (CLERK, "withdraw", {"f_reason": "代撤"}, "第四十一条"),
    ):
        answer = send(as_(actor), case, step, **fields)
        assert answer.status_code == 422, step
        assert article in answer.content.decode(), step
    assert kinds(case)[-1] == "case.accepted.1"


def test_a_step_of_another_office_does_not_exist(as_: As) -> None:
    case = cast.routed()
    assert send(as_(OTHER_OFFICER), case, "accept").status_code == 404
    assert send(as_(OFFICER), case, "no_such_step").status_code == 404
    assert kinds(case)[-1] == "case.transferred.1"


def test_a_step_that_is_not_open_shows_no_form(as_: As) -> None:
    answer = as_(OFFICER).get(f"/desk/case/{cast.handled()}/step/accept/")
    assert answer.status_code == 422
    assert "<textarea" not in answer.content.decode()


def test_the_slower_officer_hears_that_the_case_has_moved_on(as_: As) -> None:
    case = cast.handled()
    stale = seen(case)
    cast.take(case, "record_work", {"note": "同事先到现场看过。"}, actor=OFFICER2)
    before = kinds(case)
    browser = as_(OFFICER)
    address = f"/desk/case/{case}/step/record_work/"
    answer = browser.post(address, {"seen": stale, "f_note": "我写的很长的记录"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "本件已有新进展" in page
    assert "我写的很长的记录" in page
    assert cast.NAMES["officer2"] in page
    assert f'href="/desk/case/{case}/"' in page
    assert kinds(case) == before
    # Having looked, the officer sends the same page again.
    now_seen = re.search(r'name="seen" value="(\d+)"', page)
    assert now_seen is not None
    assert browser.post(address, {"seen": now_seen[1], "f_note": "我写的很长的记录"}).status_code == 302


def test_words_typed_for_a_step_that_closed_meanwhile_are_not_lost(as_: As) -> None:
    case = cast.routed()
    stale = seen(case)
    cast.take(case, "accept", actor=OFFICER2)
    answer = as_(OFFICER).post(
        f"/desk/case/{case}/step/accept/", {"seen": stale, "f_note": "我也正要受理，写了说明"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我也正要受理，写了说明" in page
    assert "data-send" not in page


def test_a_step_without_its_place_in_the_case_is_not_recorded(as_: As) -> None:
    case = cast.routed()
    assert as_(OFFICER).post(f"/desk/case/{case}/step/accept/", {"f_note": ""}).status_code == 422
    assert kinds(case)[-1] == "case.transferred.1"


def test_whoever_is_complained_of_is_no_choice_and_no_forced_one(as_: As) -> None:
    case = cast.file(respondents=("zjj",)).case
    page = as_(CLERK).get(f"/desk/case/{case}/step/transfer/").content.decode()
    assert '<option value="rsj">' in page
    assert '<option value="zjj">' not in page
    assert send(as_(CLERK), case, "transfer", f_office="zjj").status_code == 422
    refused = send(as_(CLERK), case, "transfer", f_office="zjj").content.decode()
    assert "正是信访人反映的对象，不得转给它办理" in refused
    assert "第三十条" in refused
    assert "不在可用的选项中" not in refused
    nowhere = send(as_(CLERK), case, "transfer", f_office="nowhere").content.decode()
    assert "不在可用的选项中" in nowhere
    session = {"f_offices": ["rsj", "zjj"], "f_held_on": "2026-03-01", "f_result": "由住建局牵头。"}
    told = send(as_(CLERK), case, "joint_session", **session).content.decode()
    assert "被反映的单位不参加会办。" in told
    assert kinds(case) == ["petition.filed.1"]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"MZ\x90 not a paper", "PDF"), (b"", "空")],
)
def test_a_paper_of_the_wrong_kind_is_named(as_: As, data: bytes, said: str) -> None:
    case = cast.routed()
    paper = SimpleUploadedFile("程序.exe", data)
    answer = send(as_(OFFICER), case, "accept", papers=paper)
    assert answer.status_code == 422
    assert re.search(rf"程序\.exe：? ?.*{said}", answer.content.decode())


def test_the_proof_of_service_goes_with_the_step(as_: As) -> None:
    case = cast.answered()
    paper = SimpleUploadedFile("回证.jpg", cast.photo(), "image/jpeg")
    fields = {"f_method": "post", "f_served_on": "2026-03-02", "f_proof": "签收"}
    assert send(as_(OFFICER), case, "serve", papers=paper, **fields).status_code == 302
    assert "回证.jpg" in as_(OFFICER).get(f"/desk/case/{case}/").content.decode()


def test_an_office_that_lost_the_case_lands_in_its_inbox(as_: As) -> None:
    case = cast.routed()
    send(as_(OFFICER), case, "object", f_reason="not_this_office", f_explanation="不属于本局职权。")
    answer = send(as_(CLERK), case, "uphold_objection", f_reason="核实属实。")
    assert answer.status_code == 302
    assert as_(OFFICER).get(f"/desk/case/{case}/").status_code in (200, 404)


def test_a_step_reads_in_english(as_: As) -> None:
    browser = as_(OFFICER)
    browser.cookies["huiyin_language"] = "en"
    page = browser.get(f"/desk/case/{cast.routed()}/step/not_accept/").content.decode()
    assert "Do not accept" in page
    assert "Regulation on Petition Work, Art. 19" in page
