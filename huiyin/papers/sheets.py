"""Sheets as a stream of rows: `.xlsx`, `.csv` and the old `.xls` in, `.xlsx` out.

Reading holds one row at a time, and for `.xlsx` the shared strings as UTF-8; nothing is unpacked to disk.
Sizes are checked before anything is parsed. Why not openpyxl: docs/decisions/0021.
"""

import codecs
import csv
import re
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO
from xml.parsers import expat

import python_calamine
import xlsxwriter

from huiyin.papers.said import N_

Cell = str | int | float | bool | datetime | date | time | None
Row = tuple[str, int, list[Cell]]


class CellError(str):
    """What a formula that failed shows: `#N/A`, `#REF!`…"""


@dataclass(frozen=True)
class Limits:
    """What is refused before or while reading; bytes and characters."""

    file_bytes: int = 1024**3
    unpacked_bytes: int = 4 * 1024**3
    packed_ratio: int = 300
    ratio_from_bytes: int = 32 * 1024**2  # small files may well be all alike
    parts: int = 10_000
    cell_characters: int = 1_000_000
    strings_bytes: int = 1024**3
    xls_bytes: int = 64 * 1024**2


@dataclass(eq=False)
class SheetFault(Exception):
    """Why a file cannot be read (on): `row` from 1, 0 for the whole file; `reason` an English msgid."""

    reason: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason % self.params


class InMemory:
    """A file that was handed in and is never laid on a disk; opened like a path."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def open(self, mode: str = "r", encoding: str | None = None, newline: str | None = None) -> Any:
        stream = BytesIO(self.data)
        return stream if mode == "rb" else TextIOWrapper(stream, encoding=encoding, newline=newline)


File = Path | InMemory


def open_rows(path: File | str, limits: Limits = Limits()) -> Iterator[Row]:
    """(sheet name, row number from 1, cells) of every row that holds something, in order.

    The type is told from the content. In `.csv` the sheet name is "" and cells are text; a row is a
    record, whatever lines its cells span. `SheetFault` when the file, or what is left of it, cannot be read.
    """
    file = Path(path) if isinstance(path, str) else path
    try:
        with file.open("rb") as opened:
            start = opened.read(4096)
    except OSError:
        raise SheetFault(N_("This file cannot be opened.")) from None
    if _size(file) > limits.file_bytes:
        raise _too_big(limits.file_bytes)
    _refuse_other_types(start, file)
    if start.startswith(_OLE):
        yield from _xls_rows(file, limits)
        return
    yield from _xlsx_rows(file, limits) if start.startswith(b"PK") else _csv_rows(file, limits)


def _size(file: File) -> int:
    return len(file.data) if isinstance(file, InMemory) else file.stat().st_size


def column_name(index: int) -> str:
    """`A` for 0, `AA` for 26."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(65 + letter) + name
    return name


