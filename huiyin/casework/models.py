"""The case tables: projections of facts. `huiyin rebuild` makes them again and must find no difference.

No row holds free text of a case, save a release that an officer made public.
"""

from datetime import date

from django.db import models

NO_DATE = date(9999, 12, 31)


class CaseRow(models.Model):
    """One registration (件次) as its facts leave it."""

    case_id = models.CharField(primary_key=True, max_length=16)
    number = models.CharField(max_length=40, unique=True)
    source_number = models.CharField(max_length=80, blank=True, default="")
    book = models.CharField(max_length=60)
    state = models.CharField(max_length=40)
    # `final`: its state is an end. `ended`: and no office owes anything in it any more.
    final = models.BooleanField(default=False)
    ended = models.BooleanField(default=False)
    bureau = models.CharField(max_length=32)
    handler = models.CharField(max_length=32, blank=True, default="")
    # Offices that deal with it jointly, as ",a,b,".
    joint = models.TextField(blank=True, default="")
    reviewer = models.CharField(max_length=32, blank=True, default="")
    rereviewer = models.CharField(max_length=32, blank=True, default="")
    discipline = models.CharField(max_length=32, blank=True, default="")
    addressee = models.CharField(max_length=32, blank=True, default="")
    owner_office = models.CharField(max_length=32, blank=True, default="")
    channel = models.CharField(max_length=24)
    category = models.CharField(max_length=24, blank=True, default="")
    purpose = models.CharField(max_length=24)
    place = models.CharField(max_length=32, blank=True, default="")
    requests = models.PositiveSmallIntegerField(default=1)
    keep_name = models.BooleanField(default=False)
    anonymous = models.BooleanField(default=False)
    withheld = models.BooleanField(default=False)
    # Office codes and @logins that are complained of or stand aside, as ",a,@b,": they never see the case.
    respondents = models.TextField(blank=True, default="")
    received_on = models.DateField()
    registered_at = models.DateTimeField()
    filed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    due = models.DateField(null=True)
    due_order = models.DateField(default=NO_DATE)
    due_clock = models.CharField(max_length=24, blank=True, default="")
    # When the first duty passes that no fact tells of as breached: what the worker looks for.
    breach_at = models.DateTimeField(null=True)
    imported = models.BooleanField(default=False)
    taken_up = models.BooleanField(default=False)
    repeat_of = models.CharField(max_length=16, blank=True, default="")
    rating = models.CharField(max_length=24, blank=True, default="")
    erased = models.BooleanField(default=False)
    seq = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            # One for each list, holding all that the list's search reads. SQLite takes a bare boolean for no
            # equality, so it stands in the condition, and once more at the end so that no row is looked up.
            models.Index(
                fields=["due_order", "case_id", "ended"], name="case_open", condition=models.Q(ended=False)
            ),
            models.Index(
                fields=["due_order", "case_id", "ended"], name="case_over", condition=models.Q(ended=True)
            ),
            models.Index(fields=["source_number"], name="case_source"),
            # What came in on a day: daily reports read nothing else of the table.
            models.Index(fields=["registered_at"], name="case_registered"),
            models.Index(fields=["repeat_of"], name="case_repeats", condition=~models.Q(repeat_of="")),
            # What a list is narrowed to.
            models.Index(fields=["category", "channel", "purpose", "place", "case_id"], name="case_codes"),
            models.Index(fields=["case_id"], name="case_complains", condition=~models.Q(respondents="")),
            models.Index(
                fields=["breach_at"], name="case_breaches", condition=models.Q(breach_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Listed(models.Model):
    """A case in one office's lists. `mine`: its turn, or it owes something by `owed_order`."""

    key = models.CharField(primary_key=True, max_length=50)
    case_id = models.CharField(max_length=16, db_index=True)
    office = models.CharField(max_length=32)
    mine = models.BooleanField(default=False)
    ended = models.BooleanField(default=False)
    due_order = models.DateField(default=NO_DATE)
    owed_order = models.DateField(default=NO_DATE)
    owed_clock = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["office", "owed_order", "case_id", "mine"],
                name="listed_mine",
                condition=models.Q(mine=True),
            ),
            models.Index(
                fields=["office", "due_order", "case_id", "ended"],
                name="listed_open",
                condition=models.Q(ended=False),
            ),
            models.Index(
                fields=["office", "due_order", "case_id", "ended"],
                name="listed_over",
                condition=models.Q(ended=True),
            ),
            models.Index(fields=["owed_order"], name="listed_owed", condition=~models.Q(owed_order=NO_DATE)),
        ]


