"""Appointments by the public: a place in the queue of a reception day, held by a code, not by a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db import connection

from huiyin.casework import law, streams
from huiyin.casework.filing import BadCode, code_mac, keyed, new_code
from huiyin.casework.permissions import NotYours
from huiyin.casework.records import Deed, Past
from huiyin.ledger.facts import MovedOn, writing
from huiyin.procedure import Actor, Text
from huiyin.rounds import reception, routine
from huiyin.rounds.models import AppointmentRow, Asked, ReceptionRow
from huiyin.rounds.routine import Refused

PUBLIC = reception.PUBLIC
# A household, or a village behind one address, may book a few; nobody books a whole day away.
PER_NETWORK = 10
FULL = Text(
    "名额已经约满，请选择其他日期；不预约也可以当天到场。",
    "All places are taken: choose another day, or come without.",
)
OVER = Text("这一天已经不能预约。", "This day can no longer be booked.")
TOO_MANY = Text(
    "今天从这个网络预约得太多了，请明天再试，或者当天到场。", "Too many were booked from this network today."
)
UNKNOWN = Text("请从列表中选择。", "Choose one of the list.")
NO_SUCH = Text("没有这个预约码，或者已经取消。", "There is no such appointment, or it was cancelled.")


@dataclass(frozen=True)
class Slip:
    """What the public is given, once: the number in the queue, about when, and the code to cancel it by."""

    row: ReceptionRow
    slot: int
    at: time
    code: str


@dataclass(frozen=True)
class Place:
    """One place in the queue as the reception clerk of the day sees it."""

    slot: int
    at: time
    category: str
    live: bool


def book(ref: str, category: str, network: str, now: datetime) -> Slip:
    """Take the next place of a day. `category`: what it is about, or ""; nothing else is asked."""
    row = ReceptionRow.objects.filter(ref=ref, erased=False).first()
    if row is None:
        raise NotYours(ref)
    if category and category not in law.book_in_force().categories:
        raise Refused(UNKNOWN, "category")
    if not _open(row, now):
        raise Refused(OVER)
    _refuse_a_flood(network, now)
    code = new_code()
    for _ in range(routine.TRIES):
        try:
            slot = _take(ref, category, code, now)
        except MovedOn:
            continue  # somebody else took a place at this moment
        _count(network, now)
        return Slip(row, slot, reception.slot_time(row, slot), code)
    raise MovedOn(ref)


def _open(row: ReceptionRow, now: datetime) -> bool:
    begins = datetime.combine(row.day, row.starts, routine.in_force().zone)
    return row.state == ReceptionRow.State.SCHEDULED and now < begins


def _take(ref: str, category: str, code: str, now: datetime) -> int:
    with writing():
        # From the very facts that ours will follow: of two that see the same place free, one has moved on.
        facts = streams.history(ref)
        held = set(_held(facts).values())
        free = [slot for slot in range(1, facts[0].values["slots"] + 1) if slot not in held]
        if not free:
            raise Refused(FULL)
        values = {"slot": free[0], "category": category, "code_mac": code_mac(code).hex()}
        fact = routine.add_to(facts, Deed("appointment.made.1", PUBLIC, values=values), now, withheld=True)
    routine.settled(fact)
    return free[0]


def _held(facts: Sequence[Past]) -> dict[int, int]:
    """The places that are held, by the fact that took each."""
    given_up = {fact.values["of"] for fact in facts if fact.kind == "appointment.cancelled.1"}
    made = (fact for fact in facts if fact.kind == "appointment.made.1")
    return {fact.seq: fact.values["slot"] for fact in made if fact.seq not in given_up}


def cancel(code: str, now: datetime) -> ReceptionRow:
    """Give a place back; `Refused` for a code that holds none."""
    try:
        mac = code_mac(code)
    except BadCode:
        raise Refused(NO_SUCH, "code") from None
    for _ in range(routine.TRIES):
        row = AppointmentRow.objects.filter(mac=mac, live=True).first()
        day = ReceptionRow.objects.filter(ref=row.ref).first() if row else None
        if row is None or day is None or not _open(day, now):
            raise Refused(NO_SUCH, "code")
        try:
            _give_back(day.ref, mac, now)
        except MovedOn:
            continue
        return day
    raise MovedOn("appointment")


def _give_back(ref: str, mac: bytes, now: datetime) -> None:
    with writing():
        facts = streams.history(ref)
        made = next(f for f in facts if f.values.get("code_mac") == mac.hex())
        if made.seq not in _held(facts):
            raise Refused(NO_SUCH, "code")
        values = {"slot": made.values["slot"], "of": made.seq}
        fact = routine.add_to(
            facts, Deed("appointment.cancelled.1", PUBLIC, values=values), now, withheld=True
        )
    routine.settled(fact)


def queue(ref: str, actor: Actor, now: datetime) -> list[Place]:
    """The places taken, for whoever of the office receives, on the day itself and on no other."""
    row = reception.find(ref, actor, "reception.attend")
    if row.day != routine.today(now):
        raise NotYours(ref)
    held = AppointmentRow.objects.filter(ref=ref, live=True).order_by("slot")
    return [Place(one.slot, reception.slot_time(row, one.slot), one.category, one.live) for one in held]


def _refuse_a_flood(network: str, now: datetime) -> None:
    asked = Asked.objects.filter(network=_network(network, now)).first()
    if asked is not None and asked.count >= PER_NETWORK:
        raise Refused(TOO_MANY)


def _count(network: str, now: datetime) -> None:
    today = routine.today(now)
    with writing():
        Asked.objects.filter(day__lt=today).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO rounds_asked (network, day, count) VALUES (%s, %s, 1) "
                "ON CONFLICT (network) DO UPDATE SET count = rounds_asked.count + 1",
                [_network(network, now), connection.ops.adapt_datefield_value(today)],
            )


def _network(network: str, now: datetime) -> bytes:
    return keyed("appointments", f"{routine.today(now)}/{network}")
