"""The weekly sweep (矛盾纠纷排查): each office lists troubles as matters, confirms old ones, and signs.

A trouble has a topic, a town, an office in charge, the officer there who answers for it, measures and a term.
It has no parties, no names and no numbers of people. One that is not settled becomes a case by one act.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from huiyin.casework import law, streams
from huiyin.casework.filing import register as register_case
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.casework.records import Deed, Past
from huiyin.intake.filing import Filing
from huiyin.ledger.facts import writing
from huiyin.offices import tree
from huiyin.procedure import Actor, Text
from huiyin.rounds import filing, matters, routine
from huiyin.rounds.filing import Round
from huiyin.rounds.models import TroubleRow
from huiyin.rounds.routine import Refused

UNKNOWN = Text("请从列表中选择。", "Choose one of the list.")
NOT_THERE = Text(
    "责任人须是责任单位的工作人员。", "The person responsible must be an officer of the office in charge."
)
TOO_EARLY = Text("化解时限不能早于今天。", "The term cannot lie before today.")
ENDED = Text("这一项已经办结。", "This one has ended.")
SIGN_NOTHING = Text(
    "本期没有新增，请勾选“没有新的矛盾纠纷”并签字。",
    "Nothing new was listed: tick “nothing new” to sign that.",
)
NOT_NOTHING = Text(
    "本期有新增，不能签“没有新的”。", "Something new was listed: “nothing new” cannot be signed."
)
CHANNEL = "outreach"


@dataclass(frozen=True)
class Trouble:
    """A trouble with its words, for whoever may read them; they are "" once it is erased."""

    row: TroubleRow
    title: str
    measures: str
    result: str


def _checked(values: dict[str, Any], earliest: date) -> tuple[dict[str, Any], dict[str, str]]:
    """The codes and the words of a trouble; `Refused` names the field."""
    title, measures = (
        matters.words("title", values["title"], line=True),
        matters.words("measures", values["measures"]),
    )
    place, category, charge = values["place"], values["category"], values["charge"]
    if place not in {one.code for one in tree.places()}:
        raise Refused(UNKNOWN, "place")
    if category not in law.book_in_force().categories:
        raise Refused(UNKNOWN, "category")
    if tree.office(charge) is None:
        raise Refused(UNKNOWN, "charge")
    officer = tree.officer(values["officer"])
    if officer is None or officer.office_id != charge:
        raise Refused(NOT_THERE, "officer")
    if values["term"] < earliest:
        raise Refused(TOO_EARLY, "term")
    codes = {"place": place, "category": category, "charge": charge, "officer": officer.login}
    return {**codes, "term": values["term"].isoformat()}, {"title": title, "measures": measures}


def list_trouble(office: str, values: dict[str, Any], actor: Actor, now: datetime) -> Past:
    """List a new trouble: `values` has title, measures, place, category, charge, officer and term, a date."""
    routine.require(actor, "rounds.file", office)
    codes, texts = _checked(values, routine.today(now))
    deed = Deed("trouble.listed.1", actor, values=codes, texts=texts)
    return routine.settled(routine.begin_stream("trouble", office, routine.today(now), deed, now))


def change(
    ref: str, values: dict[str, Any], actor: Actor, now: datetime, seen: int | None = None
) -> Past | None:
    """Put a trouble's entries as they are now; None where nothing differs. Its term may have passed."""
    row = _open(ref, actor)
    codes, texts = _checked(values, min(row.term, routine.today(now)))
    [known] = read([row], actor)
    same = all(str(getattr(row, name)) == value for name, value in codes.items())
    if same and texts == {"title": known.title, "measures": known.measures}:
        return None
    return routine.settled(
        routine.add(
            ref, Deed("trouble.changed.1", actor, values=codes, texts=texts), now, seen=_seen(row, seen)
        )
    )


def settle(ref: str, result: str, actor: Actor, now: datetime, seen: int | None = None) -> Past:
    """The trouble is over; `result` says how. By the office that listed it or the one in charge."""
    row = _open(ref, actor)
    texts = {"result": matters.words("result", result)}
    return routine.settled(
        routine.add(ref, Deed("trouble.settled.1", actor, texts=texts), now, seen=_seen(row, seen))
    )


def _seen(row: TroubleRow, seen: int | None) -> int:
    """The last fact that the act is judged by: what the page showed, else what the row tells."""
    return row.seq if seen is None else seen


def register(ref: str, actor: Actor, now: datetime) -> str:
    """Make a trouble a case, which the office of the clerk registers; the case's reference. Done once.

    Nobody brought it, so nobody is named and nobody holds a code.
    """
    row = find(ref, actor, "trouble.register")
    if row.case_id:
        return row.case_id
    if row.state != TroubleRow.State.OPEN:
        raise Refused(ENDED)
    [trouble] = read([row], actor)
    made = register_case(
        Filing(
            title=trouble.title,
            body=f"{trouble.title}\n{trouble.measures}",
            requests=(trouble.title,),
            place=row.place,
            place_detail="",
            occurred="",
            occurred_on=None,
            category=row.category,
            purpose="request",
            channel=CHANNEL,
            received_on=routine.today(now),
        ),
        None,
        actor=actor,
        office=actor.office,
        now=now,
        token=_token(ref),
    )
    # A crash here leaves a case; the same act again finds it by its token and ends the trouble.
    routine.settled(
        routine.add(ref, Deed("trouble.registered.1", actor, values={"case": made.case}), now, seen=row.seq)
    )
    return made.case


