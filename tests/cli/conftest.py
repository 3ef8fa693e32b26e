"""Commands are tried as an administrator has them, on an installation that a module shares."""

import os
from collections.abc import Callable, Iterator

import pytest

from huiyin.cli.main import main
from tests.environment import PLACE
from tests.installation import Installation, installation

Call = Callable[..., int]
# Compiled modules are kept for the next command, also where Python was told to keep none: half of its time.
COMPILED = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(PLACE / "compiled")}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A county of one office, with nothing in it yet."""
    with installation(tmp_path_factory.mktemp("county")) as made:
        county = Installation(made.data, made.environment | COMPILED)
        county.run("init")
        yield county


@pytest.fixture
def fresh(fresh: Installation) -> Installation:
    return Installation(fresh.data, fresh.environment | COMPILED)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """`huiyin ARGUMENTS` within this process, for commands that need no county; its exit code."""
    monkeypatch.setattr(os, "umask", lambda _: 0o022)  # a command's own, not this process's

    def run(*arguments: object) -> int:
        try:
            return main([str(argument) for argument in arguments])
        except SystemExit as end:
            return int(end.code or 0)

    return run
