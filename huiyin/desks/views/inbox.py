"""The inbox, ordered by what is due, and the supervisor's view of offices that are late."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from huiyin.casework import law, reading
from huiyin.casework.models import CaseRow, Listed
from huiyin.casework.permissions import closed_to, entry, may
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
    if office := request.GET.get("office", ""):
        return _overdue_of(request, office)
    actor, now = actor_of(request), timezone.now()
    late = reading.overdue_by_office(actor, now, most=SHOWN)
    names = tree.names(set(late), shown.language())
    titles = reading.titles([row for one in late.values() for row in one.longest], actor)
    offices = [
        {
            "code": code,
            "name": names.get(code, code),
            "count": one.count,
            "more": one.count - len(one.longest),
            "lines": shown.lines(one.longest, titles, law.day_of(now)),
        }
        for code, one in late.items()
    ]
    return render(request, "desks/overdue.html", {"here": "overdue", "offices": offices})


def _overdue_of(request: HttpRequest, office: str) -> HttpResponse:
    """Every case in which one office is late, page by page."""
    actor, now = actor_of(request), timezone.now()
    name = tree.names({office}, shown.language()).get(office)
    if name is None:
        raise Http404
    late = Listed.objects.filter(mine=True, office=office, owed_order__lt=law.day_of(now))
    late = late.exclude(case_id__in=closed_to(actor)).order_by("owed_order", "case_id")
    page = Paginator(late.values_list("case_id", flat=True), reading.PAGE).get_page(request.GET.get("page"))
    ids = list(page)
    found = CaseRow.objects.in_bulk(ids)
    rows = [found[case] for case in ids]
    context = {
        "here": "overdue",
        "code": office,
        "name": name,
        "page": page,
        "lines": shown.lines(rows, reading.titles(rows, actor), law.day_of(now)),
    }
    return render(request, "desks/overdue_of.html", context)
