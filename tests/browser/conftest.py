"""One seeded county, its server, and browser windows that notice whatever goes wrong in them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.browser.people import PASSWORD
from tests.browser.window import DESKTOP, PHONE, Size, Window, opened
from tests.installation import Installation, installation

# A window for one person: `window()` on a desktop, `window(PHONE)`, `window(java_script_enabled=False)` …
Opening = Callable[..., Window]


@dataclass(frozen=True)
class County:
    """The demo county: its installation on disk and the address it serves."""

    installation: Installation
    address: str


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """`huiyin demo --no-serve` once, then `huiyin serve` until the last browser test of this process."""
    with installation(tmp_path_factory.mktemp("county")) as made:
        made.environment.update(HUIYIN_DEMO="1", HUIYIN_DEMO_PASSWORD=PASSWORD)
        made.run("demo", "--no-serve")
        # The loopback as a proxy: a test may say which network its browser stands in.
        with made.serving(HUIYIN_TRUSTED_PROXIES="127.0.0.1") as address:
            yield County(made, address)


@pytest.fixture
def window(chromium: Browser, county: County) -> Iterator[Opening]:
    """Call it for a new window with cookies of its own; all are closed and judged at the end."""
    with ExitStack() as stack:
        yield lambda size=DESKTOP, **options: stack.enter_context(
            opened(chromium, county.address, size, **options)
        )


@pytest.fixture(params=["phone", "desktop"])
def sizes(request: pytest.FixtureRequest) -> tuple[Size, Size]:
    """The petitioner's screen and the office's: both ways round."""
    return (PHONE, DESKTOP) if request.param == "phone" else (DESKTOP, PHONE)
