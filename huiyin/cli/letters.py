"""Commands about cases: import letters, cases, receipt, measures, erase."""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huiyin.cli.shell import (
    Commands,
    Fault,
    command,
    existing_file,
    group,
    now,
    progress,
    ready,
    say_erased,
)


def add(commands: Commands) -> None:
    kinds = group(
        commands,
        "import",
        "kind",
        "Take in what an office already has.",
        "huiyin import letters letters.xlsx",
    )
    made = command(
        kinds,
        "letters",
        import_letters,
        "Take in a sheet of letters (.xlsx or .csv), with their answers if it has them.",
        "huiyin import letters letters.xlsx --strict --json",
    )
    made.add_argument("file", type=existing_file, metavar="FILE")
    made.add_argument("--strict", action="store_true", help="take nothing in if any row has a fault")
    made.add_argument("--slips", type=Path, metavar="CSV", help="write number and code of each new case here")
    made.add_argument("--office", default="", help="code of the office that registers (default: the bureau)")
    made.add_argument("--json", action="store_true")

    command(
        commands, "cases", cases, "List every case, one JSON object a line.", "huiyin cases --json"
    ).add_argument("--json", action="store_true", help="(the only form there is)")

    made = command(
        commands,
        "receipt",
        receipt,
        "Write receipts: proof, opening and words of a registration.",
        "huiyin receipt --all --out receipts/",
    )
    made.add_argument("case", nargs="*", metavar="CASE")
    made.add_argument("--all", action="store_true")
    made.add_argument("--out", type=Path, required=True, metavar="DIR")

    command(
        commands, "measures", measures, "How offices answer, in figures.", "huiyin measures --json"
    ).add_argument("--json", action="store_true")

    made = command(
        commands,
        "erase",
        erase,
        "Erase the words, papers and person of a case that has ended, for good.",
        "huiyin erase k3j5… --reason retention",
    )
    made.add_argument("case", metavar="CASE")
    made.add_argument("--reason", required=True, choices=("retention", "petitioner", "court"))


def import_letters(arguments: argparse.Namespace) -> int:
    ready()
    from huiyin.casework.filing import Imported
    from huiyin.casework.filing import import_letters as take_in

    office = _office(arguments.office)
    sheet = _Sheet(arguments.file)
    if arguments.strict and not sheet.is_faultless():
        return _report(arguments, sheet, Imported())
    show = progress("letters", arguments.json)
    # Codes are shown once: a file that cannot be written must stop the import, not follow it.
    with _slips(arguments.slips) as write_slips:
        result = take_in(sheet.letters(), office=office, now=now, progress=show, slips=write_slips)
    return _report(arguments, sheet, result)


