"""What casework fills into a step by itself: offices from the tree, an earlier end, who is named in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from huiyin.casework import projection
from huiyin.casework.models import CaseRow
from huiyin.casework.records import Past
from huiyin.offices import tree
from huiyin.procedure import Actor, Case, Field, Step, Text, Unlawful
from huiyin.procedure.terms import OFFICE_RELATIONS

NONE_ABOVE = Text(
    "系统里没有登记可以接手的上一级单位（或者它正是被反映的单位）；请管理员在单位名册中补上。",
    "No office above that could take this is set up (or it is the one complained of). "
    "The administrator has to add it to the county file.",
)
NO_DISCIPLINE = Text(
    "系统里没有登记可以接收检举控告的纪检监察机关（或者它正是被反映的单位）；请管理员在单位名册中补上。",
    "No discipline office that could receive this is set up (or it is the one complained of). "
    "The administrator has to add it to the county file.",
)
NO_EARLIER = Text(
    "这一事项没有关联到以前的事项，不能以“以前已经办过”处理。",
    "This matter is not linked to an earlier one, so it cannot be treated as dealt with before.",
)


@dataclass(frozen=True)
class Filled:
    """A step's values with what casework adds: `values` for the book, `more` that stands beside them."""

    values: dict[str, Any]
    more: dict[str, Any]


def fill(facts: Sequence[Past], case: Case, step: Step, values: Mapping[str, Any], actor: Actor) -> Filled:
    """Fill in every derived field, whatever was sent for it, and say whom the petitioner names.

    `Unlawful` where the tree has nothing to fill in.
    """
    named = _named_in(step, values) if actor.role == "petitioner" else {}
    # The bureau is only closed when it was chosen at filing: somebody has to be left to read.
    offices = set(named.values()) - {case.bureau}
    derived = {f.id: _derived(facts, case, step, f, actor, offices) for f in step.fields if f.derive}
    return Filled({**values, **derived}, _named(case, named, offices - set(derived.values())))


def _named_in(step: Step, values: Mapping[str, Any]) -> dict[str, str]:
    """Officers whose full name stands in the words of a step. Where the step asks which officer (to stand
    aside), whoever rules on that has to read why."""
    if any(field.kind in ("officer", "officers") for field in step.fields):
        return {}
    return tree.officers_named("\n".join(str(values.get(f.id) or "") for f in step.fields if f.sealed))


def _named(case: Case, named: Mapping[str, str], offices: set[str]) -> dict[str, Any]:
    """Officers named in a later step stand aside from the whole case. An office that has no part in it never
    gets it; one that deals with it goes on, but does not read the words that name its officer (rule 4)."""
    if not named:
        return {}
    dealing = {office for relation in OFFICE_RELATIONS for office in case.offices(relation)}
    return {
        "named_officers": sorted(named),
        "named_offices": sorted(offices - dealing),
        "closed_to": sorted(offices & dealing),
    }


def _derived(
    facts: Sequence[Past], case: Case, step: Step, field: Field, actor: Actor, named: set[str]
) -> str:
    kind, _, relation = field.derive.partition(":")
    missing = NONE_ABOVE
    if kind == "above":
        office = case.office(relation)
        found = tree.above(office, {*case.respondents, *named}) or tree.above(office, case.respondents)
    elif kind == "discipline":
        found, missing = tree.discipline(case.respondents), NO_DISCIPLINE
    elif kind == "earlier_state":
        found, missing = _earlier_state(facts, field), NO_EARLIER
    else:
        found = actor.office if kind == "acting" else case.office(kind)
    if not found:
        raise Unlawful(step.id, step.article, missing, field.id)
    return found


def _earlier_state(facts: Sequence[Past], field: Field) -> str:
    """The state of the matter that this case repeats: one that `field` asks for, else the newest."""
    matter = projection.repeat_of(facts)
    if not matter:
        return ""
    same = CaseRow.objects.filter(Q(case_id=matter) | Q(repeat_of=matter)).exclude(case_id=facts[0].case)
    states = list(same.order_by("-registered_at", "-case_id").values_list("state", flat=True))
    asked = {choice.id for choice in field.choices}
    return next((state for state in states if state in asked), states[0] if states else "")
