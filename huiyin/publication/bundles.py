"""Bundles: a petitioner's whole file, or a certificate of silence, as a zip. Needs only `cryptography`.

The archive is a stranger's: nothing is unpacked to disk, names are plain or refused, and reading stops at
a bound. Knows the formats and the book that lies in the bundle; of the office it knows nothing.
"""

import re
import tomllib
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from huiyin.ledger import canonical
from huiyin.ledger.notes import Checkpoint, NoteError, Verifier, open_checkpoint, open_note, read_vkey
from huiyin.publication.findings import Result
from huiyin.publication.receipts import MAX_FILE, Claims, Part, once

FILE, SILENCE = "huiyin.file/1", "huiyin.silence/1"
MOST_FILES = 5000
MOST_BYTES = 1024 * 1024 * 1024  # unpacked, all files together
MOST_LISTED = 2 * 1024 * 1024  # bytes of the archive's own table
END = 22  # bytes that end a zip without a comment (APPNOTE.TXT 4.3.16)
NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
LATE = re.compile(r"late ([a-z][a-z0-9_-]*) (\d{4}-\d\d-\d\d) since (\d+) absent ([a-z_]+(?:,[a-z_]+)*)")
TIME = re.compile(r"time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")
EARLIEST = timedelta(hours=10)  # a day is over nowhere before 24:00 at UTC+14
LINK = 0o120000


class Unreadable(Exception):
    """The archive cannot be read on: a code of MEANINGS, a name, and what is wrong."""

    def __init__(self, code: str, where: str, detail: object = "") -> None:
        super().__init__(code, where, str(detail))
        self.code, self.where, self.detail = code, where, detail


def verify(path: Path, result: Result, key: Verifier | None = None) -> Claims | None:
    """Verify the bundle at `path` into `result`; its claims, to be held against a published log.

    `key`: the published log's, where there is one; the bundle must be of that log.
    """
    try:
        with _opened(path) as archive:
            return _Bundle(path.name, _Archive(archive), result).verify(key)
    except Unreadable as fault:
        result.add(fault.code, f"{path.name}: {fault.where}" if fault.where else path.name, fault.detail)
    except OSError as error:
        result.add("missing", path.name, error.strerror or type(error).__name__)
    return None


# --- the archive ------------------------------------------------------------------------------
def _opened(path: Path) -> zipfile.ZipFile:
    """The archive, once its own table is known to be of bounded size."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - END - 20))
        tail = file.read()
    end, before = tail[-END:], tail[:-END]
    if len(end) < END or end[:4] != b"PK\x05\x06" or end[-2:] != b"\0\0":
        raise Unreadable("zip", "", "it is cut off, or something was put behind it")
    if before[-20:-16] == b"PK\x06\x07":
        raise Unreadable("zip_large", "", "a bundle has no zip64 table")
    files, listed = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if files > MOST_FILES or listed > MOST_LISTED:
        raise Unreadable("zip_large", "", f"more than {MOST_FILES} files")
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("zip", "", error) from error


class _Archive:
    """Files by name, each read at most once, all of them bounded together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_BYTES
        self.names: dict[str, zipfile.ZipInfo] = {}
        folded: set[str] = set()
        for info in archive.infolist():
            _refuse_odd(info)
            if info.filename.casefold() in folded:
                raise Unreadable("zip_name", info.filename, "the name occurs twice")
            folded.add(info.filename.casefold())
            self.names[info.filename] = info

    def read(self, name: str) -> bytes:
        try:
            with self._archive.open(self.names[name]) as file:
                data = file.read(min(MAX_FILE, self._left) + 1)
        except KeyError:
            raise Unreadable("missing", name) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise Unreadable("zip", name, error) from error
        if len(data) > min(MAX_FILE, self._left):
            raise Unreadable("zip_large", name)
        self._left -= len(data)
        return data


def _refuse_odd(info: zipfile.ZipInfo) -> None:
    """Only plain files under plain relative names."""
    name = info.orig_filename
    if len(name) > 200 or not NAME.fullmatch(name) or info.filename != name or ".." in name:
        raise Unreadable("zip_name", ascii(name)[:80])
    if info.external_attr >> 16 & 0o170000 == LINK or info.flag_bits & 1 or info.compress_type not in (0, 8):
        raise Unreadable("zip_name", name, "a link, encrypted, or packed in an unknown way")


