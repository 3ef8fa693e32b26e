"""The forms of the desk. A step's form is generated from the procedure book; nothing here knows the law."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from huiyin.intake.filing import FILE_BYTES, FILES_MOST, Attachment, Fault, file_name
from huiyin.intake.initials import initials
from huiyin.papers import pictures
from huiyin.procedure import Choice, Field, Step

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Options = Sequence[tuple[str, str]]
FEW = 5
PAPER_TYPES = ".jpg,.jpeg,.png,.webp,.gif,.pdf"
NOTHING = ("", "—")


def _line_input(**more: str) -> forms.TextInput:
    return forms.TextInput({"class": "input", "autocomplete": "off", **more})


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"class": "input", "rows": rows})


def _select() -> forms.Select:
    return forms.Select({"class": "input"})


def _day_input() -> forms.DateInput:
    return forms.DateInput({"class": "input input--short", "type": "date"}, format="%Y-%m-%d")


def _files() -> forms.ClearableFileInput:
    return SeveralFiles({"class": "input input--file", "multiple": True, "accept": PAPER_TYPES})


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


def lettered(form: forms.Form) -> None:
    """Lists learn the first letters of their lines (`counter.js`), less what most lines begin with."""
    for field in form.fields.values():
        if type(field.widget) is forms.Select:
            lines = [str(title) for code, title in field.widget.choices if code]
            shared = _shared(lines)
            known = [
                initials(str(title).removeprefix(shared)) if code else ""
                for code, title in field.widget.choices
            ]
            field.widget.attrs["data-initials"] = " ".join(one or "-" for one in known)


def _shared(lines: Sequence[str]) -> str:
    """The name of the county before its offices: what more than half of the lines begin with."""
    for length in range(8, 1, -1):
        (found, times), *_others = Counter(line[:length] for line in lines).most_common(1) or [("", 0)]
        if times > 1 and times * 2 > len(lines):
            return found
    return ""


def several(form: forms.Form) -> list[str]:
    """Names of the fields that take more than one value."""
    boxes = forms.CheckboxSelectMultiple
    return [name for name, field in form.fields.items() if isinstance(field.widget, boxes)]


class LoginForm(forms.Form):
    login = forms.CharField(
        label=_("Account"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )


class Papers(forms.FileField):
    """Several files in one input; cleans to a tuple of `Attachment`, told by their bytes."""

    def __init__(self) -> None:
        help_text = _("Pictures or PDF, up to 6 files of 10 MB.")
        super().__init__(required=False, label=_("Papers"), help_text=help_text, widget=_files())

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ARG002  (Django's signature)
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > FILES_MOST:
            raise forms.ValidationError(gettext("At most %(most)d files.") % {"most": FILES_MOST})
        return tuple(_attachment(file) for file in files)


def _attachment(file: "UploadedFile[Any]") -> Attachment:
    file.seek(0)
    name, data = file_name(file.name or ""), file.read()
    try:
        return Attachment(name, pictures.kind(data, max_bytes=FILE_BYTES), data)
    except pictures.PictureFault as fault:
        raise forms.ValidationError(f"{name}: {_of_picture(fault)}") from None


def in_words(fault: Fault) -> str:
    """A fault of intake in the reader's language, after the name of the file that it is about."""
    said = gettext(fault.reason) % fault.params
    return f"{fault.params['file']}: {said}" if "file" in fault.params else said


def _of_picture(fault: pictures.PictureFault) -> str:
    return gettext(fault.reason) % fault.params


class Day(forms.DateField):
    """A date as a form sends it; full-width digits and slashes from a Chinese keyboard are welcome."""

    def __init__(self) -> None:
        super().__init__(widget=_day_input())

    def to_python(self, value: Any) -> date | None:
        text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
        return super().to_python(text.replace("/", "-").replace(".", "-") if isinstance(text, str) else text)


class WholeNumber(forms.IntegerField):
    def to_python(self, value: Any) -> int | None:
        return super().to_python(unicodedata.normalize("NFKC", value) if isinstance(value, str) else value)


@dataclass(frozen=True)
class Around:
    """What a step's form needs to know of its case.

    `requests`: each is answered by an `outcomes` field. `lists`: what may be chosen for the kinds office,
    offices, place, officer and officers, or for one field of that id, as (code, name). `cite`: an article
    as the reader's language writes it.
    """

    requests: Sequence[str]
    lists: Mapping[str, Options]
    today: date
    cite: Callable[[str], str]


