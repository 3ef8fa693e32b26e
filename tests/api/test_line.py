"""The line, at the interface: an accused office's program never meets it; no identity leads anywhere."""

import json
from typing import Any

import pytest

from huiyin.casework.models import CaseRow
from tests.api.conftest import Program
from tests.api.test_v1 import GRIEVANCE, refused
from tests.casework import cast
from tests.casework.cast import PERSON
from tests.guards.test_rule_1 import asking
from tests.guards.test_rule_4 import WAYS, at_work, complaint, marks
from tests.guards.walk import PLAIN, addresses, said


def pages(case: str) -> list[str]:
    """Every address of the interface, filled in for this case."""
    everywhere = addresses(PLAIN | {"case_id": (case,), "step_id": ("accept",), "ref": (marks(case)[3],)})
    found = [page for page in everywhere if page.startswith(("/api/", "/open311/"))]
    assert len(found) >= 13
    return found


def told_of(caller: Any, case: str) -> list[str]:
    found = []
    for page in pages(case):
        answer = caller.get(page, {"api_key": caller.token})
        told = said(answer).decode("utf-8", "replace").replace(page, "")
        found += [f"{page}: {mark}" for mark in marks(case) if mark in told]
    return found


def test_the_search_sees_what_an_office_at_work_reads(program: Program) -> None:
    case = at_work(body="工程验收的时候弄虚作假，请查。", respondents=("mujiang",))
    told = told_of(program("rsj"), case)
    assert any(one.startswith("/api/v1/cases: ") for one in told)
    assert any(one.startswith("/api/v1/changes: ") for one in told)
    assert any(one.startswith(f"/api/v1/cases/{case}: 举报") for one in told)


@pytest.mark.parametrize("way", WAYS)
def test_the_program_of_an_accused_office_meets_it_nowhere(way: str, program: Program) -> None:
    case = at_work(**WAYS[way])
    assert told_of(program("zjj"), case) == []
    assert told_of(program("zjj", ("cases:file",)), case) == []
    answer = program("zjj").get(f"/api/v1/cases/{case}")
    assert refused(answer, 404, "not-found") == program("zjj").get(f"/api/v1/cases/{'a' * 16}").json()


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "accusation"},
        {"purpose": "retaliation"},
        {"keep_name": True},
        {"body": f"窗口的{cast.NAMES['clerk']}态度很差，不肯登记。"},
    ],
    ids=["accusation", "retaliation", "name kept", "officer named"],
)
def test_what_is_for_people_alone_no_program_meets(changes: dict[str, Any], program: Program) -> None:
    case = complaint(**changes)
    for office in ("xfj", "rsj", "zjj"):
        assert told_of(program(office), case) == [], office


def test_who_files_an_accusation_has_the_receipt_and_no_page_of_it(program: Program) -> None:
    caller = program()
    told = caller.post("/api/v1/cases", {**GRIEVANCE, "purpose": "accusation"}).json()
    assert told["proof"]
    assert told["proof_url"] is None
    refused(caller.get(f"/api/v1/receipts/{told['case']}.tlog-proof"), 404, "not-found")
    refused(caller.get(f"/api/v1/cases/{told['case']}"), 404, "not-found")


def test_no_question_by_identity_is_answered(program: Program) -> None:
    case = cast.handled()
    number = CaseRow.objects.get().number
    caller = program("rsj")
    for page in pages_of(case):
        for who in (PERSON.name, PERSON.phone, PERSON.id_number):
            answers = [
                caller.get(page, {**asking(who), "api_key": caller.token}),
                caller.post(page, {**asking(who), "api_key": caller.token}),
                caller.post(page, {**GRIEVANCE, **asking(who)}),
            ]
            for answer in answers:
                told = said(answer).decode("utf-8", "replace").replace(page, "")
                assert case not in told
                assert number not in told
                assert who not in told


def pages_of(case: str) -> list[str]:
    everywhere = addresses(PLAIN | {"case_id": (case,), "step_id": ("accept",), "ref": ("0" * 32,)})
    return [page for page in everywhere if page.startswith(("/api/", "/open311/")) and case not in page]


def test_a_sender_is_sealed_and_counts_for_nothing(program: Program) -> None:
    """The same person again, in other words: nothing of the first case is told, and none is linked."""
    caller = program()
    first = caller.post("/api/v1/cases", GRIEVANCE).json()
    second = caller.post("/api/v1/cases", {**GRIEVANCE, "body": "拖欠我们三个月工资，老板不见了。"})
    assert first["case"] not in json.dumps(second.json())
    assert set(CaseRow.objects.values_list("repeat_of", flat=True)) == {""}
