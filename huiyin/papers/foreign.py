"""Looks at a Word file somebody else made before anything reads it: refuses what is broken, locked, foreign,
what would run, and what would fetch something else once a person opens it."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

MOST_BYTES = 64 * 1024 * 1024
MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# The old compound format: a .doc, or a .docx under a password.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
FIELDS = re.compile(rb"<w:instrText[^>]*>([^<]*)|w:instr=\"([^\"]*)|<(w:altChunk|w:subDoc)")
FETCHES = re.compile(rb"INCLUDE(TEXT|PICTURE)|\bDDE(AUTO)?\b|\bLINK\s+\w|\bMACROBUTTON\b|w:altChunk|w:subDoc")

BROKEN = "is not a Word document that can be read (%s)"
NOT_WORD = "is not a Word document (.docx)"
LOCKED = "is locked with a password; save it without one"
OLD = "is an old .doc or another program's format; save it as .docx"
MACRO = "holds macros; save it as a .docx without them"
OTHER_KIND = "is a Word template (.dotx) or of another kind; save it as .docx"
TOO_LARGE = f"unpacks to more than {MOST_BYTES // 1024**2} MB"
DOCTYPE = "declares a document type, which no Word document does"
LINKED = "is linked to another file or address (%s); remove the link"
OBJECT = "holds an embedded object or a control; remove it"
FETCHED = "holds a field that fetches something else (%s); remove it"


@dataclass(frozen=True)
class Flaw:
    """One thing to mend: where it stands in the file ("" for the file itself) and what it is."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class BadTemplate(ValueError):
    """A file that cannot be used; `flaws` says why, and where."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("; ".join(map(str, self.flaws)))


def refuse(data: bytes) -> None:
    """Raise BadTemplate unless `data` is a plain Word document."""
    if data.startswith(OLE):
        raise BadTemplate([Flaw("", LOCKED if ENCRYPTED in data else OLD)])
    if not data.startswith(b"PK"):
        raise BadTemplate([Flaw("", NOT_WORD)])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            flaws = list(_flaws(archive))
    except Exception as fault:  # zipfile, zlib and lxml have no error in common
        raise BadTemplate([Flaw("", BROKEN % type(fault).__name__)]) from fault
    if flaws:
        raise BadTemplate(flaws)


def _flaws(archive: zipfile.ZipFile) -> Iterator[Flaw]:
    names = set(archive.namelist())
    if sum(item.file_size for item in archive.infolist()) > MOST_BYTES:
        yield Flaw("", TOO_LARGE)
    elif not {"[Content_Types].xml", "word/document.xml"} <= names:
        yield Flaw("", OLD if "mimetype" in names else NOT_WORD)
    else:
        yield from _flaws_of_kind(archive.read("[Content_Types].xml"), names)
        for name in sorted(names):
            if name.endswith((".xml", ".rels")):
                yield from _flaws_in(name, archive.read(name))


def _flaws_of_kind(kinds: bytes, names: set[str]) -> Iterator[Flaw]:
    if b"macroEnabled" in kinds or any("vba" in name.lower() for name in names):
        yield Flaw("", MACRO)
    elif MAIN not in kinds:
        yield Flaw("", OTHER_KIND)
    if any(name.startswith(("word/embeddings/", "word/activeX/")) for name in names):
        yield Flaw("", OBJECT)


def _flaws_in(name: str, content: bytes) -> Iterator[Flaw]:
    if b"<!DOCTYPE" in content:
        yield Flaw(name, DOCTYPE)
    elif name.endswith(".rels"):
        for rel in etree.fromstring(content):
            if rel.get("TargetMode") == "External" and not rel.get("Type", "").endswith("/hyperlink"):
                yield Flaw(name, LINKED % rel.get("Target", ""))
    elif PARTS.fullmatch(name):
        codes = b" ".join(b"".join(groups) for groups in FIELDS.findall(content))
        for found in FETCHES.finditer(codes):
            yield Flaw(name, FETCHED % found[0].decode())
