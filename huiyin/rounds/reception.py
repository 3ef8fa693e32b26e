"""Reception days (接访) and outreach (下访): published, held by a leader, recorded; a visit becomes a case.

An appointment is a place in the queue and a code, without a name: nobody has a list of persons, and the queue
of a day is shown to the reception clerks of that day alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from huiyin.casework import streams
from huiyin.casework.filing import Registered, register, taken_in_by
from huiyin.casework.permissions import NotYours
from huiyin.casework.records import Deed, Past
from huiyin.intake.filing import Filing, Person
from huiyin.ledger.facts import MovedOn, writing
from huiyin.offices import tree
from huiyin.procedure import Actor, Text
from huiyin.rounds import filing, matters, routine
from huiyin.rounds.models import AppointmentRow, NoteRow, ReceptionRow
from huiyin.rounds.routine import Refused

MODES: Mapping[str, Text] = {
    "on_site": Text("现场接访", "Reception at the office"),
    "outreach": Text("下访", "Outreach"),
    "invited": Text("约访", "By invitation"),
}
PUBLIC = Actor("public")
MOST_SLOTS = 60
NOT_A_LEADER = Text("接访人须是某单位的负责人。", "Whoever receives must be the head of an office.")
BAD_HOURS = Text("结束时间须晚于开始时间。", "It must end after it starts.")
BAD_SLOTS = Text(f"预约名额须是0到{MOST_SLOTS}。", f"Between 0 and {MOST_SLOTS} appointments.")
BAD_PLACE = Text("下访请选择乡镇。", "Choose the town of an outreach day.")
PAST = Text("日期不能早于今天。", "The day cannot be past.")
NOT_SCHEDULED = Text("这个接访日已经登记或者取消。", "This day was recorded or cancelled already.")
NOT_TODAY = Text("接访还没有开始，不能登记。", "It has not begun: nothing can be recorded yet.")


@dataclass(frozen=True)
class Day:
    """A reception day with its words as they are published, and how many places in the queue are taken."""

    row: ReceptionRow
    where: str
    about: str
    taken: int

    @property
    def left(self) -> int:
        return max(0, self.row.slots - self.taken)


def schedule(office: str, values: Mapping[str, Any], actor: Actor, now: datetime) -> Past:
    """Publish a reception day. `values`: day, starts, ends, leader, mode, place, slots, where, about."""
    routine.require(actor, "reception.schedule", office)
    codes, texts = _checked(values, now)
    county, obligation = routine.in_force(), routine.in_force().of_act("reception")
    due = county.due(obligation, values["day"], routine.calendar(county)) if obligation else None
    codes["due_at"] = due.isoformat() if due else ""
    deed = Deed("reception.scheduled.1", actor, values=codes, texts=texts)
    return routine.settled(routine.begin_stream("reception", office, values["day"], deed, now))


def _checked(values: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    if values["day"] < routine.today(now):
        raise Refused(PAST, "day")
    if values["ends"] <= values["starts"]:
        raise Refused(BAD_HOURS, "ends")
    leader = tree.officer(values["leader"])
    if leader is None or leader.role != "head" or not leader.is_active:
        raise Refused(NOT_A_LEADER, "leader")
    if values["mode"] not in MODES:
        raise Refused(NOT_A_LEADER, "mode")
    if values["mode"] == "outreach" and values["place"] not in {one.code for one in tree.places()}:
        raise Refused(BAD_PLACE, "place")
    if not 0 <= values["slots"] <= MOST_SLOTS:
        raise Refused(BAD_SLOTS, "slots")
    texts = {
        "where": matters.words("where", values["where"], line=True),
        "about": matters.words("about", values["about"], needed=False, line=True),
    }
    codes = {name: values[name] for name in ("leader", "mode", "place", "slots")}
    return {**codes, "starts": _clock(values["starts"]), "ends": _clock(values["ends"])}, texts


def _clock(at: time) -> str:
    return at.isoformat("minutes")


def cancel(ref: str, reason: str, actor: Actor, now: datetime) -> Past:
    """The day will not be held; the reason is published with it."""
    row = find(ref, actor, "reception.schedule")
    if row.state != ReceptionRow.State.SCHEDULED:
        raise Refused(NOT_SCHEDULED)
    texts = {"reason": matters.words("reason", reason, line=True)}
    return routine.settled(
        routine.add(ref, Deed("reception.cancelled.1", actor, texts=texts), now, seen=row.seq)
    )


def find(ref: str, actor: Actor, action: str) -> ReceptionRow:
    """The reception day, or `NotYours`: the same for one that does not exist."""
    row = ReceptionRow.objects.filter(ref=ref).first()
    if row is None:
        raise NotYours(ref)
    routine.require(actor, action, row.office)
    return row


# --- the day itself -----------------------------------------------------------------------------------


def note(
    ref: str,
    filed: Filing,
    person: Person | None,
    *,
    actor: Actor,
    now: datetime,
    token: str,
    values: Mapping[str, Any] | None = None,
) -> Registered:
    """Register what a visitor brought as a case, and note the visit. `token`: the same makes one case.

    `values`: what the book asks for beyond a filing, how many came among it. An office without a counter has
    its visits noted, and registered, by the bureau's.
    """
    row = find(ref, actor, "reception.note")
    if row.state == ReceptionRow.State.CANCELLED:
        raise Refused(NOT_SCHEDULED)
    if row.day > routine.today(now):
        raise Refused(NOT_TODAY)
    further = dict(values or {})
    place, registrar = taken_in_by(filed, actor)
    made = register(filed, person, actor=registrar, office=place, now=now, token=token, values=further)
    # A crash here leaves the case without its note; sending the page again finds the case and notes it.
    _note(ref, made.case, int(further.get("people") or 1), actor, now)
    return made


def _note(ref: str, case: str, people: int, actor: Actor, now: datetime) -> None:
    for _ in range(routine.TRIES):
        seen = ReceptionRow.objects.values_list("seq", flat=True).get(ref=ref)
        if NoteRow.objects.filter(case_id=case).exists():
            return
        try:
            deed = Deed("reception.noted.1", actor, values={"case": case, "people": people})
            routine.settled(routine.add(ref, deed, now, seen=seen, withheld=True))
        except MovedOn:
            continue
        return
    raise MovedOn(ref)


def channel_of(row: ReceptionRow) -> str:
    return "outreach" if row.mode == "outreach" else "visit"


def hold(ref: str, actor: Actor, now: datetime) -> Past:
    """Record that the day was held, nobody having come included; the leader's month is met by it."""
    row = find(ref, actor, "reception.attend")
    if row.state != ReceptionRow.State.SCHEDULED:
        raise Refused(NOT_SCHEDULED)
    if row.day > routine.today(now):
        raise Refused(NOT_TODAY)
    with writing():
        fact = routine.add_to(streams.history(ref), Deed("reception.held.1", actor), now, seen=row.seq)
        _meet_the_month(row, actor, now)
    return routine.settled(fact)


