"""Facts: the only way to write them, and plain ways to read them."""

import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from huiyin.ledger import triggers
from huiyin.ledger.canonical import dumps
from huiyin.ledger.models import Fact

__all__ = ["Draft", "Fact", "MovedOn", "append", "facts_of", "stream", "writing"]

COLUMNS = (
    "case_id, seq, kind, recorded_at, clear, public_salt, public_content, private_commit, sealed"  # see _row
)
ROWS_A_STATEMENT = 100
PAGE = 2000


class MovedOn(Exception):
    """The case and seq of a draft are taken: somebody else was faster. The transaction is lost."""


@dataclass(frozen=True)
class Draft:
    """A fact to be. `private_commit` has 32 bytes; `sealed` is what only the case's key opens.

    `clear` repeats `case`, `seq`, `kind` and `recorded_at` (ISO 8601), so that the digest of it inside
    the private content covers the columns too.
    """

    case: str
    seq: int
    kind: str
    recorded_at: datetime
    clear: Mapping[str, Any]
    public: Mapping[str, Any]
    private_commit: bytes
    sealed: bytes


class FairLock:
    """A lock that threads get in the order they asked; handed over directly, so nobody starves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def queued(self) -> bool:
        """Whether threads wait for it now."""
        return bool(self._queue)

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False


_turn = FairLock()


def _new_turn() -> None:
    global _turn
    _turn = FairLock()


os.register_at_fork(after_in_child=_new_turn)


def writers_wait() -> bool:
    """Whether more writers of this process are about to commit (SQLite)."""
    return _turn.queued()


@contextmanager
def writing() -> Iterator[None]:
    """One transaction that writes facts; nothing is kept when the block raises.

    SQLite has one writer: threads queue here in order instead of polling for its lock, and the
    transaction takes that lock at once (IMMEDIATE). On PostgreSQL writers run side by side.
    """
    outermost = not connection.in_atomic_block
    with _turn if outermost and connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
        yield
        if outermost and _rehearsing.get():
            raise _Rehearsed


class _Rehearsed(Exception):
    """A transaction that would have been kept."""


_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@contextmanager
def rehearsal() -> Iterator[None]:
    """All that could refuse a write may do so; where it would be kept, it is undone and the block ends.

    Only the first transaction of the block is tried: what comes after it would have to see it kept.
    """
    token = _rehearsing.set(True)
    try:
        yield
    except _Rehearsed:
        pass
    finally:
        _rehearsing.reset(token)


def append(drafts: Sequence[Draft]) -> list[int]:
    """Add facts, inside `writing()`; their ids in order. Makes public salts and canonical contents.

    Raises MovedOn when a draft's case and seq are taken, ValueError for a draft that contradicts itself.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("append() runs inside writing()")
    rows = [_row(draft) for draft in drafts]
    ids: list[int] = []
    with connection.cursor() as cursor:
        for at in range(0, len(rows), ROWS_A_STATEMENT):
            chunk = rows[at : at + ROWS_A_STATEMENT]
            places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(chunk))
            try:
                cursor.execute(
                    f"INSERT INTO ledger_fact ({COLUMNS}) VALUES {places} RETURNING id",
                    [value for row in chunk for value in row],
                )
            except IntegrityError as error:
                if triggers.TAKEN in str(error) or "ledger_fact_case_seq" in str(error):
                    raise MovedOn("this case has moved on") from error
                raise
            ids += sorted(row[0] for row in cursor.fetchall())
    return ids


def _row(draft: Draft) -> tuple[Any, ...]:
    if draft.recorded_at.tzinfo is None or len(draft.private_commit) != 32 or len(draft.case) > 16:
        raise ValueError("a draft has an aware time, a 32-byte commitment and a case of at most 16 letters")
    if disagreement(draft.clear, draft.case, draft.seq, draft.kind, draft.recorded_at):
        raise ValueError("a draft's clear part repeats its case, seq, kind and recorded_at")
    return (
        draft.case,
        draft.seq,
        draft.kind,
        connection.ops.adapt_datetimefield_value(draft.recorded_at),
        dumps(draft.clear),
        os.urandom(32),
        dumps(draft.public),
        draft.private_commit,
        draft.sealed,
    )


def disagreement(clear: Mapping[str, Any], case: str, seq: int, kind: str, recorded_at: datetime) -> str:
    """The first of the columns that the clear part does not repeat, or ''."""
    for name, value in (("case", case), ("seq", seq), ("kind", kind)):
        if clear.get(name) != value:
            return name
    try:
        same = datetime.fromisoformat(clear["recorded_at"]) == recorded_at
    except (KeyError, TypeError, ValueError):
        same = False
    return "" if same else "recorded_at"


def facts_of(case: str) -> list[Fact]:
    """The facts of a case in the order they happened to it."""
    return list(Fact.objects.filter(case_id=case).order_by("seq"))


def stream(after_id: int = 0) -> Iterator[Fact]:
    """Every fact with a higher id, in order, a page at a time (bounded memory, no long transaction)."""
    while page := list(Fact.objects.filter(id__gt=after_id).order_by("id")[:PAGE]):
        yield from page
        after_id = page[-1].id
