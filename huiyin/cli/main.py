"""The `huiyin` command. Exit codes: 0 done, 1 found faults, 2 wrong call."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from huiyin.cli.shell import Fault, in_words

EXAMPLES = """examples:
  huiyin init                         a data folder, keys and database for a one-office county
  huiyin demo                         the seeded county of Linjiang on http://127.0.0.1:8000/
  huiyin import letters letters.xlsx  take in a sheet of letters
  huiyin publish log/ && huiyin check log/
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Every command with its options; docs are checked against it."""
    from huiyin.cli import (
        api,
        bench,
        books,
        case,
        figures,
        letters,
        log,
        notices,
        office,
        post,
        rounds,
        sheet,
        simulate,
    )

    root = _Parser(
        prog="huiyin",
        description="Huiyin 回音: a grievance-redress system whose answers anyone can check.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for room in (
        office,
        letters,
        case,
        log,
        books,
        notices,
        rounds,
        sheet,
        post,
        figures,
        simulate,
        api,
        bench,
    ):
        room.add(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    # Whatever this process writes (database, keys, exports) is for its owner only.
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except Fault as fault:
        print(f"huiyin: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("huiyin: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # a person at a console is told in words, never with a stack trace
        print(f"huiyin: {in_words(error)}", file=sys.stderr)
        return 1
