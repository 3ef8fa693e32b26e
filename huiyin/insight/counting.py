"""What figures need to know of one case, read from its facts. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from huiyin.casework import answering, law, projection
from huiyin.casework.duties import Run, runs
from huiyin.casework.records import Past
from huiyin.insight.models import Counted, Duty
from huiyin.procedure import Book

# Upper ends of the bands of how many came or signed together (law.md: from five on it is a group).
BANDS = (("1", 1), ("2-4", 4), ("5-10", 10), ("11-20", 20), ("21-50", 50), ("51-100", 100))
MORE = "101+"
KINDS = ("routing", "acceptance", "answer", "review", "execution")
ASKS = ("ask_review", "challenge")
AGAIN = timedelta(days=90)  # after an answer in which nobody comes back for it


def band(people: int) -> str:
    return next((name for name, most in BANDS if people <= most), MORE)


def counted(facts: Sequence[Past]) -> Counted:
    """The row of one case, oldest fact first."""
    row, first = projection.project(facts).case, facts[0]
    zone = law.book(first.book).zone
    people = max(1, int(first.values.get("people") or 0))
    answered = row.answered_at
    answered_on = law.day_of(answered, zone) if answered else None
    return Counted(
        case=row.case_id,
        seq=row.seq,
        received_on=row.received_on,
        bureau=row.bureau,
        office=row.handler or row.bureau,
        channel=row.channel,
        category=row.category,
        people=people,
        band=band(people),
        repeat_of=row.repeat_of,
        imported=row.imported and not row.taken_up,
        ended=row.ended,
        answered_on=answered_on,
        settles_on=answered_on + AGAIN if answered_on else None,
        days=(answered - row.filed_at).total_seconds() / 86400 if answered else None,
        reasoned=_reasoned(facts),
        asked_on=next((law.day_of(f.at, zone) for f in facts if f.part in ASKS), None),
        rating=row.rating,
        rateable=bool(row.rating) or (answered is not None and (row.taken_up or not row.imported)),
    )


def _reasoned(facts: Sequence[Past]) -> bool:
    """Whether the newest paper that decides the matter and reached the petitioner gives reasons and a basis
    for each request. A refusal, a way elsewhere or a sheet's claim does not."""
    made = answering.papers(facts, projection.case_of(facts))
    reached = [one.fact for one in made if one.reached and one.part in answering.ANSWERS]
    return bool(reached) and _gives_reasons(reached[-1])


def _gives_reasons(fact: Past) -> bool:
    step = law.book(fact.book).steps[fact.step]
    needed = {field.id for field in step.fields if field.required}
    return {"reasons", "basis"} <= needed or {"facts", "basis"} <= needed


def duties(facts: Sequence[Past]) -> Iterator[Duty]:
    """Every duty of the case of a kind that figures know."""
    row = projection.project(facts).case
    for number, run in enumerate(runs(facts)):
        if found := kind_of(law.book(facts[-1].book), run.last.clock.id):
            yield _duty(run, found, f"{row.case_id}/{number}", row.case_id, row.received_on)


def _duty(run: Run, kind: str, key: str, case: str, received_on: date) -> Duty:
    count, ended = run.last.count, run.ended
    return Duty(
        key=key,
        case=case,
        kind=kind,
        office=run.last.owner_office,
        received_on=received_on,
        due=count.due,
        done_on=law.day_of(ended.at, count.zone) if ended else None,
        passed_on=ended is not None and not _discharges(ended, run.last.clock.id),
        late=ended is not None and count.expired(ended.at),
    )


def _discharges(fact: Past, clock: str) -> bool:
    step = law.book(fact.book).steps.get(fact.step)
    return step is not None and (clock in step.clocks or step.part in ("serve", "execute"))


def kind_of(book: Book, clock: str) -> str:
    """What a clock of this book is to figures; "" for what they do not tell of."""
    return _kinds(book.name, book.digest).get(clock, "")


@cache
def _kinds(name: str, _digest: str) -> dict[str, str]:
    """A clock is for acceptance where accepting ends it, and for an answer where answering does."""
    book = law.book(name)

    def kept(*parts: str) -> set[str]:
        return {clock for part in parts for step in book.of_part(part) for clock in step.clocks}

    accepting = {
        clock
        for step in book.of_part("accept")
        for clock in step.clocks
        if not step.to or clock not in book.states[step.to].clocks
    }
    routing = {c for c in kept("route", "forward") if book.clocks[c].owner == "bureau"}
    found = dict.fromkeys(kept("execute"), "execution")
    found |= dict.fromkeys(kept("review"), "review")
    found |= dict.fromkeys(kept("answer") - kept("review"), "answer")
    found |= dict.fromkeys(routing - accepting, "routing")
    return found | dict.fromkeys(accepting, "acceptance")
