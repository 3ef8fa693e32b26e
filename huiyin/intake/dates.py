"""Dates as people and sheets write them, read as Asia/Shanghai."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
EARLIEST_YEAR = 1949
_SERIAL_ZERO = datetime(1899, 12, 30)  # what Excel counts days from, its 29 February 1900 included
_SERIALS = (18_000, 110_000)  # 1949 to 2201; other numbers in a date column are no dates

_WRITTEN = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"(?:[T,\s]*(?:(?:星期|周)[一二三四五六日天])?\s*(?P<half>上午|下午|AM|PM)?\s*"
    r"(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})\s*分?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?\s*(?P<later>AM|PM)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)"
    r"(?:\s*(?P<hour>[0-2]\d):?(?P<minute>[0-5]\d):?(?P<second>[0-5]\d)?)?"
)


@dataclass(frozen=True)
class Moment:
    """`at` is aware, Asia/Shanghai; a date without a time counts from 00:00 and has `date_only`."""

    at: datetime
    date_only: bool


def read_moment(value: object) -> Moment | None:
    """A date cell, a sheet's serial number or written text as a `Moment`; None when it is no date."""
    if isinstance(value, datetime):
        return Moment(_placed(value), value.time() == time())
    if isinstance(value, date):
        return Moment(datetime.combine(value, time(), ZONE), True)
    if isinstance(value, bool) or value is None:
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return _from_text(text) or _from_serial(text)


def read_date(value: object) -> date | None:
    """The day of `read_moment`."""
    moment = read_moment(value)
    return moment.at.date() if moment else None


def _placed(value: datetime) -> datetime:
    return value.replace(tzinfo=ZONE) if value.tzinfo is None else value.astimezone(ZONE)


def _from_text(text: str) -> Moment | None:
    found = _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text)
    if not found:
        return None
    parts = found.groupdict()
    try:
        at = datetime(
            int(parts["year"]),
            int(parts["month"]),
            int(parts["day"]),
            _hour(int(parts["hour"] or 0), parts.get("half") or parts.get("later")),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
        )
        zone = parts.get("zone")
        at = datetime.fromisoformat(f"{at.isoformat()}{zone}") if zone else at
        return Moment(_placed(at), parts["hour"] is None)
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str | None) -> int:
    half = (half or "").upper()
    if half in {"下午", "PM"} and hour < 12:
        return hour + 12
    return 0 if half == "AM" and hour == 12 else hour


def _from_serial(text: str) -> Moment | None:
    try:
        serial = float(text)
    except ValueError:
        return None
    if not _SERIALS[0] <= serial < _SERIALS[1]:
        return None
    at = _SERIAL_ZERO + timedelta(seconds=round(serial * 86_400))
    return Moment(_placed(at), at.time() == time())
