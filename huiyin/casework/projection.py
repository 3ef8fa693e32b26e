"""Facts to case tables, and the proof that the tables hold nothing else.

`project` is a pure reading of a case's facts; `write` lays it over the tables. `rebuild` does both
for every case and reports what differed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Any

from django.db import connection, models
from django.db.models import Q

from huiyin.casework import answering, law
from huiyin.casework.models import (
    NO_DATE,
    BodyRow,
    BookPin,
    BreachRow,
    CaseRow,
    CodeRequest,
    CodeRow,
    IdentityRequest,
    Listed,
    Release,
    Series,
    WorkingPaper,
)
from huiyin.casework.records import ERASED, STREAM, Past, past, unseal
from huiyin.intake.words import normalise
from huiyin.ledger.facts import Fact
from huiyin.procedure import Case, Running, breaches, evolve, running, start
from huiyin.procedure.terms import OFFICE_RELATIONS
from huiyin.vault import keys as vault_keys
from huiyin.vault.keys import CaseKey
from huiyin.vault.master import mac

FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Projection:
    """What one case's facts leave in the tables, without anything that needs the key."""

    case: CaseRow
    codes: list[CodeRow]
    identity: list[IdentityRequest]
    code_requests: list[CodeRequest]
    listed: list[Listed]
    breaches: list[BreachRow]


def case_of(facts: Sequence[Past]) -> Case:
    """The case as its procedure sees it: only steps of the book move it."""
    return list(course(facts))[-1][1]


def course(facts: Sequence[Past]) -> Iterator[tuple[Past, Case]]:
    """Each fact, and the case as it left it.

    A case that was migrated goes on under its new book from there. Whoever the petitioner named in a
    later step is complained of as if the registration had named them.
    """
    case = start(law.book(facts[0].book))
    for fact in facts:
        if fact.book != case.book.name:
            case = replace(case, book=law.book(fact.book))
        if fact.step:
            case = _with_named(evolve(case, fact.event()), fact)
        yield fact, case


def _with_named(case: Case, fact: Past) -> Case:
    officers, offices = fact.values.get("named_officers"), fact.values.get("named_offices")
    if not officers:
        return case
    return replace(
        case,
        respondent_officers=(*case.respondent_officers, *officers),
        respondents=(*case.respondents, *(offices or ())),
    )


def project(facts: Sequence[Past]) -> Projection:
    """All rows of one case from its facts, oldest first."""
    case = case_of(facts)
    duties = _duties(case)
    row = _case_row(facts, case, duties)
    listed = _listed(row, case, duties)
    return Projection(
        row, _codes(facts), _identity(facts), _code_requests(facts), listed, _breaches(facts, case)
    )


def _case_row(facts: Sequence[Past], case: Case, duties: Sequence[Running]) -> CaseRow:
    first, state = facts[0], case.book.states[case.state]
    nearest = duties[0] if duties else None
    owed = [r for r in duties if r.owner_office]
    imported = first.part == "import"
    return CaseRow(
        case_id=first.case,
        number=first.values["number"],
        source_number=first.values.get("source_number", ""),
        book=case.book.name,
        state=case.state,
        final=state.final,
        ended=state.final and not owed,
        bureau=case.bureau,
        handler=case.handler,
        joint=_between_commas(case.joint),
        reviewer=case.reviewer,
        rereviewer=case.rereviewer,
        discipline=case.discipline,
        addressee=case.addressee,
        owner_office=case.office(state.owner) or (owed[0].owner_office if owed else ""),
        channel=first.values["channel"],
        category=first.values.get("category", ""),
        purpose=first.values["purpose"],
        place=first.values.get("place", ""),
        requests=case.requests,
        keep_name=bool(first.values.get("keep_name")),
        anonymous=not first.values.get("person"),
        withheld=bool(first.values.get("sealed_filing")),
        respondents=_closed_to(case),
        received_on=law.day_of(_filed_at(first), case.book.zone),
        registered_at=first.at,
        filed_at=_filed_at(first),
        answered_at=_answered_at(facts, case),
        due=nearest.count.due if nearest else None,
        due_order=owed[0].count.due if owed else NO_DATE,
        due_clock=nearest.clock.id if nearest else "",
        breach_at=_breach_at(facts, case, duties),
        imported=imported,
        taken_up=imported and any(fact.part == "take_up" for fact in facts),
        repeat_of=repeat_of(facts),
        rating=_rating(facts),
        erased=facts[-1].kind == ERASED,
        seq=facts[-1].seq,
    )


