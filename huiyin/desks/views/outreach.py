"""Outreach: notes taken in a village without a network, kept on the device and filed on return.

The page, its scripts and its lists are kept by the browser; the notes are encrypted there and nowhere else
until they are filed. Filing is an ordinary registration with the time at which the matter was told.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.casework import law
from huiyin.casework.filing import Noted, further_fields, register, taken_in_by
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry, may
from huiyin.desks import shown
from huiyin.desks.forms import in_words
from huiyin.desks.gate import actor_of
from huiyin.desks.views import counter
from huiyin.intake.filing import Arrival, Fault, read_filing
from huiyin.intake.words import title_of
from huiyin.ledger.receipts import entry_index
from huiyin.papers.said import N_
from huiyin.procedure import Book, Unlawful

SCRIPTS = Path(__file__).resolve().parent.parent / "static" / "desks"
# What the page is made of, for the browser to keep.
KEPT = ("look/huiyin.css", "look/mark.svg", "desks/desk.css", "desks/outreach.css")
MODULES = ("desks/outreach.js", "desks/outreach_safe.js")
AHEAD = timedelta(minutes=5)  # that a clock may be wrong by
HALF = re.compile("[\ud800-\udfff]")
TEXTS = (
    "title",
    "body",
    "requests",
    "category",
    "purpose",
    "place",
    "place_detail",
    "name",
    "phone",
    "address",
)


@entry("outreach.file")
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The page, without a word of anybody; the same for every note."""
    book = law.book_for(actor_of(request).office)
    context = {
        "here": "outreach",
        "lists": counter._lists(book),
        "says": _says(),
        "https": settings.HUIYIN_HTTPS,
        "asks_people": _asks_people(book),
        "login": actor_of(request).ref,
    }
    return render(request, "desks/outreach.html", context)


@entry("outreach.file")
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Whose log-in the browser holds, a fresh token for its forms, and what time it is."""
    now = timezone.now().isoformat()
    return JsonResponse({"login": actor_of(request).ref, "csrf": get_token(request), "now": now})


@entry("outreach.file")
@require_POST
def file(request: HttpRequest) -> JsonResponse:
    """Register one note. 422: what is wrong, field by field. The same token gives the same case."""
    actor, now = actor_of(request), timezone.now()
    book = law.book_for(actor.office)
    sent = _sent(request)
    faults, at = _time(sent, now)
    arrival = _read(sent, book, at or now)
    if not isinstance(arrival, Arrival):
        faults += arrival
    faults += _halves(sent)
    if not sent.get("category"):
        faults.append(Fault("category", N_("Choose a category.")))
    if not 32 <= len(sent.get("token", "")) <= 64:
        faults.append(Fault("", N_("This note has no number of its own. Write it again.")))
    if faults or at is None or not isinstance(arrival, Arrival):
        return _refused({fault.field: in_words(fault) for fault in faults}, now)
    place, registrar = taken_in_by(arrival.filing, actor)
    try:
        made = register(
            arrival.filing,
            arrival.person,
            actor=registrar,
            office=place,
            now=now,
            token=sent["token"],
            values=_people(sent) if _asks_people(book) else {},
            noted=Noted(at, promise(sent)),
        )
    except Unlawful as refusal:
        return _refused({refusal.field or "": refusal.message.get(shown.language())}, now)
    counter.compare(request, made, arrival)
    row = CaseRow.objects.get(case_id=made.case)
    return JsonResponse(
        {
            "number": row.number,
            "code": made.code,
            "again": made.again,
            "index": entry_index(made.fact_id),
            "promise": promise(sent),
            "case": reverse("desks:case", args=[made.case]) if may(actor, "case.see", row) else "",
            "known": made.case if made.case in request.session.get(counter.KNOWN, []) else "",
        }
    )


def promise(sent: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the note's own random token and its words: what the petitioner was given a copy of."""
    words = [str(sent.get(name, "")) for name in ("token", "occurred_at", "title", "body", "requests")]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _sent(request: HttpRequest) -> dict[str, Any]:
    """The note as the device sent it; {} for anything else, which then lacks everything."""
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    texts = {
        name: found[name] for name in (*TEXTS, "token", "occurred_at", "people") if _is_text(found.get(name))
    }
    named = found.get("respondents")
    return texts | {"respondents": [one for one in named if _is_text(one)] if isinstance(named, list) else []}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _halves(sent: Mapping[str, Any]) -> list[Fault]:
    """Half of a character written in two parts (a lone surrogate) has no bytes, so nothing can promise it."""
    reason = N_("Half a character is in it, which cannot be kept. Write that place again.")
    texts = {name: text for name, text in sent.items() if _is_text(text)}
    return [Fault(name if name in TEXTS else "", reason) for name, text in texts.items() if HALF.search(text)]


