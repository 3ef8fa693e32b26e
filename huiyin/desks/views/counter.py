"""The counter: a letter or a visit becomes a case and a slip; a lost code becomes a new one."""

import logging
import secrets
from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.casework import alike as matters
from huiyin.casework import codes, law, reading, samehand, working
from huiyin.casework.filing import Registered, further_fields, register, taken_in_by
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry, may
from huiyin.desks import shown
from huiyin.desks.forms import Options, RegisterForm, in_words
from huiyin.desks.gate import actor_of
from huiyin.intake.filing import BODY_LONGEST, Arrival, Codes, read_filing
from huiyin.intake.initials import initials
from huiyin.intake.words import title_of
from huiyin.ledger import keys
from huiyin.ledger.facts import Fact, MovedOn
from huiyin.ledger.receipts import entry_index
from huiyin.offices import tree
from huiyin.offices.models import Office, Officer
from huiyin.papers import qr
from huiyin.procedure import Actor, Book, Unlawful

log = logging.getLogger(__name__)
# Of a session: cases whose sender is known again, until the clerk has looked; never as whose (`samehand`).
KNOWN = "known"
# What a clerk can have in hand; the web and the import have doors of their own.
AT_THE_COUNTER = ("letter", "visit", "call", "outreach")
# Lists in which typing the first letters of the pinyin finds a line.
BY_INITIALS = ("category", "purpose", "place")


@entry("case.register")
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    book = law.book_for(actor.office)
    if request.method != "POST":
        today, token = law.day_of(now, book.zone), secrets.token_hex(16)
        start = {"channel": "letter", **_like(request, book), "token": token, "received_on": today}
        return _counter_page(request, _form(book, initial=start))
    form = _form(book, request.POST, request.FILES)
    arrival = read(request, form, _lists(book), law.day_of(now, book.zone))
    if arrival is None:
        return _counter_page(request, form, 422)
    place, registrar = taken_in_by(arrival.filing, actor)
    try:
        made = register(
            arrival.filing,
            arrival.person,
            actor=registrar,
            office=place,
            now=now,
            token=form.cleaned_data["token"],
            values=form.further_values(),
        )
    except Unlawful as refusal:
        article = book.cite(refusal.article, shown.language())
        form.blame(refusal.field, f"{refusal.message.get(shown.language())} {article}")
        return _counter_page(request, form, 422)
    compare(request, made, arrival)
    working.registered(request.POST.get("draft", ""), actor)
    return _slip(request, made.case, made.code, made.fact_id, again=made.again)


def compare(request: HttpRequest, made: Registered, arrival: Arrival) -> None:
    """Note for this clerk's eyes a matter that the same person brought before.

    The registration is saved: whatever fails here keeps nobody from their slip.
    """
    actor = actor_of(request)
    if made.again or not CaseRow.objects.filter(case_id=made.case, bureau=actor.office).exists():
        return
    try:
        known = samehand.compare(made.case, arrival.filing, arrival.person, actor, timezone.now())
    except (DatabaseError, MovedOn) as fault:
        log.error("%s while a registration was compared", type(fault).__name__)
        return
    if known:
        request.session[KNOWN] = [*request.session.get(KNOWN, []), made.case]


def _like(request: HttpRequest, book: Book) -> dict[str, str]:
    """What one more of a stack begins with: codes of the last one, never words or a person."""
    lists = _lists(book)
    asked = {
        "channel": request.GET.get("channel", ""),
        "category": request.GET.get("category", ""),
        "purpose": request.GET.get("purpose", ""),
        "place": request.GET.get("place", ""),
    }
    return {name: code for name, code in asked.items() if code in dict(lists[name])}


@entry("case.register")
@require_POST
def alike(request: HttpRequest) -> HttpResponse:
    """Matters like the words typed so far. Nothing of them is kept, and no field of the person is read."""
    text = "\n".join(request.POST.get(name, "") for name in ("title", "body"))[:BODY_LONGEST]
    rows = matters.alike(text, actor_of(request))
    lines = shown.lines(rows, {}, law.day_of(timezone.now()))
    return render(request, "desks/_alike.html", {"lines": lines})


def _form(book: Book, *args: object, **kwargs: object) -> RegisterForm:
    return by_initials(RegisterForm(*args, lists=_lists(book), further=further_fields(book), **kwargs))


def by_initials(form: RegisterForm) -> RegisterForm:
    """The form, its lists knowing the first letters of their lines (`counter.js`)."""
    for name in BY_INITIALS:
        widget = form.fields[name].widget
        widget.attrs["data-initials"] = " ".join(initials(str(title)) or "-" for _, title in widget.choices)
    return form