def repeat_of(facts: Sequence[Past]) -> str:
    """The matter that this one repeats: known at registration, or found by the clerk right after; else ""."""
    return next((str(found) for fact in facts if (found := fact.values.get("repeat_of"))), "")


def _duties(case: Case) -> list[Running]:
    """What runs, the duty that is due first on top; where no office owes anything, the petitioner's window.

    An office's right that lapses (to object to a transfer) is nobody's lateness and never counts.
    """
    clocks = running(case, law.calendar(case.book))
    counted = (r for r in clocks if r.clock.owner == "petitioner" or (r.owner_office and not r.clock.right))
    return sorted(counted, key=lambda r: (not r.owner_office, r.count.due))


def _breach_at(facts: Sequence[Past], case: Case, duties: Sequence[Running]) -> datetime | None:
    """When the next duty passes of which no fact tells yet; None in a book whose system records none."""
    if not case.book.of_part("breach"):
        return None
    waiting: Sequence[Running] = [r for r in duties if r.owner_office]
    if any(fact.part == "breach" for fact in facts):
        waiting = breaches(case, FOR_EVER, law.calendar(case.book))
    ends = (datetime.combine(r.count.due + timedelta(days=1), time(), r.count.zone) for r in waiting)
    return min(ends, default=None)


def _listed(row: CaseRow, case: Case, duties: Sequence[Running]) -> list[Listed]:
    """The case in the lists of every office that has to do with it, and is not complained of."""
    turn = case.office(case.book.states[case.state].owner)
    owed: dict[str, Running] = {}
    for duty in duties:
        owed.setdefault(duty.owner_office, duty)
    offices = {office for relation in OFFICE_RELATIONS for office in case.offices(relation)}
    return [
        Listed(
            key=listed_key(row.case_id, office),
            case_id=row.case_id,
            office=office,
            mine=office == turn or office in owed,
            ended=row.ended,
            due_order=row.due_order,
            owed_order=owed[office].count.due if office in owed else NO_DATE,
            owed_clock=owed[office].clock.id if office in owed else "",
        )
        for office in sorted(offices - set(case.respondents))
    ]


def listed_key(case_id: str, office: str) -> str:
    return f"{case_id}/{office}"


def _breaches(facts: Sequence[Past], case: Case) -> list[BreachRow]:
    found = [fact for fact in facts if fact.part == "breach"]
    owed = {(r.clock.id, r.count.due.isoformat()) for r in _duties(case)} if found else set()
    return [
        BreachRow(
            fact_id=fact.fact_id,
            case_id=fact.case,
            office=fact.values["office"],
            clock=fact.values["clock"],
            due=date.fromisoformat(fact.values["due"]),
            recorded_at=fact.at,
            standing=(fact.values["clock"], fact.values["due"]) in owed,
        )
        for fact in found
    ]


def _closed_to(case: Case) -> str:
    aside = dict.fromkeys((*case.respondent_officers, *case.recused))
    return _between_commas((*dict.fromkeys(case.respondents), *(f"@{login}" for login in aside)))


def _between_commas(codes: Sequence[str]) -> str:
    return f",{','.join(codes)}," if codes else ""


def _filed_at(first: Past) -> datetime:
    """When the letter was written (imported: what the sheet claims) or received."""
    if claimed := first.values.get("occurred_at"):
        return datetime.fromisoformat(claimed)
    received, zone = datetime.fromisoformat(first.values["received_on"]).date(), law.book(first.book).zone
    if received == law.day_of(first.at, zone):
        return first.at
    return datetime.combine(received, time(), zone)


def _answered_at(facts: Sequence[Past], case: Case) -> datetime | None:
    """When the first answer reached the petitioner; for imports, what the sheet claims."""
    made = answering.papers(facts, case)
    reached = (one.reached_at for one in made if one.part in answering.ANSWERS)
    return next((at for at in reached if at is not None), None)


def _rating(facts: Sequence[Past]) -> str:
    rated = [fact for fact in facts if fact.part == "rate"]
    if not rated:
        return ""
    fields = law.book(rated[-1].book).steps[rated[-1].step].fields
    return next((str(rated[-1].values[f.id]) for f in fields if f.kind == "choice"), "")


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
    if made.case.respondents:
        _drop_drafts(made.case)
    _upsert(made.codes, ["live"])
    _upsert(made.identity, ["decision"])
    _upsert(made.code_requests, ["done"])
    _upsert(made.breaches, ["standing"])
    # An office that no longer has to do with the case loses it from its lists.
    kept = [row.key for row in made.listed]
    Listed.objects.filter(case_id=made.case.case_id).exclude(key__in=kept).delete()
    _upsert(made.listed, ["mine", "ended", "due_order", "owed_order", "owed_clock"])


