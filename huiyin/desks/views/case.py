"""One case: its words, clocks, papers and timeline, and the opening of who brought it."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.casework import law, openings, reading
from huiyin.casework.models import CaseRow, CodeRequest, IdentityRequest
from huiyin.casework.permissions import entry, may, relations
from huiyin.casework.steps import open_case, open_steps
from huiyin.desks import phrases, shown
from huiyin.desks.forms import PurposeForm
from huiyin.desks.gate import actor_of
from huiyin.desks.views import notes
from huiyin.offices import tree
from huiyin.papers.pictures import PictureFault
from huiyin.postroom import notices
from huiyin.procedure import Actor, Case


@entry("case.see")
@require_safe
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    row = reading.find(case_id, actor)
    current = open_case(case_id)
    state = current.book.states[current.state]
    running = reading.running(case_id)
    may_read = may(actor, "words.read", row)
    steps = shown.offers(open_steps(case_id, actor, now), current.book, now)
    owners = tree.names({clock.owner_office for clock in running if clock.owner_office}, shown.language())
    context = {
        "here": "inbox",
        "line": _line(row, actor),
        "row": row,
        "state": state,
        "words": reading.words(case_id, actor) if may_read and not row.erased else None,
        "may_read": may_read,
        "offices": _offices(row, current),
        "clocks": [
            shown.counted(clock, current.book, now, owners.get(clock.owner_office, "")) for clock in running
        ],
        **_keyed(steps, actor),
        "hindrance": None if steps else shown.hindrance(current, actor, now),
        "happenings": shown.happenings(reading.timeline(case_id, actor, shown.language()), current.book),
        "repeat_of": _earlier(row, actor),
        "notices": notices.of_case(case_id, actor) if may_read else [],
        "may_review": may(actor, "review.read", row),
        **_may_do(row, actor),
        **notes.of_case(row, actor),
    }
    return render(request, "desks/case.html", context)


def _keyed(steps: list[shown.Offer], actor: Actor) -> dict[str, object]:
    """The steps, then the office's macros for them, each with the key that opens it."""
    keys = iter(shown.KEYS)
    return {
        "steps": [replace(one, key=next(keys, "")) for one in steps],
        "macros": [(next(keys, ""), one) for one in phrases.for_steps([s.step.id for s in steps], actor)],
    }


def _line(row: CaseRow, actor: Actor) -> shown.Line:
    return shown.lines([row], reading.titles([row], actor), law.day_of(timezone.now()))[0]


def _offices(row: CaseRow, current: Case) -> dict[str, str]:
    names = tree.names({row.bureau, row.handler, *current.respondents}, shown.language())
    return {
        "bureau": names.get(row.bureau, row.bureau),
        "handler": names.get(row.handler, row.handler),
        "respondents": "、".join(names.get(code, code) for code in current.respondents),
    }


def _earlier(row: CaseRow, actor: Actor) -> CaseRow | None:
    """The matter that this one repeats, where the officer may see it; matters are linked, never people."""
    earlier = CaseRow.objects.filter(case_id=row.repeat_of).first() if row.repeat_of else None
    return earlier if earlier and may(actor, "case.see", earlier) else None


def _may_do(row: CaseRow, actor: Actor) -> dict[str, object]:
    waiting = CodeRequest.objects.filter(case_id=row.case_id, done=False).exists()
    return {
        "may_add": may(actor, "papers.add", row) and not row.erased,
        "may_open": may(actor, "identity.open", row) and not row.anonymous and not row.erased,
        "may_renew": may(actor, "code.request", row) and not row.erased and not waiting,
        "code_waiting": waiting and may(actor, "code.request", row),
        "may_release": may(actor, "answer.release", row)
        and row.answered_at is not None
        and not (row.withheld or row.erased),
        "only_looks": not relations(actor, row) - {"any", "county"},
    }


@entry("paper.see")
@require_safe
def paper(request: HttpRequest, case_id: str, ref: str) -> HttpResponse:
    """A re-encoded copy, shown in the browser; the original goes back to the petitioner alone."""
    actor = actor_of(request)
    reading.find(case_id, actor)
    try:
        name, mime, data = reading.paper(case_id, ref, actor)
    except PictureFault:
        reason = _("This paper is damaged or too large to be drawn anew, so it is not shown here.")
        context = {"title": _("Papers"), "reason": reason, "back": f"/desk/case/{case_id}/"}
        return render(request, "desks/refused.html", context, status=422)
    response = HttpResponse(data, content_type=mime)
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    # A drawn PDF has nothing that runs; the viewer of the browser still needs its own styles.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@entry("identity.open")
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, case_id: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    row = reading.find(case_id, actor)
    form = PurposeForm(
        [(code, text.get(shown.language())) for code, text in openings.PURPOSES.items()], request.POST or None
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            person = openings.open_identity(case_id, actor, form.cleaned_data["purpose"], now)
            return _identity_page(request, row, form, {"person": person, "opened": True})
        except openings.NeedsCustodian:
            return _ask_the_custodian(request, row, actor, form.cleaned_data["purpose"])
    elif request.method == "POST":
        status = 422
    elif person := openings.already_open(case_id, actor, now):
        return _identity_page(request, row, form, {"person": person, "opened": True})
    return _identity_page(request, row, form, {}, status)


def _ask_the_custodian(request: HttpRequest, row: CaseRow, actor: Actor, purpose: str) -> HttpResponse:
    if not _asked(row, actor):
        openings.request_identity(row.case_id, actor, purpose, timezone.now())
    messages.info(request, _("The custodian has been asked. Come back here when it is approved."))
    return redirect("desks:case", row.case_id)


def _asked(row: CaseRow, actor: Actor) -> bool:
    return IdentityRequest.objects.filter(case_id=row.case_id, officer=actor.ref, decision="").exists()


def _identity_page(
    request: HttpRequest, row: CaseRow, form: PurposeForm, more: dict[str, object], status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "here": "inbox",
        "row": row,
        "form": form,
        "kept": openings.needs_custodian(row, actor),
        "asked": _asked(row, actor),
        **more,
    }
    return render(request, "desks/identity.html", context, status=status)
