"""Words of a case that are no fact: what is typed and not yet sent. Notes are kept beside it (`noting`).

Each is sealed under the case's key and gone with it. A letter that is not registered yet has no key: its
draft has one of its own, erased when the letter is registered, thrown away or `KEPT` old. No paper, sheet,
answer or publication is made from anything here, and the log never hears of it.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from huiyin.casework.models import CaseRow, Mention, WorkingPaper
from huiyin.casework.permissions import NotYours, may, require
from huiyin.casework.records import new_case_id
from huiyin.casework.steps import row_of
from huiyin.ledger.facts import writing
from huiyin.procedure import Actor, Text
from huiyin.vault import keys as vault_keys
from huiyin.vault.keys import CaseKey

# The first letter of a reference to a letter that is not registered; base 32 has no such digit.
LETTER = "1"
DRAFT, NOTE = "draft", "note"
KEPT = timedelta(days=30)
GONE = timedelta(days=1)
LARGEST = 200_000  # bytes of a draft; the longest form of a book holds a quarter of it
Values = Mapping[str, Sequence[str]]


class Unfit(ValueError):
    """What cannot be kept, and why, in both languages."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True)
class Draft:
    """A form as its officer left it; `values` by the form's names. `step` is empty for a letter."""

    ref: str
    case: str
    step: str
    at: datetime
    values: Values


def keep(case_id: str, step: str, values: Values, actor: Actor, now: datetime) -> str:
    """Keep what the actor has typed into the form of a step; the reference of the draft."""
    require(actor, "step.take", row_of(case_id))
    key = vault_keys.open_key(case_id)
    with writing():
        row = _mine(actor).filter(case_id=case_id, step=step, gone_at=None).first()
        row = row or WorkingPaper(ref=new_ref(), case_id=case_id, kind=DRAFT, step=step)
        return lay(row, _packed(values), key, actor, now)


def keep_letter(ref: str, values: Values, actor: Actor, now: datetime) -> str:
    """Keep a letter that is not registered yet; `ref` of the draft it goes on from, or ""."""
    if not may(actor, "case.register"):
        raise NotYours("case.register")
    packed = _packed(values)
    with writing():
        row = _mine(actor).filter(ref=ref, step="", gone_at=None).first() if ref else None
        if row is not None:
            return lay(row, packed, vault_keys.open_key(row.case_id), actor, now)
        case = LETTER + new_case_id()[1:]
        row = WorkingPaper(ref=new_ref(), case_id=case, kind=DRAFT)
        return lay(row, packed, vault_keys.create(case), actor, now)


def lay(row: WorkingPaper, packed: bytes, key: CaseKey, actor: Actor, now: datetime) -> str:
    """Seal a paper and keep it, inside `writing()`; its reference."""
    row.office, row.login, row.at = actor.office, actor.ref, now
    row.blob = key.seal(packed, context(row))
    row.save()
    return row.ref


def _packed(values: Values) -> bytes:
    packed = json.dumps({name: list(given) for name, given in values.items()}, ensure_ascii=False).encode()
    if len(packed) > LARGEST:
        raise Unfit(Text("太长，未能保存为草稿。", "Too long to be kept as a draft."))
    return packed


def draft(case_id: str, step: str, actor: Actor) -> Draft | None:
    """What the actor left in the form of this step, if anything."""
    row = _mine(actor).filter(case_id=case_id, step=step, gone_at=None).first()
    return _opened(row, actor) if row else None


def letter(ref: str, actor: Actor) -> Draft | None:
    """The actor's own draft of a letter."""
    row = _mine(actor).filter(ref=ref, step="", gone_at=None).first()
    return _opened(row, actor) if row else None


def _opened(row: WorkingPaper, actor: Actor) -> Draft | None:
    if row.step and not may(actor, "step.take", row_of(row.case_id)):
        return None
    values = json.loads(vault_keys.open_key(row.case_id).open(bytes(row.blob), context(row)))
    return Draft(row.ref, row.case_id, row.step, row.at, values)


def drafts(actor: Actor, *, gone: bool = False) -> list[WorkingPaper]:
    """The actor's drafts, the newest first; `gone`: those thrown away that can still be fetched back.

    Of a case only while its steps are the actor's to take: a draft tells of its case too (design rule 4).
    """
    kept = list(_mine(actor).filter(gone_at__isnull=not gone).defer("blob").order_by("-at"))
    rows = CaseRow.objects.in_bulk({row.case_id for row in kept if row.step})
    theirs = {case for case, row in rows.items() if may(actor, "step.take", row)}
    return [row for row in kept if not row.step or row.case_id in theirs]


def throw_away(ref: str, actor: Actor, now: datetime) -> None:
    """Put a draft or a note of the actor's aside; `fetch_back` undoes it for a day."""
    if not _own(actor).filter(ref=ref, gone_at=None).update(gone_at=now):
        raise NotYours(ref)


def fetch_back(ref: str, actor: Actor, now: datetime) -> WorkingPaper:
    """Undo `throw_away`. A newer draft of the same form takes its place aside: neither is lost."""
    with writing():
        row = _own(actor).filter(ref=ref, gone_at__gt=now - GONE).first()
        if row is None:
            raise NotYours(ref)
        if row.kind == DRAFT and row.step:
            _mine(actor).filter(case_id=row.case_id, step=row.step, gone_at=None).update(gone_at=now)
        _own(actor).filter(ref=ref).update(gone_at=None)
    return row


def sent(case_id: str, step: str, actor: Actor) -> None:
    """What was typed is a fact now: its drafts go."""
    _mine(actor).filter(case_id=case_id, step=step).delete()


def registered(ref: str, actor: Actor) -> None:
    """The letter is a case now: its draft and the key of the draft go."""
    if row := _mine(actor).filter(ref=ref, step="").first():
        with writing():
            _erase([row])


def forget(now: datetime) -> int:
    """Erase drafts that are too old, and what was thrown away long enough ago; how many."""
    old = WorkingPaper.objects.filter(kind=DRAFT, at__lt=now - KEPT)
    rows = list((old | WorkingPaper.objects.filter(gone_at__lt=now - GONE)).defer("blob"))
    if rows:
        with writing():
            _erase(rows)
    return len(rows)


def _erase(rows: Iterable[WorkingPaper]) -> None:
    rows = list(rows)
    refs = [row.ref for row in rows]
    Mention.objects.filter(ref__in=refs).delete()
    WorkingPaper.objects.filter(ref__in=refs).delete()
    for row in rows:
        if row.case_id.startswith(LETTER):
            vault_keys.erase(row.case_id)


def _mine(actor: Actor) -> QuerySet[WorkingPaper]:
    return _own(actor).filter(kind=DRAFT)


def _own(actor: Actor) -> QuerySet[WorkingPaper]:
    return WorkingPaper.objects.filter(login=actor.ref, office=actor.office)


def new_ref() -> str:
    return secrets.token_hex(16)


def context(row: WorkingPaper) -> str:
    """What the sealed bytes are bound to."""
    return f"working/{row.case_id}/{row.kind}/{row.ref}"
