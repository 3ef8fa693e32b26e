"""The small county of casework's tests, with a town's office and its routine begun on a Monday."""

from datetime import date, datetime, time, timedelta
from typing import Any

from huiyin.casework.law import ZONE
from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from huiyin.rounds import routine
from tests.casework import cast

# Monday 2 March 2026 is a working day, and so are the days of that week.
BEGUN = datetime(2026, 3, 1, 12, tzinfo=ZONE)  # the Sunday before; the routine holds from Monday on
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
CLERK, CLERK2, BUREAU_HEAD = cast.CLERK, cast.CLERK2, cast.BUREAU_HEAD
OFFICER, OFFICER2, HEAD = cast.OFFICER, cast.OFFICER2, cast.HEAD
OTHER, OTHER_HEAD, SUPERVISOR, CUSTODIAN = (
    cast.OTHER_OFFICER,
    cast.OTHER_HEAD,
    cast.SUPERVISOR,
    cast.CUSTODIAN,
)
TOWN_CLERK = Actor("clerk", "mujiang", "town-clerk")
TOWN_HEAD = Actor("head", "mujiang", "town-head")


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def county() -> None:
    cast.county()
    for actor, name in ((TOWN_CLERK, "卫子舒"), (TOWN_HEAD, "程望舒")):
        Officer.objects.create(
            login=actor.ref, office_id=actor.office, role=actor.role, name_zh=name, name_en=actor.ref,
            post_zh="岗位", post_en="Post", password="!",
        )  # fmt: skip


def begin() -> None:
    routine.begin(SUPERVISOR, BEGUN)


TROUBLE: dict[str, Any] = {
    "title": "滨江路老小区外墙瓷砖脱落",
    "measures": "由住建局组织鉴定，先设围挡。",
    "place": "mujiang",
    "category": "construction",
    "charge": "zjj",
    "officer": "officer",
    "term": MONDAY + 30 * DAY,
}
RECEPTION: dict[str, Any] = {
    "day": MONDAY + 2 * DAY,
    "starts": time(9),
    "ends": time(11),
    "leader": "head",
    "mode": "on_site",
    "place": "",
    "slots": 3,
    "where": "住建局一楼接待室",
    "about": "住房和物业",
}
PROMISE: dict[str, Any] = {
    "text": "四月底前完成外墙鉴定并公布结果",
    "office": "zjj",
    "officer": "officer",
    "due": MONDAY + 40 * DAY,
    "case": "",
}
