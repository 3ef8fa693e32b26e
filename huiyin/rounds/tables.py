"""The routine as rows, for ledger sheets: read for a period and an office, and set again as lawful acts.

Persons are in no row. What a row sets goes the way a page would go: the same checks, the same facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from huiyin.casework import reading, streams
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import may_in
from huiyin.intake.filing import Filing, Person
from huiyin.offices import tree
from huiyin.procedure import Actor
from huiyin.rounds import again, daily, promises, reception, routine, sweep
from huiyin.rounds.models import NoteRow, PromiseRow, ReceptionRow, RoundRow, TroubleRow
from huiyin.rounds.periods import covered, periods

FIGURES = daily.FIGURES
NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True)
class Daily:
    """One office's report of one day. `counted`: the figures of its whole span, from facts; `stated`: as
    they were filed, {} before that; `again`: more belongs in by now, and it is to be filed again."""

    office: str
    day: date
    due_at: datetime
    filed_at: datetime | None
    filed_by: str
    missed: bool
    again: bool
    stated: Mapping[str, int]
    counted: Mapping[str, int]
    nil: bool
    remark: str


@dataclass(frozen=True)
class Swept:
    """One trouble of a sweep."""

    ref: str
    office: str
    listed_on: date
    title: str
    place: str
    category: str
    charge: str
    officer: str
    measures: str
    term: date
    state: str
    result: str
    settled_on: date | None
    case_id: str
    number: str
    confirmed_on: date | None


@dataclass(frozen=True)
class Received:
    """One visit at a reception, which is a case; `note` is its place in the reception's facts."""

    ref: str
    note: int
    office: str
    day: date
    starts: time
    leader: str
    mode: str
    place: str
    where: str
    people: int
    case_id: str
    number: str
    title: str
    promise: str
    promised_office: str
    promised_by: date | None
    kept_on: date | None
    clerk: str


@dataclass(frozen=True)
class Set:
    """What a row did: the stream it is about, and whether that was new, changed or left as it was."""

    ref: str
    outcome: str


def offices_open_to(actor: Actor, action: str, office: str) -> list[str]:
    """The one asked for, or every office whose routine `action` opens to the actor."""
    routine_of = [office] if office else [one.code for one in tree.offices()]
    if office:
        routine.require(actor, action, office)
    return [code for code in routine_of if may_in(actor, action, code)]


# --- reading ------------------------------------------------------------------------------------------


def of_days(actor: Actor, first: date, last: date, office: str, today: date) -> list[Daily]:
    """Daily reports of the rounds from `first` to `last`, by day and office; those not filed among them."""
    county, obligation = routine.in_force(), routine.in_force().of_act("daily")
    if obligation is None:
        return []
    calendar = routine.calendar(county)
    owing = [code for code in offices_open_to(actor, "rounds.read", office) if routine.owes(obligation, code)]
    rows = RoundRow.objects.filter(obligation=obligation.id, day__gte=first, day__lte=last, office__in=owing)
    known = {(row.day, row.office): row for row in rows}
    refs = [row.ref for row in known.values()]
    told, said = streams.histories(refs), streams.words(refs, actor, "rounds.read")
    rounds = list(periods(county, obligation, first, last, calendar))
    spans = [covered(county, obligation, one.first, calendar) for one in rounds]
    counted = daily.counts(owing, spans)
    asked = {(one.office, one.period.first) for one in again.reports(today, owing)}
    found = []
    for one, (since, _) in zip(rounds, spans, strict=True):
        for code in owing:
            row = known.get((one.first, code))
            filed = _filed(told.get(row.ref, []) if row else [])
            stated = filed.values["stated"] if filed else {}
            remark = said.get(filed.case, {}).get(filed.seq, {}).get("remark", "") if filed else ""
            found.append(
                Daily(
                    office=code,
                    day=one.first,
                    due_at=one.due,
                    filed_at=row.filed_at if row else None,
                    filed_by=row.officer if row else "",
                    missed=bool(row and row.missed_at),
                    again=(code, one.first) in asked,
                    stated=stated,
                    counted=counted[code, since],
                    nil=filed is not None and not any(stated.values()),
                    remark=remark,
                )
            )
    return found


def _filed(facts: Iterable[Any]) -> Any:
    return next((fact for fact in reversed(list(facts)) if fact.kind == "daily.filed.1"), None)


def of_sweeps(actor: Actor, first: date, last: date, office: str = "") -> list[Swept]:
    """Troubles that were listed from `first` to `last`, or were open then, by office and day."""
    offices = offices_open_to(actor, "trouble.read", office)
    rows = TroubleRow.objects.filter(office__in=offices, listed_on__lte=last).exclude(ended_on__lt=first)
    troubles = sweep.read(rows.order_by("office", "listed_on", "ref"), actor)
    numbers = _numbers(one.row.case_id for one in troubles)
    return [_swept(one, numbers) for one in troubles]


