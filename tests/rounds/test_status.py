"""Who owes what now: names who has not filed, never who filed more."""

import json

import pytest

from huiyin.casework.permissions import NotYours
from huiyin.cli import main as cli
from huiyin.rounds import daily, missing, status
from huiyin.rounds.models import RoundRow
from tests.rounds.cast import CLERK, DAY, MONDAY, OFFICER, OTHER, SUPERVISOR, TOWN_CLERK, at
from tests.rounds.month import a_week

pytestmark = pytest.mark.usefixtures("begun")


def states(now, obligation="daily", day=MONDAY):
    return {
        one.office: one.state for one in status.owed(now) if (one.obligation, one.day) == (obligation, day)
    }


#  Mon 16:00 open ── zjj files ── 17:00 the others missed ── 18:00 xfj files late ── Tue still owed: rsj, town
def test_open_filed_missed_and_late() -> None:
    assert set(states(at(MONDAY, 9)).values()) == {"open"}
    daily.file("zjj", MONDAY, {}, "", OFFICER, at(MONDAY, 16))
    missing.record_due(at(MONDAY, 17))
    daily.file("xfj", MONDAY, {}, "", CLERK, at(MONDAY, 18))
    assert states(at(MONDAY, 18)) == {"xfj": "late", "zjj": "filed", "rsj": "missed", "mujiang": "missed"}
    assert states(at(MONDAY + DAY, 9)) == {"rsj": "missed", "mujiang": "missed"}


def test_an_hour_that_passed_shows_before_the_worker_looked() -> None:
    assert set(states(at(MONDAY, 17)).values()) == {"missed"}
    assert not RoundRow.objects.exists()


def test_it_is_ordered_by_office_and_says_nothing_of_how_much() -> None:
    from tests.casework import cast as cases

    for number in range(5):
        cases.file(now=at(MONDAY, 9), body=f"第{number}件")
    daily.file(
        "xfj", MONDAY, daily.look("xfj", MONDAY, CLERK, at(MONDAY, 16)).counted, "", CLERK, at(MONDAY, 16)
    )
    daily.file("zjj", MONDAY, {}, "", OFFICER, at(MONDAY, 16))
    rounds = status.data(at(MONDAY, 16))["rounds"]
    offices = [one["office"] for one in rounds if one["obligation"] == "daily"]
    assert offices == sorted(offices)
    assert {tuple(one) for one in rounds} == {("obligation", "office", "day", "due_at", "state", "filed_at")}
    xfj, zjj = ({**one, "office": ""} for one in rounds if one["obligation"] == "daily" and one["filed_at"])
    assert xfj == zjj  # nil or not: the same


def test_an_office_sees_its_own_and_the_supervisor_who_is_missing() -> None:
    missing.record_due(at(MONDAY, 17))
    assert {one.office for one in status.of_office("zjj", OFFICER, at(MONDAY, 18))} == {"zjj"}
    with pytest.raises(NotYours):
        status.of_office("zjj", OTHER, at(MONDAY, 18))
    for actor in (SUPERVISOR, CLERK):
        found = status.missing(actor, at(MONDAY, 18))
        assert {one.office for one in found} == {"xfj", "zjj", "rsj", "mujiang"}
    for actor in (OFFICER, OTHER, TOWN_CLERK):
        with pytest.raises(NotYours):
            status.missing(actor, at(MONDAY, 18))


def test_everything_owed_is_there_with_its_hour() -> None:
    a_week()
    found = status.owed(at(MONDAY + 3 * DAY, 12))
    assert {one.act for one in found} >= {"daily", "handover", "sweep", "promise", "promise_report"}
    assert len({(one.obligation, one.office, one.day, one.ref) for one in found}) == len(found)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rounds", "status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["book"], found["begun"], found["faults"]) == ("county-routine@1", "2026-03-02", [])
    assert {one["id"] for one in found["obligations"]} >= {"daily", "sweep"}
    assert cli.main(["rounds", "status"]) == 0
    assert "county-routine@1" in capsys.readouterr().out
    assert cli.main(["rounds", "begin"]) == 0
    assert "begun already" in capsys.readouterr().out


def test_a_book_that_was_changed_is_named(settings, tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    from huiyin.rounds.book import SHIPPED

    own = tmp_path / "routine.toml"
    own.write_text(SHIPPED.read_text("utf-8").replace('hour = "17:00"', 'hour = "18:00"'), "utf-8")
    settings.HUIYIN_ROUTINE = str(own)
    assert "put it back" in status.data(at(MONDAY))["faults"][0]
    assert missing.record_due(at(MONDAY, 20)) == 0
    assert cli.main(["doctor"]) == 1
    assert "routine:" in capsys.readouterr().out


def test_a_new_version_holds_from_the_next_day(settings, tmp_path) -> None:
    from huiyin.rounds.book import SHIPPED
    from huiyin.rounds.models import OfficeRow

    own = tmp_path / "routine.toml"
    text = SHIPPED.read_text("utf-8").replace('hour = "17:00"', 'hour = "18:00"', 1)
    own.write_text(text.replace("version = 1", "version = 2"), "utf-8")
    settings.HUIYIN_ROUTINE = str(own)
    missing.record_due(at(MONDAY, 17, 30))
    assert {row.book for row in OfficeRow.objects.all()} == {"county-routine@2"}
    missing.record_due(at(MONDAY + DAY, 17, 30))
    assert not RoundRow.objects.filter(obligation="daily", missed_at__isnull=False).exists()
    missing.record_due(at(MONDAY + DAY, 18))
    assert RoundRow.objects.filter(obligation="daily", missed_at__isnull=False).count() == 4
