"""Sealed papers of a case: attachments and their pictures, found by a random reference only."""

import secrets

from huiyin.vault.keys import CaseKey, Erased
from huiyin.vault.models import Sealed


def put(case: str, key: CaseKey, kind: str, plain: bytes) -> str:
    """Keep `plain` sealed under the case's key; returns the reference (32 hex characters)."""
    ref = secrets.token_hex(16)
    blob = key.seal(plain, _context(case, kind, ref))
    Sealed.objects.create(ref=ref, case_id=case, kind=kind, blob=blob)
    return ref


def get(ref: str, key: CaseKey) -> bytes:
    """The bytes kept under `ref`; `Erased` when none are, `Unreadable` with another case's key."""
    row = Sealed.objects.filter(ref=ref).first()
    if row is None:
        raise Erased(ref)
    return key.open(bytes(row.blob), _context(row.case_id, row.kind, row.ref))


def _context(case: str, kind: str, ref: str) -> str:
    return f"paper/{case}/{kind}/{ref}"
