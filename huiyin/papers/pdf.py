"""Official papers as PDF: a structured document set by Typst on A4 with the margins of GB/T 9704-2012.

The words reach Typst only as data (JSON through `sys.inputs`) and are set as plain text, so nothing a person
wrote can be read as markup. The same document gives the same bytes.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pylopdf_fonts_zh_cn as fonts
import typst

TEMPLATE = Path(__file__).with_name("official.typ")
FONTS = sorted({path().parent for path in (fonts.serif_path, fonts.sans_path)})


@dataclass(frozen=True)
class Section:
    """A headed part; `heading` may be empty. Each paragraph is plain text, newlines kept."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """An official paper. `date` is written as it shall appear; `language` is a BCP 47 tag (zh, en)."""

    title: str
    number: str
    organ: str
    sections: tuple[Section, ...]
    date: str
    addressee: str = ""
    footer: str = ""
    language: str = "zh"


def render(document: Document) -> bytes:
    """The paper as PDF, page numbers at the foot."""
    return typst.compile(
        TEMPLATE,
        font_paths=FONTS,
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(asdict(document), ensure_ascii=False)},
        timestamp=0,
    )
