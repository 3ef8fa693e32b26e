"""The case in plain language: where it is, what comes next, and how each date was counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiyin.casework import telling as shared
from huiyin.casework.law import ZONE, day_of
from huiyin.casework.openings import PURPOSES
from huiyin.casework.reading import Moment, Paper
from huiyin.offices import tree
from huiyin.portal.page import cite, speech
from huiyin.procedure import Book, Count, Field, Running, Step

SOON = 5
# Steps whose words are the answer itself, by their part.
ANSWERING = ("answer", "review", "import_answer")
DAY = timedelta(days=1)
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Told:
    """A count as sentences."""

    due: date
    lines: list[str]
    article: str
    provisional: bool


@dataclass(frozen=True)
class Clock:
    """A running clock as the page shows it. `mood`: over, soon, ok or none. `over`: an office is late."""

    title: str
    count: Told
    mood: str
    left: str
    over: bool


@dataclass(frozen=True)
class Line:
    """One thing that a moment recorded, under the title of its field."""

    title: str
    text: str


@dataclass(frozen=True)
class Happening:
    """One moment of the timeline as the page shows it. `mood` is a class of the design system."""

    fact_id: int
    step: str
    part: str
    index: int | None
    when: str
    title: str
    by: str
    why: str
    article: str
    texts: list[Line]
    papers: tuple[Paper, ...]
    mood: str
    is_answer: bool


def day(value: date) -> str:
    """A date as people write it, with its weekday."""
    if speech().startswith("zh"):
        return f"{value.year}年{value.month}月{value.day}日（周{_WEEKDAYS[value.weekday()]}）"
    return f"{value:%A}, {value.day} {value:%B} {value.year}"


def moment(at: datetime, date_only: bool = False) -> str:
    here = timezone.localtime(at)
    return day(here.date()) if date_only else f"{day(here.date())} {here:%H:%M}"


def told(count: Count, today: date) -> Told:
    """How a due date was found, one fact in each line."""
    return Told(count.due, list(_lines(count, today)), cite(count.article), count.provisional)


def _lines(count: Count, today: date) -> Iterable[str]:
    if count.unit == "per_case":
        yield _("This day was named on %(day)s.") % {"day": day(count.since)}
    else:
        yield _beginning(count, today) % {"day": day(count.day_zero)}
        yield from _counted(count)
    yield _ending(count)


def _beginning(count: Count, today: date) -> str:
    if not count.shadow:
        return _("The count begins with what happened on %(day)s.")
    if today <= count.day_zero:
        # The step before has until the end of that day: nobody is late yet.
        return _(
            "The count begins when the office takes the step before, and on %(day)s at the latest: lateness "
            "buys it no time. What follows is counted from that latest day."
        )
    return _(
        "The office was late with the step before, so the count begins earlier, on %(day)s: "
        "lateness buys it no time."
    )


def _counted(count: Count) -> Iterable[str]:
    yield _("That day itself is not counted. Day 1 is %(day)s.") % {"day": day(count.day_zero + DAY)}
    yield _length(count)
    if count.extension:
        yield ngettext(
            "%(n)d day was added by the head of the office, with a reason.",
            "%(n)d days were added by the head of the office, with a reason.",
            count.extension,
        ) % {"n": count.extension}
    if count.excluded:
        yield ngettext(
            "%(n)d day of the hearing is not counted.",
            "%(n)d days of the hearing are not counted.",
            count.excluded,
        ) % {"n": count.excluded}
    if count.skipped:
        days = _("; ").join(_rest(s.date, s.name.get(speech())) for s in count.skipped)
        yield (
            _("Rest days are not counted: %(days)s.")
            if count.unit == "working_day"
            else _("The last day fell on a rest day, so the date moves to the next working day: %(days)s.")
        ) % {"days": days}


def _ending(count: Count) -> str:
    if count.zone == ZONE:
        return _("The time is over at 24:00 (Beijing time) on %(day)s.") % {"day": day(count.due)}
    return _("The time is over at 24:00 (time of %(zone)s) on %(day)s.") % {
        "zone": count.zone.key,
        "day": day(count.due),
    }


def _rest(when: date, name: str) -> str:
    """A rest day and why it is one, where its weekday has not said so already."""
    return day(when) if name in ("周六", "周日", "Saturday", "Sunday") else f"{day(when)} {name}"


def _length(count: Count) -> str:
    if count.unit == "working_day":
        text = ngettext("The law gives %(n)d working day.", "The law gives %(n)d working days.", count.length)
    elif count.unit == "month":
        text = ngettext("The law gives %(n)d month.", "The law gives %(n)d months.", count.length)
    else:
        text = ngettext("The law gives %(n)d day.", "The law gives %(n)d days.", count.length)
    return text % {"n": count.length}


def clocks(running: Iterable[Running], now: datetime) -> list[Clock]:
    return [_clock(one, now) for one in sorted(running, key=lambda one: one.count.due)]


def _clock(one: Running, now: datetime) -> Clock:
    today = day_of(now, one.count.zone)
    past, left = one.overdue(now), (one.count.due - today).days
    # Whoever lets a right lapse, an office its own or the petitioner theirs, has broken nothing.
    over = past and bool(one.owner_office) and not one.clock.right
    mood = "over" if over else "none" if past else "soon" if left <= SOON else "ok"
    count = told(one.count, today)
    return Clock(one.clock.title.get(speech()), count, mood, _left(left) if over or not past else "", over)


def _left(left: int) -> str:
    if left < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left}
    if left == 0:
        return _("today is the last day")
    return ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}


def happenings(moments: Iterable[Moment], book: Book) -> list[Happening]:
    """The timeline, newest first."""
    return [_happening(one, book) for one in moments][::-1]


def _happening(one: Moment, book: Book) -> Happening:
    step = book.steps.get(one.step)
    is_answer = step is not None and step.part in ANSWERING
    return Happening(
        fact_id=one.fact_id,
        step=one.step,
        part=step.part if step else "",
        index=one.index,
        when=_when(one),
        title=one.title.get(speech()),
        by=_by(one),
        why=_why(one),
        article=cite(one.article),
        # An answer is read as a whole, and only once it was served: never here.
        texts=[] if is_answer else _recorded(one, step, book),
        # Papers of the registration itself stand beside its words.
        papers=one.papers if one.seq else (),
        mood=_mood(one),
        is_answer=is_answer,
    )


def _recorded(one: Moment, step: Step | None, book: Book) -> list[Line]:
    """What the step's form held, in its order. What was filed stands in a box of its own."""
    if one.seq == 1:
        return []
    if step is None:
        return [Line(_("Reason"), one.texts["reason"])] if one.texts.get("reason") else []
    return recorded(step, one.texts, one.values, book)


