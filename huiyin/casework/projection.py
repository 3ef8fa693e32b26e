"""Facts to case tables, and the proof that the tables hold nothing else.

`project` is a pure reading of a case's facts; `write` lays it over the tables. `rebuild` does both
for every case and reports what differed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Any

from django.db import connection, models

from huiyin.casework import law
from huiyin.casework.models import (
    NO_DATE,
    BodyRow,
    CaseRow,
    CodeRequest,
    CodeRow,
    IdentityRequest,
    Release,
    Series,
)
from huiyin.casework.records import ERASED, Past, past, unseal
from huiyin.intake.words import normalise
from huiyin.ledger.facts import Fact
from huiyin.procedure import Case, Running, replay, running
from huiyin.vault import keys as vault_keys
from huiyin.vault.keys import CaseKey
from huiyin.vault.master import mac

FIRST = ("petition.filed.1", "petition.imported.1")
OFFICE_OWNERS = ("bureau", "handler")


@dataclass(frozen=True)
class Projection:
    """What one case's facts leave in the tables, without anything that needs the key."""

    case: CaseRow
    codes: list[CodeRow]
    identity: list[IdentityRequest]
    code_requests: list[CodeRequest]


def case_of(facts: Sequence[Past]) -> Case:
    """The case as its procedure sees it: only steps of the book move it."""
    return replay(law.book(facts[0].book), [fact.event() for fact in facts if fact.step])


def project(facts: Sequence[Past]) -> Projection:
    """All rows of one case from its facts, oldest first."""
    return Projection(_case_row(facts), _codes(facts), _identity(facts), _code_requests(facts))


def _case_row(facts: Sequence[Past]) -> CaseRow:
    first, case = facts[0], case_of(facts)
    state = case.book.states[case.state]
    nearest = _nearest(case)
    imported = first.kind == "petition.imported.1"
    return CaseRow(
        case_id=first.case,
        number=first.values["number"],
        source_number=first.values.get("source_number", ""),
        book=first.book,
        state=case.state,
        final=state.final,
        bureau=case.bureau,
        handler=case.handler,
        owner_office={"bureau": case.bureau, "handler": case.handler}.get(state.owner, ""),
        channel=first.values["channel"],
        category=first.values.get("category", ""),
        purpose=first.values["purpose"],
        place=first.values.get("place", ""),
        requests=case.requests,
        keep_name=bool(first.values.get("keep_name")),
        anonymous=not first.values.get("person"),
        withheld=bool(first.values.get("sealed_filing")),
        respondents=_respondents(first),
        received_on=law.day_of(_filed_at(first)),
        registered_at=first.at,
        filed_at=_filed_at(first),
        answered_at=_answered_at(facts),
        due=nearest.count.due if nearest else None,
        due_order=nearest.count.due if nearest and nearest.clock.owner in OFFICE_OWNERS else NO_DATE,
        due_clock=nearest.clock.id if nearest else "",
        imported=imported,
        taken_up=imported and not case.state.startswith("imported_"),
        repeat_of=first.values.get("repeat_of", ""),
        rating=_last(facts, "rate", "rating"),
        erased=facts[-1].kind == ERASED,
        seq=facts[-1].seq,
    )


def _nearest(case: Case) -> Running | None:
    """The duty that is due first; where no office owes anything, the petitioner's own window.

    An office's right that lapses (to object to a transfer) is nobody's lateness and never counts.
    """
    clocks = running(case, law.calendar())
    clocks = tuple(r for r in clocks if r.clock.owner not in OFFICE_OWNERS or not r.clock.right)
    ranked = sorted(clocks, key=lambda r: (r.clock.owner not in OFFICE_OWNERS, r.count.due))
    return ranked[0] if ranked else None


def _respondents(first: Past) -> str:
    officers = (f"@{login}" for login in first.values.get("respondent_officers", []))
    named = [*first.values.get("respondents", []), *officers]
    return f",{','.join(named)}," if named else ""


