"""The same request from several sides at the same moment: one case, one answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from huiyin.casework.models import CaseRow
from tests.api.conftest import Caller, Program
from tests.api.test_v1 import GRIEVANCE, ORDER

SIDES = 4


def at_once(caller: Caller, path: str, body: dict[str, Any], **headers: str) -> list[Any]:
    def send(_: int) -> Any:
        try:
            return Caller(caller.token).post(path, body, **headers)
        finally:
            connection.close()

    with ThreadPoolExecutor(SIDES) as pool:
        return list(pool.map(send, range(SIDES)))


def test_one_key_makes_one_case(program: Program) -> None:
    answers = at_once(program(), "/api/v1/cases", GRIEVANCE, Idempotency_Key="k")
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case"] for answer in answers}) == 1
    assert len({answer.json()["code"] for answer in answers}) == 1
    assert CaseRow.objects.count() == 1


def test_one_order_is_registered_once(program: Program) -> None:
    answers = at_once(program(), "/api/v1/work-orders", ORDER)
    assert sorted(answer.status_code for answer in answers) == [200] * (SIDES - 1) + [201]
    assert CaseRow.objects.count() == 1


def test_two_bodies_under_one_key_make_one_case(program: Program) -> None:
    caller = program()
    bodies = [{**GRIEVANCE, "place_detail": str(n)} for n in range(SIDES)]

    def send(body: dict[str, Any]) -> int:
        try:
            return int(Caller(caller.token).post("/api/v1/cases", body, Idempotency_Key="k").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(SIDES) as pool:
        answers = sorted(pool.map(send, bodies))
    assert answers == [201] + [422] * (SIDES - 1)
    assert CaseRow.objects.count() == 1
