"""A round that passes becomes a fact, once, whoever looks."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from huiyin.casework import breaching, streams
from huiyin.ledger.facts import Fact
from huiyin.rounds import daily, filing, missing, routine
from huiyin.rounds.models import MissRow, OfficeRow, RoundRow
from tests.rounds.cast import BEGUN, CLERK, DAY, MONDAY, OFFICER, at

pytestmark = pytest.mark.usefixtures("begun")


def misses(obligation: str, **where: object) -> list[MissRow]:
    return list(MissRow.objects.filter(obligation=obligation, **where).order_by("day", "office"))


def file(actor=CLERK, day: date = MONDAY, now=None):
    return daily.file(
        actor.office,
        day,
        daily.look(actor.office, day, actor, now or at(day)).counted,
        "",
        actor,
        now or at(day),
    )


@pytest.mark.django_db(transaction=True)
def test_nobody_owes_anything_before_the_county_began(transactional_db: None) -> None:
    OfficeRow.objects.all().delete()
    assert missing.record_due(at(MONDAY + 60 * DAY)) == 0


def test_offices_of_every_kind_that_owes_join_from_the_next_day() -> None:
    rows = {row.office: row.since for row in OfficeRow.objects.all()}
    assert rows == dict.fromkeys(("linjiang", "xfj", "zjj", "rsj", "mujiang"), BEGUN.date() + DAY)
    assert routine.begin(CLERK.__class__("system"), at(MONDAY)) == 0


#  Mon 2nd 17:00 due ── 16:59 nothing ── 17:00 four offices missed it ── 17:01 nothing new
def test_a_daily_report_is_missed_at_its_hour_and_once() -> None:
    file(CLERK)
    missing.record_due(at(MONDAY, 16, 59))
    assert misses("daily") == []
    told = missing.record_due(at(MONDAY, 17))
    assert [row.office for row in misses("daily")] == ["mujiang", "rsj", "zjj"]
    assert told >= 3
    assert missing.record_due(at(MONDAY, 17, 1)) == 0
    assert missing.record_due(at(MONDAY, 18)) == 0
    assert {row.standing for row in misses("daily")} == {True}


def test_a_report_filed_late_is_both() -> None:
    missing.record_due(at(MONDAY, 17))
    file(OFFICER, now=at(MONDAY, 18))
    row = RoundRow.objects.get(key=f"daily/zjj/{MONDAY}")
    assert row.missed_at
    assert row.filed_at
    assert row.filed_at > row.missed_at
    assert [one.standing for one in misses("daily", office="zjj")] == [False]
    missing.record_due(at(MONDAY, 19))
    assert len(misses("daily", office="zjj")) == 1


def test_a_rest_day_owes_no_daily_report_and_monday_covers_it() -> None:
    missing.record_due(at(MONDAY + 6 * DAY, 23))
    days = {row.day for row in misses("daily")}
    assert days == {MONDAY + n * DAY for n in range(5)}


def test_the_worker_catches_up_after_days_of_silence() -> None:
    look = missing.Look()
    look(at(MONDAY + 4 * DAY, 18))
    assert len(misses("daily", office="zjj")) == 5
    assert len(misses("sweep", office="zjj")) == 1
    look(at(MONDAY + 7 * DAY, 18))
    assert len(misses("daily", office="zjj")) == 6


def test_a_new_office_owes_from_the_day_after_it_is_seen() -> None:
    from huiyin.offices.models import Office

    Office.objects.create(code="jtj", kind="department", name_zh="交通局", name_en="jtj")
    missing.record_due(at(MONDAY, 18))
    assert OfficeRow.objects.get(office="jtj").since == MONDAY + DAY
    assert misses("daily", office="jtj") == []
    missing.record_due(at(MONDAY + DAY, 18))
    assert [row.day for row in misses("daily", office="jtj")] == [MONDAY + DAY]


def test_a_missed_round_is_a_fact_of_the_system_with_its_hour() -> None:
    missing.record_due(at(MONDAY, 17))
    row = misses("daily", office="zjj")[0]
    fact = streams.history(row.ref)[-1]
    assert (fact.kind, fact.actor.role, fact.values["owes"]) == ("round.missed.1", "system", "zjj")
    assert row.due_at == at(MONDAY, 17)
    assert Fact.objects.get(pk=row.fact_id).case_id.startswith("0")


def test_of_two_that_record_the_same_round_one_finds_it_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process commits between our look and our write."""
    seen = list(missing.unfiled(at(MONDAY, 17)))
    missing.record_due(at(MONDAY, 17))
    before = Fact.objects.count()
    assert [missing._tell(one, at(MONDAY, 17)) for one in seen] == [0] * len(seen)
    stale = filing.Round(seen[0].obligation, seen[0].office, seen[0].period, None)
    from huiyin.ledger.facts import MovedOn

    deed = missing.missed(stale.obligation, stale.office, stale.period.first, stale.period.due)
    with pytest.raises(MovedOn):
        filing.record(stale, deed, at(MONDAY, 17))
    assert Fact.objects.count() == before


def test_a_month_is_missed_on_the_first_working_day_of_the_next() -> None:
    due = at(date(2026, 5, 6), 17)  # after the holiday of the first to the fifth of May
    missing.record_due(due - timedelta(minutes=1))
    assert misses("leader") == []
    missing.record_due(due)
    april = date(2026, 4, 1)  # March was in progress when the routine began
    offices = ("linjiang", "mujiang", "rsj", "zjj")
    assert [(row.office, row.day) for row in misses("leader")] == [(office, april) for office in offices]


def test_a_look_that_goes_back_less_far_misses_nothing_of_late() -> None:
    now = at(MONDAY + timedelta(days=30), 18)
    missing.record_due(now - DAY)
    assert list(missing.unfiled(now, now.date() - missing.BACK)) == list(missing.unfiled(now))


def test_the_worker_that_records_breaches_records_this_too() -> None:
    """One loop of the background worker, as `huiyin worker` runs it."""
    stop = threading.Event()

    def clock() -> datetime:
        stop.set()
        return at(MONDAY, 17)

    breaching.follow(stop, clock, missing.Look())
    assert len(misses("daily")) == 4


def test_what_cannot_be_read_keeps_nobody_elses_dates_from_passing(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = missing._tell
    broken: list[str] = []

    def tell(one: filing.Round, now: datetime) -> int:
        if not broken:
            broken.append(one.office)
            raise ValueError("damaged")
        return first(one, now)

    monkeypatch.setattr(missing, "_tell", tell)
    missing.Look()(at(MONDAY, 17))
    assert len(misses("daily")) == 3
    settings.HUIYIN_ROUTINE = "/nowhere/routine.toml"
    look = missing.Look()
    assert look(at(MONDAY, 18)) == 0
    assert look(at(MONDAY, 18)) == 0