def _token(ref: str) -> str:
    """One case for one trouble, however often the button is pressed."""
    return hashlib.sha256(f"trouble/{ref}".encode()).hexdigest()[:32]


# --- the week -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """One office's sweep: what was listed, what is still open from before, and whether it was signed."""

    round: Round
    listed: list[Trouble]
    earlier: list[Trouble]
    signed: Past | None
    seq: int


def week(office: str, day: date, actor: Actor) -> Week:
    routine.require(actor, "rounds.read", office)
    return _week(filing.round_of("sweep", office, day), actor)


def _week(of: Round, actor: Actor) -> Week:
    rows = TroubleRow.objects.filter(office=of.office, listed_on__lte=of.period.last).order_by(
        "listed_on", "ref"
    )
    listed = [row for row in rows if row.listed_on >= of.period.first]
    earlier = [row for row in rows if row.listed_on < of.period.first and row.state == TroubleRow.State.OPEN]
    facts = filing.history(of)
    signed = next((fact for fact in reversed(facts) if fact.kind == "sweep.filed.1"), None)
    return Week(of, read(listed, actor), read(earlier, actor), signed, facts[-1].seq if facts else 0)


def sign(
    office: str, day: date, *, nothing_new: bool, actor: Actor, now: datetime, seen: int | None = None
) -> Past:
    """Sign the sweep of this week: what was listed, and that each earlier one that is open is still there.

    "Nothing new" is a statement somebody signs, and is filed as any other.
    """
    of = filing.to_file("sweep", office, day, actor, now)
    with writing():
        found = _week(of, actor)
        if nothing_new and found.listed:
            raise Refused(NOT_NOTHING, "nothing_new")
        if not nothing_new and not found.listed:
            raise Refused(SIGN_NOTHING, "nothing_new")
        for trouble in found.earlier:
            _confirm(trouble.row, of, actor, now)
        values = {
            "listed": [one.row.ref for one in found.listed],
            "confirmed": [one.row.ref for one in found.earlier],
            "nothing_new": nothing_new,
        }
        fact = filing.record_in(of, Deed("sweep.filed.1", actor, values=values), now, seen)
    return routine.settled(fact)


def _confirm(row: TroubleRow, of: Round, actor: Actor, now: datetime) -> None:
    if row.confirmed_on != of.period.first:
        values = {"week": of.period.first.isoformat()}
        routine.add_to(streams.history(row.ref), Deed("trouble.confirmed.1", actor, values=values), now)


# --- reading ------------------------------------------------------------------------------------------


def find(ref: str, actor: Actor, action: str = "trouble.read") -> TroubleRow:
    """The trouble, or `NotYours`: the same for one that does not exist."""
    row = TroubleRow.objects.filter(ref=ref).first()
    if row is None:
        raise NotYours(ref)
    routine.require(actor, action, row.office, row.charge)
    return row


def _open(ref: str, actor: Actor) -> TroubleRow:
    row = find(ref, actor, "rounds.file")
    if row.state != TroubleRow.State.OPEN or row.erased:
        raise Refused(ENDED)
    return row


def read(rows: Iterable[TroubleRow], actor: Actor) -> list[Trouble]:
    """The troubles with the words that the actor may read."""
    rows = list(rows)
    said = streams.words([row.ref for row in rows], actor, "trouble.read")
    return [_with_words(row, said.get(row.ref, {})) for row in rows]


def _with_words(row: TroubleRow, said: Any) -> Trouble:
    latest: dict[str, str] = {}
    for seq in sorted(said):
        latest |= said[seq]
    return Trouble(row, latest.get("title", ""), latest.get("measures", ""), latest.get("result", ""))


def charged(office: str, actor: Actor) -> list[Trouble]:
    """Open troubles that other offices found and this one is in charge of."""
    routine.require(actor, "rounds.read", office)
    rows = TroubleRow.objects.filter(charge=office, state=TroubleRow.State.OPEN).exclude(office=office)
    return read(rows.order_by("term", "ref"), actor)


def unsettled(actor: Actor) -> list[Trouble]:
    """Every open trouble of the county, by office, for whoever runs or supervises the sweep."""
    rows = TroubleRow.objects.filter(state=TroubleRow.State.OPEN).order_by("office", "term", "ref")
    return read(rows, actor)


def cases() -> QuerySet[TroubleRow, Any]:
    """The cases that troubles became, as a search within another: nobody came in any of them."""
    return TroubleRow.objects.exclude(case_id="").values("case_id")


def number_of(row: TroubleRow) -> str:
    """The number of the case that a trouble became."""
    return CaseRow.objects.filter(case_id=row.case_id).values_list("number", flat=True).first() or ""
