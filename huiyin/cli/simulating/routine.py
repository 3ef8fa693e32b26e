"""The routine of a simulated month: duty, reports, sweeps, reception days and promises, some missed."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

import chinese_calendar

from huiyin.cli.simulating import county
from huiyin.cli.simulating.diary import Arrival, Diary
from huiyin.cli.simulating.filing import Filing, registered
from huiyin.cli.simulating.ledgers import Ledgers
from huiyin.cli.simulating.windows import Windows
from huiyin.offices import tree
from huiyin.rounds.status import STATES

DAY = timedelta(days=1)
KEPT = 0.95  # of the rounds of routine are filed in time
BY_SHEET = 3  # offices that file their daily report as a row of its sheet
FIGURE_HEADS = {
    "letter": "来信（件）",
    "visit": "来访（件）",
    "web": "网信（件）",
    "call": "来电（件）",
    "outreach": "下访（件）",
    "groups": "来访批次",
    "people": "来访人次",
    "mass_groups": "集体访批次",
    "mass_people": "集体访人次",
    "urgent": "重大紧急",
    "remark": "备注",
}
WRONG_FIGURE = 0.03  # of the daily reports state a figure that the register does not hold, and say why
NEW_TROUBLE, SETTLED, REGISTERED = 0.25, 0.25, 0.05  # an office's week
RECEIVES = 0.9  # of the leaders hold a reception day in the month
PROMISED, KEPT_PROMISE = 0.5, 0.7
COUNTED = re.compile(r'<td class="num">(\d+)</td><td><input[^>]*\bname="(\w+)"')
TO_FILE_AGAIN = re.compile(f'{STATES["again"].zh}<.*?href="/desk/rounds/daily/([0-9-]+)/"', re.DOTALL)
REF = re.compile(r"/desk/rounds/(?:trouble|receptions|promises)/(\w{16})/")
HOLDS = ("county", "department", "town")
REPORTS = ("bureau", "department", "town")
SWEEPS = ("department", "town")

Act = tuple[time, Callable[[], None]]


class Routine:
    """Whoever owes a round files it, or does not; the diary knows which."""

    def __init__(
        self,
        windows: Windows,
        diary: Diary,
        chance: random.Random,
        troubles: Sequence[Mapping[str, Any]],
        filing: Filing,
        ledgers: Ledgers,
    ) -> None:
        self.windows, self.diary, self.chance, self.filing = windows, diary, chance, filing
        self.troubles, self.ledgers = troubles, ledgers
        self._days: list[date] = []
        self._roster: dict[date, str] = {}
        self._receive: dict[date, list[tuple[str, str]]] = {}
        self._open: list[tuple[str, str, date]] = []
        self._registered: set[str] = set()  # each category has troubles of the same words

    # --- before the month -----------------------------------------------------------------------

    def begin(self, days: Sequence[date]) -> None:
        """The day before: the routine is put in force, and the bureau's roster is set for the month."""
        self._days = list(days)
        head = county.login(county.BUREAU, "head")
        self.windows.post(head, "/desk/rounds/missing/", {})
        for n, day in enumerate(days):
            self._roster[day] = county.login(county.BUREAU, ("clerk", "officer", "officer2")[n % 3])
        for officer in sorted(set(self._roster.values())):
            for day in (day for day, login in self._roster.items() if login == officer):
                sent = {"act": "assign", "a-first": day, "a-last": day, "a-officer": officer}
                self.windows.post(head, "/desk/rounds/duty/", sent)
        self._plan_receptions()

    def _plan_receptions(self) -> None:
        """One day for each leader who receives, on a working day after the first week."""
        later = [day for day in self._days[7:-2] if chinese_calendar.is_workday(day)]
        for office in self._of(*HOLDS):
            if self.chance.random() < RECEIVES:
                self._receive.setdefault(self.chance.choice(later), []).append((office, ""))

    # --- a day ----------------------------------------------------------------------------------

    def acts(self, day: date, works: bool) -> Iterator[Act]:
        if day > self._days[0] and self._kept():
            yield time(8, self.chance.randrange(30, 60)), lambda: self._hand_over(day - DAY)
        if day == self._days[-1]:  # the papers of the month are made up before it ends
            yield time(17, 40), self._report_again
        if not works:
            return
        yield time(8, 20), self._report_again
        for office in self._of(*REPORTS):
            if self._kept():
                yield time(16, self.chance.randrange(5, 59)), self._reporting(office, day)
        if day == _sweep_day(day):
            for office in self._of(*SWEEPS):
                if self._kept():
                    yield time(15, self.chance.randrange(60)), self._sweeping(office, day)
        for office, _ in self._receive.get(day, ()):
            yield time(9, self.chance.randrange(60)), self._receiving(office, day)
        yield time(8, 40), lambda: self._publish(day)
        yield time(17, 10), self._keep_promises

    def _kept(self) -> bool:
        return self.chance.random() < KEPT

    @staticmethod
    def _of(*kinds: str) -> list[str]:
        return [one.code for one in tree.offices() if one.kind in kinds]

    def _today(self) -> date:
        return self.windows.clock.now.date()

    def _file(self, act: str, office: str, day: date) -> None:
        self.diary.filed.setdefault((act, office, day), self.windows.clock.now)

    # --- duty and the daily report ----------------------------------------------------------------

    def _hand_over(self, day: date) -> None:
        note = {"act": "hand_over", "of": day.isoformat(), "h-text": "夜间来电均已登记，无紧急情况。"}
        self.windows.post(self._roster[day], "/desk/rounds/duty/", note)
        self._file("handover", county.BUREAU, day)

    def _reporting(self, office: str, day: date) -> Callable[[], None]:
        def act() -> None:
            self._report(office, day)
            self._file("daily", office, day)

        return act

    def _report(self, office: str, day: date) -> None:
        """Send what the page counted; now and then with a figure changed and a remark that says why."""
        clerk, path = county.login(office, "clerk"), f"/desk/rounds/daily/{day}/"
        page = self.windows.get(clerk, path).content.decode()
        sent: dict[str, Any] = {name: int(value) for value, name in COUNTED.findall(page)}
        if self.chance.random() < WRONG_FIGURE:
            sent["call"] += 1
            self.windows.post(clerk, path, sent, lawful=(422,))
            self.diary.mistakes["a report that differs and does not say why"] += 1
            sent["remark"] = "另有一件来电下班前接到，次日补登。"
        if office in self._of(*REPORTS)[:BY_SHEET]:
            filled = {FIGURE_HEADS[name]: value for name, value in sent.items()}
            self.ledgers.report(clerk, tree.names({office}, "zh-hans")[office], day, filled)
        else:
            self.windows.post(clerk, path, sent)
        sent.pop("remark", None)
        self.diary.stated[office, day] = sent

    def _report_again(self) -> None:
        """Next morning: each clerk files again what the office's page asks for."""
        for office in self._of(*REPORTS):
            page = self.windows.get(county.login(office, "clerk"), "/desk/rounds/").content.decode()
            for day in TO_FILE_AGAIN.findall(page):
                self._report(office, date.fromisoformat(day))
                self.diary.again += 1

    # --- the sweep --------------------------------------------------------------------------------

    def _sweeping(self, office: str, day: date) -> Callable[[], None]:
        def act() -> None:
            new = self.chance.random() < NEW_TROUBLE
            self._settle_some(office)
            if new:
                self._list(office)
            sent = {"seen": ""} if new else {"nothing_new": "on"}
            self.windows.post(county.login(office, "officer"), "/desk/rounds/sweep/", sent)
            self._file("sweep", office, day - DAY * day.weekday())

        return act

    def _list(self, office: str) -> None:
        towns = self._of("town")
        trouble = self.chance.choice(self.troubles)
        sent = {
            **trouble,
            "place": office if office in towns else self.chance.choice(towns),
            "charge": office,
            "officer": county.login(office, "officer"),
            "term": self._today() + 14 * DAY,
        }
        self.windows.post(county.login(office, "officer"), "/desk/rounds/trouble/", sent)
        page = self.windows.get(county.login(office, "officer"), "/desk/rounds/sweep/").content.decode()
        (ref,) = set(REF.findall(page)) - set(self.diary.troubles)
        self.diary.troubles[ref] = (office, "open")

    def _settle_some(self, office: str) -> None:
        for ref, (listed, state) in list(self.diary.troubles.items()):
            if listed != office or state != "open":
                continue
            path, roll = f"/desk/rounds/trouble/{ref}/", self.chance.random()
            if roll < SETTLED:
                sent = {"act": "settle", "r-text": "双方已签订书面约定，现场确认完成。"}
                self.windows.post(county.login(office, "officer"), path, sent)
                self.diary.troubles[ref] = (office, "settled")
            elif roll < SETTLED + REGISTERED:
                self._register(ref, office, path)

    def _register(self, ref: str, office: str, path: str) -> None:
        """One act makes an unresolved trouble a case, which the office's clerk registers; nobody came."""
        from huiyin.rounds.models import TroubleRow

        self.windows.post(county.login(office, "clerk"), path, {"act": "register"}, lawful=(200, 302))
        row = TroubleRow.objects.get(ref=ref)
        self.diary.troubles[ref] = (office, "registered")
        at = self.windows.clock.now
        self.diary.arrivals.append(
            Arrival(row.case_id, at, office, "outreach", row.category, 0, row.category in self._registered)
        )
        self._registered.add(row.category)

    # --- reception days ---------------------------------------------------------------------------

    def _publish(self, day: date) -> None:
        """On the first working day every leader's day is published."""
        if any(d < day and chinese_calendar.is_workday(d) for d in self._days):
            return
        for held, planned in sorted(self._receive.items()):
            self._receive[held] = [(office, self._schedule(office, held)) for office, _ in planned]

    def _schedule(self, office: str, held: date) -> str:
        sent = {
            "day": held,
            "starts": "09:00",
            "ends": "11:30",
            "leader": county.login(office, "head"),
            "mode": "on_site",
            "where": "一楼接待室",
            "slots": 6,
        }
        clerk = county.login(office, "clerk")
        self.windows.post(clerk, "/desk/rounds/receptions/", sent)
        page = self.windows.get(clerk, "/desk/rounds/receptions/").content.decode()
        ref: str
        (ref,) = set(REF.findall(page)) - set(self.diary.receptions)
        self.diary.receptions[ref] = office
        return ref

    def _receiving(self, office: str, day: date) -> Callable[[], None]:
        def act() -> None:
            ref = dict(self._receive[day])[office]
            path, clerk = f"/desk/rounds/receptions/{ref}/", county.login(office, "clerk")
            cases = [self._visit(office, path) for _ in range(self.chance.randrange(4))]
            self.windows.post(clerk, path, {"act": "hold"})
            self.diary.held.add((office, day))
            if cases and self.chance.random() < PROMISED:
                self._promise(office, path, cases[0])

        return act

    def _visit(self, office: str, path: str) -> str:
        clerk = county.login(office, "clerk")
        sent, people, repeats = self.filing.form("visit")
        case, code = registered(self.windows.post(clerk, f"{path}note/", sent, lawful=(200,)))
        at = self.windows.clock.now
        self.diary.noted[path.split("/")[-2]] += 1
        self.diary.arrivals.append(
            Arrival(case, at, office, "visit", sent["category"], people, repeats, code)
        )
        return case

    def _promise(self, office: str, path: str, case: str) -> None:
        keeper = self.chance.choice(self._of("department"))
        due = self._today() + self.chance.randint(3, 12) * DAY
        sent = {
            "act": "promise",
            "p-text": "到期前完成现场勘查并书面告知结果。",
            "p-office": keeper,
            "p-officer": county.login(keeper, "officer"),
            "p-due": due,
            "p-case": case,
        }
        self.windows.post(county.login(office, "head"), path, sent)
        page = self.windows.get(county.login(office, "head"), path).content.decode()
        found = re.findall(r"/desk/rounds/promises/(\w{16})/", page)
        self._open.append((found[0], keeper, due))
        self.diary.promised += 1

    def _keep_promises(self) -> None:
        today = self._today()
        for ref, office, due in list(self._open):
            if due - DAY > today:
                continue
            self._open.remove((ref, office, due))
            if due >= today and self.chance.random() < KEPT_PROMISE:
                sent = {"act": "keep", "k-kept_on": today, "k-proof": "已书面告知，回执存档。"}
                self.windows.post(county.login(office, "officer"), f"/desk/rounds/promises/{ref}/", sent)
                self.diary.kept += 1


def _sweep_day(day: date) -> date | None:
    """When this week's sweep is signed: on its last working day up to Friday."""
    monday = day - DAY * day.weekday()
    return max((d for n in range(5) if chinese_calendar.is_workday(d := monday + n * DAY)), default=None)
