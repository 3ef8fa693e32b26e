"""Cases as rows: what each column of a sheet shows of a case, and of what was recorded in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from huiyin.casework import bulk, law
from huiyin.casework.bulk import Held
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import may
from huiyin.casework.records import Past
from huiyin.ledger.facts import Fact
from huiyin.offices import tree
from huiyin.procedure import Actor, Book, Field, Step, Text
from huiyin.sheets.cells import Value
from huiyin.sheets.layout import Act, Column, Layout

YES, NO = Text("是", "yes"), Text("否", "no")
FIRST, REPEAT = Text("初件", "first"), Text("重件", "repeat")
# All that a sheet says of a sealed filing, and of one whose words are not for whoever makes the sheet.
OUTSIDE = frozenset({"number", "source_number", "received_on", "registered_at", "channel", "bureau"})
# Which of an answer's fields says most; the first that there is.
ANSWERS = ("handling", "answer", "explanation", "reasons", "facts")


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included; None where it has no end."""

    first: date | None = None
    last: date | None = None


ALWAYS = Period()


@dataclass(frozen=True)
class Record:
    """One row: the case, the fact that tells it from others of the case (0: none), and what was recorded."""

    case: str
    number: str
    entry: int
    seq: int
    values: tuple[Value, ...]
    recorded: Mapping[str, Past] = field(default_factory=dict)


@dataclass
class Names:
    """What codes are called, looked up once for a whole sheet; and the codes of what people call things."""

    language: str

    @cached_property
    def offices(self) -> dict[str, str]:
        return {office.code: office.name_in(self.language) for office in tree.offices()}

    @cached_property
    def places(self) -> dict[str, str]:
        return {place.code: place.name_in(self.language) for place in tree.places()}

    @cached_property
    def officers(self) -> dict[str, str]:
        return {login: name for login, _, name in tree.officer_names()}

    @cached_property
    def posts(self) -> dict[str, str]:
        found = tree.officers(set(self.officers))
        return {officer.login: officer.post_in(self.language) for officer in found}

    def of(self, kind: str) -> dict[str, str]:
        known: dict[str, dict[str, str]] = {
            "office": self.offices,
            "officer": self.officers,
            "place": self.places,
        }
        return known[kind]

    @cached_property
    def _codes(self) -> dict[str, dict[str, str]]:
        return {}

    def code(self, kind: str, said: str) -> str:
        """The code of what is written; "" where nothing, or more than one thing, is called so."""
        if kind not in self._codes:
            codes: dict[str, str] = {}
            names = [*self.of(kind).items(), *self._other_names(kind)]
            for code, name in names:
                codes[name] = code if codes.get(name, code) == code else ""
            self._codes[kind] = {**codes, **{code: code for code in self.of(kind)}}
        return self._codes[kind].get(said.strip(), "")

    def _other_names(self, kind: str) -> list[tuple[str, str]]:
        if kind == "office":
            return [(o.code, name) for o in tree.offices() for name in {o.name_zh, o.name_en}]
        if kind == "place":
            return [(p.code, name) for p in tree.places() for name in {p.name_zh, p.name_en}]
        return []


class Rows:
    """Turns cases into the rows of one sheet, for one reader."""

    def __init__(self, layout: Layout, actor: Actor, names: Names, today: date) -> None:
        self.layout, self.actor, self.names, self.today = layout, actor, names, today
        self.matters: dict[str, str] = {}
        self._show = [_SOURCES[column.source] for column in layout.columns]

    def batch(self, held: Sequence[Held]) -> Iterator[Record]:
        """The rows of some cases, in their order."""
        matters = {one.row.repeat_of for one in held if one.row.repeat_of}
        found = CaseRow.objects.in_bulk(matters)
        # That a matter was brought before is a column; under which number, only who may read that one hears.
        self.matters = {row.pk: row.number for row in found.values() if may(self.actor, "sheet.words", row)}
        for one in held:
            yield from self.of(one)

    def of(self, held: Held) -> Iterator[Record]:
        main = self.layout.acts.get(self.layout.main)
        if main is None:
            yield self._record(held, 0, self._recorded(held.facts, 0, len(held.facts) + 1))
            return
        starts = [fact.seq for fact in held.facts if fact.kind == main.fact]
        if not starts and self.layout.rows in ("cases", "open", "answered"):
            yield self._record(held, 0, {})
        for start, end in zip(starts, [*starts[1:], held.seq + 1], strict=bool(starts)):
            yield self._record(held, start, self._recorded(held.facts, start, end))

    def blank(self, held: Held) -> Record:
        """The case as a row in which nothing is recorded yet."""
        return self._record(held, 0, {})

    def _recorded(self, facts: Sequence[Past], start: int, end: int) -> dict[str, Past]:
        """The newest fact of each act from position `start` up to, not including, `end`."""
        acts = {act.fact: act.id for act in self.layout.acts.values()}
        return {acts[fact.kind]: fact for fact in facts if fact.kind in acts and start <= fact.seq < end}

    def _record(self, held: Held, entry: int, recorded: dict[str, Past]) -> Record:
        at = _At(held, recorded, self)
        values = tuple(
            show(at, column) if held.open or column.source in OUTSIDE else None
            for show, column in zip(self._show, self.layout.columns, strict=True)
        )
        return Record(held.row.case_id, held.row.number, entry, held.seq, values, recorded)


