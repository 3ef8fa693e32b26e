"""The checker where nothing else is: a venv with huiyin (without what it needs) and cryptography alone."""

import shutil
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from huiyin.casework import dossier, silence
from tests.casework import trial
from tests.casework.cast import NOW, PETITIONER
from tests.casework.trial import later
from tests.house.tree import ROOT
from tests.publication.bundling import Made, story

NEEDED = ("cryptography", "cffi", "pycparser")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of that venv. `cryptography` is copied from ours: tests reach for no registry."""
    place = tmp_path_factory.mktemp("alone")
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


@pytest.mark.parametrize("name", ["django", "psycopg", "granian", "typst", "PIL", "chinese_calendar"])
def test_nothing_else_is_there(python: Path, name: str) -> None:
    assert run(python, "-c", f"import {name}").returncode == 1
    assert "ModuleNotFoundError" in run(python, "-c", f"import {name}").stderr


def test_it_verifies_bundles_made_from_the_formats(python: Path, tmp_path: Path) -> None:
    made = Made(story("accept"))
    path, log = made.write(tmp_path), made.log.write(tmp_path / "log")
    assert check(python, path)[0] == 0
    assert check(python, log, path)[0] == 0
    made.files["log/0001.words.txt"] = b"changed"
    code, said = check(python, made.write(tmp_path))
    assert code == 1
    assert "words" in said


@pytest.mark.usefixtures("trial")
def test_it_verifies_what_the_office_hands_out(python: Path, tmp_path: Path) -> None:
    case = trial.asked()
    whole, certificate = tmp_path / "case.zip", tmp_path / "silence.zip"
    whole.write_bytes(dossier.whole_file(case, PETITIONER, NOW))
    certificate.write_bytes(silence.certificate(case, PETITIONER, later(60)))
    for path in (whole, certificate):
        code, said = check(python, path)
        assert code == 0, said
        assert case in said
    assert "late review" in check(python, certificate)[1]
    data = bytearray(whole.read_bytes())
    data[len(data) // 3] ^= 4
    whole.write_bytes(data)
    assert check(python, whole)[0] == 1
