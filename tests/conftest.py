"""What every test may ask for: a clean database, a fresh installation, a real browser.

`@pytest.mark.django_db` rolls its test back; `@pytest.mark.django_db(transaction=True)` commits for real and
gets a new database afterwards. HUIYIN_DATA is a folder of this test process; its keys stay, all else in it
goes after each test.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from django.utils import timezone, translation
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from tests import databases
from tests.alone import made
from tests.installation import Installation, installation

CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    database = databases.chosen()
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: database.renew())
        database.prepare()
        yield
        database.remove()


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """What a test left beside its database goes; `databases.renew` sees to the database itself.

    So do the language and the hours that its last request was answered in.
    """
    yield
    databases.tidy()
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def new_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Installation]]:
    """Call it for a new installation with nothing in it; `.run("init")` comes first."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(installation(tmp_path_factory.mktemp("installation")))


@pytest.fixture
def fresh(new_installation: Callable[[], Installation]) -> Installation:
    return new_installation()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright (whose own browsers no package registry brings).

    While a module has it, an event loop runs in this thread and Django refuses database calls: walk through
    an `Installation`.
    """
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, then run make test again")
    sandbox = os.geteuid() != 0  # Chromium refuses its sandbox to root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=sandbox)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has huiyin and cryptography and nothing else."""
    return made(tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real letters and the independent checker that lies beside some checkouts."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no folder ../shared with letters and the independent checker beside this checkout")
    return folder
