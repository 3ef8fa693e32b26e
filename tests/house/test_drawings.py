"""The drawings in docs are what the books give today."""

import pytest

from huiyin.procedure import list_books, load_book, svg
from tests.house.tree import ROOT, text, tracked

NAMES = sorted({name.partition("@")[0] for name in list_books()})


@pytest.mark.parametrize("name", NAMES)
def test_each_book_is_drawn_in_docs_as_it_stands(name: str) -> None:
    """To renew them: make books"""
    book = load_book(name)
    assert text(ROOT / "docs/procedure" / f"{name}.svg") == svg(book, book.language)


def test_no_drawing_outlives_its_book() -> None:
    assert sorted(path.stem for path in tracked("docs/procedure/*.svg")) == NAMES


def test_the_page_shows_every_drawing() -> None:
    page = text(ROOT / "docs/procedure.md")
    assert not [name for name in NAMES if f"](procedure/{name}.svg)" not in page]
