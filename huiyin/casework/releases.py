"""Releases: answers that an officer redacted and made public. The public search reads nothing else."""

from collections.abc import Iterable
from datetime import datetime

from huiyin.casework.models import CaseRow, Release
from huiyin.casework.permissions import NotYours, require
from huiyin.casework.projection import release_row
from huiyin.casework.records import Deed
from huiyin.casework.steps import history, record, row_of
from huiyin.intake.words import mask_numbers
from huiyin.ledger import sequencer
from huiyin.ledger.facts import writing
from huiyin.procedure import Actor


class NotAnswered(Exception):
    """Only a case whose answer was served can be released."""


class StillNamed(ValueError):
    """The text to release still holds a telephone or identity number."""


class WithheldCase(Exception):
    """An accusation, or a case whose name is kept, is never released."""


def release(case_id: str, actor: Actor, title: str, question: str, answer: str, now: datetime) -> int:
    """Make a redacted question and answer public. Returns the fact id."""
    row = row_of(case_id)
    require(actor, "answer.release", row)
    texts = {"title": title, "question": question, "answer": answer}
    _releasable(row, texts.values())
    values = {"office": row.handler or row.bureau, "category": row.category}
    with writing():
        deed = Deed("answer.released.1", actor, values=values, texts=texts)
        fact = record(history(case_id), deed, now)
        release_row(fact, texts).save(force_insert=True)
    sequencer.wait([fact.fact_id])
    return fact.fact_id


def _releasable(row: CaseRow, texts: Iterable[str]) -> None:
    if row.answered_at is None or row.erased:
        raise NotAnswered(row.case_id)
    if row.withheld:
        raise WithheldCase(row.case_id)
    if any(mask_numbers(text) != text for text in texts):
        raise StillNamed(row.case_id)


def unrelease(release_id: int, actor: Actor, now: datetime) -> None:
    """Take a release back: the public text goes, the two facts stay."""
    found = Release.objects.filter(fact_id=release_id).first()
    if found is None:
        raise NotYours("answer.unrelease")
    require(actor, "answer.unrelease", row_of(found.case_id))
    with writing():
        facts = history(found.case_id)
        seq = next(fact.seq for fact in facts if fact.fact_id == release_id)
        fact = record(facts, Deed("answer.unreleased.1", actor, values={"release": seq}), now)
        found.delete()
    sequencer.wait([fact.fact_id])


def public_answers() -> list[Release]:
    """Every released answer, newest first: public text and nothing that leads to its case."""
    return list(Release.objects.order_by("-released_on", "-fact_id").defer("case_id"))
