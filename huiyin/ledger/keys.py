"""The log's signing key: made on first start, readable by its owner only, bound to the log's origin."""

import os
import secrets
from base64 import b64encode
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from huiyin.ledger.entries import strict_b64decode
from huiyin.ledger.models import StoredCheckpoint
from huiyin.ledger.notes import ED25519, Signer


class KeyFault(Exception):
    """The log's key file is missing, open to others, damaged, or of another log."""


def log_key() -> Signer:
    """The key at HUIYIN_LOG_KEY under the name HUIYIN_LOG_ORIGIN; made when the log is new."""
    path, origin = Path(settings.HUIYIN_LOG_KEY), str(settings.HUIYIN_LOG_ORIGIN)
    if not path.exists():
        if StoredCheckpoint.objects.exists():
            raise KeyFault(f"the log has signed checkpoints, but its key {path} is gone: restore that file")
        _make(path, origin)
    return _load(path, origin, path.stat().st_mode & 0o777)


def vkey() -> str:
    """The verifier-key line that outsiders check the log with."""
    return str(log_key().verifier)


def _make(path: Path, origin: str) -> None:
    """Write a new key in Go's note format, complete or not at all; a key already there stays."""
    signer = Signer(origin, Ed25519PrivateKey.generate())
    # Some verifiers read the key id's hex in either case, so one flipped bit of a letter would go
    # unnoticed in a published key line. An id of digits only has no such bit; one key in 43 has one.
    while not signer.verifier.key_id.hex().isdigit():
        signer = Signer(origin, Ed25519PrivateKey.generate())
    seed = b64encode(ED25519 + signer.key.private_bytes_raw()).decode()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"PRIVATE+KEY+{origin}+{signer.verifier.key_id.hex()}+{seed}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)  # unlike a rename, it never replaces the key of a process that was faster
    except FileExistsError:
        pass
    finally:
        made.unlink()
    sync_folder(path.parent)


@lru_cache(maxsize=8)
def _load(path: Path, origin: str, mode: int) -> Signer:
    if mode & 0o077:
        raise KeyFault(f"others can read the log's key: chmod 600 {path}")
    parts = path.read_text().strip().split("+", 4)
    try:
        seed = strict_b64decode(parts[4])
        signer = Signer(parts[2], Ed25519PrivateKey.from_private_bytes(seed[1:]))
    except (IndexError, ValueError) as error:
        raise KeyFault(f"{path} holds no signing key: restore that file") from error
    if parts[:2] != ["PRIVATE", "KEY"] or seed[:1] != ED25519 or parts[3] != signer.verifier.key_id.hex():
        raise KeyFault(f"{path} holds no signing key: restore that file")
    if signer.name != origin:
        raise KeyFault(f"{path} signs for {signer.name}, but HUIYIN_LOG_ORIGIN is {origin}")
    return signer


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
