"""A Word file as PDF: its paragraphs and tables, set again by Typst on the page of GB/T 9704-2012.

What is set is what a reader of the Word file sees: hidden and deleted text is left out, and so are pictures.
Every computer gives the same bytes, with or without an office's fonts. Words reach Typst only as data.
"""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import docx
import typst
from docx.document import Document
from docx.oxml.ns import qn
from docx.styles.style import BaseStyle, ParagraphStyle
from docx.text.font import Font
from docx.text.paragraph import Paragraph
from docx.text.parfmt import ParagraphFormat
from docx.text.run import Run

from huiyin.papers.pdf import FONTS

TEMPLATE = Path(__file__).with_name("paper.typ")
SANS = ("黑", "hei", "gothic", "sans", "arial", "等线")
# Programs other than Word say start and end.
ALIGNS = {"center": "center", "right": "right", "end": "right", "left": "left", "start": "left"}
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Longer cells may be torn by a page's end: a row that must not be could not be set at all.
WHOLE = 600


@dataclass(frozen=True)
class Piece:
    """A run of text; `bold` and `sans` choose the face."""

    text: str
    size: float
    bold: bool
    sans: bool
    colour: str
    underline: bool


@dataclass(frozen=True)
class Block:
    """A paragraph; lengths in points. `rule`: the colour of a line below it; `page`: begins a new page."""

    pieces: tuple[Piece, ...]
    align: str
    size: float
    line: float
    before: float
    after: float
    first: float
    left: float
    right: float
    keep: bool
    whole: bool
    rule: str
    page: bool
    kind: str = "paragraph"


@dataclass(frozen=True)
class Cell:
    blocks: tuple[Block, ...]
    columns: int
    rows: int
    whole: bool


@dataclass(frozen=True)
class Grid:
    """A table; `widths` in points. `whole`: kept on one page."""

    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    whole: bool
    kind: str = "table"


def pdf(data: bytes, language: str) -> bytes:
    """The PDF of a Word file. `language`: a BCP 47 tag, for hyphenation."""
    opened = docx.Document(io.BytesIO(data))
    paper = {
        "title": opened.core_properties.title,
        "language": language,
        "blocks": [asdict(block) for block in blocks(opened)],
    }
    return typst.compile(
        TEMPLATE,
        font_paths=FONTS,
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)},
        timestamp=0,
    )


def text(data: bytes) -> str:
    """The words a reader of the Word file sees, a line for each paragraph."""
    found = [line for block in blocks(docx.Document(io.BytesIO(data))) for line in _lines(block)]
    return "\n".join(found)


def _lines(block: Block | Grid) -> Iterator[str]:
    if isinstance(block, Block):
        yield "".join(piece.text for piece in block.pieces)
    else:
        for cell in (cell for row in block.rows for cell in row):
            for inner in cell.blocks:
                yield from _lines(inner)


# --- reading ------------------------------------------------------------------------------------------


def blocks(opened: Document) -> list[Block | Grid]:
    """Paragraphs and tables of the body, in order."""
    return list(_blocks(opened.element.body, opened))


def _blocks(parent: Any, opened: Document) -> Iterator[Block | Grid]:
    for child in parent:
        if child.tag == qn("w:p"):
            yield from _paragraphs(child, opened)
        elif child.tag == qn("w:tbl"):
            yield _grid(child, opened)
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent")):
            yield from _blocks(child, opened)


def _paragraphs(element: Any, opened: Document) -> Iterator[Block]:
    """The paragraph, and before it those of text boxes anchored in it."""
    for nested in element.iter(qn("w:p")):
        if nested is not element and not _within(nested, FALLBACK):
            yield _block(nested, opened)
    yield _block(element, opened)


