"""A case of any shipped book, moved step by step by a small cast: a desk, offices, the office above."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from huiyin.procedure import (
    Actor,
    Book,
    Calendar,
    Case,
    Unlawful,
    breaches,
    decide,
    evolve,
    load_book,
    running,
    start,
)

OTHERS = ("beijing-12345", "cpgrams-2024", "lgsco-2024", "worldbank-grs", "eu-ombudsman")
CLERK, CALLER, CHIEF = Actor("clerk", "desk", "c1"), Actor("clerk", "desk", "c2"), Actor("head", "desk", "c9")
OFFICER, BOSS = Actor("officer", "works", "o1"), Actor("head", "works", "h1")
OTHER_OFFICER = Actor("officer", "water", "o2")
ABOVE, ABOVE_HEAD = Actor("officer", "city", "a1"), Actor("head", "city", "a9")
SLEUTH, SUPERVISOR = Actor("officer", "sleuths", "s1"), Actor("supervisor", "desk", "v1")
PETITIONER, SYSTEM = Actor("petitioner"), Actor("system")
ABOVE_OF = {"desk": "city", "works": "city", "water": "city", "city": "province"}
WORDS = {"facts": "f", "reasons": "r", "handling": "h", "basis": "b"}


class Line:
    """A case of a book. Steps return the line, so that a test reads as a line of time."""

    def __init__(self, name: str, day: date, **filed: Any) -> None:
        self.book: Book = load_book(name)
        self.calendar = Calendar.of(self.book.calendar)
        self.case: Case = start(self.book)
        self.day = day
        values = {
            "bureau": "desk",
            "channel": "web",
            "purpose": "request",
            "category": "other",
            "received_on": day,
            "requests": 1,
        }
        self.take("register", CLERK, **{**values, **filed})

    def noon(self) -> datetime:
        return datetime.combine(self.day, time(12), self.book.zone)

    def on(self, day: date) -> "Line":
        """What follows happens on this day."""
        self.day = day
        return self

    def after(self, days: int) -> "Line":
        return self.on(self.day + timedelta(days=days))

    def take(self, step: str, actor: Actor, **values: Any) -> "Line":
        event = decide(self.case, step, {**self._derived(step), **values}, actor, self.noon(), self.calendar)
        self.case = evolve(self.case, event)
        return self

    def _derived(self, step: str) -> dict[str, str]:
        """What casework fills in from the tree of offices."""
        found = {}
        for field in self.book.steps[step].fields:
            kind, _, relation = field.derive.partition(":")
            if kind == "above":
                found[field.id] = ABOVE_OF.get(self.case.office(relation), "")
            elif kind == "discipline":
                found[field.id] = "sleuths"
        return found

    def answer(self, step: str, actor: Actor, *outcomes: str, **values: Any) -> "Line":
        return self.take(step, actor, outcomes=list(outcomes), **WORDS, **values)

    def serve(self, step: str, actor: Actor) -> "Line":
        method = next(iter(self.book.service_methods))
        return self.take(step, actor, method=method, served_on=self.day, proof="signed for")

    def refused(self, step: str, actor: Actor, **values: Any) -> Unlawful:
        """The refusal of a step: it names an article of this book."""
        with pytest.raises(Unlawful) as caught:
            self.take(step, actor, **values)
        assert caught.value.article in articles(self.book)
        return caught.value

    @property
    def state(self) -> str:
        return self.case.state

    def due(self, clock: str) -> date:
        return {r.clock.id: r.count.due for r in running(self.case, self.calendar)}[clock]

    def runs(self) -> set[str]:
        return {r.clock.id for r in running(self.case, self.calendar)}

    def late(self) -> list[str]:
        return [r.clock.id for r in breaches(self.case, self.noon(), self.calendar)]

    def breach(self) -> "Line":
        """Record every date that has passed, as the worker does."""
        while late := breaches(self.case, self.noon(), self.calendar):
            self.take("breach", SYSTEM, clock=late[0].clock.id, due=late[0].count.due)
        return self


def articles(book: Book) -> set[str]:
    """Every article that a book names."""
    found = {book.article, book.recusal.article}
    for step in book.steps.values():
        found |= {step.article, *(guard.article for guard in step.guards)}
    return found
