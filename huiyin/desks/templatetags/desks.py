"""How the desk's templates say things: two languages, who is logged in, where one may go."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils.translation import get_language

from huiyin.desks.pages import pages_of
from huiyin.offices.models import Named, Officer
from huiyin.procedure import Text

register = template.Library()


@register.filter
def say(text: Text | Named | None) -> str:
    """A two-language text, office or place in the reader's language."""
    if text is None:
        return ""
    language = get_language() or ""
    return text.get(language) if isinstance(text, Text) else text.name_in(language)


@register.filter
def post(officer: Officer) -> str:
    return officer.post_in(get_language() or "")


@register.filter
def control(field: BoundField) -> str:
    """Which shape a field is drawn in: one box, several choices, or a single tick."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "tick" if isinstance(widget, CheckboxInput) else "box"


@register.filter
def as_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


@register.filter
def beside(heads: Iterable[str], cells: Iterable[str]) -> list[tuple[str, str]]:
    """Each cell of a row with the head of its column, which a narrow screen shows beside it."""
    return list(zip(heads, cells, strict=False))


@register.filter
def optional(field: BoundField) -> bool:
    """Whether a field may stay empty; a form that leaves checking to intake names what is needed."""
    needed: tuple[str, ...] | None = getattr(field.form, "needed", None)
    return not field.field.required if needed is None else field.name not in needed


@register.simple_tag(takes_context=True)
def officer(context: template.Context) -> Officer | None:
    user: Officer | AnonymousUser | None = getattr(context.get("request"), "user", None)
    return user if isinstance(user, Officer) else None


@register.inclusion_tag("desks/_nav.html", takes_context=True)
def desk_nav(context: template.Context) -> dict[str, Any]:
    """Links to the pages that the officer's role opens."""
    return {"pages": pages_of(context["request"]), "here": context.get("here")}
