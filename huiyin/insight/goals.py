"""The goals board: targets on how offices answer, from a closed list, each set as a fact by whoever set it.

A target on how many people complain, come again, come together or go higher cannot be entered: it would make
an office's standing depend on keeping people away (design rule 3). The list below is all there is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from huiyin.casework import law
from huiyin.casework.permissions import NotYours
from huiyin.casework.records import Deed
from huiyin.insight import boards, following
from huiyin.insight.figure_words import DEFINITIONS, TITLES
from huiyin.insight.figures import Rate, Scope, on_time
from huiyin.insight.models import Counted, GoalRow
from huiyin.insight.periods import Period
from huiyin.procedure import Actor, Text
from huiyin.rounds.models import PromiseRow
from huiyin.rounds.routine import Refused

DUE = timedelta(days=75)  # to give notice and to answer: a younger repeat may still wait for its answer

WHY_NOT = Text(
    "这里只能给单位怎么办事定目标。反映的人有多少、来几次、几个人一起来、去了哪一级，都不能定目标："
    "目标一旦定在人数上，最省事的办法就是不让人来。来信来访是权利，不是要压下去的数字。",
    "Targets are set here on how offices do their work. How many people complain, how often, how many "
    "together or how high they go cannot be a target: the easiest way to reach it would be to keep people "
    "from coming. To complain is a right and no number to be pressed down.",
)
BAD_PERIOD = Text("结束日期不能早于开始日期。", "The period has to end on or after its first day.")
BAD_TARGET = Text(
    "目标是1到100的整数，表示百分之几。", "A target is a whole number of per cent, from 1 to 100."
)
STANDS = Text(
    "这一项在这段时间里已经有目标；先撤下，再定新的。",
    "There is such a goal for these days already; take it down first.",
)
GONE = Text("这个目标已经撤下。", "This goal was taken down already.")


@dataclass(frozen=True)
class Measure:
    """One thing a goal may be about. `of`: how it stands in a period on a day."""

    title: Text
    definition: Text
    of: Callable[[Period, date], Rate]


@dataclass(frozen=True)
class Goal:
    """A goal as the board shows it. `reached`: None while nothing was due."""

    row: GoalRow
    measure: Measure
    rate: Rate

    @property
    def reached(self) -> bool | None:
        return None if self.rate.value is None else self.rate.value * 100 >= self.row.target


# --- what can be aimed at ---------------------------------------------------------------------


def _of_duty(kind: str) -> Callable[[Period, date], Rate]:
    return lambda period, today: on_time(Scope(period), kind, today)


def _reasoned(period: Period, _: date) -> Rate:
    found = _answers(period).aggregate(part=Count("seq", filter=Q(reasoned=True)), whole=Count("seq"))
    return Rate(found["part"], found["whole"])


def _answers(period: Period) -> QuerySet[Counted]:
    return Counted.objects.filter(answered_on__range=(period.first, period.last), imported=False)


def _first_time(period: Period, today: date) -> Rate:
    answered = _answers(period).filter(repeat_of="").annotate(again=Exists(_repeats_of_it()))
    failed = Q(again=True) | Q(asked_on__isnull=False, asked_on__lte=F("settles_on"))
    found = answered.aggregate(
        kept=Count("seq", filter=~failed & Q(settles_on__lt=today)),
        back=Count("seq", filter=failed),
        every=Count("seq"),
    )
    settled = found["kept"] + found["back"]
    return Rate(found["kept"], settled, found["every"] - settled)


def _repeats_of_it() -> QuerySet[Counted]:
    """What came back before a matter settled. That the column says anything at all is said once more: where
    few matters repeat, PostgreSQL takes its usual value, nothing, for the wanted one, and reads the table for
    each matter."""
    again = Counted.objects.filter(repeat_of=OuterRef("pk"), repeat_of__gt="")
    return again.filter(received_on__lte=OuterRef("settles_on"))


def _repeats(period: Period, today: date) -> Rate:
    received = Counted.objects.filter(received_on__range=(period.first, period.last), imported=False)
    found = received.exclude(repeat_of="").aggregate(
        part=Count("seq", filter=Q(reasoned=True)),
        waiting=Count("seq", filter=Q(answered_on=None, ended=False, received_on__gte=today - DUE)),
        every=Count("seq"),
    )
    return Rate(found["part"], found["every"] - found["waiting"], found["waiting"])


def _promises(period: Period, today: date) -> Rate:
    """What answers promised by a date, and what leaders promised at receptions."""
    carried = on_time(Scope(period), "execution", today)
    told = PromiseRow.objects.filter(due__range=(period.first, period.last)).aggregate(
        kept=Count("seq", filter=Q(kept_on__lte=F("due"))),
        waiting=Count("seq", filter=Q(kept_on=None, due__gte=today)),
        every=Count("seq"),
    )
    return Rate(
        carried.part + told["kept"],
        carried.whole + told["every"] - told["waiting"],
        carried.waiting + told["waiting"],
    )


def _of_figure(name: str, kind: str) -> Measure:
    return Measure(TITLES[name], DEFINITIONS[name], _of_duty(kind))


# The closed list. Each is about what an office does, and none moves when more people complain.
MEASURES: Mapping[str, Measure] = {
    "routed_on_time": _of_figure("routed_on_time", "routing"),
    "accepted_on_time": _of_figure("accepted_on_time", "acceptance"),
    "answered_on_time": _of_figure("answered_on_time", "answer"),
    "reasoned": Measure(
        Text("答复说清事实、理由和依据的比例", "Answers with reasons and a basis in law"),
        Text(
            "写明事实、理由和法律依据的答复÷本期送达的全部答复。",
            "Answers that state facts, reasons and a basis in law ÷ all answers that arrived in the period.",
        ),
        _reasoned,
    ),
    "first_time": Measure(
        Text("一次性化解率", "Settled at the first attempt"),
        Text(
            "初件答复后90天内没有重件、没有请求复查的÷本期答复的初件（没满90天的不算）。它衡量答复的质量，"
            "不许用来劝人不要再来：再来登记、请求复查，任何时候都受理。",
            "First registrations answered, with no repeat and no request for a review within 90 days ÷ those "
            "answered in the period (younger than 90 days: not counted). It measures the answer; coming "
            "again and asking for a review stay open at any time.",
        ),
        _first_time,
    ),
    "repeats_answered": Measure(
        Text("重件得到新的说理答复的比例", "Repeats that got a new, reasoned answer"),
        Text(
            "本期收到的重件里，另外作出说理答复的÷全部（还在期限内的不算）。",
            "Of the repeats received in the period, those with a reasoned answer of their own ÷ all (those "
            "still within their time: not counted).",
        ),
        _repeats,
    ),
    "promises_kept": Measure(
        Text("承诺按期兑现率", "Promises kept in time"),
        Text(
            "答复里写明、接访时答应的事，按期落实的÷本期到期的。",
            "What answers and leaders at receptions promised, done in time ÷ all due in the period.",
        ),
        _promises,
    ),
}


# --- setting them, and the board --------------------------------------------------------------


def put(measure: str, target: int, period: Period, actor: Actor, now: datetime) -> str:
    """Set a goal; its reference. `Refused` for whatever is not in the list, with why."""
    boards.require(actor, "goals.set")
    if measure not in MEASURES:
        raise Refused(WHY_NOT, "measure")
    if not 1 <= target <= 100:
        raise Refused(BAD_TARGET, "target")
    days = {"first": period.first, "last": period.last}
    if GoalRow.objects.filter(measure=measure, dropped=False, **days).exists():
        raise Refused(STANDS, "measure")
    values = {"measure": measure, "target": target, **{name: day.isoformat() for name, day in days.items()}}
    deed = Deed("goal.set.1", actor, values=values)
    return boards.begin(boards.GOAL, deed, law.day_of(now), now)


def drop(ref: str, actor: Actor, now: datetime) -> None:
    """Take a goal down; that it stood stays on record."""
    boards.require(actor, "goals.set")
    row = GoalRow.objects.filter(ref=ref).first()
    if row is None:
        raise NotYours(ref)
    if row.dropped:
        raise Refused(GONE)
    boards.add(ref, Deed("goal.dropped.1", actor), now)


def board(actor: Actor, now: datetime, *, pages: int | None = None) -> list[Goal]:
    """Every goal that stands, the newest period first, and where it stands today."""
    boards.require(actor, "goals.read")
    following.catch_up(pages)
    today = law.day_of(now)
    rows = GoalRow.objects.filter(dropped=False).order_by("-last", "measure", "ref")
    return [_goal(row, today) for row in rows if row.measure in MEASURES]


def _goal(row: GoalRow, today: date) -> Goal:
    measure = MEASURES[row.measure]
    return Goal(row, measure, measure.of(Period(row.first, row.last), today))
