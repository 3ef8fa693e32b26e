"""Registration: an arrival becomes a case, a fact and a code, in one transaction.

The only place where a new case begins. A case is one registration (件次); a repeat has a case of
its own and points at the matter it repeats.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection

from huiyin.casework import law, pinning, projection
from huiyin.casework.models import BodyRow, CaseRow, CodeRow, Submission
from huiyin.casework.permissions import NotYours, may
from huiyin.casework.records import Deed, Head, Past, draft, new_case_id, past_of_draft
from huiyin.intake import codes
from huiyin.intake.filing import Attachment, Filing, Person
from huiyin.intake.letters import ImportedLetter
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Draft, Fact, append, writing
from huiyin.offices import tree
from huiyin.procedure import Actor, Book, Field, Step, decide, start
from huiyin.vault import keys as vault_keys
from huiyin.vault import sealed as vault_sealed
from huiyin.vault.keys import CaseKey
from huiyin.vault.master import mac

CODE_SHOWN_AGAIN = timedelta(minutes=10)
BATCH = 500
IMPORT_LOCK = 0x687569696D70  # "huiimp"
SYSTEM = Actor("system")


@dataclass(frozen=True)
class Registered:
    """A registration as its maker is told of it. `code` is shown once and kept nowhere."""

    case: str
    number: str
    code: str
    fact_id: int
    again: bool
    integrated: bool


@dataclass(frozen=True)
class Noted:
    """When a matter was told that is registered later, and the digest (hex) promised to whoever told it."""

    at: datetime
    promise: str = ""

    def values(self) -> dict[str, str]:
        return {"occurred_at": self.at.isoformat(), **({"promise": self.promise} if self.promise else {})}


def register(
    filing: Filing,
    person: Person | None,
    *,
    actor: Actor,
    office: str,
    now: datetime,
    token: str = "",
    values: Mapping[str, Any] | None = None,
    noted: Noted | None = None,
) -> Registered:
    """Register one arrival at `office`; the same `token` within ten minutes gives the same case.

    The book is that of the office. `values`: what its filing step asks for beyond a filing (how many came).
    `noted`: of what was told in a village and waited on a device for a network.

    Returns once the fact is in the log, or after two seconds with `integrated` false (then the
    receipt is a signed promise). Raises `Unlawful` where the book refuses, `NotYours` where the
    table of permissions does.
    """
    if actor.role != "petitioner" and not may(actor, "case.register"):
        raise NotYours("case.register")
    try:
        made = _register(filing, person, actor, office, now, token, values or {}, noted)
    except IntegrityError:
        # The token was used: a double click, or the page sent again.
        again = _registered_before(token, now)
        if again is None:
            raise
        made = again
    integrated = sequencer.wait([made.fact_id])
    return Registered(made.case, made.number, made.code, made.fact_id, made.again, integrated)


def taken_in_by(filing: Filing, actor: Actor) -> tuple[str, Actor]:
    """Which office registers what an officer took in, and as whom it is recorded: that officer's own, or
    another where that one is complained of, to which the system hands it over (design rule 4)."""
    place = tree.receiving(filing.respondents, actor.office)
    return place, actor if place == actor.office else Actor("system", place, f"counter:{actor.office}")


def _registered_before(token: str, now: datetime) -> Registered | None:
    if not token:
        return None
    earlier = Submission.objects.filter(token_mac=mac("token", token.encode())).first()
    if earlier is None:
        return None
    row = CaseRow.objects.get(case_id=earlier.case_id)
    code = _code_of_token(token)
    shown = now - earlier.at < CODE_SHOWN_AGAIN and _is_live(code)
    return Registered(row.case_id, row.number, code if shown else "", _first_fact(row.case_id), True, False)


def _is_live(code: str) -> bool:
    return CodeRow.objects.filter(mac=code_mac(code), live=True).exists()


def _first_fact(case_id: str) -> int:
    return Fact.objects.values_list("id", flat=True).get(case_id=case_id, seq=1)


def _register(
    filing: Filing,
    person: Person | None,
    actor: Actor,
    office: str,
    now: datetime,
    token: str,
    more: Mapping[str, Any],
    noted: Noted | None,
) -> Registered:
    case_id, code = new_case_id(), _code_of_token(token) if token else new_code()
    handles, own = tree.registering(office)
    book = law.named(own)
    step = law.the_step(book, "file")
    values = _register_values(filing, office, office if handles else "", book, step, actor, now, more)
    body = projection.body_mac(filing.body)
    with writing():
        if token:
            used = Submission(token_mac=mac("token", token.encode()), case_id=case_id, at=now)
            projection.insert([used])
        pinning.pin(book)
        key = vault_keys.create(case_id)
        papers = seal_papers(case_id, key, filing.attachments)
        number = _numbers(office, now, 1)[0]
        clear = {
            **values,
            **number,
            "source_number": filing.source_number,
            "book_digest": book.digest,
            "person": _seal_person(case_id, key, person),
            "code_mac": code_mac(code).hex(),
            "repeat_of": "" if values["sealed_filing"] else _matter_of(body),
            **(noted.values() if noted else {}),
        }
        head = Head(
            case=case_id,
            book=book.name,
            bureau=office,
            category=filing.category,
            channel=filing.channel,
            occurred_on=filing.received_on.isoformat(),
            withheld=bool(values["sealed_filing"]),
        )
        texts = {**_texts(step, more), **_filing_texts(filing)}
        deed = Deed(step.fact, actor, step.id, clear, texts, filing.body, papers)
        made = draft(key, head, 1, now, deed, office)
        fact_id = append([made])[0]
        projection.write_new([projection.project([past_of_draft(fact_id, made)])])
        projection.insert([BodyRow(case_id=case_id, mac=body)])
    return Registered(case_id, number["number"], code, fact_id, False, False)


# What a registration fills in from the filing itself; whatever else its step asks for is the counter's.
FILED = (
    "bureau",
    "handler",
    "channel",
    "purpose",
    "category",
    "place",
    "received_on",
    "requests",
    "respondents",
    "named_offices",
    "respondent_officers",
    "keep_name",
    "sealed_filing",
)


def further_fields(book: Book) -> list[Field]:
    """Fields of the book's filing step that no filing holds: how many people came, and the like."""
    return [field for field in law.the_step(book, "file").fields if field.id not in FILED]


