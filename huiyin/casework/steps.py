"""Steps: replay, decide, append, project, in one transaction. The only writer of a case's later facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiyin.casework import law, projection
from huiyin.casework.filing import seal_papers
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, may, require
from huiyin.casework.records import Deed, Head, Past, draft, past, past_of_draft
from huiyin.intake.filing import Attachment
from huiyin.ledger import sequencer
from huiyin.ledger.facts import MovedOn, append, facts_of, writing
from huiyin.procedure import Actor, Case, OpenStep, decide
from huiyin.procedure import open_steps as steps_open
from huiyin.vault import keys as vault_keys

# What the petitioner may do by code, and the table's name for it.
PETITIONER_STEPS = {
    "supplement": "case.add",
    "reply": "case.add",
    "withdraw": "case.withdraw",
    "undo_withdraw": "case.withdraw",
    "rate": "case.rate",
}


@dataclass(frozen=True)
class Taken:
    """A step as recorded."""

    fact_id: int
    seq: int
    integrated: bool


def history(case_id: str) -> list[Past]:
    """The case's facts, oldest first; `NotYours` when there is no such case."""
    found = [past(fact) for fact in facts_of(case_id)]
    if not found:
        raise NotYours(case_id)
    return found


def open_case(case_id: str) -> Case:
    """The case as its procedure sees it."""
    return projection.case_of(history(case_id))


def row_of(case_id: str) -> CaseRow:
    row = CaseRow.objects.filter(case_id=case_id).first()
    if row is None:
        raise NotYours(case_id)
    return row


def open_steps(case_id: str, actor: Actor, now: datetime) -> tuple[OpenStep, ...]:
    """What `actor` may lawfully do next; nothing for whoever has no relation to the case."""
    row = row_of(case_id)
    if row.erased or (actor.role != "petitioner" and not may(actor, "case.see", row)):
        return ()
    return steps_open(open_case(case_id), actor, now, law.calendar())


def take_step(
    case_id: str,
    step_id: str,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
    attachments: Sequence[Attachment] = (),
) -> Taken:
    """Record one lawful step, or raise `Unlawful` naming the article.

    `seen`: the last position of the case that the actor's page was made from. `MovedOn` when
    another officer acted since, or at the same moment. Returns when the fact is in the log.
    """
    row = row_of(case_id)
    _require_step(actor, step_id, row)
    with writing():
        facts = history(case_id)
        if seen is not None and facts[-1].seq != seen:
            raise MovedOn(case_id)
        case = projection.case_of(facts)
        event = decide(case, step_id, values, actor, now, law.calendar())
        step = case.book.steps[step_id]
        texts = {f.id: values[f.id] for f in step.fields if f.sealed and values.get(f.id)}
        fact = record(facts, Deed(step.fact, actor, step_id, dict(event.values), texts), now, attachments)
    return Taken(fact.fact_id, fact.seq, sequencer.wait([fact.fact_id]))


def _require_step(actor: Actor, step_id: str, row: CaseRow) -> None:
    """A stranger learns nothing; whoever has a relation gets the book's own answer, with its article."""
    if row.erased:
        raise NotYours(row.case_id)
    if actor.role == "petitioner":
        require(actor, PETITIONER_STEPS.get(step_id, "case.add"), row)
    elif actor.role != "system":
        require(actor, "case.see", row)


def record(facts: Sequence[Past], deed: Deed, now: datetime, attachments: Sequence[Attachment] = ()) -> Past:
    """Append one fact to a case and lay the new projection, inside `writing()`."""
    case_id = facts[0].case
    key = vault_keys.open_key(case_id)
    papers = seal_papers(case_id, key, attachments)
    deed = Deed(deed.kind, deed.actor, deed.step, deed.values, deed.texts, deed.words, papers)
    head = head_of(facts)
    office = deed.actor.office or projection.case_of(facts).handler or head.bureau
    made = draft(key, head, facts[-1].seq + 1, now, deed, office)
    fact = past_of_draft(append([made])[0], made)
    projection.write(projection.project([*facts, fact]))
    return fact


def head_of(facts: Sequence[Past]) -> Head:
    """What every public part of the case repeats from its registration."""
    first = facts[0]
    occurred = first.values.get("occurred_at") or first.values["received_on"]
    return Head(
        case=first.case,
        book=first.book,
        bureau=first.values["bureau"],
        category=first.values.get("category", ""),
        channel=first.values["channel"],
        occurred_on=occurred[:10],
        withheld=bool(first.values.get("sealed_filing")),
    )