class StepForm(forms.Form):
    """The fields of one step of the book. `seen`: the last fact the officer had before their eyes."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    papers = Papers()

    def __init__(self, step: Step, around: Around, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        self.count = len(around.requests)
        for field in asked(step):
            self._add(field, around)
        lettered(self)
        # What the step asks for comes before the papers that go with it.
        self.order_fields([*(name for name in self.fields if name != "papers"), "papers"])

    def _add(self, field: Field, around: Around) -> None:
        if field.kind != "outcomes":
            self.fields[_name(field)] = made_of(field, around)
            return
        for index, request in enumerate(around.requests):
            made = _pick(field, around)
            made.error_messages["required"] = _missing(made)
            made.label, made.help_text = _numbered(field, index, self.count), request
            self.fields[f"{_name(field)}_{index}"] = made

    def values(self) -> dict[str, object]:
        """What the step is taken with: field id to value; what was left empty is left out."""
        found = {field.id: self._value(field) for field in asked(self.step)}
        return {key: value for key, value in found.items() if value not in (None, "", [])}

    def _value(self, field: Field) -> object:
        if field.kind == "outcomes":
            chosen = [self.cleaned_data.get(f"{_name(field)}_{index}", "") for index in range(self.count)]
            return chosen if any(chosen) else None
        value = self.cleaned_data.get(_name(field))
        return value.isoformat() if isinstance(value, date) else value

    def blame(self, field_id: str | None, message: str) -> None:
        """Put a refusal at the field it is about, or above the form where it is about none."""
        names = (f"f_{field_id}", f"f_{field_id}_0")
        self.add_error(next((name for name in names if name in self.fields), None), message)


def asked(step: Step) -> list[Field]:
    """The fields that an officer fills in; those derived from the tree of offices are nobody's to choose."""
    return [field for field in step.fields if not field.derive]


def raw_values(step: Step, data: Mapping[str, str]) -> dict[str, object]:
    """What a hand-made request claims for a step that is not open: enough for its refusal."""
    return {field.id: data[_name(field)] for field in step.fields if data.get(_name(field))}


def _name(field: Field) -> str:
    return f"f_{field.id}"


def _numbered(field: Field, index: int, count: int) -> str:
    title = field.title.get(get_language() or "")
    return title if count == 1 else f"{title} {index + 1}/{count}"


def made_of(field: Field, around: Around) -> forms.Field:
    """The form field for one field of the book, in the reader's language."""
    if field.kind not in _MAKERS:
        raise ValueError(f"the book has a field of unknown kind {field.kind!r}")
    language = get_language() or ""
    made = _MAKERS[field.kind](field, around)
    made.label, made.required = field.title.get(language), field.required
    made.help_text = field.help.get(language) if field.help else ""
    made.widget.is_required = field.required
    made.error_messages["required"] = _missing(made)
    return made


def _missing(field: forms.Field) -> str:
    return gettext("Choose one.") if isinstance(field, forms.ChoiceField) else gettext("Fill this in.")


def _text(field: Field, _around: Around) -> forms.Field:
    return forms.CharField(min_length=field.min, max_length=field.max or 500, widget=_line_input())


def _long_text(field: Field, _around: Around) -> forms.Field:
    return forms.CharField(min_length=field.min, max_length=field.max or 20_000, widget=_area(5))


def _one_code(field: Field, around: Around) -> forms.Field:
    options = [NOTHING, *around.lists.get(field.id, around.lists.get(field.kind, ()))]
    return forms.ChoiceField(choices=options, widget=_select())


def _some_codes(field: Field, around: Around) -> forms.Field:
    options = around.lists.get(field.kind, ())
    return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple)


def _day(field: Field, around: Around) -> forms.Field:
    """The book says from how many and to how many days from today; it is the book that refuses."""
    made = Day()
    for name, days in (("min", field.min), ("max", field.max)):
        if days is not None:
            made.widget.attrs[name] = (around.today + timedelta(days=days)).isoformat()
    return made


def _number(field: Field, _around: Around) -> forms.Field:
    widget = forms.NumberInput({"class": "input input--short"})
    return WholeNumber(min_value=field.min, max_value=field.max, widget=widget)


def _flag(_field: Field, _around: Around) -> forms.Field:
    return forms.BooleanField()


def _pick(field: Field, around: Around) -> forms.ChoiceField:
    """A choice with the article of each option: all in sight while they are few, else a list."""
    few = len(field.choices) <= FEW
    draw = _with_article if few else _one_line
    options = [(choice.id, draw(choice, around)) for choice in field.choices]
    if few:
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect, required=field.required)
    widget = _select()
    return forms.ChoiceField(choices=[NOTHING, *options], widget=widget, required=field.required)


def _with_article(choice: Choice, around: Around) -> str:
    title = choice.title.get(get_language() or "")
    if not choice.article:
        return title
    return format_html('{} <span class="article">{}</span>', title, around.cite(choice.article))


