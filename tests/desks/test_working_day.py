"""My day, drafts that survive a crash, notes among colleagues, and the hand-over before leave."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from huiyin.casework import dossier, law, noting, working
from huiyin.casework.models import CaseRow, WorkingPaper
from huiyin.desks import standing
from huiyin.desks.models import Deputy, Editing, Held
from huiyin.desks.views import day
from huiyin.ledger.facts import Fact, facts_of
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import (
    CLERK,
    CLERK2,
    CUSTODIAN,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    OFFICER2,
    OTHER_OFFICER,
    PETITIONER,
    STAFF,
    SUPERVISOR,
)
from tests.desks.test_counter import form as letter_form
from tests.guards.walk import said

As = Callable[[Actor], Client]
TYPED = "正在打的字，还没有提交"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    def move(by: timedelta) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + by)

    return move


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def step(case: str, name: str = "accept") -> str:
    return f"/desk/case/{case}/step/{name}/"


# --- drafts -------------------------------------------------------------------------------------------


def test_what_was_typed_is_there_again_for_its_officer_alone(as_: As) -> None:
    case, browser = cast.routed(), as_(OFFICER)
    answer = browser.post(step(case) + "draft/", {"seen": "2", "f_note": TYPED}, headers={"quiet": "1"})
    assert answer.status_code == 200
    assert "草稿已于" in answer.content.decode()
    assert TYPED in page(browser, step(case))
    assert TYPED not in page(as_(OFFICER2), step(case))
    assert TYPED not in page(browser, "/desk/day/")
    assert step(case) in page(browser, "/desk/day/")
    assert step(case) not in page(as_(OFFICER2), "/desk/day/")
    assert len(facts_of(case)) == 2


def test_every_kind_of_field_comes_back(as_: As) -> None:
    case, browser = cast.file().case, as_(CLERK)
    typed = {"seen": "1", "f_offices": ["zjj", "rsj"], "f_respondents": ["zjj", "rsj"]}
    name = next(
        step.id
        for step in law.book_in_force().steps.values()
        if any(field.kind == "offices" and not field.derive for field in step.fields)
        and browser.get(f"/desk/case/{case}/step/{step.id}/").status_code == 200
    )
    field = next(f for f in law.book_in_force().steps[name].fields if f.kind == "offices" and not f.derive)
    typed[f"f_{field.id}"] = ["zjj", "rsj"]
    browser.post(step(case, name) + "draft/", typed)
    assert len(re.findall(r'value="(?:zjj|rsj)"[^>]*checked', page(browser, step(case, name)))) == 2


def test_without_a_script_a_button_keeps_the_draft(as_: As) -> None:
    case, browser = cast.routed(), as_(OFFICER)
    assert f'formaction="{step(case)}draft/"' in page(browser, step(case))
    answer = browser.post(step(case) + "draft/", {"seen": "2", "f_note": TYPED})
    assert answer.headers["Location"] == step(case)


def test_a_step_that_is_taken_ends_its_draft_and_lies_on_its_officers_table(as_: As) -> None:
    case, browser = cast.routed(), as_(OFFICER)
    browser.post(step(case) + "draft/", {"seen": "2", "f_note": TYPED})
    browser.post(step(case), {"seen": "2", "f_note": TYPED})
    assert facts_of(case)[-1].kind == "case.accepted.1"
    assert not WorkingPaper.objects.exists()
    assert not Editing.objects.exists()
    assert standing.holder(case, "zjj") == "officer"


def test_a_draft_that_the_case_has_passed_by_says_what_happened(as_: As) -> None:
    case, browser = cast.handled(), as_(OFFICER)
    browser.post(step(case, "hear") + "draft/", {"seen": "3", "f_record": TYPED})
    cast.take(case, "record_work", {"note": "去看了现场。"}, actor=OFFICER2)
    told = page(browser, step(case, "hear"))
    assert "本件已有新进展" in told
    assert TYPED in told
    assert 'name="seen" value="4"' in told


def test_a_draft_of_a_step_that_is_no_step_or_of_a_strangers_case_is_refused(as_: As) -> None:
    case = cast.routed()
    assert as_(OFFICER).post(step(case, "nonsense") + "draft/", {"f_note": TYPED}).status_code == 404
    assert as_(OTHER_OFFICER).post(step(case) + "draft/", {"f_note": TYPED}).status_code == 404
    too_long = {"f_note": "字" * working.LARGEST}
    assert as_(OFFICER).post(step(case) + "draft/", too_long, headers={"quiet": "1"}).status_code == 422
    assert not WorkingPaper.objects.exists()


def test_who_else_has_a_form_open_is_told_to_the_office_for_a_minute(as_: As, later: Any) -> None:
    case = cast.routed()
    page(as_(OFFICER2), step(case))
    alive = {"alive": "1"}
    keep = step(case) + "draft/"
    told = as_(OFFICER).post(keep, alive, headers={"quiet": "1"}).content.decode()
    assert "裴小满" in told
    assert "裴小满" not in as_(CLERK).post(keep, alive, headers={"quiet": "1"}).content.decode()
    later(timedelta(seconds=61))
    told = as_(OFFICER).post(keep, alive, headers={"quiet": "1"}).content.decode()
    assert "裴小满" not in told
    assert [row.login for row in Editing.objects.all()] == ["officer"]
    assert not WorkingPaper.objects.exists()


def test_a_draft_thrown_away_is_fetched_back(as_: As) -> None:
    case, browser = cast.routed(), as_(OFFICER)
    browser.post(step(case) + "draft/", {"seen": "2", "f_note": TYPED})
    ref = WorkingPaper.objects.get().ref
    told = browser.post("/desk/bin/", {"kind": "paper", "ref": ref}).content.decode()
    assert "撤销" in told
    assert TYPED not in page(browser, step(case))
    assert ref in page(browser, "/desk/day/")
    answer = browser.post("/desk/bin/", {"kind": "paper", "ref": ref, "act": "back"})
    assert answer.headers["Location"] == step(case)
    assert TYPED in page(browser, step(case))


@pytest.mark.parametrize("sent", [{}, {"kind": "paper", "ref": "x"}, {"kind": "case", "ref": "1"}])
def test_nothing_else_can_be_thrown_away(as_: As, sent: dict[str, str]) -> None:
    assert as_(OFFICER).post("/desk/bin/", sent).status_code == 404
    case = cast.routed()
    as_(OFFICER2).post(step(case) + "draft/", {"seen": "2", "f_note": TYPED})
    theirs = {"kind": "paper", "ref": WorkingPaper.objects.get().ref}
    assert as_(OFFICER).post("/desk/bin/", theirs).status_code == 404


NAMES = "住建局的沈砚清上门劝我别再反映。"


def named(case: str) -> None:
    """The petitioner complains of the officer in words that come later."""
    cast.take(case, "supplement", {"text": NAMES}, actor=PETITIONER)


def given_away(case: str) -> None:
    """The case is another office's from now on."""
    CaseRow.objects.filter(case_id=case).update(handler="rsj", owner_office="rsj")


