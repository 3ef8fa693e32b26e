"""Writes the log as a folder of files that anyone can mirror, serve and check."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huiyin.ledger import paths, sequencer, tiles
from huiyin.ledger.keys import log_key, sync_folder
from huiyin.ledger.notes import NoteError, Verifier, open_checkpoint
from huiyin.ledger.paths import Tile
from huiyin.ledger.tiles import Head, Tampered

Progress = Callable[[int, int], None]


class PublishFault(Exception):
    """The folder cannot take this log: it holds another one, or a newer one."""


@dataclass(frozen=True)
class Published:
    """The log's size, and how many files were written and removed."""

    size: int
    written: int
    removed: int


def publish(folder: Path, progress: Progress | None = None) -> Published:
    """Bring `folder` up to date: `vkey`, `checkpoint` and `tile/…`, each file whole or not there.

    Integrates what waits and audits every fact first; raises Tampered, with nothing written, when the
    ledger is not what was signed, and PublishFault when the folder holds another log.
    `progress(done, total)` counts files.
    """
    sequencer.forget()
    sequencer.integrate()
    key, head = log_key().verifier, tiles.head()
    _make_folder(folder)
    since = _published(folder, key, head)
    fresh = list(paths.tiles_of(head.size, since))
    # New files first: until the checkpoint is replaced, the folder is the older log, complete.
    written = _write(folder / "vkey", str(key).encode())
    touched = {folder}
    for done, tile in enumerate(fresh, 1):
        target = folder / paths.path(tile)
        written += _write(target, _content(tile))
        touched.add(target.parent)
        if progress is not None:
            progress(done, len(fresh))
    for place in touched:
        sync_folder(place)
    written += _write(folder / "checkpoint", head.note)
    sync_folder(folder)
    # A crash from here on leaves superseded partial tiles; the next publish removes them.
    return Published(head.size, written, _remove_superseded(folder, head.size))


def _published(folder: Path, key: Verifier, head: Head) -> int:
    """The size of the log that the folder holds; 0 for a new one."""
    vkey, checkpoint = folder / "vkey", folder / "checkpoint"
    if vkey.exists() and vkey.read_bytes() != str(key).encode():
        raise PublishFault(f"{folder} holds another log (its vkey differs): publish to another folder")
    if not checkpoint.exists():
        return 0
    try:
        before = open_checkpoint(checkpoint.read_bytes(), key)
    except NoteError as error:
        raise PublishFault(f"{checkpoint} is damaged ({error}): publish to an empty folder") from error
    if before.size > head.size:
        raise PublishFault(f"{folder} holds {before.size} entries, this log only {head.size}: it is older")
    if before.root != tiles.nodes().root(before.size):
        raise Tampered(f"{folder} holds a log of {before.size} entries that is no prefix of this one")
    return before.size


def _content(tile: Tile) -> bytes:
    data = tiles.content(tile)
    if data is None:
        raise Tampered(f"{paths.path(tile)} is missing in the database")
    return data


def _write(target: Path, data: bytes) -> int:
    """Replace a file by a whole new one, unless it is already that; how many were written."""
    if target.exists() and target.read_bytes() == data:
        return 0
    _make_folder(target.parent)
    fresh = target.with_name(f"{target.name}.new")
    with fresh.open("wb") as file:
        os.fchmod(file.fileno(), 0o644)  # for everyone, whatever this process keeps to itself
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
    return 1


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


def _remove_superseded(folder: Path, size: int) -> int:
    """Remove tiles that a log of this size does not have, and what a killed publish left half-written."""
    removed = 0
    for place, _, names in os.walk(folder / "tile", topdown=False):
        for name in names:
            path = Path(place, name)
            where = path.relative_to(folder).as_posix()
            if not paths.belongs(where, size) and paths.parse(where.removesuffix(".new")):
                path.unlink()
                removed += 1
        if place.endswith(".p") and not os.listdir(place):
            os.rmdir(place)
    return removed
