"""Facts reach the log once each, whatever breaks; nothing is signed over a tree that was not signed."""

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from huiyin.ledger import audit, copies, keys, receipts, sequencer, tiles, triggers
from huiyin.ledger.facts import writing
from huiyin.ledger.merkle import verify_consistency
from huiyin.ledger.models import Entry, Fact, Pending, StoredCheckpoint
from huiyin.ledger.notes import open_checkpoint
from huiyin.ledger.sequencer import Tampered
from tests import databases
from tests.environment import SERVER
from tests.ledger.making import record, run, unguarded

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = ("INSERT", "UPDATE", "DELETE")


class Broken(Exception):
    """Stands for the power going off."""


@contextmanager
def breaking(number: int, *, after: bool) -> Iterator[None]:
    """Let the `number`-th changing statement raise, before it runs or after it ran."""
    count = 0

    def wrapper(execute: Callable[..., Any], query: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += query.startswith(CHANGES)
        mine = query.startswith(CHANGES) and count == number
        if mine and not after:
            raise Broken
        result = execute(query, params, many, context)
        if mine:
            raise Broken
        return result

    with connection.execute_wrapper(wrapper):
        yield


def assert_sound() -> None:
    """The log is complete, and every checkpoint that was ever signed is a prefix of the next."""
    sequencer.forget()
    assert list(audit.audit()) == []
    key, nodes = keys.log_key().verifier, tiles.nodes()
    signed = [open_checkpoint(bytes(c.note), key) for c in StoredCheckpoint.objects.order_by("size")]
    for old, new in itertools.pairwise(signed):
        if old.size:
            verify_consistency(old.size, new.size, old.root, new.root, nodes.consistency(old.size, new.size))


def test_an_empty_log_is_signed_too() -> None:
    assert sequencer.integrate() == 0
    note = tiles.checkpoint_note()
    assert open_checkpoint(note, keys.log_key().verifier).size == 0
    assert sequencer.integrate() == 0
    assert_sound()


def test_it_numbers_facts_in_the_order_of_their_ids() -> None:
    ids = record(300) + record(1)
    assert sequencer.integrate() == 301
    assert sequencer.integrate() == 0
    assert list(Entry.objects.order_by("idx").values_list("idx", "fact_id")) == list(enumerate(ids))
    assert not Pending.objects.exists()
    assert Path(settings.HUIYIN_CHECKPOINT_COPY).read_bytes() == tiles.checkpoint_note()
    assert_sound()


def test_it_takes_a_backlog_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "GROUP", 100)
    record(250)
    assert sequencer.integrate() == 250
    assert list(StoredCheckpoint.objects.order_by("size").values_list("size", flat=True)) == [100, 200, 250]
    assert_sound()


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_write_leaves_a_valid_log(after: bool) -> None:
    record(300)
    sequencer.integrate()
    for number in range(1, 20):
        ids = record(260)
        old = tiles.head()
        try:
            with breaking(number, after=after):
                sequencer.integrate()
            break
        except Broken:
            assert tiles.head() == old
            assert Entry.objects.count() == old.size
            assert list(audit.audit()) == []
            assert sequencer.integrate() == 260
            assert receipts.entry_index(ids[-1]) == old.size + 259
    assert number > 5
    assert_sound()