class BreachRow(models.Model):
    """A duty whose date passed, as the system recorded it. `standing`: it is owed to this day."""

    fact_id = models.BigIntegerField(primary_key=True)
    case_id = models.CharField(max_length=16, db_index=True)
    office = models.CharField(max_length=32)
    clock = models.CharField(max_length=24)
    due = models.DateField()
    recorded_at = models.DateTimeField()
    standing = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["due"], name="breach_standing", condition=models.Q(standing=True)),
        ]


class BookPin(models.Model):
    """The file of a book (SHA-256, hex) under which its first case was registered: it may not change."""

    name = models.CharField(primary_key=True, max_length=60)
    digest = models.CharField(max_length=64)


class CodeRow(models.Model):
    """A petitioner's code, kept only as HMAC-SHA-256 under a key outside the database."""

    mac = models.BinaryField(primary_key=True, max_length=32)
    case_id = models.CharField(max_length=16, db_index=True)
    live = models.BooleanField(default=True)


class BodyRow(models.Model):
    """Keyed digest of a normalised body, to link a repeat to its matter. Deleted with the case's key."""

    case_id = models.CharField(primary_key=True, max_length=16)
    mac = models.BinaryField(max_length=32, db_index=True)


class Submission(models.Model):
    """A form's one-time token, so that a double click makes one case. No projection: it expires."""

    token_mac = models.BinaryField(primary_key=True, max_length=32)
    case_id = models.CharField(max_length=16)
    at = models.DateTimeField(db_index=True)


class Series(models.Model):
    """The last number given in an office's yearly series, which has no gaps."""

    key = models.CharField(primary_key=True, max_length=48)
    last = models.PositiveIntegerField(default=0)


class Guess(models.Model):
    """Wrong codes in one hour from one network (a keyed digest of it, dropped after a day)."""

    network = models.BinaryField(max_length=32)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "hour"], name="guess_once")]


class IdentityRequest(models.Model):
    """A handling office's request to see a name that the petitioner kept from it."""

    fact_id = models.BigIntegerField(primary_key=True)
    case_id = models.CharField(max_length=16, db_index=True)
    officer = models.CharField(max_length=40)
    office = models.CharField(max_length=32)
    purpose = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=12, blank=True, default="")


class CodeRequest(models.Model):
    """A new code that one officer has asked for and a second has yet to grant."""

    fact_id = models.BigIntegerField(primary_key=True)
    case_id = models.CharField(max_length=16, db_index=True)
    officer = models.CharField(max_length=40)
    office = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    done = models.BooleanField(default=False)


class Release(models.Model):
    """An answer that an officer redacted and released to the public; gone when its case is erased."""

    fact_id = models.BigIntegerField(primary_key=True)
    case_id = models.CharField(max_length=16, db_index=True)
    title = models.CharField(max_length=200)
    question = models.TextField()
    answer = models.TextField()
    category = models.CharField(max_length=24, blank=True, default="")
    office = models.CharField(max_length=32)
    released_on = models.DateField(db_index=True)


class WorkingPaper(models.Model):
    """Words of a case that are no fact: a draft or a note, sealed under a case's key and gone with it.

    `case_id`: the case, or for a letter not yet registered a reference of its own (`working.LETTER`).
    `gone_at`: thrown away then, and fetched back for a day. No projection: nothing is made of it.
    """

    ref = models.CharField(primary_key=True, max_length=32)
    case_id = models.CharField(max_length=16, db_index=True)
    kind = models.CharField(max_length=8)
    step = models.CharField(max_length=40, blank=True, default="")
    office = models.CharField(max_length=32)
    login = models.CharField(max_length=40, db_index=True)
    at = models.DateTimeField(db_index=True)
    gone_at = models.DateTimeField(null=True)
    blob = models.BinaryField()


class Mention(models.Model):
    """An officer whom a note calls upon, until they have seen it."""

    ref = models.CharField(max_length=32)
    case_id = models.CharField(max_length=16, db_index=True)
    login = models.CharField(max_length=40, db_index=True)
    seen = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref", "login"], name="mention_once")]
