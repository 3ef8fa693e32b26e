"""Verifies a published log and receipts, knowing nothing but the files. Needs only `cryptography`.

    python -m huiyin.publication.check DIR [RECEIPT.tlog-proof | FOLDER]... [--json] [--language en|zh]

DIR holds `vkey`, `checkpoint` and `tile/…`; or `vkey` and receipts alone. Ends with 0 when all is sound,
1 when anything is not, 2 when called wrongly. Streams: memory does not grow with the log.
"""

import argparse
import json
import os
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from huiyin.ledger import canonical, paths
from huiyin.ledger.entries import DIGEST, ENTRY_LENGTH, commit, entry_bytes, parse_entry, strict_b64decode
from huiyin.ledger.merkle import HASH, WIDTH, Edge, ProofError, leaf_hash, verify_inclusion
from huiyin.ledger.notes import Checkpoint, NoteError, Verifier, open_checkpoint, read_vkey
from huiyin.ledger.paths import ENTRIES, Tile
from huiyin.ledger.proofs import Proof, parse_proof

STEP = 2 + ENTRY_LENGTH
BUNDLE = re.compile(
    rb"(?:\x00\x78huiyin\.entry/1\npublic " + DIGEST + rb"\nprivate " + DIGEST + rb"\n)+", re.DOTALL
)
MAX_FILE = 64 * 1024 * 1024  # no published file or receipt comes near; a stray disk image is not read
KEPT_FINDINGS = 1000

