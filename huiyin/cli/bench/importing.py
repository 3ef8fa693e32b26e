"""`bench import`: letters a second from a workbook to the integrated log, and how memory grows with rows."""

import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

from huiyin.cli.bench.figures import installation, result

ROWS = 100_000
HEADINGS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
BODY = "村里的机耕道被雨水冲断，收割机进不去，希望交通部门尽快抢修。"
ANSWER = "经现场查看，该路段已列入水毁修复计划，预计下月完工。"


def measure(runs: int, size: int) -> Iterator[dict[str, Any]]:
    rows = size or ROWS
    rates: list[float] = []
    peaks: dict[str, float] = {}
    strings = 0.0
    for _ in range(runs):
        with installation() as env:
            book = Path(env["HUIYIN_DATA"]).parent / "letters.xlsx"
            write_workbook(book, rows)
            strings = _uncompressed(book)
            seconds, peaks["xlsx_mib"] = _import(env, book)
            rates.append(rows / seconds)
    peaks |= _csv_peaks(rows)
    floor = _floor(rows)
    yield result(
        "import",
        rates,
        "letters/s",
        ("two hashed and sealed facts a letter, appended and integrated, nothing else", floor),
        rows=rows,
        uncompressed_strings_mib=round(strings, 1),
        peak_mib={name: round(value, 1) for name, value in peaks.items()},
    )


def letter(number: int) -> tuple[object, ...]:
    """One row; every body differs."""
    day, hour = 1 + number % 28, number % 24
    written = f"2025/{1 + number % 6}/{day} {hour}:{number % 60:02d}:09"
    answered = f"2025/{7 + number % 5}/{day} {hour}:{number % 60:02d}:09"
    body = f"第{number}号：{BODY * 4}"
    return number, f"U{number:08d}", f"机耕道抢修{number}", written, body, ANSWER * 3, answered


def write_workbook(path: Path, rows: int) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("来信")
        sheet.write_row(0, 0, HEADINGS)
        for number in range(1, rows + 1):
            sheet.write_row(number, 0, letter(number))


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(HEADINGS) + "\n")
        for number in range(1, rows + 1):
            stream.write(",".join(map(str, letter(number))) + "\n")


def _csv_peaks(rows: int) -> dict[str, float]:
    peaks = {}
    for label, count in (("csv_mib", rows // 10), ("csv_10x_mib", rows)):
        with installation() as env:
            sheet = Path(env["HUIYIN_DATA"]).parent / "letters.csv"
            write_csv(sheet, count)
            peaks[label] = _import(env, sheet)[1]
    return peaks


def _import(env: Mapping[str, str], path: Path) -> tuple[float, float]:
    """(seconds, peak MiB) of one import by the real command, as a whole process."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "huiyin", "import", "letters", str(path), "--json"],
        env=dict(env),
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    found = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status or found["faults"]:
        raise RuntimeError(f"the import under test failed: {found['faults'][:3]}")
    return seconds, _mib(usage)


def _mib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


def _uncompressed(path: Path) -> float:
    with zipfile.ZipFile(path) as book:
        return sum(part.file_size for part in book.infolist()) / 1024**2


def _floor(rows: int) -> float:
    """Letters a second when only the ledger's own work is done: what no import can beat."""
    script = Path(__file__).with_name("append_floor.py")
    with installation() as env:
        done = subprocess.run(
            [sys.executable, str(script), str(rows)], env=env, check=True, stdout=subprocess.PIPE
        )
    return rows / float(done.stdout)
