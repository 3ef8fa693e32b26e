"""The responsibility review 责任倒查: who owed what by when, and what became of it, from facts alone.

About offices, and officers in their duties. What a petitioner did appears only as what began a duty; no
word of the petition is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiyin.casework import law, reading
from huiyin.casework.duties import Run, runs
from huiyin.casework.permissions import require
from huiyin.casework.projection import course
from huiyin.casework.records import Past
from huiyin.casework.steps import history, row_of
from huiyin.offices import tree
from huiyin.procedure import Actor, Book, Case, Count, Step, Text

PETITIONERS = ("withdraw", "undo")
MEASURES = ("order", "suggest", "breach", "interim")


@dataclass(frozen=True)
class Deed:
    """One thing an office did, and who there did it. `post` is name and post; "" for the system."""

    seq: int
    title: Text
    at: datetime
    office: str
    login: str


@dataclass(frozen=True)
class Duty:
    """One duty of one office: a clock from its start until it was done, passed on, or now.

    `outcome`: done, late (done, but late), passed_on (the duty went to another, or fell away), open, overdue.
    `late_days` counts to the day it was done, or to now.
    """

    clock: str
    title: Text
    article: str
    local: bool
    office: str
    heads: tuple[str, ...]
    began: Deed
    count: Count
    ended: Deed | None
    outcome: str
    late_days: int
    breached_at: datetime | None = None


@dataclass(frozen=True)
class Returned:
    """What an office sent back, refused or turned elsewhere: its printed reason, and its own words."""

    deed: Deed
    reasons: tuple[Text, ...]
    articles: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """What followed: a breach, an order, a suggestion, an interim reply; and to which office."""

    deed: Deed
    part: str
    to: str


@dataclass(frozen=True)
class Review:
    """Everything for one page. Offices are codes and officers logins: see `names`."""

    case: str
    number: str
    book: Book
    state: Text
    registered_at: datetime
    made_at: datetime
    duties: tuple[Duty, ...]
    returned: tuple[Returned, ...]
    measures: tuple[Measure, ...]

    def offices(self) -> set[str]:
        found = {duty.office for duty in self.duties} | {one.to for one in self.measures}
        return (found | {deed.office for deed in self._deeds()}) - {""}

    def logins(self) -> set[str]:
        heads = {login for duty in self.duties for login in duty.heads}
        return (heads | {deed.login for deed in self._deeds()}) - {""}

    def _deeds(self) -> Iterator[Deed]:
        for duty in self.duties:
            yield duty.began
            if duty.ended:
                yield duty.ended
        yield from (one.deed for one in self.returned)
        yield from (one.deed for one in self.measures)


def review(case_id: str, actor: Actor, now: datetime) -> Review:
    """The review of one case; `NotYours` for whoever may not read it. The console is the system."""
    row = row_of(case_id)
    if actor.role != "system":
        require(actor, "review.read", row)
    facts = history(case_id)
    told = list(course(facts))
    case = told[-1][1]
    return Review(
        case=case_id,
        number=row.number,
        book=case.book,
        state=case.book.states[case.state].title,
        registered_at=facts[0].at,
        made_at=now,
        duties=tuple(sorted(_duties(facts, now), key=lambda duty: (duty.began.seq, duty.count.due))),
        returned=tuple(_returned(told, case_id, actor)),
        measures=tuple(_measures(told)),
    )


# --- duties -----------------------------------------------------------------------------------


def _duties(facts: Sequence[Past], now: datetime) -> Iterator[Duty]:
    breached = {(f.values["clock"], f.values["due"]): f.at for f in facts if f.part == "breach"}
    return (_duty(run, now, breached) for run in runs(facts))


def _duty(run: Run, now: datetime, breached: dict[tuple[str, str], datetime]) -> Duty:
    clock, count, office, end = run.last.clock, run.last.count, run.last.owner_office, run.ended
    ended = _deed(end) if end else None
    at = end.at if end else now
    late = count.expired(at)
    return Duty(
        clock=clock.id,
        title=clock.title,
        article=clock.article,
        local=clock.local,
        office=office,
        heads=tuple(tree.heads(office)),
        began=_deed(run.began),
        count=count,
        ended=ended,
        outcome=_outcome(clock.id, end, late),
        late_days=(law.day_of(at, count.zone) - count.due).days if late else 0,
        breached_at=breached.get((clock.id, count.due.isoformat())),
    )


def _outcome(clock: str, end: Past | None, late: bool) -> str:
    if end is None:
        return "overdue" if late else "open"
    step = _step(end)
    if step is None or (clock not in step.clocks and end.part not in ("serve", "execute")):
        return "passed_on"
    return "late" if late else "done"


def _step(fact: Past) -> Step | None:
    return law.book(fact.book).steps.get(fact.step)


def _deed(fact: Past) -> Deed:
    step = _step(fact)
    title = step.title if step else Text(fact.kind, fact.kind)
    return Deed(fact.seq, title, fact.at, fact.actor.office, fact.actor.ref)


# --- what was sent back, and what followed -----------------------------------------------------


def _returned(told: Sequence[tuple[Past, Case]], case_id: str, actor: Actor) -> Iterator[Returned]:
    seen: set[str] = set()
    found = []
    for fact, case in told:
        step = _step(fact) if fact.step else None
        if step and fact.actor.office and _sends_back(step, case.state, seen):
            found.append((fact, step))
        seen.add(case.state)
    words = _words(case_id, actor) if found else {}
    for fact, step in found:
        chosen = [c for f in step.fields for c in f.choices if c.article and c.id == fact.values.get(f.id)]
        yield Returned(
            _deed(fact),
            tuple(choice.title for choice in chosen),
            tuple(choice.article for choice in chosen) or (step.article,),
            words.get(fact.seq, ()),
        )


def _sends_back(step: Step, state: str, seen: set[str]) -> bool:
    """Whether the step refuses for a printed reason, takes the case from its office, or leads back."""
    if step.part in PETITIONERS or step.part in ("file", "import"):
        return False
    printed = any(c.article for f in step.fields if f.kind == "choice" and f.required for c in f.choices)
    return printed or bool(step.clears) or (bool(step.to) and state in seen and step.part != "serve")


def _words(case_id: str, actor: Actor) -> dict[int, tuple[str, ...]]:
    """What officers wrote when they sent it back, as staff read it; nothing of the petitioner's."""
    if actor.role == "system":
        return {}
    moments = reading.timeline(case_id, actor, "zh-hans")
    return {one.seq: tuple(one.texts.values()) for one in moments if one.role != "petitioner"}


def _measures(told: Sequence[tuple[Past, Case]]) -> Iterator[Measure]:
    for fact, case in told:
        if fact.part in MEASURES:
            to = case.addressee if fact.part == "suggest" else str(fact.values.get("office", ""))
            yield Measure(_deed(fact), fact.part, to or case.handler)
