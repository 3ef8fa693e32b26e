"""One cell: as it is written, as it is read back, and as two of them are compared.

The value of a cell is text, a day, a moment or a number; None where it shows nothing. What is read is
compared in one plain form, so that a spreadsheet program that changes a format, or a person who types a date
in another way, has edited nothing.
"""

import base64
import re
import struct
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huiyin.intake import words
from huiyin.intake.dates import EARLIEST_YEAR, read_moment
from huiyin.papers.said import N_
from huiyin.papers.sheets import Cell, CellError
from huiyin.papers.workbooks import kept

Value = str | date | datetime | int | float | None

BROKEN = N_("This cell shows the error %(error)s of a formula.")
NOT_CALCULATED = N_("This formula has no result yet. Open the sheet in a spreadsheet program and save it.")
LUNAR = N_("This is a date of the lunar calendar. Write the day of the common calendar, like 2024-05-31.")
NO_DATE = N_("This is not a date. Write it like 2024-05-31 or 2024/5/31 9:30:00.")
NO_NUMBER = N_("This is not a number.")
TOO_EARLY = N_("This date is before %(year)s. Check the year.")

_LUNAR = re.compile("农历|阴历|旧历|[正腊冬闰]月|初[一二三四五六七八九十]|廿|月[一二三四五六七八九十]{1,3}$")
_NUMERALS = {sign: digit for digit, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0}
_ESCAPED = re.compile(r"_x005F(_x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Unread:
    """A cell that is not what its column holds: an English msgid and its parameters."""

    reason: str
    error: str = ""


def read(cell: Cell, kind: str) -> Value | Unread:
    """The value of a cell in a column of this kind, or why it has none."""
    if isinstance(cell, CellError):
        return Unread(BROKEN if cell else NOT_CALCULATED, str(cell))
    if cell is None or cell == "":
        return None
    if kind == "date" or kind == "moment":
        return _moment(cell, kind)
    if kind == "number":
        return _number(cell)
    return text(cell) or None


def text(cell: Cell) -> str:
    """A cell as a person reads it; one that shows nothing is empty."""
    if isinstance(cell, str):
        found = _ESCAPED.sub(r"\1", cell) if "_x005F" in cell else cell
        found = found.replace("\r\n", "\n").strip()
        return "" if words.is_blank(found) else found
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return str(cell)


def _moment(cell: Cell, kind: str) -> Value | Unread:
    if isinstance(cell, str):
        cell = unicodedata.normalize("NFKC", cell).strip()
        if words.is_blank(cell):
            return None
    found = read_moment(_in_digits(cell) if isinstance(cell, str) else cell)
    if found is None:
        return Unread(LUNAR if isinstance(cell, str) and _LUNAR.search(cell) else NO_DATE)
    if found.at.year < EARLIEST_YEAR:
        return Unread(TOO_EARLY)
    at = found.at.replace(tzinfo=None)
    return at.date() if kind == "date" else at.replace(second=0, microsecond=0)


def _in_digits(said: str) -> str:
    """A common date in Chinese numerals (二〇二四年五月三十一日) in digits; any other text as it stands."""
    found = re.fullmatch(
        r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]",
        said,
    )
    if not found:
        return said
    year = "".join(str(_NUMERALS[sign]) for sign in found[1])
    return f"{year}-{_below_100(found[2])}-{_below_100(found[3])}"


def _below_100(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + _NUMERALS.get(ones, 0)


def _number(cell: Cell) -> Value | Unread:
    if isinstance(cell, bool):
        return Unread(NO_NUMBER)
    if isinstance(cell, int | float):
        return int(cell) if float(cell).is_integer() else cell
    said = unicodedata.normalize("NFKC", text(cell)).replace(",", "").strip()
    found = re.fullmatch(r"(-?\d{1,9})(?:\.0+)?\s*[人件次个批份天日]?", said)
    if found:
        return int(found[1])
    return Unread(NO_NUMBER) if said else None


def written(value: Value) -> Value:
    """What stands in the cell of a made sheet."""
    return kept(value).strip() if isinstance(value, str) else value


def plain(value: Value | Unread) -> str:
    """The form in which two values are the same."""
    if value is None:
        return ""
    if isinstance(value, str):
        return kept(value).strip()
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.error or value.reason if isinstance(value, Unread) else str(value)


# --- the mark -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """What a made row remembers of itself: the fact it shows (0: none), how far its case had come, a checksum
    of each cell, and the reference of what has no number. It finds edits; it protects nothing."""

    entry: int
    seq: int
    sums: tuple[int, ...]
    ref: str = ""

    def edited(self, values: Sequence[Value | Unread]) -> list[int]:
        """Columns whose cell is no longer what was written there."""
        return [i for i, (was, value) in enumerate(zip(self.sums, values, strict=True)) if was != _sum(value)]


def mark(entry: int, seq: int, cells: Sequence[Value], ref: str = "") -> str:
    """The mark of a row of `written` cells."""
    sums = [
        zlib.crc32(one.encode("utf-8", "replace")) if isinstance(one, str) else _sum(one) for one in cells
    ]
    return f"h1.{entry}.{seq}.{ref}.{base64.b64encode(struct.pack(f'>{len(sums)}I', *sums)).decode()}"


def read_mark(cell: Cell, columns: int) -> Mark | None:
    """The mark of a made row; None where there is none that this version can read."""
    found = (
        re.fullmatch(r"h1\.(\d{1,18})\.(\d{1,9})\.(\w{0,40})\.([A-Za-z0-9+/=]+)", cell)
        if isinstance(cell, str)
        else None
    )
    if not found:
        return None
    try:
        packed = base64.b64decode(found[4], validate=True)
        return Mark(int(found[1]), int(found[2]), struct.unpack(f">{columns}I", packed), found[3])
    except (ValueError, struct.error):
        return None


def _sum(value: Value | Unread) -> int:
    if value is None:
        return 0  # what the checksum of nothing is
    return zlib.crc32(plain(value).encode("utf-8", "replace"))
