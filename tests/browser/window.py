"""A browser window of one person, which records every fault that a user or an administrator would meet."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Download, Page, Request, Response

Size = tuple[int, int]
PHONE: Size = (390, 844)
DESKTOP: Size = (1366, 768)
# A refused form is answered with a status of its own, which Chromium notes as if a file were missing.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error("CSP violation: " + event.violatedDirective + " " + event.blockedURI);
});
"""


class Window:
    """One page at a time in a context of its own. `faults`: what went wrong in it so far, in words."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.faults: list[str] = []
        context.add_init_script(VIOLATIONS)
        context.set_default_timeout(15_000)
        context.on("request", self._requested)
        context.on("response", self._answered)
        context.on("console", lambda said: self._said(said.type, said.text))
        context.on("weberror", lambda thrown: self.faults.append(f"script: {thrown.error}"))
        self.page: Page = context.new_page()

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws") and not request.url.startswith(f"{self.address}/"):
            self.faults.append(f"a request left the host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} at {response.url}")

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and not ANSWERED.search(text):
            self.faults.append(f"console: {text}")

    def go(self, path: str) -> Response:
        response = self.page.goto(self.address + path)
        assert response is not None
        return response

    def press(self, selector: str) -> None:
        """Click something that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def text(self, selector: str = "main") -> str:
        """What a reader sees there, hidden parts of folded sections included, without line breaks."""
        return " ".join(self.page.locator(selector).first.text_content().split())  # type: ignore[union-attr]

    def download(self, selector: str) -> Download:
        with self.page.expect_download() as waiting:
            self.page.click(selector)
        return waiting.value

    def taken(self, selector: str) -> bytes:
        return self.download(selector).path().read_bytes()


@contextmanager
def opened(browser: Browser, address: str, size: Size, **options: Any) -> Iterator[Window]:
    """A window that must end without a fault."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **options
    )
    try:
        window = Window(context, address)
        yield window
        assert not window.faults, "\n".join(window.faults)
    finally:
        context.close()
