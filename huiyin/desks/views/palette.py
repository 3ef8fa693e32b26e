"""Go to anything by a few letters: a case by its number, a page, a kept list, a step of the open case.

What is typed is compared with numbers of cases and with titles of pages and steps, in words or by the first
letters of their pinyin; never with words of a case, and nothing here finds a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry, may
from huiyin.casework.steps import open_steps
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.desks.pages import pages_of
from huiyin.desks.views import lists
from huiyin.intake.initials import initials
from huiyin.procedure import Actor

MOST = 12
LONGEST = 80
_SHORT = re.compile(r"\d{1,6}")
_NUMBER = re.compile(r"(?P<series>.*\D)(?P<last>\d+)")


@dataclass(frozen=True)
class Entry:
    """Somewhere to go. `kind`: what it is, in words. `exact`: the whole number of a case was typed."""

    url: str
    title: str
    kind: str
    exact: bool = False

    def told_by(self, typed: str) -> bool:
        """Whether the letters typed stand in its title, or in the first letters of its pinyin."""
        plain = typed.casefold()
        return plain in self.title.casefold() or (plain.isascii() and plain in initials(self.title))


@entry("inbox.read")
@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """All that what was typed may mean; a page of its own, or the inside of the palette."""
    typed = request.GET.get("q", "").strip()[:LONGEST]
    found = [*_cases(typed, request), *(one for one in _places(request) if one.told_by(typed))][:MOST]
    context = {"here": "day", "typed": typed, "found": found, "case": request.GET.get("case", "")}
    return render(request, "desks/_go.html" if "quiet" in request.headers else "desks/go.html", context)


def _cases(typed: str, request: HttpRequest) -> Iterator[Entry]:
    """The case with this number, or whose number ends so in the newest case's series."""
    actor = actor_of(request)
    numbers = [typed.upper(), typed]
    if _SHORT.fullmatch(typed):
        newest = CaseRow.objects.order_by("-registered_at").values_list("number", flat=True).first()
        if newest and (series := _NUMBER.fullmatch(newest)):
            numbers.append(f"{series['series']}{typed.zfill(len(series['last']))}")
    for row in CaseRow.objects.filter(number__in=numbers):
        if may(actor, "case.see", row):
            exact = row.number == typed.upper()
            yield Entry(reverse("desks:case", args=[row.case_id]), row.number, _("case"), exact)


def _places(request: HttpRequest) -> Iterator[Entry]:
    actor = actor_of(request)
    yield from _steps(request.GET.get("case", ""), actor)
    known = lists.options(actor)
    for query, title in lists.kept(actor, known):
        yield Entry(f"{reverse('desks:inbox')}?{query}", title, _("kept list"))
    for url, _key, name in pages_of(request):
        yield Entry(url, str(name), _("page"))
    if may(actor, "desk.hand_over"):
        yield Entry(reverse("desks:hand_over"), _("Hand over before leave"), _("page"))
        yield Entry(reverse("desks:templates"), _("Texts and macros"), _("page"))


def _steps(case_id: str, actor: Actor) -> Iterator[Entry]:
    row = CaseRow.objects.filter(case_id=case_id).first() if case_id else None
    if row is None or not may(actor, "case.see", row):
        return
    for offer in open_steps(case_id, actor, timezone.now()):
        url = reverse("desks:step", args=[case_id, offer.step.id])
        yield Entry(url, offer.step.title.get(shown.language()), row.number)
