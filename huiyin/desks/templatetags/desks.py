"""How the desk's templates say things: two languages, who is logged in, where one may go."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from huiyin.casework.permissions import may, may_in
from huiyin.desks.gate import actor_of
from huiyin.offices.models import Named, Office, Officer
from huiyin.procedure import Text

register = template.Library()

PAGES = (
    ("inbox.read", "/desk/day/", "day", _("My day")),
    ("inbox.read", "/desk/", "inbox", _("Inbox")),
    ("inbox.read", "/desk/calendar/", "agenda", _("Calendar")),
    ("case.register", "/desk/register/", "register", _("Register")),
    ("queue.run", "/desk/queue/", "queue", _("Queue")),
    ("code.approve", "/desk/codes/", "codes", _("New codes")),
    ("answer.release", "/desk/answers/", "answers", _("Public answers")),
    ("rounds.read", "/desk/rounds/", "rounds", _("Routines")),
    ("rounds.missing", "/desk/rounds/missing/", "missing", _("Not filed")),
    ("sheet.make", "/desk/sheets/", "sheets", _("Ledger sheets")),
    ("overdue.read", "/desk/overdue/", "overdue", _("Overdue by office")),
    ("figures.office", "/desk/figures/", "figures", _("Figures")),
    ("goals.read", "/desk/goals/", "goals", _("Goals")),
    ("campaign.read", "/desk/campaigns/", "campaigns", _("Campaigns")),
    ("post.read", "/desk/post/", "post", _("Messages")),
    ("post.print", "/desk/post/letters/", "letters", _("Letters")),
    ("identity.approve", "/desk/custodian/", "custodian", _("Requests for a name")),
)


@register.filter
def say(text: Text | Named | None) -> str:
    """A two-language text, office or place in the reader's language."""
    if text is None:
        return ""
    language = get_language() or ""
    return text.get(language) if isinstance(text, Text) else text.name_in(language)


@register.filter
def post(officer: Officer) -> str:
    return officer.post_in(get_language() or "")


@register.filter
def control(field: BoundField) -> str:
    """Which shape a field is drawn in: one box, several choices, or a single tick."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "tick" if isinstance(widget, CheckboxInput) else "box"


@register.filter
def beside(heads: Iterable[str], cells: Iterable[str]) -> list[tuple[str, str]]:
    """Each cell of a row with the head of its column, which a narrow screen shows beside it."""
    return list(zip(heads, cells, strict=False))


@register.filter
def optional(field: BoundField) -> bool:
    """Whether a field may stay empty; a form that leaves checking to intake names what is needed."""
    needed: tuple[str, ...] | None = getattr(field.form, "needed", None)
    return not field.field.required if needed is None else field.name not in needed


@register.simple_tag(takes_context=True)
def officer(context: template.Context) -> Officer | None:
    user: Officer | AnonymousUser | None = getattr(context.get("request"), "user", None)
    return user if isinstance(user, Officer) else None


@register.inclusion_tag("desks/_nav.html", takes_context=True)
def desk_nav(context: template.Context) -> dict[str, Any]:
    """Links to the pages that the officer's role opens."""
    actor, office = actor_of(context["request"]), context["request"].user.office
    # The table opens new codes to heads of registering offices; in other offices there are never any.
    idle = set() if actor.role == "clerk" or office.kind == Office.Kind.BUREAU else {"code.approve"}
    # The bureau's heads, no other's.
    idle |= {action for action in ("campaign.read", "post.read") if not may_in(actor, action)}
    idle |= set() if settings.HUIYIN_POST_PAPER else {"post.print"}
    if actor.role != "supervisor" and office.kind != Office.Kind.BUREAU:
        idle.add("rounds.missing")
    pages = [
        (url, key, label) for action, url, key, label in PAGES if action not in idle and may(actor, action)
    ]
    return {"pages": pages, "here": context.get("here")}
