"""The calendar of what is due: the office's own dates, and a feed that says nothing but numbers and dates."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice

import pytest
from django.test import Client
from icalendar import Calendar

from huiyin.casework import reading
from huiyin.casework.models import CaseRow
from huiyin.desks.views import agenda
from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, CUSTODIAN, OFFICER, OTHER_OFFICER

As = Callable[[Actor], Client]


def owed() -> tuple[str, date]:
    case = cast.handled()
    (found,) = reading.owed(OFFICER, date(2027, 1, 1))
    assert found.row.case_id == case
    return found.row.number, found.due


def feed_of(browser: Client) -> str:
    page = browser.get("/desk/calendar/").content.decode()
    return page.partition('class="mono feed">http://testserver')[2].partition("</p>")[0]


def events(address: str) -> list[tuple[str, date]]:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    read = Calendar.from_ical(answer.content.decode())
    return [(str(e["summary"]), e["dtstart"].dt) for e in read.walk("VEVENT")]


def test_the_month_shows_what_the_office_owes_on_its_day(as_: As) -> None:
    number, due = owed()
    page = as_(OFFICER).get(f"/desk/calendar/?month={due:%Y-%m}").content.decode()
    day = next(cell for cell in page.split("<td")[1:] if number in cell)
    assert f"{due.day}</span>" in day
    after = due.replace(day=1) + timedelta(days=62)
    assert number not in as_(OFFICER).get(f"/desk/calendar/?month={after:%Y-%m}").content.decode()
    assert number not in as_(OTHER_OFFICER).get(f"/desk/calendar/?month={due:%Y-%m}").content.decode()


def test_a_full_day_says_how_many_more_there_are(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "SHOWN", 1)
    for n in range(3):
        cast.file(body=f"第{n}封信：楼道的灯坏了。")
    (due,) = {row.due for row in CaseRow.objects.all()}
    page = as_(CLERK).get(f"/desk/calendar/?month={due:%Y-%m}").content.decode()
    assert page.count("另有2件") == 1


def test_rest_days_are_named(as_: As) -> None:
    assert "国庆节" in as_(OFFICER).get("/desk/calendar/?month=2026-10").content.decode()


@pytest.mark.parametrize("asked", ["", "2026-13", "nonsense", "2026-02-30", "9999-12", "0001-01"])
def test_a_month_that_is_none_is_this_one(as_: As, asked: str) -> None:
    assert as_(OFFICER).get(f"/desk/calendar/?month={asked}").status_code == 200


def test_months_lead_no_farther_than_dates_do(as_: As) -> None:
    """A reader that follows every link must come to an end."""
    for rel in ("next", "prev"):
        months = list(islice(led(as_(OFFICER), rel), 30))
        assert len(months) == len(set(months)) == 24


def led(browser: Client, rel: str) -> Iterator[str]:
    """The months that one link after the other leads to, from this one on."""
    query = ""
    while found := re.search(
        rf'href="(\?month=[0-9-]+)" rel="{rel}"', browser.get(f"/desk/calendar/{query}").content.decode()
    ):
        yield (query := found[1])


def test_a_calendar_program_reads_numbers_duties_and_dates(as_: As) -> None:
    number, due = owed()
    address = feed_of(as_(OFFICER))
    ((summary, day),) = events(address)
    assert (summary.split()[0], day) == (number, due)
    told = Client().get(address).content.decode()
    assert not [words for words in ("瓷砖", "封不觉", "13812345678") if words in told]


def test_each_officer_has_an_address_of_their_own(as_: As) -> None:
    owed()
    assert events(feed_of(as_(OTHER_OFFICER))) == []
    assert feed_of(as_(OFFICER)) != feed_of(as_(OTHER_OFFICER))


def test_a_new_password_or_a_guess_ends_the_address(as_: As) -> None:
    address = feed_of(as_(OFFICER))
    Officer.objects.filter(login=OFFICER.ref).update(password="another")
    assert Client().get(address).status_code == 404
    assert Client().get("/desk/calendar/guess.ics").status_code == 404


def test_whoever_left_or_handles_no_cases_has_no_feed(as_: As) -> None:
    address = feed_of(as_(OFFICER))
    Officer.objects.filter(login=OFFICER.ref).update(is_active=False)
    assert Client().get(address).status_code == 404
    assert as_(CUSTODIAN).get("/desk/calendar/").status_code == 302
