"""Routines: what my office owes today, its daily report and its duty; for the county, who has not filed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.casework.permissions import entry, may_in
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.desks.routine_forms import FIGURE_LABELS, AssignForm, DailyForm, SwapForm, WordsForm
from huiyin.desks.views import sweeping
from huiyin.offices import tree
from huiyin.procedure import Actor, Text
from huiyin.rounds import daily, duty, promises, reception, routine, status, sweep
from huiyin.rounds.routine import Refused
from huiyin.rounds.status import STATES, Owed

LINKS = {"handover": "desks:duty", "sweep": "desks:sweep", "leader": "desks:receptions"}
CSS = {"open": "soon", "filed": "ok", "late": "ok", "missed": "over", "again": "soon"}


@dataclass(frozen=True)
class Line:
    """One round on a page: where to do it, and how it stands in words."""

    owed: Owed
    office: str
    state: Text
    css: str
    view: str
    arguments: tuple[str, ...]


def lines(found: Iterable[Owed]) -> list[Line]:
    found = list(found)
    names = tree.names({one.office for one in found}, shown.language()) if found else {}
    return [_line(one, names) for one in found]


def _line(one: Owed, names: Mapping[str, str]) -> Line:
    view = LINKS.get(one.act, "")
    arguments: tuple[str, ...] = ()
    if one.act == "daily":
        view, arguments = "desks:daily", (one.day.isoformat(),)
    elif one.ref:
        view = "desks:reception" if one.act == "reception" else "desks:promise"
        arguments = (one.ref,)
    return Line(one, names.get(one.office, one.office), STATES[one.state], CSS[one.state], view, arguments)


@entry("rounds.read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What my office owes now, and what it keeps: one page for the day."""
    actor, now = actor_of(request), timezone.now()
    office, today = actor.office, routine.today(now)
    owed = status.of_office(office, actor, now)
    context = {
        "here": "rounds",
        "today": today,
        "begun": routine.begun(),
        "lines": lines(sorted(owed, key=lambda one: (one.state in ("filed", "late"), one.due_at))),
        "missed": sum(one.state == "missed" for one in owed),
        "on_duty": _who(duty.on_duty(office, today)),
        "keeps_duty": duty.kept_by(office),
        "charged": sweep.charged(office, actor),
        "receptions": receptions(reception.of_office(office, actor, today)),
        "promises": promises.owed(office, actor),
        "files": may_in(actor, "rounds.file", office),
    }
    return render(request, "desks/rounds.html", context)


def receptions(days: Iterable[reception.Day]) -> list[dict[str, Any]]:
    """Reception days with what pages call them."""
    days = list(days)
    places = {place.code: place.name_in(shown.language()) for place in tree.places()}
    people = {one.login: one for one in tree.officers({day.row.leader for day in days})}
    return [
        {
            "day": day,
            "mode": reception.MODES[day.row.mode],
            "place": places.get(day.row.place, ""),
            "leader": people.get(day.row.leader),
        }
        for day in days
    ]


def _who(login: str) -> str:
    found = tree.officer(login) if login else None
    return found.name_in(shown.language()) if found else login


