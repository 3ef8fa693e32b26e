"""What the petitioner takes away by code: notices, answer, receipts, papers, whole file, certificate."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.casework import bundles, dossier, law, reading, receipts, silence
from huiyin.casework.permissions import entry
from huiyin.casework.reading import PETITIONER
from huiyin.papers import pdf
from huiyin.portal import telling, visit
from huiyin.portal.following import answers_shown
from huiyin.portal.page import refused, speech
from huiyin.postroom import notices
from huiyin.rounds import promises

PAPERS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@entry("case.follow")
@require_safe
@visit.by_code
def notice(_request: HttpRequest, case_id: str, seq: int, kind: str, ending: str) -> HttpResponse:
    if ending not in PAPERS:
        raise Http404
    try:
        made = notices.render(case_id, seq, kind, PETITIONER, speech(), now=timezone.now())
    except notices.NoNotice:
        raise Http404 from None
    return _download(f"{made.name}.{ending}", made.docx if ending == "docx" else made.pdf(), PAPERS[ending])


@entry("file.take")
@require_safe
@visit.by_code
def whole_file(request: HttpRequest, case_id: str) -> HttpResponse:
    """Everything there is of the case in one zip, to take anywhere."""
    row, now = reading.find(case_id, PETITIONER), timezone.now()
    try:
        served = notices.documents(case_id, PETITIONER, speech(), now=now)
        promised = promises.in_words(case_id, speech())
        made = dossier.whole_file(
            case_id, PETITIONER, now, language=speech(), documents=served, promised=promised
        )
    except bundles.NotInLog:
        return refused(request, _("Not yet"), _too_fresh(), back="/case/", status=503)
    except bundles.Gone:
        raise Http404 from None
    return _download(f"{row.number}.zip", made, "application/zip")


@entry("silence.take")
@require_safe
@visit.by_code
def silence_zip(request: HttpRequest, case_id: str) -> HttpResponse:
    """The certificate that the log holds no answer although the date has passed."""
    row = reading.find(case_id, PETITIONER)
    try:
        made = silence.certificate(case_id, PETITIONER, timezone.now(), language=speech())
    except silence.NotLate as soon:
        return refused(request, _("Nothing is late"), soon.message.get(speech()), back="/case/")
    except bundles.NotInLog:
        return refused(request, _("Not yet"), _too_fresh(), back="/case/", status=503)
    except bundles.Gone:
        raise Http404 from None
    return _download(f"{row.number}-silence.zip", made, "application/zip")


def _too_fresh() -> str:
    return _("What happened last is not in the log yet. Try again in a few seconds.")


@entry("case.follow")
@require_safe
@visit.by_code
def answer_pdf(_request: HttpRequest, case_id: str) -> HttpResponse:
    row = reading.find(case_id, PETITIONER)
    words = None if row.erased else reading.words(case_id, PETITIONER)
    found = answers_shown(case_id, row, law.book(row.book), words)
    if not found or words is None:
        raise Http404
    return _download(f"{row.number}.pdf", pdf.render(_document(found[0], words)), "application/pdf")


def _document(answer: dict[str, Any], words: reading.Words) -> pdf.Document:
    line = _("%(n)d. %(request)s: %(title)s")
    outcomes = tuple(line % {"n": n, **outcome} for n, outcome in enumerate(answer["outcomes"], 1))
    sections = [pdf.Section(_("You ask for"), outcomes)] if outcomes else []
    sections += [pdf.Section(part.title, (part.text,)) for part in answer["parts"]]
    return pdf.Document(
        title=_("The answer to your matter"),
        number=answer["number"],
        organ=answer["office"],
        addressee=words.title,
        sections=tuple(sections),
        date=telling.day(answer["day"]),
        footer=_("Copy from the petitioner's page. The paper that was served is the one that counts."),
        language="zh" if speech().startswith("zh") else "en",
    )


@entry("receipt.take")
@require_safe
@visit.by_code
def receipt(_request: HttpRequest, case_id: str, part: str) -> HttpResponse:
    row = reading.find(case_id, PETITIONER)
    if row.erased or part not in ("proof", "opening", "words"):
        raise Http404
    found = receipts.receipt(case_id)
    ending, data = {
        "proof": ("promise" if found.index is None else "tlog-proof", found.proof),
        "opening": ("opening.json", found.opening),
        "words": ("words.txt", found.words),
    }[part]
    return _download(f"{row.number}.{ending}", data, "application/octet-stream")


@entry("paper.original")
@require_safe
@visit.by_code
def paper(_request: HttpRequest, case_id: str, ref: str) -> HttpResponse:
    name, _mime, data = reading.original(case_id, ref, PETITIONER)
    # Never as what it claims to be: it is only ever saved, not shown.
    return _download(name, data, "application/octet-stream")


def _download(name: str, data: bytes, mime: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(data, content_type=mime, headers=headers)