def _meet_the_month(row: ReceptionRow, actor: Actor, now: datetime) -> None:
    """The leader's own office has had its reception of the month: said once."""
    leader = tree.officer(row.leader)
    obligation = routine.in_force().of_act("leader")
    if leader is None or obligation is None or not routine.owes(obligation, leader.office_id):
        return
    of = filing.round_of("leader", leader.office_id, row.day)
    if of.row is None or of.row.filed_at is None:
        deed = Deed("round.met.1", actor, values={"by": row.ref, "leader": row.leader})
        filing.record_in(of, deed, now)


def leaders(day: date) -> list[tuple[str, str, date | None]]:
    """(office, login, last day held in this month or None) of each leader whose office owes a day a month."""
    obligation = routine.in_force().of_act("leader")
    if obligation is None:
        return []
    first = day.replace(day=1)
    held = ReceptionRow.objects.filter(state=ReceptionRow.State.HELD, day__gte=first, day__lte=day)
    last = {row.leader: row.day for row in held.order_by("day")}
    owing = [office for office in tree.offices() if office.kind in obligation.offices]
    return [(one.code, login, last.get(login)) for one in owing for login in tree.heads(one.code)]


# --- reading ------------------------------------------------------------------------------------------


def days(rows: Iterable[ReceptionRow], actor: Actor) -> list[Day]:
    """Reception days with what is published of them."""
    rows = list(rows)
    refs = [row.ref for row in rows]
    said = streams.words(refs, actor, "reception.read")
    taken = list(AppointmentRow.objects.filter(ref__in=refs, live=True).values_list("ref", flat=True))
    return [_with_words(row, said.get(row.ref, {}), taken.count(row.ref)) for row in rows]


def _with_words(row: ReceptionRow, said: Mapping[int, Mapping[str, Any]], taken: int) -> Day:
    first = said.get(1, {})
    return Day(row, first.get("where", ""), first.get("about", ""), taken)


def published(now: datetime) -> list[Day]:
    """What anybody may read: the days to come that are not cancelled, the next one first."""
    rows = ReceptionRow.objects.filter(day__gte=routine.today(now), state=ReceptionRow.State.SCHEDULED)
    return days(rows.filter(erased=False).order_by("day", "starts", "ref"), PUBLIC)


def of_office(office: str, actor: Actor, since: date) -> list[Day]:
    routine.require(actor, "rounds.read", office)
    return days(ReceptionRow.objects.filter(office=office, day__gte=since).order_by("day", "starts"), actor)


def slot_time(row: ReceptionRow, slot: int) -> time:
    """When this place in the queue is expected to come up."""
    starts = datetime.combine(row.day, row.starts)
    span = datetime.combine(row.day, row.ends) - starts
    return (starts + span * (slot - 1) / max(row.slots, 1)).time().replace(second=0, microsecond=0)
