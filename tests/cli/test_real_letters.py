"""The main job on real letters: all of them in, figures as from the sheet itself, every receipt proven.

No word of the letters stands here, nor would it in a failure's report: words are compared by digests.
"""

import hashlib
import json
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.owner import sql
from tests.installation import Installation

LETTERS, REPEATS = 1879, 25


@dataclass(frozen=True)
class Done:
    """The county after the import, what the import said, and what was published."""

    office: Installation
    sheet: Path
    said: dict[str, Any]
    log: Path
    receipts: Path

    def json(self, *arguments: str) -> Any:
        return json.loads(self.office.run(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def done(county: Installation, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    sheet, folder = shared / "data" / "letters_answered.xlsx", tmp_path_factory.mktemp("made")
    said = json.loads(county.run("import", "letters", sheet, "--json").stdout)
    county.run("receipt", "--all", "--out", folder / "receipts")
    county.run("publish", folder / "log")
    return Done(county, sheet, said, folder / "log", folder / "receipts")


@pytest.fixture(scope="module")
def frame(shared: Path) -> Any:
    """The sheet as pandas reads it."""
    pandas = pytest.importorskip("pandas")
    found = pandas.read_excel(shared / "data" / "letters_answered.xlsx", dtype=object, engine="openpyxl")
    for column in ("留言时间", "答复时间"):
        found[column] = pandas.to_datetime(found[column].astype(str), format="mixed")
    return found


def normalised(body: str) -> str:
    return "".join(unicodedata.normalize("NFKC", body).split())


def test_every_letter_comes_in(done: Done) -> None:
    expected = {"rows": LETTERS, "registered": LETTERS, "repeats": REPEATS, "skipped": 0, "faults": []}
    assert {name: done.said[name] for name in expected} == expected
    assert sql(done.office, "SELECT count(*) FROM ledger_fact") == [(2 * LETTERS,)]
    assert sql(done.office, "SELECT count(*) FROM ledger_entry") == [(2 * LETTERS,)]
    assert sql(done.office, "SELECT count(*) FROM ledger_pending") == [(0,)]


def test_the_same_sheet_again_is_skipped(done: Done) -> None:
    said = done.json("import", "letters", str(done.sheet))
    expected = {"rows": LETTERS, "registered": 0, "repeats": 0, "skipped": LETTERS, "faults": []}
    assert {name: said[name] for name in expected} == expected
    assert sql(done.office, "SELECT count(*) FROM ledger_fact") == [(2 * LETTERS,)]


def test_the_measures_are_those_of_the_sheet(done: Done, frame: Any) -> None:
    days = (frame["答复时间"] - frame["留言时间"]).dt.total_seconds() / 86400
    found = done.json("measures")
    assert found["days_to_answer"]["median"] == pytest.approx(days.median(), rel=1e-12)
    assert found["days_to_answer"]["p90"] == pytest.approx(days.quantile(0.9, "linear"), rel=1e-12)
    assert found["answered_within"] == pytest.approx(
        {"15": (days <= 15).mean(), "60": (days <= 60).mean()}, rel=1e-12
    )
    matters = frame["留言详情"].map(normalised).nunique()
    assert matters == LETTERS - REPEATS
    expected = {"registered": LETTERS, "matters": matters, "answered": LETTERS, "open": 0, "overdue": 0}
    assert {name: found[name] for name in expected} == expected


def test_every_case_says_what_its_row_says(done: Done, frame: Any) -> None:
    cases = [json.loads(line) for line in done.office.run("cases", "--json").stdout.splitlines()]
    assert [case["source_number"] for case in cases] == [str(number) for number in frame["留言编号"]]
    for name, column in (("registered_at", "留言时间"), ("answered_at", "答复时间")):
        expected = [f"{time.isoformat()}+08:00" for time in frame[column]]
        assert [case[name] for case in cases] == expected
    assert Counter((case["state"], case["due"]) for case in cases) == {("imported_answered", None): LETTERS}
    firsts: dict[str, str] = {}
    for case, body in zip(cases, frame["留言详情"].map(normalised), strict=True):
        first = firsts.setdefault(body, case["case"])
        same = case["repeat_of"] == (None if first == case["case"] else first)
        assert same, case["number"]


def test_the_words_of_every_receipt_are_those_of_its_cell(done: Done, frame: Any) -> None:
    digests = Counter(hashlib.sha256(str(body).encode()).hexdigest() for body in frame["留言详情"])
    found = Counter(
        hashlib.sha256(path.read_bytes()).hexdigest() for path in done.receipts.glob("*.words.txt")
    )
    different = (found - digests).total()
    assert (found.total(), different) == (LETTERS, 0)


def test_the_county_is_sound(done: Done) -> None:
    assert done.json("rebuild", "--check") == {"differences": []}
    assert done.json("doctor") == {"findings": []}


def test_every_receipt_passes_our_check(done: Done) -> None:
    found = done.json("check", str(done.log), str(done.receipts))
    expected = {
        "ok": True,
        "size": 2 * LETTERS,
        "entries": 2 * LETTERS,
        "receipts": LETTERS,
        "openings": LETTERS,
        "words": LETTERS,
        "failed": 0,
    }
    assert {name: found[name] for name in expected} == expected


def test_every_receipt_passes_the_independent_check(done: Done, shared: Path, tmp_path: Path) -> None:
    if shutil.which("go") is None:
        pytest.skip("no Go on this machine: apt-get install golang-go golang-golang-x-mod-dev")
    given = sorted(done.receipts.glob("*.tlog-proof"))
    # what any program says that checks: nothing failed, and more than the log alone was looked at
    code, said = verified(shared, done.log, *given)
    assert code == 0, said[-2000:]
    checks, failed = map(int, re.findall(r"(\d+) checked, (\d+) failed", said)[-1])
    assert failed == 0
    assert checks > 2 * LETTERS + 5 * LETTERS
    worst = tmp_path / given[7].name
    for path in done.receipts.glob(f"{given[7].name.partition('.')[0]}.*"):
        shutil.copy(path, tmp_path)
    words = tmp_path / worst.name.replace(".tlog-proof", ".words.txt")
    words.write_bytes(words.read_bytes() + b" ")
    code, said = verified(shared, done.log, worst)
    assert code != 0
    assert "1 failed" in said


def verified(shared: Path, *arguments: Path) -> tuple[int, str]:
    """The independent checker's exit code and last words (it names files, never what they say)."""
    program = shared / "acceptance" / "verify_log"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=600, check=False)
    return done.returncode, done.stdout + done.stderr
