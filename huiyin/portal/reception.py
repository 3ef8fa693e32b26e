"""Reception days for the public: the published schedule, and an appointment that asks nobody's name."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.casework.law import book_in_force
from huiyin.casework.permissions import entry
from huiyin.offices import network, tree
from huiyin.portal.page import page, refused, speech
from huiyin.rounds import appointments, reception
from huiyin.rounds.routine import Refused


@entry("reception.book")
@require_http_methods(["GET", "HEAD", "POST"])
def days(request: HttpRequest) -> HttpResponse:
    """What is published; sending the form takes a place and shows its slip, once."""
    if request.method != "POST":
        return _schedule(request)
    ref, category = request.POST.get("day", "")[:16], request.POST.get("category", "")[:24]
    if not ref:
        return _schedule(request, _("Choose a day."))
    try:
        slip = appointments.book(ref, category, network.network_of(request), timezone.now())
    except Refused as refusal:
        return _schedule(request, refusal.message.get(speech()), ref)
    [shown] = told(reception.days([slip.row], reception.PUBLIC))
    context = {"slip": slip, "shown": shown, "groups": slip.code.split()}
    return page(request, "portal/reception_slip.html", context, here="reception")


def _schedule(request: HttpRequest, problem: str = "", chosen: str = "") -> HttpResponse:
    context = {
        "days": told(reception.published(timezone.now())),
        "categories": [(code, title.get(speech())) for code, title in book_in_force().categories.items()],
        "problem": problem,
        "chosen": chosen,
    }
    return page(request, "portal/reception.html", context, here="reception", status=422 if problem else 200)


def told(found: Iterable[reception.Day]) -> list[dict[str, Any]]:
    """Reception days as the public reads them: who receives by post, where, and how many places are left."""
    found = list(found)
    language = speech()
    places = {place.code: place.name_in(language) for place in tree.places()}
    people = {one.login: one for one in tree.officers({day.row.leader for day in found})}
    offices = tree.names({day.row.office for day in found}, language)
    return [
        {
            "day": day,
            "office": offices.get(day.row.office, day.row.office),
            "leader": leader.name_in(language) if (leader := people.get(day.row.leader)) else "",
            "post": leader.post_in(language) if leader else "",
            "mode": reception.MODES[day.row.mode].get(language),
            "place": places.get(day.row.place, ""),
        }
        for day in found
    ]


@entry("reception.book")
@require_POST
def give_back(request: HttpRequest) -> HttpResponse:
    """Whoever cannot come gives the place to somebody else."""
    try:
        appointments.cancel(request.POST.get("code", "")[:64], timezone.now())
    except Refused as refusal:
        reason = refusal.message.get(speech())
        return refused(request, _("Nothing was cancelled"), reason, back="/reception/")
    return page(request, "portal/reception_gone.html", {}, here="reception")
