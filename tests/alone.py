"""A venv with huiyin (without what it needs) and cryptography alone, and the checker in it."""

import shutil
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

from tests.house.tree import ROOT

NEEDED = ("cryptography", "cffi", "pycparser")


def made(place: Path) -> Path:
    """The interpreter of that venv in `place`. `cryptography` is copied from ours: tests reach for no
    registry."""
    uv = Path(sys.executable).parent / "uv"
    build: list[str | Path] = [
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--out-dir",
        place,
        ".",
    ]
    subprocess.run(build, cwd=ROOT, check=True)
    (wheel,) = place.glob("huiyin-*.whl")
    venv.create(place / "venv", with_pip=False)
    interpreter = place / "venv" / "bin" / "python"
    install: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--python",
        interpreter,
    ]
    subprocess.run([*install, wheel], check=True)
    (packages,) = (place / "venv" / "lib").glob("python*/site-packages")
    for name in NEEDED:
        _copy(name, packages)
    return interpreter


def _copy(name: str, packages: Path) -> None:
    for file in distribution(name).files or ():
        source = Path(str(file.locate()))
        if ".." not in file.parts and source.is_file():
            target = packages / Path(*file.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def run(python: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-I", *arguments], cwd=python.parent, capture_output=True, text=True, check=False
    )


def check(python: Path, *paths: Path) -> tuple[int, str]:
    done = run(python, "-m", "huiyin.publication.check", *paths)
    return done.returncode, done.stdout + done.stderr
