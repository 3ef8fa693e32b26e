"""Texts and macros of an office: what may stand in one, and how it is filled in for a case.

A template holds the office's own words and none of a case. `{{number}}` or `{{编号}}` stands for what the
case knows; a name that is no placeholder is a fault that names it, when the template is kept.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from huiyin.casework.models import CaseRow
from huiyin.desks.models import Template
from huiyin.desks.shown import language
from huiyin.intake.persons import watching_word
from huiyin.intake.words import clean_text, mask_numbers
from huiyin.offices import tree
from huiyin.procedure import Actor, Step, Text

MOST = 60  # templates of an office
PLACEHOLDERS: Mapping[str, Text] = {
    "number": Text("编号", "Number of the case"),
    "title": Text("标题", "Title of the matter"),
    "received": Text("收到日期", "Day it was received"),
    "due": Text("期限", "Last day of what is due"),
    "today": Text("今天", "Today"),
    "office": Text("本单位", "Own office"),
    "officer": Text("承办人", "Whoever writes"),
}
_NAMED = {**{name: name for name in PLACEHOLDERS}, **{text.zh: name for name, text in PLACEHOLDERS.items()}}
# A day so many days from today: in words, or in a field for a date.
_AHEAD = re.compile(r"\+(\d{1,4})")
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class Unfit(ValueError):
    """What no template may hold, and why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def fit(text: str) -> str:
    """The text, fit to be kept; `Unfit` names the placeholder that there is none of."""
    text = clean_text(text).strip()
    for name in _PLACE.findall(text):
        if name not in _NAMED and not _AHEAD.fullmatch(name):
            known = "、".join(placeholder.zh for placeholder in PLACEHOLDERS.values())
            raise Unfit(
                Text(
                    f"没有“{{{{{name}}}}}”这个占位符；可以用：{known}。",
                    f"There is no placeholder “{{{{{name}}}}}”; there are: {', '.join(PLACEHOLDERS)}.",
                )
            )
    if re.search(r"\{\{|\}\}", _PLACE.sub("", text)):
        raise Unfit(Text("占位符的括号不成对。", "A placeholder's braces do not match."))
    if mask_numbers(text) != text:
        raise Unfit(
            Text(
                "模板不写某个人的号码。", "A template is the office's: no telephone or identity number in it."
            )
        )
    if word := watching_word(text):
        raise Unfit(Text(f"请去掉“{word}”。", f"Take out “{word}”."))
    return text


@dataclass(frozen=True)
class Known:
    """What a case tells its templates, by the name of the placeholder."""

    values: Mapping[str, str]
    today: date

    def filled(self, text: str) -> str:
        return _PLACE.sub(lambda found: self._of(found[1]), text)

    def _of(self, name: str) -> str:
        day = self.day(name)
        return _said(day) if day else self.values.get(_NAMED.get(name, ""), "")

    def day(self, name: str) -> date | None:
        """`+15`: the day fifteen days from today."""
        ahead = _AHEAD.fullmatch(name)
        return self.today + timedelta(days=int(ahead[1])) if ahead else None


def known(row: CaseRow, title: str, due: date | None, actor: Actor, today: date) -> Known:
    """`due`: of the step that is filled in; else the case's own date is told."""
    officer = tree.officer(actor.ref)
    office = tree.office(actor.office)
    return Known(
        {
            "number": row.number,
            "title": title,
            "received": _said(row.received_on),
            "due": _said(due or row.due),
            "today": _said(today),
            "office": office.name_in(language()) if office else "",
            "officer": officer.name_in(language()) if officer else "",
        },
        today,
    )


def _said(day: date | None) -> str:
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if language() != "en" else day.isoformat()


@dataclass(frozen=True)
class Offered:
    """A template at a step's form. `values`: by the form's names; under "" a text for the field one is in."""

    row: Template
    values: Mapping[str, Sequence[str]]


def offered(step: Step, known: Known, actor: Actor) -> list[Offered]:
    """The office's macros for this step, then its texts where the step has a long field."""
    rows = Template.objects.filter(office=actor.office, gone_at=None).order_by("title", "id")
    macros = [row for row in rows if row.step == step.id]
    long = any(field.kind == "long_text" for field in step.fields)
    texts = [row for row in rows if not row.step] if long else []
    return [Offered(row, filled(row, known, step)) for row in (*macros, *texts)]


def for_steps(steps: Collection[str], actor: Actor) -> list[Template]:
    """The office's macros for steps that a case offers."""
    rows = Template.objects.filter(office=actor.office, gone_at=None, step__in=steps)
    return list(rows.order_by("title", "id"))


def filled(row: Template, known: Known, step: Step) -> Mapping[str, Sequence[str]]:
    """What a template puts into the form of this step, a date as a browser sends it."""
    days = {f"f_{field.id}" for field in step.fields if field.kind == "date"}
    values: Mapping[str, Sequence[str]] = row.values
    if not row.step:
        return {"": [known.filled(text) for text in values["text"]]}
    return {
        name: [_iso(text, known) if name in days else known.filled(text) for text in given]
        for name, given in values.items()
    }


def _iso(text: str, known: Known) -> str:
    found = _PLACE.fullmatch(text)
    day = known.day(found[1]) if found else None
    return day.isoformat() if day else ""


def chosen(found: Iterable[Offered], ref: str, step: Step) -> Mapping[str, Sequence[str]]:
    """What a form begins with when a template was chosen without a script: a text goes into the first long
    field."""
    for one in found:
        if str(one.row.id) == ref:
            first = next((f"f_{field.id}" for field in step.fields if field.kind == "long_text"), "")
            return {name or first: given for name, given in one.values.items()}
    return {}