# --- the bundle -------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Entry:
    """One entry of the case as its opening tells. `private` is None while it is closed."""

    seq: int
    index: int
    name: str
    public: Mapping[str, Any]
    private: Mapping[str, Any] | None

    @property
    def step(self) -> str:
        return str(self.public.get("step", ""))

    @property
    def book(self) -> str:
        return str(self.public.get("book", ""))


class _Bundle:
    """One look at everything: the list of files, the log's entries, the originals, the statement."""

    def __init__(self, name: str, archive: _Archive, result: Result) -> None:
        self._name = name
        self._archive = archive
        self._result = result

    def verify(self, published: Verifier | None) -> Claims | None:
        manifest = self._manifest()
        self._result.kind, self._result.case = manifest["kind"], manifest["case"]
        small = self._files(manifest["files"], self._wanted(manifest))
        key = self._key(small, published)
        if key is None:
            return None
        self._result.origin = key.name
        claims = Claims(key, self._result)
        checkpoint = self._checkpoint(small, key)
        entries = self._entries(manifest, small, claims)
        books = self._books(manifest, small, entries)
        if manifest["kind"] == FILE:
            self._originals(manifest, entries)
        elif checkpoint is not None:
            self._statement(manifest, small.get("statement.note", b""), key, checkpoint, entries, books)
        return claims

    def _bad(self, code: str, where: str, detail: object = "") -> None:
        self._result.add(code, f"{self._name}: {where}", detail)

    # --- files -------------------------------------------------------------------------------
    def _manifest(self) -> dict[str, Any]:
        try:
            found = once(self._archive.read("manifest.json"))
            _require_manifest(found)
        except ValueError as error:
            raise Unreadable("manifest", "manifest.json", error) from error
        manifest: dict[str, Any] = found
        return manifest

    @staticmethod
    def _wanted(manifest: Mapping[str, Any]) -> set[str]:
        """Files whose content is looked into, beyond their digest."""
        stems = [entry["stem"] for entry in manifest["entries"]]
        endings = (".tlog-proof", ".opening.json", ".public.json", ".words.txt")
        logged = {f"{stem}{ending}" for stem in stems for ending in endings}
        return {"vkey", "checkpoint", "statement.note", *manifest["books"].values(), *logged}

    def _files(self, listed: Mapping[str, Any], wanted: set[str]) -> dict[str, bytes]:
        """Hold every file against the manifest; the contents of those that are looked into."""
        kept: dict[str, bytes] = {}
        self._digests = {name: row["sha256"] for name, row in listed.items()}
        for name in self._archive.names:
            if name != "manifest.json" and name not in listed:
                self._bad("unlisted", name)
        for name, row in listed.items():
            if name not in self._archive.names:
                self._bad("missing", name)
                continue
            data = self._archive.read(name)
            if len(data) != row["size"] or sha256(data).hexdigest() != row["sha256"]:
                self._bad("file", name)
            if name in wanted:
                kept[name] = data
        return kept

    def _key(self, small: Mapping[str, bytes], published: Verifier | None) -> Verifier | None:
        try:
            key = read_vkey(small.get("vkey", b"").decode("ascii").removesuffix("\n"))
        except ValueError as error:
            self._bad("vkey", "vkey", error)
            return published
        if published is not None and str(published) != str(key):
            self._bad("vkey", "vkey", "it is not the published log's")
            return published
        return key

    def _checkpoint(self, small: Mapping[str, bytes], key: Verifier) -> Checkpoint | None:
        try:
            found = open_checkpoint(small.get("checkpoint", b""), key)
        except NoteError as error:
            self._bad("checkpoint", "checkpoint", error)
            return None
        self._result.size = max(self._result.size, found.size)
        return found

    # --- entries -----------------------------------------------------------------------------
    def _entries(
        self, manifest: Mapping[str, Any], small: Mapping[str, bytes], claims: Claims
    ) -> list[_Entry]:
        found = [self._entry(row, small, claims) for row in manifest["entries"]]
        seqs = [row["seq"] for row in manifest["entries"]]
        if not seqs or seqs != list(range(1, len(seqs) + 1)):
            self._bad("entries", "manifest.json", "they are not numbered from 1 without a gap")
        entries = [entry for entry in found if entry is not None]
        if any(a.index >= b.index for a, b in pairwise(entries)):
            self._bad("entries", "manifest.json", "they do not stand in the log in their order")
        for entry in entries:
            self._belongs(entry, manifest["case"])
        return entries

    def _entry(self, row: Mapping[str, Any], small: Mapping[str, bytes], claims: Claims) -> _Entry | None:
        stem = row["stem"]
        name = f"{self._name}: {stem}.tlog-proof"
        proof = claims.proof(name, small.get(f"{stem}.tlog-proof", b""))
        if proof is None:
            return None
        if proof.checkpoint != small.get("checkpoint"):
            self._bad("receipt_checkpoint", f"{stem}.tlog-proof", "it leads to another checkpoint")
        if row["closed"]:
            opened = f"{stem}.public.json"
            part = claims.public_opening(f"{self._name}: {opened}", small.get(opened, b""), proof)
            return _Entry(row["seq"], proof.index, opened, _content(part), None) if part else None
        opened = f"{stem}.opening.json"
        parts = claims.opening(f"{self._name}: {opened}", small.get(opened, b""), proof)
        if parts is None:
            return None
        private = _content(parts[1])
        self._words(f"{stem}.words.txt", small, private, claims, parts[1])
        return _Entry(row["seq"], proof.index, opened, _content(parts[0]), private)

    def _words(
        self, name: str, small: Mapping[str, bytes], private: Mapping[str, Any], claims: Claims, part: Part
    ) -> None:
        if "words_sha256" not in private and name not in small:
            return
        if name not in small:
            self._bad("missing", name)
        else:
            claims.words(f"{self._name}: {name}", small[name], *part)

    def _belongs(self, entry: _Entry, case: str) -> None:
        """Each entry says that it is this one of this case; a withheld one in its private part alone."""
        withheld = entry.public.get("category") == "withheld"
        if not withheld and entry.public.get("case") != case:
            self._bad("entries", entry.name, "its pseudonym is another case's")
        if entry.private is None:
            return
        clear = _table(entry.private.get("clear"))
        said = (entry.private.get("fact"), clear.get("step"), clear.get("book"))
        if said != (f"{case}/{entry.seq}", entry.step, entry.book):
            self._bad("entries", entry.name, f"it is not entry {entry.seq} of the case")

    def _books(
        self, manifest: Mapping[str, Any], small: Mapping[str, bytes], entries: list[_Entry]
    ) -> dict[str, dict[str, Any]]:
        """The books by name, each the very file that an entry of the case commits to."""
        committed = {
            entry.book: values["book_digest"]
            for entry, values in _clear_values(entries)
            if "book_digest" in values
        }
        books: dict[str, dict[str, Any]] = {}
        for name in dict.fromkeys(entry.book for entry in entries):
            place = manifest["books"].get(name, "")
            data = small.get(place, b"")
            if sha256(data).hexdigest() != committed.get(name):
                self._bad("book", place or name)
                continue
            try:
                books[name] = tomllib.loads(data.decode())
            except (ValueError, RecursionError) as error:
                self._bad("book", place, error)
        return books

    def _originals(self, manifest: Mapping[str, Any], entries: list[_Entry]) -> None:
        """Each paper that came with an opened entry is there, byte for byte."""
        given: dict[int, list[str]] = {}
        for row in manifest.get("originals", []):
            given.setdefault(row["seq"], []).append(self._digests.get(row["file"], ""))
        for entry in entries:
            attached = _rows(entry.private or {}, "attachments")
            if [paper.get("sha256") for paper in attached] != given.pop(entry.seq, []):
                self._bad("original", entry.name)
        for seq in given:
            self._bad("original", f"entry {seq}")

    # --- silence -----------------------------------------------------------------------------
    def _statement(
        self,
        manifest: Mapping[str, Any],
        note: bytes,
        key: Verifier,
        checkpoint: Checkpoint,
        entries: list[_Entry],
        books: Mapping[str, dict[str, Any]],
    ) -> None:
        try:
            text = open_note(note, [key])
            said = _read_statement(text)
        except ValueError as error:
            self._bad("statement", "statement.note", error)
            return
        self._result.statement = text
        root = b64encode(checkpoint.root).decode()
        expected = [
            SILENCE,
            key.name,
            f"case {manifest['case']}",
            f"entries {len(manifest['entries'])}",
            f"checkpoint {checkpoint.size} {root}",
        ]
        if said.head != expected:
            self._bad("statement", "statement.note", "it is of another case, checkpoint or number of entries")
        for late in said.late:
            self._late(late, said.at, entries, books)

    def _late(
        self, late: "_Late", at: datetime, entries: list[_Entry], books: Mapping[str, dict[str, Any]]
    ) -> None:
        over = datetime.combine(late.due, time(), UTC) + EARLIEST
        if at < over:
            self._bad("not_late", "statement.note", f"{late.clock} {late.due}")
        known = {clock.get("id") for book in books.values() for clock in _rows(book, "clock")}
        if late.clock not in known or not 0 < late.since <= len(entries):
            self._bad("statement", "statement.note", f"{late.clock} since {late.since}")
        for entry in entries:
            part = _part_of(books.get(entry.book, {}), entry.step)
            if entry.seq > late.since and part in late.absent:
                self._bad("not_silent", entry.name, f"{entry.step} is {part}")


