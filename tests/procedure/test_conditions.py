"""Fields that are needed, or have no place, because of what another field of the step holds."""

from pathlib import Path
from typing import Any

import pytest

from huiyin.procedure import Unlawful
from huiyin.procedure.book import path_of, read_book
from huiyin.procedure.terms import Condition
from tests.procedure.cast import BOOK, OFFICER, OPINION
from tests.procedure.lives import (
    ABOVE,
    COLLEAGUE,
    REVIEW,
    TOP,
    heard,
    on,
    redone,
    rereviewing,
    reviewing,
    served_on,
)

SERVES = [step for step in BOOK.steps.values() if step.part == "serve"]


def opinion() -> Any:
    return heard()("decide", 4, OFFICER, **OPINION)


def test_every_paper_of_the_regulation_is_served_under_the_same_conditions() -> None:
    assert len(SERVES) == 12
    for step in SERVES:
        witness, late = step.field("witness"), step.field("late_reason")
        assert witness is not None
        assert witness.needed_if == Condition("method", ("left",))
        assert late is not None
        assert late.needed_if == Condition("served_on", days_ago=15)


def test_what_is_left_at_the_address_has_a_witness() -> None:
    served = {**served_on(5), "method": "left"}
    with pytest.raises(Unlawful) as refusal:
        opinion()("serve", 5, OFFICER, **served)
    assert refusal.value.field == "witness"
    assert refusal.value.article.endswith("第三十五条")
    assert opinion()("serve", 5, OFFICER, **served, witness="邻居一名").state == "served"


@pytest.mark.parametrize(("days", "needs"), [(0, False), (15, False), (16, True), (70, True)])
def test_a_service_that_is_recorded_late_says_why(days: int, needs: bool) -> None:
    """What a late entry takes from the time to ask for a review is told, by whom and why."""
    served = {**served_on(5), "served_on": on(5)}
    if not needs:
        assert opinion()("serve", 5 + days, OFFICER, **served).state == "served"
        return
    with pytest.raises(Unlawful) as refusal:
        opinion()("serve", 5 + days, OFFICER, **served)
    assert refusal.value.field == "late_reason"
    assert opinion()("serve", 5 + days, OFFICER, **served, late_reason="回执今天才寄到。").state == "served"


def test_new_facts_are_told_and_not_only_ticked() -> None:
    same = {**OPINION, "new_facts": True}
    with pytest.raises(Unlawful) as refusal:
        redone()("decide", 14, COLLEAGUE, **same)
    assert refusal.value.field == "new_facts_found"
    told = {**same, "new_facts_found": "重新测量，偏差三厘米。"}
    assert redone()("decide", 14, COLLEAGUE, **told).state == "opinion"


@pytest.mark.parametrize(
    ("life", "step", "actor"), [(reviewing, "decide_review", ABOVE), (rereviewing, "decide_rereview", TOP)]
)
def test_an_answer_that_stands_gets_no_new_outcome(life: Any, step: str, actor: Any) -> None:
    told = {**REVIEW, "outcomes": ["not_supported", "not_supported"]}
    with pytest.raises(Unlawful) as refusal:
        life()(step, 30, actor, **told)
    assert refusal.value.field == "outcomes"
    assert life()(step, 30, actor, **{**told, "conclusion": "change"})


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ('{ field = "nothing" }', "no field"),
        ('{ field = "method", choices = ["by_dove"] }', "no choice by_dove"),
        ('{ field = "method", days_ago = 3 }', "is no date"),
        ('{ field = "method", when = 3 }', "when"),
        ("{ }", "field"),
    ],
)
def test_a_condition_that_says_nothing_is_a_fault_of_the_book(
    condition: str, says: str, tmp_path: Path
) -> None:
    text = path_of(BOOK.id).read_text("utf-8")
    good = 'needed_if = { field = "method", choices = ["left"] }'
    broken = text.replace(good, f"needed_if = {condition}", 1)
    assert broken != text
    path = tmp_path / "broken.toml"
    path.write_text(broken, "utf-8")
    book, faults = read_book(path)
    assert book is None
    assert any(says in str(fault) for fault in faults)
