"""Sessions that are over: Django refuses them, and keeps what they held until somebody deletes it."""

from datetime import datetime

from django.contrib.sessions.models import Session


def drop_past(now: datetime) -> None:
    """Delete sessions whose time is over; the worker asks for it. Where there is none nothing is written."""
    past = Session.objects.filter(expire_date__lt=now)
    if past.exists():
        past.delete()
