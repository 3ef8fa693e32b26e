"""The office's return at the console: for a period, beside the same days a year earlier."""

import argparse
import json
from typing import TYPE_CHECKING

from huiyin.cli.shell import Commands, Fault, command, day, now, ready

if TYPE_CHECKING:
    from huiyin.insight.figures import Rate, Return


def add(commands: Commands) -> None:
    made = command(
        commands,
        "figures",
        figures,
        "The county's figures for a period (this year if none is given), beside the year before.",
        "huiyin figures --from 2026-01-01 --to 2026-03-31 --json",
    )
    made.add_argument("--from", dest="first", type=day, metavar="DAY", help="first day, as 2026-01-01")
    made.add_argument("--to", dest="last", type=day, metavar="DAY", help="last day")
    made.add_argument("--json", action="store_true")


def figures(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.casework import law
    from huiyin.insight import figures as insight
    from huiyin.insight.periods import BadPeriod, Period, year_to
    from huiyin.procedure import Actor

    moment = now()
    usual = year_to(law.day_of(moment))
    try:
        period = Period.asked(arguments.first or usual.first, arguments.last or usual.last)
    except BadPeriod as fault:
        raise Fault(str(fault)) from None
    found = insight.figures(Actor("system"), period, moment)
    if arguments.json:
        print(json.dumps(insight.data(found), ensure_ascii=False))
    else:
        _print(found)


def _print(found: "Return") -> None:
    from huiyin.insight.figure_words import DIMENSIONS, TITLES

    earlier = found.period.year_earlier()
    print(f"{found.period.first} to {found.period.last}, beside {earlier.first} to {earlier.last}")
    for name, number in found.now.counts.items():
        print(f"{TITLES[name].en:44} {number:>18} {found.before.counts[name]:>18}")
    for name, rate in found.now.rates.items():
        print(f"{TITLES[name].en:44} {_rate(rate):>18} {_rate(found.before.rates[name]):>18}")
    for name, days in found.now.days.items():
        print(f"{TITLES[name].en:44} {_days(days):>18} {_days(found.before.days[name]):>18}")
    for dimension, numbers in found.now.by.items():
        print(DIMENSIONS[dimension].en)
        before = found.before.by[dimension]
        for code in dict.fromkeys((*numbers, *before)):
            print(f"  {code or '-':42} {numbers.get(code, 0):>18} {before.get(code, 0):>18}")


def _rate(rate: "Rate") -> str:
    return "-" if rate.value is None else f"{rate.value:.1%} ({rate.part}/{rate.whole})"


def _days(days: float | None) -> str:
    return "-" if days is None else f"{days:.1f}"