def _one_line(choice: Choice, around: Around) -> str:
    title = choice.title.get(get_language() or "")
    return f"{title} · {around.cite(choice.article)}" if choice.article else title


_MAKERS: Mapping[str, Callable[[Field, Around], forms.Field]] = {
    "text": _text,
    "long_text": _long_text,
    "choice": _pick,
    "office": _one_code,
    "place": _one_code,
    "offices": _some_codes,
    "officers": _some_codes,
    "officer": _one_code,
    "clock": _one_code,
    "date": _day,
    "number": _number,
    "flag": _flag,
}


class Drawn(forms.Field):
    """A field that only draws: it takes what was sent as it is, for `intake` to judge."""

    def __init__(self, label: "StrOrPromise", widget: forms.Widget, help_text: "StrOrPromise" = "") -> None:
        super().__init__(required=False, label=label, widget=widget, help_text=help_text)


class RegisterForm(forms.Form):
    """A letter or a visit, in the order a clerk reads it; `intake.read_filing` is its judge."""

    needed = ("channel", "body", "requests", "category", "purpose", "received_on")

    token = forms.CharField(widget=forms.HiddenInput, min_length=32, max_length=64)
    channel = Drawn(_("How it came"), forms.RadioSelect())
    title = Drawn(_("Title"), _line_input(), _("Left empty: how the words begin."))
    body = Drawn(
        _("What they write or say"),
        _area(9),
        _("As written, or as told by the visitor: 10 to 20,000 characters."),
    )
    requests = Drawn(
        _("What they ask for"), _area(3), _("One request on each line. Each will get its own answer.")
    )
    category = Drawn(_("Category"), _select())
    purpose = Drawn(_("Purpose"), _select())
    place = Drawn(_("Where (town)"), _select())
    place_detail = Drawn(_("Where exactly"), _line_input())
    received_on = Drawn(_("Received on"), _day_input(), _("The postmark, or the day of the visit."))
    occurred = Drawn(_("When it happened"), _line_input(), _("In their words, or a date."))
    respondents = Drawn(
        _("Offices complained of"), forms.CheckboxSelectMultiple(), _("They will never see this case.")
    )
    name = Drawn(_("Name"), _line_input(**{"data-alt": "n"}))
    phone = Drawn(_("Phone"), _line_input(inputmode="tel"))
    address = Drawn(_("Address"), _line_input())
    keep_name = Drawn(
        _("Keep the name from the handling office"),
        forms.CheckboxInput(),
        _("A custodian must approve before that office may see who it is."),
    )
    papers = Drawn(_("Papers"), _files(), _("Pictures or PDF, up to 6 files of 10 MB."))

    def __init__(
        self, *args: Any, lists: Mapping[str, Options], further: Sequence[Field] = (), **kwargs: Any
    ) -> None:
        """`lists`: the choices, as (code, name), of each field that has any. `further`: what else the book
        asks for at the counter."""
        super().__init__(*args, **kwargs)
        self.further = further
        around = Around((), lists, date.min, str)
        for field in further:
            self.fields[_name(field)] = made_of(field, around)
        for name, options in lists.items():
            widget = self.fields[name].widget
            assert isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple)
            widget.choices = [NOTHING, *options] if type(widget) is forms.Select else list(options)

    def further_fields(self) -> list[forms.BoundField]:
        return [self[_name(field)] for field in self.further]

    def further_values(self) -> dict[str, object]:
        """What was filled in of them, by the book's names."""
        given = {field.id: self.cleaned_data.get(_name(field)) for field in self.further}
        return {name: value for name, value in given.items() if value not in (None, "")}

    def blame(self, field_id: str | None, message: str) -> None:
        """Put a refusal of the book at the field it is about, or above the form."""
        names = (field_id, f"f_{field_id}")
        self.add_error(next((name for name in names if name in self.fields), None), message)


class PurposeForm(forms.Form):
    """Why an officer needs to see who it is: one of a closed list, which the petitioner is told."""

    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)

    def __init__(self, purposes: Options, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(purposes)


class ReleaseForm(forms.Form):
    """A redacted answer for the public page. `mask` hides the telephone and identity numbers of a text."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=_line_input())
    question = forms.CharField(label=_("What was asked"), max_length=4_000, widget=_area(5))
    answer = forms.CharField(label=_("What was answered"), max_length=10_000, widget=_area(10))
    clean_of_people = forms.BooleanField(
        label=_("No name, address, phone or number of a person is in it. I have read it through."),
    )

    def __init__(self, mask: Callable[[str], str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mask = mask

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("title", "question", "answer"):
            text = data.get(name, "")
            if text and self.mask(text) != text:
                self.add_error(name, _("A phone, identity or card number is still in it. Take it out."))
        return data
