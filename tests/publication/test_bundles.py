"""Bundles: what is sound verifies; what is changed, left out, put in or made to blow up is told in words."""

import json
import random
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huiyin.publication import bundles
from huiyin.publication.check import check, main
from huiyin.publication.findings import MEANINGS
from tests.publication.bundling import BOOK, CASE, Entry, Made, packed, story
from tests.publication.making import Log, flip, signer

GUARDED_BY_THE_MANIFEST = ("README.txt", "papers/0001-1.jpg")  # in a certificate
LATE = "late decide 2026-05-06 since 1 absent accept,answer"


def codes(path: Path, *more: Path) -> list[str]:
    result = check(path, more)
    for finding in result.findings:
        assert finding.text("zh") != finding.text("en")
    assert result.ok == (not result.findings)
    return [finding.code for finding in result.findings]


def test_a_whole_file_verifies(tmp_path: Path) -> None:
    path = Made(story("accept", "decide")).write(tmp_path)
    result = check(path)
    assert result.findings == []
    assert (result.kind, result.case, result.receipts, result.openings, result.words) == (
        "huiyin.file/1",
        CASE,
        3,
        3,
        1,
    )


def test_a_certificate_verifies(tmp_path: Path) -> None:
    result = check(Made(story("hear"), late=LATE).write(tmp_path))
    assert result.findings == []
    assert LATE in result.statement


@pytest.mark.parametrize("made", [Made(story("accept"), closed=(2,)), Made(story("accept", withheld=True))])
def test_a_closed_entry_and_a_withheld_case_verify(made: Made, tmp_path: Path) -> None:
    assert codes(made.write(tmp_path)) == []


# --- whatever is changed ------------------------------------------------------------------------------


def test_a_byte_changed_in_any_file_is_found(tmp_path: Path) -> None:
    made, dice = Made(story("hear"), late=LATE), random.Random(7)
    for name in list(made.files):
        whole = made.files[name]
        for _ in range(3):
            at = dice.randrange(len(whole))
            made.files[name] = whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(8)]) + whole[at + 1 :]
            if name not in GUARDED_BY_THE_MANIFEST:
                assert codes(made.write(tmp_path)), (name, at)
        made.files[name] = whole


def test_a_bit_flipped_in_the_archive_is_found(tmp_path: Path) -> None:
    path = Made(story("accept")).write(tmp_path)
    data, dice = path.read_bytes(), random.Random(11)
    missed = 0
    for _ in range(300):
        flip(path, dice.randrange(8 * len(data)))
        missed += not codes(path)  # a date or a file mode in the table: nothing that is verified
        path.write_bytes(data)
    assert missed < 60


def after(change: Callable[[Made], Any], entries: list[Entry] | None = None, late: str = "") -> Made:
    made = Made(entries or story("accept"), late=late)
    change(made)
    return made


def first(text: bytes, old: bytes, new: bytes) -> bytes:
    assert old in text
    return text.replace(old, new, 1)


