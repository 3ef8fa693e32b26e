"""Rounds that come by the calendar: found, filed once or late, and what a page shows of one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from huiyin.casework import streams
from huiyin.casework.records import Deed, Past
from huiyin.casework.streams import Subject
from huiyin.ledger.facts import writing
from huiyin.procedure import Actor, Text
from huiyin.rounds import projection, routine
from huiyin.rounds.book import Obligation
from huiyin.rounds.models import OfficeRow, RoundRow
from huiyin.rounds.periods import Period, period
from huiyin.rounds.routine import Refused

NOT_OWED = Text("这一项不由本单位报送。", "This office does not owe that.")
NO_ROUND = Text("这一天不用报送。", "Nothing is owed for that day.")
GONE = Text("这一期的文字已按期删除，不能再改。", "The words of that round were erased; it stands as it is.")
NOT_YET = Text("这一期还没有开始，不能提前报送。", "That round has not begun yet.")
NOT_BEGUN = Text("本县日常工作制度还没有启用。", "The county has not begun its routine yet.")


@dataclass(frozen=True)
class Round:
    """One office's round: its obligation, its days and what happened. `row`: None before anything did."""

    obligation: Obligation
    office: str
    period: Period
    row: RoundRow | None

    @property
    def key(self) -> str:
        return projection.round_key(self.obligation.id, self.office, self.period.first)


def round_of(act: str, office: str, day: date) -> Round:
    """The round that covers `day`; `Refused` where the office owes none."""
    obligation, county = routine.obligation_of(act), routine.in_force()
    if not routine.owes(obligation, office):
        raise Refused(NOT_OWED)
    found = period(county, obligation, day, routine.calendar(county))
    if found is None:
        raise Refused(NO_ROUND, "day")
    key = projection.round_key(obligation.id, office, found.first)
    return Round(obligation, office, found, RoundRow.objects.filter(key=key).first())


def to_file(act: str, office: str, day: date, actor: Actor, now: datetime) -> Round:
    """The round that this officer may file now; `NotYours` for another office's."""
    routine.require(actor, "rounds.file", office)
    if not OfficeRow.objects.filter(office=office).exists():
        raise Refused(NOT_BEGUN)
    found = round_of(act, office, day)
    if found.period.first > routine.today(now):
        raise Refused(NOT_YET, "day")
    return found


def history(of: Round) -> list[Past]:
    """The round's facts; none before anything happened."""
    return streams.history(of.row.ref) if of.row else []


def record(of: Round, deed: Deed, now: datetime, seen: int | None = None) -> Past:
    """Write one fact of a round, beginning its stream where nothing happened yet."""
    with writing():
        return record_in(of, deed, now, seen)


def record_in(of: Round, deed: Deed, now: datetime, seen: int | None = None) -> Past:
    """`record` inside `writing()`."""
    values: dict[str, Any] = {**deed.values, "obligation": of.obligation.id}
    deed = Deed(deed.kind, deed.actor, values=values, texts=deed.texts)
    if of.row is not None:
        if of.row.erased:
            raise Refused(GONE)
        # What was looked at is the round as its row told of it: whoever acted since has moved it on.
        known = of.row.seq if seen is None else seen
        return routine.add_to(streams.history(of.row.ref), deed, now, seen=known)
    about = Subject("round", of.office, of.period.first, routine.in_force().name)
    fact = streams.begin(about, deed, now)
    projection.lay([fact], new=True)
    return fact
