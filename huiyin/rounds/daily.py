"""The daily report (日报/零报告): filled in from the day's facts, filed even if nil.

It counts registrations, visits and urgent matters of the office itself. A nil report and another are filed
alike; no page or figure compares offices by what stands in them.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from huiyin.casework import streams
from huiyin.casework.models import CaseRow
from huiyin.casework.records import Deed, Past, past
from huiyin.ledger.facts import Fact
from huiyin.procedure import Actor, Text
from huiyin.rounds import filing, routine
from huiyin.rounds.filing import Round
from huiyin.rounds.matters import refuse_persons
from huiyin.rounds.models import TroubleRow
from huiyin.rounds.periods import covered
from huiyin.rounds.routine import Refused

CHANNELS = ("letter", "visit", "web", "call", "outreach")
# 来信、来访、网信、来电、下访 (件); 批、人 of visits; 集体访 批、人; 重大紧急 (件).
FIGURES = (*CHANNELS, "groups", "people", "mass_groups", "mass_people", "urgent")
MASS = 5  # a mass visit is of five people or more (Civil Code 1259: 以上 includes the number)
VISITS = ("visit", "outreach")
MOST = 99_999
AT_ONCE = 500  # cases a statement names
NOT_A_NUMBER = Text("请填0到99999的整数。", "Enter a whole number from 0 to 99999.")
SAY_WHY = Text(
    "填报数与系统登记数不一致，请在备注中说明原因。",
    "The figures differ from what was registered: say why in the remark.",
)


@dataclass(frozen=True)
class Report:
    """A daily report as its page shows it. `counted`: from facts, up to `until`; `stated`: as it was filed.
    `came`: how much came since it was filed and belongs in it, arrivals and urgent matters."""

    round: Round
    since: datetime
    until: datetime
    counted: Mapping[str, int]
    stated: Mapping[str, int]
    filed: Past | None
    seq: int
    came: int = 0

    @property
    def proposed(self) -> Mapping[str, int]:
        """What its form begins with: as it was filed, and what came since added to that."""
        if self.filed is None or not self.came:
            return self.stated
        then = self.filed.values["counted"]
        return {name: max(0, self.stated[name] + self.counted[name] - then[name]) for name in FIGURES}

    @property
    def nil(self) -> bool:
        return self.filed is not None and not any(self.stated.values())


def look(office: str, day: date, actor: Actor, now: datetime) -> Report:
    """The report of this day, filled in: as filed, else as counted from facts so far."""
    routine.require(actor, "rounds.read", office)
    return _report(filing.round_of("daily", office, day), now)


def _report(of: Round, now: datetime) -> Report:
    county = routine.in_force()
    since, due = covered(county, of.obligation, of.period.first, routine.calendar(county))
    until = min(now, due)
    facts = filing.history(of)
    filed = next((fact for fact in reversed(facts) if fact.kind == "daily.filed.1"), None)
    counted = count(of.office, since, until)
    stated = filed.values["stated"] if filed else counted
    came = _came_since(filed, of.office, until) if filed else 0
    return Report(of, since, until, counted, stated, filed, facts[-1].seq if facts else 0, came)


def _came_since(filed: Past, office: str, until: datetime) -> int:
    """Arrivals and urgent matters after the moment up to which the filed report counted."""
    then = datetime.fromisoformat(filed.values["until"])
    if then >= until:
        return 0
    found = count(office, then, until)
    return sum(found[name] for name in (*CHANNELS, "urgent"))


def file(
    office: str,
    day: date,
    stated: Mapping[str, int],
    remark: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Past:
    """File the report of this day, or file it again with what was wrong put right.

    Figures that differ from those of the facts need a remark: both are kept.
    """
    of = filing.to_file("daily", office, day, actor, now)
    report = _report(of, now)
    figures = {name: _figure(name, stated.get(name, 0)) for name in FIGURES}
    if figures != dict(report.counted) and not remark.strip():
        raise Refused(SAY_WHY, "remark")
    refuse_persons("remark", remark)
    values = {
        "stated": figures,
        "counted": dict(report.counted),
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
    }
    deed = Deed("daily.filed.1", actor, values=values, texts={"remark": remark.strip()})
    return routine.settled(filing.record(of, deed, now, seen))


def _figure(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise Refused(NOT_A_NUMBER, name)
    return value


def remark(report: Report, actor: Actor) -> str:
    """What was remarked when it was filed, for whoever may read the office's routine."""
    if report.filed is None:
        return ""
    said = streams.words([report.filed.case], actor, "rounds.read").get(report.filed.case, {})
    return str(said.get(report.filed.seq, {}).get("remark", ""))


def count(office: str, since: datetime, until: datetime) -> dict[str, int]:
    """The figures of an office from facts recorded from `since` until before `until`; no imported history."""
    return counts([office], [(since, until)])[office, since]


def counts(
    offices: Collection[str], spans: Sequence[tuple[datetime, datetime]]
) -> dict[tuple[str, datetime], dict[str, int]]:
    """`count` for many offices and spans at once, by office and start; each table is read once.

    The spans follow each other, as those of daily reports do.
    """
    found = {(office, since): dict.fromkeys(FIGURES, 0) for office in offices for since, _ in spans}
    if not spans:
        return found
    starts, (first, last) = [since for since, _ in spans], (spans[0][0], spans[-1][1])
    rows = registered(offices).filter(registered_at__gte=first, registered_at__lt=last)
    filed = list(rows.values_list("case_id", "bureau", "channel", "registered_at"))
    people = _people([case for case, _, channel, _ in filed if channel in VISITS])
    for case, office, channel, at in filed:
        figures = found[office, starts[bisect_right(starts, at) - 1]]
        figures[channel] += 1
        if case in people:
            _count_visit(figures, people[case])
    for office, at in urgent(first, last):
        if office in offices:
            found[office, starts[bisect_right(starts, at) - 1]]["urgent"] += 1
    return found


def registered(offices: Collection[str]) -> QuerySet[CaseRow]:
    """The arrivals that these offices' reports count; no imported history."""
    return CaseRow.objects.filter(bureau__in=offices, imported=False, channel__in=CHANNELS)


def _count_visit(found: dict[str, int], people: int) -> None:
    found["groups"] += 1
    found["people"] += people
    if people >= MASS:
        found["mass_groups"] += 1
        found["mass_people"] += people


def _people(cases: list[str]) -> dict[str, int]:
    """How many came, by case, as its registration says; one where it does not. Without those that a sweep's
    trouble became: nobody came."""
    found: dict[str, int] = {}
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        swept = set(TroubleRow.objects.filter(case_id__in=some).values_list("case_id", flat=True))
        facts = Fact.objects.filter(case_id__in=[case for case in some if case not in swept], seq=1)
        found |= {fact.case_id: past(fact).values.get("people") or 1 for fact in facts}
    return found


def urgent(since: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """Office and moment of each urgent matter that was reported (the procedure's own step)."""
    # Written out: a database uses the index of this one kind only for a kind that it sees.
    told = Fact.objects.extra(where=["kind = 'urgency.reported.1'"])
    told = told.filter(recorded_at__gte=since, recorded_at__lt=until)
    return [(past(fact).actor.office, fact.recorded_at) for fact in told]
