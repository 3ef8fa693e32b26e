"""`huiyin procedure`: books are checked, shown and counted by without any county."""

import json
from pathlib import Path

import pytest

from huiyin.procedure import book
from tests.cli.conftest import Call

PROPERTIES = {
    "owner_and_clock",
    "reachable",
    "ends",
    "way_up",
    "closed_reasons",
    "no_self_review",
    "bounded",
    "service_before_final",
}


def test_books_are_checked_and_shown_without_any_county(
    call: Call, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call("procedure", "check", "cn-xinfang-2022", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said["proved"]) == PROPERTIES
    assert said["violations"] == []
    assert call("procedure", "show", "cn-xinfang-2022") == 0
    assert "第二十二条" in capsys.readouterr().out
    assert call("procedure", "show", "cn-xinfang-2022", "--format", "mermaid", "--language", "en") == 0
    assert capsys.readouterr().out.startswith(("stateDiagram", "flowchart", "graph", "---"))
    broken = tmp_path / "broken.toml"
    law = (Path(book.__file__).parent / "books" / "cn-xinfang-2022.toml").read_text("utf-8")
    broken.write_text(law + "\n[nonsense]\n", "utf-8")
    assert call("procedure", "check", broken) == 1
    told = capsys.readouterr().out
    assert told.startswith(f"{broken}:{law.count(chr(10)) + 2}: ")
    assert "nonsense" in told
    assert call("procedure", "check", "cn-xinfang-1995") == 1
    assert "cn-xinfang-1995" in capsys.readouterr().out
    # A book that is there and has faults is a fault found; one that is not there, a wrong call.
    for asked in (("show",), ("due", "decide", "--from", "2026-03-02")):
        assert call("procedure", asked[0], broken, *asked[1:]) == 1
        assert call("procedure", asked[0], "cn-xinfang-1995", *asked[1:]) == 2
        assert "there is no book cn-xinfang-1995" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("book_", "clock", "last"),
    [
        ("cpgrams-2024", "redress", "9999-12-09"),
        ("eu-ombudsman", "review", "9999-08-30"),
        ("cn-xinfang-2022", "object", "9999-12-23"),
    ],
)
def test_a_term_that_ends_after_the_last_year_is_refused_in_words(
    book_: str, clock: str, last: str, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("procedure", "due", book_, clock, "--from", last) == 0
    assert "9999-12-30" in capsys.readouterr().out
    assert call("procedure", "due", book_, clock, "--from", "9999-12-31") == 2
    assert "a term from 9999-12-31 would end after 9999-12-30" in capsys.readouterr().err
