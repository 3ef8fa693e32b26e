"""Zips that a petitioner takes away: every entry of a case opened, with its proof, and a list of all files.

`huiyin.publication.check` verifies them knowing nothing else. File names are ours: what a person named a
paper stands in the pages, never in a path.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from huiyin.casework import answering, law
from huiyin.casework.projection import case_of
from huiyin.casework.receipts import opening_of, public_opening_of
from huiyin.casework.records import Past, Private, past, unseal
from huiyin.casework.steps import row_of
from huiyin.ledger import keys as ledger_keys
from huiyin.ledger import receipts as ledger_receipts
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact, facts_of
from huiyin.ledger.notes import Checkpoint, open_checkpoint
from huiyin.ledger.proofs import parse_proof
from huiyin.ledger.tiles import rows
from huiyin.vault import keys as vault_keys

TRIES = 5


class NotInLog(Exception):
    """A fact of the case is not in the log yet, or new ones keep coming: try again in a minute."""


class Gone(Exception):
    """The case's words were erased: nothing is left to open."""


@dataclass(frozen=True)
class Opened:
    """One fact of the case with all that opens and proves its entry.

    `closed`: it made a paper that the petitioner has not been served; only its public part is given away.
    """

    fact: Fact
    seen: Past
    private: Private
    proof: bytes
    opening: bytes
    closed: bool

    @property
    def stem(self) -> str:
        return f"log/{self.seen.seq:04d}"


@dataclass(frozen=True)
class Whole:
    """Every entry that the log holds of a case up to one checkpoint."""

    case: str
    number: str
    entries: tuple[Opened, ...]
    note: bytes
    checkpoint: Checkpoint

    @property
    def facts(self) -> list[Past]:
        return [one.seen for one in self.entries]


def whole(case_id: str) -> Whole:
    """The case as one checkpoint holds it: none of its entries below that size is missing.

    Raises `Gone` when its words were erased, `NotInLog` when the log does not come to rest.
    """
    row = row_of(case_id)
    if row.erased:
        raise Gone(case_id)
    key = vault_keys.open_key(case_id)
    for _ in range(TRIES):
        sequencer.integrate()
        facts = facts_of(case_id)
        proofs = _proofs(facts)
        if proofs is None:
            continue
        notes = {parse_proof(proof).checkpoint for proof in proofs}
        note = notes.pop()
        checkpoint = open_checkpoint(note, ledger_keys.log_key().verifier)
        if not notes and _entries_below(case_id, checkpoint.size) == len(facts):
            opened = _opened(facts, proofs, key)
            return Whole(case_id, row.number, tuple(opened), note, checkpoint)
    raise NotInLog(case_id)


def _proofs(facts: Sequence[Fact]) -> list[bytes] | None:
    try:
        return list(ledger_receipts.proofs([fact.id for fact in facts]))
    except LookupError:
        return None


def _entries_below(case_id: str, size: int) -> int:
    """Entries of the case that the checkpoint covers: one that came meanwhile would be missing."""
    ((count,),) = rows(
        "SELECT count(*) FROM ledger_entry e JOIN ledger_fact f ON f.id = e.fact_id"
        " WHERE f.case_id = %s AND e.idx < %s",
        case_id,
        size,
    )
    return int(count)


def _opened(facts: Sequence[Fact], proofs: Sequence[bytes], key: vault_keys.CaseKey) -> Iterator[Opened]:
    clear = [past(fact) for fact in facts]
    unread = answering.unread(clear, case_of(clear))
    for fact, seen, proof in zip(facts, clear, proofs, strict=True):
        closed = seen.seq in unread
        opening = public_opening_of(fact) if closed else opening_of(fact, key)
        yield Opened(fact, seen, unseal(fact, key), proof, opening, closed)


@dataclass
class Bundle:
    """The files of a zip, and what its manifest says beside their digests."""

    kind: str
    whole: Whole
    made_at: datetime
    files: dict[str, bytes] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def add_log(self) -> None:
        """The checkpoint, its key, the books, and each entry opened."""
        self.files["vkey"] = ledger_keys.vkey().encode()
        self.files["checkpoint"] = self.whole.note
        for one in self.whole.entries:
            self.files[f"{one.stem}.tlog-proof"] = one.proof
            self.files[f"{one.stem}.{'public' if one.closed else 'opening'}.json"] = one.opening
            if one.private.words and not one.closed:
                self.files[f"{one.stem}.words.txt"] = one.private.words.encode()
        self.more["books"] = {}
        for number, name in enumerate(dict.fromkeys(one.book for one in self.whole.facts), 1):
            place = f"books/{number}.toml"
            self.files[place] = law.file_of(name).read_bytes()
            self.more["books"][name] = place

    def pack(self) -> bytes:
        """The zip. Its manifest names every other file with its size and SHA-256."""
        listed = {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in sorted(self.files.items())
        }
        manifest = {
            "v": 1,
            "kind": self.kind,
            "case": self.whole.case,
            "number": self.whole.number,
            "origin": self.whole.checkpoint.origin,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "entries": [
                {"seq": one.seen.seq, "stem": one.stem, "closed": one.closed} for one in self.whole.entries
            ],
            "files": listed,
            **self.more,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
        return _zipped({"manifest.json": text, **self.files}, self.made_at)


def _zipped(files: Mapping[str, bytes], at: datetime) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, at.timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            made.writestr(info, data)
    return stream.getvalue()
