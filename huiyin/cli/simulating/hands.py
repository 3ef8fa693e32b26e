"""What a person writes into the form of a step: any value that the book's field takes, by chance.

Nothing here knows a book. Values are of the form that pages send.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from huiyin.procedure import Case, Field, Step
from huiyin.procedure.fields import holds

WORDS = "经核实，情况属实，已当面说明并约定办理时间。"


@dataclass(frozen=True)
class Hands:
    """Fills in forms about one case. `offices`: which may be chosen as such; `officers`: who may be named."""

    case: Case
    today: date
    chance: random.Random
    offices: Sequence[str]
    officers: Sequence[str]

    def desk(self, step: Step) -> dict[str, Any]:
        """The step's fields as the desk's form sends them."""
        sent: dict[str, Any] = {}
        for field, value in self._filled(step):
            sent |= _at_the_desk(field, value)
        return sent

    def portal(self, step: Step) -> dict[str, Any]:
        """The step's fields as the petitioner's form sends them."""
        values = {field.id: _by_code(value) for field, value in self._filled(step)}
        return {name: value for name, value in values.items() if value}

    def _filled(self, step: Step) -> list[tuple[Field, Any]]:
        """A value of each field, with what the others ask for, and without what they leave no place."""
        asked = _asked(step)
        values = {field.id: self.value(field) for field in asked}
        for field in asked:
            if field.needed_if and not values[field.id] and holds(field.needed_if, values, self.today):
                values[field.id] = _MAKERS[field.kind](self, field)
            if field.only_if and not holds(field.only_if, values, self.today):
                values[field.id] = ""
        return [(field, values[field.id]) for field in asked]

    def value(self, field: Field) -> Any:
        """A value of the field; "" now and then where it may be left out."""
        if not field.required and self.chance.random() < 0.3:
            return ""
        return _MAKERS[field.kind](self, field)

    def words(self, field: Field) -> str:
        least, most = field.min or 1, field.max or 500
        return (WORDS * (least // len(WORDS) + 1))[: min(max(least, len(WORDS)), most)]

    def choice(self, field: Field) -> str:
        return self.chance.choice(field.choices).id

    def office(self, _: Field) -> str:
        """One that may be chosen for it: whoever is complained of is on no list."""
        return self.chance.choice([code for code in self.offices if code not in self.case.respondents])

    def some_offices(self, field: Field) -> list[str]:
        return [self.office(field)]

    def officer(self, _: Field) -> str:
        return self.chance.choice(self.officers)

    def some_officers(self, field: Field) -> list[str]:
        return [self.officer(field)]

    def place(self, _: Field) -> str:
        return ""

    def day(self, field: Field) -> str:
        """As near to today as the field allows; a duty is given a few days."""
        least = field.min if field.min is not None else (0 if field.max is not None else 1)
        most = field.max if field.max is not None else max(least, 10)
        near = min(max(least, 0), most) if most <= 0 else self.chance.randint(max(least, 0), min(most, 20))
        return (self.today + timedelta(days=near)).isoformat()

    def number(self, field: Field) -> int:
        least = field.min if field.min is not None else 1
        return self.chance.randint(least, min(field.max or least + 3, least + 10))

    def outcomes(self, field: Field) -> list[str]:
        return [self.choice(field) for _ in range(self.case.requests)]

    def flag(self, _: Field) -> bool:
        return self.chance.random() < 0.5


_MAKERS: Mapping[str, Any] = {
    "text": Hands.words,
    "long_text": Hands.words,
    "choice": Hands.choice,
    "office": Hands.office,
    "offices": Hands.some_offices,
    "officer": Hands.officer,
    "officers": Hands.some_officers,
    "place": Hands.place,
    "date": Hands.day,
    "number": Hands.number,
    "outcomes": Hands.outcomes,
    "flag": Hands.flag,
}


def _asked(step: Step) -> list[Field]:
    return [field for field in step.fields if not field.derive]


def _by_code(value: Any) -> Any:
    return "yes" if value is True else "" if value is False else value


def _at_the_desk(field: Field, value: Any) -> dict[str, Any]:
    if field.kind == "outcomes":
        return {f"f_{field.id}_{index}": one for index, one in enumerate(value or ())}
    if field.kind == "flag":
        return {f"f_{field.id}": "on"} if value else {}
    return {f"f_{field.id}": value} if value not in ("", []) else {}
