"""On whose table a case lies, who stands in for whom, and who has a form open: working order, and no facts.

An office answers for its cases whoever has them; the procedure books name no officer of a case, so none of
this is a step. Nothing here is kept of the past: a row is what holds now.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import may
from huiyin.desks.models import Deputy, Editing, Held
from huiyin.offices.models import Officer
from huiyin.procedure import Actor

ALIVE = timedelta(seconds=60)


class NotAColleague(Exception):
    """Not an active officer of the same office."""


def colleagues(actor: Actor) -> list[Officer]:
    """Whoever of the actor's office may have a case on their table, the actor included."""
    found = Officer.objects.filter(office_id=actor.office, is_active=True).exclude(
        role=Officer.Role.CUSTODIAN
    )
    return list(found.order_by("id"))


def _colleague(login: str, actor: Actor) -> str:
    if login not in {one.login for one in colleagues(actor)}:
        raise NotAColleague(login)
    return login


# --- whose table --------------------------------------------------------------------------------------


def holder(case_id: str, office: str) -> str:
    """The login of whoever has the case in this office; "" for nobody."""
    row = Held.objects.filter(case_id=case_id, office=office).first()
    return row.login if row else ""


def hold(row: CaseRow, login: str, actor: Actor) -> None:
    """Lay a case of the actor's office on a colleague's table, or the actor's own; "" takes it off."""
    mine = Held.objects.filter(case_id=row.case_id, office=actor.office)
    if not login:
        mine.delete()
        return
    Held.objects.update_or_create(
        case_id=row.case_id, office=actor.office, defaults={"login": _colleague(login, actor)}
    )


def begun(row: CaseRow, actor: Actor) -> None:
    """Whoever takes a step in a case that lies on nobody's table has it from then on, until it is over."""
    if may(actor, "case.hold", row):
        Held.objects.get_or_create(case_id=row.case_id, office=actor.office, defaults={"login": actor.ref})
    over = CaseRow.objects.filter(ended=True, case_id__in=held_by([actor.ref], actor.office))
    Held.objects.filter(case_id__in=list(over.values_list("case_id", flat=True))).delete()


def held_by(logins: Iterable[str], office: str) -> QuerySet[Held, Any]:
    """References of an office's cases on the tables of these officers, for a query to join."""
    return Held.objects.filter(login__in=list(logins), office=office).values("case_id")


def holders(cases: Iterable[str], office: str) -> dict[str, str]:
    """On whose tables of an office these cases lie."""
    rows = Held.objects.filter(case_id__in=list(cases), office=office)
    return dict(rows.values_list("case_id", "login"))


def open_cases(actor: Actor) -> list[CaseRow]:
    """What lies on the actor's table and is not over, what is due first."""
    rows = CaseRow.objects.filter(case_id__in=held_by([actor.ref], actor.office), ended=False)
    return [row for row in rows.order_by("due_order", "case_id") if may(actor, "case.hold", row)]


# --- hand-over ----------------------------------------------------------------------------------------


def hand_over(cases: Collection[str], to: str, actor: Actor) -> int:
    """For good: these cases of the actor's table go to a colleague's; how many."""
    mine = Held.objects.filter(login=actor.ref, office=actor.office, case_id__in=list(cases))
    return mine.update(login=_colleague(to, actor))


def stand_in(to: str, first: date, last: date, actor: Actor) -> None:
    """From one day to another a colleague sees the actor's table as their own."""
    Deputy.objects.update_or_create(
        login=actor.ref,
        defaults={"deputy": _colleague(to, actor), "first": first, "last": last},
    )


def come_back(actor: Actor) -> None:
    Deputy.objects.filter(login=actor.ref).delete()


def deputy_of(actor: Actor, today: date) -> Deputy | None:
    """Who stands in for the actor today or from a day to come."""
    return Deputy.objects.filter(login=actor.ref, last__gte=today).first()


def stands_for(actor: Actor, today: date) -> list[str]:
    """Colleagues of the actor's office for whom the actor stands in today."""
    rows: QuerySet[Deputy] = Deputy.objects.filter(deputy=actor.ref, first__lte=today, last__gte=today)
    logins = {row.login for row in rows}
    return [one.login for one in colleagues(actor) if one.login in logins]


# --- who has a form open ------------------------------------------------------------------------------


def editing(case_id: str, actor: Actor, now: datetime) -> list[str]:
    """The actor has a form of this case open; the logins of colleagues of the office who have one too."""
    Editing.objects.filter(at__lt=now - ALIVE).delete()
    Editing.objects.update_or_create(
        case_id=case_id, login=actor.ref, defaults={"office": actor.office, "at": now}
    )
    others = Editing.objects.filter(case_id=case_id, office=actor.office).exclude(login=actor.ref)
    return list(others.order_by("login").values_list("login", flat=True))


def closed(case_id: str, actor: Actor) -> None:
    """The actor's form is sent or left."""
    Editing.objects.filter(case_id=case_id, login=actor.ref).delete()
