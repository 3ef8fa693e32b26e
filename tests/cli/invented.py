"""A county that the product ships as a sample, and the procedure played on its stories."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from huiyin.cli.sample import workbook
from huiyin.procedure import Actor, Calendar, Case, decide, evolve, load_book, start

SAMPLE = Path(workbook.__file__).parent


class County:
    """The files of one sample, and the procedure played on them."""

    def __init__(self, book: str) -> None:
        self.book = load_book(book)
        folder = SAMPLE / book if (SAMPLE / book).is_dir() else SAMPLE
        data = tomllib.loads((folder / "county.toml").read_text("utf-8"))
        self.offices = {office["code"]: office for office in data["office"]}
        self.places = {place["code"] for place in data["place"]}
        self.officers = {officer["login"]: officer for officer in data["officer"]}
        self.stories = tomllib.loads((folder / "stories.toml").read_text("utf-8"))["story"]

    def actor(self, login: str) -> Actor:
        officer = self.officers.get(login)
        return Actor(officer["role"], officer["office"], login) if officer else Actor(login)

    def derived(self, case: Case, step: str) -> dict[str, str]:
        """What casework would fill in from the tree of offices."""
        found = {}
        for field in self.book.steps[step].fields:
            kind, _, relation = field.derive.partition(":")
            if kind == "above":
                found[field.id] = self.offices[case.office(relation)]["parent"]
            elif kind == "discipline":
                found[field.id] = next(c for c, o in self.offices.items() if o["kind"] == "discipline")
        return found

    def play(self, story: Mapping[str, Any], now: datetime) -> Case:
        """The case that the procedure makes of a story told on the day of `now`."""
        filed, calendar = now - timedelta(days=story["days_ago"]), Calendar.of(self.book.calendar)
        values = {key: story[key] for key in ("channel", "purpose", "category")}
        values |= {
            "place": story.get("place", ""),
            "bureau": story["office"],
            "received_on": filed.astimezone(self.book.zone).date(),
            "requests": len(story["requests"]),
            "respondents": story.get("respondents", []),
        }
        case = start(self.book)
        case = evolve(case, decide(case, "register", values, self.actor(story["by"]), filed, calendar))
        for taken in story.get("step", []):
            given = {name: self.value(value, now) for name, value in taken.get("values", {}).items()}
            at, step = now - timedelta(days=taken["days_ago"]), taken["step"]
            event = decide(
                case, step, {**given, **self.derived(case, step)}, self.actor(taken["by"]), at, calendar
            )
            case = evolve(case, event)
        return case

    def value(self, value: object, now: datetime) -> object:
        if isinstance(value, dict):
            return (now - timedelta(days=value["days_ago"])).astimezone(self.book.zone).date()
        return value
