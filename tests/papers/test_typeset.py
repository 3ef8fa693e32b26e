"""The PDF says what a reader of the Word file sees, no more and no less."""

import io
from collections.abc import Callable

import docx
import pypdfium2 as pdfium
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from huiyin.papers import typeset, word


def text_of(data: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(data))


def bare(text: str) -> str:
    return "".join(text.split())


def file(fill: Callable[["docx.document.Document"], object]) -> bytes:
    made = docx.Document()
    fill(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def tagged(run: "docx.text.run.Run", tag: str) -> None:
    run._r.get_or_add_rPr().append(OxmlElement(tag))


def test_paragraphs_and_cells_come_in_order() -> None:
    paper = word.paper("题", "zh")
    word.add(paper, word.TITLE, "甲")
    word.table(paper, [[(word.CELL, "乙\n丙", 1), (word.CELL, "丁", 1)]], (1, 1))
    word.add(paper, word.NOTE, "戊")
    data = word.save(paper)
    assert typeset.text(data).split("\n") == ["甲", "乙", "丙", "丁", "戊"]
    assert bare(text_of(typeset.pdf(data, "zh"))) == "甲乙丙丁戊—1—"


def test_hidden_and_deleted_words_are_not_set() -> None:
    def fill(made: "docx.document.Document") -> None:
        paragraph = made.add_paragraph("看得见")
        tagged(paragraph.add_run("隐藏"), "w:vanish")
        deleted = OxmlElement("w:del")
        run = OxmlElement("w:r")
        words = OxmlElement("w:delText")
        words.text = "删除"
        run.append(words)
        deleted.append(run)
        paragraph._p.append(deleted)

    data = file(fill)
    assert typeset.text(data) == "看得见"
    assert bare(text_of(typeset.pdf(data, "zh"))) == "看得见—1—"


def test_words_in_a_text_box_and_in_a_content_control_are_set_once() -> None:
    box = (
        '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><mc:AlternateContent>'
        "<mc:Choice><w:txbxContent><w:p><w:r><w:t>框里</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>框里</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r><w:r><w:t>框外</w:t></w:r></w:p>"
    )
    control = (
        '<w:sdt xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:sdtContent>'
        "<w:p><w:r><w:t>控件</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )

    def fill(made: "docx.document.Document") -> None:
        for xml in (box, control):
            made.element.body.insert(0, docx.oxml.parse_xml(xml))

    assert typeset.text(file(fill)).split("\n") == ["控件", "框里", "框外"]


def test_merged_cells_are_set_once() -> None:
    def fill(made: "docx.document.Document") -> None:
        table = made.add_table(3, 2)
        table.cell(0, 0).merge(table.cell(2, 0)).text = "竖"
        for row in range(3):
            table.cell(row, 1).text = f"第{row}行"

    data = file(fill)
    assert typeset.text(data).split("\n") == ["竖", "第0行", "第1行", "第2行"]
    assert bare(text_of(typeset.pdf(data, "zh"))).count("竖") == 1


def test_any_word_file_can_be_set() -> None:
    """Headings, lists, bold and coloured runs, tabs, breaks: as an office's own template may have them."""

    def fill(made: "docx.document.Document") -> None:
        made.add_heading("Heading", 1)
        made.add_paragraph("item", style="List Bullet")
        run = made.add_paragraph().add_run("bold\tand\nbroken")
        run.bold = run.underline = True
        run.font.color.rgb = docx.shared.RGBColor(255, 0, 0)
        made.add_page_break()
        made.add_paragraph("last").alignment = word.RIGHT
        made.add_table(0, 2)

    said = text_of(typeset.pdf(file(fill), "en"))
    for words in ("Heading", "item", "bold", "broken", "last", "— 2 —"):
        assert words in said


@pytest.mark.parametrize(
    "words", ['#panic("x")', "= 一", "$x$ @a <b> *c* `d`", "]#text(red)[", "\\u{41} // c"]
)
def test_words_are_never_markup(words: str) -> None:
    paper = word.paper(words, "zh")
    word.add(paper, word.TEXT, words)
    assert bare(words) in bare(text_of(typeset.pdf(word.save(paper), "zh")))


def test_long_papers_go_on_and_the_pages_are_counted() -> None:
    paper = word.paper("长", "zh")
    for _ in range(60):
        word.add(paper, word.TEXT, "三号楼外墙瓷砖往下掉。" * 5)
    document = pdfium.PdfDocument(typeset.pdf(word.save(paper), "zh"))
    assert len(document) > 4
    lines = [page.get_textpage().get_text_range() for page in document]
    assert all(f"— {number} —" in said for number, said in enumerate(lines, 1))
    # 22 lines of size three to a page
    assert lines[0].strip().count("\n") == 22


def test_the_same_paper_gives_the_same_bytes() -> None:
    paper = word.paper("题", "zh")
    word.add(paper, word.TEXT, "正文")
    data = word.save(paper)
    assert typeset.pdf(data, "zh") == typeset.pdf(data, "zh")
    assert typeset.pdf(data, "zh") != typeset.pdf(data.replace(b"x", b"x"), "en")


def test_a_centred_red_head_keeps_its_colour() -> None:
    paper = word.paper("题", "zh")
    word.add(paper, word.HEAD, "临江县信访局")
    block = typeset.blocks(docx.Document(io.BytesIO(word.save(paper))))[0]
    assert isinstance(block, typeset.Block)
    assert block.align == "center"
    assert block.pieces[0].colour == "#FF0000"
    assert block.pieces[0].bold  # 小标宋


def test_what_other_programs_write_is_read_as_they_mean_it() -> None:
    """ISO 29500 says start and end where Word says left and right; a size nobody can read is passed over."""

    def fill(made: "docx.document.Document") -> None:
        paragraph = made.add_paragraph("右")
        paragraph.alignment = word.RIGHT
        paragraph._p.pPr.jc.set(qn("w:val"), "end")
        paragraph.paragraph_format.space_before = 0
        paragraph._p.pPr.find(qn("w:spacing")).set(qn("w:before"), "auto")

    block = typeset.blocks(docx.Document(io.BytesIO(file(fill))))[0]
    assert isinstance(block, typeset.Block)
    assert block.align == "right"