def _register_values(
    filing: Filing,
    office: str,
    handler: str,
    book: Book,
    step: Step,
    actor: Actor,
    now: datetime,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """What the filing says in codes, checked by the book as far as the book asks for it."""
    respondents, logins = _complained_of(filing, office)
    filed: dict[str, Any] = {
        "bureau": office,
        # An office with power to decide that registers an arrival itself handles it (Art. 23(2)).
        "handler": handler,
        "channel": filing.channel,
        "purpose": filing.purpose,
        "category": filing.category,
        "place": filing.place,
        "received_on": filing.received_on.isoformat(),
        "requests": len(filing.requests) or 1,
        "respondents": respondents,
        "respondent_officers": logins,
        "keep_name": filing.keep_name,
        # Accusations and filings whose name is kept: the public part of the log withholds office and day.
        "sealed_filing": filing.keep_name or filing.purpose in book.sealed,
    }
    asked = {name: value for name, value in filed.items() if step.field(name)}
    event = decide(start(book), step.id, {**asked, **more}, actor, now, law.calendar(book))
    return {**filed, **event.values}


def _texts(step: Step, more: Mapping[str, Any]) -> dict[str, Any]:
    """Free words among the further values: sealed, like those of the filing."""
    return {f.id: more[f.id] for f in step.fields if f.sealed and more.get(f.id)}


def _matter_of(body: bytes) -> str:
    """The matter that the same words began; "" for new words. A sealed matter is never linked to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.case_id, c.repeat_of FROM casework_bodyrow b JOIN casework_caserow c"
            " ON c.case_id = b.case_id WHERE b.mac = %s AND NOT c.withheld LIMIT 1",
            [body],
        )
        found = cursor.fetchone()
    return (found[1] or found[0]) if found else ""


def _complained_of(filing: Filing, bureau: str) -> tuple[list[str], list[str]]:
    """Offices and officers that must never see or get this filing (design rule 4).

    What the petitioner chose, and every officer whose name stands in the words, with that
    officer's office. The bureau itself is only closed when it was chosen: a letter that thanks
    or mentions a counter clerk must still find somebody to read it.
    """
    words = "\n".join((filing.title, filing.body, *filing.requests))
    named = tree.officers_named(words)
    chosen = {login: o.office_id for login in filing.respondent_officers if (o := tree.officer(login))}
    offices = {*named.values(), *chosen.values()} - {bureau}
    return sorted({*filing.respondents, *offices}), sorted({*named, *chosen})


def _filing_texts(filing: Filing) -> dict[str, Any]:
    return {
        "title": filing.title,
        "requests": list(filing.requests),
        "place_detail": filing.place_detail,
        "occurred": filing.occurred or (filing.occurred_on.isoformat() if filing.occurred_on else ""),
    }


def _seal_person(case_id: str, key: CaseKey, person: Person | None) -> str:
    if person is None:
        return ""
    return vault_sealed.put(case_id, key, "person", json.dumps(asdict(person)).encode())


def seal_papers(case_id: str, key: CaseKey, attachments: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Seal originals; what a fact's private part says of them, names included."""
    return [
        {
            "ref": vault_sealed.put(case_id, key, "paper", paper.data),
            "name": paper.name,
            "mime": paper.mime,
            "size": len(paper.data),
            "sha256": hashlib.sha256(paper.data).hexdigest(),
        }
        for paper in attachments
    ]


# --- codes and numbers ------------------------------------------------------------------------


def code_mac(code: str) -> bytes:
    """HMAC-SHA-256 of a code's sixteen digits under a key that is not in the database."""
    digits = codes.parse(code)
    if digits is None:
        raise BadCode
    return mac("code", digits.encode())


def keyed(purpose: str, text: str) -> bytes:
    """A keyed digest by which something is known again for a while; `purpose` keeps two uses apart."""
    return mac(purpose, text.encode())


class BadCode(ValueError):
    """Not a code at all: wrong length or wrong check digit."""


def new_code() -> str:
    """A fresh code as it is printed, in four groups."""
    return codes.grouped(codes.new_code())


def _code_of_token(token: str) -> str:
    """The code a form's secret token stands for, so that a double click shows the same one.

    The token is 128 random bits known to the sender's browser alone; the digits are as random.
    """
    number = int.from_bytes(mac("code of token", token.encode())[:16]) % 10**codes.RANDOM_DIGITS
    return codes.grouped(codes.with_check_digit(f"{number:0{codes.RANDOM_DIGITS}d}"))


def _numbers(office: str, now: datetime, count: int) -> list[dict[str, Any]]:
    """The next `count` numbers of the office's yearly series, without gaps."""
    year = law.day_of(now).year
    key = projection.series_key(office, year)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_series (key, last) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET last = casework_series.last + %s RETURNING last",
            [key, count, count],
        )
        last: int = cursor.fetchone()[0]
    return [
        {"number": f"{office.upper()}-{year}-{n:06d}", "series": key, "series_no": n}
        for n in range(last - count + 1, last + 1)
    ]


