"""The calendar of what an office owes: a month on a page, and a feed for the officer's own calendar."""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from huiyin.casework import law, reading
from huiyin.casework.permissions import entry, may
from huiyin.casework.reading import Day, Owed
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.offices.models import Officer
from huiyin.procedure import Calendar as RestDays

SALT = "huiyin.desks.agenda"
AHEAD = timedelta(days=365)
REACH = 24  # months before and after this one: no date of a book lies farther off
DAY = timedelta(days=1)
SHOWN = 6  # of what is due on one day
BACK = timedelta(days=31)  # what passed longer ago stands in the inbox, and not in anybody's calendar


@dataclass(frozen=True)
class Square:
    """One day of the month: what falls on it, and why it is a rest day, if it is one."""

    day: date
    inside: bool
    today: bool
    rest: str
    lines: Sequence[tuple[Owed, str]]
    more: int


@entry("inbox.read")
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    today = law.day_of(timezone.now(), law.book_for(actor.office).zone)
    first = _first(request.GET.get("month", ""), today)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    found = reading.owed_by_day(actor, weeks[0][0], weeks[-1][-1], most=SHOWN)
    assert isinstance(request.user, Officer)  # actor_of has refused everybody else
    context = {
        "here": "agenda",
        "first": first,
        "before": _within(first - DAY, today),
        "after": _within(first + timedelta(days=31), today),
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "weeks": [_week(week, first, today, found, actor.office) for week in weeks],
        "feed": request.build_absolute_uri(reverse("desks:feed", args=[key_of(request.user)])),
    }
    return render(request, "desks/agenda.html", context)


def _first(asked: str, today: date) -> date:
    """The first day of the month that is asked for (`YYYY-MM`) where it is within reach, else of this one."""
    with suppress(ValueError):
        return _within(date.fromisoformat(f"{asked}-01"), today) or today.replace(day=1)
    return today.replace(day=1)


def _within(day: date, today: date) -> date | None:
    months = (day.year - today.year) * 12 + day.month - today.month
    return day if abs(months) <= REACH else None


def _duty(one: Owed) -> str:
    clock = law.book(one.row.book).clocks.get(one.clock)
    return clock.title.get(shown.language()) if clock else one.clock


def _week(
    week: Sequence[date],
    first: date,
    today: date,
    due: Mapping[date, Day],
    office: str,
) -> list[Square]:
    rests = law.calendar(law.book_for(office))
    return [
        Square(day, day.month == first.month, day == today, _rest(rests, day), *_lines(due.get(day)))
        for day in week
    ]


def _lines(due: Day | None) -> tuple[list[tuple[Owed, str]], int]:
    if due is None:
        return [], 0
    return [(one, _duty(one)) for one in due.first], due.count - len(due.first)


def _rest(rests: RestDays, day: date) -> str:
    return "" if rests.is_working_day(day) else rests.name_of_rest(day).get(shown.language())


# --- the feed ---------------------------------------------------------------------------------


def key_of(officer: Officer) -> str:
    """The secret in the feed's address: a new password makes a new one, and the old address ends."""
    return signing.Signer(salt=SALT).sign_object([officer.login, _mark(officer)])


def _mark(officer: Officer) -> str:
    return salted_hmac(SALT, officer.password).hexdigest()[:16]


def _officer(key: str) -> Officer:
    try:
        login, mark = signing.Signer(salt=SALT).unsign_object(key)
        officer = Officer.objects.get(login=login, is_active=True)
    except (signing.BadSignature, Officer.DoesNotExist, ValueError, TypeError):
        raise Http404 from None
    if mark != _mark(officer):
        raise Http404
    return officer


@entry("agenda.feed")
@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """Due dates as RFC 5545 for a calendar program, which cannot log in: numbers, duties and dates alone."""
    actor = reading.actor_of(_officer(key))
    if not may(actor, "inbox.read"):
        raise Http404
    today = law.day_of(timezone.now(), law.book_for(actor.office).zone)
    made = Calendar()
    made.add("prodid", "-//Huiyin//agenda//ZH")
    made.add("version", "2.0")
    made.add("name", _("What is due"))
    for event in _events(reading.owed(actor, today + AHEAD, since=today - BACK), request):
        made.add_component(event)
    return HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")


def _events(found: Sequence[Owed], request: HttpRequest) -> Iterator[Event]:
    base = settings.HUIYIN_PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    for one in found:
        event = Event()
        event.add("uid", f"{one.row.case_id}-{one.clock}@huiyin")
        event.add("dtstamp", one.row.registered_at)
        event.add("dtstart", one.due)
        event.add("dtend", one.due + DAY)
        event.add("summary", f"{one.row.number} {_duty(one)}")
        event.add("url", f"{base}{reverse('desks:case', args=[one.row.case_id])}")
        yield event
