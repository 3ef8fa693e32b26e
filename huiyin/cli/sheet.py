"""Commands for ledger sheets 台账: list, export, import."""

import argparse
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huiyin.cli.shell import Commands, Fault, command, day, existing_file, group, now, progress, ready


def add(commands: Commands) -> None:
    kinds = group(
        commands,
        "sheet",
        "action",
        "Ledger sheets 台账, out of the cases and back into them.",
        "huiyin sheet export registration register.xlsx --from 2026-01-01",
    )
    made = command(kinds, "list", list_, "Every sheet with its columns.", "huiyin sheet list --json")
    made.add_argument("--json", action="store_true")

    made = command(
        kinds,
        "export",
        export,
        "Write a sheet as .xlsx; who brings a matter is never in it.",
        "huiyin sheet export supervision orders.xlsx --from 2026-01-01 --to 2026-03-31 --office zjj",
    )
    _sheet(made)
    made.add_argument("file", type=Path, metavar="FILE.xlsx")
    made.add_argument("--from", dest="first", type=day, metavar="DAY", help="from this day (2026-01-31)")
    made.add_argument("--to", dest="last", type=day, metavar="DAY", help="to this day, itself included")
    _who(made)

    made = command(
        kinds,
        "import",
        import_,
        "Take an edited sheet in: each edit as the step that records it, new rows as registrations.",
        "huiyin sheet import supervision orders.xlsx --as supervisor --dry-run --json",
    )
    _sheet(made)
    made.add_argument("file", type=existing_file, metavar="FILE")
    made.add_argument("--dry-run", action="store_true", help="only say what would be done")
    made.add_argument("--strict", action="store_true", help="take nothing in if any row has a fault")
    made.add_argument("--map", action="append", default=[], metavar="HEAD=COLUMN", help="remember a head")
    made.add_argument("--faults", type=Path, metavar="FILE.xlsx", help="a copy with comments on the faults")
    made.add_argument("--slips", type=Path, metavar="CSV", help="write number and code of each new case here")
    made.add_argument("--json", action="store_true")
    _who(made)


def _sheet(made: argparse.ArgumentParser) -> None:
    from huiyin.sheets.layout import IDS

    made.add_argument("id", choices=IDS, metavar="ID", help=", ".join(IDS))


def _who(made: argparse.ArgumentParser) -> None:
    made.add_argument("--office", default="", metavar="CODE", help="only matters of this office")
    made.add_argument("--as", dest="login", default="", metavar="LOGIN", help="the officer who acts")


def list_(arguments: argparse.Namespace) -> None:
    from huiyin.cli.shell import start

    start()
    from huiyin.sheets.layout import layouts

    language = _language()
    found = [
        {
            "id": layout.id,
            "title": layout.title.get(language),
            "columns": [column.title.get(language) for column in layout.columns],
        }
        for layout in layouts()
    ]
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        print(f"{one['id']:>13}  {one['title']}\n{'':>13}  {', '.join(one['columns'])}")


