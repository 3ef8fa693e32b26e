"""Tables of the interface that are no facts: tokens of programs, what was sent once, what was counted.

None of them holds a word of a case, or anything about whoever brought one: digests, codes and dates.
"""

from django.db import models


class Token(models.Model):
    """A program that may use the interface for one office; of its token only a keyed digest is kept."""

    mac = models.BinaryField(primary_key=True, max_length=32)
    name = models.SlugField(unique=True, max_length=40)
    office = models.CharField(max_length=32)
    # Of `tokens.SCOPES`, separated by spaces.
    scopes = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Once(models.Model):
    """A request that must not count twice: keyed digests of its key and of its body, and the case it made."""

    key = models.BinaryField(primary_key=True, max_length=32)
    body = models.BinaryField(max_length=32)
    case_id = models.CharField(max_length=16, blank=True, default="")
    at = models.DateTimeField(db_index=True)


class Refusal(models.Model):
    """Wrong tokens since the last pause, from one network (a keyed digest of it, dropped after a day)."""

    network = models.BinaryField(primary_key=True, max_length=32)
    count = models.PositiveIntegerField(default=0)
    last = models.DateTimeField(db_index=True)


class Counted(models.Model):
    """What was asked for in an hour, under a keyed digest of who asked and of the hour; dropped after it."""

    key = models.BinaryField(primary_key=True, max_length=32)
    hour = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)
