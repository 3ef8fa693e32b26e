"""Notices of a case as Word and PDF, made anew from its facts each time somebody asks who may.

Whoever asks gets what casework's doors open to them. The petitioner is named to the petitioner and to an
officer who has opened the name; on anybody else's copy a line is left to fill in.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from huiyin.casework import reading, steps
from huiyin.papers import filling, typeset
from huiyin.postroom import computed, matter, templates
from huiyin.postroom.matter import NoNotice
from huiyin.postroom.templates import Report
from huiyin.procedure import Actor, Text

__all__ = ["Listed", "NoNotice", "Notice", "documents", "of_case", "pdf", "render"]


@dataclass(frozen=True)
class Notice:
    """A notice as a Word file. `name`: a file name without its ending. `report`: on the county's own
    template, where there is one; one that is not `usable` was passed over for the shipped one."""

    name: str
    docx: bytes
    language: str
    report: Report | None = None

    def pdf(self) -> bytes:
        """The same words as PDF."""
        return typeset.pdf(self.docx, self.language)


@dataclass(frozen=True)
class Listed:
    """A notice that the actor may have. `number`: its document number, "" for none."""

    seq: int
    kind: str
    title: Text
    number: str
    at: datetime


def of_case(case_id: str, actor: Actor) -> list[Listed]:
    """Every notice of the case that this actor may have, oldest first; the petitioner has what was served."""
    row = reading.find(case_id, actor)
    facts = steps.history(case_id)
    return [
        Listed(fact.seq, of.id, of.title, str(fact.values.get("notice_number", "")), fact.at)
        for fact, of in matter.notices_for(row, facts, actor)
    ]


def render(case_id: str, seq: int, kind: str, actor: Actor, language: str, *, now: datetime) -> Notice:
    """The notice `kind` of the fact at `seq`, to edit or to serve. `language`: zh or en.

    Raises NoNotice where the fact yields none for this actor, casework's `NotYours` where the case is not
    theirs. `now` only tells whether the actor has the name open.
    """
    spoken = "zh" if language.startswith("zh") else "en"
    of = matter.gather(case_id, seq, kind, actor, spoken, now)
    own = Path(settings.HUIYIN_NOTICES) if settings.HUIYIN_NOTICES else None
    template, report = templates.template(kind, spoken, own)
    name = f"{of.row.number}-{seq}-{of.form.title.get(spoken)}"
    return Notice(name, filling.fill(template, computed.context(of)), spoken, report)


def pdf(case_id: str, seq: int, kind: str, actor: Actor, language: str, *, now: datetime) -> bytes:
    """The same notice as PDF."""
    return render(case_id, seq, kind, actor, language, now=now).pdf()


def documents(case_id: str, actor: Actor, language: str, *, now: datetime) -> dict[str, bytes]:
    """Every notice of the case that this actor may have, as Word and PDF, under plain file names."""
    found: dict[str, bytes] = {}
    for one in of_case(case_id, actor):
        made = render(case_id, one.seq, one.kind, actor, language, now=now)
        found[f"{one.seq:04d}-{one.kind}.docx"] = made.docx
        found[f"{one.seq:04d}-{one.kind}.pdf"] = made.pdf()
    return found
