"""Measures of how offices answer. They count registrations and days, never people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from huiyin.casework import law
from huiyin.casework.models import CaseRow

DEFINITIONS = {
    "registered": "件次: registrations, repeats among them",
    "matters": "信访事项: registrations that repeat no earlier one",
    "answered": "registrations whose answer reached the petitioner (imported: as the sheet claims)",
    "open": "registrations without an answer whose procedure has not ended",
    "overdue": "registrations where an office's clock has passed; imported history counts only once taken up",
    "days_to_answer": "elapsed time from the letter to its answer, in days of 24 hours, unrounded; "
    "p90 by linear interpolation",
    "answered_within": "share of answered registrations with at most N×24 hours elapsed",
}


def measures(now: datetime) -> dict[str, Any]:
    """The figures with their definitions; `median`, `p90` and shares are null over nothing."""
    rows = CaseRow.objects.all()
    days = sorted(
        (answered - filed).total_seconds() / 86400
        for filed, answered in rows.filter(answered_at__isnull=False).values_list("filed_at", "answered_at")
        if answered is not None
    )
    return {
        "registered": rows.count(),
        "matters": rows.filter(repeat_of="").count(),
        "answered": len(days),
        "open": rows.filter(answered_at__isnull=True, final=False).count(),
        "overdue": rows.filter(ended=False, due_order__lt=law.day_of(now)).count(),
        "days_to_answer": {"median": quantile(days, len(days), 0.5), "p90": quantile(days, len(days), 0.9)},
        "answered_within": {str(limit): share(days, limit) for limit in (15, 60)},
        "definitions": DEFINITIONS,
    }


def quantile(ordered: "Sequence[float] | QuerySet[Any, Any]", count: int, q: float) -> float | None:
    """The `q`-quantile of `count` sorted values by linear interpolation (Hyndman & Fan, type 7)."""
    if not count:
        return None
    place = (count - 1) * q
    low = int(place)
    near: list[float] = list(ordered[low : low + 2])
    return near[0] + (near[-1] - near[0]) * (place - low)


def share(days: Sequence[float], limit: int) -> float | None:
    return sum(d <= limit for d in days) / len(days) if days else None
