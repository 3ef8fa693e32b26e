"""`/api/v1/`: each address, the scope it needs, and nothing of how it is done."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Body, Header, NinjaAPI, Path, Query, Status
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.security import HttpBearer

from huiyin.api import cases, changes, once, schemas, shelf, taking, tokens
from huiyin.api.problems import MEDIA_TYPE, TYPES, Problem, unkeepable
from huiyin.api.taking import Sent
from huiyin.api.tokens import Bearer
from huiyin.casework.filing import Registered
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, entry, may_in
from huiyin.casework.reading import PETITIONER
from huiyin.casework.receipts import receipt as receipt_of
from huiyin.insight.measures import measures as measured

VERSION = "1.0.0"
PREFIX = "/api/v1/"
ABOUT = (
    "Files grievances and work orders, and tells an office's programs of its cases: codes, states and dates, "
    "each filing with a receipt that proves itself. Errors are application/problem+json (RFC 9457)."
)
Key = Annotated[
    str | None, Header(None, alias="Idempotency-Key", max_length=once.KEY_LONGEST, pattern=once.KEY)
]
CaseId = Annotated[str, Path(..., pattern=schemas.CASE)]
Cursor = Annotated[
    str, Query("", max_length=200, pattern=schemas.KEEPABLE, description="`next` of the page before")
]
BookId = Annotated[str, Path(..., max_length=60, pattern=schemas.KEEPABLE)]
Limit = Annotated[int, Query(50, ge=1, le=cases.PAGE_MOST)]


class Token(HttpBearer):
    """`Authorization: Bearer`, with a scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Bearer:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise Problem("token", headers=tokens.ASK)
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Bearer:
        who = tokens.bearer(request, token, timezone.now())
        who.require(self.scope)
        if request.method == "POST" and request.content_type != "application/json":
            raise Problem("media-type")
        return who


class Asking(HttpRequest):
    """A request whose token was looked at."""

    auth: Bearer


class Plain(JSONRenderer):
    """Chinese stays legible, to people and to the guards that look for names."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


class Keepable(Parser):
    """A body is read only where all of its texts can be kept."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = super().parse_body(request)
        if wrong := unkeepable(_texts(body)):
            raise wrong
        return body


def _texts(body: Any) -> Iterator[str]:
    """Every text in what JSON said, names too."""
    left = [body]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value


class Interface(NinjaAPI):
    """Operations are known by the names of their functions: those stay when modules move."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)


api = Interface(
    title="Huiyin",
    version=VERSION,
    description=ABOUT,
    renderer=Plain(),
    parser=Keepable(),
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)


def problems(*names: str) -> dict[str, Any]:
    """What an operation may answer besides, for its document."""
    told: dict[int, list[str]] = {}
    for name in (*names, "method"):
        told.setdefault(TYPES[name][0], []).append(TYPES[name][1])
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "responses": {
            status: {"description": "; ".join(titles), "content": {MEDIA_TYPE: {"schema": schema}}}
            for status, titles in sorted(told.items())
        }
    }


NEEDED = ("token", "scope", "too-many", "malformed")
FILING = (*NEEDED, "too-large", "media-type", "faults", "refused", "key-used", "limit")


# --- what everybody may read ------------------------------------------------------------------


@api.get("books", response=list[schemas.Book], openapi_extra=problems())
def books(request: HttpRequest) -> Any:
    """Procedures that cases run under."""
    return shelf.books()


@api.get(
    "books/{book}",
    response=schemas.WholeBook,
    openapi_extra=problems("not-found", "malformed"),
    by_alias=True,
)
def book(request: HttpRequest, book: BookId) -> Any:
    """A procedure: its states, its steps with their articles, its lists of codes."""
    return shelf.book(book)


@api.get("categories", response=list[schemas.Listed], openapi_extra=problems())
def categories(request: HttpRequest) -> Any:
    """Content classes that a filing may have."""
    return shelf.categories()


@api.get("offices", response=list[schemas.Listed], openapi_extra=problems())
def offices(request: HttpRequest) -> Any:
    """Offices of the county."""
    return shelf.offices()


@api.get("places", response=list[schemas.Listed], openapi_extra=problems())
def places(request: HttpRequest) -> Any:
    """Towns and what is of their size; nothing smaller is ever a code."""
    return shelf.places()


@api.get("answers", response=schemas.Answers, openapi_extra=problems("malformed", "cursor"))
def answers(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Any:
    """Answers released to the public, newest first."""
    return shelf.answers(cursor, limit)


PROOF = {
    "responses": {
        200: {
            "description": "A C2SP tlog-proof, or the signed promise",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problems("not-found", "malformed")["responses"],
    }
}


@api.get("receipts/{case_id}.tlog-proof", response={200: None}, openapi_extra=PROOF)
def proof(request: HttpRequest, case_id: CaseId) -> HttpResponse:
    """The proof that a case is in the log: no name, no word. Of sealed cases there is none here."""
    row = CaseRow.objects.filter(case_id=case_id).first()
    if row is None or not taking.is_public(row):
        raise Problem("not-found")
    return HttpResponse(receipt_of(case_id).proof, content_type="text/plain; charset=utf-8")


# --- what takes a token -----------------------------------------------------------------------


@api.post(
    "cases",
    auth=Token("cases:file"),
    response={201: schemas.Receipt},
    openapi_extra=problems(*FILING, "erased"),
)
def file(
    request: Asking,
    response: HttpResponse,
    grievance: Annotated[schemas.Grievance, Body(...)],
    idempotency_key: Key = None,
) -> Any:
    """File a grievance; answers with its receipt. Scope `cases:file`.

    With an `Idempotency-Key` the same request gives the same case and receipt, and another body is refused.
    """
    who, now = request.auth, timezone.now()
    who.count_filing(now)
    data, papers = schemas.sent(grievance)
    key = once.key_of(idempotency_key or "")
    sent = Sent({**data, "channel": "web"}, papers, f"{who.name} cases {key}" if key else "")
    return _told(request, response, taking.take_in(sent, PETITIONER, who.office, now))


@api.post(
    "work-orders",
    auth=Token("orders:file"),
    response={201: schemas.Receipt, 200: schemas.Receipt},
    openapi_extra=problems(*FILING, "conflict", "erased"),
)
def order(request: Asking, response: HttpResponse, order: Annotated[schemas.WorkOrder, Body(...)]) -> Any:
    """Hand over a work order of another system (12345). Scope `orders:file`.

    Its number counts once in an office: the same order again answers 200 with its receipt, another order
    under that number 409. The same words under another number are linked as a repeat.
    """
    who, now = request.auth, timezone.now()
    who.count_filing(now)
    data, papers = schemas.sent(order)
    known = CaseRow.objects.filter(source_number=order.source_number, bureau=who.office)
    key = f"{who.office} order {order.source_number}"
    if known.exists() and not once.known(key):
        raise Problem("conflict", "A sheet or an officer registered this number.")
    made = taking.take_in(Sent(data, papers, key, "conflict"), who.system, who.office, now)
    return _told(request, response, made, 200 if made.again else 201)


def _told(request: Asking, response: HttpResponse, made: Registered, status: int = 201) -> Any:
    """The receipt, and where the case is read: nowhere for what no program sees."""
    receipt = taking.receipt(made, taking.base(request))
    if receipt["proof_url"]:
        response.headers["Location"] = f"{PREFIX}cases/{made.case}"
    return Status(status, receipt)


@api.get("cases", auth=Token("cases:read"), response=schemas.Cases, openapi_extra=problems(*NEEDED, "cursor"))
def listed(
    request: Asking,
    cursor: Cursor = "",
    limit: Limit = 50,
    state: Annotated[str, Query("", max_length=40, pattern="^[a-z_]*$")] = "",
    category: Annotated[str, Query("", max_length=24, pattern="^[a-z_]*$")] = "",
    ended: bool | None = None,
) -> Any:
    """Cases that the office deals with, in the order of their registration. Scope `cases:read`."""
    narrow = {"state": state, "category": category, "ended": ended}
    rows, following = cases.page(request.auth, cursor, limit, narrow)
    return {"items": [cases.summary(row) for row in rows], "next": following}


@api.get(
    "cases/{case_id}",
    auth=Token("cases:read"),
    response=schemas.WholeCase,
    openapi_extra=problems(*NEEDED, "not-found"),
)
def case(request: Asking, case_id: CaseId) -> Any:
    """One case with its course. Scope `cases:read`; with `cases:words` also the petition's words."""
    who, row = request.auth, cases.find(request.auth, case_id)
    course = cases.timeline(row, get_language() or "")
    return {**cases.summary(row), "timeline": course, "words": cases.words(who, row)}


