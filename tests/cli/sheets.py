"""Sheets of letters as offices keep them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from huiyin.papers.sheets import write_rows

TITLES = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
ANSWER = "网友您好，已经派人去看，本周修好。"
Row = Sequence[Any]


def letter(number: object, body: str, written: object = "2024/1/2 8:00:00", answered: object = None) -> Row:
    """A row below TITLES, answered if a time of its answer is given."""
    return [number, "U0001", "来信", written, body, ANSWER if answered else None, answered]


# Six registrations, four matters; 15 days to the second, 60 days and a second, 3.5 days, two hours; two open.
LETTERS = (
    letter(1001, "村口的路灯坏了三个月，请修好。", "2024/1/2 8:00:00", "2024/1/17 8:00:00"),
    letter(1002, "小学门口没有斑马线，孩子过马路危险。", "2024/1/2 8:00:00", "2024/3/2 8:00:01"),
    letter(1003, "\t\n村口的路灯 坏了３个月，请修好。".replace("３", "三"), "2024/2/1", "2024/2/4 12:00:00"),
    letter(1004, "楼上装修，夜里十一点还在打钻。", "2024/5/6 9:30:00"),
    letter(1005, "楼上装修，\n夜里十一点还在打钻。\u3000", "2024/5/7 9:30:00"),
    letter(1006, "医保卡刷不出来，药店说是系统的事。", "2024/1/31 23:00:00", "2024/2/1 1:00:00"),
)


def workbook(path: Path, *rows: Row, titles: Row = TITLES) -> Path:
    """An .xlsx with titles in its first row; a `datetime` becomes a real date cell."""
    write_rows(path, [("来信", [titles, *rows])])
    return path


def workbook_under_a_name(path: Path, *rows: Row) -> Path:
    """The same with the sheet's name in a merged cell above, so that the titles stand in row 3."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy/m/d h:mm:ss"}) as book:
        sheet = book.add_worksheet("登记表")
        sheet.merge_range(0, 0, 1, len(TITLES) - 1, "2024 年来信登记表")
        for number, row in enumerate((TITLES, *rows), 2):
            sheet.write_row(number, 0, row)
    return path


def table(path: Path, *rows: Row, titles: Row = TITLES, encoding: str = "utf-8") -> Path:
    """A .csv."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([titles, *rows])
    return path
