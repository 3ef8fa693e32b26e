"""One installed Huiyin as an administrator has it: a data folder, a database, the `huiyin` command."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests import databases
from tests.environment import SERVER

ROOT = Path(__file__).resolve().parent.parent
OWN = ("HUIYIN_", "DJANGO_", "PYTEST_", "PYTHONPATH")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Installation:
    """`data` is HUIYIN_DATA; `environment` is all that the commands see."""

    data: Path
    environment: dict[str, str]

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "huiyin", *map(str, arguments)]

    def run(
        self, *arguments: str | Path, expect: int = 0, timeout: float = 600, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `huiyin ARGUMENTS` to its end; `settings` are more HUIYIN_* variables (name=value)."""
        done = subprocess.run(
            self.command(*arguments),
            env={**self.environment, **settings},
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        said = f"huiyin {' '.join(map(str, arguments))} ended with {done.returncode}, not {expect}"
        assert done.returncode == expect, f"{said}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done

    def start(self, *arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
        """Start `huiyin ARGUMENTS` in a process group of its own and leave it running."""
        with (self.data.parent / "server.log").open("a") as log:
            return subprocess.Popen(
                self.command(*arguments),
                env={**self.environment, **settings},
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    @contextmanager
    def serving(self, *arguments: str, **settings: str) -> Iterator[str]:
        """`huiyin serve` (or the given command) until the block ends; gives its address, without a slash."""
        port = free_port()
        process = self.start(*(arguments or ("serve",)), HUIYIN_PORT=str(port), **settings)
        try:
            address = f"http://127.0.0.1:{port}"
            self._await(address, process)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _await(self, address: str, process: subprocess.Popen[str], patience: float = 90) -> None:
        until = time.monotonic() + patience
        while time.monotonic() < until and process.poll() is None:
            try:
                urlopen(address, timeout=10).close()
                return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        log = (self.data.parent / "server.log").read_text()
        raise AssertionError(f"nothing answers at {address}; the server said:\n{log[-4000:]}")


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """A new, not yet initialised installation below `folder` (empty), with a database of its own."""
    data = folder / "data"
    data.mkdir()
    name = f"huiyin_{os.getpid()}_{folder.name}".replace("-", "_").lower()[:63]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(OWN)}
    environment |= {
        "HUIYIN_DATA": str(data),
        "HUIYIN_DATABASE_URL": databases.url(name),
        "PYTHONPATH": str(ROOT),
    }
    if SERVER:
        databases.create(name)
    try:
        yield Installation(data, environment)
    finally:
        if SERVER:
            databases.drop(name)
