"""The command that takes running cases over to another version of a procedure."""

import argparse
import json
from dataclasses import asdict

from huiyin.cli.shell import Commands, Fault, command, now, ready


def add(kinds: Commands) -> None:
    """`kinds`: the group of commands about procedure books."""
    made = command(
        kinds,
        "migrate",
        migrate,
        "Take running cases over from one version of a book to another, a fact for each.",
        "huiyin procedure migrate cn-xinfang-2022@1 cn-xinfang-2022@2 --dry-run",
    )
    made.add_argument("old", metavar="FROM", help="the book they run by, as id@version")
    made.add_argument("new", metavar="TO", help="the book they go on under")
    made.add_argument("--dry-run", action="store_true", help="only say what would become of each case")
    made.add_argument("--json", action="store_true")


def migrate(arguments: argparse.Namespace) -> int:
    ready()
    from huiyin.casework import law, migrating
    from huiyin.procedure import BookFault

    try:
        names = law.book(arguments.old).name, law.book(arguments.new).name
    except BookFault as fault:
        raise Fault(str(fault)) from None
    if names[0] == names[1]:
        raise Fault(f"{names[0]} and {names[1]} are the same book")
    found = list(migrating.migrate(*names, now(), dry_run=arguments.dry_run))
    if arguments.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, default=str))
    else:
        for one in found:
            dates = f"due {one.due_before or '–'} → {one.due_after or '–'}"
            print(f"{one.number} {one.state}: {one.refusal or dates}")
    refused = sum(bool(one.refusal) for one in found)
    if not arguments.json:
        done = "would go" if arguments.dry_run else "went"
        print(f"{len(found) - refused} cases {done} from {names[0]} to {names[1]}; {refused} stay")
    return 1 if refused else 0
