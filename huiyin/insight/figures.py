"""The office's return: what came in and how it was answered, in a period and in the same days a year earlier.

Counts are of registrations, groups and matters, rates of offices' duties. Where a petition was received (a
town, the county, the city) is told as one total of the county and never for an office, a place or a list of
cases (design rule 3). Nothing here is ordered by how many complained: offices stand in the order of the tree.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from huiyin.casework import law
from huiyin.casework.permissions import NotYours, closed_to, may_in
from huiyin.insight import following
from huiyin.insight.counting import BANDS, MORE
from huiyin.insight.figure_words import DEFINITIONS, GROUP, WITHIN
from huiyin.insight.measures import quantile
from huiyin.insight.models import Counted, Duty
from huiyin.insight.periods import Period
from huiyin.offices import tree
from huiyin.procedure import Actor
from huiyin.rounds import sweep

PRESENT = ("visit", "outreach")  # channels in which people are met: 批次 and 人次
# What a sweep found became a case by an office's own act: registered as outreach, and nobody came.
SWEPT = Q(case__in=sweep.cases())
MET = Q(channel__in=PRESENT) & ~SWEPT
SATISFIED = ("satisfied", "basically", "excellent", "very_good", "good")
KINDS = ("routing", "acceptance", "answer")
MASS = (*(name for name, most in BANDS if most >= GROUP), MORE)
LEVELS = {"town": "town", "city": "city"}  # any other kind of office is the county's

# Of one office: how it keeps its time, and what that is counted from. Nothing else (design rule 3).
OF_OFFICE = ("registered", "answered")


@dataclass(frozen=True)
class Rate:
    """A share with both its numbers; `part` of `whole`. `waiting`: not due yet, in neither."""

    part: int
    whole: int
    waiting: int = 0

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Figures:
    """One period's figures. `by`: dimension to code to 件次; without `level` where it is not the county's."""

    counts: Mapping[str, int]
    rates: Mapping[str, Rate]
    days: Mapping[str, float | None]
    by: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def change(self, before: "Figures", name: str) -> float | None:
        """Relative change of a count against the earlier period; None over nothing."""
        earlier = before.counts[name]
        return (self.counts[name] - earlier) / earlier if earlier else None


@dataclass(frozen=True)
class Return:
    """A period's figures beside those of a year earlier. `entries`: of how many entries of the log they are,
    `behind`: how many more there were."""

    period: Period
    office: str
    now: Figures
    before: Figures
    entries: int
    behind: int
    made_on: date


def figures(
    actor: Actor, period: Period, at: datetime, office: str = "", *, pages: int | None = None
) -> Return:
    """The return of the county, or of one office's own cases; `NotYours` where the table refuses.

    `pages`: how much of the log is counted at most before the figures are made.

    What complains of the actor or of the actor's office is counted nowhere they look (design rule 4).
    """
    require(actor, office)
    entries, today = following.catch_up(pages), law.day_of(at)
    hidden = closed_to(actor) if actor.office else []
    return Return(
        period=period,
        office=office,
        now=_figures(Scope(period, office, tuple(hidden)), today),
        before=_figures(Scope(period.year_earlier(), office, tuple(hidden)), today),
        entries=entries,
        behind=following.behind(),
        made_on=today,
    )


def require(actor: Actor, office: str) -> None:
    action = "figures.office" if office else "figures.county"
    if not may_in(actor, action, office):
        raise NotYours(action)


@dataclass(frozen=True)
class Scope:
    """Which rows a figure is about: days, one office or all, and what is hidden from whoever asks."""

    period: Period
    office: str = ""
    hidden: Sequence[str] = ()

    def cases(self) -> QuerySet[Counted]:
        rows = Counted.objects.filter(received_on__range=(self.period.first, self.period.last))
        rows = rows.filter(office=self.office) if self.office else rows
        return rows.exclude(case__in=self.hidden) if self.hidden else rows

    def duties(self, kinds: Sequence[str], cohort: str) -> QuerySet[Duty]:
        """Duties of these kinds, due in the period or of what came in it (`cohort`: due, received_on).

        A duty that went elsewhere in time is nobody's.
        """
        days = {f"{cohort}__range": (self.period.first, self.period.last)}
        rows = Duty.objects.filter(kind__in=kinds, **days).exclude(passed_on=True, late=False)
        rows = rows.filter(office=self.office) if self.office else rows
        return rows.exclude(case__in=self.hidden) if self.hidden else rows


# --- one period -------------------------------------------------------------------------------


def _figures(scope: Scope, today: date) -> Figures:
    cells = _cells(scope.cases())
    counts = _counts(cells, _cells(scope.cases().filter(SWEPT)))
    within, spent = _days(scope)
    rates = {"within": within, **rates_of_duties(scope, today)}
    if scope.office:
        return Figures({name: counts[name] for name in OF_OFFICE}, rates, spent)
    return Figures(counts, {**_case_rates(cells), **rates}, spent, _by(cells))


def _days(scope: Scope) -> tuple[Rate, dict[str, float | None]]:
    """How many answers arrived within the limit, and the quantiles of the days they took: the database sorts,
    and of a period's tens of thousands no more than four come here."""
    rows = scope.cases().filter(days__isnull=False).order_by()
    found = rows.aggregate(every=Count("days"), part=Count("days", filter=Q(days__lte=WITHIN)))
    ordered = rows.order_by("days").values_list("days", flat=True)
    spent = {name: quantile(ordered, found["every"], q) for name, q in (("median", 0.5), ("p90", 0.9))}
    return Rate(found["part"], found["every"]), spent


