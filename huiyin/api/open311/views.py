"""`/open311/v2/`: GeoReport v2 over the same intake and the same cases as everything else."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.api import once, taking, tokens
from huiyin.api.open311 import asking, reading
from huiyin.api.open311.documents import FORMATS, document, refusal
from huiyin.api.problems import Problem, unkeepable
from huiyin.api.taking import Sent
from huiyin.api.tokens import Bearer
from huiyin.casework import law
from huiyin.casework.permissions import entry
from huiyin.casework.reading import PETITIONER
from huiyin.offices import tree
from huiyin.procedure import Book

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-23T00:00:00+08:00"  # of this implementation, as discovery asks
View = Callable[..., HttpResponse]


def told(view: View) -> View:
    """What is refused becomes an errors document in the format that was asked for."""

    @wraps(view)
    def answer(request: HttpRequest, /, **parts: str) -> HttpResponse:
        try:
            if parts["format"] not in FORMATS:
                raise Problem("not-found", "The format is json or xml.")
            if wrong := unkeepable(_texts(request)):
                raise wrong
            _require_jurisdiction(request)
            return view(request, **parts)
        except Problem as problem:
            return refusal(request, problem)
        except RequestDataTooBig:
            return refusal(request, Problem("too-large"))

    return answer


def _texts(request: HttpRequest) -> Iterator[str]:
    """Every text of a form, names too."""
    for name, values in request.POST.lists():
        yield name
        yield from values
    for name, files in request.FILES.lists():
        yield name
        yield from (file.name or "" for file in files)


def _require_jurisdiction(request: HttpRequest) -> None:
    """One installation is one jurisdiction, so its id may be left out; another's is not found here."""
    asked = request.GET.get("jurisdiction_id") or request.POST.get("jurisdiction_id")
    if asked and asked != jurisdiction():
        raise Problem("not-found", f"jurisdiction_id is {jurisdiction()}, or left out.")


def jurisdiction() -> str:
    """The host that the log is named after."""
    return settings.HUIYIN_LOG_ORIGIN.partition("/")[0]


def _bearer(request: HttpRequest, scope: str, *, needed: bool) -> Bearer | None:
    """Who asks, by `api_key` or an Authorization header; None where nobody says and nobody must."""
    kind, _space, header = request.headers.get("Authorization", "").partition(" ")
    token = request.POST.get("api_key") or request.GET.get("api_key") or ""
    token = token or (header.strip() if kind.lower() == "bearer" else "")
    if not token and not needed:
        return None
    who = tokens.bearer(request, token, timezone.now()) if token else None
    if who is None:
        raise Problem("token", "api_key was not provided.")
    who.require(scope)
    return who


# --- what there is ----------------------------------------------------------------------------


