"""Fills a throw-away county and asks for every page of the desk in turn: latencies (s) by page as JSON."""

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from huiyin.cli.bench.inbox_pages import fill, seconds

ROLES, OFFICES = ("clerk", "head", "supervisor"), ("xfj", "zjj", "county")
WARM = 3  # requests before those that count: templates are read once
FIGURES = "from=2020-01-01&to=2030-12-31"
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
    """A county above the one office, a department, the routine begun, figures counted to the newest fact."""
    from django.utils import timezone

    from huiyin.insight import following
    from huiyin.offices.models import Office
    from huiyin.rounds import routine

    Office.objects.create(code="county", kind="county", decides=False, name_zh="县", name_en="County")
    Office.objects.create(code="zjj", kind="department", decides=True, name_zh="局", name_en="Department")
    Office.objects.exclude(code="county").update(parent="county")
    routine.begin(routine.SYSTEM, timezone.now())
    following.catch_up()


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