@pytest.mark.parametrize("closed", [named, given_away])
@pytest.mark.parametrize("thrown", [False, True], ids=["kept", "thrown away"])
def test_whoever_the_case_is_closed_to_reads_of_it_in_no_list_of_drafts(
    as_: As, closed: Callable[[str], None], thrown: bool
) -> None:
    case, browser = cast.handled(), as_(OFFICER)
    browser.post(step(case, "hear") + "draft/", {"seen": "3", "f_record": TYPED})
    ref = WorkingPaper.objects.get().ref
    if thrown:
        browser.post("/desk/bin/", {"kind": "paper", "ref": ref})
    number = CaseRow.objects.get(case_id=case).number
    assert number in page(browser, "/desk/day/")
    closed(case)
    for address in ("/desk/day/", f"/desk/go/?q={number}", f"/desk/go/?case={case}", "/desk/hand-over/"):
        told = page(browser, address)
        for asked in (number, case):  # what was typed stands in its field again
            told = told.replace(f'value="{asked}"', "")
        assert [mark for mark in (case, number, ref) if mark in told] == [], address
    assert page(browser, step(case, "hear"), 404)


def test_whoever_is_named_keeps_no_draft_and_the_colleagues_keep_theirs(as_: As) -> None:
    case = cast.handled()
    for actor in (OFFICER, OFFICER2):
        as_(actor).post(step(case, "hear") + "draft/", {"seen": "3", "f_record": TYPED})
    noting.write(case, "先看现场。", OFFICER, NOW)
    other = cast.handled()
    as_(OFFICER).post(step(other, "hear") + "draft/", {"seen": "3", "f_record": TYPED})
    named(case)
    kept = WorkingPaper.objects.exclude(step="").values_list("case_id", "login")
    assert set(kept) == {(case, "officer2"), (other, "officer")}
    assert [one.text for one in noting.of_case(case, OFFICER2)] == ["先看现场。"]
    assert TYPED in page(as_(OFFICER2), step(case, "hear"))


