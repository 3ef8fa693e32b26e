"""Books with one thing wrong: every kind of slip that somebody who edits a book could make.

A mutant is made of the parsed TOML, not of its text: reading hundreds of files would only test a parser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from huiyin.procedure.book import path_of
from huiyin.procedure.reading import Document
from huiyin.procedure.rules import MAKING
from huiyin.procedure.terms import OWNERS, BookFault

Row = dict[str, Any]
Data = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """What was done to which part of a book: `kind` of slip, `what` it was done to."""

    kind: str
    what: str
    data: Data

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"

    def document(self, name: str) -> Document:
        """The mutant as if it had been read from a file, all of it on line 1."""
        made = object.__new__(Document)
        made.__dict__.update(original(name).__dict__, data=self.data, lines={(): 1})
        return made


@cache
def original(name: str) -> Document:
    return Document(path_of(name) if not name.endswith(".toml") else Path(name), BookFault)


def mutants(name: str) -> Iterator[Mutant]:
    """Every mutant of a book, those of one kind together."""
    data = original(name).data
    yield from cut_every_way_up(data)
    for table, makers in MAKERS.items():
        for kind, make in makers.items():
            rows: list[Row] = data[table]  # type: ignore[assignment]
            for index, row in enumerate(rows):
                for what, changed in make(row, data):
                    new = [*rows[:index], *changed, *rows[index + 1 :]]
                    yield Mutant(kind, f"{row['id']} {what}".strip(), {**data, table: new})


Made = Iterator[tuple[str, list[Row]]]
Make = Callable[[Row, Data], Made]


def _ids(data: Data, table: str) -> list[str]:
    return [row["id"] for row in data[table]]


def _other(names: list[str], name: str) -> str:
    """Another one of the names, always the same for the same name."""
    return names[(names.index(name) + len(names) // 2) % len(names)] if name in names else names[0]


def drop_row(row: Row, _: Data) -> Made:
    yield "", []


def drop_key(key: str) -> Make:
    def make(row: Row, _: Data) -> Made:
        if key in row:
            yield "", [{k: v for k, v in row.items() if k != key}]

    return make


def drop_each(key: str) -> Make:
    """Drop one member of a list."""

    def make(row: Row, _: Data) -> Made:
        for index, one in enumerate(row.get(key, ())):
            what = one if isinstance(one, str) else f"{index} {_short(one)}"
            yield what, [{**row, key: [o for i, o in enumerate(row[key]) if i != index]}]

    return make


def _short(row: Row) -> str:
    told = {k: v for k, v in row.items() if k not in ("message", "article", "title", "help")}
    return " ".join(f"{k}={v}" for k, v in told.items())[:80]


def swap_state(key: str) -> Make:
    def make(row: Row, data: Data) -> Made:
        if isinstance(row.get(key), str):
            yield row[key], [{**row, key: _other(_ids(data, "state"), row[key])}]

    return make


def is_a_note(row: Row, data: Data) -> bool:
    """Whether a step leaves the case where it is, ends no clock, is asked for by no guard, is no way up, and
    nobody has a right to it. It adds a paper or a word to the file, or orders one: no property speaks of it,
    and who may take it, and where, is the book's own choice."""
    moves = {"to", "back_to", "decides", "up"} & set(row) or set(row.get("sets", ())) & set(OWNERS)
    ends = any(row["id"] in clock.get("stops", ()) for clock in data["clock"])
    owed = row.get("part") in ("breach", "reply", "supplement", "extend")
    return not (moves or ends or owed or row["id"] in _needed(data))


def _needed(data: Data) -> set[str]:
    """The steps that some guard needs to have been taken."""
    return {name for row in data["step"] for guard in row.get("guard", ()) for name in guard.get("needs", ())}


def but_notes(make: Make) -> Make:
    def made(row: Row, data: Data) -> Made:
        yield from () if is_a_note(row, data) else make(row, data)

    return made


def cut_every_way_up(data: Data) -> Iterator[Mutant]:
    """A state without its remedy elsewhere, from which no step leads up any more."""
    for state in data["state"]:
        bare = {k: v for k, v in state.items() if k not in ("remedy", "remedy_deadline")}
        states = [bare if row is state else row for row in data["state"]]
        steps = [_without(row, state["id"], data) if row.get("up") else row for row in data["step"]]
        yield Mutant("cut every way up", state["id"], {**data, "state": states, "step": steps})


def _without(row: Row, state: str, data: Data) -> Row:
    """A step that cannot be taken from this state."""
    final = {s["id"]: s.get("final", False) for s in data["state"]}
    groups = {
        "*": list(final),
        "open": [s for s in final if not final[s]],
        "final": [s for s in final if final[s]],
    }
    named = [s for one in row["from"] for s in groups.get(one, [one])]
    return {**row, "from": [s for s in named if s != state]}


