"""Official papers: what a person wrote stands on the page letter by letter, whatever it looks like."""

import pypdfium2 as pdfium
import pytest

from huiyin.papers import qr
from huiyin.papers.pdf import Document, Section, render


def paper(*paragraphs: str, title: str = "处理意见书", organ: str = "临江县住房和城乡建设局") -> Document:
    return Document(
        title=title,
        number="临信处〔2026〕3号",
        organ=organ,
        sections=(Section("一、反映的诉求", paragraphs), Section("", ("特此告知。",))),
        date="2026年3月1日",
        addressee="某先生：",
        footer="可凭查询码在网上核对",
    )


def text_of(data: bytes) -> str:
    document = pdfium.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def bare(text: str) -> str:
    return "".join(text.split())


def test_it_holds_every_part_and_the_page_numbers() -> None:
    text = bare(text_of(render(paper("房屋开裂。" * 400))))
    for part in (
        "处理意见书",
        "临信处〔2026〕3号",
        "住房和城乡建设局",
        "一、反映的诉求",
        "某先生：",
        "特此告知。",
    ):
        assert part in text
    for part in ("2026年3月1日", "可凭查询码在网上核对", "—1/", "—2/"):
        assert part in text


@pytest.mark.parametrize(
    "words",
    [
        '#panic("x")',
        '#read("/etc/passwd")',
        "#let a = 1; #a *bold* _it_ $x^2$ `code`",
        "= heading",
        "- a + b / c",
        "@ref <label> \\ // comment /* c */",
        '"quotes" \\u{41} #include "x.typ"',
        "~ --- ... 'q'",
        "https://example.com",
        "]#text(red)[",
    ],
)
def test_words_are_never_markup(words: str) -> None:
    data = render(paper(words, title=words, organ=words))
    assert bare(text_of(data)).count(bare(words)) >= 3
    assert b"/URI" not in data


def test_lines_are_kept() -> None:
    assert "第一行\r\n第二行" in text_of(render(paper("第一行\n第二行")))


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert render(paper("相同")) == render(paper("相同"))
    assert render(paper("相同")) != render(paper("不同"))


def test_empty_parts_and_odd_characters_do_no_harm() -> None:
    assert render(Document("", "", "", (), "", language="en")).startswith(b"%PDF")
    assert render(paper("\t\u200b😀 ﷽ \U00020bb7", "", "a" * 3000)).startswith(b"%PDF")


def test_a_qr_code_is_one_svg_element() -> None:
    drawn = qr.svg("https://huiyin.example/check/?index=42")
    assert drawn.startswith("<svg ")
    assert drawn.endswith("</svg>")
    assert "<script" not in qr.svg("<script>alert(1)</script>")
