"""The weekly sweep: troubles listed as matters, confirmed, settled, or made a case."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry, may, may_in
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.desks.routine_forms import SignForm, TroubleForm, WordsForm
from huiyin.offices import tree
from huiyin.procedure import Actor
from huiyin.rounds import routine, sweep
from huiyin.rounds.models import TroubleRow
from huiyin.rounds.routine import Refused


def named(found: Iterable[sweep.Trouble], actor: Actor) -> list[dict[str, Any]]:
    """Troubles with what a page calls their codes; a case's number for who may see the case."""
    found = list(found)
    language, today = shown.language(), routine.today(timezone.now())
    offices = tree.names({code for one in found for code in (one.row.office, one.row.charge)}, language)
    places = {place.code: place.name_in(language) for place in tree.places()}
    people = {one.login: one for one in tree.officers({one.row.officer for one in found})}
    cases = CaseRow.objects.in_bulk([one.row.case_id for one in found if one.row.case_id])
    categories = law.book_in_force().categories
    return [
        {
            "trouble": one,
            "office": offices.get(one.row.office, one.row.office),
            "charge": offices.get(one.row.charge, one.row.charge),
            "officer": people.get(one.row.officer),
            "place": places.get(one.row.place, one.row.place),
            "category": shown.named(categories, one.row.category),
            "due": shown.due_of(one.row.term if one.row.state == "open" else None, today),
            "case": row if (row := cases.get(one.row.case_id)) and may(actor, "case.see", row) else None,
        }
        for one in found
    ]


@entry("rounds.read")
@require_http_methods(["GET", "HEAD", "POST"])
def week(request: HttpRequest) -> HttpResponse:
    """This week's sweep: what is new, what is still there, and the signature."""
    actor, now = actor_of(request), timezone.now()
    today, office = routine.today(now), actor.office
    try:
        found = sweep.week(office, today, actor)
    except Refused:
        raise Http404 from None
    form = SignForm(request.POST or None, initial={"seen": found.seq})
    if request.method == "POST" and form.done(
        lambda data: sweep.sign(
            office, today, nothing_new=data["nothing_new"], actor=actor, now=now, seen=data["seen"]
        )
    ):
        messages.success(request, _("The sweep is signed."))
        return redirect("desks:rounds")
    context = {
        "here": "rounds",
        "found": found,
        "listed": named(found.listed, actor),
        "earlier": named(found.earlier, actor),
        "charged": named(sweep.charged(office, actor), actor),
        "form": form,
        "files": may_in(actor, "rounds.file", office),
    }
    return render(
        request, "desks/rounds_sweep.html", context, status=422 if request.method == "POST" else 200
    )


@entry("rounds.file")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    start = {"charge": actor.office, "officer": actor.ref, "place": _own_place(actor.office)}
    form = TroubleForm(request.POST or None, initial=start)
    if request.method == "POST" and form.done(
        lambda data: sweep.list_trouble(actor.office, dict(data), actor, now)
    ):
        messages.success(request, _("Listed."))
        return redirect("desks:sweep")
    context = {"here": "rounds", "form": form, "one": None}
    return render(
        request, "desks/rounds_trouble.html", context, status=422 if request.method == "POST" else 200
    )


def _own_place(office: str) -> str:
    """A town's office has the code of its town."""
    return office if office in {place.code for place in tree.places()} else ""


@entry("trouble.read")
@require_http_methods(["GET", "HEAD", "POST"])
def trouble(request: HttpRequest, ref: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    row = sweep.find(ref, actor)
    [one] = sweep.read([row], actor)
    sent = request.POST.get("act", "")
    form = TroubleForm(request.POST if sent == "change" else None, initial=_start(one))
    result = WordsForm(_("How it was settled"), request.POST if sent == "settle" else None, prefix="r")
    done = False
    if sent == "change":
        done = form.done(lambda data: sweep.change(ref, dict(data), actor, now, data["seen"]))
    elif sent == "settle":
        done = result.done(lambda data: sweep.settle(ref, data["text"], actor, now))
    elif sent == "register":
        case = sweep.register(ref, actor, now)
        messages.success(request, _("Registered as a case."))
        return redirect("desks:case", case)
    if done:
        messages.success(request, _("Saved."))
        return redirect("desks:trouble", ref)
    is_open = row.state == TroubleRow.State.OPEN and not row.erased
    context = {
        "here": "rounds",
        "one": named([one], actor)[0],
        "form": form if is_open and may_in(actor, "rounds.file", row.office, row.charge) else None,
        "result": result,
        "may_register": is_open and may_in(actor, "trouble.register", row.office, row.charge),
    }
    return render(request, "desks/rounds_trouble.html", context, status=422 if sent else 200)


def _start(one: sweep.Trouble) -> dict[str, Any]:
    row = one.row
    codes = {name: getattr(row, name) for name in ("category", "place", "charge", "officer", "term")}
    return {**codes, "title": one.title, "measures": one.measures, "seen": row.seq}
