"""What a petitioner takes home: a proof that a fact is in the log, or a signed promise that it will be."""

import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import Any

from huiyin.ledger import tiles
from huiyin.ledger.facts import Fact
from huiyin.ledger.keys import log_key
from huiyin.ledger.merkle import ProofError, leaf_hash, verify_inclusion
from huiyin.ledger.proofs import format_proof
from huiyin.ledger.tiles import Head, Tampered, rows

MERGE_DELAY = timedelta(hours=1)  # what a promise promises at most; usually it is below a second
PAGE = 500


class _Tree:
    """Hashes of the tree that this process used last. They never change, so they serve every checkpoint."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nodes = tiles.nodes()

    def path(self, index: int, leaf: bytes, head: Head) -> list[bytes]:
        """The inclusion path, verified before anyone gets it; Tampered when the stored tree gives none."""
        with self._lock:
            try:
                return self._verified(index, leaf, head)
            except (ProofError, LookupError):
                self._nodes = tiles.nodes()  # what was kept may be of a database since replaced
            try:
                return self._verified(index, leaf, head)
            except (ProofError, LookupError) as error:
                raise Tampered(f"entry {index} cannot be proven: run huiyin doctor") from error

    def _verified(self, index: int, leaf: bytes, head: Head) -> list[bytes]:
        path = self._nodes.inclusion(index, head.size)
        verify_inclusion(index, head.size, leaf, path, head.root)
        return path


_tree = _Tree()


def entry_index(fact_id: int) -> int | None:
    """The fact's place in the log, or None while it waits."""
    found = rows("SELECT idx FROM ledger_entry WHERE fact_id = %s", fact_id)
    return int(found[0][0]) if found else None


def proof(fact_id: int) -> bytes:
    """The `.tlog-proof` of a fact, leading to the newest checkpoint; LookupError while it waits."""
    return next(proofs([fact_id]))


def proofs(fact_ids: Sequence[int]) -> Iterator[bytes]:
    """The `.tlog-proof` of each of these facts, in this order, all leading to one checkpoint.

    Raises LookupError for a fact that is not in the log, Tampered for one that is not what was logged.
    """
    # Places are read before the checkpoint: what is numbered by then, it covers.
    for at in range(0, len(fact_ids), PAGE):
        some = fact_ids[at : at + PAGE]
        marks = ", ".join(["%s"] * len(some))
        found = rows(
            f"SELECT e.fact_id, e.idx, {tiles.ENTRY_COLUMNS} FROM ledger_entry e"
            f" JOIN ledger_fact f ON f.id = e.fact_id WHERE e.fact_id IN ({marks})",
            *some,
        )
        head = tiles.head()
        places = {row[0]: row[1:] for row in found}
        for fact_id in some:
            if fact_id not in places:
                raise LookupError(f"fact {fact_id} is not in the log yet")
            yield _proof(fact_id, places[fact_id], head)


def _proof(fact_id: int, place: Sequence[Any], head: Head) -> bytes:
    index, *columns = place
    entry = tiles.entry_of(columns)
    try:
        path = _tree.path(index, leaf_hash(entry), head)
    except Tampered as error:
        raise Tampered(f"fact {fact_id}: {error}", fact_id) from error
    return format_proof(entry, index, path, head.note)


def promise(fact_id: int) -> bytes:
    """A signed note: this entry will be in the log by a given time. A missed promise is itself evidence.

    Its lines: `huiyin.promise/1`, the log's origin, `entry` with the entry in base64, `integrated-by` with
    a time in seconds since 1970 (UTC). LookupError when there is no such fact.
    """
    fact = Fact.objects.filter(pk=fact_id).first()
    if fact is None:
        raise LookupError(f"there is no fact {fact_id}")
    key = log_key()
    entry = tiles.entry_of((bytes(fact.public_salt), fact.public_content, bytes(fact.private_commit)))
    until = int((fact.recorded_at.astimezone(UTC) + MERGE_DELAY).timestamp())
    # The first line differs from every origin, so no promise can be taken for a checkpoint.
    return key.sign(
        f"huiyin.promise/1\n{key.name}\nentry {b64encode(entry).decode()}\nintegrated-by {until}\n"
    )
