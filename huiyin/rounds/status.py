"""Who owes what now, what is filed and what is missing: for an office, for the county, for the console.

It names offices that have not filed, and reports that more belongs in by now. How much stands in what was
filed, or came since, is nowhere counted or compared here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huiyin.offices import tree
from huiyin.procedure import Actor, Text
from huiyin.rounds import again, projection, routine
from huiyin.rounds.book import PERIODIC, Obligation, Routine
from huiyin.rounds.models import MissRow, OfficeRow, PromiseRow, ReceptionRow, RoundRow
from huiyin.rounds.periods import Period, period

STATES: dict[str, Text] = {
    "open": Text("待报", "To be filed"),
    "filed": Text("已报", "Filed"),
    "late": Text("补报", "Filed late"),
    "missed": Text("逾期未报", "Not filed in time"),
    "again": Text("报后有新增，待更正", "More came since: to be filed again"),
}


@dataclass(frozen=True)
class Owed:
    """One round of one office. `state`: open (not due yet), filed, late (filed after its hour), missed, or
    again (a daily report that was filed, and more came that belongs in it)."""

    obligation: str
    act: str
    title: Text
    office: str
    day: date
    due_at: datetime
    state: str
    filed_at: datetime | None = None
    ref: str = ""

    def data(self) -> dict[str, Any]:
        return {
            "obligation": self.obligation,
            "office": self.office,
            "day": self.day.isoformat(),
            "due_at": self.due_at.isoformat(),
            "state": self.state,
            "filed_at": self.filed_at.isoformat() if self.filed_at else None,
        }

    def stands(self, now: datetime) -> bool:
        """Its hour is past and it is still to be done. A report that more came into is asked for from then on
        alone: nothing more can come, and filed once more it is settled."""
        return self.state in ("missed", "again") and self.due_at <= now


def owed(now: datetime, offices: Sequence[str] | None = None) -> list[Owed]:
    """The round in progress of every obligation, and every one before it that is owed to this day or is to be
    filed again.

    Ordered by obligation and office, never by how much anybody reported. `offices`: of these alone.
    """
    if not routine.begun():
        return []
    county = routine.in_force()
    found = [one for act in PERIODIC for one in _current(county, county.of_act(act), now, offices)]
    found += _receptions(county, offices, now)
    found += _promises(county, offices, now)
    more = {(one.office, one.day): one for one in _again(now, offices)}
    found = [more.pop((one.office, one.day), one) if one.act == "daily" else one for one in found]
    found += more.values()
    return found + _standing(
        county, offices, {(one.obligation, one.office, one.day, one.ref) for one in found}
    )


def _again(now: datetime, offices: Sequence[str] | None) -> list[Owed]:
    """Daily reports that were filed and that more belongs in by now."""
    return [
        Owed(
            one.obligation.id,
            one.obligation.act,
            one.obligation.title,
            one.office,
            one.period.first,
            one.period.due,
            "again",
            one.row.filed_at if one.row else None,
        )
        for one in again.reports(routine.today(now), offices)
    ]


def _current(
    county: Routine, obligation: Obligation | None, now: datetime, offices: Sequence[str] | None
) -> list[Owed]:
    """The round in progress; of duty the one that is to be handed over next as well."""
    if obligation is None:
        return []
    today, calendar = routine.today(now), routine.calendar(county)
    days = (today - timedelta(days=1), today) if obligation.act in ("handover", "leader") else (today,)
    kinds = {one.code: one.kind for one in tree.offices()}
    joined = {row.office: row.since for row in OfficeRow.objects.all()}
    owing = [code for code in sorted(joined) if kinds.get(code) in obligation.offices]
    owing = [code for code in owing if offices is None or code in offices]
    found = []
    for one in dict.fromkeys(filter(None, (period(county, obligation, day, calendar) for day in days))):
        rows = _rows(obligation, one.first, owing)
        found += [
            _state(obligation, code, one, rows.get(code), now) for code in owing if one.first >= joined[code]
        ]
    return found


def _rows(obligation: Obligation, day: date, offices: Sequence[str]) -> dict[str, RoundRow]:
    keys = [projection.round_key(obligation.id, office, day) for office in offices]
    return {row.office: row for row in RoundRow.objects.filter(key__in=keys)}


def _state(obligation: Obligation, office: str, one: Period, row: RoundRow | None, now: datetime) -> Owed:
    filed_at = row.filed_at if row else None
    if filed_at:
        state = "late" if filed_at > one.due else "filed"
    else:
        state = "missed" if one.due <= now else "open"
    return Owed(obligation.id, obligation.act, obligation.title, office, one.first, one.due, state, filed_at)


def _receptions(county: Routine, offices: Sequence[str] | None, now: datetime) -> list[Owed]:
    """Reception days that were and are not recorded yet."""
    obligation = county.of_act("reception")
    if obligation is None:
        return []
    rows = ReceptionRow.objects.filter(day__lte=routine.today(now), due_at__isnull=False)
    rows = rows if offices is None else rows.filter(office__in=offices)
    return [
        _by_itself(obligation, row.office, row.day, row.due_at, row.ref, now)
        for row in rows.order_by("office", "day")
        if row.due_at
    ]


def _promises(county: Routine, offices: Sequence[str] | None, now: datetime) -> list[Owed]:
    """Promises that are not kept, each until its day, and the next report on each."""
    kept, report = county.of_act("promise"), county.of_act("promise_report")
    rows = PromiseRow.objects.filter(kept_on=None, erased=False)
    rows = rows if offices is None else rows.filter(office__in=offices)
    found = []
    for row in rows.order_by("office", "due"):
        if kept is not None:
            due = county.moment(kept, row.due)
            found.append(_by_itself(kept, row.office, row.due, due, row.ref, now))
        if report is not None and row.next_report is not None:
            day = routine.today(row.next_report)
            found.append(_by_itself(report, row.office, day, row.next_report, row.ref, now))
    return found


def _by_itself(
    obligation: Obligation, office: str, day: date, due: datetime, ref: str, now: datetime
) -> Owed:
    state = "missed" if due <= now else "open"
    return Owed(obligation.id, obligation.act, obligation.title, office, day, due, state, None, ref)


def _standing(
    county: Routine, offices: Sequence[str] | None, known: set[tuple[str, str, date, str]]
) -> list[Owed]:
    """Earlier rounds that were missed and are owed to this day."""
    rows = MissRow.objects.filter(standing=True)
    rows = rows if offices is None else rows.filter(office__in=offices)
    found = []
    for row in rows.order_by("obligation", "office", "due_at"):
        obligation = county.obligations.get(row.obligation)
        if obligation is None:
            continue
        ref = "" if obligation.act in PERIODIC else row.ref
        if (row.obligation, row.office, row.day, ref) not in known:
            one = Owed(
                obligation.id,
                obligation.act,
                obligation.title,
                row.office,
                row.day,
                row.due_at,
                "missed",
                ref=ref,
            )
            found.append(one)
    return found


def of_office(office: str, actor: Actor, now: datetime) -> list[Owed]:
    """What one office owes now."""
    routine.require(actor, "rounds.read", office)
    return owed(now, [office])


# How long before its hour an office is reminded, and of how many things at once. A message is not sent about
# what was missed longer ago than that: it stands on every page of the office until it is filed.
BEFORE = timedelta(hours=2)
AT_ONCE = 3
OF_LATE = timedelta(days=7)


def reminders(office: str, kind: str, now: datetime) -> list[Owed]:
    """What an office of this kind has missed of late, is to file again, or owes within two hours; cheap, for
    every page."""
    found = _standing(routine.in_force(), [office], set())
    found += [one for one in _again(now, [office]) if one.stands(now)]
    found = sorted(found, key=lambda one: one.due_at)[-AT_ONCE:]
    return [*found, *_soon(office, kind, now)]


def _soon(office: str, kind: str, now: datetime) -> list[Owed]:
    county, today = routine.in_force(), routine.today(now)
    found = []
    for obligation in county.obligations.values():
        days = (today,) if obligation.act in ("daily", "sweep") and kind in obligation.offices else ()
        for one in filter(None, (period(county, obligation, day, routine.calendar(county)) for day in days)):
            if now < one.due <= now + BEFORE:
                found += [
                    _state(obligation, office, one, _rows(obligation, one.first, [office]).get(office), now)
                ]
    if not found or not OfficeRow.objects.filter(office=office, since__lte=today).exists():
        return []
    return [one for one in found if one.state == "open"]


def pressing(office: str, now: datetime) -> list[Owed]:
    """What an office is reminded of by a message: owed within two hours, or missed of late and still owed, or
    to be filed again."""

    def presses(one: Owed) -> bool:
        if one.stands(now):
            return now - one.due_at <= OF_LATE
        return one.state == "open" and one.due_at <= now + BEFORE

    return sorted(filter(presses, owed(now, [office])), key=lambda one: one.due_at)


def missing(actor: Actor, now: datetime) -> list[Owed]:
    """What offices have not filed in time or are to file again, for whoever runs or supervises the county's
    routine."""
    routine.require(actor, "rounds.missing")
    return [one for one in owed(now) if one.stands(now)]


def data(now: datetime) -> dict[str, Any]:
    """The status as the console prints it."""
    county, rows = routine.in_force(), owed(now)
    since = OfficeRow.objects.order_by("since").values_list("since", flat=True).first()
    return {
        "at": now.isoformat(),
        "book": county.name,
        "faults": routine.faults(),
        "begun": since.isoformat() if since else None,
        "obligations": [
            {"id": one.id, "title": one.title.zh, "source": one.source.zh, "local": one.local}
            for one in county.obligations.values()
        ],
        "rounds": [one.data() for one in rows],
    }
