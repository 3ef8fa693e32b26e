"""What a notice is made from: the facts of its case up to it, read through casework's doors for one actor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huiyin.casework import answering, law, openings, reading, steps
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import may
from huiyin.casework.projection import case_of
from huiyin.casework.reading import Moment, Words
from huiyin.casework.records import Past
from huiyin.offices import tree
from huiyin.postroom.forms import PROOF, Form, form
from huiyin.procedure import Actor, Book, Case, Field, Running, State, Step, running

WITHHELD, BLANK = "withheld", "blank"


class NoNotice(Exception):
    """The fact yields no such notice, or none that this actor may have: both answer the same."""


@dataclass(frozen=True)
class Matter:
    """The case as it stood when the fact `fact` was recorded, and `before` it.

    `paper`: the fact whose paper a proof of service is about, else `fact` itself; `service`: the fact of its
    service, if it was served. `name`: the petitioner's name, "" for an anonymous filing, `BLANK` for an actor
    who has not opened it, `WITHHELD` where the notice goes to an office.
    """

    row: CaseRow
    form: Form
    language: str
    fact: Past
    paper: Past
    service: Past | None
    facts: tuple[Past, ...]
    case: Case
    before: Case
    addressees: tuple[str, ...]
    moments: Mapping[int, Moment]
    words: Words | None
    name: str

    @property
    def secret(self) -> bool:
        """Whether it goes to an office the matter complains of, and so says nothing that leads there."""
        return bool(set(self.addressees) & set(self.case.respondents))

    @property
    def book(self) -> Book:
        return self.case.book

    @property
    def step(self) -> Step:
        return self.book.steps[self.fact.step]

    @property
    def organ(self) -> str:
        """The office whose notice it is: the one that acted, else the one whose turn it was."""
        owner = self.before.book.states.get(self.before.state)
        acted = self.fact.actor.office or (self.before.office(owner.owner) if owner else "")
        return acted or self.case.handler or self.row.bureau

    @property
    def target(self) -> State:
        """The state that the notice leads to once it is served."""
        state = self.book.states[self.case.state]
        serving = next((s for s in self.book.of_part("serve") if state.id in s.from_), None)
        return self.book.states[serving.to] if serving and serving.to else state

    def running(self, case: Case | None = None) -> tuple[Running, ...]:
        """Clocks that ran once the fact was recorded, or in an earlier `case`."""
        return running(case or self.case, law.calendar(self.book))

    def since_service(self) -> tuple[Running, ...]:
        """Clocks that ran once the paper was served."""
        until = [f for f in self.facts if self.service and f.seq <= self.service.seq]
        return self.running(case_of(until)) if until else ()

    def day(self, fact: Past | None = None) -> date:
        """The day of a fact where the book counts days."""
        return law.day_of((fact or self.fact).at, self.book.zone)

    def last(self, part: str) -> Past | None:
        """The latest step of this part up to the fact."""
        found = [f for f in self.facts if f.part == part and f.seq <= self.fact.seq]
        return found[-1] if found else None

    def earlier(self, name: str) -> Past | None:
        """The latest step before that has a value for this field."""
        found = [f for f in self.facts if f.seq < self.fact.seq and self.given(f, name)[1]]
        return found[-1] if found else None

    def given(self, fact: Past, name: str) -> tuple[Field | None, object]:
        """A field of a fact's step and its value, sealed words included where the actor reads them."""
        step = law.book(fact.book).steps.get(fact.step)
        moment = self.moments[fact.seq]
        field = step.field(name) if step else None
        return field, (moment.texts.get(name) or moment.values.get(name)) if field else None

    def above(self, relation: str) -> str:
        """The office above the one in this relation that nobody complains of; "" where there is none."""
        office = self.case.office(relation)
        return tree.above(office, self.case.respondents) if office else ""


def gather(case_id: str, seq: int, kind: str, actor: Actor, language: str, now: datetime) -> Matter:
    """Everything for the notice `kind` of the fact at `seq`; raises NoNotice or casework's `NotYours`."""
    row = reading.find(case_id, actor)
    facts = steps.history(case_id)
    theirs = ((fact, of) for fact, of in notices_for(row, facts, actor) if (fact.seq, of.id) == (seq, kind))
    fact, of = next(theirs, (None, None))
    if fact is None or of is None:
        raise NoNotice(kind)
    case, before = _case_at(facts, fact)
    paper, service = _service(facts, fact, kind)
    return Matter(
        row=row,
        form=of,
        language=language,
        fact=fact,
        paper=paper,
        service=service,
        facts=tuple(facts),
        case=case,
        before=before,
        addressees=_addressees(of, fact, case, before),
        moments={m.seq: m for m in reading.timeline(case_id, actor, language)},
        words=reading.words(case_id, actor) if _reads_words(actor, row) else None,
        name=_name(row, facts, actor, of, now),
    )


