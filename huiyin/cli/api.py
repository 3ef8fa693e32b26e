"""Commands of the interface for other programs: their tokens, and an e-mail that becomes a case."""

import argparse
import json

from huiyin.cli.shell import Commands, Fault, command, group, now, ready


def add(commands: Commands) -> None:
    kinds = group(commands, "api", "what", "The interface for other programs.", "huiyin api token list")
    acts = group(kinds, "token", "act", "Tokens of programs.", "huiyin api token list --json")
    made = command(
        acts,
        "new",
        new,
        "Make a token for a program and show it once: nothing keeps it.",
        "huiyin api token new village-app --scope cases:file --scope changes:read --json",
    )
    made.add_argument("program", metavar="NAME", help="letters, digits, hyphens")
    made.add_argument(
        "--scope", action="append", default=[], metavar="SCOPE", help="may be given several times"
    )
    made.add_argument("--office", default="", metavar="CODE", help="whose token it is; the petition bureau's")
    made.add_argument("--json", action="store_true")
    listed = command(
        acts, "list", list_, "Every token, what it may do and when it was last used.", "huiyin api token list"
    )
    listed.add_argument("--json", action="store_true")
    ended = command(
        acts, "revoke", revoke, "Make a token worthless at once.", "huiyin api token revoke village-app"
    )
    ended.add_argument("program", metavar="NAME")


def new(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.api import tokens
    from huiyin.offices import tree

    office = arguments.office or tree.bureau_code()
    try:
        token = tokens.new(arguments.program, office, arguments.scope, now())
    except tokens.BadToken as fault:
        raise Fault(str(fault)) from None
    if arguments.json:
        found = {"name": arguments.program, "office": office, "scopes": arguments.scope, "token": token}
        print(json.dumps(found))
        return
    print(token)


def list_(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.api import tokens

    for one in tokens.listing():
        if arguments.json:
            print(json.dumps(one))
        else:
            state = "revoked" if one["revoked_at"] else f"used {one['used_on'] or 'never'}"
            print(f"{one['name']:24} {one['office']:12} {state:16} {' '.join(one['scopes'])}")


def revoke(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.api import tokens

    try:
        tokens.revoke(arguments.program, now())
    except tokens.BadToken as fault:
        raise Fault(str(fault)) from None
    print(f"{arguments.program} is worthless from now")