OTHER_KEY = str(signer(seed=b"x" * 32).verifier).encode()
CHANGES: dict[str, tuple[Callable[[Made], Any], str]] = {
    "a paper of the bundle is missing": (lambda m: m.manifest["originals"].clear(), "original"),
    "a paper is another one": (lambda m: m.files.update({"papers/0001-1.jpg": b"forged"}), "original"),
    "a paper too many": (lambda m: m.manifest["originals"].append({"seq": 2, "file": "vkey"}), "original"),
    "an entry is left out": (lambda m: m.manifest["entries"].pop(0), "entries"),
    "an entry is told twice": (lambda m: m.manifest["entries"].append(m.manifest["entries"][1]), "entries"),
    "another case is named": (lambda m: m.manifest.update(case="other"), "entries"),
    "words are left out": (lambda m: m.files.pop("log/0001.words.txt"), "missing"),
    "words are changed": (lambda m: m.files.update({"log/0001.words.txt": b"x"}), "words"),
    "a proof is gone": (lambda m: m.files.pop("log/0002.tlog-proof"), "receipt"),
    "an opening is gone": (lambda m: m.files.pop("log/0002.opening.json"), "opening"),
    "the book is another": (lambda m: m.files.update({"books/1.toml": BOOK + b"\n"}), "book"),
    "the book is gone": (lambda m: m.manifest["books"].clear(), "book"),
    "another key": (lambda m: m.files.update(vkey=OTHER_KEY), "receipt_checkpoint"),
    "no key": (lambda m: m.files.update(vkey=b"x"), "vkey"),
    "another checkpoint": (lambda m: m.files.update(checkpoint=m.log.checkpoint(2)), "receipt_checkpoint"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_has_its_name(name: str, tmp_path: Path) -> None:
    change, code = CHANGES[name]
    assert code in codes(after(change).write(tmp_path))


def test_an_entry_of_another_case_cannot_fill_a_gap(tmp_path: Path) -> None:
    entries = story("accept", "hear")
    entries[1] = Entry(number=2, seq=2, step="accept", case="zzzzzzzzzzzzzzzz")
    assert "entries" in codes(Made(entries).write(tmp_path))


def test_a_closed_entry_of_another_case_cannot_fill_a_gap_either(tmp_path: Path) -> None:
    """Its private part tells nothing; the pseudonym in its public part does."""
    entries = story("accept", "hear")
    entries[1] = Entry(number=2, seq=2, step="accept", case="zzzzzzzzzzzzzzzz")
    assert codes(Made(entries, closed=(2,)).write(tmp_path)) == ["entries"]


def test_a_closed_entry_told_twice_cannot_fill_a_gap(tmp_path: Path) -> None:
    made = Made(story("accept"), closed=(2,))
    made.manifest["entries"].append({**made.manifest["entries"][1], "seq": 3})
    assert set(codes(made.write(tmp_path))) == {"entries"}


def test_a_public_part_that_is_not_the_entrys_is_found(tmp_path: Path) -> None:
    made = Made(story("accept"), closed=(2,))
    made.files["log/0002.public.json"] = first(made.files["log/0002.public.json"], b"accept", b"refuse")
    assert codes(made.write(tmp_path)) == ["opening_other"]


def test_entries_in_another_order_are_found(tmp_path: Path) -> None:
    made = Made(list(reversed(story("accept"))))
    made.manifest["entries"].reverse()
    assert "entries" in codes(made.write(tmp_path))


def test_a_book_that_is_no_toml_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.publication import bundling

    for text in (b"[[[", b"step = 7\nclock = 'x'", b"\xff"):
        monkeypatch.setattr(bundling, "BOOK", text)
        found = codes(Made(story("accept"), late=LATE).write(tmp_path))
        assert set(found) & {"book", "statement"}, text


# --- the statement ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "late", "code"),
    [
        (("accept",), LATE, "not_silent"),
        (("hear", "decide"), LATE, "not_silent"),
        (("accept",), "late decide 2026-05-06 since 2 absent accept,answer", None),  # it came before the duty
        (("hear",), "late decide 2026-05-31 since 1 absent accept", None),
        (("hear",), "late decide 2026-06-01 since 1 absent accept", "not_late"),
        (("hear",), "late other 2026-05-06 since 1 absent accept", "statement"),
        (("hear",), "late decide 2026-05-06 since 9 absent accept", "statement"),
        (("hear",), "late decide 2026-13-06 since 1 absent accept", "statement"),
        (("hear",), "late decide", "statement"),
        (("hear",), "nothing at all", "statement"),
    ],
)
def test_a_statement_must_be_borne_out(
    steps: tuple[str, ...], late: str, code: str | None, tmp_path: Path
) -> None:
    found = codes(Made(story(*steps), late=late).write(tmp_path))
    assert found == ([code] if code else [])


def test_a_closed_entry_breaks_a_silence_too(tmp_path: Path) -> None:
    made = Made(story("accept", withheld=True), late=LATE, closed=(2,))
    assert codes(made.write(tmp_path)) == ["not_silent"]


@pytest.mark.parametrize(
    "changed",
    [
        {"case": "case other"},
        {"entries": "entries 1"},
        {"checkpoint": "checkpoint 2 x"},
        {"origin": "other.example/log"},
        {"kind": "huiyin.promise/1"},
        {"time": "time yesterday"},
    ],
)
def test_a_statement_of_something_else_is_found(changed: dict[str, str], tmp_path: Path) -> None:
    made = Made(story("hear"), late=LATE)
    made.say(LATE, **changed)
    assert codes(made.write(tmp_path)) == ["statement"]


def test_a_statement_that_nobody_signed_is_found(tmp_path: Path) -> None:
    made = Made(story("hear"), late=LATE)
    forged = Made(story("hear"), late=LATE)
    forged.log.key = signer(seed=b"y" * 32)
    forged.say(LATE)
    for note in (forged.files["statement.note"], b"", b"x"):
        made.files["statement.note"] = note
        assert codes(made.write(tmp_path)) == ["statement"]
    del made.files["statement.note"]
    assert codes(made.write(tmp_path)) == ["statement"]


# --- against a published log --------------------------------------------------------------------------


def test_a_bundle_is_held_against_the_published_log(tmp_path: Path) -> None:
    made = Made(story("accept"))
    path, log = made.write(tmp_path), made.log.write(tmp_path / "log")
    assert codes(log, path) == []
    assert check(log, [path]).entries == 4
    other = Log(9).write(tmp_path / "other")
    assert "receipt_other" in codes(other, path)
    shorter = Log(made.log.matters[:2]).write(tmp_path / "shorter")
    assert codes(shorter, path)[-1] == "receipt_newer"
    stranger = Log(9, signer(seed=b"z" * 32)).write(tmp_path / "stranger")
    assert codes(stranger, path)[0] == "vkey"


def test_two_bundles_of_one_case_do_not_quarrel(tmp_path: Path) -> None:
    made = Made(story("accept"))
    first_, second = made.write(tmp_path, "a.zip"), made.write(tmp_path, "b.zip")
    assert codes(first_, second) == []
    assert codes(made.log.write(tmp_path / "log"), first_, second) == []


# --- hostile archives ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../b",
        "a//b",
        "C:/x",
        "a\\b",
        "log/",
        ".hidden",
        "带字.txt",
        "a b",
        "x" * 201,
        "nul\x01",
        "-/../x",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    made = Made(story("accept"))
    path = packed(tmp_path / "x.zip", made.files, more=((name, b"x"),))
    assert codes(path) == ["zip_name"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twice", ["vkey", "VKEY", "log/0001.TLOG-proof"])
def test_a_name_that_occurs_twice_is_refused(twice: str, tmp_path: Path) -> None:
    made = Made(story("accept"))
    assert codes(packed(tmp_path / "x.zip", made.files, more=((twice, b"x"),))) == ["zip_name"]


def test_links_encryption_and_odd_packing_are_refused(tmp_path: Path) -> None:
    files = Made(story("accept")).files

    def link(info: zipfile.ZipInfo) -> None:
        info.external_attr = 0o120777 << 16

    def packing(info: zipfile.ZipInfo) -> None:
        info.compress_type = zipfile.ZIP_LZMA

    for change in (link, packing):
        assert codes(packed(tmp_path / "x.zip", files, change)) == ["zip_name"]
    path = packed(tmp_path / "x.zip", files)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # encrypted, says the table
    path.write_bytes(data)
    assert codes(path) == ["zip_name"]


def test_a_file_that_is_not_listed_is_found(tmp_path: Path) -> None:
    made = Made(story("accept"))
    path = made.write(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("extra.html", b"<script>")
    assert codes(path) == ["unlisted"]
    made.write(tmp_path)
    manifest = zipfile.ZipFile(path).read("manifest.json")
    packed(path, {"manifest.json": manifest, **made.files, "README.txt": b"how TO"})
    assert codes(path) == ["file"]
    del made.files["README.txt"]
    path = made.write(tmp_path)
    manifest = json.loads(zipfile.ZipFile(path).read("manifest.json"))
    manifest["files"]["README.txt"] = {"sha256": "0" * 64, "size": 1}
    packed(path, {"manifest.json": json.dumps(manifest).encode(), **made.files})
    assert codes(path) == ["missing"]


def test_a_truncated_archive_is_told_in_words(tmp_path: Path) -> None:
    path = Made(story("accept")).write(tmp_path)
    data = path.read_bytes()
    for end in (0, 1, 21, 22, 100, len(data) // 2, len(data) - 23, len(data) - 1):
        path.write_bytes(data[:end])
        assert codes(path) == ["zip"], end
    path.write_bytes(data + b"tail")
    assert codes(path) == ["zip"]
    path.write_bytes(b"no archive at all")
    assert codes(path) == ["zip"]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MAX_FILE", 100_000)
    monkeypatch.setattr(bundles, "MOST_BYTES", 300_000)
    made = Made(story("accept"))
    made.files["big.bin"] = bytes(5_000_000)
    assert "zip_large" in codes(made.write(tmp_path))
    made = Made(story("accept"))
    made.files |= {f"b{n}.bin": bytes(90_000) for n in range(5)}  # none too large alone
    assert "zip_large" in codes(made.write(tmp_path))


def test_reading_a_bomb_takes_little_memory(tmp_path: Path) -> None:
    made = Made(story("accept"))
    made.files["big.bin"] = bytes(300 * 1024 * 1024)
    path = made.write(tmp_path)
    del made
    tracemalloc.start()
    assert codes(path) == ["zip_large"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * 1024 * 1024


def test_a_size_that_lies_does_not_help_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MAX_FILE", 100_000)
    made = Made(story("accept"))
    made.files["big.bin"] = bytes(5_000_000)
    path = made.write(tmp_path)
    data = path.read_bytes().replace(struct.pack("<I", 5_000_000), struct.pack("<I", 500))
    path.write_bytes(data)
    assert set(codes(path)) & {"zip", "zip_large", "file"}


def test_too_many_files_and_a_huge_table_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "x.zip", {f"f{n}": b"" for n in range(5001)})
    assert codes(path) == ["zip_large"]
    path = packed(tmp_path / "x.zip", {f"f{n}": b"" for n in range(10)})
    data = bytearray(path.read_bytes())
    data[-10:-6] = struct.pack("<I", 200 * 1024 * 1024)  # the table says it is larger than the file
    path.write_bytes(data)
    assert codes(path) == ["zip_large"]
    path.write_bytes(data[:-22] + b"PK\x06\x07" + bytes(16) + path_end(tmp_path))
    assert codes(path) == ["zip_large"]  # a table that says elsewhere how large it is
    data[-10:-6] = struct.pack("<I", 1024 * 1024)
    path.write_bytes(data)
    assert codes(path) == ["zip"]


def path_end(folder: Path) -> bytes:
    return packed(folder / "end.zip", {"f": b""}).read_bytes()[-22:]


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"v": 1, "v": 1}',
        b'{"v": 1, "kind": "huiyin.file/1", "case": 7}',
        b'{"v": 1, "kind": "huiyin.file/1", "case": "x", "entries": 7, "files": {}, "books": {}}',
        b'{"v": 1, "kind": "huiyin.file/1", "case": "x", "entries": [7], "files": {}, "books": {}}',
        b'{"v": 1, "kind": "huiyin.file/1", "case": "x", "entries": [], "files": {"a": 1}, "books": {}}',
        b'{"v": 1, "kind": "huiyin.file/1", "case": "x", "entries": [], "files": {}, "books": {"a": []}}',
        b'{"v": 1, "kind": "huiyin.file/2", "case": "x", "entries": [], "files": {}, "books": {}}',
    ],
)
def test_a_manifest_of_another_shape_is_told(manifest: bytes, tmp_path: Path) -> None:
    files = Made(story("accept")).files
    assert codes(packed(tmp_path / "x.zip", {"manifest.json": manifest, **files})) == ["manifest"]


def test_an_archive_without_a_manifest_is_told(tmp_path: Path) -> None:
    assert codes(packed(tmp_path / "x.zip", Made(story("accept")).files)) == ["missing"]


def test_contents_of_odd_types_never_break_the_checker(tmp_path: Path) -> None:
    """An entry may commit to anything at all; whoever signs a log of his own can put any JSON in it."""
    odd: list[dict[str, Any]] = [
        {"clear": 7},
        {"clear": {"values": []}},
        {"attachments": 7},
        {"attachments": [7, {"sha256": 7}]},
        {"fact": None},
        {"words_sha256": 7},
        {"clear": {"step": {}, "book": []}},
    ]
    for more in odd:
        entries = story("accept")
        entries[0] = Entry(number=1, words=entries[0].words, seq=1, more=more)
        assert codes(Made(entries).write(tmp_path)), more


# --- the command --------------------------------------------------------------------------------------


def test_the_command_tells_and_ends_rightly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Made(story("hear"), late=LATE).write(tmp_path)
    assert main([str(path)]) == 0
    assert "the statement is signed" in capsys.readouterr().out
    assert main([str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["findings"]) == (True, [])
    assert (found["kind"], found["case"]) == ("huiyin.silence/1", CASE)
    path.write_bytes(path.read_bytes()[:-1])
    assert main([str(path), "--language", "zh"]) == 1
    assert "不是完整的压缩包" in capsys.readouterr().out
    for wrong in (tmp_path / "none.zip", Path(__file__)):
        with pytest.raises(SystemExit) as ended:
            main([str(wrong)])
        assert ended.value.code == 2
    capsys.readouterr()


def test_every_code_has_words_in_both_languages() -> None:
    for zh, en in MEANINGS.values():
        assert zh
        assert en
        assert zh != en


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    path = Made(story("accept")).write(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "huiyin.publication.check", str(path), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True)
