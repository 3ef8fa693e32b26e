"""Plays the sample's routine through the doors of the pages: roster, reports, sweeps, reception days."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("routine.toml")
DAY = timedelta(days=1)
Told = Mapping[str, Any]


def play(now: datetime, actor_of: Callable[[str], Any]) -> None:
    """Everything that the file tells, in the order it happened; then what passed without being done."""
    from huiyin.rounds import missing, routine

    told = tomllib.loads(FILE.read_text("utf-8"))
    routine.begin(routine.SYSTEM, now - told["begun"] * DAY)
    _duty(told["duty"], now, told["begun"], actor_of)
    for trouble in told["trouble"]:
        _trouble(trouble, now, actor_of)
    for reception in told["reception"]:
        _reception(reception, now, actor_of)
    _file_all("daily", told["daily"], now, actor_of)
    _file_all("sweep", told["sweep"], now, actor_of)
    missing.record_due(now)


def _at(now: datetime, days_ago: int, hour: int = 10) -> datetime:
    """A moment of an earlier day; today it is now."""
    from huiyin.casework.law import ZONE

    local = (now - days_ago * DAY).astimezone(ZONE)
    return min(local.replace(hour=hour, minute=0, second=0, microsecond=0), now)


def _day(now: datetime, days_ago: int) -> date:
    from huiyin.casework.law import day_of

    return day_of(now - days_ago * DAY)


def _duty(told: Told, now: datetime, begun: int, actor_of: Callable[[str], Any]) -> None:
    from huiyin.rounds import duty

    first, officers = begun - 1, told["officers"]
    plan = {_day(now, first - n): officers[n % len(officers)] for n in range(told["days"])}
    duty.assign(told["office"], plan, actor_of(told["by"]), _at(now, begun, 9))
    for back in range(first, 1, -1):
        on, login = _day(now, back), plan[_day(now, back)]
        duty.hand_over(told["office"], on, told["note"], actor_of(login), _at(now, back - 1, 8))
    other = officers[(first + 1) % len(officers)]
    if plan[_day(now, 0)] != other:
        duty.swap(told["office"], _day(now, 0), other, actor_of(other), _at(now, 1, 16))


def _file_all(act: str, told: Told, now: datetime, actor_of: Callable[[str], Any]) -> None:
    """Every round that was due is filed an hour before; of the last one the silent offices are missing."""
    from huiyin.offices import tree
    from huiyin.rounds import routine
    from huiyin.rounds.models import OfficeRow
    from huiyin.rounds.periods import passed, period

    county, obligation = routine.in_force(), routine.obligation_of(act)
    calendar, since = routine.calendar(county), OfficeRow.objects.earliest("since").since
    owing = [
        row.office for row in OfficeRow.objects.order_by("office") if routine.owes(obligation, row.office)
    ]
    rounds = list(passed(county, obligation, since, now, calendar))
    for one in rounds:
        silent = told["silent"] if one == rounds[-1] else ()
        for office in owing:
            if office not in silent:
                _file(act, office, one.first, one.due - timedelta(hours=1), _staff(office, tree, actor_of))
    today = period(county, obligation, routine.today(now), calendar)
    if today is not None and today.due > now and today.first >= since:
        for office in told.get("early", ()):
            _file(act, office, today.first, now, _staff(office, tree, actor_of))


def _staff(office: str, tree: Any, actor_of: Callable[[str], Any]) -> Any:
    """The head of the office; in the sample not every office has somebody with a login."""
    from huiyin.procedure import Actor

    heads = tree.heads(office)
    return actor_of(heads[0]) if heads else Actor("officer", office)


def _file(act: str, office: str, on: date, at: datetime, actor: Any) -> None:
    from huiyin.rounds import daily, sweep

    if act == "daily":
        daily.file(office, on, daily.look(office, on, actor, at).counted, "", actor, at)
        return
    nothing = not sweep.week(office, on, actor).listed
    sweep.sign(office, on, nothing_new=nothing, actor=actor, now=at)


def _trouble(told: Told, now: datetime, actor_of: Callable[[str], Any]) -> None:
    from huiyin.rounds import sweep

    names = ("title", "measures", "place", "category", "charge", "officer")
    values = {name: told[name] for name in names} | {"term": _day(now, -told["term"])}
    at = _at(now, told["days_ago"])
    sweep.list_trouble(told["office"], values, actor_of(told["by"]), at)


def _reception(told: Told, now: datetime, actor_of: Callable[[str], Any]) -> None:
    from huiyin.rounds import reception

    names = ("leader", "mode", "place", "slots", "where", "about")
    hours = {name: time.fromisoformat(told[name]) for name in ("starts", "ends")}
    values = {name: told[name] for name in names} | hours | {"day": _day(now, told["held"])}
    made = reception.schedule(told["office"], values, actor_of(told["by"]), _at(now, told["scheduled"]))
    if told["held"] >= 0:
        _held(made.case, told, now, actor_of)


def _held(ref: str, told: Told, now: datetime, actor_of: Callable[[str], Any]) -> None:
    from huiyin.intake.filing import Filing
    from huiyin.rounds import promises, reception

    visit, promise, at = told["visit"], told["promise"], _at(now, told["held"])
    filing = Filing(
        title=visit["title"],
        body=visit["body"].strip(),
        requests=tuple(visit["requests"]),
        place=visit["place"],
        place_detail="",
        occurred="",
        occurred_on=None,
        category=visit["category"],
        purpose="request",
        channel="visit",
        received_on=_day(now, told["held"]),
    )
    clerk = actor_of(told["clerk"])
    made = reception.note(ref, filing, None, actor=clerk, now=at, token="d" * 32)
    reception.hold(ref, clerk, at)
    values = {name: promise[name] for name in ("text", "office", "officer")}
    values |= {"due": _day(now, -promise["due"]), "case": made.case}
    promises.make(ref, values, actor_of(told["by"]), at)