def _filed_at(first: Past) -> datetime:
    """When the letter was written (imported: what the sheet claims) or received."""
    if claimed := first.values.get("occurred_at"):
        return datetime.fromisoformat(claimed)
    received = datetime.fromisoformat(first.values["received_on"]).date()
    if received == law.day_of(first.at):
        return first.at
    return datetime.combine(received, time(), law.ZONE)


def _answered_at(facts: Sequence[Past]) -> datetime | None:
    """When the first answer reached the petitioner; for imports, what the sheet claims."""
    for fact in facts:
        if fact.kind == "answer.imported.1":
            return datetime.fromisoformat(fact.values["occurred_at"])
        if fact.step == "serve":
            served = datetime.fromisoformat(fact.values["served_on"]).date()
            return min(fact.at, datetime.combine(served + timedelta(days=1), time(), law.ZONE))
    return None


def _last(facts: Sequence[Past], step: str, value: str) -> str:
    found = [fact.values.get(value, "") for fact in facts if fact.step == step]
    return str(found[-1]) if found else ""


def _codes(facts: Sequence[Past]) -> list[CodeRow]:
    macs = [bytes.fromhex(fact.values["code_mac"]) for fact in facts if fact.values.get("code_mac")]
    case = facts[0].case
    erased = facts[-1].kind == ERASED
    return [CodeRow(mac=m, case_id=case, live=m == macs[-1] and not erased) for m in macs]


def _identity(facts: Sequence[Past]) -> list[IdentityRequest]:
    decided = {
        fact.values["request"]: fact.kind.split(".")[1]
        for fact in facts
        if fact.kind in ("identity.approved.1", "identity.declined.1")
    }
    return [
        IdentityRequest(
            fact_id=fact.fact_id,
            case_id=fact.case,
            officer=fact.actor.ref,
            office=fact.actor.office,
            purpose=fact.values["purpose"],
            asked_at=fact.at,
            decision=decided.get(fact.seq, ""),
        )
        for fact in facts
        if fact.kind == "identity.requested.1"
    ]


def _code_requests(facts: Sequence[Past]) -> list[CodeRequest]:
    done = {fact.values["request"] for fact in facts if fact.kind == "code.replaced.1"}
    return [
        CodeRequest(
            fact_id=fact.fact_id,
            case_id=fact.case,
            officer=fact.actor.ref,
            office=fact.actor.office,
            asked_at=fact.at,
            done=fact.seq in done,
        )
        for fact in facts
        if fact.kind == "code.requested.1"
    ]


def write(made: Projection) -> None:
    """Lay a projection over the tables, inside the transaction that appended the fact."""
    made.case.save(force_update=True)
    _upsert(made.codes, ["live"])
    _upsert(made.identity, ["decision"])
    _upsert(made.code_requests, ["done"])


def write_new(many: Sequence[Projection]) -> None:
    """First projections of new cases: one, or the many of an import."""
    insert([made.case for made in many])
    insert([code for made in many for code in made.codes])


