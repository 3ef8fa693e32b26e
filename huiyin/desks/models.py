"""Tables of the staff door: failed log-ins, dropped after a day, and the lists that an officer keeps."""

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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["login", "query"], name="kept_once")]

    def __str__(self) -> str:
        return self.query
