"""What an office makes for the petitioner (opinions, reviews, refusals), and when it reaches them.

A step makes such a paper when it decides a stage, or by its part. Where the book has it served, the
petitioner reads it once it was; a book that serves nothing there hands it over at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from huiyin.casework import law
from huiyin.casework.records import Past
from huiyin.procedure import Case, Step

MAKES = frozenset({"answer", "review", "refuse", "redirect"})
# What answers the matter itself; a refusal or a way elsewhere does not.
ANSWERS = frozenset({"answer", "review", "import_answer"})


@dataclass(frozen=True)
class Made:
    """One paper: the fact that made it, and the fact that brought it to the petitioner, if one did."""

    fact: Past
    part: str
    reached: Past | None = None

    @property
    def reached_at(self) -> datetime | None:
        """When it reached the petitioner: the day of its service, or what an imported sheet claims."""
        if self.reached is None:
            return None
        if claimed := self.reached.values.get("occurred_at"):
            return datetime.fromisoformat(claimed)
        day = served_on(self.reached)
        if day is None:
            return self.reached.at
        zone = law.book(self.reached.book).zone
        return min(self.reached.at, datetime.combine(day + timedelta(days=1), time(), zone))


def papers(facts: Sequence[Past], case: Case) -> list[Made]:
    """Every paper of the case, oldest first. `case`: what these facts leave."""
    taken = [fact for fact in facts if fact.step]
    after = [*case.trail[1:], case.state]
    found: list[Made] = []
    for fact, state in zip(taken, after, strict=True):
        step = law.book(fact.book).steps.get(fact.step)
        if step is None:
            continue
        if makes(step):
            found.append(Made(fact, step.part, None if _is_served_later(fact, state) else fact))
        elif step.part == "serve" and found and found[-1].reached is None:
            found[-1] = replace(found[-1], reached=fact)
    return found


def makes(step: Step) -> bool:
    return bool(step.decides) or step.part in MAKES or step.part == "import_answer"


def _is_served_later(fact: Past, state: str) -> bool:
    """Whether the state that the paper leads to is one from which it is served."""
    if fact.part == "import_answer":
        return False
    return any(state in step.from_ for step in law.book(fact.book).of_part("serve"))


def unread(facts: Sequence[Past], case: Case) -> frozenset[int]:
    """Positions of papers that have not reached the petitioner, who reads none of them yet."""
    return frozenset(one.fact.seq for one in papers(facts, case) if one.reached is None)


def served_on(fact: Past) -> date | None:
    """The day on which a step of service, or a sheet, says that the paper was received."""
    step = law.book(fact.book).steps.get(fact.step)
    if step is None or step.part not in ("serve", "import_answer"):
        return None
    days = (fact.values.get(field.id) for field in step.fields if field.kind == "date")
    return next((date.fromisoformat(day) for day in days if day), None)