@entry("api.read")
@require_safe
@told
def discovery(request: HttpRequest, format: str) -> HttpResponse:
    site = taking.base(request)
    found = {
        "changeset": CHANGED,
        "contact": f"{site}/help/",
        "key_service": _("A token is made by the administrator: huiyin api token new NAME"),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{site}/open311/v2",
                "changeset": CHANGED,
                "type": "test" if settings.HUIYIN_DEMO else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return document(format, "discovery", found, open_=True)


@entry("api.read")
@require_safe
@told
def services(_request: HttpRequest, format: str) -> HttpResponse:
    """The content classes of the book in force."""
    book, language = law.book_in_force(), get_language() or ""
    found = [
        {
            "service_code": code,
            "service_name": title.get(language),
            "description": title.get(language),
            "metadata": True,
            "type": "realtime",
            "keywords": "",
            "group": book.title.get(language),
        }
        for code, title in book.categories.items()
    ]
    return document(format, "services", found, open_=True)


@entry("api.read")
@require_safe
@told
def service(_request: HttpRequest, service: str, format: str) -> HttpResponse:
    book = law.book_in_force()
    if service not in book.categories:
        raise Problem("not-found", "service_code provided was not found")
    found = {"service_code": service, "attributes": _attributes(book, get_language() or "")}
    return document(format, "service_definition", found, open_=True)


def _attributes(book: Book, language: str) -> list[dict[str, Any]]:
    purposes = {code: title.get(language) for code, title in book.purposes.items()}
    offices = {one.code: one.name_in(language) for one in tree.offices()}
    asked = (
        ("purpose", "singlevaluelist", _("What this is"), purposes),
        ("request", "text", _("What you ask for"), None),
        ("occurred_on", "datetime", _("The day on which it happened"), None),
        ("respondents", "multivaluelist", _("Offices that it complains of"), offices),
        (
            "keep_name",
            "singlevaluelist",
            _("Keep my name from the handling office"),
            {"no": _("Tell my name"), "yes": _("Keep my name")},
        ),
    )
    return [
        {
            "variable": True,
            "code": code,
            "datatype": datatype,
            "required": False,
            "datatype_description": None,
            "order": order,
            "description": description,
            **({"values": [{"key": key, "name": name} for key, name in values.items()]} if values else {}),
        }
        for order, (code, datatype, description, values) in enumerate(asked, 1)
    ]


# --- requests ---------------------------------------------------------------------------------


@entry("api.use")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@told
def requests(request: HttpRequest, format: str) -> HttpResponse:
    """File one, or read what there is."""
    if request.method == "POST":
        return _file(request, format)
    who = _bearer(request, "cases:read", needed=False)
    asked = asking.asked(request, law.day_of(timezone.now()))
    rows = reading.several(asked, who)
    found = reading.told(rows, taking.base(request), get_language() or "")
    return document(format, "service_requests", found, open_=who is None)


def _file(request: HttpRequest, format: str) -> HttpResponse:
    who = _bearer(request, "cases:file", needed=True)
    assert who is not None
    who.count_filing(timezone.now())
    data, files = asking.filing(request)
    if data["category"] not in law.book_for(who.office).categories:
        raise Problem("not-found", "service_code provided was not found")
    key = once.key_of(request.headers.get("Idempotency-Key", ""))
    sent = Sent({**data, "channel": "web"}, files, f"{who.name} requests {key}" if key else "")
    try:
        made = taking.take_in(sent, PETITIONER, who.office, timezone.now())
    except Problem as problem:
        raise asking.respelt(problem) from None
    receipt = taking.receipt(made, taking.base(request))
    notice = _("Keep the receipt and the code: with the code you follow the case at %(address)s") % {
        "address": receipt["follow_url"]
    }
    found = {
        "service_request_id": receipt["case"],
        "service_notice": notice,
        "account_id": None,
        "number": receipt["number"],
        "code": receipt["code"],
        "receipt_entry": receipt["entry"],
        "receipt_proof": receipt["proof"],
        "receipt_proof_url": receipt["proof_url"],
        "receipt_opening": receipt["opening"],
        "checkpoint_url": receipt["checkpoint_url"],
        "follow_url": receipt["follow_url"],
    }
    return document(format, "service_requests", [found], status=201)


@entry("api.use")
@require_safe
@told
def request_of(request: HttpRequest, case_id: str, format: str) -> HttpResponse:
    who = _bearer(request, "cases:read", needed=False)
    row = reading.one(case_id, who)
    if row is None:
        raise Problem("not-found", "service_request_id provided was not found")
    found = reading.told([row], taking.base(request), get_language() or "")
    return document(format, "service_requests", found, open_=who is None)


@entry("api.read")
@require_safe
@told
def token(_request: HttpRequest, case_id: str, format: str) -> HttpResponse:
    """A filing answers with its id at once, so its id is also its token."""
    row = reading.one(case_id, None)
    if row is None:
        raise Problem("not-found", "token provided was not found")
    found = [{"service_request_id": row.case_id, "token": case_id}]
    return document(format, "service_requests", found, open_=True)
