"""Tokens: which program may do what for which office. Shown once, kept as a keyed digest, given up by name.

A program acts as the role `program` of its office in the table of permissions; its scopes narrow that
further. It has no relation to a case but its office's, and what complains of that office or of any officer,
and whatever is sealed, does not exist for it (`cases.visible`).
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest

from huiyin.api import rates
from huiyin.api.models import Refusal, Token
from huiyin.api.problems import Problem
from huiyin.casework import law
from huiyin.casework.filing import keyed
from huiyin.casework.permissions import may
from huiyin.ledger.facts import writing
from huiyin.offices import tree
from huiyin.offices.network import network_of
from huiyin.procedure import Actor

# Closed: a scope and the action of the table that it opens.
SCOPES = {
    "cases:read": "api.cases",
    "cases:words": "words.read",
    "cases:file": "api.file",
    "orders:file": "api.orders",
    "changes:read": "api.changes",
    "measures:read": "figures.county",
}
MARK = "hyt_"
ROLE = "program"
ASK = {"WWW-Authenticate": "Bearer"}
FREE = 30  # wrong tokens from one network before the next has to wait
LONGEST = timedelta(minutes=15)
FORGET = timedelta(days=1)


class BadToken(ValueError):
    """A token that cannot be made; the message is for whoever sits at the console."""


@dataclass(frozen=True)
class Bearer:
    """Whoever sent a request with a valid token."""

    name: str
    office: str
    scopes: frozenset[str]

    @property
    def actor(self) -> Actor:
        return Actor(ROLE, self.office)

    @property
    def system(self) -> Actor:
        """As which it hands over what another system registered: the fact names the program."""
        return Actor("system", self.office, f"api:{self.name}")

    def require(self, scope: str) -> None:
        """Raise the problem of a token that lacks `scope`, or whose office the table does not open it to."""
        if scope not in self.scopes:
            raise Problem("scope", f"This needs the scope {scope}.", {"scope": scope})
        if not may(self.actor, SCOPES[scope]):
            raise Problem("scope", "The table of permissions does not open this to programs.")

    def count_filing(self, now: datetime) -> None:
        """Count a filing; the problem `limit` beyond those that a token has in an hour."""
        most = settings.HUIYIN_API_FILINGS
        left = rates.spend("filings", self.name, most, now) if most else timedelta()
        if left:
            raise _later("limit", left)


# --- making, listing, giving up ---------------------------------------------------------------


def new(name: str, office: str, scopes: Collection[str], now: datetime) -> str:
    """Make a token and return it: the only time that anybody sees it."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise BadToken(f"there is no scope {', '.join(unknown)}; choose of {', '.join(SCOPES)}")
    if not scopes:
        raise BadToken(f"a token needs a scope; choose of {', '.join(SCOPES)}")
    if not (0 < len(name) <= 40 and name.replace("-", "").replace("_", "").isalnum() and name.isascii()):
        raise BadToken("a name has at most 40 letters, digits, hyphens and underscores")
    if tree.office(office) is None:
        raise BadToken(f"there is no office {office!r}")
    token = MARK + secrets.token_urlsafe(32)
    row = Token(mac=_mac(token), name=name, office=office, scopes=" ".join(sorted(set(scopes))), made_at=now)
    try:
        with writing():
            row.save(force_insert=True)
    except IntegrityError:
        raise BadToken(f"there is a token {name} already") from None
    return token


def revoke(name: str, now: datetime) -> None:
    """Make a token worthless at once; its row stays, so that its name is not given again."""
    with writing():
        done = Token.objects.filter(name=name, revoked_at=None).update(revoked_at=now)
    if not done:
        raise BadToken(f"there is no live token {name}")


def listing() -> list[dict[str, Any]]:
    """Every token without its secret, by name."""
    return [
        {
            "name": row.name,
            "office": row.office,
            "scopes": row.scopes.split(),
            "made_at": row.made_at.isoformat(timespec="seconds"),
            "used_on": row.used_on.isoformat() if row.used_on else None,
            "revoked_at": row.revoked_at.isoformat(timespec="seconds") if row.revoked_at else None,
        }
        for row in Token.objects.order_by("name")
    ]


# --- looking ----------------------------------------------------------------------------------


def bearer(request: HttpRequest, token: str, now: datetime) -> Bearer:
    """Who sends this token; the problem `token` where nobody does, `too-many` once those come too fast.

    Found by its digest and compared in constant time: how long it takes tells nothing of a token. A good one
    is never made to wait for another program's wrong ones: 256 random bits are not found by trying.
    """
    mac = _mac(token)
    row = Token.objects.filter(mac=mac).first()
    if row is None or not hmac.compare_digest(bytes(row.mac), mac) or row.revoked_at is not None:
        _count(keyed("api network", f"{now.date()}/{network_of(request)}"), now)
        raise Problem("token", headers=ASK)
    today = law.day_of(now)
    if row.used_on != today:
        Token.objects.filter(mac=mac).update(used_on=today)
    return Bearer(row.name, row.office, frozenset(row.scopes.split()))


def _mac(token: str) -> bytes:
    return keyed("api token", token)


def _count(network: bytes, now: datetime) -> None:
    """Count a wrong token; the problem `too-many` while its network has to wait."""
    with writing():
        Refusal.objects.filter(last__lt=now - FORGET).delete()
        row, made = Refusal.objects.get_or_create(network=network, defaults={"count": 1, "last": now})
        left = timedelta() if made else row.last + _wait(row.count) - now
        if not made and left <= timedelta():
            Refusal.objects.filter(network=network).update(count=row.count + 1, last=now)
    if left > timedelta():
        raise _later("too-many", left)


def _later(problem: str, left: timedelta) -> Problem:
    seconds = int(left.total_seconds()) + 1
    return Problem(problem, f"Try again in {seconds} s.", headers={"Retry-After": str(seconds)})


def _wait(count: int) -> timedelta:
    if count < FREE:
        return timedelta()
    # 2**10 s is already beyond LONGEST; a larger power would overflow.
    return min(timedelta(seconds=2 ** min(count - FREE + 1, 10)), LONGEST)
