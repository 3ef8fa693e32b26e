"""Receipts: proofs, what opens their entries, and the words beside them. Needs only `cryptography`."""

import json
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from huiyin.ledger import canonical
from huiyin.ledger.entries import commit, entry_bytes, parse_entry, strict_b64decode
from huiyin.ledger.merkle import ProofError, leaf_hash, verify_inclusion
from huiyin.ledger.notes import NoteError, Verifier, open_checkpoint
from huiyin.ledger.proofs import Proof, parse_proof
from huiyin.publication.findings import Result

MAX_FILE = 64 * 1024 * 1024  # no published file or receipt comes near; a stray disk image is not read
Part = tuple[bytes, str]


def read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise OSError(27, "the file is too large")
    return data


class Sizes:
    """Tree sizes in rising order, taken as the log's entries pass them."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self._sizes = sorted(sizes, reverse=True)

    def take(self, until: int) -> list[int]:
        taken = []
        while self._sizes and self._sizes[-1] <= until:
            taken.append(self._sizes.pop())
        return taken


class Claims:
    """What the receipts say: verified one by one, and their checkpoints kept to hold against the log."""

    def __init__(self, key: Verifier, result: Result) -> None:
        self._key = key
        self._result = result
        self._owners: dict[int, str] = {}
        self._roots: dict[int, dict[bytes, list[str]]] = {}

    def verify(self, path: Path) -> None:
        """A receipt among files, with its opening and words beside it."""
        try:
            proof = self.proof(str(path), read(path))
        except OSError as error:
            self._result.receipts += 1
            self._result.add("missing", path, error.strerror)
            return
        if proof is not None:
            self._beside(path, proof)

    def proof(self, name: str, data: bytes) -> Proof | None:
        """The proof, once it holds under the key; None where it is no proof at all."""
        self._result.receipts += 1
        try:
            proof = parse_proof(data)
            parse_entry(proof.entry)
        except ValueError as error:
            self._result.add("receipt", name, error)
            return None
        if self._proven(name, proof):
            self._place(name, proof)
        return proof

    def _proven(self, path: str, proof: Proof) -> bool:
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
        self._roots.setdefault(signed.size, {}).setdefault(signed.root, []).append(path)
        return True

    def _place(self, path: str, proof: Proof) -> None:
        other = self._owners.setdefault(proof.index, path)
        if other != path:
            self._result.add("receipt_twice", path, f"entry {proof.index}, {other}")

    def _beside(self, path: Path, proof: Proof) -> None:
        stem = str(path).removesuffix(".tlog-proof")
        opening, words = Path(f"{stem}.opening.json"), Path(f"{stem}.words.txt")
        try:
            data = read(opening)
        except OSError as error:
            self._result.add("opening", opening, error.strerror)
            return
        parts = self.opening(str(opening), data, proof)
        if parts is None or not words.exists():
            return
        try:
            self.words(str(words), read(words), *parts[1])
        except OSError as error:
            self._result.add("missing", words, error.strerror)

    def opening(self, name: str, data: bytes, proof: Proof) -> tuple[Part, Part] | None:
        """The (salt, content) of both parts, once they open the entry; None where they are no opening."""
        try:
            public, private = parts_of(data, "public", "private")
        except ValueError as error:
            self._result.add("opening", name, error)
            return None
        self._result.openings += 1
        if entry_bytes(commit(*public), commit(*private)) != proof.entry:
            self._result.add("opening_other", name)
        return public, private

    def public_opening(self, name: str, data: bytes, proof: Proof) -> Part | None:
        """The (salt, content) of the public part alone, of an entry whose private part stays closed."""
        try:
            (public,) = parts_of(data, "public")
        except ValueError as error:
            self._result.add("opening", name, error)
            return None
        self._result.openings += 1
        if commit(*public) != parse_entry(proof.entry)[0]:
            self._result.add("opening_other", name)
        return public

    def words(self, name: str, data: bytes, salt: bytes, content: str) -> None:
        self._result.words += 1
        private = canonical.loads(content)
        expected = private.get("words_sha256") if isinstance(private, dict) else None
        if b64encode(sha256(salt + data).digest()).decode() != expected:
            self._result.add("words", name)

    def adopt(self, other: "Claims") -> None:
        """Hold what another's receipts say against the log too."""
        for size, roots in other._roots.items():
            for root, names in roots.items():
                self._roots.setdefault(size, {}).setdefault(root, []).extend(names)

    def sizes(self, limit: int) -> Sizes:
        return Sizes(size for size in self._roots if size <= limit)

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


def parts_of(data: bytes, *names: str) -> list[Part]:
    """The (salt, content) of each part of an opening; ValueError unless spelled exactly."""
    opening = once(data)
    if not isinstance(opening, dict) or opening.keys() != set(names):
        raise ValueError(f"an opening has these parts: {', '.join(names)}")
    return [_part(opening[name]) for name in names]


def _part(part: Any) -> Part:
    if not isinstance(part, dict) or part.keys() != {"salt", "content"}:
        raise ValueError("each part has a salt and a content")
    salt, content = part["salt"], part["content"]
    if not isinstance(salt, str) or not isinstance(content, str):
        raise ValueError("salt and content are text")
    decoded = strict_b64decode(salt)
    if len(decoded) != 32:
        raise ValueError("a salt has 32 bytes")
    canonical.loads(content)
    return decoded, content


def once(data: bytes) -> Any:
    """JSON in which no name occurs twice; ValueError otherwise."""
    try:
        return json.loads(data, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)
