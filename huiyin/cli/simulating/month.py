"""A month of a county's work, act by act through the pages: arrivals, handling, routines, mistakes, absences.

Every act is a request that its user would send; nothing is written past the pages, save what the background
worker records of passed dates. What happens is drawn from the seed: the same seed is the same month.
"""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar

from huiyin.cli.simulating.casework import Handling
from huiyin.cli.simulating.diary import Diary
from huiyin.cli.simulating.filing import Filing
from huiyin.cli.simulating.ledgers import Ledgers
from huiyin.cli.simulating.programs import Programs
from huiyin.cli.simulating.routine import Routine
from huiyin.cli.simulating.windows import Clock, Windows

DAY = timedelta(days=1)
WORDS = Path(__file__).parent.parent / "sample" / "month.toml"
SESSIONS = (time(10, 20), time(14, 40))  # when offices take up what lies on their desks
LOOKS = (time(0, 5), time(9, 1), time(17, 1))  # when dates pass that something hangs on
REST_SHARE = 0.2  # of a working day's arrivals come on a rest day, none of them at a counter
BY_PROGRAM = 0.15  # of all arrivals
READING = time(6)  # when a program asks what changed since yesterday
CALLING = 3  # Thursday: the bureau calls back


@dataclass(order=True)
class Event:
    """Something that happens at a moment; events of one moment in the order they were planned."""

    at: datetime
    turn: int
    act: Callable[[], None] = field(compare=False)


class Month:
    """One simulated month; `run` plays it. `zone`: where the county's days are counted."""

    def __init__(self, first: date, arrivals: int, seed: int) -> None:
        from huiyin.casework.law import ZONE

        self.first, self.arrivals, self.zone = first, arrivals, ZONE
        self.chance = random.Random(f"{first} {seed}")
        self.clock = Clock(self.moment(first - DAY, time(9)))
        self.windows, self.diary = Windows(self.clock), Diary()
        self.told = tomllib.loads(WORDS.read_text("utf-8"))
        self.filing = Filing(self.windows, self.diary, self.chance, self.told["topic"])
        self.handling = Handling(self.windows, self.diary, self.chance)
        self.programs = Programs(self.windows, self.diary, self.chance, self.filing)
        self.ledgers = Ledgers(self.windows, self.diary, self.chance)
        self.routine = Routine(
            self.windows, self.diary, self.chance, self.told["trouble"], self.filing, self.ledgers
        )

    def moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)

    @property
    def days(self) -> list[date]:
        last = (self.first + 31 * DAY).replace(day=1) - DAY
        return [self.first + n * DAY for n in range((last - self.first).days + 1)]

    def run(self, progress: Callable[[int], None]) -> Diary:
        with self.clock:
            self.routine.begin(self.days)
            self.programs.begin()
            shares = self._shares()
            for done, day in enumerate(self.days, 1):
                for event in sorted(self._plan(day, shares[day])):
                    self.clock.now = max(self.clock.now, event.at)
                    event.act()
                progress(done)
            self.clock.now = self.moment(self.days[-1] + DAY, time(0, 5))
            self._look()
            self.programs.read()
        return self.diary

    def _shares(self) -> dict[date, int]:
        """How many arrive on each day; they add up to all."""
        weights = [1.0 if chinese_calendar.is_workday(day) else REST_SHARE for day in self.days]
        drawn = self.chance.choices(self.days, weights, k=self.arrivals)
        return {day: drawn.count(day) for day in self.days}

    def _plan(self, day: date, arrivals: int) -> Iterator[Event]:
        works = chinese_calendar.is_workday(day)
        acts: list[tuple[time, Callable[[], None]]] = [(at, self._look) for at in LOOKS]
        acts += [(self._hour(works), self._arrival(works)) for _ in range(arrivals)]
        acts += self.routine.acts(day, works)
        acts += [(READING, self.programs.read)]
        if works and day.weekday() == CALLING:
            acts += [(time(16, 30), lambda: self.ledgers.call_back(self.days[0], day))]
        if works:
            acts += [(at, self.handling.session) for at in SESSIONS]
        for turn, (at, act) in enumerate(acts):
            yield Event(self.moment(day, at), turn, act)

    def _hour(self, works: bool) -> time:
        """Counters are open from 8:30 to 17:30; on a rest day people write whenever they like."""
        minute = self.chance.randrange(510, 1050) if works else self.chance.randrange(360, 1380)
        return time(minute // 60, minute % 60, self.chance.randrange(60))

    def _arrival(self, works: bool) -> Callable[[], None]:
        if self.chance.random() < BY_PROGRAM:
            return self.programs.file
        return self.filing.at_a_counter_or_by_web if works else self.filing.by_web

    def _look(self) -> None:
        """What the background worker does every minute."""
        from huiyin.casework import breaching
        from huiyin.rounds import missing

        breaching.record_due(self.clock.now)
        missing.record_due(self.clock.now)
