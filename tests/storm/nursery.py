"""Children to kill: `warm` forks one for each deed, in milliseconds, and a test holds it here.

A test names a function of `tests.storm.deeds`; the child runs it on the installation's data, with connections
of its own, and may be killed at any moment.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.installation import Installation
from tests.storm.warm import PATIENCE


class Died(AssertionError):
    """A child ended otherwise than the test meant it to; says what the child wrote to its log."""


@dataclass(frozen=True)
class Ended:
    """`signal` is 0 for a child that ended by itself; `value` is then what its deed returned."""

    signal: int
    value: Any


class Child:
    """One running deed. `log` is what it writes to standard error: warnings, errors, traces."""

    def __init__(self, nursery: "Nursery", pid: int, place: Path) -> None:
        self._nursery, self.pid, self._place = nursery, pid, place

    @property
    def log(self) -> str:
        return self._place.with_suffix(".log").read_text(errors="replace")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> Ended:
        """Wait for its end; `Died` when it failed or hung."""
        status = self._nursery.ask({"await": self.pid})["status"]
        if status is None:
            raise Died(f"a child did not end in {PATIENCE} s:\n{self.log[-4000:]}")
        if os.WIFSIGNALED(status):
            return Ended(os.WTERMSIG(status), None)
        if os.WEXITSTATUS(status):
            raise Died(f"a child failed:\n{self.log[-4000:]}")
        return Ended(0, json.loads(self._place.with_suffix(".json").read_text()))


class Nursery:
    """The test's side of the warm process."""

    def __init__(self, office: Installation) -> None:
        self._folder = office.data.parent / "nursery"
        self._folder.mkdir()
        self._log = (self._folder / "nursery.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.storm.warm"],
            env=office.environment,
            cwd=office.data,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._born = 0

    def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(what), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise Died(f"the warm process is gone:\n{Path(self._log.name).read_text()[-4000:]}")
        return dict(json.loads(answer))

    def start(self, deed: Callable[..., Any], **arguments: Any) -> Child:
        """Run `deed(**arguments)` (JSON values) in a new child."""
        self._born += 1
        place = self._folder / f"child-{self._born}"
        pid = self.ask({"deed": deed.__name__, "arguments": arguments, "place": str(place)})["pid"]
        return Child(self, pid, place)

    def call(self, deed: Callable[..., Any], **arguments: Any) -> Any:
        """What `deed(**arguments)` returns, run to its end in a new child."""
        child = self.start(deed, **arguments)
        ended = child.end()
        if ended.signal:
            raise Died(f"a child was killed by signal {ended.signal}:\n{child.log[-4000:]}")
        return ended.value

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()