# What is wrong, for a reader of either language: code -> (zh, en).
MEANINGS = {
    "vkey": ("公钥行无效", "the key line is not a valid verifier key"),
    "checkpoint": ("检查点未经此公钥有效签名", "the checkpoint is not validly signed under this key"),
    "missing": ("缺少文件", "the file is missing or cannot be read"),
    "bundle": ("条目包与规定格式不符", "the entry bundle is not spelled as it must be"),
    "tile": ("散列与条目不符", "the hashes are not those of the entries"),
    "root": ("全部条目得不出检查点的根", "the entries do not lead to the checkpoint's root"),
    "extra": ("此文件不属于这份日志", "the file does not belong to a log of this size"),
    "receipt": ("回执格式无效", "the receipt is not spelled as it must be"),
    "receipt_checkpoint": (
        "回执的检查点无效",
        "the receipt's checkpoint is not validly signed under this key",
    ),
    "receipt_proof": ("回执的证明不成立", "the receipt's proof does not hold"),
    "receipt_twice": ("同一位置另有一张回执", "another receipt claims the same place in the log"),
    "receipt_newer": (
        "回执比已公布的日志新",
        "the receipt is newer than the published log: publish it again",
    ),
    "receipt_other": ("回执的检查点不属于这份日志", "the receipt's checkpoint is not of this log"),
    "opening": ("开启文件缺失或格式无效", "the opening is missing or not spelled as it must be"),
    "opening_other": ("开启文件与条目不符", "the opening does not open the receipt's entry"),
    "words": ("旁附文字不是登记的原文", "the words beside the receipt are not the words that were filed"),
}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: its code (see MEANINGS), the file, and details in English."""

    code: str
    where: str
    detail: str = ""

    def text(self, language: str) -> str:
        meaning = MEANINGS[self.code][0 if language.startswith("zh") else 1]
        return f"{self.where}: {meaning}" + (f" ({self.detail})" if self.detail else "")


@dataclass
class Result:
    """What was verified; `findings` keeps the first thousand of `failed`."""

    origin: str = ""
    size: int = 0
    entries: int = 0
    tiles: int = 0
    receipts: int = 0
    openings: int = 0
    words: int = 0
    failed: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.failed

    def add(self, code: str, where: str | Path, detail: object = "") -> None:
        self.failed += 1
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(Finding(code, str(where), str(detail)))

    def as_json(self) -> dict[str, Any]:
        """Ready for `json.dumps`; each finding with its code, file, and words in both languages."""
        found = [
            {"code": f.code, "where": f.where, "detail": f.detail, "zh": f.text("zh"), "en": f.text("en")}
            for f in self.findings
        ]
        counts = {name: value for name, value in vars(self).items() if name != "findings"}
        return {"ok": self.ok, **counts, "findings": found}


def check(folder: Path, receipts: Iterable[Path] = (), progress: Progress | None = None) -> Result:
    """Verify the log in `folder` and every receipt given, or lying in `folder` or a folder given.

    `progress(done, total)` counts entries. Never raises for what the files hold: it is in the result.
    """
    result = Result()
    key = _key(folder, result)
    if key is None:
        return result
    result.origin = key.name
    claims = _Claims(key, result)
    for path in _receipt_files([folder, *receipts]):
        claims.verify(path)
    if result.receipts and not (folder / "checkpoint").exists() and not (folder / "tile").exists():
        claims.compare_among_themselves()
        return result
    checkpoint = _checkpoint(folder, key, result)
    if checkpoint is not None:
        result.size = checkpoint.size
        _Log(folder, checkpoint, claims, result).verify(progress or (lambda _done, _total: None))
    return result


def _key(folder: Path, result: Result) -> Verifier | None:
    try:
        return read_vkey(_read(folder / "vkey").decode("ascii").removesuffix("\n"))
    except OSError as error:
        result.add("missing", "vkey", error.strerror)
    except ValueError as error:
        result.add("vkey", "vkey", error)
    return None


def _checkpoint(folder: Path, key: Verifier, result: Result) -> Checkpoint | None:
    try:
        return open_checkpoint(_read(folder / "checkpoint"), key)
    except OSError as error:
        result.add("missing", "checkpoint", error.strerror)
    except NoteError as error:
        result.add("checkpoint", "checkpoint", error)
    return None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise OSError(27, "the file is too large")
    return data


# --- the log ----------------------------------------------------------------------------------
class _Log:
    """One pass over the bundles; hash tiles are verified as they fill, roots as they are passed."""

    def __init__(self, folder: Path, checkpoint: Checkpoint, claims: "_Claims", result: Result) -> None:
        self._folder = folder
        self._checkpoint = checkpoint
        self._claims = claims
        self._result = result
        self._edge = Edge()

    def verify(self, progress: Progress) -> None:
        size, wanted = self._checkpoint.size, self._claims.sizes(self._checkpoint.size)
        for start in range(0, size, WIDTH):
            width = min(WIDTH, size - start)
            leaves = self._leaves(Tile(ENTRIES, start // WIDTH, width))
            if leaves is None:
                return  # nothing after a hole can be told; the hole is in the findings
            within = wanted.take(start + width)
            roots = self._edge.roots_within(leaves, [at - start for at in within])
            for at, root in zip(within, roots, strict=True):
                self._claims.compare(at, root)
            full = self._edge.append(leaves)
            self._tiles(tile for tile in full if tile[0])
            self._result.entries += width
            if start // WIDTH % 64 == 63:
                progress(self._result.entries, size)
        self._tiles(tile for tile in self._edge.partials() if tile[0])
        if self._edge.root() != self._checkpoint.root:
            self._result.add("root", "checkpoint", f"{size} entries")
        self._claims.newer(size)
        self._extras(size)
        progress(size, size)

    def _file(self, tile: Tile) -> bytes | None:
        name = paths.path(tile)
        try:
            return _read(self._folder / name)
        except OSError as error:
            self._result.add("missing", name, error.strerror)
            return None

    def _leaves(self, bundle: Tile) -> bytes | None:
        """Leaf hashes computed from a bundle, and compared with those published; None without either."""
        entries, row = self._file(bundle), Tile(0, bundle.n, bundle.width)
        published = self._file(row)
        self._result.tiles += 2
        if entries is not None and (len(entries) != bundle.width * STEP or not BUNDLE.fullmatch(entries)):
            self._result.add("bundle", paths.path(bundle), _first_bad(entries, bundle))
            entries = None
        if entries is None:
            whole = published is not None and len(published) == bundle.width * HASH
            return published if whole else None
        starts = range(2, len(entries), STEP)
        leaves = b"".join([sha256(b"\0" + entries[at : at + ENTRY_LENGTH]).digest() for at in starts])
        if published is not None and published != leaves:
            self._result.add("tile", paths.path(row), _first_difference(leaves, published, bundle))
        return leaves

    def _tiles(self, expected: Iterable[tuple[int, int, bytes]]) -> None:
        for level, n, hashes in expected:
            tile = Tile(level, n, len(hashes) // HASH)
            published = self._file(tile)
            self._result.tiles += 1
            if published is not None and published != hashes:
                self._result.add("tile", paths.path(tile))

    def _extras(self, size: int) -> None:
        """Files under tile/ that a log of this size does not publish, superseded partial tiles among them."""
        for place, _, names in os.walk(self._folder / "tile"):
            for name in names:
                where = (Path(place) / name).relative_to(self._folder).as_posix()
                if not paths.belongs(where, size):
                    self._result.add("extra", where)


def _first_bad(entries: bytes, bundle: Tile) -> str:
    good = BUNDLE.match(entries)
    return f"from entry {bundle.n * WIDTH + (good.end() // STEP if good else 0)} on"


def _first_difference(leaves: bytes, published: bytes, bundle: Tile) -> str:
    pairs = range(0, len(leaves), HASH)
    at = next((at for at in pairs if leaves[at : at + HASH] != published[at : at + HASH]), len(leaves))
    return f"entry {bundle.n * WIDTH + at // HASH}"


# --- receipts ---------------------------------------------------------------------------------
class _Sizes:
    """Tree sizes in rising order, taken as the log's entries pass them."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self._sizes = sorted(sizes, reverse=True)

    def take(self, until: int) -> list[int]:
        taken = []
        while self._sizes and self._sizes[-1] <= until:
            taken.append(self._sizes.pop())
        return taken


