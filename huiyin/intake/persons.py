"""Words that speak of watching or holding persons, found in what somebody writes about a matter."""

import tomllib
import unicodedata
from functools import cache
from pathlib import Path


def watching_word(text: str) -> str:
    """The first word of control over persons that stands in `text`; "" where there is none."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return next((word for word in _words() if word in plain), "")


@cache
def _words() -> tuple[str, ...]:
    data = tomllib.loads(Path(__file__).with_name("headers.toml").read_text("utf-8"))
    return tuple(data["watching"]["prose"])
