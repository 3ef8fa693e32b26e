"""What each line of a sheet asks for: a registration, lawful steps in its case, nothing, or a fault.

Nothing is overwritten. A cell that was filled in or changed is the step that records it; where that step is
not open, or what was recorded stands, the fault on the cell says which step does it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from huiyin.casework import bulk, law
from huiyin.casework.bulk import Held
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import may
from huiyin.intake.letters import CellFault, ImportedLetter
from huiyin.intake.words import normalise
from huiyin.offices import tree
from huiyin.papers.said import N_
from huiyin.procedure import Actor, Field, Step, Unlawful
from huiyin.sheets import cells
from huiyin.sheets.cells import Mark, Unread, Value
from huiyin.sheets.layout import Act, Column, Layout
from huiyin.sheets.letters import Letters
from huiyin.sheets.reading import Line
from huiyin.sheets.rows import Names, Record, Rows, step_of

NO_NUMBER = N_("The number of the matter is missing.")
NO_MATTER = N_("None of your office's matters has this number.")
NO_WORDS = N_("No matter has exactly these words. Write its number in a column 编号.")
SEVERAL = N_("Several matters have this number. Write the number they were given here.")
MOVED_ON = N_("This has moved on since the sheet was made: somebody acted on it. Make the sheet anew.")
NOT_HERE = N_("The system fills in this cell. An edit changes nothing.")
NOT_WHO = N_("Who brings a matter is not changed by a sheet.")
SEALED = N_("This matter is sealed. Work on it in its page.")
EMPTIED = N_("What was recorded is not deleted by emptying its cell.")
STANDS = N_("This was recorded on %(day)s by the step “%(step)s” and stands. Record it anew in the case.")
ANOTHER = N_("This comes from the step “%(step)s”, which this sheet cannot take now. Take it in the case.")
NO_STEP = N_("The procedure of this matter has no such step.")
NOT_LISTED = N_("“%(said)s” is not one of: %(known)s.")
UNKNOWN = N_("“%(said)s” is not known here. Choose from the list.")
WHO_ACTS = N_("Say which officer takes the step “%(step)s”: --as LOGIN.")
REFUSED = N_("%(message)s (%(article)s)")
NO_CLERK = N_("Only a clerk registers. This row's number is not known here.")


@dataclass(frozen=True)
class Asked:
    """One step that a line asks for, and the column its faults are told at."""

    step: Step
    values: Mapping[str, object]
    column: int
    columns: Mapping[str, int] = field(default_factory=dict)


class Setting(Protocol):
    """What a row of the routine sets; `take` says what became of it."""

    def take(self, now: datetime) -> str: ...


@dataclass(frozen=True)
class Plan:
    """What becomes of a line: `outcome` is new, changed, unchanged or, with faults, nothing."""

    line: Line
    outcome: str
    faults: tuple[CellFault, ...] = ()
    letter: ImportedLetter | None = None
    case: str = ""
    seq: int = 0
    asked: tuple[Asked, ...] = ()
    setting: Setting | None = None

    @property
    def steps(self) -> list[tuple[str, Mapping[str, object]]]:
        return [(asked.step.id, asked.values) for asked in self.asked]


class Planner:
    """Plans lines, some hundred at a time; changes nothing."""

    def __init__(self, layout: Layout, actor: Actor, office: str, names: Names, now: datetime) -> None:
        self.layout, self.actor, self.office, self.names, self.now = layout, actor, office, names, now
        self.place = layout.index.get("number", -1)
        self.rows = Rows(layout, actor, names, law.day_of(now))
        self.letters = Letters(layout, names, office or actor.office or tree.bureau_code(), now)
        # (sheet, column, title) of what only a step records, and a matter nobody took up has no step for.
        self.no_step: set[tuple[str, str, str]] = set()

    def plans(self, lines: Sequence[Line]) -> Iterator[Plan]:
        asked = []
        for line in lines:
            if line.untouched():  # as it was made: there is nothing to compare, whatever became of the case
                yield Plan(line, "unchanged")
            else:
                asked.append(line)
        if asked:
            yield from self._plans(asked)

    def _plans(self, lines: Sequence[Line]) -> Iterator[Plan]:
        numbers = {cells.plain(line.values[self.place]) for line in lines if self.place >= 0} - {""}
        found = bulk.numbered(numbers, self.actor, self.office) if numbers else {}
        unique = {row.case_id: row for rows in found.values() for row in rows}
        all_held = {h.row.case_id: h for h in bulk.held(list(unique.values()), self.actor, self.layout.kinds)}
        records = self._records(list(all_held.values()))
        for line in lines:
            yield self._plan(line, found, all_held, records)

    def _records(self, held: Sequence[Held]) -> dict[str, list[Record]]:
        made: dict[str, list[Record]] = {one.row.case_id: [] for one in held}
        for record in self.rows.batch(held):
            made[record.case].append(record)
        return made

    def _plan(
        self,
        line: Line,
        found: Mapping[str, list[CaseRow]],
        all_held: dict[str, Held],
        records: dict[str, list[Record]],
    ) -> Plan:
        number = cells.plain(line.values[self.place]) if self.place >= 0 else ""
        rows = found.get(number, [])
        if not number:
            rows, fault = self._by_words(line)
            if fault:
                return Plan(line, "", (fault,))
            new = [row for row in rows if row.case_id not in all_held]
            all_held |= {h.row.case_id: h for h in bulk.held(new, self.actor, self.layout.kinds)}
            records |= self._records([all_held[row.case_id] for row in new])
        if self.layout.takes_in and line.mark is None:
            rows = self._same_words(line, rows, all_held)
        if not rows:
            return self._unknown(line)
        if len(rows) > 1:
            return Plan(line, "", (line.fault(self.place, SEVERAL),))
        case = rows[0].case_id
        return _Compared(self, line, all_held[case], records[case]).plan()

    def _by_words(self, line: Line) -> tuple[list[CaseRow], CellFault | None]:
        """The one matter whose petition is what the row says; a sheet by person has no numbers."""
        column = next((i for i, c in enumerate(self.layout.columns) if c.words), None)
        said = cells.plain(line.values[column]) if column is not None else ""
        if column is None or not said:
            return [], line.fault(self.place, NO_NUMBER)
        rows = bulk.of_words(said, self.actor, self.office)[:1]
        return rows, None if rows else line.fault(column, NO_WORDS)

    def _same_words(self, line: Line, rows: list[CaseRow], all_held: Mapping[str, Held]) -> list[CaseRow]:
        """Of the cases with a number, the one with the row's words: two matters may bear the same."""
        body = self.layout.index.get("body")
        said = cells.plain(line.values[body]) if body is not None else ""
        if not said or any(row.number == cells.plain(line.values[self.place]) for row in rows):
            return rows
        return [r for r in rows if not all_held[r.case_id].open or _same_text(all_held[r.case_id].body, said)]

    def _unknown(self, line: Line) -> Plan:
        """A number that nobody here knows: a registration where the sheet takes some in."""
        if not self.layout.takes_in or line.mark is not None:
            return Plan(line, "", (line.fault(self.place, NO_MATTER),))
        if self.actor.role != "system" and not may(self.actor, "case.register"):
            return Plan(line, "", (line.fault(self.place, NO_CLERK),))
        letter, faults = self.letters.letter(line)
        for i, column in enumerate(self.layout.columns):
            if column.editable and not column.new and line.values[i] is not None:
                self.leave_step(line, i)
        return Plan(line, "" if faults else "new", tuple(faults), letter)

    def leave_step(self, line: Line, i: int) -> None:
        """Tell in the report that this cell was not taken in."""
        place = line.fault(i, "")
        self.no_step.add((place.sheet, place.column, place.title))

    def leave_name(self, line: Line, i: int) -> None:
        """Tell in the report that this cell names what is on no list here."""
        place = line.fault(i, "")
        self.letters.unknown[place.column, place.title] += 1