class _Claims:
    """What the receipts say: verified one by one, and their checkpoints kept to hold against the log."""

    def __init__(self, key: Verifier, result: Result) -> None:
        self._key = key
        self._result = result
        self._owners: dict[int, str] = {}
        self._roots: dict[int, dict[bytes, list[str]]] = {}

    def verify(self, path: Path) -> None:
        self._result.receipts += 1
        try:
            proof = parse_proof(_read(path))
            parse_entry(proof.entry)
        except OSError as error:
            self._result.add("missing", path, error.strerror)
            return
        except ValueError as error:
            self._result.add("receipt", path, error)
            return
        if self._proven(path, proof):
            self._place(path, proof)
        self._opening(path, proof.entry)

    def _proven(self, path: Path, proof: Proof) -> bool:
        try:
            signed = open_checkpoint(proof.checkpoint, self._key)
        except NoteError as error:
            self._result.add("receipt_checkpoint", path, error)
            return False
        try:
            verify_inclusion(proof.index, signed.size, leaf_hash(proof.entry), proof.path, signed.root)
        except ProofError as error:
            self._result.add("receipt_proof", path, error)
            return False
        self._roots.setdefault(signed.size, {}).setdefault(signed.root, []).append(str(path))
        return True

    def _place(self, path: Path, proof: Proof) -> None:
        other = self._owners.setdefault(proof.index, str(path))
        if other != str(path):
            self._result.add("receipt_twice", path, f"entry {proof.index}, {other}")

    def _opening(self, path: Path, entry: bytes) -> None:
        stem = str(path).removesuffix(".tlog-proof")
        opening = Path(f"{stem}.opening.json")
        try:
            parts = _parts(_read(opening))
        except (OSError, ValueError) as error:
            self._result.add("opening", opening, error.strerror if isinstance(error, OSError) else error)
            return
        self._result.openings += 1
        commits = [commit(salt, content) for salt, content in parts]
        if entry_bytes(*commits) != entry:
            self._result.add("opening_other", opening)
        words = Path(f"{stem}.words.txt")
        if words.exists():
            self._words(words, *parts[1])

    def _words(self, path: Path, salt: bytes, content: str) -> None:
        self._result.words += 1
        private = canonical.loads(content)
        expected = private.get("words_sha256") if isinstance(private, dict) else None
        try:
            found = b64encode(sha256(salt + _read(path)).digest()).decode()
        except OSError as error:
            self._result.add("missing", path, error.strerror)
            return
        if found != expected:
            self._result.add("words", path)

    def sizes(self, limit: int) -> _Sizes:
        return _Sizes(size for size in self._roots if size <= limit)

    def compare(self, size: int, root: bytes) -> None:
        for claimed, names in self._roots[size].items():
            if claimed != root:
                for name in names:
                    self._result.add("receipt_other", name, f"over {size} entries")

    def newer(self, size: int) -> None:
        for claimed in sorted(claimed for claimed in self._roots if claimed > size):
            for names in self._roots[claimed].values():
                for name in names:
                    self._result.add(
                        "receipt_newer", name, f"{claimed} entries, the published log has {size}"
                    )

    def compare_among_themselves(self) -> None:
        """Without a log: two different roots signed over one size prove that the signer keeps two logs."""
        for size, roots in self._roots.items():
            if len(roots) > 1:
                for names in roots.values():
                    self._result.add("receipt_other", names[0], f"two checkpoints over {size} entries differ")


