"""Two hundred lives of a case under each book, told through the pages, and each petitioner's whole file.

`STORIES` tells how many; each is told by its number, so that a fault can be told again.
"""

import os
import random
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from huiyin.procedure import ZONE, Book, list_books, load_book
from tests.alone import check
from tests.stories import teller

BOOKS = [name.partition("@")[0] for name in list_books()]
MANY, AT_ONCE = int(os.environ.get("STORIES", "200")), 50
PARTS = range(-(-MANY // AT_ONCE))
BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)


@pytest.fixture
def clock(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> teller.Clock:
    teller.county()
    clock = teller.Clock(BEGIN)
    monkeypatch.setattr(timezone, "now", clock)
    return clock


def told(book: Book, number: int, clock: teller.Clock) -> teller.Story:
    clock.now = BEGIN
    return teller.Story(book, clock, random.Random(f"{book.id} {number}")).tell()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", BOOKS)
def test_every_story_runs_to_its_end_and_its_file_proves_itself(
    name: str, part: int, clock: teller.Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, alone: Path
) -> None:
    monkeypatch.setattr(settings, "HUIYIN_BOOK", name)
    book, files = load_book(name), []
    for number in range(part * AT_ONCE, min(MANY, (part + 1) * AT_ONCE)):
        story = told(book, number, clock)
        assert story.taken, f"nobody did anything in story {number}"
        files.append(tmp_path / f"{number}.zip")
        files[-1].write_bytes(story.whole_file())
    code, said = check(alone, *files)
    assert code == 0, said
