"""What other tools build on: commands, exit codes, JSON, files, and nothing left waiting."""

import argparse
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from huiyin.cli.main import parser
from huiyin.cli.shell import in_words
from tests.cli.conftest import Call
from tests.cli.owner import copy_of, everything, sql
from tests.cli.sheets import LETTERS, workbook
from tests.environment import SERVER
from tests.installation import Installation

IMPORT = ["rows", "registered", "repeats", "skipped", "faults"]
CASE = ["case", "number", "source_number", "state", "registered_at", "due", "answered_at", "repeat_of"]
MEASURES = [
    "registered",
    "matters",
    "answered",
    "open",
    "overdue",
    "days_to_answer",
    "answered_within",
    "definitions",
]
PROMISED = [
    "init",
    "demo",
    "serve",
    "import letters",
    "cases",
    "receipt",
    "measures",
    "publish",
    "check",
    "rebuild",
    "procedure check",
    "procedure show",
    "bench",
    "doctor",
]
NEEDS_A_COUNTY = [
    "serve",
    "worker",
    "doctor",
    "doctor --json",
    f"import letters {__file__}",
    "cases --json",
    "receipt --all --out made",
    "measures --json",
    "erase k3j5 --reason court",
    "publish made",
    "rebuild",
    "rebuild --check",
]