def recorded(step: Step, texts: Mapping[str, str], values: Mapping[str, Any], book: Book) -> list[Line]:
    """What a step's form held, in its order; the outcome of each request stands beside the request."""
    fields = [f for f in step.fields if f.kind != "outcomes"]
    held = {f: (texts if f.sealed else values).get(f.id) for f in fields}
    return [Line(f.title.get(speech()), _spoken(f, value, book)) for f, value in held.items() if value]


def _spoken(field: Field, value: Any, book: Book) -> str:
    """A value as a person reads it: choices with their article, dates in full, whatever has a name by it."""
    titles = {choice.id: f"{choice.title.get(speech())} {cite(choice.article)}" for choice in field.choices}
    match field.kind:
        case "office" | "offices":
            titles = tree.names(set(value) if isinstance(value, list) else {value}, speech())
        case "date":
            return day(date.fromisoformat(value))
        case "flag":
            return _("Yes")
        case "clock" | "officer" | "officers" | "place":
            return shared.spoken(field, value, book, speech())
    parts = value if isinstance(value, list) else [value]
    return _("; ").join(titles.get(str(part), str(part)).strip() for part in parts)


def _when(one: Moment) -> str:
    """What a sheet or an officer's note claims happened then; everything else when it was recorded."""
    claimed = one.values.get("occurred_at")
    if isinstance(claimed, str) and "date_only" not in one.values:
        return _("%(day)s (noted on the spot; registered on %(entered)s)") % {
            "day": moment(datetime.fromisoformat(claimed)),
            "entered": moment(one.at),
        }
    if isinstance(claimed, str):
        at = datetime.fromisoformat(claimed)
        return _("%(day)s (as an imported sheet claims; entered on %(entered)s)") % {
            "day": moment(at, bool(one.values.get("date_only"))),
            "entered": moment(one.at),
        }
    return moment(one.at)


def _by(one: Moment) -> str:
    if one.role == "petitioner":
        return _("You")
    return " · ".join(part for part in (one.office, one.post) if part)


def _why(one: Moment) -> str:
    purpose = PURPOSES.get(str(one.values.get("purpose", ""))) if one.kind.startswith("identity.") else None
    return purpose.get(speech()) if purpose else ""


def _mood(one: Moment) -> str:
    if one.kind == "identity.opened.1":
        return "is-opening"
    return "is-ours" if one.role == "petitioner" else ""
