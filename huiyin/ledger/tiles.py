"""The published view of the log: its newest checkpoint, hash tiles, and bundles of entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from huiyin.ledger.entries import commit, entry_bytes
from huiyin.ledger.merkle import EMPTY_ROOT, HASH, WIDTH, Edge, Nodes, edge_widths, leaf_hash
from huiyin.ledger.paths import ENTRIES, Tile


class Tampered(Exception):
    """The database no longer holds what was signed. `fact_id` names the fact concerned, where one is."""

    def __init__(self, message: str, fact_id: int | None = None) -> None:
        super().__init__(message)
        self.fact_id = fact_id


@dataclass(frozen=True)
class Head:
    """The newest checkpoint; `note` is its signed text, b'' before the first one."""

    size: int
    root: bytes
    note: bytes


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def head() -> Head:
    newest = rows("SELECT size, root, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    for size, root, note in newest:
        return Head(size, root, note)
    return Head(0, EMPTY_ROOT, b"")


def checkpoint_note() -> bytes:
    """The newest signed checkpoint; LookupError before anything was ever signed."""
    note = head().note
    if not note:
        raise LookupError("nothing was signed yet")
    return note


def stored_tile(level: int, n: int) -> bytes:
    """All hashes that tile (level, n) has by now; b'' where there is none."""
    found = rows("SELECT hashes FROM ledger_tile WHERE level = %s AND n = %s", level, n)
    return bytes(found[0][0]) if found else b""


def hash_tile(level: int, n: int, width: int) -> bytes | None:
    """The first `width` (1-256) hashes of a tile, or None where the log does not have them."""
    hashes = stored_tile(level, n)[: width * HASH]
    return hashes if len(hashes) == width * HASH else None


def content(tile: Tile) -> bytes | None:
    """The bytes published as this tile, or None where the log does not have it."""
    if tile.level == ENTRIES:
        return entry_bundle(tile.n, tile.width)
    return hash_tile(tile.level, tile.n, tile.width)


def nodes() -> Nodes:
    return Nodes(stored_tile)


def edge(size: int) -> Edge:
    """The right edge of the tree at `size`, as the stored tiles have it; Tampered where they do not."""
    widths = edge_widths(size)
    tiles = [
        hash_tile(level, size >> 8 * level + 8, width) if width else b"" for level, width in enumerate(widths)
    ]
    if None in tiles:
        raise Tampered(f"tiles of the log at {size} entries are missing")
    return Edge(size, [tile for tile in tiles if tile is not None])


ENTRY_COLUMNS = "f.public_salt, f.public_content, f.private_commit"


def entry_of(row: Sequence[Any]) -> bytes:
    """The entry's exact bytes, from a row of ENTRY_COLUMNS; b'' when they were made something else."""
    salt, content, private = row
    # SQLite lets a column hold any type; whoever changed one must get a finding, not an exception.
    if not isinstance(salt, bytes) or not isinstance(content, str) or not isinstance(private, bytes):
        return b""
    return entry_bytes(commit(salt, content), private)


def entry_bundle(n: int, width: int) -> bytes | None:
    """The first `width` entries of bundle n as tlog-tiles packs them, or None where there are fewer.

    Rebuilt from the facts; raises Tampered naming the first fact that does not give its leaf hash.
    """
    leaves = hash_tile(0, n, width)
    if leaves is None:
        return None
    found = rows(
        f"SELECT e.fact_id, {ENTRY_COLUMNS} FROM ledger_entry e LEFT JOIN ledger_fact f ON f.id = e.fact_id"
        " WHERE e.idx >= %s AND e.idx < %s ORDER BY e.idx",
        n * WIDTH,
        n * WIDTH + width,
    )
    if len(found) != width:
        raise Tampered(f"entries of bundle {n} are missing")
    bundle = []
    for at, (fact_id, *columns) in enumerate(found):
        if columns[0] is None:
            raise Tampered(f"fact {fact_id} was deleted", fact_id)
        entry = entry_of(columns)
        if leaf_hash(entry) != leaves[at * HASH : at * HASH + HASH]:
            raise Tampered(f"fact {fact_id} was changed", fact_id)
        bundle.append(len(entry).to_bytes(2, "big") + entry)
    return b"".join(bundle)
