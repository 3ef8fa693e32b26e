"""An arrival as a form or the counter gives it: a `Filing`, a separate `Person`, or faults a person can mend.

A fault's `reason` is an English msgid with `params`; faces translate it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from typing import Any

from huiyin.intake import words
from huiyin.intake.dates import EARLIEST_YEAR, read_date
from huiyin.papers import pictures
from huiyin.papers.said import N_

BODY_SHORTEST, BODY_LONGEST = 10, 20_000
TITLE_LONGEST = 200
REQUESTS_MOST, REQUEST_LONGEST = 20, 1_000
LINE_LONGEST = 300
NUMBER_LONGEST = 80
FILES_MOST, FILE_BYTES = 6, 10 * 1024 * 1024


@dataclass(frozen=True)
class Attachment:
    """A paper as it was handed in; `mime` was told from the bytes, never from the name."""

    name: str
    mime: str
    data: bytes = attribute(repr=False)


@dataclass(frozen=True)
class Filing:
    """What the matter is, without who brings it. Codes are those of the book, the offices and the places."""

    title: str
    body: str
    requests: tuple[str, ...]
    place: str
    place_detail: str
    occurred: str
    occurred_on: date | None
    category: str
    purpose: str
    channel: str
    received_on: date
    respondents: tuple[str, ...] = ()
    respondent_officers: tuple[str, ...] = ()
    keep_name: bool = False
    attachments: tuple[Attachment, ...] = ()
    source_number: str = ""
    language: str = "zh-hans"

    def __repr__(self) -> str:
        return f"<Filing {self.channel} {self.received_on}>"


@dataclass(frozen=True)
class Person:
    """Who brings it; nobody is None. Kept sealed, apart from the matter."""

    name: str
    phone: str = ""
    address: str = ""
    id_number: str = ""

    def __repr__(self) -> str:
        return "<Person>"


@dataclass(frozen=True)
class Fault:
    """What is wrong with `field`: an English msgid for a petitioner or clerk, and its parameters."""

    field: str
    reason: str
    params: Mapping[str, object] = attribute(default_factory=dict)

    def __str__(self) -> str:
        return self.reason % self.params


@dataclass(frozen=True)
class Codes:
    """The code lists a filing may use; `offices` and `officers` are whom it may name as respondents."""

    purposes: Collection[str]
    channels: Collection[str]
    categories: Collection[str]
    places: Collection[str] = ()
    offices: Collection[str] = ()
    officers: Collection[str] = ()


@dataclass(frozen=True)
class Arrival:
    filing: Filing
    person: Person | None


def read_filing(
    data: Mapping[str, Any], codes: Codes, today: date, files: Sequence[tuple[str, bytes]] = ()
) -> Arrival | list[Fault]:
    """The arrival in `data`, or every fault found in it.

    `data` has the names of `Filing`'s and `Person`'s fields (the person's: name, phone, address, id_number);
    what is absent counts as empty. `requests` is a list, or text with one request a line. `files` are
    (name, bytes). The body is kept as written, less control characters.
    """
    reading = _Reading(data)
    filing = Filing(
        title=reading.line("title", TITLE_LONGEST, N_("Say in one line what it is about.")),
        body=reading.body(),
        requests=reading.requests(),
        place=reading.code("place", codes.places),
        place_detail=reading.line("place_detail", LINE_LONGEST),
        occurred=reading.line("occurred", LINE_LONGEST),
        occurred_on=reading.day("occurred_on", today),
        category=reading.code("category", codes.categories),
        purpose=reading.code(
            "purpose", codes.purposes, N_("Choose what this is: a request, a complaint, advice…")
        ),
        channel=reading.code("channel", codes.channels, N_("Choose how it arrived.")),
        received_on=reading.day("received_on", today) or today,
        respondents=reading.many("respondents", codes.offices),
        respondent_officers=reading.many("respondent_officers", codes.officers),
        keep_name=reading.flag("keep_name"),
        attachments=reading.attachments(files),
        source_number=reading.line("source_number", NUMBER_LONGEST),
        language=reading.line("language", LINE_LONGEST) or "zh-hans",
    )
    person = reading.person()
    return reading.faults or Arrival(filing, person)


class _Reading:
    """Reads one field after another and remembers what was wrong."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.faults: list[Fault] = []

    def fault(self, name: str, reason: str, **params: object) -> None:
        self.faults.append(Fault(name, reason, params))

    def text(self, name: str) -> str:
        value = self.data.get(name)
        return "" if value is None else str(value)

    def line(self, name: str, longest: int, missing: str = "") -> str:
        text = words.one_line(self.text(name))
        if words.is_blank(text):
            if missing:
                self.fault(name, missing)
            return ""
        if len(text) > longest:
            self.fault(
                name,
                N_("At most %(longest)d characters; this has %(length)d."),
                longest=longest,
                length=len(text),
            )
        return text

    def body(self) -> str:
        text = words.clean_text(self.text("body"))
        length = len(text.strip())
        if words.is_blank(text):
            self.fault("body", N_("Write what happened."))
        elif length < BODY_SHORTEST:
            reason = N_(
                "Write at least %(shortest)d characters, so that the office can understand what happened."
            )
            self.fault("body", reason, shortest=BODY_SHORTEST)
        elif len(text) > BODY_LONGEST:
            reason = N_("At most %(longest)d characters; this has %(length)d. Attach the rest as a file.")
            self.fault("body", reason, longest=BODY_LONGEST, length=len(text))
        return text

    def requests(self) -> tuple[str, ...]:
        given = self.data.get("requests") or ()
        lines = given.splitlines() if isinstance(given, str) else [str(line) for line in given]
        requests = tuple(text for text in map(words.one_line, lines) if not words.is_blank(text))
        if not requests:
            self.fault("requests", N_("Say what you ask for."))
        if len(requests) > REQUESTS_MOST:
            self.fault("requests", N_("At most %(most)d requests in one filing."), most=REQUESTS_MOST)
        if any(len(text) > REQUEST_LONGEST for text in requests):
            self.fault(
                "requests", N_("Each request has at most %(longest)d characters."), longest=REQUEST_LONGEST
            )
        return requests

    def code(self, name: str, known: Collection[str], missing: str = "") -> str:
        code = words.one_line(self.text(name))
        if code and code not in known:
            self.fault(name, N_("Choose one of the list."))
        if not code and missing:
            self.fault(name, missing)
        return code

    def many(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        given = self.data.get(name) or ()
        asked: Iterable[object] = given.split(",") if isinstance(given, str) else given
        codes = tuple(dict.fromkeys(str(code).strip() for code in asked if str(code).strip()))
        if any(code not in known for code in codes):
            self.fault(name, N_("Choose from the list."))
        return codes

    def day(self, name: str, today: date) -> date | None:
        value = self.data.get(name)
        if value is None or not str(value).strip():
            return None
        day = read_date(value)
        if day is None:
            self.fault(name, N_("This is not a date. Write it like 2024-05-31."))
        elif day > today:
            self.fault(name, N_("This date is in the future."))
        elif day.year < EARLIEST_YEAR:
            self.fault(name, N_("This date is before %(year)s. Check the year."), year=str(EARLIEST_YEAR))
        return day

    def flag(self, name: str) -> bool:
        value = self.data.get(name)
        return value if isinstance(value, bool) else str(value or "").lower() in {"1", "on", "yes", "true"}

    def attachments(self, files: Sequence[tuple[str, bytes]]) -> tuple[Attachment, ...]:
        if len(files) > FILES_MOST:
            self.fault("attachments", N_("At most %(most)d files."), most=FILES_MOST)
            return ()
        read = [self._attachment(name, data) for name, data in files]
        return tuple(attachment for attachment in read if attachment)

    def _attachment(self, name: str, data: bytes) -> Attachment | None:
        shown = file_name(name)
        try:
            mime = pictures.kind(data, max_bytes=FILE_BYTES)
        except pictures.PictureFault as fault:
            self.fault("attachments", fault.reason, **fault.params, file=shown)
            return None
        return Attachment(shown, mime, data)

    def person(self) -> Person | None:
        person = Person(
            name=self.line("name", 100),
            phone=self._phone(),
            address=self.line("address", LINE_LONGEST),
            id_number=self._id_number(),
        )
        return person if any((person.name, person.phone, person.address, person.id_number)) else None

    def _phone(self) -> str:
        phone = unicodedata.normalize("NFKC", self.line("phone", LINE_LONGEST))
        digits = sum(char.isdigit() for char in phone)
        if phone and not (5 <= digits <= 24 and re.fullmatch(r"[0-9+\-() /,;转#*]+", phone)):
            self.fault("phone", N_("This is not a telephone number. Use digits, for example 0571 8888 8888."))
        return phone

    def _id_number(self) -> str:
        number = re.sub(
            r"[\s-]", "", unicodedata.normalize("NFKC", self.line("id_number", LINE_LONGEST))
        ).upper()
        if number and not _plausible_id(number):
            self.fault("id_number", N_("This identity number cannot be right. Compare it with the card."))
        return number


def file_name(name: str) -> str:
    """The last part of a file's name, on one line, at most 120 characters with its ending kept."""
    last = words.one_line(name.replace("\\", "/").rpartition("/")[2]) or "file"
    stem, dot, ending = last.rpartition(".")
    return last if len(last) <= 120 else f"{(stem or ending)[:100]}{dot}{ending[:16]}"


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _plausible_id(number: str) -> bool:
    """GB 11643-1999 for 18 characters; passports, permits and the old 15 digits by their alphabet."""
    if re.fullmatch(r"[0-9]{17}[0-9X]", number):
        total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
        return "10X98765432"[total % 11] == number[17]
    return bool(re.fullmatch(r"[0-9A-Z()]{5,20}", number)) and not re.fullmatch(r"[0-9]{16,20}", number)
