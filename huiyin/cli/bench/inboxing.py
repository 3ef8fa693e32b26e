"""`bench inbox`: one inbox page with many open cases, through the real pages, logged in."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from huiyin.cli.bench.figures import installation, percentile, result

CASES = 100_000
PAGES = 200


def measure(runs: int, size: int) -> Iterator[dict[str, Any]]:
    """Latency of `/desk/`; the limit is the login page of the same process (framework and template only)."""
    cases = size or CASES
    with installation() as env:
        done = subprocess.run(
            [sys.executable, "-m", "huiyin.cli.bench.inbox_pages", str(cases), str(runs), str(PAGES)],
            env=env,
            check=True,
            stdout=subprocess.PIPE,
        )
    found = json.loads(done.stdout)
    latencies = sorted(x for run in found["inbox"] for x in run)
    bare = sorted(found["bare"])
    yield result(
        "inbox",
        [percentile(sorted(run), 0.99) * 1000 for run in found["inbox"]],
        "ms at p99",
        ("the login page of the same process at p99, ms", percentile(bare, 0.99) * 1000),
        cases=cases,
        p50_ms=round(percentile(latencies, 0.5) * 1000, 2),
        p99_ms=round(percentile(latencies, 0.99) * 1000, 2),
    )
