"""Tables of the routine: projections of its facts, with codes, offices, dates and references only.

No row holds a word that anybody wrote, nor anything made from one: what is read is opened for the page alone.
"""

from django.db import models


class OfficeRow(models.Model):
    """An office that takes part in the routine, from the day it joined."""

    office = models.CharField(primary_key=True, max_length=32)
    ref = models.CharField(max_length=16, unique=True)
    since = models.DateField()
    book = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    seq = models.PositiveIntegerField(default=0)


class RoundRow(models.Model):
    """One round of an obligation of one office: filed, missed, or both (late). `officer`: who filed it,
    or who is on duty. `counted_until`: the moment before which a daily report counted, as it was last filed.
    No row: nothing happened yet."""

    key = models.CharField(primary_key=True, max_length=90)
    ref = models.CharField(max_length=16, unique=True)
    obligation = models.CharField(max_length=32)
    office = models.CharField(max_length=32)
    day = models.DateField()
    filed_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    counted_until = models.DateTimeField(null=True)
    officer = models.CharField(max_length=40, blank=True, default="")
    seq = models.PositiveIntegerField(default=0)
    erased = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["day", "office"], name="round_day")]


class MissRow(models.Model):
    """An obligation whose hour passed, as the system recorded it. `standing`: it is owed to this day."""

    fact_id = models.BigIntegerField(primary_key=True)
    ref = models.CharField(max_length=16, db_index=True)
    obligation = models.CharField(max_length=32)
    office = models.CharField(max_length=32)
    day = models.DateField()
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    standing = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["office", "due_at"], name="miss_standing", condition=models.Q(standing=True)
            ),
        ]


class TroubleRow(models.Model):
    """A trouble that a sweep found: a matter, with the office in charge of it and the officer there who
    answers for it. `confirmed_on`: the week of the last sweep that found it still there."""

    class State(models.TextChoices):
        OPEN = "open"
        SETTLED = "settled"
        REGISTERED = "registered"

    ref = models.CharField(primary_key=True, max_length=16)
    office = models.CharField(max_length=32)
    charge = models.CharField(max_length=32)
    officer = models.CharField(max_length=40)
    place = models.CharField(max_length=32)
    category = models.CharField(max_length=24)
    term = models.DateField()
    listed_on = models.DateField()
    confirmed_on = models.DateField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    ended_on = models.DateField(null=True)
    case_id = models.CharField(max_length=16, blank=True, default="")
    seq = models.PositiveIntegerField(default=0)
    erased = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state"], name="trouble_office"),
            models.Index(fields=["charge", "state"], name="trouble_charge"),
            # Figures ask of a registration whether a sweep found it: then nobody came.
            models.Index(fields=["case_id"], name="trouble_case"),
        ]


class ReceptionRow(models.Model):
    """A day on which a leader receives the public. `due_at`: when it must be recorded; None once that passed
    or was done."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled"
        HELD = "held"
        CANCELLED = "cancelled"

    ref = models.CharField(primary_key=True, max_length=16)
    office = models.CharField(max_length=32)
    leader = models.CharField(max_length=40)
    mode = models.CharField(max_length=12)
    place = models.CharField(max_length=32, blank=True, default="")
    day = models.DateField(db_index=True)
    starts = models.TimeField()
    ends = models.TimeField()
    slots = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    groups = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    seq = models.PositiveIntegerField(default=0)
    erased = models.BooleanField(default=False)


class AppointmentRow(models.Model):
    """A place in a reception's queue that somebody holds by a code, kept as a keyed digest; nobody's name."""

    mac = models.BinaryField(primary_key=True, max_length=32)
    ref = models.CharField(max_length=16, db_index=True)
    slot = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=24, blank=True, default="")
    live = models.BooleanField(default=True)


class NoteRow(models.Model):
    """A visit to a reception that became a case."""

    fact_id = models.BigIntegerField(primary_key=True)
    ref = models.CharField(max_length=16, db_index=True)
    case_id = models.CharField(max_length=16, unique=True)
    people = models.PositiveIntegerField(default=1)
    officer = models.CharField(max_length=40)


class PromiseRow(models.Model):
    """What was promised at a reception: by whom it is kept, until when. `next_report`: when the owner must
    say how far it is; `next_miss`: when the next of its dates passes of which no fact tells."""

    ref = models.CharField(primary_key=True, max_length=16)
    reception = models.CharField(max_length=16, blank=True, default="", db_index=True)
    case_id = models.CharField(max_length=16, blank=True, default="", db_index=True)
    office = models.CharField(max_length=32, db_index=True)
    officer = models.CharField(max_length=40)
    made_on = models.DateField()
    due = models.DateField()
    next_report = models.DateTimeField(null=True)
    next_miss = models.DateTimeField(null=True, db_index=True)
    reported_at = models.DateTimeField(null=True)
    kept_on = models.DateField(null=True)
    seq = models.PositiveIntegerField(default=0)
    erased = models.BooleanField(default=False)


class Asked(models.Model):
    """Appointments asked for in a day from one network, a keyed digest dropped after it. No projection."""

    network = models.BinaryField(primary_key=True, max_length=32)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
