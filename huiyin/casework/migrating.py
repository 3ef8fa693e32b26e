"""Taking running cases over from one version of a procedure to another: explicit, case by case, each a fact.

A case goes on where it stands, so its state and every clock that runs on it must exist in the new book.
What happened before stays judged by the book it happened under.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from huiyin.casework import law, pinning, projection
from huiyin.casework.models import CaseRow
from huiyin.casework.records import MIGRATED, Deed, Past
from huiyin.casework.steps import history, record
from huiyin.ledger import sequencer
from huiyin.ledger.facts import writing
from huiyin.procedure import Actor, Book, Case, running

SYSTEM = Actor("system")


@dataclass(frozen=True)
class Migrated:
    """What became of one case: `refusal` says why it stays; the dates are of its nearest duty."""

    case: str
    number: str
    state: str
    due_before: date | None
    due_after: date | None
    refusal: str = ""


def migrate(old: str, new: str, now: datetime, *, dry_run: bool) -> Iterator[Migrated]:
    """Take every case that has not ended over from book `old` to `new` (`id@version` each).

    `dry_run` writes nothing. Raises BookFault for a book that does not exist.
    """
    before, after = law.book(old), law.book(new)
    rows = CaseRow.objects.filter(book=before.name, ended=False, erased=False).order_by("number")
    for case_id in list(rows.values_list("case_id", flat=True)):
        yield _migrate(case_id, after, now, dry_run)
    if not dry_run:
        sequencer.integrate()


def _migrate(case_id: str, after: Book, now: datetime, dry_run: bool) -> Migrated:
    with writing():
        facts = history(case_id)
        case = projection.case_of(facts)
        moved = replace(case, book=after)
        refusal = _refusal(case, after)
        if not refusal and not dry_run:
            pinning.pin(after)
            _record(facts, after, now)
    number, due = facts[0].values["number"], _due(case)
    return Migrated(case_id, number, case.state, due, due if refusal else _due(moved), refusal)


def _refusal(case: Case, after: Book) -> str:
    """Why this case cannot go on under the new book; "" where it can."""
    if case.state not in after.states:
        return f"the book {after.name} has no state {case.state!r}"
    clocks = [one.clock.id for one in running(case, law.calendar(case.book))]
    if missing := [name for name in clocks if name not in after.clocks]:
        return f"the book {after.name} has no clock {', '.join(missing)}"
    return ""


def _due(case: Case) -> date | None:
    duties = [one for one in running(case, law.calendar(case.book)) if one.owner_office]
    return min((one.count.due for one in duties if not one.clock.right), default=None)


def _record(facts: Sequence[Past], after: Book, now: datetime) -> None:
    values = {"from": facts[-1].book, "to": after.name, "book_digest": after.digest}
    record(facts, Deed(MIGRATED, SYSTEM, values=values), now, book=after.name)
