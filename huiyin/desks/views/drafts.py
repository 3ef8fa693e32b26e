"""Drafts of forms, kept while they are typed, and the bin: what is not yet a fact can be fetched back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiyin.casework import law, reading, working
from huiyin.casework.models import WorkingPaper
from huiyin.casework.permissions import entry
from huiyin.casework.working import GONE, NOTE, Unfit
from huiyin.desks import standing
from huiyin.desks.gate import actor_of
from huiyin.desks.models import Template
from huiyin.desks.shown import language
from huiyin.offices import tree
from huiyin.procedure import Actor

UNKEPT = ("csrfmiddlewaretoken", "papers", "draft", "alive")
# Where a page goes after something was thrown away or fetched back.
PAPER, TEMPLATE = "paper", "template"


def typed(sent: QueryDict) -> dict[str, list[str]]:
    """What a form holds, by its own names; files cannot be kept."""
    return {name: sent.getlist(name) for name in sent if name not in UNKEPT}


def initial(values: Mapping[str, Sequence[str]], several: Iterable[str]) -> dict[str, object]:
    """The values of a draft as a form begins with them; `several`: fields with more than one value."""
    lists = set(several)
    return {name: list(given) if name in lists else given[-1] for name, given in values.items() if given}


@entry("step.take")
@require_POST
def keep(request: HttpRequest, case_id: str, step_id: str) -> HttpResponse:
    """Keep the form of a step; `alive` alone says that it is still open."""
    actor, now = actor_of(request), timezone.now()
    row = reading.find(case_id, actor)
    if row.erased or step_id not in law.book(row.book).steps:
        raise Http404
    others = standing.editing(case_id, actor, now)
    kept_at = None
    if "alive" not in request.POST:
        try:
            working.keep(case_id, step_id, typed(request.POST), actor, now)
        except Unfit as fault:
            return _unfit(request, fault)
        kept_at = now
    if "quiet" in request.headers:
        return render(request, "desks/_draft.html", {"kept_at": kept_at, "others": names(others)})
    messages.success(request, _("Kept as a draft. Nothing was sent."))
    return redirect("desks:step", case_id, step_id)


@entry("case.register")
@require_POST
def keep_letter(request: HttpRequest) -> HttpResponse:
    """Keep the counter's form: a letter that is not registered yet."""
    actor, now = actor_of(request), timezone.now()
    try:
        ref = working.keep_letter(request.POST.get("draft", ""), typed(request.POST), actor, now)
    except Unfit as fault:
        return _unfit(request, fault)
    if "quiet" in request.headers:
        return render(request, "desks/_draft.html", {"kept_at": now, "draft": ref})
    messages.success(request, _("Kept as a draft. Nothing was sent."))
    return redirect("desks:letter", ref)


def _unfit(request: HttpRequest, fault: Unfit) -> HttpResponse:
    context = {"title": _("Not kept"), "reason": fault.message.get(language())}
    page = "desks/_draft.html" if "quiet" in request.headers else "desks/refused.html"
    return render(request, page, context, status=422)


def names(logins: Iterable[str]) -> list[str]:
    return [one.name_in(language()) for one in tree.officers(set(logins))]


# --- the bin ------------------------------------------------------------------------------------------


@entry("inbox.read")
@require_POST
def bin_(request: HttpRequest) -> HttpResponse:
    """Throw a draft, a note or a template away, or fetch it back."""
    actor, now = actor_of(request), timezone.now()
    kind, ref = request.POST.get("kind", ""), request.POST.get("ref", "")
    back = request.POST.get("act") == "back"
    goes_to = _MOVES[kind](ref, actor, now, back) if kind in _MOVES else None
    if goes_to is None:
        raise Http404
    if back:
        messages.success(request, _("It is back."))
        return redirect(goes_to)
    return render(request, "desks/thrown.html", {"kind": kind, "ref": ref, "goes_to": goes_to})


def _paper(ref: str, actor: Actor, now: datetime, back: bool) -> str | None:
    row = WorkingPaper.objects.filter(ref=ref, login=actor.ref).first()
    if row is None:
        return None
    if back:
        working.fetch_back(ref, actor, now)
    else:
        working.throw_away(ref, actor, now)
    return address(row) if back or row.kind == NOTE else reverse("desks:day")


def address(row: WorkingPaper) -> str:
    """Where a draft or a note is read."""
    if row.kind == NOTE:
        return reverse("desks:case", args=[row.case_id])
    return (
        reverse("desks:step", args=[row.case_id, row.step])
        if row.step
        else reverse("desks:letter", args=[row.ref])
    )


def _template(ref: str, actor: Actor, now: datetime, back: bool) -> str | None:
    Template.objects.filter(gone_at__lt=now - GONE).delete()
    mine = Template.objects.filter(office=actor.office, id=_number(ref))
    return reverse("desks:templates") if mine.update(gone_at=None if back else now) else None


_MOVES = {PAPER: _paper, TEMPLATE: _template}


def _number(ref: str) -> int:
    return int(ref) if ref.isdecimal() and len(ref) < 18 else -1