class _Sheet:
    """One file of letters: its good rows as a stream, its faults gathered on the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.faults: list[Any] = []
        self.left_out: list[Any] = []

    def is_faultless(self) -> bool:
        """Read all of it once without keeping a row (`--strict`)."""
        for _ in self.letters():
            pass
        return not self.faults

    def letters(self) -> Iterator[Any]:
        from huiyin.intake.letters import CellFault, Letters
        from huiyin.papers.sheets import open_rows

        self.faults.clear()
        read = Letters(open_rows(self.path), now())
        for found in read:
            if isinstance(found, CellFault):
                self.faults.append(found)
            else:
                yield found
        self.rows, self.left_out = read.rows, read.left_out


def _office(code: str) -> str:
    from huiyin.offices import tree

    found = tree.office(code) if code else tree.bureau()
    if found is None:
        raise Fault(f"there is no office {code!r}" if code else "no bureau is set up; run: huiyin init")
    return found.code


def _report(arguments: argparse.Namespace, sheet: _Sheet, result: Any) -> int:
    from django.utils.translation import gettext

    faults = [
        {
            "sheet": fault.sheet,
            "row": fault.row,
            "column": fault.column,
            "title": fault.title,
            "reason": gettext(fault.reason) % fault.params,
        }
        for fault in sheet.faults
    ]
    left_out = [{**vars(column), "reason": gettext(column.reason)} for column in sheet.left_out]
    counts = {"registered": result.registered, "repeats": result.repeats, "skipped": result.skipped}
    if arguments.json:
        found = {"rows": sheet.rows, **counts, "faults": faults, "left_out_columns": left_out}
        print(json.dumps(found, ensure_ascii=False))
    else:
        _say(arguments.file, sheet.rows, counts, faults, left_out)
    return 1 if faults else 0


def _say(
    file: Path,
    rows: int,
    counts: dict[str, int],
    faults: list[dict[str, Any]],
    left_out: list[dict[str, str]],
) -> None:
    print(
        f"{file}: {rows} rows; {counts['registered']} registered, {counts['repeats']} of them repeats; "
        f"{counts['skipped']} were here already; {len(faults)} faults"
    )
    for out in left_out:
        print(f"  left out: {out['sheet']} {out['column']} {out['title']}: {out['reason']}")
    for fault in faults:
        place = " ".join(str(fault[part]) for part in ("sheet", "row", "column", "title") if fault[part])
        print(f"  {place}: {fault['reason']}")


@contextmanager
def _slips(path: Path | None) -> Iterator[Callable[[Sequence[tuple[str, str]]], None]]:
    """What writes number and code of each case to a new file at `path`; nowhere without one.

    An import that stops half-way leaves the codes of what it took in: they are nowhere else.
    """
    if path is None:
        yield lambda _: None
        return
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("number", "code"))
        heading = stream.tell()

        def write(slips: Sequence[tuple[str, str]]) -> None:
            writer.writerows(slips)
            stream.flush()

        try:
            yield write
        finally:
            if stream.tell() == heading:
                path.unlink()


def cases(_: argparse.Namespace) -> None:
    ready()
    from huiyin.casework.models import CaseRow

    for row in CaseRow.objects.order_by("number").iterator(2000):
        line = {
            "case": row.case_id,
            "number": row.number,
            "source_number": row.source_number,
            "state": row.state,
            "registered_at": _local(row.filed_at),
            "recorded_at": _local(row.registered_at),
            "due": row.due.isoformat() if row.due else None,
            "answered_at": _local(row.answered_at),
            "repeat_of": row.repeat_of or None,
        }
        print(json.dumps(line, ensure_ascii=False))


def _local(at: Any) -> str | None:
    from huiyin.casework.law import ZONE

    return at.astimezone(ZONE).isoformat() if at else None


def receipt(arguments: argparse.Namespace) -> int:
    if arguments.all == bool(arguments.case):
        print("huiyin receipt: name cases, or say --all", file=sys.stderr)
        return 2
    ready()
    from huiyin.casework.models import CaseRow
    from huiyin.casework.receipts import receipts
    from huiyin.ledger import sequencer
    from huiyin.ledger.models import Pending

    if Pending.objects.exists():
        sequencer.integrate()  # a killed process left them: their receipts would be promises only
    wanted = arguments.case or list(CaseRow.objects.values_list("case_id", flat=True).order_by("number"))
    known = set(CaseRow.objects.filter(erased=False).values_list("case_id", flat=True))
    if missing := [case for case in arguments.case if case not in known]:
        raise Fault(f"no such case, or its words were erased: {', '.join(missing)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    show = progress("receipts")
    for done, made in enumerate(receipts(wanted), 1):
        (arguments.out / f"{made.case}.tlog-proof").write_bytes(made.proof)
        (arguments.out / f"{made.case}.opening.json").write_bytes(made.opening)
        (arguments.out / f"{made.case}.words.txt").write_bytes(made.words)
        show(done)
    return 0


def measures(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.insight.measures import measures as count

    found = count(now())
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        if name != "definitions":
            print(f"{name:>16}  {value}\n{'':>16}  {found['definitions'][name]}")


def erase(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.api import once
    from huiyin.casework import erasure
    from huiyin.casework.permissions import NotYours
    from huiyin.ledger import sequencer
    from huiyin.procedure import Actor
    from huiyin.rounds import erasing
    from huiyin.rounds.routine import Refused

    sequencer.integrate()  # where the log refuses to go on, no key is destroyed
    try:
        clean = erasing.erase_case(arguments.case, arguments.reason, Actor("system"), now())
    except NotYours:
        raise Fault(f"there is no case {arguments.case}") from None
    except erasure.NotFinal:
        raise Fault("only a case that has ended, and was not erased before, can be erased") from None
    except Refused as fault:
        raise Fault(fault.message.en) from None
    finally:
        once.forget(arguments.case)  # also what a crash in between left
    say_erased(clean)
