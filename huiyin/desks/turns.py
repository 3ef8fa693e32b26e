"""The queue of visitors at an office's reception: numbers of today and the windows that called them.

Working data and nothing else: no name, no matter, no fact. The worker drops what is of another day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from huiyin.casework import law
from huiyin.desks.models import Turn
from huiyin.ledger.facts import writing
from huiyin.offices.models import Office

RECENT = 5
NUMBER_MOST = 9999


@dataclass(frozen=True)
class Board:
    """What a screen shows: the numbers called, the newest first, and how many wait."""

    called: list[Turn]
    waiting: int


class Full(Exception):
    """Nobody has so many visitors in a day: something else asks for numbers."""


def issue(office: str, now: datetime) -> int:
    """The next number of today."""
    today = law.day_of(now)
    with writing():
        _alone(office)
        drop_past(now)
        last = _today(office, today).order_by("-number").values_list("number", flat=True).first() or 0
        if last >= NUMBER_MOST:
            raise Full(office)
        Turn.objects.create(office=office, day=today, number=last + 1)
    return last + 1


def call_next(office: str, desk: str, now: datetime) -> int | None:
    """Call the lowest number that waits to a window; None when nobody waits."""
    with writing():
        _alone(office)
        turn = _today(office, law.day_of(now)).filter(called_at=None).order_by("number").first()
        if turn is None:
            return None
        turn.desk, turn.called_at = desk, now
        turn.save()
        return turn.number


def call_again(office: str, number: int, desk: str, now: datetime) -> bool:
    """Put a number that was called on top of the screen once more; False when there is none."""
    found = _today(office, law.day_of(now)).filter(number=number).exclude(called_at=None)
    return bool(found.update(desk=desk, called_at=now))


def board(office: str, now: datetime) -> Board:
    today = _today(office, law.day_of(now))
    called = today.exclude(called_at=None).order_by("-called_at", "-number")[:RECENT]
    return Board(list(called), today.filter(called_at=None).count())


def waiting(office: str, now: datetime) -> Sequence[Turn]:
    return list(_today(office, law.day_of(now)).filter(called_at=None).order_by("number"))


def ahead(office: str, number: int, now: datetime) -> int:
    """How many wait before this number."""
    return _today(office, law.day_of(now)).filter(called_at=None, number__lt=number).count()


def drop_past(now: datetime) -> None:
    """Nothing of another day is kept; the worker asks for it too."""
    Turn.objects.filter(day__lt=law.day_of(now)).delete()


def _today(office: str, today: date) -> QuerySet[Turn]:
    return Turn.objects.filter(office=office, day=today)


def _alone(office: str) -> None:
    """Two windows of one office one after the other (SQLite has one writer anyway)."""
    Office.objects.select_for_update().filter(code=office).first()
