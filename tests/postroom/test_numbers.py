"""Document numbers: a series for each office and year, without gaps, given with the fact itself."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from huiyin.casework import numbering, projection, steps
from huiyin.casework.models import CaseRow, Series
from huiyin.casework.steps import history
from huiyin.ledger.facts import MovedOn
from huiyin.offices.models import Office
from huiyin.postroom import notices
from huiyin.procedure import Unlawful
from tests.casework.cast import CLERK, DAY, HEAD, NOW, OFFICER, OFFICER2, OTHER_OFFICER, file, routed, take
from tests.casework.test_at_once import together
from tests.postroom import cast

pytestmark = pytest.mark.usefixtures("county")


def given(office: str = "zjj", year: int = 2026) -> list[str]:
    """Every number of an office's year, in the order of the numbers."""
    found = [
        (fact.values["series_no"], fact.values["notice_number"])
        for case in CaseRow.objects.values_list("case_id", flat=True)
        for fact in history(case)
        if fact.values.get("series") == f"notice/{office}/{year}"
    ]
    assert [number for number, _ in sorted(found)] == list(range(1, len(found) + 1))
    return [words for _, words in sorted(found)]


def accept(case: str, actor: Any, seen: int | None = None) -> Callable[[], Any]:
    return lambda: steps.take_step(case, "accept", {}, actor=actor, now=NOW, seen=seen)


def test_numbers_follow_each_other_by_office_and_year() -> None:
    for _ in range(3):
        take(routed(), "accept")
    take(routed("rsj"), "accept", actor=OTHER_OFFICER)
    take(routed(), "accept", now=NOW + 330 * DAY)
    assert given() == [f"临住建复〔2026〕{n}号" for n in (1, 2, 3)]
    assert given("zjj", 2027) == ["临住建复〔2027〕1号"]
    assert given("rsj") == ["临江县人力资源和社会保障局〔2026〕1号"]  # an office without a mark
    assert len(given("xfj")) == 5


def test_two_officers_at_once_never_share_a_number_and_leave_no_gap() -> None:
    cases = [routed() for _ in range(6)]
    together([accept(case, actor) for case in cases for actor in (OFFICER, OFFICER2)])
    assert given() == [f"临住建复〔2026〕{n}号" for n in range(1, 7)]
    assert Series.objects.get(key="notice/zjj/2026").last == 6


def test_a_step_that_fails_gives_its_number_back(monkeypatch: pytest.MonkeyPatch) -> None:
    case = routed()
    with pytest.raises(MovedOn):
        accept(case, OFFICER, seen=1)()
    with pytest.raises(Unlawful):
        take(case, "accept", {"joint": ["zjj"], "nonsense": 1})
    written = projection.write

    def fail(_made: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(projection, "write", fail)
    with pytest.raises(RuntimeError):
        take(case, "accept")
    monkeypatch.setattr(projection, "write", written)
    assert given() == []
    take(case, "accept")
    assert given() == ["临住建复〔2026〕1号"]


def test_a_notice_keeps_its_number() -> None:
    case = cast.accepted()
    before = notices.of_case(case, OFFICER)
    for _ in range(2):
        cast.notice(case, "accept", OFFICER)
    take(case, "ask_extension", {"days": 5, "reason": "等待"})
    take(case, "grant_extension", {"days": 5, "reason": "等待"}, actor=HEAD)
    Office.objects.filter(code="zjj").update(mark="另一个字号")
    assert notices.of_case(case, OFFICER)[: len(before)] == before
    assert given() == ["临住建复〔2026〕1号", "临住建复〔2026〕2号"]


def test_the_receipt_has_the_registration_number_and_the_proof_that_of_what_was_served() -> None:
    case = cast.served()
    number = CaseRow.objects.get(case_id=case).number
    listed = {one.kind: one.number for one in notices.of_case(case, OFFICER)}
    assert listed["receipt"] == listed["proof_of_service"] == ""
    assert f"\n{number}\n" in cast.words(cast.notice(case, "receipt"))
    assert f"\n{listed['opinion']}\n" in cast.words(cast.notice(case, "proof_of_service"))
    registrations = [f for f in history(case) if f.step == "register"]
    assert "notice_number" not in registrations[0].values


def test_steps_without_a_notice_take_no_number() -> None:
    case = cast.accepted()
    take(case, "record_work", {"note": "到场查看"})
    take(case, "hear", {"method": "phone", "record": "他说瓷砖砸到了车。"})
    assert cast.numbers(case) == ["临信复〔2026〕1号", "临住建复〔2026〕1号"]


def test_rebuild_finds_the_series_in_the_facts() -> None:
    cast.final()
    assert list(projection.rebuild(check=True)) == []
    Series.objects.filter(key="notice/zjj/2026").update(last=99)
    (wrong,) = projection.rebuild(check=False)
    assert (wrong.key, wrong.columns) == ("notice/zjj/2026", ("last",))
    assert list(projection.rebuild(check=True)) == []


def test_a_petitioners_own_step_is_numbered_by_the_office_whose_turn_it_was() -> None:
    case = cast.settled()
    assert "临住建复〔2026〕2号" in cast.numbers(case)


def test_a_book_of_another_language_numbers_in_letters() -> None:
    class English:
        language = "en"

    with connection.cursor():  # a database is there, and is not asked
        assert numbering._written(English(), "go", 2026, 7) == "GO/2026/7"  # type: ignore[arg-type]


def test_numbers_look_as_the_standard_has_them() -> None:
    cast.accepted()
    file()
    assert all(re.fullmatch(r"\w+〔2026〕[1-9]\d*号", number) for number in [*given(), *given("xfj")])
    assert CLERK.office == "xfj"
