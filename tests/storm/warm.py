"""The warm process: it has started Django and forks a child for each deed, without any connection or thread
that a child could inherit. `nursery` talks to it; nothing of the tests' own settings is imported here.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import django

PATIENCE = 120  # seconds until a child that does not end is killed and the test fails


def serve() -> None:
    """Answer requests, one JSON line each, until standard input closes; then no child is left."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiyin.settings"
    django.setup()
    from tests.storm import deeds

    deeds.warm_up()
    children: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        if "await" in request:
            children.discard(request["await"])
            answer: dict[str, Any] = {"status": _await(request["await"])}
        else:
            pid = os.fork()
            if pid == 0:
                _live(getattr(deeds, request["deed"]), request["arguments"], Path(request["place"]))
            children.add(pid)
            answer = {"pid": pid}
        print(json.dumps(answer), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _await(pid: int) -> int | None:
    """The child's wait status; None for one that hung, and was killed for it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _live(deed: Callable[..., Any], arguments: dict[str, Any], place: Path) -> NoReturn:
    """The child's whole life. It ends without tidying up, as a killed process would."""
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(place.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for ours, theirs in ((nothing, 0), (nothing, 1), (log, 2)):
        os.dup2(ours, theirs)
    failed = 1
    try:
        value = deed(**arguments)
        place.with_suffix(".json").write_text(json.dumps(value))
        failed = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(failed)


if __name__ == "__main__":
    serve()
