"""Notes on a case, whom they call upon, and on whose table the case lies: among colleagues, and no facts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiyin.casework import law, noting, reading
from huiyin.casework.models import CaseRow
from huiyin.casework.noting import Note
from huiyin.casework.permissions import entry, may, require
from huiyin.casework.working import Unfit
from huiyin.desks import standing
from huiyin.desks.gate import actor_of
from huiyin.desks.shown import language
from huiyin.offices import tree
from huiyin.procedure import Actor


def of_case(row: CaseRow, actor: Actor) -> dict[str, object]:
    """What a case's page shows of them."""
    standing_for = standing.stands_for(actor, law.day_of(timezone.now()))
    return {
        "notes": _told(noting.of_case(row.case_id, actor, standing_for), {actor.ref, *standing_for}, actor),
        "may_note": may(actor, "note.write", row) and not row.erased,
        "may_hold": may(actor, "case.hold", row) and not row.ended,
        "holder": standing.holder(row.case_id, actor.office),
        "colleagues": standing.colleagues(actor),
    }


def _told(notes: list[Note], logins: set[str], actor: Actor) -> list[dict[str, object]]:
    names = {one.login: one.name_in(language()) for one in tree.officers({note.login for note in notes})}
    return [
        {
            "note": note,
            "by": names.get(note.login, note.login),
            "mine": note.login == actor.ref,
            "calls_me": bool(logins & set(note.calls)),
        }
        for note in notes
    ]


@entry("note.write")
@require_POST
def write(request: HttpRequest, case_id: str) -> HttpResponse:
    actor = actor_of(request)
    reading.find(case_id, actor)
    try:
        noting.write(case_id, request.POST.get("text", ""), actor, timezone.now())
    except Unfit as fault:
        context = {
            "title": _("Not kept"),
            "reason": fault.message.get(language()),
            "text": request.POST.get("text", ""),
            "case_id": case_id,
        }
        return render(request, "desks/note_again.html", context, status=422)
    messages.success(request, _("Noted for your office."))
    return redirect("desks:case", case_id)


@entry("note.read")
@require_POST
def seen(request: HttpRequest, case_id: str) -> HttpResponse:
    """Whoever a note calls upon has seen it, or whoever stands in for them."""
    actor = actor_of(request)
    require(actor, "note.read", reading.find(case_id, actor))
    logins = [actor.ref, *standing.stands_for(actor, law.day_of(timezone.now()))]
    noting.seen(request.POST.get("ref", ""), logins)
    return redirect("desks:case", case_id)


@entry("case.hold")
@require_POST
def hold(request: HttpRequest, case_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = reading.find(case_id, actor)
    require(actor, "case.hold", row)
    try:
        standing.hold(row, request.POST.get("officer", ""), actor)
    except standing.NotAColleague:
        raise Http404 from None
    messages.success(request, _("Changed on whose table it lies."))
    return redirect("desks:case", case_id)
