"""Who may do and see what: one table, read by the code and rendered in docs/permissions.md.

A row is an action and the `role@relation` pairs it is open to. Relations to a case: `bureau` (the
officer's office registered it), `handler` (it is tasked with it), `county` (any case), `petitioner`
(holds the code). `any` needs no case. What an officer may *do* to a case is further narrowed by the
procedure book. Whoever is complained of in a case has no relation to it at all (design rule 4).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q

from huiyin.casework.models import CaseRow
from huiyin.procedure import Actor

STAFF = ("clerk", "officer", "head", "supervisor")
_READERS = (
    "clerk@bureau",
    "head@bureau",
    "officer@handler",
    "head@handler",
    "supervisor@county",
)

TABLE: dict[str, tuple[str, ...]] = {
    # Everyone, strangers included.
    "home.read": ("public@any",),
    "help.read": ("public@any",),
    "language.set": ("public@any",),
    "filing.send": ("public@any",),
    "code.enter": ("public@any",),
    "receipt.check": ("public@any",),
    "answers.read": ("public@any",),
    "log.read": ("public@any",),
    "staff.login": ("public@any",),
    # The petitioner, by the code alone.
    "case.follow": ("petitioner@petitioner",),
    "case.add": ("petitioner@petitioner",),
    "case.withdraw": ("petitioner@petitioner",),
    "case.rate": ("petitioner@petitioner",),
    "receipt.take": ("petitioner@petitioner",),
    "paper.original": ("petitioner@petitioner",),
    # Staff, any case or none.
    "staff.logout": tuple(f"{role}@any" for role in (*STAFF, "custodian")),
    "inbox.read": tuple(f"{role}@any" for role in STAFF),
    "case.register": ("clerk@any",),
    "overdue.read": ("supervisor@county",),
    # Staff, one case.
    "case.see": _READERS,
    "words.read": _READERS,
    "paper.see": _READERS,
    "step.take": ("clerk@bureau", "head@bureau", "officer@handler", "head@handler"),
    "identity.open": _READERS,
    "identity.request": ("officer@handler", "head@handler"),
    "identity.approve": ("custodian@county",),
    "code.request": ("clerk@bureau", "head@bureau"),
    "code.approve": ("clerk@bureau", "head@bureau"),
    "answer.release": ("head@handler", "head@bureau"),
    "answer.unrelease": ("head@handler", "head@bureau"),
    "key.erase": ("system@any",),
}


class NotYours(Exception):
    """No such case, or none that this actor may see: both answer the same."""


def relations(actor: Actor, row: CaseRow) -> frozenset[str]:
    """How `actor` stands to the case; empty for whoever it complains of."""
    if f",{actor.office}," in row.respondents or (actor.ref and f",@{actor.ref}," in row.respondents):
        return frozenset()
    found = {"any"}
    if actor.role in ("supervisor", "custodian"):
        found.add("county")
    if actor.office and actor.office == row.bureau:
        found.add("bureau")
    if actor.office and actor.office == row.handler:
        found.add("handler")
    return frozenset(found)


def closed_to(actor: Actor) -> list[str]:
    """Cases that complain of the actor or the actor's office: in no list of theirs (design rule 4)."""
    named = Q(respondents__contains=f",{actor.office},") | Q(respondents__contains=f",@{actor.ref},")
    return list(CaseRow.objects.exclude(respondents="").filter(named).values_list("case_id", flat=True))


def may(actor: Actor, action: str, row: CaseRow | None = None) -> bool:
    """Whether the table opens `action` to the actor; without a case, whether any case could."""
    for pair in TABLE[action]:
        role, _, relation = pair.partition("@")
        if role == "public" or (role == actor.role and (row is None or relation in _held(actor, row))):
            return True
    return False


def _held(actor: Actor, row: CaseRow) -> frozenset[str]:
    return frozenset({"petitioner", "any"}) if actor.role == "petitioner" else relations(actor, row)


def require(actor: Actor, action: str, row: CaseRow) -> None:
    if not may(actor, action, row):
        raise NotYours(action)


View = TypeVar("View", bound=Callable[..., Any])


def entry(action: str) -> Callable[[View], View]:
    """Give a view its row of the table; a view without one is refused by the gate."""
    if action not in TABLE:
        raise KeyError(action)

    def mark(view: View) -> View:
        view.entry = action  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def action_of(view: Callable[..., Any]) -> str | None:
    """The action a view is entered under; None for a view that nobody entered."""
    found: str | None = getattr(view, "entry", None)
    return found


def table() -> str:
    """The table as Markdown, for docs/permissions.md."""
    lines = ["| action | open to |", "|---|---|"]
    lines += [f"| `{action}` | {', '.join(pairs)} |" for action, pairs in TABLE.items()]
    return "\n".join(lines) + "\n"
