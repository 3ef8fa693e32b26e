"""Commands of the interface for other programs: their tokens, and an e-mail that becomes a case."""

import argparse
import json
import sys

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
    taken = command(
        kinds,
        "mail",
        mail,
        "Take in one e-mail from standard input, as a mail server's pipe gives it. Ends with 0 when it is "
        "in, or is a machine's and dropped; 65 when its sender should be told why not; 75 to be tried later.",
        "huiyin api mail --office xfj --reply-from petitions@county.example",
    )
    taken.add_argument("--office", default="", metavar="CODE", help="which registers it; the petition bureau")
    taken.add_argument(
        "--reply-from",
        default="",
        metavar="MAILBOX",
        help="print the message that answers it with the receipt",
    )


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


DROPPED, TELL_SENDER, LATER = 0, 65, 75  # sysexits.h, as mail servers read them


def mail(arguments: argparse.Namespace) -> int:
    try:
        ready()
    except Fault as fault:
        print(f"huiyin: {fault}", file=sys.stderr)
        return LATER
    from django.db import DatabaseError

    from huiyin.api import mail as letters

    raw = sys.stdin.buffer.read(letters.most() + 1)
    try:
        _take_in(raw, arguments)
    except letters.NoLetter as refused:
        print(f"huiyin: no case comes of it: {refused}", file=sys.stderr)
        return DROPPED if refused.silent else TELL_SENDER
    except DatabaseError as fault:
        print(f"huiyin: the database refused ({type(fault).__name__}); nothing was saved", file=sys.stderr)
        return LATER
    except Exception as fault:  # whatever it is, no letter is lost for it: its server keeps it meanwhile
        print(f"huiyin: the letter could not be taken in ({type(fault).__name__})", file=sys.stderr)
        return LATER
    return 0


def _take_in(raw: bytes, arguments: argparse.Namespace) -> None:
    from django.conf import settings

    from huiyin.api import mail as letters
    from huiyin.offices import tree

    letter = letters.read(raw)
    made = letters.take_in(letter, arguments.office or tree.bureau_code(), now())
    if arguments.reply_from:
        if not made.again and letters.may_answer(letter, now()):
            site = settings.HUIYIN_PUBLIC_URL or f"http://localhost:{settings.HUIYIN_PORT}"
            sys.stdout.buffer.write(letters.reply(letter, made, arguments.reply_from, site))
        return
    left_out = [{"file": name, "reason": why} for name, why in letter.left_out]
    told = {"case": made.case, "number": made.number, "again": made.again, "left_out": left_out}
    print(json.dumps(told, ensure_ascii=False))
