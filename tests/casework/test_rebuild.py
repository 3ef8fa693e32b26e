"""Case tables hold what the facts say and nothing else: every planted difference is named and mended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from huiyin.casework import breaching, codes, erasure, openings, projection, releases
from huiyin.casework.models import (
    BodyRow,
    BookPin,
    BreachRow,
    CaseRow,
    CodeRequest,
    CodeRow,
    Guess,
    IdentityRequest,
    Listed,
    Mention,
    Release,
    Series,
    Submission,
    WorkingPaper,
)
from tests.casework.cast import (
    CLERK,
    CLERK2,
    CUSTODIAN,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    PETITIONER,
    SYSTEM,
    file,
    routed,
    served,
    take,
)
from tests.casework.everything import everything

pytestmark = pytest.mark.usefixtures("beside")
# Counters and one-time marks expire; drafts and notes are no facts (decision 85). No fact tells of them.
NO_PROJECTION = {Submission, Guess, WorkingPaper, Mention}


def stories() -> None:
    """At least one row in every projected table."""
    case = routed(keep_name=True)
    request = openings.request_identity(case, OFFICER, "contact", NOW)
    openings.decide_request(request, "approved", "", CUSTODIAN, NOW)
    codes.approve_code(codes.request_code(case, CLERK, NOW), CLERK2, NOW)
    releases.release(
        served(body="另一件事：楼道的灯坏了。"), HEAD, "路灯", "路灯坏了三个月。", "已修好。", NOW
    )
    file(body="A third matter.", actor=PETITIONER, channel="web", office="jw")  # under a book of its own
    breaching.record_due(NOW + 30 * DAY)
    file(body="A fourth matter.", actor=PETITIONER, channel="web", office="jw")


def found() -> list[tuple[str, str, tuple[str, ...]]]:
    return [(d.table, d.key, d.columns) for d in projection.rebuild(check=True)]


def everything_stored() -> dict[str, list[dict[str, Any]]]:
    return {
        model._meta.db_table: [
            {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in projection._TABLES
    }


def test_every_table_of_casework_is_a_projection_or_says_why_not() -> None:
    tables = set(apps.get_app_config("casework").get_models())
    assert tables == set(projection._TABLES) | NO_PROJECTION


def test_a_county_in_use_is_exactly_what_its_facts_say() -> None:
    everything()
    stories()
    assert all(model._default_manager.exists() for model in projection._TABLES)
    before = everything_stored()
    assert found() == []
    assert list(projection.rebuild(check=False)) == []
    assert everything_stored() == before


@dataclass
class Planted:
    name: str
    plant: Callable[[], Any]
    table: type[models.Model]
    columns: set[str]


def changed(table: type[models.Model], **values: Any) -> Planted:
    def plant() -> Any:
        row = table._default_manager.exclude(**values).order_by("pk").first()
        assert row is not None
        assert table._default_manager.filter(pk=row.pk).update(**values) == 1

    return Planted(f"{table.__name__} {', '.join(values)}", plant, table, set(values))


def gone(table: type[models.Model]) -> Planted:
    return Planted(f"{table.__name__} deleted", table._default_manager.all().delete, table, {"(missing)"})


def stray(row: models.Model) -> Planted:
    return Planted(
        f"{type(row).__name__} stray", lambda: row.save(force_insert=True), type(row), {"(no fact)"}
    )


def _plans() -> Iterator[Planted]:
    yield from (
        changed(CaseRow, state="closed"),
        changed(CaseRow, due=date(2030, 1, 1), due_order=date(2030, 1, 1)),
        changed(CaseRow, respondents=",zjj,"),
        changed(CaseRow, handler="rsj", owner_office="rsj"),
        changed(CaseRow, keep_name=False),
        changed(CaseRow, answered_at=None),
        changed(CaseRow, rating="satisfied"),
        changed(CaseRow, seq=99),
        changed(CodeRow, live=False),
        changed(CodeRow, case_id="aaaaaaaaaaaaaaaa"),
        changed(BodyRow, mac=b"\0" * 32),
        changed(IdentityRequest, decision=""),
        changed(IdentityRequest, purpose="aid"),
        changed(CodeRequest, done=False),
        changed(Release, answer="改过的答复"),
        changed(Release, released_on=date(2020, 1, 1)),
        changed(Series, last=7),
        changed(CaseRow, reviewer="zjj"),
        changed(CaseRow, joint=",rsj,"),
        changed(CaseRow, ended=True),
        changed(CaseRow, breach_at=None),
        changed(Listed, mine=False),
        changed(Listed, owed_order=date(2030, 1, 1)),
        changed(Listed, office="rsj"),
        changed(BreachRow, standing=False),
        changed(BreachRow, due=date(2030, 1, 1)),
        changed(BookPin, digest="0" * 64),
    )
    yield from (gone(table) for table in projection._TABLES)
    case = CaseRow(
        case_id="aaaaaaaaaaaaaaaa",
        number="XFJ-2026-999999",
        book="cn-xinfang-2022@1",
        state="registered",
        bureau="xfj",
        channel="web",
        purpose="request",
        received_on=NOW.date(),
        registered_at=NOW,
        filed_at=NOW,
    )
    yield stray(case)
    yield stray(CodeRow(mac=b"\1" * 32, case_id="aaaaaaaaaaaaaaaa"))
    yield stray(BodyRow(mac=b"\1" * 32, case_id="aaaaaaaaaaaaaaaa"))
    asked = {"fact_id": 999, "case_id": "aaaaaaaaaaaaaaaa", "officer": "x", "office": "x", "asked_at": NOW}
    yield stray(IdentityRequest(purpose="aid", **asked))
    yield stray(CodeRequest(**asked))
    yield stray(
        Release(
            fact_id=999,
            case_id="a",
            title="假",
            question="假",
            answer="假",
            office="zjj",
            released_on=NOW.date(),
        )
    )
    yield stray(Series(key="xfj/2031", last=1))
    yield stray(Listed(key="aaaaaaaaaaaaaaaa/rsj", case_id="aaaaaaaaaaaaaaaa", office="rsj"))
    breach = {"clock": "route", "due": NOW.date(), "recorded_at": NOW}
    yield stray(BreachRow(fact_id=999, case_id="aaaaaaaaaaaaaaaa", office="xfj", **breach))
    yield stray(BookPin(name="other@1", digest="0" * 64))


PLANS = list(_plans())


def test_a_difference_is_planted_in_every_table_in_every_way() -> None:
    for table in projection._TABLES:
        kinds = {frozenset(plan.columns) for plan in PLANS if plan.table is table}
        assert {frozenset({"(missing)"}), frozenset({"(no fact)"})} < kinds, table


def test_every_planted_difference_is_named_and_then_mended() -> None:
    """One county for all: each is planted, found, left alone by a mere check, and mended."""
    stories()
    right = everything_stored()
    for plan in PLANS:
        plan.plant()
        wrong = everything_stored()
        assert wrong != right, plan.name
        told = found()
        assert {table for table, _, _ in told} == {plan.table._meta.db_table}, plan.name
        assert plan.columns <= {column for _, _, columns in told for column in columns}, plan.name
        assert everything_stored() == wrong, f"{plan.name}: --check changed something"
        assert [(d.table, d.key, d.columns) for d in projection.rebuild(check=False)] == told
        assert everything_stored() == right, f"{plan.name}: not mended"


def test_rebuilding_brings_no_erased_word_back() -> None:
    case = served()
    releases.release(case, HEAD, "路灯", "路灯坏了三个月。", "已修好。", NOW)
    take(case, "report_execution", {"done_on": NOW.date().isoformat(), "proof": "验收单"})
    take(case, "close", now=NOW.replace(month=6))
    erasure.erase(case, "retention", SYSTEM, NOW.replace(month=6))
    assert found() == []
    CaseRow.objects.all().delete()
    list(projection.rebuild(check=False))
    assert found() == []
    assert not Release.objects.exists()
    assert not BodyRow.objects.exists()
    assert CaseRow.objects.get(case_id=case).erased


def test_a_rebuilt_code_still_opens_its_case() -> None:
    made = file(actor=PETITIONER, channel="web", token="t" * 22)
    for model in projection._TABLES:
        model._default_manager.all().delete()
    list(projection.rebuild(check=False))
    assert codes.case_of(made.code, "192.0.2.0/24", NOW) == made.case
    assert file(body="第二封：路灯坏了三个月没人修。").number == "XFJ-2026-000002"  # the series goes on


def test_progress_counts_cases() -> None:
    stories()
    counted: list[int] = []
    list(projection.rebuild(check=True, progress=counted.append))
    assert counted == [1, 2, 3, 4]
