"""The return on the desk: whose it is, what opens, and that a figure on the page is the figure."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.procedure import Actor
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CUSTODIAN,
    HEAD,
    OFFICER,
    OTHER_HEAD,
    SUPERVISOR,
)
from tests.insight.years import NOW, played

As = Callable[[Actor], Client]
PERIOD = "from=2026-03-01&to=2026-05-31"


@pytest.fixture(autouse=True)
def years(county: None, monkeypatch: pytest.MonkeyPatch) -> None:
    played()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def text(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def row(page: str, title: str) -> str:
    """The numbers behind a title, up to the next letters."""
    found = re.search(rf"{re.escape(title)} ([-+\d.%()/ —]*)", page)
    assert found is not None, title
    return found[1].strip()


@pytest.mark.parametrize("actor", [SUPERVISOR, BUREAU_HEAD])
def test_the_county_s_figures_stand_beside_those_of_a_year_earlier(as_: As, actor: Actor) -> None:
    answer = as_(actor).get(f"/desk/figures/?{PERIOD}")
    assert answer.status_code == 200
    page = text(answer)
    assert row(page, "件次").split()[:3] == ["8", "9", "-11.1%"]
    assert row(page, "来访、下访人次").split()[:2] == ["37", "8"]
    assert "66.7% (2/3)" in page
    assert "2025-03-01 — 2025-05-31" in page
    assert "只有全县一个总数" in page


def test_a_head_sees_how_the_own_office_keeps_its_time_and_nothing_else(as_: As) -> None:
    page = text(as_(HEAD).get(f"/desk/figures/?{PERIOD}"))
    assert "住房和城乡建设局：时限执行情况" in page
    for unsaid in ("满意率", "重复信访率", "人次", "按信访形式", "受理层级", "按责任单位"):
        assert unsaid not in page, unsaid
    assert as_(HEAD).get(f"/desk/figures/?{PERIOD}&office=rsj").status_code == 404
    assert (
        as_(OTHER_HEAD).get(f"/desk/figures/cases/?{PERIOD}&figure=registered&office=zjj").status_code == 404
    )
    assert as_(HEAD).get(f"/desk/figures/cases/?{PERIOD}&figure=repeated").status_code == 404


@pytest.mark.parametrize("actor", [CLERK, OFFICER, CUSTODIAN])
def test_nobody_else_has_the_page(as_: As, actor: Actor) -> None:
    for path in ("/desk/figures/", f"/desk/figures/cases/?{PERIOD}&figure=registered"):
        assert as_(actor).get(path).status_code == 404


def test_every_link_of_the_page_opens_as_many_cases_as_its_figure_says(as_: As) -> None:
    browser = as_(SUPERVISOR)
    page = browser.get(f"/desk/figures/?{PERIOD}").content.decode()
    links = re.findall(r'<a href="(/desk/figures/cases/[^"]+)"[^>]*>([^<]+)</a>', page)
    assert len(links) > 25
    for url, said in links:
        answer = browser.get(unescape(url))
        assert answer.status_code == 200, url
        shown = len(re.findall(r'/desk/case/\w+/">', answer.content.decode()))
        number = int(re.findall(r"\d+(?=/)|\d+(?!.*\d)", said)[0]) if "天" not in said else shown
        if "people" in url or "." in said:
            continue
        assert shown == number, (url, said)


def test_a_figure_of_nothing_leads_nowhere(as_: As) -> None:
    """Else a reader that follows every link walks back a year at a time for ever."""
    page = as_(SUPERVISOR).get("/desk/figures/?from=1999-03-01&to=1999-05-31").content.decode()
    assert "/desk/figures/cases/" not in page


def test_where_petitions_were_received_opens_into_no_list(as_: As) -> None:
    browser = as_(SUPERVISOR)
    assert "figure=level" not in browser.get(f"/desk/figures/?{PERIOD}").content.decode()
    for value in ("county", "xfj"):
        path = f"/desk/figures/cases/?{PERIOD}&figure=level&value={value}"
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "period", ["from=2026-05-31&to=2026-03-01", "from=soon", "from=2026-13-01", "from=0001-01-01"]
)
def test_a_period_that_is_none_is_refused_in_words(as_: As, period: str) -> None:
    answer = as_(SUPERVISOR).get(f"/desk/figures/?{period}")
    assert answer.status_code == 422
    assert "现在显示的是今年" in text(answer)


def test_offices_and_levels_are_drawn_in_no_comparison(as_: As) -> None:
    page = as_(SUPERVISOR).get(f"/desk/figures/?{PERIOD}").content.decode()
    sections = {
        title: part for part in page.split("<section") for title in re.findall(r"<h2[^>]*>([^<]+)", part)
    }
    assert "<svg" in sections["按信访形式"]
    assert "<svg" not in sections["按责任单位"]
    assert "<svg" not in sections["按受理层级（只有全县总数）"]
