"""What every page of the portal is given, and how a form's faults are shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.casework.law import book_in_force
from huiyin.intake.filing import Fault
from huiyin.offices import tree
from huiyin.procedure import Book


@dataclass(frozen=True)
class Problem:
    """One fault as the page shows it: at its field, and in the summary with a link to `anchor`."""

    field: str
    anchor: str
    text: str


def speech() -> str:
    """The language of the page, as `Text.get` takes it."""
    return get_language() or "zh-hans"


def cite(article: str, book: Book | None = None) -> str:
    """An article as the reader writes it; `book`: the one it stands in, where it is not that in force."""
    return (book or book_in_force()).cite(article, speech()) if article else ""


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, here: str = "", status: int = 200
) -> HttpResponse:
    return render(request, template, {"here": here, **context}, status=status)


def county(_request: HttpRequest) -> dict[str, object]:
    """Context processor: whose pages these are. Also for pages that tell of a failed database."""
    return {"county": SimpleLazyObject(_county)}


def _county() -> str:
    try:
        zh, en = tree.county_names()
    except (DatabaseError, InterfaceError):
        return ""
    return zh if speech().startswith("zh") else en


def refused(
    request: HttpRequest, heading: str, reason: str, *, article: str = "", back: str = "/", status: int = 422
) -> HttpResponse:
    context = {"heading": heading, "reason": reason, "article": cite(article), "back": back}
    return page(request, "portal/refused.html", context, status=status)


def problems_of(faults: Iterable[Fault], anchors: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(fault.field, anchors.get(fault.field, fault.field), _(fault.reason) % fault.params)
        for fault in faults
    ]


def first_of_each(problems: Iterable[Problem]) -> dict[str, str]:
    """What stands at each field: its first problem."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.field, problem.text)
    return found
