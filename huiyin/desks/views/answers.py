"""Answers made public: an officer redacts, reads through, releases, and can take back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiyin.casework import law, reading, releases
from huiyin.casework.models import CaseRow, Release
from huiyin.casework.permissions import entry, may, require
from huiyin.desks import shown
from huiyin.desks.forms import ReleaseForm
from huiyin.desks.gate import actor_of
from huiyin.intake.words import mask_numbers
from huiyin.offices import tree
from huiyin.procedure import Actor


@entry("answer.release")
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, case_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = reading.find(case_id, actor)
    require(actor, "answer.release", row)
    if request.method != "POST":
        return _page(request, row, ReleaseForm(mask_numbers), actor)
    form = ReleaseForm(mask_numbers, request.POST)
    if not form.is_valid():
        return _page(request, row, form, actor, 422)
    data = form.cleaned_data
    try:
        releases.release(case_id, actor, data["title"], data["question"], data["answer"], timezone.now())
    except releases.NotAnswered:
        form.add_error(None, _("Only an answer that was served can be made public."))
    except releases.WithheldCase:
        form.add_error(None, _("An accusation, or a case whose name is kept, is never made public."))
    except releases.StillNamed:
        form.add_error(None, _("A phone, identity or card number is still in it. Take it out."))
    else:
        messages.success(request, _("Made public. Anybody can read it now."))
        return redirect("desks:answers")
    return _page(request, row, form, actor, 422)


def _page(
    request: HttpRequest, row: CaseRow, form: ReleaseForm, actor: Actor, status: int = 200
) -> HttpResponse:
    words = None if row.erased else reading.words(row.case_id, actor)
    answer = None if row.erased else reading.answer(row.case_id, actor)
    context = {
        "here": "answers",
        "row": row,
        "form": form,
        "words": words,
        "answer": [
            (title, mask_numbers(text)) for title, text in shown.answer_texts(answer, law.book(row.book))
        ]
        if answer
        else [],
    }
    return render(request, "desks/release.html", context, status=status)


@entry("answer.unrelease")
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if request.method == "POST":
        given = request.POST.get("release", "")
        releases.unrelease(shown.whole(given, -1), actor, timezone.now())
        messages.success(request, _("Taken back. The text is no longer public."))
        return redirect("desks:answers")
    context = {"here": "answers", "released": _released(actor)}
    return render(request, "desks/answers.html", context)


def _released(actor: Actor) -> list[dict[str, object]]:
    """What the officer's own cases have made public, newest first."""
    found = list(Release.objects.order_by("-released_on", "-fact_id"))
    rows = {row.case_id: row for row in CaseRow.objects.filter(case_id__in={one.case_id for one in found})}
    offices = tree.names({one.office for one in found}, shown.language())
    return [
        {"release": one, "number": rows[one.case_id].number, "office": offices.get(one.office, one.office)}
        for one in found
        if may(actor, "answer.unrelease", rows[one.case_id])
    ]
