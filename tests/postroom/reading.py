"""What a reader of a Word file or a PDF sees, without the spaces that line ends and justification make."""

import pypdfium2 as pdfium

from huiyin.papers import typeset


def bare(text: str) -> str:
    """Without white space and the hyphens of words broken at a line's end."""
    return "".join(text.replace("\ufffe", "").replace("\u00ad", "").replace("\u2010", "-").split())


def word(data: bytes) -> str:
    return bare(typeset.text(data))


def pdf(data: bytes) -> str:
    return bare("".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(data)))
