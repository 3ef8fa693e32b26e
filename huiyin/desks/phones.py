"""Papers from a phone on the same network: an address without a log-in, for one case, one use, ten minutes.

The phone is told whether its papers arrived, and nothing else; they come in the name of the clerk.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from huiyin.casework import papering
from huiyin.casework.filing import keyed
from huiyin.casework.permissions import NotYours, require
from huiyin.casework.reading import Paper, actor_of, timeline
from huiyin.casework.steps import row_of
from huiyin.desks.models import Phone
from huiyin.intake.filing import Attachment
from huiyin.offices import tree
from huiyin.procedure import Actor

LASTS = timedelta(minutes=10)


class Dead(Exception):
    """The address was never given, was used, or its ten minutes are over: all answer the same."""


def give(case_id: str, actor: Actor, now: datetime) -> str:
    """A new address's secret (128 random bits, kept nowhere); an unused one of this clerk and case dies."""
    require(actor, "papers.add", row_of(case_id))
    secret = secrets.token_urlsafe(16)
    Phone.objects.filter(case_id=case_id, login=actor.ref, seq=None).delete()
    Phone.objects.create(mac=_mac(secret), case_id=case_id, login=actor.ref, until=now + LASTS)
    return secret


def drop_past(now: datetime) -> None:
    """Addresses that the counter no longer asks after are kept no longer."""
    Phone.objects.filter(until__lt=now - LASTS).delete()


def is_open(secret: str, now: datetime) -> bool:
    return Phone.objects.filter(mac=_mac(secret), seq=None, until__gt=now).exists()


def take(secret: str, papers: Sequence[Attachment], now: datetime) -> None:
    """What the phone sends becomes papers of the case, in the clerk's name; then the address is dead."""
    held = Phone.objects.filter(mac=_mac(secret), seq=None, until__gt=now).first()
    officer = tree.officer(held.login) if held else None
    if held is None or officer is None or not officer.is_active:
        raise Dead

    def used() -> None:
        if not Phone.objects.filter(mac=held.mac, seq=None).update(seq=0):
            raise Dead

    try:
        seq = papering.add(held.case_id, papers, actor_of(officer), now, used)
    except NotYours:
        raise Dead from None
    Phone.objects.filter(mac=held.mac).update(seq=seq)


def arrived(case_id: str, actor: Actor, now: datetime, language: str) -> tuple[bool, tuple[Paper, ...]]:
    """Whether this clerk's address for the case waits, and what came by those of the last minutes."""
    require(actor, "papers.add", row_of(case_id))
    given = Phone.objects.filter(case_id=case_id, login=actor.ref, until__gt=now - LASTS)
    places = set(given.exclude(seq=None).values_list("seq", flat=True))
    found = timeline(case_id, actor, language) if places else []
    papers = tuple(paper for moment in found if moment.seq in places for paper in moment.papers)
    return given.filter(seq=None, until__gt=now).exists(), papers


def _mac(secret: str) -> bytes:
    return keyed("phone", secret)
