"""The one table of the staff door: failed log-ins, by keyed digest, dropped after a day."""

from django.db import models


class FailedLogin(models.Model):
    """Attempts since the last success, for one account from one network or for one network."""

    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField(default=0)
    last = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key[:8]
