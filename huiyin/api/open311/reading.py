"""What Open311 shows of requests: service, agency, state and days, which is what the log's public part says.

Nothing sealed, nothing that complains of anybody, no words and no place. A list shows a request only where
its office had at least `CELL` of that service in that month, as the log's public parts are opened; whoever
holds a request's id (it is in the receipt) sees that one all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from huiyin.api import taking
from huiyin.api.cases import visible
from huiyin.api.tokens import Bearer
from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.ledger.facts import Fact
from huiyin.ledger.models import Entry
from huiyin.offices import tree

MOST = 1000
SPAN = timedelta(days=90)
CELL = 5
CLOSED = Q(answered_at__isnull=False) | Q(final=True)
_OFFICE = Coalesce(NullIf("handler", Value("")), F("bureau"), output_field=CharField())


@dataclass(frozen=True)
class Asked:
    """What a list is asked for; empty is everything. Days are both included."""

    first: date
    last: date
    ids: Sequence[str] = ()
    services: Sequence[str] = ()
    statuses: Sequence[str] = ()
    page: int = 1
    size: int = MOST


def public() -> QuerySet[CaseRow]:
    """Cases that the public may meet: `taking.is_public`, and not history out of a sheet."""
    return CaseRow.objects.filter(withheld=False, erased=False, respondents="", imported=False)


def one(case_id: str, who: Bearer | None) -> CaseRow | None:
    """The request of this id; None where there is none to see."""
    return (visible(who) if who else public()).filter(case_id=case_id).first()


def several(asked: Asked, who: Bearer | None) -> list[CaseRow]:
    """The requests asked for, newest first; ids override everything else."""
    rows = visible(who) if who else public()
    if asked.ids:
        return list(rows.filter(case_id__in=asked.ids).order_by("-registered_at", "case_id")[:MOST])
    rows = _narrowed(rows, asked).order_by("-registered_at", "case_id")
    start = (asked.page - 1) * asked.size
    if who:
        return list(rows[start : start + asked.size])
    return _of_large_cells(rows, asked, start)


def _narrowed(rows: QuerySet[CaseRow], asked: Asked) -> QuerySet[CaseRow]:
    rows = rows.filter(registered_at__gte=_start(asked.first), registered_at__lt=_start(asked.last, 1))
    if asked.services:
        rows = rows.filter(category__in=asked.services)
    if set(asked.statuses) == {"closed"}:
        rows = rows.filter(CLOSED)
    if set(asked.statuses) == {"open"}:
        rows = rows.exclude(CLOSED)
    return rows


def _of_large_cells(rows: QuerySet[CaseRow], asked: Asked, start: int) -> list[CaseRow]:
    large, found = _large_cells(asked), []
    for row in rows.iterator(MOST):
        month = law.day_of(row.registered_at).replace(day=1)
        if (month, row.handler or row.bureau, row.category) in large:
            found.append(row)
            if len(found) == start + asked.size:
                break
    return found[start:]


def _large_cells(asked: Asked) -> set[tuple[date, str, str]]:
    """(month, office, service) with enough requests that none of them stands out."""
    month, found = asked.first.replace(day=1), set()
    while month <= asked.last:
        following = (month + timedelta(days=32)).replace(day=1)
        rows = public().filter(registered_at__gte=_start(month), registered_at__lt=_start(following))
        cells = (
            rows.annotate(office=_OFFICE).values_list("office", "category").annotate(count=Count("case_id"))
        )
        found |= {(month, office, category) for office, category, count in cells if count >= CELL}
        month = following
    return found


def _start(day: date, further: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=further), time(), law.ZONE)


# --- as GeoReport has it ----------------------------------------------------------------------


def told(rows: Sequence[CaseRow], site: str, language: str) -> list[dict[str, Any]]:
    """Requests with GeoReport's fields, in its order; what is not for the public is null."""
    ids = [row.case_id for row in rows]
    latest = dict(Fact.objects.filter(case_id__in=ids).values_list("case_id").annotate(at=Max("recorded_at")))
    first = dict(Fact.objects.filter(case_id__in=ids, seq=1).values_list("case_id", "id"))
    entries = dict(Entry.objects.filter(fact_id__in=first.values()).values_list("fact_id", "idx"))
    names = tree.names({row.handler or row.bureau for row in rows}, language)
    return [
        _told(row, latest[row.case_id], names, language)
        | _receipt(row, entries.get(first[row.case_id]), site)
        for row in rows
    ]


def _told(row: CaseRow, latest: datetime, names: dict[str, str], language: str) -> dict[str, Any]:
    book = law.book(row.book)
    service = book.categories.get(row.category)
    office = row.handler or row.bureau
    return {
        "service_request_id": row.case_id,
        "status": "closed" if row.answered_at or row.final else "open",
        "status_notes": book.states[row.state].title.get(language),
        "service_name": service.get(language) if service else None,
        "service_code": row.category,
        "description": None,
        "agency_responsible": names.get(office, office),
        "service_notice": None,
        "requested_datetime": _day(law.day_of(row.registered_at)),
        "updated_datetime": _day(law.day_of(latest)),
        "expected_datetime": _day(row.due) if row.due else None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _receipt(row: CaseRow, index: int | None, site: str) -> dict[str, Any]:
    """Extension fields: where anyone finds the proof that it was filed."""
    return {
        "receipt_entry": index,
        "receipt_proof_url": taking.proof_url(site, row),
        "checkpoint_url": f"{site}/log/checkpoint",
    }


def _day(day: date) -> str:
    return _start(day).isoformat()