def take_from(row: Row, data: Data) -> Made:
    """Take a step from everybody in an office which has the matter, or from the people."""
    owners = {state["owner"] for state in data["state"] if state["id"] in row["from"]}
    relations = dict.fromkeys(one.partition("@")[2] or one for one in row["by"])
    for relation in relations:
        if relation in {*owners, "petitioner", "public"}:
            kept = [one for one in row["by"] if (one.partition("@")[2] or one) != relation]
            yield relation, [{**row, "by": kept}]


def is_one_of_several(row: Row, data: Data) -> bool:
    """Whether a step stays, and each duty that it ends is ended by another step of the same hands as well: in
    which states it can be taken is then the book's own choice."""
    if {"to", "back_to", "decides", "up"} & set(row) or row.get("part") in ("breach", "reply", "supplement"):
        return False
    ended = [clock for clock in data["clock"] if row["id"] in clock.get("stops", ())]
    others = {
        other["id"]
        for other in data["step"]
        if other["id"] != row["id"] and set(other["by"]) & set(row["by"])
    }
    return bool(ended) and all(others & set(clock["stops"]) for clock in ended)


def sources(make: Make) -> Make:
    """Slips of where a step can be taken, if that is no choice."""

    def made(row: Row, data: Data) -> Made:
        choice = is_a_note(row, data) or is_one_of_several(row, data)
        yield from () if choice else make(row, data)

    return made


def only_way_up(row: Row, data: Data) -> set[str]:
    """The states of a way up that name no remedy elsewhere besides: one of two ways up is not missed, and
    `cut_every_way_up` cuts both."""
    return {state["id"] for state in data["state"] if not (row.get("up") and "remedy" in state)}


def drop_from(row: Row, data: Data) -> Made:
    for index, one in enumerate(row["from"]):
        if one not in _ids(data, "state") or one in only_way_up(row, data):
            yield one, [{**row, "from": [*row["from"][:index], *row["from"][index + 1 :]]}]


def swap_from(row: Row, data: Data) -> Made:
    states = _ids(data, "state")
    for index, one in enumerate(row["from"]):
        if one in only_way_up(row, data):
            changed = [*row["from"][:index], _other(states, one), *row["from"][index + 1 :]]
            yield one, [{**row, "from": list(dict.fromkeys(changed))}]


def swap_by(row: Row, _: Data) -> Made:
    """Give a step to the same role in another office, unless that office takes it too."""
    offices = {one.partition("@")[2] for one in row["by"]}
    for index, one in enumerate(row["by"]):
        role, at, relation = one.partition("@")
        other = "handler" if relation == "bureau" else "bureau"
        if at and other not in offices:
            yield one, [{**row, "by": [*row["by"][:index], f"{role}@{other}", *row["by"][index + 1 :]]}]


def swap_owner(row: Row, _: Data) -> Made:
    if row["owner"] in OWNERS:
        for other in ("bureau", "handler"):
            if other != row["owner"]:
                yield f"{row['owner']} to {other}", [{**row, "owner": other}]


def retarget_detour(row: Row, data: Data) -> Made:
    for index, one in enumerate(row.get("detours", ())):
        to = {**one, "to": _other(_ids(data, "state"), one["to"])}
        yield one["to"], [{**row, "detours": [*row["detours"][:index], to, *row["detours"][index + 1 :]]}]


def in_guards(change: Callable[[Row], Iterator[tuple[str, Row]]]) -> Make:
    def make(row: Row, _: Data) -> Made:
        for index, guard in enumerate(row.get("guard", ())):
            for what, changed in change(guard):
                guards = [*row["guard"][:index], changed, *row["guard"][index + 1 :]]
                yield f"guard {index} {what}", [{**row, "guard": guards}]

    return make


def drop_stage(row: Row, _: Data) -> Made:
    """Whoever makes a paper and does not say so decides first: saying it is no more than clear."""
    if row.get("decides") and not (row["decides"] == "first" and row.get("part") in MAKING):
        yield row["decides"], [{k: v for k, v in row.items() if k != "decides"}]


def widen_guard(guard: Row) -> Iterator[tuple[str, Row]]:
    for key in ("at_most", "days", "number"):
        if key in guard:
            yield f"{key} {guard[key]}", {**guard, key: guard[key] * 3}


def shorten_guard(guard: Row) -> Iterator[tuple[str, Row]]:
    """Drop one of the steps, purposes or offices that a guard names; not one of many that an officer took,
    any other of which gives the officer away."""
    for key in ("needs", "never_after", "not_purpose", "office_not", "settled_by"):
        for one in guard.get(key, ()) if isinstance(guard.get(key), list) else ():
            if len(guard[key]) > 1:
                yield f"{key} {one}", {**guard, key: [o for o in guard[key] if o != one]}


def unbound_guard(guard: Row) -> Iterator[tuple[str, Row]]:
    """A count that begins anew with the step itself, or with registration, counts nothing."""
    if "at_most" in guard and "since" in guard:
        yield "since", {k: v for k, v in guard.items() if k != "since"}


def in_fields(change: Callable[[Row, Row], Iterator[tuple[str, Row]]]) -> Make:
    def make(row: Row, _: Data) -> Made:
        for index, field in enumerate(row.get("field", ())):
            for what, changed in change(field, row):
                fields = [*row["field"][:index], changed, *row["field"][index + 1 :]]
                yield f"{field['id']} {what}".strip(), [{**row, "field": fields}]

    return make


