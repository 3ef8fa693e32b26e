"""Forms of the office's routine. They ask about matters, offices and days; `huiyin.rounds` is their judge."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from huiyin.casework import law
from huiyin.desks.forms import NOTHING, Day, Options, WholeNumber
from huiyin.offices import tree
from huiyin.offices.models import Officer
from huiyin.rounds import daily, reception
from huiyin.rounds.matters import LONGEST
from huiyin.rounds.routine import Refused

FIGURE_LABELS = {
    "letter": _("Letters"),
    "visit": _("Visits"),
    "web": _("Web messages"),
    "call": _("Calls"),
    "outreach": _("Outreach"),
    "groups": _("Visits: groups"),
    "people": _("Visits: people"),
    "mass_groups": _("Visits of five or more: groups"),
    "mass_people": _("Visits of five or more: people"),
    "urgent": _("Urgent matters reported"),
}


def _line(**more: str) -> forms.TextInput:
    return forms.TextInput({"class": "input", "autocomplete": "off", **more})


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"class": "input", "rows": rows})


def _choice(label: Any, options: Iterable[tuple[str, str]], *, required: bool = True) -> forms.ChoiceField:
    widget = forms.Select({"class": "input"})
    return forms.ChoiceField(label=label, choices=[NOTHING, *options], widget=widget, required=required)


class RoutineForm(forms.Form):
    """`seen`: the last fact of what the page shows, so that nobody writes over what they did not see."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def done(self, act: Callable[[Mapping[str, Any]], object]) -> bool:
        """Whether the act was lawful; a refusal is put at its field."""
        if not self.is_valid():
            return False
        try:
            act(self.cleaned_data)
        except Refused as refusal:
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, refusal.message.get(get_language() or ""))
            return False
        return True


class DailyForm(RoutineForm):
    """The figures as they are filed, filled in with what was registered."""

    remark = forms.CharField(
        label=_("Remark"),
        help_text=_("Needed where a figure differs from the register. No names, no numbers of people."),
        max_length=LONGEST,
        required=False,
        widget=_area(3),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in daily.FIGURES:
            widget = forms.NumberInput({"class": "input input--short", "inputmode": "numeric"})
            self.fields[name] = WholeNumber(
                label=FIGURE_LABELS[name], min_value=0, max_value=daily.MOST, widget=widget
            )
        self.order_fields([*daily.FIGURES, "remark", "seen"])

    def stated(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in daily.FIGURES}


class TroubleForm(RoutineForm):
    """A trouble as a matter: there is no field for a person."""

    title = forms.CharField(label=_("Topic: what the trouble is"), max_length=200, widget=_line())
    category = forms.ChoiceField(label=_("Category"))
    place = forms.ChoiceField(label=_("Where (town)"))
    charge = forms.ChoiceField(label=_("Office in charge"))
    officer = forms.ChoiceField(label=_("Officer responsible there"))
    measures = forms.CharField(label=_("Measures"), max_length=LONGEST, widget=_area(3))
    term = Day()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or ""
        categories = law.book_in_force().categories
        self.fields["category"] = _choice(
            _("Category"), ((c, t.get(language)) for c, t in categories.items())
        )
        self.fields["place"] = _choice(
            _("Where (town)"), ((p.code, p.name_in(language)) for p in tree.places())
        )
        self.fields["charge"] = _choice(_("Office in charge"), offices())
        self.fields["officer"] = _choice(_("Officer responsible there"), officers())
        self.fields["term"].label = _("Term")


class SignForm(RoutineForm):
    nothing_new = forms.BooleanField(label=_("I looked, and there is nothing new this week."), required=False)


class WordsForm(RoutineForm):
    """One text: a result, a reason, a hand-over note, a report on a promise."""

    text = forms.CharField(max_length=LONGEST, widget=_area(3))

    def __init__(self, label: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


class AssignForm(RoutineForm):
    """Who is on duty from one day to another."""

    first = Day()
    last = Day()
    officer = forms.ChoiceField(label=_("On duty"))

    def __init__(self, office: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"] = _choice(_("On duty"), officers(office))
        self.fields["first"].label, self.fields["last"].label = _("From"), _("To")


class SwapForm(RoutineForm):
    day = Day()
    officer = forms.ChoiceField(label=_("Takes it over"))

    def __init__(self, office: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"] = _choice(_("Takes it over"), officers(office))
        self.fields["day"].label = _("Day")


class ReceptionForm(RoutineForm):
    """A reception or outreach day, as it will be published."""

    day = Day()
    starts = forms.TimeField(
        label=_("From"),
        widget=forms.TimeInput({"class": "input input--short", "type": "time"}, format="%H:%M"),
    )
    ends = forms.TimeField(
        label=_("To"), widget=forms.TimeInput({"class": "input input--short", "type": "time"}, format="%H:%M")
    )
    leader = forms.ChoiceField(label=_("Who receives"))
    mode = forms.ChoiceField(label=_("How"))
    place = forms.ChoiceField(label=_("Town, of an outreach day"))
    where = forms.CharField(label=_("Where exactly"), max_length=200, widget=_line())
    about = forms.CharField(label=_("What about"), max_length=200, required=False, widget=_line())
    slots = WholeNumber(
        label=_("Appointments"),
        help_text=_("Whoever comes without one is received too."),
        min_value=0,
        max_value=reception.MOST_SLOTS,
        widget=forms.NumberInput({"class": "input input--short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or ""
        self.fields["day"].label = _("Day")
        self.fields["leader"] = _choice(_("Who receives"), leaders())
        self.fields["mode"] = _choice(_("How"), ((m, t.get(language)) for m, t in reception.MODES.items()))
        places = ((p.code, p.name_in(language)) for p in tree.places())
        self.fields["place"] = _choice(_("Town, of an outreach day"), places, required=False)


class PromiseForm(RoutineForm):
    text = forms.CharField(label=_("What was promised"), max_length=LONGEST, widget=_area(2))
    office = forms.ChoiceField(label=_("Office that keeps it"))
    officer = forms.ChoiceField(label=_("Officer who answers for it"))
    due = Day()
    case = forms.ChoiceField(label=_("Of which matter"), required=False)

    def __init__(self, cases: Options, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"] = _choice(_("Office that keeps it"), offices())
        self.fields["officer"] = _choice(_("Officer who answers for it"), officers())
        self.fields["case"] = _choice(_("Of which matter"), cases, required=False)
        self.fields["due"].label = _("Until")


class KeptForm(RoutineForm):
    kept_on = Day()
    proof = forms.CharField(label=_("What shows it"), max_length=LONGEST, widget=_area(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept_on"].label = _("Kept on")


def offices() -> Options:
    language = get_language() or ""
    return [(one.code, one.name_in(language)) for one in tree.offices() if one.kind != "city"]


def officers(office: str = "") -> Options:
    """Officers by office; of one office by name and post alone."""
    language = get_language() or ""
    found = Officer.objects.filter(is_active=True).exclude(role="custodian").select_related("office")
    if office:
        found = found.filter(office_id=office)
    return [(one.login, _called(one, language, office)) for one in found.order_by("office_id", "login")]


def leaders() -> Options:
    language = get_language() or ""
    found = Officer.objects.filter(is_active=True, role="head").select_related("office")
    return [(one.login, _called(one, language, "")) for one in found.order_by("office__kind", "office_id")]


def _called(one: Officer, language: str, office: str) -> str:
    name = gettext("%(name)s, %(post)s") % {"name": one.name_in(language), "post": one.post_in(language)}
    return name if office else f"{one.office.name_in(language)} · {name}"
