"""The independent checker, built once."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.casework import cast
from tests.casework.trial import trial

__all__ = ["county", "trial"]
Go = Callable[..., tuple[bool, str]]


@pytest.fixture(scope="session")
def go(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Go:
    """`go(DIR, RECEIPT…)`: whether Go's own transparency-log packages accept it, and what they say."""
    if shutil.which("go") is None:
        pytest.skip("no Go on this machine: apt-get install golang-go golang-golang-x-mod-dev")
    program = tmp_path_factory.mktemp("go") / "verify_log"
    source = shared / "acceptance" / "verify_log.go"
    settings = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", program, source], env={**os.environ, **settings}, check=True)

    def run(*arguments: Path) -> tuple[bool, str]:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout

    return run


@pytest.fixture
def county(transactional_db: None) -> None:
    cast.county()