def _parts(data: bytes) -> list[tuple[bytes, str]]:
    """The (salt, content) of an opening's public and private part; ValueError unless spelled exactly."""
    try:
        opening = json.loads(data, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(opening, dict) or opening.keys() != {"public", "private"}:
        raise ValueError("an opening has a public and a private part")
    parts = []
    for part in (opening["public"], opening["private"]):
        if not isinstance(part, dict) or part.keys() != {"salt", "content"}:
            raise ValueError("each part has a salt and a content")
        salt, content = part["salt"], part["content"]
        if not isinstance(salt, str) or not isinstance(content, str):
            raise ValueError("salt and content are text")
        if len(strict_b64decode(salt)) != 32:
            raise ValueError("a salt has 32 bytes")
        canonical.loads(content)
        parts.append((strict_b64decode(salt), content))
    return parts


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _receipt_files(places: Iterable[Path]) -> Iterator[Path]:
    """Each receipt once; folders give those directly in them, in the order of their names."""
    seen = set()
    for place in places:
        found = sorted(place.glob("*.tlog-proof")) if place.is_dir() else [place]
        for path in found:
            if path.suffix == ".tlog-proof" and path.resolve() not in seen:
                seen.add(path.resolve())
                yield path


# --- command ----------------------------------------------------------------------------------
def main(arguments: Sequence[str] | None = None, progress: Progress | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m huiyin.publication.check",
        description="Verify a published log and receipts, knowing nothing but the files.",
        epilog="example: python -m huiyin.publication.check mirror/ receipt.tlog-proof",
    )
    parser.add_argument("folder", type=Path, help="holds vkey, checkpoint and tile/")
    parser.add_argument("receipts", type=Path, nargs="*", help="receipts, or folders of them")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    called = parser.parse_args(arguments)
    for path in (called.folder, *called.receipts):
        if not path.exists():
            parser.error(f"{path} does not exist")
    for path in called.receipts:
        if path.is_file() and not path.name.endswith((".tlog-proof", ".opening.json", ".words.txt")):
            parser.error(f"{path} is no receipt (its name ends in .tlog-proof)")
    result = check(called.folder, called.receipts, progress)
    print(
        json.dumps(result.as_json(), ensure_ascii=False) if called.json else report(result, called.language)
    )
    return 0 if result.ok else 1


def report(result: Result, language: str) -> str:
    """The result as lines: one a finding, then what was verified."""
    lines = [finding.text(language) for finding in result.findings]
    if result.failed > len(result.findings):
        lines.append("…")
    if language.startswith("zh"):
        counts = (
            f"日志 {result.origin}：已核验 {result.entries} 条、回执 {result.receipts} 张；"
            f"{result.failed} 处不符"
        )
    else:
        counts = (
            f"log {result.origin}: {result.entries} entries and {result.receipts} receipts verified,"
            f" {result.failed} failed"
        )
    return "\n".join([*lines, counts])


if __name__ == "__main__":
    sys.exit(main())
