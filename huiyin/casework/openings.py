"""Openings: who may see a name, why, and the trace it leaves (design rule 5).

The purpose is committed as a fact, in the log, *before* anything is decrypted. Where the petitioner
kept the name from the handling office, a custodian who handles no cases approves first.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from huiyin.casework import law
from huiyin.casework.models import CaseRow, IdentityRequest
from huiyin.casework.permissions import NotYours, closed_to, require
from huiyin.casework.records import Deed, Past
from huiyin.casework.steps import history, record, row_of
from huiyin.intake.filing import Person
from huiyin.ledger import sequencer
from huiyin.ledger.facts import MovedOn, writing
from huiyin.procedure import Actor, Text
from huiyin.vault import keys as vault_keys
from huiyin.vault import sealed as vault_sealed

PURPOSES: dict[str, Text] = {
    "contact": Text("联系信访人了解情况", "Contact the petitioner about the matter"),
    "serve": Text("送达文书", "Serve a document"),
    "verify": Text("核实与事项有关的权利", "Verify a right that the matter depends on"),
    "aid": Text("办理救助或兑现处理意见", "Give aid or carry out the opinion"),
    "counter": Text("信访人到窗口要求补发查询码", "The petitioner asks for a new code at the counter"),
}
DECISIONS = {"approved": "identity.approved.1", "declined": "identity.declined.1"}


class NeedsCustodian(Exception):
    """The petitioner kept the name from this office: a custodian has to approve an opening first."""


class BadPurpose(ValueError):
    """The purpose is not on the closed list."""


class NotDecided(Exception):
    """The request does not exist or was decided before."""


def open_identity(case_id: str, actor: Actor, purpose: str, now: datetime) -> Person | None:
    """The petitioner's name and addresses; None for an anonymous filing.

    Commits `identity.opened.1` first: once for an officer, a case and a day. Raises
    `NeedsCustodian`, `BadPurpose` or `NotYours`.
    """
    row = _openable(case_id, actor, purpose)
    with writing():
        facts = history(case_id)
        opened = _opened_today(facts, actor, now)
        if opened is None:
            _require_approval(row, facts, actor)
            values = {"purpose": purpose, "approval": _approval_seq(facts, actor)}
            opened = record(facts, Deed("identity.opened.1", actor, values=values), now)
    # Committed above; only now is anything decrypted.
    sequencer.wait([opened.fact_id])
    return read_person(case_id, facts[0])


def already_open(case_id: str, actor: Actor, now: datetime) -> Person | None:
    """The person, when this officer opened them today; no new opening is made."""
    require(actor, "identity.open", row_of(case_id))
    facts = history(case_id)
    return read_person(case_id, facts[0]) if _opened_today(facts, actor, now) else None


def read_person(case_id: str, first: Past) -> Person | None:
    ref = first.values.get("person", "")
    if not ref:
        return None
    return Person(**json.loads(vault_sealed.get(ref, vault_keys.open_key(case_id))))


def request_identity(case_id: str, actor: Actor, purpose: str, now: datetime) -> int:
    """Ask the custodian to approve an opening; returns the request's fact id."""
    _openable(case_id, actor, purpose)
    with writing():
        facts = history(case_id)
        fact = record(facts, Deed("identity.requested.1", actor, values={"purpose": purpose}), now)
    sequencer.wait([fact.fact_id])
    return fact.fact_id


def decide_request(request: int, decision: str, reason: str, actor: Actor, now: datetime) -> None:
    """A custodian approves or declines a request. `decision`: approved | declined."""
    asked = IdentityRequest.objects.filter(fact_id=request, decision="").first()
    if asked is None:
        raise NotDecided(request)
    require(actor, "identity.approve", row_of(asked.case_id))
    with writing():
        facts = history(asked.case_id)
        seq = next(fact.seq for fact in facts if fact.fact_id == request)
        if any(fact.values.get("request") == seq for fact in facts if fact.kind in DECISIONS.values()):
            raise MovedOn(asked.case_id)
        deed = Deed(DECISIONS[decision], actor, values={"request": seq}, texts={"reason": reason})
        fact = record(facts, deed, now)
    sequencer.wait([fact.fact_id])


def pending_requests(actor: Actor) -> list[IdentityRequest]:
    """Requests a custodian has yet to decide, oldest first."""
    if actor.role != "custodian":
        raise NotYours("identity.approve")
    waiting = IdentityRequest.objects.filter(decision="").exclude(case_id__in=closed_to(actor))
    return list(waiting.order_by("asked_at"))


def needs_custodian(row: CaseRow, actor: Actor) -> bool:
    """Whether this officer sits in an office that the name is kept from: every one but where it was filed.

    Supervisors, who deal with no case, open it as they always could, told to the petitioner like any other.
    """
    return (
        row.keep_name
        and actor.role != "supervisor"
        and (actor.office != row.bureau or actor.office == row.handler)
    )


def _openable(case_id: str, actor: Actor, purpose: str) -> CaseRow:
    row = row_of(case_id)
    require(actor, "identity.open", row)
    if purpose not in PURPOSES:
        raise BadPurpose(purpose)
    if row.erased:
        raise NotYours(case_id)
    return row


def _opened_today(facts: Sequence[Past], actor: Actor, now: datetime) -> Past | None:
    today = law.day_of(now)
    for fact in facts:
        mine = fact.kind == "identity.opened.1" and fact.actor.ref == actor.ref
        if mine and law.day_of(fact.at) == today:
            return fact
    return None


def _require_approval(row: CaseRow, facts: Sequence[Past], actor: Actor) -> None:
    if needs_custodian(row, actor) and _approval_seq(facts, actor) < 0:
        raise NeedsCustodian(row.case_id)


def _approval_seq(facts: Sequence[Past], actor: Actor) -> int:
    """The approval this officer may still use (each serves one opening); -1 for none."""
    mine = {f.seq for f in facts if f.kind == "identity.requested.1" and f.actor.ref == actor.ref}
    used = {f.values["approval"] for f in facts if f.kind == "identity.opened.1"}
    free = [
        f.seq
        for f in facts
        if f.kind == "identity.approved.1" and f.values["request"] in mine and f.seq not in used
    ]
    return free[-1] if free else -1


def openings(facts: Sequence[Past]) -> list[dict[str, Any]]:
    """Every opening of the case, for the petitioner: who, office, when, why."""
    return [
        {"officer": f.actor.ref, "office": f.actor.office, "at": f.at, "purpose": f.values["purpose"]}
        for f in facts
        if f.kind == "identity.opened.1"
    ]