@pytest.mark.parametrize("step", ["_replace", "keep", "sync_folder"])
def test_a_crash_while_copying_the_checkpoint_is_made_good(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(3)
    sequencer.integrate()
    kept = Path(settings.HUIYIN_CHECKPOINT_COPY).read_bytes()

    def break_down(*_: object) -> None:
        raise Broken

    record(3)
    with monkeypatch.context() as patch:
        patch.setattr(copies, step, break_down)
        with pytest.raises(Broken):
            sequencer.integrate()
    assert tiles.head().size == 6
    if step != "sync_folder":
        assert Path(settings.HUIYIN_CHECKPOINT_COPY).read_bytes() == kept
    assert sequencer.integrate() == 0
    assert Path(settings.HUIYIN_CHECKPOINT_COPY).read_bytes() == tiles.checkpoint_note()
    assert_sound()


def test_a_copy_that_cannot_be_written_stops_nobody(settings: Any, tmp_path: Path) -> None:
    settings.HUIYIN_CHECKPOINT_COPY = tmp_path / "copy"
    (tmp_path / "copy.new").mkdir()  # nothing can be written there, as on a full disk
    record()
    assert sequencer.integrate() == 1
    assert [finding.code for finding in audit.audit()] == ["copy"]


def test_a_copy_that_cannot_be_read_stops_the_signing(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.HUIYIN_CHECKPOINT_COPY = tmp_path / "file" / "copy"
    record()
    with pytest.raises(Tampered, match="cannot be read"):
        sequencer.integrate()


# --- refusals ---------------------------------------------------------------------------------
def assert_refused(match: str, fact_id: int | None = None) -> None:
    before = tiles.head()
    record()
    for _ in range(2):
        with pytest.raises(Tampered, match=match) as refusal:
            sequencer.integrate()
        assert refusal.value.fact_id == fact_id
    with pytest.raises(Tampered, match=match):
        sequencer.wait(list(Pending.objects.values_list("fact_id", flat=True)), 20)
    assert tiles.head() == before


@pytest.mark.parametrize(
    "name", list(triggers.SQLITE if not SERVER else triggers.POSTGRESQL | triggers.FUNCTIONS)
)
def test_it_signs_nothing_without_its_guards(name: str) -> None:
    record()
    sequencer.integrate()
    if connection.vendor == "sqlite":
        run(f"DROP TRIGGER {name}")
    elif name in triggers.FUNCTIONS:
        run(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
        )
    else:
        table = triggers.POSTGRESQL[name].partition(" ON ")[2].split()[0]
        run(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    assert audit.missing_triggers() == [name]
    with pytest.raises(Tampered, match=name):
        sequencer.integrate()


def test_it_sees_an_altered_guard() -> None:
    if connection.vendor == "sqlite":
        run("DROP TRIGGER ledger_fact_no_update")
        run(triggers.SQLITE["ledger_fact_no_update"].replace("FOR EACH ROW", "FOR EACH ROW WHEN 0"))
        assert audit.missing_triggers() == ["ledger_fact_no_update"]
    else:
        run("DROP TRIGGER ledger_fact_no_change ON ledger_fact")
        run(triggers.POSTGRESQL["ledger_fact_no_change"].replace("DELETE OR UPDATE", "DELETE"))
        run("ALTER TABLE ledger_fact ENABLE ALWAYS TRIGGER ledger_fact_no_change")
        assert audit.missing_triggers() == ["ledger_fact_no_change"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_fact SET public_content = '{}' WHERE id = %s",
        "UPDATE ledger_fact SET public_salt = private_commit WHERE id = %s",
        "UPDATE ledger_fact SET private_commit = public_salt WHERE id = %s",
        "UPDATE ledger_fact SET seq = 8 WHERE id = %s",
        "UPDATE ledger_fact SET case_id = id WHERE id = %s",
        "UPDATE ledger_fact SET kind = 'other.1' WHERE id = %s",
        "UPDATE ledger_fact SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE id = %s",
        "UPDATE ledger_fact SET clear = '{}' WHERE id = %s",
        "DELETE FROM ledger_fact WHERE id = %s",
    ],
)
def test_it_refuses_to_go_on_after_a_fact_was_changed_behind_its_back(change: str) -> None:
    ids = record(600)
    sequencer.integrate()
    for fact_id in (ids[299], ids[599]):
        with unguarded():
            assert run(change, fact_id) == 1
    assert audit.missing_triggers() == []
    found = list(audit.audit())
    assert {(finding.code, finding.fact_id) for finding in found} == {("fact", ids[299]), ("fact", ids[599])}
    assert f"fact {ids[299]} " in found[0].message
    sequencer.forget()
    assert_refused(f"fact {ids[299]} ", ids[299])


def test_it_refuses_a_fact_deleted_before_it_was_logged() -> None:
    ids = record(2)
    with unguarded():
        run("DELETE FROM ledger_fact WHERE id = %s", ids[0])
    assert [(f.code, f.fact_id) for f in audit.audit()] == [("fact", ids[0])]
    with pytest.raises(Tampered, match="deleted before"):
        sequencer.integrate()


def test_it_refuses_a_fact_kept_out_of_the_log() -> None:
    ids = record(2)
    run("DELETE FROM ledger_pending WHERE fact_id = %s", ids[1])
    assert [(f.code, f.fact_id) for f in audit.audit()] == [("fact", ids[1])]
    with pytest.raises(Tampered, match="neither in the log nor waiting"):
        sequencer.integrate()


def test_it_refuses_a_fact_swapped_with_another() -> None:
    ids = record(3)
    sequencer.integrate()
    with unguarded():
        for old, new in ((ids[0], -1), (ids[1], ids[0]), (-1, ids[1])):
            run("UPDATE ledger_entry SET fact_id = %s WHERE fact_id = %s", new, old)
    assert {f.fact_id for f in audit.audit()} == set(ids[:2])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DELETE FROM ledger_entry WHERE idx = 5", "entry"),
        ("DELETE FROM ledger_entry WHERE idx = 299", "entry"),
        ("UPDATE ledger_tile SET hashes = {zeros} WHERE level = 0 AND n = 0", "tile"),
        ("UPDATE ledger_tile SET hashes = {zeros} WHERE level = 0 AND n = 1", "tile"),
        ("UPDATE ledger_tile SET hashes = {zeros} WHERE level = 1", "tile"),
        ("DELETE FROM ledger_tile WHERE level = 0 AND n = 0", "tile"),
        ("DELETE FROM ledger_tile WHERE level = 1", "tile"),
        ("DELETE FROM ledger_checkpoint WHERE size = 300", "entry"),
        ("UPDATE ledger_checkpoint SET root = {zeros} WHERE size = 1", "root"),
        ("UPDATE ledger_checkpoint SET root = {zeros} WHERE size = 300", "root"),
        ("UPDATE ledger_checkpoint SET note = {zeros} WHERE size = 1", "checkpoint"),
        ("UPDATE ledger_checkpoint SET note = {zeros} WHERE size = 300", "checkpoint"),
        ("UPDATE ledger_checkpoint SET size = 7 WHERE size = 1", "root"),
    ],
)
def test_it_refuses_when_the_log_itself_was_changed(change: str, code: str) -> None:
    record()
    sequencer.integrate()
    record(299)
    sequencer.integrate()
    zeros = "zeroblob(32)" if connection.vendor == "sqlite" else "decode(repeat('00', 32), 'hex')"
    with unguarded():
        assert run(change.format(zeros=zeros)) == 1
    assert code in {finding.code for finding in audit.audit()}
    sequencer.forget()
    with pytest.raises(Tampered):
        sequencer.integrate()


