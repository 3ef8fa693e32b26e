"""Facts of the routine to tables. `rows` reads one stream and nothing else; `rebuild` compares them all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, models

from huiyin.casework import law, streams
from huiyin.casework.projection import Difference, compare, strays
from huiyin.casework.records import ERASED, Past
from huiyin.ledger.facts import MovedOn
from huiyin.rounds.models import (
    AppointmentRow,
    MissRow,
    NoteRow,
    OfficeRow,
    PromiseRow,
    ReceptionRow,
    RoundRow,
    TroubleRow,
)

MISSED = "round.missed.1"
REPORTED = "daily.filed.1"
# What discharges a round of its obligation.
FILED = (REPORTED, "sweep.filed.1", "duty.handed_over.1", "round.met.1")
ON_DUTY = ("duty.assigned.1", "duty.swapped.1")
Facts = Sequence[Past]
Rows = list[models.Model]

_TABLES: tuple[type[models.Model], ...] = (
    OfficeRow,
    RoundRow,
    MissRow,
    TroubleRow,
    ReceptionRow,
    AppointmentRow,
    NoteRow,
    PromiseRow,
)


def round_key(obligation: str, office: str, day: date) -> str:
    return f"{obligation}/{office}/{day.isoformat()}"


def rows(facts: Facts) -> Rows:
    """Every row that one stream leaves, oldest fact first."""
    return _READERS[facts[0].values["subject"]](facts)


def _day(fact: Past, name: str = "day") -> date:
    return date.fromisoformat(fact.values[name])


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _of(facts: Facts, *kinds: str) -> list[Past]:
    return [fact for fact in facts if fact.kind in kinds]


def _tail(facts: Facts) -> Mapping[str, Any]:
    return {"seq": facts[-1].seq, "erased": facts[-1].kind == ERASED}


def _office(facts: Facts) -> Rows:
    first, last = facts[0], facts[-1]
    row = OfficeRow(
        office=first.values["office"],
        ref=first.case,
        since=_day(last, "since"),
        book=last.values["book"],
        digest=last.values["digest"],
        seq=last.seq,
    )
    return [row]


def _round(facts: Facts) -> Rows:
    first, filed = facts[0], _of(facts, *FILED)
    missed, on_duty, reported = _of(facts, MISSED), _of(facts, *ON_DUTY), _of(facts, REPORTED)
    obligation, office = first.values["obligation"], first.values["office"]
    row = RoundRow(
        key=round_key(obligation, office, _day(first)),
        ref=first.case,
        obligation=obligation,
        office=office,
        day=_day(first),
        filed_at=filed[0].at if filed else None,
        missed_at=missed[0].at if missed else None,
        counted_until=_moment(reported[-1].values["until"]) if reported else None,
        officer=on_duty[-1].values["officer"] if on_duty else filed[-1].actor.ref if filed else "",
        **_tail(facts),
    )
    return [row, *_misses(facts, standing=not filed)]


def _misses(facts: Facts, *, standing: bool) -> Rows:
    return [
        MissRow(
            fact_id=fact.fact_id,
            ref=fact.case,
            obligation=fact.values["obligation"],
            office=fact.values["owes"],
            day=_day(fact, "round"),
            due_at=datetime.fromisoformat(fact.values["due_at"]),
            recorded_at=fact.at,
            standing=standing,
        )
        for fact in _of(facts, MISSED)
    ]


def _trouble(facts: Facts) -> Rows:
    first = facts[0]
    said = {name: value for fact in facts for name, value in fact.values.items()}
    ended = _of(facts, "trouble.settled.1", "trouble.registered.1")
    confirmed = _of(facts, "trouble.confirmed.1")
    return [
        TroubleRow(
            ref=first.case,
            office=first.values["office"],
            charge=said["charge"],
            officer=said["officer"],
            place=said["place"],
            category=said["category"],
            term=date.fromisoformat(said["term"]),
            listed_on=_day(first),
            confirmed_on=_day(confirmed[-1], "week") if confirmed else None,
            state=ended[-1].kind.split(".")[1] if ended else TroubleRow.State.OPEN,
            ended_on=law.day_of(ended[-1].at) if ended else None,
            case_id=said.get("case", ""),
            **_tail(facts),
        )
    ]


def _reception(facts: Facts) -> Rows:
    first, values = facts[0], facts[0].values
    held, cancelled = _of(facts, "reception.held.1"), _of(facts, "reception.cancelled.1")
    missed, noted = _of(facts, MISSED), _of(facts, "reception.noted.1")
    state = "held" if held else "cancelled" if cancelled else "scheduled"
    row = ReceptionRow(
        ref=first.case,
        office=values["office"],
        leader=values["leader"],
        mode=values["mode"],
        place=values["place"],
        day=_day(first),
        starts=time.fromisoformat(values["starts"]),
        ends=time.fromisoformat(values["ends"]),
        slots=values["slots"],
        state=state,
        groups=len(noted) if held else 0,
        people=sum(fact.values["people"] for fact in noted) if held else 0,
        due_at=None if held or cancelled or missed else _moment(values["due_at"]),
        **_tail(facts),
    )
    return [
        row,
        *_appointments(facts),
        *(_note(fact) for fact in noted),
        *_misses(facts, standing=state == "scheduled"),
    ]


def _appointments(facts: Facts) -> Rows:
    given_up = {fact.values["of"] for fact in _of(facts, "appointment.cancelled.1")}
    return [
        AppointmentRow(
            mac=bytes.fromhex(fact.values["code_mac"]),
            ref=fact.case,
            slot=fact.values["slot"],
            category=fact.values["category"],
            live=fact.seq not in given_up,
        )
        for fact in _of(facts, "appointment.made.1")
    ]


def _note(fact: Past) -> models.Model:
    people = fact.values["people"]
    return NoteRow(fact.fact_id, fact.case, fact.values["case"], people, fact.actor.ref)


def _promise(facts: Facts) -> Rows:
    first, values = facts[0], facts[0].values
    kept, reported = _of(facts, "promise.kept.1"), _of(facts, "promise.reported.1")
    missed = _of(facts, MISSED)
    dates = [f for f in facts if "report_by" in f.values]
    report_by = _moment(dates[-1].values["report_by"]) if dates and not kept else None
    due_at = _moment(values["due_at"])
    if kept or any(fact.values["act"] == "promise" for fact in missed):
        due_at = None
    row = PromiseRow(
        ref=first.case,
        reception=values["reception"],
        case_id=values["case"],
        office=values["office"],
        officer=values["officer"],
        made_on=_day(first),
        due=_day(first, "due"),
        next_report=report_by,
        next_miss=min((one for one in (due_at, report_by) if one), default=None),
        reported_at=reported[-1].at if reported else None,
        kept_on=_day(kept[-1], "kept_on") if kept else None,
        **_tail(facts),
    )
    return [row, *_misses_of_promise(facts, bool(kept))]


def _misses_of_promise(facts: Facts, kept: bool) -> Rows:
    """A passed date stands until the promise is kept, a missed report until the next one."""
    reported = [fact.seq for fact in _of(facts, "promise.reported.1")]
    latest = max(reported, default=0)
    found = []
    for fact in _of(facts, MISSED):
        standing = not kept and (fact.values["act"] == "promise" or fact.seq > latest)
        found += _misses([fact], standing=standing)
    return found


_READERS: Mapping[str, Callable[[Facts], Rows]] = {
    "office": _office,
    "round": _round,
    "trouble": _trouble,
    "reception": _reception,
    "promise": _promise,
}


# --- tables -------------------------------------------------------------------------------------------


def lay(facts: Facts, *, new: bool = False) -> None:
    """Lay a stream's rows over the tables, inside the transaction that appended its last fact.

    `new`: the stream begins here. Of two that begin the same round at once, one finds it taken (`MovedOn`).
    """
    first, *others = rows(facts)
    try:
        first.save(force_insert=new, force_update=not new)
    except IntegrityError as taken:
        if not new:
            raise
        raise MovedOn(str(first.pk)) from taken
    for row in others:
        row.save()


def rebuild(*, check: bool, progress: Callable[[int], None] | None = None) -> Iterator[Difference]:
    """Make every table of the routine again from facts; yield each difference. `check` changes nothing."""
    seen: dict[type[models.Model], set[Any]] = {model: set() for model in _TABLES}
    of_routine = (facts for facts in streams.every() if facts[0].values["subject"] in _READERS)
    for done, facts in enumerate(of_routine, 1):
        for row in rows(facts):
            seen[type(row)].add(key_of(row))
            yield from compare(row, check)
        if progress:
            progress(done)
    yield from strays(seen, check)


def key_of(row: models.Model) -> Any:
    return row.pk.hex() if isinstance(row.pk, bytes) else row.pk
