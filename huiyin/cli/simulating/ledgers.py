"""Ledger sheets in a simulated month: downloaded, filled in in a spreadsheet, looked at and taken in."""

import hashlib
import random
import re
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from huiyin.cli.simulating import county
from huiyin.cli.simulating.diary import Diary
from huiyin.cli.simulating.windows import Astray, Windows

HEAD_ROWS = 6  # a sheet's heads stand in its first rows
CALLED_BACK = 0.8  # of the answered cases that nobody called yet, in one week
HEARD, SAID = "收到了答复，答应的已经做到", "电话回访，本人接听，已核对答复内容。"
FAULTY = re.compile(r'<tr><td class="num">(\d+)</td><td>')
COUNTED = re.compile(r'<dd class="num">(\d+)</dd>')  # rows, new, changed, unchanged, faults
Row = Mapping[str, Any]
Fills = Mapping[int, Row]  # by the number of its line in the spreadsheet: what is written into a row


def rows_of(data: bytes) -> dict[int, Row]:
    """The rows of a sheet by their lines, each by its heads."""
    lines, at = _lines(data)
    found = enumerate(lines[at + 1 :], at + 2)
    return {number: dict(zip(lines[at], line, strict=True)) for number, line in found if any(line)}


def edited(data: bytes, fills: Fills) -> bytes:
    """The sheet with its rows filled in, as any other program would save it."""
    lines, at = _lines(data)
    for number, cells in fills.items():
        for head, value in cells.items():
            lines[number - 1][lines[at].index(head)] = value
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return stream.getvalue()


def _lines(data: bytes) -> tuple[list[list[Any]], int]:
    """Every line, and at which the heads stand."""
    lines = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    return lines, next(n for n, line in enumerate(lines[:HEAD_ROWS]) if sum(bool(cell) for cell in line) > 3)


def downloaded(windows: Windows, login: str, sheet: str, first: date, last: date) -> bytes:
    """A sheet as an officer downloads it."""
    asked = {"from": first.isoformat(), "to": last.isoformat()}
    answer = windows.get(login, f"/desk/sheets/{sheet}.xlsx", **asked)
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


class Ledgers:
    """Officers who would rather work in their spreadsheet than on the pages."""

    def __init__(self, windows: Windows, diary: Diary, chance: random.Random) -> None:
        self.windows, self.diary, self.chance = windows, diary, chance

    def report(self, login: str, office: str, day: date, filled: Row) -> None:
        """The daily report as a row of its sheet."""
        data = downloaded(self.windows, login, "daily", day, day)
        fills = {number: filled for number, row in rows_of(data).items() if row["单位"] == office}
        self._take_in(login, "daily", data, fills)

    def call_back(self, first: date, last: date) -> None:
        """The bureau telephones some of those who were answered, and fills in what it heard."""
        login, today = county.login(county.BUREAU, "clerk"), self.windows.clock.now.date()
        data = downloaded(self.windows, login, "callback", first, last)
        heard = {"回访日期": today, "回访结果": HEARD, "回访记录": SAID}
        rows = {number: row for number, row in rows_of(data).items() if not row["回访日期"]}
        fills = {number: heard for number in rows if self.chance.random() < CALLED_BACK}
        self.diary.called += [
            rows[number]["编号"] for number in self._take_in(login, "callback", data, fills)
        ]

    def _take_in(self, login: str, sheet: str, data: bytes, fills: Fills) -> Fills:
        """Look first, empty what may not be taken in (a case under review), and take in the rest."""
        page = self._send(login, sheet, edited(data, fills), "look")
        faulty = {int(number) for number in FAULTY.findall(page)}
        self.diary.mistakes.update(
            {"a row of a sheet that may not be taken in": len(faulty)} if faulty else {}
        )
        kept = {number: cells for number, cells in fills.items() if number not in faulty}
        page = self._send(login, sheet, edited(data, kept), "take")
        _rows, new, changed, _unchanged, faults = map(int, COUNTED.findall(page))
        if faults or new + changed != len(kept):
            raise Astray(
                f"{new + changed} of {len(kept)} filled rows of {sheet} were taken in, {faults} refused"
            )
        return kept

    def _send(self, login: str, sheet: str, data: bytes, act: str) -> str:
        sent = {"act": act, "seen": hashlib.sha256(data).hexdigest()}
        file = SimpleUploadedFile(f"{sheet}.xlsx", data)
        answer = self.windows.post(login, f"/desk/sheets/{sheet}/", {**sent, "file": file}, lawful=(200,))
        return str(answer.content.decode())
