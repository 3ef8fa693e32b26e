"""Rule 2: what is counted is matters, topics, offices and whole towns; never who, never a street."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from huiyin.casework.models import CaseRow, Release
from huiyin.insight.measures import measures
from huiyin.intake.filing import Codes, read_filing
from huiyin.ledger.facts import facts_of
from huiyin.offices.models import Place
from tests.casework import cast
from tests.casework.cast import NOW, PERSON, TODAY
from tests.guards.walk import sources

# What a figure may be about. A new one is added by someone who has asked whom it singles out.
FIGURES = {
    "registered",
    "matters",
    "answered",
    "open",
    "overdue",
    "days_to_answer",
    "answered_within",
    "definitions",
}
# Columns that say where or who; nothing is grouped, counted or ordered by them.
WHERE_OR_WHO = {"place", "source_number", "keep_name", "anonymous", "person", "case_id", "mac", "repeat_of"}
GROUPING = {"annotate", "aggregate", "values", "values_list", "order_by", "distinct", "Count", "Sum", "Avg"}
# Rooms that count: what they group is read here.
COUNTING = ("huiyin/insight/", "huiyin/publication/", "huiyin/portal/")


def groupings(code: Iterable[tuple[str, str]]) -> list[str]:
    """`file: call(column)` wherever a column of where or who is grouped, counted or ordered by."""
    return sorted(
        f"{file}: {name}({column})"
        for file, text in code
        for name, column in _grouped(ast.parse(text))
        if column.lstrip("-").partition("__")[0] in WHERE_OR_WHO
    )


def _grouped(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in GROUPING or "group" in name.lower() or name == "Counter":
            yield from ((name, text) for text in _texts(node))


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.Attribute):
                yield node.attr


def singled_out(figures: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Keys and texts among the figures that name a place, an office, a case or a person."""
    said = json.dumps({k: v for k, v in figures.items() if k != "definitions"}, ensure_ascii=False)
    return [name for name in names if name in said]


def fine_places(tables: Iterable[type[models.Model]]) -> list[str]:
    """Columns in clear that could say where somebody is, closer than a town."""
    close = re.compile(r"street|village|community|lat|lon|gps|geo|point|house|building|where|location|detail")
    return sorted(
        f"{t.__name__}.{f.name}" for t in tables for f in t._meta.get_fields() if close.search(f.name)
    )


# --- breaches, and that each is seen ------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "CaseRow.objects.values('place').annotate(n=Count('case_id')).order_by('-n')",
        "Counter(row.place for row in rows)",
        "sorted(groupby(rows, key=lambda row: row.place))",
        "CaseRow.objects.order_by('-repeat_of')",
    ],
)
def test_a_ranking_of_places_or_people_would_be_seen(code: str) -> None:
    assert groupings([("huiyin/insight/ranking.py", code)])


def test_a_figure_that_names_somebody_or_somewhere_would_be_seen() -> None:
    figures = {"registered": 3, "by_town": {"mujiang": 2}, "definitions": {"by_town": "mujiang"}}
    assert singled_out(figures, ["mujiang", "封不觉"]) == ["mujiang"]
    assert singled_out({"definitions": {"x": "mujiang"}}, ["mujiang"]) == []


@isolate_apps("tests.guards")
def test_a_column_that_says_where_somebody_is_would_be_seen() -> None:
    class Hotspot(models.Model):
        street = models.CharField(max_length=9)
        latitude = models.FloatField()

        class Meta:
            app_label = "insight"

    assert fine_places([Hotspot]) == ["Hotspot.latitude", "Hotspot.street"]


# --- the guard ----------------------------------------------------------------------------------------


def test_nothing_that_counts_groups_by_where_or_who() -> None:
    counting = [(f, t) for f, t in sources() if f.startswith(COUNTING) and f.endswith(".py")]
    assert any("insight/measures" in file for file, _ in counting)
    matters = "huiyin/insight/measures.py: "  # counts registrations that repeat none; groups nothing
    assert [found for found in groupings(counting) if not found.startswith(matters)] == []


def test_no_table_knows_a_place_smaller_than_a_town() -> None:
    routine = apps.get_app_config("rounds").get_models()
    assert fine_places([CaseRow, Release, Place, *routine]) == []


@pytest.mark.usefixtures("county")
def test_figures_name_no_place_no_office_and_nobody() -> None:
    case = cast.served()
    cast.file(body="另一封信：路灯坏了三个月没人修。", place="mujiang")
    found = measures(NOW)
    assert set(found) == FIGURES
    assert set(found["definitions"]) == FIGURES - {"definitions"}
    names = [PERSON.name, PERSON.phone, case, "mujiang", "沐江", "zjj", "xfj", "临江", "clerk"]
    assert singled_out(found, names) == []
    figures = [found[name] for name in FIGURES - {"definitions"}]
    flat = [v for figure in figures for v in (figure.values() if isinstance(figure, dict) else [figure])]
    assert all(value is None or isinstance(value, int | float) for value in flat)


@pytest.mark.usefixtures("county")
def test_figures_do_not_depend_on_where_people_live() -> None:
    case = cast.served()
    before = measures(NOW)
    CaseRow.objects.filter(case_id=case).update(place="")
    assert measures(NOW) == before


@pytest.mark.usefixtures("county")
def test_the_address_of_a_matter_is_words_and_only_a_town_is_a_code() -> None:
    case = cast.file(place="mujiang", place_detail="滨江路八号三栋").case
    (fact,) = facts_of(case)
    assert fact.clear_json()["values"]["place"] == "mujiang"
    assert "滨江路" not in fact.clear + fact.public_content
    assert "mujiang" not in fact.public_content
    codes = Codes(purposes={"request"}, channels={"web"}, categories={"other"}, places={"mujiang"})
    data = {
        "title": "路灯",
        "body": "路灯坏了三个月没人修。",
        "requests": ["修"],
        "purpose": "request",
        "channel": "web",
    }
    faults = read_filing({**data, "place": "滨江路"}, codes, TODAY)
    assert isinstance(faults, list)
    assert [fault.field for fault in faults] == ["place"]
