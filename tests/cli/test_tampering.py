"""Facts changed behind a county's back: the database refuses; where it was forced, we stop and say so."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.owner import GUARDED, REFUSED, copy_of, everything, sql, unguarded
from tests.cli.sheets import LETTERS, letter, workbook
from tests.environment import SERVER
from tests.installation import Installation

MORE = letter(2001, "新来的一封信：桥头的护栏松了。")


@pytest.fixture(scope="module")
def stocked(county: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    county.run("import", "letters", workbook(tmp_path_factory.mktemp("sheet") / "letters.xlsx", *LETTERS))
    return county


@pytest.fixture
def office(stocked: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A copy of a county with six letters: ten facts, in the log."""
    with copy_of(stocked, tmp_path_factory.mktemp("copy")) as made:
        yield made


def facts(office: Installation) -> list[int]:
    return [fact for (fact,) in sql(office, "SELECT id FROM ledger_fact ORDER BY id")]


def findings(office: Installation) -> list[dict[str, Any]]:
    told = office.run("doctor", "--json", expect=1)
    assert "Traceback" not in told.stderr
    found: list[dict[str, Any]] = json.loads(told.stdout)["findings"]
    return found


def named(office: Installation) -> set[int]:
    """The facts that doctor names, in words and by number."""
    found = ((finding["fact_id"], finding["message"]) for finding in findings(office))
    return {
        fact for fact, message in found if message.startswith(f"fact {fact} ") or f"fact {fact}:" in message
    }


def refuses_to_go_on(office: Installation, folder: Path, says: str) -> None:
    """Nothing is published, nothing is taken in, and both say why."""
    before = everything(office)
    told = office.run("publish", folder / "log", expect=1)
    assert says in told.stderr
    assert not (folder / "log").exists()
    told = office.run("import", "letters", workbook(folder / "more.xlsx", MORE), "--json", expect=1)
    assert says in told.stderr
    assert (told.stdout, "Traceback" in told.stderr) == ("", False)
    assert everything(office) == before


# --- the database refuses ---------------------------------------------------------------------------------


def test_the_database_refuses_to_change_or_delete_what_was_written(stocked: Installation) -> None:
    before = everything(stocked)
    some = {
        "ledger_fact": "clear = '{}'",
        "ledger_entry": "fact_id = 99",
        "ledger_checkpoint": "root = note",
        "ledger_tile": "n = 9",
    }
    assert set(some) == set(GUARDED)
    statements = [f"UPDATE {table} SET {change}" for table, change in some.items()]
    statements += [f"DELETE FROM {table}" for table in some]
    statements += [
        "DELETE FROM ledger_fact WHERE id = 10",
        "UPDATE ledger_fact SET kind = kind WHERE id = 1",
        "INSERT INTO ledger_entry (idx, fact_id) SELECT idx, fact_id FROM ledger_entry WHERE idx = 3"
        " ON CONFLICT (idx) DO UPDATE SET fact_id = 1",
    ]
    if SERVER:
        statements += [f"TRUNCATE {table} CASCADE" for table in some]
    else:
        statements += [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1" for table in some]
        statements += [f"REPLACE INTO {table} SELECT * FROM {table}" for table in some]
    for statement in statements:
        with pytest.raises(REFUSED, match="ledger_"):
            sql(stocked, statement)
    assert everything(stocked) == before


def test_the_same_statements_work_once_the_guards_are_gone(office: Installation) -> None:
    """So the test above can fail."""
    before = everything(office)
    with unguarded(office):
        sql(
            office,
            "UPDATE ledger_fact SET clear = '{}' WHERE id = 1",
            "DELETE FROM ledger_fact WHERE id = 10",
        )
    assert len(everything(office)["ledger_fact"]) == len(before["ledger_fact"]) - 1
    with pytest.raises(REFUSED, match="ledger_fact"):
        sql(office, "DELETE FROM ledger_fact WHERE id = 9")


# --- by force ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("put_back", [False, True], ids=["guards gone", "guards put back"])
def test_a_fact_changed_and_a_fact_deleted_are_named_and_stop_everything(
    put_back: bool, office: Installation, tmp_path: Path
) -> None:
    _, changed, *_, deleted = facts(office)
    with unguarded(office, put_back=put_back):
        sql(
            office,
            f"UPDATE ledger_fact SET public_content = '{{}}' WHERE id = {changed}",
            f"DELETE FROM ledger_fact WHERE id = {deleted}",
        )
    assert {changed, deleted} <= named(office)
    codes = {finding["code"] for finding in findings(office)}
    assert ("trigger" in codes) is not put_back
    refuses_to_go_on(office, tmp_path, "refused")


def test_guards_that_are_gone_stop_everything_though_nothing_was_changed(
    office: Installation, tmp_path: Path
) -> None:
    with unguarded(office, put_back=False):
        pass
    found = findings(office)
    assert {finding["code"] for finding in found} == {"trigger"}
    assert any("ledger_fact" in finding["message"] for finding in found)
    refuses_to_go_on(office, tmp_path, "ledger_fact")


CHANGES = {
    "kind": "kind = 'petition.filed.1'",
    "recorded_at": "recorded_at = '2001-01-01 00:00:00'",
    "public_content": "public_content = replace(public_content, '2024', '2023')",
    "public_salt": "public_salt = private_commit",
    "private_commit": "private_commit = public_salt",
    "sealed": "sealed = public_salt",
    "clear": "clear = replace(clear, '2024', '2023')",
    "clear that is none": "clear = 'x'",
    "case_id": "case_id = 'k3j5k3j5k3j5k3j5'",
    "seq": "seq = 7",
}


def test_whatever_of_a_fact_is_changed_doctor_names_it(office: Installation) -> None:
    """Each fact in another way, all by one pass; the letters' own facts are ten, as many as the ways."""
    changed = dict(zip(facts(office), CHANGES.values(), strict=True))
    with unguarded(office):
        sql(
            office,
            *(f"UPDATE ledger_fact SET {change} WHERE id = {fact}" for fact, change in changed.items()),
        )
    assert named(office) == set(changed)


@pytest.mark.parametrize("change", ["clear", "sealed"])
def test_what_only_the_key_of_a_case_can_verify_is_verified_before_publishing(
    change: str, office: Installation, tmp_path: Path
) -> None:
    """An answer's date made earlier: no commitment that is in clear covers it."""
    fact = sql(office, "SELECT max(id) FROM ledger_fact WHERE kind = 'answer.imported.1'")[0][0]
    with unguarded(office):
        sql(office, f"UPDATE ledger_fact SET {CHANGES[change]} WHERE id = {fact}")
    told = office.run("publish", tmp_path / "log", expect=1)
    assert f"fact {fact}" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "log").exists()


