"""The one sequencer: gives committed facts their places in the log and signs the result.

Any process commits facts; whichever holds the sequencer's lock numbers all that wait. A thread of each
process does so in groups: at once when it is idle, and what arrives meanwhile is its next group.
"""

import atexit
import logging
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from huiyin.ledger import audit, copies, tiles, triggers
from huiyin.ledger.facts import writers_wait, writing
from huiyin.ledger.keys import log_key
from huiyin.ledger.merkle import Edge, leaf_hash
from huiyin.ledger.notes import Checkpoint, NoteError, Signer, open_checkpoint
from huiyin.ledger.tiles import Head, Tampered, rows

__all__ = ["Tampered", "follow", "forget", "integrate", "kick", "wait"]

log = logging.getLogger(__name__)

GROUP = 20_000  # about half a second of work: nobody waits longer for a batch in progress
ADVISORY_LOCK = 0x687569796C6F67  # "huiylog"
LOOK_EVERY = 0.5  # seconds
AUDIT_EVERY = 24 * 3600  # seconds
COPY_EVERY = 1.0  # seconds, at least, while more facts keep coming

_audited = False
_auditing = threading.Lock()


def integrate() -> int:
    """Number every waiting fact, in groups of one transaction each; how many were numbered.

    Raises Tampered, and signs nothing, when a trigger is missing, the stored tree is not the signed one,
    the kept checkpoint is newer or another, or (once in a process) any fact is not what was logged.
    """
    total = _integrate_waiting()
    _keep_copy()
    return total


def _integrate_waiting() -> int:
    _audit_once()
    total = 0
    while True:
        count = _integrate_group()
        total += count
        if count < GROUP:
            return total


def _keep_copy() -> None:
    """A crash before this leaves an older copy: a prefix of the log, which the next group replaces."""
    copies.keep(tiles.checkpoint_note(), log_key().verifier)


def forget() -> None:
    """Let the next `integrate` audit everything again: after a fork, or for another database."""
    global _audited
    _audited = False


def _audit_once() -> None:
    global _audited
    with _auditing:
        if _audited:
            return
        for finding in audit.audit(signatures=False):
            if finding.code in audit.STOPS:
                raise Tampered(finding.message, finding.fact_id)
        _audited = True


def _integrate_group() -> int:
    """One transaction: a crash anywhere in it leaves the log as it was, with the facts still waiting."""
    key = log_key()
    with writing():
        if connection.vendor == "postgresql":
            rows("SELECT pg_advisory_xact_lock(%s)", ADVISORY_LOCK)
        before = tiles.head()
        edge = _verified_edge(before, key)
        waiting = rows(
            f"SELECT p.fact_id, {tiles.ENTRY_COLUMNS} FROM ledger_pending p"
            " LEFT JOIN ledger_fact f ON f.id = p.fact_id ORDER BY p.fact_id LIMIT %s",
            GROUP,
        )
        if waiting or not before.note:
            _number(waiting, before.size)
            _store_tiles(edge, b"".join([_leaf(row) for row in waiting]))
            checkpoint = Checkpoint(key.name, edge.size, edge.root())
            _store_checkpoint(checkpoint, key.sign(str(checkpoint)))
    return len(waiting)


def _verified_edge(before: Head, key: Signer) -> Edge:
    """The tree's right edge, after making sure that it is the one signed last, and unguarded nowhere."""
    gone = triggers.missing(connection)
    if gone:
        raise Tampered(f"the database's guard {', '.join(gone)} is missing or altered: run huiyin doctor")
    try:
        signed = open_checkpoint(before.note, key.verifier) if before.note else None
    except NoteError as error:
        raise Tampered(f"the last checkpoint is not validly signed by this log's key: {error}") from error
    edge = tiles.edge(before.size)
    if edge.root() != before.root or signed not in (None, Checkpoint(key.name, before.size, before.root)):
        raise Tampered("the stored tree is not the one that was signed: run huiyin doctor")
    ((last,),) = rows("SELECT max(idx) FROM ledger_entry")
    if (-1 if last is None else last) != before.size - 1:
        raise Tampered("the numbered entries are not those that were signed: run huiyin doctor")
    copies.compare(before, key.verifier)
    return edge


def _leaf(row: Sequence[Any]) -> bytes:
    fact_id, *columns = row
    if columns[0] is None:
        raise Tampered(f"fact {fact_id} was deleted before it reached the log", fact_id)
    return leaf_hash(tiles.entry_of(columns))


