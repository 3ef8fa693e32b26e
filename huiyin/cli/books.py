"""Commands about procedure books: procedure list, check, due, show."""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from huiyin.cli import migrating
from huiyin.cli.shell import Commands, Fault, command, day, existing_file, group

if TYPE_CHECKING:
    from huiyin.procedure import Book, Calendar, Clock, Count
    from huiyin.procedure.check import Found, Report

LANGUAGES = ("zh", "en")


def add(commands: Commands) -> None:
    kinds = group(
        commands,
        "procedure",
        "action",
        "Law as data: list, check and show books, and count a term.",
        "huiyin procedure show cn-xinfang-2022",
    )
    made = command(
        kinds,
        "list",
        listed,
        "Every book there is, with its steps and clocks.",
        "huiyin procedure list --json",
    )
    made.add_argument("--json", action="store_true")
    made = command(
        kinds,
        "check",
        check,
        "Read a book strictly, then explore every case it allows and prove that none is lost.",
        "huiyin procedure check cn-xinfang-2022",
    )
    _takes_book(made)
    made.add_argument("--json", action="store_true")
    made.add_argument("--language", choices=LANGUAGES, help="as the book is written, unless told")
    made = command(
        kinds,
        "due",
        due,
        "Count a term from a day, naming every rest day passed over.",
        "huiyin procedure due cn-xinfang-2022 decide --from 2026-09-01",
    )
    _takes_book(made)
    made.add_argument("clock", metavar="CLOCK", help="an id from procedure list")
    made.add_argument("--from", dest="since", type=day, required=True, metavar="YYYY-MM-DD")
    made.add_argument(
        "--days", type=_number, metavar="N", help="days granted; an extension's most, unless told"
    )
    made.add_argument("--holidays", type=existing_file, metavar="FILE", help="the county's own days, a .toml")
    made.add_argument("--json", action="store_true")
    made.add_argument("--language", choices=LANGUAGES, help="as the book is written, unless told")
    _may_be_wrong(made)
    made = command(
        kinds,
        "show",
        show,
        "Show a book as a table, a diagram, or as it is written.",
        "huiyin procedure show cn-xinfang-2022 --format mermaid",
    )
    _takes_book(made)
    made.add_argument("--format", choices=("md", "mermaid", "svg", "toml"), default="md")
    made.add_argument("--language", choices=LANGUAGES, help="as the book is written, unless told")
    _may_be_wrong(made)
    migrating.add(kinds)


def _may_be_wrong(made: argparse.ArgumentParser) -> None:
    """What a call names is only known to be wrong once the book was looked for: `_wrong` says so then."""
    made.set_defaults(parser=made)


def _wrong(arguments: argparse.Namespace, message: str) -> NoReturn:
    """End as for any wrong call: the usage, the reason, exit code 2."""
    parser: argparse.ArgumentParser = arguments.parser
    parser.error(message)


def _takes_book(made: argparse.ArgumentParser) -> None:
    made.add_argument("book", metavar="BOOK", help="an id, or a path to a .toml file")


def _number(text: str) -> int:
    if not (text.isdecimal() and len(text) < 5):
        raise argparse.ArgumentTypeError(f"{text} is not a number of days")
    return int(text)


def _own() -> Path | None:
    """The folder of the county's own books."""
    from django.conf import settings

    return Path(settings.HUIYIN_BOOKS) if settings.HUIYIN_BOOKS else None


def _book(name: str) -> "Book":
    from huiyin.procedure import BookFault, load_book

    try:
        return load_book(name, _own())
    except BookFault as fault:
        raise Fault(str(fault)) from None


def _asked(arguments: argparse.Namespace) -> "Book":
    """The book that the call names. A file with faults is a fault found; no file, a wrong call."""
    from huiyin.procedure import BookFault, list_books

    name = arguments.book
    try:
        known = list_books(_own())
    except BookFault as fault:
        raise Fault(str(fault)) from None
    if name.endswith(".toml") and not Path(name).is_file():
        _wrong(arguments, f"there is no file {name}")
    if not name.endswith(".toml") and name not in {*known, *(one.partition("@")[0] for one in known)}:
        _wrong(arguments, f"there is no book {name}; there are: {', '.join(known)}")
    return _book(name)


def _print_json(found: object) -> None:
    print(json.dumps(found, ensure_ascii=False))


# --- list ---------------------------------------------------------------------------------------------


def listed(arguments: argparse.Namespace) -> None:
    from huiyin.procedure import list_books

    newest = {name.partition("@")[0]: name for name in list_books(_own())}
    books = [_book(name) for name in newest.values()]
    if arguments.json:
        _print_json([_summary(book) for book in books])
        return
    for book in books:
        print(f"{book.id}  {book.title.get(book.language)}")


def _summary(book: "Book") -> dict[str, Any]:
    clocks = [
        {"id": c.id, "length": c.length, "unit": c.unit, "article": c.article} for c in book.clocks.values()
    ]
    return {"id": book.id, "title": book.title.get(book.language), "steps": [*book.steps], "clocks": clocks}


# --- check --------------------------------------------------------------------------------------------


def check(arguments: argparse.Namespace) -> int:
    from huiyin.procedure.check import examine

    report = examine(arguments.book, _own())
    if arguments.json:
        _print_json(_as_json(report))
    else:
        lang = arguments.language or (report.book.language if report.book else "en")
        print("\n".join(_in_words(report, arguments.book, lang)))
    return 0 if report.good else 1


def _as_json(report: "Report") -> dict[str, Any]:
    faults = [
        {"property": "loading", "file": f.file, "line": f.line, "message": f.message} for f in report.faults
    ]
    return {
        "proved": list(report.proved),
        "violations": faults + [_violation(found) for found in report.violations],
        "states": report.states,
        "seconds": round(report.seconds, 3),
    }


