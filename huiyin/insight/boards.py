"""Goals and campaigns as facts of streams, and their rows: written here, made again by `rebuild`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models

from huiyin.casework import law, streams
from huiyin.casework.permissions import NotYours, may_in
from huiyin.casework.projection import Difference, compare, strays
from huiyin.casework.records import ERASED, Deed, Past
from huiyin.casework.streams import Subject
from huiyin.insight.models import CampaignMatter, CampaignRow, GoalRow
from huiyin.ledger import sequencer
from huiyin.ledger.facts import writing
from huiyin.offices import tree
from huiyin.procedure import Actor

Rows = list[models.Model]
GOAL, CAMPAIGN = "goal", "campaign"


def require(actor: Actor, action: str) -> None:
    if not may_in(actor, action):
        raise NotYours(action)


# --- writing ----------------------------------------------------------------------------------


def begin(kind: str, deed: Deed, day: date, now: datetime) -> str:
    """The first fact of a goal or a campaign of the county; its reference."""
    about = Subject(kind, tree.bureau_code(), day, law.book_in_force().name)
    with writing():
        fact = streams.begin(about, deed, now)
        _lay([fact])
    sequencer.wait([fact.fact_id])
    return fact.case


def add(ref: str, deed: Deed, now: datetime) -> None:
    """One more fact of it; `MovedOn` when somebody was faster."""
    with writing():
        facts = streams.history(ref)
        fact = streams.add(facts, deed, now)
        _lay([*facts, fact])
    sequencer.wait([fact.fact_id])


def _lay(facts: Sequence[Past]) -> None:
    for row in rows(facts):
        row.save()


# --- rows -------------------------------------------------------------------------------------


def rows(facts: Sequence[Past]) -> Rows:
    """Every row that one stream leaves, oldest fact first."""
    return _READERS[facts[0].values["subject"]](facts)


def _goal(facts: Sequence[Past]) -> Rows:
    first, values = facts[0], facts[0].values
    row = GoalRow(
        ref=first.case,
        measure=values["measure"],
        target=values["target"],
        first=date.fromisoformat(values["first"]),
        last=date.fromisoformat(values["last"]),
        set_at=first.at,
        set_by=first.actor.ref,
        office=first.actor.office,
        dropped=any(fact.kind == "goal.dropped.1" for fact in facts),
        seq=facts[-1].seq,
    )
    return [row]


def _campaign(facts: Sequence[Past]) -> Rows:
    first, values = facts[0], facts[0].values
    closed = [fact for fact in facts if fact.kind == "campaign.closed.1"]
    row = CampaignRow(
        ref=first.case,
        office=values["office"],
        sponsor=values["sponsor"],
        repeats=values["repeats"],
        open_days=values["open_days"],
        category=values["category"],
        opened_on=date.fromisoformat(values["day"]),
        term=date.fromisoformat(values["term"]),
        closed_on=law.day_of(closed[-1].at) if closed else None,
        erased=facts[-1].kind == ERASED,
        seq=facts[-1].seq,
    )
    matters = [CampaignMatter(key=f"{row.ref}/{case}", ref=row.ref, case=case) for case in values["matters"]]
    return [row, *matters]


_READERS: Mapping[str, Callable[[Sequence[Past]], Rows]] = {GOAL: _goal, CAMPAIGN: _campaign}
_TABLES: tuple[type[models.Model], ...] = (GoalRow, CampaignRow, CampaignMatter)


def rebuild(*, check: bool) -> Iterator[Difference]:
    """Make every row of goals and campaigns again from facts; yield each difference."""
    seen: dict[type[models.Model], set[Any]] = {model: set() for model in _TABLES}
    for facts in streams.every():
        if facts[0].values["subject"] not in _READERS:
            continue
        for row in rows(facts):
            seen[type(row)].add(row.pk)
            yield from compare(row, check)
    yield from strays(seen, check)
