"""`python -m huiyin.cli.bench.floor_server THREADS WORKERS PORT` serves the create floor."""

import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

if __name__ == "__main__":
    threads, workers, port = map(int, sys.argv[1:4])
    Granian(
        "huiyin.cli.bench.floor:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        log_access=False,
        log_level=LogLevels.error,
        log_enabled=False,
    ).serve()