def write_rows(target: Path | BinaryIO, sheets: Iterable[tuple[str, Iterable[Sequence[Cell]]]]) -> None:
    """Write an `.xlsx` of (sheet name, rows). Text stays text: no formula, link or number is made of it."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, {**options, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, [_written(cell) for cell in row])


def _written(cell: Cell) -> Cell:
    """A sheet knows no time zones: an aware time is written as the clock on its wall."""
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _too_big(most: int) -> SheetFault:
    reason = N_("This file is too large: unpacked it would hold more than %(megabytes)d MB. Split it.")
    return SheetFault(reason, params={"megabytes": most // 1024**2})


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _refuse_other_types(start: bytes, file: File) -> None:
    if not start:
        raise SheetFault(N_("This file is empty."))
    if start.startswith(_OLE):
        with file.open("rb") as opened:
            protected = "EncryptedPackage".encode("utf-16-le") in opened.read(64 * 1024**2)
        if protected:
            raise SheetFault(N_("This workbook is protected by a password. Save it without one."))
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|table|meta)", start, re.IGNORECASE):
        raise SheetFault(N_("This is a web page under a workbook's name. Open it and save it as .xlsx."))
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf")):
        raise SheetFault(N_("This is neither an .xlsx workbook nor a .csv file."))


# --- .xls ----------------------------------------------------------------------------------------------


def _xls_rows(file: File, limits: Limits) -> Iterator[Row]:
    """The old binary format, whole in memory: it holds 65,536 rows at most."""
    if _size(file) > limits.xls_bytes:
        raise _too_big(limits.xls_bytes)
    try:
        with file.open("rb") as opened, python_calamine.CalamineWorkbook.from_filelike(opened) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.start is None:
                    continue
                for number, row in enumerate(sheet.iter_rows(), 1):
                    cells = [_old_cell(cell) for cell in row]
                    if any(cell is not None for cell in cells):
                        # The library leaves out empty columns at the left, and no row.
                        yield name, number, [*[None] * sheet.start[1], *cells]
    except (python_calamine.CalamineError, ValueError):
        raise SheetFault(N_("This old .xls workbook cannot be read. Open it and save it as .xlsx.")) from None


def _old_cell(cell: Any) -> Cell:
    """A cell as the other formats give it."""
    if cell == "":
        return None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime.combine(cell, time())
    return cell if isinstance(cell, Cell) else str(cell)


# --- .csv -------------------------------------------------------------------------------------


def _csv_rows(file: File, limits: Limits) -> Iterator[Row]:
    encoding = _encoding(file)
    csv.field_size_limit(limits.cell_characters)  # global to the csv module; we are its only reader
    with file.open(encoding=encoding, newline="") as text:
        delimiter = _delimiter(text.readline(65_536))
        text.seek(0)
        number = 0
        try:
            for number, record in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
                if any(record):
                    yield "", number, list(record)
        except csv.Error:
            reason = N_("The quotation marks of this row do not match, so what follows cannot be read.")
            raise SheetFault(reason, row=number + 1) from None


def _encoding(file: File) -> str:
    """utf-8 (with or without BOM), utf-16 with BOM, or gb18030: the first that the whole file is valid in."""
    with file.open("rb") as opened:
        start = opened.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise SheetFault(
        N_("The characters of this file are in no encoding we know. Save it as .xlsx or as CSV UTF-8.")
    )


def _decodes(file: File, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with file.open("rb") as opened:
            while block := opened.read(65_536):
                if "\0" in decoder.decode(block):
                    raise SheetFault(N_("This is neither an .xlsx workbook nor a .csv file."))
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(line: str) -> str:
    bare = re.sub(r'"[^"]*"?', "", line)
    return max(",\t;", key=bare.count)


# --- .xlsx (ECMA-376) -------------------------------------------------------------------------


def _xlsx_rows(file: File, limits: Limits) -> Iterator[Row]:
    try:
        with file.open("rb") as opened, zipfile.ZipFile(opened) as book:
            _refuse_bomb(book, limits)
            # Every part against its checksum first: a damaged file is refused whole, never taken in by half.
            if book.testzip() is not None:
                raise zipfile.BadZipFile
            yield from _Workbook(book, limits).rows()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise SheetFault(
            N_("This workbook is damaged. Open it in a spreadsheet program and save it again.")
        ) from None


def _refuse_bomb(book: zipfile.ZipFile, limits: Limits) -> None:
    """The directory of the archive states every size; zipfile unpacks no part beyond its stated size."""
    parts = book.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if unpacked > limits.unpacked_bytes or len(parts) > limits.parts:
        raise _too_big(limits.unpacked_bytes)
    if unpacked > limits.ratio_from_bytes and unpacked / packed > limits.packed_ratio:
        reason = N_(
            "This file unpacks to %(ratio)d times its size, as no honest workbook does. It was not opened."
        )
        raise SheetFault(reason, params={"ratio": unpacked // packed})
    if any(part.flag_bits & 1 for part in parts):
        raise SheetFault(N_("This workbook is protected by a password. Save it without one."))


class _Workbook:
    """The parts of one workbook: which sheets, which styles are dates, the shared strings."""

    def __init__(self, book: zipfile.ZipFile, limits: Limits) -> None:
        self.book = book
        self.limits = limits
        self.names = {name.lower(): name for name in book.namelist()}  # some writers change the case
        self.main = self._main_part()

    def rows(self) -> Iterator[Row]:
        links = self._links(self.main)
        sheets, epoch = self._sheets()
        strings = _Strings(self.limits.strings_bytes)
        for part in self._linked(links, "/sharedStrings"):
            self._parse(part, strings.start, strings.end, strings.text)
        dates = self._date_styles(links)
        for name, link in sheets:
            kind, part = links.get(link, ("", ""))
            if kind.endswith("/worksheet"):
                yield from _Sheet(name, strings, dates, epoch, self.limits).read(self._open(part))

    def _main_part(self) -> str:
        for part in self._linked(self._links(""), "/officeDocument"):
            if "xl" in PurePosixPath(part).parts and part.endswith(".xml"):
                return part
            if part.endswith(".bin"):
                raise SheetFault(N_("This is a binary .xlsb workbook. Open it and save it as .xlsx."))
        raise SheetFault(N_("This is neither an .xlsx workbook nor a .csv file."))

    def _linked(self, links: Mapping[str, tuple[str, str]], ending: str) -> list[str]:
        return [part for kind, part in links.values() if kind.endswith(ending)]

    def _links(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id → (type, part name), of a part ("" for the whole package)."""
        folder, _, name = part.rpartition("/")
        links: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = _resolved(folder, attributes.get("Target", ""))
                links[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        if rels.lower() in self.names:
            self._parse(rels, start)
        return links

    def _sheets(self) -> tuple[list[tuple[str, str]], datetime]:
        sheets: list[tuple[str, str]] = []
        epochs = [datetime(1899, 12, 30)]

        def start(tag: str, attributes: dict[str, str]) -> None:
            local = _local(tag)
            if local == "sheet":
                link = next((value for key, value in attributes.items() if _local(key) == "id"), "")
                sheets.append((attributes.get("name", ""), link))
            elif local == "workbookPr" and attributes.get("date1904", "0") in {"1", "true", "on"}:
                epochs[0] = datetime(1904, 1, 1)

        self._parse(self.main, start)
        return sheets, epochs[0]

    def _date_styles(self, links: Mapping[str, tuple[str, str]]) -> frozenset[str]:
        """Indexes of the cell formats that show a number as a date or time."""
        formats = {str(code) for span in _DATE_FORMATS for code in span}
        styles: list[str] = []
        inside: list[str] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            local = _local(tag)
            if local == "numFmt" and _is_date_format(attributes.get("formatCode", "")):
                formats.add(attributes.get("numFmtId", ""))
            elif local == "xf" and inside and inside[-1] == "cellXfs":
                styles.append(attributes.get("numFmtId", "0"))
            inside.append(local)

        def end(_tag: str) -> None:
            inside.pop()

        for part in self._linked(links, "/styles"):
            self._parse(part, start, end)
        return frozenset(str(index) for index, code in enumerate(styles) if code in formats)

    def _open(self, part: str) -> IO[bytes]:
        try:
            return self.book.open(self.names[part.lower()])
        except KeyError:
            raise zipfile.BadZipFile(part) from None

    def _parse(self, part: str, start: object, end: object = None, text: object = None) -> None:
        parser = _parser(start, end, text)
        try:
            with self._open(part) as stream:
                while block := stream.read(65_536):
                    parser.Parse(block, False)
                parser.Parse(b"", True)
        except expat.ExpatError:
            raise zipfile.BadZipFile(part) from None


def _parser(start: object, end: object, text: object) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65_536
    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.EndElementHandler = end  # type: ignore[assignment]
    parser.CharacterDataHandler = text  # type: ignore[assignment]
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declaration: object) -> None:
    """No workbook has one; entities of entities are how a small file becomes a large one."""
    raise zipfile.BadZipFile("doctype")


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _resolved(folder: str, target: str) -> str:
    parts: list[str] = [] if target.startswith("/") else [part for part in folder.split("/") if part]
    for step in target.split("/"):
        if step == "..":
            del parts[-1:]
        elif step not in {"", "."}:
            parts.append(step)
    return "/".join(parts)