def _violation(found: "Found") -> dict[str, Any]:
    kind, name = found.violation.about
    return {
        "property": found.violation.property,
        kind: name,
        "line": found.line,
        "message": found.violation.message.en,
        "message_zh": found.violation.message.zh,
        "timeline": [
            {
                "day": m.day,
                "who": m.who.en,
                "step": m.step,
                "what": m.what.en,
                "state": m.state,
                "clocks": dict(m.clocks),
            }
            for m in found.timeline
        ],
    }


def _in_words(report: "Report", asked: str, lang: str) -> Iterator[str]:
    from huiyin.procedure import Text
    from huiyin.procedure.check import PROPERTIES

    yield from map(str, report.faults)
    if report.book is None:
        return
    for found in report.violations:
        yield from _told(report.book, found, asked, lang)
    yield from (f"✓ {name}: {PROPERTIES[name].get(lang)}" for name in report.proved)
    n, seconds = f"{report.states:,}", f"{report.seconds:.1f}"
    said = Text(f"看过{n}种案件情形，用时{seconds}秒", f"{n} cases seen in {seconds} s")
    yield f"{report.book.name}: {said.get(lang)}"


def _told(book: "Book", found: "Found", asked: str, lang: str) -> Iterator[str]:
    """A violation, and the shortest way there day by day."""
    from huiyin.procedure.timeline import line

    kind, name = found.violation.about
    named: dict[str, Mapping[str, Any]] = {
        "state": book.states,
        "step": book.steps,
        "clock": book.clocks,
        "book": {name: book},
    }
    title = named[kind][name].title.get(lang)
    yield f"{asked}:{found.line}: {found.violation.property}: {title} ({name}): " + (
        found.violation.message.get(lang)
    )
    yield from (f"    {line(book, moment, lang)}" for moment in found.timeline)


# --- due ----------------------------------------------------------------------------------------------


def due(arguments: argparse.Namespace) -> None:
    from huiyin.procedure import Calendar, CalendarFault

    book = _asked(arguments)
    clock = book.clocks.get(arguments.clock)
    if clock is None:
        _wrong(arguments, f"{book.name} has no clock {arguments.clock}; there are: {', '.join(book.clocks)}")
    lang = arguments.language or book.language
    try:
        calendar = Calendar.of(book.calendar, arguments.holidays)
        count = _count(book, clock, arguments.since, arguments.days, calendar)
    except CalendarFault as fault:
        raise Fault(str(fault)) from None
    except ValueError as fault:  # more days than the book grants, or more than there are
        _wrong(arguments, str(fault))
    if arguments.json:
        _print_json(_count_json(clock, arguments.since, count, lang))
    else:
        print("\n".join(_count_words(book, clock, count, lang)))


def _count(
    book: "Book", clock: "Clock", since: date, days: int | None, calendar: "Calendar"
) -> "Count | None":
    """The count; of an extension, that of the clock it extends; None where each case has its own date."""
    from huiyin.procedure import due as count

    if clock.unit == "per_case":
        return None
    if clock.extends is None:
        return count(book, clock.id, since, calendar, days or 0)
    return count(book, clock.extends.clock, since, calendar, clock.length if days is None else days)


def _count_json(clock: "Clock", since: date, count: "Count | None", lang: str) -> dict[str, Any]:
    if count is None:
        words: dict[str, Any] = {
            "due": None,
            "day_zero": since.isoformat(),
            "skipped": [],
            "provisional": False,
        }
        return {**words, "article": clock.article, "note": PER_CASE[lang]}
    return {
        "due": count.due.isoformat(),
        "day_zero": count.day_zero.isoformat(),
        "skipped": [{"date": s.date.isoformat(), "name": s.name.get(lang)} for s in count.skipped],
        "provisional": count.provisional,
        "article": clock.article,
    }


PER_CASE = {
    "zh": "没有固定长度：每一件在起算时另行指定最后一天",
    "en": "no fixed length: the step that starts it names its last day in each case",
}


def _count_words(book: "Book", clock: "Clock", count: "Count | None", lang: str) -> Iterator[str]:
    from huiyin.procedure.words import length

    yield f"{clock.title.get(lang)} ({clock.id}): {length(clock, lang)}, {book.cite(clock.article, lang)}"
    if count is None:
        yield PER_CASE[lang]
        return
    word = COUNTED[lang]
    added = f" + {count.extension}" if count.extension else ""
    yield f"{word['zero']}: {count.day_zero}; {word['days']}: {count.length}{added}"
    yield from (f"  {word['rest']}: {s.date} {s.name.get(lang)}" for s in count.skipped)
    yield f"{word['due']}: {count.due}{word['provisional'] if count.provisional else ''}"


COUNTED = {
    "zh": {
        "zero": "第零天（不计）",
        "days": "长度",
        "rest": "跳过",
        "due": "最后一天（至24时）",
        "provisional": "（暂定：放假安排尚未公布）",
    },
    "en": {
        "zero": "day zero (not counted)",
        "days": "length",
        "rest": "passed over",
        "due": "last day (until 24:00)",
        "provisional": " (provisional: no holiday plan published yet)",
    },
}


# --- show ---------------------------------------------------------------------------------------------


def show(arguments: argparse.Namespace) -> None:
    from huiyin.procedure import mermaid, path_of, svg, table

    book = _asked(arguments)
    if arguments.format == "toml":
        named = not arguments.book.endswith(".toml")
        path = path_of(arguments.book, _own()) if named else Path(arguments.book)
        print(path.read_text("utf-8"), end="")
        return
    draw = {"md": table, "mermaid": mermaid, "svg": svg}[arguments.format]
    print(draw(book, arguments.language or book.language), end="")
