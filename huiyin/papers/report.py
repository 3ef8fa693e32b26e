"""A report of tables as an editable Word file, in the layout of official papers."""

from collections.abc import Sequence
from dataclasses import dataclass

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Mm

from huiyin.papers import word


@dataclass(frozen=True)
class Table:
    """One table. `widths`: shares of the columns; without them all are alike."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()


def docx(
    title: str,
    meta: Sequence[tuple[str, str]],
    tables: Sequence[Table],
    *,
    notes: Sequence[str] = (),
    language: str = "zh",
    wide: bool = False,
) -> bytes:
    """The report: its title, `meta` as pairs of a name and what it is, the tables, then the notes.

    `wide` lays the sheet on its side, for tables of many columns. The same report gives the same bytes.
    """
    made = word.paper(title, language)
    width = _on_its_side(made) if wide else word.WIDTH
    word.add(made, word.TITLE, title)
    if meta:
        rows = [[(word.SMALL_LABEL, name, 1), (word.SMALL, said, 1)] for name, said in meta]
        word.table(made, rows, (1, 4), width)
    for one in tables:
        word.add(made, word.SHEET_TITLE, one.title)
        _table(made, one, width)
    for note in notes:
        word.add(made, word.NOTE, note)
    return word.save(made)


def _table(made: Document, one: Table, width: int) -> None:
    head = [(word.SMALL_LABEL, name, 1) for name in one.head]
    rows = [[(word.SMALL, said, 1) for said in row] for row in one.rows]
    grid = word.table(made, [head, *rows], one.widths or (1,) * len(one.head), width)
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # again on each page


def _on_its_side(made: Document) -> int:
    """Turn the sheet; the margins turn with it. The new width of the text block."""
    page = made.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    page.top_margin = page.bottom_margin = Mm(26)
    page.left_margin = page.right_margin = Mm(30)
    page.footer_distance = Mm(14)
    return Mm(297 - 60)
