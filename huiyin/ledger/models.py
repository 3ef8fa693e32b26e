"""The ledger's tables. `triggers` makes the database itself refuse to change what they hold."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q


class RowNumber(models.BigIntegerField):  # type: ignore[type-arg]
    """A 64-bit primary key that is SQLite's own row number there: no second index to keep."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class Fact(models.Model):
    """One thing that happened, as it was recorded. Written by `facts.append` only.

    `clear` and `public_content` are canonical JSON; `private_commit` is the SHA-256 commitment to what
    `sealed` holds, which the ledger cannot read. `case_id` is '' for facts of no case.
    """

    id = models.BigAutoField(primary_key=True)
    case_id = models.CharField(max_length=16)
    seq = models.IntegerField()
    kind = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    clear = models.TextField()
    public_salt = models.BinaryField()
    public_content = models.TextField()
    private_commit = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "ledger_fact"
        constraints = [
            models.UniqueConstraint(fields=["case_id", "seq"], name="ledger_fact_case_seq"),
            models.CheckConstraint(condition=Q(id__gte=1, seq__gte=1), name="ledger_fact_positive"),
        ]

    def __str__(self) -> str:
        return f"fact {self.pk} ({self.kind})"

    def clear_json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.clear)
        return found


class Pending(models.Model):
    """A fact that is not in the log yet: put here by a trigger, taken away by the sequencer."""

    fact_id = RowNumber(primary_key=True)

    class Meta:
        db_table = "ledger_pending"

    def __str__(self) -> str:
        return f"fact {self.fact_id} waits"


class Entry(models.Model):
    """Which fact has which place in the log."""

    idx = RowNumber(primary_key=True)
    fact_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return f"entry {self.idx}"


class StoredTile(models.Model):
    """The hashes of one tile as they are published; the last of each level grows until it is full."""

    pk = models.CompositePrimaryKey("level", "n")
    level = models.IntegerField()
    n = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "ledger_tile"

    def __str__(self) -> str:
        return f"tile {self.level}/{self.n}"


class StoredCheckpoint(models.Model):
    """Every checkpoint that was ever signed; `note` is the exact signed text."""

    size = RowNumber(primary_key=True)
    root = models.BinaryField()
    note = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_checkpoint"

    def __str__(self) -> str:
        return f"checkpoint over {self.size}"
