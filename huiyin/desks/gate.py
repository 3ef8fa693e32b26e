"""The one gate that every request passes: no entry in the table of permissions, no page.

Case-level rights are casework's; here an officer's role is checked, the security headers are set, and a
refusal or a failing database becomes a page a person can act on. Errors are logged as kind and route
only: a message or a trace may quote what someone wrote.
"""

import errno
import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.casework.permissions import NotYours, may
from huiyin.ledger.facts import MovedOn
from huiyin.offices.models import Officer
from huiyin.procedure import Actor, Unlawful
from huiyin.rounds.routine import Refused

log = logging.getLogger(__name__)

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Pages with someone's matter on them: no browser, proxy or shared counter screen keeps a copy.
UNKEPT = ("/desk/", "/case/", "/file/")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
UNECHOED = ("csrfmiddlewaretoken", "password", "code")


class Gate:
    """Django middleware; must stand last, after the session, the language and the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Uploads are kept in memory or not at all: over the limit Django would drop a file silently.
        length = str(request.META.get("CONTENT_LENGTH") or 0)
        if length.isdecimal() and int(length) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            response: HttpResponseBase = _refused(
                request, 413, _("Too large"), _("The papers are too large together. Nothing was saved.")
            )
        else:
            response = self.get_response(request)
        return _with_headers(request, response)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        action = getattr(view, "entry", None)
        if action is None:
            log.error("view without an entry in the table of permissions at %s", _route(request))
            return HttpResponse(
                "This page is closed: it has no entry in the table of permissions.", status=500
            )
        try:
            return self._admit(request, action)
        except (DatabaseError, InterfaceError) as fault:
            return self.process_exception(request, fault)

    def _admit(self, request: HttpRequest, action: str) -> HttpResponseBase | None:
        if any(may(Actor(role), action) for role in ("public", "petitioner")):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        actor = actor_of(request)
        if may(actor, action):
            return None
        if action == "inbox.read" and may(actor, "identity.approve"):
            # Whoever handles no cases has no inbox; the staff door leads them to their own page.
            return redirect("desks:custodian")
        raise Http404

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponseBase | None:
        """The page for a refusal or a failing store; None lets Django answer with its own."""
        if isinstance(fault, NotYours):
            raise Http404 from None
        if isinstance(fault, MovedOn):
            return _again(request, 409, "desks/moved_on.html")
        if isinstance(fault, Unlawful):
            reason = fault.message.get(get_language() or "")
            return _refused(request, 422, _("Refused by the procedure"), reason, fault.article)
        if isinstance(fault, Refused):
            reason = fault.message.get(get_language() or "")
            return _refused(request, 422, _("Refused by the routine"), reason)
        if isinstance(fault, Http404):
            return None
        if isinstance(fault, DatabaseError | ValueError) and _holds_nul(request):
            reason = _("A character that no text holds (NUL) was sent. Nothing was saved; send it without.")
            return _refused(request, 400, _("Not a text"), reason)
        log.error("%s at %s", type(fault).__name__, _route(request))
        if isinstance(fault, DatabaseError | InterfaceError) or getattr(fault, "errno", None) in NO_ROOM:
            return _again(request, 503, "desks/unsaved.html")
        return None


def actor_of(request: HttpRequest) -> Actor:
    """The logged-in officer as the procedure knows them; the gate has refused everybody else."""
    if not isinstance(request.user, Officer):
        raise Http404
    return Actor(role=request.user.role, office=request.user.office_id, ref=request.user.login)


def _route(request: HttpRequest) -> str:
    # The pattern, not the address: a hand-made address can carry a person's words into the log.
    return request.resolver_match.route if request.resolver_match else "?"


def _holds_nul(request: HttpRequest) -> bool:
    """Whether something sent holds the one character that PostgreSQL keeps in no text."""
    sent = [*request.GET.lists(), *request.POST.lists()]
    return "\0" in request.path or any("\0" in text for name, texts in sent for text in (name, *texts))


def _refused(request: HttpRequest, status: int, title: str, reason: str, article: str = "") -> HttpResponse:
    context = {"title": title, "reason": reason, "article": article}
    return render(request, "desks/refused.html", context, status=status)


def _again(request: HttpRequest, status: int, template: str) -> HttpResponse:
    """A page that still holds what was typed, so that sending it once more costs one key."""
    typed = [
        (name, value) for name, values in request.POST.lists() if name not in UNECHOED for value in values
    ]
    context = {
        "typed": typed,
        "had_files": bool(request.FILES),
        "is_post": request.method == "POST",
        "back": _way_back(request),
    }
    try:
        return render(request, template, context, status=status)
    except (DatabaseError, InterfaceError):
        return HttpResponse(_("Nothing was saved. Please try again in a minute."), status=status)


def _way_back(request: HttpRequest) -> str:
    case = request.resolver_match.kwargs.get("case_id") if request.resolver_match else None
    return f"/desk/case/{case}/" if case else request.path


def _with_headers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.path.startswith(UNKEPT):
        response.headers["Cache-Control"] = "no-store"
    return response
