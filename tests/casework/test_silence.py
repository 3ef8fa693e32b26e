"""The certificate of silence: only after a date has passed, saying exactly what the log does not hold."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from huiyin.casework import breaching, silence
from huiyin.casework.bundles import Gone
from huiyin.casework.permissions import NotYours
from huiyin.casework.silence import NotLate
from huiyin.ledger import keys, notes
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor
from huiyin.publication.check import check, report
from tests.casework import cast, trial
from tests.casework.cast import CLERK, DAY, OFFICER, PETITIONER, SUPERVISOR, SYSTEM, TODAY, take
from tests.casework.trial import REVIEWER, later

pytestmark = pytest.mark.usefixtures("trial")


def certified(case: str, days: int, actor: Actor = PETITIONER, language: str = "zh-hans") -> bytes:
    return silence.certificate(case, actor, later(days), language=language)


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}


def statement(data: bytes) -> list[str]:
    text = notes.open_note(files(data)["statement.note"], [notes.read_vkey(keys.vkey())])
    return text.splitlines()


def findings(data: bytes, folder: Path) -> list[str]:
    path = folder / "silence.zip"
    path.write_bytes(data)
    return [f"{f.code} {f.where} {f.detail}" for f in check(path).findings]


def test_while_no_date_has_passed_it_is_refused_in_words() -> None:
    case = cast.file().case
    for actor in (PETITIONER, SYSTEM):
        with pytest.raises(NotLate) as refused:
            certified(case, 15, actor)
        assert refused.value.until == TODAY + 15 * DAY
        assert (TODAY + 15 * DAY).isoformat() in refused.value.message.zh
    assert len(facts_of(case)) == 1  # the console leaves no trace of what it refused


def test_nobody_is_silent_who_owes_nothing() -> None:
    case = trial.served()
    with pytest.raises(NotLate) as refused:
        certified(case, 400)
    assert refused.value.until is None


def test_it_says_what_the_log_does_not_hold(tmp_path: Path) -> None:
    case = cast.file().case
    data = certified(case, 16)
    assert findings(data, tmp_path) == []
    said = statement(data)
    assert said[0] == "huiyin.silence/1"
    assert said[2:4] == [f"case {case}", "entries 1"]
    assert said[4].startswith("checkpoint 1 ")
    assert said[5] == f"time {later(16):%Y-%m-%d}T01:30:00Z"
    due = (TODAY + 15 * DAY).isoformat()
    assert said[6:] == [f"late route {due} since 1 absent route,forward,refuse,accept,answer,serve"]


def test_each_date_that_passed_has_its_own_line(tmp_path: Path) -> None:
    case = trial.routed()
    data = certified(case, 100)
    late = {line.split()[1]: line.rpartition(" ")[2] for line in statement(data)[6:]}
    assert late == {"inform": "accept,answer", "decide": "accept,answer,serve"}
    assert findings(data, tmp_path) == []


def test_an_answer_that_was_made_and_not_served_is_silence_and_stays_closed(tmp_path: Path) -> None:
    case = trial.decided()
    data = certified(case, 100)
    assert statement(data)[6].endswith("absent serve")
    assert "log/0004.public.json" in files(data)
    assert b"tiles are loose" not in b"".join(files(data).values())
    assert findings(data, tmp_path) == []


def test_a_reviewers_silence_is_counted_from_the_request(tmp_path: Path) -> None:
    case = trial.asked()
    data = certified(case, 60)
    (line,) = statement(data)[6:]
    assert line == f"late review {(TODAY + 30 * DAY).isoformat()} since 6 absent answer,serve"
    assert findings(data, tmp_path) == []


def test_a_broken_promise_is_certified_after_the_case_is_over(tmp_path: Path) -> None:
    case = trial.served(promise=date(2026, 4, 1))
    take(case, "close", now=later(40), actor=OFFICER)
    (line,) = statement(certified(case, 50))[6:]
    assert line == "late promise 2026-04-01 since 4 absent answer,execute"
    assert findings(certified(case, 50), tmp_path) == []


def test_breaches_in_the_log_break_no_silence(tmp_path: Path) -> None:
    case = trial.routed()
    breaching.record_due(later(100))
    data = certified(case, 100)
    assert statement(data)[3] == "entries 4"
    assert findings(data, tmp_path) == []


def test_an_accusation_can_be_certified_too(tmp_path: Path) -> None:
    case = trial.accused()
    assert findings(certified(case, 40), tmp_path) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_certificate_reads_as_a_certificate(language: str) -> None:
    found = files(certified(trial.routed(), 100, language=language))
    said = found["certificate.html"].decode()
    told = ["XFJ-2026-000001", "inform", (TODAY + 15 * DAY).isoformat(), "Transfer", "huiyin.example/log"]
    told += ["没有：受理", "逾期"] if language != "en" else ["since entry 2: acceptance", "days late"]
    assert [word for word in told if word not in said] == []
    assert found["certificate.pdf"].startswith(b"%PDF")
    for word in ("它不能单独证明什么", "What it cannot prove alone", "publication.check"):
        assert word in found["README.txt"].decode()


def test_who_may_have_one() -> None:
    case = trial.routed()
    for actor in (CLERK, OFFICER, SUPERVISOR, REVIEWER):
        with pytest.raises(NotYours):
            certified(case, 100, actor)
    assert certified(case, 100, SYSTEM)
    assert facts_of(case)[-1].clear_json()["values"] == {"what": "silence"}


def test_an_erased_case_cannot_be_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    case = trial.routed()
    from huiyin.casework.models import CaseRow

    CaseRow.objects.update(erased=True)
    for actor in (PETITIONER, SYSTEM):
        with pytest.raises(Gone):
            certified(case, 100, actor)


def test_the_statement_is_no_checkpoint_and_no_promise() -> None:
    data = files(certified(trial.routed(), 100))["statement.note"]
    with pytest.raises(notes.NoteError):
        notes.open_checkpoint(data, notes.read_vkey(keys.vkey()))


def test_the_checker_says_what_is_proven(tmp_path: Path) -> None:
    path = tmp_path / "silence.zip"
    path.write_bytes(certified(trial.routed(), 100))
    result = check(path)
    assert (result.kind, result.ok) == ("huiyin.silence/1", True)
    for language, word in (("en", "bear it out"), ("zh", "声明有效")):
        said = report(result, language)
        assert word in said
        assert "late decide" in said
    assert json.loads(json.dumps(result.as_json()))["statement"].startswith("huiyin.silence/1\n")
