"""Commands about the log of facts: publish, check, rebuild."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from huiyin.cli.shell import Commands, Fault, command, progress, ready

if TYPE_CHECKING:
    from huiyin.casework.projection import Difference


def add(commands: Commands) -> None:
    made = command(
        commands,
        "publish",
        publish,
        "Write the log as files anyone can check: verifier key, checkpoint, tiles.",
        "huiyin publish log/",
    )
    made.add_argument("folder", type=Path, metavar="DIR")

    made = command(
        commands,
        "check",
        check,
        "Check a published log, receipts and bundles, from the files alone.",
        "huiyin check log/ receipts/ case.zip --json",
    )
    made.add_argument("folder", metavar="DIR")
    made.add_argument(
        "receipts", nargs="*", metavar="RECEIPT", help="receipts, folders of them, or bundles (.zip)"
    )
    made.add_argument("--json", action="store_true")
    made.add_argument("--language", choices=("en", "zh"), default="en")

    made = command(
        commands,
        "rebuild",
        rebuild,
        "Make every table again from facts; with --check only report differences.",
        "huiyin rebuild --check",
    )
    made.add_argument("--check", action="store_true")
    made.add_argument("--json", action="store_true")


def publish(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.casework import health
    from huiyin.ledger.keys import KeyFault
    from huiyin.ledger.tiles import Tampered
    from huiyin.publication.publish import PublishFault
    from huiyin.publication.publish import publish as write

    # The log commits to the clear parts inside what only the cases' keys open, so `write` cannot see these.
    for finding in health.audit_sealed(progress("cases")):
        raise Fault(f"refused: {finding.message}")
    try:
        write(arguments.folder, progress("files"))
    except (Tampered, PublishFault, KeyFault) as fault:
        raise Fault(f"refused: {fault}") from None


def check(arguments: argparse.Namespace) -> int:
    """Knows only published files: no settings, no database, no Django."""
    from huiyin.publication import check as checker

    flags = ["--json"] if arguments.json else []
    places = [arguments.folder, *arguments.receipts]
    return checker.main([*places, *flags, "--language", arguments.language], progress("entries"))


def made_again(*, check: bool, quiet: bool = False) -> Iterator["Difference"]:
    """Every table of every room that keeps some, made again from facts; each difference."""
    from huiyin.casework import projection as cases
    from huiyin.insight import boards
    from huiyin.insight import following as figures
    from huiyin.rounds import projection as rounds

    yield from cases.rebuild(check=check, progress=progress("cases", quiet))
    yield from rounds.rebuild(check=check, progress=progress("rounds", quiet))
    yield from figures.rebuild(check=check, progress=progress("figures", quiet))
    yield from boards.rebuild(check=check)


def rebuild(arguments: argparse.Namespace) -> int:
    ready()
    from huiyin.ledger.facts import writing

    if arguments.check:
        found = list(made_again(check=True, quiet=arguments.json))
    else:
        with writing():
            found = list(made_again(check=False, quiet=arguments.json))
    if arguments.json:
        print(json.dumps({"differences": [vars(d) for d in found]}, ensure_ascii=False))
    else:
        for difference in found:
            print(f"{difference.table} {difference.key}: {', '.join(difference.columns)}")
        print(f"{len(found)} differences" if arguments.check else f"{len(found)} rows made again")
    return 1 if arguments.check and found else 0