# --- imports ----------------------------------------------------------------------------------


@dataclass
class Imported:
    """What an import did. `registered` counts every new case, repeats among them."""

    registered: int = 0
    repeats: int = 0
    skipped: int = 0


# What is told the number and the code of each new case of a batch that is safe.
Slips = Callable[[Sequence[tuple[str, str]]], None]


@dataclass(frozen=True)
class _Known:
    """Bodies and source numbers that a batch meets again: in the tables or earlier in the batch."""

    first_of_body: dict[bytes, str]
    numbers_of_body: dict[bytes, set[str]]


def import_letters(
    letters: Iterable[ImportedLetter],
    *,
    office: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] | None = None,
    slips: Slips = lambda _: None,
) -> Imported:
    """Take in what a sheet claims: a petition and, if answered, its answer; nothing between.

    Idempotent: the same source number with the same body is skipped; the same body under another
    number is a repeat. Each batch is one transaction; all are in the log on return.
    """
    sequencer.integrate()  # a log that refuses to go on takes nothing in
    result, stream = Imported(), iter(letters)
    done = 0
    while batch := list(islice(stream, BATCH)):
        slips(_import_batch(batch, office, now(), result))
        done += len(batch)
        if progress:
            progress(done)
    sequencer.integrate()
    return result


def _import_batch(
    batch: Sequence[ImportedLetter], office: str, now: datetime, result: Imported
) -> list[tuple[str, str]]:
    """Take one batch in; number and code of each new case, which nothing keeps."""
    macs = [projection.body_mac(letter.body) for letter in batch]
    with writing():
        _one_at_a_time()
        book = law.book_for(office)
        pinning.pin(book)
        known = _known(set(macs))
        fresh = [
            (letter, body, matter)
            for letter, body in zip(batch, macs, strict=True)
            if (matter := _place_in(known, letter, body, book)) is not None
        ]
        result.skipped += len(batch) - len(fresh)
        result.registered += len(fresh)
        result.repeats += sum(bool(matter.repeat_of) for _, _, matter in fresh)
        return _write_batch(fresh, office, now)


