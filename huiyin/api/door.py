"""What every request to the interface passes, before and after its view."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from huiyin.api import problems
from huiyin.api.open311.documents import refusal

REST, OPEN311 = "/api/", "/open311/"
KEPT = ("Allow", "Retry-After", "Content-Security-Policy", "Permissions-Policy")


class InTheirTerms:
    """Django middleware outside the gate: what is refused by a page, a program is told as a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith((REST, OPEN311)):
            return self.get_response(request)
        # A program keeps no cookie: it says in each request which language it wants, or gets the county's.
        translation.activate(translation.get_language_from_request(request))
        # The server hands on a query as it was written, where %00 is a NUL.
        wrong = problems.unkeepable((request.path, request.META.get("QUERY_STRING", "").replace("%00", "\0")))
        response = _as_problem(request, wrong) if wrong else self.get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and _is_page(response):
            response = _told(request, response)
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ("Accept-Language",))
        return response


def _is_page(response: HttpResponseBase) -> bool:
    kind = str(response.headers.get("Content-Type", ""))
    return not kind.startswith((problems.MEDIA_TYPE, "application/json", "text/xml"))


def _told(request: HttpRequest, page: HttpResponseBase) -> HttpResponseBase:
    told = _as_problem(request, problems.of_status(page.status_code))
    for name in KEPT:
        if name in page.headers:
            told.headers[name] = page.headers[name]
    return told


def _as_problem(request: HttpRequest, problem: problems.Problem) -> HttpResponse:
    return refusal(request, problem) if request.path.startswith(OPEN311) else problem.answer()
