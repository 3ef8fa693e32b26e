"""`bench desk`: every page of the desk over a county with many cases."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from huiyin.cli.bench.figures import installation, percentile, result

ON_SQLITE, ON_POSTGRESQL = 200_000, 1_000_000
TIMES = 100


def measure(runs: int, size: int) -> Iterator[dict[str, Any]]:
    """The slowest page's p99, and each page's own; the limit is the login page of the same process.

    On PostgreSQL where HUIYIN_DATABASE_URL names an empty database, else on SQLite.
    """
    url = os.environ.get("HUIYIN_DATABASE_URL", "")
    cases = size or (ON_POSTGRESQL if url else ON_SQLITE)
    with installation(url) as env:
        done = subprocess.run(
            [sys.executable, "-m", "huiyin.cli.bench.desk_pages", str(cases), str(runs), str(TIMES)],
            env=env,
            check=True,
            stdout=subprocess.PIPE,
        )
    found = json.loads(done.stdout)
    worst = [max(_p99(pages[run]) for pages in found["pages"].values()) for run in range(runs)]
    yield result(
        "desk",
        worst,
        "ms at p99 of the slowest page",
        ("the login page of the same process at p99, ms", _p99(found["bare"])),
        database="postgresql" if url else "sqlite",
        cases=cases,
        pages={path: _figures([x for run in pages for x in run]) for path, pages in found["pages"].items()},
    )


def _p99(seconds: list[float]) -> float:
    return percentile(sorted(seconds), 0.99) * 1000


def _figures(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {f"p{q}_ms": round(percentile(ordered, q / 100) * 1000, 1) for q in (50, 99)}
