"""Errors as RFC 9457 tells them: `application/problem+json` with a `type` that stays as it is.

Programs compare the type, people read `detail`. No problem quotes what was sent: it may be somebody's words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"
BASE = "/problems/"
# type → (status, title). A type is never renamed or given another meaning.
TYPES: Mapping[str, tuple[int, str]] = {
    "malformed": (400, "The request is not what the schema says"),
    "token": (401, "A token is needed, and this is none"),
    "scope": (403, "The token does not allow this"),
    "not-found": (404, "There is nothing here that this token may see"),
    "method": (405, "This address does not take that method"),
    "conflict": (409, "This number is taken by another order"),
    "erased": (410, "The words of this case were erased"),
    "too-large": (413, "The request is too large; nothing was saved"),
    "media-type": (415, "Send application/json"),
    "faults": (422, "Something has to be put right first"),
    "cursor": (422, "This is no cursor of ours"),
    "refused": (422, "The procedure refuses this"),
    "key-used": (422, "The Idempotency-Key was used for another request"),
    "too-many": (429, "Too many wrong tokens"),
    "limit": (429, "This token has filed as much as it may in an hour"),
    "internal": (500, "Something went wrong here; nothing is known to be saved"),
    "unsaved": (503, "The store could not be reached; nothing was saved"),
}
_OF_STATUS = {status: name for name, (status, _) in reversed([*TYPES.items()])}

# No database holds a NUL, and half of a surrogate pair has no UTF-8 form.
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


@dataclass
class Problem(Exception):
    """One refusal. `more`: further members, such as `errors` ({field, reason}) or `article`."""

    name: str
    detail: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return TYPES[self.name][0]

    def document(self) -> dict[str, Any]:
        status, title = TYPES[self.name]
        found: dict[str, Any] = {"type": f"{BASE}{self.name}", "title": title, "status": status}
        return found | ({"detail": self.detail} if self.detail else {}) | dict(self.more)

    def answer(self) -> HttpResponse:
        return JsonResponse(
            self.document(),
            status=self.status,
            content_type=MEDIA_TYPE,
            headers=dict(self.headers),
            json_dumps_params={"ensure_ascii": False},
        )


def faults(found: Sequence[tuple[str, str]]) -> Problem:
    """Everything that is wrong with a filing, as (field, reason)."""
    return Problem("faults", more={"errors": [{"field": name, "reason": why} for name, why in found]})


def unkeepable(texts: Iterable[str]) -> Problem | None:
    """The problem of a request with a text that nothing can keep."""
    if any(_UNKEEPABLE.search(text) for text in texts):
        return Problem("malformed", "A text holds NUL or half of a surrogate pair.")
    return None


def of_status(status: int) -> Problem:
    """The problem that a bare status stands for."""
    return Problem(
        _OF_STATUS.get(status, "malformed" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal")
    )
