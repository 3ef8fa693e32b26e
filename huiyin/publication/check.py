"""Verifies a published log, receipts and bundles, knowing nothing but the files. Needs only `cryptography`.

    python -m huiyin.publication.check DIR [RECEIPT.tlog-proof | FOLDER | FILE.zip]... [--json]
    python -m huiyin.publication.check FILE.zip [--json] [--language en|zh]

DIR holds `vkey`, `checkpoint` and `tile/…`; or `vkey` and receipts alone. FILE.zip is a petitioner's whole
file or a certificate of silence. Ends with 0 when all is sound, 1 when anything is not, 2 when called
wrongly. Streams: memory does not grow with the log.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from huiyin.ledger import paths
from huiyin.ledger.entries import DIGEST, ENTRY_LENGTH
from huiyin.ledger.merkle import HASH, WIDTH, Edge
from huiyin.ledger.notes import Checkpoint, NoteError, Verifier, open_checkpoint, read_vkey
from huiyin.ledger.paths import ENTRIES, Tile
from huiyin.publication import bundles
from huiyin.publication.findings import Result
from huiyin.publication.receipts import Claims, read

STEP = 2 + ENTRY_LENGTH
KINDS = (".tlog-proof", ".opening.json", ".words.txt", ".zip")
BUNDLE = re.compile(
    rb"(?:\x00\x78huiyin\.entry/1\npublic " + DIGEST + rb"\nprivate " + DIGEST + rb"\n)+", re.DOTALL
)

Progress = Callable[[int, int], None]


def check(folder: Path, receipts: Iterable[Path] = (), progress: Progress | None = None) -> Result:
    """Verify the log in `folder` and every receipt or bundle given, or lying in `folder` or a folder given.

    `folder` may be a bundle itself. `progress(done, total)` counts entries. Never raises for what the files
    hold: it is in the result.
    """
    result, receipts = Result(), list(receipts)
    if _is_bundle(folder):
        for path in (folder, *receipts):
            bundles.verify(path, result)
        return result
    key = _key(folder, result)
    if key is None:
        return result
    result.origin = key.name
    claims = Claims(key, result)
    for path in _receipt_files([folder, *receipts]):
        claims.verify(path)
    for path in filter(_is_bundle, receipts):
        if (told := bundles.verify(path, result, key)) is not None:
            claims.adopt(told)
    if result.receipts and not (folder / "checkpoint").exists() and not (folder / "tile").exists():
        claims.compare_among_themselves()
        return result
    checkpoint = _checkpoint(folder, key, result)
    if checkpoint is not None:
        result.size = checkpoint.size
        _Log(folder, checkpoint, claims, result).verify(progress or (lambda _done, _total: None))
    return result


def _is_bundle(path: Path) -> bool:
    return path.suffix == ".zip" and path.is_file()


def _key(folder: Path, result: Result) -> Verifier | None:
    try:
        return read_vkey(read(folder / "vkey").decode("ascii").removesuffix("\n"))
    except OSError as error:
        result.add("missing", "vkey", error.strerror)
    except ValueError as error:
        result.add("vkey", "vkey", error)
    return None


def _checkpoint(folder: Path, key: Verifier, result: Result) -> Checkpoint | None:
    try:
        return open_checkpoint(read(folder / "checkpoint"), key)
    except OSError as error:
        result.add("missing", "checkpoint", error.strerror)
    except NoteError as error:
        result.add("checkpoint", "checkpoint", error)
    return None


# --- the log ----------------------------------------------------------------------------------
class _Log:
    """One pass over the bundles; hash tiles are verified as they fill, roots as they are passed."""

    def __init__(self, folder: Path, checkpoint: Checkpoint, claims: "Claims", result: Result) -> None:
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
            return read(self._folder / name)
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
        description="Verify a published log, receipts and bundles, knowing nothing but the files.",
        epilog="example: python -m huiyin.publication.check mirror/ receipt.tlog-proof",
    )
    parser.add_argument("folder", type=Path, help="holds vkey, checkpoint and tile/; or a bundle (.zip)")
    parser.add_argument("receipts", type=Path, nargs="*", help="receipts, folders of them, or bundles")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    called = parser.parse_args(arguments)
    for path in (called.folder, *called.receipts):
        if not path.exists():
            parser.error(f"{path} does not exist")
    for path in called.receipts:
        if path.is_file() and not path.name.endswith(KINDS):
            parser.error(f"{path} is no receipt (its name ends in .tlog-proof) and no bundle (.zip)")
    if called.folder.is_file() and not all(map(_is_bundle, (called.folder, *called.receipts))):
        parser.error(f"{called.folder} is no folder and no bundle (.zip)")
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
    return "\n".join([*lines, *_of_bundle(result, language), _counts(result, language)])


def _counts(result: Result, language: str) -> str:
    if language.startswith("zh"):
        return (
            f"日志 {result.origin}：已核验 {result.entries} 条、回执 {result.receipts} 张；"
            f"{result.failed} 处不符"
        )
    return (
        f"log {result.origin}: {result.entries} entries and {result.receipts} receipts verified,"
        f" {result.failed} failed"
    )


def _of_bundle(result: Result, language: str) -> Iterator[str]:
    """What a bundle says, once all of it holds. Which log it is of, its key line alone can tell."""
    if not result.case or not result.ok:
        return
    zh = language.startswith("zh")
    yield (
        f"事项 {result.case}：{result.openings} 条记录已打开"
        if zh
        else (f"case {result.case}: {result.openings} entries opened")
    )
    if result.statement:
        yield "声明有效，与各条记录相符：" if zh else "the statement is signed, and the entries bear it out:"
        yield from (f"    {line}" for line in result.statement.splitlines())


if __name__ == "__main__":
    sys.exit(main())
