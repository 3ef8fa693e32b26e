"""Reception days, appointments without a name, visits that become cases, promises until they are kept."""

import io
import zipfile
from datetime import time, timedelta

import pytest
from django.test import Client

from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.intake.filing import Person
from huiyin.ledger.facts import Fact
from huiyin.rounds import appointments, missing, promises, reception
from huiyin.rounds.models import AppointmentRow, MissRow, NoteRow, PromiseRow, ReceptionRow, RoundRow
from huiyin.rounds.routine import Refused
from tests.casework import cast as cases
from tests.rounds.cast import (
    CLERK,
    CLERK2,
    DAY,
    HEAD,
    MONDAY,
    OFFICER,
    OTHER,
    PROMISE,
    RECEPTION,
    SUPERVISOR,
    TOWN_CLERK,
    TOWN_HEAD,
    at,
)

pytestmark = pytest.mark.usefixtures("begun")
NOW, THE_DAY = at(MONDAY, 9), RECEPTION["day"]


def scheduled(actor=TOWN_HEAD, **changes) -> str:
    return reception.schedule(actor.office, {**RECEPTION, "leader": "town-head", **changes}, actor, NOW).case


def row(ref: str) -> ReceptionRow:
    return ReceptionRow.objects.get(ref=ref)


def noted(ref: str, token: str = "a" * 32, people: int = 1, **changes) -> str:
    filing = cases.filing(channel="visit", received_on=THE_DAY, **changes)
    now = at(THE_DAY, 10)
    return reception.note(
        ref, filing, cases.PERSON, actor=TOWN_CLERK, now=now, token=token, values={"people": people}
    ).case


def promised(ref: str, **changes) -> str:
    return promises.make(ref, {**PROMISE, **changes}, TOWN_HEAD, at(THE_DAY, 12)).case


# --- the schedule -------------------------------------------------------------------------------------


def test_a_day_is_published_with_its_words() -> None:
    scheduled()
    [day] = reception.published(NOW)
    assert (day.where, day.about, day.left) == ("住建局一楼接待室", "住房和物业", 3)
    assert not any("接待室" in fact.clear + fact.public_content for fact in Fact.objects.all())
    assert reception.published(at(THE_DAY + DAY)) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": MONDAY - DAY}, "day"),
        ({"ends": time(9)}, "ends"),
        ({"leader": "town-clerk"}, "leader"),
        ({"leader": "nobody"}, "leader"),
        ({"mode": "outreach"}, "place"),
        ({"mode": "elsewhere"}, "mode"),
        ({"slots": 61}, "slots"),
        ({"where": ""}, "where"),
        ({"about": "打13812345678预约"}, "about"),
    ],
)
def test_a_day_with_a_fault_is_refused_at_its_field(changes, field) -> None:
    with pytest.raises(Refused) as refusal:
        scheduled(**changes)
    assert refusal.value.field == field


def test_a_day_that_is_cancelled_is_published_no_more_and_owes_nothing() -> None:
    ref = scheduled()
    reception.cancel(ref, "因防汛改期", TOWN_HEAD, NOW)
    assert reception.published(NOW) == []
    with pytest.raises(Refused):
        appointments.book(ref, "", "10.0.0.1", NOW)
    missing.record_due(at(THE_DAY + 5 * DAY))
    assert not MissRow.objects.filter(obligation="reception").exists()


# --- appointments -------------------------------------------------------------------------------------


def test_an_appointment_is_a_number_and_a_code() -> None:
    ref = scheduled()
    slip = appointments.book(ref, "construction", "10.0.0.1", NOW)
    assert (slip.slot, slip.at) == (1, time(9))
    assert len(slip.code.replace(" ", "")) == 16
    second = appointments.book(ref, "", "10.0.0.1", NOW)
    assert (second.slot, second.at) == (2, time(9, 40))
    kept = "".join(fact.clear + fact.public_content for fact in Fact.objects.all())
    assert slip.code not in kept
    assert slip.code.replace(" ", "") not in kept
    public = Fact.objects.filter(kind="appointment.made.1").first().public_content
    assert '"category":"withheld"' in public
    assert "construction" not in public
    assert THE_DAY.isoformat() not in public


