"""Merkle trees over SHA-256 (RFC 6962), kept in tiles 256 hashes wide. Pure.

Hashes travel as one bytes string, 32 bytes each: a tile is exactly the bytes that are published.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from hashlib import sha256

HASH = 32
WIDTH = 256
TILE_BYTES = WIDTH * HASH
EMPTY_ROOT = sha256(b"").digest()


class ProofError(ValueError):
    """An inclusion or consistency proof that does not hold."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def layers(hashes: bytes) -> list[bytes]:
    """`hashes` and, above it, the row of each perfect pair, up to the last row that has one."""
    rows = [hashes]
    while len(hashes) >= 2 * HASH:
        pairs = range(0, len(hashes) - HASH, 2 * HASH)
        hashes = b"".join([sha256(b"\1" + hashes[at : at + 64]).digest() for at in pairs])
        rows.append(hashes)
    return rows


def peaks(rows: Sequence[bytes], width: int) -> list[bytes]:
    """Roots of the perfect subtrees of the first `width` hashes of `layers(...)`, left to right."""
    found = []
    for k in reversed(range(width.bit_length())):
        if width >> k & 1:
            at = ((width >> k) - 1) * HASH
            found.append(rows[k][at : at + HASH])
    return found


def bag(tops: Sequence[bytes]) -> bytes:
    """Root of a tree whose perfect subtrees, left to right, have these roots."""
    return reduce(lambda root, top: node_hash(top, root), reversed(tops)) if tops else EMPTY_ROOT


class Edge:
    """The right edge of a growing tree: for each tile level, its last and not yet full tile.

    Knows all that is needed to append and to compute the root, in bounded memory.
    """

    def __init__(self, size: int = 0, rows: Sequence[bytes] = ()) -> None:
        """`rows[l]` holds the (size >> 8l) % 256 hashes of level l's partial tile."""
        self.size = size
        self.rows = [bytearray(row) for row in rows]
        if [len(row) // HASH for row in self.rows] != edge_widths(size) or any(
            len(r) % HASH for r in self.rows
        ):
            raise ValueError(f"these are not the right-edge tiles of a tree of {size} entries")

    def append(self, leaves: bytes) -> list[tuple[int, int, bytes]]:
        """Append leaf hashes; the tiles (level, n, hashes) that became full, lowest level first each."""
        full: list[tuple[int, int, bytes]] = []
        before, self.size = self.size, self.size + len(leaves) // HASH
        self._push(0, before, leaves, full)
        return full

    def _push(self, level: int, before: int, hashes: bytes, full: list[tuple[int, int, bytes]]) -> None:
        if level == len(self.rows):
            self.rows.append(bytearray())
        row, n = self.rows[level], before // WIDTH
        row += hashes
        roots = b""
        while len(row) >= TILE_BYTES:
            tile = bytes(row[:TILE_BYTES])
            del row[:TILE_BYTES]
            full.append((level, n, tile))
            roots += layers(tile)[-1]
            n += 1
        if roots:
            self._push(level + 1, before // WIDTH, roots, full)

    def partials(self) -> Iterator[tuple[int, int, bytes]]:
        """The tiles (level, n, hashes) that are neither full nor empty."""
        for level, row in enumerate(self.rows):
            if row:
                yield level, self.size >> 8 * (level + 1), bytes(row)

    def root(self) -> bytes:
        return bag(self._tops(0))

    def roots_within(self, leaves: bytes, widths: Sequence[int]) -> list[bytes]:
        """Roots of this tree, at a tile boundary, grown by the first w of `leaves`, for each w up to 256."""
        upper, rows = self._tops(1), layers(leaves)
        return [bag(upper + peaks(rows, width)) for width in widths]

    def _tops(self, lowest: int) -> list[bytes]:
        return [
            top for row in reversed(self.rows[lowest:]) for top in peaks(layers(bytes(row)), len(row) // HASH)
        ]


def edge_widths(size: int) -> list[int]:
    """How many hashes the last, partial tile of each level holds in a tree of `size` entries."""
    return [size >> 8 * level & 255 for level in range((size.bit_length() + 7) // 8)]


class Nodes:
    """Hashes of any subtree, read from tiles; keeps the tiles it used last."""

    def __init__(self, read_tile: Callable[[int, int], bytes], keep: int = 64) -> None:
        """`read_tile(level, n)` gives what exists of a tile's hashes; it may only ever grow."""
        self._read_tile = read_tile
        self._keep = keep
        self._tiles: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()
        self._ragged: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def perfect(self, height: int, index: int) -> bytes:
        """Root over entries [index << height, (index + 1) << height)."""
        level, rise = divmod(height, 8)
        n, within = divmod(index, WIDTH >> rise)
        key, at = (level, n), within * HASH
        rows = self._tiles.get(key)
        if rows is None or rise >= len(rows) or at + HASH > len(rows[rise]):
            rows = self._tiles[key] = layers(self._read_tile(level, n))
            if rise >= len(rows) or at + HASH > len(rows[rise]):
                raise LookupError(f"tile {level}/{n} is missing or too narrow")
        self._tiles.move_to_end(key)
        if len(self._tiles) > self._keep:
            self._tiles.popitem(last=False)
        return rows[rise][at : at + HASH]

    def subtree(self, start: int, end: int) -> bytes:
        """Root over entries [start, end), where start is a multiple of a power of two >= end - start."""
        width = end - start
        if width & width - 1 == 0 and width:
            return self.perfect(width.bit_length() - 1, start >> width.bit_length() - 1)
        if (start, end) not in self._ragged:
            self._ragged[start, end] = bag([self.perfect(k, at >> k) for at, k in _perfect_parts(start, end)])
            if len(self._ragged) > self._keep:
                self._ragged.popitem(last=False)
        return self._ragged[start, end]

    def root(self, size: int) -> bytes:
        return self.subtree(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """RFC 6962 audit path of entry `index` in the tree of `size` entries, from the leaf upward."""
        if not 0 <= index < size:
            raise ValueError(f"a tree of {size} entries has no entry {index}")
        path, start, end = [], 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self.subtree(middle, end))
                end = middle
            else:
                path.append(self.subtree(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """RFC 6962 proof that the tree of `old` entries (at least 1) is a prefix of that of `new`."""
        if not 0 < old <= new:
            raise ValueError(f"no consistency proof from {old} to {new} entries")
        path, start, end = [], 0, new
        while end != old:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self.subtree(middle, end))
                end = middle
            else:
                path.append(self.subtree(start, middle))
                start = middle
        if start:
            path.append(self.subtree(start, end))
        return path[::-1]


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _perfect_parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        height = (end - start).bit_length() - 1
        yield start, height
        start += 1 << height


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 section 2.1.3.2; raises ProofError."""
    if not 0 <= index < size:
        raise ProofError("the index is not in the tree")
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            raise ProofError("the proof is too long")
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    if sn or found != root:
        raise ProofError("the proof does not lead to the root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """RFC 9162 section 2.1.4.2; raises ProofError."""
    if not 0 < old <= new:
        raise ProofError("no such pair of trees")
    if old == new:
        if path or old_root != new_root:
            raise ProofError("two roots for one size")
        return
    steps = [old_root, *path] if old & old - 1 == 0 else list(path)
    if not path or not steps:
        raise ProofError("the proof is too short")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if sn == 0:
            raise ProofError("the proof is too long")
        if fn & 1 or fn == sn:
            was, now = node_hash(step, was), node_hash(step, now)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            now = node_hash(now, step)
        fn, sn = fn >> 1, sn >> 1
    if sn or was != old_root or now != new_root:
        raise ProofError("the proof does not lead to both roots")