@api.get("changes", auth=Token("changes:read"), response=schemas.Changes, openapi_extra=problems(*NEEDED))
def feed(
    request: Asking,
    after: Annotated[int, Query(-1, ge=-1, le=2**53, description="`after` of the answer before")] = -1,
    limit: Annotated[int, Query(100, ge=1, le=changes.PAGE_MOST)] = 100,
) -> Any:
    """What was recorded since, in the order of the log. Scope `changes:read`."""
    return changes.feed(request.auth, after, limit)


@api.get("measures", auth=Token("measures:read"), response=schemas.Measures, openapi_extra=problems(*NEEDED))
def measures(request: Asking) -> Any:
    """How the county's offices answer. Scope `measures:read`, for programs of the petition bureau."""
    if not may_in(request.auth.actor, tokens.SCOPES["measures:read"], request.auth.office):
        raise Problem("scope", "These are for the petition bureau.")
    return measured(timezone.now())


# --- errors -----------------------------------------------------------------------------------


@api.exception_handler(Problem)
def _problem(_: HttpRequest, problem: Problem) -> HttpResponse:
    return problem.answer()


@api.exception_handler(NotYours)
def _not_yours(_: HttpRequest, __: NotYours) -> HttpResponse:
    return Problem("not-found").answer()


@api.exception_handler(ValidationError)
def _malformed(_: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Where it is wrong and why; never what was sent."""
    errors = [
        {"field": ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]), "reason": one["msg"]}
        for one in fault.errors
    ]
    return Problem("malformed", more={"errors": errors}).answer()


@api.exception_handler(RequestDataTooBig)
def _too_large(_: HttpRequest, __: RequestDataTooBig) -> HttpResponse:
    return Problem("too-large").answer()


@api.exception_handler(HttpError)
def _unreadable(_: HttpRequest, fault: HttpError) -> HttpResponse:
    why = fault.__cause__
    return (why if isinstance(why, Problem) else Problem("malformed", "The body is no JSON.")).answer()


# --- the document -----------------------------------------------------------------------------


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document; it depends on nothing but this code."""
    made = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    ref = "#/components/schemas/{model}"
    problem = schemas.Problem.model_json_schema(ref_template=ref)
    made["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
    made["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    found: dict[str, Any] = made
    return found


@entry("api.read")
def openapi(_: HttpRequest) -> HttpResponse:
    return HttpResponse(json.dumps(document(), ensure_ascii=False), content_type="application/json")


def patterns() -> list[URLPattern]:
    """Ninja's addresses, each entered in the table of permissions: by a token, which the view looks at."""
    made = (pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern))
    found = [pattern for pattern in made if pattern.name != "api-root"]
    for pattern in found:
        entry("api.use")(pattern.callback)
    return found
