"""The feed of changes: facts in the order of the log, of cases that the program may see."""

from dataclasses import dataclass
from datetime import datetime

from huiyin.api.cases import visible
from huiyin.api.tokens import Bearer
from huiyin.ledger.facts import Fact
from huiyin.ledger.models import Entry

LOOKED_AT = 2_000  # entries of the log in one answer
PAGE_MOST = 500


@dataclass(frozen=True)
class Change:
    """One fact in the log: its entry, what happened, to which case, when it was recorded."""

    entry: int
    kind: str
    case: str
    seq: int
    at: datetime


@dataclass(frozen=True)
class Feed:
    """Changes after an entry. `after`: what to ask with next; `more`: whether there is more already."""

    changes: list[Change]
    after: int
    more: bool


def feed(who: Bearer, after: int, limit: int) -> Feed:
    """At most `limit` changes behind the entry `after` (-1: from the first).

    Only what is in the log is told: an entry's place never changes, so a program that keeps `after` meets
    every change once.
    """
    entries = list(Entry.objects.filter(idx__gt=after).order_by("idx")[:LOOKED_AT])
    if not entries:
        return Feed([], after, False)
    places = {entry.fact_id: entry.idx for entry in entries}
    facts = Fact.objects.filter(id__in=list(places)).only("id", "case_id", "seq", "kind", "recorded_at")
    told = {fact.id: fact for fact in facts}
    asked = {fact.case_id for fact in told.values()}
    seen = set(visible(who).filter(case_id__in=asked).values_list("case_id", flat=True))
    found: list[Change] = []
    last = after
    for fact_id, place in places.items():
        if len(found) == limit:
            break
        last, fact = place, told[fact_id]
        if fact.case_id in seen:
            found.append(Change(place, fact.kind, fact.case_id, fact.seq, fact.recorded_at))
    more = last < entries[-1].idx or Entry.objects.filter(idx__gt=entries[-1].idx).exists()
    return Feed(found, last, more)
