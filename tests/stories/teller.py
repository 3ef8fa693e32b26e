"""Life stories of cases: at each turn somebody takes a lawful step through the pages, or time goes by.

Nothing here knows a book. Who may do what comes from the engine, and every step is taken as its user takes
it: the petitioner by code on the portal, an officer logged in at the desk. What the pages refuse although
the engine offers it is a fault of the story, unless it is a value the book does not allow.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.test import Client

from huiyin.casework import breaching, law
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import open_case
from huiyin.cli.simulating.hands import Hands
from huiyin.offices.models import Office, Officer
from huiyin.procedure import Actor, Book, Case, Step, day_of, running
from huiyin.procedure import open_steps as steps_open
from huiyin.procedure.terms import OFFICE_RELATIONS

OFFICES = (
    ("city", "city", "", False),
    ("county", "county", "city", False),
    ("bureau", "bureau", "county", False),
    ("housing", "department", "county", True),
    ("water", "department", "county", True),
    ("roads", "department", "county", True),
    ("discipline", "discipline", "county", False),
)
STAFF = ("clerk", "officer", "officer", "head", "supervisor")
PETITIONER = Actor("petitioner")
TURNS = 45


_first = Client()


def browser() -> Client:
    """A new browser; the server behind it is one, for making it reads every static file."""
    made = Client()
    made.handler = _first.handler
    return made


def county() -> None:
    """Seven offices in three levels, five officers in each."""
    for code, kind, parent, decides in OFFICES:
        Office.objects.create(
            code=code, kind=kind, parent=parent, decides=decides, name_zh=f"{code}办", name_en=code
        )
        for number, role in enumerate(STAFF):
            login = f"{code}-{role}{number}"
            Officer.objects.create(
                login=login,
                office_id=code,
                role=role,
                name_zh=f"{login}某",
                name_en=login,
                post_zh="岗",
                post_en="post",
            )


@dataclass
class Clock:
    """The time of a story, which only ever goes on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def on(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Story:
    """One case from its filing on, and what became of each attempt."""

    book: Book
    clock: Clock
    chance: random.Random
    case_id: str = ""
    code: str = ""
    taken: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def tell(self) -> "Story":
        self._file()
        for _ in range(TURNS):
            self._time_goes_by()
            offers = self._offers()
            if not offers or (self._is_over() and self.chance.random() < 0.5):
                break
            self._take(*self._one_of(offers))
        return self

    # --- filing -------------------------------------------------------------------------------

    def _file(self) -> None:
        form = {
            "token": f"{self.chance.getrandbits(128):032x}",
            "at": "3",
            "do": "send",
            "title": "外墙渗水无人维修",
            "body": f"第{self.chance.randint(1, 10**9)}号：外墙从去年春天开始渗水，一直没有人来修。",
            "request": ["请安排维修", "请说明原因"][: self.chance.randint(1, 2)],
            "purpose": self.chance.choice(list(self.book.purposes)),
            "about": "no",
            "category": self.chance.choice(list(self.book.categories)),
            "identity": self.chance.choice(["open", "kept", "none"]),
            "name": "某某",
        }
        if self.chance.random() < 0.2:
            form |= {"about": "yes", "respondent": ["housing"]}
        sent = browser().post("/file/", form, headers={"Accept": "application/json"})
        assert sent.status_code == 200, sent.content.decode()
        found = sent.json()
        self.case_id, self.code = found["case"], found["code"]

    # --- turns --------------------------------------------------------------------------------

    def case(self) -> Case:
        return open_case(self.case_id)

    def _is_over(self) -> bool:
        return self.book.states[self.case().state].final

    def _time_goes_by(self) -> None:
        """Mostly minutes or days; now and then to the day after the next date, so that it is missed."""
        roll = self.chance.random()
        self.clock.on(minutes=self.chance.randint(1, 90))
        if roll < 0.3:
            self.clock.on(days=self.chance.randint(1, 6))
        elif roll < 0.42:
            self._miss_a_date()
        breaching.record_due(self.clock.now)

    def _miss_a_date(self) -> None:
        case = self.case()
        dues = [r.count.due for r in running(case, law.calendar(self.book)) if not r.overdue(self.clock.now)]
        if dues:
            today = day_of(self.clock.now, self.book.zone)
            self.clock.on(days=(self.chance.choice(dues) - today).days + 1)

    def _offers(self) -> list[tuple[Actor, Step]]:
        """What the first of them, in an order of chance, may do; nothing where nobody may do anything."""
        case = self.case()
        calendar = law.calendar(self.book)
        for actor in self._people(case):
            found = steps_open(case, actor, self.clock.now, calendar)
            if found:
                return [(actor, offer.step) for offer in found]
        return []

    def _people(self, case: Case) -> list[Actor]:
        """Everybody who stands in some relation to the case; whoever it complains of stands in none."""
        offices = {office for name in OFFICE_RELATIONS for office in case.offices(name)}
        actors = [
            Actor(role, office, f"{office}-{role}{number}")
            for office in sorted(offices - set(case.respondents))
            for number, role in enumerate(STAFF)
        ]
        state = self.book.states[case.state]
        # Whose turn it is comes first more often than not; else stories are told by onlookers.
        self.chance.shuffle(actors)
        actors.sort(key=lambda one: one.office != case.office(state.owner) and self.chance.random() < 0.7)
        petitioner_first = self.chance.random() < 0.35 or state.owner == "petitioner"
        return [PETITIONER, *actors] if petitioner_first else [*actors, PETITIONER]

    def _one_of(self, offers: Sequence[tuple[Actor, Step]]) -> tuple[Actor, Step]:
        """Steps that move the case are likelier, those taken before less so: stories come to their ends."""
        before = Counter(self.taken)
        return self.chance.choices(offers, [self._weight(step, before[step.id]) for _, step in offers])[0]

    def _weight(self, step: Step, times: int) -> float:
        moves = 4.0 if step.targets() else 1.0
        rare = 0.1 if step.part in ("withdraw", "undo") else 1.0
        return moves * rare / (1 + 2 * times)

    # --- one step through the pages -------------------------------------------------------------

    def _take(self, actor: Actor, step: Step) -> None:
        before = CaseRow.objects.get(case_id=self.case_id).seq
        answer = self._by_code(step) if actor.role == "petitioner" else self._at_the_desk(actor, step)
        done = CaseRow.objects.get(case_id=self.case_id).seq > before
        told = f"{self.taken} then {step.id} by {actor}: {answer.status_code}"
        assert answer.status_code in (302, 422), told
        assert done == (answer.status_code == 302), told
        if done:
            self.taken.append(step.id)
        else:
            self.refused[step.id] += 1

    def _by_code(self, step: Step) -> HttpResponse:
        client = self.visitor()
        path = "/case/rate/" if step.part == "rate" else f"/case/do/{step.id}/"
        return client.post(path, self._hands().portal(step))  # type: ignore[return-value]

    def visitor(self) -> Client:
        """A browser in which the code was entered."""
        client = browser()
        entered = client.post("/case/", {"code": self.code})
        assert entered.status_code == 302, entered.content.decode()
        return client

    def whole_file(self) -> bytes:
        """What the petitioner takes away."""
        answer = self.visitor().get("/case/file.zip")
        assert answer.status_code == 200, answer.content.decode()
        return answer.content

    def _at_the_desk(self, actor: Actor, step: Step) -> HttpResponse:
        client = browser()
        client.force_login(Officer.objects.get(login=actor.ref))
        seen = CaseRow.objects.get(case_id=self.case_id).seq
        values = {"seen": seen, **self._hands().desk(step)}
        return client.post(f"/desk/case/{self.case_id}/step/{step.id}/", values)  # type: ignore[return-value]

    def _hands(self) -> Hands:
        case = self.case()
        return Hands(
            case,
            day_of(self.clock.now, self.book.zone),
            self.chance,
            [code for code, _, _, decides in OFFICES if decides],
            [f"{case.handler or case.bureau}-officer1"],
        )
