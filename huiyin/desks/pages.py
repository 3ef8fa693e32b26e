"""The pages of the desk, in the order in which they are offered, and which of them an officer has."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from huiyin.casework.permissions import may, may_in
from huiyin.desks.gate import actor_of
from huiyin.offices.models import Office, Officer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGES = (
    ("inbox.read", "/desk/day/", "day", _("My day")),
    ("inbox.read", "/desk/", "inbox", _("Inbox")),
    ("inbox.read", "/desk/calendar/", "agenda", _("Calendar")),
    ("case.register", "/desk/register/", "register", _("Register")),
    ("queue.run", "/desk/queue/", "queue", _("Queue")),
    ("outreach.file", "/desk/outreach/", "outreach", _("Outreach notes")),
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
    ("post.print", "/desk/post/letters/", "letters", _("Letters to post")),
    ("tokens.read", "/desk/tokens/", "tokens", _("Programs")),
    ("identity.approve", "/desk/custodian/", "custodian", _("Requests for a name")),
)


def pages_of(request: HttpRequest) -> list[tuple[str, str, "StrOrPromise"]]:
    """(address, key, title) of each page that the officer's role and office open."""
    if not isinstance(request.user, Officer):
        raise Http404
    actor, office = actor_of(request), request.user.office
    # The table opens new codes to heads of registering offices; in other offices there are never any.
    idle = set() if actor.role == "clerk" or office.kind == Office.Kind.BUREAU else {"code.approve"}
    # The bureau's heads, no other's.
    idle |= {action for action in ("campaign.read", "post.read", "tokens.read") if not may_in(actor, action)}
    idle |= set() if settings.HUIYIN_POST_PAPER else {"post.print"}
    if actor.role != "supervisor" and office.kind != Office.Kind.BUREAU:
        idle.add("rounds.missing")
    return [
        (url, key, label) for action, url, key, label in PAGES if action not in idle and may(actor, action)
    ]