def test_it_refuses_values_of_another_type() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's columns hold their own type only")
    ids = record(2)
    sequencer.integrate()
    with unguarded():
        run("UPDATE ledger_fact SET public_salt = 'text' WHERE id = %s", ids[0])
        run("UPDATE ledger_fact SET clear = x'00' WHERE id = %s", ids[1])
    assert {finding.fact_id for finding in audit.audit()} == set(ids)


def test_a_restored_backup_is_never_signed_over() -> None:
    record(2)
    sequencer.integrate()
    first = tiles.checkpoint_note()
    record(2)
    sequencer.integrate()
    newest = tiles.checkpoint_note()
    copy = Path(settings.HUIYIN_CHECKPOINT_COPY)
    with unguarded():  # what a restored backup looks like: the last batch never happened
        run("DELETE FROM ledger_fact WHERE id IN (SELECT fact_id FROM ledger_entry WHERE idx >= 2)")
        run("DELETE FROM ledger_entry WHERE idx >= 2")
        run("DELETE FROM ledger_checkpoint WHERE size = 4")
        run("UPDATE ledger_tile SET hashes = substr(hashes, 1, 64)")
    assert [finding.code for finding in audit.audit()] == ["copy"]
    assert_refused("older than its log.*Nothing more is signed.*restore a newer one")
    copy.write_bytes(first)
    assert sequencer.integrate() == 1
    copy.write_bytes(newest)
    record()
    with pytest.raises(Tampered, match="older than its log"):
        sequencer.integrate()


