"""Would a step be lawful? Asked before it is taken, for many cases at once; nothing is written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huiyin.casework import law, projection
from huiyin.casework.deriving import fill
from huiyin.casework.steps import history, require_step, row_of
from huiyin.procedure import Actor, Unlawful, decide


def refusal(
    case_id: str, step_id: str, values: Mapping[str, Any], actor: Actor, now: datetime
) -> Unlawful | None:
    """What the book says against taking this step with these values, with its article; None where nothing.

    `NotYours` for whoever has no relation to the case, as `steps.take_step` answers.
    """
    row = row_of(case_id)
    require_step(actor, law.book(row.book).steps.get(step_id), row)
    facts = history(case_id)
    case = projection.case_of(facts)
    known = case.book.steps.get(step_id)
    try:
        filled = fill(facts, case, known, values, actor).values if known else dict(values)
        decide(case, step_id, filled, actor, now, law.calendar(case.book))
    except Unlawful as refused:
        return refused
    return None
