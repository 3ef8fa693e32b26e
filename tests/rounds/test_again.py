"""A filed report that more came into is asked for again, on every list, until it is filed again."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.procedure import Actor
from huiyin.rounds import daily, missing, projection, status
from huiyin.rounds.models import RoundRow
from tests.casework import cast as cases
from tests.rounds.cast import CLERK, DAY, MONDAY, OFFICER, SUPERVISOR, at

pytestmark = pytest.mark.usefixtures("begun")
TUESDAY = MONDAY + DAY


def file(now: datetime, actor: Actor = CLERK) -> None:
    report = daily.look(actor.office, MONDAY, actor, now)
    daily.file(actor.office, MONDAY, report.counted, "", actor, now)


def letter(now: datetime, **more: str) -> str:
    return cases.file(now=now, body=f"{now:%d日%H:%M:%S}来的一封信：外墙又掉砖。", **more).case


def states(now: datetime, office: str = "xfj") -> dict[str, str]:
    return {
        one.day.isoformat(): one.state
        for one in status.owed(now)
        if (one.act, one.office) == ("daily", office)
    }


def reminded(now: datetime) -> list[str]:
    return [one.state for one in status.reminders("xfj", "bureau", now) if one.act == "daily"]


#  Mon 07:42 filed ── 09:00 a letter ── 16:59 another ── 17:00 ── Tue 08:20 filed again
def test_what_came_after_it_was_filed_asks_for_it_again() -> None:
    file(at(MONDAY, 7, 42))
    assert states(at(MONDAY, 8)) == {"2026-03-02": "filed"}
    letter(at(MONDAY, 9))
    letter(at(MONDAY, 16, 59))
    assert states(at(MONDAY, 16, 59)) == {"2026-03-02": "again"}
    assert daily.look("xfj", MONDAY, CLERK, at(MONDAY, 17)).came == 2
    missing.record_due(at(TUESDAY, 8))  # it was filed in time: no fact says otherwise
    assert states(at(TUESDAY, 8)) == {"2026-03-02": "again", "2026-03-03": "open"}
    report = daily.look("xfj", MONDAY, CLERK, at(TUESDAY, 8))
    assert (report.stated["letter"], report.proposed) == (0, report.counted)
    file(at(TUESDAY, 8, 20))
    assert states(at(TUESDAY, 8, 21)) == {"2026-03-03": "open"}
    assert daily.look("xfj", MONDAY, CLERK, at(TUESDAY, 9)).came == 0


def test_filed_again_before_its_hour_it_may_be_asked_for_once_more() -> None:
    file(at(MONDAY, 15))
    letter(at(MONDAY, 15, 30))
    file(at(MONDAY, 16))
    assert states(at(MONDAY, 16)) == {"2026-03-02": "filed"}
    letter(at(MONDAY, 16))  # at the very moment up to which it counted, which it did not count
    assert states(at(MONDAY, 16, 1)) == {"2026-03-02": "again"}
    letter(at(MONDAY, 17))  # of the next report
    file(at(MONDAY, 17))
    assert states(at(TUESDAY, 9)) == {"2026-03-03": "open"}


def test_a_report_filed_late_holds_all_and_is_never_asked_for() -> None:
    missing.record_due(at(MONDAY, 17))
    letter(at(MONDAY, 17, 30))
    file(at(MONDAY, 18))
    assert states(at(MONDAY, 18)) == {"2026-03-02": "late"}
    assert reminded(at(TUESDAY, 9)) == []


def test_an_urgent_matter_counts_too_and_what_others_do_does_not() -> None:
    case = letter(at(MONDAY, 9))
    file(at(MONDAY, 10))
    file(at(MONDAY, 10), OFFICER)
    cases.take(
        case, "urgent_report", {"told": "县委办公室", "matter": "已设围挡。"}, actor=CLERK, now=at(MONDAY, 11)
    )
    assert states(at(MONDAY, 12)) == {"2026-03-02": "again"}
    assert states(at(MONDAY, 12), "zjj") == {"2026-03-02": "filed"}
    assert daily.look("xfj", MONDAY, CLERK, at(MONDAY, 12)).came == 1


def test_it_stands_in_every_reminder_once_nothing_more_can_come() -> None:
    file(at(MONDAY, 7, 42))
    letter(at(MONDAY, 9))
    assert reminded(at(MONDAY, 16)) == []  # filed again now, the next arrival would ask once more
    assert status.missing(SUPERVISOR, at(MONDAY, 16)) == []
    for now in (at(MONDAY, 17), at(TUESDAY, 9)):
        assert reminded(now) == ["again"]
        assert "again" in [one.state for one in status.pressing("xfj", now)]
        assert ("xfj", "again") in [(one.office, one.state) for one in status.missing(SUPERVISOR, now)]
    assert "again" not in [one.state for one in status.pressing("xfj", at(MONDAY + 9 * DAY, 9))]
    assert status.reminders("zjj", "department", at(TUESDAY, 9)) == []
    file(at(TUESDAY, 10))
    assert reminded(at(TUESDAY, 11)) == []


def test_after_a_month_it_stands_as_it_was_filed() -> None:
    file(at(MONDAY, 7, 42))
    letter(at(MONDAY, 9))
    assert reminded(at(MONDAY + 31 * DAY, 9)) == ["again"]
    assert reminded(at(MONDAY + 32 * DAY, 9)) == []


def test_a_figure_that_was_stated_otherwise_keeps_its_difference_in_the_form() -> None:
    letter(at(MONDAY, 9))
    then = daily.look("xfj", MONDAY, CLERK, at(MONDAY, 10)).counted
    daily.file("xfj", MONDAY, {**then, "letter": 3}, "两封尚未录入", CLERK, at(MONDAY, 10))
    letter(at(MONDAY, 11))
    report = daily.look("xfj", MONDAY, CLERK, at(MONDAY, 12))
    assert (report.counted["letter"], report.stated["letter"], report.proposed["letter"]) == (2, 3, 4)


def test_it_costs_each_page_three_readings_by_index_however_many_reports_there_are() -> None:
    for n in range(4):
        day = MONDAY + n * DAY
        daily.file("xfj", day, {}, "", CLERK, at(day, 7))
        letter(at(day, 9))
    with CaptureQueriesContext(connection) as asked:
        assert reminded(at(MONDAY + 3 * DAY, 18)) == ["again"] * status.AT_ONCE
    assert len(asked) == 4  # these three, and what was missed
    if connection.vendor == "sqlite":  # PostgreSQL chooses by how much a table holds
        [arrivals] = [one["sql"] for one in asked if "casework_caserow" in one["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {arrivals}")
            plan = [row[-1] for row in cursor.fetchall()]
        assert sum("USING INDEX case_registered" in step for step in plan) == 4
        assert not [step for step in plan if "SCAN" in step]


def test_rows_from_before_take_it_from_their_facts() -> None:
    from importlib import import_module

    file(at(MONDAY, 10))
    letter(at(MONDAY, 11))
    file(at(MONDAY, 12))
    RoundRow.objects.update(counted_until=None)
    assert states(at(MONDAY, 13)) == {"2026-03-02": "filed"}
    import_module("huiyin.rounds.migrations.0003_counted_until").fill(apps, connection.schema_editor())
    assert RoundRow.objects.get().counted_until == at(MONDAY, 12)
    assert list(projection.rebuild(check=True)) == []
    letter(at(MONDAY, 13) + timedelta(minutes=1))
    assert states(at(MONDAY, 14)) == {"2026-03-02": "again"}
