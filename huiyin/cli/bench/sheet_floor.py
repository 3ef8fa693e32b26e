"""What no sheet can beat: python-calamine reads the file into lists, XlsxWriter writes the same cells."""

import json
import sys
import time
from typing import Any

import python_calamine
import xlsxwriter


def main(source: str, target: str) -> None:
    started = time.perf_counter()
    with python_calamine.CalamineWorkbook.from_path(source) as book:
        rows: list[list[Any]] = [list(row) for row in book.get_sheet_by_index(0).iter_rows()]
    read = time.perf_counter() - started
    started = time.perf_counter()
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    with xlsxwriter.Workbook(target, options) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    print(json.dumps({"read": read, "write": time.perf_counter() - started}))


if __name__ == "__main__":
    main(*sys.argv[1:])