def test_a_letter_half_typed_is_on_the_counters_form_again_and_gone_once_registered(as_: As) -> None:
    browser = as_(CLERK)
    typed = letter_form(browser)
    answer = browser.post("/desk/register/draft/", typed, headers={"quiet": "1"}).content.decode()
    found = re.search(r'name="draft" value="(\w+)"', answer)
    assert found
    address = f"/desk/register/draft/{found[1]}/"
    told = page(browser, address)
    assert str(typed["title"]) in told
    assert 'action="/desk/register/"' in told
    assert page(as_(CLERK2), address, 404)
    assert address in page(browser, "/desk/day/")
    assert not CaseRow.objects.exists()
    assert browser.post("/desk/register/", {**typed, "draft": found[1]}).status_code == 200
    assert CaseRow.objects.count() == 1
    assert not WorkingPaper.objects.exists()
    assert page(browser, address, 404)


def test_a_refused_letter_keeps_its_draft(as_: As) -> None:
    browser = as_(CLERK)
    typed = letter_form(browser, body="")
    browser.post("/desk/register/draft/", typed)
    ref = WorkingPaper.objects.get().ref
    told = browser.post("/desk/register/", {**typed, "draft": ref})
    assert told.status_code == 422
    assert f'name="draft" value="{ref}"' in told.content.decode()
    assert WorkingPaper.objects.exists()


# --- notes --------------------------------------------------------------------------------------------


def test_a_note_is_shown_to_the_office_and_calls_a_colleague_until_seen(as_: As) -> None:
    case, browser = cast.routed(), as_(OFFICER)
    address = f"/desk/case/{case}/"
    browser.post(address + "note/", {"text": "@officer2 请看第二项"})
    assert "请看第二项" in page(as_(OFFICER2), address)
    assert "请看第二项" not in page(as_(CLERK), address)
    assert "请看第二项" not in page(as_(SUPERVISOR), address)
    day = page(as_(OFFICER2), "/desk/day/")
    assert "h-calls" in day
    assert "请看第二项" not in day
    ref = WorkingPaper.objects.get().ref
    assert browser.post(address + "seen/", {"ref": ref}).status_code == 404
    as_(OFFICER2).post(address + "seen/", {"ref": ref})
    assert "h-calls" not in page(as_(OFFICER2), "/desk/day/")
    assert [fact.kind for fact in facts_of(case)][-1] != "note"


def test_a_note_about_a_person_is_sent_back_with_its_words(as_: As) -> None:
    case = cast.routed()
    answer = as_(OFFICER).post(f"/desk/case/{case}/note/", {"text": "打13812345678"})
    assert answer.status_code == 422
    assert "打13812345678" in answer.content.decode()
    assert not WorkingPaper.objects.exists()


