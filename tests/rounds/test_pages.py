"""The pages of the routine: each act through its form, without JavaScript; not yours is not there."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huiyin.casework.models import CaseRow
from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from huiyin.rounds import appointments, daily, erasing, missing, promises, reception, sweep, tables
from huiyin.rounds.models import (
    AppointmentRow,
    MissRow,
    NoteRow,
    OfficeRow,
    PromiseRow,
    ReceptionRow,
    RoundRow,
    TroubleRow,
)
from huiyin.rounds.routine import SYSTEM
from huiyin.sheets.rows import Period
from tests.casework import cast as cases
from tests.rounds.cast import (
    BUREAU_HEAD,
    CLERK,
    CLERK2,
    CUSTODIAN,
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
    TROUBLE,
    at,
)
from tests.rounds.month import a_week
from tests.sheets.hand import made, read

pytestmark = pytest.mark.usefixtures("begun")
As = Callable[[Actor | None], Client]
THE_DAY = RECEPTION["day"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the clock of every page."""

    def set_to(day=MONDAY, hour=10, minute=0) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at(day, hour, minute))

    set_to()
    return set_to


@pytest.fixture
def as_(clock: Callable[..., None]) -> As:
    def browser(actor: Actor | None) -> Client:
        client = Client(raise_request_exception=False)
        if actor is not None:
            client.force_login(Officer.objects.get(login=actor.ref))
        return client

    return browser


def text(answer) -> str:
    assert answer.status_code in (200, 422), answer.status_code
    found = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(found.split())


def sent(values: dict) -> dict[str, str]:
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else str(value) for key, value in values.items()
    }


def scheduled(**changes) -> str:
    values = {**RECEPTION, "leader": "town-head", **changes}
    return reception.schedule("mujiang", values, TOWN_HEAD, at(MONDAY, 9)).case


def test_my_page_shows_what_my_office_owes_and_reminds(as_: As, clock) -> None:
    assert "日报（零报告）" in text(as_(OFFICER).get("/desk/rounds/"))
    assert "日报" not in text(as_(OFFICER).get("/desk/")).split("待办")[1]
    clock(MONDAY, 15, 30)
    assert "日报（零报告） 03-02 17:00 待报" in text(as_(OFFICER).get("/desk/"))
    clock(MONDAY, 18)
    missing.record_due(at(MONDAY, 18))
    assert "03-02 17:00 逾期未报" in text(as_(OFFICER).get("/desk/"))
    assert "1项逾期未报" in text(as_(OFFICER).get("/desk/rounds/"))


def test_the_daily_report_is_filed_from_its_page(as_: As, clock) -> None:
    cases.file(now=at(MONDAY, 9))
    browser, page = as_(CLERK), f"/desk/rounds/daily/{MONDAY}/"
    form = browser.get(page).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    assert data["letter"] == 1
    answer = browser.post(page, {**data, "letter": "2"})
    assert (answer.status_code, "说明原因" in text(answer)) == (422, True)
    assert browser.post(page, {**data, "letter": "３"}).status_code == 422
    assert browser.post(page, data).status_code == 302
    assert RoundRow.objects.get().officer == "clerk"
    assert "已于03-02 10:00报送" in text(browser.get(page))
    assert browser.post(page, data).status_code == 409  # the page was made before somebody filed it
    assert browser.post(page, {**data, "seen": "1", "letter": "2", "remark": "补一件"}).status_code == 302
    for strange in ("2026-03-01", "2026-13-01", "tomorrow"):
        assert browser.get(f"/desk/rounds/daily/{strange}/").status_code == 404


def test_a_report_that_more_came_into_asks_for_it_again_on_every_page(as_: As, clock) -> None:
    browser, page, again = as_(CLERK), f"/desk/rounds/daily/{MONDAY}/", "报后有新增，待更正"
    clock(MONDAY, 7, 42)
    sent = dict.fromkeys(daily.FIGURES, "0")
    assert browser.post(page, sent).status_code == 302
    for hour, body in ((9, "报送以后来的第一封信。"), (10, "报送以后来的第二封信。")):
        cases.file(now=at(MONDAY, hour), body=body)
    clock(MONDAY, 11)
    assert again in text(browser.get("/desk/rounds/"))
    assert "报送后又有2件应计入本期日报" in text(browser.get(page))
    clock(MONDAY + DAY, 8)
    pages = {
        "/desk/": CLERK,
        "/desk/day/": CLERK,
        "/desk/rounds/": CLERK,
        "/desk/rounds/missing/": SUPERVISOR,
    }
    for where, actor in pages.items():
        assert again in text(as_(actor).get(where)), where
    assert again not in text(as_(OFFICER).get("/desk/"))
    browser = as_(CLERK)
    data = {name: value for name, value in browser.get(page).context["form"].initial.items() if value != ""}
    assert data["letter"] == 2
    assert browser.post(page, data).status_code == 302
    for where, actor in pages.items():
        assert again not in text(as_(actor).get(where)), where
    assert "应计入本期日报" not in text(browser.get(page))


