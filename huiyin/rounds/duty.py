"""Duty (值班): who is on duty which day, swaps, and what is handed over to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huiyin.casework import streams
from huiyin.casework.permissions import NotYours
from huiyin.casework.records import Deed, Past
from huiyin.ledger.facts import writing
from huiyin.offices import tree
from huiyin.offices.models import Officer
from huiyin.procedure import Actor, Text
from huiyin.rounds import filing, matters, routine
from huiyin.rounds.filing import Round
from huiyin.rounds.routine import Refused

DAYS_SHOWN = 14
NOT_OURS = Text("值班人员须是本单位的工作人员。", "Whoever is on duty must be an officer of the office.")
NOT_ON_DUTY = Text("当天值班表还没有排人。", "Nobody is on the roster of that day.")
CONSENT = Text(
    "换班由接班的人本人登记，或者由单位负责人登记。",
    "A swap is recorded by whoever takes the duty over, or by the head of the office.",
)
SAME = Text("这一天本来就是由此人值班。", "That officer is on duty that day already.")
PAST = Text("已经过去的值班不能再排。", "A duty that is past cannot be set.")
HANDED = Text("当天已经交接，不能再换。", "That day was handed over already.")
NOT_YOURS_TO_HAND = Text(
    "交接由当天值班的人写，或者由单位负责人写。",
    "The hand-over is written by whoever was on duty, or by the head of the office.",
)


@dataclass(frozen=True)
class Day:
    """One day of the roster. `swapped`: somebody else was on it first. `note`: what was handed over."""

    round: Round
    day: date
    officer: str
    swapped: bool
    handed_over: bool
    note: str
    seq: int


def kept_by(office: str) -> bool:
    """Whether this office keeps a roster."""
    obligation = routine.in_force().of_act("handover")
    return obligation is not None and routine.owes(obligation, office)


def roster(office: str, first: date, actor: Actor, days: int = DAYS_SHOWN) -> list[Day]:
    """The days from `first`, each with who is on duty and what was handed over."""
    routine.require(actor, "rounds.read", office)
    rounds = [filing.round_of("handover", office, first + timedelta(days=n)) for n in range(days)]
    refs = [one.row.ref for one in rounds if one.row]
    told, said = streams.histories(refs), streams.words(refs, actor, "rounds.read")
    return [_day(one, told, said) for one in rounds]


def _day(
    one: Round, told: Mapping[str, list[Past]], said: Mapping[str, Mapping[int, Mapping[str, str]]]
) -> Day:
    row = one.row
    if row is None:
        return Day(one, one.period.first, "", False, False, "", 0)
    facts = told[row.ref]
    notes = [
        said.get(row.ref, {}).get(f.seq, {}).get("note", "") for f in facts if f.kind == "duty.handed_over.1"
    ]
    swapped = any(fact.kind == "duty.swapped.1" for fact in facts)
    return Day(
        one, row.day, row.officer, swapped, bool(row.filed_at), notes[-1] if notes else "", facts[-1].seq
    )


def _officer(login: str, office: str) -> Officer:
    found = tree.officer(login)
    if found is None or found.office_id != office or not found.is_active:
        raise Refused(NOT_OURS, "officer")
    return found


def assign(office: str, plan: Mapping[date, str], actor: Actor, now: datetime) -> int:
    """Set who is on duty on these days, today or later; how many days changed."""
    routine.require(actor, "rounds.roster", office)
    if any(day < routine.today(now) for day in plan):
        raise Refused(PAST, "day")
    changed, last = 0, None
    with writing():
        for day, login in sorted(plan.items()):
            officer, of = _officer(login, office), filing.round_of("handover", office, day)
            if of.row is not None and of.row.officer == officer.login:
                continue
            deed = Deed("duty.assigned.1", actor, values={"officer": officer.login})
            last = filing.record_in(of, deed, now)
            changed += 1
    if last is not None:
        routine.settled(last)
    return changed


def swap(office: str, day: date, login: str, actor: Actor, now: datetime, seen: int | None = None) -> Past:
    """`login` takes over the duty of this day. Whoever takes it over says so, or the head of the office."""
    routine.require(actor, "rounds.file", office)
    officer, of = _officer(login, office), filing.round_of("handover", office, day)
    if of.row is None or not of.row.officer:
        raise Refused(NOT_ON_DUTY, "day")
    if of.row.filed_at:
        raise Refused(HANDED, "day")
    if day < routine.today(now):
        raise Refused(PAST, "day")
    if of.row.officer == officer.login:
        raise Refused(SAME, "officer")
    if actor.role != "head" and actor.ref != officer.login:
        raise Refused(CONSENT, "officer")
    values = {"officer": officer.login, "instead_of": of.row.officer}
    return routine.settled(filing.record(of, Deed("duty.swapped.1", actor, values=values), now, seen))


def hand_over(
    office: str, day: date, note: str, actor: Actor, now: datetime, seen: int | None = None
) -> Past:
    """What the next one on duty must know; "nothing" is a note too."""
    of = filing.to_file("handover", office, day, actor, now)
    if actor.role != "head" and (of.row is None or actor.ref != of.row.officer):
        raise Refused(NOT_YOURS_TO_HAND)
    texts = {"note": matters.words("note", note)}
    return routine.settled(filing.record(of, Deed("duty.handed_over.1", actor, texts=texts), now, seen))


def on_duty(office: str, day: date) -> str:
    """The login of whoever is on duty; "" for nobody."""
    try:
        of = filing.round_of("handover", office, day)
    except (Refused, NotYours):
        return ""
    return of.row.officer if of.row else ""
