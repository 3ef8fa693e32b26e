"""The log over HTTP, exactly as C2SP tlog-tiles lays it out, and one page that explains it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiyin.casework.permissions import entry
from huiyin.ledger import keys, paths, tiles


@entry("log.read")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "publication/log.html",
        {"size": tiles.head().size, "vkey": keys.vkey(), "address": request.build_absolute_uri("/log/")},
    )


@entry("log.read")
@require_safe
def vkey(_: HttpRequest) -> HttpResponse:
    return HttpResponse(keys.vkey(), content_type="text/plain; charset=utf-8")


@entry("log.read")
@require_safe
def checkpoint(_: HttpRequest) -> HttpResponse:
    try:
        note = tiles.checkpoint_note()
    except LookupError:
        raise Http404 from None
    response = HttpResponse(note, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@entry("log.read")
@require_safe
def tile(_: HttpRequest, name: str) -> HttpResponse:
    wanted = paths.parse(f"tile/{name}")
    data = tiles.content(wanted) if wanted else None
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
