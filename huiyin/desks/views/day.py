"""My day: what is due, what the routine asks, who calls upon me, what I left open; one key opens a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.casework import law, noting, reading, working
from huiyin.casework.models import CaseRow, WorkingPaper
from huiyin.casework.permissions import entry, may_in
from huiyin.casework.reading import Owed
from huiyin.desks import shown, standing
from huiyin.desks.gate import actor_of
from huiyin.desks.shown import Due, language
from huiyin.desks.views import drafts
from huiyin.desks.views.rounds import lines as routine_lines
from huiyin.offices import tree
from huiyin.procedure import Actor
from huiyin.rounds import duty, reception, routine, status
from huiyin.rounds.models import PromiseRow, ReceptionRow

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST = 12  # lines of a block; the page it leads to has the rest


@dataclass(frozen=True)
class Line:
    """One thing to look at: where it is, what it is, and until when. `mine`: on my own table."""

    url: str
    title: str
    about: str
    due: Due | None = None
    mine: bool = False
    whose: str = ""
    key: str = ""


@dataclass(frozen=True)
class Block:
    """Lines under a heading; `more` is how many do not fit, `all_at` the page that has them."""

    id: str
    title: str
    lines: Sequence[Line]
    more: int = 0
    all_at: str = ""


@dataclass(frozen=True)
class Me:
    """Whose day it is: the officer, whom they stand in for, and when."""

    actor: Actor
    logins: tuple[str, ...]
    now: datetime
    today: date


@entry("inbox.read")
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    today = law.day_of(now, law.book_for(actor.office).zone)
    me = Me(actor, (actor.ref, *standing.stands_for(actor, today)), now, today)
    blocks = [block for block in _blocks(me) if block.lines]
    context = {
        "here": "day",
        "today": today,
        "blocks": _with_keys(blocks),
        "standing_for": drafts.names(me.logins[1:]),
        "deputy": standing.deputy_of(actor, today),
        "gone": [(row, _of_draft(row, {})) for row in working.drafts(actor, gone=True)],
        "may_keep": actor.role != "supervisor",
    }
    return render(request, "desks/day.html", context)


def _with_keys(blocks: Sequence[Block]) -> list[Block]:
    keys = iter(shown.KEYS)
    return [
        replace(block, lines=[replace(line, key=next(keys, "")) for line in block.lines]) for block in blocks
    ]


def _blocks(me: Me) -> Iterator[Block]:
    yield _block("calls", _("Calls upon you"), _calls(me))
    yield from _due(me)
    yield _block("routine", _("Routine"), _routine(me), reverse("desks:rounds"))
    yield _block("receptions", _("Reception days this week"), _receptions(me), reverse("desks:receptions"))
    yield _block("promises", _("Promises"), _promises(me), reverse("desks:rounds"))
    yield _block("drafts", _("Drafts you left open"), _drafts(me))


def _block(name: str, title: str, lines: Sequence[Line], all_at: str = "") -> Block:
    return Block(name, title, lines[:MOST], max(0, len(lines) - MOST), all_at)


# --- cases --------------------------------------------------------------------------------------------


def _due(me: Me) -> Iterator[Block]:
    """What the office owes by the end of the week, by when; of each part what lies on my table first."""
    spans = (
        ("late", _("Overdue"), None, me.today - DAY),
        ("today", _("Due today"), me.today, me.today),
        ("week", _("Due this week"), me.today + DAY, me.today + WEEK),
    )
    held = list(standing.held_by(me.logins, me.actor.office).values_list("case_id", flat=True))
    parts = {name: _first(me, held, since, until) for name, _title, since, until in spans}
    rows = [one.row for part in parts.values() for one in part]
    titles = reading.titles(rows, me.actor)
    tables = standing.holders([row.case_id for row in rows], me.actor.office)
    for name, title, since, until in spans:
        lines = [_of_case(one, titles, tables.get(one.row.case_id, ""), me) for one in parts[name]]
        more = reading.owing(me.actor, until, since=since) - len(lines) if len(lines) == MOST else 0
        all_at = f"{reverse('desks:inbox')}?view=mine&due={'late' if name == 'late' else 'week'}"
        yield Block(name, title, lines, more, all_at)


def _first(me: Me, held: Sequence[str], since: date | None, until: date) -> list[Owed]:
    mine = reading.owed(me.actor, until, since=since, cases=held, most=MOST)
    known = {one.row.case_id for one in mine}
    others = reading.owed(me.actor, until, since=since, most=MOST)
    return [*mine, *(one for one in others if one.row.case_id not in known)][:MOST]


def _of_case(one: Owed, titles: dict[str, str], holder: str, me: Me) -> Line:
    clock = law.book(one.row.book).clocks.get(one.clock)
    about = f"{one.row.number} · {clock.title.get(language()) if clock else one.clock}"
    return Line(
        url=reverse("desks:case", args=[one.row.case_id]),
        title=titles.get(one.row.case_id, one.row.number),
        about=about,
        due=shown.due_of(one.due, me.today),
        mine=holder in me.logins,
        whose="" if holder == me.actor.ref else holder,
    )


def _calls(me: Me) -> list[Line]:
    found = noting.calling(me.logins, me.actor)
    titles = reading.titles([row for row, _ref in found], me.actor)
    return [
        Line(f"{reverse('desks:case', args=[row.case_id])}#h-notes", titles.get(row.case_id, ""), row.number)
        for row, _ref in found
    ]


# --- the routine --------------------------------------------------------------------------------------


def _routine(me: Me) -> list[Line]:
    """What the office has still to file by the end of the week, and my own duty."""
    if not may_in(me.actor, "rounds.read", me.actor.office):
        return []
    lines = []
    if duty.on_duty(me.actor.office, me.today) in me.logins:
        lines.append(Line(reverse("desks:duty"), _("You are on duty today"), _("Roster and hand-over")))
    owed = [
        one
        for one in status.of_office(me.actor.office, me.actor, me.now)
        if one.state in ("open", "missed") and not one.act.startswith("promise")
    ]
    owed = [one for one in owed if routine.today(one.due_at) <= me.today + WEEK]
    for one in routine_lines(sorted(owed, key=lambda found: found.due_at)):
        url = reverse(one.view or "desks:rounds", args=one.arguments)
        about = date_format(localtime(one.owed.due_at), "m-d H:i")
        due = shown.due_of(routine.today(one.owed.due_at), me.today)
        if one.owed.state == "missed":
            due = replace(due, css="over", words=one.state.get(language()))
        lines.append(Line(url, one.owed.title.get(language()), about, due))
    return lines


def _receptions(me: Me) -> list[Line]:
    if not may_in(me.actor, "rounds.read", me.actor.office):
        return []
    days = [
        one
        for one in reception.of_office(me.actor.office, me.actor, me.today)
        if one.row.day <= me.today + WEEK and one.row.state == ReceptionRow.State.SCHEDULED
    ]
    names = {one.login: one.name_in(language()) for one in tree.officers({d.row.leader for d in days})}
    return [
        Line(
            url=reverse("desks:reception", args=[one.row.ref]),
            title=f"{one.row.day:%m-%d} {one.row.starts:%H:%M}–{one.row.ends:%H:%M}",
            about=f"{names.get(one.row.leader, one.row.leader)} · {one.taken}/{one.row.slots}",
            mine=one.row.leader in me.logins,
        )
        for one in days
    ]


def _promises(me: Me) -> list[Line]:
    """Promises in my name; those that are due within the week are the whole office's concern."""
    if not may_in(me.actor, "rounds.read", me.actor.office):
        return []
    rows = PromiseRow.objects.filter(office=me.actor.office, kept_on=None, erased=False).order_by("due")
    shown_here = [row for row in rows if row.officer in me.logins or row.due <= me.today + WEEK]
    return [
        Line(
            url=reverse("desks:promise", args=[row.ref]),
            title=_("Promise of %(day)s") % {"day": f"{row.made_on:%Y-%m-%d}"},
            about=row.officer,
            due=shown.due_of(row.due, me.today),
            mine=row.officer in me.logins,
        )
        for row in shown_here
    ]


# --- drafts -------------------------------------------------------------------------------------------


def _drafts(me: Me) -> list[Line]:
    rows = working.drafts(me.actor)
    cases = CaseRow.objects.in_bulk({row.case_id for row in rows if row.step})
    return [
        Line(drafts.address(row), _of_draft(row, cases), date_format(localtime(row.at), "m-d H:i"))
        for row in rows
    ]


def _of_draft(row: WorkingPaper, cases: dict[str, CaseRow]) -> str:
    """What a draft is of, in codes: its words stay sealed until it is opened."""
    if not row.step:
        return _("A note") if row.kind == working.NOTE else _("A letter not registered yet")
    case = cases.get(row.case_id) or CaseRow.objects.filter(case_id=row.case_id).first()
    step = law.book(case.book).steps.get(row.step) if case else None
    return f"{step.title.get(language()) if step else row.step} · {case.number if case else ''}"
