"""The template of each notice: the county's own where it has a good one, else the one that is shipped.

A county drops `<id>.docx` (Chinese) or `<id>.en.docx` in the folder HUIYIN_NOTICES. One that cannot be read,
or lacks an element the law requires, is never used; the shipped one is. `huiyin notices check` says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from docx.opc.exceptions import PackageNotFoundError

from huiyin.papers import filling, typeset
from huiyin.papers.filling import Template
from huiyin.papers.foreign import BadTemplate, Flaw
from huiyin.postroom import shipped
from huiyin.postroom.forms import Element, Form, form, ids

ENDING = ".docx"
NO_NOTICE = "there is no notice of this name; there are: %s"
UNREADABLE = "cannot be read: %s"
EMPTIED = "cannot be filled: %s"


@dataclass(frozen=True)
class Report:
    """What a check found in one template. `unknown`: placeholders that mean nothing, each with its place."""

    file: str
    kind: str
    language: str
    flaws: tuple[Flaw, ...] = ()
    missing: tuple[Element, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()

    @property
    def good(self) -> bool:
        return not (self.flaws or self.missing or self.unknown)

    @property
    def usable(self) -> bool:
        """An unknown placeholder leaves a gap where the county wanted something, and takes nothing away."""
        return not (self.flaws or self.missing)


def template(kind: str, language: str, folder: Path | None) -> tuple[Template, Report | None]:
    """The template to fill, and the report on the county's own where there is one."""
    path = folder / file_name(kind, language) if folder else None
    if path is None or not path.is_file():
        return _shipped(kind, language), None
    report, own = _checked(path, *_stamp(path))
    return (own, report) if own and report.usable else (_shipped(kind, language), report)


def file_name(kind: str, language: str) -> str:
    return f"{kind}{ENDING}" if language.startswith("zh") else f"{kind}.en{ENDING}"


@lru_cache(maxsize=64)
def _shipped(kind: str, language: str) -> Template:
    return filling.read(shipped.template(kind, language))


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=64)
def _checked(path: Path, _changed: int, _size: int) -> tuple[Report, Template | None]:
    """Read once for each time the file was saved."""
    kind, language = _parts(path.name)
    return _check(path.name, path, kind, language)


def _parts(name: str) -> tuple[str, str]:
    stem = name.removesuffix(ENDING)
    return (stem.removesuffix(".en"), "en") if stem.endswith(".en") else (stem, "zh")


# --- checking -----------------------------------------------------------------------------------------


def check(folder: Path) -> Iterator[Report]:
    """A report on each Word file in the folder; what Word leaves beside an open file is passed over."""
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.startswith(("~$", ".")) or not path.suffix.lower().startswith((".doc", ".dot")):
            continue
        kind, language = _parts(path.name)
        if path.suffix != ENDING or kind not in ids():
            yield Report(path.name, kind, language, (Flaw("", NO_NOTICE % ", ".join(ids())),))
        else:
            yield _check(path.name, path, kind, language)[0]


def check_shipped() -> Iterator[Report]:
    for kind in ids():
        for language in shipped.LANGUAGES:
            name = file_name(kind, language)
            yield _report(name, kind, language, shipped.template(kind, language))[0]


def _check(name: str, path: Path, kind: str, language: str) -> tuple[Report, Template | None]:
    try:
        data = path.read_bytes()
    except OSError as fault:
        return Report(name, kind, language, (Flaw("", UNREADABLE % fault.strerror),)), None
    return _report(name, kind, language, data)


def _report(name: str, kind: str, language: str, data: bytes) -> tuple[Report, Template | None]:
    of = form(kind)
    try:
        read = filling.read(data)
        seen = _seen(read, of, language)
    except BadTemplate as bad:
        return Report(name, kind, language, bad.flaws), None
    missing = tuple(e for e in of.required if e.id not in read.always or e.id not in seen)
    unknown = tuple((n, where) for n, where in read.names.items() if n not in of.elements)
    return Report(name, kind, language, (), missing, unknown), read


def _seen(read: Template, of: Form, language: str) -> frozenset[str]:
    """Elements that a reader of the filled paper sees, in Word and in the PDF: not hidden, not struck out."""
    marks = {element.id: f"⟦{element.id}⟧" for element in of.elements.values() if not element.flag}
    flags = {element.id: True for element in of.elements.values() if element.flag}
    try:
        filled = filling.fill(read, {**flags, **marks, "chinese": language == "zh"})
        words = typeset.text(filled)
    except (PackageNotFoundError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BadTemplate([Flaw("", EMPTIED % type(fault).__name__)]) from fault
    return frozenset(name for name, mark in marks.items() if mark in words)
