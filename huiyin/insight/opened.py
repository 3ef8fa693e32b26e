"""The cases behind a figure, for whoever may see them: a figure that opens says how many it does not show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import TABLE, closed_to, may
from huiyin.insight import figures, following
from huiyin.insight.figure_words import WITHIN
from huiyin.insight.figures import KEPT, MASS, MET, SATISFIED, Scope
from huiyin.insight.models import Counted
from huiyin.insight.periods import Period
from huiyin.procedure import Actor

PAGE = 50
FOLLOW = 4  # pages of the log, counted before a list is shown
# Where a petition was received opens into no list: nobody looks up who went where (design rule 3).
CASES: dict[str, Q] = {
    "registered": Q(),
    "matters": Q(repeat_of=""),
    "repeated": ~Q(repeat_of=""),
    "groups": MET,
    "people": MET,
    "mass_groups": MET & Q(band__in=MASS),
    "mass_people": MET & Q(band__in=MASS),
    "answered": Q(answered_on__isnull=False),
    "within": Q(days__lte=WITHIN),
    "rated": ~Q(rating=""),
    "satisfied": Q(rating__in=SATISFIED),
}
DIMENSIONS = ("channel", "category", "band", "office", "repeat")
DUTIES = {
    "routed_on_time": ("routing", "due"),
    "accepted_on_time": ("acceptance", "due"),
    "answered_on_time": ("answer", "due"),
    "accepted_of_received": ("acceptance", "received_on"),
    "answered_of_received": ("answer", "received_on"),
}
STATES = ("kept", "late", "waiting")
# What an office's own head may open: how it keeps its time.
OF_OFFICE = ("registered", "answered", "within", *DUTIES)


class NoFigure(Exception):
    """No figure of this name opens into cases."""


@dataclass(frozen=True)
class Opened:
    """One page of the cases behind a figure. `total`: of the figure; `closed`: of these, not the reader's."""

    rows: list[CaseRow]
    total: int
    closed: int
    page: int
    pages: int


def opened(
    actor: Actor, period: Period, at: datetime, name: str, value: str = "", office: str = "", page: int = 1
) -> Opened:
    """The cases that a figure counts; `NoFigure` for what does not open, `NotYours` by the table."""
    figures.require(actor, office)
    if office and name not in OF_OFFICE:
        raise NoFigure(name)
    following.catch_up(FOLLOW)
    scope = Scope(period, office, tuple(closed_to(actor)))
    behind = _behind(scope, name, value, law.day_of(at))
    seen = _seen(behind, actor)
    total, mine = behind.count(), seen.count()
    pages = max(1, -(-mine // PAGE))
    page = min(max(page, 1), pages)
    cases = [one.case for one in seen.order_by("received_on", "pk")[(page - 1) * PAGE : page * PAGE]]
    rows = CaseRow.objects.in_bulk(cases)
    shown = [rows[case] for case in cases if case in rows and may(actor, "case.see", rows[case])]
    return Opened(shown, total, total - mine, page, pages)


def _seen(behind: QuerySet[Counted], actor: Actor) -> QuerySet[Counted]:
    """What of a figure the table opens to the actor. Their own office's, which is most, is not looked up."""
    if f"{actor.role}@county" in TABLE["case.see"]:
        return behind
    own = Q(bureau=actor.office) | Q(office=actor.office)
    far = [one.pk for one in behind.exclude(own).only("pk")]
    if not far:
        return behind
    others = CaseRow.objects.filter(visible(actor), pk__in=far).only("pk")
    return behind.filter(own | Q(pk__in=[row.pk for row in others]))


def _behind(scope: Scope, name: str, value: str, today: date) -> QuerySet[Counted]:
    if name in CASES:
        return scope.cases().filter(CASES[name])
    if name == "repeat" and value in ("first", "repeat"):
        return scope.cases().filter(CASES["matters" if value == "first" else "repeated"])
    if name in DIMENSIONS:
        return scope.cases().filter(**{name: value})
    if name in DUTIES and value in STATES:
        return Counted.objects.filter(pk__in=_duties(scope, name, value, today))
    raise NoFigure(name)


def _duties(scope: Scope, name: str, state: str, today: date) -> QuerySet[Any]:
    waiting = Q(done_on__isnull=True, due__gte=today)
    chosen = {"kept": KEPT, "waiting": waiting, "late": ~KEPT & ~waiting}[state]
    kind, cohort = DUTIES[name]
    return scope.duties((kind,), cohort).filter(chosen).values("case")


def visible(actor: Actor) -> Q:
    """The cases that the table opens to the actor by their office's part in them."""
    mine = Q(pk__in=[])
    for role, _, relation in (pair.partition("@") for pair in TABLE["case.see"]):
        if role == actor.role:
            mine |= _related(relation, actor.office)
    return mine


def _related(relation: str, office: str) -> Q:
    known = _BY_RELATION.get(relation)
    return known(office) if known else Q(**{relation: office})


_BY_RELATION: dict[str, Callable[[str], Q]] = {
    "county": lambda _: ~Q(pk__in=[]),
    "any": lambda _: ~Q(pk__in=[]),
    "joint": lambda office: Q(joint__contains=f",{office},"),
}
