"""Tables of the routine are what its facts say, and cases know nothing of them."""

import json

import pytest

from huiyin.casework import health, streams
from huiyin.casework import projection as cases
from huiyin.casework.erasure import REASONS
from huiyin.casework.permissions import NotYours
from huiyin.casework.steps import row_of
from huiyin.cli import main as cli
from huiyin.ledger.facts import Fact, writing
from huiyin.procedure import Actor
from huiyin.rounds import erasing, missing, projection
from huiyin.rounds.models import MissRow, PromiseRow, RoundRow, TroubleRow
from tests.casework import cast as casework_cast
from tests.rounds.cast import MONDAY, at
from tests.rounds.month import a_week

pytestmark = pytest.mark.usefixtures("begun")


def differences() -> list[object]:
    return [*projection.rebuild(check=True), *cases.rebuild(check=True)]


def test_tables_are_what_the_facts_say() -> None:
    a_week()
    missing.record_due(at(MONDAY.replace(month=5), 18))
    assert differences() == []
    assert list(health.audit_sealed()) == []


def test_every_kind_of_fact_happened_in_that_week() -> None:
    a_week()
    kinds = set(Fact.objects.filter(case_id__startswith="0").values_list("kind", flat=True))
    assert kinds >= {
        "routine.joined.1", "daily.filed.1", "sweep.filed.1", "round.met.1",
        "duty.assigned.1", "duty.swapped.1", "duty.handed_over.1",
        "trouble.listed.1", "trouble.changed.1", "trouble.confirmed.1", "trouble.settled.1",
        "trouble.registered.1",
        "reception.scheduled.1", "reception.noted.1", "reception.held.1", "reception.cancelled.1",
        "appointment.made.1", "appointment.cancelled.1",
        "promise.made.1", "promise.reported.1", "promise.kept.1",
    }  # fmt: skip


def test_a_table_that_was_tampered_with_is_named_and_made_again() -> None:
    a_week()
    RoundRow.objects.filter(obligation="daily").update(filed_at=None)
    TroubleRow.objects.update(charge="rsj")
    MissRow.objects.create(
        fact_id=999_999, ref="0x", obligation="daily", office="zjj", day=MONDAY, due_at=at(MONDAY),
        recorded_at=at(MONDAY),
    )  # fmt: skip
    PromiseRow.objects.all().delete()
    found = {difference.table for difference in projection.rebuild(check=True)}
    assert found == {"rounds_roundrow", "rounds_troublerow", "rounds_missrow", "rounds_promiserow"}
    with writing():
        list(projection.rebuild(check=False))
    assert differences() == []


def test_the_command_compares_them_too(capsys: pytest.CaptureFixture[str]) -> None:
    a_week()
    assert cli.main(["rebuild", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"differences": []}
    RoundRow.objects.filter(obligation="daily").update(officer="nobody")
    assert cli.main(["rebuild", "--check", "--json"]) == 1


def test_no_reading_of_cases_meets_a_stream() -> None:
    a_week()
    ref = RoundRow.objects.first().ref
    with pytest.raises(NotYours):
        row_of(ref)
    case = casework_cast.file().case
    with pytest.raises(NotYours):
        streams.history(case)


def test_erased_words_are_gone_and_the_rows_stand() -> None:
    a_week()
    trouble = TroubleRow.objects.filter(state="settled").get()
    assert streams.words([trouble.ref], casework_cast.HEAD, "trouble.read")
    erasing.erase(trouble.ref, REASONS[0], Actor("system"), at(MONDAY, 20))
    assert streams.words([trouble.ref], casework_cast.HEAD, "trouble.read") == {}
    assert TroubleRow.objects.get(ref=trouble.ref).erased
    assert differences() == []
    assert list(health.audit_sealed()) == []
    with pytest.raises(NotYours):
        erasing.erase(trouble.ref, REASONS[0], casework_cast.HEAD, at(MONDAY, 20))
