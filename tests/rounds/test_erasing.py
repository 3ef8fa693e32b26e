"""Words of the routine end: what is long over at the console, what was said of a case with the case."""

from datetime import timedelta

import pytest

from huiyin.casework import erasure, health, streams
from huiyin.casework import projection as cases
from huiyin.casework.erasure import NotFinal
from huiyin.casework.models import CaseRow
from huiyin.cli import main as cli
from huiyin.procedure import Actor
from huiyin.rounds import daily, duty, erasing, projection, promises, sweep
from huiyin.rounds.models import NoteRow, PromiseRow, ReceptionRow, RoundRow, TroubleRow
from huiyin.rounds.routine import SYSTEM, Refused
from huiyin.vault import keys as vault_keys
from huiyin.vault.models import WrappedKey
from tests.casework import cast as casework_cast
from tests.rounds.cast import DAY, HEAD, MONDAY, OFFICER, SUPERVISOR, TOWN_HEAD, at
from tests.rounds.month import a_week

pytestmark = pytest.mark.usefixtures("begun")
LATER = at(MONDAY + 200 * DAY)
PETITIONER = Actor("petitioner")


def whole() -> None:
    assert [*projection.rebuild(check=True), *cases.rebuild(check=True)] == []
    assert list(health.audit_sealed()) == []


def left(*tables: type) -> int:
    """How many streams of the tables still have their key."""
    refs = [ref for table in tables for ref in table.objects.values_list("ref", flat=True)]  # type: ignore[attr-defined]
    return WrappedKey.objects.filter(case_id__in=refs).count()


def ended(case: str) -> str:
    casework_cast.take(case, "withdraw", actor=PETITIONER, now=at(MONDAY + 40 * DAY))
    return case


def test_what_was_over_before_a_day_loses_its_words_and_what_runs_keeps_them() -> None:
    a_week()
    rounds, receptions = RoundRow.objects.count(), ReceptionRow.objects.count()
    assert left(RoundRow, ReceptionRow) == rounds + receptions
    done = erasing.erase_before(MONDAY + 100 * DAY, "retention", SYSTEM, LATER)
    assert done.clean
    assert left(RoundRow, ReceptionRow) == 0
    assert TroubleRow.objects.filter(erased=True).count() == 2
    assert left(TroubleRow) == TroubleRow.objects.filter(state="open").count() == 1
    assert left(PromiseRow) == PromiseRow.objects.filter(kept_on=None).count() == 1
    assert done.erased == rounds + receptions + 2 + 1
    assert duty.roster("xfj", MONDAY, SUPERVISOR)  # the page stands, without the words
    whole()
    assert erasing.erase_before(MONDAY + 100 * DAY, "retention", SYSTEM, LATER).erased == 0


def test_what_ended_on_the_day_or_later_is_left() -> None:
    a_week()
    (kept,) = PromiseRow.objects.exclude(kept_on=None)
    erasing.erase_before(kept.kept_on, "retention", SYSTEM, LATER)
    assert left(PromiseRow) == 2
    erasing.erase_before(kept.kept_on + DAY, "retention", SYSTEM, LATER)
    assert left(PromiseRow) == 1


def test_a_round_that_may_still_be_corrected_keeps_its_words() -> None:
    daily.file("zjj", MONDAY, {}, "", OFFICER, at(MONDAY, 15))
    soon = MONDAY + erasing.STANDS - DAY
    assert erasing.erase_before(soon, "retention", SYSTEM, at(soon)).erased == 0
    assert erasing.erase_before(soon, "retention", SYSTEM, at(soon + DAY)).erased == 1
    with pytest.raises(Refused, match="were erased"):
        daily.file("zjj", MONDAY, {}, "", OFFICER, at(soon + DAY))


def test_one_that_runs_or_was_erased_before_is_refused_and_nothing_is_lost() -> None:
    a_week()
    running = TroubleRow.objects.get(state="open").ref
    gone = TroubleRow.objects.get(state="settled").ref
    assert erasing.erase(gone, "court", SYSTEM, LATER)
    for ref in (running, gone, "0" + "z" * 12):
        with pytest.raises(Refused, match="not over yet"):
            erasing.erase(ref, "court", SYSTEM, LATER)
    assert sweep.read([TroubleRow.objects.get(ref=running)], TOWN_HEAD)[0].title


def test_what_was_promised_in_a_case_goes_with_the_case() -> None:
    a_week()
    case = ended(NoteRow.objects.get().case_id)
    (made,) = PromiseRow.objects.filter(case_id=case)
    assert promises.in_words(case, "zh")
    assert erasing.erase_case(case, "petitioner", SYSTEM, LATER)
    assert CaseRow.objects.get(case_id=case).erased
    assert streams.words([made.ref], HEAD, "promise.read") == {}
    assert promises.in_words(case, "zh") == []
    with pytest.raises(vault_keys.Erased):
        vault_keys.open_key(made.ref)
    whole()


def test_the_trouble_that_a_case_was_goes_with_it() -> None:
    a_week()
    trouble = TroubleRow.objects.get(state="registered")
    case = trouble.case_id
    erasing.erase_case(ended(case), "retention", SYSTEM, LATER)
    assert TroubleRow.objects.get(ref=trouble.ref).erased
    whole()


def test_a_case_with_a_promise_to_keep_is_not_erased() -> None:
    a_week()
    case = NoteRow.objects.get().case_id
    ref = PromiseRow.objects.get(case_id=case).reception
    day = MONDAY + 3 * DAY
    more = {
        "text": "再补一份说明。",
        "office": "zjj",
        "officer": "officer",
        "due": day + 60 * DAY,
        "case": case,
    }
    promises.make(ref, more, TOWN_HEAD, at(day))
    ended(case)
    with pytest.raises(Refused, match="is not kept yet"):
        erasing.erase_case(case, "petitioner", SYSTEM, LATER)
    assert not CaseRow.objects.get(case_id=case).erased
    assert len(promises.in_words(case, "zh")) > 1


def test_a_crash_between_the_case_and_what_was_promised_is_made_good() -> None:
    a_week()
    case = ended(NoteRow.objects.get().case_id)
    erasure.erase(case, "petitioner", SYSTEM, LATER)
    assert left(PromiseRow) == 2
    assert erasing.erase_case(case, "petitioner", SYSTEM, LATER)
    assert left(PromiseRow) == 1
    with pytest.raises(NotFinal):
        erasing.erase_case(case, "petitioner", SYSTEM, LATER)


def test_the_console_erases_and_says_how_much(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from huiyin.cli import rounds

    a_week()
    monkeypatch.setattr(rounds, "now", lambda: LATER)
    day = MONDAY + timedelta(days=100)
    assert cli.main(["rounds", "erase", "--before", f"{day}", "--reason", "retention"]) == 0
    assert "promises are erased" in capsys.readouterr().out
    assert left(RoundRow) == 0
    with pytest.raises(SystemExit) as wrong:
        cli.main(["rounds", "erase", "--before", "last year", "--reason", "retention"])
    assert wrong.value.code == 2
    assert "is not a day such as" in capsys.readouterr().err