def test_a_full_day_takes_nobody_and_a_place_given_back_is_free() -> None:
    ref = scheduled()
    slips = [appointments.book(ref, "", f"10.0.0.{n}", NOW) for n in range(3)]
    with pytest.raises(Refused, match="taken"):
        appointments.book(ref, "", "10.0.0.9", NOW)
    appointments.cancel(slips[1].code, NOW)
    with pytest.raises(Refused, match="no such"):
        appointments.cancel(slips[1].code, NOW)
    assert appointments.book(ref, "", "10.0.0.9", NOW).slot == 2
    assert [one.slot for one in AppointmentRow.objects.filter(ref=ref, live=True).order_by("slot")] == [
        1,
        2,
        3,
    ]


def test_nobody_books_a_whole_day_away() -> None:
    ref = scheduled(slots=60)
    for _ in range(appointments.PER_NETWORK):
        appointments.book(ref, "", "10.0.0.1", NOW)
    with pytest.raises(Refused, match="Too many"):
        appointments.book(ref, "", "10.0.0.1", NOW)
    assert appointments.book(ref, "", "10.0.0.2", NOW)
    assert appointments.book(ref, "", "10.0.0.1", NOW + DAY)


@pytest.mark.parametrize("code", ["", "1234", "0000 0000 0000 0000", "x" * 500])
def test_a_wrong_code_says_the_same_whatever_is_wrong(code: str) -> None:
    scheduled()
    with pytest.raises(Refused, match="no such"):
        appointments.cancel(code, NOW)


def test_it_cannot_be_booked_once_it_began() -> None:
    ref = scheduled()
    assert appointments.book(ref, "", "10.0.0.1", at(THE_DAY, 8, 59))
    with pytest.raises(Refused, match="no longer"):
        appointments.book(ref, "", "10.0.0.1", at(THE_DAY, 9))
    with pytest.raises(NotYours):
        appointments.book("0" * 16, "", "10.0.0.1", NOW)
    with pytest.raises(Refused):
        appointments.book(ref, "a person", "10.0.0.1", NOW)


def test_the_queue_is_for_the_clerk_of_the_day_alone() -> None:
    ref = scheduled()
    appointments.book(ref, "construction", "10.0.0.1", NOW)
    [place] = appointments.queue(ref, TOWN_CLERK, at(THE_DAY, 8))
    assert (place.slot, place.category) == (1, "construction")
    for actor, now in (
        (TOWN_CLERK, at(THE_DAY - DAY)),
        (TOWN_CLERK, at(THE_DAY + DAY)),
        (TOWN_HEAD, at(THE_DAY)),
        (CLERK, at(THE_DAY)),
        (SUPERVISOR, at(THE_DAY)),
    ):
        with pytest.raises(NotYours):
            appointments.queue(ref, actor, now)


# --- the day ------------------------------------------------------------------------------------------


def test_a_visit_becomes_a_case_and_is_noted_once() -> None:
    ref = scheduled()
    case = noted(ref, people=6)
    assert noted(ref, people=6) == case
    assert CaseRow.objects.get().bureau == "mujiang"
    [note] = NoteRow.objects.all()
    assert (note.case_id, note.people, note.officer) == (case, 6, "town-clerk")
    kept = "".join(fact.clear + fact.public_content for fact in Fact.objects.all())
    assert cases.PERSON.name not in kept
    assert isinstance(cases.PERSON, Person)


def test_the_bureaus_clerk_notes_for_an_office_without_a_counter() -> None:
    ref = scheduled()
    filing = cases.filing(channel="visit", received_on=THE_DAY)
    made = reception.note(ref, filing, None, actor=CLERK, now=at(THE_DAY, 10), token="c" * 32)
    assert CaseRow.objects.get(case_id=made.case).bureau == "xfj"
    assert NoteRow.objects.get().officer == "clerk"


