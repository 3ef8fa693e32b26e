"""One cast for every test of the procedure: a bureau, two offices, their people and a petitioner."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from huiyin.procedure import ZONE, Actor, Calendar, Case, Count, decide, evolve, load_book, running, start

BOOK = load_book("cn-xinfang-2022@1")
CHINA = Calendar.china()

CLERK = Actor("clerk", "bureau", "clerk1")
OFFICER = Actor("officer", "housing", "officer1")
OTHER_OFFICER = Actor("officer", "water", "officer2")
HEAD = Actor("head", "housing", "head1")
PETITIONER = Actor("petitioner")
SUPERVISOR = Actor("supervisor", "bureau", "super1")
SYSTEM = Actor("system")

FILED: dict[str, Any] = {
    "bureau": "bureau",
    "handler": "",
    "channel": "letter",
    "purpose": "request",
    "category": "construction",
    "place": "qinghe",
    "requests": 2,
    "respondents": ["patrol"],
    "respondent_officers": ["named1"],
    "keep_name": False,
    "sealed_filing": False,
}
OPINION = {
    "outcomes": ["support", "not_supported"],
    "facts": "已查明",
    "reasons": "理由",
    "handling": "意见",
    "basis": "依据",
    "execute_by": date(2027, 9, 1),
}
DAY = timedelta(days=1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZONE)


class Story:
    """A case moved by steps; each step returns the story, so that tests read as a line of time."""

    def __init__(self, day: date, **filed: Any) -> None:
        self.case = start(BOOK)
        self.take("register", day, CLERK, {**FILED, "received_on": day, **filed})

    def take(self, step: str, day: date, actor: Actor, values: Mapping[str, Any] | None = None) -> "Story":
        event = decide(self.case, step, values or {}, actor, noon(day), CHINA)
        self.case = evolve(self.case, event)
        return self

    def transfer(self, day: date, office: str = "housing") -> "Story":
        return self.take("transfer", day, CLERK, {"office": office})

    def accept(self, day: date) -> "Story":
        return self.take("accept", day, OFFICER)

    def hear(self, day: date) -> "Story":
        return self.take("hear", day, OFFICER, {"method": "phone", "record": "他说"})

    def ask_extension(self, day: date, actor: Actor = OFFICER) -> "Story":
        return self.take("ask_extension", day, actor, {"days": 30, "reason": "复杂"})

    def answer(self, day: date) -> "Story":
        return self.take("decide", day, OFFICER, OPINION)

    def serve(self, day: date, served_on: date | None = None) -> "Story":
        values = {"method": "post", "served_on": served_on or day, "proof": "本人签收"}
        return self.take("serve", day, OFFICER, values)

    def counts(self) -> dict[str, Count]:
        return counts(self.case)

    def due(self, clock: str) -> date:
        return self.counts()[clock].due


def counts(case: Case) -> dict[str, Count]:
    return {r.clock.id: r.count for r in running(case, CHINA)}
