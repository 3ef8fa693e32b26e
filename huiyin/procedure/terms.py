"""Books of procedure: states, steps, clocks and their articles as data.

No state name and no day count of any law stands in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from huiyin.procedure.reading import Text, TomlFault

ZONE = ZoneInfo("Asia/Shanghai")
ROLES = ("petitioner", "clerk", "officer", "head", "supervisor", "custodian", "system", "public")
OFFICE_RELATIONS = ("bureau", "handler", "joint", "reviewer", "rereviewer", "discipline", "addressee")
# Relations that are one office, which alone can own a state or a clock; `joint` is several.
OWNERS = tuple(name for name in OFFICE_RELATIONS if name != "joint")
LISTS = ("purposes", "channels", "categories", "outcomes", "ratings", "service_methods")
# What a step may write on the case; the engine keeps nothing else of the values.
ATTRIBUTES = (*OFFICE_RELATIONS, "requests", "respondents", "respondent_officers", "recused", "purpose")
# What a step is to the rest of the house, which knows steps by their part and never by their id.
PARTS = (
    "file",
    "import",
    "import_answer",
    "take_up",
    "route",
    "forward",
    "refuse",
    "redirect",
    "accept",
    "hear",
    "ask",
    "reply",
    "supplement",
    "extend",
    "answer",
    "serve",
    "rate",
    "withdraw",
    "undo",
    "close",
    "ask_review",
    "review",
    "challenge",
    "ask_supervision",
    "breach",
    "order",
    "suggest",
    "execute",
    "interim",
    "final",
    "consent",
    "recuse",
)
STAGES = ("first", "review", "rereview")
# What nobody is asked: the office above another, the discipline office, the bureau, the state of the case
# that this one repeats (all filled in by casework), and the office of whoever acts.
DERIVED = (
    "above:handler",
    "above:reviewer",
    "above:bureau",
    "discipline",
    "bureau",
    "earlier_state",
    "acting",
)
# That anyone may file, that nobody may be punished for it, that an accusation never reaches the accused.
RIGHTS = ("anyone", "revenge", "accused")
CALENDARS = ("china", "weekends", "none")

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
    """One entry of a list. `sealed`: of a purpose, that its filings are an accusation's, which never reach
    the accused and of which the log says no more than the month (design rule 4)."""

    id: str
    title: Text
    article: str
    sealed: bool = False


@dataclass(frozen=True)
class Condition:
    """What another field of the step has to hold: one of `choices`, a day more than `days_ago` days past, or,
    where neither is named, anything at all."""

    field: str
    choices: tuple[str, ...] = ()
    days_ago: int | None = None


@dataclass(frozen=True)
class Field:
    """One value of a step. `min`/`max`: of a number its bounds, of a date days from today, of a text
    its characters. `sealed`: free words, which live under the case key and never in the clear.
    `derive`: never asked; whoever takes the step has it filled in (`DERIVED`). `needed_if`: when it is
    required although it otherwise is not; `only_if`: when alone it may be filled in."""

    id: str
    title: Text
    help: Text | None
    kind: str
    required: bool
    choices: tuple[Choice, ...]
    min: int | None
    max: int | None
    sealed: bool
    derive: str = ""
    needed_if: Condition | None = None
    only_if: Condition | None = None


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
    relations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Detour:
    """Where a step leads instead when `field` has `value`, or any value where that is ""."""

    field: str
    to: str
    value: str = ""


@dataclass(frozen=True)
class Step:
    """One lawful step. `to` is "" when the case stays, or returns (`back_to`) to where it was when that
    step was taken. `clocks`: those it is on time by. `sets`: case attribute from fields. `part`: see
    `PARTS`. `up`: the office to which this step of the petitioner's carries the matter. `decides`: the
    stage that it decides. `notice`: what the petitioner is sent. `local`: a local or design rule."""

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
    part: str = ""
    up: str = ""
    decides: str = ""
    notice: str = ""
    local: bool = False

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.id == name), None)

    def targets(self) -> tuple[str, ...]:
        """States this step names; empty when it stays or returns."""
        return tuple(s for s in (self.to, *(d.to for d in self.detours)) if s)


@dataclass(frozen=True)
class Start:
    """A step that starts a clock: on the day in its date field, or on the day it was recorded.
    `due`: the field that names the last day itself, of a clock without a length (`per_case`)."""

    step: str
    field: str
    due: str = ""


@dataclass(frozen=True)
class Extends:
    """The clock that `step` lengthens by the days in `field`."""

    clock: str
    step: str
    field: str


@dataclass(frozen=True)
class Exclusion:
    """Days that do not count: from date `first` to date `last` of `step`, both included, `most` in all."""

    step: str
    first: str
    last: str
    most: int


@dataclass(frozen=True)
class Clock:
    """A time limit. It runs while the case is in a state that lists it, from its latest start.

    `stops`: a standing clock runs in every state instead, final ones too, until one of these is taken;
    `restarts` false: until then nothing starts it anew.

    `shadow_of`: where the start is missing or came after one of these clocks was due, the count begins
    on that due date, so that lateness buys no time. `local`: a local setting or a design rule, not the law's.
    `right`: what its owner *may* do until then; when it ends, the right lapses and nobody is late.
    """

    id: str
    title: Text
    length: int
    unit: Literal["day", "working_day", "month", "per_case"]
    article: str
    owner: str
    starts: tuple[Start, ...]
    shadow_of: tuple[str, ...]
    extends: Extends | None
    excluded: Exclusion | None
    stops: tuple[str, ...]
    breach: Text
    local: bool
    right: bool
    roll: bool = True
    zone: ZoneInfo = ZONE
    restarts: bool = True


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
    remedy_deadline: Text | None = None


@dataclass(frozen=True)
class Recusal:
    """Officers named in the petition take no step in it."""

    article: str
    message: Text


@dataclass(frozen=True, eq=False)
class Book:
    """One version of a procedure. `digest`: SHA-256 of the file, hex. `article`: why only these steps.

    `zone`: where its days begin and end. `calendar`: whose rest days (`CALENDARS`). `roll`: whether a term
    that ends on one moves to the next working day. `base`: the book it is a county's own copy of.
    `sealed`: purposes whose filings are sealed. `rights`: articles that a petitioner can rely on.
    """

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
    language: str = "zh"
    zone: ZoneInfo = ZONE
    calendar: str = "china"
    roll: bool = True
    base: str = ""
    sealed: frozenset[str] = frozenset()
    rights: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a case is pinned to, e.g. `cn-xinfang-2022@1`."""
        return f"{self.id}@{self.version}"

    def of_part(self, part: str) -> tuple[Step, ...]:
        """The steps that are this to the rest of the house (`PARTS`)."""
        return tuple(step for step in self.steps.values() if step.part == part)

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
        if found is None:
            return self._cite_by_name(article, lang)
        if lang.startswith("zh") or found["law"] not in self.laws:
            return article
        law = self.laws[found["law"]].en
        parts = "".join(f"({_number(n)})" for n in (found["paragraph"], found["item"]) if n)
        return f"{law}, Art. {_number(found['article'])}{parts}"

    def _cite_by_name(self, article: str, lang: str) -> str:
        """An article of a law that is not numbered as Chinese laws are: its name, then the rest."""
        law = max((name for name in self.laws if article.startswith(f"{name} ")), key=len, default="")
        return self.laws[law].get(lang) + article[len(law) :] if law else article


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
