"""Document numbers 文号, such as 临信复〔2026〕12号: one series without gaps for each office and year.

A number is given in the transaction of the fact whose notice it is, and stands in that fact: the same notice
keeps it for ever, and a step that fails gives it back. The series is a projection of the facts (`rebuild`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from huiyin.casework import law
from huiyin.offices import tree
from huiyin.procedure import Actor, Book, Case, Step

# A receipt bears the registration number, which is of such a series already; a proof of service, the number
# of what was served.
UNNUMBERED = ("file", "import", "import_answer", "serve")


def given(case: Case, step: Step, actor: Actor, now: datetime) -> Mapping[str, Any]:
    """The number of the notice that this step makes, inside `writing()`; nothing for a step without one."""
    if not step.notice or step.part in UNNUMBERED:
        return {}
    office = actor.office or case.handler or case.bureau
    year = law.day_of(now, case.book.zone).year
    key = f"notice/{office}/{year}"
    number = _next(key)
    return {
        "notice_number": _written(case.book, office, year, number),
        "series": key,
        "series_no": number,
    }


def _next(key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_series (key, last) VALUES (%s, 1) "
            "ON CONFLICT (key) DO UPDATE SET last = casework_series.last + 1 RETURNING last",
            [key],
        )
        found: int = cursor.fetchone()[0]
    return found


def _written(book: Book, office: str, year: int, number: int) -> str:
    """机关代字〔年份〕序号号 (GB/T 9704-2012, 7.2.5); in a book of another language CODE/2026/12."""
    if book.language != "zh":
        return f"{office.upper()}/{year}/{number}"
    found = tree.office(office)
    mark = (found.mark or found.name_zh) if found else office
    return f"{mark}〔{year}〕{number}号"
