"""Strict reading of a TOML file: what is asked for must be there, what is there must be asked for.

Every refusal names the file and the line, so that a county can mend its own book or calendar.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from huiyin.procedure import lines

T = TypeVar("T")


@dataclass(frozen=True)
class Text:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh

    def get(self, lang: str) -> str:
        return self.zh if lang.startswith("zh") else self.en


class TomlFault(Exception):
    """A file that cannot be used, with the place to mend: `file`, `line` (1 = first), `message`."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


class Document:
    """One TOML file: its values, its digest, and the line of each key."""

    def __init__(self, path: Path, fault: type[TomlFault]) -> None:
        self.file = str(path)
        self._fault = fault
        raw = self._bytes(path)
        self.digest = sha256(raw).hexdigest()
        self.language = "zh"
        self.data, self.lines = self._parse(raw)

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise self._fault(self.file, 1, f"cannot be read: {error.strerror}") from error

    def _parse(self, raw: bytes) -> tuple[dict[str, object], dict[lines.Path, int]]:
        try:
            text = raw.decode()
            return tomllib.loads(text), lines.lines_of(text)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise self._fault(self.file, line, "is not UTF-8 text") from error
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"at line (\d+)", str(error))
            line = int(found[1]) if found else raw.count(b"\n") + 1
            raise self._fault(self.file, line, f"is not TOML: {error}") from error

    def fault(self, path: lines.Path, message: str) -> TomlFault:
        """The fault at `path`, or at the nearest table around it when the key itself is missing."""
        while path not in self.lines:
            path = path[:-1]
        return self._fault(self.file, self.lines[path], message)

    def root(self) -> Table:
        return Table(self, (), self.data)


class Table:
    """One table, read key by key; `end` refuses whatever was left unread."""

    def __init__(self, document: Document, path: lines.Path, data: dict[str, object]) -> None:
        self.document = document
        self.path = path
        self._data = data
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def fault(self, message: str, *key: str | int) -> TomlFault:
        return self.document.fault((*self.path, *key), message)

    def end(self) -> None:
        for key in self._data:
            if key not in self._read:
                raise self.fault(f"unknown key “{key}”", key)

    def _take(self, key: str, kind: type[T], called: str) -> T:
        self._read.add(key)
        if key not in self._data:
            raise self.fault(f"“{key}” is missing")
        return self._typed(self._data[key], kind, called, key)

    def _typed(self, value: object, kind: type[T], called: str, *key: str | int) -> T:
        # bool is an int to Python; to a reader of the book it is not a number
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fault(f"“{key[0]}” must be {called}", *key)
        return value

    def string(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self._data:
            return default
        value = self._take(key, str, "text").strip()
        if not value:
            raise self.fault(f"“{key}” is empty", key)
        return value

    def one_of(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        value = self.string(key, default)
        if value not in allowed:
            raise self.fault(f"“{key}” is “{value}”; it must be one of {', '.join(sorted(allowed))}", key)
        return value

    def integer(self, key: str) -> int:
        return self._take(key, int, "a whole number")

    def integer_or_none(self, key: str) -> int | None:
        return self.integer(key) if key in self._data else None

    def flag(self, key: str, default: bool | None = None) -> bool:
        if default is not None and key not in self._data:
            return default
        return self._take(key, bool, "true or false")

    def day(self, key: str) -> date:
        value = self._take(key, object, "a date")
        try:
            return value if type(value) is date else date.fromisoformat(str(value))
        except ValueError as error:
            raise self.fault(f"“{key}” must be a date such as 2027-02-06", key) from error

    def strings(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        if default is not None and key not in self._data:
            return default
        values = self._take(key, list, "a list")
        return tuple(self._typed(v, str, "a list of words", key, i) for i, v in enumerate(values))

    def one_or_more(self, key: str) -> tuple[str, ...]:
        """A list of words, or one word alone."""
        return self.strings(key) if isinstance(self._data.get(key), list) else (self.string(key),)

    def text(self, key: str) -> Text:
        found = self.table(key)
        text = found.words()
        found.end()
        return text

    def words(self) -> Text:
        """This table's `zh` and `en`; where the document is in English, `en` serves for both."""
        english = self.string("en")
        return Text(self.string("zh", english if self.document.language == "en" else None), english)

    def text_or_none(self, key: str) -> Text | None:
        return self.text(key) if key in self._data else None

    def table(self, key: str) -> Table:
        return Table(self.document, (*self.path, key), self._take(key, dict, "a table"))

    def tables(self, key: str, default: bool = False) -> Iterator[Table]:
        """The tables of an array of tables; `default` allows there to be none."""
        if default and key not in self._data:
            return
        for index, value in enumerate(self._take(key, list, "a list of tables")):
            data = self._typed(value, dict, "a list of tables", key, index)
            yield Table(self.document, (*self.path, key, index), data)


def collect(tables: Iterator[Table], read: Callable[[Table], T], faults: list[TomlFault]) -> list[T]:
    """Read every table, keeping the faults of the bad ones, so that one look shows them all."""
    found: list[T] = []
    for table in tables:
        try:
            found.append(read(table))
            table.end()
        except TomlFault as fault:
            faults.append(fault)
    return found
