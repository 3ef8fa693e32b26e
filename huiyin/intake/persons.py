"""Words that speak of watching or holding persons, found in what somebody writes about a matter."""

import tomllib
import unicodedata
from functools import cache
from pathlib import Path


def watching_word(text: str) -> str:
    """The first word of control over persons that stands in `text`; "" where there is none."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    for innocent in _words("chance"):
        plain = plain.replace(innocent, " ")  # a gap, so that what stood around it makes no new word
    return next((word for word in _words("prose") if word in plain), "")


@cache
def _words(which: str) -> tuple[str, ...]:
    """A list of `headers.toml`: `prose`, or `chance` (words that hold one of `prose` by chance)."""
    data = tomllib.loads(Path(__file__).with_name("headers.toml").read_text("utf-8"))
    return tuple(data["watching"][which])
