"""The order of the rooms: design that fails when it is broken."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, text, tracked

PACKAGE = ROOT / "huiyin"
EMPTY = ("huiyin/__init__.py", "huiyin/ledger/__init__.py", "huiyin/publication/__init__.py")
DRAWERS = {"core", "common", "utils", "util", "services", "helpers", "misc", "base", "shared"}


def test_every_stage_imports_only_from_its_left() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_every_room_that_exists_is_required_by_the_contract() -> None:
    contract = text(ROOT / ".importlinter")
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    optional = [room for room in sorted(rooms) if f"({room})" in contract.split("exhaustive")[0]]
    assert not optional, f"take the brackets off in .importlinter: {optional}"


@pytest.mark.parametrize("name", EMPTY)
def test_what_an_outsider_runs_drags_nothing_in(name: str) -> None:
    assert (ROOT / name).read_bytes() == b""


def test_the_checker_needs_nothing_but_cryptography() -> None:
    """`huiyin.publication.check` in an interpreter that has only the standard library and cryptography."""
    program = """
import sys
from importlib.abc import MetaPathFinder
allowed = sys.stdlib_module_names | {"huiyin", "cryptography", "cffi", "_cffi_backend", "pycparser"}
class Nothing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in allowed:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Nothing())
import huiyin.publication.check
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_room_is_a_drawer_for_everything() -> None:
    names = {path.stem for path in tracked("huiyin/*.py")} | {
        path.parent.name for path in tracked("huiyin/*.py")
    }
    assert not names & DRAWERS


def test_no_module_tells_two_stories() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if (lines := text(path).count("\n")) > 600 and "migrations" not in path.parts
    }
    assert not long


def test_look_holds_no_python() -> None:
    assert not list((PACKAGE / "look").rglob("*.py"))
