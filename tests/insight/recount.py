"""The same figures once more, from the clear part of every fact, with plain Python and nothing of Huiyin's.

Only for what `years` plays: fifteen days to route and to give notice, sixty to answer, all of them calendar
days that end on the next working day.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

HOME = ZoneInfo("Asia/Shanghai")
Clear = dict[str, Any]


def rolled(start: date, days: int) -> date:
    due = start + timedelta(days=days)
    while not chinese_calendar.is_workday(due):
        due += timedelta(days=1)
    return due


def day(fact: Clear) -> date:
    return datetime.fromisoformat(fact["recorded_at"]).astimezone(HOME).date()


def recount(clears: Iterable[str], first: date, last: date, today: date) -> dict[str, Any]:
    """`clears`: of every fact, those of the routine among them, which say what became a case by a sweep."""
    cases: dict[str, list[Clear]] = defaultdict(list)
    swept: set[str] = set()
    for clear in map(json.loads, clears):
        if clear["kind"] == "trouble.registered.1":
            swept.add(clear["values"]["case"])
        elif not clear["case"].startswith("0"):
            cases[clear["case"]].append(clear)
    held = [Held(sorted(facts, key=lambda f: f["seq"])) for facts in cases.values()]
    received = [one for one in held if first <= one.received <= last]
    met = [one for one in received if one.channel in ("visit", "outreach") and one.case not in swept]
    mass = [one for one in met if one.people >= 5]
    days = [one.days for one in received if one.days is not None]
    rated = [one.rating for one in received if one.rating]
    found = {
        "registered": len(received),
        "matters": sum(not one.repeat for one in received),
        "groups": len(met),
        "people": sum(one.people for one in met),
        "mass_groups": len(mass),
        "mass_people": sum(one.people for one in mass),
        "answered": len(days),
        "within": (sum(d <= 60 for d in days), len(days)),
        "rated": (len(rated), sum(one.could_rate for one in received)),
        "satisfied": (sum(r != "not" for r in rated), len(rated)),
        "repeated": (sum(one.repeat for one in received), len(received)),
        "median": quantiles(days, n=2, method="inclusive")[0] if len(days) > 1 else None,
        "p90": quantiles(days, n=10, method="inclusive")[8] if len(days) > 1 else None,
        "channel": Counter(one.channel for one in received),
        "category": Counter(one.category for one in received),
        "office": Counter(one.office for one in received),
    }
    for name, kind in (("routed", "route"), ("accepted", "accept"), ("answered", "answer")):
        duties = [duty for one in held if (duty := one.duty(kind))]
        due = [(limit, done) for limit, done in duties if first <= limit <= last]
        passed = [(limit, done) for limit, done in due if done or limit < today]
        kept = [1 for limit, done in passed if done and done <= limit]
        found[f"{name}_on_time"] = (len(kept), len(passed), len(due) - len(passed))
    return found


class Held:
    """One case as its facts tell it."""

    def __init__(self, facts: list[Clear]) -> None:
        values = facts[0]["values"]
        self.case = facts[0]["case"]
        self.steps = {fact["step"]: fact for fact in facts}
        self.channel, self.category = values["channel"], values["category"]
        self.received = date.fromisoformat(values["received_on"])
        self.people = values.get("people") or 1
        self.repeat = bool(values["repeat_of"])
        self.rating = self.steps["rate"]["values"]["rating"] if "rate" in self.steps else ""
        self.live = facts[0]["step"] == "register"
        self.days = self._days(facts)
        self.could_rate = self.live and self.days is not None
        handler = next((f["values"]["office"] for f in facts if f["step"] == "transfer"), "")
        self.office = handler or values.get("handler") or values["bureau"]

    def _days(self, facts: list[Clear]) -> float | None:
        began = datetime.fromisoformat(facts[0]["values"].get("occurred_at") or facts[0]["recorded_at"])
        if "import_answer" in self.steps:
            ended = datetime.fromisoformat(self.steps["import_answer"]["values"]["occurred_at"])
        elif "serve" in self.steps:
            ended = datetime.fromisoformat(self.steps["serve"]["recorded_at"])
        else:
            return None
        return (ended - began).total_seconds() / 86400

    def done(self, step: str) -> date | None:
        return day(self.steps[step]) if step in self.steps else None

    def duty(self, kind: str) -> tuple[date, date | None] | None:
        """(due date, when it was done); None where the case never had it, or gave it up in time."""
        if not self.live:
            return None
        if kind == "route":
            limit, done = rolled(self.received, 15), self.done("transfer")
            return None if "withdraw" in self.steps else (limit, done)
        routed = self.done("transfer")
        if routed is None:
            return None
        notice = rolled(routed, 15)
        if kind == "accept":
            return notice, self.done("accept")
        accepted = self.done("accept")
        began = min(accepted, notice) if accepted else notice
        return rolled(began, 60), self.done("serve")
