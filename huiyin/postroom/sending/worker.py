"""The postman: follows the log, and sends what is due, each channel in a thread of its own.

A gateway that hangs holds up its own channel and no other; after a few messages in a row that nobody took,
the channel rests a minute instead of trying each message of the queue.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from django.db import DatabaseError, connection
from django.utils import timezone

from huiyin.casework.wishes import EMAIL, PUSH, SMS, Destination, destination_for_sending
from huiyin.postroom.sending import following, queueing, reminding
from huiyin.postroom.sending.hooks import Herald, still_open
from huiyin.postroom.sending.mail import Mailer
from huiyin.postroom.sending.means import HOOK, OFFICE, Means, PostFault, means
from huiyin.postroom.sending.push import Pusher
from huiyin.postroom.sending.queueing import Batch
from huiyin.postroom.sending.sms import Texter
from huiyin.postroom.sending.web import Failed, Stalled

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0  # seconds
REST = 60.0  # seconds after STALLS messages in a row that nobody took
STALLS = 3
HELD = 6  # time-outs for which messages are taken: longer than one attempt, short enough to be missed soon
FORGET_EVERY = timedelta(days=1)
REMIND_EVERY = timedelta(minutes=1)

Clock = Callable[[], datetime]


class Unwanted(Exception):
    """The wish was taken back, the case was erased, or nothing presses on the office any more."""


class Channel(Protocol):
    """One way to send. `send` raises `Failed`, or `Unwanted`. `receiver`: of webhooks, whose they are."""

    name: str
    receiver: str

    def send(self, batch: Batch) -> None: ...
    def close(self) -> None: ...


class _Person(Protocol):
    def send(self, batch: Batch, to: Destination) -> None: ...
    def close(self) -> None: ...


class ToPetitioners:
    """A channel to people: where each message goes is read here, used once, and forgotten."""

    def __init__(self, name: str, by: _Person) -> None:
        self.name, self.receiver, self._by = name, "", by
        self.close = by.close

    def send(self, batch: Batch) -> None:
        to = destination_for_sending(batch.case, batch.channel)
        if to is None:
            raise Unwanted
        self._by.send(batch, to)


class ToReceiver:
    """The channel to another system, of its own: one that hangs holds up no other."""

    def __init__(self, receiver: str, by: Herald) -> None:
        self.name, self.receiver, self._by = HOOK, receiver, by
        self.close = by.close

    def send(self, batch: Batch) -> None:
        if not still_open(batch):
            raise Unwanted
        self._by.send(batch)


class ToOffices:
    """The channel to offices: what they owe is read at the moment of sending."""

    def __init__(self, by: Mailer, means: Means, clock: Clock) -> None:
        self.name, self.receiver, self._by, self._means, self._clock = OFFICE, "", by, means, clock
        self.close = by.close

    def send(self, batch: Batch) -> None:
        text = reminding.words(batch.receiver, batch.kinds, self._means.site, self._clock())
        address = self._means.offices.get(batch.receiver)
        if not text or not address:
            raise Unwanted
        self._by.write(batch.id, address, reminding.subject(), text)


def channels(by: Means, clock: Clock = timezone.now) -> list[Channel]:
    """What the county can send by."""
    found: list[Channel] = []
    if by.smtp:
        found.append(ToPetitioners(EMAIL, Mailer(by, by.smtp)))
        found += [ToOffices(Mailer(by, by.smtp), by, clock)] if by.offices else []
    if by.gateway:
        found.append(ToPetitioners(SMS, Texter(by, by.gateway)))
    if by.push:
        found.append(ToPetitioners(PUSH, Pusher(by)))
    return [*found, *(ToReceiver(receiver.name, Herald(by, receiver)) for receiver in by.receivers.values())]


def deliver(channel: Channel, by: Means, clock: Clock, stop: threading.Event) -> bool:
    """Send what is due of one channel; False when it has to rest first."""
    quiet = None if channel.name == HOOK else by.quiet
    stalls = 0
    while not stop.is_set():
        begun = clock()
        held = timedelta(seconds=HELD * by.timeout)
        taken = queueing.claim(channel.name, begun, held, quiet, receiver=channel.receiver)
        if not taken:
            return True
        for position, batch in enumerate(taken):
            # What could outlast the time it was taken for is left to the next look.
            late = clock() - begun > timedelta(seconds=(HELD - 2) * by.timeout)
            if late or stalls >= STALLS or stop.is_set():
                queueing.release(taken[position:])
                break
            stalls = stalls + 1 if _attempt(channel, batch, clock) else 0
        if stalls >= STALLS:
            return False
    return True


def _attempt(channel: Channel, batch: Batch, clock: Clock) -> bool:
    """One attempt and what came of it; whether nobody was there to take it.

    A crash before the last line leaves the message taken: it is sent again under the same number.
    """
    try:
        channel.send(batch)
    except Unwanted:
        queueing.dropped(batch, "unwanted", clock())
    except Failed as fault:
        queueing.failed(batch, fault.code, clock(), final=fault.final)
        return isinstance(fault, Stalled)
    except DatabaseError:
        raise
    except Exception as fault:  # one message that cannot be made must not keep the others from going out
        log.error("a message could not be sent by %s: %s", channel.name, type(fault).__name__)
        queueing.failed(batch, "internal", clock())
    else:
        queueing.sent(batch, clock())
    return False


def follow(stop: threading.Event, clock: Clock) -> None:
    """Until `stop`: queue what is news, and send it."""
    try:
        by = means()
    except PostFault as fault:
        log.error("nothing is sent: %s", fault)
        return
    senders = [
        threading.Thread(
            target=_keep_sending,
            args=(channel, by, clock, stop),
            name=f"post-{channel.name}{channel.receiver}",
        )
        for channel in channels(by, clock)
    ]
    for sender in senders:
        sender.start()
    _keep_following(by, clock, stop)
    for sender in senders:
        sender.join()


def _keep_following(by: Means, clock: Clock, stop: threading.Event) -> None:
    forget_at = remind_at = clock()
    while not stop.is_set():
        try:
            following.catch_up(by, clock())
            if clock() >= remind_at:
                reminding.catch_up(by.offices, clock())
                remind_at = clock() + REMIND_EVERY
            if clock() >= forget_at:
                queueing.give_up_others(by.receivers, clock())
                queueing.forget(clock())
                forget_at = clock() + FORGET_EVERY
        except Exception as error:  # one look that fails must not be the last
            log.error("news could not be queued: %s", type(error).__name__)
        finally:
            connection.close()  # an idle process holds no file that may be replaced under it
        stop.wait(LOOK_EVERY)


def _keep_sending(channel: Channel, by: Means, clock: Clock, stop: threading.Event) -> None:
    while not stop.is_set():
        rested = True
        try:
            rested = deliver(channel, by, clock, stop)
        except Exception as error:
            log.error("messages could not be sent by %s: %s", channel.name, type(error).__name__)
        finally:
            channel.close()
            connection.close()
        stop.wait(LOOK_EVERY if rested else REST)
