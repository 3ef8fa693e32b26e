"""Lists: what is due first, each office its own; "not yours" and "no such case" are one answer."""

from typing import Any

import pytest

from huiyin.casework import permissions, reading
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import TABLE, NotYours, may
from huiyin.procedure import Actor
from huiyin.procedure.terms import OFFICE_RELATIONS
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CUSTODIAN,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    OPINION,
    OTHER_HEAD,
    OTHER_OFFICER,
    PETITIONER,
    STAFF,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    answered,
    file,
    routed,
    served,
    take,
)

pytestmark = pytest.mark.usefixtures("county")
KEPT = {"done_on": TODAY.isoformat(), "proof": "验收单"}


def listed(actor: Actor, view: str = "mine", days: int = 0) -> list[str]:
    return [row.case_id for row in reading.inbox(actor, NOW + days * DAY, view=view).rows]


def test_the_inbox_has_what_is_due_first_on_top() -> None:
    late = file(received_on=(NOW - 20 * DAY).date(), body="最早的一封：外墙瓷砖掉落。").case
    soon = file(received_on=(NOW - 5 * DAY).date(), body="早些的一封：路灯坏了好久。").case
    fresh = file().case
    assert listed(CLERK) == [late, soon, fresh]
    found = reading.inbox(CLERK, NOW)
    assert (found.total, found.overdue, found.page, found.pages) == (3, 1, 1, 1)
    assert reading.inbox(CLERK, NOW + 30 * DAY).overdue == 3
    # A day is over at midnight in Shanghai, not before.
    due = CaseRow.objects.get(case_id=fresh).due
    assert due is not None
    assert reading.inbox(CLERK, NOW.replace(day=due.day, hour=23, minute=59)).overdue == 2


def test_mine_is_what_waits_for_my_office_and_all_is_what_it_has() -> None:
    ours, sent, done = file().case, routed(), served()
    assert set(listed(CLERK)) == {ours}
    assert set(listed(CLERK, "all")) == {ours, sent, done}
    assert set(listed(OFFICER)) == {sent, done}  # what the answer promised is still to be done
    assert set(listed(OFFICER, "all")) == {sent, done}
    take(done, "report_execution", KEPT)
    take(done, "close", now=NOW + 40 * DAY)
    assert set(listed(OFFICER, "done")) == {done}
    assert set(listed(OFFICER, "all")) == {sent}
    assert listed(OTHER_OFFICER, "all") == []
    assert set(listed(SUPERVISOR)) == {ours, sent}
    assert set(listed(SUPERVISOR, "done")) == {done}


def test_what_waits_for_the_petitioner_is_nobodys_overdue() -> None:
    case = served()
    take(case, "report_execution", KEPT)
    row = CaseRow.objects.get(case_id=case)
    assert (row.due_clock, row.owner_office) == ("ask_review", "")
    assert reading.inbox(OFFICER, NOW + 90 * DAY, view="all").overdue == 0
    assert reading.overdue_by_office(SUPERVISOR, NOW + 90 * DAY, most=10) == {}


def test_pages_hold_fifty_and_stay_in_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    cases = {file(body=f"第{n}封信：楼道的灯坏了。").case for n in range(5)}
    pages = [reading.inbox(CLERK, NOW, page=number) for number in (1, 2, 3)]
    assert {row.case_id for page in pages for row in page.rows} == cases
    assert [len(page.rows) for page in pages] == [2, 2, 1]
    assert reading.inbox(CLERK, NOW, page=0).page == 1
    assert reading.inbox(CLERK, NOW, page=99).page == 3


def test_overdue_is_told_by_the_office_that_owes_the_step() -> None:
    file()
    routed()
    found = reading.overdue_by_office(SUPERVISOR, NOW + 30 * DAY, most=10)
    assert {office: one.count for office, one in found.items()} == {"xfj": 1, "zjj": 1}
    for actor in STAFF:
        if actor.role != "supervisor":
            with pytest.raises(NotYours):
                reading.overdue_by_office(actor, NOW, most=10)


def test_of_many_that_are_late_all_are_counted_and_the_longest_shown() -> None:
    cases = sorted(file(body=f"第{n}封信：楼道的灯坏了。").case for n in range(3))
    late = reading.overdue_by_office(SUPERVISOR, NOW + 30 * DAY, most=2)["xfj"]
    assert late.count == 3
    assert [row.case_id for row in late.longest] == cases[:2]


