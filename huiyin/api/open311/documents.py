"""GeoReport v2 documents, as JSON and as XML from the same data.

A list becomes repeated elements under the singular of its name; what is None is an empty element or null.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from django.http import HttpRequest, HttpResponse, JsonResponse

from huiyin.api.problems import Problem

ONE_OF = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# What XML 1.0 cannot hold, even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# GeoReport knows few statuses: what is wrong with the request is 400, with the key 403.
STATUS = {401: 403, 422: 400, 415: 400}
OPEN = {"Access-Control-Allow-Origin": "*"}

Data = Mapping[str, Any] | Sequence[Any]


def document(ending: str, root: str, data: Data, *, status: int = 200, open_: bool = False) -> HttpResponse:
    """One document in the format that the address ends with. `open_`: any web page may read it (CORS)."""
    headers = OPEN if open_ else None
    if ending == "xml":
        element = _element(root, data)
        body = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
        return HttpResponse(body, status=status, content_type=FORMATS["xml"], headers=headers)
    return JsonResponse(
        data,
        safe=False,
        status=status,
        content_type=FORMATS["json"],
        headers=headers,
        json_dumps_params={"ensure_ascii": False},
    )


def refusal(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The errors document: one error for each thing that is wrong."""
    status = STATUS.get(problem.status, problem.status)
    said = [f"{one['field']}: {one['reason']}" for one in problem.more.get("errors", ())]
    told = said or [problem.detail or problem.document()["title"]]
    errors = [{"code": status, "description": text} for text in told]
    ending = "json" if request.path.endswith(".json") else "xml"
    answer = document(ending, "errors", errors, status=status, open_=request.method in ("GET", "HEAD"))
    for name, value in problem.headers.items():
        if name != "WWW-Authenticate":
            answer.headers[name] = value
    return answer


def _element(name: str, data: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(data, Mapping):
        element.extend(_element(key, value) for key, value in data.items())
    elif isinstance(data, list | tuple):
        element.extend(_element(ONE_OF[name], value) for value in data)
    elif data is not None:
        element.text = str(data).lower() if isinstance(data, bool) else _UNWRITABLE.sub("\ufffd", str(data))
    return element
