"""The newest checkpoint, kept once more outside the database (HUIYIN_CHECKPOINT_COPY).

Put it on another disk or machine: it is what tells a database restored from an old backup from the log
that outsiders have already seen. Signing past such a gap would fork the log.
"""

import fcntl
import logging
import os
from pathlib import Path

from django.conf import settings

from huiyin.ledger.keys import sync_folder
from huiyin.ledger.merkle import EMPTY_ROOT
from huiyin.ledger.notes import Checkpoint, NoteError, Verifier, open_checkpoint
from huiyin.ledger.tiles import Head, Tampered, nodes

log = logging.getLogger(__name__)

WHAT_TO_DO = (
    "Nothing more is signed. If a backup was restored, restore a newer one, or bring back the missing facts"
    " from the newest copy of this database; if they are lost for good, retire this log publicly: a new"
    " HUIYIN_LOG_ORIGIN, a new HUIYIN_LOG_KEY and a new HUIYIN_CHECKPOINT_COPY."
)


def kept(key: Verifier) -> Checkpoint | None:
    """The kept checkpoint, or None where none was kept yet; Tampered when it cannot be read as one."""
    path = Path(settings.HUIYIN_CHECKPOINT_COPY)
    try:
        return open_checkpoint(path.read_bytes(), key)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Tampered(f"the kept checkpoint {path} cannot be read: {error.strerror}") from error
    except NoteError as error:
        raise Tampered(
            f"the kept checkpoint {path} is not one of this log ({error}). {WHAT_TO_DO}"
        ) from error


def compare(head: Head, key: Verifier) -> None:
    """Raise Tampered unless the kept checkpoint is a prefix of the log at `head`."""
    checkpoint = kept(key)
    if checkpoint is None:
        return
    if checkpoint.size > head.size:
        raise Tampered(
            f"this database has {head.size} log entries, but a checkpoint over {checkpoint.size} was signed"
            f" before: the database is older than its log. {WHAT_TO_DO}"
        )
    if checkpoint.size == head.size:
        same = checkpoint.root == head.root
    else:
        same = checkpoint.root == (nodes().root(checkpoint.size) if checkpoint.size else EMPTY_ROOT)
    if not same:
        raise Tampered(
            f"the first {checkpoint.size} log entries of this database are not those signed before."
            f" {WHAT_TO_DO}"
        )


def keep(note: bytes, key: Verifier) -> None:
    """Replace the kept checkpoint by a newer one, durably; an older one than is kept changes nothing.

    A copy that cannot be written is logged and found by `audit`; it stops no registration.
    """
    path = Path(settings.HUIYIN_CHECKPOINT_COPY)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(f"{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # processes copy after their commit, so not in order
            before = kept(key)
            if before is None or before.size < open_checkpoint(note, key).size:
                _replace(path, note)
    except OSError as error:
        log.error("the checkpoint could not be copied to %s: %s", path, error.strerror)


def _replace(path: Path, note: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
