"""Messages that there is news: what waits, failed and went out, and letters to print. No matter is named."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.casework import law
from huiyin.casework.permissions import NotYours, entry, may_in
from huiyin.casework.wishes import EMAIL, PAPER, PUSH, SMS
from huiyin.desks.gate import actor_of
from huiyin.postroom.sending import paper, queueing
from huiyin.postroom.sending.means import HOOK, OFFICE, Means, PostFault, means
from huiyin.procedure import Actor

DAYS = 14


def _channels() -> dict[str, str]:
    return {
        EMAIL: _("E-mail"),
        SMS: _("SMS"),
        PUSH: _("Browser"),
        PAPER: _("Letter"),
        HOOK: _("Webhook"),
        OFFICE: _("Reminder to an office"),
    }


def _faults() -> dict[str, str]:
    """Why an attempt failed, in words an office can act on."""
    return {
        "timeout": _("No answer in time"),
        "unreachable": _("Could not be reached"),
        "tls": _("Its certificate is not valid"),
        "no-http": _("What it answered is no HTTP"),
        "login": _("Our user or password was refused"),
        "refused": _("The address was refused"),
        "not-taken": _("It answered that it did not take it"),
        "own": _("The address is inside this house"),
        "gone": _("The browser has taken it back"),
        "no-receiver": _("No such receiver is set up any more"),
        "no-address": _("The filing holds no postal address"),
        "name-kept": _("The name is kept from this office"),
        "internal": _("The message could not be made; see the server's log"),
    }


def _fault(code: str) -> str:
    if code.startswith("http-"):
        return _("It answered with status %(status)s") % {"status": code.removeprefix("http-")}
    return _faults().get(code, code)


def _may(actor: Actor, action: str) -> None:
    if not may_in(actor, action):
        raise NotYours(action)


@entry("post.read")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, what failed, and what was sent on each day by each channel."""
    actor, now = actor_of(request), timezone.now()
    _may(actor, "post.read")
    by, fault = _means()
    context = {
        "here": "post",
        "fault": fault,
        "standing": [
            {"title": _channels()[channel], "on": by is not None and _is_on(channel, by), **found}
            for channel, found in queueing.standing(now, by.quiet if by else None).items()
        ],
        "failures": [_told(row) for row in queueing.failures()],
        "troubles": [_told(row) for row in queueing.troubles()],
        "channels": list(_channels().values()),
        "days": _days(queueing.per_day(now - timedelta(days=DAYS))),
        "sends": may_in(actor, "post.send"),
    }
    return render(request, "desks/post.html", context)


def _means() -> tuple[Means | None, str]:
    try:
        return means(), ""
    except PostFault as fault:
        return None, str(fault)


def _is_on(channel: str, by: Means) -> bool:
    others = {HOOK: bool(by.receivers), OFFICE: bool(by.offices)}
    return channel in by.channels or others.get(channel, False)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    by = " ".join(part for part in (_channels()[row["channel"]], row["receiver"]) if part)
    return {**row, "by": by, "why": _fault(row["fault"])}


def _days(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A line for each day: what was sent by each channel, and how much failed."""
    days: dict[date, dict[str, int]] = {}
    for row in rows:
        days.setdefault(row["day"], {})[row["channel"]] = row["sent"]
    return [{"day": day, "sent": [sent.get(one, 0) for one in _channels()]} for day, sent in days.items()]


@entry("post.send")
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Queue one message that failed once more, or all of them."""
    _may(actor_of(request), "post.send")
    batch = request.POST.get("batch", "")
    n = queueing.resend(timezone.now(), [batch] if batch else None)
    told = ngettext("%(n)d message is queued again.", "%(n)d messages are queued again.", n) % {"n": n}
    messages.success(request, told)
    return redirect("desks:post")


@entry("post.print")
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that wait for this office's printer; printing opens the addresses, as the petitioners see."""
    actor, now = actor_of(request), timezone.now()
    by, fault = _means()
    if request.method == "POST" and request.POST.get("do") == "again":
        queueing.resend(now, paper.last_run(actor, now)[1])
        return redirect("desks:post_letters")
    if request.method == "POST" and by is not None:
        labels = request.POST.get("labels") == "yes"
        made = paper.print_letters(actor, by, now, get_language() or "", labels=labels)
        if made:
            answer = HttpResponse(made, content_type="application/pdf")
            name = f"letters-{law.day_of(now).isoformat()}.pdf"
            answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return answer
        messages.info(request, _("There was no letter to print."))
        return redirect("desks:post_letters")
    waits = len(paper.waiting(actor))
    context = {
        "here": "letters",
        "fault": fault,
        "waiting": waits,
        "most": min(waits, queueing.AT_ONCE),
        "printed_at": (last := paper.last_run(actor, now))[0],
        "printed": len(last[1]),
    }
    return render(request, "desks/post_letters.html", context)
