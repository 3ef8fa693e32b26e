"""Figures of a bench and the throw-away installations they are taken in."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def percentile(ordered: Sequence[float], q: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * q))]


def result(
    name: str, runs: Sequence[float], unit: str, limit: tuple[str, float], **more: Any
) -> dict[str, Any]:
    """One line of a bench: median of the runs, and its ratio to the limit of the same session."""
    value = statistics.median(runs)
    return {
        "name": name,
        "runs": [round(run, 2) for run in runs],
        "value": round(value, 2),
        "unit": unit,
        "limit": {"what": limit[0], "value": round(limit[1], 2)},
        "ratio": round(value / limit[1], 3) if limit[1] else None,
        **more,
    }


@contextmanager
def installation(database_url: str = "") -> Iterator[dict[str, str]]:
    """The environment of a new one-office county in a throw-away folder."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-bench-"))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HUIYIN_")}
    env = {**kept, "HUIYIN_DATA": str(folder / "data"), "HUIYIN_DATABASE_URL": database_url}
    try:
        huiyin(env, "init")
        yield env
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def huiyin(env: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "huiyin", *arguments], env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def served(env: Mapping[str, str], command: Sequence[str]) -> Iterator[int]:
    """Run a server command (its last argument is the port, added here) until the block ends."""
    port = _free_port()
    process = subprocess.Popen([sys.executable, *command, str(port)], env=env, stderr=subprocess.DEVNULL)
    try:
        _await(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server under test ended by itself")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server under test did not answer in 30 seconds")
