"""`/case/news/`: whether and how the petitioner is told that there is news. Off until chosen here."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.casework import reading, wishes
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry
from huiyin.casework.reading import PETITIONER
from huiyin.casework.wishes import EMAIL, PAPER, PUSH, SMS, Wish
from huiyin.intake.filing import Fault
from huiyin.portal import visit
from huiyin.portal.page import first_of_each, page, problems_of, speech
from huiyin.postroom.sending.means import PostFault, means
from huiyin.postroom.sending.push import LONGEST, Subscription, public_key

# The field of the form that a channel's address stands in.
FIELDS = {EMAIL: "email", SMS: "phone", PUSH: "subscription"}
LENGTHS = {EMAIL: 254, SMS: 40, PUSH: LONGEST}
BAD = {
    EMAIL: gettext_noop("This is no e-mail address. It looks like name@example.com."),
    SMS: gettext_noop("Write the number in digits, with + and the country's number if it is abroad."),
    PUSH: gettext_noop(
        "This browser did not allow messages. Allow them in its settings, or choose another way."
    ),
}
WORKER = Path(__file__).with_name("static") / "portal" / "push-worker.js"
NUMBER = re.compile(r"\+?\d{5,15}")


def channels_for(row: CaseRow) -> tuple[str, ...]:
    """What this petitioner can choose from: the means of the county, and a letter for whoever gave a name."""
    if row.erased:
        return ()
    try:
        found = means().channels
    except PostFault:
        return ()
    return tuple(channel for channel in found if channel != PAPER or not row.anonymous)


@entry("news.choose")
@require_http_methods(["GET", "HEAD", "POST"])
@visit.by_code
def news(request: HttpRequest, case_id: str) -> HttpResponse:
    row = reading.find(case_id, PETITIONER)
    channels, standing = channels_for(row), wishes.wish(case_id)
    if not channels and not standing.channels:
        raise Http404
    if request.method != "POST":
        return _show(request, channels, standing)
    ticked = [channel for channel in channels if channel in request.POST.getlist("tell")]
    given, faults = _given(request, ticked, standing)
    if faults:
        return _show(request, channels, standing, faults)
    wishes.choose(case_id, ticked, given, speech(), actor=PETITIONER, now=timezone.now())
    told = _("You will be told when there is news.") if ticked else _("You will be told nothing. Look here.")
    messages.success(request, told)
    return HttpResponseRedirect(visit.PATH)


@entry("code.enter")
@require_safe
def push_worker(_request: HttpRequest) -> HttpResponse:
    """What shows a message in the browser: it must come from below /case/ to open that page."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


def _given(request: HttpRequest, ticked: Sequence[str], standing: Wish) -> tuple[dict[str, str], list[Fault]]:
    """Addresses by channel, and what is wrong with them; one left empty stays what it was."""
    given: dict[str, str] = {}
    faults: list[Fault] = []
    for channel in ticked:
        if channel not in FIELDS:
            continue
        given[channel] = _plain(channel, request.POST.get(FIELDS[channel], "")[: LENGTHS[channel]])
        missing = not given[channel] and channel not in standing.channels
        if missing or (given[channel] and not _usable(channel, given[channel])):
            faults.append(Fault(FIELDS[channel], BAD[channel]))
    return given, faults


def _plain(channel: str, typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed).strip()
    return re.sub(r"[\s().-]", "", text) if channel == SMS else text


def _usable(channel: str, text: str) -> bool:
    if channel == SMS:
        return NUMBER.fullmatch(text) is not None
    try:
        if channel == PUSH:
            Subscription.read(text)
        else:
            validate_email(text)
    except (ValidationError, ValueError):
        return False
    return text.isascii()


def _show(
    request: HttpRequest, channels: Sequence[str], standing: Wish, faults: Sequence[Fault] = ()
) -> HttpResponse:
    problems = problems_of(faults, {FIELDS[PUSH]: "push"})
    ticked = request.POST.getlist("tell") if request.method == "POST" else standing.channels
    typed = {field: request.POST.get(field, "") for field in FIELDS.values()}
    context: dict[str, Any] = {
        "problems": problems,
        "errors": first_of_each(problems),
        "channels": channels,
        "ticked": ticked,
        "known": standing.channels,
        "typed": typed,
        "push_key": public_key() if PUSH in channels else "",
    }
    return page(request, "portal/news.html", context, here="case", status=422 if problems else 200)
