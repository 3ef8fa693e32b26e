"""The whole ledger against what was signed: every fact, entry, tile and checkpoint, in one pass."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from huiyin.ledger import copies, tiles, triggers
from huiyin.ledger.facts import disagreement
from huiyin.ledger.keys import KeyFault, log_key
from huiyin.ledger.merkle import HASH, WIDTH, Edge, layers, leaf_hash
from huiyin.ledger.notes import NoteError, Verifier, open_checkpoint, read_checkpoint
from huiyin.ledger.tiles import Head, Tampered, rows

TILES_A_PAGE = 16
# What the sequencer refuses to go on after; "copy" it judges itself, against the newest state.
STOPS = frozenset({"trigger", "fact", "entry", "tile", "root", "checkpoint"})


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was signed. Codes: trigger fact entry tile root checkpoint key copy."""

    code: str
    message: str
    fact_id: int | None = None


Progress = Callable[[int, int], None]


def missing_triggers() -> list[str]:
    """Names of the database's guards that are gone, disabled or altered."""
    return triggers.missing(connection)


def audit(progress: Progress | None = None, *, signatures: bool = True) -> Iterator[Finding]:
    """Everything that is wrong with the ledger; nothing when it is sound. Memory stays bounded.

    `progress(done, total)` counts entries. Without `signatures`, of the checkpoints only the newest one's
    signature is verified (their roots all are). Facts may be added meanwhile.
    """
    for name in missing_triggers():
        yield Finding("trigger", f"the database's guard {name} is missing or altered")
    try:
        key = log_key().verifier
    except KeyFault as fault:
        yield Finding("key", str(fault))
        return
    head = tiles.head()
    yield from _loose_ends()
    yield from _newest(head, key)
    yield from _walk(head, key if signatures else None, progress or (lambda _done, _total: None))


def _newest(head: Head, key: Verifier) -> Iterator[Finding]:
    try:
        if head.note:
            open_checkpoint(head.note, key)
    except NoteError as error:
        yield Finding("checkpoint", f"the newest checkpoint is not validly signed: {error}")
        return
    try:
        copies.compare(head, key)
        if head.note and copies.kept(key) is None:
            yield Finding(
                "copy", "no checkpoint is kept at HUIYIN_CHECKPOINT_COPY: the next one signed will be"
            )
    except (Tampered, LookupError) as error:
        yield Finding("copy", str(error))


def _loose_ends() -> Iterator[Finding]:
    """Facts, places and waiting marks that do not belong together; each query sees one moment."""
    checks = (
        (
            "SELECT f.id FROM ledger_fact f"
            " WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.fact_id = f.id)"
            " AND NOT EXISTS (SELECT 1 FROM ledger_pending p WHERE p.fact_id = f.id)",
            "fact {} is neither in the log nor waiting for it",
        ),
        (
            "SELECT p.fact_id FROM ledger_pending p"
            " WHERE NOT EXISTS (SELECT 1 FROM ledger_fact f WHERE f.id = p.fact_id)",
            "fact {} was deleted before it reached the log",
        ),
        (
            "SELECT p.fact_id FROM ledger_pending p JOIN ledger_entry e ON e.fact_id = p.fact_id",
            "fact {} is in the log and still waits for it",
        ),
    )
    for query, message in checks:
        for (fact_id,) in rows(f"{query} LIMIT 1000"):
            yield Finding("fact", message.format(fact_id), fact_id)
    counts = "SELECT (SELECT max(size) FROM ledger_checkpoint), (SELECT max(idx) + 1 FROM ledger_entry)"
    ((size, entries),) = rows(counts)
    if (size or 0) != (entries or 0):
        yield Finding("entry", f"{entries or 0} entries are numbered, but {size or 0} were signed")


