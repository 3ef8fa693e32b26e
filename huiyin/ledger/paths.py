"""Names of tiles as C2SP tlog-tiles spells them. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

ENTRIES = -1
MAX_TILES = 2**55  # more would need entry indices beyond 63 bits
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Tile(NamedTuple):
    """One tile: `level` 0-63 or ENTRIES for a bundle of entries, `n` its place, `width` 1-256."""

    level: int
    n: int
    width: int


def path(tile: Tile) -> str:
    """`tile/0/x001/x234/067`, with `.p/WIDTH` when it is not full."""
    digits = f"{tile.n:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    kind = "entries" if tile.level == ENTRIES else str(tile.level)
    end = f".p/{tile.width}" if tile.width < 256 else ""
    return f"tile/{kind}/" + "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]]) + end


def parse(text: str) -> Tile | None:
    """The tile that a path names, or None when it is not exactly the spelling of one."""
    match = _PATH.fullmatch(text)
    if match is None:
        return None
    level = ENTRIES if match[1] == "entries" else int(match[1])
    n = int(match[2].replace("/", "").replace("x", ""))
    tile = Tile(level, n, int(match[3] or 256))
    return tile if level <= 63 and n < MAX_TILES and path(tile) == text else None


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Every tile that a log of `size` entries publishes, bundles first; those unchanged `since` left out."""
    yield from _row(ENTRIES, size, since)
    level = 0
    while size >> 8 * level:
        yield from _row(level, size >> 8 * level, since >> 8 * level)
        level += 1


def _row(level: int, width: int, since: int) -> Iterator[Tile]:
    for n in range(since // 256, -(-width // 256)):
        yield Tile(level, n, min(256, width - 256 * n))


def belongs(text: str, size: int) -> bool:
    """Whether a log of `size` entries publishes a file of this name (partial tiles: only the last)."""
    tile = parse(text)
    if tile is None:
        return False
    row = size >> 8 * max(tile.level, 0)
    return 0 < tile.width == min(256, row - 256 * tile.n)
