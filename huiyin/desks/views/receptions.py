"""Reception days: the schedule, the day itself with its queue and its notes, and what was promised."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiyin.casework import law, reading
from huiyin.casework.filing import further_fields
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, entry, may_in
from huiyin.desks import shown
from huiyin.desks.forms import Options, RegisterForm
from huiyin.desks.gate import actor_of
from huiyin.desks.routine_forms import KeptForm, PromiseForm, ReceptionForm, WordsForm
from huiyin.desks.views import counter
from huiyin.desks.views.rounds import receptions
from huiyin.offices import tree
from huiyin.procedure import Actor, Book, Unlawful
from huiyin.rounds import appointments, promises, reception, routine
from huiyin.rounds.models import NoteRow, PromiseRow, ReceptionRow


@entry("rounds.read")
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    today = routine.today(now)
    start = {"day": today, "starts": "09:00", "ends": "11:30", "mode": "on_site", "slots": 10}
    form = ReceptionForm(request.POST or None, initial=start)
    if request.method == "POST" and form.done(
        lambda data: reception.schedule(actor.office, data, actor, now)
    ):
        messages.success(request, _("Published."))
        return redirect("desks:receptions")
    days = reception.of_office(actor.office, actor, today.replace(day=1))
    context = {
        "here": "rounds",
        "days": receptions(days),
        "form": form,
        "may_schedule": may_in(actor, "reception.schedule", actor.office),
        "month": [one for one in reception.leaders(today) if one[0] == actor.office],
    }
    return render(
        request, "desks/rounds_receptions.html", context, status=422 if request.method == "POST" else 200
    )


@entry("promise.read")
@require_http_methods(["GET", "HEAD", "POST"])
def day(request: HttpRequest, ref: str) -> HttpResponse:
    """One reception day: its queue for the clerk of that day, its visits, its promises."""
    actor, now = actor_of(request), timezone.now()
    row = reception.find(ref, actor, "promise.read")
    notes = _notes(row, actor)
    sent = request.POST.get("act", "")
    reason = WordsForm(_("Why it is cancelled"), request.POST if sent == "cancel" else None, prefix="c")
    cases = [(one["row"].case_id, one["row"].number) for one in notes if one["row"]]
    promise = PromiseForm(cases, request.POST if sent == "promise" else None, prefix="p")
    if sent and _act(sent, row, reason, promise, actor):
        messages.success(request, _("Saved."))
        return redirect("desks:reception", ref)
    context = {
        "here": "rounds",
        "one": receptions(reception.days([row], actor))[0],
        "row": row,
        "notes": notes,
        "queue": _queue(ref, actor),
        "promises": promises.read(PromiseRow.objects.filter(reception=ref).order_by("due"), actor),
        "reason": reason,
        "promise": promise,
        "begun": row.day <= routine.today(now),
        "notes_visits": may_in(actor, "reception.note", row.office),
        "attends": may_in(actor, "reception.attend", row.office),
        "may_schedule": may_in(actor, "reception.schedule", row.office),
    }
    return render(request, "desks/rounds_reception.html", context, status=422 if sent else 200)


def _act(sent: str, row: ReceptionRow, reason: WordsForm, promise: PromiseForm, actor: Actor) -> bool:
    now = timezone.now()
    if sent == "hold":
        reception.hold(row.ref, actor, now)
        return True
    if sent == "cancel":
        return reason.done(lambda data: reception.cancel(row.ref, data["text"], actor, now))
    return promise.done(lambda data: promises.make(row.ref, data, actor, now))


def _notes(row: ReceptionRow, actor: Actor) -> list[dict[str, Any]]:
    """The visits of the day; number and title for whoever may see the case."""
    notes = list(NoteRow.objects.filter(ref=row.ref).order_by("fact_id"))
    cases = CaseRow.objects.in_bulk([note.case_id for note in notes])
    titles = reading.titles(cases.values(), actor)
    return [
        {
            "note": note,
            "row": cases[note.case_id] if note.case_id in titles else None,
            "title": titles.get(note.case_id, ""),
        }
        for note in notes
    ]


def _queue(ref: str, actor: Actor) -> list[dict[str, Any]] | None:
    """None for everybody but the reception clerk of the day."""
    try:
        places = appointments.queue(ref, actor, timezone.now())
    except NotYours:
        return None
    categories = law.book_in_force().categories
    return [{"place": one, "category": shown.named(categories, one.category)} for one in places]


# --- a visit ------------------------------------------------------------------------------------------


@entry("reception.note")
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, ref: str) -> HttpResponse:
    """A visit at the reception becomes a case, with the same form and the same slip as at the counter."""
    actor, now = actor_of(request), timezone.now()
    row = reception.find(ref, actor, "reception.note")
    if row.day > routine.today(now) or row.state == ReceptionRow.State.CANCELLED:
        raise Http404
    book = law.book_for(actor.office)
    lists = _lists(book, reception.channel_of(row))
    further = further_fields(book)
    if request.method != "POST":
        start = {"token": secrets.token_hex(16), "received_on": row.day, "channel": lists["channel"][0][0]}
        made_ready = RegisterForm(initial=start, lists=lists, further=further)
        return _note_page(request, counter.by_initials(made_ready))
    form = counter.by_initials(RegisterForm(request.POST, request.FILES, lists=lists, further=further))
    arrival = counter.read(request, form, lists, law.day_of(now, book.zone))
    if arrival is None:
        return _note_page(request, form, 422)
    try:
        made = reception.note(
            ref,
            arrival.filing,
            arrival.person,
            actor=actor,
            now=now,
            token=form.cleaned_data["token"],
            values=form.further_values(),
        )
    except Unlawful as refusal:
        article = book.cite(refusal.article, shown.language())
        form.blame(refusal.field, f"{refusal.message.get(shown.language())} {article}")
        return _note_page(request, form, 422)
    counter.compare(request, made, arrival)
    return counter._slip(request, made.case, made.code, made.fact_id, again=made.again)


def _note_page(request: HttpRequest, form: RegisterForm, status: int = 200) -> HttpResponse:
    return render(request, "desks/register.html", {"here": "rounds", "form": form}, status=status)


def _lists(book: Book, channel: str) -> dict[str, Options]:
    return {**counter._lists(book), "channel": [(channel, book.channels[channel].get(shown.language()))]}


# --- a promise ----------------------------------------------------------------------------------------


@entry("promise.read")
@require_http_methods(["GET", "HEAD", "POST"])
def promise(request: HttpRequest, ref: str) -> HttpResponse:
    """What was promised, every report on it, and the day it was kept."""
    actor, now = actor_of(request), timezone.now()
    row = promises.find(ref, actor)
    [one] = promises.read([row], actor)
    sent = request.POST.get("act", "")
    today = routine.today(now)
    report = WordsForm(_("How far it is"), request.POST if sent == "report" else None, prefix="r")
    kept = KeptForm(request.POST if sent == "keep" else None, prefix="k", initial={"kept_on": today})
    done = False
    if sent == "report":
        done = report.done(lambda data: promises.report(ref, data["text"], actor, now))
    elif sent == "keep":
        done = kept.done(lambda data: promises.keep(ref, data["kept_on"], data["proof"], actor, now))
    if done:
        messages.success(request, _("Saved."))
        return redirect("desks:promise", ref)
    context = {
        "here": "rounds",
        "one": one,
        "row": row,
        "office": tree.names({row.office}, shown.language()).get(row.office, row.office),
        "officer": tree.officer(row.officer),
        "due": shown.due_of(None if row.kept_on else row.due, today),
        "report": report,
        "kept": kept,
        "files": row.kept_on is None and may_in(actor, "rounds.file", row.office),
    }
    return render(request, "desks/rounds_promise.html", context, status=422 if sent else 200)
