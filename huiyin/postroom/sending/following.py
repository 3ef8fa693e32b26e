"""The queue follows the log: a row for each channel that wants to hear of a fact, once it is integrated.

Rows and the position in the log are written in one transaction. A crash before it leaves nothing, and the
next look begins where the last one ended; after it, the entry is not read again. So every fact is queued
once, in spite of crashes and of several processes that follow at once.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from huiyin.casework import wishes
from huiyin.casework.models import CaseRow
from huiyin.casework.records import ERASED, STREAM, Past
from huiyin.casework.streams import histories
from huiyin.ledger.facts import Fact, writing
from huiyin.ledger.models import Entry
from huiyin.postroom.sending.means import HOOK, Means
from huiyin.postroom.sending.models import Follower, Message
from huiyin.postroom.sending.telling import is_news

NEWS = "news"
PAGE = 500  # entries of the log in one transaction

Rows = Callable[[list[Fact]], Iterator[Message]]


def catch_up(means: Means, now: datetime) -> int:
    """Queue what the log got since the last look; how many messages.

    Petitioners hear of whatever followed their wish; a receiver of what came after it was first named.
    """
    made = _follow(NEWS, partial(_news, means=means, now=now), begin=0)
    end = _end()
    for name in means.receivers:
        made += _follow(f"hook/{name}", partial(_events, receiver=name, now=now), begin=end)
    return made


def behind() -> int:
    """How many entries of the log have not been read for news yet."""
    place = Follower.objects.filter(key=NEWS).values_list("next", flat=True).first()
    return _end() - (place or 0)


def _end() -> int:
    last = Entry.objects.order_by("-idx").values_list("idx", flat=True).first()
    return 0 if last is None else last + 1


def _follow(key: str, rows: Rows, begin: int) -> int:
    Follower.objects.get_or_create(key=key, defaults={"next": begin})
    total = 0
    while (made := _page(key, rows)) is not None:
        total += made
    return total


def _page(key: str, rows: Rows) -> int | None:
    """One page of entries; None when there is none. Of two processes, the second goes on behind the first."""
    place = Follower.objects.get(key=key)
    if not Entry.objects.filter(idx__gte=place.next).exists():
        return None
    with writing():
        place = Follower.objects.select_for_update().get(key=key)
        entries = list(Entry.objects.filter(idx__gte=place.next).order_by("idx")[:PAGE])
        if not entries:
            return None
        told = list(Fact.objects.filter(id__in=[entry.fact_id for entry in entries]).order_by("id"))
        made = list(rows([fact for fact in told if fact.case_id and not fact.case_id.startswith(STREAM)]))
        # A position that was set back (by hand, by an old copy of this table) tells nothing twice.
        Message.objects.bulk_create(made, batch_size=100, ignore_conflicts=True)
        place.next = entries[-1].idx + 1
        place.save()
    return len(made)


def _news(facts: Iterable[Fact], means: Means, now: datetime) -> Iterator[Message]:
    new = {fact.id: fact.case_id for fact in facts}
    wished = Fact.objects.filter(case_id__in=set(new.values()), kind=wishes.CHOSEN)
    cases = set(wished.values_list("case_id", flat=True))
    due = now + means.digest
    for past in histories(cases).values():
        if past[-1].kind == ERASED:
            continue
        for until in range(1, len(past)):
            if past[until].fact_id in new:
                for channel in _channels(past[: until + 1]):
                    # A letter waits for whoever prints it.
                    at = now if channel == wishes.PAPER else due
                    yield _message(past[until], channel, now, at)


def _channels(facts: Sequence[Past]) -> tuple[str, ...]:
    """By which channels the petitioner wants to hear of the last fact, by the wish that stood before it."""
    wish = wishes.of_facts(facts[:-1])
    return wish.channels if wish.channels and is_news(facts) else ()


def _events(facts: list[Fact], receiver: str, now: datetime) -> Iterator[Message]:
    """Steps of cases for another system; none of a case whose public part withholds what it is about."""
    hidden = CaseRow.objects.filter(case_id__in={fact.case_id for fact in facts}, withheld=True)
    closed = set(hidden.values_list("case_id", flat=True))
    for fact in facts:
        if fact.case_id not in closed and fact.clear_json()["step"]:
            made = Message(fact_id=fact.id, case=fact.case_id, kind=fact.kind, channel=HOOK)
            made.receiver, made.batch, made.made_at, made.due_at = receiver, uuid.uuid4().hex, now, now
            yield made


def _message(fact: Past, channel: str, now: datetime, due: datetime) -> Message:
    return Message(
        fact_id=fact.fact_id, case=fact.case, kind=fact.kind, channel=channel, made_at=now, due_at=due
    )
