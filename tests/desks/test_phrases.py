"""Texts and macros of an office: placeholders are known or refused, and no words of a case are kept."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from huiyin.casework.models import CaseRow
from huiyin.desks.models import Template
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, HEAD, OFFICER, OFFICER2, OTHER_OFFICER, SUPERVISOR

As = Callable[[Actor], Client]
PAGE = "/desk/templates/"
TEXT = "您好，您反映的{{标题}}（{{ number }}）已由{{office}}于{{today}}受理，{{期限}}前答复。"


def keep(browser: Client, **sent: Any) -> Any:
    return browser.post(PAGE, {"title": "受理告知", **sent})


def values(page: str) -> list[Any]:
    return [json.loads(unescape(one)) for one in re.findall(r'data-values="([^"]*)"', page)]


def test_a_text_is_filled_in_for_the_case_where_it_is_used(as_: As) -> None:
    assert keep(as_(OFFICER), text=TEXT).status_code == 302
    case = cast.routed()
    row = CaseRow.objects.get(case_id=case)
    told = as_(OFFICER2).get(f"/desk/case/{case}/step/accept/").content.decode()
    (found,) = values(told)
    assert row.due
    assert found == {
        "": [
            f"您好，您反映的{cast.FILING.title}（{row.number}）已由临江县住房和城乡建设局于2026年3月2日受理，"
            f"{row.due.year}年{row.due.month}月{row.due.day}日前答复。"
        ]
    }
    assert "{{" not in told


def test_without_a_script_a_link_puts_it_into_the_form(as_: As) -> None:
    keep(as_(OFFICER), text="第一句，{{编号}}。")
    case = cast.routed()
    ref = Template.objects.get().id
    told = as_(OFFICER).get(f"/desk/case/{case}/step/accept/?template={ref}").content.decode()
    number = CaseRow.objects.get(case_id=case).number
    assert re.search(rf"<textarea[^>]*>\s*第一句，{number}。</textarea>", told)
    for other in ("x", "99999999999999999999", ""):
        page = as_(OFFICER).get(f"/desk/case/{case}/step/accept/?template={other}")
        assert page.status_code == 200


def test_a_macro_fills_the_fields_of_its_step(as_: As) -> None:
    browser = as_(OFFICER)
    form = browser.get(f"{PAGE}?step=hear").content.decode()
    assert 'name="f_method"' in form
    answer = keep(browser, title="电话听取", step="hear", f_method="phone", f_record="电话听取，{{today}}。")
    assert answer.status_code == 302
    case = cast.handled()
    address = f"/desk/case/{case}/step/hear/"
    told = browser.get(address).content.decode()
    assert values(told) == [{"f_method": ["phone"], "f_record": ["电话听取，2026年3月2日。"]}]
    told = browser.get(f"{address}?template={Template.objects.get().id}").content.decode()
    assert re.search(r'value="phone"[^>]*checked', told)
    assert "电话听取，2026年3月2日。</textarea>" in told
    assert not values(browser.get(f"/desk/case/{case}/step/record_work/").content.decode())


def test_a_macro_gives_a_date_so_many_days_from_today(as_: As) -> None:
    browser = as_(OFFICER)
    keep(browser, title="意见", step="decide", f_handling="于{{+15}}前修好。", f_execute_by="15")
    case = cast.handled()
    cast.take(case, "hear", {"method": "phone", "record": "说了情况。"})
    told = browser.get(f"/desk/case/{case}/step/decide/").content.decode()
    assert values(told) == [{"f_handling": ["于2026年3月17日前修好。"], "f_execute_by": ["2026-03-17"]}]
    assert "template=" in browser.get(f"/desk/case/{case}/").content.decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("见{{case_no}}", "case_no"),
        ("见{{ 信访人 }}", "信访人"),
        ("见{{number}", "括号"),
        ("请打13812345678", "号码"),
        ("列为重点人员", "重点人员"),
        ("", "填"),
    ],
)
def test_what_cannot_be_filled_in_or_is_about_a_person_is_refused_by_name(
    as_: As, text: str, said: str
) -> None:
    answer = keep(as_(OFFICER), text=text)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Template.objects.exists()


def test_a_macro_that_fills_nothing_or_sets_what_is_no_choice_is_refused(as_: As) -> None:
    for more in ({}, {"f_method": "telepathy"}):
        assert keep(as_(OFFICER), step="hear", **more).status_code == 422
    assert not Template.objects.exists()


def test_a_template_is_its_offices_and_comes_back_for_a_day(as_: As) -> None:
    keep(as_(OFFICER), text="一句。")
    ref = str(Template.objects.get().id)
    assert "一句。" in as_(HEAD).get(PAGE).content.decode()
    assert "一句。" not in as_(OTHER_OFFICER).get(PAGE).content.decode()
    assert as_(SUPERVISOR).get(PAGE).status_code == 404
    gone = {"kind": "template", "ref": ref}
    assert as_(OTHER_OFFICER).post("/desk/bin/", gone).status_code == 404
    as_(OFFICER).post("/desk/bin/", gone)
    assert "一句。" not in as_(OFFICER).get(PAGE).content.decode()
    as_(OFFICER).post("/desk/bin/", {**gone, "act": "back"})
    assert "一句。" in as_(OFFICER).get(PAGE).content.decode()


def test_the_page_says_that_no_words_of_a_case_stand_in_one(as_: As) -> None:
    assert "不写任何一件事的内容" in as_(CLERK).get(PAGE).content.decode()