def test_a_day_is_recorded_and_meets_the_leaders_month() -> None:
    ref = scheduled(actor=TOWN_HEAD, leader="head")
    noted(ref, people=3)
    noted(ref, "b" * 32, body="另一件事，另一个人说的。")
    reception.hold(ref, TOWN_CLERK, at(THE_DAY, 12))
    assert (row(ref).state, row(ref).groups, row(ref).people) == ("held", 2, 4)
    met = RoundRow.objects.get(obligation="leader")
    assert (met.office, met.day.day, met.filed_at) == ("zjj", 1, at(THE_DAY, 12))
    [held] = [one for one in reception.leaders(THE_DAY) if one[1] == "head"]
    assert held == ("zjj", "head", THE_DAY)
    assert ("mujiang", "town-head", None) in reception.leaders(THE_DAY)
    with pytest.raises(Refused):
        reception.hold(ref, TOWN_CLERK, at(THE_DAY, 13))


def test_nobody_came_is_recorded_too() -> None:
    ref = scheduled()
    with pytest.raises(Refused, match="not begun"):
        reception.hold(ref, TOWN_CLERK, NOW)
    reception.hold(ref, TOWN_CLERK, at(THE_DAY, 12))
    assert (row(ref).groups, row(ref).people) == (0, 0)


#  Wed held ──── Fri 17:00 not recorded: told once ──── Mon recorded
def test_a_day_that_nobody_recorded_is_told_once() -> None:
    ref = scheduled()
    due = at(THE_DAY + 2 * DAY, 17)
    missing.record_due(due - timedelta(minutes=1))
    assert not MissRow.objects.filter(obligation="reception").exists()
    missing.record_due(due)
    missing.record_due(due + DAY)
    assert [one.standing for one in MissRow.objects.filter(ref=ref)] == [True]
    reception.hold(ref, TOWN_CLERK, due + 3 * DAY)
    assert [one.standing for one in MissRow.objects.filter(ref=ref)] == [False]


# --- promises -----------------------------------------------------------------------------------------


def test_a_promise_has_an_owner_and_a_day() -> None:
    ref = scheduled()
    case = noted(ref)
    made = promised(ref, case=case)
    found = PromiseRow.objects.get(ref=made)
    assert (found.office, found.officer, found.due, found.case_id) == ("zjj", "officer", PROMISE["due"], case)
    assert promises.owed("zjj", OFFICER)[0].text == PROMISE["text"]
    for changes, field in (
        ({"officer": "clerk"}, "officer"),
        ({"due": MONDAY}, "due"),
        ({"text": ""}, "text"),
        ({"text": "打给他13812345678"}, "text"),
        ({"case": "other"}, "case"),
    ):
        with pytest.raises(Refused) as refusal:
            promised(ref, **changes)
        assert refusal.value.field == field


def test_the_petitioners_whole_file_tells_what_was_promised_and_what_became_of_it(client: Client) -> None:
    ref = scheduled()
    filing = cases.filing(channel="visit", received_on=THE_DAY)
    told = reception.note(
        ref, filing, cases.PERSON, actor=TOWN_CLERK, now=at(THE_DAY, 10), token="b" * 32, values={"people": 1}
    )
    made = promised(ref, case=told.case)
    promised(ref, text="另一件事项的承诺，与此无关。")
    promises.report(made, "鉴定单位已进场。", OFFICER, at(THE_DAY + 20 * DAY, 12))
    promises.keep(made, THE_DAY + 25 * DAY, "报告已公布。", HEAD, at(THE_DAY + 25 * DAY, 12))
    client.post("/case/", {"code": told.code})
    data = client.get("/case/file.zip").content
    page = zipfile.ZipFile(io.BytesIO(data)).read("case.html").decode()
    for said in ("接访时对您的承诺", PROMISE["text"], "鉴定单位已进场。", "2026-03-29 兑现: 报告已公布。"):
        assert said in page
    assert "另一件事项的承诺" not in page


