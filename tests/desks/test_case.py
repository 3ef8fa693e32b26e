"""A case's page: words covered, dates explained, steps that are lawful and no other, copies drawn anew."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.casework import erasure, reading
from huiyin.casework.models import CaseRow
from huiyin.intake.filing import Attachment
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, DAY, HEAD, NOW, OFFICER, PETITIONER, SUPERVISOR, SYSTEM

As = Callable[[Actor], Client]


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_words_are_shown_with_their_numbers_covered_and_no_name(as_: As) -> None:
    case = cast.file(body="请打我的电话13812345678，或者身份证11010519491231002X核实情况。").case
    shown = page(as_(CLERK), f"/desk/case/{case}/")
    assert "请打我的电话***********" in shown
    for secret in ("13812345678", "11010519491231002X", cast.PERSON.name, cast.PERSON.address):
        assert secret not in shown


def test_a_date_is_explained_day_by_day(as_: As) -> None:
    # 17 March 2026 is the fifteenth day after the 2nd and a working day: nothing is passed over.
    shown = page(as_(CLERK), f"/desk/case/{cast.file().case}/")
    for said in ("2026-03-02 为起算当日，不计入", "期限15日", "到 2026-03-17 24:00 届满", "第二十二条"):
        assert said in shown
    # Received on Saturday the 28th of February: the fifteenth day is Sunday 15 March, so Monday the 16th.
    weekend = cast.file(received_on=cast.TODAY.replace(month=2, day=28)).case
    shown = page(as_(CLERK), f"/desk/case/{weekend}/")
    assert "顺延到下一个工作日" in shown
    assert "2026-03-15" in shown


def test_a_right_that_lapsed_makes_nobody_late(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    #  Mon 2 Mar   transferred
    #  Mon 9       the five working days to object are over
    #  Thu 12      now
    #  Tue 17      the notice is due: the only thing the office owes
    case = cast.routed()
    monkeypatch.setattr(timezone, "now", lambda: NOW + 10 * DAY)
    shown = page(as_(OFFICER), f"/desk/case/{case}/")
    assert "due--over" not in shown
    assert "已结束" in shown
    assert "逾期不得再提异议" in shown
    monkeypatch.setattr(timezone, "now", lambda: NOW + 16 * DAY)
    assert "逾期1天" in page(as_(OFFICER), f"/desk/case/{case}/")


def test_only_lawful_steps_are_offered(as_: As) -> None:
    case = cast.routed()
    officer, head = (page(as_(who), f"/desk/case/{case}/") for who in (OFFICER, HEAD))
    assert f"/desk/case/{case}/step/accept/" in officer
    assert f"/desk/case/{case}/step/decide/" not in officer
    assert "/step/accept/" not in head
    assert "/step/withdraw/" not in officer


def test_the_ordinary_way_on_stands_before_what_turns_a_matter_away(as_: As) -> None:
    shown = page(as_(OFFICER), f"/desk/case/{cast.routed()}/")
    at = [shown.index(f"/step/{step}/") for step in ("accept", "object", "not_accept", "redirect")]
    assert at == sorted(at)


def test_a_case_that_is_over_says_so(as_: As) -> None:
    case = cast.routed()
    ground = {"reason": "in_progress", "organ": "县住建局", "explanation": "同一件事正在办理。"}
    cast.take(case, "not_accept", ground)
    cast.take(case, "serve_refusal", cast.SERVICE)
    assert "此件已结束，没有下一步。" in page(as_(OFFICER), f"/desk/case/{case}/")


def test_an_accusation_can_only_be_forwarded(as_: As) -> None:
    shown = page(as_(CLERK), f"/desk/case/{cast.file(purpose='accusation').case}/")
    assert "/step/forward_accusation/" in shown
    assert "/step/transfer/" not in shown
    ordinary = page(as_(CLERK), f"/desk/case/{cast.file().case}/")
    assert "/step/transfer/" in ordinary
    assert "/step/forward_accusation/" not in ordinary


def test_a_supervisor_looks_and_takes_no_step(as_: As) -> None:
    shown = page(as_(SUPERVISOR), f"/desk/case/{cast.routed()}/")
    assert "/step/" not in shown
    assert "办理步骤由登记和承办单位进行" in shown


def test_the_timeline_tells_what_each_step_recorded(as_: As) -> None:
    case = cast.served()
    shown = page(as_(OFFICER), f"/desk/case/{case}/")
    for said in (
        "听取信访人陈述",
        "他说瓷砖砸到了车。",
        "1. 支持；2. 部分支持",
        "责成建设单位六十日内修好。",
    ):
        assert said in shown
    assert "日志条目" in shown


def test_a_paper_is_drawn_anew_and_a_damaged_one_is_named(as_: As) -> None:
    papers = (
        Attachment("外墙.jpg", "image/jpeg", cast.photo("canary-of-a-phone")),
        Attachment("坏的.jpg", "image/jpeg", b"\xff\xd8\xff" + b"not a picture"),
    )
    case = cast.file(attachments=papers).case
    good, bad = reading.words(case, PETITIONER).papers
    browser = as_(CLERK)
    shown = browser.get(f"/desk/case/{case}/paper/{good.ref}/")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert b"canary-of-a-phone" not in shown.content
    damaged = browser.get(f"/desk/case/{case}/paper/{bad.ref}/")
    assert damaged.status_code == 422
    assert "已损坏" in damaged.content.decode()


def test_a_repeat_leads_to_its_matter_and_to_nobody(as_: As) -> None:
    first, second = cast.file(), cast.file()
    CaseRow.objects.filter(case_id=second.case).update(repeat_of=first.case)
    shown = page(as_(CLERK), f"/desk/case/{second.case}/")
    assert f'href="/desk/case/{first.case}/">{first.number}' in shown
    assert "重件" in page(as_(CLERK), "/desk/")


def test_an_erased_case_still_shows_its_facts(as_: As) -> None:
    case = cast.closed()
    erasure.erase(case, "retention", SYSTEM, NOW)
    shown = page(as_(OFFICER), f"/desk/case/{case}/?")
    assert "已永久删除" in shown
    assert cast.FILING.title not in shown
    assert as_(OFFICER).get(f"/desk/case/{case}/step/close/").status_code == 404
