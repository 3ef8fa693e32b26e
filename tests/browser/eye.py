"""An eye for what hinders readers: axe's rules, pages wider than their window, heavy files."""

from typing import Any

import pytest

from tests.browser.window import DESKTOP, PHONE, Window
from tests.installation import ROOT

AXE = ROOT / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 360, 768, 1280, 1920)
BUDGET = 60_000
SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
OVERFLOW = """
style => {
  const wider = () => document.documentElement.scrollWidth - innerWidth, own = new CSSStyleSheet();
  const plain = wider();
  own.replaceSync(style);
  document.adoptedStyleSheets = [own];
  const spaced = wider();
  document.adoptedStyleSheets = [];
  return [plain, spaced];
}
"""
WEIGHT = """
performance.getEntriesByType("resource").filter((e) => /[.](css|js)$/.test(new URL(e.name).pathname))
  .reduce((sum, e) => sum + e.decodedBodySize, 0)
"""


def axe() -> str:
    """The script of axe-core; the test is skipped where it was not fetched."""
    if not AXE.is_file():
        pytest.skip(f"no axe-core at {AXE.relative_to(ROOT)}: run python tools/assets.py")
    return AXE.read_text("utf-8")


class Eye:
    """Looks at the page that a window shows, at every size; `faults` is what it found."""

    def __init__(self, window: Window) -> None:
        self.window, self.axe, self.faults = window, axe(), list[str]()

    def look(self, name: str) -> None:
        page, size = self.window.page, self.window.page.viewport_size
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        page.evaluate(self.axe)
        for width, height in (PHONE, DESKTOP):
            page.set_viewport_size({"width": width, "height": height})
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            self.faults += [f"{name} at {width}: {spelled(one)}" for one in found["violations"]]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            self.faults += [f"{name} at {width}: {found}" for found in too_wide(self.window)]
        if size:
            page.set_viewport_size(size)

    def weigh(self, name: str) -> None:
        weight = self.window.page.evaluate(WEIGHT)
        if not 0 < weight < BUDGET:
            self.faults.append(f"{name}: {weight} bytes of CSS and JS")


def too_wide(window: Window) -> list[str]:
    """Whether the page scrolls sideways, as it is and with a reader's own wider spacing (WCAG 1.4.12)."""
    plain, spaced = window.page.evaluate(OVERFLOW, SPACED)
    found = [f"{plain} px too wide"] if plain > 0 else []
    return found + ([f"{spaced} px too wide when spaced"] if spaced > 0 else [])


def spelled(violation: dict[str, Any]) -> str:
    return f"{violation['id']} {[node['target'] for node in violation['nodes']]}"