#  made 4 March, due 11 April, a report every 30 days
#  ──── 3 April report missed ──── 11th 24:00 the day missed, once ──── reported ──── kept
def test_it_is_overdue_until_it_is_kept_and_each_report_is_owed() -> None:
    made = promised(scheduled())
    first_report = PromiseRow.objects.get(ref=made).next_report
    assert first_report == at(THE_DAY + 30 * DAY, 17)
    missing.record_due(first_report)
    missing.record_due(first_report + DAY)
    assert [one.obligation for one in MissRow.objects.filter(ref=made)] == ["promise_report"]
    over = at(PROMISE["due"] + DAY, 0)
    missing.record_due(over - timedelta(minutes=1))
    assert MissRow.objects.filter(ref=made).count() == 1
    missing.record_due(over)
    missing.record_due(over + DAY)
    told = MissRow.objects.filter(ref=made).order_by("fact_id")
    assert [(one.obligation, one.standing) for one in told] == [("promise_report", True), ("promise", True)]
    promises.report(made, "鉴定单位已进场。", OFFICER, over + DAY)
    assert [one.standing for one in told.all()] == [False, True]
    missing.record_due(over + 32 * DAY)
    assert [one.obligation for one in told.all()] == ["promise_report", "promise", "promise_report"]
    promises.keep(made, PROMISE["due"] + 33 * DAY, "报告已公布。", HEAD, over + 33 * DAY)
    assert not any(one.standing for one in told.all())
    missing.record_due(over + 300 * DAY)
    assert MissRow.objects.filter(ref=made).count() == 3
    with pytest.raises(Refused, match="kept already"):
        promises.report(made, "还要说什么", OFFICER, over + 34 * DAY)


def test_a_report_moves_the_next_one_on() -> None:
    made = promised(scheduled())
    promises.report(made, "已经委托。", OFFICER, at(THE_DAY + 20 * DAY, 12))
    row = PromiseRow.objects.get(ref=made)
    assert (row.reported_at, row.next_report) == (at(THE_DAY + 20 * DAY), at(THE_DAY + 50 * DAY, 17))
    missing.record_due(at(THE_DAY + 35 * DAY))
    assert not MissRow.objects.filter(ref=made).exists()


def test_a_promise_kept_in_time_is_never_told_of() -> None:
    made = promised(scheduled())
    with pytest.raises(Refused):
        promises.keep(made, THE_DAY + DAY, "还没到那天", OFFICER, at(THE_DAY, 13))
    promises.keep(made, THE_DAY, "当场办好。", OFFICER, at(THE_DAY, 13))
    missing.record_due(at(THE_DAY + 90 * DAY))
    assert not MissRow.objects.filter(ref=made).exists()


def test_whose_promise_it_is_not_finds_nothing() -> None:
    made = promised(scheduled())
    for actor in (OFFICER, TOWN_HEAD, CLERK2, SUPERVISOR):
        assert promises.read([promises.find(made, actor)], actor)[0].text == PROMISE["text"]
    with pytest.raises(NotYours):
        promises.find(made, OTHER)
    for actor in (OTHER, TOWN_CLERK, CLERK, SUPERVISOR):
        with pytest.raises(NotYours):
            promises.report(made, "不是我的", actor, at(THE_DAY, 13))
    assert promises.read(PromiseRow.objects.all(), OTHER)[0].text == ""


def test_strangers_to_a_reception_do_nothing_in_it() -> None:
    ref = scheduled()
    filing = cases.filing(channel="visit", received_on=THE_DAY)
    for actor in (CLERK, OFFICER, SUPERVISOR, OTHER):
        for act in (
            lambda a: reception.cancel(ref, "改期", a, NOW),
            lambda a: reception.hold(ref, a, at(THE_DAY, 12)),
            lambda a: promises.make(ref, PROMISE, a, at(THE_DAY, 12)),
            lambda a: reception.schedule("mujiang", {**RECEPTION, "leader": "town-head"}, a, NOW),
        ):
            with pytest.raises(NotYours):
                act(actor)
    for actor in (OFFICER, SUPERVISOR, OTHER, TOWN_HEAD):
        with pytest.raises(NotYours):
            reception.note(ref, filing, None, actor=actor, now=at(THE_DAY, 12), token="c" * 32)
    assert not CaseRow.objects.exists()
