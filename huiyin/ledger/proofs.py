"""C2SP tlog-proof files: one entry, its path, and the checkpoint it leads to. Pure."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from huiyin.ledger.entries import strict_b64decode
from huiyin.ledger.merkle import HASH

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63


@dataclass(frozen=True)
class Proof:
    """A tlog-proof's parts, unverified: the entry's bytes, its index, its path, the signed checkpoint."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def format_proof(entry: bytes, index: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The file: `extra` is the entry, hashes go from the leaf upward, the signed checkpoint ends it."""
    lines = [HEADER, f"extra {b64encode(entry).decode()}", f"index {index}"]
    lines += [b64encode(step).decode() for step in path]
    return "\n".join(lines).encode() + b"\n\n" + checkpoint


def parse_proof(data: bytes) -> Proof:
    """The parts of a tlog-proof with an entry; ValueError unless every line is spelled canonically."""
    head, blank, checkpoint = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not blank or len(lines) < 3 or lines[0] != HEADER:
        raise ValueError("not a tlog-proof with an entry")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise ValueError("a tlog-proof has its extra and index lines first")
    index = lines[2].removeprefix("index ")
    if not index.isdigit() or str(int(index)) != index or len(lines) > 3 + MAX_PATH:
        raise ValueError("a tlog-proof's index is a plain number, its path at most 63 hashes")
    path = tuple(strict_b64decode(line) for line in lines[3:])
    if any(len(step) != HASH for step in path):
        raise ValueError("a tlog-proof's hashes have 32 bytes")
    return Proof(strict_b64decode(lines[1].removeprefix("extra ")), int(index), path, checkpoint)
