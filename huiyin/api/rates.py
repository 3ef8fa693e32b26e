"""How often something may be asked for in an hour, counted for all processes in the database.

Kept is a keyed digest of who asks and of the hour, dropped when the hour is over: it leads nowhere.
"""

from datetime import UTC, datetime, timedelta

from django.db import connection

from huiyin.api.models import Counted
from huiyin.casework.filing import keyed
from huiyin.ledger.facts import writing

HOUR = timedelta(hours=1)


def spend(what: str, who: str, most: int, now: datetime) -> timedelta:
    """Count one for `who`; zero where it is among the `most` of the hour, else how long the hour lasts."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    key = keyed("api hour", f"{what}/{who}/{hour.isoformat()}")
    with writing():
        Counted.objects.filter(hour__lt=hour).delete()
        with connection.cursor() as cursor:
            # One statement, so that of many asking at once no two are the last.
            cursor.execute(
                "INSERT INTO api_counted (key, hour, count) VALUES (%s, %s, 1) "
                "ON CONFLICT (key) DO UPDATE SET count = api_counted.count + 1 WHERE api_counted.count < %s",
                [key, connection.ops.adapt_datetimefield_value(hour), most],
            )
            counted = cursor.rowcount
    return timedelta() if counted else hour + HOUR - now