def _drop_drafts(row: CaseRow) -> None:
    """Whoever it complains of or stands aside keeps no draft of it: a draft has a step, a note has none."""
    closed = row.respondents.strip(",").split(",")
    logins = [code.removeprefix("@") for code in closed if code.startswith("@")]
    theirs = Q(office__in=closed) | Q(login__in=logins)
    WorkingPaper.objects.filter(theirs, case_id=row.case_id).exclude(step="").delete()


def write_new(many: Sequence[Projection]) -> None:
    """First projections of new cases: one, or the many of an import."""
    insert([made.case for made in many])
    insert([code for made in many for code in made.codes])
    insert([row for made in many for row in made.listed])


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
    whole = _OfAllCases()
    for done, facts in enumerate(_cases(), 1):
        clear = [past(fact) for fact in facts]
        for row in _rows(facts, clear):
            seen[type(row)].add(_plain(row.pk))
            yield from compare(row, check)
        whole.read(clear)
        if progress:
            progress(done)
    for row in whole.rows():
        seen[type(row)].add(_plain(row.pk))
        yield from compare(row, check)
    yield from strays(seen, check)


@dataclass
class _OfAllCases:
    """Rows that no single case makes: the last number of each series, the file of each book."""

    series: dict[str, int] = field(default_factory=dict)
    books: dict[str, str] = field(default_factory=dict)

    def read(self, facts: Sequence[Past]) -> None:
        for seen in facts:
            if key := seen.values.get("series"):
                self.series[key] = max(self.series.get(key, 0), seen.values["series_no"])
            if digest := seen.values.get("book_digest"):
                self.books.setdefault(seen.book, digest)

    def rows(self) -> Iterator[models.Model]:
        yield from (Series(key=key, last=last) for key, last in self.series.items())
        yield from (BookPin(name=name, digest=digest) for name, digest in self.books.items())


_TABLES: tuple[type[models.Model], ...] = (
    CaseRow,
    CodeRow,
    BodyRow,
    Listed,
    BreachRow,
    IdentityRequest,
    CodeRequest,
    Release,
    Series,
    BookPin,
)


def _cases() -> Iterator[list[Fact]]:
    """Facts grouped by case. Ordered by case in the database: memory holds one case at a time."""
    of_cases = Fact.objects.exclude(case_id="").exclude(case_id__startswith=STREAM)
    ordered = of_cases.order_by("case_id", "seq").iterator(2000)
    for _, facts in groupby(ordered, key=lambda fact: fact.case_id):
        yield list(facts)


def _rows(facts: Sequence[Fact], clear: Sequence[Past]) -> Iterator[models.Model]:
    made = project(clear)
    yield from (made.case, *made.codes, *made.identity, *made.code_requests, *made.listed, *made.breaches)
    try:
        key = vault_keys.open_key(clear[0].case)
    except vault_keys.Erased:
        return
    yield from rows_of_words(facts, clear, key)


def rows_of_words(facts: Sequence[Fact], clear: Sequence[Past], key: CaseKey) -> Iterator[models.Model]:
    """The rows that hold something derived from words, which live no longer than the key."""
    gone = {fact.values["release"] for fact in clear if fact.kind == "answer.unreleased.1"}
    for fact, seen in zip(facts, clear, strict=True):
        if seen.seq == 1:
            yield BodyRow(case_id=seen.case, mac=body_mac(unseal(fact, key).words))
        elif seen.kind == "answer.released.1" and seen.seq not in gone:
            yield release_row(seen, unseal(fact, key).texts())


def compare(row: models.Model, check: bool) -> Iterator[Difference]:
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


def strays(seen: dict[type[models.Model], set[Any]], check: bool) -> Iterator[Difference]:
    for model, keys in seen.items():
        for pk in model._default_manager.values_list("pk", flat=True).iterator(2000):
            if _plain(pk) not in keys:
                yield Difference(model._meta.db_table, str(_plain(pk)), ("(no fact)",))
                if not check:
                    model._default_manager.filter(pk=pk).delete()


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview | bytearray) else value
