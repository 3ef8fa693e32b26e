"""Handling in a simulated month: offices take lawful steps, are absent, reach for what is not theirs."""

import random
from collections.abc import Iterator, Sequence

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import open_case, open_steps
from huiyin.cli.simulating import county
from huiyin.cli.simulating.diary import Diary
from huiyin.cli.simulating.hands import Hands
from huiyin.cli.simulating.windows import Windows
from huiyin.offices import tree
from huiyin.procedure import Actor, Step, day_of
from huiyin.procedure.terms import OFFICE_RELATIONS

TAKEN_UP = 0.3  # of what lies on a desk is taken up in one session
BY_CODE = 0.06  # of the cases whose petitioner can do something: how many do, in one session
ASLEEP = 0.12  # share of the offices that answer nothing for most of the month
FORGED = 0.01  # of the steps are first tried by somebody of another office
RARE = {"withdraw": 0.05, "undo": 0.3, "challenge": 0.4, "ask_review": 0.4, "ask_supervision": 0.3}


class Handling:
    """Two sessions a day in which each office takes up some of what it owes."""

    def __init__(self, windows: Windows, diary: Diary, chance: random.Random) -> None:
        self.windows, self.diary, self.chance = windows, diary, chance
        self._asleep: set[str] | None = None
        self._codes: dict[str, str] = {}
        self._read = 0

    def session(self) -> None:
        self._learn_codes()
        for row in list(CaseRow.objects.filter(ended=False).order_by("registered_at", "number")):
            if self.chance.random() < TAKEN_UP and row.owner_office not in self._silent():
                self._by_the_office(row)
            elif row.case_id in self._codes and self.chance.random() < BY_CODE:
                self._by_the_petitioner(row.case_id)

    def _learn_codes(self) -> None:
        new = self.diary.arrivals[self._read :]
        self._codes |= {one.case: one.code for one in new if one.code}
        self._read = len(self.diary.arrivals)

    def _silent(self) -> set[str]:
        if self._asleep is None:
            deciding = [one.code for one in tree.offices() if one.kind in ("department", "town")]
            self._asleep = set(self.chance.sample(deciding, max(1, round(ASLEEP * len(deciding)))))
        return self._asleep

    # --- an office ------------------------------------------------------------------------------

    def _by_the_office(self, row: CaseRow) -> None:
        """The first of its staff who may move the case does."""
        for actor in self._staff(row.owner_office):
            offers = [offer.step for offer in open_steps(row.case_id, actor, self.windows.clock.now)]
            if offers:
                self._take(row, actor, self._chosen(row.case_id, offers))
                return

    def _staff(self, office: str) -> Iterator[Actor]:
        """Everybody there today, in an order of chance; one in ten is away."""
        places = list(county.STAFF)
        self.chance.shuffle(places)
        for place in places:
            if office and self.chance.random() < 0.9:
                yield Actor(place.rstrip("2"), office, county.login(office, place))

    def _chosen(self, case: str, offers: Sequence[Step]) -> Step:
        """Steps that move the case are likelier, those taken before less so."""
        taken = self.diary.steps[case]
        weights = [self._weight(step) / (1 + 3 * taken[step.id]) for step in offers]
        return self.chance.choices(offers, weights)[0]

    def _weight(self, step: Step) -> float:
        return (12.0 if step.targets() else 0.5) * RARE.get(step.part, 1.0)

    def _take(self, row: CaseRow, actor: Actor, step: Step) -> None:
        path = f"/desk/case/{row.case_id}/step/{step.id}/"
        sent = {"seen": row.seq, **self._hands(row.case_id).desk(step)}
        if self.chance.random() < FORGED:
            self._forge(row.case_id, path)
        answer = self.windows.post(actor.ref, path, sent, lawful=(302, 422))
        if answer.status_code == 302:
            self.diary.steps[row.case_id][step.id] += 1

    def _forge(self, case_id: str, path: str) -> None:
        """Somebody of an office that has nothing to do with the case sends the same form."""
        case = open_case(case_id)
        concerned = {office for name in OFFICE_RELATIONS for office in case.offices(name)}
        others = [one.code for one in tree.offices() if one.kind == "town" and one.code not in concerned]
        other = county.login(self.chance.choice(others), "officer")
        self.windows.post(other, path, {"seen": 1}, lawful=(403, 404))
        self.diary.mistakes["a step forged for another office's case"] += 1

    def _hands(self, case_id: str) -> Hands:
        case, now = open_case(case_id), self.windows.clock.now
        deciding = [one.code for one in tree.offices() if one.decides]
        named = county.login(case.handler or case.bureau, "officer")
        return Hands(case, day_of(now, law.ZONE), self.chance, deciding, [named])

    # --- a petitioner ---------------------------------------------------------------------------

    def _by_the_petitioner(self, case_id: str) -> None:
        now = self.windows.clock.now
        offers = [offer.step for offer in open_steps(case_id, Actor("petitioner"), now)]
        if not offers:
            return
        step = self._chosen(case_id, offers)
        client = self.windows.visitor(f"10.9.{self.chance.randrange(256)}.{self.chance.randrange(1, 255)}")
        self.windows.public(client, "/case/", {"code": self._codes[case_id]}, lawful=(302,))
        path = "/case/rate/" if step.part == "rate" else f"/case/do/{step.id}/"
        sent = self._hands(case_id).portal(step)
        answer = self.windows.public(client, path, sent, lawful=(302, 422))
        if answer.status_code == 302:
            self.diary.steps[case_id][step.id] += 1
            if step.part == "rate":
                self.diary.ratings[sent["rating"]] += 1