def _one_at_a_time() -> None:
    """Two imports at once would not see each other's letters and take them in twice (SQLite: one writer)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


@dataclass(frozen=True)
class _Matter:
    case: str
    repeat_of: str


def _known(macs: set[bytes]) -> _Known:
    """What the tables already hold of these bodies, the earliest registration first."""
    cases: dict[str, bytes] = {row.case_id: bytes(row.mac) for row in BodyRow.objects.filter(mac__in=macs)}
    known = _Known({}, {})
    rows = CaseRow.objects.filter(case_id__in=cases).order_by("registered_at", "number")
    for case_id, number, repeat_of, sealed in rows.values_list(
        "case_id", "source_number", "repeat_of", "withheld"
    ):
        body = cases[case_id]
        if not sealed:
            known.first_of_body.setdefault(body, repeat_of or case_id)
        known.numbers_of_body.setdefault(body, set()).add(number)
    return known


def _is_sealed(letter: ImportedLetter, book: Book) -> bool:
    """Accusations, and filings whose name is kept, as in a filing that comes in today."""
    return letter.keep_name or letter.purpose in book.sealed


def _place_in(known: _Known, letter: ImportedLetter, body: bytes, book: Book) -> _Matter | None:
    """A new case for the letter, linked to its matter; None when it is here already. What is sealed is
    linked to nothing."""
    numbers = known.numbers_of_body.setdefault(body, set())
    if letter.source_number in numbers:
        return None
    numbers.add(letter.source_number)
    case = new_case_id()
    if _is_sealed(letter, book):
        return _Matter(case, "")
    first = known.first_of_body.setdefault(body, case)
    return _Matter(case, "" if first == case else first)


def _write_batch(
    fresh: Sequence[tuple[ImportedLetter, bytes, _Matter]], office: str, now: datetime
) -> list[tuple[str, str]]:
    if not fresh:
        return []
    keys, book = vault_keys.create_many([matter.case for _, _, matter in fresh]), law.book_for(office)
    numbers = _numbers(office, now, len(fresh))
    persons, officers = _seal_persons(fresh, keys), tree.officer_names()
    drafts: list[Draft] = []
    slips: list[tuple[str, str]] = []
    for (letter, _, matter), number in zip(fresh, numbers, strict=True):
        code = new_code()
        slips.append((number["number"], code))
        # Whoever the letter names never sees or gets it, once it is taken up (design rule 4).
        words = (letter.title, letter.body, *letter.requests, letter.accused)
        named = tree.officers_named("\n".join(words), officers)
        given = {
            **number,
            "person": persons.get(matter.case, ""),
            "code_mac": code_mac(code).hex(),
            "respondents": sorted({*letter.respondents, *named.values()} - {office}),
            "respondent_officers": sorted(named),
        }
        drafts += _imported_drafts(letter, matter, keys[matter.case], given, office, now, book)
    fact_ids = append(drafts)
    by_case: dict[str, list[Past]] = {}
    for fact_id, made in zip(fact_ids, drafts, strict=True):
        by_case.setdefault(made.case, []).append(past_of_draft(fact_id, made))
    projection.write_new([projection.project(facts) for facts in by_case.values()])
    projection.insert([BodyRow(case_id=m.case, mac=body) for _, body, m in fresh])
    return slips


def _seal_persons(
    fresh: Sequence[tuple[ImportedLetter, bytes, _Matter]], keys: Mapping[str, CaseKey]
) -> dict[str, str]:
    """References of the persons of a batch, by case; a letter that names nobody has none."""
    named = [
        (matter.case, keys[matter.case], "person", json.dumps(asdict(letter.person)).encode())
        for letter, _, matter in fresh
        if letter.person is not None
    ]
    refs = vault_sealed.put_many(named)
    return {case: ref for (case, *_), ref in zip(named, refs, strict=True)}


def _imported_drafts(
    letter: ImportedLetter,
    matter: _Matter,
    key: CaseKey,
    given: Mapping[str, Any],
    office: str,
    now: datetime,
    book: Book,
) -> list[Draft]:
    category, sealed = _category(book, letter.category), _is_sealed(letter, book)
    head = Head(
        case=matter.case,
        book=book.name,
        bureau=office,
        category=category,
        channel=letter.channel or "import",
        occurred_on=law.day_of(letter.written_at, book.zone).isoformat(),
        withheld=sealed,
    )
    values = {
        "bureau": office,
        "handler": _handler(letter, given["respondents"], book),
        "channel": letter.channel or "import",
        "purpose": letter.purpose or "other",
        "category": category,
        **({"place": letter.place} if letter.place else {}),
        **({"people": letter.people} if letter.people else {}),
        **({"keep_name": True} if letter.keep_name else {}),
        **({"sealed_filing": True} if sealed else {}),
        "occurred_at": letter.written_at.isoformat(),
        "date_only": letter.date_only,
        "received_on": law.day_of(letter.written_at, book.zone).isoformat(),
        "requests": len(letter.requests) or 1,
        "source_number": letter.source_number,
        "book_digest": book.digest,
        "repeat_of": matter.repeat_of,
        **given,
    }
    texts = {"title": letter.title, "requests": list(letter.requests), "place_detail": "", "occurred": ""}
    step = law.the_step(book, "import")
    petition = Deed(step.fact, SYSTEM, step.id, values, texts, letter.body)
    drafts = [draft(key, head, 1, now, petition, office)]
    if letter.answered_at is not None:
        step = law.the_step(book, "import_answer")
        claimed = {"occurred_at": letter.answered_at.isoformat(), "date_only": letter.answered_date_only}
        answer = Deed(step.fact, SYSTEM, step.id, claimed, {"answer": letter.answer})
        drafts.append(draft(key, head, 2, now, answer, office))
    return drafts


def _handler(letter: ImportedLetter, respondents: Collection[str], book: Book) -> str:
    """Who deals with it, as the sheet claims: never whoever is complained of, and an accusation only the
    office that may judge it."""
    if letter.handler in respondents:
        return ""
    if letter.purpose in book.sealed and letter.handler != tree.discipline(respondents):
        return ""
    return letter.handler


def _category(book: Book, title: str) -> str:
    """The book's code for a content class as a sheet spells it; '' where the sheet has none we know."""
    named = {text.zh: code for code, text in book.categories.items()}
    return named.get(title.strip(), "")
