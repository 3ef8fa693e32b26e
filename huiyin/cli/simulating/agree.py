"""Whether a month's papers agree: the simulation's own diary, the facts, reports, statistics and sheets.

Each `Check` sets one quantity beside itself as several sources tell it. The sources share no code: the diary
was written by whoever acted, facts are read from the log, sheets from the .xlsx that an office downloads.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import chinese_calendar

from huiyin.casework.records import past
from huiyin.cli.simulating import county
from huiyin.cli.simulating.ledgers import SAID, downloaded, rows_of
from huiyin.cli.simulating.month import Month
from huiyin.cli.simulating.routine import DAY, FIGURE_HEADS, REPORTS, SWEEPS
from huiyin.insight import figures
from huiyin.insight.measures import measures
from huiyin.insight.periods import Period
from huiyin.ledger import audit
from huiyin.ledger.facts import Fact
from huiyin.ledger.models import Entry
from huiyin.offices import tree
from huiyin.procedure import Actor

FILED = "petition.filed.1"
MISSED = "round.missed.1"
SWEPT = "trouble.registered.1"
VISITS = ("visit", "outreach")
FIGURES = ("letter", "visit", "web", "call", "outreach", "groups", "people", "mass_groups", "mass_people")


@dataclass(frozen=True)
class Check:
    """One quantity, as each source tells it."""

    what: str
    told: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        first, *others = self.told.values()
        return all(other == first for other in others)

    def apart(self) -> Mapping[str, Any]:
        """What each source tells, without the entries in which all of them agree."""
        told = list(self.told.values())
        if not all(isinstance(one, dict) for one in told):
            return self.told
        same = {key for key in told[0] if all(one.get(key) == told[0][key] for one in told)}
        return {
            source: {key: value for key, value in one.items() if key not in same}
            for source, one in self.told.items()
        }


def checks(month: Month) -> list[Check]:
    with month.clock:
        return [
            *_of_arrivals(month),
            *_of_daily_reports(month),
            *_of_sweeps(month),
            *_of_receptions(month),
            *_of_answers(month),
            *_of_programs(month),
            _of_missed_rounds(month),
            _of_tables(),
        ]


# --- arrivals -----------------------------------------------------------------------------------------


def _of_arrivals(month: Month) -> Iterator[Check]:
    diary, filed = month.diary, [past(fact) for fact in Fact.objects.filter(kind=FILED)]
    now = figures.data(figures.figures(Actor("system"), _period(month), month.clock.now))["period"]
    sheet = _sheet(month, "registration")
    channels = {text.zh: code for code, text in _book().channels.items()}
    yield Check(
        "registrations by channel",
        {
            "diary": _counted(one.channel for one in diary.arrivals),
            "facts": _counted(fact.values["channel"] for fact in filed),
            "statistics": now["by"]["channel"],
            "register sheet": _counted(channels[row["形式"]] for row in sheet),
        },
    )
    yield Check(
        "registrations by category",
        {
            "diary": _counted(one.category for one in diary.arrivals),
            "facts": _counted(fact.values["category"] for fact in filed),
            "statistics": now["by"]["category"],
        },
    )
    yield Check(
        "repeats",
        {
            "diary": sum(one.repeats for one in diary.arrivals),
            "statistics": now["by"]["repeat"]["repeat"],
            "register sheet": sum(row["初重件"] == "重件" for row in sheet),
        },
    )
    met = [one.people for one in diary.arrivals if one.channel in VISITS and one.people]
    swept = {past(fact).values["case"] for fact in Fact.objects.filter(kind=SWEPT)}
    brought = [fact.values for fact in filed if fact.case not in swept]
    came = [values.get("people") or 1 for values in brought if values["channel"] in VISITS]
    yield Check(
        "groups and people met",
        {
            "diary": (len(met), sum(met)),
            "facts": (len(came), sum(came)),
            "statistics": (now["counts"]["groups"], now["counts"]["people"]),
        },
    )


def _book() -> Any:
    from huiyin.casework.law import book_in_force

    return book_in_force()


# --- routine ------------------------------------------------------------------------------------------


def _of_daily_reports(month: Month) -> Iterator[Check]:
    """Reports cover the time from one 17:00 to the next; the next month tells what comes after the last."""
    diary, sheet = month.diary, _by_weeks(month, "daily")
    named = {name: code for code, name in _names().items()}
    filed = [row for row in sheet if row["填报时间"]]
    stated = {(named[row["单位"]], _day(row["日期"])): _figures_in(row) for row in filed}
    yield Check(
        "figures of each daily report",
        {
            "diary": {key: _main(value) for key, value in sorted(diary.stated.items())},
            "daily sheet": dict(sorted(stated.items())),
        },
    )
    true = {key: value for key, value in stated.items() if not _remarked(sheet, named, key)}
    yield Check(
        "arrivals in the daily reports that say nothing else",
        {
            "diary": {key: _arrived(month, *key) for key in sorted(true)},
            "daily sheet": dict(sorted(true.items())),
        },
    )


def _remarked(sheet: Iterable[Mapping[str, Any]], named: Mapping[str, str], key: tuple[str, date]) -> bool:
    return any(row["备注"] for row in sheet if (named[row["单位"]], _day(row["日期"])) == key)


def _figures_in(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(row[FIGURE_HEADS[name]] or 0) for name in FIGURES}


def _main(stated: Mapping[str, int]) -> dict[str, int]:
    return {name: stated[name] for name in FIGURES}


def _arrived(month: Month, office: str, day: date) -> dict[str, int]:
    """What the diary has of an office between the 17:00 before and that of the day."""
    before = day - DAY
    while not chinese_calendar.is_workday(before):
        before -= DAY
    since, until = month.moment(before, time(17)), month.moment(day, time(17))
    found = [one for one in month.diary.arrivals if one.office == office and since <= one.at < until]
    visits = [one.people for one in found if one.channel in VISITS and one.people]
    mass = [people for people in visits if people >= 5]
    by = Counter(one.channel for one in found)
    return {
        **{name: by[name] for name in FIGURES[:5]},
        "groups": len(visits),
        "people": sum(visits),
        "mass_groups": len(mass),
        "mass_people": sum(mass),
    }


def _of_sweeps(month: Month) -> Iterator[Check]:
    named = {name: code for code, name in _names().items()}
    states = {"化解中": "open", "已化解": "settled", "已转信访件": "registered"}
    sheet = _sheet(month, "sweep")
    yield Check(
        "troubles by office and state",
        {
            "diary": _counted(month.diary.troubles.values()),
            "sweep sheet": _counted((named[row["单位"]], states[row["状态"]]) for row in sheet),
        },
    )


def _of_receptions(month: Month) -> Iterator[Check]:
    diary, sheet = month.diary, _by_weeks(month, "reception")
    yield Check(
        "visits at reception days",
        {
            "diary": sum(diary.noted.values()),
            "facts": Fact.objects.filter(kind="reception.noted.1").count(),
            "reception sheet": len(sheet),
        },
    )
    kept = [row for row in sheet if row["处理意见"]]
    yield Check(
        "promises made and kept",
        {
            "diary": (diary.promised, diary.kept),
            "facts": tuple(Fact.objects.filter(kind=f"promise.{act}.1").count() for act in ("made", "kept")),
            "reception sheet": (len(kept), sum(bool(row["完成日"]) for row in kept)),
        },
    )


def _of_missed_rounds(month: Month) -> Check:
    """Every round that nobody filed in time is a fact, and no other is."""
    told: Counter[tuple[str, str, date]] = Counter()
    for fact in Fact.objects.filter(kind=MISSED):
        values = past(fact).values
        if values["act"] in ("daily", "handover", "sweep"):
            told[values["act"], values["owes"], date.fromisoformat(values["round"])] += 1
    return Check("rounds missed", {"diary": sorted(_unfiled(month)), "facts": sorted(told.elements())})


def _unfiled(month: Month) -> Iterator[tuple[str, str, date]]:
    filed, until = month.diary.filed, month.clock.now
    for key, due in _rounds(month):
        if due <= until and (key not in filed or filed[key] >= due):
            yield key


def _rounds(month: Month) -> Iterator[tuple[tuple[str, str, date], datetime]]:
    """Each round of the month and when it was due, counted here once more from the county's rule."""
    for day in month.days:
        works = chinese_calendar.is_workday(day)
        yield ("handover", county.BUREAU, day), month.moment(day + DAY, time(9))
        for office in (one for one in tree.offices() if one.kind in REPORTS and works):
            yield ("daily", office.code, day), month.moment(day, time(17))
        if day.weekday() == 0:
            friday = day + 4 * DAY
            while not chinese_calendar.is_workday(friday):
                friday += DAY
            for office in (one for one in tree.offices() if one.kind in SWEEPS):
                yield ("sweep", office.code, day), month.moment(friday, time(17))


