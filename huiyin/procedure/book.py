"""Strict loading of books from TOML, each fault with its file and line.

A book is refused when it could let an office act without an article, leave a case without an owner, or
turn a person away for a reason that is not printed in the law.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from huiyin.procedure.reading import Document, Table, Text, TomlFault, collect
from huiyin.procedure.review import review
from huiyin.procedure.terms import (
    ARTICLE,
    ATTRIBUTES,
    CALENDARS,
    DERIVED,
    LISTS,
    OFFICE_RELATIONS,
    OWNERS,
    PARTS,
    RIGHTS,
    ROLES,
    STAGES,
    Book,
    BookFault,
    Choice,
    Clock,
    Condition,
    Detour,
    Exclusion,
    Extends,
    Field,
    Guard,
    Recusal,
    Start,
    State,
    Step,
    Who,
)

__all__ = ["Book", "BookFault", "list_books", "load_book", "path_of", "read_book"]

BOOKS = Path(__file__).parent / "books"
KINDS = (
    "text",
    "long_text",
    "choice",
    "office",
    "offices",
    "officers",
    "place",
    "date",
    "number",
    "outcomes",
    "flag",
    "officer",
    "clock",
)
UNITS = ("day", "working_day", "month", "per_case")
SEALED_KINDS = frozenset({"text", "long_text"})

_ID = re.compile(r"[a-z][a-z0-9_-]*")
_FACT = re.compile(r"[a-z_]+\.[a-z_]+\.[1-9][0-9]*")


def list_books(own: Path | None = None) -> tuple[str, ...]:
    """Names `id@version` of every book shipped, and of the county's in folder `own`; older versions first."""
    return tuple(sorted(_shelf(own), key=_order))


def load_book(id_or_path: str | Path, own: Path | None = None) -> Book:
    """The book `id@version`, the newest version of `id`, or the book in a file. `own`: the folder of the
    county's own books. Raises BookFault."""
    if isinstance(id_or_path, Path) or id_or_path.endswith(".toml"):
        return _load(Path(id_or_path))
    return _shipped(path_of(id_or_path, own))


def path_of(name: str, own: Path | None = None) -> Path:
    """The file of the book `id@version`, or of the newest version of `id`; BookFault if there is none."""
    shelf = _shelf(own)
    found = [n for n in shelf if name in (n, n.partition("@")[0])]
    if not found:
        raise BookFault(name, 1, f"no such book; there are: {', '.join(sorted(shelf))}")
    return shelf[max(found, key=_order)]


@cache
def _shelf(own: Path | None) -> dict[str, Path]:
    shelf: dict[str, Path] = {}
    for path in (*sorted(BOOKS.glob("*.toml")), *(sorted(own.glob("*.toml")) if own else ())):
        root = Document(path, BookFault).root()
        name = f"{root.string('id')}@{root.integer('version')}"
        if name in shelf:
            raise root.fault(f"“{name}” is also in {shelf[name].name}", "version")
        shelf[name] = path
    return shelf


@cache
def _shipped(path: Path) -> Book:
    return _load(path)


def _order(name: str) -> tuple[str, int]:
    book, _, version = name.partition("@")
    return book, int(version)


def _load(path: Path) -> Book:
    book, faults = read_book(path)
    if book is None:
        raise faults[0]
    return book


def read_book(path: Path) -> tuple[Book | None, list[BookFault]]:
    """The book, or every fault that could be found in one look; never both."""
    try:
        document = Document(path, BookFault)
    except BookFault as fault:
        return None, [fault]
    return read_document(document)


def read_document(document: Document) -> tuple[Book | None, list[BookFault]]:
    """The same of a file that was parsed already."""
    faults: list[TomlFault] = []
    book: Book | None = None
    try:
        book = _book(document, faults)
        if not faults:
            faults.extend(review(document, book))
            faults.extend(_longer_than_base(document, book))
    except BookFault as fault:
        faults.append(fault)
    return (None if faults else book), cast(list[BookFault], faults)


