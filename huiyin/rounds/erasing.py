"""Erasing the words of a routine's stream once its term of keeping is over; its dates and offices stand."""

from datetime import datetime

from huiyin.casework import health, streams
from huiyin.ledger.facts import writing
from huiyin.procedure import Actor, Text
from huiyin.rounds import projection
from huiyin.rounds.models import PromiseRow, ReceptionRow, TroubleRow
from huiyin.rounds.routine import Refused, settled

NOT_OVER = Text("还没有办结，不能删除其中的文字。", "It is not over yet: its words cannot be erased.")


def erase(ref: str, reason: str, actor: Actor, now: datetime) -> bool:
    """Erase a stream's words for good. False: old bytes may stay until the next `scrub`."""
    facts = streams.history(ref)
    if _runs(ref):
        raise Refused(NOT_OVER)
    with writing():
        fact = streams.erase(facts, reason, actor, now)
        projection.lay([*facts, fact])
    settled(fact)
    return health.scrub()


def _runs(ref: str) -> bool:
    """Whether something is still owed in it."""
    return (
        TroubleRow.objects.filter(ref=ref, state=TroubleRow.State.OPEN).exists()
        or ReceptionRow.objects.filter(ref=ref, state=ReceptionRow.State.SCHEDULED).exists()
        or PromiseRow.objects.filter(ref=ref, kept_on=None).exists()
    )
