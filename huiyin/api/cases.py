"""What of cases a program may see: its office's, less whatever is sealed or names an officer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from huiyin.api import cursors
from huiyin.api.problems import Problem
from huiyin.api.tokens import Bearer
from huiyin.casework import law, reading
from huiyin.casework.models import CaseRow, Listed
from huiyin.casework.permissions import TABLE
from huiyin.casework.steps import history
from huiyin.ledger.models import Entry
from huiyin.offices import tree

PAGE_MOST = 100
FEW = 2_000
ACTION = "api.cases"
_OF_ITS_OFFICE = tuple(pair.partition("@")[2] for pair in TABLE[ACTION])


def visible(who: Bearer) -> QuerySet[CaseRow]:
    """Every case that the program may see at all.

    An officer who is named is an officer of some office, and nobody can say who reads behind a program: such
    a case is for people alone. So are accusations and filings whose name is kept (design rules 4 and 5).
    """
    held = Q()
    for relation in _OF_ITS_OFFICE:
        held |= Q(joint__contains=f",{who.office},") if relation == "joint" else Q(**{relation: who.office})
    rows = CaseRow.objects.filter(held, withheld=False, erased=False)
    listed = Listed.objects.filter(office=who.office).values("case_id")
    if listed[: FEW + 1].count() <= FEW:  # its own list is short; else the whole table in order is shorter
        rows = rows.filter(case_id__in=listed)
    return rows.exclude(respondents__contains=f",{who.office},").exclude(respondents__contains="@")


def find(who: Bearer, case_id: str) -> CaseRow:
    row = visible(who).filter(case_id=case_id).first()
    if row is None:
        raise Problem("not-found")
    return row


def page(who: Bearer, cursor: str, limit: int, narrow: Mapping[str, Any]) -> tuple[list[CaseRow], str | None]:
    """Cases in the order of their registration from a cursor on, and the cursor of the next page.

    New cases come at the end, so that nothing is met twice or missed while others file.
    """
    rows = visible(who).filter(**{name: value for name, value in narrow.items() if value not in (None, "")})
    if cursor:
        at, case = cursors.read(cursor, datetime, str)
        # The first condition says no more than the second, and leads into the index.
        rows = rows.filter(registered_at__gte=at)
        rows = rows.filter(Q(registered_at__gt=at) | Q(registered_at=at, case_id__gt=case))
    found = list(rows.order_by("registered_at", "case_id")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], cursors.write(last.registered_at, last.case_id)


def summary(row: CaseRow) -> dict[str, Any]:
    """Codes, states and dates of a case; no word of it."""
    book = law.book(row.book)
    state = book.states[row.state].title
    return {
        "case": row.case_id,
        "number": row.number,
        "source_number": row.source_number or None,
        "book": row.book,
        "state": row.state,
        "state_title": {"zh": state.zh, "en": state.en},
        "ended": row.ended,
        "purpose": row.purpose,
        "category": row.category,
        "channel": row.channel,
        "place": row.place or None,
        "bureau": row.bureau,
        "handler": row.handler or None,
        "received_on": row.received_on,
        "registered_at": row.registered_at,
        "answered_at": row.answered_at,
        "due": row.due,
        "due_clock": row.due_clock or None,
    }


def timeline(row: CaseRow, language: str) -> list[dict[str, Any]]:
    """Every fact of the case, oldest first: what kind, when, by which office and role; never by whom."""
    facts = history(row.case_id)
    entries = entries_of([fact.fact_id for fact in facts])
    names = tree.names({fact.actor.office for fact in facts if fact.actor.office}, language)
    told = []
    for fact in facts:
        step = law.book(fact.book).steps.get(fact.step)
        title = reading.OUTSIDE_THE_BOOK.get(fact.kind) or (step.title if step else None)
        told.append(
            {
                "seq": fact.seq,
                "kind": fact.kind,
                "step": fact.step or None,
                "title": {"zh": title.zh, "en": title.en} if title else None,
                "at": fact.at,
                "role": fact.actor.role,
                "office": fact.actor.office or None,
                "office_name": names.get(fact.actor.office),
                "article": step.article if step else None,
                "entry": entries.get(fact.fact_id),
            }
        )
    return told


def words(who: Bearer, row: CaseRow) -> dict[str, Any] | None:
    """The petition as officers read it, for a program whose token says so; None for any other."""
    if "cases:words" not in who.scopes:
        return None
    found = reading.words(row.case_id, who.actor)
    return {"title": found.title, "body": found.body, "requests": list(found.requests)}


def entries_of(fact_ids: Sequence[int]) -> dict[int, int]:
    """Places in the log by fact; facts that still wait have none."""
    return dict(Entry.objects.filter(fact_id__in=fact_ids).values_list("fact_id", "idx"))
