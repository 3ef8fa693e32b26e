"""What the routine puts on other pages: its tabs, and the reminder of what an office has not filed."""

from typing import Any

from django import template
from django.utils import timezone

from huiyin.casework.permissions import may_in
from huiyin.desks.gate import actor_of
from huiyin.desks.views import rounds as pages
from huiyin.rounds import routine, status
from huiyin.rounds.book import PERIODIC

register = template.Library()


@register.simple_tag(takes_context=True)
def my_routine(context: template.Context) -> dict[str, bool]:
    """Which obligations the officer's office has, by act."""
    office, county = actor_of(context["request"]).office, routine.in_force()
    return {one.act: routine.owes(one, office) for one in county.obligations.values() if one.act in PERIODIC}


@register.inclusion_tag("desks/_rounds_due.html", takes_context=True)
def rounds_due(context: template.Context) -> dict[str, Any]:
    """What the officer's own office has missed, or owes within two hours; nothing for others."""
    request = context["request"]
    actor, now = actor_of(request), timezone.now()
    if not may_in(actor, "rounds.file", actor.office):
        return {"lines": []}
    return {"lines": pages.lines(status.reminders(actor.office, request.user.office.kind, now))}