def test_duty_is_set_taken_over_and_handed_over(as_: As, clock) -> None:
    page = "/desk/rounds/duty/"
    plan = {"act": "assign", "a-first": str(MONDAY), "a-last": str(MONDAY + DAY), "a-officer": "clerk"}
    assert as_(BUREAU_HEAD).post(page, plan).status_code == 302
    taken = {"act": "swap", "s-day": str(MONDAY + DAY), "s-officer": "clerk2"}
    assert "接班的人本人" in text(as_(CLERK).post(page, taken))
    assert as_(CLERK2).post(page, taken).status_code == 302
    clock(MONDAY + DAY, 8)
    note = {"act": "hand_over", "of": str(MONDAY), "h-text": "一件待回电"}
    assert as_(CLERK).post(page, note).status_code == 302
    shown = text(as_(CLERK2).get(page))
    assert "一件待回电" in shown
    assert "换班" in shown
    assert as_(OFFICER).get(page).status_code == 404  # keeps no roster


def test_a_trouble_goes_from_the_list_to_a_case(as_: As, clock) -> None:
    town = as_(TOWN_CLERK)
    answer = town.post("/desk/rounds/trouble/", sent({**TROUBLE, "title": "王五13812345678的事"}))
    assert "去掉电话号码" in text(answer)
    assert town.post("/desk/rounds/trouble/", sent(TROUBLE)).status_code == 302
    ref = TroubleRow.objects.get().ref
    assert TROUBLE["title"] in text(town.get("/desk/rounds/sweep/"))
    assert town.post("/desk/rounds/sweep/", {"seen": "0"}).status_code == 302
    assert RoundRow.objects.get(obligation="sweep").filed_at
    page = f"/desk/rounds/trouble/{ref}/"
    changed = {"act": "change", "seen": "1", **sent({**TROUBLE, "measures": "已经委托鉴定"})}
    assert as_(OFFICER).post(page, changed).status_code == 302
    assert TROUBLE["title"] in text(as_(CLERK).get("/desk/rounds/missing/"))
    answer = as_(CLERK).post(page, {"act": "register"})
    case = CaseRow.objects.get()
    assert answer.headers["Location"] == f"/desk/case/{case.case_id}/"
    assert case.number in text(as_(CLERK).get(page))
    assert case.number not in text(as_(OFFICER).get(page))  # not routed to that office yet


def test_a_sweep_without_anything_is_signed(as_: As) -> None:
    page = "/desk/rounds/sweep/"
    assert "没有新的" in text(as_(OFFICER).post(page, {"seen": "0"}))
    assert as_(OFFICER).post(page, {"seen": "0", "nothing_new": "on"}).status_code == 302
    assert as_(CLERK).get(page).status_code == 404  # the bureau owes none


