"""Pages for everybody: the doors, public answers, the check of a receipt, help, the language."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from huiyin.casework.law import book_in_force
from huiyin.casework.models import Release
from huiyin.casework.permissions import entry
from huiyin.casework.releases import public_answers
from huiyin.intake.words import normalise
from huiyin.ledger import keys
from huiyin.offices import tree
from huiyin.portal import usual
from huiyin.portal.page import cite, page, speech
from huiyin.portal.verdicts import verdicts
from huiyin.procedure import Clock

LANGUAGE_KEPT = timedelta(days=365)


@entry("home.read")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    clocks = clocks_told(usual.limits(book_in_force()))
    return page(request, "portal/home.html", {"demo": settings.HUIYIN_DEMO, "clocks": clocks})


@entry("help.read")
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    book = book_in_force()
    context = {
        "articles": {name: cite(article) for name, article in book.rights.items()},
        "clocks": clocks_told(book.clocks.values()),
        "law": book.law.get(speech()),
        "rolls": book.roll and book.calendar != "none",
    }
    return page(request, "portal/help.html", context)


def clocks_told(clocks: Iterable[Clock]) -> list[dict[str, str]]:
    """Limits of the book in force as {title, length, article}."""
    return [
        {
            "title": clock.title.get(speech()),
            "length": _length(clock.length, clock.unit),
            "article": cite(clock.article),
        }
        for clock in clocks
    ]


def _length(number: int, unit: str) -> str:
    if unit == "per_case":
        return _("named in each case")
    if unit == "working_day":
        return ngettext("%(n)d working day", "%(n)d working days", number) % {"n": number}
    if unit == "month":
        return ngettext("%(n)d month", "%(n)d months", number) % {"n": number}
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


@entry("receipt.check")
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    context = {"vkey": keys.vkey(), "says": verdicts()}
    return page(request, "portal/check.html", context, here="check")


@entry("answers.read")
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:100]
    found = [release for release in public_answers() if _holds(release, asked)]
    shown = Paginator(found, 20).get_page(request.GET.get("page"))
    names = tree.names({release.office for release in shown}, speech())
    for release in shown:
        release.office_name = names.get(release.office, "")  # type: ignore[attr-defined]  # for the template
    context = {"q": asked, "page": shown, "releases": list(shown), "total": len(found)}
    return page(request, "portal/answers.html", context, here="answers")


def _holds(release: Release, asked: str) -> bool:
    """Whether every word asked for stands in the public text, whatever its width and case."""
    text = normalise(f"{release.title}{release.question}{release.answer}").casefold()
    return all(normalise(word).casefold() in text for word in asked.split())


@entry("answers.read")
@require_safe
def answer(request: HttpRequest, release_id: int) -> HttpResponse:
    found = Release.objects.filter(fact_id=release_id).defer("case_id").first()
    if found is None:
        raise Http404
    found.office_name = tree.names({found.office}, speech()).get(found.office, "")  # type: ignore[attr-defined]
    return page(request, "portal/answer.html", {"release": found}, here="answers")


@entry("language.set")
@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """Remember the reader's language. A link, so that it works from every page without a form."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    return with_language(HttpResponseRedirect(target), request.GET.get("to", ""))


def with_language(response: HttpResponse, code: str) -> HttpResponse:
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=LANGUAGE_KEPT,
            httponly=True,
            secure=settings.HUIYIN_HTTPS,
            samesite="Lax",
        )
    return response
