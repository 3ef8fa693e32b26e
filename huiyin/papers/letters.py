"""Short letters to be folded into envelopes, and labels with their addresses: one PDF of many."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

from huiyin.papers.pdf import FONTS

TEMPLATE = Path(__file__).with_name("letters.typ")


@dataclass(frozen=True)
class Letter:
    """Lines of the address, paragraphs, and lines of whoever signs; all plain text."""

    to: tuple[str, ...]
    body: tuple[str, ...]
    signed: tuple[str, ...]


def render(letters: Sequence[Letter], *, labels: bool = False, language: str = "zh") -> bytes:
    """A page for each letter; with `labels` their addresses once more behind them, 24 on a sheet."""
    data = {"letters": [asdict(one) for one in letters], "labels": labels, "language": language}
    return typst.compile(
        TEMPLATE,
        font_paths=FONTS,
        ignore_system_fonts=True,
        sys_inputs={"letters": json.dumps(data, ensure_ascii=False)},
        timestamp=0,
    )
