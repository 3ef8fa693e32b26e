"""Streams: facts that belong to no case, such as an office's routine; sealed and logged as a case's are.

Each has a key of its own, so that its words can be erased alone. What the facts mean, and what tables show of
them, is for the room that writes them; here is only the door to the vault.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from huiyin.casework import erasure
from huiyin.casework.permissions import NotYours, may, may_in
from huiyin.casework.records import (
    ERASED,
    STREAM,
    Deed,
    Head,
    Past,
    draft,
    new_stream_id,
    past,
    past_of_draft,
    unseal,
)
from huiyin.intake.words import mask_numbers, shown
from huiyin.ledger.facts import Fact, append, facts_of
from huiyin.procedure import Actor
from huiyin.vault import keys as vault_keys


@dataclass(frozen=True)
class Subject:
    """What a stream is about: its kind, whose it is, and the day. `book` rules it."""

    kind: str
    office: str
    day: date
    book: str


def begin(subject: Subject, deed: Deed, now: datetime) -> Past:
    """The first fact of a new stream, inside `writing()`."""
    ref = new_stream_id()
    about = {"subject": subject.kind, "office": subject.office, "day": subject.day.isoformat()}
    deed = replace(deed, values={**deed.values, **about})
    head = Head(ref, subject.book, subject.office, "", "", subject.day.isoformat(), False)
    return _append(vault_keys.create(ref), head, 1, deed, now)


def add(facts: Sequence[Past], deed: Deed, now: datetime, *, withheld: bool = False) -> Past:
    """One more fact of a stream, inside `writing()`; `MovedOn` when somebody was faster.

    `withheld`: of what a member of the public did, the log tells the office and the month.
    """
    first = facts[0]
    head = Head(
        first.case,
        first.book,
        first.values["office"],
        "",
        "",
        "" if withheld else first.values["day"],
        withheld,
    )
    return _append(vault_keys.open_key(first.case), head, facts[-1].seq + 1, deed, now)


def _append(key: vault_keys.CaseKey, head: Head, seq: int, deed: Deed, now: datetime) -> Past:
    made = draft(key, head, seq, now, deed, head.bureau)
    return past_of_draft(append([made])[0], made)


def history(ref: str) -> list[Past]:
    """The stream's facts, oldest first; `NotYours` when there is no such stream."""
    found = [past(fact) for fact in facts_of(ref)] if ref.startswith(STREAM) else []
    if not found:
        raise NotYours(ref)
    return found


def histories(refs: Iterable[str]) -> dict[str, list[Past]]:
    """The facts of several streams."""
    found: dict[str, list[Past]] = {}
    for fact in Fact.objects.filter(case_id__in=list(refs)).order_by("case_id", "seq"):
        found.setdefault(fact.case_id, []).append(past(fact))
    return found


def every() -> Iterator[list[Past]]:
    """All streams, one at a time: what tables are made again from."""
    # A range, which both databases find in the index.
    ordered = (
        Fact.objects.filter(case_id__gte=STREAM, case_id__lt="1").order_by("case_id", "seq").iterator(2000)
    )
    for _, facts in groupby(ordered, key=lambda fact: fact.case_id):
        yield [past(fact) for fact in facts]


def words(refs: Iterable[str], actor: Actor, action: str) -> dict[str, dict[int, Mapping[str, Any]]]:
    """The words of each stream that `action` opens to the actor, by seq; nothing of others and of the erased.

    Telephone and identity numbers are masked, as staff and the public see them everywhere.
    """
    sealed: dict[str, list[Fact]] = {}
    for fact in Fact.objects.filter(case_id__in=list(refs)).order_by("case_id", "seq"):
        sealed.setdefault(fact.case_id, []).append(fact)
    open_to = [ref for ref, facts in sealed.items() if _reads(actor, action, [past(f) for f in facts])]
    keys = vault_keys.open_keys(open_to)
    return {
        ref: {f.seq: _masked(unseal(f, keys[ref]).texts()) for f in sealed[ref] if f.kind != ERASED}
        for ref in keys
    }


def _reads(actor: Actor, action: str, facts: Sequence[Past]) -> bool:
    return may_in(actor, action, *offices_of(facts))


def offices_of(facts: Sequence[Past]) -> tuple[str, ...]:
    """Whose stream it is: the office it is about, and the one in charge where another is."""
    charged = [fact.values["charge"] for fact in facts if fact.values.get("charge")]
    return tuple(dict.fromkeys((facts[0].values["office"], *charged[-1:])))


def _masked(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: mask_numbers(shown(text)) if isinstance(text, str) else text for name, text in texts.items()
    }


def erase(facts: Sequence[Past], reason: str, actor: Actor, now: datetime) -> Past:
    """The last fact of a stream, whose words are then gone for good; inside `writing()`, `scrub` after it."""
    if not may(actor, "key.erase"):
        raise NotYours(facts[0].case)
    if reason not in erasure.REASONS:
        raise erasure.BadReason(reason)
    first = facts[0]
    values = {"reason": reason, "manifest": erasure.manifest(facts_of(first.case))}
    head = Head(first.case, first.book, first.values["office"], "", "", first.values["day"], False)
    made = _append(vault_keys.system_key(), head, facts[-1].seq + 1, Deed(ERASED, actor, values=values), now)
    vault_keys.erase(first.case)
    return made
