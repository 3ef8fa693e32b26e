"""The inbox, ordered by what is due, and the supervisor's view of offices that are late."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from huiyin.casework import law, reading
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry, may
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.desks.views import batch, lists
from huiyin.offices import tree

SHOWN = 10  # of an office that is late


@entry("inbox.read")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    number = request.GET.get("number", "").strip()
    if number and (case_id := _case_numbered(number, request)):
        return redirect("desks:case", case_id)
    known = lists.options(actor)
    chosen = lists.chosen(request.GET.dict(), known)
    page = request.GET.get("page", "")
    at = shown.whole(page, 1)
    found = reading.inbox(actor, now, view=chosen.view, page=at, narrow=chosen.narrow)
    kept = lists.kept(actor, known)
    context = {
        "here": "inbox",
        "chosen": chosen,
        "tabs": [(view, lists.Chosen(view, reading.EVERYTHING).title(known)) for view in lists.VIEWS],
        "boxes": lists.boxes(chosen, known),
        "kept": kept,
        "is_kept": chosen.query in dict(kept),
        "heading": chosen.title(known),
        "lines": shown.lines(found.rows, reading.titles(found.rows, actor), law.day_of(now)),
        "found": found,
        "macros": batch.macros(found.rows, actor),
        "number": number,
    }
    return render(request, "desks/inbox.html", context)


def _case_numbered(number: str, request: HttpRequest) -> str | None:
    """The case with this number that the officer may see. A number is a matter's; nothing finds a person."""
    row = CaseRow.objects.filter(number__iexact=number).first()
    row = row or CaseRow.objects.filter(source_number=number).order_by("registered_at").first()
    return row.case_id if row and may(actor_of(request), "case.see", row) else None


@entry("overdue.read")
@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    late = reading.overdue_by_office(actor, now, most=SHOWN)
    names = tree.names(set(late), shown.language())
    titles = reading.titles([row for one in late.values() for row in one.longest], actor)
    offices = [
        {
            "name": names.get(code, code),
            "count": one.count,
            "lines": shown.lines(one.longest, titles, law.day_of(now)),
        }
        for code, one in late.items()
    ]
    return render(request, "desks/overdue.html", {"here": "overdue", "offices": offices})
