"""A published log made from nothing but entries: no database, so that damage to it is the only news."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huiyin.ledger import canonical, paths
from huiyin.ledger.entries import commit, entry_bytes
from huiyin.ledger.merkle import Edge, Nodes, leaf_hash
from huiyin.ledger.notes import Checkpoint, Signer
from huiyin.ledger.paths import ENTRIES, Tile
from huiyin.ledger.proofs import format_proof

SEED = bytes.fromhex("1c" * 32)
ORIGIN = "linjiang.example/log"


def signer(origin: str = ORIGIN, seed: bytes = SEED) -> Signer:
    return Signer(origin, Ed25519PrivateKey.from_private_bytes(seed))


@dataclass
class Matter:
    """One entry and what opens it."""

    number: int
    words: str = "屋顶漏水三个月，多次反映没有答复。"

    @property
    def salts(self) -> tuple[bytes, bytes]:
        return sha256(b"public %d" % self.number).digest(), sha256(b"private %d" % self.number).digest()

    @property
    def contents(self) -> tuple[str, str]:
        digest = sha256(self.salts[1] + self.words.encode()).digest()
        private = {"fact": self.number, "words_sha256": b64encode(digest).decode()}
        return canonical.dumps({"case": str(self.number), "v": 1}), canonical.dumps(private)

    @property
    def entry(self) -> bytes:
        (public, private), contents = self.salts, self.contents
        return entry_bytes(commit(public, contents[0]), commit(private, contents[1]))

    def opening(self) -> dict[str, dict[str, str]]:
        parts = zip(("public", "private"), self.salts, self.contents, strict=True)
        return {name: {"salt": b64encode(salt).decode(), "content": text} for name, salt, text in parts}


class Log:
    """A log of these matters (or of so many plain ones) under a key; writes itself and receipts as files."""

    def __init__(self, matters: Sequence[Matter] | int, key: Signer | None = None) -> None:
        self.key = key or signer()
        self.matters = [Matter(n) for n in range(matters)] if isinstance(matters, int) else list(matters)
        self._edge = Edge()
        self._tiles: dict[tuple[int, int], bytes] = {}
        leaves = b"".join(leaf_hash(matter.entry) for matter in self.matters)
        for level, n, hashes in [*self._edge.append(leaves), *self._edge.partials()]:
            self._tiles[level, n] = hashes
        self.nodes = Nodes(lambda level, n: self._tiles[level, n], keep=10_000)

    def checkpoint(self, size: int | None = None) -> bytes:
        size = len(self.matters) if size is None else size
        return self.key.sign(str(Checkpoint(self.key.name, size, self.nodes.root(size))))

    def write(self, folder: Path) -> Path:
        for tile in paths.tiles_of(len(self.matters)):
            place = folder / paths.path(tile)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self._content(tile))
        folder.mkdir(exist_ok=True)
        (folder / "vkey").write_text(str(self.key.verifier))
        (folder / "checkpoint").write_bytes(self.checkpoint())
        return folder

    def _content(self, tile: Tile) -> bytes:
        if tile.level != ENTRIES:
            return self._tiles[tile.level, tile.n]
        entries = [matter.entry for matter in self.matters[tile.n * 256 : tile.n * 256 + tile.width]]
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)

    def receipt(self, folder: Path, index: int, size: int | None = None, name: str = "") -> Path:
        """Write NAME.tlog-proof, NAME.opening.json and NAME.words.txt; the first of them."""
        size = len(self.matters) if size is None else size
        matter, stem = self.matters[index], folder / (name or f"r{index}")
        proof = format_proof(matter.entry, index, self.nodes.inclusion(index, size), self.checkpoint(size))
        folder.mkdir(exist_ok=True)
        Path(f"{stem}.tlog-proof").write_bytes(proof)
        Path(f"{stem}.opening.json").write_text(json.dumps(matter.opening(), ensure_ascii=False))
        Path(f"{stem}.words.txt").write_text(matter.words)
        return Path(f"{stem}.tlog-proof")


def files_of(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(bytes(data))
