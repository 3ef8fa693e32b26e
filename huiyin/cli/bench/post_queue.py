"""Fills a throw-away installation with cases whose petitioners want e-mail, and queues one news of each.

Prints the seconds that queueing took. With `again`, the queue as it was before anything was sent.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huiyin.intake.letters import ImportedLetter

AT_ONCE = 500
LANGUAGE = "zh-hans"


def main(count: int) -> float:
    """So many cases, each taken up; seconds from their facts to a queue of messages."""
    _start()
    from huiyin.casework import law
    from huiyin.ledger import sequencer
    from huiyin.postroom.sending import following
    from huiyin.postroom.sending.means import means

    now = datetime.now(UTC)
    _fill(count, law.the_step(law.book_in_force(), "take_up").id, now)
    sequencer.integrate()
    started = time.perf_counter()
    following.catch_up(means(), now)
    return time.perf_counter() - started


def _fill(count: int, step: str, now: datetime) -> None:
    from huiyin.casework import steps, wishes
    from huiyin.casework.filing import import_letters
    from huiyin.casework.models import CaseRow
    from huiyin.ledger.facts import writing
    from huiyin.offices import tree
    from huiyin.procedure import Actor

    bureau = tree.bureau_code()
    import_letters(_letters(count, now), office=bureau, now=lambda: now)
    cases = list(CaseRow.objects.values_list("case_id", flat=True))
    clerk, petitioner = Actor("clerk", bureau, "clerk"), Actor("petitioner")
    for at in range(0, count, AT_ONCE):
        with writing():
            for number, case in enumerate(cases[at : at + AT_ONCE], at):
                facts = steps.history(case)
                to = {"email": f"petitioner-{number}@mail.example"}
                said = wishes.utter(facts, ["email"], to, LANGUAGE, petitioner, now)
                steps.take([*facts, said], step, {}, clerk, now)


def _letters(count: int, now: datetime) -> Iterator["ImportedLetter"]:
    from huiyin.intake.letters import ImportedLetter

    for row in range(count):
        yield ImportedLetter(
            sheet="bench",
            row=row,
            source_number=str(row),
            person=None,
            title="来信",
            body=f"第 {row} 封来信。",
            written_at=now,
            date_only=False,
            answer="",
            answered_at=None,
            answered_date_only=False,
            category="",
        )


def again() -> None:
    _start()
    from huiyin.postroom.sending.models import WAITING, Message

    Message.objects.update(state=WAITING, batch="", attempts=0, until=None, ended_at=None, tried_at=None)


def _start() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")
    import django

    django.setup()


if __name__ == "__main__":
    if sys.argv[1] == "again":
        again()
    else:
        print(main(int(sys.argv[1])))
