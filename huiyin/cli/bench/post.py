"""`bench post`: messages sent a second, none lost over three kills, beside bare smtplib in the same run."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huiyin.cli.bench.figures import installation, result
from huiyin.cli.bench.post_sink import Sink

MESSAGES, KILLS = 10_000, 3
TIMEOUT = 2  # seconds of an attempt: what a killed sender held is taken up six of these later
PATIENCE = 600  # seconds for a run
SETTINGS = {
    "HUIYIN_POST_FROM": "news@county.example",
    "HUIYIN_POST_QUIET": "none",
    "HUIYIN_POST_DIGEST": "0",
    "HUIYIN_POST_TIMEOUT": str(TIMEOUT),
    "HUIYIN_PUBLIC_URL": "https://county.example",
    "DJANGO_SETTINGS_MODULE": "huiyin.settings",
}


def measure(runs: int, size: int) -> Iterator[dict[str, Any]]:
    """One line for each database; PostgreSQL when `HUIYIN_DATABASE_URL` names an empty one to fill."""
    yield _on("sqlite", "", runs, size or MESSAGES)
    if url := os.environ.get("HUIYIN_DATABASE_URL", ""):
        yield _on("postgresql", url, runs, size or MESSAGES)


def _on(database: str, url: str, runs: int, count: int) -> dict[str, Any]:
    rates: list[float] = []
    floors: list[float] = []
    lost = duplicates = 0
    with Sink() as sink, installation(url) as made:
        env = {**made, **SETTINGS, "HUIYIN_POST_SMTP_URL": f"smtp://127.0.0.1:{sink.port}"}
        queued = count / float(_script(env, "post_queue", str(count)))
        for _ in range(runs):
            sink.taken.clear()
            _script(env, "post_queue", "again")
            rates.append(count / _sent(env, sink, count))
            lost += count - len(sink.taken)
            duplicates += sum(sink.taken.values()) - len(sink.taken)
            floors.append(count / _floor(sink, count))
    return result(
        "post",
        rates,
        "messages/s",
        ("smtplib, the same letter over one connection", sorted(floors)[runs // 2]),
        database=database,
        messages=count,
        kills=KILLS,
        lost=lost,
        duplicates=duplicates,
        queued_per_s=round(queued, 1),
    )


def _sent(env: Mapping[str, str], sink: Sink, count: int) -> float:
    """Seconds in which a sender was sending, over all its lives; each ends by SIGKILL."""
    seconds = 0.0
    for life in range(1, KILLS + 2):
        goal = count * life // (KILLS + 1)
        sink.begin()
        worker = subprocess.Popen([sys.executable, "-m", "huiyin", "worker"], env=env)
        try:
            _await(sink, worker, goal)
        finally:
            worker.kill()
            worker.wait()
        seconds += sink.seconds()
    return seconds


def _await(sink: Sink, worker: "subprocess.Popen[bytes]", goal: int) -> None:
    """Until so many different messages came; what is lost for good ends the wait, and counts."""
    began = time.monotonic()
    while len(sink.taken) < goal and time.monotonic() - began < PATIENCE:
        if worker.poll() is not None:
            raise RuntimeError("the sender under test ended by itself")
        time.sleep(0.005)


def _floor(sink: Sink, count: int) -> float:
    script = Path(__file__).with_name("post_floor.py")
    command = [sys.executable, str(script), str(sink.port), str(count)]
    return float(subprocess.run(command, input=sink.letter, check=True, stdout=subprocess.PIPE).stdout)


def _script(env: Mapping[str, str], name: str, *arguments: str) -> str:
    command = [sys.executable, "-m", f"huiyin.cli.bench.{name}", *arguments]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
