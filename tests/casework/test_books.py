"""Books side by side; each case is pinned to its book's file, and taken over only on request."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huiyin.casework import breaching, filing, health, law, migrating, pinning, projection, reading
from huiyin.casework.models import BookPin, CaseRow
from huiyin.casework.steps import history
from huiyin.ledger.facts import Fact, facts_of
from huiyin.offices.models import Office
from huiyin.procedure import Unlawful
from tests.casework import trial
from tests.casework.cast import CLERK, DAY, NOW, OFFICER, PETITIONER, TODAY, file, take
from tests.casework.test_import import LETTER
from tests.casework.trial import later, row

Books = Callable[..., None]


@pytest.fixture
def own(tmp_path: Path, trial: None, settings: Any) -> Books:
    """`own(name=(old, new)…)`: write `trial` into the county's folder of books, with these changes."""
    folder = tmp_path / "books"
    folder.mkdir()
    settings.HUIYIN_BOOKS = str(folder)
    text = (trial_book := trial_path()).read_text("utf-8")

    def write(name: str = trial_book.name, *changes: tuple[str, str]) -> None:
        changed = text
        for old, new in changes:
            assert old in changed, old
            changed = changed.replace(old, new, 1)
        (folder / name).write_text(changed, "utf-8")
        read_again()

    write()
    return write


def trial_path() -> Path:
    return trial.BOOKS / "trial.toml"


def read_again() -> None:
    """What a new process does: forget what this one read."""
    from huiyin.procedure import book

    law.book.cache_clear()
    for cached in (book._shelf, book._shipped):
        cached.cache_clear()


IN_60_DAYS = date(2026, 5, 6)  # the sixtieth is a holiday
SECOND = ("version = 1", "version = 2")


# --- side by side -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("beside")
def test_offices_of_one_tree_run_different_books() -> None:
    at_bureau = file().case
    at_discipline = file(body="Another matter.", actor=PETITIONER, channel="web", office="jw").case
    assert (row(at_bureau).book, row(at_discipline).book) == ("cn-xinfang-2022@1", "trial@1")
    assert {fact.book for fact in history(at_discipline)} == {"trial@1"}
    assert json.loads(facts_of(at_discipline)[0].public_content)["book"] == "trial@1"
    take(at_bureau, "transfer", {"office": "zjj"}, actor=CLERK)
    with pytest.raises(Unlawful):  # the other book knows no such step here
        take(at_discipline, "uphold_objection", {}, actor=PETITIONER)
    assert {pin.name for pin in BookPin.objects.all()} == {"cn-xinfang-2022@1", "trial@1"}
    assert law.book_for("jw").name == "trial@1"
    assert law.book_for("zjj") is law.book_in_force()
    assert "trial@1" in law.books()


@pytest.mark.usefixtures("trial")
def test_a_sheet_is_taken_in_under_the_book_of_its_office() -> None:
    filing.import_letters([LETTER], office="xfj", now=lambda: NOW)
    found = CaseRow.objects.get()
    assert (found.book, found.state, found.imported, found.final) == ("trial@1", "old_answered", True, True)
    assert found.answered_at == LETTER.answered_at
    (answer,) = reading.answers(found.case_id, PETITIONER)
    assert (answer.part, answer.texts) == ("import_answer", {"answer": LETTER.answer})


def test_a_book_chosen_by_its_file_runs_its_cases(county: None, settings: Any) -> None:
    settings.HUIYIN_BOOK = str(trial_path())
    read_again()
    try:
        case = file().case
        assert row(case).book == "trial@1"
        take(case, "transfer", {"office": "zjj", "joint": []}, actor=CLERK)
        assert row(case).state == "routed"
    finally:
        settings.HUIYIN_BOOK = "cn-xinfang-2022"
        read_again()


@pytest.mark.usefixtures("trial")
def test_a_day_is_counted_where_the_book_counts_it(own: Books) -> None:
    own("trial.toml", ("version = 1", 'version = 1\nzone = "America/New_York"'))
    # 9:30 in Shanghai on Monday is still Sunday in New York.
    with pytest.raises(Unlawful) as refused:
        file()
    assert refused.value.field == "received_on"
    book = law.book_for("xfj")
    case = file(received_on=law.day_of(NOW, book.zone)).case
    assert row(case).received_on == TODAY - DAY
    assert row(case).filed_at == NOW


# --- pinned -------------------------------------------------------------------------------------------


def test_a_book_edited_under_its_cases_is_refused_in_words(own: Books) -> None:
    case = file().case
    assert facts_of(case)[0].clear_json()["values"]["book_digest"] == law.book("trial@1").digest
    health.check_books()
    own("trial.toml", ("length = 60", "length = 90"))
    (fault,) = pinning.faults()
    for said in (
        "trial@1 was changed",
        "Put its file back",
        "version = 2",
        "procedure migrate trial@1 trial@2",
    ):
        assert said in fault
    with pytest.raises(pinning.BookChanged):
        health.check_books()
    with pytest.raises(pinning.BookChanged):
        file(body="Another letter.")
    assert [f.code for f in health.settings_faults() if f.code == "book"] == ["book"]
    own()
    health.check_books()


def test_a_book_without_cases_may_be_edited(own: Books) -> None:
    own("trial.toml", ("length = 60", "length = 50"))
    health.check_books()
    case = trial.routed()
    take(case, "accept", actor=OFFICER)
    assert row(case).due == TODAY + 50 * DAY


def test_a_book_that_is_gone_is_missed_in_words(own: Books, settings: Any) -> None:
    file()
    (Path(settings.HUIYIN_BOOKS) / "trial.toml").unlink()
    read_again()
    faults = list(pinning.faults())
    assert len(faults) == 2
    assert "cases run under the book trial@1" in faults[0]
    assert "Put its file back" in faults[0]
    assert "office 'xfj'" in faults[1]


