"""Cursors: where a page ended, written so that nobody builds on what is in them."""

import base64
import binascii
import json
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from huiyin.api.problems import Problem

LONGEST = 200
Day = TypeVar("Day", bound=date)


def write(*parts: Any) -> str:
    """A cursor for the values after which the next page begins."""
    told = [part.isoformat() if isinstance(part, date) else part for part in parts]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def read(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The values of a cursor, each of its kind; the problem `cursor` for anything else."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        parts = json.loads(raw)
        if not isinstance(parts, list) or len(parts) != len(kinds) or len(cursor) > LONGEST:
            raise ValueError
        return tuple(_read(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, binascii.Error, UnicodeError, RecursionError):
        raise Problem("cursor") from None


def _read(part: Any, kind: type) -> Any:
    if kind is datetime:
        at = datetime.fromisoformat(part)
        if at.tzinfo is None:
            raise ValueError
        return _within(at.astimezone(UTC))
    if kind is date:
        return _within(date.fromisoformat(part))
    # 63 bits: what both databases compare with
    fits = 0 <= part < 2**63 if isinstance(part, int) else b"\0" not in str(part).encode()
    if type(part) is not kind or not fits:
        raise ValueError
    return part


def _within(day: Day) -> Day:
    # Both databases take days beyond; the arithmetic with time zones on the way there does not.
    if not 1900 < day.year < 9000:
        raise ValueError
    return day
