"""Several processes at once: a missed round is told once, a place in the queue is held once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from huiyin.casework.models import CaseRow
from huiyin.ledger.facts import Fact, MovedOn
from huiyin.rounds import appointments, missing, projection, promises, reception, sweep
from huiyin.rounds.models import AppointmentRow, MissRow, NoteRow, ReceptionRow
from huiyin.rounds.routine import Refused
from tests.casework import cast as cases
from tests.rounds.cast import (
    DAY,
    MONDAY,
    OFFICER,
    PROMISE,
    RECEPTION,
    TOWN_CLERK,
    TOWN_HEAD,
    TROUBLE,
    at,
)

pytestmark = pytest.mark.usefixtures("begun")


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (MovedOn, Refused) as moved:
            return moved
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(run, act) for act in acts]]


def test_four_workers_tell_each_missed_round_once() -> None:
    now = at(MONDAY + 2 * DAY, 18)
    told = together([lambda: missing.record_due(now)] * 4)
    rows = list(MissRow.objects.values_list("obligation", "office", "day"))
    assert sum(told) == len(rows) == len(set(rows))
    assert len([row for row in rows if row[0] == "daily"]) == 3 * 4
    assert list(projection.rebuild(check=True)) == []


def test_eight_people_never_hold_the_same_place() -> None:
    values = {**RECEPTION, "leader": "town-head", "slots": 8}
    reception.schedule("mujiang", values, TOWN_HEAD, at(MONDAY, 9))
    ref = ReceptionRow.objects.get().ref
    slips = together(
        [lambda n=n: appointments.book(ref, "", f"10.0.{n}.0", at(MONDAY, 10)) for n in range(8)]
    )
    held = sorted(slip.slot for slip in slips if isinstance(slip, appointments.Slip))
    assert held == sorted(set(held))
    assert len(held) == AppointmentRow.objects.filter(live=True).count() >= 5
    assert list(projection.rebuild(check=True)) == []


def test_four_clerks_settle_a_trouble_and_keep_a_promise_once() -> None:
    values = {**RECEPTION, "leader": "town-head"}
    day = reception.schedule("mujiang", values, TOWN_HEAD, at(MONDAY, 9)).case
    kept = promises.make(day, PROMISE, TOWN_HEAD, at(MONDAY, 10)).case
    ref = sweep.list_trouble("mujiang", TROUBLE, TOWN_HEAD, at(MONDAY, 9)).case
    now = at(MONDAY, 12)
    together([lambda: sweep.settle(ref, "修好了", OFFICER, now)] * 4)
    together([lambda: promises.keep(kept, MONDAY, "验收单", OFFICER, now)] * 4)
    together([lambda: reception.hold(day, TOWN_CLERK, at(RECEPTION["day"], 12))] * 4)
    kinds = list(Fact.objects.values_list("kind", flat=True))
    for kind in ("trouble.settled.1", "promise.kept.1", "reception.held.1", "round.met.1"):
        assert kinds.count(kind) == 1, kind


def test_one_visit_sent_four_times_is_one_case_and_one_note() -> None:
    values = {**RECEPTION, "leader": "town-head"}
    day = reception.schedule("mujiang", values, TOWN_HEAD, at(MONDAY, 9)).case
    filing, now = cases.filing(channel="visit", received_on=RECEPTION["day"]), at(RECEPTION["day"], 10)
    together([lambda: reception.note(day, filing, None, actor=TOWN_CLERK, now=now, token="a" * 32)] * 4)
    assert NoteRow.objects.count() == CaseRow.objects.count() == 1
