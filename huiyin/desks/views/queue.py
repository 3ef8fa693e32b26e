"""The queue at a reception: the clerk's page, and the screen that everybody in the room reads."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.casework.permissions import entry
from huiyin.desks import turns
from huiyin.desks.gate import actor_of
from huiyin.desks.models import Turn
from huiyin.offices import tree
from huiyin.offices.models import Office

DESK = "window"  # of a session: the window this clerk sits at
WINDOWS = [str(n) for n in range(1, 21)]


@entry("queue.run")
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    if request.method == "POST":
        return _act(request, actor.office)
    turns.drop_past(now)
    number = request.GET.get("number", "")
    issued = _issued(actor.office, number) if number else None
    board = turns.board(actor.office, now)
    context = {
        "here": "queue",
        "board": board,
        "waiting": turns.waiting(actor.office, now),
        "issued": issued,
        "ahead": turns.ahead(actor.office, issued.number, now) if issued else 0,
        "desk": request.session.get(DESK, "1"),
        "windows": WINDOWS,
        "office": actor.office,
        "now": now,
    }
    return render(request, "desks/queue.html", context)


def _issued(office: str, number: str) -> Turn | None:
    return Turn.objects.filter(office=office, number=_whole(number)).first()


def _whole(text: str) -> int:
    """A number of the queue as an address or a form has it; 0, which nobody ever draws, for anything else."""
    return int(text) if text.isdecimal() and len(text) <= len(str(turns.NUMBER_MOST)) else 0


def _act(request: HttpRequest, office: str) -> HttpResponse:
    """Issue a number, call the next or call one again; each leads back to the page."""
    now, act = timezone.now(), request.POST.get("act", "")
    desk = request.POST.get("window", "") or str(request.session.get(DESK, "1"))
    if desk not in WINDOWS:
        raise Http404
    request.session[DESK] = desk
    if act == "issue":
        return _issue(request, office, now)
    if act == "next":
        turns.call_next(office, desk, now)
    number = _whole(request.POST.get("number", ""))
    if act == "again" and not turns.call_again(office, number, desk, now):
        raise Http404
    return redirect("desks:queue")


def _issue(request: HttpRequest, office: str, now: datetime) -> HttpResponse:
    try:
        number = turns.issue(office, now)
    except turns.Full:
        messages.error(request, _("All %(most)d numbers of today are given.") % {"most": turns.NUMBER_MOST})
        return redirect("desks:queue")
    return redirect(f"{request.path}?number={number}")


@entry("queue.read")
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """Numbers and windows in digits to be read across a room. Refreshes itself, with a script or without."""
    code = request.GET.get("office", "") or tree.bureau_code()
    office = Office.objects.filter(code=code).first()
    if office is None:
        raise Http404
    context = {"office": office, "board": turns.board(office.code, timezone.now()), "now": timezone.now()}
    part = request.headers.get("X-Part") == "board"
    response = render(request, "desks/_screen.html" if part else "desks/screen.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
