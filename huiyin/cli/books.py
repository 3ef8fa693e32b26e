"""Commands about procedure books: procedure check, procedure show."""

import argparse
import json

from huiyin.cli.shell import Commands, Fault, command, group


def add(commands: Commands) -> None:
    kinds = group(
        commands,
        "procedure",
        "action",
        "Law as data: check and show a book.",
        "huiyin procedure show cn-xinfang-2022",
    )
    made = command(
        kinds,
        "check",
        check,
        "Read a book strictly and name every fault with its line.",
        "huiyin procedure check cn-xinfang-2022",
    )
    made.add_argument("book", metavar="BOOK", help="an id, or a path to a .toml file")
    made.add_argument("--json", action="store_true")
    made = command(
        kinds,
        "show",
        show,
        "Show a book as a table or a diagram.",
        "huiyin procedure show cn-xinfang-2022 --format mermaid",
    )
    made.add_argument("book", metavar="BOOK")
    made.add_argument("--format", choices=("md", "mermaid"), default="md")
    made.add_argument("--language", choices=("zh", "en"), default="zh")


def check(arguments: argparse.Namespace) -> int:
    from huiyin.procedure.check import faults

    found = [str(fault) for fault in faults(arguments.book)]
    if arguments.json:
        print(json.dumps({"book": arguments.book, "faults": found}, ensure_ascii=False))
    else:
        print("\n".join(found) or f"{arguments.book}: no fault")
    return 1 if found else 0


def show(arguments: argparse.Namespace) -> None:
    from huiyin.procedure import BookFault, load_book
    from huiyin.procedure import show as pictures

    try:
        book = load_book(arguments.book)
    except BookFault as fault:
        raise Fault(str(fault)) from None
    draw = pictures.table if arguments.format == "md" else pictures.mermaid
    print(draw(book, arguments.language))
