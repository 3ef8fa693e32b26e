"""Slows down the guessing of passwords: each failure doubles the wait, for known and unknown accounts alike.

The count is kept in the database, because several processes serve one door, under a digest keyed by
SECRET_KEY: the table says neither who failed nor from where.
"""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac

from huiyin.desks.models import FailedLogin
from huiyin.ledger.facts import writing

FREE_FOR_ACCOUNT = 4
FREE_FOR_NETWORK = 30
LONGEST = timedelta(minutes=15)
FORGET = timedelta(days=1)


def attempt(login: str, network: str, now: datetime) -> timedelta:
    """Count an attempt before its password is looked at; how long it must wait (zero: go on).

    Counted first, so that a hundred guesses sent at once do not all find the door open.
    """
    with writing():
        FailedLogin.objects.filter(last__lt=now - FORGET).delete()
        waits = [
            _count(key, free, now)
            for key, free in (
                (_key(login, network), FREE_FOR_ACCOUNT),
                (_key("", network), FREE_FOR_NETWORK),
            )
        ]
    return max(waits)


def succeeded(login: str, network: str) -> None:
    """Forget the account's failures; the network's attempt was honest, so take it back."""
    with writing():
        FailedLogin.objects.filter(key=_key(login, network)).delete()
        FailedLogin.objects.filter(key=_key("", network), count__gt=0).update(count=F("count") - 1)


def _count(key: str, free: int, now: datetime) -> timedelta:
    row, made = FailedLogin.objects.get_or_create(key=key, defaults={"count": 1, "last": now})
    if made:
        return timedelta()
    left = row.last + _wait(row.count, free) - now
    if left > timedelta():
        return left
    FailedLogin.objects.filter(key=key).update(count=F("count") + 1, last=now)
    return timedelta()


def _wait(count: int, free: int) -> timedelta:
    if count < free:
        return timedelta()
    # 2**10 s is already beyond LONGEST; a larger power would overflow.
    return min(timedelta(seconds=2 ** min(count - free + 1, 10)), LONGEST)


def _key(login: str, network: str) -> str:
    return salted_hmac(
        "huiyin.desks.throttle", f"{login.casefold()}\n{network}", algorithm="sha256"
    ).hexdigest()
