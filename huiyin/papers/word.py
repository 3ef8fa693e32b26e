"""Official papers as editable Word files: page, fonts and paragraph styles after GB/T 9704-2012.

A4, 37 mm above, 28 mm at the binding edge, a text block of 156 by 225 mm (22 lines of 28 characters), title
of size two, body of size three, page numbers “— 1 —” outside the block. Fonts are named as offices have them;
the file's font table names what to take where they are missing. The same calls give the same bytes.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

LINE, BODY = 28.95, 16.0
TIGHTER = "-5"  # twentieths of a point: 28 characters of size three in 156 mm
WIDTH = Mm(156)
SONG, FANG, HEI, LATIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "Times New Roman"
# What Word takes instead of a font that a computer does not have (`w:altName`), and the kind of face it is.
FALLBACKS = {
    SONG: ("方正小标宋_GBK,小标宋,华文中宋,STZhongsong,宋体", "roman"),
    FANG: ("仿宋,FangSong,华文仿宋,STFangsong", "modern"),
    HEI: ("SimHei,思源黑体,Noto Sans CJK SC,微软雅黑", "swiss"),
}
CENTER, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY
UNNEEDED = ("thumbnail", "stylesWithEffects", "numbering", "customXml", "webSettings")
LONG_AGO = datetime(2022, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Style:
    """A paragraph style. Lengths are points; `indent`: of the first line, in characters; `keep`: with what
    follows; `whole`: on one page; `rule`: colour of a line below."""

    name: str
    font: str = FANG
    size: float = BODY
    align: WD_ALIGN_PARAGRAPH = JUSTIFY
    line: float = LINE
    before: float = 0
    after: float = 0
    indent: int = 0
    left: float = 0
    bold: bool = False
    colour: str = ""
    keep: bool = False
    whole: bool = False
    rule: str = ""


RED = "FF0000"
# The seal is stamped over the date, whose last sign stands four characters from the right edge; the office's
# name stands above it on the same axis (GB/T 9704-2012, 7.3.5.1).
SIGNED_LEFT = 164
HEAD = Style("红头", SONG, 26, CENTER, 36, colour=RED, keep=True)
HEAD_NUMBER = Style("文号", align=CENTER, before=LINE / 2, after=LINE, keep=True, rule=RED)
NUMBER = Style("编号", align=RIGHT, keep=True)
TITLE = Style("公文标题", SONG, 22, CENTER, 33, before=LINE / 2, after=LINE, keep=True)
TO = Style("主送", keep=True)
TEXT = Style("公文正文", indent=2)
HEADING = Style("小标题", HEI, indent=2, keep=True)
SIGNED = Style("落款", align=CENTER, left=SIGNED_LEFT, keep=True)
NOTE = Style("附注", align=LEFT, indent=2, whole=True)
SHEET_TITLE = Style("表题", SONG, 16, CENTER, before=LINE, after=6, keep=True)
CELL = Style("表格", size=12, align=LEFT, line=20, before=3, after=3)
LABEL = Style("表头", HEI, 12, CENTER, 20, before=3, after=3)
SMALL = Style("小表格", size=10.5, align=LEFT, line=16, before=2, after=2)
SMALL_LABEL = Style("小表头", HEI, 10.5, CENTER, 16, before=2, after=2)
STYLES = (
    HEAD,
    HEAD_NUMBER,
    NUMBER,
    TITLE,
    TO,
    TEXT,
    HEADING,
    SIGNED,
    NOTE,
    SHEET_TITLE,
    CELL,
    LABEL,
    SMALL,
    SMALL_LABEL,
)


def paper(title: str, language: str) -> Document:
    """An empty paper with the page, the styles and the page numbers; `title` is only the file's property."""
    made = docx.Document()
    _forget_defaults(made)
    _properties(made, title, language)
    _fonts(made)
    _normal(made)
    for style in STYLES:
        _style(made, style)
    _page(made)
    _page_numbers(made)
    return made


def add(made: Document, style: Style, text: str) -> Paragraph:
    return made.add_paragraph(text, style=style.name)


Row = Sequence[tuple[Style, str, int]]


