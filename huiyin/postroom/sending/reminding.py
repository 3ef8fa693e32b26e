"""Offices are reminded by e-mail: in the morning of a working day of the dates in their cases, and of their
routine two hours before its hour, and once when it was missed.

A message names rounds and hours and counts dates: no matter, no person, and nothing of other offices.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, time

from django.conf import settings

from huiyin.casework import law, reading
from huiyin.casework.law import ZONE
from huiyin.offices import tree
from huiyin.postroom.sending.means import OFFICE
from huiyin.postroom.sending.models import Message
from huiyin.procedure import Text
from huiyin.rounds import status
from huiyin.rounds.status import STATES, Owed

MORNING = (time(8), time(12))  # by the clock of the office's book; whoever starts later begins tomorrow
CASES = "cases:"  # no obligation of a book is named like this

SUBJECT = Text("到期提醒", "A reminder of what is due")
HEAD = Text("%s：", "%s:")
ROUNDS = Text("以下例行工作到报送时限：", "The hour of this routine work is near or past:")
LINE = Text("· %s　应于 %s 前报送（%s）", "- %s, due at %s (%s)")
FILE = Text("请登录报送：%s ", "File it here: %s ")
DATES = Text("信访事项办理期限：", "Dates in cases:")
LATE = Text("· 已超期：%d 件", "- overdue: %d")
TODAY = Text("· 今日到期：%d 件", "- due today: %d")
WEEK = Text("· 今后七日内到期：%d 件", "- due in the seven days after: %d")
LOOK = Text("请登录查看：%s ", "See them here: %s ")
STOP = Text("本邮件由系统自动发送，请勿回复。", "Sent automatically; please do not answer.")


def catch_up(offices: Iterable[str], now: datetime) -> int:
    """Queue a reminder of all that presses and that its office was not reminded of; how many."""
    offices = list(offices)
    known = set(Message.objects.filter(channel=OFFICE).values_list("receiver", "kind"))
    wanted = [(office, _kind(one)) for office in offices for one in status.pressing(office, now)]
    wanted += [(office, kind) for office in offices if (kind := _morning(office, now))]
    new = [one for one in dict.fromkeys(wanted) if one not in known]
    rows = [
        _message(office, kind, now)
        for office, kind in new
        if not kind.startswith(CASES) or reading.ahead(office, now)
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def subject() -> str:
    return SUBJECT.get(settings.LANGUAGE_CODE)


def words(office: str, kinds: Collection[str], site: str, now: datetime) -> str:
    """What presses on an office at this moment of what it is to be reminded of, and where to see to it; ""
    when nothing does any more."""
    wanted = {CASES if kind.startswith(CASES) else "rounds" for kind in kinds}
    told = [line for part in sorted(wanted) for line in PARTS[part](office, site, now)]
    if not told:
        return ""
    language = settings.LANGUAGE_CODE
    name = tree.names({office}, language).get(office, office)
    return "\n".join([HEAD.get(language) % name, "", *told, STOP.get(language), ""])


def _cases(office: str, site: str, now: datetime) -> list[str]:
    found, language = reading.ahead(office, now), settings.LANGUAGE_CODE
    counts = ((LATE, found.late), (TODAY, found.today), (WEEK, found.week))
    lines = [text.get(language) % count for text, count in counts if count]
    return [DATES.get(language), *lines, *_where(LOOK, site, "/desk/day/"), ""] if lines else []


def _rounds(office: str, site: str, now: datetime) -> list[str]:
    found, language = status.pressing(office, now), settings.LANGUAGE_CODE
    lines = [_line(one, language) for one in found]
    return [ROUNDS.get(language), *lines, *_where(FILE, site, "/desk/rounds/"), ""] if lines else []


PARTS: dict[str, Callable[[str, str, datetime], list[str]]] = {CASES: _cases, "rounds": _rounds}


def _where(text: Text, site: str, path: str) -> list[str]:
    return [text.get(settings.LANGUAGE_CODE) % f"{site}{path}"] if site else []


def _line(one: Owed, language: str) -> str:
    hour = one.due_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    return LINE.get(language) % (one.title.get(language), hour, STATES[one.state].get(language))


def _kind(one: Owed) -> str:
    """One round of one day, before its hour and after it."""
    return f"{one.obligation}.{one.day:%Y%m%d}.{one.state}"


def _morning(office: str, now: datetime) -> str:
    """The message of this morning; "" on a rest day and in the afternoon."""
    book = law.book_for(office)
    here = now.astimezone(book.zone)
    begins, ends = MORNING
    if not begins <= here.time() < ends or not law.calendar(book).is_working_day(here.date()):
        return ""
    return f"{CASES}{here:%Y%m%d}"


def _message(office: str, kind: str, now: datetime) -> Message:
    return Message(fact_id=0, receiver=office, kind=kind, channel=OFFICE, made_at=now, due_at=now)
