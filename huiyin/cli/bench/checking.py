"""`bench check`: entries of a published log verified a second, and whether that is linear."""

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huiyin.cli.bench.figures import result

SIZE = 200_000


def measure(runs: int, size: int) -> Iterator[dict[str, Any]]:
    """A made log of `size` entries and one a tenth of it; the limit is bare hashing of the same leaves."""
    entries = size or SIZE
    folder = Path(tempfile.mkdtemp(prefix="huiyin-bench-"))
    try:
        small, large = folder / "small", folder / "large"
        make_log(small, entries // 10)
        make_log(large, entries)
        rates = [entries / _seconds(large) for _ in range(runs)]
        tenth = entries // 10 / min(_seconds(small) for _ in range(runs))
        limit = entries / _bare_hashing(entries)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    yield result(
        "check",
        rates,
        "entries/s",
        ("SHA-256 of every leaf and node, nothing read or compared", limit),
        entries=entries,
        tenth_entries_per_s=round(tenth, 2),
    )


def _seconds(folder: Path) -> float:
    from huiyin.publication.check import check

    started = time.perf_counter()
    report = check(folder)
    if report.findings:
        raise RuntimeError(f"the log under test is faulty: {report.findings[0]}")
    return time.perf_counter() - started


def _bare_hashing(entries: int) -> float:
    leaf, node = b"\0" + b"x" * 120, b"\1" + b"x" * 64
    started = time.perf_counter()
    for _ in range(entries):
        hashlib.sha256(leaf).digest()
        hashlib.sha256(node).digest()
    return time.perf_counter() - started


def make_log(folder: Path, entries: int) -> None:
    """A valid published log of random entries, made from the public formats alone."""
    import os

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from huiyin.ledger.entries import entry_bytes
    from huiyin.ledger.merkle import Edge, leaf_hash
    from huiyin.ledger.notes import Checkpoint, Signer
    from huiyin.ledger.paths import ENTRIES, Tile, path

    signer = Signer("bench.example/log", Ed25519PrivateKey.generate())
    edge = Edge()
    tiles: list[tuple[int, int, bytes]] = []
    for first in range(0, entries, 256):
        count = min(256, entries - first)
        made = [entry_bytes(os.urandom(32), os.urandom(32)) for _ in range(count)]
        tiles += edge.append(b"".join(map(leaf_hash, made)))
        bundle = b"".join(len(e).to_bytes(2, "big") + e for e in made)
        _write(folder / path(Tile(ENTRIES, first // 256, count)), bundle)
    for level, n, hashes in [*tiles, *edge.partials()]:
        _write(folder / path(Tile(level, n, len(hashes) // 32)), hashes)
    _write(folder / "vkey", (str(signer.verifier) + "\n").encode())
    _write(folder / "checkpoint", signer.sign(str(Checkpoint(signer.name, edge.size, edge.root()))))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
