"""Which days are working days: the State Council's holidays and make-up days, and a county's own file.

Civil Code 200-204 and Regulation 23(3) need no more than this. A date that no published calendar covers
is computed from weekends and called provisional.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from chinese_calendar.constants import holidays, workdays

from huiyin.procedure.reading import Document, Table, Text, TomlFault, collect

_SATURDAY, _SUNDAY = Text("周六", "Saturday"), Text("周日", "Sunday")
_HOLIDAYS = {
    "New Year's Day": Text("元旦", "New Year's Day"),
    "Spring Festival": Text("春节", "Spring Festival"),
    "Tomb-sweeping Day": Text("清明节", "Tomb-Sweeping Day"),
    "Labour Day": Text("劳动节", "Labour Day"),
    "Dragon Boat Festival": Text("端午节", "Dragon Boat Festival"),
    "National Day": Text("国庆节", "National Day"),
    "Mid-autumn Festival": Text("中秋节", "Mid-Autumn Festival"),
    "Anti-Fascist 70th Day": Text(
        "抗战胜利70周年纪念日", "70th anniversary of victory in the war of resistance"
    ),
}


class CalendarFault(TomlFault):
    """A county calendar that cannot be used: `file`, `line`, `message`."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """Rest days by name, make-up working days, and the years the published data covers."""

    rest: Mapping[date, Text]
    working: frozenset[date]
    years: range
    local: frozenset[date] = frozenset()
    weekends: bool = True

    @staticmethod
    def china(extra: Path | None = None) -> Calendar:
        """The national calendar, with the county's own days from `extra`; raises CalendarFault."""
        return Calendar.of("china", extra)

    @staticmethod
    def of(kind: str, extra: Path | None = None) -> Calendar:
        """The calendar of a book: `china`, `weekends` (Saturdays and Sundays alone, provisional but for the
        years that `extra` lists) or `none` (every day counts). Raises CalendarFault."""
        base = {"china": _national, "weekends": _weekends, "none": _none}[kind]()
        return base if extra is None else _with_county(base, extra)

    def is_working_day(self, day: date) -> bool:
        return day in self.working or (day not in self.rest and not (self.weekends and day.weekday() > 4))

    def name_of_rest(self, day: date) -> Text:
        """Why `day` is a rest day. ValueError if it is a working day."""
        if self.is_working_day(day):
            raise ValueError(f"{day} is a working day")
        return self.rest.get(day) or (_SATURDAY if day.weekday() == 5 else _SUNDAY)

    def provisional(self, day: date) -> bool:
        """True where only weekends are known, because no holiday plan has been published yet."""
        return day.year not in self.years and day not in self.local

    def next_working_day(self, day: date) -> date:
        """`day` itself if it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def rest_days(self, first: date, last: date) -> Iterator[date]:
        """Rest days from `first` to `last`, both included."""
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if not self.is_working_day(day):
                yield day


@cache
def _national() -> Calendar:
    rest = {day: _HOLIDAYS[name] for day, name in holidays.items()}
    years = range(min(rest).year, max(rest).year + 1)
    return Calendar(rest, frozenset(workdays), years)


@cache
def _weekends() -> Calendar:
    return Calendar({}, frozenset(), range(0))


@cache
def _none() -> Calendar:
    return Calendar({}, frozenset(), range(date.min.year, date.max.year + 1), weekends=False)


def _with_county(base: Calendar, path: Path) -> Calendar:
    days = _county_days(path)
    off = {day: name for day, (name, working) in days.items() if not working}
    on = {day for day, (_, working) in days.items() if working}
    rest = {day: name for day, name in base.rest.items() if day not in on}
    working = (base.working - set(off)) | on
    # a list of days tells the whole of its years only where no other list does
    years = base.years or range(min(days).year, max(days).year + 1)
    return replace(base, rest={**rest, **off}, working=working, years=years, local=frozenset(days))


def _county_days(path: Path) -> dict[date, tuple[Text, bool]]:
    root = Document(path, CalendarFault).root()
    days: dict[date, tuple[Text, bool]] = {}

    def read(table: Table) -> None:
        day = table.day("date")
        if day in days:
            raise table.fault(f"{day} is listed twice", "date")
        days[day] = (table.text("name"), table.flag("working"))

    faults: list[TomlFault] = []
    collect(root.tables("day", default=True), read, faults)
    if faults:
        raise faults[0]
    root.end()
    return days