def _walk(head: Head, key: Verifier | None, progress: Progress) -> Iterator[Finding]:
    edge = Edge()
    for first in range(0, head.size, TILES_A_PAGE * WIDTH):
        end = min(head.size, first + TILES_A_PAGE * WIDTH)
        page = _page(first, end)
        checkpoints = _checkpoints(first, end)
        for start in range(first, end, WIDTH):
            width = min(WIDTH, end - start)
            leaves = tiles.stored_tile(0, start // WIDTH)
            yield from _facts(page, start, width, leaves, head)
            yield from _roots(edge, leaves[: width * HASH], checkpoints, key)
            if len(leaves) < width * HASH:
                return  # the tile was found missing; nothing after it can be told
            yield from _tiles_above(edge.append(leaves[: width * HASH]), None)
        progress(end, head.size)
    yield from _tiles_above(list(edge.partials()), head.size)


def _page(first: int, end: int) -> dict[int, tuple[Any, ...]]:
    found = rows(
        f"SELECT e.idx, e.fact_id, {tiles.ENTRY_COLUMNS}, f.case_id, f.seq, f.kind, f.recorded_at, f.clear"
        " FROM ledger_entry e LEFT JOIN ledger_fact f ON f.id = e.fact_id WHERE e.idx >= %s AND e.idx < %s",
        first,
        end,
    )
    return {row[0]: row[1:] for row in found}


def _facts(
    page: dict[int, tuple[Any, ...]], start: int, width: int, leaves: bytes, head: Head
) -> Iterator[Finding]:
    """Each fact of one tile against its leaf hash, and its columns against its clear part."""
    wrong: list[Finding] = []
    for at in range(width):
        row = page.get(start + at)
        if row is None:
            yield Finding("entry", f"entry {start + at} is missing")
        elif row[1] is None:
            yield Finding("fact", f"fact {row[0]} (entry {start + at}) was deleted", row[0])
        else:
            leaf = leaf_hash(tiles.entry_of(row[1:4]))
            if leaf != leaves[at * HASH : at * HASH + HASH]:
                message = f"fact {row[0]} (entry {start + at}) was changed: it is not what was logged"
                wrong.append(Finding("fact", message, row[0]))
            yield from _columns(row)
    if wrong and not _vouched(leaves[: width * HASH], start, head):
        yield Finding("tile", f"tile 0/{start // WIDTH} was changed or is missing")
        if len(wrong) == width:
            return  # the tile as a whole is wrong: blame no fact for it
    yield from wrong


def _columns(row: tuple[Any, ...]) -> Iterator[Finding]:
    fact_id, _, _, _, case, seq, kind, recorded_at, clear = row
    try:
        name = disagreement(json.loads(clear), case, seq, kind, _instant(recorded_at))
    except (ValueError, AttributeError):
        name = "clear"
    if name:
        yield Finding(
            "fact", f"fact {fact_id} was changed: its {name} is not what its clear part says", fact_id
        )


def _instant(stored: datetime) -> datetime:
    """A moment as the driver gives it: SQLite keeps UTC without saying so."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


def _vouched(leaves: bytes, start: int, head: Head) -> bool:
    """Whether the tree above still leads from these stored leaf hashes to what it was built over."""
    n = start // WIDTH
    if n < head.size // WIDTH:
        at = n % WIDTH * HASH
        return (
            len(leaves) == WIDTH * HASH
            and layers(leaves)[-1] == tiles.stored_tile(1, n // WIDTH)[at : at + HASH]
        )
    try:
        return tiles.edge(head.size).root() == head.root
    except Tampered:
        return False


def _tiles_above(expected: list[tuple[int, int, bytes]], size: int | None) -> Iterator[Finding]:
    """Tiles that the leaf hashes lead to, against those stored; with `size`, the last and partial ones."""
    for level, n, hashes in expected:
        stored = tiles.stored_tile(level, n)
        # A partial tile may have grown since this audit began, so only its beginning is compared.
        if stored[: len(hashes)] != hashes or (size is None and len(stored) != len(hashes)):
            yield Finding("tile", f"tile {level}/{n} was changed or is missing")


def _checkpoints(first: int, end: int) -> list[tuple[Any, ...]]:
    return rows(
        "SELECT size, root, note FROM ledger_checkpoint WHERE size > %s AND size <= %s ORDER BY size",
        first,
        end,
    )


def _roots(
    edge: Edge, leaves: bytes, checkpoints: list[tuple[Any, ...]], key: Verifier | None
) -> Iterator[Finding]:
    """Every checkpoint ever signed over a size within this tile: its root, and its text."""
    within = [c for c in checkpoints if edge.size < c[0] <= edge.size + len(leaves) // HASH]
    roots = edge.roots_within(leaves, [size - edge.size for size, _, _ in within])
    for (size, stored, note), root in zip(within, roots, strict=True):
        if stored != root:
            yield Finding("root", f"the first {size} entries do not lead to the checkpoint signed over them")
        try:
            signed = (
                open_checkpoint(note, key) if key else read_checkpoint(note.decode().split("\n\n")[0] + "\n")
            )
        except (NoteError, UnicodeDecodeError) as error:
            yield Finding("checkpoint", f"the checkpoint over {size} entries is not one we signed: {error}")
            continue
        if (signed.size, signed.root) != (size, stored):
            yield Finding("checkpoint", f"the checkpoint over {size} entries says something else")
