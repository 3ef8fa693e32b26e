"""The checker accepts exactly what was published, as Go's packages do, and names what was not."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from huiyin.ledger.notes import Signer
from huiyin.publication import check as checker
from huiyin.publication.check import check
from tests.publication.making import Log, Matter, files_of, flip, signer

Go = Callable[..., tuple[bool, str]]


@pytest.fixture(scope="module")
def log() -> Log:
    return Log(700)


@pytest.fixture
def folder(log: Log, tmp_path: Path) -> Path:
    return log.write(tmp_path / "log")


def codes(folder: Path, *receipts: Path) -> set[str]:
    return {finding.code for finding in check(folder, receipts).findings}


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700])
def test_it_accepts_logs_of_all_shapes(size: int, tmp_path: Path, go: Go) -> None:
    made = Log(size)
    folder = made.write(tmp_path / "log")
    indices = {0, size // 2, size - 1} if size else set()
    given = [made.receipt(tmp_path / "receipts", index) for index in indices]
    seen: list[tuple[int, int]] = []
    result = check(folder, [tmp_path / "receipts"] if size else [], lambda *now: seen.append(now))
    assert result.ok, result.findings
    assert (result.entries, result.receipts, result.words) == (size, len(given), len(given))
    assert seen[-1] == (size, size)
    if size:  # Go's package gives the empty tree a root of zeros, not RFC 6962's
        ok, said = go(folder, *given)
        assert ok, said


def test_receipts_of_every_earlier_checkpoint_hold(log: Log, folder: Path, tmp_path: Path, go: Go) -> None:
    sizes = (1, 2, 255, 256, 257, 300, 512, 699, 700)
    given = [log.receipt(tmp_path / "old", size - 1, size) for size in sizes]
    result = check(folder, given)
    assert result.ok, result.findings
    assert go(folder, *given)[0]


def test_a_bit_flipped_anywhere_is_found(log: Log, folder: Path, tmp_path: Path, go: Go) -> None:
    """Bundles, tiles, the checkpoint's signed text, the key line: by both checkers."""
    dice = random.Random(20220225)
    for path in files_of(folder):
        data = path.read_bytes()
        # Go reads base64 with loose last bits, so in the signature line only ours sees every flip.
        signed = data.index(b"\n\n") + 1 if path.name == "checkpoint" else len(data)
        bits = [0, 8 * signed - 1, *(dice.randrange(8 * signed) for _ in range(4))]
        for bit in bits if path.name != "vkey" else range(8 * len(data)):
            flip(path, bit)
            assert not check(folder).ok, (path, bit)
            if path.name != "vkey" or bit % 5 == 0:
                assert not go(folder)[0], (path, bit)
            path.write_bytes(data)
        for bit in range(8 * signed, 8 * len(data)):
            flip(path, bit)
            assert not check(folder).ok, (path, bit)
            path.write_bytes(data)
    assert check(folder).ok


def test_a_flipped_key_line_is_refused_by_go_too(tmp_path: Path, go: Go) -> None:
    """Go reads a key id's hex in either case; our keys are made with ids that have no letters."""
    made = Log(1, digits_only())
    folder = made.write(tmp_path / "log")
    vkey, data = folder / "vkey", (folder / "vkey").read_bytes()
    for bit in range(8 * len(data)):
        flip(vkey, bit)
        assert not check(folder).ok, bit
        assert not go(folder)[0], bit
        vkey.write_bytes(data)


def digits_only() -> Signer:
    keys = (signer(seed=bytes([a, b]) * 16) for a in range(256) for b in range(256))
    return next(key for key in keys if key.verifier.key_id.hex().isdigit())


