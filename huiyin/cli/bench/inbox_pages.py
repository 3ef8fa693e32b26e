"""Fills a throw-away county with open cases and asks for inbox pages: latencies (s) as JSON."""

import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

DAYS = 60  # the days over which the cases fall due
A_YEAR = 50_000  # what a county takes in
APART = timedelta(days=365) / A_YEAR
CHANNELS = ("letter", "visit", "web", "call")
CATEGORIES = (
    "legal",
    "land",
    "education",
    "labour",
    "construction",
    "rural",
    "health",
    "environment",
    "civil",
)


def main(cases: int, runs: int, pages: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")
    import django

    django.setup()
    from django.test import Client

    from huiyin.casework import health
    from huiyin.offices.models import Officer

    health.prepare()
    fill(cases)
    clerk = Officer(
        login="bench", office_id="xfj", role="clerk", name_zh="甲", name_en="A", post_zh="乙", post_en="B"
    )
    clerk.save()
    client, stranger = Client(), Client()
    client.force_login(clerk)
    last = -(-cases // 50)
    inbox = [
        [seconds(client, f"/desk/?page={random.randint(1, last)}") for _ in range(pages)] for _ in range(runs)
    ]
    return {"inbox": inbox, "bare": [seconds(stranger, "/desk/login/") for _ in range(pages)]}


def seconds(client: Any, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address, HTTP_HOST="localhost")
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return time.perf_counter() - started


def fill(cases: int) -> None:
    """Real open cases: imported, then their rows taken up so that a clock runs on every one."""
    from huiyin.casework.filing import import_letters
    from huiyin.casework.models import CaseRow, Listed
    from huiyin.cli.bench.importing import letter
    from huiyin.intake.letters import Letters

    headings = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情")
    rows = [("来信", 1, list(headings))]
    now = datetime.now(UTC)
    stream = (("来信", n + 1, _letter(letter(n), now - (cases - n + 1) * APART)) for n in range(1, cases + 1))
    import_letters(
        Letters((*rows, *stream), now),  # type: ignore[arg-type]  # a faultless sheet holds letters only
        office="xfj",
        now=lambda: now,
    )
    # The projection alone is moved on: 100,000 steps one by one would be an hour of the bench.
    every = list(CaseRow.objects.values_list("case_id", flat=True))
    moved = {"state": "registered", "owner_office": "xfj", "due_clock": "route", "ended": False}
    listed = {"mine": True, "ended": False, "owed_clock": "route"}
    for day in range(DAYS):
        due = (now + timedelta(days=day - 10)).date()
        moved |= {
            "channel": CHANNELS[day % len(CHANNELS)],
            "category": CATEGORIES[day % len(CATEGORIES)],
        }
        mine = every[day::DAYS]
        for at in range(0, len(mine), 500):
            few = mine[at : at + 500]
            CaseRow.objects.filter(case_id__in=few).update(due=due, due_order=due, **moved)
            Listed.objects.filter(case_id__in=few).update(due_order=due, owed_order=due, **listed)


def _letter(row: tuple[object, ...], at: datetime) -> list[object]:
    number, user, title, _written, body = row[:5]
    return [number, user, title, at.replace(tzinfo=None), body]


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:4]))))
