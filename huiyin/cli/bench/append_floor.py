"""Seconds to append and integrate two facts a letter, sealed under one key: the import's floor."""

import os
import sys
import time
from datetime import UTC, datetime


def main(rows: int) -> float:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")
    import django

    django.setup()
    from huiyin.ledger import sequencer
    from huiyin.ledger.entries import commit
    from huiyin.ledger.facts import Draft, append, writing

    now = datetime.now(UTC)
    at = now.isoformat(timespec="microseconds")
    content = "x" * 900
    started = time.perf_counter()
    for batch in range(0, rows, 500):
        drafts = []
        for number in range(batch, min(batch + 500, rows)):
            for seq in (1, 2):
                case = f"{number:016d}"
                clear = {"case": case, "seq": seq, "kind": "bench.1", "recorded_at": at}
                salt = os.urandom(32)
                sealed = content.encode()
                drafts.append(Draft(case, seq, "bench.1", now, clear, clear, commit(salt, content), sealed))
        with writing():
            append(drafts)
    sequencer.integrate()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
