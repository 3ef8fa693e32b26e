"""Two years of a small county: an imported one, and one that was worked, on time and late."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from huiyin.casework.filing import import_letters, register
from huiyin.insight.periods import Period
from huiyin.ledger import sequencer
from tests.casework import cast
from tests.casework.cast import CLERK, DAY, OFFICER, OPINION, PERSON, PETITIONER, SERVICE, take
from tests.casework.test_import import LETTER

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=cast.NOW.tzinfo)
SPRING = Period(date(2026, 3, 1), date(2026, 5, 31))
MARCH = datetime(2026, 3, 2, 9, 30, tzinfo=NOW.tzinfo)


def history() -> None:
    """Spring 2025, from a sheet: nine letters, one of them twice, six answered, two by visitors."""
    letters = [
        replace(
            LETTER,
            source_number=f"H{n}",
            body=f"第{min(n, 7)}封历史来信：水管坏了，请修好。",
            written_at=datetime(2025, 3, 5 + n, 9, tzinfo=NOW.tzinfo),
            answered_at=datetime(2025, 3, 5 + n, 9, tzinfo=NOW.tzinfo) + (n * 11 + 1) * DAY
            if n < 6
            else None,
            answer="已经修好。" if n < 6 else "",
            channel="visit" if n in (2, 3) else "letter",
            people=7 if n == 3 else 0,
        )
        for n in range(9)
    ]
    import_letters(letters, office="xfj", now=lambda: NOW)


def filed(n: int, at: datetime, *, channel: str = "letter", people: int = 0, body: str = "") -> str:
    filing = cast.filing(
        body=body or f"第{n}封来信：三号楼外墙瓷砖往下掉，请修好。",
        channel=channel,
        received_on=at.date(),
        category="construction" if n % 2 else "labour",
    )
    values = {"people": people} if people else {}
    made = register(filing, PERSON, actor=CLERK, office="xfj", now=at, values=values)
    return made.case


def answer(case: str, at: datetime) -> None:
    take(case, "hear", {"method": "phone", "record": "他说瓷砖砸到了车。"}, now=at)
    take(case, "decide", {**OPINION, "execute_by": (at.date() + 30 * DAY).isoformat()}, now=at)
    take(case, "serve", {**SERVICE, "served_on": at.date().isoformat()}, now=at)


def worked() -> None:
    """Spring 2026: eight registrations, in every state that a figure tells apart."""
    #  n  channel    people  routed  accepted        answered        rated
    #  0  letter        -     +1      +5              +30             satisfied
    #  1  letter        -     +1      +40 (late)      +80            not
    #  2  visit         6     +1      +5              (overdue)
    #  3  visit         -     +20 (late), then nothing: acceptance overdue
    #  4  web           -     -  filed on 28 May, nothing due yet
    #  5  letter        -     the words of 0 once more, never routed: overdue
    #  6  outreach     30     +1      +3              +10            basically
    #  7  letter        -     withdrawn on the second day
    cases = [
        filed(0, MARCH),
        filed(1, MARCH + DAY),
        filed(2, MARCH + 2 * DAY, channel="visit", people=6),
        filed(3, MARCH + 3 * DAY, channel="visit"),
        filed(4, datetime(2026, 5, 28, 9, tzinfo=NOW.tzinfo), channel="web"),
        filed(0, MARCH + 8 * DAY),
        filed(6, MARCH + 9 * DAY, channel="outreach", people=30),
        filed(7, MARCH + 10 * DAY),
    ]
    ways = {0: (1, 5, 30), 1: (1, 40, 80), 2: (1, 5, None), 3: (20, None, None), 6: (1, 3, 10)}
    for n, (routed, accepted, answered) in ways.items():
        began = MARCH + timedelta(days={6: 9}.get(n, n))
        take(cases[n], "transfer", {"office": "zjj"}, actor=CLERK, now=began + routed * DAY)
        if accepted:
            take(cases[n], "accept", actor=OFFICER, now=began + accepted * DAY)
        if answered:
            answer(cases[n], began + answered * DAY)
    for n, rating in ((0, "satisfied"), (1, "not"), (6, "basically")):
        take(cases[n], "rate", {"rating": rating}, actor=PETITIONER, now=NOW - DAY)
    take(cases[7], "withdraw", actor=PETITIONER, now=MARCH + 11 * DAY)


def played() -> None:
    history()
    worked()
    sequencer.integrate()
