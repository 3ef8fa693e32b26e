"""A bundle made from nothing but the formats: no database and none of the product's writers."""

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from huiyin.ledger import canonical
from huiyin.ledger.entries import commit, entry_bytes
from huiyin.ledger.proofs import format_proof
from tests.publication.making import Log, Matter, signer

CASE = "aaaabbbbccccdddd"
BOOK = b"""
[[clock]]
id = "decide"
[[step]]
id = "register"
part = "file"
[[step]]
id = "accept"
part = "accept"
[[step]]
id = "decide"
part = "answer"
[[step]]
id = "serve"
part = "serve"
"""
WORDS = "屋顶漏水三个月，多次反映没有答复。"
PAPER = b"a photograph, as it came"


@dataclass
class Entry(Matter):
    """One entry of the case, in the format of facts."""

    seq: int = 1
    step: str = "register"
    case: str = CASE
    withheld: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def contents(self) -> tuple[str, str]:
        public = {"v": 1, "step": self.step, "book": "small@1", "case": self.case, "category": "construction"}
        if self.withheld:
            public |= {"case": f"other{self.seq}", "category": "withheld"}
        values = {"book_digest": sha256(BOOK).hexdigest()} if self.seq == 1 else {}
        private: dict[str, Any] = {
            "fact": f"{self.case}/{self.seq}",
            "clear": {"case": self.case, "step": self.step, "book": "small@1", "values": values},
            "attachments": [],
        }
        if self.seq == 1:
            private["words_sha256"] = b64encode(sha256(self.salts[1] + self.words.encode()).digest()).decode()
            private["attachments"] = [{"sha256": sha256(PAPER).hexdigest(), "size": len(PAPER)}]
        return canonical.dumps(public), canonical.dumps(private | self.more)

    @property
    def entry(self) -> bytes:
        (public, private), contents = self.salts, self.contents
        return entry_bytes(commit(public, contents[0]), commit(private, contents[1]))


def story(*steps: str, withheld: bool = False, **more: Any) -> list[Entry]:
    return [
        Entry(number=n, words=WORDS, seq=n, step=step, withheld=withheld, **more)
        for n, step in enumerate(("register", *steps), 1)
    ]


class Made:
    """The files of a bundle, to be changed before they are packed."""

    def __init__(self, entries: list[Entry], *, late: str = "", closed: tuple[int, ...] = ()) -> None:
        strangers = [Matter(900 + n) for n in range(2)]
        self.log = Log([strangers[0], *entries, strangers[1]], signer())
        self.entries = entries
        self.kind = "huiyin.silence/1" if late else "huiyin.file/1"
        self.files: dict[str, bytes] = {"README.txt": b"how to", "books/1.toml": BOOK}
        self.files["vkey"] = str(self.log.key.verifier).encode()
        self.files["checkpoint"] = self.log.checkpoint()
        self.manifest: dict[str, Any] = {
            "v": 1,
            "kind": self.kind,
            "case": CASE,
            "entries": [],
            "books": {"small@1": "books/1.toml"},
            "originals": [{"seq": 1, "file": "papers/0001-1.jpg"}],
        }
        self.files["papers/0001-1.jpg"] = PAPER
        for place, entry in enumerate(entries, 1):
            self._add(entry, place, entry.seq in closed)
        if late:
            self.say(late)

    def _add(self, entry: Entry, place: int, closed: bool) -> None:
        stem, size = f"log/{entry.seq:04d}", len(self.log.matters)
        proof = format_proof(entry.entry, place, self.log.nodes.inclusion(place, size), self.log.checkpoint())
        self.files[f"{stem}.tlog-proof"] = proof
        opening = entry.opening()
        if closed:
            self.files[f"{stem}.public.json"] = json.dumps({"public": opening["public"]}).encode()
        else:
            self.files[f"{stem}.opening.json"] = json.dumps(opening).encode()
        if entry.seq == 1:
            self.files[f"{stem}.words.txt"] = entry.words.encode()
        self.manifest["entries"].append({"seq": entry.seq, "stem": stem, "closed": closed})

    def say(self, *late: str, **changed: str) -> None:
        """Sign a statement; `changed` are lines by their first word."""
        root = b64encode(self.log.nodes.root(len(self.log.matters))).decode()
        lines = {
            "kind": "huiyin.silence/1",
            "origin": self.log.key.name,
            "case": f"case {CASE}",
            "entries": f"entries {len(self.entries)}",
            "checkpoint": f"checkpoint {len(self.log.matters)} {root}",
            "time": "time 2026-06-01T08:00:00Z",
        } | changed
        self.files["statement.note"] = self.log.key.sign("\n".join([*lines.values(), *late]) + "\n")

    def write(self, folder: Path, name: str = "bundle.zip") -> Path:
        listed = {n: {"sha256": sha256(d).hexdigest(), "size": len(d)} for n, d in self.files.items()}
        manifest = {"files": listed, **self.manifest}
        return packed(folder / name, {"manifest.json": json.dumps(manifest).encode(), **self.files})


def packed(
    path: Path,
    files: Mapping[str, bytes],
    change: Callable[[zipfile.ZipInfo], None] = lambda _: None,
    more: tuple[tuple[str, bytes], ...] = (),
) -> Path:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in (*files.items(), *more):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            made.writestr(info, data)
    path.write_bytes(stream.getvalue())
    return path
