"""A page in the system's Chromium, for use in a thread of its own (`conftest.apart`)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

__all__ = ["FilePayload", "Page", "chromium_page"]


@contextmanager
def chromium_page(**context: Any) -> Iterator[Page]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root.
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=os.geteuid() != 0)
        try:
            yield browser.new_context(**context).new_page()
        finally:
            browser.close()
