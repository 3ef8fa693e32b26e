"""Messages that there is news, at the console: what waits, what failed, and sending it again."""

import argparse
import json
from datetime import timedelta
from typing import Any

from huiyin.cli.shell import Commands, Fault, command, group, now, ready

DAYS = 14


def add(commands: Commands) -> None:
    kinds = group(commands, "post", "what", "Messages that there is news.", "huiyin post status")
    made = command(
        kinds,
        "status",
        status,
        "What waits, what failed and why, and what was sent in the last two weeks.",
        "huiyin post status --json",
    )
    made.add_argument("--json", action="store_true")
    made = command(
        kinds,
        "resend",
        resend,
        "Queue what failed once more: all of it, or the messages named.",
        "huiyin post resend",
    )
    made.add_argument("message", nargs="*", metavar="MESSAGE", help="a message as status names it")


def status(arguments: argparse.Namespace) -> None:
    ready()
    found = _found()
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, default=lambda at: at.isoformat()))
        return
    print(f"{'':8} {'waiting':>8} {'late':>8} {'failed':>8}  oldest since")
    for channel, one in found["channels"].items():
        oldest = str(one["oldest"] or "-")[:16]
        print(f"{channel:8} {one['waiting']:>8} {one['late']:>8} {one['failed']:>8}  {oldest}")
    for one in found["failed"]:
        print(f"{one['batch']}  {one['channel']} {one['receiver']} {one['fault']} {str(one['at'])[:16]}")
    for one in found["days"]:
        print(f"{one['day']}  {one['channel']:8} {one['sent']:>8} sent {one['failed']:>8} failed")


def _found() -> dict[str, Any]:
    from huiyin.postroom.sending import following, queueing
    from huiyin.postroom.sending.means import PostFault, means

    try:
        by = means()
    except PostFault as fault:
        raise Fault(str(fault)) from None
    moment = now()
    return {
        "offered": by.channels,
        "receivers": list(by.receivers),
        "behind": following.behind(),
        "channels": queueing.standing(moment, by.quiet),
        "trying": queueing.troubles(),
        "failed": queueing.failures(),
        "days": queueing.per_day(moment - timedelta(days=DAYS)),
    }


def resend(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.postroom.sending import queueing

    count = queueing.resend(now(), arguments.message or None)
    if arguments.message and not count:
        raise Fault("no message of these has failed; huiyin post status names those that have")
    print(f"{count} queued again")
