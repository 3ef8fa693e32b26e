"""The checker where nothing else is: a venv with huiyin (without what it needs) and cryptography alone."""

from pathlib import Path

import pytest

from huiyin.casework import dossier, silence
from tests.alone import check, run
from tests.casework import trial
from tests.casework.cast import NOW, PETITIONER
from tests.casework.trial import later
from tests.publication.bundling import Made, story


@pytest.mark.parametrize("name", ["django", "psycopg", "granian", "typst", "PIL", "chinese_calendar"])
def test_nothing_else_is_there(alone: Path, name: str) -> None:
    assert run(alone, "-c", f"import {name}").returncode == 1
    assert "ModuleNotFoundError" in run(alone, "-c", f"import {name}").stderr


def test_it_verifies_bundles_made_from_the_formats(alone: Path, tmp_path: Path) -> None:
    made = Made(story("accept"))
    path, log = made.write(tmp_path), made.log.write(tmp_path / "log")
    assert check(alone, path)[0] == 0
    assert check(alone, log, path)[0] == 0
    made.files["log/0001.words.txt"] = b"changed"
    code, said = check(alone, made.write(tmp_path))
    assert code == 1
    assert "words" in said


@pytest.mark.usefixtures("trial")
def test_it_verifies_what_the_office_hands_out(alone: Path, tmp_path: Path) -> None:
    case = trial.asked()
    whole, certificate = tmp_path / "case.zip", tmp_path / "silence.zip"
    whole.write_bytes(dossier.whole_file(case, PETITIONER, NOW))
    certificate.write_bytes(silence.certificate(case, PETITIONER, later(60)))
    for path in (whole, certificate):
        code, said = check(alone, path)
        assert code == 0, said
        assert case in said
    assert "late review" in check(alone, certificate)[1]
    data = bytearray(whole.read_bytes())
    data[len(data) // 3] ^= 4
    whole.write_bytes(data)
    assert check(alone, whole)[0] == 1