def test_it_finds_files_that_are_missing_or_too_many(folder: Path) -> None:
    for path in files_of(folder):
        data = path.read_bytes()
        path.unlink()
        assert codes(folder) >= {"missing"}, path
        path.write_bytes(data + b"\0")
        assert not check(folder).ok, path
        path.write_bytes(data[:-1])
        assert not check(folder).ok, path
        path.write_bytes(data)
    for name in (
        "tile/0/002.p/100",  # superseded
        "tile/entries/002.p/187",
        "tile/0/001.p/255",
        "tile/0/003",
        "tile/1/000.p/1",
        "tile/2/000.p/1",
        "tile/0/x000/001",
        "tile/.hidden",
        "tile/0/000.new",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        assert [(f.code, f.where) for f in check(folder).findings] == [("extra", name)]
        path.unlink()
    assert check(folder).ok


def test_it_names_the_entry_that_was_changed(log: Log, folder: Path) -> None:
    bundle = folder / "tile/entries/001"
    flip(bundle, 8 * (122 * 10 + 50))
    found = {(finding.code, finding.where): finding.detail for finding in check(folder).findings}
    assert found == {("tile", "tile/0/001"): "entry 266", ("tile", "tile/1/000.p/2"): ""} | {
        ("root", "checkpoint"): "700 entries"
    }


class Loose(Matter):
    """An entry whose last base64 letter carries stray bits, which lax readers drop."""

    @property
    def entry(self) -> bytes:
        entry = super().entry
        return entry[:-3] + bytes([entry[-3] + 1]) + b"=\n"


def test_it_refuses_a_second_spelling_of_an_entry(tmp_path: Path, go: Go) -> None:
    made = Log([Matter(0), Loose(1), Matter(2)])
    folder = made.write(tmp_path / "log")
    assert go(folder)[0]
    (finding,) = check(folder).findings
    assert (finding.code, finding.detail) == ("bundle", "from entry 1 on")


def test_non_canonical_base64_is_refused_where_lax_readers_pass(
    log: Log, folder: Path, tmp_path: Path
) -> None:
    receipt = log.receipt(tmp_path / "r", 5)
    good = receipt.read_bytes()
    lines = good.split(b"\n")
    for number, line in enumerate(lines):
        if line.endswith(b"="):
            at = line.rindex(b"=") - (2 if line.endswith(b"==") else 1)
            loose = line[:at] + bytes([line[at] + 1]) + line[at + 1 :]
            receipt.write_bytes(b"\n".join([*lines[:number], loose, *lines[number + 1 :]]))
            assert not check(folder, [receipt]).ok, line
    receipt.write_bytes(good)
    opening = receipt.with_name("r5.opening.json")
    text = json.loads(opening.read_text())
    salt = text["private"]["salt"]
    for bad in (salt[:-2] + chr(ord(salt[-2]) + 1) + "=", salt + "\n", salt.rstrip("="), " " + salt):
        text["private"]["salt"] = bad
        opening.write_text(json.dumps(text))
        assert codes(folder, receipt) == {"opening"}


def test_every_flipped_bit_of_a_receipt_is_found(log: Log, folder: Path, tmp_path: Path) -> None:
    receipt = log.receipt(tmp_path / "r", 411, 500)
    for path in files_of(tmp_path / "r"):
        data = path.read_bytes()
        dice = random.Random(1)
        for bit in (dice.randrange(8 * len(data)) for _ in range(150)):
            flip(path, bit)
            assert not check(folder, [receipt]).ok, (path, bit)
            path.write_bytes(data)
        for altered in (data + b"\n", data[:-1], b""):
            path.write_bytes(altered)
            same = path.suffix == ".json" and json_equal(altered, data)
            assert check(folder, [receipt]).ok == same, (path, altered[-5:])
            path.write_bytes(data)
    assert check(folder, [receipt]).ok


def json_equal(one: bytes, other: bytes) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def test_it_says_what_is_wrong_with_a_receipt(log: Log, folder: Path, tmp_path: Path, go: Go) -> None:
    place = tmp_path / "r"
    newer = Log(701).receipt(place, 3, name="newer")
    other = Log(700, signer(seed=b"x" * 32)).receipt(place, 4, name="otherkey")
    twice = log.receipt(place, 3, name="twice")
    words = log.receipt(place, 6, name="words")
    (place / "words.words.txt").write_text("别的话")
    gone = log.receipt(place, 7, name="gone")
    (place / "gone.opening.json").unlink()
    swapped = log.receipt(place, 8, name="swapped")
    shutil.copy(place / "words.opening.json", place / "swapped.opening.json")
    result = check(folder, [newer, twice, other, words, gone, swapped])
    found = {Path(finding.where).name: finding.code for finding in result.findings}
    assert found == {
        "newer.tlog-proof": "receipt_newer",
        "twice.tlog-proof": "receipt_twice",
        "otherkey.tlog-proof": "receipt_checkpoint",
        "words.words.txt": "words",
        "gone.opening.json": "opening",
        "swapped.opening.json": "opening_other",
    }
    for receipt in (newer, other, words, gone, swapped):
        assert not go(folder, receipt)[0]


def test_a_second_log_under_the_same_key_is_found(log: Log, folder: Path, tmp_path: Path, go: Go) -> None:
    receipt = other_log().receipt(tmp_path / "r", 5)
    assert codes(folder, receipt) == {"receipt_other"}
    assert not go(folder, receipt)[0]


def other_log() -> Log:
    """What a dishonest office would sign for somebody else, under the same key."""
    return Log([Matter(number, "改过的话") for number in range(600)])


def test_receipts_alone_are_held_against_each_other(log: Log, tmp_path: Path) -> None:
    place = tmp_path / "r"
    for index in (1, 2, 3):
        log.receipt(place, index, 600)
    shutil.copy(log.write(tmp_path / "log") / "vkey", place / "vkey")
    result = check(place)
    assert result.ok
    assert (result.receipts, result.entries, result.openings) == (3, 0, 3)
    other_log().receipt(place, 9)
    assert codes(place) == {"receipt_other"}


def test_it_needs_a_log_or_receipts(tmp_path: Path, log: Log) -> None:
    assert codes(tmp_path) == {"missing"}
    (tmp_path / "vkey").write_text(str(log.key.verifier))
    assert codes(tmp_path) == {"missing"}
    (tmp_path / "vkey").write_bytes(b"\xff\n")
    assert codes(tmp_path) == {"vkey"}


def test_an_origin_that_is_not_the_keys_name_is_refused(tmp_path: Path, log: Log, go: Go) -> None:
    folder = log.write(tmp_path / "log")
    text = (folder / "checkpoint").read_text().split("\n\n")[0].replace(
        log.key.name, "other.example/log"
    ) + "\n"
    (folder / "checkpoint").write_bytes(log.key.sign(text))
    assert codes(folder) == {"checkpoint"}
    assert not go(folder)[0]


def test_the_command_needs_only_the_files(log: Log, folder: Path, tmp_path: Path) -> None:
    """Run without Django, without settings, without a working folder of ours."""
    receipt = log.receipt(tmp_path / "r", 2)
    root = Path(__file__).resolve().parents[2]
    blocked = tmp_path / "blocked"
    for name in ("django", "psycopg", "sqlite3"):
        (blocked / name).mkdir(parents=True)
        (blocked / name / "__init__.py").write_text("raise ImportError")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{blocked}:{root}"}

    def run(*arguments: object) -> tuple[int, str]:
        command = [sys.executable, "-m", "huiyin.publication.check", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    assert run(folder, receipt) == (0, f"log {log.key.name}: 700 entries and 1 receipts verified, 0 failed\n")
    flip(folder / "tile/0/000", 5)
    code, said = run(folder, receipt, "--json")
    result = json.loads(said)
    assert (code, result["ok"], result["failed"], result["findings"][0]["code"]) == (1, False, 1, "tile")
    code, said = run(folder, "--language", "zh")
    assert code == 1
    assert "散列与条目不符" in said
    assert run() == (2, "")
    assert run(tmp_path / "nowhere") == (2, "")
    assert run(folder, folder / "vkey") == (2, "")


def test_findings_are_counted_but_not_all_kept(log: Log, folder: Path) -> None:
    for number in range(1200):
        (folder / f"tile/stray{number}").write_bytes(b"")
    result = check(folder)
    assert (result.failed, len(result.findings)) == (1200, 1000)
    assert checker.report(result, "en").splitlines()[-2:] == [
        "…",
        f"log {log.key.name}: 700 entries and 0 receipts verified, 1200 failed",
    ]