def _time(sent: Mapping[str, Any], now: datetime) -> tuple[list[Fault], datetime | None]:
    """When the matter was told, with its offset; a clock that was ahead is a fault, never mended quietly."""
    try:
        at = datetime.fromisoformat(sent.get("occurred_at", ""))
        at.astimezone(UTC) - timedelta(days=1)  # so early that some zone has no day for it
    except (ValueError, OverflowError):
        at = None
    if at is None or at.tzinfo is None:
        return [Fault("occurred_at", N_("Say when this was told: day and time."))], None
    if at > now + AHEAD:
        reason = N_("This time is in the future: the clock of the device was wrong. Put the true time.")
        return [Fault("occurred_at", reason)], None
    return [], min(at, now)


def _read(sent: Mapping[str, Any], book: Book, at: datetime) -> Arrival | list[Fault]:
    title = sent.get("title", "")
    data = {**sent, "title": title if title.strip() else title_of(sent.get("body", ""))}
    data |= {"channel": "outreach", "received_on": law.day_of(at, book.zone)}
    found = read_filing(data, counter.codes_of(counter._lists(book)), law.day_of(timezone.now(), book.zone))
    if isinstance(found, Arrival) or title.strip():
        return found
    # A title that came from the words has no field to mend.
    return [fault for fault in found if fault.field != "title"]


def _asks_people(book: Book) -> bool:
    return any(field.id == "people" for field in further_fields(book))


def _people(sent: Mapping[str, Any]) -> dict[str, str]:
    """As typed: what is a number, and how large it may be, the book says."""
    people = sent.get("people", "").strip()
    return {"people": people} if people.isdecimal() else {}


def _refused(faults: Mapping[str, str], now: datetime) -> JsonResponse:
    return JsonResponse({"faults": dict(faults), "now": now.isoformat()}, status=422)


@entry("outreach.shell")
@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker; it stands under /desk/outreach/, which is all that it may answer for."""
    kept = [reverse("desks:outreach"), reverse("desks:outreach_manifest"), *map(static, (*KEPT, *MODULES))]
    code = (SCRIPTS / "outreach_worker.js").read_text("utf-8")
    version = hashlib.sha256(code.encode() + b"".join(map(_bytes, MODULES))).hexdigest()[:16]
    head = f"const KEPT = {json.dumps(kept)}, VERSION = {json.dumps(version)};\n"
    answer = HttpResponse(head + code, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _bytes(module: str) -> bytes:
    return (SCRIPTS / module.removeprefix("desks/")).read_bytes()


@entry("outreach.shell")
@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    start = reverse("desks:outreach")
    icon = {"src": static("look/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    found = {
        "name": _("Outreach notes"),
        "short_name": _("Outreach notes"),
        "id": start,
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "theme_color": "#12545c",
        "background_color": "#ffffff",
        "icons": [icon],
    }
    return JsonResponse(found, content_type="application/manifest+json")


def _says() -> dict[str, str]:
    """What the script tells, in the reader's language."""
    return {
        "short": _("At least eight characters, please."),
        "differ": _("The two are not the same."),
        "wrong": _("That does not open the notes."),
        "full": _(
            "The storage of this device is full: what you typed last is on the screen and not kept. "
            "File or delete other notes, or make room, then go on typing."
        ),
        "kept": _("Kept on this device."),
        "waiting": _("not filed yet"),
        "untitled": _("(nothing written yet)"),
        "offline": _("No network: the notes stay on this device."),
        "online": _("There is a network: the notes can be filed."),
        "login": _("Your log-in has ended. Log in again; the notes stay on this device."),
        "go": _("Log in"),
        "other": _("These notes belong to {login}; whoever is logged in now cannot file them."),
        "clock": _("The clock of this device is off by {minutes} minutes. Check the times of your notes."),
        "faults": _("Not filed yet: something is missing or wrong."),
        "failed": _("The server did not take it just now. The note stays; try again later."),
        "filed": _("Filed. The note is wiped from this device."),
        "again": _("This note was filed before: it is the same case."),
        "erase": _("Delete this note for good? It was not filed."),
        "begin": _("Begin anew? Every note on this device that was not filed is lost."),
        "promised": _("within a minute; the receipt is promised"),
    }
