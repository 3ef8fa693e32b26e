"""The shortest way to a case with a wish, and to a postman who goes round once."""

import threading
from datetime import datetime
from typing import Any

from huiyin.casework import wishes
from huiyin.ledger import sequencer
from huiyin.postroom.sending import following, worker
from huiyin.postroom.sending.means import means
from huiyin.postroom.sending.models import Message
from tests.casework import cast
from tests.casework.cast import NOW, PETITIONER

ADDRESS = "feng.bujue@mail.example"
NUMBER = "13987654321"


def wish(case: str, *channels: str, now: datetime = NOW, **addresses: str) -> None:
    given = {"email": ADDRESS, "sms": NUMBER} | addresses
    wishes.choose(case, channels, given, "zh-hans", actor=PETITIONER, now=now)


def wished(*channels: str) -> str:
    """A case whose petitioner wants to hear of news."""
    case = cast.file().case
    wish(case, *(channels or ("email",)))
    return case


def queue(now: datetime = NOW) -> int:
    """What the log got becomes messages; on a busy computer some of it may not be in the log yet."""
    sequencer.integrate()
    return following.catch_up(means(), now)


def send(now: datetime = NOW) -> list[bool]:
    """One look of every channel; what each answered."""
    by, found = means(), []
    for channel in worker.channels(by, lambda: now):
        try:
            found.append(worker.deliver(channel, by, lambda: now, threading.Event()))
        finally:
            channel.close()
    return found


def round_(now: datetime = NOW) -> None:
    queue(now)
    send(now)


def rows() -> list[tuple[Any, ...]]:
    return list(Message.objects.order_by("id").values_list("kind", "channel", "state", "fault"))


def only() -> Message:
    return Message.objects.get()
