"""`huiyin worker`, and `huiyin serve` with it: a date that passed is a fact within a minute, by itself."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cli.owner import sql
from tests.installation import Installation

MINUTE = 60.0


FILE_LATE = """
import django; django.setup()
from datetime import UTC, datetime, timedelta
from huiyin.casework import health, law
from huiyin.casework.filing import register
from huiyin.intake.filing import Filing
from huiyin.ledger import sequencer
from huiyin.procedure import Actor
health.prepare()
now = datetime.now(UTC)
filing = Filing(title="路灯", body="路灯坏了三个月没人修。", requests=("修好",), place="", place_detail="",
    occurred="", occurred_on=None, category="other", purpose="request", channel="letter",
    received_on=law.day_of(now - timedelta(days=60)))
print(register(filing, None, actor=Actor("clerk", "xfj", "clerk"), office="xfj", now=now).case)
"""


def file_late(of: Installation) -> str:
    """A letter that lay about for sixty days before anybody registered it."""
    return said(of, FILE_LATE)


def said(of: Installation, code: str) -> str:
    """What a script says that runs beside the office."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**of.environment, "DJANGO_SETTINGS_MODULE": "huiyin.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def breaches(of: Installation) -> list[tuple[Any, ...]]:
    return sql(of, "SELECT case_id, clock, office FROM casework_breachrow ORDER BY fact_id")


@contextmanager
def running(of: Installation, *command: str) -> Iterator[None]:
    process = of.start(*command)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0


def until_recorded(of: Installation, count: int) -> float:
    """Seconds until so many breaches are recorded."""
    begun = time.monotonic()
    while len(breaches(of)) < count:
        assert time.monotonic() - begun < MINUTE, "a passed date was not recorded within a minute"
        time.sleep(0.2)
    return time.monotonic() - begun


def test_a_date_that_passed_is_recorded_within_a_minute_and_once(fresh: Installation) -> None:
    fresh.run("init")
    case = file_late(fresh)
    assert breaches(fresh) == []
    with running(fresh, "worker"):
        until_recorded(fresh, 1)
    assert breaches(fresh) == [(case, "route", "xfj")]
    other = file_late(fresh)
    with fresh.serving():  # the worker beside the pages
        until_recorded(fresh, 2)
    assert breaches(fresh) == [(case, "route", "xfj"), (other, "route", "xfj")]
    assert fresh.run("rebuild", "--check").stdout == "0 differences\n"
    assert fresh.run("doctor").stdout == "healthy\n"


ENDED = """
import django; django.setup()
from datetime import UTC, datetime, timedelta
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from huiyin.casework import health
health.prepare()
for days in (-1, 1):
    made = SessionStore()
    made["known"] = []
    made.save()
    Session.objects.filter(session_key=made.session_key).update(
        expire_date=datetime.now(UTC) + timedelta(days=days))
"""


def sessions(of: Installation) -> int:
    return len(sql(of, "SELECT session_key FROM django_session"))


def test_a_session_that_is_over_is_deleted_by_itself(fresh: Installation) -> None:
    fresh.run("init")
    said(fresh, ENDED)
    assert sessions(fresh) == 2
    with running(fresh, "worker"):
        begun = time.monotonic()
        while sessions(fresh) == 2:
            assert time.monotonic() - begun < MINUTE, "a session that is over was kept"
            time.sleep(0.2)
    assert sessions(fresh) == 1
