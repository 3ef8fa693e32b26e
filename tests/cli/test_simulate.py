"""A simulated month: played through the pages, its papers agree, and each check of that can fail."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from huiyin.cli import simulate
from huiyin.cli.main import main
from huiyin.cli.shell import Fault
from huiyin.cli.simulating import agree
from huiyin.cli.simulating.month import Month

FEBRUARY = date(2026, 2, 1)  # a week of Spring Festival in it, and two working Saturdays or Sundays


@pytest.mark.django_db(transaction=True)
def test_a_month_s_papers_agree_and_a_lie_in_any_is_seen() -> None:
    simulate._make_the_county()
    month = Month(FEBRUARY, 40, seed=5)  # one in which each of what is asserted below happens
    real = timezone.now
    diary = month.run(lambda _: None)
    assert timezone.now is real
    assert len(diary.arrivals) >= 40
    assert sum(diary.mistakes.values()) > 0
    assert diary.called
    assert diary.receipts
    assert diary.mistakes["a row of a sheet that may not be taken in"]
    assert diary.again  # a report that more came into after it was filed
    assert "registered" in {state for _, state in diary.troubles.values()}  # nobody came: no visit
    found = agree.checks(month)
    assert [one.what for one in found if not one.ok] == []
    assert next(one for one in found if one.what == "rounds missed").told["facts"]
    lie(month)
    assert {one.what for one in agree.checks(month) if one.ok} == {
        "registered and answered",
        "tables and log",
    }


def lie(month: Month) -> None:
    """Falsify the diary, which stands in every check but those of two papers against each other."""
    diary, first = month.diary, month.diary.arrivals[0]
    diary.arrivals[0] = replace(
        first, office="zjj", channel="outreach", category="personnel", people=99, repeats=not first.repeats
    )
    del diary.filed[max(diary.filed, key=lambda one: diary.filed[one])]
    report = max(diary.stated)
    diary.stated[report] = {**diary.stated[report], "letter": 77}
    diary.promised += 1
    diary.noted["x"] += 1
    diary.troubles["x"] = ("zjj", "open")
    diary.ratings["satisfied"] += 1
    diary.called.append("x")
    diary.receipts[first.case] = -1
    diary.changes.append(diary.changes[0])
    diary.steps["x"]["order_supervision"] += 1


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_holds_a_county_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    simulate._make_the_county()
    with pytest.raises(Fault, match="holds a county already"):
        simulate._make_the_county()
    assert main(["simulate", "--month", "2026-02"]) == 1
    assert "holds a county already" in capsys.readouterr().err


@pytest.mark.parametrize("month", ["2026-13", "soon", "2026"])
def test_a_month_that_is_none_is_a_wrong_call(month: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["simulate", "--month", month])
    assert "is not a month like 2026-05" in capsys.readouterr().err
