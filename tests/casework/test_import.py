"""What a sheet claims is taken in as such: once, with its repeats, and with no clock until it is taken up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from huiyin.casework import codes, filing, projection, reading
from huiyin.casework.filing import Imported
from huiyin.casework.models import BodyRow, CaseRow
from huiyin.insight.measures import measures
from huiyin.intake.filing import Person
from huiyin.intake.letters import ImportedLetter
from huiyin.ledger.facts import Fact, facts_of
from huiyin.offices.models import Officer
from huiyin.procedure import Unlawful
from tests.casework.cast import CLERK, DAY, NOW, PETITIONER, SUPERVISOR, file, take
from tests.casework.test_codes import HOME

pytestmark = pytest.mark.usefixtures("county")
WRITTEN = datetime(2019, 4, 25, 9, 32, 9, tzinfo=NOW.tzinfo)
LETTER = ImportedLetter(
    sheet="Sheet1",
    row=2,
    source_number="188006",
    person=Person("A0008"),
    title="关于路灯",
    body="\t\n我们村的路灯坏了三个月，请修好。\n",
    written_at=WRITTEN,
    date_only=False,
    answer="网友您好，路灯已经修好。",
    answered_at=WRITTEN + timedelta(days=14, hours=3),
    answered_date_only=False,
    category="城乡建设",
)
OPEN = replace(
    LETTER, source_number="188007", body="另一件事：小学门口没有斑马线。", answer="", answered_at=None
)


def take_in(*letters: ImportedLetter, now: datetime = NOW) -> Imported:
    return filing.import_letters(letters, office="xfj", now=lambda: now)


def counts(done: Imported) -> tuple[int, int, int]:
    return done.registered, done.repeats, done.skipped


def row(number: str) -> CaseRow:
    return CaseRow.objects.get(source_number=number)


def test_a_row_becomes_what_the_sheet_claims_and_nothing_between() -> None:
    done = take_in(LETTER, OPEN)
    assert counts(done) == (2, 0, 0)
    case = row("188006")
    assert (case.state, case.final, case.imported, case.taken_up) == ("imported_answered", True, True, False)
    assert (case.filed_at, case.answered_at, case.registered_at) == (WRITTEN, LETTER.answered_at, NOW)
    assert [fact.kind for fact in facts_of(case.case_id)] == ["petition.imported.1", "answer.imported.1"]
    assert [fact.recorded_at for fact in facts_of(case.case_id)] == [NOW, NOW]
    values = facts_of(case.case_id)[0].clear_json()["values"]
    assert values["occurred_at"] == WRITTEN.isoformat()
    assert row("188007").state == "imported_open"
    words = reading.words(case.case_id, CLERK)
    assert words.body == LETTER.body  # exactly as in the cell, tabs and all
    answer = reading.answer(case.case_id, PETITIONER)
    assert answer is not None
    assert answer.texts["answer"] == LETTER.answer
    assert [made.number for made in CaseRow.objects.order_by("number")] == [
        "XFJ-2026-000001",
        "XFJ-2026-000002",
    ]


def test_each_import_has_its_code_and_its_place_in_the_log() -> None:
    slips: list[tuple[str, str]] = []
    filing.import_letters([LETTER, OPEN], office="xfj", now=lambda: NOW, slips=slips.extend)
    assert [number for number, _ in slips] == ["XFJ-2026-000001", "XFJ-2026-000002"]
    assert codes.case_of(slips[0][1], HOME, NOW) == row("188006").case_id
    for moment in reading.timeline(row("188006").case_id, PETITIONER, "zh-hans"):
        assert moment.index is not None


def test_the_same_sheet_again_changes_nothing() -> None:
    take_in(LETTER, OPEN)
    facts = Fact.objects.count()
    assert counts(take_in(LETTER, OPEN, now=NOW + DAY)) == (0, 0, 2)
    assert Fact.objects.count() == facts
    assert CaseRow.objects.count() == 2
    assert not list(projection.rebuild(check=True))


@pytest.mark.parametrize("split", [1, 2], ids=["same sheet", "another day"])
def test_the_same_body_under_another_number_is_a_repeat_of_the_matter(split: int) -> None:
    again = replace(LETTER, source_number="190001", body="我们村的路灯 坏了三个月，\n请修好。")
    wide = replace(LETTER, source_number="190002", body="我们村的路灯坏了三个月，请修好。\u3000")
    if split == 1:
        assert counts(take_in(LETTER, again, wide)) == (3, 2, 0)
    else:
        take_in(LETTER)
        assert counts(take_in(again, now=NOW + DAY)) == (1, 1, 0)
        assert counts(take_in(wide, now=NOW + 2 * DAY)) == (1, 1, 0)
    first = row("188006").case_id
    assert (row("188006").repeat_of, row("190001").repeat_of, row("190002").repeat_of) == ("", first, first)
    assert len(set(CaseRow.objects.values_list("case_id", flat=True))) == 3
    assert measures(NOW)["registered"] == 3
    assert measures(NOW)["matters"] == 1


def test_the_same_number_with_another_body_is_another_letter() -> None:
    assert counts(take_in(LETTER, replace(LETTER, body="同一编号，另一封信：路灯又坏了。"))) == (2, 0, 0)


def test_the_same_letter_twice_in_one_sheet_is_taken_in_once() -> None:
    assert counts(take_in(LETTER, OPEN, LETTER)) == (2, 0, 1)


def test_a_batch_boundary_loses_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "BATCH", 3)
    letters = [replace(LETTER, source_number=str(n), body=f"第{n % 6}封信，请修路灯。") for n in range(10)]
    done: list[int] = []
    result = filing.import_letters(letters, office="xfj", now=lambda: NOW, progress=done.append)
    assert counts(result) == (10, 4, 0)
    assert done == [3, 6, 9, 10]
    assert counts(take_in(*letters)) == (0, 0, 10)


def test_a_letter_filed_here_and_imported_later_is_one_matter() -> None:
    made = file(body=LETTER.body)
    assert counts(take_in(LETTER)) == (1, 1, 0)
    assert row("188006").repeat_of == made.case


# --- clocks -------------------------------------------------------------------------------------------


def test_no_clock_runs_on_imported_history_and_it_is_never_overdue() -> None:
    take_in(LETTER, OPEN)
    late = NOW + 4000 * DAY
    for number in ("188006", "188007"):
        case = row(number)
        assert (case.due, case.due_clock) == (None, "")
        assert reading.running(case.case_id) == ()
    assert measures(late)["overdue"] == 0
    assert reading.inbox(CLERK, late).overdue == 0
    assert reading.overdue_by_office(SUPERVISOR, late, most=10) == {}


def test_taking_a_letter_up_starts_the_clock_from_that_day() -> None:
    take_in(LETTER, OPEN)
    case = row("188007").case_id
    take(case, "take_up", actor=CLERK, now=NOW + 10 * DAY)
    found = row("188007")
    assert (found.state, found.imported, found.taken_up) == ("registered", True, True)
    assert (found.due_clock, found.due) == ("route", (NOW + 25 * DAY).date())
    assert measures(NOW + 26 * DAY)["overdue"] == 1
    assert measures(NOW + 25 * DAY)["overdue"] == 0
    take(case, "transfer", {"office": "zjj"}, actor=CLERK, now=NOW + 11 * DAY)
    assert row("188007").owner_office == "zjj"
    assert not list(projection.rebuild(check=True))


def test_an_answered_letter_is_not_taken_up() -> None:
    take_in(LETTER)
    with pytest.raises(Unlawful):
        take(row("188006").case_id, "take_up", actor=CLERK)


# --- what an import must not do -----------------------------------------------------------------------


def test_a_body_is_known_again_by_a_keyed_digest_only() -> None:
    take_in(LETTER)
    (kept,) = BodyRow.objects.all()
    assert len(bytes(kept.mac)) == 32
    assert bytes(kept.mac) == projection.body_mac("我们村的路灯坏了三个月，请修好。")


def test_when_a_batch_fails_nothing_of_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(LETTER)

    def broken(*_: Any) -> None:
        raise OSError("no room")

    monkeypatch.setattr(projection, "write_new", broken)
    with pytest.raises(OSError, match="no room"):
        take_in(OPEN)
    monkeypatch.undo()
    assert CaseRow.objects.count() == 1
    assert Fact.objects.count() == 2
    assert counts(take_in(OPEN)) == (1, 0, 0)
    assert row("188007").number == "XFJ-2026-000002"


def test_a_letter_that_names_many_officers_is_taken_in_all_the_same() -> None:
    """Whom it complains of has no longest list; and the counter takes it in as well."""
    Officer.objects.bulk_create(
        Officer(
            login=f"very-long-login-of-officer-{n}",
            office_id="rsj",
            role="officer",
            name_zh=f"欧阳第{n}号",
            name_en=str(n),
        )
        for n in range(60)
    )
    body = "请查处" + "、".join(f"欧阳第{n}号" for n in range(60)) + "，他们都收了好处。"
    take_in(replace(OPEN, body=body))
    made = file(body=body + "再写一封。")
    for case in (row("188007"), CaseRow.objects.get(case_id=made.case)):
        assert case.respondents.count("@") == 60
        assert ",rsj," in case.respondents