def test_a_day_tells_how_much_is_owed_on_it_and_the_first_of_it() -> None:
    cases = sorted(file(body=f"第{n}封信：楼道的灯坏了。").case for n in range(3))
    (due,) = {row.due for row in CaseRow.objects.all()}
    assert due is not None
    found = reading.owed_by_day(CLERK, due - DAY, due + DAY, most=2)
    assert list(found) == [due]
    assert found[due].count == 3
    assert [(one.row.case_id, one.due) for one in found[due].first] == [(case, due) for case in cases[:2]]
    assert reading.owed_by_day(CLERK, due + DAY, due + 9 * DAY, most=2) == {}
    assert reading.owed_by_day(OTHER_OFFICER, due - DAY, due + DAY, most=2) == {}
    with pytest.raises(NotYours):
        reading.owed_by_day(CUSTODIAN, due, due, most=2)


def test_titles_are_given_to_readers_only() -> None:
    case = routed()
    rows = list(CaseRow.objects.all())
    for actor in (CLERK, OFFICER, HEAD, SUPERVISOR):
        assert reading.titles(rows, actor) == {case: "外墙瓷砖掉落没人管"}
    for actor in (OTHER_OFFICER, OTHER_HEAD, CUSTODIAN, PETITIONER, SYSTEM):
        assert reading.titles(rows, actor) == {}


# --- not yours ----------------------------------------------------------------------------------------

READS: dict[str, Any] = {
    "find": lambda case, actor: reading.find(case, actor),
    "words": lambda case, actor: reading.words(case, actor),
    "timeline": lambda case, actor: reading.timeline(case, actor, "zh-hans"),
    "answer": lambda case, actor: reading.answer(case, actor),
    "paper": lambda case, actor: reading.paper(case, "0" * 32, actor),
    "original": lambda case, actor: reading.original(case, "0" * 32, actor),
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("actor", [OTHER_OFFICER, OTHER_HEAD, CUSTODIAN, SYSTEM, Actor("public")], ids=str)
def test_what_is_not_yours_answers_as_what_does_not_exist(read: str, actor: Actor) -> None:
    case = served()
    answers = []
    for target in (case, "aaaaaaaaaaaaaaaa"):
        with pytest.raises(NotYours) as refused:
            READS[read](target, actor)
        answers.append(refused.type)
    assert answers[0] is answers[1]


@pytest.mark.parametrize("actor", [CLERK, BUREAU_HEAD, OFFICER, HEAD, SUPERVISOR, PETITIONER], ids=str)
def test_who_has_a_relation_reads(actor: Actor) -> None:
    case = served()
    for name in ("find", "words", "timeline", "answer"):
        assert READS[name](case, actor)


def test_the_petitioner_sees_the_answer_when_it_was_served_not_before() -> None:
    case = answered()
    assert reading.answer(case, PETITIONER) is None
    assert reading.answer(case, OFFICER) is not None
    take(case, "serve", {"method": "post", "served_on": NOW.date().isoformat(), "proof": "签收"})
    found = reading.answer(case, PETITIONER)
    assert found is not None
    assert (found.texts["handling"], found.outcomes) == (OPINION["handling"], ("support", "partly"))
    assert (found.served_on, found.office) == (NOW.date(), "zjj")


# --- the table ----------------------------------------------------------------------------------------


def test_every_pair_of_the_table_is_a_role_and_a_relation_that_exist() -> None:
    staff = {"clerk", "officer", "head", "supervisor", "custodian"}
    roles = {"public", "petitioner", "system", "program", *staff}
    for pairs in TABLE.values():
        for pair in pairs:
            role, _, relation = pair.partition("@")
            assert role in roles
            assert relation in {"any", "county", "own", "petitioner", *OFFICE_RELATIONS}


def test_the_custodian_has_nothing_but_approvals() -> None:
    held = {action for action, pairs in TABLE.items() if any(pair.startswith("custodian@") for pair in pairs)}
    assert held == {"identity.approve", "staff.logout"}
    assert all(may(Actor("custodian"), action) for action in held)


def test_no_staff_role_holds_what_is_the_petitioners() -> None:
    own = [action for action, pairs in TABLE.items() if "petitioner@petitioner" in pairs]
    assert {"case.withdraw", "case.rate", "paper.original"} <= set(own)
    assert all(TABLE[action] == ("petitioner@petitioner",) for action in own)


def test_a_relation_comes_from_the_office_not_from_the_role() -> None:
    row = CaseRow(case_id="a" * 16, bureau="xfj", handler="zjj", respondents="")
    assert permissions.relations(CLERK, row) == {"any", "bureau"}
    assert permissions.relations(OFFICER, row) == {"any", "handler"}
    assert permissions.relations(SUPERVISOR, row) == {"any", "county"}
    assert permissions.relations(OTHER_OFFICER, row) == {"any"}
    assert permissions.relations(Actor("officer"), row) == {"any"}
    assert permissions.relations(Actor("officer", ""), CaseRow(bureau="", handler="")) == {"any"}


def test_an_action_that_is_not_in_the_table_opens_nothing() -> None:
    with pytest.raises(KeyError):
        permissions.entry("case.delete")
    with pytest.raises(KeyError):
        may(CLERK, "case.delete")
