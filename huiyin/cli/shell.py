"""What every command needs: Django started, keys checked, progress shown."""

import argparse
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any


class Fault(Exception):
    """Something the caller has to put right; the message is all that is shown."""


Commands = Any  # argparse's subparsers action has no public name
NOT_SET_UP = "the database is not set up (or is older than this version); run: huiyin init"


def command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int | None], help_: str, example: str
) -> argparse.ArgumentParser:
    """A subcommand whose `--help` ends with an example."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_,
        description=help_,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    return made


def group(commands: Commands, name: str, dest: str, help_: str, example: str) -> Commands:
    """A command that is only a name for others; its `--help` ends with an example too."""
    made = commands.add_parser(
        name,
        help=help_,
        description=help_,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made.add_subparsers(dest=dest, metavar=dest.upper(), required=True)


def existing_file(text: str) -> Path:
    """An argument that must name a file; anything else is a wrong call, told before anything is done."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def day(text: str) -> date:
    """An argument that is a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-09-30") from None


def say_erased(clean: bool) -> None:
    """Whether the old bytes are gone as well."""
    if not clean:
        print(
            "erased; the database was busy, so old bytes stay until: huiyin doctor --scrub", file=sys.stderr
        )


def now() -> datetime:
    """The clock of the system: the one place where commands read it."""
    return datetime.now(UTC)


def start() -> None:
    """Start Django, or say in words what is wrong with the settings."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as fault:
        raise Fault(str(fault)) from None


def ready(*, books: bool = True) -> None:
    """Start Django on a data folder that `huiyin init` made; keys present and ours, books as they were."""
    start()
    from django.db import OperationalError, connection

    from huiyin.casework import health

    require_folder()
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        raise Fault(NOT_SET_UP)  # connecting would leave an empty database behind
    try:
        behind = is_older()
    except OperationalError:
        raise Fault("the database cannot be opened; is HUIYIN_DATA or HUIYIN_DATABASE_URL right?") from None
    if behind:
        raise Fault(NOT_SET_UP)
    try:
        health.prepare()
        if books:
            health.check_books()
    except health.Trouble as fault:
        raise Fault(str(fault)) from None


def is_older() -> bool:
    """Whether the database is of an older version than this one, or empty."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def require_folder() -> None:
    from django.conf import settings

    if not settings.HUIYIN_DATA.is_dir():
        raise Fault(f"there is no data folder {settings.HUIYIN_DATA}; run: huiyin init")


def in_words(error: Exception) -> str:
    """What went wrong, in words. A message of ours is passed on; any other could hold a secret."""
    from django.apps import apps

    if apps.ready and (said := _of_ours(error)):
        return said
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}: {error.filename or 'no file named'}"
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"internal error, please report: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
    )


def _of_ours(error: Exception) -> str:
    from django.db import DatabaseError

    from huiyin.casework import health
    from huiyin.ledger.tiles import Tampered

    if isinstance(error, (Tampered, *health.Trouble)):
        return f"refused: {error}"
    if isinstance(error, DatabaseError):
        return f"the database refused ({type(error).__name__}); what was not yet reported done was not saved"
    return ""


def progress(label: str, quiet: bool = False) -> Callable[..., None]:
    """A counter on standard error, for people: silent when that is not a terminal."""
    shown = sys.stderr.isatty() and not quiet

    def show(done: int, total: int = 0) -> None:
        if shown:
            of = f" of {total:,}" if total else ""
            print(f"\r{label}: {done:,}{of}", end="", file=sys.stderr, flush=True)

    return show
