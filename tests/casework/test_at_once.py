"""Two at once: one wins, the other is told; a double click is one case."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from huiyin.casework import codes, filing, steps
from huiyin.casework.models import CaseRow, CodeRow, Submission
from huiyin.ledger.facts import Fact, MovedOn, facts_of
from huiyin.vault.models import Sealed, WrappedKey
from tests import databases
from tests.casework.cast import (
    CLERK,
    CLERK2,
    NOW,
    OFFICER,
    OFFICER2,
    PETITIONER,
    Attachment,
    file,
    handled,
    photo,
    routed,
    take,
)
from tests.environment import SERVER

pytestmark = pytest.mark.usefixtures("county")


def together(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returned, or raised, when all were let go at the same moment in threads of their own."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            results[number] = work()
        except Exception as fault:  # what it raised is the result
            results[number] = fault
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def accept(case: str, actor: Any) -> Callable[[], Any]:
    seen = CaseRow.objects.get(case_id=case).seq
    return lambda: steps.take_step(case, "accept", {}, actor=actor, now=NOW, seen=seen)


@pytest.mark.parametrize("turn", range(3))
def test_of_two_officers_at_once_one_wins_and_the_other_is_told(turn: int) -> None:
    case = routed()
    results = together([accept(case, OFFICER), accept(case, OFFICER2)])
    won = [result for result in results if isinstance(result, steps.Taken)]
    lost = [result for result in results if not isinstance(result, steps.Taken)]
    assert len(won) == 1
    assert [type(result) for result in lost] == [MovedOn]
    assert [fact.kind for fact in facts_of(case)][2:] == ["case.accepted.1"]
    assert CaseRow.objects.get(case_id=case).seq == 3


def test_without_a_page_to_compare_with_they_still_never_share_a_place() -> None:
    """`seen` is what the page knew; without it the order of the facts alone must decide."""
    case = handled()
    notes = [lambda n=n: take(case, "record_work", {"note": f"第{n}次"}) for n in range(4)]
    results = together(notes)
    assert {type(result) for result in results} <= {steps.Taken, MovedOn}
    seqs = [fact.seq for fact in facts_of(case)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) == 3 + sum(isinstance(result, steps.Taken) for result in results)


def test_two_processes_are_as_safe_as_two_threads() -> None:
    case = routed()
    program = (
        "import sys, json, django; django.setup()\n"
        "from datetime import datetime\n"
        "from huiyin.casework import steps\n"
        "from huiyin.ledger.facts import MovedOn\n"
        "from huiyin.procedure import Actor\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "try:\n"
        "    steps.take_step(sys.argv[1], 'accept', {}, actor=Actor('officer', 'zjj', sys.argv[2]),\n"
        "        now=datetime.fromisoformat(sys.argv[3]), seen=2)\n"
        "    print(json.dumps('won'))\n"
        "except MovedOn:\n"
        "    print(json.dumps('moved on'))\n"
    )
    connections.close_all()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "huiyin.settings"}
    if SERVER:
        environment["HUIYIN_DATABASE_URL"] = databases.url(databases.LIVE)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, case, login, NOW.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for login in ("officer", "officer2")
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate(timeout=60)[0]) for process in started]
    assert sorted(told) == ["moved on", "won"]
    assert len(facts_of(case)) == 3


# --- a double click -----------------------------------------------------------------------------------


def one_case() -> bool:
    rows = CaseRow.objects.count(), CodeRow.objects.count(), Submission.objects.count()
    return rows == (1, 1, 1) and Fact.objects.count() == 1 and WrappedKey.objects.count() == 1


def test_a_double_click_is_one_case_with_one_code() -> None:
    first, second = file(token="t" * 22), file(token="t" * 22, now=NOW + timedelta(seconds=1))
    assert (second.case, second.number, second.code) == (first.case, first.number, first.code)
    assert (first.again, second.again) == (False, True)
    assert codes.case_of(second.code, "192.0.2.0/24", NOW) == first.case
    assert one_case()
    assert file(token="u" * 22).case != first.case


def test_two_clicks_in_the_same_instant_are_one_case_with_one_code() -> None:
    clicks = [lambda: file(token="t" * 22, actor=PETITIONER, channel="web") for _ in range(3)]
    results = together(clicks)
    assert [type(result) for result in results] == [filing.Registered] * 3
    assert len({(result.case, result.number, result.code) for result in results}) == 1
    assert sorted(result.again for result in results) == [False, True, True]
    assert one_case()


def test_the_half_of_a_double_click_that_lost_left_no_paper_behind() -> None:
    papers = (Attachment("照片.jpg", "image/jpeg", photo()),)
    results = together([lambda: file(token="t" * 22, attachments=papers) for _ in range(2)])
    assert len({result.case for result in results}) == 1
    assert Sealed.objects.filter(kind="paper").count() == 1
    assert Sealed.objects.filter(kind="person").count() == 1


def test_after_ten_minutes_the_same_form_shows_no_code_and_makes_no_case() -> None:
    first = file(token="t" * 22)
    late = file(token="t" * 22, now=NOW + timedelta(minutes=10))
    assert (late.case, late.code, late.again) == (first.case, "", True)
    assert file(token="t" * 22, now=NOW + timedelta(minutes=9, seconds=59)).code == first.code
    assert one_case()


def test_a_form_sent_again_never_brings_a_replaced_code_back() -> None:
    first = file(token="t" * 22)
    case, new = codes.approve_code(codes.request_code(first.case, CLERK, NOW), CLERK2, NOW)
    assert file(token="t" * 22).code == ""
    assert codes.case_of(new, "192.0.2.0/24", NOW) == case == first.case


def test_registrations_in_parallel_share_one_series_without_gaps() -> None:
    results = together([lambda n=n: file(body=f"第{n}封信：楼道里的灯坏了三个月。") for n in range(6)])
    assert sorted(made.number for made in results) == [f"XFJ-2026-{n:06d}" for n in range(1, 7)]
    assert len({made.code for made in results}) == 6