def walk(made: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command and group of commands, however deep."""
    yield name, made
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from walk(below, f"{name} {word}".strip())


COMMANDS = dict(walk(parser()))


@pytest.fixture(scope="module")
def stocked(county: Installation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Any]:
    """The county with its six letters, and what the import said. Tests that change it take a copy."""
    sheet = workbook(tmp_path_factory.mktemp("sheet") / "letters.xlsx", *LETTERS)
    return county, json.loads(county.run("import", "letters", sheet, "--json").stdout)


@pytest.fixture
def office(stocked: tuple[Installation, Any]) -> Installation:
    return stocked[0]


@pytest.fixture
def another(office: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A copy of the county for one test to change."""
    with copy_of(office, tmp_path_factory.mktemp("copy")) as made:
        yield made


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def case_of(office: Installation, number: int) -> dict[str, Any]:
    (found,) = [
        line for line in lines(office.run("cases", "--json").stdout) if line["source_number"] == str(number)
    ]
    return found


# --- help and wrong calls -----------------------------------------------------------------------------


def test_every_promised_command_is_there() -> None:
    assert set(PROMISED) <= set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_helps_with_an_example_that_works(
    name: str, call: Call, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert call(*name.split(), "--help") == 0
    shown = capsys.readouterr().out.partition("example")[2]
    examples = re.findall(r"huiyin ((?:[^\s&]+ ?)+)", shown)
    assert examples
    monkeypatch.chdir(tmp_path)
    for file in ("letters.xlsx", "orders.xlsx", "county.toml"):
        Path(file).touch()
    Path("templates").mkdir()
    for example in examples:
        words = example.split()
        assert words[: len(name.split())] == name.split()
        assert parser().parse_args(words).run


@pytest.mark.parametrize(
    "call_",
    [
        "",
        "no-such-command",
        "import",
        "import letters",
        "import letters no-such-file.xlsx",
        "import letters .",
        "import people letters.xlsx",
        "init --offices no-such-file.toml",
        "cases --no-such-option",
        "receipt",
        "receipt --out made",
        "receipt --all k3j5 --out made",
        "receipt k3j5",
        "measures extra",
        "erase k3j5",
        "erase k3j5 --reason whim",
        "publish",
        "check",
        "check no-such-folder",
        f"check . {__file__}",
        "rebuild --chekc",
        "procedure",
        "procedure check",
        "procedure show cn-xinfang-2022 --format png",
        "procedure show no-such-book",
        "procedure show no-such-book --format toml",
        "procedure show no-such-book.toml",
        "procedure due no-such-book decide --from 2026-03-02",
        "procedure due cn-xinfang-2022 no-such-clock --from 2026-03-02",
        "procedure due cn-xinfang-2022 decide --from 2026-03-02 --days 31",
        "procedure due cn-xinfang-2022 decide --from 9999-12-31",
        "procedure due cn-xinfang-2022 object --from 9999-12-31",
        "procedure due eu-ombudsman review --from 9999-12-01",
        "notices check no-such-folder",
        "serve --port http",
        "bench",
        "bench everything",
    ],
)
def test_a_wrong_call_ends_with_2_and_says_why(
    call_: str,
    call: Call,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(*call_.split()) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "huiyin" in told.err
    assert "Traceback" not in told.err
    assert list(tmp_path.iterdir()) == []


# --- a folder, a county --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", NEEDS_A_COUNTY)
def test_without_a_folder_every_command_says_what_to_run(
    command: str, call: Call, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    settings.HUIYIN_DATA = tmp_path / "nowhere"
    assert call(*command.split()) == 1
    assert "run: huiyin init" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_not_set_up_is_left_as_it_is(fresh: Installation, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "letters.xlsx", *LETTERS)
    for arguments in (("doctor", "--json"), ("import", "letters", sheet)):
        told = fresh.run(*arguments, expect=1)
        assert "run: huiyin init" in told.stderr
        assert "Traceback" not in told.stderr
        assert told.stdout == ""
    assert list(fresh.data.iterdir()) == []
    if SERVER:
        assert everything(fresh) == {}


def test_init_needs_no_argument_keeps_secrets_to_its_owner_and_may_run_again(fresh: Installation) -> None:
    data = fresh.data / "county"
    told = fresh.run("init", HUIYIN_DATA=str(data))
    assert str(data) in told.stdout
    files = [data, *data.rglob("*")]
    assert {path.name for path in files} >= {"log.key", "master.key", "checkpoint-copy"}
    for path in files:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert SERVER or (data / "huiyin.sqlite3").is_file()
    keys = {path: path.read_bytes() for path in (data / "keys").iterdir()}
    fresh.run("init", HUIYIN_DATA=str(data))
    assert {path: path.read_bytes() for path in (data / "keys").iterdir()} == keys
    doctor = fresh.run("doctor", "--json", HUIYIN_DATA=str(data))
    assert json.loads(doctor.stdout) == {"findings": []}
    here = Installation(data, fresh.environment)
    assert sql(here, "SELECT count(*) FROM offices_office") == [(1,)]
    assert len(sql(here, "SELECT size FROM ledger_checkpoint")) == 1


def test_init_refuses_a_county_file_in_words(another: Installation, tmp_path: Path) -> None:
    file, before = tmp_path / "county.toml", everything(another)
    half = "[[office]]\ncode = 'new'\nkind = 'bureau'\nname = '新局'\n[[office]]\ncode = 'zjj'\n"
    for content, says in ((b"office = [", str(file)), (b"\xff\xfe", str(file)), (half.encode(), "zjj")):
        file.write_bytes(content)
        told = another.run("init", "--offices", file, expect=1)
        assert says in told.stderr
        assert "internal" not in told.stderr
        assert "Traceback" not in told.stderr
    assert everything(another) == before


# --- letters in, figures out ---------------------------------------------------------------------------


def test_an_import_says_what_it_did(stocked: tuple[Installation, Any]) -> None:
    _, said = stocked
    assert list(said) == [*IMPORT, "left_out_columns"]
    assert {name: said[name] for name in IMPORT} == {
        "rows": 6,
        "registered": 6,
        "repeats": 2,
        "skipped": 0,
        "faults": [],
    }


def test_facts_are_a_table_of_one_file_and_all_are_integrated(office: Installation) -> None:
    assert SERVER or {path.name for path in office.data.glob("*.sqlite3*")} == {"huiyin.sqlite3"}
    # six petitions and four answers, numbered when the command returned
    kinds = sql(office, "SELECT kind, count(*) FROM ledger_fact GROUP BY kind ORDER BY kind")
    assert kinds == [("answer.imported.1", 4), ("petition.imported.1", 6)]
    assert sql(office, "SELECT count(*) FROM ledger_entry") == [(10,)]
    assert sql(office, "SELECT max(size) FROM ledger_checkpoint") == [(10,)]
    assert sql(office, "SELECT count(*) FROM ledger_pending") == [(0,)]


def test_cases_are_one_object_a_line(office: Installation) -> None:
    found = lines(office.run("cases", "--json").stdout)
    assert {tuple(line) for line in found} == {(*CASE[:5], "recorded_at", *CASE[5:])}
    by_number = {line["source_number"]: line for line in found}
    assert list(by_number) == ["1001", "1002", "1003", "1004", "1005", "1006"]
    assert [line["state"] for line in found] == [
        "imported_answered" if row[6] else "imported_open" for row in LETTERS
    ]
    assert [line["repeat_of"] for line in found] == [
        None,
        None,
        by_number["1001"]["case"],
        None,
        by_number["1004"]["case"],
        None,
    ]
    assert {line["due"] for line in found} == {None}
    assert by_number["1003"]["registered_at"] == "2024-02-01T00:00:00+08:00"  # a date counts from 00:00
    assert by_number["1003"]["answered_at"] == "2024-02-04T12:00:00+08:00"
    assert by_number["1004"]["answered_at"] is None
    assert len({line["case"] for line in found}) == len({line["number"] for line in found}) == 6
    assert all(datetime.fromisoformat(line["recorded_at"]).tzinfo for line in found)


def test_measures_are_of_registrations(office: Installation) -> None:
    found = json.loads(office.run("measures", "--json").stdout)
    assert list(found) == MEASURES
    definitions = found.pop("definitions")
    assert set(definitions) == set(found)
    days = sorted([15.0, 60 + 1 / 86400, 3.5, 2 / 24])
    assert found.pop("days_to_answer") == pytest.approx(
        {"median": (days[1] + days[2]) / 2, "p90": days[2] + 0.7 * (days[3] - days[2])}, rel=1e-12
    )
    assert found == {
        "registered": 6,
        "matters": 4,
        "answered": 4,
        "open": 2,
        "overdue": 0,
        "answered_within": {"15": 0.75, "60": 0.75},  # 15×24 h are within, a second more than 60×24 h is not
    }


def test_measures_over_nothing_are_null(fresh: Installation) -> None:
    fresh.run("init")
    found = json.loads(fresh.run("measures", "--json").stdout)
    assert found["days_to_answer"] == {"median": None, "p90": None}
    assert found["answered_within"] == {"15": None, "60": None}
    assert (found["registered"], found["matters"], found["overdue"]) == (0, 0, 0)
    assert fresh.run("cases", "--json").stdout == ""


# --- receipts and the published log ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(
    stocked: tuple[Installation, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """The folder of the log, and the folder of all receipts."""
    folder = tmp_path_factory.mktemp("published")
    stocked[0].run("publish", folder / "log")
    stocked[0].run("receipt", "--all", "--out", folder / "receipts")
    return folder / "log", folder / "receipts"


@pytest.fixture
def copied(published: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    log, receipts = (shutil.copytree(folder, tmp_path / folder.name) for folder in published)
    return log, receipts


def test_a_receipt_is_three_files(office: Installation, published: tuple[Path, Path]) -> None:
    _, receipts = published
    cases = [line["case"] for line in lines(office.run("cases", "--json").stdout)]
    endings = ("tlog-proof", "opening.json", "words.txt")
    assert {path.name for path in receipts.iterdir()} == {
        f"{case}.{end}" for case in cases for end in endings
    }
    for path in receipts.glob("*.tlog-proof"):
        assert path.read_text().startswith("c2sp.org/tlog-proof@v1\nextra ")
    for path in receipts.glob("*.opening.json"):
        opening = json.loads(path.read_bytes())
        assert opening.keys() == {"public", "private"}
    words = {path.read_text("utf-8") for path in receipts.glob("*.words.txt")}
    assert words == {row[4] for row in LETTERS}


def test_receipts_are_asked_for_by_name(office: Installation, tmp_path: Path) -> None:
    case = case_of(office, 1004)["case"]
    office.run("receipt", case, "--out", tmp_path / "new" / "folder")
    assert len(list((tmp_path / "new" / "folder").iterdir())) == 3
    told = office.run("receipt", case, "nobody", "--out", tmp_path / "none", expect=1)
    assert "nobody" in told.stderr
    assert case not in told.stderr
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").touch()
    told = office.run("receipt", case, "--out", tmp_path / "file", expect=1)
    assert str(tmp_path / "file") in told.stderr
    assert "Traceback" not in told.stderr


def test_a_log_and_its_receipts_pass_the_check(
    office: Installation, published: tuple[Path, Path], tmp_path: Path
) -> None:
    log, receipts = published
    # the checker is for outsiders: no data folder, no database, no keys
    told = office.run("check", log, receipts, "--json", HUIYIN_DATA=str(tmp_path), HUIYIN_DATABASE_URL="")
    found = json.loads(told.stdout)
    expected = {
        "ok": True,
        "entries": 10,
        "receipts": 6,
        "openings": 6,
        "words": 6,
        "failed": 0,
        "findings": [],
    }
    assert {name: found[name] for name in expected} == expected
    assert list(tmp_path.iterdir()) == []
    assert {path.name for path in log.iterdir()} == {"vkey", "checkpoint", "tile"}
    assert "10" in office.run("check", log).stdout


def test_publishing_again_changes_nothing(office: Installation, copied: tuple[Path, Path]) -> None:
    log, _ = copied
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in log.rglob("*") if path.is_file()}
    office.run("publish", log)
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in log.rglob("*") if path.is_file()}
    assert after == before


def flip(path: Path, at: int, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(bytes(data))


Damage = Callable[[Path, Path], Path]
DAMAGES: dict[str, Damage] = {
    "entry bundle": lambda log, _: next((log / "tile" / "entries").rglob("10")),
    "hash tile": lambda log, _: next((log / "tile" / "0").rglob("10")),
    "checkpoint": lambda log, _: log / "checkpoint",
    "key line": lambda log, _: log / "vkey",
    "receipt": lambda _, receipts: sorted(receipts.glob("*.tlog-proof"))[2],
    "opening": lambda _, receipts: sorted(receipts.glob("*.opening.json"))[2],
    "words": lambda _, receipts: sorted(receipts.glob("*.words.txt"))[2],
}


@pytest.mark.parametrize("what", DAMAGES)
def test_any_flipped_bit_fails_the_check_and_names_the_file(
    what: str, copied: tuple[Path, Path], call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    path = DAMAGES[what](*copied)
    whole = path.read_bytes()
    for at in {0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 2, len(whole) - 1}:
        for bit in (0, 5):
            flip(path, at, bit)
            assert call("check", *copied, "--json") == 1, (at, bit)
            found = json.loads(capsys.readouterr().out)
            assert found["ok"] is False
            assert found["failed"] >= 1
            assert path.name in " ".join(finding["where"] for finding in found["findings"])
            path.write_bytes(whole)
    assert call("check", *copied) == 0


def test_a_damaged_log_ends_the_command_with_1(office: Installation, copied: tuple[Path, Path]) -> None:
    flip(DAMAGES["hash tile"](*copied), 40, 3)
    told = office.run("check", *copied, "--language", "zh", expect=1)
    assert "散列与条目不符" in told.stdout
    assert "Traceback" not in told.stderr
    (copied[0] / "checkpoint").unlink()
    assert office.run("check", *copied, expect=1).stdout


# --- the tables and the facts ----------------------------------------------------------------------------


def test_rebuild_names_what_differs_and_mends_it(another: Installation) -> None:
    assert json.loads(another.run("rebuild", "--check", "--json").stdout) == {"differences": []}
    before = everything(another)
    case = case_of(another, 1002)["case"]
    sql(
        another,
        f"UPDATE casework_caserow SET answered_at = NULL, state = 'imported_open' WHERE case_id = '{case}'",
    )
    (difference,) = json.loads(another.run("rebuild", "--check", "--json", expect=1).stdout)["differences"]
    assert (difference["table"], difference["key"]) == ("casework_caserow", case)
    assert sorted(difference["columns"]) == ["answered_at", "state"]
    assert case in another.run("rebuild", "--check", expect=1).stdout
    another.run("rebuild")
    assert "0 differences" in another.run("rebuild", "--check").stdout
    assert everything(another) == before


def test_doctor_names_a_fault_of_the_folder(another: Installation) -> None:
    assert json.loads(another.run("doctor", "--json").stdout) == {"findings": []}
    key = another.data / "keys" / "log.key"
    key.chmod(0o640)
    found = json.loads(another.run("doctor", "--json", expect=1).stdout)["findings"]
    assert {"code", "message", "fact_id"} == set(found[0])
    assert "key-open" in {finding["code"] for finding in found}
    assert f"chmod 600 {key}" in found[0]["message"]
    key.chmod(0o600)
    told = another.run("doctor", expect=1, HUIYIN_HOSTS="county.example")
    assert "no-tls" in told.stdout
    assert "healthy" in another.run("doctor").stdout


@pytest.mark.parametrize("name", ["log.key", "master.key"])
@pytest.mark.parametrize("how", ["gone", "other", "open"])
def test_a_county_without_its_keys_signs_and_reads_nothing(
    name: str, how: str, another: Installation
) -> None:
    key, before = another.data / "keys" / name, everything(another)
    if how == "open":
        key.chmod(0o644)
    elif how == "other":
        whole = key.read_text()
        at = len(whole) - 20
        key.write_text(whole[:at] + ("B" if whole[at] == "A" else "A") + whole[at + 1 :])
    else:
        key.unlink()
    told = another.run("publish", another.data / "log", expect=1)
    assert name in told.stderr
    assert "internal" not in told.stderr
    assert "Traceback" not in told.stderr
    assert key.exists() == (how != "gone")
    assert not (another.data / "log").exists()
    assert everything(another) == before


# --- erasing ------------------------------------------------------------------------------------------------


def test_an_erased_case_keeps_its_place_and_gives_no_receipt(another: Installation, tmp_path: Path) -> None:
    gone, still_open = case_of(another, 1002)["case"], case_of(another, 1004)["case"]
    another.run("receipt", gone, "--out", tmp_path / "before")
    assert another.run("erase", gone, "--reason", "retention").stderr == ""
    told = another.run("receipt", gone, "--out", tmp_path / "after", expect=1)
    assert gone in told.stderr
    assert "erased" in told.stderr
    assert not (tmp_path / "after").exists()
    for case, says in ((gone, "ended"), (still_open, "ended"), ("k3j5", "k3j5")):
        told = another.run("erase", case, "--reason", "court", expect=1)
        assert says in told.stderr
        assert "Traceback" not in told.stderr
    assert sql(another, f"SELECT count(*) FROM vault_key WHERE case_id = '{gone}'") == [(0,)]
    another.run("receipt", "--all", "--out", tmp_path / "receipts")
    assert len(list((tmp_path / "receipts").iterdir())) == 5 * 3
    # what the petitioner took home before still proves itself; the log, the tables and the facts are whole
    another.run("publish", tmp_path / "log")
    found = json.loads(
        another.run("check", tmp_path / "log", tmp_path / "receipts", tmp_path / "before", "--json").stdout
    )
    assert (found["entries"], found["receipts"], found["words"]) == (11, 6, 6)
    another.run("rebuild", "--check")
    another.run("doctor")
    assert case_of(another, 1002)["answered_at"] == "2024-03-02T08:00:01+08:00"


def test_a_reader_that_went_away_is_no_reason_for_a_stack_trace(office: Installation) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        office.command("cases"), env=office.environment, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_fault_before_anything_is_started_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that only starts others has loaded nothing that could name its fault."""
    monkeypatch.setattr("django.apps.apps.ready", False)
    try:
        raise RuntimeError("a secret")
    except RuntimeError as error:
        said = in_words(error)
    assert said.startswith("internal error, please report: RuntimeError in test_contract.py:")
    assert "secret" not in said