def _same_text(one: str, other: str) -> bool:
    """The words on file, masked and cut as a sheet shows them, and those of a row."""
    return normalise(bulk.masked(one)) == normalise(bulk.masked(other))


@dataclass
class _Compared:
    """One line beside the case it is about."""

    planner: Planner
    line: Line
    held: Held
    records: Sequence[Record]
    faults: list[CellFault] = field(default_factory=list)

    @property
    def columns(self) -> Sequence[Column]:
        return self.planner.layout.columns

    def plan(self) -> Plan:
        mark = self.line.mark
        record, edited = self._of_mark(mark) if mark else self._by_hand()
        if not edited or self.faults:
            return self._done("unchanged")
        if not self.held.open:
            self.faults.append(self.line.fault(edited[0], SEALED))
            return self._done("")
        asked = self._asked(record, edited)
        if self.faults or not asked:
            return self._done("unchanged")
        self._try(asked)
        return replace(self._done("changed"), case=record.case, seq=self.held.seq, asked=tuple(asked))

    def _done(self, outcome: str) -> Plan:
        return Plan(self.line, "" if self.faults else outcome, tuple(self.faults))

    # --- what was edited ------------------------------------------------------------------------------

    def _of_mark(self, mark: Mark) -> tuple[Record, list[int]]:
        """Cells of a made row that are not as they were written, nor as the case now has them."""
        values = self.line.values
        edited = [i for i in mark.edited(values) if self.line.here(i)]
        current = next((r for r in self.records if r.entry == mark.entry), None) or self._blank()
        if not edited:
            return current, []
        later = [r for r in self.records if r.entry > mark.seq]
        if any(self._all_same(record, edited) for record in (current, *later)):
            return current, []
        moved = [f for f in self.held.facts if f.seq > mark.seq and f.step and f.actor.role != "system"]
        if moved:
            self.faults.append(self.line.fault(edited[0], MOVED_ON))
        return current, [i for i in edited if not self._same(current, i)]

    def _by_hand(self) -> tuple[Record, list[int]]:
        """Cells of a row that somebody wrote which say what the case does not have yet."""
        given = [i for i, c in enumerate(self.columns) if c.editable and self.line.values[i] is not None]
        if self._came_by_this_row():
            given = [i for i in given if not self._left_out(i)]
        main = [i for i in given if self.columns[i].act == self.planner.layout.main]
        for record in reversed(self.records):
            if self._all_same(record, main if self.planner.layout.main else given):
                return record, [i for i in given if not self._same(record, i)]
        if self.planner.layout.main and main:
            return self._blank(), given
        record = self.records[-1] if self.records else self._blank()
        return record, [i for i in given if not self._same(record, i)]

    def _came_by_this_row(self) -> bool:
        row, place = self.held.row, self.planner.place
        said = cells.plain(self.line.values[place]) if place >= 0 else ""
        return self.planner.layout.takes_in and row.imported and bool(said) and row.source_number == said

    def _left_out(self, i: int) -> bool:
        """A cell that was not taken in with its row, and asks for nothing each time the same sheet comes."""
        column, row = self.columns[i], self.held.row
        if not column.new:
            if not row.taken_up:
                self.planner.leave_step(self.line, i)
            return not row.taken_up
        if column.kind not in ("office", "officer", "place"):
            return False
        code = self.planner.names.code(column.kind, cells.plain(self.line.values[i]))
        if not code:
            self.planner.leave_name(self.line, i)
        return not code or f",{code}," in row.respondents

    def _blank(self) -> Record:
        return self.planner.rows.blank(self.held)

    def _all_same(self, record: Record, columns: Sequence[int]) -> bool:
        return all(self._same(record, i) for i in columns)

    def _same(self, record: Record, i: int) -> bool:
        mine, theirs = cells.plain(self.line.values[i]), cells.plain(record.values[i])
        kind, names = self.columns[i].kind, self.planner.names
        if mine == theirs or kind not in ("office", "officer", "place"):
            return mine == theirs
        code = names.code(kind, mine)
        return bool(code) and code == names.code(kind, theirs)

    # --- which steps ----------------------------------------------------------------------------------

    def _asked(self, record: Record, edited: Sequence[int]) -> list[Asked]:
        groups: dict[str, list[int]] = {}
        for i in edited:
            column = self.columns[i]
            if column.editable:
                groups.setdefault(column.act, []).append(i)
            else:
                self._refuse(i, column)
        order = [act for act in self.planner.layout.acts if act in groups]
        made = [self._step(self.planner.layout.acts[act], record, groups[act]) for act in order]
        return [asked for asked in made if asked is not None]

    def _refuse(self, i: int, column: Column) -> None:
        if column.private:
            self.faults.append(self.line.fault(i, NOT_WHO))
        elif titles := self._titles(column):
            self.faults.append(self.line.fault(i, ANOTHER, step=titles))
        else:
            self.faults.append(self.line.fault(i, NOT_HERE))

    def _titles(self, column: Column) -> str:
        """The steps that do what an edit of this column asks for."""
        book, language = law.book(self.held.row.book), self.planner.names.language
        found = [s.title.get(language) for s in book.steps.values() if s.fact in column.by]
        return "”“".join(dict.fromkeys(found))

    def _step(self, act: Act, record: Record, edited: Sequence[int]) -> Asked | None:
        book, language = law.book(self.held.row.book), self.planner.names.language
        step = step_of(act, book)
        told = next((i for i in edited if self.line.values[i] is None), edited[0])
        fact = record.recorded.get(act.id)
        if step is None:
            self.faults.append(self.line.fault(told, NO_STEP))
        elif self.line.values[told] is None:
            self.faults.append(self.line.fault(told, EMPTIED))
        elif fact and not act.again:
            day, title = law.day_of(fact.at), step.title.get(language)
            self.faults.append(self.line.fault(told, STANDS, day=day, step=title))
        elif self.held.row.state not in step.from_ and self.columns[told].by:
            self.faults.append(self.line.fault(told, ANOTHER, step=self._titles(self.columns[told])))
        elif self.planner.actor.role == "system" and not any(who.role == "system" for who in step.by):
            self.faults.append(self.line.fault(told, WHO_ACTS, step=step.title.get(language)))
        else:
            return self._filled(act, step, edited[0])
        return None

    def _filled(self, act: Act, step: Step, told: int) -> Asked | None:
        """The step with every cell of its group that says something."""
        values: dict[str, object] = {}
        places: dict[str, int] = {}
        before = len(self.faults)
        for i, column in enumerate(self.columns):
            value = self.line.values[i]
            if column.act != act.id or not column.field or value is None:
                continue
            known = step.field(column.field)
            if known is None:
                self.faults.append(self.line.fault(i, NO_STEP))
                continue
            values[column.field] = self._value(i, value, known)
            places[column.field] = i
        return Asked(step, values, told, places) if len(self.faults) == before else None

    def _value(self, i: int, value: Value | Unread, known: Field) -> object:
        """A cell as the step takes it."""
        if isinstance(value, Unread):
            self.faults.append(self.line.fault(i, value.reason, error=value.error, year="1949"))
            return None
        if isinstance(value, date):
            return value.isoformat()[:10]
        if isinstance(value, int | float):
            return value
        said, names = str(value), self.planner.names
        if known.kind == "choice":
            found = next((c.id for c in known.choices if said in (c.id, c.title.zh, c.title.en)), "")
            titles = "、".join(c.title.get(names.language) for c in known.choices)
            if not found:
                self.faults.append(self.line.fault(i, NOT_LISTED, said=said[:40], known=titles))
            return found
        if known.kind in ("office", "officer", "place"):
            code = names.code(known.kind, said)
            if not code:
                self.faults.append(self.line.fault(i, UNKNOWN, said=said[:40]))
            return code
        return said

    def _try(self, asked: Sequence[Asked]) -> None:
        """Ask the book, before anything is written, whether it allows the steps."""
        steps = [(one.step.id, one.values) for one in asked]
        try:
            bulk.would_take(self.held.row, self.held.facts, steps, self.planner.actor, self.planner.now)
        except Unlawful as refusal:
            self.faults.append(refused(self.line, asked, refusal, self.planner.names.language))


def refused(line: Line, asked: Sequence[Asked], refusal: Unlawful, language: str) -> CellFault:
    """A refusal of the book, at the cell it is about."""
    step = next((one for one in asked if one.step.id == refusal.step), asked[0])
    column = step.columns.get(refusal.field or "", step.column)
    message = refusal.message.get(language)
    return line.fault(column, REFUSED, message=message, article=refusal.article)
