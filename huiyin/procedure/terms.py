"""Books of procedure: states, steps, clocks and their articles as data.

No state name and no day count of any law stands in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from huiyin.procedure.reading import Text, TomlFault

ROLES = ("petitioner", "clerk", "officer", "head", "supervisor", "custodian", "system", "public")
OFFICE_RELATIONS = ("bureau", "handler")
LISTS = ("purposes", "channels", "categories", "outcomes", "ratings", "service_methods")
# What a step may write on the case; the engine keeps nothing else of the values.
ATTRIBUTES = ("bureau", "handler", "requests", "respondents", "respondent_officers", "purpose")

ARTICLE = re.compile(
    r"《(?P<law>[^》]+)》"
    r"第(?P<article>[一二三四五六七八九十百]+)条"
    r"(?:第(?P<paragraph>[一二三四五六七八九十]+)款)?(?:第(?P<item>[一二三四五六七八九十]+)项)?"
)
_DIGITS = {c: i for i, c in enumerate("一二三四五六七八九", 1)}


class BookFault(TomlFault):
    """A book that cannot be used: `file`, `line`, `message`."""


@dataclass(frozen=True)
class Who:
    """Who may take a step: `clerk@bureau`, or a role alone, which is then its own relation."""

    role: str
    relation: str

    def __str__(self) -> str:
        return self.role if self.role == self.relation else f"{self.role}@{self.relation}"


@dataclass(frozen=True)
class Choice:
    id: str
    title: Text
    article: str


@dataclass(frozen=True)
class Field:
    """One value of a step. `min`/`max`: of a number its bounds, of a date days from today, of a text
    its characters. `sealed`: free words, which live under the case key and never in the clear."""

    id: str
    title: Text
    help: Text | None
    kind: str
    required: bool
    choices: tuple[Choice, ...]
    min: int | None
    max: int | None
    sealed: bool


@dataclass(frozen=True)
class Guard:
    """One condition of a step, from a closed vocabulary (`GUARDS`), with its article and refusal."""

    kind: str
    article: str
    message: Text
    steps: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    clock: str = ""
    field: str = ""
    other_field: str = ""
    number: int = 0


@dataclass(frozen=True)
class Detour:
    """Where a step leads instead when `field` has a value."""

    field: str
    to: str


@dataclass(frozen=True)
class Step:
    """One lawful step. `to` is "" when the case stays, or returns (`back_to`) to where it was when that
    step was taken. `clocks`: those it is on time by. `sets`: case attribute from fields."""

    id: str
    title: Text
    hint: Text | None
    from_: tuple[str, ...]
    to: str
    by: tuple[Who, ...]
    article: str
    fact: str
    fields: tuple[Field, ...]
    guards: tuple[Guard, ...]
    detours: tuple[Detour, ...]
    back_to: str
    clocks: tuple[str, ...]
    sets: Mapping[str, tuple[str, ...]]
    clears: tuple[str, ...]
    refusal: bool

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.id == name), None)

    def targets(self) -> tuple[str, ...]:
        """States this step names; empty when it stays or returns."""
        return tuple(s for s in (self.to, *(d.to for d in self.detours)) if s)


@dataclass(frozen=True)
class Start:
    """A step that starts a clock: on the day in its date field, or on the day it was recorded."""

    step: str
    field: str


@dataclass(frozen=True)
class Extends:
    """The clock that `step` lengthens by the days in `field`."""

    clock: str
    step: str
    field: str


@dataclass(frozen=True)
class Clock:
    """A time limit. It runs while the case is in a state that lists it, from its latest start.

    `shadow_of`: where the start is missing or came after one of these clocks was due, the count begins
    on that due date, so that lateness buys no time. `later`: declared for counting, no step starts it yet.
    `right`: what its owner *may* do until then; when it ends, the right lapses and nobody is late.
    """

    id: str
    title: Text
    length: int
    unit: Literal["day", "working_day"]
    article: str
    owner: str
    starts: tuple[Start, ...]
    shadow_of: tuple[str, ...]
    extends: Extends | None
    breach: Text
    later: bool
    right: bool


@dataclass(frozen=True)
class State:
    """A stage of a case. `petitioner_text` says in plain words what happens next."""

    id: str
    title: Text
    petitioner_text: Text
    owner: str
    clocks: tuple[str, ...]
    unclocked: Text | None
    final: bool
    remedy: Text | None


@dataclass(frozen=True)
class Recusal:
    """Officers named in the petition take no step in it."""

    article: str
    message: Text


@dataclass(frozen=True, eq=False)
class Book:
    """One version of a procedure. `digest`: SHA-256 of the file, hex. `article`: why only these steps."""

    id: str
    version: int
    title: Text
    law: Text
    article: str
    digest: str
    recusal: Recusal
    laws: Mapping[str, Text]
    roles: Mapping[str, Text]
    lists: Mapping[str, Mapping[str, Text]]
    states: Mapping[str, State]
    steps: Mapping[str, Step]
    clocks: Mapping[str, Clock]
    step_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a case is pinned to, e.g. `cn-xinfang-2022@1`."""
        return f"{self.id}@{self.version}"

    @property
    def purposes(self) -> Mapping[str, Text]:
        return self.lists["purposes"]

    @property
    def channels(self) -> Mapping[str, Text]:
        return self.lists["channels"]

    @property
    def categories(self) -> Mapping[str, Text]:
        return self.lists["categories"]

    @property
    def outcomes(self) -> Mapping[str, Text]:
        return self.lists["outcomes"]

    @property
    def ratings(self) -> Mapping[str, Text]:
        return self.lists["ratings"]

    @property
    def service_methods(self) -> Mapping[str, Text]:
        return self.lists["service_methods"]

    def cite(self, article: str, lang: str) -> str:
        """The article as a reader of `lang` writes it: 《信访工作条例》第二十二条第一款, or … Art. 22(1)."""
        found = ARTICLE.fullmatch(article)
        if lang.startswith("zh") or found is None:
            return article
        law = self.laws[found["law"]].en
        parts = "".join(f"({_number(n)})" for n in (found["paragraph"], found["item"]) if n)
        return f"{law}, Art. {_number(found['article'])}{parts}"


def _number(numeral: str) -> int:
    """Chinese numeral below 1000: 三十一 → 31."""
    total, digit = 0, 0
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
    return total + digit
