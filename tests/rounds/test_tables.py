"""The routine as rows: what a sheet reads, and what a row sets again."""

import pytest

from huiyin.casework.permissions import NotYours
from huiyin.ledger.facts import Fact
from huiyin.rounds import tables
from huiyin.rounds.models import NoteRow, ReceptionRow
from tests.casework import cast as cases
from tests.rounds.cast import (
    DAY,
    MONDAY,
    OFFICER,
    OTHER,
    RECEPTION,
    SUPERVISOR,
    TOWN_CLERK,
    TROUBLE,
    at,
)
from tests.rounds.month import FRIDAY, a_week

pytestmark = pytest.mark.usefixtures("begun")
NOW = at(MONDAY, 16)


def test_a_week_of_daily_reports_filed_or_not() -> None:
    a_week()
    cases.file(now=at(MONDAY + DAY, 10))
    rows = tables.of_days(SUPERVISOR, MONDAY, MONDAY + 6 * DAY, "", FRIDAY)
    assert len(rows) == 5 * 4  # working days and offices that owe one
    assert [(one.day, one.office, one.nil) for one in rows if one.filed_at] == [(MONDAY, "zjj", True)]
    assert sum(one.counted["letter"] for one in rows) == 1
    assert {one.office for one in tables.of_days(OFFICER, MONDAY, FRIDAY, "", FRIDAY)} == {"zjj"}
    with pytest.raises(NotYours):
        tables.of_days(OTHER, MONDAY, FRIDAY, "zjj", FRIDAY)


def test_a_sweep_as_rows() -> None:
    a_week()
    rows = tables.of_sweeps(SUPERVISOR, MONDAY, FRIDAY)
    assert sorted(one.state for one in rows) == ["open", "registered", "settled"]
    assert all(one.title and one.measures for one in rows)
    [case] = [one for one in rows if one.case_id]
    assert case.number
    assert [one.result for one in rows if one.state == "settled"] == ["外墙修好，围挡已撤。"]
    assert tables.of_sweeps(OTHER, MONDAY, FRIDAY) == []


def test_receptions_as_rows_without_persons() -> None:
    a_week()
    [row] = tables.of_receptions(TOWN_CLERK, MONDAY, FRIDAY)
    assert (row.people, row.leader, row.mode, row.clerk) == (2, "town-head", "on_site", "town-clerk")
    assert row.number
    assert row.title == cases.FILING.title
    assert (row.promised_office, row.promise[:2]) == ("zjj", "四月")
    assert row.kept_on
    assert tables.of_receptions(SUPERVISOR, MONDAY + 60 * DAY, MONDAY + 70 * DAY) == []


def test_what_a_sheet_sets_is_new_once_and_then_unchanged() -> None:
    report = {"office": "zjj", "day": MONDAY, "stated": {"letter": 2}, "remark": "手工登记两件"}
    assert tables.set_daily(report, OFFICER, NOW).outcome == "new"
    assert tables.set_daily(report, OFFICER, NOW).outcome == "unchanged"
    assert tables.set_daily({**report, "stated": {"letter": 3}}, OFFICER, NOW).outcome == "changed"
    trouble = {**TROUBLE, "office": "mujiang"}
    made = tables.set_trouble(trouble, TOWN_CLERK, NOW)
    again = {**trouble, "ref": made.ref}
    assert made.outcome == "new"
    before = Fact.objects.count()
    assert tables.set_trouble(again, TOWN_CLERK, NOW).outcome == "unchanged"
    assert Fact.objects.count() == before
    assert tables.set_trouble({**again, "measures": "已鉴定"}, TOWN_CLERK, NOW).outcome == "changed"
    done = {**again, "measures": "已鉴定", "result": "已修好"}
    assert tables.set_trouble(done, TOWN_CLERK, NOW).outcome == "changed"
    assert tables.set_trouble(done, TOWN_CLERK, NOW).outcome == "unchanged"


def test_a_visit_of_a_sheet_is_one_case() -> None:
    from huiyin.rounds import reception
    from tests.rounds.cast import TOWN_HEAD

    day = RECEPTION["day"]
    reception.schedule("mujiang", {**RECEPTION, "leader": "town-head"}, TOWN_HEAD, NOW)
    ref = ReceptionRow.objects.get().ref
    filing = cases.filing(channel="visit", received_on=day)
    values = {"ref": ref, "people": 3}
    once, twice = (
        tables.set_reception(values, filing, None, TOWN_CLERK, at(day, 15), "e" * 32) for _ in range(2)
    )
    assert (once.outcome, twice.outcome) == ("new", "unchanged")
    assert NoteRow.objects.get().people == 3
    with pytest.raises(NotYours):
        tables.set_reception(values, filing, None, OFFICER, at(day, 15), "f" * 32)
