"""Random lawful lives of cases in any book: a small country of offices, and people who do what they may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from huiyin.procedure import (
    Actor,
    Book,
    Calendar,
    Case,
    Event,
    Field,
    Step,
    Unlawful,
    breaches,
    decide,
    evolve,
    load_book,
    start,
)

BOOKS = (
    "cn-xinfang-2022",
    "beijing-12345",
    "cpgrams-2024",
    "lgsco-2024",
    "worldbank-grs",
    "eu-ombudsman",
)
ABOVE = {
    "bureau": "county",
    "housing": "county",
    "water": "county",
    "patrol": "county",
    "county": "city",
    "city": "province",
    "province": "nation",
    "discipline": "province",
}
HANDLERS = ("housing", "water", "patrol")
SELDOM = frozenset(["withdraw", "refuse", "redirect", "supplement", "import"])
RELATIONS = ("bureau", "handler", "joint", "reviewer", "rereviewer", "discipline", "addressee")


@cache
def calendar(book: Book) -> Calendar:
    return Calendar.of(book.calendar)


def noon(book: Book, day: date) -> datetime:
    return datetime.combine(day, time(12), book.zone)


@cache  # every property looks at the same walks
def walk(name: str, seed: int) -> tuple[Event, ...]:
    """Some fifty moves of a case, each lawful; `name` of a book."""
    return tuple(_Walk(load_book(name), Random(f"{name} {seed}")).moves())


class _Walk:
    def __init__(self, book: Book, rng: Random) -> None:
        self.book, self.rng = book, rng
        self.case = start(book)
        self.day = date(2024, 1, 1) + timedelta(days=rng.randrange(900))

    def moves(self) -> Iterator[Event]:
        for _ in range(self.rng.randrange(20, 60)):
            event = self._next()
            if event is not None:
                self.case = evolve(self.case, event)
                yield event
            self.day += timedelta(days=self.rng.choice([0, 0, 0, 1, 2, 6, 16, 40]))

    def _next(self) -> Event | None:
        steps = [s for s in self.book.steps.values() if self.case.state in s.from_]
        self.rng.shuffle(steps)
        steps.sort(key=lambda s: self._weight(s), reverse=True)
        return next((e for s in steps for e in self._tries(s)), None)

    def _weight(self, step: Step) -> float:
        """Moves first, more often than not; the ways out of the main line seldom."""
        if step.part in SELDOM:
            return self.rng.random() * 0.3
        return self.rng.random() + (0.3 if step.targets() else 0)

    def _tries(self, step: Step) -> Iterator[Event]:
        for actor in self._actors(step):
            for _ in range(2):
                try:
                    values = self._values(step, actor)
                    yield decide(
                        self.case, step.id, values, actor, noon(self.book, self.day), calendar(self.book)
                    )
                except Unlawful:
                    continue

    def _actors(self, step: Step) -> Iterator[Actor]:
        for who in self.rng.sample(step.by, len(step.by)):
            if who.relation not in RELATIONS:
                yield Actor(who.role)
                continue
            offices = self.case.offices(who.relation) or (("bureau",) if not self.case.state else ())
            for office in offices:
                yield Actor(who.role, office, f"{who.role}-{office}-{self.rng.randrange(3)}")

    def _values(self, step: Step, actor: Actor) -> dict[str, Any]:
        if step.part == "breach":
            late = breaches(self.case, noon(self.book, self.day), calendar(self.book))
            names = [f.id for f in step.fields if f.kind in ("clock", "date")]
            some = self.rng.choice(late) if late else None
            return dict(zip(names, [some.clock.id, some.count.due], strict=False)) if some else {}
        found = {f.id: self._value(f, actor) for f in step.fields if self._is_given(step, f)}
        return {name: value for name, value in found.items() if value is not None}

    def _is_given(self, step: Step, field: Field) -> bool:
        return (
            field.required or bool(field.derive) or self.rng.random() < (0.3 if step.from_ == ("",) else 0.6)
        )

    def _value(self, field: Field, actor: Actor) -> Any:
        if field.derive:
            return self._derived(field, actor)
        match field.kind:
            case "choice":
                return self.rng.choice(field.choices).id
            case "outcomes":
                return [self.rng.choice(field.choices).id for _ in range(self.case.requests)]
            case "office":
                return "bureau" if not self.case.state else self.rng.choice(HANDLERS)
            case "offices":
                return self.rng.sample(HANDLERS, self.rng.randrange(1, 3))
            case "officers":
                return ["officer-housing-0"]
            case "officer":
                return f"officer-{actor.office}-{self.rng.randrange(3)}"
            case "place":
                return "qinghe"
            case "flag":
                return self.rng.random() < 0.5
            case "number":
                low = field.min or 0
                return self.rng.randint(low, min(field.max or low + 5, low + 5))
            case "date":
                return self._date(field)
        return "文字" * max(1, field.min or 1)

    def _date(self, field: Field) -> date:
        low = max(field.min if field.min is not None else -30, -30)
        high = min(field.max if field.max is not None else 60, 60)
        return self.day + timedelta(days=self.rng.randint(low, max(low, high)))

    def _derived(self, field: Field, actor: Actor) -> Any:
        if field.kind == "choice":
            return self.rng.choice(field.choices).id
        if field.derive.startswith("above:"):
            return ABOVE.get(self.case.office(field.derive.partition(":")[2]))
        known: Mapping[str, Any] = {
            "discipline": "discipline",
            "bureau": self.case.bureau,
            "acting": actor.office,
            "earlier_state": "final",
        }
        return known[field.derive]


def case_of(name: str, events: tuple[Event, ...]) -> Case:
    case = start(load_book(name))
    for event in events:
        case = evolve(case, event)
    return case
