"""A date that passes becomes a fact by itself, once, whoever looks and however many look at once."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, connections

from huiyin.casework import breaching, filing, law, projection, reading
from huiyin.casework.models import BreachRow, CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.casework.steps import history
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact, MovedOn, facts_of
from huiyin.ledger.models import Pending
from huiyin.vault.models import WrappedKey
from tests import databases
from tests.casework import cast, trial
from tests.casework.cast import CLERK, DAY, NOW, OFFICER, PETITIONER, TODAY, ZONE, file, take
from tests.casework.test_import import LETTER, OPEN
from tests.casework.trial import SUPERVISOR, later, row
from tests.environment import SERVER

pytestmark = pytest.mark.usefixtures("trial")


def breaches(case: str) -> list[tuple[str, str, str]]:
    return [
        (fact.values["clock"], fact.values["due"], fact.values["office"])
        for fact in history(case)
        if fact.part == "breach"
    ]


def midnight(days: int) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=ZONE) + days * DAY


#  filed        due            24:00 of the due date
#  2 March ──── 17 March ──── 18 March 00:00
def test_a_date_passes_at_midnight_and_not_a_minute_before() -> None:
    case = file().case
    assert row(case).breach_at == midnight(16)
    assert breaching.record_due(midnight(16) - DAY / 1440) == 0
    assert breaching.record_due(midnight(16)) == 1
    assert breaches(case) == [("route", (TODAY + 15 * DAY).isoformat(), "xfj")]
    fact = facts_of(case)[-1]
    assert fact.recorded_at == midnight(16)
    assert json.loads(fact.public_content)["office"] == "xfj"
    assert fact.clear_json()["actor"] == {"role": "system", "office": "", "ref": ""}
    assert row(case).breach_at is None


def test_it_is_recorded_once_for_each_start() -> None:
    case = file().case
    for days in (16, 16, 17, 400):
        breaching.record_due(midnight(days))
    assert len(breaches(case)) == 1
    take(case, "transfer", {"office": "zjj"}, actor=CLERK, now=later(30))
    assert row(case).breach_at == midnight(46)
    breaching.record_due(midnight(46))
    assert [name for name, _, _ in breaches(case)] == ["route", "inform"]


def test_late_acceptance_buys_no_time_and_the_breach_names_who_owed_it() -> None:
    case = trial.routed()
    assert breaching.record_due(later(100)) == 2  # the notice, and the decision counted from its due date
    assert {(name, office) for name, _, office in breaches(case)} == {("inform", "zjj"), ("decide", "zjj")}
    take(case, "accept", actor=OFFICER, now=later(101))
    breaching.record_due(later(400))
    assert len(breaches(case)) == 2


def test_a_reviewers_lateness_is_the_reviewers() -> None:
    case = trial.asked()
    breaching.record_due(later(60))
    assert [(name, office) for name, _, office in breaches(case)] == [("review", "linjiang")]
    assert json.loads(facts_of(case)[-1].public_content)["office"] == "linjiang"


def test_a_promise_is_breached_after_the_case_is_over() -> None:
    case = trial.served(promise=TODAY + 90 * DAY)
    take(case, "close", now=later(40), actor=OFFICER)
    assert breaching.record_due(later(90)) == 0
    assert breaching.record_due(later(91)) == 1
    assert breaches(case) == [("promise", (TODAY + 90 * DAY).isoformat(), "zjj")]
    assert row(case).state == "over"
    (told,) = reading.breaches(SUPERVISOR)
    assert (told.row.case_id, told.clock, told.office, told.standing) == (case, "promise", "zjj", True)
    take(case, "keep", {"proof": "A photo."}, now=later(95), actor=OFFICER)
    assert reading.breaches(SUPERVISOR) == []
    assert [one.standing for one in reading.breaches(SUPERVISOR, standing=False)] == [False]


def test_nobody_is_late_with_a_right_or_with_the_petitioners_own_window() -> None:
    case = trial.served()
    assert row(case).breach_at is None
    assert breaching.record_due(later(500)) == 0


def test_history_that_nobody_took_up_is_never_breached() -> None:
    filing.import_letters([LETTER, OPEN], office="xfj", now=lambda: NOW)
    assert breaching.record_due(later(5000)) == 0
    (waiting,) = CaseRow.objects.filter(state="old").values_list("case_id", flat=True)
    take(waiting, "take_up", actor=CLERK)
    assert breaching.record_due(later(16)) == 1
    assert [name for name, _, _ in breaches(waiting)] == ["route"]


def test_an_erased_case_is_left_in_peace() -> None:
    case = file().case
    CaseRow.objects.filter(case_id=case).update(erased=True)
    assert breaching.record_due(later(99)) == 0


def test_a_book_whose_system_records_nothing_has_no_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    book = law.book("trial")
    mute = replace(book, steps={name: step for name, step in book.steps.items() if step.part != "breach"})
    monkeypatch.setattr(law, "book", lambda _name: mute)
    assert row(file().case).breach_at is None
    assert breaching.record_due(later(400)) == 0


def test_only_what_is_due_is_read() -> None:
    due = file(received_on=TODAY - 30 * DAY).case
    for number in range(5):
        file(body=f"Letter {number} about the lamp.")
    seen: list[str] = []
    whole = breaching._record

    def watched(case_id: str, now: datetime) -> int:
        seen.append(case_id)
        return whole(case_id, now)

    breaching._record = watched
    try:
        assert breaching.record_due(NOW) == 1
    finally:
        breaching._record = whole
    assert seen == [due]


def test_the_search_for_what_is_due_is_by_its_index() -> None:
    rows = CaseRow.objects.filter(breach_at__lte=NOW, case_id__gt="", erased=False)
    for number in range(30):
        file(body=f"Letter {number} about the lamp.")
    plan = rows.values_list("case_id", flat=True).explain()
    if connection.vendor == "sqlite":
        assert "case_breaches" in plan


def test_one_case_that_cannot_be_read_keeps_no_other_from_being_recorded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, fine = file().case, file(body="Another letter about the lamp.").case
    WrappedKey.objects.filter(case_id=broken).update(wrapped=b"\x01" + b"\0" * 60)
    assert breaching.record_due(later(30)) == 1
    assert len(breaches(fine)) == 1
    assert broken in caplog.text


def test_a_row_of_an_older_calendar_is_put_right() -> None:
    case = file().case
    CaseRow.objects.filter(case_id=case).update(breach_at=NOW - DAY)
    assert breaching.record_due(NOW) == 0
    assert row(case).breach_at == midnight(16)
    assert list(projection.rebuild(check=True)) == []


# --- many at once -------------------------------------------------------------------------------------


def test_many_threads_record_each_breach_once() -> None:
    cases = [file(body=f"Letter {number} about the lamp.").case for number in range(6)]
    gate = threading.Barrier(4)

    def look() -> None:
        try:
            gate.wait(30)
            breaching.record_due(later(30))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [len(breaches(case)) for case in cases] == [1] * 6


def test_many_processes_record_each_breach_once(settings: Any) -> None:
    cases = [file(body=f"Letter {number} about the lamp.").case for number in range(6)]
    program = (
        "import sys, django; django.setup()\n"
        "from datetime import datetime\n"
        "from huiyin.casework import breaching\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(breaching.record_due(datetime.fromisoformat(sys.argv[1])))\n"
    )
    connections.close_all()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "huiyin.settings",
        "HUIYIN_BOOKS": settings.HUIYIN_BOOKS,
    }
    if SERVER:
        environment["HUIYIN_DATABASE_URL"] = databases.url(databases.LIVE)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, later(30).isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    counts = [int(process.communicate(timeout=60)[0]) for process in started]
    assert sum(counts) == 6
    assert [len(breaches(case)) for case in cases] == [1] * 6


def test_a_step_taken_at_the_same_moment_is_not_lost() -> None:
    case = file().case
    gate, results = threading.Barrier(2), []

    def look() -> None:
        try:
            gate.wait(30)
            results.append(breaching.record_due(later(30)))
        finally:
            connections.close_all()

    def supplement() -> None:
        try:
            gate.wait(30)
            for _ in range(20):
                try:
                    take(case, "supplement", {"text": "More."}, actor=PETITIONER, now=later(30))
                    break
                except MovedOn:
                    continue
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look), threading.Thread(target=supplement)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    breaching.record_due(later(30))
    kinds = sorted(fact.kind for fact in facts_of(case))
    assert kinds == ["clock.passed.1", "petition.filed.1", "petition.supplemented.1"]


# --- the worker ---------------------------------------------------------------------------------------


def test_the_worker_records_and_stops_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    case, stop = file().case, threading.Event()
    monkeypatch.setattr(breaching, "LOOK_EVERY", 0.05)
    days = iter([15, 15, 16])

    def clock() -> datetime:
        day = next(days, None)
        if day is None:
            stop.set()
        return midnight(day or 16)

    worker = threading.Thread(target=breaching.follow, args=(stop, clock))
    worker.start()
    worker.join(30)
    assert not worker.is_alive()
    assert len(breaches(case)) == 1
    sequencer.wait([])
    assert not Pending.objects.exists()


def test_the_worker_looks_more_than_once_a_minute() -> None:
    assert breaching.LOOK_EVERY < 45


# --- who sees them ------------------------------------------------------------------------------------


def test_only_supervisors_see_every_breach_and_none_that_complains_of_them() -> None:
    seen, hidden = file().case, file(body="About a supervisor.", respondent_officers=(SUPERVISOR.ref,)).case
    breaching.record_due(later(30))
    assert {one.row.case_id for one in reading.breaches(SUPERVISOR)} == {seen}
    assert {one.row.case_id for one in reading.breaches(cast.SUPERVISOR)} == {seen, hidden}
    for actor in (CLERK, OFFICER, cast.HEAD, PETITIONER):
        with pytest.raises(NotYours):
            reading.breaches(actor)
    assert BreachRow.objects.count() == 2


def test_breaches_are_made_again_from_facts() -> None:
    file()
    breaching.record_due(later(30))
    assert list(projection.rebuild(check=True)) == []
    BreachRow.objects.update(standing=False, office="rsj")
    (difference,) = projection.rebuild(check=False)
    assert set(difference.columns) == {"standing", "office"}
    assert list(projection.rebuild(check=True)) == []
    assert Fact.objects.count() == 2
