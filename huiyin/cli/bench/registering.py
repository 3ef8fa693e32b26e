"""`bench register`: durable registrations a second, beside the create floor of the same run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from huiyin.cli.bench.figures import installation, percentile, result, served

CONNECTIONS, THREADS, WORKERS, REQUESTS = 64, 16, 1, 3000
FLOOR = ["-m", "huiyin.cli.bench.floor_server", str(THREADS), str(WORKERS)]
PRODUCT = ["-m", "huiyin", "serve", "--threads", str(THREADS), "--workers", str(WORKERS), "--port"]


def measure(runs: int, size: int) -> Iterator[dict[str, Any]]:
    """One line for each database: floor and product by turns, at the same concurrency and workers.

    PostgreSQL is measured when `HUIYIN_DATABASE_URL` names an empty database to fill.
    """
    yield _on("sqlite", "", runs, size or REQUESTS)
    if url := os.environ.get("HUIYIN_DATABASE_URL", ""):
        yield _on("postgresql", url, runs, size or REQUESTS)


def _on(database: str, url: str, runs: int, requests: int) -> dict[str, Any]:
    rates: dict[str, list[float]] = {"floor": [], "product": []}
    latencies: list[float] = []
    with installation(url) as env:
        for _ in range(runs):
            rates["floor"].append(_rate(_load(env, FLOOR, requests), requests))
            found = _load(env, PRODUCT, requests)
            rates["product"].append(_rate(found, requests))
            latencies += found["latencies"]
    latencies.sort()
    floor = sorted(rates["floor"])[runs // 2]
    return result(
        "register",
        rates["product"],
        "registrations/s",
        ("create floor: one durable ORM insert through the same server", floor),
        database=database,
        p50_ms=round(percentile(latencies, 0.5) * 1000, 1),
        p99_ms=round(percentile(latencies, 0.99) * 1000, 1),
        connections=CONNECTIONS,
        workers=WORKERS,
        threads=THREADS,
    )


def _rate(found: Mapping[str, Any], requests: int) -> float:
    return requests / float(found["seconds"])


def _load(env: Mapping[str, str], command: list[str], requests: int) -> dict[str, Any]:
    with served(env, command) as port:
        arguments = [str(port), "/file/", str(CONNECTIONS), str(requests)]
        done = subprocess.run(
            [sys.executable, "-m", "huiyin.cli.bench.load", *arguments],
            env=env,
            check=True,
            stdout=subprocess.PIPE,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
