"""`huiyin simulate`: a county's month through the pages, and whether its papers agree with each other."""

import argparse
import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from huiyin.cli.shell import Commands, Fault, command, progress, start


def add(commands: Commands) -> None:
    made = command(
        commands,
        "simulate",
        simulate,
        "Play a month of 25 offices through the pages into a new data folder; say whether its papers agree.",
        "HUIYIN_DATA=./huiyin-month huiyin simulate --month 2026-05 --seed 7",
    )
    made.add_argument("--month", type=_month, required=True, metavar="YYYY-MM")
    made.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed is the same month")
    made.add_argument("--arrivals", type=int, default=2000, metavar="N", help="registrations in the month")
    made.add_argument("--json", action="store_true")


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a month like 2026-05") from None


def simulate(arguments: argparse.Namespace) -> int:
    start()
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # refusals are part of the month
    _make_the_county()
    from huiyin.cli.simulating import agree
    from huiyin.cli.simulating.month import Month
    from huiyin.cli.simulating.windows import Astray

    began = time.monotonic()
    month = Month(arguments.month, arguments.arrivals, arguments.seed)
    try:
        month.run(progress("days", arguments.json))
    except Astray as fault:
        raise Fault(f"the month stops on {month.clock.now:%Y-%m-%d %H:%M}: {fault}") from None
    found = agree.checks(month)
    _tell(month, found, time.monotonic() - began, as_json=arguments.json)
    return 0 if all(one.ok for one in found) else 1


def _make_the_county() -> None:
    """A new folder with the 25 offices; one that holds a county is left alone."""
    from django.conf import settings
    from django.core.management import call_command

    from huiyin.casework import health
    from huiyin.cli.simulating import county

    settings.HUIYIN_DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    _require_an_empty_one(settings.HUIYIN_DATA)
    health.make_keys()
    health.prepare()
    county.make()
    health.check_books()


def _require_an_empty_one(folder: Any) -> None:
    from huiyin.ledger.facts import Fact
    from huiyin.offices.models import Office

    if Office.objects.exists() or Fact.objects.exists():
        raise Fault(f"{folder} holds a county already; name a new folder in HUIYIN_DATA")


def _tell(month: Any, found: Sequence[Any], seconds: float, *, as_json: bool) -> None:
    diary = month.diary
    steps = sum((Counter(taken) for taken in diary.steps.values()), Counter[str]())
    if as_json:
        told = {
            "month": f"{month.first:%Y-%m}",
            "arrivals": len(diary.arrivals),
            "steps": dict(steps.most_common()),
            "mistakes": dict(diary.mistakes),
            "requests": month.windows.requests,
            "checks": [{"what": one.what, "ok": one.ok, "sources": list(one.told)} for one in found],
            "differences": [_difference(one) for one in found if not one.ok],
            "seconds": round(seconds, 1),
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    print(
        f"{month.first:%Y-%m}: {len(diary.arrivals)} arrivals, {sum(steps.values())} steps, "
        f"{len(diary.filed)} rounds filed, {sum(diary.mistakes.values())} mistakes; "
        f"{month.windows.requests} requests in {seconds:.0f} s"
    )
    for one in found:
        print(f"{'agree ' if one.ok else 'DIFFER'}  {one.what}: {', '.join(one.told)}")
        for line in () if one.ok else _difference(one)["told"].items():
            print(f"        {line[0]}: {line[1]}")


def _difference(one: Any) -> dict[str, Any]:
    return {"what": one.what, "told": {source: str(value)[:2000] for source, value in one.apart().items()}}
