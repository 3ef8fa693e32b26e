"""The queue. No projection: it says what was sent into the world, which no fact can tell again.

A row holds a case's pseudonym or an office, codes and times: no address, no name, no word, and nothing
derived from one.
"""

from django.db import models

WAITING, SENDING, SENT, PRINTED, FAILED, DROPPED = (
    "waiting",
    "sending",
    "sent",
    "printed",
    "failed",
    "dropped",
)


class Follower(models.Model):
    """How far the log has been read for news, or for one receiver: the first entry that was not."""

    key = models.CharField(primary_key=True, max_length=48)
    next = models.BigIntegerField(default=0)


class Message(models.Model):
    """One fact to tell by one channel; those of a case that go out together share `batch`.

    `receiver`: of a webhook its name. `until`: up to when the process that sends it may do so; after that
    another takes it up. `fault`: why the last attempt failed, a code of ours and never a server's words.
    A reminder to an office tells of no fact: `fact_id` is 0, `receiver` the office, and `kind` the round and
    whether it is open or missed, or the morning on which the dates of its cases are told.
    """

    fact_id = models.BigIntegerField()
    case = models.CharField(max_length=16)
    kind = models.CharField(max_length=48)
    channel = models.CharField(max_length=8)
    receiver = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=8, default=WAITING)
    batch = models.CharField(max_length=32, blank=True, default="")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fact_id", "channel", "receiver", "kind"], name="message_once"),
        ]
        indexes = [
            models.Index(fields=["channel", "due_at"], name="message_due", condition=models.Q(state=WAITING)),
            models.Index(fields=["channel", "until"], name="message_held", condition=models.Q(state=SENDING)),
            models.Index(fields=["case", "channel"], name="message_case", condition=models.Q(state=WAITING)),
            models.Index(fields=["ended_at"], name="message_ended"),
            models.Index(fields=["batch"], name="message_batch"),
        ]
