"""Before leave or a new post: what lies on my table goes to a colleague, for a time or for good."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from huiyin.casework import law, reading
from huiyin.casework.permissions import entry
from huiyin.desks import shown, standing
from huiyin.desks.forms import Day, lettered
from huiyin.desks.gate import actor_of
from huiyin.procedure import Actor
from huiyin.rounds.models import PromiseRow


class HandOverForm(forms.Form):
    """To whom, and from when to when; without a last day it is for good."""

    officer = forms.ChoiceField(
        label=_("To whom"), widget=forms.Select({"class": "input", "autofocus": True})
    )
    last = Day()
    first = Day()

    def __init__(self, actor: Actor, today: date, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        officer = self.fields["officer"]
        assert isinstance(officer, forms.ChoiceField)
        officer.choices = [
            (one.login, f"{one.name_in(shown.language())} · {one.post_in(shown.language())}")
            for one in standing.colleagues(actor)
            if one.login != actor.ref
        ]
        lettered(self)
        self.today = today
        self.fields["first"].label, self.fields["last"].label = _("From"), _("Until (empty: for good)")
        self.fields["last"].required = False

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        if last and last < self.today:
            self.add_error("last", _("That day is past."))
        return data


@entry("desk.hand_over")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    today = law.day_of(now)
    if request.method == "POST" and request.POST.get("act") == "back":
        standing.come_back(actor)
        messages.success(request, _("You are back: your table is your own again."))
        return redirect("desks:day")
    form = HandOverForm(actor, today, request.POST or None, initial={"first": today})
    if request.method == "POST" and form.is_valid():
        return _done(request, form, actor)
    return _page(request, form, actor, today)


def _done(request: HttpRequest, form: HandOverForm, actor: Actor) -> HttpResponse:
    to, first, last = (form.cleaned_data[name] for name in ("officer", "first", "last"))
    if last:
        standing.stand_in(to, first, last, actor)
        messages.success(request, _("Your table is seen to until you are back."))
    else:
        count = standing.hand_over(request.POST.getlist("case"), to, actor)
        messages.success(request, _("Handed over for good: %(n)d cases.") % {"n": count})
    return redirect("desks:day")


def _page(request: HttpRequest, form: HandOverForm, actor: Actor, today: date) -> HttpResponse:
    rows = standing.open_cases(actor)
    promises = PromiseRow.objects.filter(officer=actor.ref, office=actor.office, kept_on=None, erased=False)
    context = {
        "here": "day",
        "form": form,
        "lines": shown.lines(rows, reading.titles(rows, actor), today),
        "promises": promises.count(),
        "deputy": standing.deputy_of(actor, today),
    }
    return render(request, "desks/hand_over.html", context, status=422 if form.errors else 200)