def test_where_the_log_refuses_to_go_on_nothing_is_erased(office: Installation) -> None:
    case, other = (row[0] for row in sql(office, "SELECT case_id FROM casework_caserow ORDER BY number")[:2])
    with unguarded(office):
        sql(office, f"UPDATE ledger_fact SET {CHANGES['public_content']} WHERE case_id = '{other}'")
    before = everything(office)
    assert "refused" in office.run("erase", case, "--reason", "court", expect=1).stderr
    assert everything(office) == before


@pytest.mark.parametrize(
    ("change", "says"),
    [("sealed", "sealed bytes"), ("public_content", "cannot be proven")],
)
def test_no_receipt_is_given_for_a_fact_that_was_changed(
    change: str, says: str, office: Installation, tmp_path: Path
) -> None:
    with unguarded(office):
        sql(office, f"UPDATE ledger_fact SET {CHANGES[change]} WHERE id = 1")
    case = sql(office, "SELECT case_id FROM ledger_fact WHERE id = 1")[0][0]
    told = office.run("receipt", case, "--out", tmp_path, expect=1)
    assert "refused" in told.stderr
    assert says in told.stderr
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []


# --- a restored backup ------------------------------------------------------------------------------------


def test_a_restored_backup_signs_nothing_and_says_what_to_do(
    office: Installation, stocked: Installation, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    office.run("import", "letters", workbook(tmp_path / "later.xlsx", letter(3001, "备份以后来的信。")))
    with copy_of(stocked, tmp_path_factory.mktemp("backup")) as restored:
        shutil.copy(
            office.data / "checkpoint-copy", restored.data
        )  # kept on another disk, as the docs advise
        (finding,) = findings(restored)
        assert finding["code"] == "copy"
        refuses_to_go_on(restored, tmp_path, "restore a newer one")
        told = restored.run("publish", tmp_path / "log", expect=1)
        assert "10 log entries" in told.stderr
        assert "11" in told.stderr
        assert sql(restored, "SELECT max(size) FROM ledger_checkpoint") == [(10,)]
    office.run("publish", tmp_path / "log")  # the county itself goes on
