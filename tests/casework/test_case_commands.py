"""`huiyin case …`: a file is made whole or not at all, and every refusal is in words."""

import argparse
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from huiyin.cli import main as cli
from huiyin.cli import migrating as migrating_command
from huiyin.cli import shell
from huiyin.ledger.facts import facts_of
from tests.casework import trial
from tests.casework.cast import NOW, OFFICER, take
from tests.casework.trial import later, row

pytestmark = pytest.mark.usefixtures("trial")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands look at a clock; here it stands a hundred days after the filing."""
    for room in ("case", "migrating"):
        monkeypatch.setattr(f"huiyin.cli.{room}.now", lambda: later(100))


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = cli.main([str(one) for one in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_whole_file_is_written_and_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, out = trial.served(), tmp_path / "case.zip"
    assert run(capsys, "case", "file", case, "--out", out)[0] == 0
    code, said, _ = run(capsys, "check", out, "--json")
    assert (code, json.loads(said)["kind"]) == (0, "huiyin.file/1")
    assert run(capsys, "publish", tmp_path / "log")[0] == 0
    assert run(capsys, "check", tmp_path / "log", out)[0] == 0
    assert out.stat().st_mode & 0o077 == 0  # somebody's words: for its owner only


def test_an_english_file_is_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, out = trial.routed(), tmp_path / "case.zip"
    assert run(capsys, "case", "file", case, "--out", out, "--language", "en")[0] == 0
    with zipfile.ZipFile(out) as made:
        assert "The whole file of a matter" in made.read("case.html").decode()


def test_silence_is_certified_once_a_date_has_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, out = trial.routed(), tmp_path / "silence.zip"
    monkeypatch.setattr("huiyin.cli.case.now", lambda: NOW)
    code, _, said = run(capsys, "case", "silence", case, "--out", out)
    assert (code, out.exists(), len(facts_of(case))) == (1, False, 2)
    assert "2026-03-17" in said
    assert "Traceback" not in said
    monkeypatch.setattr("huiyin.cli.case.now", lambda: later(100))
    assert run(capsys, "case", "silence", case, "--out", out)[0] == 0
    code, said, _ = run(capsys, "check", out, "--json")
    assert (code, json.loads(said)["kind"]) == (0, "huiyin.silence/1")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_review_is_a_word_file(language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, out = trial.routed(), tmp_path / "review.docx"
    assert run(capsys, "case", "review", case, "--out", out, "--language", language)[0] == 0
    with zipfile.ZipFile(out) as made:
        assert row(case).number in made.read("word/document.xml").decode()
    assert len(facts_of(case)) == 2  # it reads nobody's words, and leaves no trace


@pytest.mark.parametrize("action", ["file", "silence", "review"])
def test_refusals_are_in_words(action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, out = trial.routed(), tmp_path / "x"
    code, _, said = run(capsys, "case", action, "aaaaaaaaaaaaaaaa", "--out", out)
    assert (code, out.exists()) == (1, False)
    assert "there is no case aaaaaaaaaaaaaaaa" in said
    out.write_text("mine")
    code, _, said = run(capsys, "case", action, case, "--out", out)
    assert (code, out.read_text()) == (1, "mine")
    assert "exists" in said
    code, _, said = run(capsys, "case", action, case, "--out", tmp_path / "no" / "folder")
    assert code == 1
    assert "No such file" in said


@pytest.mark.parametrize("action", ["file", "silence"])
def test_an_erased_case_is_refused_in_words(
    action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from huiyin.casework.models import CaseRow

    case = trial.routed()
    CaseRow.objects.update(erased=True)
    code, _, said = run(capsys, "case", action, case, "--out", tmp_path / "x")
    assert code == 1
    assert "erased" in said


# --- migrate ------------------------------------------------------------------------------------------


def migrate(capsys: pytest.CaptureFixture[str], *names: str, **options: Any) -> tuple[int, str]:
    chosen = {"dry_run": False, "json": False, **options}
    arguments = argparse.Namespace(old=names[0], new=names[1], **chosen)
    code = migrating_command.migrate(arguments)
    return code, capsys.readouterr().out


def test_migrate_tells_what_went_and_what_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    from tests.casework.test_books import read_again, trial_path

    settings.HUIYIN_BOOKS = str(tmp_path)
    text = trial_path().read_text("utf-8")
    (tmp_path / "trial.toml").write_text(text, "utf-8")
    changed = text.replace("version = 1", "version = 2").replace('"accused"', '"accused_of"')
    (tmp_path / "trial-2.toml").write_text(changed, "utf-8")
    read_again()
    fine, stays = trial.handled(), trial.accused()
    old = {case: row(case).book for case in (fine, stays)}
    assert set(old.values()) == {"trial@2"}  # new cases follow the newest version
    (tmp_path / "trial-3.toml").write_text(text.replace("version = 1", "version = 3"), "utf-8")
    read_again()
    code, said = migrate(capsys, "trial@2", "trial@3", dry_run=True)
    assert code == 1
    assert "1 cases would go from trial@2 to trial@3; 1 stay" in said
    assert "no state 'accused_of'" in said
    code, said = migrate(capsys, "trial@2", "trial@3", json=True)
    told = {one["case"]: one for one in json.loads(said)}
    assert (code, told[fine]["refusal"], bool(told[stays]["refusal"])) == (1, "", True)
    assert (row(fine).book, row(stays).book) == ("trial@3", "trial@2")
    take(fine, "decide", trial.OPINION, actor=OFFICER)


def test_migrate_refuses_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    for names in (("trial@1", "trial@1"), ("trial@1", "nowhere@7")):
        with pytest.raises(shell.Fault):
            migrate(capsys, *names)
