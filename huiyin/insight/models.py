"""What figures are counted from, goals and campaigns: projections with codes, offices and dates only.

Nothing here says where somebody lives or who somebody is, and no row is about a person.
"""

from django.db import models


class Position(models.Model):
    """How far the log has been counted: the first entry that is not. One row."""

    key = models.CharField(primary_key=True, max_length=8)
    next = models.BigIntegerField(default=0)


class Counted(models.Model):
    """One registration (件次) as figures see it. `office`: whoever is in charge of it.

    `people`: how many came or signed, as the filing says; 1 where it does not. `answered_on` and `days`: when
    the first answer reached the petitioner (imported: as the sheet claims), and after how long. `reasoned`:
    that answer decides each request with its reasons and its basis in law. `asked_on`: when a higher look at
    the answer was first asked for. `settles_on`: until when nobody may have come back for it, to call it
    settled at the first attempt.
    """

    case = models.CharField(primary_key=True, max_length=16)
    seq = models.PositiveIntegerField()
    received_on = models.DateField()
    bureau = models.CharField(max_length=32)
    office = models.CharField(max_length=32)
    channel = models.CharField(max_length=24)
    category = models.CharField(max_length=24, blank=True, default="")
    people = models.PositiveIntegerField(default=1)
    band = models.CharField(max_length=8)
    repeat_of = models.CharField(max_length=16, blank=True, default="", db_index=True)
    imported = models.BooleanField(default=False)
    ended = models.BooleanField(default=False)
    answered_on = models.DateField(null=True, db_index=True)
    days = models.FloatField(null=True)
    reasoned = models.BooleanField(default=False)
    asked_on = models.DateField(null=True)
    settles_on = models.DateField(null=True)
    rating = models.CharField(max_length=24, blank=True, default="")
    # Whether the petitioner was ever asked for a rating: an answer reached them.
    rateable = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # Each holds all that one reading of a period takes, so that no row is looked up.
            models.Index(
                fields=[
                    "received_on",
                    "channel",
                    "category",
                    "band",
                    "office",
                    "rating",
                    "bureau",
                    "repeat_of",
                    "people",
                    "answered_on",
                    "rateable",
                    "case",
                ],
                name="counted_cells",
            ),
            models.Index(
                fields=["received_on", "days", "office", "case"],
                name="counted_days",
                condition=models.Q(days__isnull=False),
            ),
        ]


class Duty(models.Model):
    """One clock that an office had to keep in a case. `kind`: routing, acceptance, answer, review, execution.

    `done_on`: when it ended; null while it is owed. `passed_on`: it went to another office, or fell away.
    `late`: it ended after its due date.
    """

    key = models.CharField(primary_key=True, max_length=24)
    case = models.CharField(max_length=16, db_index=True)
    kind = models.CharField(max_length=12)
    office = models.CharField(max_length=32)
    received_on = models.DateField()
    due = models.DateField()
    done_on = models.DateField(null=True)
    passed_on = models.BooleanField(default=False)
    late = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "due", "passed_on", "late", "done_on", "office", "case"], name="duty_due"
            ),
            models.Index(
                fields=["kind", "received_on", "passed_on", "late", "done_on", "due", "office", "case"],
                name="duty_received",
            ),
        ]


class GoalRow(models.Model):
    """A target that the county set itself on how offices answer. `target`: at least so many per cent."""

    ref = models.CharField(primary_key=True, max_length=16)
    measure = models.CharField(max_length=24)
    target = models.PositiveSmallIntegerField()
    first = models.DateField()
    last = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=40)
    office = models.CharField(max_length=32)
    dropped = models.BooleanField(default=False)
    seq = models.PositiveIntegerField()


class CampaignRow(models.Model):
    """A campaign 专项治理: matters chosen by a rule on a day, until a day. Its words are sealed.

    `sponsor`: the leader who answers for it. `repeats`, `open_days`, `category`: the rule.
    """

    ref = models.CharField(primary_key=True, max_length=16)
    office = models.CharField(max_length=32)
    sponsor = models.CharField(max_length=40)
    repeats = models.BooleanField(default=False)
    open_days = models.PositiveSmallIntegerField(default=0)
    category = models.CharField(max_length=24, blank=True, default="")
    opened_on = models.DateField()
    term = models.DateField()
    closed_on = models.DateField(null=True)
    erased = models.BooleanField(default=False)
    seq = models.PositiveIntegerField()


class CampaignMatter(models.Model):
    """One matter of a campaign."""

    key = models.CharField(primary_key=True, max_length=40)
    ref = models.CharField(max_length=16, db_index=True)
    case = models.CharField(max_length=16)