def test_an_office_with_a_book_that_does_not_exist_is_named(own: Books) -> None:
    Office.objects.filter(code="rsj").update(book="nowhere")
    (fault,) = pinning.faults()
    assert "office 'rsj'" in fault
    assert "'nowhere'" in fault


def test_older_cases_stay_on_their_version(own: Books) -> None:
    older = trial.routed()
    own("trial-2.toml", SECOND, ("length = 60", "length = 50"))
    newer = trial.routed(body="Another letter.")
    for case in (older, newer):
        take(case, "accept", actor=OFFICER)
    assert [row(case).book for case in (older, newer)] == ["trial@1", "trial@2"]
    assert [row(case).due for case in (older, newer)] == [IN_60_DAYS, TODAY + 50 * DAY]
    health.check_books()
    assert list(projection.rebuild(check=True)) == []


# --- taken over ---------------------------------------------------------------------------------------


def test_a_dry_run_tells_and_writes_nothing(own: Books) -> None:
    case = trial.handled()
    own("trial-2.toml", SECOND, ("length = 60", "length = 50"))
    (told,) = migrating.migrate("trial@1", "trial@2", NOW, dry_run=True)
    assert (told.case, told.refusal) == (case, "")
    assert (told.due_before, told.due_after) == (IN_60_DAYS, TODAY + 50 * DAY)
    assert row(case).book == "trial@1"
    assert len(facts_of(case)) == 3
    assert not BookPin.objects.filter(name="trial@2").exists()


def test_a_case_goes_on_where_it_stood(own: Books) -> None:
    case = trial.handled()
    own(
        "trial-2.toml",
        SECOND,
        ("length = 60", "length = 50"),
        ('id = "interim"\n', 'id = "meanwhile"\n'),
        ('en = "Interim"', 'en = "Meanwhile"'),
    )
    take(case, "interim", {"text": "Soon."}, actor=OFFICER)
    (done,) = migrating.migrate("trial@1", "trial@2", NOW, dry_run=False)
    assert done.refusal == ""
    assert (row(case).book, row(case).state, row(case).due) == ("trial@2", "handling", TODAY + 50 * DAY)
    fact = history(case)[-1]
    assert (fact.kind, fact.values["from"], fact.values["to"]) == ("case.migrated.1", "trial@1", "trial@2")
    assert fact.values["book_digest"] == law.book("trial@2").digest
    assert json.loads(facts_of(case)[-1].public_content)["book"] == "trial@2"
    take(case, "meanwhile", {"text": "Later."}, actor=OFFICER)
    take(case, "decide", trial.OPINION, actor=OFFICER)
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER)
    assert reading.answers(case, PETITIONER)[0].texts == {"reasons": "The tiles are loose."}
    told = [moment.title.en for moment in reading.timeline(case, PETITIONER, "en")]
    assert told.count("Interim") == 1  # judged by the book it happened under
    assert list(projection.rebuild(check=True)) == []
    assert list(migrating.migrate("trial@1", "trial@2", NOW, dry_run=False)) == []
    assert BookPin.objects.filter(name="trial@2").exists()


def test_what_the_new_book_cannot_carry_stays_and_says_why(own: Books) -> None:
    fine, stateless, clockless = trial.handled(), trial.accused(), trial.handled(body="Third letter.")
    promised = trial.served(promise=TODAY + 9 * DAY, body="Fourth letter.")
    renamed = [('id = "accused"', 'id = "accused_of"'), ('to = "accused"', 'to = "accused_of"')]
    renamed += [('from = ["accused"]', 'from = ["accused_of"]')]
    own(
        "trial-2.toml",
        SECOND,
        *renamed,
        ('id = "promise"', 'id = "vow"'),
        ('clocks = ["promise"]', 'clocks = ["vow"]'),
    )
    found = {one.case: one for one in migrating.migrate("trial@1", "trial@2", NOW, dry_run=False)}
    assert found[fine].refusal == found[clockless].refusal == ""
    assert "no state 'accused'" in found[stateless].refusal
    assert "no clock promise" in found[promised].refusal
    assert [row(case).book for case in (fine, stateless, promised)] == ["trial@2", "trial@1", "trial@1"]


def test_what_has_ended_keeps_its_book(own: Books) -> None:
    case = trial.handled()
    take(case, "withdraw", actor=PETITIONER)
    own("trial-2.toml", SECOND)
    assert list(migrating.migrate("trial@1", "trial@2", NOW, dry_run=False)) == []
    assert row(case).book == "trial@1"


def test_a_date_that_passed_before_is_not_breached_twice_after(own: Books) -> None:
    case = trial.routed()
    assert breaching.record_due(later(20)) == 1
    own("trial-2.toml", SECOND)
    list(migrating.migrate("trial@1", "trial@2", later(20), dry_run=False))
    assert breaching.record_due(later(21)) == 0
    assert [fact.part for fact in history(case)].count("breach") == 1
    assert Fact.objects.count() == 4


@pytest.mark.usefixtures("trial")
def test_every_step_of_an_office_is_open_to_somebody_who_may_see_the_case() -> None:
    """A book that lets only those act whom the table shuts out would be a door painted on a wall."""
    from huiyin.casework.permissions import TABLE
    from huiyin.procedure import list_books, load_book

    let_in = set(TABLE["case.see"]) & set(TABLE["step.take"])
    shut = [
        f"{name} {step.id}"
        for name in list_books(trial.BOOKS)
        for step in load_book(name, trial.BOOKS).steps.values()
        if step.part not in ("file", "import")
        and not any(
            who.role in ("petitioner", "public", "system", "supervisor") or str(who) in let_in
            for who in step.by
        )
    ]
    assert shut == []