@dataclass(frozen=True)
class Cell:
    """How many registrations share one channel, content class, band, office, rating and receiving bureau."""

    channel: str
    category: str
    band: str
    office: str
    rating: str
    bureau: str
    n: int
    first: int
    people: int
    answered: int
    rateable: int


def _cells(rows: QuerySet[Counted]) -> list[Cell]:
    """All that is counted of registrations, in one reading of one index (`counted_cells`)."""
    found = rows.values_list("channel", "category", "band", "office", "rating", "bureau")
    numbers = found.annotate(
        n=Count("*"),
        first=Count("channel", filter=Q(repeat_of="")),
        everybody=Sum("people"),
        answers=Count("answered_on"),
        could=Count("channel", filter=Q(rateable=True)),
    )
    return [Cell(*row) for row in numbers.order_by()]


def _counts(cells: Sequence[Cell], swept: Sequence[Cell]) -> dict[str, int]:
    """`swept`: those among the cells that nobody brought, few and read by themselves."""
    met = [cell for cell in cells if cell.channel in PRESENT]
    mass = [cell for cell in met if cell.band in MASS]
    return {
        "registered": _sum(cells, "n"),
        "matters": _sum(cells, "first"),
        "groups": _sum(met, "n") - _sum(swept, "n"),
        "people": _sum(met, "people") - _sum(swept, "people"),
        "mass_groups": _sum(mass, "n"),
        "mass_people": _sum(mass, "people"),
        "answered": _sum(cells, "answered"),
    }


def _sum(cells: Iterable[Cell], of: str) -> int:
    return sum(getattr(cell, of) for cell in cells)


def _case_rates(cells: Sequence[Cell]) -> dict[str, Rate]:
    registered, first = _sum(cells, "n"), _sum(cells, "first")
    rated = [cell for cell in cells if cell.rating]
    content = [cell for cell in rated if cell.rating in SATISFIED]
    return {
        "repeated": Rate(registered - first, registered),
        "rated": Rate(_sum(rated, "n"), _sum(cells, "rateable")),
        "satisfied": Rate(_sum(content, "n"), _sum(rated, "n")),
    }


def rates_of_duties(scope: Scope, today: date) -> dict[str, Rate]:
    due, received = (_by_kind(scope.duties(KINDS, cohort), today) for cohort in ("due", "received_on"))
    return {
        "routed_on_time": _of_due(due, "routing"),
        "accepted_on_time": _of_due(due, "acceptance"),
        "answered_on_time": _of_due(due, "answer"),
        "accepted_of_received": received.get("acceptance", Rate(0, 0)),
        "answered_of_received": received.get("answer", Rate(0, 0)),
    }


def _by_kind(rows: QuerySet[Duty], today: date) -> dict[str, Rate]:
    """Of every duty of each kind: kept, all, and not due yet."""
    found = rows.values_list("kind").annotate(
        kept=Count("kind", filter=KEPT),
        every=Count("*"),
        waiting=Count("kind", filter=Q(done_on__isnull=True, due__gte=today)),
    )
    return {kind: Rate(kept, every, waiting) for kind, kept, every, waiting in found.order_by()}


def _of_due(found: Mapping[str, Rate], kind: str) -> Rate:
    of_all = found.get(kind, Rate(0, 0))
    return Rate(of_all.part, of_all.whole - of_all.waiting, of_all.waiting)


def on_time(scope: Scope, kind: str, today: date) -> Rate:
    """Duties of a kind that were due in the period."""
    return _of_due(_by_kind(scope.duties((kind,), "due"), today), kind)


KEPT = Q(done_on__isnull=False, late=False)


def _by(cells: Sequence[Cell]) -> dict[str, dict[str, int]]:
    """件次 by each dimension; where petitions were received for the whole county, and by nothing else."""
    found = {name: _added(cells, name) for name in ("channel", "category", "band", "office")}
    found["band"] = {b: found["band"].get(b, 0) for b in (*(name for name, _ in BANDS), MORE)}
    found["repeat"] = {"first": _sum(cells, "first"), "repeat": _sum(cells, "n") - _sum(cells, "first")}
    found["level"] = _levels(cells)
    return found


def _added(cells: Sequence[Cell], name: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for cell in cells:
        found[getattr(cell, name)] += cell.n
    return dict(sorted(found.items()))


def _levels(cells: Sequence[Cell]) -> dict[str, int]:
    kinds = {office.code: office.kind for office in tree.offices()}
    found = dict.fromkeys(("town", "county", "city"), 0)
    for cell in cells:
        found[LEVELS.get(kinds.get(cell.bureau, ""), "county")] += cell.n
    return found


# --- as data ----------------------------------------------------------------------------------


def data(found: Return) -> dict[str, Any]:
    """The return as JSON: what `huiyin figures --json` prints."""
    return {
        "from": found.period.first.isoformat(),
        "to": found.period.last.isoformat(),
        "office": found.office,
        "log_entries": found.entries,
        "log_entries_not_counted": found.behind,
        "period": _data(found.now),
        "year_earlier": _data(found.before),
        "change": {name: found.now.change(found.before, name) for name in found.now.counts},
        "definitions": {name: text.en for name, text in DEFINITIONS.items()},
    }


def _data(one: Figures) -> dict[str, Any]:
    rates = {
        name: {"part": r.part, "whole": r.whole, "waiting": r.waiting, "value": r.value}
        for name, r in one.rates.items()
    }
    return {"counts": dict(one.counts), "rates": rates, "days": dict(one.days), "by": dict(one.by)}
