"""Schemathesis against a served county: right and wrong requests of every shape, all of its checks."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from huiyin.api.tokens import SCOPES
from tests.environment import SERVER
from tests.installation import Installation

CONFIGURED = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("FUZZ", "3")  # requests of an operation and a phase; `make fuzz` sends more


@pytest.mark.skipif(bool(SERVER), reason="once is enough, on SQLite")
def test_no_request_breaks_what_the_document_says(fresh: Installation) -> None:
    fresh.run("init")
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    token = fresh.run("api", "token", "new", "fuzz", *scopes).stdout.strip()
    with fresh.serving() as address:
        done = subprocess.run(
            [
                *(Path(sys.executable).parent / "schemathesis", "--config-file", CONFIGURED, "run"),
                *(f"{address}/api/v1/openapi.json", "-H", f"Authorization: Bearer {token}"),
                *("--checks", "all", "--max-examples", EXAMPLES, "--continue-on-failure", "--no-color"),
            ],
            cwd=fresh.data,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-12_000:]
    assert re.search(r"(\d{3,}) generated, \1 passed", done.stdout), done.stdout[-12_000:]
