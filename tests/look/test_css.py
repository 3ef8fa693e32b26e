"""The design system: legible contrasts, every class explained, nothing fetched from elsewhere."""

import re

import pytest

from tests.installation import ROOT

CSS = (ROOT / "huiyin" / "look" / "static" / "look" / "huiyin.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", CSS))
# Text and what it stands on.
TEXT = [
    ("ink", "sheet"),
    ("ink", "ground"),
    ("ink-2", "sheet"),
    ("ink-2", "ground"),
    ("link", "sheet"),
    ("link", "ground"),
    ("link", "brand-soft"),
    ("sheet", "brand"),
    ("sheet", "brand-2"),
    ("sheet", "seal"),
    ("sheet", "bad"),
    ("ok", "ok-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("bad", "sheet"),
    ("brand-2", "brand-soft"),
    ("ink", "warn-soft"),
]
# Borders of controls and the ring of focus.
SHAPES = [("line-2", "sheet"), ("focus", "sheet"), ("focus", "ground"), ("brand", "sheet")]


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two tokens."""
    dark, light = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(front: str, back: str) -> None:
    assert contrast(front, back) >= 4.5


@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_controls_can_be_seen(front: str, back: str) -> None:
    assert contrast(front, back) >= 3


def test_every_class_in_the_list_exists() -> None:
    listed, _, rules = CSS.partition("*/")
    names = set(re.findall(r"\.([a-z]\w*(?:__\w+)?(?:--\w+)?)", listed))
    assert len(names) > 60
    assert not {name for name in names if f".{name}" not in rules}


def test_nothing_is_fetched_from_elsewhere_and_motion_asks_first() -> None:
    assert not re.findall(r"url\((?!\"echo\.svg\")", CSS)
    assert "@import" not in CSS
    assert CSS.count("transition") == CSS.partition("prefers-reduced-motion: no-preference")[2].count(
        "transition"
    )
