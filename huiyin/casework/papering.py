"""Papers handed over at the counter after a registration: copied, sealed, and a fact of the case.

No step of a procedure: it moves no date and no state, under whatever book. The petitioner sees who did it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from huiyin.casework.permissions import NotYours, require
from huiyin.casework.records import Deed
from huiyin.casework.steps import history, record, row_of
from huiyin.intake.filing import Attachment
from huiyin.ledger import sequencer
from huiyin.ledger.facts import writing
from huiyin.procedure import Actor

RECEIVED = "papers.received.1"


def add(
    case_id: str,
    papers: Sequence[Attachment],
    actor: Actor,
    now: datetime,
    first: Callable[[], None] = lambda: None,
) -> int:
    """Add papers to a case; the fact's place in it. `first` runs in the same transaction and may refuse."""
    row = row_of(case_id)
    require(actor, "papers.add", row)
    if row.erased:
        raise NotYours(case_id)
    with writing():
        first()
        fact = record(history(case_id), Deed(RECEIVED, actor, values={"papers": len(papers)}), now, papers)
    sequencer.wait([fact.fact_id])
    return fact.seq
