"""Facts in words, for a paper that a petitioner takes away: what each step recorded, label by label."""

from collections.abc import Iterator, Mapping
from typing import Any

from huiyin.casework.reading import Moment
from huiyin.offices import tree
from huiyin.procedure import Book, Field, Step, Text

YES, NO = Text("是", "yes"), Text("否", "no")


def particulars(moment: Moment, book: Book, language: str) -> Iterator[tuple[str, str]]:
    """(label, what was recorded) in the order of the step's form."""
    return recorded(book.steps.get(moment.step), moment.texts, moment.values, book, language)


def recorded(
    step: Step | None, texts: Mapping[str, str], values: Mapping[str, Any], book: Book, language: str
) -> Iterator[tuple[str, str]]:
    for field in step.fields if step else ():
        value = texts.get(field.id) if field.sealed else values.get(field.id)
        if value not in (None, "", [], False):
            yield field.title.get(language), spoken(field, value, book, language)


def spoken(field: Field, value: Any, book: Book, language: str) -> str:
    """One value as a person reads it."""
    titles = {choice.id: choice.title for choice in field.choices}
    items = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    if field.kind in ("office", "offices"):
        return _joined(tree.names(set(items), language), items)
    if field.kind == "place":
        return _joined({place.code: place.name_in(language) for place in tree.places()}, items)
    if field.kind in ("officer", "officers"):
        return _joined(_officers(set(items), language), items)
    if field.kind == "clock":
        titles = {name: clock.title for name, clock in book.clocks.items()}
    if field.kind == "flag":
        return (YES if value else NO).get(language)
    said = [titles[one].get(language) if one in titles else one for one in items]
    if field.kind == "outcomes":
        return "; ".join(f"{number}. {one}" for number, one in enumerate(said, 1))
    return ", ".join(said)


def _officers(logins: set[str], language: str) -> Mapping[str, str]:
    found = tree.officers(logins)
    return {one.login: f"{one.post_in(language)} {one.name_in(language)}" for one in found}


def _joined(names: Mapping[str, str], codes: list[str]) -> str:
    return ", ".join(names.get(code, code) for code in codes)