def test_another_log_of_the_same_size_is_refused() -> None:
    record(4)
    sequencer.integrate()
    key, head = keys.log_key(), tiles.head()
    copy = Path(settings.HUIYIN_CHECKPOINT_COPY)
    for size in (head.size, head.size - 1):
        copy.write_bytes(key.sign(f"{key.name}\n{size}\n{'A' * 43}=\n"))
        with pytest.raises(Tampered, match="are not those signed before"):
            sequencer.integrate()
    copy.write_bytes(b"damaged")
    with pytest.raises(Tampered, match="is not one of this log"):
        sequencer.integrate()


# --- groups, threads, processes ---------------------------------------------------------------
def test_many_threads_get_their_receipts() -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                ids = record()
                assert sequencer.wait(ids, 20)
                receipts.proof(ids[0])
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Fact.objects.count() == Entry.objects.count() == 60
    assert StoredCheckpoint.objects.count() < 60  # they were served in groups
    assert_sound()


def test_waiting_answers_no_when_it_takes_too_long_or_nothing_comes() -> None:
    ids = record()
    with sequencer._auditing:  # an audit that takes long
        assert sequencer.wait(ids, 0.05) is False
    assert sequencer.wait(ids, 20) is True
    assert sequencer.wait([*ids, 10**9], 20) is False
    assert sequencer.wait([], 20) is True


def test_waiting_inside_the_transaction_is_a_mistake() -> None:
    with writing(), pytest.raises(RuntimeError, match="after the transaction"):
        sequencer.wait([])


def test_the_worker_picks_up_what_others_left() -> None:
    ids = record(2)
    stop = threading.Event()
    worker = threading.Thread(target=sequencer.follow, args=(stop,))
    worker.start()
    try:
        for _ in range(200):
            if receipts.entry_index(ids[1]) is not None:
                break
            stop.wait(0.05)
    finally:
        stop.set()
        worker.join()
    assert receipts.entry_index(ids[1]) == 1


COMMITTER = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")
import django
django.setup()
from huiyin.ledger import receipts, sequencer
from tests.ledger.making import record
for _ in range(int(sys.argv[1])):
    ids = record(2)
    assert sequencer.wait(ids, 30)
    receipts.proof(ids[1])
    print(ids[0], ids[1], flush=True)
"""


def committer(rounds: int) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        "HUIYIN_DATABASE_URL": databases.url(databases.LIVE),
    }
    return subprocess.Popen(
        [sys.executable, "-c", COMMITTER, str(rounds)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_many_processes_share_one_sequencer() -> None:
    processes = [committer(15) for _ in range(3)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert len(out.split()) == 30
    assert Fact.objects.count() == Entry.objects.count() == 90
    assert_sound()


def test_a_killed_process_loses_nothing_it_acknowledged() -> None:
    acknowledged: list[int] = []
    for patience in (3, 8):
        process = committer(10_000)
        assert process.stdout is not None
        for _ in range(patience):
            acknowledged += map(int, process.stdout.readline().split())
        process.kill()
        acknowledged += [int(word) for line in process.stdout.read().splitlines() for word in line.split()]
        process.communicate()
    assert len(acknowledged) >= 22
    sequencer.forget()
    sequencer.integrate()
    assert all(receipts.entry_index(fact_id) is not None for fact_id in acknowledged)
    for _ in receipts.proofs(acknowledged):
        pass
    assert_sound()