def _book(document: Document, faults: list[TomlFault]) -> Book:
    root = document.root()
    document.language = root.one_of("language", ("zh", "en"), "zh")
    counting = _counting(root)
    lists = _lists(root.table("lists"))
    laws = {t.string("name"): t for t in root.tables("law_names")}
    states = _keyed(root.tables("state"), _state, faults)
    steps = _keyed(root.tables("step"), partial(_step, lists=lists, states=states), faults)
    book = Book(
        id=_id(root),
        version=root.integer("version"),
        title=root.text("title"),
        law=root.text("law"),
        article=_article(root),
        digest=document.digest,
        recusal=_recusal(root.table("recusal")),
        laws={name: _law(table) for name, table in laws.items()},
        roles=_roles(root.table("roles")),
        lists={name: {c.id: c.title for c in choices} for name, choices in lists.items()},
        states=states,
        steps=steps,
        clocks=_keyed(root.tables("clock"), partial(_clock, counting=counting), faults),
        step_of={step.fact: step.id for step in steps.values()},
        language=document.language,
        zone=counting.zone,
        calendar=counting.calendar,
        roll=counting.roll,
        base=root.string("base", ""),
        sealed=frozenset(c.id for c in lists["purposes"] if c.sealed),
        rights=_rights(root.table("rights")) if "rights" in root else {},
    )
    root.end()
    return book


def _longer_than_base(document: Document, book: Book) -> Iterator[TomlFault]:
    """A county's own copy may shorten what the law gives, never lengthen it."""
    if not book.base:
        return
    given = load_book(book.base).clocks
    rows = cast(list[dict[str, object]], document.data["clock"])
    for index, clock in enumerate(book.clocks[str(row["id"]).strip()] for row in rows):
        law = given.get(clock.id)
        if law is None or law.local:
            continue
        if (clock.unit, clock.length) != (law.unit, min(clock.length, law.length)):
            message = f"clock “{clock.id}” is longer than, or counted unlike, the {law.length} of {book.base}"
            yield document.fault(("clock", index, "length"), message)


@dataclass(frozen=True)
class _Counting:
    calendar: str
    roll: bool
    zone: ZoneInfo


def _counting(root: Table) -> _Counting:
    zone = _zone(root)
    if "counting" not in root:
        return _Counting("china", True, zone)
    table = root.table("counting")
    found = _Counting(table.one_of("calendar", CALENDARS, "china"), table.flag("roll", True), zone)
    table.end()
    return found


def _rights(table: Table) -> dict[str, str]:
    found = {name: table.string(name) for name in RIGHTS if name in table}
    for name, article in found.items():
        if not _is_article(table, article):
            raise table.fault(f"“{name}” must be an article of a law in law_names", name)
    table.end()
    return found


def _zone(root: Table) -> ZoneInfo:
    name = root.string("zone", "Asia/Shanghai")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise root.fault(f"“{name}” is not a time zone such as Europe/London", "zone") from None