def zipped(data: bytes) -> HttpResponse:
    return HttpResponse(data)


def test_a_note_is_in_no_file_of_the_case_and_no_stranger_writes_one(as_: As) -> None:
    case = cast.served()
    noting.write(case, "备注金丝雀", OFFICER, NOW)
    assert as_(OTHER_OFFICER).post(f"/desk/case/{case}/note/", {"text": "x"}).status_code == 404
    assert as_(SUPERVISOR).post(f"/desk/case/{case}/note/", {"text": "x"}).status_code == 404
    assert "备注金丝雀" not in page(as_(SUPERVISOR), f"/desk/case/{case}/")
    told = said(zipped(dossier.whole_file(case, PETITIONER, NOW)))
    assert "瓷砖".encode() in told
    assert "备注金丝雀".encode() not in told


# --- the table ----------------------------------------------------------------------------------------


def test_no_book_names_an_officer_of_a_case() -> None:
    """Else laying a case on somebody's table would be that step (desks.standing)."""
    for book in map(law.book, law.books()):
        for one in book.steps.values():
            named = {
                name
                for name, fields in one.sets.items()
                for f in one.fields
                if f.id in fields and f.kind == "officer"
            }
            assert named <= {"recused"}, (book.id, one.id)


def test_a_case_is_laid_on_a_colleagues_table_within_the_office(as_: As) -> None:
    case = cast.routed()
    table = f"/desk/case/{case}/table/"
    as_(OFFICER).post(table, {"officer": "officer2"})
    assert standing.holder(case, "zjj") == "officer2"
    for login in ("clerk", "nobody", "x" * 5000):
        assert as_(OFFICER).post(table, {"officer": login}).status_code == 404
    assert as_(OTHER_OFFICER).post(table, {"officer": "rsj-officer"}).status_code == 404
    as_(OFFICER).post(table, {"officer": ""})
    assert standing.holder(case, "zjj") == ""
    assert len(facts_of(case)) == 2


def test_what_is_over_leaves_the_table(as_: As) -> None:
    over, other = cast.closed(), cast.routed(body="又一件：电梯坏了，请修好电梯。")
    CaseRow.objects.filter(case_id=over).update(ended=True)
    standing.hold(CaseRow.objects.get(case_id=over), "officer", OFFICER)
    as_(OFFICER).post(step(other), {"seen": "2"})
    assert [row.case_id for row in Held.objects.all()] == [other]


def test_a_table_is_handed_over_for_good_case_by_case(as_: As) -> None:
    cases = [cast.routed(), cast.routed(body="另外一件事：小区的路灯坏了三个月，请修好。")]
    for case in cases:
        standing.hold(CaseRow.objects.get(case_id=case), "officer", OFFICER)
    told = page(as_(OFFICER), "/desk/hand-over/")
    assert all(f'value="{case}" aria-label' in told for case in cases)
    sent = {"officer": "officer2", "first": "2026-03-02", "last": "", "case": cases[:1]}
    facts = Fact.objects.count()
    as_(OFFICER).post("/desk/hand-over/", sent)
    assert [standing.holder(case, "zjj") for case in cases] == ["officer2", "officer"]
    as_(OFFICER2).post("/desk/hand-over/", {**sent, "officer": "head", "case": cases[1:]})
    assert standing.holder(cases[1], "zjj") == "officer"
    assert Fact.objects.count() == facts


