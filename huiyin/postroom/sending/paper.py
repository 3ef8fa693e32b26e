"""Letters for those who chose paper: a clerk of the office that registered the case prints them.

Whoever puts a letter into an envelope reads a name and an address. So printing opens each identity like any
other opening: with its purpose, in the log, and on the petitioner's own page.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from huiyin.casework import law, openings, wishes
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import may
from huiyin.casework.wishes import PAPER
from huiyin.offices import tree
from huiyin.papers.letters import Letter, render
from huiyin.postroom.sending import queueing, telling
from huiyin.postroom.sending.means import Means
from huiyin.postroom.sending.models import PRINTED
from huiyin.postroom.sending.queueing import Batch
from huiyin.procedure import Actor, Text

HELD = timedelta(minutes=10)
WEEK = timedelta(days=7)
MOST = 2000  # cases looked through
TO = Text("%s（收）", "%s")


def waiting(actor: Actor) -> list[str]:
    """Cases with letters that this officer may print, oldest first."""
    return _open_to(actor, queueing.waiting_cases(PAPER, MOST))


def _open_to(actor: Actor, cases: Sequence[str]) -> list[str]:
    rows = CaseRow.objects.in_bulk(cases)
    return [case for case in cases if case in rows and may(actor, "post.print", rows[case])]


def last_run(actor: Actor, now: datetime) -> tuple[datetime | None, list[str]]:
    """When letters of the actor's office were printed last, within a week, and which messages they were."""
    return queueing.last_printed(_open_to(actor, queueing.printed_cases(now - WEEK)))


def print_letters(actor: Actor, by: Means, now: datetime, language: str, *, labels: bool = False) -> bytes:
    """The next letters (at most 20) as one PDF, marked as printed; b"" when there is none to print.

    Not printed is a letter whose petitioner took the wish back, gave no address, or keeps the name from this
    office: each lies among what failed. A crash before the end leaves them waiting.
    """
    taken = queueing.claim(PAPER, now, HELD, cases=waiting(actor))
    try:
        made = list(_letters(taken, actor, by, now))
        paper = render([letter for _, letter in made], labels=labels, language=language) if made else b""
    except BaseException:
        queueing.release(taken)
        raise
    for batch, _ in made:
        queueing.sent(batch, now, PRINTED)
    return paper


def _letters(
    taken: Sequence[Batch], actor: Actor, by: Means, now: datetime
) -> Iterator[tuple[Batch, Letter]]:
    for batch in taken:
        wish = wishes.wish(batch.case)
        if PAPER not in wish.channels:
            queueing.dropped(batch, "unwanted", now)
            continue
        try:
            person = openings.open_identity(batch.case, actor, "serve", now)
        except openings.NeedsCustodian:
            queueing.failed(batch, "name-kept", now, final=True)
            continue
        if person is None or not person.address.strip():
            queueing.failed(batch, "no-address", now, final=True)
            continue
        yield batch, _letter(batch, person.name, person.address, by.address, wish.language, now)


def _letter(batch: Batch, name: str, address: str, where: str, language: str, now: datetime) -> Letter:
    """The envelope's window shows whom it goes to and nothing of whom it comes from."""
    office = CaseRow.objects.values_list("bureau", flat=True).get(case_id=batch.case)
    signed = (tree.names({office}, language).get(office, ""), law.day_of(now).isoformat())
    to = tuple(line.strip() for line in (*address.splitlines(), TO.get(language) % name) if line.strip())
    return Letter(to, (telling.short(language, where),), signed)