def _swept(one: sweep.Trouble, numbers: Mapping[str, str]) -> Swept:
    row = one.row
    return Swept(
        ref=row.ref,
        office=row.office,
        listed_on=row.listed_on,
        title=one.title,
        place=row.place,
        category=row.category,
        charge=row.charge,
        officer=row.officer,
        measures=one.measures,
        term=row.term,
        state=row.state,
        result=one.result,
        settled_on=row.ended_on,
        case_id=row.case_id,
        number=numbers.get(row.case_id, ""),
        confirmed_on=row.confirmed_on,
    )


def of_receptions(actor: Actor, first: date, last: date, office: str = "") -> list[Received]:
    """Visits at the reception days from `first` to `last`, by day and office, as they were noted."""
    offices = offices_open_to(actor, "promise.read", office)
    rows = ReceptionRow.objects.filter(office__in=offices, day__gte=first, day__lte=last)
    days = {one.row.ref: one for one in reception.days(rows, actor)}
    notes = list(NoteRow.objects.filter(ref__in=days).order_by("fact_id"))
    cases = CaseRow.objects.in_bulk([note.case_id for note in notes])
    titles = reading.titles(cases.values(), actor)
    kept = {
        one.row.case_id: one for one in promises.read(PromiseRow.objects.filter(reception__in=days), actor)
    }
    found = [_received(note, days[note.ref], cases, titles, kept) for note in notes if note.case_id in cases]
    return sorted(found, key=lambda one: (one.day, one.office))


def _received(
    note: NoteRow,
    day: reception.Day,
    cases: Mapping[str, CaseRow],
    titles: Mapping[str, str],
    kept: Mapping[str, promises.Promise],
) -> Received:
    """Number and title only for who may read them: whoever is complained of does not."""
    row, promise = day.row, kept.get(note.case_id)
    open_ = note.case_id in titles
    return Received(
        ref=row.ref,
        note=note.fact_id,
        office=row.office,
        day=row.day,
        starts=row.starts,
        leader=row.leader,
        mode=row.mode,
        place=row.place,
        where=day.where,
        people=note.people,
        case_id=note.case_id if open_ else "",
        number=cases[note.case_id].number if open_ else "",
        title=titles.get(note.case_id, ""),
        promise=promise.text if promise else "",
        promised_office=promise.row.office if promise else "",
        promised_by=promise.row.due if promise else None,
        kept_on=promise.row.kept_on if promise else None,
        clerk=note.officer,
    )


def _numbers(cases: Iterable[str]) -> dict[str, str]:
    wanted = [case for case in cases if case]
    return dict(CaseRow.objects.filter(case_id__in=wanted).values_list("case_id", "number"))


# --- setting ------------------------------------------------------------------------------------------


def set_daily(values: Mapping[str, Any], actor: Actor, now: datetime) -> Set:
    """File the report of `office` for `day`: the figures `stated` and the `remark`."""
    office, day = values["office"], values["day"]
    report = daily.look(office, day, actor, now)
    stated = {name: values["stated"].get(name, 0) for name in FIGURES}
    remark = str(values.get("remark", "")).strip()
    if report.filed is not None and dict(report.stated) == stated and daily.remark(report, actor) == remark:
        return Set(report.filed.case, UNCHANGED)
    fact = daily.file(office, day, stated, remark, actor, now)
    return Set(fact.case, NEW if report.filed is None else CHANGED)


TROUBLE = ("title", "measures", "place", "category", "charge", "officer", "term")


def set_trouble(values: Mapping[str, Any], actor: Actor, now: datetime) -> Set:
    """List a trouble (no `ref`), or put a listed one as the row says; `result` settles it."""
    entries = {name: values[name] for name in TROUBLE}
    ref, result = values.get("ref", ""), str(values.get("result", "")).strip()
    if not ref:
        ref = sweep.list_trouble(values["office"], entries, actor, now).case
        outcome = NEW
    else:
        [known] = sweep.read([sweep.find(ref, actor)], actor)
        if _as_it_is(known, entries, result):
            return Set(ref, UNCHANGED)
        outcome = CHANGED
        sweep.change(ref, entries, actor, now)
    if result:
        sweep.settle(ref, result, actor, now)
    return Set(ref, outcome)


def _as_it_is(known: sweep.Trouble, entries: Mapping[str, Any], result: str) -> bool:
    row = known.row
    same = all(entries[name] == getattr(row, name) for name in TROUBLE if name not in ("title", "measures"))
    return same and (entries["title"], entries["measures"], result) == (
        known.title,
        known.measures,
        known.result,
    )


def set_reception(
    values: Mapping[str, Any], filing: Filing, person: Person | None, actor: Actor, now: datetime, token: str
) -> Set:
    """Note a visit at the reception `ref`: register its matter, once for one `token`.

    `values`: ref, people. A visit that was noted is a case, and changes by the steps of its procedure.
    """
    row = reception.find(values["ref"], actor, "reception.note")
    before = NoteRow.objects.filter(ref=row.ref).count()
    further = {"people": values["people"]} if values.get("people") else {}
    reception.note(row.ref, filing, person, actor=actor, now=now, token=token, values=further)
    return Set(row.ref, NEW if NoteRow.objects.filter(ref=row.ref).count() > before else UNCHANGED)