# Built-in number formats that are dates or times (ECMA-376 part 1, 18.8.30), East Asian ones included.
_DATE_FORMATS = (range(14, 23), range(27, 37), range(45, 48), range(50, 59))
_FORMAT_LITERALS = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|\\.|_.|\*.', re.IGNORECASE)


def _is_date_format(code: str) -> bool:
    return bool(re.search("[ymdhs年月日时分秒]", _FORMAT_LITERALS.sub("", code), re.IGNORECASE))


class _Strings:
    """The shared strings as one block of UTF-8: Python strings would take up to twice the room."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.block = bytearray()
        self.ends = array("Q")
        self.taking = False
        self.phonetic = False

    def __getitem__(self, index: int) -> str:
        start = self.ends[index - 1] if index else 0
        return self.block[start : self.ends[index]].decode()

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        local = _local(tag)
        if local == "t":
            self.taking = not self.phonetic
        elif local == "rPh":
            self.phonetic = True

    def end(self, tag: str) -> None:
        local = _local(tag)
        if local == "t":
            self.taking = False
        elif local == "rPh":
            self.phonetic = False
        elif local == "si":
            self.ends.append(len(self.block))

    def text(self, data: str) -> None:
        if self.taking:
            self.block += data.encode()
            if len(self.block) > self.most:
                raise _too_big(self.most)


class _Sheet:
    """Reads one sheet's XML, row by row."""

    def __init__(
        self, name: str, strings: _Strings, dates: frozenset[str], epoch: datetime, limits: Limits
    ) -> None:
        self.name = name
        self.strings = strings
        self.dates = dates
        self.epoch = epoch
        self.longest = limits.cell_characters
        self.ready: list[Row] = []
        self.number = 0
        self.cells: list[Cell] = []
        self.column = -1
        self.kind = ""
        self.style = ""
        self.value: list[str] = []
        self.length = 0
        self.taking = False
        self.phonetic = False
        self.formula = False
        self.tags: dict[str, str] = {}
        self.columns: dict[str, int] = {}

    def read(self, stream: IO[bytes]) -> Iterator[Row]:
        parser = _parser(self._start, self._end, self._text)
        try:
            with stream:
                while block := stream.read(65_536):
                    parser.Parse(block, False)
                    yield from self._taken()
                parser.Parse(b"", True)
        except (
            expat.ExpatError,
            zlib.error,
            zipfile.BadZipFile,
            EOFError,
            IndexError,
            ValueError,
            OverflowError,
        ):
            yield from self._taken()
            reason = N_(
                "The workbook is damaged after this row. Open it in a spreadsheet program and save it again."
            )
            raise SheetFault(reason, self.name, self.number) from None
        yield from self._taken()

    def _taken(self) -> list[Row]:
        rows, self.ready = self.ready, []
        return rows

    def _tag(self, tag: str) -> str:
        """The name without a prefix, which some writers put before every element."""
        local = self.tags[tag] = _local(tag)
        return local

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = self.tags.get(tag) or self._tag(tag)
        if local == "c":
            self._start_cell(attributes)
        elif local == "v" or local == "t":
            self.taking = not self.phonetic
        elif local == "row":
            self.number = int(attributes.get("r") or self.number + 1)
            self.cells = []
            self.column = -1
        elif local == "rPh":
            self.phonetic = True
        elif local == "f":
            self.formula = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self.column = self._column(place.rstrip("0123456789")) if place else self.column + 1
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "")
        self.value = []
        self.length = 0
        self.formula = False

    def _column(self, letters: str) -> int:
        index = self.columns.get(letters)
        if index is None:
            index = 0
            for letter in letters:
                index = index * 26 + ord(letter) - 64
            if not 1 <= index <= 16_384:
                raise ValueError(letters)
            index = self.columns[letters] = index - 1
        return index

    def _text(self, data: str) -> None:
        if self.taking:
            self.value.append(data)
            self.length += len(data)
            if self.length > self.longest:
                reason = N_("This cell holds more than %(longest)d characters, so the rest cannot be read.")
                place = column_name(self.column)
                raise SheetFault(reason, self.name, self.number, place, {"longest": self.longest})

    def _end(self, tag: str) -> None:
        local = self.tags[tag]
        if local == "c":
            if self.value:
                self._end_cell("".join(self.value))
            elif self.formula:  # written by a program that calculates nothing
                self.kind = "e"
                self._end_cell("")
        elif local == "v" or local == "t":
            self.taking = False
        elif local == "row":
            if self.cells:
                self.ready.append((self.name, self.number, self.cells))
        elif local == "rPh":
            self.phonetic = False

    def _end_cell(self, text: str) -> None:
        missing = self.column - len(self.cells)
        if missing > 0:
            self.cells.extend([None] * missing)
        elif missing < 0:
            raise ValueError("cells out of order")
        self.cells.append(self._cell(text))

    def _cell(self, text: str) -> Cell:
        kind = self.kind
        if kind == "s":
            return self.strings[int(text)]
        if kind == "n":
            return self._dated(text) if self.style in self.dates else _number(text)
        if kind == "b":
            return text.strip() in {"1", "true"}
        if kind == "e":
            return CellError(text)
        if kind == "d":
            return datetime.fromisoformat(text)
        return text

    def _dated(self, text: str) -> Cell:
        """A serial number under a date format; one that no calendar has stays a number."""
        number = _number(text)
        try:
            moment = self.epoch + timedelta(seconds=round(number * 86_400, 3))
        except OverflowError:
            return number
        return moment if number >= 1 else moment.time()


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
