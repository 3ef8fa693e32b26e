"""Steps: replay, decide, append, project, in one transaction. The only writer of a case's later facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from huiyin.casework import law, numbering, projection
from huiyin.casework.deriving import Filled, fill
from huiyin.casework.filing import seal_papers
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, may, require
from huiyin.casework.records import Deed, Head, Past, draft, past, past_of_draft
from huiyin.intake.filing import Attachment
from huiyin.ledger import sequencer
from huiyin.ledger.facts import MovedOn, append, facts_of, writing
from huiyin.procedure import Actor, Case, OpenStep, Step, decide
from huiyin.procedure import open_steps as steps_open
from huiyin.vault import keys as vault_keys

# The table's name for what the petitioner may do by code, by the part of the step.
ADDING = "case.add"
PETITIONER_ACTIONS = {
    "withdraw": "case.withdraw",
    "undo": "case.withdraw",
    "rate": "case.rate",
    "ask_review": "case.appeal",
    "challenge": "case.appeal",
    "ask_supervision": "case.appeal",
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
    case = open_case(case_id)
    return steps_open(case, actor, now, law.calendar(case.book))


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
    require_step(actor, law.book(row.book).steps.get(step_id), row)
    with writing():
        fact = take(history(case_id), step_id, values, actor, now, seen, attachments)
    return Taken(fact.fact_id, fact.seq, sequencer.wait([fact.fact_id]))


def take(
    facts: Sequence[Past],
    step_id: str,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    seen: int | None = None,
    attachments: Sequence[Attachment] = (),
    whose: str = "",
) -> Past:
    """Decide and record a step, inside `writing()`. `whose`: the office a step of the system is about."""
    if seen is not None and facts[-1].seq != seen:
        raise MovedOn(facts[0].case)
    case = projection.case_of(facts)
    known = case.book.steps.get(step_id)
    filled = fill(facts, case, known, values, actor) if known else Filled(dict(values), {})
    event = decide(case, step_id, filled.values, actor, now, law.calendar(case.book))
    step = case.book.steps[step_id]
    texts = {f.id: filled.values[f.id] for f in step.fields if f.sealed and filled.values.get(f.id)}
    numbered = numbering.given(case, step, actor, now)
    clear = {**event.values, **filled.more, **numbered, **({"office": whose} if whose else {})}
    return record(facts, Deed(step.fact, actor, step_id, clear, texts), now, attachments, whose)


def require_step(actor: Actor, step: Step | None, row: CaseRow) -> None:
    """A stranger learns nothing; whoever has a relation gets the book's own answer, with its article."""
    if row.erased:
        raise NotYours(row.case_id)
    if actor.role == "petitioner":
        require(actor, PETITIONER_ACTIONS.get(step.part, ADDING) if step else ADDING, row)
    elif actor.role != "system":
        require(actor, "case.see", row)


def record(
    facts: Sequence[Past],
    deed: Deed,
    now: datetime,
    attachments: Sequence[Attachment] = (),
    whose: str = "",
    book: str = "",
) -> Past:
    """Append one fact to a case and lay the new projection, inside `writing()`.

    `whose`: the office that the public part names; that of the actor, else the one that handles the case.
    `book`: the one the case goes on under from here, where that is another.
    """
    case_id = facts[0].case
    key = vault_keys.open_key(case_id)
    deed = replace(deed, papers=seal_papers(case_id, key, attachments))
    head = head_of(facts)
    if book:
        head = replace(head, book=book)
    office = whose or deed.actor.office or projection.case_of(facts).handler or head.bureau
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
        book=facts[-1].book,
        bureau=first.values["bureau"],
        category=first.values.get("category", ""),
        channel=first.values["channel"],
        occurred_on=occurred[:10],
        withheld=bool(first.values.get("sealed_filing")),
    )