def test_for_a_time_a_deputy_has_the_day_of_whoever_is_away(as_: As, later: Any) -> None:
    case = cast.routed()
    standing.hold(CaseRow.objects.get(case_id=case), "officer", OFFICER)
    noting.write(case, "@officer 请回电", CLERK, NOW)
    sent = {"officer": "officer2", "first": "2026-03-03", "last": "2026-03-05"}
    as_(OFFICER).post("/desk/hand-over/", sent)
    assert "h-calls" not in page(as_(OFFICER2), "/desk/day/")
    later(DAY)
    told = page(as_(OFFICER2), "/desk/day/")
    assert "h-calls" in told
    assert "沈砚清" in told
    assert "请回电" in page(as_(OFFICER2), f"/desk/case/{case}/")
    assert "h-calls" not in page(as_(HEAD), "/desk/day/")
    later(4 * DAY)
    assert "h-calls" not in page(as_(OFFICER2), "/desk/day/")
    as_(OFFICER).post("/desk/hand-over/", {"act": "back"})
    assert not Deputy.objects.exists()
    assert Held.objects.get().login == "officer"


@pytest.mark.parametrize(
    "sent",
    [
        {"officer": "clerk", "first": "2026-03-02", "last": ""},
        {"officer": "officer", "first": "2026-03-02", "last": ""},
        {"officer": "officer2", "first": "2026-03-09", "last": "2026-03-02"},
        {"officer": "officer2", "first": "2026-02-01", "last": "2026-02-10"},
        {"officer": "officer2", "first": "soon", "last": ""},
    ],
)
def test_a_hand_over_that_makes_no_sense_is_refused(as_: As, sent: dict[str, str]) -> None:
    assert as_(OFFICER).post("/desk/hand-over/", sent).status_code == 422
    assert not Deputy.objects.exists()


# --- my day -------------------------------------------------------------------------------------------


def test_my_day_says_what_is_late_due_today_and_this_week(as_: As, later: Any) -> None:
    case = cast.routed()
    row = CaseRow.objects.get(case_id=case)
    assert row.due
    left = row.due - NOW.date()
    for by, block in ((left + DAY, "h-late"), (left, "h-today"), (left - 2 * DAY, "h-week")):
        later(by)
        told = page(as_(OFFICER), "/desk/day/")
        assert f'id="{block}"' in told
        assert row.number in told
        assert 'data-go="1"' in told
        assert row.number not in page(as_(OTHER_OFFICER), "/desk/day/")
    later(DAY)
    assert row.number not in page(as_(OFFICER), "/desk/day/")


def test_what_lies_on_my_table_comes_first_and_a_colleagues_is_named(as_: As, later: Any) -> None:
    first = cast.routed()
    second = cast.routed(body="另外一件事：小区的路灯坏了三个月，请修好。", title="路灯坏了")
    standing.hold(CaseRow.objects.get(case_id=second), "officer", OFFICER)
    later(12 * DAY)
    told = page(as_(OFFICER), "/desk/day/")
    assert told.index("路灯坏了") < told.index(CaseRow.objects.get(case_id=first).number)
    assert ">@officer<" in page(as_(OFFICER2), "/desk/day/")


def test_a_block_tells_how_many_more_there_are(as_: As, later: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day, "MOST", 2)
    for number in range(3):
        cast.routed(body=f"第{number}栋楼的电梯坏了很久，请派人来修好它。")
    later(40 * DAY)
    told = page(as_(OFFICER), "/desk/day/")
    late = told[told.index('id="h-late"') :]
    assert late[: late.index("</section>")].count("<li") == 2
    assert "还有1件" in late
    assert "due=late" in late


@pytest.mark.parametrize("actor", [a for a in STAFF if a is not CUSTODIAN], ids=lambda a: a.ref)
def test_everybody_who_handles_cases_has_a_day(as_: As, actor: Actor) -> None:
    cast.routed()
    assert "我的一天" in page(as_(actor), "/desk/day/")


def test_whoever_is_complained_of_sees_nothing_of_it_in_their_day(as_: As, later: Any) -> None:
    case = cast.routed(office="rsj", respondents=("zjj",))
    number = CaseRow.objects.get(case_id=case).number
    later(30 * DAY)
    for actor in (OFFICER, OFFICER2, HEAD):
        assert number not in page(as_(actor), "/desk/day/")
