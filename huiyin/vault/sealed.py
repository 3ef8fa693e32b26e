"""Sealed papers of a case: attachments and their pictures, found by a random reference only."""

import secrets
from collections.abc import Sequence

from huiyin.vault.keys import CaseKey, Erased
from huiyin.vault.models import Sealed


def put(case: str, key: CaseKey, kind: str, plain: bytes) -> str:
    """Keep `plain` sealed under the case's key; returns the reference (32 hex characters)."""
    return put_many([(case, key, kind, plain)])[0]


def put_many(papers: Sequence[tuple[str, CaseKey, str, bytes]]) -> list[str]:
    """`put` for many (case, key, kind, plain) at once (imports); their references in order."""
    rows = []
    for case, key, kind, plain in papers:
        ref = secrets.token_hex(16)
        rows.append(Sealed(ref=ref, case_id=case, kind=kind, blob=key.seal(plain, _context(case, kind, ref))))
    Sealed.objects.bulk_create(rows)
    return [row.ref for row in rows]


def get(ref: str, key: CaseKey) -> bytes:
    """The bytes kept under `ref`; `Erased` when none are, `Unreadable` with another case's key."""
    row = Sealed.objects.filter(ref=ref).first()
    if row is None:
        raise Erased(ref)
    return key.open(bytes(row.blob), _context(row.case_id, row.kind, row.ref))


def remove(ref: str) -> None:
    """Delete what is kept under `ref`: an address that its owner has replaced or taken back."""
    Sealed.objects.filter(ref=ref).delete()


def _context(case: str, kind: str, ref: str) -> str:
    return f"paper/{case}/{kind}/{ref}"
