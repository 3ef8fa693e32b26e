"""A row that nobody here knows yet, as a registration: what the sheet claims, with nothing invented."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from huiyin.casework import law
from huiyin.intake import words
from huiyin.intake.dates import ZONE, read_moment
from huiyin.intake.letters import (
    ABSURD,
    BODY_LONGEST,
    LINE_LONGEST,
    NUMBER_LONGEST,
    WHO,
    CellFault,
    ImportedLetter,
    sender,
)
from huiyin.offices import tree
from huiyin.papers.said import N_
from huiyin.procedure import Book, Text
from huiyin.sheets import cells
from huiyin.sheets.cells import Unread
from huiyin.sheets.layout import Layout
from huiyin.sheets.reading import Line
from huiyin.sheets.rows import Names

MANY = re.compile(r"[、，,;；\n]+")
# Other words for the purposes that are sealed: an accusation is never taken in as anything else.
ACCUSES = re.compile("检举|控告|举报|揭发")
ACCUSATION = "accusation"

NO_NUMBER = N_("The number of the letter is missing.")
NO_BODY = N_("The letter is empty.")
NO_DATE = N_("The date of the letter is missing.")
FUTURE = N_("This date is in the future.")
TOO_LONG = N_("At most %(longest)d characters; this has %(length)d.")
NO_ANSWER_DATE = N_("The answer has no date.")
NO_ANSWER = N_("There is a date of an answer, but no answer.")
PEOPLE = N_("From 1 to 99999 people.")
YES_OR_NO = N_("Write yes or no (是, 否).")
OWN = N_("This complains of the office that takes the sheet in. Another office has to register it.")
TO_THE_ACCUSED = N_("An office that is complained of never gets the matter. Leave this empty.")
TO_ANOTHER = N_("An accusation goes to the discipline office alone. Leave this empty, or name that office.")
ABSURD_ANSWER = N_("The answer is dated more than a year before the letter.")


_FLAGS = {"": False, "是": True, "yes": True, "y": True, "1": True, "true": True} | dict.fromkeys(
    ("否", "no", "n", "0", "false"), False
)


class Letters:
    """Reads new registrations; `unknown` counts, by column, what no list here has."""

    def __init__(self, layout: Layout, names: Names, office: str, now: datetime) -> None:
        self.places = {column.new: i for i, column in enumerate(layout.columns) if column.new}
        self.names, self.now, self.office = names, now, office
        self.receiving = office or tree.bureau_code()
        self.book: Book = law.book_for(office) if office else law.book_in_force()
        self.unknown: Counter[tuple[str, str]] = Counter()

    def letter(self, line: Line) -> tuple[ImportedLetter | None, list[CellFault]]:
        """The registration, or what is wrong with the row."""
        return _Reading(self, line).letter()


class _Reading:
    def __init__(self, letters: Letters, line: Line) -> None:
        self.letters, self.line = letters, line
        self.faults: list[CellFault] = []

    def letter(self) -> tuple[ImportedLetter | None, list[CellFault]]:
        number = self._line("source_number", NUMBER_LONGEST)
        asked = self._text("requests")
        body = self._text("body") or asked
        written, answered = self._at("written_at"), self._at("answered_at")
        answer = self._text("answer")
        for found, name, reason in (
            (number, "source_number", NO_NUMBER),
            (body, "body", NO_BODY),
            (written, "written_at", NO_DATE),
        ):
            if not found and not self._told(name):
                self._fault(name, reason)
        self._check_answer(answer, written, answered)
        people, purpose, handler = self._people(), self._purpose(), self._code("handler", "office")
        accused, keep_name = self._text("respondents"), self._flag("keep_name")
        respondents = self._offices("respondents", accused)
        self._check_handler(purpose, handler, accused, respondents)
        title, *who = (self._line(name) for name in ("title", *WHO))
        if self.faults or written is None:
            return None, self.faults
        return ImportedLetter(
            sheet=self.line.heads.sheet,
            row=self.line.number,
            source_number=number,
            person=sender(*who),
            title=title,
            body=body,
            written_at=written,
            date_only=written.time() == time(),
            answer=answer,
            answered_at=answered,
            answered_date_only=bool(answered and answered.time() == time()),
            category=self._category(),
            channel=self._listed("channel", self.letters.book.channels),
            purpose=purpose,
            place=self._code("place", "place"),
            handler=handler,
            requests=tuple(one for one in map(words.one_line, asked.split("\n")) if one)[:20],
            people=people,
            respondents=respondents,
            accused=accused,
            keep_name=keep_name,
        ), []

    def _value(self, name: str) -> Any:
        """The value of the column that gives this field; None, and a fault, where it cannot be read."""
        place = self.letters.places.get(name)
        value = self.line.values[place] if place is not None else None
        if isinstance(value, Unread):
            self._fault(name, value.reason, error=value.error, year="1949")
            return None
        return value

    def _fault(self, name: str, reason: str, **params: object) -> None:
        self.faults.append(self.line.fault(self.letters.places.get(name), reason, **params))

    def _told(self, name: str) -> bool:
        """Whether a fault of this cell is already told."""
        known = self.line.fault(self.letters.places.get(name), "")
        return any(fault.column == known.column for fault in self.faults if known.column)

    def _text(self, name: str) -> str:
        said = words.kept(cells.plain(self._value(name)))
        if len(said) > BODY_LONGEST:
            self._fault(name, TOO_LONG, longest=BODY_LONGEST, length=len(said))
        return said

    def _line(self, name: str, longest: int = LINE_LONGEST) -> str:
        said = words.one_line(cells.plain(self._value(name)))
        if len(said) > longest:
            self._fault(name, TOO_LONG, longest=longest, length=len(said))
        return said

    def _at(self, name: str) -> datetime | None:
        value = self._value(name)
        found = read_moment(value) if isinstance(value, date) else None
        if found and found.at > self.letters.now:
            self._fault(name, FUTURE)
        return found.at.astimezone(ZONE) if found else None

    def _check_answer(self, answer: str, written: datetime | None, answered: datetime | None) -> None:
        if self.faults:
            return
        if answer and not answered:
            self._fault("answered_at" if self._has("answered_at") else "answer", NO_ANSWER_DATE)
        elif answered and not answer:
            self._fault("answered_at", NO_ANSWER)
        elif answered and written and written - answered > ABSURD:
            self._fault("answered_at", ABSURD_ANSWER)

    def _has(self, name: str) -> bool:
        return self.letters.places.get(name, -1) in self.line.heads.columns

    def _category(self) -> str:
        """The name of a content class as casework looks it up."""
        code = self._listed("category", self.letters.book.categories)
        return self.letters.book.categories[code].zh if code else ""

    def _people(self) -> int:
        """How many; 0 where the sheet does not say."""
        value = self._value("people")
        if not isinstance(value, int) or 0 <= value < 100_000:
            return value or 0
        self._fault("people", PEOPLE)
        return 0

    def _flag(self, name: str) -> bool:
        said = self._line(name).lower()
        if said in _FLAGS:
            return _FLAGS[said]
        self._fault(name, YES_OR_NO)
        return False

    def _purpose(self) -> str:
        """What it is for; whatever speaks of accusing is an accusation, whatever the sheet calls it."""
        said = self._line("purpose")
        sealed = self.letters.book.sealed
        if ACCUSATION in sealed and ACCUSES.search(said):
            return ACCUSATION
        return self._listed("purpose", self.letters.book.purposes)

    def _offices(self, name: str, said: str) -> tuple[str, ...]:
        """The offices of a list; what is none is told in the report."""
        found = [(one, self.letters.names.code("office", one)) for one in MANY.split(said) if one.strip()]
        for one, code in found:
            if not code:
                self._not_known(name, one)
        return tuple(sorted({code for _, code in found if code}))

    def _check_handler(self, purpose: str, handler: str, accused: str, respondents: Sequence[str]) -> None:
        """Nobody gets what complains of them, and an accusation only whoever may judge it (design rule 4)."""
        named = {one.strip() for one in MANY.split(accused)} - {""}
        if self.letters.receiving in respondents:
            self._fault("respondents", OWN)
        if handler in respondents or self._line("handler") in named:
            self._fault("handler", TO_THE_ACCUSED)
        elif handler and purpose in self.letters.book.sealed and handler != tree.discipline(respondents):
            self._fault("handler", TO_ANOTHER)

    def _listed(self, name: str, titles: Mapping[str, Text]) -> str:
        said = self._line(name)
        code = next((c for c, t in titles.items() if said and said in (c, t.zh, t.en)), "")
        return code or self._not_known(name, said)

    def _code(self, name: str, kind: str) -> str:
        said = self._line(name)
        return (said and self.letters.names.code(kind, said)) or self._not_known(name, said)

    def _not_known(self, name: str, said: str) -> str:
        """What an old sheet calls by names of its own is taken in without it, and told in the report."""
        if said:
            title = self.line.fault(self.letters.places[name], "")
            self.letters.unknown[title.column, title.title] += 1
        return ""
