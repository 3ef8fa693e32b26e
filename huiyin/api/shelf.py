"""What everybody may read: books, lists of codes, released answers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from huiyin.api import cursors
from huiyin.api.problems import Problem
from huiyin.casework import law
from huiyin.casework.models import Release
from huiyin.offices import tree
from huiyin.offices.models import Named
from huiyin.procedure import Book, Step, Text


def books() -> list[dict[str, Any]]:
    """Every procedure there is, the one in force first."""
    current = law.book_in_force().name
    return [_book(law.book(name)) for name in dict.fromkeys((current, *law.books()))]


def book(name: str) -> dict[str, Any]:
    if name not in (law.book_in_force().name, *law.books()):
        raise Problem("not-found")
    found = law.book(name)
    lists = {name: _listed(getattr(found, name)) for name in ("purposes", "channels", "categories")}
    states = _listed({state.id: state.title for state in found.states.values()})
    return {**_book(found), **lists, "states": states, "steps": [_step(one) for one in found.steps.values()]}


def categories() -> list[dict[str, Any]]:
    return _listed(law.book_in_force().categories)


def offices() -> list[dict[str, Any]]:
    return [_named(office.code, office) for office in tree.offices()]


def places() -> list[dict[str, Any]]:
    return [_named(place.code, place) for place in tree.places()]


def answers(cursor: str, limit: int) -> dict[str, Any]:
    """Released answers, newest first; public text and nothing that leads to a case."""
    rows = Release.objects.order_by("-released_on", "-fact_id").defer("case_id")
    if cursor:
        day, last = cursors.read(cursor, date, int)
        rows = rows.filter(Q(released_on__lt=day) | Q(released_on=day, fact_id__lt=last))
    found = list(rows[: limit + 1])
    items = found[:limit]
    following = cursors.write(items[-1].released_on, items[-1].fact_id) if len(found) > limit else None
    return {"items": [_answer(row) for row in items], "next": following}


def _answer(row: Release) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("title", "question", "answer", "category", "office")}
    return {"id": row.fact_id, "released_on": row.released_on, **told}


def _book(found: Book) -> dict[str, Any]:
    return {
        "book": found.name,
        "title": _words(found.title),
        "law": _words(found.law),
        "in_force": found.name == law.book_in_force().name,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.id,
        "title": _words(step.title),
        "kind": step.fact,
        "article": step.article,
        "by": [str(who) for who in step.by],
        "from": [state for state in step.from_ if state],
        "to": list(step.targets()),
    }


def _listed(of: Mapping[str, Text]) -> list[dict[str, Any]]:
    return [{"code": code, "title": _words(title)} for code, title in of.items()]


def _named(code: str, row: Named) -> dict[str, Any]:
    return {"code": code, "title": {"zh": row.name_zh, "en": row.name_en}}


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
