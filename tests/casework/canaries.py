"""Words to look for, and every byte that Huiyin keeps, so that a test can look for them there."""

import base64
import json
from collections.abc import Iterable, Iterator

from django.db import connection

from tests.environment import DATA, SERVER


def spellings(text: str) -> set[bytes]:
    """`text` as a file could hold it: three Unicode forms, escaped, and inside base64 at any offset."""
    plain = text.encode()
    found = {plain, text.encode("utf-16-le"), text.encode("utf-16-be"), json.dumps(text)[1:-1].encode()}
    found |= {plain.hex().encode(), plain.hex().upper().encode()}
    return found | set(_in_base64(plain)) | set(_in_base64(text.encode("utf-16-le")))


def _in_base64(data: bytes) -> Iterator[bytes]:
    """What base64 shows of `data` wherever it begins: the groups that only its own bytes decide."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).rstrip(b"=")
        yield encoded[4 if offset else 0 : -4]


def kept() -> dict[str, bytes]:
    """Everything on disk below HUIYIN_DATA but the keys, and on PostgreSQL every row of every table."""
    found = {
        str(path.relative_to(DATA)): path.read_bytes()
        for path in sorted(DATA.rglob("*"))
        if path.is_file() and path.parent.name != "keys"
    }
    if SERVER:
        found |= {name: b"\n".join(_cells(name)) for name in connection.introspection.table_names()}
    return found


def _cells(table: str) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        for row in cursor.fetchall():
            for value in row:
                yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def found_in(places: dict[str, bytes], texts: Iterable[str | bytes]) -> list[str]:
    """`place: text` for each text, in any of its spellings, that a place holds."""
    return [
        f"{place}: {text!r}"
        for text in texts
        for spelling in (spellings(text) if isinstance(text, str) else {text})
        for place, data in places.items()
        if spelling in data
    ]
