"""Who may do and see what: one table, read by the code and rendered in docs/permissions.md.

A row is an action and the `role@relation` pairs it is open to. Relations to a case: `bureau` (the
officer's office registered it), `handler` (it is tasked with it), `joint` (with others), `reviewer` and
`rereviewer` (it reviews what was decided), `discipline` (it receives the accusation), `addressee` (a
suggestion went to it), `county` (any case), `petitioner` (holds the code). `any` needs no case. What an
officer may *do* to a case is further narrowed by the procedure book. Whoever is complained of in a case, or
stands aside, has no relation to it at all (design rule 4).

A `program` is whoever holds a token of an office (`huiyin.api`): what its scopes leave of this table, never a
case that complains of that office or of any officer, and nothing sealed.

Of what belongs to an office and to no case (its routine) the relations are `own` (the officer is of that
office), `bureau` (of the petition bureau, whosever it is) and `county` (anybody's).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q

from huiyin.casework.models import CaseRow
from huiyin.offices import tree
from huiyin.procedure import Actor
from huiyin.procedure.terms import OWNERS

STAFF = ("clerk", "officer", "head", "supervisor")
# Offices that deal with the matter itself, and who there takes its steps.
_DEALING = {
    **dict.fromkeys(("bureau", "handler"), ("clerk", "officer", "head")),
    **dict.fromkeys(("joint", "reviewer", "rereviewer", "discipline"), ("officer", "head")),
}
_WORKING = tuple(f"{role}@{relation}" for relation, roles in _DEALING.items() for role in roles)
_READERS = (*_WORKING, "supervisor@county")
# Whoever a suggestion is addressed to sees that and answers it; the petition's words are not for them.
_ADDRESSEE = ("officer@addressee", "head@addressee")
# A program sees what the office that deals with a matter sees of it, sealed matters never.
_PROGRAMS = tuple(f"program@{name}" for name in ("bureau", "handler", "joint", "reviewer", "rereviewer"))
# The routine of an office is its own staff's and the supervisor's; the bureau runs the county's.
_OF_OFFICE = ("clerk@own", "officer@own", "head@own", "supervisor@county")
_RUNNING = ("clerk@bureau", "officer@bureau", "head@bureau")

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
    # A calendar program cannot log in: the key in its address is an officer's (desks.views.agenda).
    "agenda.feed": ("public@any",),
    # Other programs: what everybody may read; a program cannot log in, its token is in the request.
    "api.read": ("public@any",),
    "api.use": ("public@any",),
    "api.file": ("program@any",),
    "api.orders": ("program@any",),
    "api.cases": _PROGRAMS,
    "api.changes": _PROGRAMS,
    "tokens.read": ("head@bureau", "supervisor@county"),
    "tokens.revoke": ("head@bureau",),
    # The petitioner, by the code alone.
    "case.follow": ("petitioner@petitioner",),
    "case.add": ("petitioner@petitioner",),
    "case.withdraw": ("petitioner@petitioner",),
    "case.rate": ("petitioner@petitioner",),
    "case.appeal": ("petitioner@petitioner",),
    "news.choose": ("petitioner@petitioner",),
    "receipt.take": ("petitioner@petitioner",),
    "file.take": ("petitioner@petitioner",),
    "silence.take": ("petitioner@petitioner",),
    "paper.original": ("petitioner@petitioner",),
    # Staff, any case or none.
    "staff.logout": tuple(f"{role}@any" for role in (*STAFF, "custodian")),
    "inbox.read": tuple(f"{role}@any" for role in STAFF),
    # The system registers what another system handed over.
    "case.register": ("clerk@any", "system@any"),
    "overdue.read": ("supervisor@county",),
    # Ledger sheets: the own office's matters; the system is whoever sits at the console.
    "sheet.make": (*(f"{role}@any" for role in STAFF), "system@any"),
    # Staff, one case.
    "case.see": (*_READERS, *_ADDRESSEE),
    "words.read": (*_READERS, *_PROGRAMS),
    "sheet.words": (*_READERS, "system@any"),
    # What colleagues tell each other about a case, and on whose table it lies: no facts.
    "note.read": _READERS,
    "note.write": _WORKING,
    "case.hold": _WORKING,
    "desk.hand_over": ("clerk@any", "officer@any", "head@any"),
    "template.keep": ("clerk@any", "officer@any", "head@any"),
    "paper.see": _READERS,
    "step.take": (*_READERS, *_ADDRESSEE),
    "review.read": ("head@bureau", "supervisor@county"),
    "identity.open": _READERS,
    "identity.request": tuple(pair for pair in _WORKING if not pair.endswith("@bureau")),
    "identity.approve": ("custodian@county",),
    "code.request": ("clerk@bureau", "head@bureau"),
    "code.approve": ("clerk@bureau", "head@bureau"),
    "answer.release": ("head@handler", "head@bureau"),
    "answer.unrelease": ("head@handler", "head@bureau"),
    "key.erase": ("system@any",),
    # Papers copied at the counter; the phone that sends them has an address of ten minutes and no log-in.
    "papers.add": ("clerk@bureau",),
    "papers.hand": ("public@any",),
    # Notes from villages without a network: the page's own script and name hold nothing of anybody.
    "outreach.file": ("clerk@any",),
    "outreach.shell": ("public@any",),
    # The queue at a reception: numbers of a day, called by clerks, seen by everybody in the room.
    "queue.run": ("clerk@any",),
    "queue.read": ("public@any",),
    # A matter that the same person brought before, as the clerk who registers it finds.
    "matter.link": ("clerk@bureau",),
    # The office's routine: its duties, whoever's office it is, and what the public sees of it.
    "rounds.begin": ("supervisor@county", "head@bureau", "system@any"),
    "rounds.read": (*_OF_OFFICE, "system@any"),
    "rounds.file": tuple(f"{role}@own" for role in ("clerk", "officer", "head")),
    "rounds.roster": ("clerk@own", "head@own"),
    "rounds.missing": (*_RUNNING, "supervisor@county"),
    "trouble.read": (*_OF_OFFICE, *_RUNNING, "system@any"),
    "trouble.register": ("clerk@own", "clerk@bureau"),
    "reception.schedule": ("clerk@own", "head@own"),
    "reception.attend": ("clerk@own", "officer@own"),
    "reception.note": ("clerk@own", "clerk@bureau"),
    "promise.read": (*_OF_OFFICE, *_RUNNING, "system@any"),
    # What was promised in the own matter, found by that case alone (rounds.promises.told_of).
    "promise.told": ("petitioner@any",),
    # Figures: the county's; of one office how it keeps its time. The system is whoever sits at the console.
    "figures.county": ("supervisor@county", "head@bureau", "program@bureau", "system@any"),
    "figures.office": ("head@own", "head@bureau", "supervisor@county", "system@any"),
    # What the county aims at, and the matters it takes in hand together.
    "goals.read": (*(f"{role}@any" for role in STAFF), "system@any"),
    "goals.set": ("supervisor@county", "head@bureau"),
    "campaign.read": ("supervisor@county", "head@bureau"),
    "campaign.open": ("supervisor@county", "head@bureau"),
    # Messages that there is news: the queue shows no matter and no person; letters are for their office.
    "post.read": ("head@bureau", "supervisor@county"),
    "post.send": ("head@bureau", "supervisor@county", "system@any"),
    "post.print": ("clerk@bureau", "head@bureau"),
    "reception.read": ("public@any",),
    "reception.book": ("public@any",),
}


class NotYours(Exception):
    """No such case, or none that this actor may see: both answer the same."""


def relations(actor: Actor, row: CaseRow) -> frozenset[str]:
    """How `actor` stands to the case; empty for whoever it complains of and whoever stands aside."""
    if f",{actor.office}," in row.respondents or (actor.ref and f",@{actor.ref}," in row.respondents):
        return frozenset()
    found = {"any"}
    if actor.role in ("supervisor", "custodian"):
        found.add("county")
    if actor.office:
        found |= {name for name in OWNERS if getattr(row, name) == actor.office}
        if f",{actor.office}," in row.joint:
            found.add("joint")
    return frozenset(found)


def closed_to(actor: Actor) -> list[str]:
    """Cases that complain of the actor or the actor's office, or from which the actor stands aside: in no
    list of theirs (design rule 4)."""
    named = Q(respondents__contains=f",{actor.office},") | Q(respondents__contains=f",@{actor.ref},")
    return list(CaseRow.objects.exclude(respondents="").filter(named).values_list("case_id", flat=True))


def closed_to_some(office: str) -> list[str]:
    """Cases that complain of an office or from which any officer of it is kept: what is told to all there
    leaves them out (design rule 4)."""
    named = Q(respondents__contains=f",{office},")
    for login in tree.logins(office):
        named |= Q(respondents__contains=f",@{login},")
    return list(CaseRow.objects.exclude(respondents="").filter(named).values_list("case_id", flat=True))


def may(actor: Actor, action: str, row: CaseRow | None = None) -> bool:
    """Whether the table opens `action` to the actor; without a case, whether any case could."""
    for pair in TABLE[action]:
        role, _, relation = pair.partition("@")
        if role == "public" or (role == actor.role and (row is None or relation in _held(actor, row))):
            return True
    return False


def may_in(actor: Actor, action: str, *offices: str) -> bool:
    """Whether the table opens `action` to the actor for what is of one of these offices and of no case."""
    relations_open = {
        relation
        for role, _, relation in (pair.partition("@") for pair in TABLE[action])
        if role in ("public", actor.role)
    }
    held = {"any"}
    if actor.office and actor.office in offices:
        held.add("own")
    if actor.role in ("supervisor", "custodian"):
        held.add("county")
    if relations_open & held:
        return True
    return "bureau" in relations_open and bool(actor.office) and actor.office == tree.bureau_code()


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
