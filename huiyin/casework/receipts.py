"""What a petitioner takes away: the proof, the opening and the words of the registration."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from huiyin.casework.records import unseal
from huiyin.ledger import receipts as ledger_receipts
from huiyin.ledger.canonical import dumps
from huiyin.ledger.facts import Fact
from huiyin.vault import keys as vault_keys
from huiyin.vault.keys import CaseKey


@dataclass(frozen=True)
class Receipt:
    """`proof`: a C2SP tlog-proof, or the signed promise while `index` is None. The rest is secret."""

    case: str
    index: int | None
    proof: bytes
    opening: bytes
    words: bytes


def receipt(case_id: str) -> Receipt:
    """The receipt of a case's registration; `vault.keys.Erased` once its key is gone."""
    fact = Fact.objects.get(case_id=case_id, seq=1)
    return _receipt(fact, vault_keys.open_key(case_id))


def receipts(case_ids: Iterable[str]) -> Iterator[Receipt]:
    """Receipts of many cases; erased cases are passed over."""
    for case_id in case_ids:
        try:
            yield receipt(case_id)
        except vault_keys.Erased:
            continue


def _receipt(fact: Fact, key: CaseKey) -> Receipt:
    index = ledger_receipts.entry_index(fact.id)
    proof = ledger_receipts.promise(fact.id) if index is None else ledger_receipts.proof(fact.id)
    private = unseal(fact, key)
    return Receipt(fact.case_id, index, proof, opening_of(fact, key), private.words.encode())


def opening_of(fact: Fact, key: CaseKey) -> bytes:
    """`NAME.opening.json`: both salts and contents of one fact's entry."""
    private = unseal(fact, key)
    found = {
        "public": _public(fact),
        "private": {"salt": base64.b64encode(private.salt).decode(), "content": private.content},
    }
    return (dumps(found) + "\n").encode()


def public_opening_of(fact: Fact) -> bytes:
    """`NAME.public.json`: the public part alone."""
    return (dumps({"public": _public(fact)}) + "\n").encode()


def _public(fact: Fact) -> dict[str, str]:
    return {"salt": base64.b64encode(bytes(fact.public_salt)).decode(), "content": fact.public_content}
