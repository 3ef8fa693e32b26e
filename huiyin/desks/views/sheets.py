"""Ledger sheets 台账: downloaded for a period, uploaded with a preview, taken in.

An uploaded sheet is kept nowhere: whoever takes it in hands the same file over once more, and another one is
previewed first.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.casework import law
from huiyin.casework.permissions import entry
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.intake.dates import read_date
from huiyin.offices import tree
from huiyin.papers.sheets import InMemory
from huiyin.sheets import applying, heads, models
from huiyin.sheets.applying import Report, Sheet
from huiyin.sheets.layout import ROUTINE, Layout, layout, layouts
from huiyin.sheets.making import make
from huiyin.sheets.rows import ALWAYS, Period, chosen

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 20_000  # a page holds the sheet in memory; the command streams
MOST_SHOWN = 200


@entry("sheet.make")
@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    language, today = shown.language(), law.day_of(timezone.now())
    found = [
        {
            "id": one.id,
            "title": one.title.get(language),
            "columns": "、".join(column.title.get(language) for column in one.columns),
            "period": _usual(one, today),
        }
        for one in layouts()
    ]
    return render(request, "desks/sheets.html", {"here": "sheets", "sheets": found})


def _usual(found: Layout, today: date) -> Period:
    """The period that the page offers: this month; no days for open matters, of which the oldest count."""
    return ALWAYS if found.rows == "open" else Period(today.replace(day=1), today)


@entry("sheet.make")
@require_safe
def download(request: HttpRequest, sheet: str) -> HttpResponse:
    actor, found = actor_of(request), _layout(sheet)
    period = Period(_day(request, "from"), _day(request, "to"))
    if found.id not in ROUTINE and chosen(found, actor, "", period).count() > MOST_ROWS:
        context = {"here": "sheets", "title": found.title.get(shown.language()), "most": MOST_ROWS}
        return render(request, "desks/sheets_too_long.html", context, status=422)
    stream = BytesIO()
    make(found, stream, actor=actor, now=timezone.now(), language=shown.language(), period=period)
    return _file(f"{found.id}-{law.day_of(timezone.now())}.xlsx", stream.getvalue())


@entry("sheet.make")
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, sheet: str) -> HttpResponse:
    """Upload a sheet: look first, then take in what was looked at."""
    found = _layout(sheet)
    given = request.FILES.get("file")
    if request.method != "POST":
        return _page(request, found, {})
    if given is None:
        return _page(request, found, {"missing": True}, 422)
    data = given.read()
    digest = hashlib.sha256(data).hexdigest()
    _remember(request, found)
    ready = _sheet(request, found, data)
    act = request.POST.get("act", "look")
    other = act == "take" and request.POST.get("seen") != digest
    codes: list[tuple[str, str]] = []
    dry = act != "take" or other
    report = applying.take_in(ready, now=timezone.now, dry=dry, slips=codes.extend)
    if act == "faults" and report.faults:
        stream = BytesIO()
        applying.write_faults(ready, report, stream, _reason)
        return _file(f"{found.id}-faults.xlsx", stream.getvalue())
    context = {"report": report, "dry": dry, "other": other, "seen": digest, "codes": codes}
    return _page(request, found, {**context, **_shown(report)})


def _layout(name: str) -> Layout:
    try:
        return layout(name)
    except KeyError:
        raise Http404 from None


def _day(request: HttpRequest, name: str) -> date | None:
    return read_date(request.GET.get(name, ""))


def _own(request: HttpRequest) -> str:
    return actor_of(request).office or tree.bureau_code()


def _sheet(request: HttpRequest, found: Layout, data: bytes) -> Sheet:
    known = models.remembered(_own(request), found)
    return Sheet(InMemory(data), found, actor_of(request), "", shown.language(), known)


def _remember(request: HttpRequest, found: Layout) -> None:
    """Heads that the officer gave a column; what may not be taken in is left as it is."""
    for title, column in zip(request.POST.getlist("head"), request.POST.getlist("column"), strict=False):
        if column:
            try:
                models.remember(_own(request), found, title, column)
            except models.BadMapping:
                continue


def _page(request: HttpRequest, found: Layout, more: dict[str, Any], status: int = 200) -> HttpResponse:
    language = shown.language()
    columns = [(column.id, column.title.get(language)) for column in found.columns]
    context = {"here": "sheets", "title": found.title.get(language), "sheet": found.id, "columns": columns}
    return render(request, "desks/sheets_one.html", {**context, **more}, status=status)


def _shown(report: Report) -> dict[str, Any]:
    """The report in words, for the page."""
    return {
        "faults": [(fault, _reason(fault)) for fault in report.faults[:MOST_SHOWN]],
        "left_out": [(out, _reason(out)) for out in report.left_out],
        "unused": _unused(report.left_out),
        "more": max(0, len(report.faults) - MOST_SHOWN),
    }


def _unused(left_out: Sequence[heads.LeftOut]) -> list[str]:
    """Heads that an officer may give a column."""
    titles = (out.title for out in left_out if out.reason == heads.UNUSED and out.title)
    return list(dict.fromkeys(titles))[:20]


def _reason(found: Any) -> str:
    said: str = _(found.reason) % found.params
    return said


def _file(name: str, data: bytes) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": disposition})
