"""Commands about the log of facts: publish, check, rebuild."""

import argparse
import json
from pathlib import Path

from huiyin.cli.shell import Commands, Fault, command, progress, ready


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
        "Make every case table again from facts; with --check only report differences.",
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


def rebuild(arguments: argparse.Namespace) -> int:
    ready()
    from huiyin.casework.projection import rebuild as make_again
    from huiyin.ledger.facts import writing

    if arguments.check:
        found = list(make_again(check=True, progress=progress("cases", arguments.json)))
    else:
        with writing():
            found = list(make_again(check=False, progress=progress("cases", arguments.json)))
    if arguments.json:
        print(json.dumps({"differences": [vars(d) for d in found]}, ensure_ascii=False))
    else:
        for difference in found:
            print(f"{difference.table} {difference.key}: {', '.join(difference.columns)}")
        print(f"{len(found)} differences" if arguments.check else f"{len(found)} rows made again")
    return 1 if arguments.check and found else 0
