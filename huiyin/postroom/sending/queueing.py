"""The queue: who sends what, what came of it, and what an office sees of it.

A message is taken for a short while and sent outside any transaction. A process that dies in between leaves
it taken; when the while is over another takes it up under the same number, so that whoever gets it twice can
tell.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from huiyin.casework.law import ZONE
from huiyin.casework.wishes import EMAIL, PAPER, PUSH, SMS
from huiyin.ledger.facts import writing
from huiyin.postroom.sending.hours import MOST, Quiet, pause
from huiyin.postroom.sending.means import HOOK, OFFICE
from huiyin.postroom.sending.models import DROPPED, FAILED, PRINTED, SENDING, SENT, WAITING, Message

CHANNELS = (EMAIL, SMS, PUSH, PAPER, HOOK, OFFICE)
AT_ONCE = 20  # messages that one process takes in hand
KEPT = timedelta(days=90)
LATE = timedelta(hours=1)
SHOWN = 200


@dataclass(frozen=True)
class Batch:
    """One message: every news of a case that waits for a channel, one event, or one reminder."""

    id: str
    case: str
    channel: str
    receiver: str
    rows: tuple[int, ...]
    fact_id: int
    attempts: int
    kinds: frozenset[str]


def claim(
    channel: str,
    now: datetime,
    held: timedelta,
    quiet: Quiet | None = None,
    cases: Sequence[str] | None = None,
    receiver: str = "",
) -> list[Batch]:
    """Take what is due, oldest first, for the time `held`; of these `cases` or this receiver alone, if named.

    In quiet hours nobody is written to.
    """
    if quiet and quiet.holds(now):
        return []
    with writing():
        here = Message.objects.filter(channel=channel)
        if receiver:
            here = here.filter(receiver=receiver)
        if cases is not None:
            here = here.filter(case__in=cases)
        due = here.filter(state=WAITING, due_at__lte=now)
        left = here.filter(state=SENDING, until__lt=now)
        first = [*_locked(left.order_by("until", "id")), *_locked(due.order_by("due_at", "id"))][:AT_ONCE]
        rows = _with_their_like(channel, first, now)
        made = [_batch(list(some)) for _, some in groupby(sorted(rows, key=_place), key=_place)]
        batches = sorted(made, key=lambda batch: batch.rows)
        for batch in batches:
            Message.objects.filter(id__in=batch.rows).update(
                state=SENDING,
                batch=batch.id,
                until=now + held,
                tried_at=now,
                attempts=batch.attempts,
            )
    return batches


def _locked(rows: QuerySet[Message]) -> list[Message]:
    """The rows, but for those that another process takes at this moment."""
    return list(rows.select_for_update(skip_locked=connection.vendor == "postgresql")[:AT_ONCE])


def _with_their_like(channel: str, rows: Sequence[Message], now: datetime) -> list[Message]:
    """With each news whatever else waits for the same petitioner or office: one message tells of all."""
    if channel == HOOK:
        return list(rows)
    free = Q(state=WAITING) | Q(state=SENDING, until__lt=now)
    like = Message.objects.filter(free, channel=channel, case__in={row.case for row in rows})
    like = like.filter(receiver__in={row.receiver for row in rows})
    found = {row.id: row for row in like.select_for_update(skip_locked=connection.vendor == "postgresql")}
    return list(({row.id: row for row in rows} | found).values())


def _place(row: Message) -> tuple[str, str, str]:
    return (row.case, row.receiver, row.batch if row.channel == HOOK else "")


def _batch(rows: Sequence[Message]) -> Batch:
    first = min(rows, key=lambda row: row.id)
    number = next((row.batch for row in rows if row.batch), "") or uuid.uuid4().hex
    attempts = 1 + max(row.attempts for row in rows)
    ids = tuple(sorted(row.id for row in rows))
    kinds = frozenset(row.kind for row in rows)
    return Batch(number, first.case, first.channel, first.receiver, ids, first.fact_id, attempts, kinds)


# --- what came of it --------------------------------------------------------------------------


def sent(batch: Batch, now: datetime, state: str = SENT) -> None:
    _end(batch, state, "", now)


def dropped(batch: Batch, why: str, now: datetime) -> None:
    """Not wanted any more: nothing was sent and nothing will be."""
    _end(batch, DROPPED, why, now)


def failed(batch: Batch, fault: str, now: datetime, *, final: bool = False) -> None:
    """Try again later; after `MOST` attempts, or when none can succeed, it lies there for somebody to see."""
    if final or batch.attempts >= MOST:
        _end(batch, FAILED, fault, now)
    else:
        _mine(batch).update(state=WAITING, until=None, fault=fault, due_at=now + pause(batch.attempts))


def release(batches: Iterable[Batch]) -> None:
    """Give back what was taken and not tried."""
    for batch in batches:
        _mine(batch).update(state=WAITING, until=None, attempts=batch.attempts - 1)


def _end(batch: Batch, state: str, fault: str, now: datetime) -> None:
    _mine(batch).update(state=state, fault=fault, until=None, ended_at=now)


def _mine(batch: Batch) -> QuerySet[Message]:
    return Message.objects.filter(id__in=batch.rows, batch=batch.id, state=SENDING)


def resend(now: datetime, batches: Sequence[str] | None = None) -> int:
    """Queue what failed once more: all, or these messages (which may be printed letters); how many rows."""
    rows = Message.objects.filter(state=FAILED)
    if batches is not None:
        rows = Message.objects.filter(state__in=(FAILED, PRINTED), batch__in=batches)
    with writing():
        return rows.update(state=WAITING, attempts=0, due_at=now, ended_at=None, fault="", until=None)


def give_up_others(receivers: Iterable[str], now: datetime) -> int:
    """Give up what waits for receivers that are named no more; how many events."""
    left = Message.objects.filter(channel=HOOK, state__in=(WAITING, SENDING)).exclude(
        receiver__in=list(receivers)
    )
    return left.update(state=FAILED, fault="no-receiver", until=None, ended_at=now)


def forget(now: datetime) -> int:
    """Delete what ended long ago; how many rows."""
    return Message.objects.filter(ended_at__lt=now - KEPT).delete()[0]


def waiting_cases(channel: str, most: int) -> list[str]:
    """Cases with news that wait for a channel, oldest first."""
    waiting = Message.objects.filter(channel=channel, state__in=(WAITING, SENDING)).values("case")
    found = waiting.annotate(first=Min("made_at")).order_by("first", "case")
    return [row["case"] for row in found[:most]]


def last_printed(cases: Sequence[str]) -> tuple[datetime | None, list[str]]:
    """When letters of these cases were printed last, and which messages those were."""
    printed = Message.objects.filter(channel=PAPER, state=PRINTED, case__in=cases)
    at = printed.aggregate(at=Max("ended_at"))["at"]
    return at, sorted(set(printed.filter(ended_at=at).values_list("batch", flat=True))) if at else []


def printed_cases(since: datetime) -> list[str]:
    """Cases of which a letter was printed since then."""
    printed = Message.objects.filter(channel=PAPER, state=PRINTED, ended_at__gte=since)
    return sorted(set(printed.values_list("case", flat=True)))


# --- what an office sees ----------------------------------------------------------------------


def standing(now: datetime, quiet: Quiet | None = None) -> dict[str, dict[str, Any]]:
    """By channel: news that wait, are late (due for an hour), and failed; since when the oldest waits.

    Nothing is late in quiet hours, nor in the hour after them.
    """
    waiting, due = Q(state__in=(WAITING, SENDING)), now - LATE
    rests = quiet is not None and (quiet.holds(now) or quiet.holds(due))
    late = waiting & Q(due_at__lt=due) & ~Q(channel=PAPER)
    if rests:
        late &= Q(channel=HOOK)
    rows = Message.objects.filter(state__in=(WAITING, SENDING, FAILED)).values("channel")
    found = rows.annotate(
        waiting=Count("id", filter=waiting),
        late=Count("id", filter=late),
        failed=Count("id", filter=Q(state=FAILED)),
        oldest=Min("made_at", filter=waiting),
    )
    by = {row["channel"]: {k: v for k, v in row.items() if k != "channel"} for row in found}
    nothing = {"waiting": 0, "late": 0, "failed": 0, "oldest": None}
    return {channel: by.get(channel, nothing) for channel in CHANNELS}


def per_day(since: datetime) -> list[dict[str, Any]]:
    """Messages by day and channel, newest first: `day`, `channel`, `sent`, `failed`."""
    rows = Message.objects.filter(ended_at__gte=since).annotate(day=TruncDate("ended_at", tzinfo=ZONE))
    found = rows.values("day", "channel").annotate(
        sent=Count("batch", distinct=True, filter=Q(state__in=(SENT, PRINTED))),
        failed=Count("batch", distinct=True, filter=Q(state=FAILED)),
    )
    return [{**row} for row in found.order_by("-day", "channel")]


def failures() -> list[dict[str, Any]]:
    """Messages that failed for good, newest first.

    `batch`, `channel`, `receiver`, `fault`, `attempts`, `at` (the last one), `first` (when it was queued).
    """
    found = Message.objects.filter(state=FAILED).values("batch", "channel", "receiver", "fault", "attempts")
    rows = found.annotate(at=Max("tried_at"), first=Min("made_at")).order_by("-at")[:SHOWN]
    return [{**row} for row in rows]


def troubles() -> list[dict[str, Any]]:
    """Why what still waits has failed so far: `channel`, `receiver`, `fault`, `count`, `next`."""
    waiting = Message.objects.filter(state__in=(WAITING, SENDING)).exclude(fault="")
    found = waiting.values("channel", "receiver", "fault")
    rows = found.annotate(count=Count("id"), next=Min("due_at")).order_by("channel", "-count")
    return [{**row} for row in rows]
