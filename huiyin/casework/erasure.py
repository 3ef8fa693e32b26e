"""Erasing a case's words for good: the key goes, the tree of the log stays whole.

The last fact of the case, sealed under the system's key, lists the digest of every earlier fact's
clear part. So the clear parts stay verifiable after the case's own salts are gone.
"""

import base64
import hashlib
from datetime import datetime
from typing import Any

from huiyin.casework import projection
from huiyin.casework.models import BodyRow, Mention, Release, Submission, WorkingPaper
from huiyin.casework.permissions import NotYours, may
from huiyin.casework.records import ERASED, Deed, draft, past_of_draft
from huiyin.casework.steps import head_of, history, row_of
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact, append, facts_of, writing
from huiyin.procedure import Actor
from huiyin.vault import keys as vault_keys

REASONS = ("retention", "petitioner", "court")


class NotFinal(Exception):
    """Only a case that has ended, and in which no office owes anything, can be erased."""


class BadReason(ValueError):
    """The reason is not on the closed list."""


def erase(case_id: str, reason: str, actor: Actor, now: datetime) -> bool:
    """Erase the case's words, papers and person. False: old bytes may stay until the next `scrub`.

    `reason`: retention (its term of keeping ended), petitioner (asked for it), court (ordered).
    """
    if not may(actor, "key.erase"):
        raise NotYours(case_id)
    if reason not in REASONS:
        raise BadReason(reason)
    row = row_of(case_id)
    if row.erased or not row.ended:
        raise NotFinal(case_id)
    with writing():
        fact_id = _record(case_id, reason, actor, now)
        vault_keys.erase(case_id)
        for model in (BodyRow, Mention, Release, Submission, WorkingPaper):
            model._default_manager.filter(case_id=case_id).delete()
    sequencer.wait([fact_id])
    return vault_keys.scrub()


def _record(case_id: str, reason: str, actor: Actor, now: datetime) -> int:
    facts = history(case_id)
    values: dict[str, Any] = {"reason": reason, "manifest": manifest(facts_of(case_id))}
    deed = Deed(ERASED, actor, values=values)
    head = head_of(facts)
    made = draft(vault_keys.system_key(), head, facts[-1].seq + 1, now, deed, head.bureau)
    fact = past_of_draft(append([made])[0], made)
    projection.write(projection.project([*facts, fact]))
    return fact.fact_id


def manifest(facts: list[Fact]) -> list[str]:
    """Base64 of SHA-256 of each fact's clear part, in order."""
    return [clear_digest(fact) for fact in facts]


def clear_digest(fact: Fact) -> str:
    return base64.b64encode(hashlib.sha256(fact.clear.encode()).digest()).decode()