@dataclass(frozen=True)
class _At:
    """Where a cell is: the case, and what this row has recorded."""

    held: Held
    recorded: Mapping[str, Past]
    rows: Rows

    @property
    def row(self) -> CaseRow:
        return self.held.row

    @property
    def first(self) -> Past:
        return self.held.facts[0]

    @property
    def names(self) -> Names:
        return self.rows.names

    @property
    def book(self) -> Book:
        return law.book(self.row.book)

    def title(self, titles: Mapping[str, Text], code: str) -> str:
        return titles[code].get(self.names.language) if code in titles else code

    def flag(self, value: bool) -> str:
        return (YES if value else NO).get(self.names.language)

    def text(self, name: str) -> Any:
        return self.held.texts.get(1, {}).get(name)

    @cached_property
    def answer(self) -> tuple[Past, date | None] | None:
        return self.held.answer()


def _of_row(name: str) -> Callable[[_At, Column], Value]:

    def show(at: _At, _: Column) -> Value:
        value: Value = getattr(at.row, name)
        return value or None

    return show


def _listed(name: str) -> Callable[[_At, Column], Value]:
    """The title of a code from a list of the case's book."""
    return lambda at, column: at.title(at.book.lists[column.list], getattr(at.row, name)) or None


def _act_value(at: _At, column: Column) -> Value:
    fact = at.recorded.get(column.act)
    if fact is None:
        return None
    step = law.book(fact.book).steps.get(fact.step)
    known = step.field(column.field) if step else None
    if known is None:
        return None
    value = at.held.texts.get(fact.seq, {}).get(known.id) if known.sealed else fact.values.get(known.id)
    return _shown(value, known, at.names)


def _shown(value: Any, known: Field, names: Names) -> Value:
    if value in (None, ""):
        return None
    if known.kind == "date":
        return date.fromisoformat(str(value))
    if known.kind == "number":
        return int(value)
    if known.kind in ("office", "officer", "place"):
        return names.of(known.kind).get(value, str(value))
    titles = {choice.id: choice.title.get(names.language) for choice in known.choices}
    many = value if isinstance(value, list | tuple) else [value]
    if known.kind in ("choice", "outcomes"):
        return "；".join(titles.get(str(one), str(one)) for one in many)
    return str(value)


def _acted_on(at: _At, column: Column) -> Value:
    fact = at.recorded.get(column.act)
    return law.day_of(fact.at) if fact else None


def _acted_by(at: _At, column: Column) -> Value:
    fact = at.recorded.get(column.act)
    return at.names.officers.get(fact.actor.ref) if fact else None


def _acting_office(at: _At, column: Column) -> Value:
    fact = at.recorded.get(column.act)
    return at.names.offices.get(fact.actor.office) if fact else None


def _answer(at: _At, _: Column) -> Value:
    if at.answer is None:
        return None
    texts = at.held.texts.get(at.answer[0].seq, {})
    return next((texts[name] for name in ANSWERS if texts.get(name)), None)


def _answered_on(at: _At, _: Column) -> Value:
    return at.answer[1] if at.answer else None


def _rating(at: _At, _: Column) -> Value:
    return at.title(at.book.ratings, at.row.rating) or None


def _respondents(at: _At, _: Column) -> Value:
    codes = [code for code in at.row.respondents.strip(",").split(",") if code and not code.startswith("@")]
    return "、".join(at.names.offices.get(code, code) for code in codes) or None


def _sponsor_post(at: _At, _: Column) -> Value:
    fact = at.recorded.get("sponsor")
    return at.names.posts.get(str(fact.values.get("leader", ""))) if fact else None


def _requests(at: _At, _: Column) -> Value:
    asked = at.text("requests") or ()
    return "\n".join(asked) or None