def export(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.casework.permissions import NotYours
    from huiyin.sheets.layout import layout
    from huiyin.sheets.making import make
    from huiyin.sheets.rows import Period

    if arguments.file.suffix.lower() != ".xlsx":
        raise Fault("a sheet is written as .xlsx; name the file so")
    chosen = layout(arguments.id)
    try:
        count = make(
            chosen,
            arguments.file.absolute(),
            actor=_actor(arguments.login),
            now=now(),
            language=_language(),
            office=_office(arguments.office),
            period=Period(arguments.first, arguments.last),
            progress=progress("rows"),
        )
    except NotYours:
        raise Fault(f"{arguments.login} makes no sheet of this office") from None
    print(f"{arguments.file}: {count} rows")


def import_(arguments: argparse.Namespace) -> int:
    ready()
    from huiyin.casework.permissions import NotYours
    from huiyin.offices import tree
    from huiyin.sheets import applying, models
    from huiyin.sheets.layout import layout

    chosen, actor, office = layout(arguments.id), _actor(arguments.login), _office(arguments.office)
    own = office or actor.office or tree.bureau_code()
    _remember(own, chosen, arguments.map)
    sheet = applying.Sheet(arguments.file, chosen, actor, office, _language(), models.remembered(own, chosen))
    try:
        # Codes are shown once: a file that cannot be written must stop the import, not follow it.
        with _slips(arguments.slips) as slips:
            report = applying.take_in(
                sheet,
                now=now,
                dry=arguments.dry_run,
                strict=arguments.strict,
                progress=progress("rows", arguments.json),
                slips=slips,
            )
    except NotYours:
        raise Fault(f"{arguments.login} takes no sheet of this office in") from None
    if arguments.faults and report.faults:
        applying.write_faults(sheet, report, arguments.faults.absolute(), _reason)
    return _report(arguments, report)


def _remember(office: str, layout: Any, mappings: Sequence[str]) -> None:
    from django.utils.translation import gettext

    from huiyin.sheets import models

    for mapping in mappings:
        title, _, column = mapping.rpartition("=")
        try:
            models.remember(office, layout, title, column)
        except models.BadMapping as fault:
            raise Fault(f"{mapping}: {gettext(str(fault))}") from None


def _report(arguments: argparse.Namespace, report: Any) -> int:
    found = {
        "rows": report.rows,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "faults": [
            {
                "sheet": fault.sheet,
                "row": fault.row,
                "column": fault.column,
                "title": fault.title,
                "reason": _reason(fault),
            }
            for fault in report.faults
        ],
        "left_out_columns": [
            {"sheet": out.sheet, "column": out.column, "title": out.title, "reason": _reason(out)}
            for out in report.left_out
        ],
    }
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _say(arguments, found, report.steps)
    return 1 if report.faults else 0


def _reason(found: Any) -> str:
    """A fault or a column left out, in words."""
    from django.utils.translation import gettext

    said: str = gettext(found.reason) % found.params
    return said


def _say(arguments: argparse.Namespace, found: Mapping[str, Any], steps: Sequence[tuple[int, str]]) -> None:
    would = "would be " if arguments.dry_run else ""
    print(
        f"{arguments.file}: {found['rows']} rows; {found['new']} {would}new, "
        f"{found['changed']} {would}changed, {found['unchanged']} unchanged; {len(found['faults'])} faults"
    )
    for row, step in steps if arguments.dry_run else ():
        print(f"  row {row}: {step}")
    for out in found["left_out_columns"]:
        print(f"  left out: {out['sheet']} {out['column']} {out['title']}: {out['reason']}")
    for fault in found["faults"]:
        place = " ".join(str(fault[part]) for part in ("sheet", "row", "column", "title") if fault[part])
        print(f"  {place}: {fault['reason']}")


@contextmanager
def _slips(path: Path | None) -> Iterator[Any]:
    """What writes number and code of each new case to a new file; nowhere without one."""
    if path is None:
        yield lambda _: None
        return
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("number", "code"))

        def write(slips: Sequence[tuple[str, str]]) -> None:
            writer.writerows(slips)
            stream.flush()

        yield write


def _language() -> str:
    from django.utils.translation import get_language

    return get_language() or "zh-hans"


def _office(code: str) -> str:
    from huiyin.offices import tree

    if code and tree.office(code) is None:
        raise Fault(f"there is no office {code!r}")
    return code


def _actor(login: str) -> Any:
    """The officer who acts; without one, the console, which takes no officer's step."""
    from huiyin.offices import tree
    from huiyin.procedure import Actor

    if not login:
        return Actor("system")
    officer = tree.officer(login)
    if officer is None or not officer.is_active:
        raise Fault(f"there is no officer {login!r}")
    return Actor(officer.role, officer.office_id, officer.login)
