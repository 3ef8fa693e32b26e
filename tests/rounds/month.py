"""A week in which everything of the routine happens once."""

from datetime import timedelta

from huiyin.rounds import appointments, daily, duty, promises, reception, sweep
from huiyin.rounds.models import NoteRow, PromiseRow, ReceptionRow, TroubleRow
from tests.casework import cast as cases
from tests.rounds.cast import (
    CLERK,
    CLERK2,
    DAY,
    HEAD,
    MONDAY,
    OFFICER,
    PROMISE,
    RECEPTION,
    TOWN_CLERK,
    TOWN_HEAD,
    TROUBLE,
    at,
)

FRIDAY = MONDAY + 4 * DAY
NEXT = MONDAY + 7 * DAY


def a_week() -> None:
    _duty()
    daily.file("zjj", MONDAY, {}, "", OFFICER, at(MONDAY, 15))
    _sweeps()
    _receptions()


def _duty() -> None:
    duty.assign("xfj", {MONDAY: "clerk", MONDAY + DAY: "clerk"}, CLERK, at(MONDAY, 8))
    duty.swap("xfj", MONDAY + DAY, "clerk2", CLERK2, at(MONDAY, 9))
    duty.hand_over("xfj", MONDAY, "一切正常，有一件待回电。", CLERK, at(MONDAY + DAY, 8))


def _sweeps() -> None:
    for number in range(3):
        title = f"{TROUBLE['title']}（{number + 1}号楼）"
        sweep.list_trouble("mujiang", {**TROUBLE, "title": title}, TOWN_CLERK, at(MONDAY, 10))
    sweep.sign("mujiang", FRIDAY, nothing_new=False, actor=TOWN_HEAD, now=at(FRIDAY, 15))
    first, second, _ = TroubleRow.objects.order_by("ref")
    sweep.change(first.ref, {**TROUBLE, "measures": "鉴定已经委托。"}, OFFICER, at(FRIDAY, 16))
    sweep.sign("mujiang", NEXT, nothing_new=True, actor=TOWN_HEAD, now=at(NEXT, 15))
    sweep.settle(first.ref, "外墙修好，围挡已撤。", OFFICER, at(NEXT, 16))
    sweep.register(second.ref, TOWN_CLERK, at(NEXT, 16))


def _receptions() -> None:
    day = RECEPTION["day"]
    values = {**RECEPTION, "leader": "town-head"}
    reception.schedule("mujiang", values, TOWN_HEAD, at(MONDAY, 9))
    called_off = reception.schedule("mujiang", {**values, "day": day + DAY}, TOWN_HEAD, at(MONDAY, 9))
    reception.cancel(called_off.case, "因防汛改期", TOWN_HEAD, at(MONDAY, 10))
    ref = ReceptionRow.objects.get(state="scheduled").ref
    slip = appointments.book(ref, "construction", "10.0.0.1", at(MONDAY, 12))
    appointments.book(ref, "", "10.0.0.2", at(MONDAY, 12))
    appointments.cancel(slip.code, at(MONDAY, 13))
    filing = cases.filing(channel="visit", body="接访时反映的事。", received_on=day)
    reception.note(ref, filing, None, actor=TOWN_CLERK, now=at(day, 10), token="a" * 32, values={"people": 2})
    reception.hold(ref, TOWN_CLERK, at(day, 12))
    case = NoteRow.objects.get().case_id
    promises.make(ref, {**PROMISE, "case": case}, TOWN_HEAD, at(day, 12))
    made = PromiseRow.objects.get()
    promises.report(made.ref, "已经委托鉴定单位。", OFFICER, at(day + timedelta(days=20)))
    promises.keep(made.ref, day + timedelta(days=30), "鉴定报告已公布。", HEAD, at(day + timedelta(days=30)))
    promises.make(ref, PROMISE, TOWN_HEAD, at(day, 13))
