"""The petitioner's code: the only key to the petitioner's door, and how a lost one is replaced."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum

from huiyin.casework.filing import BadCode, code_mac, new_code
from huiyin.casework.models import CodeRequest, CodeRow, Guess
from huiyin.casework.permissions import NotYours, closed_to, require
from huiyin.casework.records import Deed
from huiyin.casework.steps import history, record, row_of
from huiyin.ledger import sequencer
from huiyin.ledger.facts import MovedOn, writing
from huiyin.procedure import Actor
from huiyin.vault.master import mac

# A code has 10^15 values. Ten wrong ones an hour from one network, and five thousand from all
# networks together, leave a guesser with fewer than one chance in ten million a year.
PER_NETWORK = 10
IN_TOTAL = 5000
HOUR = timedelta(hours=1)


@dataclass
class TooManyGuesses(Exception):
    """Wrong codes came too fast; seconds until the next is looked at."""

    retry_after: int


class SecondOfficer(Exception):
    """A new code takes two officers: whoever asked for it cannot also grant it."""


def case_of(code: str, network: str, now: datetime) -> str | None:
    """The case of a live code. None for a wrong one, which counts against `network` and the total."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    place = mac("network", f"{hour.date()}/{network}".encode())
    _refuse_a_flood(place, hour, now)
    try:
        found = CodeRow.objects.filter(mac=code_mac(code), live=True).first()
    except BadCode:
        found = None
    if found is None:
        _count(place, hour)
        return None
    return found.case_id


def is_live(case_id: str, mark: str) -> bool:
    """Whether a visit that began with a code still stands: its code has not been replaced."""
    found = CodeRow.objects.filter(case_id=case_id, live=True).first()
    return found is not None and visit_mark(case_id) == mark


def visit_mark(case_id: str) -> str:
    """What a signed cookie carries of a code: changes with the code, and says nothing of it."""
    live = CodeRow.objects.filter(case_id=case_id, live=True).first()
    return mac("visit", bytes(live.mac)).hex()[:32] if live else ""


def _refuse_a_flood(place: bytes, hour: datetime, now: datetime) -> None:
    wait = int((hour + HOUR - now).total_seconds()) + 1
    here = Guess.objects.filter(network=place, hour=hour).values_list("count", flat=True).first() or 0
    total = Guess.objects.filter(hour=hour).aggregate(n=Sum("count"))["n"] or 0
    if here >= PER_NETWORK or total >= IN_TOTAL:
        raise TooManyGuesses(wait)


def _count(place: bytes, hour: datetime) -> None:
    with writing():
        Guess.objects.filter(hour__lt=hour - 24 * HOUR).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO casework_guess (network, hour, count) VALUES (%s, %s, 1) "
                "ON CONFLICT (network, hour) DO UPDATE SET count = casework_guess.count + 1",
                [place, connection.ops.adapt_datetimefield_value(hour)],
            )


def request_code(case_id: str, actor: Actor, now: datetime) -> int:
    """First officer at the counter: the petitioner lost the code. Returns the request's fact id."""
    require(actor, "code.request", row_of(case_id))
    with writing():
        if CodeRequest.objects.filter(case_id=case_id, done=False).exists():
            raise MovedOn(case_id)
        fact = record(history(case_id), Deed("code.requested.1", actor), now)
    sequencer.wait([fact.fact_id])
    return fact.fact_id


def approve_code(request: int, actor: Actor, now: datetime) -> tuple[str, str]:
    """Second officer: grant it. Returns (case, the new code); the old code is dead at once."""
    asked = CodeRequest.objects.filter(fact_id=request, done=False).first()
    if asked is None:
        raise NotYours("code.approve")
    require(actor, "code.approve", row_of(asked.case_id))
    if asked.officer == actor.ref:
        raise SecondOfficer(asked.case_id)
    code = new_code()
    with writing():
        facts = history(asked.case_id)
        seq = next(fact.seq for fact in facts if fact.fact_id == request)
        if any(f.kind == "code.replaced.1" and f.values["request"] == seq for f in facts):
            raise MovedOn(asked.case_id)
        values = {"request": seq, "code_mac": code_mac(code).hex()}
        fact = record(facts, Deed("code.replaced.1", actor, values=values), now)
    sequencer.wait([fact.fact_id])
    return asked.case_id, code


def pending_codes(actor: Actor) -> list[CodeRequest]:
    """New codes waiting for a second officer of the same office."""
    waiting = CodeRequest.objects.filter(done=False, office=actor.office)
    return list(waiting.exclude(case_id__in=closed_to(actor)).order_by("asked_at"))
