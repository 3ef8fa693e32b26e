"""The office's texts and macros: kept, looked at, thrown away. What one may hold is in `desks.phrases`."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huiyin.casework import law
from huiyin.casework.permissions import entry
from huiyin.desks import phrases
from huiyin.desks.forms import Around, Options, WholeNumber, asked, made_of, several
from huiyin.desks.gate import actor_of
from huiyin.desks.models import Template
from huiyin.desks.shown import language
from huiyin.offices import tree
from huiyin.procedure import Actor, Book, Field, Step

# What a macro may hold: choices that do not depend on the case, and the office's own words.
KINDS = ("date", "choice", "office", "offices", "place", "flag", "number", "text", "long_text")
WORDS = ("text", "long_text")


class DaysAhead(WholeNumber):
    """A date that a macro gives: so many days from the day it is used."""


def days_ahead(field: Field) -> DaysAhead:
    widget = forms.NumberInput({"class": "input input--short"})
    made = DaysAhead(min_value=0, max_value=3660, widget=widget)
    made.label = f"{field.title.get(language())} · {_('days from today')}"
    return made


class TemplateForm(forms.Form):
    """A text, or with `step` the fields of that step, none of them needed."""

    title = forms.CharField(
        label=gettext_lazy("What it is called"),
        max_length=60,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, step: Step | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        if step is None:
            area = forms.Textarea({"class": "input", "rows": 6})
            self.fields["text"] = forms.CharField(label=_("Text"), max_length=10_000, widget=area)
            return
        around = Around(("",), _lists(), law.day_of(timezone.now()), lambda article: article)
        for field in macro_fields(step):
            made = days_ahead(field) if field.kind == "date" else made_of(field, around)
            made.required = made.widget.is_required = False
            if field.kind in WORDS:
                assert isinstance(made, forms.CharField)
                made.min_length = None
                made.validators = []
            self.fields[f"f_{field.id}"] = made

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, text in list(data.items()):
            if isinstance(text, str):
                try:
                    data[name] = phrases.fit(text)
                except phrases.Unfit as fault:
                    self.add_error(name, fault.message.get(language()))
        if self.step and not self.values():
            self.add_error(None, _("Choose or write something that the macro fills in."))
        return data

    def values(self) -> Mapping[str, list[str]]:
        """What is kept: by the form's names, as a browser would send it."""
        lists, found = several(self), {}
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if name != "title" and value not in (None, "", [], False):
                if isinstance(self.fields[name], DaysAhead):
                    value = f"{{{{+{value}}}}}"
                given = value if name in lists else ["on" if value is True else value]
                found[name] = [str(one) for one in given]
        return found


def macro_fields(step: Step) -> list[Field]:
    return [field for field in asked(step) if field.kind in KINDS]


def _lists() -> dict[str, Options]:
    deciding = [(office.code, office.name_in(language())) for office in tree.deciding()]
    places = [(place.code, place.name_in(language())) for place in tree.places()]
    return {"office": deciding, "offices": deciding, "place": places}


@entry("template.keep")
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """The list, and the form of a new one: a text, or of `step` a macro."""
    actor = actor_of(request)
    book = law.book_for(actor.office)
    step = steps_of(book, actor).get(request.POST.get("step", "") or request.GET.get("step", ""))
    form = TemplateForm(step, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if Template.objects.filter(office=actor.office, gone_at=None).count() < phrases.MOST:
            title, name = form.cleaned_data["title"], step.id if step else ""
            Template.objects.create(office=actor.office, step=name, title=title, values=form.values())
            messages.success(request, _("Kept for your office."))
            return redirect("desks:templates")
        form.add_error(None, _("An office keeps at most %(most)d of them.") % {"most": phrases.MOST})
    return _page(request, form, step, book, actor)


def steps_of(book: Book, actor: Actor) -> dict[str, Step]:
    """Steps that this role takes somewhere in the book and that have fields a macro may fill."""
    return {
        step.id: step
        for step in book.steps.values()
        if macro_fields(step) and any(who.role == actor.role for who in step.by)
    }


def _page(
    request: HttpRequest, form: TemplateForm, step: Step | None, book: Book, actor: Actor
) -> HttpResponse:
    rows = Template.objects.filter(office=actor.office, gone_at=None).order_by("title", "id")
    context = {
        "here": "day",
        "form": form,
        "step": step,
        "steps": steps_of(book, actor).values(),
        "rows": [(row, book.steps[row.step].title if row.step in book.steps else None) for row in rows],
        "placeholders": [
            (text.zh if language() != "en" else name, text.get(language()))
            for name, text in phrases.PLACEHOLDERS.items()
        ],
    }
    return render(request, "desks/templates.html", context, status=422 if form.errors else 200)
