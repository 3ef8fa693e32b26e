"""One AES-256-GCM key per case, wrapped by the master key; erasing the key erases the case's words.

Sealed bytes are `version ‖ nonce (12) ‖ ciphertext and tag`; the caller's `context` is authenticated, so
sealed words cannot be moved to another place and still open (NIST SP 800-38D).
"""

import os
from collections.abc import Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError, connection, transaction

from huiyin.vault import master
from huiyin.vault.models import Sealed, WrappedKey

VERSION = b"\x01"
NONCE_BYTES = 12
LOOKED_AT = 10  # stored keys tried at start before another master key is suspected
BATCH = 500  # rows a statement names at once; SQLite allows 999 variables on old builds


class Erased(Exception):
    """The case has no key: its words were erased, or it never existed (the two are not told apart)."""


class Unreadable(Exception):
    """Sealed bytes that were damaged, or are opened in a place or case they were not sealed for."""


class CaseKey:
    """Seals and opens the words of one case. Holds the key in memory and never shows it."""

    __slots__ = ("_aead",)

    def __init__(self, secret: bytes) -> None:
        self._aead = AESGCM(secret)

    def __repr__(self) -> str:
        return "<CaseKey>"

    def __reduce__(self) -> str:
        raise TypeError("a case key is never pickled, cached or queued")

    def seal(self, plain: bytes, context: str) -> bytes:
        """`plain` under this key, bound to `context`; `open` needs the same context."""
        return _seal(self._aead, plain, context)

    def open(self, blob: bytes, context: str) -> bytes:
        """The plain bytes, or `Unreadable`."""
        return _open(self._aead, blob, context)


def create(case: str) -> CaseKey:
    """A new key for `case`, kept wrapped. A case that has one already is an `IntegrityError`."""
    return create_many([case])[case]


def create_many(cases: Sequence[str]) -> dict[str, CaseKey]:
    """New keys for many cases at once (imports): one draw of randomness, few statements."""
    wrapping = _wrapping()
    entropy = os.urandom(master.KEY_BYTES * len(cases))
    size = master.KEY_BYTES
    secrets = [entropy[i * size : (i + 1) * size] for i in range(len(cases))]
    WrappedKey.objects.bulk_create(
        [
            WrappedKey(case_id=case, wrapped=_seal(wrapping, secret, _wrap_context(case)))
            for case, secret in zip(cases, secrets, strict=True)
        ],
        batch_size=BATCH if connection.vendor == "sqlite" else None,
    )
    return {case: CaseKey(secret) for case, secret in zip(cases, secrets, strict=True)}


def open_key(case: str) -> CaseKey:
    """The key of `case`, or `Erased`; `master.MasterKeyFault` when another master key wrapped it."""
    wrapped = WrappedKey.objects.filter(case_id=case).values_list("wrapped", flat=True).first()
    if wrapped is None:
        raise Erased(case)
    return _unwrap(_wrapping(), case, bytes(wrapped))


def open_keys(cases: Iterable[str], damaged: set[str] | None = None) -> dict[str, CaseKey]:
    """The keys of those of `cases` that have one; erased cases are missing from the answer.

    A damaged row is `master.MasterKeyFault`; with `damaged` given, its case is put there instead.
    """
    wrapping = _wrapping()
    keys: dict[str, CaseKey] = {}
    for batch in _batches(list(cases)):
        rows = WrappedKey.objects.filter(case_id__in=batch).values_list("case_id", "wrapped")
        for case, wrapped in rows:
            try:
                keys[case] = _unwrap(wrapping, case, bytes(wrapped))
            except master.MasterKeyFault:
                if damaged is None:
                    raise
                damaged.add(case)
    return keys


def system_key() -> CaseKey:
    """The key for sealed parts of facts that belong to no case; it cannot be erased."""
    return CaseKey(master.derive("system"))


def check() -> None:
    """Open a stored key, for start-up and `doctor`: `MasterKeyFault` when the master key is not ours.

    One that opens is enough: another that does not is damaged, and `doctor` names its case.
    """
    wrapping, fault = _wrapping(), None
    for case, wrapped in WrappedKey.objects.values_list("case_id", "wrapped")[:LOOKED_AT]:
        try:
            _unwrap(wrapping, case, bytes(wrapped))
        except master.MasterKeyFault as found:
            fault = found
        else:
            return
    if fault is not None:
        raise fault


def erase(case: str) -> None:
    """Delete the key and every sealed paper of `case`, in the caller's transaction.

    Call `scrub` after the commit: until then the write-ahead log may hold the old pages.
    """
    if connection.vendor == "sqlite":
        # A freed page would otherwise keep the key's bytes until something overwrites it.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
    Sealed.objects.filter(case_id=case).delete()
    WrappedKey.objects.filter(case_id=case).delete()


def scrub() -> bool:
    """Clear what erased rows left in the database files: outside any transaction, after `erase` commits.

    SQLite: empties the write-ahead log. PostgreSQL: rewrites the table of keys. False when readers were
    in the way: call again later. What backups and replicas still hold: docs/decisions/0020.
    """
    transaction.get_connection().validate_no_atomic_block()
    return _truncate_wal() if connection.vendor == "sqlite" else _rewrite_keys()


def _truncate_wal() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy: int = cursor.fetchone()[0]
    return busy == 0


def _rewrite_keys() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '3s'")
        try:
            cursor.execute("VACUUM (FULL) vault_key")
        except DatabaseError:
            return False
        finally:
            cursor.execute("RESET lock_timeout")
    return True


def _wrapping() -> AESGCM:
    return AESGCM(master.derive("wrap"))


def _wrap_context(case: str) -> str:
    return f"key/{case}"


def _unwrap(wrapping: AESGCM, case: str, wrapped: bytes) -> CaseKey:
    try:
        return CaseKey(_open(wrapping, wrapped, _wrap_context(case)))
    except Unreadable:
        raise master.MasterKeyFault(
            f"{master.setting()} is not the master key this database was sealed with "
            "(or a stored key is damaged). Put back the key that belongs to this data folder."
        ) from None


def _seal(aead: AESGCM, plain: bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + aead.encrypt(nonce, plain, context.encode())


def _open(aead: AESGCM, blob: bytes, context: str) -> bytes:
    if blob[:1] != VERSION:
        raise Unreadable("sealed bytes of an unknown version")
    try:
        return aead.decrypt(blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :], context.encode())
    except (InvalidTag, ValueError):
        raise Unreadable("sealed bytes do not open here: damaged, or moved from another place") from None


def _batches(cases: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(cases), BATCH):
        yield cases[start : start + BATCH]
