"""Fresh databases for tests: an empty migrated one is made once and copied whenever a test needs its own.

Facts cannot be deleted, so no test cleans up behind itself by emptying tables: the whole database is
replaced. On SQLite that is a file beside the keys, on PostgreSQL a database made from a template.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from huiyin.casework import health
from huiyin.ledger import sequencer
from tests.environment import DATA, PLACE, SERVER

LIVE = f"huiyin_{os.getpid()}"
TEMPLATE = f"{LIVE}_template"


def url(name: str) -> str:
    """The address of database `name` on the server the tests run against ('' on SQLite)."""
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")) if SERVER else ""


def command(statement: str, *names: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def create(name: str, template: str = "template0") -> None:
    command("CREATE DATABASE {} TEMPLATE {}", name, template)


def drop(name: str) -> None:
    command("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def quieten() -> None:
    """Let this process's sequencer finish with the old database and expect another one."""
    with suppress(Exception):  # the test may have broken the log on purpose
        sequencer.wait([])
    sequencer.forget()
    connections.close_all()
    tidy()


def tidy() -> None:
    """Leave in HUIYIN_DATA only what the next test starts from: the keys and the database."""
    for path in DATA.iterdir():
        if path.is_dir() and path.name != "keys":
            shutil.rmtree(path)
        elif path.is_file() and not path.name.startswith("huiyin.sqlite3"):
            path.unlink()


class SQLite:
    """The file the settings name, in WAL mode like in production."""

    def __init__(self) -> None:
        self.file = DATA / "huiyin.sqlite3"
        self.template = PLACE / "template.sqlite3"

    def prepare(self) -> None:
        call_command("migrate", verbosity=0)
        health.make_keys()
        connections.close_all()  # the last connection folds the write-ahead log into the file
        shutil.copyfile(self.file, self.template)

    def renew(self) -> None:
        quieten()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)

    def remove(self) -> None:
        quieten()


class PostgreSQL:
    def prepare(self) -> None:
        create(LIVE)
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = LIVE
        call_command("migrate", verbosity=0)
        health.make_keys()
        connections.close_all()
        create(TEMPLATE, LIVE)

    def renew(self) -> None:
        quieten()
        drop(LIVE)
        create(LIVE, TEMPLATE)

    def remove(self) -> None:
        quieten()
        drop(LIVE)
        drop(TEMPLATE)


def chosen() -> SQLite | PostgreSQL:
    return PostgreSQL() if SERVER else SQLite()
