"""Every address of the site, filled in for one case."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from pypdfium2 import PdfDocument

Patterns = list[URLPattern | URLResolver]


def routes(patterns: Patterns | None = None, prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """(route, names of its parts) of every view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern.pattern, RoutePattern), f"{route}: a route this guard cannot fill in"
            yield route, tuple(_parts(route))


def _parts(route: str) -> Iterator[str]:
    for piece in route.split("<")[1:]:
        yield piece.partition(">")[0].rpartition(":")[2]


def addresses(values: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every address with each of the values its parts may take; a part without a value is an error."""
    return [address for route, parts in routes() for address in _filled(route, parts, values)]


def _filled(route: str, parts: tuple[str, ...], values: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    made = [f"/{route}"]
    for part in parts:
        assert part in values, f"/{route}: say in the guards what <{part}> may be"
        made = [_put(one, part, value) for one in made for value in values[part]]
    yield from made


def _put(route: str, part: str, value: str) -> str:
    start = next(
        at for at in range(len(route)) if route[at] == "<" and route[at:].split(">")[0].endswith(part)
    )
    return route[:start] + value + route[start:].partition(">")[2]


# What the parts of an address may be where a guard does not care; the notice of an acceptance is made by
# every case that is handled.
PLAIN: dict[str, tuple[str, ...]] = {
    "key": ("unsigned",),
    "part": ("proof", "opening", "words"),
    "release_id": ("1",),
    "name": ("entries/000.p/1",),
    "seq": ("1", "2", "3"),
    "kind": ("receipt", "routed", "accept"),
    "ending": ("docx", "pdf"),
    "book": ("cn-xinfang-2022@1",),
    "day": ("2026-03-02",),
    "service": ("construction",),
    "format": ("json", "xml"),
    "sheet": ("registration", "supervision", "backlog", "daily"),
}


def said(answer: Any) -> bytes:
    """All that an answer says: of a zip or a Word file what is packed in it, of a PDF its text."""
    body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return b"\n".join(_text(packed.read(name)) for name in packed.namelist())
    return _text(body)


def _text(data: bytes) -> bytes:
    if not data.startswith(b"%PDF"):
        return data
    pages = PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in pages).encode()


@cache
def sources() -> tuple[tuple[str, str], ...]:
    """(path, text) of every Python file and template of the product."""
    from tests.house.tree import ROOT, text, tracked

    return tuple((str(p.relative_to(ROOT)), text(p)) for p in tracked("huiyin/*.py", "huiyin/*.html"))
