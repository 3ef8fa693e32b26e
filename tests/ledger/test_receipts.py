"""Receipts hold by themselves; keys are made once, and guarded."""

import threading
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from huiyin.ledger import keys, receipts, sequencer, tiles
from huiyin.ledger.entries import commit, entry_bytes
from huiyin.ledger.facts import Fact
from huiyin.ledger.keys import KeyFault
from huiyin.ledger.merkle import leaf_hash, verify_inclusion
from huiyin.ledger.notes import open_checkpoint, open_note, read_vkey
from huiyin.ledger.proofs import parse_proof
from huiyin.ledger.tiles import Tampered
from tests.ledger.making import record, run, unguarded

pytestmark = pytest.mark.django_db


def verify(fact_id: int, data: bytes) -> None:
    proof, fact = parse_proof(data), Fact.objects.get(pk=fact_id)
    signed = open_checkpoint(proof.checkpoint, read_vkey(keys.vkey()))
    public = commit(bytes(fact.public_salt), fact.public_content)
    assert proof.entry == entry_bytes(public, bytes(fact.private_commit))
    verify_inclusion(proof.index, signed.size, leaf_hash(proof.entry), proof.path, signed.root)


def test_every_fact_of_a_growing_log_has_its_proof() -> None:
    ids: list[int] = []
    for count in (1, 1, 5, 256, 300, 3):
        ids += record(count)
        sequencer.integrate()
        for fact_id in {ids[0], ids[-1], ids[len(ids) // 2]}:
            verify(fact_id, receipts.proof(fact_id))
    for fact_id, data in zip(ids, receipts.proofs(ids), strict=True):
        verify(fact_id, data)
    assert receipts.entry_index(ids[7]) == 7


def test_a_waiting_fact_has_a_promise_instead() -> None:
    (fact_id,) = record()
    assert receipts.entry_index(fact_id) is None
    with pytest.raises(LookupError, match="not in the log yet"):
        receipts.proof(fact_id)
    text = open_note(receipts.promise(fact_id), [read_vkey(keys.vkey())])
    name, origin, entry, until = text.splitlines()
    assert (name, origin) == ("huiyin.promise/1", keys.log_key().name)
    fact = Fact.objects.get(pk=fact_id)
    assert int(until.removeprefix("integrated-by ")) == int(fact.recorded_at.timestamp()) + 3600
    sequencer.integrate()
    assert parse_proof(receipts.proof(fact_id)).entry == b64decode(entry.removeprefix("entry "))
    with pytest.raises(LookupError):
        receipts.promise(fact_id + 1)


def test_no_receipt_is_made_for_a_changed_fact() -> None:
    ids = record(3)
    sequencer.integrate()
    with unguarded():
        run("UPDATE ledger_fact SET public_content = '{}' WHERE id = %s", ids[1])
    with pytest.raises(Tampered) as refusal:
        receipts.proof(ids[1])
    assert refusal.value.fact_id == ids[1]
    verify(ids[2], receipts.proof(ids[2]))
    with pytest.raises(Tampered, match=f"fact {ids[1]} was changed"):
        tiles.entry_bundle(0, 3)
    with unguarded():
        run("DELETE FROM ledger_fact WHERE id = %s", ids[1])
    with pytest.raises(Tampered, match=f"fact {ids[1]} was deleted"):
        tiles.entry_bundle(0, 3)


def test_the_key_is_made_once_and_for_its_owner_only(settings: Any, tmp_path: Path) -> None:
    settings.HUIYIN_LOG_KEY = path = tmp_path / "new" / "log.key"
    lines: list[str] = []
    threads = [threading.Thread(target=lambda: lines.append(make_and_read())) for _ in range(4)]

    def make_and_read() -> str:
        keys._make(path, settings.HUIYIN_LOG_ORIGIN)
        return path.read_text()

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(lines)) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["log.key"]
    # Go reads a key id in either case of hex; ours has no letter whose case a bit could flip.
    assert read_vkey(keys.vkey()).key_id.hex().isdigit()


def test_it_signs_with_no_other_key(settings: Any, tmp_path: Path) -> None:
    settings.HUIYIN_LOG_KEY = path = tmp_path / "log.key"
    keys.vkey()
    settings.HUIYIN_LOG_ORIGIN = "elsewhere.example/log"
    with pytest.raises(KeyFault, match=r"signs for huiyin\.example"):
        keys.vkey()
    path.chmod(0o640)
    with pytest.raises(KeyFault, match="chmod 600"):
        keys.vkey()
    path.chmod(0o600)
    path.write_text("nonsense")
    keys._load.cache_clear()
    with pytest.raises(KeyFault, match="holds no signing key"):
        keys.vkey()


def test_a_lost_key_is_not_replaced(settings: Any, tmp_path: Path) -> None:
    sequencer.integrate()
    settings.HUIYIN_LOG_KEY = tmp_path / "gone.key"
    with pytest.raises(KeyFault, match="restore that file"):
        keys.vkey()
    assert not settings.HUIYIN_LOG_KEY.exists()


def test_another_key_signs_nothing(settings: Any, tmp_path: Path) -> None:
    sequencer.integrate()
    settings.HUIYIN_LOG_KEY = tmp_path / "other.key"
    keys._make(settings.HUIYIN_LOG_KEY, settings.HUIYIN_LOG_ORIGIN)
    record()
    with pytest.raises(Tampered):
        sequencer.integrate()