def test_a_reception_from_the_schedule_to_the_promise(as_: As, clock) -> None:
    head = as_(TOWN_HEAD)
    data = sent({**RECEPTION, "leader": "town-head"})
    assert head.post("/desk/rounds/receptions/", {**data, "ends": "08:00"}).status_code == 422
    assert head.post("/desk/rounds/receptions/", data).status_code == 302
    row = ReceptionRow.objects.get()
    page = f"/desk/rounds/receptions/{row.ref}/"
    assert head.get(f"{page}note/").status_code == 404  # a head registers nothing
    assert as_(TOWN_CLERK).get(f"{page}note/").status_code == 404  # not begun
    appointments.book(row.ref, "construction", "10.0.0.1", at(MONDAY, 12))
    assert "城乡建设" not in text(as_(TOWN_CLERK).get(page))
    clock(THE_DAY, 10)
    head = as_(TOWN_HEAD)
    assert "城乡建设" in text(as_(TOWN_CLERK).get(page))
    assert "今天的预约排队" not in text(head.get(page))
    visit = {
        "token": "d" * 32,
        "channel": "visit",
        "title": cases.FILING.title,
        "body": cases.FILING.body,
        "requests": "请修好外墙",
        "category": "construction",
        "purpose": "request",
        "received_on": str(THE_DAY),
        "name": cases.PERSON.name,
        "f_people": "3",
    }
    answer = as_(TOWN_CLERK).post(f"{page}note/", visit)
    assert answer.status_code == 200, text(answer)
    assert NoteRow.objects.get().people == 3
    assert cases.PERSON.name not in text(as_(TOWN_CLERK).get(page))
    petitioner = following(answer)
    assert "当面答应" not in text(petitioner.get("/case/"))
    promise = {"act": "promise", **{f"p-{key}": value for key, value in sent(PROMISE).items()}}
    promise["p-case"] = NoteRow.objects.get().case_id
    assert head.post(page, promise).status_code == 302
    assert PROMISE["text"] in text(petitioner.get("/case/"))
    clock(PROMISE["due"] + DAY, 10)
    petitioner = following(answer)
    assert "日期已过" in text(petitioner.get("/case/"))
    clock(THE_DAY, 11)
    petitioner = following(answer)
    assert as_(TOWN_CLERK).post(page, {"act": "hold"}).status_code == 302
    assert as_(TOWN_CLERK).post(page, {"act": "hold"}).status_code == 422
    made = PromiseRow.objects.get()
    page = f"/desk/rounds/promises/{made.ref}/"
    assert as_(OFFICER).post(page, {"act": "report", "r-text": "已经委托"}).status_code == 302
    kept = {"act": "keep", "k-kept_on": str(THE_DAY), "k-proof": "验收单"}
    assert as_(OFFICER).post(page, kept).status_code == 302
    assert "验收单" in text(as_(TOWN_HEAD).get(page))
    told = text(petitioner.get("/case/"))
    assert [one for one in ("已经委托", "验收单") if one not in told] == []
    assert promises.told_of(cases.handled()) == []


def following(slip: Any) -> Client:
    """The browser of whoever was handed this slip."""
    browser = Client()
    code = " ".join(re.findall(r"<span>(\d{4})</span>", slip.content.decode())[:4])
    assert browser.post("/case/", {"code": code}).status_code == 302
    return browser


def test_the_county_begins_and_sees_who_has_not_filed(as_: As, clock) -> None:
    missing.record_due(at(MONDAY, 17))
    clock(MONDAY, 18)
    shown = text(as_(SUPERVISOR).get("/desk/rounds/missing/"))
    order = [shown.index(name) for name in ("沐江镇人民政府", "人力资源", "住房和城乡")]
    assert order == sorted(order)  # by code, whatever anybody reported
    assert as_(OFFICER).get("/desk/rounds/missing/").status_code == 404
    assert as_(TOWN_CLERK).get("/desk/rounds/missing/").status_code == 404
    OfficeRow.objects.all().delete()
    assert "从明天起启用" in text(as_(BUREAU_HEAD).get("/desk/rounds/missing/"))
    assert "从明天起启用" not in text(as_(CLERK).get("/desk/rounds/missing/"))


def test_what_is_not_yours_does_not_exist(as_: As) -> None:
    a_week()
    refs = {
        "trouble": TroubleRow.objects.filter(state="open").get().ref,
        "receptions": ReceptionRow.objects.filter(state="held").get().ref,
        "promises": PromiseRow.objects.first().ref,
    }
    for kind, ref in refs.items():
        theirs, nowhere = (as_(OTHER).get(f"/desk/rounds/{kind}/{one}/") for one in (ref, "0" * 16))
        assert theirs.status_code == nowhere.status_code == 404
        assert theirs.content.replace(ref.encode(), b"") == nowhere.content.replace(b"0" * 16, b"")
        assert as_(TOWN_HEAD).get(f"/desk/rounds/{kind}/{ref}/").status_code == 200
        assert as_(None).get(f"/desk/rounds/{kind}/{ref}/").status_code == 302
    for page in ("", "sweep/", "duty/", "missing/", "receptions/"):
        assert as_(CUSTODIAN).get(f"/desk/rounds/{page}").status_code == 404


def test_whoever_is_complained_of_at_a_reception_sees_that_somebody_came_and_no_more(as_: As, clock) -> None:
    """Design rule 4: the bureau's clerk notes a visit that complains of the very office that receives."""
    ref = scheduled()
    filing = cases.filing(channel="visit", received_on=THE_DAY, respondents=("mujiang",))
    reception.note(ref, filing, None, actor=CLERK, now=at(THE_DAY, 10), token="f" * 32)
    case = CaseRow.objects.get()
    clock(THE_DAY, 11)
    page = f"/desk/rounds/receptions/{ref}/"
    for actor, sees in ((CLERK, True), (TOWN_HEAD, False), (TOWN_CLERK, False)):
        shown = text(as_(actor).get(page))
        assert (case.number in shown, filing.title in shown) == (sees, sees)
        assert case.case_id not in as_(actor).get(page).content.decode() or sees
        [row] = tables.of_receptions(actor, THE_DAY, THE_DAY)
        assert (row.number, row.title, row.case_id) == (
            (case.number, filing.title, case.case_id) if sees else ("", "", "")
        )


