"""What a writer was told: a line when it sends, a line when the answer has come, each in one write."""

import json
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any


class Journal:
    """One thread's journal. What was written outlives the process that wrote it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def sends(self, token: str) -> None:
        self._write({"token": token})

    def acknowledges(self, token: str, **answer: Any) -> None:
        self._write({"token": token, **answer})

    def close(self) -> None:
        os.close(self._file)

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Its lines; the last one only if it is whole."""
    if path.exists():
        *lines, _torn = path.read_bytes().split(b"\n")
        yield from map(json.loads, lines)


def tokens(path: Path, *, endless: bool = True) -> Iterator[str]:
    """What the journal's sender has to send: the tokens that stand in it when it begins, then new ones."""
    yield from [line["token"] for line in read(path)]
    if endless:
        yield from (f"{path.name}.{number}" for number in count())
