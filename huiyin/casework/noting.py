"""Notes of an office on a case, and whom they call upon: a reminder among colleagues, and never a fact.

Sealed under the case's key and gone with it. Read by the office that wrote it and by whoever it mentions; no
paper, sheet or answer is made from one, and the petitioner's file holds none: what counts is recorded as a
step. A note speaks of the matter; numbers and words of control over people are refused.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from huiyin.casework import working
from huiyin.casework.models import CaseRow, Mention, WorkingPaper
from huiyin.casework.permissions import NotYours, may, require
from huiyin.casework.steps import row_of
from huiyin.casework.working import NOTE, Unfit
from huiyin.intake.persons import watching_word
from huiyin.intake.words import clean_text, is_blank, mask_numbers
from huiyin.ledger.facts import writing
from huiyin.offices import tree
from huiyin.offices.models import Officer
from huiyin.procedure import Actor, Text
from huiyin.vault import keys as vault_keys
from huiyin.vault.keys import CaseKey

LONGEST = 2_000
_MENTIONED = re.compile(r"(?<![A-Za-z0-9])@([A-Za-z0-9_-]{1,40})")


@dataclass(frozen=True)
class Note:
    """A reminder about a case. `calls`: logins it mentions who have not seen it yet."""

    ref: str
    text: str
    login: str
    office: str
    at: datetime
    calls: tuple[str, ...]


def write(case_id: str, text: str, actor: Actor, now: datetime) -> str:
    """Keep a note of the actor's office; `Unfit` where it is about a person or calls upon a stranger."""
    row = row_of(case_id)
    require(actor, "note.write", row)
    text = clean_text(text).strip()
    _refuse(text)
    called = _called(text, row)
    made = WorkingPaper(ref=working.new_ref(), case_id=case_id, kind=NOTE)
    with writing():
        working.lay(made, text.encode(), vault_keys.open_key(case_id), actor, now)
        Mention.objects.bulk_create(Mention(ref=made.ref, case_id=case_id, login=login) for login in called)
    return made.ref


def _refuse(text: str) -> None:
    if is_blank(text):
        raise Unfit(Text("请填写。", "Fill this in."))
    if len(text) > LONGEST:
        raise Unfit(Text(f"最多{LONGEST}字。", f"At most {LONGEST} characters."))
    if mask_numbers(text) != text:
        raise Unfit(Text("备注里不写电话号码、身份证号。", "A note holds no telephone or identity number."))
    if word := watching_word(text):
        raise Unfit(
            Text(
                f"备注只写事，不写对人的管控：请去掉“{word}”。",
                f"A note is about the matter, never about watching people: take out “{word}”.",
            )
        )


def _called(text: str, row: CaseRow) -> list[str]:
    """Logins after an @; whoever may not read the case cannot be called upon."""
    logins = dict.fromkeys(_MENTIONED.findall(text))
    known = {one.login: one for one in tree.officers(set(logins)) if one.is_active}
    for login in logins:
        if login not in known or not may(_actor(known[login]), "note.read", row):
            raise Unfit(
                Text(
                    f"@{login} 看不到这件事，不能提醒。", f"@{login} may not read this case and is not told."
                )
            )
    return list(logins)


def _actor(officer: Officer) -> Actor:
    return Actor(officer.role, officer.office_id, officer.login)


def of_case(case_id: str, actor: Actor, logins: Collection[str] = ()) -> list[Note]:
    """Notes of the actor's office on a case, and those that mention the actor, the newest first.

    `logins`: colleagues of the same office whom the actor stands in for; what calls upon them is read too.
    """
    row = row_of(case_id)
    if row.erased or not may(actor, "note.read", row):
        return []
    return _read(
        WorkingPaper.objects.filter(case_id=case_id, kind=NOTE, gone_at=None), actor, {actor.ref, *logins}
    )


def _read(papers: Iterable[WorkingPaper], actor: Actor, logins: Collection[str]) -> list[Note]:
    papers = sorted(papers, key=lambda one: one.at, reverse=True)
    named = list(Mention.objects.filter(ref__in=[one.ref for one in papers]))
    calling = {one.ref for one in named if one.login in logins}
    ours = [one for one in papers if one.office == actor.office or one.ref in calling]
    keys = vault_keys.open_keys({one.case_id for one in ours})
    return [_note(one, keys[one.case_id], named) for one in ours if one.case_id in keys]


def _note(row: WorkingPaper, key: CaseKey, named: Iterable[Mention]) -> Note:
    calls = tuple(one.login for one in named if one.ref == row.ref and not one.seen)
    text = key.open(bytes(row.blob), working.context(row)).decode()
    return Note(row.ref, text, row.login, row.office, row.at, calls)


def calling(logins: Iterable[str], actor: Actor) -> list[tuple[CaseRow, str]]:
    """Cases in which a note that is not seen yet calls upon one of `logins`, with the note's reference;
    of those alone that the actor may read."""
    found = list(Mention.objects.filter(login__in=list(logins), seen=False).order_by("-id"))
    kept = set(
        WorkingPaper.objects.filter(ref__in=[one.ref for one in found], gone_at=None).values_list(
            "ref", flat=True
        )
    )
    rows = CaseRow.objects.in_bulk({one.case_id for one in found if one.ref in kept})
    named = [(rows[one.case_id], one.ref) for one in found if one.case_id in rows and one.ref in kept]
    return [(row, ref) for row, ref in named if not row.erased and may(actor, "note.read", row)]


def seen(ref: str, logins: Iterable[str]) -> None:
    """Whoever a note calls upon, or stands in for them, has seen it; `NotYours` where it calls none."""
    if not Mention.objects.filter(ref=ref, login__in=list(logins)).update(seen=True):
        raise NotYours(ref)