def notices_for(row: CaseRow, facts: Sequence[Past], actor: Actor) -> Iterator[tuple[Past, Form]]:
    """Every notice of the case this actor may have, oldest first."""
    if row.erased:
        return
    for fact, of in _notices(facts, actor.role == "petitioner"):
        addressed = _addressees(of, fact, *_case_at(facts, fact)) if of.to_office else ()
        # Nothing of an accusation goes to an office it complains of, whoever carries it (design rule 4).
        accused = row.withheld and set(addressed) & set(case_of(facts).respondents)
        if not accused and (_reads_words(actor, row) or actor.office in addressed):
            yield fact, of


def _notices(facts: Sequence[Past], petitioner: bool) -> Iterator[tuple[Past, Form]]:
    """The notices that facts yield; the petitioner has those that reached them."""
    services = _services(facts)
    waiting = {made.seq for made, served in services if served is None} | answering.unread(
        facts, case_of(facts)
    )
    serving = {served.seq for _, served in services if served}
    for fact in facts:
        notice = _notice(fact)
        if notice not in ("", PROOF) and not (petitioner and fact.seq in waiting):
            yield fact, form(notice)
        if fact.seq in serving:
            yield fact, form(PROOF)


def _notice(fact: Past) -> str:
    step = law.book(fact.book).steps.get(fact.step) if fact.step else None
    return step.notice if step else ""


def _case_at(facts: Sequence[Past], fact: Past) -> tuple[Case, Case]:
    """The case once this fact was recorded, and before."""
    until = [f for f in facts if f.seq <= fact.seq]
    return case_of(until), case_of(until[:-1]) if until[:-1] else Case(law.book(fact.book))


def _services(facts: Sequence[Past]) -> list[tuple[Past, Past | None]]:
    """Every paper that is served by a step of its own, and that step once it was taken, oldest first."""
    found: list[tuple[Past, Past | None]] = []
    case, taken = case_of(facts), [fact for fact in facts if fact.step]
    for fact, before, state in zip(taken, case.trail, [*case.trail[1:], case.state], strict=True):
        serving = any(state in step.from_ for step in law.book(fact.book).of_part("serve"))
        if fact.part == "serve" and found and found[-1][1] is None:
            found[-1] = (found[-1][0], fact)
        elif serving and before != state:
            found.append((fact, None))
    return found


def _service(facts: Sequence[Past], fact: Past, kind: str) -> tuple[Past, Past | None]:
    """The fact that made the paper, and the one that served it."""
    for made, served in _services(facts):
        if served and fact.seq == (served.seq if kind == PROOF else made.seq):
            return made, served
    return fact, None


def _reads_words(actor: Actor, row: CaseRow) -> bool:
    return actor.role == "petitioner" or may(actor, "words.read", row)


def _name(row: CaseRow, facts: Sequence[Past], actor: Actor, of: Form, now: datetime) -> str:
    """The name for whoever holds the code or has opened it; a line to fill in for everybody else."""
    if of.to_office:
        return WITHHELD
    if row.anonymous:
        return ""
    if actor.role == "petitioner":
        person = openings.read_person(row.case_id, facts[0])
    else:
        person = openings.already_open(row.case_id, actor, now)
    return person.name if person else BLANK


def _addressees(of: Form, fact: Past, case: Case, before: Case) -> tuple[str, ...]:
    """Codes of the offices that a notice to an office goes to: those it names, else whose duty is overdue."""
    if not of.to_office:
        return ()
    given = (fact.values.get(name) for name in of.elements["addressee"].sources)
    named = [code for value in given for code in (value if isinstance(value, list) else [value]) if code]
    late = [r.owner_office for r in running(before, law.calendar(before.book)) if r.overdue(fact.at)]
    turn = case.office(case.book.states[case.state].owner)
    others = [code for code in (*late, turn, case.handler) if code and code != fact.actor.office]
    return tuple(named or others[:1])
