"""Facts of a case as they are written and read.

Clear: codes, offices, roles, dates, references and digests, enough to rebuild every projection.
Sealed under the case's key: the private salt, the private content (every free text is in it) and
the words. The entry in the log commits to both parts (`log-formats`: our entry).
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from huiyin.casework import law
from huiyin.ledger.canonical import dumps
from huiyin.ledger.entries import commit
from huiyin.ledger.facts import Draft, Fact
from huiyin.procedure import Actor, Event
from huiyin.vault.keys import CaseKey

ERASED = "key.erased.1"
MIGRATED = "case.migrated.1"
# The first letter of a reference to facts that belong to no case (`streams`): base 32 has no such digit.
STREAM = "0"


@dataclass(frozen=True)
class Head:
    """What the public part of every fact of a case says of it."""

    case: str
    book: str
    bureau: str
    category: str
    channel: str
    occurred_on: str
    withheld: bool


@dataclass(frozen=True)
class Deed:
    """One thing done, before it is sealed: what is clear and what is not."""

    kind: str
    actor: Actor
    step: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    papers: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Past:
    """A fact's clear part, read back."""

    fact_id: int
    case: str
    seq: int
    kind: str
    at: datetime
    book: str
    step: str
    actor: Actor
    values: Mapping[str, Any]

    @property
    def part(self) -> str:
        """What its step is to the house, by the book it was taken under; "" for a fact outside the book."""
        return law.part(self.book, self.step) if self.step else ""

    def event(self) -> Event:
        return Event(step=self.step, at=self.at, actor=self.actor, values=self.values)


@dataclass(frozen=True)
class Private:
    """A fact's sealed part, opened: its salt, the exact content and the words it commits to."""

    salt: bytes
    content: str
    words: str

    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found

    def texts(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data()["texts"]
        return found


def new_case_id() -> str:
    """80 random bits in base 32: also the case's pseudonym, so it says nothing."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def new_stream_id() -> str:
    """75 random bits after the mark of a stream."""
    return STREAM + new_case_id()[1:]


def draft(key: CaseKey, head: Head, seq: int, now: datetime, deed: Deed, office: str) -> Draft:
    """Seal a deed into a fact ready to append. `office`: the office the public part names."""
    at = now.astimezone(UTC)
    clear = _clear(head, seq, at, deed)
    salt = os.urandom(32)
    content = dumps(_private(head, seq, at, deed, salt, clear))
    payload = dumps({"content": content, "salt": _b64(salt), "words": deed.words})
    return Draft(
        case=head.case,
        seq=seq,
        kind=deed.kind,
        recorded_at=at,
        clear=clear,
        public=_public(head, at, deed, office),
        private_commit=commit(salt, content),
        sealed=key.seal(payload.encode(), _context(head.case, seq, deed.kind)),
    )


def past(fact: Fact) -> Past:
    return _past(fact.id, fact.clear_json())


def past_of_draft(fact_id: int, made: Draft) -> Past:
    return _past(fact_id, made.clear)


def _past(fact_id: int, clear: Mapping[str, Any]) -> Past:
    return Past(
        fact_id=fact_id,
        case=clear["case"],
        seq=clear["seq"],
        kind=clear["kind"],
        at=datetime.fromisoformat(clear["recorded_at"]),
        book=clear["book"],
        step=clear["step"],
        actor=Actor(**clear["actor"]),
        values=clear["values"],
    )


def unseal(fact: Fact, key: CaseKey) -> Private:
    payload = json.loads(key.open(bytes(fact.sealed), _context(fact.case_id, fact.seq, fact.kind)))
    return Private(base64.b64decode(payload["salt"]), payload["content"], payload["words"])


def _context(case: str, seq: int, kind: str) -> str:
    return f"fact:{case}:{seq}:{kind}"


def _clear(head: Head, seq: int, at: datetime, deed: Deed) -> dict[str, Any]:
    return {
        "actor": {"role": deed.actor.role, "office": deed.actor.office, "ref": deed.actor.ref},
        "book": head.book,
        "case": head.case,
        "kind": deed.kind,
        "recorded_at": at.isoformat(timespec="microseconds"),
        "seq": seq,
        "step": deed.step,
        "values": dict(deed.values),
    }


def _private(
    head: Head, seq: int, at: datetime, deed: Deed, salt: bytes, clear: Mapping[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "v": 1,
        "fact": f"{head.case}/{seq}",
        "recorded_at": at.isoformat(timespec="microseconds"),
        "actor": f"{deed.actor.role}:{deed.actor.office}:{deed.actor.ref}",
        "attachments": [{"sha256": p["sha256"], "size": p["size"]} for p in deed.papers],
        "papers": [dict(p) for p in deed.papers],
        "texts": dict(deed.texts),
        # The clear columns again: whoever changes them in the database breaks this commitment.
        "clear": clear,
    }
    if deed.words:
        found["words_sha256"] = _b64(hashlib.sha256(salt + deed.words.encode()).digest())
    return found


def _public(head: Head, at: datetime, deed: Deed, office: str) -> dict[str, Any]:
    """The public part; of what must be withheld it names only the bureau and the month."""
    recorded = law.day_of(at).isoformat()
    found = {
        "v": 1,
        "kind": deed.kind,
        "office": office,
        "category": head.category,
        "channel": head.channel,
        "recorded_on": recorded,
        "occurred_on": head.occurred_on,
        "book": head.book,
        "step": deed.step,
        "case": head.case,
    }
    if head.withheld:
        found |= {
            "office": head.bureau,
            "category": "withheld",
            "channel": "withheld",
            "recorded_on": recorded[:7],
            "occurred_on": "",
            "case": new_case_id(),
        }
    return found


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