def insert(rows: Sequence[models.Model]) -> None:
    """Plain INSERTs of new rows of one table: every registration makes four, and the ORM's way to the
    same statement costs more than the statement."""
    if not rows:
        return
    statement, fields = _insertion(type(rows[0]))
    values = [[prepare(getattr(row, name)) for name, prepare in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


@cache
def _insertion(model: type[models.Model]) -> tuple[str, list[tuple[str, Callable[[Any], Any]]]]:
    """The statement, and for each column the attribute and how the database wants its value."""
    fields = model._meta.concrete_fields
    columns = ", ".join(str(f.column) for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})"
    return statement, [(f.attname, partial(f.get_db_prep_save, connection=connection)) for f in fields]


def _upsert(rows: Sequence[models.Model], fields: list[str]) -> None:
    if not rows:
        return
    model = type(rows[0])
    model._default_manager.bulk_create(
        rows, update_conflicts=True, update_fields=fields, unique_fields=[model._meta.pk.name]
    )


def body_mac(body: str) -> bytes:
    """Keyed digest by which the same body is known again."""
    return mac("body", normalise(body).encode())


def series_key(office: str, year: int) -> str:
    return f"{office}/{year}"


def release_row(fact: Past, texts: dict[str, Any]) -> Release:
    return Release(
        fact_id=fact.fact_id,
        case_id=fact.case,
        title=texts["title"],
        question=texts["question"],
        answer=texts["answer"],
        category=fact.values["category"],
        office=fact.values["office"],
        released_on=law.day_of(fact.at),
    )


# --- rebuild ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A row that is not what the facts say: its table, key and the columns that differ."""

    table: str
    key: str
    columns: tuple[str, ...]


def rebuild(*, check: bool, progress: Callable[[int], None] | None = None) -> Iterator[Difference]:
    """Recreate every projection from facts; yield each difference. `check` changes nothing."""
    seen: dict[type[models.Model], set[Any]] = {model: set() for model in _TABLES}
    series: dict[str, int] = {}
    for done, facts in enumerate(_cases(), 1):
        for row in _rows(facts):
            seen[type(row)].add(_plain(row.pk))
            yield from _compare(row, check)
        _count_number(series, facts[0])
        if progress:
            progress(done)
    for key, last in series.items():
        seen[Series].add(key)
        yield from _compare(Series(key=key, last=last), check)
    yield from _strays(seen, check)


_TABLES: tuple[type[models.Model], ...] = (
    CaseRow,
    CodeRow,
    BodyRow,
    IdentityRequest,
    CodeRequest,
    Release,
    Series,
)


def _cases() -> Iterator[list[Fact]]:
    """Facts grouped by case. Ordered by case in the database: memory holds one case at a time."""
    ordered = Fact.objects.exclude(case_id="").order_by("case_id", "seq").iterator(2000)
    for _, facts in groupby(ordered, key=lambda fact: fact.case_id):
        yield list(facts)


def _rows(facts: list[Fact]) -> Iterator[models.Model]:
    clear = [past(fact) for fact in facts]
    made = project(clear)
    yield from (made.case, *made.codes, *made.identity, *made.code_requests)
    try:
        key = vault_keys.open_key(clear[0].case)
    except vault_keys.Erased:
        return
    yield from rows_of_words(facts, clear, key)


def rows_of_words(facts: Sequence[Fact], clear: Sequence[Past], key: CaseKey) -> Iterator[models.Model]:
    """The rows that hold something derived from words, which live no longer than the key."""
    gone = {fact.values["release"] for fact in clear if fact.kind == "answer.unreleased.1"}
    for fact, seen in zip(facts, clear, strict=True):
        if seen.kind in FIRST:
            yield BodyRow(case_id=seen.case, mac=body_mac(unseal(fact, key).words))
        elif seen.kind == "answer.released.1" and seen.seq not in gone:
            yield release_row(seen, unseal(fact, key).texts())


def _count_number(series: dict[str, int], first: Fact) -> None:
    values = past(first).values
    key, last = values["series"], values["series_no"]
    series[key] = max(series.get(key, 0), last)


def _compare(row: models.Model, check: bool) -> Iterator[Difference]:
    model = type(row)
    stored = model._default_manager.filter(pk=row.pk).first()
    wrong = ["(missing)"] if stored is None else _columns_that_differ(row, stored)
    if not wrong:
        return
    yield Difference(model._meta.db_table, _plain(row.pk), tuple(wrong))
    if not check:
        row.save(force_insert=stored is None)


def _columns_that_differ(row: models.Model, stored: models.Model) -> list[str]:
    names = [f.attname for f in row._meta.concrete_fields]
    return [n for n in names if _plain(getattr(row, n)) != _plain(getattr(stored, n))]


def _strays(seen: dict[type[models.Model], set[Any]], check: bool) -> Iterator[Difference]:
    for model, keys in seen.items():
        for pk in model._default_manager.values_list("pk", flat=True).iterator(2000):
            if _plain(pk) not in keys:
                yield Difference(model._meta.db_table, str(_plain(pk)), ("(no fact)",))
                if not check:
                    model._default_manager.filter(pk=pk).delete()


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview | bytearray) else value
