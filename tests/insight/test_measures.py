"""The figures, held against a few lines of pandas that know nothing of Huiyin."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.casework.filing import import_letters
from huiyin.insight.measures import measures, quantile, share
from tests.casework import cast
from tests.casework.cast import DAY, NOW, PETITIONER, take
from tests.casework.test_import import LETTER, OPEN, WRITTEN

DAYS = st.lists(st.floats(0, 4000, allow_nan=False), min_size=1, max_size=60)


@given(DAYS)
def test_quantiles_are_those_of_pandas(days: list[float]) -> None:
    ordered = sorted(days)
    for q in (0.5, 0.9):
        expected = float(pd.Series(days).quantile(q, interpolation="linear"))
        found = quantile(ordered, len(ordered), q)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    for limit in (15, 60):
        assert share(ordered, limit) == pytest.approx(float((pd.Series(days) <= limit).mean()))


def test_nothing_has_no_figures() -> None:
    assert quantile([], 0, 0.5) is None
    assert share([], 15) is None


@pytest.mark.usefixtures("county")
def test_an_empty_county_counts_nothing() -> None:
    found = measures(NOW)
    assert {name: found[name] for name in ("registered", "matters", "answered", "open", "overdue")} == {
        "registered": 0,
        "matters": 0,
        "answered": 0,
        "open": 0,
        "overdue": 0,
    }
    assert found["days_to_answer"] == {"median": None, "p90": None}
    assert found["answered_within"] == {"15": None, "60": None}


def sheet() -> list[Any]:
    """Forty letters: some repeats, some without an answer, one answered at the very fifteenth day."""
    letters = []
    for number in range(40):
        took = timedelta(days=number * 2, hours=number % 7) if number != 9 else timedelta(days=15)
        changes: dict[str, Any] = {
            "source_number": f"S{number}",
            "body": f"第{number % 33}封信：路灯坏了，请修好。",
            "written_at": WRITTEN + number * DAY,
            "answered_at": WRITTEN + number * DAY + took,
        }
        base = LETTER if number % 5 else replace(OPEN, answer="", answered_at=None)
        if not number % 5:
            changes.pop("answered_at")
        letters.append(replace(base, **changes))
    return letters


@pytest.mark.usefixtures("county")
def test_figures_of_an_imported_sheet_are_those_of_pandas() -> None:
    letters = sheet()
    import_letters(letters, office="xfj", now=lambda: NOW)
    frame = pd.DataFrame({"body": [x.body for x in letters], "at": [x.written_at for x in letters]})
    frame["answered"] = pd.to_datetime([x.answered_at for x in letters], utc=True)
    frame["days"] = (frame["answered"] - pd.to_datetime(frame["at"], utc=True)).dt.total_seconds() / 86400
    done = frame.dropna(subset=["days"])
    found = measures(NOW)
    assert found["registered"] == len(frame)
    assert found["matters"] == frame["body"].nunique()
    assert found["answered"] == len(done)
    assert found["open"] == len(frame) - len(done)
    assert found["overdue"] == 0
    assert found["days_to_answer"]["median"] == pytest.approx(done["days"].median())
    assert found["days_to_answer"]["p90"] == pytest.approx(done["days"].quantile(0.9))
    for limit in (15, 60):
        assert found["answered_within"][str(limit)] == pytest.approx((done["days"] <= limit).mean())


@pytest.mark.usefixtures("county")
def test_an_answer_counts_when_it_was_served_and_a_withdrawn_case_is_not_open() -> None:
    cast.answered()
    assert measures(NOW)["answered"] == 0
    cast.served(body="另一封信：路灯坏了三个月没人修。")
    gone = cast.file(body="第三封信：楼下烧烤店油烟扰民。").case
    take(gone, "withdraw", actor=PETITIONER)
    found = measures(NOW)
    assert (found["registered"], found["answered"], found["open"]) == (3, 1, 1)


@pytest.mark.usefixtures("county")
def test_overdue_is_an_offices_lateness_only() -> None:
    cast.file()
    served = cast.served(body="另一封信：路灯坏了三个月没人修。")
    take(served, "report_execution", {"done_on": NOW.date().isoformat(), "proof": "验收单"})
    assert measures(NOW + 15 * DAY)["overdue"] == 0
    assert measures(NOW + 16 * DAY)["overdue"] == 1
    assert (
        measures(NOW + 400 * DAY)["overdue"] == 1
    )  # the served one waits for the petitioner, nobody is late
