"""What the rest of the house relies on holds in every book besides the Regulation."""

from datetime import date

import pytest

from huiyin.procedure import Actor, Book, Calendar, decide, evolve, load_book, running, start
from tests.procedure.books import CLERK, OFFICER, OTHERS, PETITIONER, SLEUTH, SYSTEM, Line

CN = load_book("cn-xinfang-2022")
MON = date(2026, 3, 2)
NEEDED = (
    "file", "import", "import_answer", "take_up", "route", "accept", "ask", "reply", "supplement",
    "answer", "serve", "withdraw", "undo", "close", "forward", "ask_supervision", "order", "breach",
)  # fmt: skip
FILING = (
    "bureau", "handler", "channel", "purpose", "category", "place", "received_on", "requests", "respondents",
    "named_offices", "respondent_officers", "keep_name", "sealed_filing",
)  # fmt: skip
RULES = {
    "beijing-12345": ("zh", "Asia/Shanghai", "china", True),
    "cpgrams-2024": ("en", "Asia/Kolkata", "weekends", False),
    "lgsco-2024": ("en", "Europe/London", "weekends", False),
    "worldbank-grs": ("en", "America/New_York", "weekends", False),
    "eu-ombudsman": ("en", "Europe/Brussels", "weekends", True),
}


@pytest.fixture(params=OTHERS)
def book(request: pytest.FixtureRequest) -> Book:
    return load_book(request.param)


def test_each_counts_as_its_own_law_does(book: Book) -> None:
    assert (book.language, str(book.zone), book.calendar, book.roll) == RULES[book.id]


def test_each_has_the_parts_that_the_house_knows(book: Book) -> None:
    assert [part for part in NEEDED if not book.of_part(part)] == []


def test_each_registers_and_imports_what_the_house_sends(book: Book) -> None:
    for part in ("file", "import"):
        (step,) = book.of_part(part)
        kinds = {field.id: field.kind for field in step.fields}
        assert kinds == {f.id: f.kind for f in CN.steps["import_letter"].fields if f.id in FILING}
    assert {"request", "accusation", "inquiry", "suggestion", "other"} <= set(book.purposes)
    assert set(book.channels) == set(CN.channels)
    assert "other" in book.categories
    assert book.sealed == {"accusation", "retaliation"}


def test_each_serves_and_answers_with_the_same_fields(book: Book) -> None:
    for step in book.of_part("serve"):
        assert [f.id for f in step.fields] == ["method", "served_on", "proof"]
    for step in book.of_part("answer"):
        assert {"outcomes", "facts", "reasons", "handling", "basis"} <= {f.id for f in step.fields}


def test_every_word_of_a_book_is_in_its_language_and_in_english(book: Book) -> None:
    titles = [state.title for state in book.states.values()]
    titles += [step.title for step in book.steps.values()]
    titles += [clock.title for clock in book.clocks.values()]
    for title in titles:
        assert (title.zh == title.en) == (book.language == "en"), title
        assert book.language == "en" or title.en.isascii(), title


def test_only_the_petitioner_withdraws_and_rates(book: Book) -> None:
    for part in (
        "withdraw",
        "undo",
        "rate",
        "supplement",
        "reply",
        "ask_review",
        "ask_supervision",
        "consent",
    ):
        for step in book.of_part(part):
            assert {str(who) for who in step.by} == {"petitioner"}, step.id


def test_a_withdrawal_is_undone_in_time_and_three_times_at_most(book: Book) -> None:
    line = Line(book.id, MON)
    for _ in range(3):
        line.take("withdraw", PETITIONER)
        assert line.state == "withdrawn"
        line.take("undo_withdraw", PETITIONER)
        assert line.state == "registered"
    line.take("withdraw", PETITIONER).refused("undo_withdraw", PETITIONER)
    Line(book.id, MON).take("withdraw", PETITIONER).after(15).take("undo_withdraw", PETITIONER)
    Line(book.id, MON).take("withdraw", PETITIONER).after(18).refused("undo_withdraw", PETITIONER)


def test_a_sheet_is_taken_in_under_any_book(book: Book) -> None:
    calendar, line = Calendar.of(book.calendar), Line(book.id, MON)
    filed = {
        "bureau": "desk",
        "channel": "import",
        "purpose": "other",
        "category": "other",
        "received_on": "2019-04-25",
        "requests": 1,
    }
    case = evolve(start(book), decide(start(book), "import_letter", filed, SYSTEM, line.noon(), calendar))
    assert (case.state, running(case, calendar)) == ("imported_open", ())
    answered = evolve(case, decide(case, "import_answer", {}, SYSTEM, line.noon(), calendar))
    assert answered.book.states[answered.state].final
    taken = evolve(case, decide(case, "take_up", {}, CLERK, line.noon(), calendar))
    assert {r.count.since for r in running(taken, calendar)} == {MON}


@pytest.mark.parametrize("purpose", ["accusation", "retaliation"])
def test_what_is_sealed_goes_to_the_investigators_and_nowhere_else(book: Book, purpose: str) -> None:
    line = Line(book.id, MON, purpose=purpose, respondents=["works"])
    if book.id == "worldbank-grs":
        line.refused("acknowledge", CLERK)
    else:
        due = {"due_by": "2026-03-09"} if book.id == "beijing-12345" else {}
        line.refused(book.of_part("route")[0].id, CLERK, office="water", **due)
    line.take("forward_accusation", CLERK)
    assert (line.state, line.case.discipline, line.case.handler) == ("discipline", "sleuths", "")
    line.answer("discipline_answer", SLEUTH, next(iter(book.outcomes))).serve("serve_discipline", SLEUTH)
    assert line.state == "discipline_done"


def test_nothing_else_is_forwarded_under_seal(book: Book) -> None:
    Line(book.id, MON).refused("forward_accusation", CLERK)


def test_a_date_that_passes_is_a_fact_once(book: Book) -> None:
    line = Line(book.id, MON).after(30)
    late = line.late()
    assert late
    assert not line.breach().late()
    line.refused("breach", SYSTEM, clock=late[0], due=line.day)


def test_the_petitioner_can_press_the_office_above_and_is_owed_an_answer(book: Book) -> None:
    line = Line(book.id, MON)
    press = next(s for s in book.of_part("ask_supervision") if "registered" in s.from_)
    line.take(press.id, PETITIONER, text="nobody answers")
    owed = line.due("answer_urge")
    assert line.after(2).take(press.id, PETITIONER, text="again").due("answer_urge") == owed
    line.after(30).breach()
    assert "answer_urge" in {e.values["clock"] for e in line.case.events if e.step == "breach"}
    line.take("answer_urge", Actor("head", "city", "a9"), answer="done")
    assert "answer_urge" not in line.runs()
    line.refused("answer_urge", Actor("head", "city", "a9"), answer="done again")


def test_nobody_named_in_the_petition_takes_a_step(book: Book) -> None:
    line = Line(book.id, MON, respondent_officers=[CLERK.ref])
    step = book.of_part("forward")[0]
    assert line.refused(step.id, CLERK).article == book.recusal.article


def test_a_stranger_takes_no_step(book: Book) -> None:
    line = Line(book.id, MON)
    for step in book.steps.values():
        if "registered" in step.from_ and {w.relation for w in step.by} == {"bureau"}:
            line.refused(step.id, OFFICER)
