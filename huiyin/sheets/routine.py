"""Sheets of the office's routine: the sweep, reception days, daily reports. Their rows are no cases.

A row is read from the room of the routine and set again by it, with its own checks. What was edited is told
from the marks: where the row is no longer as it was when the sheet was made, it has moved on.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from huiyin.casework import bulk, law
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.intake.filing import Arrival, Codes, read_filing
from huiyin.intake.letters import CellFault
from huiyin.offices import tree
from huiyin.papers.said import N_
from huiyin.procedure import Actor, Text
from huiyin.rounds import matters, tables
from huiyin.rounds.models import ReceptionRow
from huiyin.rounds.routine import Refused
from huiyin.sheets import cells
from huiyin.sheets.cells import Mark, Unread, Value
from huiyin.sheets.layout import Column, Layout
from huiyin.sheets.planning import MOVED_ON, NOT_HERE, NOT_LISTED, UNKNOWN, Plan
from huiyin.sheets.reading import Line
from huiyin.sheets.rows import Names, Period, Record, Rows

AGAIN, FILED, LATE, MISSED, OWED = (
    Text("需更正", "again"),
    Text("已报", "filed"),
    Text("迟报", "late"),
    Text("漏报", "missed"),
    Text("未报", "owed"),
)
SPECIAL = ("state", "post", "measures", "handed")  # fields of an entry that are shown in words made here
NOT_A_STEP = N_("A visit that was noted is a case. Change it there, by the steps of its procedure.")
NO_DAY = N_("No reception day of this office is published for this day. Publish it first: Reception days.")
# What is published beforehand cannot be made up for (reception.PAST); the matters themselves can come in.
NO_PAST_DAY = N_(
    "This day has passed and was not published, so no reception is noted for it. Take these visits in with "
    "the sheet 信访登记表: add a column 形式 that says 来访; for the head 事由 write 内容, "
    "for 完成日 答复时间."
)
OTHER_LEADER = N_("As it is published, %(leaders)s receives on this day. Write whoever is published.")
NO_SUCH = N_("This row is not among those of your office.")
NEEDED = N_("This is needed: %(title)s.")
NO_COMPANY = N_("A reception has the leader who receives, and nobody else: who came along is not kept here.")
# Heads that offices have and nothing here keeps, by sheet, and why.
NOT_KEPT: Mapping[str, Mapping[str, str]] = {
    "reception": dict.fromkeys(("陪同", "陪同人员", "陪同接访", "陪访人员", "陪同领导"), NO_COMPANY),
}
# A ledger has 交办督办情况 beside 化解情况, a trouble only measures: there it stands last, below these words.
HANDED = "交办督办情况："
READ: Mapping[str, Callable[[Actor, date, date, str, date], Sequence[Any]]] = {
    "daily": tables.of_days,
    "sweep": lambda actor, first, last, office, _: tables.of_sweeps(actor, first, last, office),
    "reception": lambda actor, first, last, office, _: tables.of_receptions(actor, first, last, office),
}


def span(layout: Layout, period: Period, today: date) -> tuple[date, date]:
    """The days that a sheet shows: those asked for, else the newest."""
    last = period.last or today
    return period.first or last - timedelta(days=layout.days - 1), last


def records(
    layout: Layout, actor: Actor, office: str, period: Period, names: Names, today: date
) -> Iterator[Record]:
    """Every row of the sheet."""
    # The room of the routine says of each office whether the actor may read it.
    entries = READ[layout.rows](actor, *span(layout, period, today), office, today)
    cases = _of_cases(layout, entries, actor, names, today)
    for entry in entries:
        yield _record(layout, entry, names, cases.get(getattr(entry, "case_id", ""), {}))


def _of_cases(
    layout: Layout, entries: Sequence[Any], actor: Actor, names: Names, today: date
) -> dict[str, dict[str, Value]]:
    """By case, what the columns say that are of the case a row became: for whoever may read that case."""
    columns = tuple(column for column in layout.columns if column.source not in ("entry", "sealed"))
    wanted = {entry.case_id for entry in entries if entry.case_id} if columns else set()
    if not wanted:
        return {}
    rows = list(CaseRow.objects.filter(case_id__in=wanted).order_by("case_id"))
    made = Rows(replace(layout, columns=columns), actor, names, today).batch(list(bulk.held(rows, actor)))
    return {
        record.case: {column.id: value for column, value in zip(columns, record.values, strict=True)}
        for record in made
    }


def _record(layout: Layout, entry: Any, names: Names, of_case: Mapping[str, Value]) -> Record:
    values = tuple(
        _value(column, entry, names) if column.source == "entry" else of_case.get(column.id)
        for column in layout.columns
    )
    return Record(_ref(entry), "", getattr(entry, "note", 0), 0, values)


def _ref(entry: Any) -> str:
    if isinstance(entry, tables.Daily):
        return f"{entry.office.replace('-', '_')}_{entry.day:%Y%m%d}"
    found: str = entry.ref
    return found


def _value(column: Column, entry: Any, names: Names) -> Value:
    name, _, part = column.field.partition(".")
    value = _special(name, entry, names) if name in SPECIAL else getattr(entry, name)
    if part:
        value = value.get(part)
    if isinstance(value, datetime):
        return value.astimezone(law.ZONE).replace(tzinfo=None, second=0, microsecond=0)
    if column.kind in ("office", "officer", "place"):
        return names.of(column.kind).get(value, value) or None
    if column.options:
        return column.options[value].get(names.language) if value in column.options else None
    if column.list:
        titles = law.book_in_force().lists[column.list]
        return titles[value].get(names.language) if value in titles else None
    found: Value = None if value == "" else value
    return found


def _special(name: str, entry: Any, names: Names) -> Any:
    if name == "post":
        return names.posts.get(entry.leader)
    if name in ("measures", "handed"):
        return _apart(entry.measures)[name]
    if not isinstance(entry, tables.Daily):
        return entry.state
    late = bool(entry.filed_at and entry.missed)
    filed = AGAIN if entry.again else LATE if late else FILED
    said = filed if entry.filed_at else MISSED if entry.missed else OWED
    return said.get(names.language)


def _apart(measures: str) -> dict[str, str]:
    """The measures of a trouble, and what stands below them as `HANDED`."""
    before, _, handed = f"\n{measures}".partition(f"\n{HANDED}")
    return {"measures": before.strip(), "handed": handed.strip()}


# --- coming in ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """What a row sets, once it is taken in; says whether it was new, changed or as it is."""

    layout: Layout
    values: Mapping[str, Any]
    actor: Actor
    arrival: Arrival | None = None

    def take(self, now: datetime) -> str:
        if self.layout.rows == "daily":
            return tables.set_daily(self.values, self.actor, now).outcome
        if self.layout.rows == "sweep":
            return tables.set_trouble(self.values, self.actor, now).outcome
        assert self.arrival is not None
        filing, person = self.arrival.filing, self.arrival.person
        key = f"{self.values['ref']}\n{filing.title}\n{filing.body}"
        token = hashlib.sha256(key.encode()).hexdigest()[:32]
        return tables.set_reception(self.values, filing, person, self.actor, now, token).outcome


class RoutinePlanner:
    """Plans the lines of a sheet of the routine; changes nothing."""

    def __init__(self, layout: Layout, actor: Actor, office: str, names: Names, now: datetime) -> None:
        self.layout, self.actor, self.office, self.names, self.now = layout, actor, office, names, now

    def plans(self, lines: Sequence[Line]) -> Iterator[Plan]:
        asked = []
        for line in lines:
            if line.untouched():  # as it was made, of whatever office: whoever acts may have fewer
                yield Plan(line, "unchanged")
            else:
                asked.append(line)
        if asked:
            yield from self._plans(asked)

    def _plans(self, lines: Sequence[Line]) -> Iterator[Plan]:
        days = [day for line in lines if (day := self._day(line))]
        first, last = min(days, default=law.day_of(self.now)), max(days, default=law.day_of(self.now))
        period = Period(first, max(last, law.day_of(self.now)))
        made = records(self.layout, self.actor, self.office, period, self.names, law.day_of(self.now))
        known = {(record.case, record.entry): record for record in made}
        for line in lines:
            yield _Row(self, line, known).plan()

    def _day(self, line: Line) -> date | None:
        """The day that a row is of: the first date of the sheet."""
        for column, value in zip(self.layout.columns, line.values, strict=True):
            if column.kind == "date" and isinstance(value, date):
                return value
        return None


@dataclass
class _Row:
    planner: RoutinePlanner
    line: Line
    known: Mapping[tuple[str, int], Record]
    faults: list[CellFault] = field(default_factory=list)

    @property
    def columns(self) -> Sequence[Column]:
        return self.planner.layout.columns

    def plan(self) -> Plan:
        mark = self.line.mark
        record = self._record(mark)
        edited = self._edited(mark, record)
        if self.faults or not edited:
            return self._done("unchanged")
        for i in edited:
            if not self.columns[i].new:
                reason = NOT_A_STEP if self.planner.layout.rows == "reception" else NOT_HERE
                self.faults.append(self.line.fault(i, reason))
        values = {} if self.faults else self._values(record)
        if self.planner.layout.rows == "reception":
            return self._visit(record, values)
        self._check_needed(values)
        if "handed" in values:
            values["measures"] = self._with_handed(values["measures"] or "", values.pop("handed") or "")
        values["ref"] = record.case if record else ""
        new = record is None or (self.planner.layout.rows == "daily" and not self._filed(record))
        return self._done(
            "new" if new else "changed", Setting(self.planner.layout, values, self.planner.actor)
        )

    def _done(self, outcome: str, setting: Setting | None = None) -> Plan:
        return Plan(self.line, "" if self.faults else outcome, tuple(self.faults), setting=setting)

    def _filed(self, record: Record) -> bool:
        return record.values[self.planner.layout.index["filed_at"]] is not None

    def _record(self, mark: Mark | None) -> Record | None:
        """The row as it is now; a typed row is known by its office and day, or by what it is about."""
        if mark:
            found = self.known.get((mark.ref, mark.entry))
            if found is None:
                self.faults.append(self.line.fault(None, NO_SUCH))
            return found
        keys = {"daily": ("day", "office"), "sweep": ("office", "title"), "reception": ("day", "title")}
        places = [self.planner.layout.index[name] for name in keys[self.planner.layout.rows]]
        return next((r for r in self.known.values() if all(self._same(r, i) for i in places)), None)

    def _same(self, record: Record, i: int) -> bool:
        mine, theirs = cells.plain(self.line.values[i]), cells.plain(record.values[i])
        column, names = self.columns[i], self.planner.names
        if not mine and column.new == "office":  # an office's own ledger does not repeat its name
            mine = self.planner.office or self.planner.actor.office
        if mine == theirs or column.kind not in ("office", "officer", "place"):
            return mine == theirs
        code = names.code(column.kind, mine)
        return bool(code) and code == names.code(column.kind, theirs)

    def _edited(self, mark: Mark | None, record: Record | None) -> list[int]:
        """Cells that say something else than the row has now; moved on, where the row changed since."""
        values = self.line.values
        if mark is None:
            given = [i for i, c in enumerate(self.columns) if c.new and values[i] is not None]
            return [i for i in given if record is None or not self._same(record, i)]
        edited = [i for i in mark.edited(values) if self.line.here(i)]
        if record is None:
            return []
        open_ = [i for i in edited if not self._same(record, i)]
        now = set(mark.edited(record.values))
        # A day's figures, or a trouble's entries, are set together: another's edit of any is a newer row.
        if open_ and any(self.columns[i].new for i in now):
            self.faults.append(self.line.fault(open_[0], MOVED_ON))
        return open_

    def _values(self, record: Record | None) -> dict[str, Any]:
        """Every value that the row sets: as it is written; where the sheet lacks the column, as it was."""
        found: dict[str, Any] = {}
        for i, column in enumerate(self.columns):
            if not column.new:
                continue
            value = self.line.values[i] if self.line.here(i) or record is None else record.values[i]
            name, _, part = column.new.partition(".")
            if part:
                found.setdefault(name, {})[part] = self._read(i, value) or 0
            else:
                found[name] = self._read(i, value)
        return found

    def _read(self, i: int, value: Value | Unread) -> Any:
        column, names = self.columns[i], self.planner.names
        if isinstance(value, Unread):
            self.faults.append(self.line.fault(i, value.reason, error=value.error, year="1949"))
            return None
        if column.kind in ("date", "number"):
            return value
        said = cells.plain(value)
        if said and column.kind in ("office", "officer", "place"):
            code = names.code(column.kind, said)
            if not code:
                self.faults.append(self.line.fault(i, UNKNOWN, said=said[:40]))
            return code
        if said and column.list:
            titles = law.book_in_force().lists[column.list]
            code = next((c for c, t in titles.items() if said in (c, t.zh, t.en)), "")
            if not code:
                known = "、".join(title.get(names.language) for title in titles.values())
                self.faults.append(self.line.fault(i, NOT_LISTED, said=said[:40], known=known))
            return code
        return said

    def _check_needed(self, values: dict[str, Any]) -> None:
        if "office" in values:
            values["office"] = values["office"] or self.planner.office or self.planner.actor.office
        for i, column in enumerate(self.columns):
            if not self.faults and column.new in ("day", "term", "title") and not values.get(column.new):
                title = column.title.get(self.planner.names.language)
                self.faults.append(self.line.fault(i, NEEDED, title=title))

    def _with_handed(self, measures: str, handed: str) -> str:
        """Both cells as the one text that a trouble has; what is refused is told at its own cell."""
        try:
            matters.refuse_persons("handed", handed)
        except Refused as refusal:
            planner = self.planner
            self.faults.append(fault_of(self.line, planner.layout, refusal, planner.names.language))
        return "\n".join(filter(None, (measures, handed and HANDED + handed)))

    def _visit(self, record: Record | None, values: Mapping[str, Any]) -> Plan:
        """A new visit at a published reception day; one that was noted is a case and changes as cases do."""
        if record is not None and not self.faults:
            if self.line.mark is None:
                return self._done("unchanged")
            self.faults.append(self.line.fault(None, NOT_A_STEP))
        if self.faults:
            return self._done("")
        day = self._reception(values)
        if day is None:
            return self._done("")
        arrival = self._arrival(values)
        if arrival is None:
            return self._done("")
        if bulk.of_words(arrival.filing.body, self.planner.actor):
            return self._done("unchanged")
        setting = {"ref": day.ref, "people": values.get("people") or 0}
        return self._done("new", Setting(self.planner.layout, setting, self.planner.actor, arrival))

    def _reception(self, values: Mapping[str, Any]) -> ReceptionRow | None:
        """The published day of this visit. One that was held is noted like one that is not recorded yet, and
        one that was cancelled says so itself."""
        office = self.planner.office or self.planner.actor.office
        found = list(ReceptionRow.objects.filter(office=office, day=values["day"]).order_by("starts", "ref"))
        found.sort(key=lambda row: row.state == ReceptionRow.State.CANCELLED)
        leader, index = values.get("leader"), self.planner.layout.index
        day = next((row for row in found if leader in (None, "", row.leader)), None)
        if day is None and found:
            names = dict.fromkeys(self.planner.names.officers.get(row.leader, row.leader) for row in found)
            self.faults.append(self.line.fault(index["leader"], OTHER_LEADER, leaders="、".join(names)))
        elif day is None:
            past = values["day"] is not None and values["day"] < law.day_of(self.planner.now)
            self.faults.append(self.line.fault(index["day"], NO_PAST_DAY if past else NO_DAY))
        return day

    def _arrival(self, values: Mapping[str, Any]) -> Arrival | None:
        book = law.book_for(self.planner.actor.office) if self.planner.actor.office else law.book_in_force()
        title = str(values.get("title") or "")
        data = {
            "title": title,
            "body": values.get("body") or title,
            "requests": title,
            "category": values.get("category") or "other",
            "purpose": "other",
            "channel": "visit",
            "received_on": values["day"],
            "name": values.get("name"),
            "phone": values.get("phone"),
        }
        codes = Codes(book.purposes, book.channels, book.categories, [p.code for p in tree.places()])
        found = read_filing(data, codes, law.day_of(self.planner.now))
        if isinstance(found, Arrival):
            return found
        places = {column.new: i for i, column in enumerate(self.columns) if column.new}
        for fault in found:
            self.faults.append(self.line.fault(places.get(fault.field), fault.reason, **fault.params))
        return None


def fault_of(line: Line, layout: Layout, refusal: Refused | NotYours, language: str) -> CellFault:
    """What the routine refused, at its cell."""
    if isinstance(refusal, NotYours):
        return line.fault(None, NO_SUCH)
    places = {column.new.rpartition(".")[2]: i for i, column in enumerate(layout.columns) if column.new}
    return line.fault(places.get(refusal.field), "%(message)s", message=refusal.message.get(language))