def _days_open(at: _At, _: Column) -> Value:
    return None if at.row.ended else (at.rows.today - at.row.received_on).days


_SOURCES: Mapping[str, Callable[[_At, Column], Value]] = {
    "number": _of_row("number"),
    "source_number": _of_row("source_number"),
    "received_on": _of_row("received_on"),
    "due": _of_row("due"),
    "registered_at": lambda at, _: at.row.registered_at.astimezone(law.ZONE).replace(
        tzinfo=None, second=0, microsecond=0
    ),
    "channel": _listed("channel"),
    "purpose": _listed("purpose"),
    "category": _listed("category"),
    "sealed": lambda _, __: None,
    "people": lambda at, _: at.first.values.get("people") or None,
    "repeat": lambda at, _: (REPEAT if at.row.repeat_of else FIRST).get(at.names.language),
    "repeat_of": lambda at, _: at.rows.matters.get(at.row.repeat_of),
    "respondents": _respondents,
    "place": lambda at, _: at.names.places.get(at.row.place),
    "title": lambda at, _: at.text("title") or None,
    "body": lambda at, _: at.held.body or None,
    "requests": _requests,
    "papers": lambda at, _: at.held.papers or None,
    "registrar": lambda at, _: at.names.officers.get(at.first.actor.ref),
    "bureau": lambda at, _: at.names.offices.get(at.row.bureau),
    "handler": lambda at, _: at.names.offices.get(at.row.handler),
    "state": lambda at, _: at.book.states[at.row.state].title.get(at.names.language),
    "ended": lambda at, _: at.flag(at.row.ended),
    "anonymous": lambda at, _: at.flag(at.row.anonymous),
    "keep_name": lambda at, _: at.flag(at.row.keep_name),
    "called_back": lambda at, _: at.flag(any(f.kind == "petitioner.called_back.1" for f in at.held.facts)),
    "answer": _answer,
    "answered_on": _answered_on,
    "rating": _rating,
    "days_open": _days_open,
    "sponsor_post": _sponsor_post,
    "act": _act_value,
    "acted_on": _acted_on,
    "acted_by": _acted_by,
    "acting_office": _acting_office,
}


# --- which cases --------------------------------------------------------------------------------------


def chosen(layout: Layout, actor: Actor, office: str, period: Period) -> QuerySet[CaseRow]:
    """The cases of a sheet, in its order."""
    rows = bulk.cases(actor, office)
    first, last = period.first, period.last
    if layout.rows == "open":
        rows = rows.filter(ended=False)
    if layout.rows == "answered":
        rows = rows.filter(answered_at__isnull=False)
    if layout.period == "received_on":
        rows = rows.filter(received_on__gte=first) if first else rows
        rows = rows.filter(received_on__lte=last) if last else rows
    elif layout.period == "answered_on":
        rows = rows.filter(answered_at__gte=_midnight(first)) if first else rows
        rows = rows.filter(answered_at__lt=_midnight(last + timedelta(days=1))) if last else rows
    else:
        rows = rows.filter(case_id__in=_recorded_in(layout.acts[layout.main], period))
    return rows.order_by("received_on", "number")


def _recorded_in(act: Act, period: Period) -> QuerySet[Fact, str]:
    facts = Fact.objects.filter(kind=act.fact)
    if period.first:
        facts = facts.filter(recorded_at__gte=_midnight(period.first))
    if period.last:
        facts = facts.filter(recorded_at__lt=_midnight(period.last + timedelta(days=1)))
    return facts.values_list("case_id", flat=True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), law.ZONE)


def records(
    layout: Layout, actor: Actor, office: str, period: Period, names: Names, today: date
) -> Iterator[Record]:
    """Every row of a sheet, some hundred cases in memory at a time."""
    rows = Rows(layout, actor, names, today)
    stream = chosen(layout, actor, office, period).iterator(bulk.BATCH)
    while batch := list(islice(stream, bulk.BATCH)):
        made = rows.batch(list(bulk.held(batch, actor, layout.kinds)))
        if layout.main and layout.period == "fact":
            made = (record for record in made if _within(record, layout, period))
        yield from made


def _within(record: Record, layout: Layout, period: Period) -> bool:
    day = law.day_of(record.recorded[layout.main].at)
    return (not period.first or day >= period.first) and (not period.last or day <= period.last)


def step_of(act: Act, book: Book) -> Step | None:
    """The step of this book that records the act."""
    return next((step for step in book.steps.values() if step.fact == act.fact), None)
