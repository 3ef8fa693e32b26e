"""The goals board, and campaigns with their board of progress."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.casework import law, reading
from huiyin.casework.permissions import entry, may_in
from huiyin.desks import figures_shown, shown
from huiyin.desks.board_forms import CampaignForm, GoalForm, ResultForm
from huiyin.desks.gate import actor_of
from huiyin.insight import campaigns as insight
from huiyin.insight import goals as aims
from huiyin.insight.boards import require
from huiyin.insight.campaigns import Campaign, Matter
from huiyin.insight.goals import Goal
from huiyin.insight.periods import Period
from huiyin.offices import tree
from huiyin.rounds.routine import Refused

PAGES = 4  # of the log, counted before a board is shown


@entry("goals.read")
@require_http_methods(["GET", "HEAD", "POST"])
def goals(request: HttpRequest) -> HttpResponse:
    """What the county aims at and where it stands; whoever sets goals sets one here."""
    actor, now = actor_of(request), timezone.now()
    sets, today = may_in(actor, "goals.set"), law.day_of(now)
    usual = {"first": date(today.year, 1, 1), "last": date(today.year, 12, 31)}
    form = GoalForm(request.POST or None, initial=usual)
    if request.method == "POST" and form.done(
        lambda given: aims.put(
            given["measure"], given["target"], _days(given["first"], given["last"]), actor, now
        )
    ):
        messages.success(request, _("The goal stands."))
        return redirect("desks:goals")
    context = {
        "here": "goals",
        "goals": [_goal(one) for one in aims.board(actor, now, pages=PAGES)],
        "form": form,
        "sets": sets,
        "why_not": aims.WHY_NOT,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desks/goals.html", context, status=status)


def _days(first: date, last: date) -> Period:
    if last < first:
        raise Refused(aims.BAD_PERIOD, "last")
    return Period(first, last)


def _goal(one: Goal) -> dict[str, object]:
    value = one.rate.value
    return {
        "goal": one,
        "value": figures_shown.percent(value),
        "bar": 0 if value is None else round(value * 100),
        "by": next(iter(tree.officers({one.row.set_by})), None),
    }


@entry("goals.set")
@require_POST
def goal_drop(request: HttpRequest, ref: str) -> HttpResponse:
    try:
        aims.drop(ref, actor_of(request), timezone.now())
        messages.success(request, _("The goal was taken down; that it stood stays on record."))
    except Refused as refusal:
        messages.error(request, refusal.message.get(get_language() or ""))
    return redirect("desks:goals")


# --- campaigns --------------------------------------------------------------------------------


@entry("campaign.read")
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    found = insight.board(actor, now)
    context = {"here": "campaigns", "campaigns": [_campaign(one, law.day_of(now)) for one in found]}
    return render(request, "desks/campaigns.html", context)


@entry("campaign.open")
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Open a campaign; how many matters its rule meets is said before anything is kept."""
    actor, now = actor_of(request), timezone.now()
    require(actor, "campaign.open")
    form, found = CampaignForm(request.POST or None), None
    if request.method == "POST" and "count" in request.POST:
        found = _counted(form, request)
    elif request.method == "POST":
        made: list[str] = []
        if form.done(lambda given: made.append(insight.start(given, actor, now))):
            messages.success(request, _("The campaign is open."))
            return redirect("desks:campaign", made[0])
    context = {"here": "campaigns", "form": form, "counted": found, "most": insight.MOST}
    failed = request.method == "POST" and found is None
    return render(request, "desks/campaign_new.html", context, status=422 if failed else 200)


def _counted(form: CampaignForm, request: HttpRequest) -> str:
    """How many matters meet the rule of a form that may not be complete yet."""
    form.is_valid()
    given = form.cleaned_data
    rule = insight.Rule(
        bool(given.get("repeats")), int(given.get("open_days") or 0), given.get("category") or ""
    )
    form.errors.clear()
    try:
        n = len(insight.chosen(rule, actor_of(request), law.day_of(timezone.now())))
    except Refused as refusal:
        return refusal.message.get(get_language() or "")
    if n > insight.MOST:
        return insight.TOO_MANY.get(get_language() or "")
    return ngettext("%(n)d matter meets this rule.", "%(n)d matters meet this rule.", n) % {"n": n}


@entry("campaign.read")
@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, ref: str) -> HttpResponse:
    """One campaign: its matters and how far each has come. Ended here, with what came of it."""
    actor, now = actor_of(request), timezone.now()
    form = ResultForm(request.POST or None)
    if request.method == "POST" and form.done(lambda given: insight.close(ref, given["result"], actor, now)):
        messages.success(request, _("The campaign has ended."))
        return redirect("desks:campaign", ref)
    found = insight.campaign(ref, actor, now)
    titles = reading.titles([one.row for one in found.matters], actor)
    offices = tree.names({one.row.handler or one.row.bureau for one in found.matters}, shown.language())
    context = {
        "here": "campaigns",
        "form": form,
        "matters": [_matter(one, titles, offices, law.day_of(now)) for one in found.matters],
        "whole": (whole := _campaign(found, law.day_of(now))),
        "campaign": found,
        "due": whole["due"],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desks/campaign.html", context, status=status)


def _stages() -> dict[str, tuple[str, str]]:
    return {
        "waiting": (_("No sponsor yet"), "tag--warn"),
        "sponsored": (_("Sponsored"), ""),
        "overdue": (_("Past its term"), "tag--bad"),
        "finished": (_("Plan finished"), "tag--ok"),
        "ended": (_("Ended"), "tag--plain"),
    }


def _campaign(one: Campaign, today: date) -> dict[str, object]:
    row, rule = one.row, []
    if row.repeats:
        rule.append(_("came again"))
    if row.open_days:
        rule.append(ngettext("open %(n)d day", "open %(n)d days", row.open_days) % {"n": row.open_days})
    if row.category:
        rule.append(shown.named(law.book_in_force().categories, row.category))
    return {
        "campaign": one,
        "rule": " · ".join(rule),
        "due": shown.due_of(None if row.closed_on else row.term, today),
        "stages": [(*words, one.stages[name]) for name, words in _stages().items()],
        "done": one.stages["finished"] + one.stages["ended"],
        "bar": round((one.stages["finished"] + one.stages["ended"]) * 100 / max(one.total, 1)),
    }


def _matter(one: Matter, titles: dict[str, str], offices: dict[str, str], today: date) -> dict[str, object]:
    office = one.row.handler or one.row.bureau
    return {
        "matter": one,
        "title": titles.get(one.row.case_id, ""),
        "office": offices.get(office, office),
        "days": (today - one.row.received_on).days,
        "stage": _stages()[one.stage],
    }
