"""The example client against a served county: what it keeps proves itself, what changed it reads once."""

import os
import subprocess
import sys
from pathlib import Path

from tests.installation import ROOT, Installation

CLIENT = ROOT / "examples" / "client.py"
BODY = "小区三号楼外墙瓷砖一直往下掉，砸坏了车，没有人来修。"


def run(address: str, token: str, *arguments: str | Path, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-I", CLIENT, *arguments],
        env={"HUIYIN": address, "HUIYIN_TOKEN": token, "PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done.stdout if expect == 0 else done.stderr


def test_the_example_is_short() -> None:
    assert len(CLIENT.read_text("utf-8").splitlines()) <= 50


def test_it_files_keeps_the_receipt_and_reads_the_feed(fresh: Installation, tmp_path: Path) -> None:
    fresh.run("init")
    scopes = ("--scope", "cases:file", "--scope", "changes:read")
    token = fresh.run("api", "token", "new", "example", *scopes).stdout.strip()
    kept = tmp_path / "receipts"
    kept.mkdir()
    with fresh.serving() as address:
        said = run(address, token, "file", BODY, kept)
        assert "entry 0 of the log" in said
        assert "petition.filed.1" in run(address, token, "changes", kept)
        assert run(address, token, "changes", kept) == ""
        run(address, token, "file", BODY, kept)
        assert len(run(address, token, "changes", kept).splitlines()) == 1
        assert "/problems/faults" in run(address, token, "file", " " * 20, kept, expect=1)
        assert "/problems/token" in run(address, "hyt_wrong", "changes", kept, expect=1)
    fresh.run("publish", tmp_path / "log")
    (kept / "after").unlink()
    told = fresh.run("check", tmp_path / "log", kept, HUIYIN_DATA=str(tmp_path), HUIYIN_DATABASE_URL="")
    assert "2" in told.stdout
