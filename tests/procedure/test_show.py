"""The books as people read them; the page in docs is the table itself."""

from pathlib import Path

import pytest

from huiyin.procedure import mermaid, table
from tests.procedure.cast import BOOK

PAGE = Path(__file__).parents[2] / "docs" / "procedure" / "cn-xinfang-2022.md"


def test_the_page_in_docs_is_up_to_date() -> None:
    """To renew it: python -m tests.procedure.test_show"""
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_it_shows_every_state_step_and_clock(lang: str) -> None:
    shown = table(BOOK, lang)
    titles = [(i, state.title) for i, state in BOOK.states.items()]
    titles += [(i, step.title) for i, step in BOOK.steps.items()]
    titles += [(i, clock.title) for i, clock in BOOK.clocks.items()]
    for name, title in titles:
        assert f"{title.get(lang)} `{name}`" in shown
    for step in BOOK.steps.values():
        assert BOOK.cite(step.article, lang) in shown


def test_every_row_has_as_many_cells_as_its_head() -> None:
    for block in table(BOOK, "zh").split("\n\n"):
        if block.startswith("|"):
            assert len({line.count("|") for line in block.strip().split("\n")}) == 1


def test_the_diagram_has_every_way() -> None:
    drawn = mermaid(BOOK, "zh")
    assert drawn.startswith("stateDiagram-v2\n")
    assert "    [*] --> registered : 登记\n" in drawn
    assert "    registered --> routed : 转送\n" in drawn
    assert "    withdrawn --> handling : 恢复办理\n" in drawn
    assert "    closed --> [*]\n" in drawn


def page() -> str:
    """The Regulation's tables, as `huiyin procedure show` prints them, in both languages."""
    return "\n".join(table(BOOK, lang) for lang in ("zh", "en"))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