def _number(waiting: Sequence[Sequence[Any]], size: int) -> None:
    with connection.cursor() as cursor:
        for at in range(0, len(waiting), 500):
            places = [
                value
                for idx, (fact_id, *_) in enumerate(waiting[at : at + 500], size + at)
                for value in (idx, fact_id)
            ]
            marks = ", ".join(["(%s, %s)"] * (len(places) // 2))
            cursor.execute(f"INSERT INTO ledger_entry (idx, fact_id) VALUES {marks}", places)
        cursor.execute(
            "DELETE FROM ledger_pending WHERE fact_id IN (SELECT fact_id FROM ledger_entry WHERE idx >= %s)",
            [size],
        )


def _store_tiles(edge: Edge, leaves: bytes) -> None:
    """Grow the tree; write the tiles that changed. Readers see a tile's new part with its checkpoint."""
    begun = {(level, n): len(hashes) for level, n, hashes in edge.partials()}
    full = edge.append(leaves)
    with connection.cursor() as cursor:
        for level, n, hashes in [*full, *edge.partials()]:
            width = begun.get((level, n))
            if width is None:
                cursor.execute(
                    "INSERT INTO ledger_tile (level, n, hashes) VALUES (%s, %s, %s)", [level, n, hashes]
                )
            elif width < len(hashes):
                cursor.execute(
                    "UPDATE ledger_tile SET hashes = %s WHERE level = %s AND n = %s", [hashes, level, n]
                )


def _store_checkpoint(checkpoint: Checkpoint, note: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_checkpoint (size, root, note, made_at) VALUES (%s, %s, %s, %s)",
            [
                checkpoint.size,
                checkpoint.root,
                note,
                connection.ops.adapt_datetimefield_value(timezone.now()),
            ],
        )


class _Rounds:
    """The thread that integrates. A round begun after a kick covers all that was committed before it."""

    def __init__(self) -> None:
        # One lock, two conditions: asking wakes the thread alone, not everyone who waits for its end.
        self._lock = threading.Lock()
        self._asked = threading.Condition(self._lock)
        self._round_over = threading.Condition(self._lock)
        self._wanted = False
        self._begun = self._ended = 0
        self._failure: BaseException | None = None
        self._closing = False
        self._thread: threading.Thread | None = None
        self._copied_at = 0.0

    def ask(self) -> int:
        """Ask for a round; its number."""
        with self._lock:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
                self._thread.start()
            self._asked.notify()
            return self._begun + 1

    def await_end(self, number: int, timeout: float) -> tuple[bool, BaseException | None]:
        """Whether the round ended in time, and what the last round failed with, if it did."""
        with self._lock:
            ended = self._round_over.wait_for(lambda: self._ended >= number or self._closing, timeout)
            return ended, self._failure

    def close(self) -> None:
        with self._lock:
            self._closing = True
            self._asked.notify()
            self._round_over.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while self._next():
            failure: BaseException | None = None
            try:
                self._refresh()
                _integrate_waiting()
                self._copy()
            except Exception as error:  # handed to everyone who waits for this round
                failure = error
                log.error("facts could not be integrated: %s", error)
            if failure is not None or (connection.vendor == "sqlite" and not self._busy()):
                connection.close()  # an idle process holds no file that may be replaced under it
            with self._lock:
                self._ended, self._failure = self._begun, failure
                self._round_over.notify_all()
        connection.close()

    def _busy(self) -> bool:
        return self._wanted or writers_wait()

    def _copy(self) -> None:
        """In a storm the copy may be a second old; the storm's last round brings it up to date."""
        if not self._busy() or time.monotonic() - self._copied_at > COPY_EVERY:
            _keep_copy()
            self._copied_at = time.monotonic()

    def _refresh(self) -> None:
        if connection.connection is not None and not connection.is_usable():
            connection.close()

    def _next(self) -> bool:
        with self._lock:
            self._asked.wait_for(lambda: self._wanted or self._closing)
            if self._closing:
                return False
            self._wanted = False
            self._begun += 1
            return True


_rounds = _Rounds()


def _after_fork() -> None:
    """A forked process has no thread of its parent's, and verifies for itself."""
    global _rounds, _auditing
    _rounds, _auditing = _Rounds(), threading.Lock()
    forget()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _rounds.close())


def kick() -> None:
    """Have this process's thread integrate soon, without waiting for it."""
    _rounds.ask()


def wait(fact_ids: Sequence[int], timeout: float = 2.0) -> bool:
    """Integrate now, and wait: True when all these committed facts are in the log.

    False after `timeout` seconds, or when the database could not be reached: a promise is due then.
    Raises Tampered when the sequencer refuses to go on.
    """
    if connection.in_atomic_block:
        raise RuntimeError("wait() comes after the transaction: nothing can be numbered before it commits")
    ended, failure = _rounds.await_end(_rounds.ask(), timeout)
    if not ended:
        return False
    try:
        if _all_numbered(fact_ids):
            return True
    except DatabaseError as error:  # what is committed must not be told as lost
        log.error("the database could not be reached: %s", type(error).__name__)
        return False
    if isinstance(failure, Tampered):
        raise Tampered(str(failure), failure.fact_id) from failure
    if failure is not None and not isinstance(failure, DatabaseError):
        raise RuntimeError("the sequencer failed") from failure
    return False


def _all_numbered(fact_ids: Sequence[int]) -> bool:
    found = 0
    for at in range(0, len(fact_ids), 500):
        some = fact_ids[at : at + 500]
        marks = ", ".join(["%s"] * len(some))
        ((count,),) = rows(f"SELECT count(*) FROM ledger_entry WHERE fact_id IN ({marks})", *some)
        found += count
    return found == len(set(fact_ids))


def follow(stop: threading.Event) -> None:
    """Until `stop`: integrate what killed processes left waiting; audit everything once a day.

    Living processes number their own facts at once. Only a fact that still waits at the next look is taken
    up here, so that in a storm this loop does not compete with them for the sequencer's lock.
    """
    audit_at = time.monotonic() + AUDIT_EVERY
    begin = True
    waited: int | None = None
    while not stop.is_set():
        try:
            if time.monotonic() >= audit_at:
                forget()
                audit_at = time.monotonic() + AUDIT_EVERY
                begin = True
            ((oldest,),) = rows("SELECT min(fact_id) FROM ledger_pending")
            if begin or (oldest is not None and oldest == waited):
                integrate()
            begin, waited = False, oldest
        except Tampered as refusal:
            log.error("the log refuses to go on: %s", refusal)
            stop.wait(60)
        except DatabaseError as error:
            log.error("the database could not be reached: %s", type(error).__name__)
            connection.close()
        stop.wait(LOOK_EVERY)
    connection.close()
