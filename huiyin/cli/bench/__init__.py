"""`huiyin bench NAME`: speed, each figure beside a limit taken in the same run. Never asserted in tests."""

import argparse
import json
from collections.abc import Callable, Iterator
from typing import Any

from huiyin.cli.shell import Commands, command

NAMES = ("register", "import", "check", "inbox", "sheet", "desk", "post")


def add(commands: Commands) -> None:
    made = command(
        commands,
        "bench",
        bench,
        "Measure one thing, several times, in a throw-away data folder.",
        "huiyin bench register --json",
    )
    made.add_argument("name", choices=NAMES)
    made.add_argument("--runs", type=int, default=3, help="at least 3 for a median worth the name")
    made.add_argument("--size", type=int, default=0, help="requests, rows, entries or cases in a run")
    made.add_argument("--json", action="store_true")


def bench(arguments: argparse.Namespace) -> None:
    for found in _measure(arguments.name)(max(1, arguments.runs), arguments.size):
        if arguments.json:
            print(json.dumps(found, ensure_ascii=False))
        else:
            for key, value in found.items():
                print(f"{key:>14}  {value}")


def _measure(name: str) -> Callable[[int, int], Iterator[dict[str, Any]]]:
    from huiyin.cli.bench import checking, desking, importing, inboxing, post, registering, sheeting

    return {
        "register": registering.measure,
        "import": importing.measure,
        "check": checking.measure,
        "inbox": inboxing.measure,
        "sheet": sheeting.measure,
        "desk": desking.measure,
        "post": post.measure,
    }[name]