# --- the public ---------------------------------------------------------------------------------------


def test_anybody_reads_the_schedule_and_takes_a_number(as_: As, clock) -> None:
    ref, browser = scheduled(), as_(None)
    shown = text(browser.get("/reception/"))
    assert "程望舒" in shown
    assert "还有3个名额" in shown
    assert browser.post("/reception/", {"category": "construction"}).status_code == 422
    slip = browser.post("/reception/", {"day": ref, "category": "construction"})
    assert "排队号：1" in text(slip)
    code = "".join(slip.context["groups"])
    assert code in re.sub(r"\s", "", text(slip))
    assert AppointmentRow.objects.get().live
    assert "没有这个预约码" in text(browser.post("/reception/cancel/", {"code": "1"}))
    assert "预约已取消" in text(browser.post("/reception/cancel/", {"code": code}))
    assert not AppointmentRow.objects.get().live
    assert browser.post("/reception/", {"day": "0" * 16}).status_code == 404


def test_the_public_page_lists_nobody_and_no_past_day(as_: As, clock) -> None:
    ref = scheduled()
    for number in range(3):
        appointments.book(ref, "construction", f"10.0.{number}.0", at(MONDAY, 9))
    shown = text(as_(None).get("/reception/"))
    assert "名额已约满" in shown
    clock(THE_DAY + DAY)
    assert "目前没有公布" in text(as_(None).get("/reception/"))


def test_pages_work_in_english_too(as_: As, clock) -> None:
    scheduled()
    missing.record_due(at(MONDAY, 17))
    for actor, page in (
        (HEAD, "/desk/rounds/"),
        (TOWN_HEAD, "/desk/rounds/receptions/"),
        (OFFICER, "/desk/rounds/sweep/"),
        (SUPERVISOR, "/desk/rounds/missing/"),
        (None, "/reception/"),
    ):
        browser = as_(actor)
        browser.cookies["huiyin_language"] = "en"
        assert browser.get(page).status_code == 200
    assert MissRow.objects.exists()


# --- after the words are gone -------------------------------------------------------------------------


def test_pages_and_sheets_of_erased_routine_stand_without_its_words(as_: As, clock, tmp_path) -> None:
    a_week()
    case = NoteRow.objects.get().case_id
    cases.take(case, "withdraw", actor=Actor("petitioner"), now=at(MONDAY + 40 * DAY))
    later = MONDAY + 200 * DAY
    clock(later)
    gone = TroubleRow.objects.exclude(state="open")
    (registered,) = sweep.read(gone.filter(state="registered"), TOWN_HEAD)
    words = ("鉴定报告已公布", "外墙修好", "一切正常", "因防汛", registered.title)
    day, promise = (
        ReceptionRow.objects.get(state="held").ref,
        PromiseRow.objects.exclude(kept_on=None).get().ref,
    )
    urls = [
        "", f"daily/{MONDAY}/", "duty/", f"duty/?from={MONDAY}", "missing/", "sweep/", f"sweep/?day={MONDAY}",
        *(f"trouble/{trouble.ref}/" for trouble in gone),
        "receptions/", f"receptions/{day}/", f"promises/{promise}/",
    ]  # fmt: skip
    browsers = [as_(actor) for actor in (TOWN_HEAD, CLERK, OFFICER, SUPERVISOR)]
    before = [browser.get(f"/desk/rounds/{url}").status_code for browser in browsers for url in urls]
    erasing.erase_case(case, "retention", SYSTEM, at(later))
    erasing.erase_before(later - 100 * DAY, "retention", SYSTEM, at(later))
    pages = [browser.get(f"/desk/rounds/{url}") for browser in browsers for url in urls]
    assert [page.status_code for page in pages] == before
    assert before.count(200) > 20
    assert [word for word in words for page in pages if word in page.content.decode()] == []
    for sheet in ("daily", "sweep", "reception"):
        path = made(
            tmp_path / f"{sheet}.xlsx", sheet, SUPERVISOR, period=Period(MONDAY, later), now=at(later)
        )
        assert len(read(path)) > 0
