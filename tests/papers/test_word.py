"""Word files as offices lay them out: page, fonts, numbers, and the report that is made of them."""

import io
import zipfile

import docx
from docx.oxml.ns import qn
from docx.shared import Mm

from huiyin.papers import report, typeset, word


def made(language: str = "zh") -> bytes:
    paper = word.paper("告知书", language)
    word.add(paper, word.TITLE, "信访事项受理告知书")
    word.add(paper, word.TEXT, "正文")
    word.table(paper, [[(word.LABEL, "一", 1), (word.CELL, "二\n三", 2)]], (1, 2, 2))
    return word.save(paper)


def opened(data: bytes) -> "docx.document.Document":
    return docx.Document(io.BytesIO(data))


def part(data: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def test_the_page_is_that_of_the_standard() -> None:
    page = opened(made()).sections[0]
    text = (
        page.page_width - page.left_margin - page.right_margin,
        page.page_height - page.top_margin - page.bottom_margin,
    )
    measured = (page.page_width, page.page_height, page.top_margin, page.left_margin, *text)
    assert [round(length / Mm(1), 1) for length in measured] == [210, 297, 37, 28, 156, 225]


def test_title_and_body_have_the_sizes_and_lines_of_the_standard() -> None:
    styles = opened(made()).styles
    title, body = styles["公文标题"], styles["公文正文"]
    assert (title.font.size.pt, body.font.size.pt) == (22, 16)
    assert title.element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    assert body.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert 28 <= body.paragraph_format.line_spacing.pt <= 29
    assert body.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_every_font_has_one_to_fall_back_on() -> None:
    table = part(made(), "word/fontTable.xml")
    used = {word.SONG, word.FANG, word.HEI}
    assert all(f'w:name="{font}"><w:altName w:val="' in table for font in used)


def test_pages_are_numbered_outside_on_both_sides() -> None:
    page = opened(made()).sections[0]
    for footer, align in ((page.footer, word.RIGHT), (page.even_page_footer, word.LEFT)):
        paragraph = footer.paragraphs[0]
        assert paragraph.text == "—  —"
        assert " PAGE " in paragraph._p.xml
        assert paragraph.alignment == align


def test_it_brings_nothing_of_the_librarys_own() -> None:
    names = zipfile.ZipFile(io.BytesIO(made())).namelist()
    assert not [name for name in names if "thumbnail" in name or "customXml" in name or "Effects" in name]
    assert "python-docx" not in "".join(part(made(), name) for name in names if name.endswith(".xml"))


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert made() == made()


def test_a_report_holds_its_title_its_tables_and_its_notes() -> None:
    table = report.Table("二、时限", ("单位", "最晚日期"), [("临江县信访局", "2026年3月17日")], (2, 1))
    data = report.docx(
        "责任倒查", [("登记编号", "XFJ-2026-000001")], [table], notes=("只据事实。",), wide=True
    )
    said = typeset.text(data)
    for words in (
        "责任倒查",
        "登记编号",
        "XFJ-2026-000001",
        "二、时限",
        "最晚日期",
        "2026年3月17日",
        "只据事实。",
    ):
        assert words in said
    page = opened(data).sections[0]
    assert page.page_width > page.page_height
    assert "w:tblHeader" in part(data, "word/document.xml")


def test_a_report_of_nothing_is_a_report() -> None:
    assert typeset.text(report.docx("空", [], [])) == "空"


# The order in which ECMA-376 part 1 wants the properties; Word repairs or refuses a file that has another.
ORDER = {
    "pPr": """
        pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers
        pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE
        autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents
        suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle
        rPr sectPr pPrChange
    """,
    "rPr": """
        rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint
        noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect
        bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath
    """,
    "tblPr": """
        tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc
        tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription
    """,
    "tcPr": """
        cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText
        vAlign hideMark
    """,
    "sectPr": """
        headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders
        lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter
        docGrid
    """,
}


def test_properties_stand_in_the_order_of_the_standard() -> None:
    table = report.Table("二", ("单位", "日期"), [("甲", "乙")])
    for data in (made(), report.docx("一", [("a", "b")], [table], wide=True)):
        for name in ("word/document.xml", "word/styles.xml", "word/footer1.xml"):
            root = docx.oxml.parse_xml(part(data, name).encode())
            for tag, order in ORDER.items():
                for found in root.iter(qn(f"w:{tag}")):
                    names = [child.tag.rpartition("}")[2] for child in found]
                    places = [order.split().index(child) for child in names]
                    assert places == sorted(places), (name, tag, names)
