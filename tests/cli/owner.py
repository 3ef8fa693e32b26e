"""Whoever owns the machine: copies an installation, runs any SQL, takes its guards off by force."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests import databases
from tests.environment import SERVER
from tests.installation import Installation

REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
GUARDED = ("ledger_fact", "ledger_entry", "ledger_checkpoint", "ledger_tile")


def sql(office: Installation, *statements: str) -> list[tuple[Any, ...]]:
    """Run plain SQL past the product, each statement for itself; what the last one gives."""
    with closing(_connect(office)) as connection:
        found: list[tuple[Any, ...]] = []
        for statement in statements:
            cursor = connection.execute(statement)
            found = cursor.fetchall() if cursor.description else []
        return found


def _connect(office: Installation) -> Any:
    if SERVER:
        return psycopg.connect(office.environment["HUIYIN_DATABASE_URL"], autocommit=True)
    return sqlite3.connect(office.data / "huiyin.sqlite3", isolation_level=None)


def everything(office: Installation) -> dict[str, list[str]]:
    """Every row of every table."""
    tables = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if SERVER
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: sorted(map(repr, sql(office, f'SELECT * FROM "{name}"'))) for (name,) in sql(office, tables)
    }


@contextmanager
def copy_of(office: Installation, folder: Path) -> Iterator[Installation]:
    """The whole installation once more, its keys and its database included, below `folder` (empty)."""
    data = folder / "data"
    shutil.copytree(office.data, data)
    environment = office.environment | {"HUIYIN_DATA": str(data)}
    if not SERVER:
        yield Installation(data, environment)
        return
    name = f"huiyin_{os.getpid()}_{folder.name}".replace("-", "_").lower()[:63]
    databases.create(name, urlsplit(environment["HUIYIN_DATABASE_URL"]).path.lstrip("/"))
    try:
        yield Installation(data, environment | {"HUIYIN_DATABASE_URL": databases.url(name)})
    finally:
        databases.drop(name)


@contextmanager
def unguarded(office: Installation, *, put_back: bool = True) -> Iterator[None]:
    """Without a trigger on any table of the ledger; `put_back` hides afterwards that they were gone."""
    off, on = _postgresql(office) if SERVER else _sqlite(office)
    sql(office, *off)
    yield
    if put_back:
        sql(office, *on)


def _sqlite(office: Installation) -> tuple[list[str], list[str]]:
    found = sql(office, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    assert found
    return [f"DROP TRIGGER {name}" for name, _ in found], [text for _, text in found]


def _postgresql(office: Installation) -> tuple[list[str], list[str]]:
    found = sql(
        office,
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    )
    assert {enabled for _, _, enabled in found} <= {"A", b"A"}
    off = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name, _ in found]
    return off, [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name, _ in found]
