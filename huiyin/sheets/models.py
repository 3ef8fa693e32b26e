"""Heads that an office calls by names of its own, remembered for its next sheet. No projection: a setting."""

from collections.abc import Mapping

from django.db import models

from huiyin.intake.letters import plain
from huiyin.papers.said import N_
from huiyin.sheets import heads
from huiyin.sheets.layout import Layout


class HeadName(models.Model):
    """`title`, as titles are compared, is this column of the sheet in this office's files."""

    office = models.CharField(max_length=32)
    sheet = models.CharField(max_length=32)
    title = models.CharField(max_length=heads.HEAD_LONGEST)
    column = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "sheet", "title"], name="head_name_once")]


class BadMapping(ValueError):
    """A head that cannot be taken for the column it was given to; the message is an English msgid."""


WATCHING = N_("This column is about watching or rating people and is never taken in.")
NO_COLUMN = N_("This sheet has no such column.")


def remembered(office: str, layout: Layout) -> Mapping[str, str]:
    """Plain head → column of the layout."""
    rows = HeadName.objects.filter(office=office, sheet=layout.id)
    return dict(rows.values_list("title", "column"))


def remember(office: str, layout: Layout, title: str, column: str) -> None:
    """Take `title` for `column` from now on; BadMapping where no sheet of ours may hold it."""
    if heads.watches(title) or layout.leaves_out(title):
        raise BadMapping(WATCHING)
    if column not in layout.index or not 0 < len(plain(title)) <= heads.HEAD_LONGEST:
        raise BadMapping(NO_COLUMN)
    HeadName.objects.update_or_create(
        office=office, sheet=layout.id, title=plain(title), defaults={"column": column}
    )
