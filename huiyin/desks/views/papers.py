"""Papers that the desk makes of a case: its notices, to serve or to edit, and the responsibility review."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from huiyin.casework import reading
from huiyin.casework.permissions import entry, require
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.insight import review_paper
from huiyin.insight.review import review as reviewed
from huiyin.postroom import notices

MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@entry("case.see")
@require_safe
def notice(request: HttpRequest, case_id: str, seq: int, kind: str, ending: str) -> HttpResponse:
    if ending not in MIME:
        raise Http404
    actor = actor_of(request)
    try:
        made = notices.render(case_id, seq, kind, actor, shown.language(), now=timezone.now())
    except notices.NoNotice:
        raise Http404 from None
    return _download(f"{made.name}.{ending}", made.docx if ending == "docx" else made.pdf(), ending)


@entry("review.read")
@require_safe
def review(request: HttpRequest, case_id: str) -> HttpResponse:
    """Who owed what, by when, under which article, what came of it: offices and officers in duty alone."""
    actor, now = actor_of(request), timezone.now()
    row = reading.find(case_id, actor)
    require(actor, "review.read", row)
    found = reviewed(case_id, actor, now)
    context = {
        "here": "inbox",
        "row": row,
        "title": review_paper.TITLE.get(shown.language()),
        "note": review_paper.NOTE.get(shown.language()),
        "tables": review_paper.tables(found, shown.language()),
    }
    return render(request, "desks/review.html", context)


@entry("review.read")
@require_safe
def review_docx(request: HttpRequest, case_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = reading.find(case_id, actor)
    require(actor, "review.read", row)
    made = review_paper.docx(reviewed(case_id, actor, timezone.now()), shown.language())
    return _download(f"{row.number}-review.docx", made, "docx")


def _download(name: str, data: bytes, ending: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(data, content_type=MIME[ending], headers={"Content-Disposition": disposition})
