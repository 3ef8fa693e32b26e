"""Forms of the goals board and of campaigns. `huiyin.insight` is their judge."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from huiyin.casework import law
from huiyin.desks.forms import NOTHING, Day, WholeNumber
from huiyin.desks.routine_forms import RoutineForm
from huiyin.insight import campaigns
from huiyin.insight.goals import MEASURES, WHY_NOT


def _day(label: Any) -> Day:
    field = Day()
    field.label = label
    return field


def _number() -> forms.TextInput:
    return forms.TextInput({"class": "input input--short", "inputmode": "numeric", "autocomplete": "off"})


class GoalForm(RoutineForm):
    """One target, of the closed list of what may be aimed at."""

    measure = forms.ChoiceField(label=_("What the offices do"), widget=forms.Select({"class": "input"}))
    target = WholeNumber(label=_("At least, in per cent"), min_value=1, max_value=100, widget=_number())
    first = _day(_("From"))
    last = _day(_("To"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        language = get_language() or ""
        measure = self.fields["measure"]
        assert isinstance(measure, forms.ChoiceField)
        measure.choices = [NOTHING, *((name, one.title.get(language)) for name, one in MEASURES.items())]
        why = WHY_NOT.get(language)
        measure.error_messages |= {"invalid_choice": why, "required": why}


class CampaignForm(RoutineForm):
    """A campaign: its rule, its sponsor, its plan and its term."""

    title = forms.CharField(
        label=_("Name of the campaign"), max_length=80, widget=forms.TextInput({"class": "input"})
    )
    repeats = forms.BooleanField(
        label=_("Matters that came again"),
        required=False,
        help_text=_("That somebody came again says that the matter is not settled; it says nothing of them."),
    )
    open_days = WholeNumber(
        label=_("Open for at least so many days"),
        min_value=0,
        max_value=3650,
        required=False,
        widget=_number(),
    )
    category = forms.ChoiceField(
        label=_("One content class"), required=False, widget=forms.Select({"class": "input"})
    )
    sponsor = forms.ChoiceField(label=_("Sponsoring leader"), widget=forms.Select({"class": "input"}))
    plan = forms.CharField(
        label=_("Plan"),
        help_text=_("What the offices do, step by step. Write about the matter, not about people."),
        widget=forms.Textarea({"class": "input", "rows": 5}),
    )
    term = _day(_("Until"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        language = get_language() or ""
        categories = law.book_in_force().categories.items()
        self._offer("category", [(code, text.get(language)) for code, text in categories])
        leaders = [
            (one.login, f"{one.name_in(language)} · {one.post_in(language)}") for one in campaigns.leaders()
        ]
        self._offer("sponsor", leaders)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [NOTHING, *choices]


class ResultForm(RoutineForm):
    """What came of a campaign."""

    result = forms.CharField(
        label=_("What was solved, and what remains"), widget=forms.Textarea({"class": "input", "rows": 4})
    )
