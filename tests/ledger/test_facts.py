"""Facts can be added, and nothing else, whoever tries and however."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from huiyin.ledger import sequencer
from huiyin.ledger.facts import FairLock, MovedOn, append, facts_of, rehearsal, stream, writing
from huiyin.ledger.models import Entry, Fact, Pending, StoredCheckpoint, StoredTile
from tests.ledger.making import NOW, draft, record, run

pytestmark = pytest.mark.django_db


def test_it_keeps_what_it_was_given() -> None:
    with writing():
        (first,) = append([draft("case", 1, "中文")])
        append([draft("case", 2), draft("other", 1)])
    facts = facts_of("case")
    assert [fact.seq for fact in facts] == [1, 2]
    assert facts[0].id == first
    assert facts[0].clear_json()["note"] == "中文"
    assert facts[0].recorded_at == NOW
    assert facts[0].public_content == '{"case":"case","kind":"petition.filed.1","office":"bureau","v":1}'
    assert len(facts[0].public_salt) == len(facts[0].private_commit) == 32
    assert facts[0].public_salt != facts[1].public_salt


def test_it_adds_thousands_in_order_and_streams_them_back() -> None:
    drafts = [draft(f"c{number}") for number in range(2300)]
    with writing():
        ids = append(drafts)
    assert ids == sorted(set(ids))
    assert [fact.case_id for fact in stream()] == [made.case for made in drafts]
    assert [fact.id for fact in stream(ids[2290])] == ids[2291:]
    assert Pending.objects.count() == 2300


def test_it_says_that_the_case_has_moved_on() -> None:
    with writing():
        append([draft("case", 1)])
    with pytest.raises(MovedOn), writing():
        append([draft("fresh", 1), draft("case", 1)])
    assert facts_of("fresh") == []
    with pytest.raises(MovedOn), writing():
        append([draft("twin", 1), draft("twin", 1)])


@pytest.mark.django_db(transaction=True)
def test_a_rehearsal_refuses_what_a_write_refuses_and_keeps_nothing() -> None:
    after = []
    with rehearsal():
        with writing():
            append([draft("case", 1)])
            with writing():  # a part of the same transaction: it goes on
                append([draft("case", 2)])
            after.append("inside")
        after.append("never: the next step would have to see this one kept")
    assert after == ["inside"]
    assert (facts_of("case"), Pending.objects.count()) == ([], 0)
    with writing():
        append([draft("case", 1)])
    assert len(facts_of("case")) == 1
    with pytest.raises(MovedOn), rehearsal(), writing():
        append([draft("case", 1)])
    with rehearsal():
        after.append("a block that writes nothing runs to its end")
    assert len(after) == 2


def test_it_refuses_a_draft_that_contradicts_itself() -> None:
    good = draft("case", 1)
    for bad in (
        replace(good, seq=2),
        replace(good, case="other"),
        replace(good, kind="answer.served.1"),
        replace(good, recorded_at=NOW + timedelta(microseconds=1)),
        replace(good, recorded_at=NOW.replace(tzinfo=None)),
        replace(good, private_commit=b"short"),
        replace(good, clear={**good.clear, "recorded_at": "yesterday"}),
    ):
        with pytest.raises(ValueError, match="a draft"), writing():
            append([bad])
    with pytest.raises(TypeError, match="float"), writing():
        append([replace(good, public={"v": 1.5})])


def attempts() -> dict[str, Callable[[], object]]:
    """Ways to change a row of each guarded table, through the ORM and in SQL of the active database."""
    fact = Fact.objects.order_by("id")[0]
    ways: dict[str, Callable[[], object]] = {
        "orm update": lambda: Fact.objects.update(kind="x"),
        "orm delete": lambda: Fact.objects.all().delete(),
        "orm save": lambda: fact.save(),
        "orm delete one": lambda: fact.delete(),
        "orm raw delete": lambda: Fact.objects.all()._raw_delete("default"),
        "orm bulk_update": lambda: Fact.objects.bulk_update([fact], ["seq"]),
        "orm update_or_create": lambda: Fact.objects.update_or_create({"kind": "x"}, id=fact.id),
        "orm upsert": lambda: Fact.objects.bulk_create(
            [fact], update_conflicts=True, update_fields=["kind"], unique_fields=["id"]
        ),
        "orm entries": lambda: Entry.objects.update(fact_id=9),
        "orm checkpoints": lambda: StoredCheckpoint.objects.all().delete(),
        "orm tiles": lambda: StoredTile.objects.all().delete(),
        "a tile rewritten": lambda: run("UPDATE ledger_tile SET hashes = %s", b"\0" * 64),
        "a tile moved": lambda: run("UPDATE ledger_tile SET n = 7"),
    }
    for table, key in (
        ("ledger_fact", "id"),
        ("ledger_entry", "idx"),
        ("ledger_checkpoint", "size"),
        ("ledger_tile", "n"),
    ):
        everything = f"INTO {table} SELECT * FROM {table} WHERE true"
        clash = "level, n" if table == "ledger_tile" else key
        statements = [f"DELETE FROM {table}", f"UPDATE {table} SET {key} = {key} + 1"]
        statements.append(f"INSERT {everything} ON CONFLICT ({clash}) DO UPDATE SET {key} = 99")
        if connection.vendor == "sqlite":
            statements += [f"INSERT OR REPLACE {everything}", f"REPLACE {everything}"]
            statements += [
                f"UPDATE OR REPLACE {table} SET {key} = 1",
                f"UPDATE OR IGNORE {table} SET {key} = 1",
            ]
        else:
            statements += [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
            statements.append(f"DELETE FROM ONLY {table} WHERE true")
            ways[f"{table} as a replica"] = partial(as_replica, f"DELETE FROM {table}")
        ways |= {statement: partial(run, statement) for statement in statements}
    return ways


def as_replica(statement: str) -> None:
    """Ordinary triggers stay silent in this mode of PostgreSQL."""
    run("SET LOCAL session_replication_role = replica")
    run(statement)


def contents() -> list[object]:
    return [list(model.objects.values()) for model in (Fact, Entry, StoredCheckpoint, StoredTile)]


def test_the_database_refuses_every_change() -> None:
    record(3)
    sequencer.integrate()
    before = contents()
    for name, attempt in attempts().items():
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
        assert contents() == before, name


def test_a_replaced_fact_is_refused_by_any_of_its_keys() -> None:
    (first,) = record()
    columns = "case_id, seq, kind, recorded_at, clear, public_salt, public_content, private_commit, sealed"
    values = columns.replace("case_id, seq, kind", "{case}, {seq}, 'forged.1'")
    for key, case, seq in ((first, "'other'", "1"), (first + 1, "case_id", "seq")):
        copied = values.format(case=case, seq=seq)
        statement = f"INTO ledger_fact (id, {columns}) SELECT {key}, {copied} FROM ledger_fact"
        verbs = ("INSERT", "INSERT OR REPLACE") if connection.vendor == "sqlite" else ("INSERT",)
        for verb in verbs:
            with pytest.raises(IntegrityError), transaction.atomic():
                run(f"{verb} {statement}")


def test_ids_and_seqs_start_at_one() -> None:
    with pytest.raises(IntegrityError), writing():
        append([draft("case", 0)])


def test_append_needs_its_transaction() -> None:
    atomic, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        with pytest.raises(RuntimeError, match="inside writing"):
            append([])
    finally:
        connection.in_atomic_block = atomic


def test_the_fair_lock_serves_in_order() -> None:
    lock, order, started = FairLock(), [], threading.Semaphore(0)

    def work(number: int) -> None:
        started.release()
        with lock:
            order.append(number)

    with lock:
        threads = []
        for number in range(8):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            started.acquire()
            while len(lock._queue) <= number:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    with lock:
        pass
