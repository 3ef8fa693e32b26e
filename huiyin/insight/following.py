"""The rows that figures are counted from follow the log, entry by entry; made again by `rebuild`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from huiyin.casework.models import CaseRow
from huiyin.casework.projection import Difference, compare, strays
from huiyin.casework.records import STREAM, Past
from huiyin.casework.streams import histories
from huiyin.insight.counting import counted, duties
from huiyin.insight.models import Counted, Duty, Position
from huiyin.ledger.facts import Fact, writing
from huiyin.ledger.models import Entry

KEY = "figures"
PAGE = 500  # entries of the log in one transaction
AT_ONCE = 100  # pages in one look


def catch_up(pages: int | None = None) -> int:
    """Count what the log got since the last look, at most so many pages; the first entry not counted."""
    while pages is None or pages > 0:
        if not _page():
            break
        pages = None if pages is None else pages - 1
    return position()


def look(_: datetime) -> None:
    """One look of the worker, which has other dates to keep."""
    catch_up(pages=AT_ONCE)


def behind() -> int:
    """How many entries of the log are not counted yet."""
    last = Entry.objects.order_by("-idx").values_list("idx", flat=True).first()
    return 0 if last is None else last + 1 - position()


def position() -> int:
    """The first entry of the log that is not counted yet: figures are of all entries before it."""
    found = Position.objects.filter(key=KEY).values_list("next", flat=True).first()
    return found or 0


def _page() -> bool:
    """One page of entries, in one transaction; whether there may be more.

    Of two processes that follow at once, the second waits for the first and goes on behind it.
    """
    if not Entry.objects.filter(idx__gte=position()).exists():
        return False
    with writing():
        Position.objects.get_or_create(key=KEY)
        place = Position.objects.select_for_update().get(key=KEY)
        entries = list(Entry.objects.filter(idx__gte=place.next).order_by("idx")[:PAGE])
        if not entries:
            return False
        told = Fact.objects.filter(id__in=[entry.fact_id for entry in entries])
        _count({fact.case_id for fact in told.only("case_id") if not _is_stream(fact.case_id)})
        place.next = entries[-1].idx + 1
        place.save()
    return len(entries) == PAGE


def _is_stream(ref: str) -> bool:
    return not ref or ref.startswith(STREAM)


def _count(cases: set[str]) -> None:
    """Lay the rows of these cases over the tables, whatever they were."""
    made = [row for facts in histories(cases).values() for row in rows(facts)]
    Duty.objects.filter(case__in=cases).delete()
    Counted.objects.filter(case__in=cases).delete()
    Counted.objects.bulk_create([row for row in made if isinstance(row, Counted)])
    Duty.objects.bulk_create([row for row in made if isinstance(row, Duty)])


def rows(facts: Sequence[Past]) -> list[Counted | Duty]:
    """Every row that one case leaves."""
    return [counted(facts), *duties(facts)]


def rebuild(*, check: bool, progress: Callable[[int], None] | None = None) -> Iterator[Difference]:
    """Make every row again from facts; yield each difference. `check` only follows the log."""
    catch_up()
    seen: dict[type[models.Model], set[Any]] = {Counted: set(), Duty: set()}
    cases = CaseRow.objects.order_by("pk").values_list("pk", flat=True)
    for done, case in enumerate(cases.iterator(2000), 1):
        for row in rows(histories([case])[case]):
            seen[type(row)].add(row.pk)
            yield from compare(row, check)
        if progress:
            progress(done)
    yield from strays(seen, check)
