"""Rule 3: going higher is a right. Nothing counts it against anyone, stops, returns or dissuades."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from huiyin.casework import reading
from huiyin.casework.models import CaseRow
from huiyin.insight.measures import DEFINITIONS, measures
from huiyin.procedure import Book, Text, list_books, load_book
from tests.casework import cast
from tests.casework.cast import CLERK, NOW
from tests.house.tree import ROOT, text, tracked

# Words of control over persons, and of counting who went where. In brackets so that no file finds itself.
CONTROL = re.compile(
    "稳[控]|劝[返]|接[返]|截[访]|拦[截]|训[诫]|重点人[员]|重点上[访]|扬[言]|缠[访]|闹[访]|非[访]|越[级]|进[京]|赴[京]|息[访]"
    "|盯[防]|盯[控]|吸[附]|行[踪]|包保责任[人]|五包[一]|涉稳人[员]|零上[访]|零进[京]|一票否[决]|黑名[单]"
    "|盯[守]|人盯[人]|拦[访]|罢[访]|信访老[户]|上访老[户]|老上[访]|京上[访]|省上[访]|重点人[头]"
    r"|\bblacklis[t]\b|\bintercep[t]|\bwatchlis[t]|\bdissuad[e]"
)
# The filter that keeps such columns out, the reports that name what it left out, and tests.
MAY_SAY = {"huiyin/intake/headers.toml"}
DOCS = ("docs/", "CHANGELOG.md", "README")
# What an office may do to a case, what the petitioner alone may, and where it may stand, in each book. Each
# was asked: does it stop or send back the person?
KNOWN = {
    book: tuple(set(known[kind]) for kind in ("offices", "own", "states"))
    for book, known in tomllib.loads(Path(__file__).with_name("known_steps.toml").read_text("utf-8")).items()
}


def control_words(files: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number}: {found.group()}"
        for name, said in files
        for number, line in enumerate(said.splitlines(), 1)
        for found in CONTROL.finditer(line)
    ]


def book_faults(book: Book) -> list[str]:
    """What in a book would stop or end a person's matter without the person, a reason and a way on."""
    office, own, states = KNOWN[book.id]
    found = [f"unknown step {step}" for step in book.steps if step not in office | own]
    found += [f"unknown state {state}" for state in book.states if state not in states]
    for step in book.steps.values():
        roles = {who.role for who in step.by}
        if step.to == "withdrawn" and roles != {"petitioner"}:
            found.append(f"{step.id}: somebody else may withdraw")
        if step.id in own - {"register"} and roles != {"petitioner"}:
            found.append(f"{step.id}: belongs to the petitioner alone")
        reasons = [f for f in step.fields if f.kind == "choice" and f.required and not f.derive]
        if step.refusal and not all(choice.article for field in reasons for choice in field.choices):
            found.append(f"{step.id}: turns a person away without an article")
    for state in book.states.values():
        if state.final and not state.remedy:
            found.append(f"{state.id}: ends without saying what the person may do next")
    for name in ("purposes", "channels", "categories", "ratings"):
        words = "".join(f"{key}{title.zh}{title.en}" for key, title in getattr(book, name).items())
        found += [f"{name}: {word.group()}" for word in CONTROL.finditer(words)]
    return found


BOOK = load_book("cn-xinfang-2022")


# --- breaches, and that each is seen ------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        "state = '劝" + "返'",
        "columns = ['稳" + "控责任人']",
        "{% translate '越" + "级走访次数' %}",
        "# a watch" + "list of petitioners",
    ],
)
def test_a_word_of_control_would_be_seen(planted: str) -> None:
    assert control_words([("huiyin/desks/x.py", f"fine\n{planted}\n")])


def _with_step(book: Book, name: str, **changes: Any) -> Book:
    return replace(book, steps={**book.steps, name: replace(book.steps[name], **changes)})


def test_a_book_that_stops_or_returns_people_would_be_seen() -> None:
    withdraw, transfer = BOOK.steps["withdraw"], BOOK.steps["transfer"]
    for_all = _with_step(BOOK, "withdraw", by=(*withdraw.by, *transfer.by))
    assert book_faults(for_all) == [
        "withdraw: somebody else may withdraw",
        "withdraw: belongs to the petitioner alone",
    ]
    returned = replace(BOOK, steps={**BOOK.steps, "return_home": replace(transfer, id="return_home")})
    assert book_faults(returned) == ["unknown step return_home"]
    states = {**BOOK.states, "detained": replace(BOOK.states["closed"], id="detained", remedy=None)}
    assert book_faults(replace(BOOK, states=states)) == [
        "unknown state detained",
        "detained: ends without saying what the person may do next",
    ]
    lists = {**BOOK.lists, "channels": {**BOOK.channels, "capital": Text("进" + "京", "to the capital")}}
    assert book_faults(replace(BOOK, lists=lists)) == ["channels: 进" + "京"]


# --- the guard ----------------------------------------------------------------------------------------


def test_words_of_control_stand_in_the_filter_and_nowhere_else() -> None:
    files = [
        (str(p.relative_to(ROOT)), text(p)) for p in tracked("*") if p.suffix not in {".png", ".svg", ".xlsx"}
    ]
    assert len(files) > 200
    own = [
        found
        for found in control_words(files)
        if not found.startswith(("tests/", *DOCS)) and found.partition(":")[0] not in MAY_SAY
    ]
    assert own == []
    assert control_words([(name, said) for name, said in files if name in MAY_SAY])  # it does filter them


@pytest.mark.parametrize("name", list_books())
def test_no_book_stops_returns_or_dissuades_a_person(name: str) -> None:
    assert book_faults(load_book(name)) == []


def test_a_person_may_come_back_from_every_end() -> None:
    for state in BOOK.states.values():
        if state.final or state.id == "served":
            assert state.remedy is not None, state.id
            assert any(word in state.remedy.zh for word in ("重新", "上一级", "新的", "恢复")), state.id


def test_no_figure_counts_who_went_higher_or_came_again() -> None:
    words = re.compile(
        r"higher|visit|repeat visitor|person|people|petitioner|area|town|rank|越级|走访", re.IGNORECASE
    )
    named = {name: found.group() for name in DEFINITIONS if (found := words.search(name))}
    assert named == {}
    assert not {k for k in DEFINITIONS if "repeat" in k}


@pytest.mark.usefixtures("county")
def test_whoever_files_again_or_by_another_way_is_treated_as_the_first_time() -> None:
    seen = set()
    for number, channel in enumerate(("letter", "visit", "web", "call", "visit", "visit")):
        case = cast.file(channel=channel, body=f"第{number}次反映：外墙瓷砖一直往下掉。").case
        row = CaseRow.objects.get(case_id=case)
        seen.add((row.state, row.due, row.owner_office, row.due_clock, row.final))
    assert len(seen) == 1
    again = cast.file(body="第0次反映：外墙瓷砖一直往下掉。").case  # the same words once more
    row = CaseRow.objects.get(case_id=again)
    assert (row.state, row.due, row.owner_office, row.due_clock, row.final) in seen
    assert len(reading.inbox(CLERK, NOW).rows) == 7
    assert measures(NOW)["registered"] == 7


def test_the_guard_reads_the_files_it_names() -> None:
    assert all((Path(ROOT) / name).is_file() for name in MAY_SAY)
