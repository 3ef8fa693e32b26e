"""`bench sheet`: rows a second out of the cases and back, beside the bare libraries in the same run."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huiyin.cli.bench.figures import huiyin, installation, result
from huiyin.cli.bench.importing import write_workbook

ROWS = 100_000


def measure(runs: int, size: int) -> Iterator[dict[str, Any]]:
    rows = size or ROWS
    out: list[float] = []
    back: list[float] = []
    floors: dict[str, list[float]] = {"write": [], "read": []}
    with installation() as env:
        place = Path(env["HUIYIN_DATA"]).parent
        letters, sheet = place / "letters.xlsx", place / "sheet.xlsx"
        write_workbook(letters, rows)
        huiyin(env, "import", "letters", str(letters), "--json")
        nothing = place / "nothing.xlsx"  # no order was ever given: what a process and an empty sheet take
        start = min(_timed(env, "sheet", "export", "supervision", str(nothing)) for _ in range(3))
        for _ in range(runs):
            out.append(rows / (_timed(env, "sheet", "export", "registration", str(sheet)) - start))
            back.append(rows / (_timed(env, "sheet", "import", "registration", str(sheet), "--json") - start))
            for name, seconds in _floors(sheet, place / "floor.xlsx").items():
                floors[name].append(rows / seconds)
    yield result(
        "sheet out", out, "rows/s", ("XlsxWriter, the same cells", _middle(floors["write"])), rows=rows
    )
    yield result(
        "sheet in", back, "rows/s", ("python-calamine, the same file", _middle(floors["read"])), rows=rows
    )


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _timed(env: Mapping[str, str], *arguments: str) -> float:
    """Seconds of one command, as a whole process; the start of a process is taken off by the caller."""
    started = time.perf_counter()
    said = huiyin(env, *arguments)
    seconds = time.perf_counter() - started
    if arguments[1] == "import" and (found := json.loads(said))["faults"]:
        raise RuntimeError(f"the import under test failed: {found['faults'][:3]}")
    return seconds


def _floors(sheet: Path, target: Path) -> dict[str, float]:
    """What the libraries alone take for the same sheet, in a process of their own."""
    script = Path(__file__).with_name("sheet_floor.py")
    done = subprocess.run(
        [sys.executable, str(script), str(sheet), str(target)], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