@dataclass(frozen=True)
class _Late:
    clock: str
    due: date
    since: int
    absent: tuple[str, ...]


@dataclass(frozen=True)
class _Said:
    head: list[str]
    at: datetime
    late: list[_Late]


def _read_statement(text: str) -> _Said:
    """The statement's lines; ValueError unless each is spelled as it must be."""
    lines = text.removesuffix("\n").split("\n")
    when = TIME.fullmatch(lines[5]) if len(lines) > 6 else None
    if when is None:
        raise ValueError("it lacks lines")
    late = []
    for line in lines[6:]:
        found = LATE.fullmatch(line)
        if found is None:
            raise ValueError("a line of it is not understood")
        due = date.fromisoformat(found[2])
        late.append(_Late(found[1], due, int(found[3]), tuple(found[4].split(","))))
    return _Said(lines[:5], datetime.fromisoformat(when[1]).replace(tzinfo=UTC), late)


def _part_of(book: Mapping[str, Any], step: str) -> str:
    return next((str(row.get("part", "")) for row in _rows(book, "step") if row.get("id") == step), "")


def _content(part: Part) -> Mapping[str, Any]:
    return _table(canonical.loads(part[1]))


def _clear_values(entries: list[_Entry]) -> Iterator[tuple[_Entry, Mapping[str, Any]]]:
    for entry in entries:
        yield entry, _table(_table((entry.private or {}).get("clear")).get("values"))


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = table.get(name, [])
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _require_manifest(found: Any) -> None:
    """Every part that is read later has its type; ValueError otherwise."""
    if not isinstance(found, dict) or found.get("v") != 1 or found.get("kind") not in (FILE, SILENCE):
        raise ValueError("it is of no kind that is known here")
    if not isinstance(found.get("case"), str):
        raise ValueError("it names no case")
    _require(found, "entries", list, lambda row: _has(row, seq=int, stem=str, closed=bool))
    _require(found, "files", dict, lambda row: _has(row, sha256=str, size=int))
    _require(found, "books", dict, lambda row: isinstance(row, str))
    if found["kind"] == FILE:
        _require(found, "originals", list, lambda row: _has(row, seq=int, file=str))


def _require(found: dict[str, Any], name: str, kind: type, fits: Any) -> None:
    value = found.get(name)
    rows = value.values() if isinstance(value, dict) else value
    if not isinstance(value, kind) or not all(fits(row) for row in rows or ()):
        raise ValueError(f"its {name!r} is not understood")


def _has(row: Any, **kinds: type) -> bool:
    return isinstance(row, dict) and all(type(row.get(name)) is kind for name, kind in kinds.items())