def _within(element: Any, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None


def _block(element: Any, opened: Document) -> Block:
    paragraph = Paragraph(element, opened._body)
    style = paragraph.style
    assert isinstance(style, ParagraphStyle)
    pieces, page = _pieces(paragraph, opened)
    size = max((p.size for p in pieces if p.text.strip()), default=_size(style, opened))
    shapes = [paragraph.paragraph_format, *(s.paragraph_format for s in _chain(style))]
    return Block(
        pieces=pieces,
        align=ALIGNS.get(_first(shapes, _align), "justify"),
        size=size,
        line=max(_line(_first(shapes, lambda s: s.line_spacing), size), size),
        before=_points(_first(shapes, lambda s: s.space_before)),
        after=_points(_first(shapes, lambda s: s.space_after)),
        first=max(_points(_first(shapes, lambda s: s.first_line_indent)), 0),
        left=max(_points(_first(shapes, lambda s: s.left_indent)), 0),
        right=max(_points(_first(shapes, lambda s: s.right_indent)), 0),
        keep=bool(_first(shapes, lambda s: s.keep_with_next)),
        whole=bool(_first(shapes, lambda s: s.keep_together)),
        rule=_rule(shapes),
        page=page or bool(_first(shapes, lambda s: s.page_break_before)),
    )


def _chain(style: BaseStyle | None) -> list[ParagraphStyle]:
    """A style and those it is based on, nearest first."""
    found: list[ParagraphStyle] = []
    while isinstance(style, ParagraphStyle) and len(found) < 20:
        found.append(style)
        style = style.base_style
    return found


def _first(shapes: list[ParagraphFormat], get: Callable[[ParagraphFormat], Any]) -> Any:
    """The nearest value there is; one that the library cannot read is none."""
    for shape in shapes:
        try:
            value = get(shape)
        except ValueError:
            continue
        if value is not None:
            return value
    return None


def _align(shape: ParagraphFormat) -> str | None:
    found = shape._element.find(f"{qn('w:pPr')}/{qn('w:jc')}")
    return None if found is None else found.get(qn("w:val"))


def _points(length: Any) -> float:
    return float(length.pt) if length is not None else 0.0


def _line(spacing: Any, size: float) -> float:
    """Line height: an exact length, or so many times the usual one."""
    if spacing is None or isinstance(spacing, float):
        return size * 1.3 * (spacing or 1.0)
    return float(spacing.pt)


def _rule(shapes: list[ParagraphFormat]) -> str:
    for shape in shapes:
        below = shape._element.find(f"{qn('w:pPr')}/{qn('w:pBdr')}/{qn('w:bottom')}")
        if below is not None and below.get(qn("w:val")) not in ("nil", "none"):
            return _colour_of(below.get(qn("w:color")))
    return ""


def _colour_of(value: str | None) -> str:
    return f"#{value}" if value and value != "auto" else "#000000"


def _size(style: ParagraphStyle, opened: Document) -> float:
    sizes = (s.font.size for s in _chain(style))
    return next((float(size.pt) for size in sizes if size is not None), _default_size(opened))


def _default_size(opened: Document) -> float:
    path = "/".join(qn(f"w:{name}") for name in ("docDefaults", "rPrDefault", "rPr", "sz"))
    found = opened.styles.element.find(path)
    return int(found.get(qn("w:val"))) / 2 if found is not None else 10.0


# --- runs ---------------------------------------------------------------------------------------------


def _pieces(paragraph: Paragraph, opened: Document) -> tuple[tuple[Piece, ...], bool]:
    """The visible runs of a paragraph, and whether it begins a new page."""
    found, page = [], False
    for element in paragraph._p.iter(qn("w:r")):
        ours = next(element.iterancestors(qn("w:p"))) is paragraph._p
        if not ours or element.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None:
            continue
        said, breaks = _said(element)
        page = page or breaks
        if said:
            found.append(_piece(said, Run(element, paragraph), paragraph, opened))
    return tuple(found), page


def _said(run: Any) -> tuple[str, bool]:
    """A run's text, and whether it holds a page break. Text deleted under revision has a tag of its own."""
    parts, page = [], False
    for child in run:
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag == qn("w:tab"):
            parts.append("\u3000")
        elif child.tag in (qn("w:br"), qn("w:cr")):
            kind = child.get(qn("w:type"))
            page = page or kind == "page"
            parts.append("" if kind == "page" else "\n")
        elif child.tag == qn("w:noBreakHyphen"):
            parts.append("-")
    return "".join(parts), page


def _piece(said: str, run: Run, paragraph: Paragraph, opened: Document) -> Piece:
    style = paragraph.style
    assert isinstance(style, ParagraphStyle)
    fonts = [run.font, *(s.font for s in _chain(style))]
    names = [name for name in map(_face, fonts) if name]
    size = next((float(f.size.pt) for f in fonts if f.size is not None), _default_size(opened))
    bold = next((f.bold for f in fonts if f.bold is not None), False)
    colour = next((f.color.rgb for f in fonts if f.color.rgb is not None), None)
    face = names[0] if names else ""
    return Piece(
        text=said,
        size=size,
        bold=bool(bold) or "标宋" in face,
        sans=any(mark in face.lower() for mark in SANS),
        colour=_colour_of(str(colour) if colour else None),
        underline=bool(next((f.underline for f in fonts if f.underline is not None), False)),
    )


def _face(font: Font) -> str:
    """The font's name for Chinese letters, else for Latin ones."""
    faces = font._element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    if faces is None:
        return ""
    return faces.get(qn("w:eastAsia")) or faces.get(qn("w:ascii")) or ""


# --- tables -------------------------------------------------------------------------------------------


def _grid(element: Any, opened: Document) -> Grid:
    rows = [_row(row, opened) for row in element.findall(qn("w:tr"))]
    most = max((sum(columns for _, columns, _ in row) for row in rows), default=1)
    named = [int(c.get(qn("w:w")) or 0) / 20 for c in element.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    widths = tuple(named) if len(named) == most and all(named) else (442.0 / most,) * most
    made = tuple(_cells(rows, index) for index in range(len(rows)))
    whole = len(rows) <= 12 and all(cell.whole for row in made for cell in row)
    return Grid(widths, made, whole)


_Raw = tuple[tuple[Block, ...], int, str]


def _row(element: Any, opened: Document) -> list[_Raw]:
    """Each cell's paragraphs, how many columns it takes, and how it merges downwards."""
    found = []
    for cell in element.iter(qn("w:tc")):
        if next(cell.iterancestors(qn("w:tr"))) is not element:
            continue  # a cell of a table inside a cell: its words are read with the outer cell
        inner = tuple(_block(p, opened) for p in cell.iter(qn("w:p")))
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        down = "" if merge is None else merge.get(qn("w:val")) or "continue"
        found.append((inner, int(span.get(qn("w:val"))) if span is not None else 1, down))
    return found


def _cells(rows: list[list[_Raw]], index: int) -> tuple[Cell, ...]:
    found, at = [], 0
    for inner, columns, down in rows[index]:
        if down != "continue":
            length = sum(len(p.text) for block in inner for p in block.pieces)
            taken = 1 + (_continued(rows, index, at) if down == "restart" else 0)
            found.append(Cell(inner, columns, taken, length < WHOLE))
        at += columns
    return tuple(found)


def _continued(rows: list[list[_Raw]], index: int, at: int) -> int:
    """How many rows below continue the merged cell that begins at column `at`."""
    count = 0
    for row in rows[index + 1 :]:
        starts, column = {}, 0
        for _, columns, down in row:
            starts[column] = down
            column += columns
        if starts.get(at) != "continue":
            break
        count += 1
    return count
