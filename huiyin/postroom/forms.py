"""The notices as data (`forms/*.toml`): what each must hold, under which article, and how it reads."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from huiyin.procedure import Text

FOLDER = Path(__file__).parent / "forms"
COMMON = "common"
PROOF = "proof_of_service"


@dataclass(frozen=True)
class Element:
    """A placeholder. `required`: without it the notice is none; `local`: by a local rule or by practice.
    `sources`: the fields of the step it is read from (`part:field`: of the latest step of that part,
    `earlier:field`: of the latest step before that has one); without any, it is computed. `may_be_empty`: not
    every matter has it. `flag`: a condition, never printed. `inline`: it stands in a sentence."""

    id: str
    title: Text
    article: str
    required: bool
    local: bool
    sources: tuple[str, ...]
    may_be_empty: bool
    flag: bool
    inline: bool


@dataclass(frozen=True)
class Form:
    """One notice. `to_office`: it is addressed to an office, and so never names the petitioner.
    `lines`: how the shipped template reads, by language."""

    id: str
    title: Text
    article: str
    to_office: bool
    elements: Mapping[str, Element]
    lines: Mapping[str, tuple[str, ...]]

    @property
    def required(self) -> tuple[Element, ...]:
        return tuple(element for element in self.elements.values() if element.required)


def ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != COMMON))


@cache
def form(kind: str) -> Form:
    """The notice `kind`; KeyError where there is none."""
    if kind not in ids():
        raise KeyError(kind)
    data = _read(kind)
    elements = (*_elements(_read(COMMON)), *_elements(data))
    return Form(
        id=kind,
        title=_text(data["title"]),
        article=data["article"],
        to_office=data.get("to") == "office",
        elements={element.id: element for element in elements},
        lines={language: _lines(data[language]) for language in ("zh", "en")},
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def _elements(data: Mapping[str, Any]) -> Sequence[Element]:
    return [
        Element(
            id=row["id"],
            title=_text(row),
            article=row.get("article", ""),
            required=kind == "element",
            local=row.get("local", False),
            sources=tuple(row.get("from", ())),
            may_be_empty=row.get("may_be_empty", False),
            flag=row.get("flag", False),
            inline=row.get("inline", False),
        )
        for kind in ("element", "optional")
        for row in data.get(kind, ())
    ]


def _text(row: Mapping[str, Any]) -> Text:
    return Text(row["zh"], row["en"])


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line.strip())
