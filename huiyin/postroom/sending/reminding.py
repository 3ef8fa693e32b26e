"""Offices are reminded of their routine by e-mail: two hours before its hour, and once when it was missed.

A message names rounds and hours: no matter, no person, and nothing of what other offices filed.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from huiyin.casework.law import ZONE
from huiyin.offices import tree
from huiyin.postroom.sending.means import OFFICE
from huiyin.postroom.sending.models import Message
from huiyin.procedure import Text
from huiyin.rounds import status
from huiyin.rounds.status import STATES, Owed

SUBJECT = Text("例行工作提醒", "A reminder of the routine")
HEAD = Text("%s：以下例行工作到报送时限。", "%s: the hour of this routine work is near or past.")
LINE = Text("· %s　应于 %s 前报送（%s）", "- %s, due at %s (%s)")
WHERE = Text("请登录报送：%s ", "File it here: %s ")
STOP = Text(
    "本邮件由系统自动发送，请勿回复；报送后不再提醒。",
    "Sent automatically; once it is filed there is no further reminder.",
)


def catch_up(offices: Iterable[str], now: datetime) -> int:
    """Queue a reminder of each round that presses and that its office was not reminded of; how many."""
    wanted = [(office, _kind(one)) for office in offices for one in status.pressing(office, now)]
    known = set(Message.objects.filter(channel=OFFICE).values_list("receiver", "kind"))
    rows = [
        _message(office, kind, now) for office, kind in dict.fromkeys(wanted) if (office, kind) not in known
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def subject() -> str:
    return SUBJECT.get(settings.LANGUAGE_CODE)


def words(office: str, site: str, now: datetime) -> str:
    """What presses on an office at this moment, and where to file it; "" when nothing does any more."""
    language, found = settings.LANGUAGE_CODE, status.pressing(office, now)
    if not found:
        return ""
    lines = [HEAD.get(language) % tree.names({office}, language).get(office, office), ""]
    lines += [_line(one, language) for one in found]
    lines += ["", WHERE.get(language) % f"{site}/desk/rounds/"] if site else []
    return "\n".join([*lines, "", STOP.get(language), ""])


def _line(one: Owed, language: str) -> str:
    hour = one.due_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    return LINE.get(language) % (one.title.get(language), hour, STATES[one.state].get(language))


def _kind(one: Owed) -> str:
    """One round of one day, before its hour and after it."""
    return f"{one.obligation}.{one.day:%Y%m%d}.{one.state}"


def _message(office: str, kind: str, now: datetime) -> Message:
    return Message(fact_id=0, receiver=office, kind=kind, channel=OFFICE, made_at=now, due_at=now)
