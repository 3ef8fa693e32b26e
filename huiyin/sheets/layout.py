"""Sheets as data: which columns, what their heads may be called, which step an edit of a cell asks for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from huiyin.intake.letters import plain
from huiyin.procedure import Text

HERE = Path(__file__).parent
KINDS = ("text", "long", "date", "moment", "number", "choice", "office", "officer", "place")
# The order in which a list of sheets is shown.
IDS = (
    "registration",
    "sweep",
    "reception",
    "sponsored",
    "backlog",
    "daily",
    "supervision",
    "callback",
    "legal_routes",
    "national",
)
# Sheets of the office's routine: their rows are no cases.
ROUTINE = ("sweep", "reception", "daily")
MARK = Text("校验", "check")


@dataclass(frozen=True)
class Act:
    """A step that a row can record. `again`: an edit records it once more; else what was recorded stands."""

    id: str
    fact: str
    again: bool = False


@dataclass(frozen=True)
class Column:
    """One column. `source`: what it shows (`rows`). `act`, `field`: the step and its field that an edit is;
    `by`: facts of the steps that do what an edit asks for where that one cannot. `new`: the field of a new
    registration. `private`: who brings the matter, empty in a made sheet. `words`: they tell a matter."""

    id: str
    title: Text
    kind: str = "text"
    width: int = 12
    also: tuple[str, ...] = ()
    source: str = ""
    act: str = ""
    field: str = ""
    by: tuple[str, ...] = ()
    new: str = ""
    list: str = ""
    options: Mapping[str, Text] = attribute(default_factory=dict, hash=False)
    private: bool = False
    words: bool = False

    @property
    def editable(self) -> bool:
        return bool(self.act and self.field)


@dataclass(frozen=True)
class Layout:
    """One sheet. `rows`: one for each case (all, `open`, `answered`) or, named as an act, for each time it
    was recorded. `main`: the act that tells rows of one case apart. `period`: the date that --from and --to
    mean.
    `takes_in`: a row without a known number is a registration. `days`: shown where no period is asked for."""

    id: str
    title: Text
    rows: str
    main: str
    period: str
    columns: tuple[Column, ...]
    acts: Mapping[str, Act]
    left_out: tuple[str, ...] = ()
    takes_in: bool = False
    days: int = 0

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The facts whose words the sheet shows."""
        return frozenset(act.fact for act in self.acts.values())

    @cached_property
    def index(self) -> Mapping[str, int]:
        return {column.id: place for place, column in enumerate(self.columns)}

    @cached_property
    def heads(self) -> Mapping[str, tuple[int, int]]:
        """Plain head → (column, rank among its names)."""
        found: dict[str, tuple[int, int]] = {}
        for place, column in enumerate(self.columns):
            for rank, name in enumerate((column.title.zh, column.title.en, column.id, *column.also)):
                key = plain(name)
                if key not in found or found[key][1] > rank:
                    found[key] = (place, rank)
        return found

    def leaves_out(self, title: str) -> bool:
        """Whether a column of this title stays outside because the sheet is about matters, not persons."""
        flat = plain(title)
        return any(plain(word) in flat for word in self.left_out)


def layouts() -> list[Layout]:
    return [layout(name) for name in IDS]


@cache
def layout(name: str) -> Layout:
    """The sheet of this id; KeyError for another."""
    if name not in IDS:
        raise KeyError(name)
    data = tomllib.loads((HERE / "layouts" / f"{name}.toml").read_text("utf-8"))
    acts = {act["id"]: Act(**act) for act in data.get("act", ())}
    rows = data["rows"]
    main = data.get("main", rows if rows in acts else "")
    return Layout(
        id=name,
        title=Text(**data["title"]),
        rows=rows,
        main=main,
        period=data["period"],
        columns=tuple(_column(given, acts) for given in data["columns"]),
        acts=acts,
        left_out=tuple(data.get("left_out", ())),
        takes_in=data.get("takes_in", False),
        days=data.get("days", 0),
    )


@cache
def _common() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "columns.toml").read_text("utf-8"))


def _column(given: str | Mapping[str, Any], acts: Mapping[str, Act]) -> Column:
    own: dict[str, Any] = {"id": given} if isinstance(given, str) else dict(given)
    made = {**_common().get(own["id"], {}), **own}
    if head := made.pop("head", ""):
        made["also"] = (made["title"]["zh"], *made.get("also", ()))
        made["title"] = {"zh": head, "en": head}
    made["source"] = made.pop("from")
    column = Column(
        **{
            **made,
            "title": Text(**made["title"]),
            "also": tuple(made.get("also", ())),
            "by": tuple(made.get("by", ())),
            "options": {code: Text(**text) for code, text in made.get("options", {}).items()},
        }
    )
    if column.kind not in KINDS or (column.act and column.act not in acts):
        raise ValueError(f"{column.id}: kind {column.kind}, act {column.act}")
    return column
