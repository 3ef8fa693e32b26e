"""The master key: where it lives, and the keys and digests derived from it by purpose.

It comes from the environment (`HUIYIN_MASTER_KEY`, base64 of 32 bytes) or from a file only its owner can
read (`HUIYIN_MASTER_KEY_FILE`), made on first start. It is never in the database, and a message about it
names the setting, never the value.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection

KEY_BYTES = 32


class MasterKeyFault(Exception):
    """The master key is missing, unsafe or not the one that sealed this database; `str()` says what to do."""


def derive(purpose: str) -> bytes:
    """32 bytes for one purpose, by HKDF-SHA-256 (RFC 5869); the same for the same master key."""
    return _derived(_master(), f"huiyin/derive/{purpose}")


def mac(purpose: str, data: bytes) -> bytes:
    """HMAC-SHA-256 of `data` under a key of its own for `purpose` ("code", "body", "person", …)."""
    return hmac.digest(_derived(_master(), f"huiyin/mac/{purpose}"), data, hashlib.sha256)


def setting() -> str:
    """Name of the setting the key comes from, for messages: never the key."""
    if settings.HUIYIN_MASTER_KEY:
        return "HUIYIN_MASTER_KEY"
    return f"HUIYIN_MASTER_KEY_FILE ({settings.HUIYIN_MASTER_KEY_FILE})"


@lru_cache(maxsize=64)
def _derived(master: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info.encode()).derive(master)


def _master() -> bytes:
    text = settings.HUIYIN_MASTER_KEY
    return _decode(text) if text else _from_file(Path(settings.HUIYIN_MASTER_KEY_FILE))


@lru_cache(maxsize=8)
def _from_file(path: Path) -> bytes:
    if not path.exists():
        _refuse_a_second_key()
        _make(path)
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise MasterKeyFault(
                f"{setting()} can be read by other users of this machine (mode {mode:04o}). "
                "Run `chmod 600` on it, and think about who may have copied it."
            )
        return _decode(file.read(1024).decode("ascii", "replace"))


@lru_cache(maxsize=8)
def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyFault(f"{setting()} must hold {KEY_BYTES} bytes in base64 (44 characters).")
    return key


def _refuse_a_second_key() -> None:
    """A lost key file must not be replaced quietly: new cases would hide that the old ones are unreadable."""
    from huiyin.vault.models import WrappedKey

    table = WrappedKey._meta.db_table
    if table in connection.introspection.table_names() and WrappedKey.objects.exists():
        raise MasterKeyFault(
            f"{setting()} does not exist, but the database holds keys wrapped by it. "
            "Put the key file back from its backup; without it no sealed word can be read."
        )


def _make(path: Path) -> None:
    """Write a new key so that a crash leaves either no file or a whole one, and two starters agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