def table(made: Document, rows: Sequence[Row], widths: Sequence[int], width: int = WIDTH) -> Table:
    """A ruled table over the text block. A cell is its style, its text and how many columns it takes;
    `widths` are shares of `width`. No row is torn by a page's end."""
    grid: Table = made.add_table(len(rows), len(widths))
    grid.autofit, grid.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    _rules(grid)
    columns = [Emu(width * share // sum(widths)) for share in widths]
    for column, size in zip(grid.columns, columns, strict=True):
        column.width = size
    for index, row in enumerate(rows):
        _row(grid, index, row, columns)
    return grid


def _row(grid: Table, index: int, row: Row, columns: Sequence[int]) -> None:
    _property(grid.rows[index]._tr.get_or_add_trPr(), "w:cantSplit")
    at = 0
    for style, text, count in row:
        first, last = grid.cell(index, at), grid.cell(index, at + count - 1)
        cell = first.merge(last) if count > 1 else first
        cell.width = Emu(sum(columns[at : at + count]))
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        lines = text.split("\n")
        cell.paragraphs[0].add_run(lines[0])
        for line in lines[1:]:
            cell.add_paragraph(line)
        for paragraph in cell.paragraphs:
            paragraph.style = style.name
        at += count


def together(paragraphs: Sequence[Paragraph]) -> None:
    """Keep these on one page."""
    for paragraph in paragraphs[:-1]:
        paragraph.paragraph_format.keep_with_next = True


def cells(grid: Table) -> list[Paragraph]:
    return [paragraph for row in grid.rows for cell in row.cells for paragraph in cell.paragraphs]


def save(made: Document) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return steady(stream.getvalue())


def steady(data: bytes) -> bytes:
    """The same archive without the time of its making."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for item in before.infolist():
            kept = zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0))
            kept.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(kept, before.read(item))
    return out.getvalue()


# --- the file -----------------------------------------------------------------------------------------


def _forget_defaults(made: Document) -> None:
    """Drop what the library's own blank file brings: styles, thumbnail, numbering and the like."""
    for style in list(made.styles):
        if style.name not in ("Normal", "Default Paragraph Font", "Normal Table", "No List"):
            style.element.getparent().remove(style.element)
    for rels in (made.part.package.rels, made.part.rels):
        for rel_id, rel in list(rels.items()):
            if rel.reltype.rpartition("/")[2] in UNNEEDED:
                del rels[rel_id]


def _properties(made: Document, title: str, language: str) -> None:
    core = made.core_properties
    core.title, core.author, core.comments, core.last_modified_by = title, "", "", ""
    core.language = "zh-CN" if language.startswith("zh") else "en"
    core.created = core.modified = LONG_AGO
    core.revision = 1


def _fonts(made: Document) -> None:
    """The font table: for each font by name, what to take where it is missing."""
    part = next(r.target_part for r in made.part.rels.values() if r.reltype.endswith("/fontTable"))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, (others, family) in FALLBACKS.items()
    )
    latin = f'<w:font w:name="{LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/></w:font>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    part._blob = f'{head}<w:fonts xmlns:w="{space}">{fonts}{latin}</w:fonts>'.encode()


def _normal(made: Document) -> None:
    defaults = made.styles.element.find(qn("w:docDefaults"))
    made.styles.element.remove(defaults)  # the library's own fonts would show through
    normal = made.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _face(normal, FANG, BODY)
    spoken = _property(normal.element.get_or_add_rPr(), "w:lang")
    spoken.set(qn("w:val"), "en-US")
    spoken.set(qn("w:eastAsia"), "zh-CN")
    normal.paragraph_format.widow_control = False


def _style(made: Document, style: Style) -> None:
    found = made.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(found, ParagraphStyle)
    found.base_style = made.styles["Normal"]
    found.quick_style = True
    _face(found, style.font, style.size)
    if style.size == BODY:
        tighter = OxmlElement("w:spacing")
        tighter.set(qn("w:val"), TIGHTER)
        found.element.rPr.insert_element_before(tighter, "w:sz")
    found.font.bold = style.bold or None
    if style.colour:
        found.font.color.rgb = RGBColor.from_string(style.colour)
    shape = found.paragraph_format
    shape.alignment = style.align
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(style.line)
    shape.space_before, shape.space_after = Pt(style.before), Pt(style.after)
    shape.left_indent = Pt(style.left)
    shape.keep_with_next, shape.keep_together = style.keep, style.whole or None
    if style.indent:
        shape.first_line_indent = Pt(style.indent * style.size)
        found.element.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), str(style.indent * 100))
    if style.line != LINE:
        _off_the_grid(found.element.get_or_add_pPr())
    if style.rule:
        _rule(found.element.get_or_add_pPr(), style.rule)


def _face(style: ParagraphStyle, font: str, size: float) -> None:
    style.font.size, style.font.name = Pt(size), LATIN
    style.element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _rule(properties: Any, colour: str) -> None:
    borders = OxmlElement("w:pBdr")
    below = _line("w:bottom", "18", colour)
    below.set(qn("w:space"), "8")
    borders.append(below)
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _off_the_grid(properties: Any) -> None:
    found = OxmlElement("w:snapToGrid")
    found.set(qn("w:val"), "0")
    properties.insert_element_before(found, "w:spacing", "w:ind", "w:jc")


def _line(name: str, width: str, colour: str) -> Any:
    found = OxmlElement(name)
    for key, value in (("val", "single"), ("sz", width), ("space", "0"), ("color", colour)):
        found.set(qn(f"w:{key}"), value)
    return found


def _rules(grid: Table) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_line(f"w:{side}", "4", "000000"))
    layout = grid._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(borders)


def _property(parent: Any, name: str) -> Any:
    """The child `name`, made where it is missing."""
    found = parent.find(qn(name))
    if found is None:
        found = OxmlElement(name)
        parent.append(found)
    return found


# --- the page -----------------------------------------------------------------------------------------


def _page(made: Document) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    grid = _property(section._sectPr, "w:docGrid")
    # Lines only: a grid of characters would tear Latin words and numbers apart.
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE * 20)))


def _page_numbers(made: Document) -> None:
    """“— 1 —” of size four, one character from the outer edge of the text block (7.5)."""
    made.settings.odd_and_even_pages_header_footer = True
    section = made.sections[0]
    _page_number(section.footer.paragraphs[0], RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], LEFT)


def _page_number(paragraph: Paragraph, align: WD_ALIGN_PARAGRAPH) -> None:
    shape = paragraph.paragraph_format
    paragraph.style = "Normal"
    shape.alignment, shape.left_indent, shape.right_indent = align, Pt(14), Pt(14)
    for text, field in (("— ", ""), ("", "begin"), (" PAGE ", "instr"), ("", "end"), (" —", "")):
        run = paragraph.add_run("" if field else text)
        run.font.size, run.font.name = Pt(14), "宋体"
        if field == "instr":
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run._r.append(instruction)
        elif field:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), field)
            run._r.append(mark)
