"""The office's return: figures of a period beside the same days a year earlier, each open to its cases."""

from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.casework import law, reading
from huiyin.casework.permissions import entry, may_in
from huiyin.desks import figures_shown, shown
from huiyin.desks.gate import actor_of
from huiyin.insight import figures as insight
from huiyin.insight import opened
from huiyin.insight.opened import NoFigure
from huiyin.insight.periods import BadPeriod, Period, last_month, month_of, year_to
from huiyin.offices import tree
from huiyin.procedure import Actor

PAGES = 4  # of the log, counted before a page is shown: a page does not wait for more


@entry("figures.office")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    office, (period, fault) = _office(request, actor), _period(request, now)
    found = insight.figures(actor, period, now, office, pages=PAGES)
    context = {
        "here": "figures",
        "found": found,
        "period": period,
        "earlier": period.year_earlier(),
        "fault": fault,
        "office": office,
        "office_name": _name(office),
        "county": may_in(actor, "figures.county"),
        "presets": _presets(law.day_of(now)),
        "tables": figures_shown.tables(found),
    }
    return render(request, "desks/figures.html", context, status=422 if fault else 200)


@entry("figures.office")
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The cases behind one figure; those of other registering offices are counted and not shown."""
    actor, now = actor_of(request), timezone.now()
    office, (period, _fault) = _office(request, actor), _period(request, now)
    name, value = request.GET.get("figure", ""), request.GET.get("value", "")
    page = request.GET.get("page", "")
    try:
        found = opened.opened(actor, period, now, name, value, office, shown.whole(page, 1))
    except NoFigure:
        raise Http404 from None
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "here": "figures",
        "found": found,
        "period": period,
        "title": figures_shown.title(name),
        "value": figures_shown.value_name(name, value),
        "office": office,
        "office_name": _name(office),
        "query": query.urlencode(),
        "lines": shown.lines(found.rows, reading.titles(found.rows, actor), law.day_of(now)),
    }
    return render(request, "desks/figure_cases.html", context)


def _office(request: HttpRequest, actor: Actor) -> str:
    """The office asked for; whoever does not see the county's figures sees their own office's."""
    asked = request.GET.get("office", "")
    return asked if asked or may_in(actor, "figures.county") else actor.office


def _name(office: str) -> str:
    return tree.names({office}, shown.language()).get(office, office) if office else ""


def _period(request: HttpRequest, now: datetime) -> tuple[Period, str]:
    """The period asked for and "", or this year's and what was wrong with it."""
    usual = year_to(law.day_of(now))
    try:
        first = date.fromisoformat(request.GET.get("from") or usual.first.isoformat())
        last = date.fromisoformat(request.GET.get("to") or usual.last.isoformat())
        return Period.asked(first, last), ""
    except BadPeriod:
        return usual, _(
            "The period has to begin in 1950 or later and end on or after its first day. This year is shown."
        )
    except ValueError:
        return usual, _("A date is written as 2026-03-31. This year is shown.")


def _presets(today: date) -> list[tuple[str, Period]]:
    whole = year_to(today.replace(month=1, day=1))
    last_year = Period(whole.first.replace(year=today.year - 1), date(today.year - 1, 12, 31))
    return [
        (_("This month"), month_of(today)),
        (_("Last month"), last_month(today)),
        (_("This year"), year_to(today)),
        (_("Last year"), last_year),
    ]
