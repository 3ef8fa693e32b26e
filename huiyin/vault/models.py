"""The two tables of the vault. A row is written once and leaves by `keys.erase`, or `sealed.remove`."""

from typing import ClassVar

from django.db import models


class WrappedKey(models.Model):
    """One case's key, wrapped by the master key. No row: the case was erased, or never had a key."""

    case_id = models.CharField(max_length=16, primary_key=True)
    wrapped = models.BinaryField()

    objects: ClassVar[models.Manager["WrappedKey"]] = models.Manager()

    class Meta:
        db_table = "vault_key"

    def __str__(self) -> str:
        return f"key of case {self.case_id}"


class Sealed(models.Model):
    """One sealed paper of a case (an attachment, its picture); `ref` is random and says nothing."""

    ref = models.CharField(max_length=32, primary_key=True)
    case_id = models.CharField(max_length=16, db_index=True)
    kind = models.CharField(max_length=32)
    blob = models.BinaryField()

    objects: ClassVar[models.Manager["Sealed"]] = models.Manager()

    class Meta:
        db_table = "vault_sealed"

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
