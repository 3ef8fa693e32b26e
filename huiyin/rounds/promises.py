"""Promises made at a reception: each has an owner and a date, and is reported on until it is kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from huiyin.casework import streams
from huiyin.casework.permissions import NotYours
from huiyin.casework.reading import PETITIONER
from huiyin.casework.records import Deed, Past
from huiyin.offices import tree
from huiyin.procedure import Actor, Text
from huiyin.rounds import matters, reception, routine
from huiyin.rounds.models import NoteRow, PromiseRow
from huiyin.rounds.routine import Refused

NOT_THERE = Text(
    "承诺的落实人须是落实单位的工作人员。", "Whoever keeps it must be an officer of the office that owes it."
)
TOO_EARLY = Text("兑现日期不能早于今天。", "The promised day cannot be past.")
IN_FUTURE = Text("兑现日期不能晚于今天。", "It cannot have been kept later than today.")
KEPT = Text("这项承诺已经兑现。", "This promise was kept already.")
BY = Text("%s 承诺，%s于 %s 前兑现", "Promised on %s; %s keeps it by %s")
DONE = Text("%s 兑现", "Kept on %s")
NOT_OF_THIS = Text("请选择这次接访登记的事项。", "Choose a matter that this reception registered.")


@dataclass(frozen=True)
class Promise:
    """A promise with its words, for whoever may read them; `said`: each report, the newest last."""

    row: PromiseRow
    text: str
    said: tuple[str, ...]
    proof: str


def make(reception_ref: str, values: Mapping[str, Any], actor: Actor, now: datetime) -> Past:
    """Write down what was promised. `values`: text, office, officer, due (a date), case (or "")."""
    row = reception.find(reception_ref, actor, "reception.schedule")
    text, case = matters.words("text", values["text"]), values["case"]
    officer = tree.officer(values["officer"])
    if officer is None or officer.office_id != values["office"]:
        raise Refused(NOT_THERE, "officer")
    if values["due"] < routine.today(now):
        raise Refused(TOO_EARLY, "due")
    if case and not NoteRow.objects.filter(ref=row.ref, case_id=case).exists():
        raise Refused(NOT_OF_THIS, "case")
    codes = {
        "officer": officer.login,
        "due": values["due"].isoformat(),
        "due_at": _due_at(values["due"]),
        "report_by": _report_by(now),
        "reception": row.ref,
        "case": case,
        # The office that received the people goes on reading what became of it.
        "charge": row.office,
    }
    deed = Deed("promise.made.1", actor, values=codes, texts={"text": text})
    made = routine.begin_stream("promise", officer.office_id, routine.today(now), deed, now)
    return routine.settled(made)


def _due_at(day: date) -> str:
    county = routine.in_force()
    obligation = county.of_act("promise")
    return county.moment(obligation, day).isoformat() if obligation else ""


def _report_by(now: datetime) -> str:
    """When the next report is due, counted from today."""
    county = routine.in_force()
    obligation = county.of_act("promise_report")
    return (
        county.due(obligation, routine.today(now), routine.calendar(county)).isoformat() if obligation else ""
    )


def report(ref: str, progress: str, actor: Actor, now: datetime, seen: int | None = None) -> Past:
    """Say how far it is; the next report is counted from today."""
    row = _unkept(ref, actor)
    texts = {"progress": matters.words("progress", progress)}
    deed = Deed("promise.reported.1", actor, values={"report_by": _report_by(now)}, texts=texts)
    return routine.settled(routine.add(ref, deed, now, seen=row.seq if seen is None else seen))


def keep(ref: str, kept_on: date, proof: str, actor: Actor, now: datetime, seen: int | None = None) -> Past:
    """It was done, on this day, and this shows it."""
    row = _unkept(ref, actor)
    if not row.made_on <= kept_on <= routine.today(now):
        raise Refused(IN_FUTURE, "kept_on")
    texts = {"proof": matters.words("proof", proof)}
    deed = Deed("promise.kept.1", actor, values={"kept_on": kept_on.isoformat()}, texts=texts)
    return routine.settled(routine.add(ref, deed, now, seen=row.seq if seen is None else seen))


def _unkept(ref: str, actor: Actor) -> PromiseRow:
    row = PromiseRow.objects.filter(ref=ref).first()
    if row is None:
        raise NotYours(ref)
    routine.require(actor, "rounds.file", row.office)
    if row.kept_on is not None or row.erased:
        raise Refused(KEPT)
    return row


def find(ref: str, actor: Actor) -> PromiseRow:
    row = PromiseRow.objects.filter(ref=ref).first()
    if row is None:
        raise NotYours(ref)
    routine.require(actor, "promise.read", *streams.offices_of(streams.history(ref)))
    return row


def owed(office: str, actor: Actor) -> list[Promise]:
    """What this office promised and has not kept, the earliest first."""
    routine.require(actor, "rounds.read", office)
    return read(PromiseRow.objects.filter(office=office, kept_on=None).order_by("due", "ref"), actor)


def told_of(case_id: str) -> list[Promise]:
    """What was promised in a matter, as whoever brought it is told, the earliest first."""
    rows = PromiseRow.objects.filter(case_id=case_id, erased=False).order_by("due", "ref")
    return read(rows, PETITIONER, "promise.told")


def in_words(case_id: str, language: str) -> list[str]:
    """The same as paragraphs, for the petitioner's whole file."""
    found = told_of(case_id)
    names = tree.names({one.row.office for one in found}, language)
    return ["\n".join(_lines(one, names, language)) for one in found]


def _lines(one: Promise, names: Mapping[str, str], language: str) -> Iterator[str]:
    row = one.row
    yield BY.get(language) % (row.made_on, names.get(row.office, row.office), row.due)
    yield one.text
    yield from one.said
    if row.kept_on is not None:
        yield ": ".join(filter(None, (DONE.get(language) % row.kept_on, one.proof)))


def read(rows: Iterable[PromiseRow], actor: Actor, action: str = "promise.read") -> list[Promise]:
    rows = list(rows)
    said = streams.words([row.ref for row in rows], actor, action)
    return [_with_words(row, said.get(row.ref, {})) for row in rows]


def _with_words(row: PromiseRow, said: Mapping[int, Mapping[str, Any]]) -> Promise:
    texts = [said[seq] for seq in sorted(said)]
    reports = tuple(one["progress"] for one in texts if "progress" in one)
    proof = next((one["proof"] for one in texts if "proof" in one), "")
    return Promise(row, texts[0].get("text", "") if texts else "", reports, proof)
