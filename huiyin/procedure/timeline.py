"""A way through a book told day by day: who did what, where the case stood, which clocks ran until when.

The days are those of the book alone, without rest days: day 1 is the first, months have thirty days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from huiyin.procedure.memories import Timed, Window
from huiyin.procedure.reading import Text
from huiyin.procedure.space import Arc
from huiyin.procedure.terms import Book, Clock

TIME = Text("时间", "time")


@dataclass(frozen=True)
class Moment:
    """One line of a timeline. `step`: "" where time itself passes. `clocks`: what runs afterwards, and its
    last day."""

    day: int
    who: Text
    step: str
    what: Text
    state: str
    clocks: tuple[tuple[str, int], ...]


def tell(book: Book, way: Iterable[tuple[str, Arc, str]]) -> tuple[Moment, ...]:
    """The moments of a way of (state, what leads on, state)."""
    return tuple(_Diary(book).moments(way))


def line(book: Book, moment: Moment, lang: str) -> str:
    """A moment as a line to read."""
    clocks = ", ".join(_until(book, name, last).get(lang) for name, last in moment.clocks)
    day = Text(f"第{moment.day}天", f"day {moment.day}").get(lang)
    state = book.states[moment.state].title.get(lang)
    said = f"{day}  {moment.who.get(lang)}: {moment.what.get(lang)} → {state}"
    return f"{said}  [{clocks}]" if clocks else said


def _until(book: Book, clock: str, last: int) -> Text:
    title = book.clocks[clock].title
    return Text(f"{title.zh} 至第{last}天", f"{title.en} until day {last}")


class _Diary:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.day = 1
        self.taken: list[tuple[str, int]] = []

    def moments(self, way: Iterable[tuple[str, Arc, str]]) -> Iterator[Moment]:
        for _, arc, state in way:
            if arc.turn is None:
                self.day = max(self.day, self._last_day(arc) + 1)
            else:
                self.taken.append((arc.turn.step.id, self.day))
            step = arc.turn.step.id if arc.turn else ""
            yield Moment(self.day, self._who(arc), step, self._what(arc), state, tuple(self._clocks(state)))

    def _who(self, arc: Arc) -> Text:
        if arc.turn is None:
            return TIME
        who = next(w for w in arc.turn.step.by if w.relation == arc.turn.relation)
        role = self.book.roles[who.role]
        at = "" if who.role == who.relation else f"@{who.relation}"
        return Text(f"{role.zh}{at}", f"{role.en}{at}")

    def _what(self, arc: Arc) -> Text:
        if arc.turn is not None:
            return arc.turn.step.title
        if isinstance(arc.passes, Timed):
            title = arc.passes.clock.title
            return Text(f"“{title.zh}”期满", f"“{title.en}” is over")
        return Text("允许的天数已过", "the days allowed are over")

    def _last_day(self, arc: Arc) -> int:
        if isinstance(arc.passes, Timed):
            return self._until(arc.passes.clock) or self.day
        assert isinstance(arc.passes, Window)
        return self._latest(arc.passes.writers) + arc.passes.days

    def _clocks(self, state: str) -> Iterator[tuple[str, int]]:
        standing = (c for c in self.book.clocks.values() if c.stops and self._stands(c))
        listed = (self.book.clocks[name] for name in self.book.states[state].clocks)
        for clock in (*listed, *standing):
            until = self._until(clock)
            if until:
                yield clock.id, until

    def _stands(self, clock: Clock) -> bool:
        taken = [step for step, _ in self.taken]
        last = [max((i for i, s in enumerate(taken) if s in steps), default=-1) for steps in _both(clock)]
        return last[0] > last[1]

    def _latest(self, steps: Iterable[str]) -> int:
        wanted = set(steps)
        return max((day for step, day in self.taken if step in wanted), default=0)

    def _until(self, clock: Clock) -> int:
        """The last day of a clock; 0 if it does not count."""
        start = self._latest(s.step for s in clock.starts)
        noticed = [self._until(self.book.clocks[name]) for name in clock.shadow_of]
        start = start or max(noticed, default=0)
        return start + _days(clock) + self._added(clock) if start else 0

    def _added(self, clock: Clock) -> int:
        """What was granted, the most that can be each time."""
        found = 0
        for other in self.book.clocks.values():
            if other.extends and other.extends.clock == clock.id:
                item = self.book.steps[other.extends.step].field(other.extends.field)
                times = sum(step == other.extends.step for step, _ in self.taken)
                found += times * (item.max or 0 if item else 0)
        return found


def _both(clock: Clock) -> tuple[set[str], set[str]]:
    return {s.step for s in clock.starts}, set(clock.stops)


def _days(clock: Clock) -> int:
    """About how many days a clock has: thirty in a month, seven for five working days."""
    about = {"month": clock.length * 30, "working_day": -(-clock.length * 7 // 5)}
    return about.get(clock.unit, clock.length)
