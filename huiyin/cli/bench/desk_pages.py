"""Fills a throw-away county and asks for every page of the desk in turn: latencies (s) by page as JSON."""

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from huiyin.cli.bench.inbox_pages import fill, seconds

if TYPE_CHECKING:
    from huiyin.insight.models import Counted, Duty

ROLES, OFFICES = ("clerk", "head", "supervisor"), ("xfj", "zjj", "county")
WARM = 3  # requests before those that count: templates are read once
FIGURES = "from=2020-01-01&to=2030-12-31"  # more than a leader asks for on any day
PAGES = (
    "/desk/?page={page}",
    "/desk/?view=all&page={page}",
    "/desk/?view=done",
    "/desk/?category=construction&channel=letter",
    "/desk/day/",
    "/desk/calendar/",
    "/desk/register/",
    "/desk/case/{case}/",
    "/desk/overdue/",
    "/desk/rounds/",
    "/desk/rounds/missing/",
    "/desk/rounds/sweep/",
    "/desk/rounds/receptions/",
    "/desk/figures/",
    f"/desk/figures/?{FIGURES}",
    f"/desk/figures/cases/?{FIGURES}&figure=registered",
    "/desk/goals/",
    "/desk/campaigns/",
    "/desk/sheets/",
    "/desk/answers/",
    "/desk/codes/",
    "/desk/post/",
)


def main(cases: int, runs: int, times: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")
    import django

    django.setup()
    from django.test import Client

    from huiyin.casework import health

    health.prepare()
    fill(cases)
    _county()
    stranger = Client()
    found: dict[str, Any] = {
        path: [[visit() for _ in range(times)] for _ in range(runs)] for path, visit in _visits(cases)
    }
    return {"pages": found, "bare": [seconds(stranger, "/desk/login/") for _ in range(times)]}


def _county() -> None:
    """A county above the one office, a department, the routine begun, figures and a goal for each measure."""
    from django.utils import timezone

    from huiyin.offices.models import Office
    from huiyin.rounds import routine

    Office.objects.create(code="county", kind="county", decides=False, name_zh="县", name_en="County")
    Office.objects.create(code="zjj", kind="department", decides=True, name_zh="局", name_en="Department")
    Office.objects.exclude(code="county").update(parent="county")
    routine.begin(routine.SYSTEM, timezone.now())
    _counted()
    _goals(timezone.now())


def _counted() -> None:
    """Figures as of a county that answers: their rows are laid like the lists', for each case an answer or a
    clock that runs, and three duties. What the facts of imported letters would give is nothing to count."""
    from huiyin.casework.models import CaseRow
    from huiyin.insight import following
    from huiyin.insight.models import Counted, Duty, Position
    from huiyin.ledger.models import Entry

    cases = CaseRow.objects.values_list("case_id", "received_on", "channel", "category")
    stream = enumerate(cases.iterator(chunk_size=2000))
    while batch := list(islice(stream, 500)):
        Counted.objects.bulk_create(_registration(n, *case) for n, case in batch)
        repeats = [case for n, (case, *_) in batch[1:] if n % 7 == 0]
        Counted.objects.filter(case__in=repeats).update(repeat_of=batch[0][1][0])
        Duty.objects.bulk_create(duty for n, (case, on, *_) in batch for duty in _duties(n, case, on))
    last = Entry.objects.order_by("-idx").values_list("idx", flat=True)[0]
    Position.objects.create(key=following.KEY, next=last + 1)


def _registration(n: int, case: str, received: date, channel: str, category: str) -> "Counted":
    from huiyin.insight.models import Counted

    answered = received + timedelta(days=n % 70) if n % 9 else None
    return Counted(
        case=case,
        seq=4,
        received_on=received,
        bureau="xfj",
        office=("xfj", "zjj")[n % 2],
        channel=channel,
        category=category,
        band="1",
        answered_on=answered,
        days=n % 70 + n % 24 / 24 if answered else None,
        reasoned=n % 5 > 0,
        settles_on=answered + timedelta(days=90) if answered else None,
        rating=("", "satisfied", "unsatisfied")[n % 3],
        rateable=answered is not None,
    )


def _duties(n: int, case: str, received: date) -> "Iterator[Duty]":
    from huiyin.insight.models import Duty

    for at, (kind, days) in enumerate((("routing", 15), ("acceptance", 15), ("answer", 60))):
        due = received + timedelta(days=days)
        done = received + timedelta(days=n % (days + days // 5)) if n % 9 else None
        yield Duty(
            key=f"{case}/{at}",
            case=case,
            kind=kind,
            office=("xfj", "zjj")[n % 2],
            received_on=received,
            due=due,
            done_on=done,
            late=done is not None and done > due,
        )


def _goals(now: datetime) -> None:
    from huiyin.insight import goals
    from huiyin.insight.periods import Period
    from huiyin.procedure import Actor

    supervisor = Actor("supervisor", "county", "bench")
    year = Period(date(now.year, 1, 1), date(now.year, 12, 31))
    for measure in goals.MEASURES:
        goals.put(measure, 90, year, supervisor, now)


def _visits(cases: int) -> Iterator[tuple[str, Callable[[], float]]]:
    """Each page as the first who may open it asks for it; a page nobody may open is a fault of the bench."""
    clients = [_client(role, office) for role in ROLES for office in OFFICES]
    last = -(-cases // 50)
    known = _known_cases()
    for path in PAGES:
        ask = partial(_ask, path, last, known)
        client = next(one for one in clients if one.get(ask(), HTTP_HOST="localhost").status_code == 200)
        for _ in range(WARM):
            seconds(client, ask())
        yield path, partial(_visit, client, ask)


def _ask(path: str, last: int, known: list[str]) -> str:
    """An address of the page: any of its pages, any of the known cases."""
    return path.format(page=random.randint(1, last), case=random.choice(known))


def _visit(client: Any, ask: Callable[[], str]) -> float:
    return seconds(client, ask())


def _known_cases() -> list[str]:
    from huiyin.casework.models import CaseRow

    return list(CaseRow.objects.order_by("number").values_list("case_id", flat=True)[:1000])


def _client(role: str, office: str) -> Any:
    from django.test import Client

    from huiyin.offices.models import Officer

    login = f"bench-{office}-{role}"
    officer = Officer(
        login=login, office_id=office, role=role, name_zh=login, name_en=login, post_zh="岗", post_en="post"
    )
    officer.save()
    client = Client()
    client.force_login(officer)
    return client


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:4]))))