def _lists(book: Book) -> dict[str, Options]:
    language = shown.language()
    return {
        "channel": [(c, t.get(language)) for c, t in book.channels.items() if c in AT_THE_COUNTER],
        "category": [(c, t.get(language)) for c, t in book.categories.items()],
        "purpose": [(c, t.get(language)) for c, t in book.purposes.items()],
        "place": [(place.code, place.name_in(language)) for place in tree.places()],
        "respondents": [
            (office.code, office.name_in(language))
            for office in Office.objects.exclude(kind=Office.Kind.COUNTY).order_by("kind", "code")
        ],
    }


def read(
    request: HttpRequest, form: RegisterForm, lists: Mapping[str, Options], today: date
) -> Arrival | None:
    """The arrival, or None with every fault put at its field."""
    sent = {name: request.POST.get(name, "") for name in form.fields if name != "papers"}
    title = sent["title"] if sent["title"].strip() else title_of(sent["body"])
    arrival = read_filing(
        {**sent, "title": title, "respondents": request.POST.getlist("respondents")},
        codes_of(lists),
        today,
        [(file.name or "", file.read()) for file in request.FILES.getlist("papers")],
    )
    if not sent["category"]:
        # What a petitioner may leave open a clerk decides.
        form.add_error("category", _("Choose a category."))
    if isinstance(arrival, Arrival):
        return arrival if form.is_valid() else None
    for fault in arrival:
        name = {"attachments": "papers"}.get(fault.field, fault.field)
        # A title that came from the words has no field to mend.
        if name != "title" or sent["title"].strip():
            form.add_error(name if name in form.fields else None, ValidationError(in_words(fault)))
    return None


def codes_of(lists: Mapping[str, Options]) -> Codes:
    known = {name: {code for code, _title in options} for name, options in lists.items()}
    return Codes(
        purposes=known["purpose"],
        channels=known["channel"],
        categories=known["category"],
        places=known["place"],
        offices=known["respondents"],
    )


def _counter_page(request: HttpRequest, form: RegisterForm, status: int = 200) -> HttpResponse:
    return render(request, "desks/register.html", {"here": "register", "form": form}, status=status)


def _slip(
    request: HttpRequest, case_id: str, code: str, fact_id: int, again: bool = False, renewed: bool = False
) -> HttpResponse:
    """The slip, in the answer to the request that made it and nowhere else: no address leads here."""
    row = CaseRow.objects.get(case_id=case_id)
    index = entry_index(fact_id)
    base = settings.HUIYIN_PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    check = f"{base}/check/"
    context = {
        "here": "codes" if renewed else "register",
        "row": row,
        "groups": code.split(),
        "index": index,
        "check": check,
        "vkey": keys.vkey(),
        "follow": f"{base}/case/",
        "qr": mark_safe(qr.svg(check if index is None else f"{check}#i={index}")),
        "limit": next(iter(reading.running(case_id)), None),
        "again": again,
        "renewed": renewed,
        "known": case_id in request.session.get(KNOWN, []),
        "ours": may(actor_of(request), "case.see", row),
    }
    return render(request, "desks/slip.html", context)


@entry("code.request")
@require_POST
def ask_code(request: HttpRequest, case_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = reading.find(case_id, actor)
    codes.request_code(row.case_id, actor, timezone.now())
    messages.success(request, _("Asked for. A second officer of your office must now grant the new code."))
    return redirect("desks:case", case_id)


@entry("code.approve")
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_codes(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if request.method == "POST":
        return _grant(request, actor)
    return _waiting_page(request, actor)


def _grant(request: HttpRequest, actor: Actor) -> HttpResponse:
    asked = request.POST.get("request", "")
    try:
        case_id, code = codes.approve_code(shown.whole(asked, -1), actor, timezone.now())
    except codes.SecondOfficer:
        return _waiting_page(
            request, actor, _("You asked for this code yourself: another officer must grant it."), 422
        )
    return _slip(request, case_id, code, _first_fact(case_id), renewed=True)


def _first_fact(case_id: str) -> int:
    return Fact.objects.filter(case_id=case_id).order_by("seq").values_list("id", flat=True)[0]


def _waiting_page(request: HttpRequest, actor: Actor, refusal: str = "", status: int = 200) -> HttpResponse:
    waiting = codes.pending_codes(actor)
    rows = {row.case_id: row for row in CaseRow.objects.filter(case_id__in={one.case_id for one in waiting})}
    people = {one.login: one for one in Officer.objects.filter(login__in={w.officer for w in waiting})}
    context = {
        "here": "codes",
        "refusal": refusal,
        "waiting": [
            {
                "asked": one,
                "number": rows[one.case_id].number,
                "officer": people[one.officer].name_in(shown.language()),
                "mine": one.officer == actor.ref,
            }
            for one in waiting
            if may(actor, "code.approve", rows[one.case_id])
        ],
    }
    return render(request, "desks/codes.html", context, status=status)
