"""Many cases at a time, for ledger sheets: what their facts say, with words for whoever may have them.

Names, telephones and addresses are never here: each is an opening of one case (`openings`). Of a sealed
filing, and of words that name an officer of the reader's office, nothing but the registration itself.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from huiyin.casework import answering, law
from huiyin.casework.deriving import Filled, fill
from huiyin.casework.models import BodyRow, CaseRow, Listed
from huiyin.casework.permissions import NotYours, may
from huiyin.casework.projection import body_mac, case_of
from huiyin.casework.records import Past, past, unseal
from huiyin.casework.steps import Taken, history, require_step, row_of, take
from huiyin.intake.words import mask_numbers, shown
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact, writing
from huiyin.procedure import Actor, Case, decide, evolve
from huiyin.vault import keys as vault_keys

BATCH = 200
COUNTY = ("supervisor", "system")
Steps = Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Held:
    """One case: its row, its facts, and by position the free words of some of them.

    `open`: its words may stand in a sheet at all.
    """

    row: CaseRow
    facts: tuple[Past, ...]
    open: bool
    texts: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    body: str = ""
    papers: int = 0

    @property
    def seq(self) -> int:
        return self.facts[-1].seq

    def case(self) -> Case:
        return case_of(self.facts)

    def answer(self) -> tuple[Past, date | None] | None:
        """The newest paper that answers the matter, and the day on which it reached the petitioner."""
        answers = [fact for fact in self.facts if fact.part in answering.ANSWERS]
        if not answers:
            return None
        if answers[-1].part == "import_answer":  # it reached nobody by a later step: no replay is needed
            return answers[-1], _reached_on(answers[-1])
        made = [one for one in answering.papers(self.facts, self.case()) if one.part in answering.ANSWERS]
        if not made:
            return None
        return made[-1].fact, _reached_on(made[-1].reached)


def _reached_on(fact: Past | None) -> date | None:
    if fact is None:
        return None
    if claimed := fact.values.get("occurred_at"):
        return date.fromisoformat(claimed[:10])
    return answering.served_on(fact) or law.day_of(fact.at)


def cases(actor: Actor, office: str = "") -> QuerySet[CaseRow]:
    """Cases for a sheet of the actor's: of the own office, for supervisors and at the console of any.

    What complains of the actor, of the actor's office or of the office asked for is not among them (rule 4).
    """
    if not may(actor, "sheet.make"):
        raise NotYours("sheet.make")
    county = actor.role in COUNTY
    if office and office != actor.office and not county:
        raise NotYours("sheet.make")
    rows = CaseRow.objects.all()
    if chosen := office or ("" if county else actor.office):
        rows = rows.filter(case_id__in=Listed.objects.filter(office=chosen).values("case_id"))
        rows = rows.exclude(respondents__contains=f",{chosen},")
    if actor.role != "system":
        closed = Q(respondents__contains=f",{actor.office},") | Q(respondents__contains=f",@{actor.ref},")
        rows = rows.exclude(closed)
    return rows


def held(rows: Sequence[CaseRow], actor: Actor, kinds: Collection[str] = ()) -> Iterator[Held]:
    """The cases in the order of `rows`; words of the registration, of answers and of facts of `kinds`."""
    for at in range(0, len(rows), BATCH):
        yield from _held(rows[at : at + BATCH], actor, frozenset(kinds))


def _held(rows: Sequence[CaseRow], actor: Actor, kinds: frozenset[str]) -> Iterator[Held]:
    by_case: dict[str, list[Fact]] = {row.case_id: [] for row in rows}
    for fact in Fact.objects.filter(case_id__in=list(by_case)).order_by("case_id", "seq"):
        by_case[fact.case_id].append(fact)
    reads = {r.case_id for r in rows if not (r.withheld or r.erased) and may(actor, "sheet.words", r)}
    keys = vault_keys.open_keys(reads)
    for row in rows:
        facts = by_case[row.case_id]
        clear = tuple(past(fact) for fact in facts)
        key = keys.get(row.case_id)
        if key is None:
            yield Held(row, clear, False)
            continue
        texts: dict[int, Mapping[str, Any]] = {}
        body, papers = "", 0
        for fact, seen in zip(facts, clear, strict=True):
            asked = seen.seq == 1 or seen.kind in kinds or seen.part in answering.ANSWERS
            if not asked or actor.office in seen.values.get("closed_to", ()):
                continue
            private = unseal(fact, key)
            data = private.data()
            texts[seen.seq] = {name: masked(text) for name, text in data["texts"].items()}
            if seen.seq == 1:
                body, papers = masked(private.words), len(data["papers"])
        yield Held(row, clear, True, texts, body, papers)


def masked(text: Any) -> Any:
    """As staff see it; numbers that identify are behind an opening."""
    if isinstance(text, str):
        return mask_numbers(shown(text)) if text else text
    return [masked(one) for one in text] if isinstance(text, list) else text


def of_words(text: str, actor: Actor, office: str = "") -> list[CaseRow]:
    """Cases whose petition is exactly these words: a sheet by person names its matters no other way."""
    found = BodyRow.objects.filter(mac=body_mac(text)).values("case_id")
    return list(cases(actor, office).filter(case_id__in=found, withheld=False).order_by("number"))


def numbered(numbers: Collection[str], actor: Actor, office: str = "") -> dict[str, list[CaseRow]]:
    """Cases by their own number, or by that of the sheet they came from."""
    found: dict[str, list[CaseRow]] = {}
    for row in cases(actor, office).filter(number__in=numbers):
        found[row.number] = [row]
    missing = [number for number in numbers if number not in found]
    for row in cases(actor, office).filter(source_number__in=missing).order_by("registered_at", "number"):
        found.setdefault(row.source_number, []).append(row)
    return found


def would_take(row: CaseRow, facts: Sequence[Past], steps: Steps, actor: Actor, now: datetime) -> None:
    """Raise `Unlawful` or `NotYours` where `take_all` would."""
    case = case_of(facts)
    for step_id, _ in steps:
        require_step(actor, case.book.steps.get(step_id), row)
    for step_id, values in steps:
        known = case.book.steps.get(step_id)
        filled = fill(facts, case, known, values, actor) if known else Filled(dict(values), {})
        case = evolve(case, decide(case, step_id, filled.values, actor, now, law.calendar(case.book)))


def take_all(case_id: str, steps: Steps, *, actor: Actor, now: datetime, seen: int) -> Taken:
    """Record several steps of one row of a sheet: all of them or, with `Unlawful` or `MovedOn`, none."""
    row = row_of(case_id)
    for step_id, _ in steps:
        require_step(actor, law.book(row.book).steps.get(step_id), row)
    with writing():
        facts = history(case_id)
        for step_id, values in steps:
            fact = take(facts, step_id, values, actor, now, seen)
            facts, seen = [*facts, fact], fact.seq
    return Taken(fact.fact_id, fact.seq, sequencer.wait([fact.fact_id]))
