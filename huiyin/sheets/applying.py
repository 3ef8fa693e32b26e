"""Takes a sheet in: plans its lines, registers what is new, takes the steps of what was edited.

Each row is one transaction, so that a stop leaves whole rows behind it, and the same sheet once more goes on
where it ended. What has been taken in is unchanged the second time.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from huiyin.casework import bulk
from huiyin.casework.filing import Imported, Slips, import_letters
from huiyin.casework.permissions import NotYours, may
from huiyin.intake.letters import CellFault, ImportedLetter, plain
from huiyin.intake.words import normalise
from huiyin.ledger.facts import MovedOn, rehearsal
from huiyin.papers.said import N_
from huiyin.papers.sheets import File, column_name, open_rows
from huiyin.papers.workbooks import write_copy
from huiyin.procedure import Actor, Unlawful
from huiyin.rounds.routine import Refused
from huiyin.sheets import planning, routine
from huiyin.sheets.heads import UNUSED, LeftOut
from huiyin.sheets.layout import ROUTINE, Layout
from huiyin.sheets.planning import Plan, Planner
from huiyin.sheets.reading import Line, Lines
from huiyin.sheets.routine import RoutinePlanner
from huiyin.sheets.rows import Names

BATCH = 500
NOT_KNOWN = N_("%(count)d cells name nothing that is on the lists here; these rows were taken in without it.")
FILLED_IN = N_("The system fills in this column; what an old sheet says there is not taken in.")
NO_STEP_YET = N_("Only a step records this, once an officer takes the matter up. It is not taken in before.")


@dataclass
class Report:
    """What became of a sheet. `new`, `changed` and `unchanged` count rows."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[CellFault] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    # What a preview shows of the steps that would be taken: (row, step), the first hundred.
    steps: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A file, for an officer, as one of the sheets. `remembered`: plain head → column."""

    path: File
    layout: Layout
    actor: Actor
    office: str
    language: str
    remembered: Mapping[str, str] = field(default_factory=dict)


def take_in(
    sheet: Sheet,
    *,
    now: Callable[[], datetime],
    dry: bool = False,
    strict: bool = False,
    progress: Callable[[int], None] | None = None,
    slips: Slips = lambda _: None,
) -> Report:
    """Take the sheet in and say what became of it; `dry`: only say it. `strict`: a fault stops everything."""
    if not may(sheet.actor, "sheet.make"):
        raise NotYours("sheet.make")
    if dry or strict:
        seen = _Taking(sheet, now, progress, slips, dry=True).all()
        if dry or seen.faults:
            if not dry:
                seen.new = seen.changed = 0
            return seen
    return _Taking(sheet, now, progress, slips, dry=False).all()


class _Taking:
    def __init__(
        self,
        sheet: Sheet,
        now: Callable[[], datetime],
        progress: Callable[[int], None] | None,
        slips: Slips,
        *,
        dry: bool,
    ) -> None:
        self.sheet, self.now, self.progress, self.slips, self.dry = sheet, now, progress, slips, dry
        self.report = Report()
        given = (sheet.layout, sheet.actor, sheet.office, Names(sheet.language), now())
        routine_sheet = sheet.layout.id in ROUTINE
        self.planner = RoutinePlanner(*given) if routine_sheet else Planner(*given)
        self.coming: set[bytes] = set()

    def all(self) -> Report:
        lines = Lines(self.sheet.path, self.sheet.layout, self.sheet.remembered)
        stream = iter(lines)
        done = 0
        while batch := list(islice(stream, BATCH)):
            self.report.faults += [found for found in batch if isinstance(found, CellFault)]
            self._batch([found for found in batch if isinstance(found, Line)])
            done += len(batch)
            if self.progress:
                self.progress(done)
        self.report.rows = lines.rows
        self.report.left_out = [*map(self._why, lines.left_out), *self._not_taken(lines)]
        self.report.faults.sort(key=lambda fault: (fault.sheet, fault.row))
        return self.report

    def _batch(self, lines: Sequence[Line]) -> None:
        letters: list[ImportedLetter] = []
        touched: set[str] = set()
        for planned in self.planner.plans(lines):
            plan = planned
            if plan.case in touched:  # an earlier row of this batch moved the case on
                plan = next(self.planner.plans([plan.line]))
            self.report.faults += plan.faults
            if plan.letter is not None and plan.outcome:
                letters.append(plan.letter)
            elif plan.setting is not None and plan.outcome:
                self._set(plan)
            elif plan.outcome == "changed":
                touched.add(plan.case)
                self._change(plan)
            elif plan.outcome == "unchanged":
                self.report.unchanged += 1
        if letters:
            self._register(letters)

    def _change(self, plan: Plan) -> None:
        self.report.steps += [
            (plan.line.number, asked.step.title.get(self.sheet.language)) for asked in plan.asked
        ][: 100 - len(self.report.steps)]
        try:
            if not self.dry:
                bulk.take_all(plan.case, plan.steps, actor=self.sheet.actor, now=self.now(), seen=plan.seq)
        except Unlawful as refusal:
            fault = planning.refused(plan.line, plan.asked, refusal, self.sheet.language)
            self.report.faults.append(fault)
        except MovedOn:
            self.report.faults.append(plan.line.fault(plan.asked[0].column, planning.MOVED_ON))
        else:
            self.report.changed += 1

    def _set(self, plan: Plan) -> None:
        """A row of the routine; a dry run asks all that could refuse it, and takes it back."""
        assert plan.setting is not None
        outcome = plan.outcome
        try:
            with rehearsal() if self.dry else nullcontext():
                outcome = plan.setting.take(self.now())
        except (Refused, NotYours) as refusal:
            fault = routine.fault_of(plan.line, self.sheet.layout, refusal, self.sheet.language)
            self.report.faults.append(fault)
        except MovedOn:
            self.report.faults.append(plan.line.fault(None, planning.MOVED_ON))
        else:
            setattr(self.report, outcome, getattr(self.report, outcome) + 1)

    def _register(self, letters: Sequence[ImportedLetter]) -> None:
        if self.dry:
            for letter in letters:
                key = f"{letter.source_number}\n{normalise(letter.body)}"
                digest = hashlib.sha256(key.encode()).digest()
                self.report.unchanged += digest in self.coming
                self.report.new += digest not in self.coming
                self.coming.add(digest)
            return
        assert isinstance(self.planner, Planner)
        office = self.planner.letters.office
        result: Imported = import_letters(letters, office=office, now=self.now, slips=self.slips)
        self.report.new += result.registered
        self.report.unchanged += result.skipped

    def _why(self, out: LeftOut) -> LeftOut:
        """Says of a head that offices are known to have why nothing here keeps it."""
        reason = routine.NOT_KEPT.get(self.sheet.layout.id, {}).get(plain(out.title), "")
        return replace(out, reason=reason) if reason and out.reason == UNUSED else out

    def _not_taken(self, lines: Lines) -> Iterator[LeftOut]:
        """What new rows could not give: words that no list here has, steps, cells that the system fills."""
        if isinstance(self.planner, Planner):
            for (letter, title), count in self.planner.letters.unknown.items():
                yield LeftOut(lines.heads[0].sheet, letter, title, NOT_KNOWN, {"count": count})
            for name, letter, title in sorted(self.planner.no_step):
                yield LeftOut(name, letter, title, NO_STEP_YET)
        if not (self.sheet.layout.takes_in and (self.report.new or self.report.faults)):
            return
        for found in lines.heads:
            for i, place in sorted(found.columns.items(), key=lambda pair: pair[1]):
                column = self.sheet.layout.columns[i]
                if not column.new and not column.editable and found.mark is None:
                    name = column_name(place)
                    yield LeftOut(found.sheet, name, found.titles[place], FILLED_IN)


def write_faults(
    sheet: Sheet, report: Report, target: Path | BinaryIO, say: Callable[[CellFault], str]
) -> None:
    """A copy of the sheet with a comment on each cell at fault; columns of person control stay out of it."""
    comments: dict[tuple[str, int, int], str] = {}
    for fault in report.faults:
        place = (fault.sheet, max(fault.row, 1), _index(fault.column))
        comments[place] = "\n".join(filter(None, (comments.get(place, ""), say(fault))))
    without: dict[str, set[int]] = {}
    for out in report.left_out:
        if out.watching:
            without.setdefault(out.sheet, set()).add(_index(out.column))
    lines = Lines(sheet.path, sheet.layout, sheet.remembered)
    for _ in lines:
        pass
    hidden = {found.sheet: frozenset({found.mark}) for found in lines.heads if found.mark is not None}
    write_copy(
        target,
        open_rows(sheet.path),
        comments,
        without={name: frozenset(places) for name, places in without.items()},
        hidden=hidden,
    )


def _index(column: str) -> int:
    """0 for A, 26 for AA; the first for a fault of a whole row."""
    index = 0
    for letter in column:
        index = index * 26 + ord(letter) - 64
    return max(index - 1, 0)
