"""Tables of the desk that are no facts: failed log-ins, kept lists, templates, who has a case on their table.

None of them holds a word of a case, or anything about whoever brought one.
"""

from django.db import models


class FailedLogin(models.Model):
    """Attempts since the last success, for one account from one network or for one network."""

    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField(default=0)
    last = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key[:8]


class KeptView(models.Model):
    """A list that an officer looks at often: a query of codes (`views.inbox.Chosen`), and no words."""

    login = models.SlugField(max_length=40)
    query = models.CharField(max_length=200)
    # Given up then, and taken back within a day.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["login", "query"], name="kept_once")]

    def __str__(self) -> str:
        return self.query


class Template(models.Model):
    """What an office writes again and again: the office's words, with placeholders for what the case knows.

    `step` empty: a text for any long field, in `values` under "text". Else a macro: what the fields of that
    step are filled with, by the names of the form.
    """

    office = models.CharField(max_length=32, db_index=True)
    step = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    gone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title


class Editing(models.Model):
    """Who has a form of a case open, by the last sign of life; dropped after a minute, and never a log."""

    case_id = models.CharField(max_length=16)
    login = models.CharField(max_length=40)
    office = models.CharField(max_length=32)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case_id", "login"], name="editing_once")]


class Held(models.Model):
    """Which officer of an office has one of its cases on their table; the office still answers for it."""

    case_id = models.CharField(max_length=16)
    office = models.CharField(max_length=32)
    login = models.CharField(max_length=40, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case_id", "office"], name="held_once")]


class Deputy(models.Model):
    """Who stands in for an officer of the same office from one day to another, both included."""

    login = models.CharField(max_length=40, db_index=True)
    deputy = models.CharField(max_length=40, db_index=True)
    first = models.DateField()
    last = models.DateField()


class Phone(models.Model):
    """An address by which a phone hands over papers for one case: once, and for ten minutes.

    `mac`: HMAC-SHA-256 of the address's secret under a key outside the database. `seq`: the fact of the case
    that its papers became.
    """

    mac = models.BinaryField(primary_key=True, max_length=32)
    case_id = models.CharField(max_length=16)
    login = models.CharField(max_length=40)
    until = models.DateTimeField(db_index=True)
    seq = models.PositiveIntegerField(null=True)


class Turn(models.Model):
    """A number in today's queue at an office's reception, and the window (`desk`) that called it; no name."""

    office = models.CharField(max_length=32)
    day = models.DateField(db_index=True)
    number = models.PositiveSmallIntegerField()
    desk = models.CharField(max_length=8, blank=True, default="")
    called_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "day", "number"], name="turn_once")]
