"""Campaigns 专项治理: matters that a rule picks on a day, taken in hand together until a day.

A rule speaks of matters: come again, long open, one content class. Each matter goes its own lawful way, with
a sponsor, a plan, a term and joint sessions as steps of its own; the board only reads how far each has come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from huiyin.casework import law, streams
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, closed_to
from huiyin.casework.records import Deed, Past, past
from huiyin.insight import boards, following
from huiyin.insight.models import CampaignMatter, CampaignRow, Counted
from huiyin.insight.opened import visible
from huiyin.ledger.facts import Fact
from huiyin.offices import tree
from huiyin.offices.models import Officer
from huiyin.procedure import Actor, Text
from huiyin.rounds.matters import words
from huiyin.rounds.routine import Refused

MOST = 200  # matters of one campaign: more is no campaign, and a board of them helps nobody
LONGEST_TERM = 366
SPONSORED, MET, FINISHED = "case.sponsored.1", "session.held.1", "sponsor.finished.1"
BAD_RULE = Text(
    "至少选一条规则：有重件的、办理超过多少天的、哪一类内容的。",
    "Choose at least one rule: come again, open longer than so many days, or one content class.",
)
BAD_DAYS = Text("天数是0到3650的整数。", "A number of days from 0 to 3650.")
BAD_CATEGORY = Text("没有这个内容分类。", "There is no such content class.")
BAD_SPONSOR = Text("包案领导是在职的负责人。", "The sponsor is a head of office in service.")
BAD_TERM = Text(
    f"期限在今天之后，最多{LONGEST_TERM}天。", f"The term ends after today, in {LONGEST_TERM} days at most."
)
NOTHING = Text("没有符合规则的事项。", "No matter meets this rule.")
TOO_MANY = Text(
    f"符合规则的超过{MOST}件，请把规则收窄。", f"More than {MOST} matters meet this rule; make it narrower."
)
CLOSED = Text("这个专项已经结束。", "This campaign has ended already.")


@dataclass(frozen=True)
class Rule:
    """Which matters: those that came again, open so many days or longer, of one content class; all of it."""

    repeats: bool = False
    open_days: int = 0
    category: str = ""


@dataclass(frozen=True)
class Matter:
    """One matter on the board. `stage`: one of `STAGES`; sponsor and dates are those of its steps."""

    row: CaseRow
    sponsor: Officer | None
    finish_by: date | None
    sessions: int
    stage: str


@dataclass(frozen=True)
class Campaign:
    """A campaign with its words. `stages`: how many of the matters that the reader may see stand where."""

    row: CampaignRow
    title: str
    plan: str
    result: str
    sponsor: Officer | None
    total: int
    stages: Mapping[str, int]
    matters: Sequence[Matter] = ()


STAGES = ("waiting", "sponsored", "overdue", "finished", "ended")


# --- opening one ------------------------------------------------------------------------------


def chosen(rule: Rule, actor: Actor, today: date) -> list[str]:
    """The matters that meet the rule today and are open to the actor: first registrations, none sealed."""
    boards.require(actor, "campaign.open")
    _check(rule)
    following.catch_up()
    return [row.case_id for row in _open_to(actor, _meeting(rule, today))[: MOST + 1]]


def _check(rule: Rule) -> None:
    if rule == Rule():
        raise Refused(BAD_RULE)
    if not 0 <= rule.open_days <= 3650:
        raise Refused(BAD_DAYS, "open_days")
    if rule.category and rule.category not in law.book_in_force().categories:
        raise Refused(BAD_CATEGORY, "category")


def _meeting(rule: Rule, today: date) -> QuerySet[Counted]:
    again = Counted.objects.filter(repeat_of=OuterRef("pk"))
    unfinished = Q(ended=False) | Exists(again.filter(ended=False))
    rows = Counted.objects.filter(unfinished, repeat_of="")
    if rule.repeats:
        rows = rows.filter(Exists(again))
    if rule.open_days:
        rows = rows.filter(received_on__lte=today - timedelta(days=rule.open_days))
    return rows.filter(category=rule.category) if rule.category else rows


def _open_to(actor: Actor, rows: QuerySet[Counted]) -> QuerySet[CaseRow]:
    """The cases in the order they were received."""
    found = CaseRow.objects.filter(pk__in=rows.values("pk"), withheld=False, erased=False)
    return found.exclude(pk__in=closed_to(actor)).filter(visible(actor)).order_by("received_on", "number")


def start(values: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    """Open a campaign; its reference. `values`: title, plan, sponsor, term and the rule."""
    today = law.day_of(now)
    rule = Rule(bool(values["repeats"]), int(values["open_days"] or 0), values["category"] or "")
    matters = chosen(rule, actor, today)
    texts = {name: words(name, values[name], line=name == "title") for name in ("title", "plan")}
    term: date = values["term"]
    if not today < term <= today + timedelta(days=LONGEST_TERM):
        raise Refused(BAD_TERM, "term")
    if not matters or len(matters) > MOST:
        raise Refused(TOO_MANY if matters else NOTHING)
    clear = {
        "sponsor": _leader(values["sponsor"]),
        "repeats": rule.repeats,
        "open_days": rule.open_days,
        "category": rule.category,
        "term": term.isoformat(),
        "matters": matters,
    }
    return boards.begin(boards.CAMPAIGN, Deed("campaign.opened.1", actor, "", clear, texts), today, now)


def _leader(login: str) -> str:
    found = tree.officer(login)
    if found is None or not found.is_active or found.role not in (Officer.Role.HEAD, Officer.Role.SUPERVISOR):
        raise Refused(BAD_SPONSOR, "sponsor")
    return found.login


def leaders() -> list[Officer]:
    """Whoever may sponsor a campaign."""
    roles = (Officer.Role.HEAD, Officer.Role.SUPERVISOR)
    return list(Officer.objects.filter(role__in=roles, is_active=True).order_by("office_id", "login"))


def close(ref: str, result: str, actor: Actor, now: datetime) -> None:
    """End a campaign with what came of it; its matters go on as they are."""
    row = _row(ref, actor, "campaign.open")
    if row.closed_on:
        raise Refused(CLOSED)
    boards.add(ref, Deed("campaign.closed.1", actor, texts={"result": words("result", result)}), now)


# --- the board --------------------------------------------------------------------------------


def board(actor: Actor, now: datetime) -> list[Campaign]:
    """Every campaign, those under way first, each with how far it has come."""
    boards.require(actor, "campaign.read")
    rows = sorted(CampaignRow.objects.all(), key=lambda row: (row.closed_on is not None, row.term, row.ref))
    told = _words([row.ref for row in rows], actor)
    return [_campaign(row, told.get(row.ref, {}), _matters(row, actor, now)) for row in rows]


def campaign(ref: str, actor: Actor, now: datetime) -> Campaign:
    """One campaign with each of its matters that the actor may see."""
    row = _row(ref, actor, "campaign.read")
    return _campaign(row, _words([ref], actor).get(ref, {}), _matters(row, actor, now))


def _row(ref: str, actor: Actor, action: str) -> CampaignRow:
    boards.require(actor, action)
    row = CampaignRow.objects.filter(ref=ref).first()
    if row is None:
        raise NotYours(ref)
    return row


def _words(refs: Iterable[str], actor: Actor) -> dict[str, dict[str, str]]:
    found = streams.words(refs, actor, "campaign.read")
    return {
        ref: {k: v for texts in by_seq.values() for k, v in texts.items()} for ref, by_seq in found.items()
    }


def _campaign(row: CampaignRow, told: Mapping[str, str], matters: list[Matter]) -> Campaign:
    stages = {stage: sum(one.stage == stage for one in matters) for stage in STAGES}
    sponsor, title = tree.officer(row.sponsor), told.get("title", "")
    plan, result = told.get("plan", ""), told.get("result", "")
    return Campaign(row, title, plan, result, sponsor, len(matters), stages, matters)


def _matters(row: CampaignRow, actor: Actor, now: datetime) -> list[Matter]:
    cases = [one.case for one in CampaignMatter.objects.filter(ref=row.ref)]
    seen = CaseRow.objects.filter(pk__in=cases).exclude(pk__in=closed_to(actor)).filter(visible(actor))
    rows = {one.case_id: one for one in seen.order_by("received_on", "number")}
    steps = _steps(rows)
    people = {one.login: one for one in tree.officers({f.values["leader"] for f in _sponsorings(steps)})}
    return [_matter(one, steps.get(case, []), people, law.day_of(now)) for case, one in rows.items()]


def _steps(cases: Iterable[str]) -> dict[str, list[Past]]:
    """What was done in each case about its sponsor and its joint sessions."""
    kinds = (SPONSORED, MET, FINISHED)
    found: dict[str, list[Past]] = {}
    for fact in sorted(Fact.objects.filter(case_id__in=list(cases), kind__in=kinds), key=lambda f: f.seq):
        found.setdefault(fact.case_id, []).append(past(fact))
    return found


def _sponsorings(steps: Mapping[str, list[Past]]) -> list[Past]:
    return [fact for facts in steps.values() for fact in facts if fact.kind == SPONSORED]


def _matter(row: CaseRow, steps: list[Past], people: Mapping[str, Officer], today: date) -> Matter:
    last = next((fact for fact in reversed(steps) if fact.kind in (SPONSORED, FINISHED)), None)
    given = next((fact for fact in reversed(steps) if fact.kind == SPONSORED), None)
    finish_by = date.fromisoformat(given.values["finish_by"]) if given else None
    if row.ended:
        stage = "ended"
    elif last is None or finish_by is None:
        stage = "waiting"
    elif last.kind == FINISHED:
        stage = "finished"
    else:
        stage = "overdue" if finish_by < today else "sponsored"
    sessions = sum(fact.kind == MET for fact in steps)
    return Matter(row, people.get(given.values["leader"]) if given else None, finish_by, sessions, stage)