# --- answers ------------------------------------------------------------------------------------------


def _of_answers(month: Month) -> Iterator[Check]:
    now = figures.data(figures.figures(Actor("system"), _period(month), month.clock.now))["period"]
    told = measures(month.clock.now)
    yield Check(
        "registered and answered",
        {
            "statistics": (now["counts"]["registered"], now["counts"]["answered"]),
            "measures": (told["registered"], told["answered"]),
            "register and follow-up sheets": (
                len(_sheet(month, "registration")),
                len({row["编号"] for row in _sheet(month, "callback")}),
            ),
        },
    )
    called = sum(steps["call_back"] for steps in month.diary.steps.values())
    yield Check(
        "follow-up calls",
        {
            "diary": called + len(month.diary.called),
            "facts": Fact.objects.filter(kind="petitioner.called_back.1").count(),
        },
    )
    yield Check(
        "follow-up calls filled in in a sheet",
        {
            "diary": _counted(month.diary.called),
            "follow-up sheet": _counted(
                row["编号"] for row in _sheet(month, "callback") if row["回访记录"] == SAID
            ),
        },
    )
    ordered = Fact.objects.filter(kind="supervision.ordered.1").count()
    yield Check(
        "supervision orders",
        {
            "diary": sum(steps["order_supervision"] for steps in month.diary.steps.values()),
            "facts": ordered,
            "supervision sheet": len(_sheet(month, "supervision")),
        },
    )
    rated = sum(month.diary.ratings.values())
    yield Check("rated", {"diary": rated, "facts": Fact.objects.filter(kind="answer.rated.1").count()})


