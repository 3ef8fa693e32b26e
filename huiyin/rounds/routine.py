"""The routine in force, who takes part in it from when, and how its acts are written.

Nobody owes anything until the county has begun its routine: that is a fact too, one for each office.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from huiyin.casework import law, streams
from huiyin.casework.permissions import NotYours, may, may_in
from huiyin.casework.records import Deed, Past
from huiyin.casework.streams import Subject
from huiyin.ledger import sequencer
from huiyin.ledger.facts import MovedOn, writing
from huiyin.offices import tree
from huiyin.procedure import Actor, Calendar, Text, day_of
from huiyin.rounds import book, projection
from huiyin.rounds.book import Obligation, Routine
from huiyin.rounds.models import OfficeRow

SYSTEM = Actor("system")
TRIES = 5


class Refused(Exception):
    """An act that the routine does not allow. `field`: the value at fault; `message` says what to do."""

    def __init__(self, message: Text, field: str = "") -> None:
        super().__init__(message.en)
        self.message = message
        self.field = field


class RoutineChanged(Exception):
    """The book of routines was edited under the offices that keep it. The message says what to do."""


def in_force() -> Routine:
    """The county's own book of routines (`HUIYIN_ROUTINE`), else the one shipped."""
    own = settings.HUIYIN_ROUTINE
    return book.load(Path(own)) if own else book.load()


def calendar(routine: Routine) -> Calendar:
    return law.calendar_of(routine.calendar)


def today(now: datetime) -> date:
    return day_of(now, in_force().zone)


def obligation_of(act: str) -> Obligation:
    """The obligation that this act discharges; `Refused` where the county's book has none."""
    found = in_force().of_act(act)
    if found is None:
        raise Refused(Text("本县的日常工作制度里没有这一项。", "The county's routine has no such duty."))
    return found


def owes(obligation: Obligation, office: str) -> bool:
    """Whether this office has the obligation, by its kind."""
    found = tree.office(office)
    return found is not None and found.kind in obligation.offices


def require(actor: Actor, action: str, *offices: str) -> None:
    if not may_in(actor, action, *offices):
        raise NotYours(action)


# --- taking part --------------------------------------------------------------------------------------


def begin(actor: Actor, now: datetime) -> int:
    """Begin the county's routine tomorrow, for every office that owes anything; how many began now."""
    if not may(actor, "rounds.begin"):
        raise NotYours("rounds.begin")
    return join(now, actor)


def join(now: datetime, actor: Actor = SYSTEM) -> int:
    """Take in the offices that are not in it yet, and let all follow the version in force, from tomorrow."""
    routine, rows = in_force(), {row.office: row for row in OfficeRow.objects.all()}
    kinds = {kind for one in routine.obligations.values() for kind in one.offices}
    owing = [office.code for office in tree.offices() if office.kind in kinds]
    since, done = today(now) + timedelta(days=1), 0
    for code in owing:
        try:
            done += _joins(code, rows.get(code), routine, since, actor, now)
        except MovedOn:
            continue  # another process took it in at this moment
    return done


def _joins(
    office: str, row: OfficeRow | None, routine: Routine, since: date, actor: Actor, now: datetime
) -> int:
    values = {"since": since.isoformat(), "book": routine.name, "digest": routine.digest}
    if row is None:
        begin_stream("office", office, since, Deed("routine.joined.1", actor, values=values), now)
    elif row.book != routine.name:
        add(row.ref, Deed("routine.adopted.1", actor, values=values), now, seen=row.seq)
    return int(row is None or row.book != routine.name)


def begun() -> bool:
    return OfficeRow.objects.exists()


def faults() -> list[str]:
    """What is wrong with the routine's book, in words."""
    try:
        routine = in_force()
    except book.RoutineFault as fault:
        return [f"the book of routines cannot be used: {fault}"]
    changed = OfficeRow.objects.filter(book=routine.name).exclude(digest=routine.digest).exists()
    if not changed:
        return []
    mend = f"put it back, or save the change with version = {routine.version + 1}"
    return [f"the book of routines {routine.name} was changed under the offices that keep it: {mend}"]


# --- writing ------------------------------------------------------------------------------------------


def begin_stream(kind: str, office: str, day: date, deed: Deed, now: datetime) -> Past:
    """The first fact of a new stream and its rows; `MovedOn` when somebody began it at this moment."""
    with writing():
        fact = streams.begin(Subject(kind, office, day, in_force().name), deed, now)
        projection.lay([fact], new=True)
    return fact


def add(ref: str, deed: Deed, now: datetime, *, seen: int | None = None, withheld: bool = False) -> Past:
    """One more fact of a stream and its rows. `seen`: the last place the actor's page was made from."""
    with writing():
        return add_to(streams.history(ref), deed, now, seen=seen, withheld=withheld)


def add_to(
    facts: Sequence[Past], deed: Deed, now: datetime, *, seen: int | None = None, withheld: bool = False
) -> Past:
    """`add` for who holds the stream's facts and the transaction already."""
    if seen is not None and facts[-1].seq != seen:
        raise MovedOn(facts[0].case)
    fact = streams.add(facts, deed, now, withheld=withheld)
    projection.lay([*facts, fact])
    return fact


def settled(fact: Past) -> Past:
    """Wait until the fact is in the log, or two seconds; then it is there soon."""
    sequencer.wait([fact.fact_id])
    return fact