def _keyed(tables: Iterator[Table], read: Callable[[Table], Any], faults: list[TomlFault]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def one(table: Table) -> None:
        item = read(table)
        if item.id in found:
            raise table.fault(f"“{item.id}” is defined twice", "id")
        found[item.id] = item

    collect(tables, one, faults)
    return found


def _id(table: Table) -> str:
    value = table.string("id")
    if not _ID.fullmatch(value):
        raise table.fault(f"“{value}” is not an id: small letters, digits, _ and - only", "id")
    return value


def _article(table: Table, default: str | None = None) -> str:
    value = table.string("article", default)
    if value and not _is_article(table, value):
        wanted = "《信访工作条例》第二十二条第一款, or begin with the name of a law in law_names"
        raise table.fault(f"“article” must read like {wanted}", "article")
    return value


def _is_article(table: Table, article: str) -> bool:
    """《法》第…条, or an article of a law that is cited otherwise: its name, a space, and the place."""
    if ARTICLE.fullmatch(article):
        return True
    laws = cast(list[dict[str, object]], table.document.data.get("law_names", []))
    return any(article.startswith(f"{law.get('name')} ") for law in laws)


def _law(table: Table) -> Text:
    text = Text(table.string("name"), table.string("en", table.string("name")))
    table.end()
    return text


def _recusal(table: Table) -> Recusal:
    recusal = Recusal(_article(table), table.text("message"))
    table.end()
    return recusal


def _roles(table: Table) -> dict[str, Text]:
    roles = {role: table.text(role) for role in ROLES}
    table.end()
    return roles


def _lists(table: Table) -> dict[str, tuple[Choice, ...]]:
    lists = {name: _choices(table, name) for name in LISTS}
    table.end()
    return lists


def _choices(table: Table, key: str) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for row in table.tables(key):
        choice = Choice(_id(row), row.words(), _article(row, ""), row.flag("sealed", False))
        if choice.id in found:
            raise row.fault(f"“{choice.id}” is listed twice", "id")
        found[choice.id] = choice
        row.end()
    if not found:
        raise table.fault(f"“{key}” is empty", key)
    return tuple(found.values())


def _state(table: Table) -> State:
    return State(
        id=_id(table),
        title=table.text("title"),
        petitioner_text=table.text("petitioner_text"),
        owner=table.one_of("owner", (*OWNERS, "petitioner", "none")),
        clocks=table.strings("clocks", ()),
        unclocked=table.text_or_none("unclocked"),
        final=table.flag("final", False),
        remedy=table.text_or_none("remedy"),
        remedy_deadline=table.text_or_none("remedy_deadline"),
    )


def _clock(table: Table, counting: _Counting) -> Clock:
    unit = table.one_of("unit", UNITS)
    return Clock(
        id=_id(table),
        title=table.text("title"),
        length=0 if unit == "per_case" else _positive(table, "length"),
        unit=cast(Literal["day", "working_day", "month", "per_case"], unit),
        article=_article(table),
        owner=table.one_of("owner", (*OWNERS, "petitioner")),
        starts=tuple(_start(t) for t in table.tables("starts", default=True)),
        shadow_of=table.strings("shadow_of", ()),
        extends=_extends(table.table("extends")) if "extends" in table else None,
        excluded=_exclusion(table.table("excluded")) if "excluded" in table else None,
        stops=table.strings("stops", ()),
        breach=table.text("breach"),
        local=table.flag("local", False),
        right=table.flag("right", False),
        restarts=table.flag("restarts", True),
        roll=counting.roll,
        zone=counting.zone,
    )


def _positive(table: Table, key: str) -> int:
    value = table.integer(key)
    if value < 1:
        raise table.fault(f"“{key}” must be at least 1", key)
    return value


def _start(table: Table) -> Start:
    start = Start(table.string("step"), table.string("date", ""), table.string("due", ""))
    table.end()
    return start


def _exclusion(table: Table) -> Exclusion:
    found = Exclusion(
        table.string("step"), table.string("from"), table.string("to"), _positive(table, "most")
    )
    table.end()
    return found


def _extends(table: Table) -> Extends:
    extends = Extends(table.string("clock"), table.string("step"), table.string("field"))
    table.end()
    return extends


def _step(table: Table, lists: Mapping[str, tuple[Choice, ...]], states: Mapping[str, State]) -> Step:
    return Step(
        id=_id(table),
        title=table.text("title"),
        hint=table.text_or_none("hint"),
        from_=_from(table.strings("from"), states),
        to=table.string("to", ""),
        by=tuple(_who(table, i, name) for i, name in enumerate(table.strings("by"))),
        article=_article(table),
        fact=_fact(table),
        fields=_fields(table, lists),
        guards=tuple(_guard(t) for t in table.tables("guard", default=True)),
        detours=tuple(_detour(t) for t in table.tables("detours", default=True)),
        back_to=table.string("back_to", ""),
        clocks=table.strings("clocks", ()),
        sets=_sets(table),
        clears=table.strings("clears", ()),
        refusal=table.flag("refusal", False),
        part=table.one_of("part", PARTS) if "part" in table else "",
        up=table.one_of("up", OWNERS) if "up" in table else "",
        decides=table.one_of("decides", STAGES) if "decides" in table else "",
        notice=table.string("notice", ""),
        local=table.flag("local", False),
    )


def _from(names: tuple[str, ...], states: Mapping[str, State]) -> tuple[str, ...]:
    """The states named; `*` is every one, `open` every one that is not final, `final` the others."""
    groups = {
        "*": tuple(states),
        "open": tuple(s.id for s in states.values() if not s.final),
        "final": tuple(s.id for s in states.values() if s.final),
    }
    return tuple(dict.fromkeys(state for name in names for state in groups.get(name, (name,))))


def _who(table: Table, index: int, name: str) -> Who:
    role, at, relation = name.partition("@")
    if role not in ROLES:
        raise table.fault(f"unknown role “{role}”", "by", index)
    if at and relation not in OFFICE_RELATIONS:
        raise table.fault(f"unknown relation “{relation}”", "by", index)
    if not at and role not in ("petitioner", "system", "public"):
        raise table.fault(f"“{role}” needs a relation, such as {role}@handler", "by", index)
    return Who(role, relation or role)


def _fact(table: Table) -> str:
    value = table.string("fact")
    if not _FACT.fullmatch(value):
        raise table.fault("“fact” must read like case.accepted.1", "fact")
    return value


def _sets(table: Table) -> dict[str, tuple[str, ...]]:
    if "sets" not in table:
        return {}
    inner = table.table("sets")
    sets = {name: inner.strings(name) for name in ATTRIBUTES if name in inner}
    inner.end()
    return sets


def _detour(table: Table) -> Detour:
    detour = Detour(table.string("field"), table.string("to"), table.string("value", ""))
    table.end()
    return detour


def _fields(table: Table, lists: Mapping[str, tuple[Choice, ...]]) -> tuple[Field, ...]:
    found: dict[str, Field] = {}
    rows: list[tuple[Table, Field]] = []
    for row in table.tables("field", default=True):
        item = _field(row, lists)
        if item.id in found:
            raise row.fault(f"“{item.id}” is defined twice", "id")
        found[item.id] = item
        rows.append((row, item))
        row.end()
    for row, item in rows:
        _require_sense(row, "needed_if", item.needed_if, found)
        _require_sense(row, "only_if", item.only_if, found)
    return tuple(found.values())


def _condition(table: Table, key: str) -> Condition | None:
    if key not in table:
        return None
    inner = table.table(key)
    found = Condition(inner.string("field"), inner.strings("choices", ()), inner.integer_or_none("days_ago"))
    inner.end()
    return found


def _require_sense(row: Table, key: str, condition: Condition | None, fields: Mapping[str, Field]) -> None:
    """A condition speaks of a field of the same step, and of what that field can hold."""
    if condition is None:
        return
    other = fields.get(condition.field)
    if other is None:
        raise row.fault(f"this step has no field “{condition.field}”", key)
    if unknown := set(condition.choices) - {choice.id for choice in other.choices}:
        raise row.fault(f"“{other.id}” has no choice {', '.join(sorted(unknown))}", key)
    if condition.days_ago is not None and other.kind != "date":
        raise row.fault(f"“{other.id}” is no date", key)


def _field(table: Table, lists: Mapping[str, tuple[Choice, ...]]) -> Field:
    kind = table.string("kind")
    if kind not in KINDS:
        raise table.fault(f"unknown field kind “{kind}”; there are: {', '.join(KINDS)}", "kind")
    item = Field(
        id=_id(table),
        title=table.text("title"),
        help=table.text_or_none("help"),
        kind=kind,
        required=table.flag("required"),
        choices=_field_choices(table, kind, lists),
        min=table.integer_or_none("min"),
        max=table.integer_or_none("max"),
        sealed=kind in SEALED_KINDS,
        derive=table.one_of("derive", DERIVED) if "derive" in table else "",
        needed_if=_condition(table, "needed_if"),
        only_if=_condition(table, "only_if"),
    )
    if item.min is not None and item.max is not None and item.min > item.max:
        raise table.fault("“min” is greater than “max”", "min")
    return item


def _field_choices(table: Table, kind: str, lists: Mapping[str, tuple[Choice, ...]]) -> tuple[Choice, ...]:
    if kind not in ("choice", "outcomes"):
        return ()
    if "list" in table:
        return lists[table.one_of("list", LISTS)]
    return _choices(table, "choices")


# Every kind of guard and how its parameters are read. The engine has one check for each.
GUARDS: Mapping[str, Callable[[Table], dict[str, Any]]] = {
    "needs": lambda t: {"steps": t.strings("needs"), "others": t.strings("since", ())},
    "never_after": lambda t: {"steps": t.strings("never_after")},
    "at_most": lambda t: {"number": _positive(t, "at_most"), "others": t.strings("since", ())},
    "before": lambda t: {"clock": t.string("before")},
    "after": lambda t: {"clock": t.string("after")},
    "pending": lambda t: {"steps": t.one_or_more("pending"), "others": t.strings("settled_by")},
    "not_pending": lambda t: {"steps": t.one_or_more("not_pending"), "others": t.strings("settled_by")},
    "not_same_officer_as": lambda t: {"steps": t.strings("not_same_officer_as")},
    "not_respondent": lambda t: {"field": t.string("not_respondent")},
    "handler_not_respondent": lambda t: _switch(t, "handler_not_respondent"),
    "within_days_of": lambda t: {"steps": (t.string("within_days_of"),), "number": _positive(t, "days")},
    "not_before": lambda t: {"field": t.string("not_before"), "steps": (t.string("step"),)},
    "same_as": lambda t: {"other_field": t.string("same_as"), "field": t.string("field")},
    "not_purpose": lambda t: {"choices": t.strings("not_purpose")},
    "by_owner": lambda t: _switch(t, "by_owner"),
    "only_purpose": lambda t: {"choices": t.strings("only_purpose")},
    "office_not": lambda t: {"relations": _relations(t, "office_not"), "field": t.string("field", "")},
    "value_of": lambda t: {
        "steps": t.strings("value_of"),
        "other_field": t.string("field_there"),
        "choices": t.strings("choices"),
    },
    "not_same_as_before": lambda t: {
        "field": t.string("not_same_as_before"),
        "steps": t.strings("of"),
        "others": t.strings("redone"),
        "other_field": t.string("unless", ""),
    },
    "passed": lambda t: {"field": t.string("passed"), "other_field": t.string("date")},
    "channel_max": lambda t: {
        "choices": (t.string("channel_max"),),
        "field": t.string("field"),
        "number": _positive(t, "number"),
    },
    "needs_value": lambda t: {
        "field": t.string("needs_value"),
        "other_field": t.string("field"),
        "choices": t.strings("choices"),
    },
    "not_self": lambda t: {"field": t.string("not_self")},
    "imported_not": lambda t: _switch(t, "imported_not"),
    "choice_only_in": lambda t: {
        "states": t.strings("choice_only_in"),
        "field": t.string("field"),
        "choices": t.strings("choices"),
    },
}


def _relations(table: Table, key: str) -> tuple[str, ...]:
    names = table.strings(key)
    for index, name in enumerate(names):
        if name not in OFFICE_RELATIONS:
            raise table.fault(f"unknown relation “{name}”", key, index)
    return names


def _switch(table: Table, key: str) -> dict[str, Any]:
    if not table.flag(key):
        raise table.fault(f"“{key}” can only be true; leave the guard out instead", key)
    return {}


def _guard(table: Table) -> Guard:
    kinds = [kind for kind in GUARDS if kind in table]
    if len(kinds) != 1:
        raise table.fault(f"a guard has exactly one of: {', '.join(GUARDS)}")
    guard = Guard(kinds[0], _article(table), table.text("message"), **GUARDS[kinds[0]](table))
    table.end()
    return guard
