"""Commands about the office's routine: begin it, who owes what now, and erasing what is long over."""

import argparse
import json

from huiyin.cli.shell import Commands, Fault, command, day, group, now, ready, say_erased


def add(commands: Commands) -> None:
    kinds = group(commands, "rounds", "what", "The office's routine.", "huiyin rounds status")
    made = command(
        kinds,
        "status",
        status,
        "Who owes which report, sweep, hand-over or promise now, what is filed and what is missing.",
        "huiyin rounds status --json",
    )
    made.add_argument("--json", action="store_true")
    command(
        kinds,
        "begin",
        begin,
        "Begin the county's routine: from tomorrow offices owe what the book of routines says.",
        "huiyin rounds begin",
    )
    made = command(
        kinds,
        "erase",
        erase,
        "Erase the words of routine that was over before a day, for good; dates and offices stand.",
        "huiyin rounds erase --before 2024-01-01 --reason retention",
    )
    made.add_argument("--before", type=day, required=True, metavar="DAY")
    made.add_argument("--reason", required=True, choices=("retention", "court"))


def status(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.rounds import status as rounds
    from huiyin.rounds.book import RoutineFault

    try:
        found = rounds.data(now())
    except RoutineFault as fault:
        raise Fault(str(fault)) from None
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    if found["begun"] is None:
        print("the routine has not begun; run: huiyin rounds begin")
        return
    for said in found["faults"]:
        print(f"warning: {said}")
    print(f"{found['book']} · since {found['begun']}")
    for one in found["rounds"]:
        print(f"{one['state']:7} {one['due_at'][:16]} {one['office']:20} {one['obligation']} {one['day']}")


def begin(_: argparse.Namespace) -> None:
    ready()
    from huiyin.ledger import sequencer
    from huiyin.rounds import routine

    _require_a_book()
    done = routine.begin(routine.SYSTEM, now())
    sequencer.integrate()
    print(f"{done} offices keep {routine.in_force().name} from tomorrow" if done else "it has begun already")


def erase(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.ledger import sequencer
    from huiyin.rounds import erasing, routine

    sequencer.integrate()  # where the log refuses to go on, no key is destroyed
    done = erasing.erase_before(arguments.before, arguments.reason, routine.SYSTEM, now())
    print(f"the words of {done.erased} rounds, troubles, reception days and promises are erased")
    say_erased(done.clean)


def _require_a_book() -> None:
    from huiyin.rounds import routine

    for fault in routine.faults():
        raise Fault(fault)
