"""`/file/`: three pages, then one registration, then the page that shows the code once.

The same POST asked for as JSON answers with the receipt and nothing rendered.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiyin.casework import reading, receipts
from huiyin.casework.filing import Registered, register
from huiyin.casework.law import book_in_force, day_of
from huiyin.casework.permissions import entry
from huiyin.casework.reading import PETITIONER
from huiyin.casework.receipts import Receipt
from huiyin.insight.similar import similar_public
from huiyin.intake.filing import FILE_BYTES, FILES_MOST, Arrival, Fault
from huiyin.ledger import keys
from huiyin.offices import tree
from huiyin.offices.models import Office
from huiyin.papers import qr
from huiyin.portal import flow, telling, visit
from huiyin.portal.flow import Typed
from huiyin.portal.page import Problem, cite, first_of_each, page, problems_of, refused, speech
from huiyin.portal.pages import with_language
from huiyin.procedure import Book, Unlawful

TEMPLATES = {1: "portal/file_what.html", 2: "portal/file_where.html", 3: "portal/file_who.html"}
# Told by content, not by name (papers.pictures); this only spares people a wrong choice.
ACCEPT = "image/jpeg,image/png,image/webp,image/gif,application/pdf,.jpg,.jpeg,.png,.webp,.gif,.pdf"


@dataclass(frozen=True)
class Shown:
    """What a page of the form shows: where we are, what was typed, what is wrong with it."""

    at: int
    typed: Typed
    problems: Sequence[Problem] = ()
    rows: int = 1
    had_files: bool = False


@entry("filing.send")
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        # A page may lead here for one purpose, as a case does for a report of retaliation.
        return _show(request, Shown(1, flow.blank(request.GET.get("purpose", "")[:24])))
    typed = flow.read(request.POST)
    if request.headers.get("Accept") == "application/json":
        return _send_as_json(request, typed)
    return _turn(request, typed, _page_number(request.POST.get("at", "")), request.POST.get("do", ""))


def _page_number(text: str) -> int:
    return int(text) if text in ("1", "2", "3") else 1


def _turn(request: HttpRequest, typed: Typed, at: int, do: str) -> HttpResponse:
    """Answer the button that was pressed on page `at`."""
    verb, _colon, rest = do.partition(":")
    if verb == "speak":
        with translation.override(rest if rest in dict(settings.LANGUAGES) else None):
            return with_language(_show(request, Shown(at, typed)), rest)
    if verb == "add":
        return _show(request, Shown(at, typed, rows=len(typed.request) + 1))
    if verb == "back":
        return _show(request, Shown(max(1, at - 1), typed))
    if verb == "go":
        return _show(request, Shown(_page_number(rest), typed))
    if at == flow.LAST and verb == "send":
        return _send(request, typed)
    return _next(request, typed, at)


def _next(request: HttpRequest, typed: Typed, at: int) -> HttpResponse:
    problems = _problems(_arrival(request, typed), up_to=at)
    if problems:
        return _show(request, Shown(_first_page(problems), typed, problems))
    return _show(request, Shown(min(at + 1, flow.LAST), typed))


def _arrival(request: HttpRequest, typed: Typed) -> Arrival | list[Fault]:
    files = [(paper.name or "", paper.read()) for paper in request.FILES.getlist("attachments")]
    book = book_in_force()
    return flow.arrival(typed, book, day_of(timezone.now(), book.zone), files, speech())


def _problems(found: Arrival | list[Fault], up_to: int = flow.LAST) -> list[Problem]:
    if not isinstance(found, list):
        return []
    problems = problems_of(found, flow.ANCHORS)
    return [problem for problem in problems if flow.PAGE_OF.get(problem.field, 1) <= up_to]


def _first_page(problems: Sequence[Problem]) -> int:
    return min(flow.PAGE_OF.get(problem.field, 1) for problem in problems)


# --- sending ----------------------------------------------------------------------------------


def _send(request: HttpRequest, typed: Typed) -> HttpResponse:
    found = _arrival(request, typed)
    if isinstance(found, list):
        problems = _problems(found)
        shown = Shown(_first_page(problems), typed, problems, had_files=bool(request.FILES))
        return _show(request, shown)
    now = timezone.now()
    try:
        sent = _register(found, typed, now)
    except Unlawful as refusal:
        reason = refusal.message.get(speech())
        return refused(request, _("This could not be filed"), reason, article=refusal.article, back="/file/")
    return _sent(request, sent, now)


def _send_as_json(request: HttpRequest, typed: Typed) -> HttpResponse:
    found = _arrival(request, typed)
    if isinstance(found, list):
        faults = [{"field": f.field, "reason": _(f.reason) % f.params} for f in found]
        return JsonResponse({"faults": faults}, status=422)
    try:
        sent = _register(found, typed, timezone.now())
    except Unlawful as refusal:
        fault = {"field": refusal.field, "reason": refusal.message.get(speech()), "article": refusal.article}
        return JsonResponse({"faults": [fault]}, status=422)
    receipt = receipts.receipt(sent.case)
    return JsonResponse(
        {
            "case": sent.case,
            "number": sent.number,
            "code": sent.code,
            "index": receipt.index,
            "proof": receipt.proof.decode(),
            "opening": receipt.opening.decode(),
        }
    )


def _register(found: Arrival, typed: Typed, now: datetime) -> Registered:
    office = tree.receiving(found.filing.respondents)
    return register(
        found.filing, found.person, actor=PETITIONER, office=office, now=now, token=typed.token[:128]
    )


# --- showing ----------------------------------------------------------------------------------


def _show(request: HttpRequest, shown: Shown) -> HttpResponse:
    titles = {1: _("What happened"), 2: _("Where and when"), 3: _("Who you are")}
    context: dict[str, Any] = {
        "at": shown.at,
        "typed": shown.typed,
        "carried": shown.typed.carried(shown.at),
        "heading": titles[shown.at],
        "steps": [{"number": number, "title": title} for number, title in titles.items()],
        "problems": shown.problems,
        "errors": first_of_each(shown.problems),
        "had_files": shown.had_files,
        **_CONTEXTS[shown.at](shown),
    }
    status = 422 if shown.problems else 200
    return page(request, TEMPLATES[shown.at], context, here="file", status=status)


def _what(shown: Shown) -> dict[str, Any]:
    typed, book = shown.typed, book_in_force()
    filled = list(typed.request)
    rows = min(max(shown.rows, len(filled), 2), flow.REQUESTS_MOST)
    chosen = list(typed.respondents)
    names = [{"code": o.code, "name": o.name_in(speech())} for o in _respondable()]
    return {
        "request_rows": (filled + [""] * rows)[:rows],
        "respondent_rows": (chosen + [""] * flow.RESPONDENTS_MOST)[: flow.RESPONDENTS_MOST],
        "purposes": _purposes(book),
        "categories": [{"id": key, "title": text.get(speech())} for key, text in book.categories.items()],
        "offices": names,
        "protection_article": cite(book.rights.get("accused", "")),
    }


def _respondable() -> list[Office]:
    return list(Office.objects.exclude(kind=Office.Kind.COUNTY).order_by("kind", "code"))


def _purposes(book: Book) -> list[dict[str, str]]:
    hints = {
        "request": _("Something that an office should do, pay, decide or put right."),
        "appeal": _("You do not agree with something that was decided."),
        "suggestion": _("Something that could be better, for you or for all."),
        "inquiry": _("You want to know a rule, or who is in charge."),
        "accusation": _("An office or an official broke the law or a rule."),
        "retaliation": _("Somebody threatens or punishes you because you filed something."),
    }
    # What people mostly come for stands first; whatever else the book knows follows.
    order = [key for key in hints if key in book.purposes]
    order += [key for key in book.purposes if key not in hints]
    return [
        {"id": key, "title": book.purposes[key].get(speech()), "hint": hints.get(key, "")} for key in order
    ]


def _where(_shown: Shown) -> dict[str, Any]:
    return {"places": [{"code": p.code, "name": p.name_in(speech())} for p in tree.places()]}


def _who(shown: Shown) -> dict[str, Any]:
    return {
        **papers_rule(),
        "similar": similar_public(shown.typed.body),
        "said": _said(shown.typed),
        # Whose rest days a book counts says whose courts are meant: days are told for China's alone.
        "china": book_in_force().calendar == "china",
    }


_CONTEXTS = {1: _what, 2: _where, 3: _who}


def papers_rule() -> dict[str, Any]:
    """What a field for papers tells people before they choose, and its script."""
    megabytes = FILE_BYTES // 1024**2
    rule = _(
        "Pictures (JPEG, PNG, WebP, GIF) and PDF; at most %(count)d files, each up to %(megabytes)d MB."
    ) % {"count": FILES_MOST, "megabytes": megabytes}
    return {
        "attachment_rule": rule,
        "attachment_types": ACCEPT,
        "attachment_bytes": FILE_BYTES,
        "attachment_count": FILES_MOST,
    }


def _said(typed: Typed) -> dict[str, str]:
    """What was chosen, in words, for the summary before sending."""
    book = book_in_force()
    purpose, category = book.purposes.get(typed.purpose), book.categories.get(typed.category)
    places = {p.code: p.name_in(speech()) for p in tree.places()} if typed.place else {}
    names = tree.names(set(typed.respondents), speech())
    return {
        "purpose": purpose.get(speech()) if purpose else "",
        "category": category.get(speech()) if category else "",
        "respondents": ", ".join(names.get(code, code) for code in typed.respondents),
        "where": " ".join(part for part in (places.get(typed.place, ""), typed.place_detail) if part),
        "when": " ".join(part for part in (typed.occurred_on, typed.occurred) if part),
    }


def _sent(request: HttpRequest, sent: Registered, now: datetime) -> HttpResponse:
    """Shown once: the code stands on this page and nowhere else."""
    receipt = receipts.receipt(sent.case)
    base = settings.HUIYIN_PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    mark = "" if receipt.index is None else f"#i={receipt.index}"
    running = telling.clocks(reading.running(sent.case), now)
    context = {
        "sent": sent,
        "code_groups": sent.code.split(),
        "received": now,
        "index": receipt.index,
        "late": receipt.index is None,
        "qr": _data_url("image/svg+xml", qr.svg(f"{base}/check/{mark}").encode()),
        "check_address": f"{base}/check/",
        "case_address": f"{base}/case/",
        "vkey": keys.vkey(),
        "files": _files(sent, receipt),
        "clock": running[0] if running else None,
    }
    # On a shared phone the case followed before must not answer to this slip.
    return visit.end(page(request, "portal/sent.html", context, here="file"))


def _files(sent: Registered, receipt: Receipt) -> list[dict[str, str]]:
    """The receipt as links that hold the bytes themselves, so that fetching them needs no code."""
    name = sent.number
    proof = ("tlog-proof", _("Receipt (proof)"), _("No name and no words: you may show it to anyone."))
    if receipt.index is None:
        proof = ("promise", _("Signed promise"), _("No name and no words: you may show it to anyone."))
    return [
        _file(name, *proof, receipt.proof),
        _file(name, "opening.json", _("Opening"), _("Shows what the sealed entry holds."), receipt.opening),
        _file(name, "words.txt", _("Your words"), _("Exactly as they were registered."), receipt.words),
    ]


def _file(name: str, ending: str, title: str, says: str, data: bytes) -> dict[str, str]:
    href = _data_url("application/octet-stream", data)
    return {"name": f"{name}.{ending}", "title": title, "says": says, "href": href}


def _data_url(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"
