"""Matters like a text, for the clerk who registers: by what was written and by nothing else.

An index of petitions is held in this process's memory, never on a disk; it follows the log, and begins anew
as soon as words are erased. Nobody can be looked up (design rules 1 and 3): numbers are covered first, a few
words are no question, and what a matter shares with one must stand in several places of it, which a name
and an address do not.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import may
from huiyin.casework.records import ERASED, unseal
from huiyin.intake.similar import bigrams
from huiyin.intake.words import mask_numbers
from huiyin.ledger.facts import Fact
from huiyin.ledger.models import Entry
from huiyin.procedure import Actor
from huiyin.vault import keys as vault_keys

SHORTEST = 20  # characters: less is no matter
ASKED = 120  # pairs of characters that a question is put by, the rarest first
PAIRS, PLACES = 6, 5  # that a matter must share with it, and how many apart from each other
# A short text has no five places: SHORT shared pairs are enough that are MOST of the longer of the two texts,
# or nearly ALL of it where they stand in no more places than a name and an address do (WHO).
SHORT, MOST, ALL, WHO = 16, 0.6, 0.8, 2
CANDIDATES = 12
PAGE = 200
PATIENCE = 0.5  # seconds that a question waits for the log to be read; the rest is read beside it


def alike(text: str, actor: Actor, limit: int = 3) -> list[CaseRow]:
    """Up to `limit` matters that the officer may see whose petition is like `text`, the likest first."""
    asked = mask_numbers(text)
    if len(asked.strip()) < SHORTEST:
        return []
    _index.follow()
    found = _index.like(asked)
    rows = CaseRow.objects.in_bulk(found.cases)
    mine = [case for case in found.cases if case in rows and _may_be_told(actor, rows[case])]
    held = dict(_petitions(mine))
    return [rows[case] for case in mine if _same_matter(asked, held[case], found.pairs)][:limit]


def _may_be_told(actor: Actor, row: CaseRow) -> bool:
    """Sealed matters are never hinted at, whoever asks."""
    sealed = row.purpose in law.book(row.book).sealed
    return may(actor, "case.see", row) and not (row.withheld or row.erased or sealed)


def _same_matter(asked: str, petition: str, pairs: set[str]) -> bool:
    shared = pairs.intersection(_pairs(petition))
    if len(shared) >= PAIRS and _places_of_both(asked, petition, shared) >= PLACES:
        return True
    return _nearly_the_same(asked, petition)


def _nearly_the_same(asked: str, petition: str) -> bool:
    """Whether two texts, however short, are mostly made of the same pairs."""
    ours, theirs = set(_pairs(asked)), set(_pairs(petition))
    shared = ours & theirs
    least = MOST if _places_of_both(asked, petition, shared) > WHO else ALL
    return len(shared) >= max(SHORT, least * max(len(ours), len(theirs)))


def _places_of_both(asked: str, petition: str, shared: set[str]) -> int:
    return min(_places(asked, shared), _places(petition, shared))


def _places(text: str, shared: set[str]) -> int:
    """In how many places of the text the shared pairs stand: pairs that touch are one, said again is none."""
    words, told, places, before = text.lower(), set[str](), 0, False
    for start in range(len(words) - 1):
        pair = words[start : start + 2]
        places += pair in shared and not before and pair not in told
        before = pair in shared
        told.add(pair)
    return places


def _petitions(cases: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The words that each case began with, numbers covered."""
    keys = vault_keys.open_keys(cases)
    for fact in Fact.objects.filter(case_id__in=list(keys), seq=1).order_by("id"):
        private = unseal(fact, keys[fact.case_id])
        yield fact.case_id, mask_numbers(f"{private.texts()['title']}\n{private.words}")


@dataclass(frozen=True)
class _Found:
    """The pairs asked for, and the cases that hold most of them, the likest first."""

    pairs: set[str]
    cases: list[str]


class _Index:
    """Which pairs of characters stand in which petition; ranked by BM25."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._begin()

    def _begin(self) -> None:
        self._next = 0
        self._held = sqlite3.connect(":memory:", check_same_thread=False)
        self._held.executescript(
            "CREATE TABLE matter (n INTEGER PRIMARY KEY, case_id TEXT UNIQUE);"
            "CREATE VIRTUAL TABLE words USING fts5(pairs, content='', tokenize='unicode61');"
            "CREATE VIRTUAL TABLE pair USING fts5vocab(words, 'row');"
        )

    def follow(self) -> None:
        """Take in what the log got since the last look; most of a long log in a thread of its own."""
        until = time.monotonic() + PATIENCE
        while more := self._page():
            if time.monotonic() > until:
                break
        if more and (self._reader is None or not self._reader.is_alive()):
            self._reader = threading.Thread(target=self._read_on, name="alike", daemon=True)
            self._reader.start()

    def _read_on(self) -> None:
        try:
            while self._page():
                pass
        finally:
            connection.close()

    def _page(self) -> bool:
        with self._lock:
            entries = list(Entry.objects.filter(idx__gte=self._next).order_by("idx")[:PAGE])
            facts = Fact.objects.filter(id__in=[entry.fact_id for entry in entries])
            if self._next and facts.filter(kind=ERASED).exists():
                self._begin()
                return True
            first = facts.filter(seq=1).values_list("case_id")
            self._add(CaseRow.objects.filter(case_id__in=first, erased=False))
            self._next += len(entries)
            return len(entries) == PAGE

    def _add(self, rows: Iterable[CaseRow]) -> None:
        for case_id, text in _petitions([row.case_id for row in rows]):
            made = self._held.execute("INSERT INTO matter (case_id) VALUES (?)", (case_id,))
            told = (made.lastrowid, " ".join(_pairs(text)))
            self._held.execute("INSERT INTO words (rowid, pairs) VALUES (?, ?)", told)
        self._held.commit()

    def like(self, text: str) -> _Found:
        with self._lock:
            rare = self._rare(_pairs(text))
            asked = " OR ".join(f'"{pair}"' for pair in rare) or '""'
            found = self._held.execute(
                "SELECT case_id FROM words JOIN matter ON n = words.rowid WHERE words MATCH ?"
                " ORDER BY bm25(words) LIMIT ?",
                (asked, CANDIDATES),
            )
            return _Found(set(rare), [case_id for (case_id,) in found])

    def _rare(self, pairs: Sequence[str]) -> list[str]:
        """Those of the pairs that some petition holds, the rarest first."""
        marks = ", ".join("?" * len(pairs))
        asked = f"SELECT term FROM pair WHERE term IN ({marks}) ORDER BY doc, term LIMIT ?"
        return [term for (term,) in self._held.execute(asked, (*pairs, ASKED))]


def _pairs(text: str) -> list[str]:
    return [pair for pair in bigrams(text) if len(pair) == 2]


_index = _Index()


def forget() -> None:
    """Begin anew: another data folder, or a process of its own after a fork."""
    global _index
    _index = _Index()


os.register_at_fork(after_in_child=forget)
