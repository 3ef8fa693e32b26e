"""Facts to try the ledger with, and the tools of somebody who owns the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

from huiyin.ledger import triggers
from huiyin.ledger.facts import Draft, append, writing

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, UTC)
KIND = "petition.filed.1"


def draft(case: str = "", seq: int = 1, note: str = "") -> Draft:
    case = case or os.urandom(8).hex()
    clear = {"case": case, "kind": KIND, "note": note, "recorded_at": NOW.isoformat(), "seq": seq}
    public = {"case": case, "kind": KIND, "office": "bureau", "v": 1}
    return Draft(case, seq, KIND, NOW, clear, public, os.urandom(32), b"sealed")


def record(count: int = 1) -> list[int]:
    """Commit so many facts of new cases; their ids."""
    with writing():
        return append([draft() for _ in range(count)])


def run(statement: str, *parameters: object) -> int:
    """One plain SQL statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]
        return int(cursor.rowcount)


@contextmanager
def unguarded(*, put_back: bool = True) -> Iterator[None]:
    """Take the guards off by force, as whoever owns the schema can; `put_back` hides it afterwards."""
    disable()
    yield
    if put_back:
        enable()


def disable() -> None:
    for table in triggers.TABLES if connection.vendor == "postgresql" else ():
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for name in triggers.SQLITE if connection.vendor == "sqlite" else ():
        run(f"DROP TRIGGER {name}")


def enable() -> None:
    for statement in triggers.SQLITE.values() if connection.vendor == "sqlite" else ():
        run(statement)
    for name, statement in triggers.POSTGRESQL.items() if connection.vendor == "postgresql" else ():
        table = statement.partition(" ON ")[2].split()[0]
        run(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
