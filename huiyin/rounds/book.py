"""The book of routines: what offices owe by themselves, without anybody's petition, and by when.

It is no procedure book: there is no petitioner in it who would need a way up (docs/decisions/0070). Its days
are counted by the same clocks and calendars.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from huiyin.procedure import Calendar, Clock, Text
from huiyin.procedure.clocks import Count, count
from huiyin.procedure.reading import Document, Table, TomlFault, collect
from huiyin.procedure.terms import ARTICLE, CALENDARS

SHIPPED = Path(__file__).parent / "books" / "county-routine.toml"
EVERY = ("day", "working_day", "week", "month")
# What discharges an obligation. The first come round by the calendar; of the others each begins by itself.
PERIODIC = ("daily", "handover", "sweep", "leader")
ACTS = (*PERIODIC, "reception", "promise", "promise_report")
# Who may owe a routine: kinds of office in the county (offices.Office.Kind).
KINDS = ("county", "bureau", "department", "town", "discipline")
MIDNIGHT = time.max
_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class RoutineFault(TomlFault):
    """A routine book that cannot be used: `file`, `line`, `message`."""


@dataclass(frozen=True)
class Obligation:
    """Something an office owes. `every` is "" where each reception day or promise is a round of its own;
    `clock` is None where a promise has its own date."""

    id: str
    title: Text
    missed: Text
    act: str
    offices: tuple[str, ...]
    every: str
    counted: str
    clock: Clock | None
    hour: time
    source: Text
    local: bool


@dataclass(frozen=True, eq=False)
class Routine:
    """One version of a county's routine. `digest`: SHA-256 of the file, hex."""

    id: str
    version: int
    title: Text
    digest: str
    calendar: str
    zone: ZoneInfo
    obligations: Mapping[str, Obligation]

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"

    def of_act(self, act: str) -> Obligation | None:
        return next((one for one in self.obligations.values() if one.act == act), None)

    def counted(self, obligation: Obligation, since: date, calendar: Calendar) -> Count:
        """How the last day of a round that counts from `since` is found."""
        if obligation.clock is None:
            raise ValueError(f"{obligation.id} has no length: each promise has its own date")
        return count(obligation.clock, since, since, calendar)

    def due(self, obligation: Obligation, since: date, calendar: Calendar) -> datetime:
        """The moment by which a round that counts from `since` is on time."""
        return self.moment(obligation, self.counted(obligation, since, calendar).due)

    def moment(self, obligation: Obligation, day: date) -> datetime:
        """The hour of the obligation on this day."""
        if obligation.hour == MIDNIGHT:
            return datetime.combine(day + timedelta(days=1), time(), self.zone)
        return datetime.combine(day, obligation.hour, self.zone)


@cache
def load(path: Path = SHIPPED) -> Routine:
    """The routine in this file, or its first `RoutineFault`."""
    routine, faults = read(path)
    if routine is None:
        raise faults[0]
    return routine


def read(path: Path) -> tuple[Routine | None, list[TomlFault]]:
    """The routine, or every fault that one look finds; never both."""
    faults: list[TomlFault] = []
    try:
        routine = _routine(Document(path, RoutineFault), faults)
    except RoutineFault as fault:
        return None, [*faults, fault]
    return (None, faults) if faults else (routine, [])


def _routine(document: Document, faults: list[TomlFault]) -> Routine:
    root = document.root()
    name, version, title = root.string("id"), root.integer("version"), root.text("title")
    if not _ID.fullmatch(name):
        raise root.fault(f"“{name}” is not an id: small letters, digits, _ and - only", "id")
    if version < 1:
        raise root.fault("“version” must be at least 1", "version")
    calendar, zone = root.one_of("calendar", CALENDARS, "china"), _zone(root)
    found = collect(root.tables("obligation"), partial(_obligation, zone=zone), faults)
    root.end()
    _each_once(root, found, faults)
    return Routine(name, version, title, document.digest, calendar, zone, {one.id: one for one in found})


def _each_once(root: Table, found: list[Obligation], faults: list[TomlFault]) -> None:
    ids, acts = [one.id for one in found], [one.act for one in found]
    faults += [root.fault(f"“{name}” is defined twice") for name in sorted(set(ids)) if ids.count(name) > 1]
    twice = [act for act in ACTS if acts.count(act) > 1]
    faults += [root.fault(f"two obligations have the act “{act}”") for act in twice]
    if "promise_report" in acts and "promise" not in acts:
        faults.append(
            root.fault("promises are reported on, but nothing says when one is due: add act “promise”")
        )


def _zone(root: Table) -> ZoneInfo:
    name = root.string("zone", "Asia/Shanghai")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise root.fault(f"“{name}” is not a time zone such as Asia/Shanghai", "zone") from None


def _obligation(table: Table, zone: ZoneInfo) -> Obligation:
    name, act = table.string("id"), table.one_of("act", ACTS)
    if not _ID.fullmatch(name):
        raise table.fault(f"“{name}” is not an id: small letters, digits, _ and - only", "id")
    periodic = act in PERIODIC
    title, missed = table.text("title"), table.text("missed")
    source, local = _source(table)
    return Obligation(
        id=name,
        title=title,
        missed=missed,
        act=act,
        offices=_offices(table) if periodic else (),
        every=table.one_of("every", EVERY) if periodic else "",
        counted=table.one_of("counted", ("first", "last")) if periodic else "first",
        clock=None if act == "promise" else _clock(table, name, title, missed, source, zone),
        hour=_hour(table),
        source=source,
        local=local,
    )


def _offices(table: Table) -> tuple[str, ...]:
    kinds = table.strings("office")
    for index, kind in enumerate(kinds):
        if kind not in KINDS:
            raise table.fault(
                f"unknown kind of office “{kind}”; there are: {', '.join(KINDS)}", "office", index
            )
    if not kinds:
        raise table.fault("“office” is empty: nobody would owe this", "office")
    return kinds


def _clock(table: Table, name: str, title: Text, missed: Text, source: Text, zone: ZoneInfo) -> Clock:
    length, unit = table.integer("length"), table.one_of("unit", ("day", "working_day"))
    if length < 0:
        raise table.fault("“length” cannot be below 0", "length")
    if length == 0 and table.string("act") == "promise_report":
        raise table.fault("a report that is owed again and again needs a “length” of at least 1", "length")
    return Clock(
        id=name,
        title=title,
        length=length,
        unit=cast(Literal["day", "working_day"], unit),
        article=source.zh,
        owner="",
        starts=(),
        shadow_of=(),
        extends=None,
        excluded=None,
        stops=(),
        breach=missed,
        local=True,
        right=False,
        roll=table.flag("roll"),
        zone=zone,
    )


def _hour(table: Table) -> time:
    """`24:00` is the end of the day."""
    text = table.string("hour")
    if text == "24:00":
        return MIDNIGHT
    if not _HOUR.fullmatch(text):
        raise table.fault(f"“{text}” is not an hour such as 17:00", "hour")
    return time.fromisoformat(text)


def _source(table: Table) -> tuple[Text, bool]:
    """The article, or the local rule, that the obligation stands on: exactly one of them."""
    if ("article" in table) == ("source" in table):
        raise table.fault("an obligation has either an “article” or a local “source”")
    if "source" in table:
        return table.text("source"), True
    article = table.string("article")
    if not ARTICLE.fullmatch(article):
        raise table.fault("“article” must read like 《信访工作条例》第二十二条第一款", "article")
    return Text(article, article), False