def reason_without_article(field: Row, row: Row) -> Iterator[tuple[str, Row]]:
    if not row.get("refusal") or field["kind"] != "choice" or not field.get("required"):
        return
    for index, choice in enumerate(field.get("choices", ())):
        bare = {k: v for k, v in choice.items() if k != "article"}
        yield (
            choice["id"],
            {**field, "choices": [*field["choices"][:index], bare, *field["choices"][index + 1 :]]},
        )


def reason_not_required(field: Row, row: Row) -> Iterator[tuple[str, Row]]:
    if row.get("refusal") and field["kind"] == "choice" and field.get("required"):
        yield "", {**field, "required": False}


def office_not_required(field: Row, row: Row) -> Iterator[tuple[str, Row]]:
    named = {name for fields in row.get("sets", {}).values() for name in fields}
    if field["kind"] == "office" and field.get("required") and field["id"] in named:
        yield "", {**field, "required": False}


def office_not_above(field: Row, _: Row) -> Iterator[tuple[str, Row]]:
    if str(field.get("derive", "")).startswith("above:"):
        yield field["derive"], {k: v for k, v in field.items() if k != "derive"}


def more_days(field: Row, row: Row) -> Iterator[tuple[str, Row]]:
    if field["kind"] == "number" and "max" in field and row.get("part") == "extend":
        yield "", {**field, "max": field["max"] * 3}


def drop_attribute(key: str) -> Make:
    """Drop one office that a step names, or clears."""

    def make(row: Row, _: Data) -> Made:
        for one in row.get(key, ()):
            if one in (*OWNERS, "joint", "respondents", "purpose"):
                value = row[key]
                less = (
                    {k: v for k, v in value.items() if k != one}
                    if isinstance(value, dict)
                    else [v for v in value if v != one]
                )
                yield one, [{**row, key: less}]

    return make


def drop_part(*parts: str) -> Make:
    def make(row: Row, _: Data) -> Made:
        if row.get("part") in parts:
            yield row["part"], [{k: v for k, v in row.items() if k != "part"}]

    return make


def flip(key: str) -> Make:
    def make(row: Row, _: Data) -> Made:
        yield "", [{**row, key: not row.get(key, False)}]

    return make


def longer(row: Row, _: Data) -> Made:
    if row.get("length", 0) > 0 and not row.get("local"):
        yield str(row["length"]), [{**row, "length": row["length"] * 2}]


def in_starts(row: Row, _: Data) -> Made:
    for index, one in enumerate(row.get("starts", ())):
        if "due" in one:
            less = {k: v for k, v in one.items() if k != "due"}
            yield (
                one["step"],
                [{**row, "starts": [*row["starts"][:index], less, *row["starts"][index + 1 :]]}],
            )


MAKERS: Mapping[str, Mapping[str, Make]] = {
    "state": {
        "drop a state": drop_row,
        "swap the owner of a state": swap_owner,
        "drop a clock of a state": drop_each("clocks"),
        "drop the reason for no clock": drop_key("unclocked"),
        "drop a remedy": drop_key("remedy"),
        "drop a remedy's deadline": drop_key("remedy_deadline"),
        "flip final": flip("final"),
    },
    "step": {
        "drop a step": but_notes(drop_row),
        "drop a guard": but_notes(drop_each("guard")),
        "widen a guard": but_notes(in_guards(widen_guard)),
        "shorten a guard": but_notes(in_guards(shorten_guard)),
        "count for ever": but_notes(in_guards(unbound_guard)),
        "swap by": but_notes(swap_by),
        "take from an office": but_notes(take_from),
        "swap to": swap_state("to"),
        "drop to": drop_key("to"),
        "swap from": sources(swap_from),
        "drop a from": sources(drop_from),
        "drop back_to": drop_key("back_to"),
        "drop a detour": drop_each("detours"),
        "swap a detour": retarget_detour,
        "drop up": drop_key("up"),
        "drop a stage": drop_stage,
        "drop refusal": drop_key("refusal"),
        "drop an article of a reason": in_fields(reason_without_article),
        "do not require a reason": in_fields(reason_not_required),
        "do not require an office": in_fields(office_not_required),
        "ask for the office above": in_fields(office_not_above),
        "grant more days": in_fields(more_days),
        "forget to name an office": drop_attribute("sets"),
        "forget to clear an office": drop_attribute("clears"),
        "drop the article": drop_key("article"),
        "drop what serves": drop_part("serve"),
        "drop what refuses": drop_part("refuse", "redirect"),
    },
    "clock": {
        "drop a clock": drop_row,
        "drop a start": drop_each("starts"),
        "drop a named last day": in_starts,
        "drop a stop": drop_each("stops"),
        "drop the shadow": drop_key("shadow_of"),
        "drop the extension": drop_key("extends"),
        "double a length": longer,
        "swap the owner of a clock": swap_owner,
        "flip right": flip("right"),
    },
}
