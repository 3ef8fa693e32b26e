"""Two hundred lives of a case under each book, told through the pages, and each petitioner's whole file.

`STORIES` tells how many; each is told by its number, so that a fault can be told again.
"""

import os
import random
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from huiyin.procedure import ZONE, Book, list_books, load_book
from tests.stories import teller

BOOKS = [name.partition("@")[0] for name in list_books()]
MANY = int(os.environ.get("STORIES", "200"))
BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)


@pytest.fixture
def clock(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> teller.Clock:
    teller.county()
    clock = teller.Clock(BEGIN)
    monkeypatch.setattr(timezone, "now", clock)
    return clock


def told(book: Book, number: int, clock: teller.Clock) -> teller.Story:
    clock.now = BEGIN
    return teller.Story(book, clock, random.Random(f"{book.name} {number}")).tell()


@pytest.mark.parametrize("name", BOOKS)
def test_every_story_runs_to_its_end_through_the_pages(
    name: str, clock: teller.Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "HUIYIN_BOOK", name)
    book = load_book(name)
    steps: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for number in range(MANY):
        story = told(book, number, clock)
        import time

        print(number, time.time(), len(story.taken), dict(story.refused), flush=True)
        steps.update(story.taken)
        ends[story.case().state] += 1
    print(name, sum(steps.values()), ends, {s for s in book.steps if s not in steps})