def day_in(text: str) -> date:
    """A day of an address; 404 for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


# --- the daily report ---------------------------------------------------------------------------------


@entry("rounds.read")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, day: str) -> HttpResponse:
    actor, now, on = actor_of(request), timezone.now(), day_in(day)
    try:
        found = daily.look(actor.office, on, actor, now)
    except Refused:
        raise Http404 from None
    if request.method != "POST":
        start = {**found.proposed, "remark": daily.remark(found, actor), "seen": found.seq}
        return _report_page(request, found, DailyForm(initial=start), actor)
    form = DailyForm(request.POST)

    def file(data: Mapping[str, Any]) -> None:
        daily.file(actor.office, on, form.stated(), data["remark"], actor, now, data["seen"])

    if not form.done(file):
        return _report_page(request, found, form, actor, 422)
    messages.success(request, _("The daily report is filed."))
    return redirect("desks:rounds")


def _report_page(
    request: HttpRequest, found: daily.Report, form: DailyForm, actor: Actor, code: int = 200
) -> HttpResponse:
    figures = [
        {"field": form[name], "label": FIGURE_LABELS[name], "counted": found.counted[name]}
        for name in daily.FIGURES
    ]
    context = {
        "here": "rounds",
        "found": found,
        "figures": figures,
        "form": form,
        "files": may_in(actor, "rounds.file", actor.office),
        "late": found.filed is None and timezone.now() >= found.round.period.due,
    }
    return render(request, "desks/rounds_daily.html", context, status=code)


# --- duty ---------------------------------------------------------------------------------------------


@entry("rounds.read")
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest) -> HttpResponse:
    """The roster with its three acts: set it, take a day over, hand a day over."""
    actor, today = actor_of(request), routine.today(timezone.now())
    if not duty.kept_by(actor.office):
        raise Http404
    sent = request.POST.get("act", "")
    data = {act: request.POST if sent == act else None for act in ("assign", "swap", "hand_over")}
    on = day_in(request.POST.get("of", "")) if sent == "hand_over" else today - timedelta(days=1)
    forms = {
        "assign": AssignForm(
            actor.office, data["assign"], prefix="a", initial={"first": today, "last": today}
        ),
        "swap": SwapForm(actor.office, data["swap"], prefix="s", initial={"officer": actor.ref}),
        "hand_over": WordsForm(_("What the next one must know"), data["hand_over"], prefix="h"),
    }
    if sent in forms and _duty_act(sent, forms[sent], on, actor):
        messages.success(request, _("Saved."))
        return redirect("desks:duty")
    days = duty.roster(actor.office, today - timedelta(days=3), actor, 17)
    context = {
        "here": "rounds",
        "today": today,
        "days": [{"day": one, "who": _who(one.officer)} for one in days],
        "waiting": [one for one in days if not one.handed_over and one.day < today and one.round.row],
        "forms": forms,
        "sent": sent,
        "of": on,
        "sets": may_in(actor, "rounds.roster", actor.office),
        "files": may_in(actor, "rounds.file", actor.office),
    }
    return render(request, "desks/rounds_duty.html", context, status=422 if sent else 200)


def _duty_act(name: str, form: Any, on: date, actor: Actor) -> bool:
    now, office = timezone.now(), actor.office
    acts = {
        "assign": lambda data: duty.assign(office, _plan(data), actor, now),
        "swap": lambda data: duty.swap(office, data["day"], data["officer"], actor, now),
        "hand_over": lambda data: duty.hand_over(office, on, data["text"], actor, now),
    }
    done: bool = form.done(acts[name])
    return done


LONGEST_PLAN = 62


def _plan(data: Mapping[str, Any]) -> dict[date, str]:
    """Every day from the first to the last, at most two months."""
    span = min((data["last"] - data["first"]).days, LONGEST_PLAN)
    return {data["first"] + timedelta(days=n): data["officer"] for n in range(span + 1)}


# --- the county ---------------------------------------------------------------------------------------


@entry("rounds.missing")
@require_http_methods(["GET", "HEAD", "POST"])
def missing(request: HttpRequest) -> HttpResponse:
    """Who has not filed, by obligation; offices stand by their code, with nothing of what others filed."""
    actor, now = actor_of(request), timezone.now()
    routine.require(actor, "rounds.missing")
    if request.method == "POST":
        began = routine.begin(actor, now)
        messages.success(
            request, _("The routine holds from tomorrow.") if began else _("It has begun already.")
        )
        return redirect("desks:missing")
    county = routine.in_force()
    late = lines(status.missing(actor, now))
    groups = [
        {"title": one.title, "source": one.source, "lines": [x for x in late if x.owed.obligation == one.id]}
        for one in county.obligations.values()
    ]
    names = tree.names(
        {office for office, _login, _day in reception.leaders(routine.today(now))}, shown.language()
    )
    context = {
        "here": "missing",
        "begun": routine.begun(),
        "may_begin": may_in(actor, "rounds.begin"),
        "groups": groups,
        "late": sum(one.owed.state == "missed" for one in late),
        "all_filed": not late,
        "leaders": [
            {"office": names.get(office, office), "who": _who(login), "day": held}
            for office, login, held in reception.leaders(routine.today(now))
        ],
        "receptions": receptions(reception.published(now)),
        "troubles": sweeping.named(sweep.unsettled(actor), actor),
        "may_register": may_in(actor, "trouble.register"),
    }
    return render(request, "desks/rounds_missing.html", context)