# --- programs -----------------------------------------------------------------------------------------


def _of_programs(month: Month) -> Iterator[Check]:
    """What programs filed is where their receipts say, and a reader of changes met each change once."""
    diary = month.diary
    told = [(case, entry) for case, kind, entry in diary.changes if kind == FILED]
    filed = dict(Fact.objects.filter(kind=FILED).values_list("case_id", "id"))
    ids = [filed[case] for case in diary.receipts]
    places = dict(Entry.objects.filter(fact_id__in=ids).values_list("fact_id", "idx"))
    yield Check(
        "receipts of programs and the feed of changes",
        {
            "diary": diary.receipts,
            "feed": {case: entry for case, entry in told if case in diary.receipts},
            "log": {case: places.get(filed[case]) for case in diary.receipts},
        },
    )
    yield Check(
        "changes told once",
        {"expected": 0, "feed": len(diary.changes) - len({entry for *_, entry in diary.changes})},
    )


def _of_tables() -> Check:
    """Every table but the log itself, made again from facts alone; and the log, audited."""
    from huiyin.cli.log import made_again

    differences = [str(one) for one in made_again(check=True, quiet=True)]
    faults = [finding.message for finding in audit.audit()]
    return Check("tables and log", {"expected": ([], []), "found": (differences, faults)})


# --- reading ------------------------------------------------------------------------------------------


def _period(month: Month) -> Period:
    return Period(month.days[0], month.days[-1])


def _sheet(
    month: Month, sheet: str, first: date | None = None, last: date | None = None
) -> list[Mapping[str, Any]]:
    """A sheet as the county's supervisor downloads it, its rows by their heads."""
    login = county.login("linjiang", "supervisor")
    data = downloaded(month.windows, login, sheet, first or month.days[0], last or month.days[-1])
    return list(rows_of(data).values())


def _by_weeks(month: Month, sheet: str) -> list[Mapping[str, Any]]:
    """A sheet that is given for a few days at a time, put together for the month."""
    found: list[Mapping[str, Any]] = []
    for first in month.days[::7]:
        found += _sheet(month, sheet, first, min(first + 6 * DAY, month.days[-1]))
    return found


def _day(cell: Any) -> date:
    return (
        cell.date()
        if isinstance(cell, datetime)
        else cell
        if isinstance(cell, date)
        else date.fromisoformat(cell)
    )


def _names() -> dict[str, str]:
    return {one.code: one.name_zh for one in tree.offices()}


def _counted(found: Iterable[Any]) -> dict[Any, int]:
    return dict(sorted(Counter(found).items()))
