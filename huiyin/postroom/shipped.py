"""The Word templates that come with the product, built from `forms/` when they are first needed.

A line of a form is a paragraph: `@ ` addresses somebody, `# ` is a heading. Head, signature, notes and the
proof of service are the same on every notice.
"""

from functools import cache

from docx.document import Document
from docx.shared import Pt

from huiyin.papers import word
from huiyin.postroom.forms import PROOF, Form, form

LANGUAGES = ("zh", "en")
STYLES = {"@ ": word.TO, "# ": word.HEADING}
LABELS = {
    "zh": {
        "note": "（%s）",
        "sheet": "送达回证",
        "recipient": "受送达人",
        "document": "送达文书",
        "method": "送达方式",
        "time": "送达时间",
        "signer": "签收人",
        "refusal": "拒收情况",
        "witness": "见证人",
        "server": "送达人",
    },
    "en": {
        "note": "(%s)",
        "sheet": "Proof of service",
        "recipient": "Recipient",
        "document": "Document",
        "method": "Method",
        "time": "Time",
        "signer": "Signed by",
        "refusal": "Refusal",
        "witness": "Witness",
        "server": "Served by",
    },
}


@cache
def template(kind: str, language: str) -> bytes:
    """The template of a notice as a Word file; the same bytes each time."""
    found = form(kind)
    made = word.paper(found.title.get(language), language)
    if kind == PROOF:
        word.add(made, word.TITLE, "{{ title }}")
        word.add(made, word.NUMBER, "{{ number }}")
    else:
        _head(made)
    for line in found.lines[language]:
        _line(made, found, line)
    if kind == PROOF:
        _proof(made, kind, language)
        _signature(made, language)
    else:
        _signature(made, language)
        word.add(made, word.SHEET_TITLE, LABELS[language]["sheet"])
        _proof(made, kind, language)
    return word.save(made)


def _line(made: Document, found: Form, line: str) -> None:
    """A paragraph; one that is nothing but an optional placeholder goes with it."""
    style = STYLES.get(line[:2], word.TEXT)
    optional = (e.id for e in found.elements.values() if not e.required)
    alone = next((name for name in optional if line == f"{{{{ {name} }}}}"), "")
    if alone:
        word.add(made, style, f"{{%p if {alone} %}}")
    word.add(made, style, line[2:] if line[:2] in STYLES else line)
    if alone:
        word.add(made, style, "{%p endif %}")


def _head(made: Document) -> None:
    """The red head with the number under it; without one, the number alone."""
    word.add(made, word.HEAD, "{%p if red_head %}")
    word.add(made, word.HEAD, "{{ organ }}")
    word.add(made, word.HEAD_NUMBER, "{{ number }}")
    word.add(made, word.NUMBER, "{%p else %}")
    word.add(made, word.NUMBER, "{{ number }}")
    word.add(made, word.NUMBER, "{%p endif %}")
    word.add(made, word.TITLE, "{{ title }}")


def _signature(made: Document, language: str) -> None:
    """The office over the date, with the place of the seal; then how to reach it (GB/T 9704-2012, 7.3.5)."""
    signed = word.add(made, word.SIGNED, "{{ organ }}{{ seal }}")
    signed.paragraph_format.space_before = Pt(word.LINE * 2)
    word.add(made, word.SIGNED, "{{ date }}").paragraph_format.keep_with_next = False
    for placeholder in ("{{ contact }}", "{{ query }}"):
        word.add(made, word.NOTE, LABELS[language]["note"] % placeholder)


def _proof(made: Document, kind: str, language: str) -> None:
    """送达回证: to whom, what, when, how, who signed, or who refused before which witness."""
    said = LABELS[language]
    document = "{{ document }}" if kind == PROOF else "{{ title }} {{ number }}"
    rows = [
        _row(said, recipient="{{ service_recipient }}", method="{{ service_method }}"),
        [(word.LABEL, said["document"], 1), (word.CELL, document, 3)],
        _row(said, time="{{ service_time }}", signer="{{ service_signer }}"),
        _row(said, refusal="{{ service_refusal }}", witness="{{ service_witness }}"),
    ]
    if kind == PROOF:
        rows.append([(word.LABEL, said["server"], 1), (word.CELL, "{{ server }}", 3)])
    word.together(word.cells(word.table(made, rows, (2, 4, 2, 4))))


def _row(said: dict[str, str], **cells: str) -> list[tuple[word.Style, str, int]]:
    return [
        cell for name, text in cells.items() for cell in ((word.LABEL, said[name], 1), (word.CELL, text, 1))
    ]
