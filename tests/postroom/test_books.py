"""Every shipped book can fill the notices its steps make: the fields they are read from are there."""

from collections.abc import Iterator

import pytest

from huiyin.postroom import forms
from huiyin.postroom.computed import COMPUTED
from huiyin.postroom.forms import PROOF, Element
from huiyin.procedure import Book, Step, list_books, load_book


def makers(book: Book) -> Iterator[Step]:
    return (step for step in book.steps.values() if step.notice not in ("", PROOF))


def has(book: Book, step: Step, source: str) -> bool:
    part, _, name = source.rpartition(":")
    if part == "earlier":
        return any(one.field(name) for one in book.steps.values())
    return any(one.field(name) for one in (book.of_part(part) if part else (step,)))


def unread(book: Book, step: Step) -> list[Element]:
    """Elements that are read from fields of which the step has none."""
    wanted = [e for e in forms.form(step.notice).required if e.sources and e.id not in COMPUTED]
    return [e for e in wanted if not any(has(book, step, source) for source in e.sources)]


@pytest.mark.parametrize("name", list_books())
def test_every_notice_of_a_book_is_one_that_can_be_filled(name: str) -> None:
    book = load_book(name)
    lacking = [f"{step.id}: {e.id}" for step in makers(book) for e in unread(book, step)]
    assert not lacking
    assert {step.notice for step in makers(book)} <= set(forms.ids())


def test_the_regulation_makes_every_notice() -> None:
    book = load_book("cn-xinfang-2022")
    assert {step.notice for step in makers(book)} == set(forms.ids()) - {PROOF}


def test_every_element_without_a_field_is_computed() -> None:
    for kind in forms.ids():
        for element in forms.form(kind).elements.values():
            assert element.flag or element.sources or element.id in COMPUTED, (kind, element.id)
