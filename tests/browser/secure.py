"""The demo county over https with its own authority, as `serve --tls` makes it, and a browser for it."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from tests.browser.people import PASSWORD
from tests.installation import free_port, installation


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address, by a name that a phone could have typed; served until the module's last test."""
    with installation(tmp_path_factory.mktemp("villages")) as made:
        made.environment.update(HUIYIN_DEMO="1", HUIYIN_DEMO_PASSWORD=PASSWORD)
        made.run("demo", "--no-serve")
        port = free_port()
        public = f"https://localhost:{port}"
        process = made.start("serve", "--tls", HUIYIN_PORT=str(port), HUIYIN_PUBLIC_URL=public)
        try:
            answers(public, made.data / "tls" / "county-ca.crt")
            yield public
        finally:
            process.terminate()
            process.wait(30)


def answers(address: str, authority: Path) -> None:
    """Wait until a server that the county's authority vouches for answers."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            urlopen(address, timeout=10, context=ssl.create_default_context(cafile=str(authority))).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"nothing that the county's authority vouches for answers at {address}")


@pytest.fixture(scope="module")
def trusting(chromium: Browser) -> Iterator[Browser]:
    """A browser for which the county's certificate is good: service workers need more than a shrug at it."""
    path = next(filter(Path.exists, map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser"))), None)
    browser = chromium.browser_type.launch(
        executable_path=path, chromium_sandbox=False, args=["--ignore-certificate-errors"]
    )
    yield browser
    browser.close()
