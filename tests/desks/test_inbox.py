"""The inbox: what is due first, lateness in plain words, numbers covered, few questions to the database."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huiyin.casework import reading
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, DAY, NOW, OFFICER, OTHER_OFFICER, SUPERVISOR, TODAY

As = Callable[[Actor], Client]


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


def titles(page: str) -> list[str]:
    return re.findall(r'/desk/case/\w+/">([^<]+)</a>', page)


def test_what_is_due_first_stands_first_and_late_is_said_in_words(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    #  received   2 Mar         12 Mar                   now: 21 Mar, a Saturday
    #  route      due Tue 17    due Fri 27
    cast.file(title="后收到的", received_on=TODAY + 10 * DAY, now=NOW + 10 * DAY)
    cast.file(title="先收到的")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=19))
    page = text(as_(CLERK).get("/desk/"))
    assert titles(page) == ["先收到的", "后收到的"]
    assert "逾期4天" in page
    assert "还剩6天" in page
    assert "1 件逾期" in page


def test_each_view_holds_what_it_says(as_: As) -> None:
    cast.file(title="登记了的")
    cast.routed(title="转送了的")
    cast.closed(title="办结了的")
    pages = {view: text(as_(CLERK).get(f"/desk/?view={view}")) for view in ("mine", "all", "done")}
    seen = {view: sorted(titles(page)) for view, page in pages.items()}
    assert seen == {"mine": ["登记了的"], "all": ["登记了的", "转送了的"], "done": ["办结了的"]}
    assert titles(text(as_(OFFICER).get("/desk/"))) == ["转送了的"]
    assert titles(text(as_(OTHER_OFFICER).get("/desk/?view=all"))) == []


def test_numbers_in_a_title_are_covered(as_: As) -> None:
    cast.file(title="请回电13812345678谈谈")
    page = text(as_(CLERK).get("/desk/"))
    assert "13812345678" not in page
    assert "请回电***********谈谈" in page


def test_a_number_opens_a_case_and_a_strangers_number_says_nothing(as_: As) -> None:
    made = cast.file(source_number="LJ-77")
    browser = as_(CLERK)
    for number in (made.number, made.number.lower(), "LJ-77"):
        answer = browser.get("/desk/", {"number": number})
        assert answer.headers["Location"] == f"/desk/case/{made.case}/"
    for number in (made.number, "XFJ-2026-999999"):
        page = as_(OTHER_OFFICER).get("/desk/", {"number": number})
        assert page.status_code == 200
        assert "没有您可以查看的这一编号的事项" in text(page)


def test_a_name_or_a_telephone_finds_nothing(as_: As) -> None:
    cast.file()
    for words in ("封不觉", "13812345678", "外墙"):
        assert as_(CLERK).get("/desk/", {"number": words}).status_code == 200


def test_pages_of_fifty_and_strange_page_numbers(as_: As) -> None:
    for number in range(51):
        cast.file(title=f"第{number}件", body=f"这是为翻页而写的第{number}封信，内容不重要。")
    browser = as_(CLERK)
    assert len(titles(text(browser.get("/desk/")))) == 50
    assert len(titles(text(browser.get("/desk/?page=2")))) == 1
    for page in ("0", "-1", "99", "x", "²", ""):
        assert browser.get("/desk/", {"page": page, "view": "none"}).status_code == 200


def test_rows_and_titles_cost_the_same_for_one_case_as_for_many(
    as_: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        cast.file(title=f"第{number}件", body=f"这是为计数而写的第{number}封信，内容不重要。")
    browser = as_(CLERK)
    # Among them: what the office has not filed or is to file again, and what the list may be narrowed to.
    with django_assert_max_num_queries(20):
        browser.get("/desk/")


def test_the_supervisor_sees_offices_that_are_late_and_no_ranking(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.file()
    for words in ("第一封信写的是外墙掉砖。", "第二封信写的是外墙漏水。"):
        cast.routed(body=words)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=40))
    page = text(as_(SUPERVISOR).get("/desk/overdue/"))
    offices = re.findall(r'<h2 id="office-\d">([^<]+)</h2>', page)
    # By code: the bureau with one before the department with two.
    assert offices == ["临江县信访局", "临江县住房和城乡建设局"]


def test_what_the_supervisor_is_not_shown_is_counted_and_one_page_away(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(13):
        cast.routed(title=f"第{number}件", body=f"这是为逾期而写的第{number}封信，内容不重要。")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=40))
    browser = as_(SUPERVISOR)
    page = text(browser.get("/desk/overdue/"))
    assert len(titles(page)) == 10
    assert "13 件逾期" in page
    assert "还有3件没有列在这里" in page
    whole = text(browser.get("/desk/overdue/" + re.findall(r'href="(\?office=[^"]+)"', page)[0]))
    assert sorted(titles(whole)) == sorted(f"第{number}件" for number in range(13))
    assert "临江县住房和城乡建设局" in whole
    monkeypatch.setattr(reading, "PAGE", 5)
    pages = [text(browser.get(f"/desk/overdue/?office=zjj&page={number}")) for number in (1, 2, 3)]
    assert [len(titles(one)) for one in pages] == [5, 5, 3]
    assert len({title for one in pages for title in titles(one)}) == 13
    assert 'href="?office=zjj&amp;page=2"' in pages[0]
    assert "3 / 3" in pages[2]


def test_an_office_that_is_not_late_or_is_none_and_who_may_not_look(as_: As) -> None:
    cast.routed()
    browser = as_(SUPERVISOR)
    assert "这个单位没有逾期" in text(browser.get("/desk/overdue/?office=zjj"))
    assert browser.get("/desk/overdue/?office=nowhere").status_code == 404
    assert as_(OFFICER).get("/desk/overdue/?office=zjj").status_code == 404


def test_an_office_page_shows_no_case_that_is_closed_to_the_supervisor(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.routed(title="投诉督查员的", respondent_officers=("supervisor",))
    cast.routed(title="别的事情", body="这封信与督查员无关，只说路灯不亮。")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=40))
    assert titles(text(as_(SUPERVISOR).get("/desk/overdue/?office=zjj"))) == ["别的事情"]
