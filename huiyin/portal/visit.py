"""A visit that began with a code: a signed cookie for half an hour, dead as soon as the code is replaced.

The cookie holds the case's pseudonym and a digest that changes with the code, never the code.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from huiyin.casework import codes

NAME = "huiyin_case"
PATH = "/case/"
LENGTH = timedelta(minutes=30)

Rest = ParamSpec("Rest")


def begin(response: HttpResponse, case_id: str) -> HttpResponse:
    """Let this browser follow the case for half an hour from now."""
    ticket = signing.dumps({"case": case_id, "mark": codes.visit_mark(case_id)}, salt=NAME)
    response.set_cookie(
        NAME,
        ticket,
        max_age=LENGTH,
        path=PATH,
        httponly=True,
        secure=settings.HUIYIN_HTTPS,
        samesite="Lax",
    )
    return response


def end(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(NAME, path=PATH, samesite="Lax")
    return response


def case_of(request: HttpRequest) -> str | None:
    """The case this browser follows; None without a visit, or when its code is no longer the live one."""
    try:
        ticket = signing.loads(request.COOKIES.get(NAME, ""), salt=NAME, max_age=LENGTH)
    except signing.BadSignature:
        return None
    case_id, mark = ticket["case"], ticket["mark"]
    return case_id if codes.is_live(case_id, mark) else None


def by_code(
    view: Callable[Concatenate[HttpRequest, str, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Give a view the case that the visitor's code leads to, or ask for the code."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        case_id = case_of(request)
        if case_id is None:
            return end(HttpResponseRedirect(PATH))
        return view(request, case_id, *args, **kwargs)

    return guarded
