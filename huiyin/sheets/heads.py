"""Finds the heads of a sheet by what they mean, among merged titles, heads of two lines and blank columns.

Columns about watching persons are left out whatever a head is combined with, and no remembered mapping brings
them in (design, section 2, rule 6).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from huiyin.intake import letters, words
from huiyin.papers.said import N_
from huiyin.papers.sheets import Cell, Row, column_name
from huiyin.sheets.layout import MARK, Layout

WITHIN = 12  # rows in which the heads are looked for
HEAD_LONGEST = 60

WATCHES = letters.WATCHES
ABOUT_A_PERSON = N_("This sheet is about matters. Columns about the person are not taken in.")
UNUSED = N_("This column has no place in this sheet.")
NO_HEADS = N_("The heads of this sheet were not found in the first %(rows)d rows. Found: %(found)s.")
# Ratings of risk are ratings of people in the tables that have them.
RISK = ("风险等级", "风险评级", "风险研判", "风险类别", "危险等级", "敏感程度")


@dataclass(frozen=True)
class LeftOut:
    """A column that is not read, and why."""

    sheet: str
    column: str
    title: str
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def watching(self) -> bool:
        return self.reason in (WATCHES, ABOUT_A_PERSON)


@dataclass(frozen=True)
class Heads:
    """Which cell of a row belongs to which column of the layout. `last`: the row of the heads, from 1."""

    sheet: str
    last: int
    titles: tuple[str, ...]
    columns: Mapping[int, int]
    mark: int | None
    left_out: tuple[LeftOut, ...]

    def repeated(self, cells: Sequence[Cell]) -> bool:
        """Whether a row is the heads once more, as on every printed page of a long sheet."""
        own = [place for place in self.columns.values() if place < len(cells)]
        same = sum(_line(cells[place]) == self.titles[place] for place in own)
        return same > 1 and same * 2 > len(self.columns)


def watches(title: str) -> bool:
    """Whether a column of this title is about watching or rating people, in any sheet."""
    flat = letters.plain(title)
    return letters.watches(title) or any(word in flat for word in RISK)


def find(
    rows: Iterator[Row], layout: Layout, remembered: Mapping[str, str]
) -> tuple[Heads | None, list[Row]]:
    """The heads of one sheet, and the rows looked at that stand below them."""
    looked: list[Row] = []
    best: Heads | None = None
    for row in rows:
        looked.append(row)
        for found in _tries(looked, layout, remembered):
            if best is None or len(found.columns) > len(best.columns):
                best = found
        if len(looked) == WITHIN:
            break
    if best is None or not _enough(best, layout):
        return None, looked
    return best, [row for row in looked if row[1] > best.last]


def _enough(heads: Heads, layout: Layout) -> bool:
    """At least two columns, one of which says which matter a row is about."""
    known = {layout.columns[column] for column in heads.columns}
    telling = (c.id == "number" or c.words or c.new in ("body", "title", "day") for c in known)
    return len(known) > 1 and any(telling)


def _tries(looked: Sequence[Row], layout: Layout, remembered: Mapping[str, str]) -> Iterator[Heads]:
    """The newest row as heads, alone and below the one above it."""
    sheet, number, cells = looked[-1]
    below = [_line(cell) for cell in cells]
    yield _heads(sheet, number, [(title,) for title in below], layout, remembered)
    if len(looked) > 1 and looked[-2][1] == number - 1:
        above = _spread([_line(cell) for cell in looked[-2][2]], below)
        wide = max(len(above), len(below))
        pairs = zip(_to(above, wide), _to(below, wide), strict=True)
        yield _heads(sheet, number, [_names(up, down) for up, down in pairs], layout, remembered)


def _line(cell: Cell) -> str:
    return words.one_line(cell) if isinstance(cell, str) else ""


def _to(titles: Sequence[str], wide: int) -> list[str]:
    return [*titles, *[""] * (wide - len(titles))]


def _spread(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """A merged head stands in the first of its cells: over each cell below it that has a head of its own."""
    found: list[str] = []
    for place in range(max(len(above), len(below))):
        own = above[place] if place < len(above) else ""
        under = place < len(below) and below[place]
        found.append(own or (found[-1] if found and under else ""))
    return found


def _names(up: str, down: str) -> tuple[str, ...]:
    """What a column under a head of two lines may be called, the surest name first."""
    return tuple(name for name in (f"{up}{down}" if up and down else "", down, up) if name)


def _heads(
    sheet: str,
    number: int,
    names: Sequence[tuple[str, ...]],
    layout: Layout,
    remembered: Mapping[str, str],
) -> Heads:
    columns: dict[int, int] = {}
    ranks: dict[int, int] = {}
    out: dict[int, str] = {}
    mark = None
    for place, titles in enumerate(names):
        if not any(titles):
            continue
        if reason := _refusal(titles, layout):
            out[place] = reason
        elif titles[-1] in (MARK.zh, MARK.en):
            mark = place
        elif (found := _meaning(titles, layout, remembered)) is None:
            out[place] = UNUSED
        else:
            column, rank = found
            if rank < ranks.get(column, 1_000):
                if column in columns:
                    out[columns[column]] = UNUSED
                columns[column], ranks[column] = place, rank
            else:
                out[place] = UNUSED
    titles = tuple(next((t for t in reversed(one) if t), "") if len(one) < 3 else one[1] for one in names)
    left = tuple(LeftOut(sheet, column_name(p), titles[p][:HEAD_LONGEST], out[p]) for p in sorted(out))
    return Heads(sheet, number, titles, columns, mark, left)


def _refusal(titles: Iterable[str], layout: Layout) -> str:
    for title in titles:
        if watches(title):
            return WATCHES
        if layout.leaves_out(title) and letters.plain(title) not in layout.heads:
            return ABOUT_A_PERSON
    return ""


def _meaning(titles: Sequence[str], layout: Layout, remembered: Mapping[str, str]) -> tuple[int, int] | None:
    """(column of the layout, rank), by what was remembered for this head, else by its names."""
    for title in titles:
        flat = letters.plain(title)
        if (chosen := remembered.get(flat, "")) in layout.index:
            return layout.index[chosen], -1
    for title in titles:
        flat = letters.plain(title)
        found = layout.heads.get(flat) or layout.heads.get(re.sub(r"\([^)]*\)", "", flat))
        if found:
            return found
    return None


def no_heads(looked: Sequence[Row]) -> Mapping[str, object]:
    """What to say where no heads were found: short words only, for a cell may hold somebody's data."""
    titles = (_line(cell) for _, _, cells in looked for cell in cells)
    short = [t for t in titles if 0 < len(t) <= 8 and not re.search(r"\d", t)]
    return {"rows": WITHIN, "found": "、".join(list(dict.fromkeys(short))[:12]) or "-"}
