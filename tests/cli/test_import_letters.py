"""Sheets at the command line: what is good comes in once, what is not is named, nothing by halves."""

import csv
import json
import re
import stat
import subprocess
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.cli.owner import everything, sql
from tests.cli.sheets import TITLES, letter, table, workbook, workbook_under_a_name
from tests.installation import Installation

COUNTS = ("rows", "registered", "repeats", "skipped")


def take_in(office: Installation, sheet: Path, *options: object, expect: int = 0) -> dict[str, Any]:
    done = office.run("import", "letters", sheet, *map(str, options), "--json", expect=expect)
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def counts(said: dict[str, Any]) -> tuple[int, ...]:
    return tuple(said[name] for name in COUNTS)


def cases(office: Installation) -> dict[str, tuple[str, str, str]]:
    """(case, number, repeat_of) of each source number."""
    query = "SELECT source_number, case_id, number, repeat_of FROM casework_caserow ORDER BY number"
    return {row[0]: row[1:] for row in sql(office, query)}


def places(said: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(fault["sheet"], fault["row"], fault["column"]) for fault in said["faults"]]


# --- what comes in ---------------------------------------------------------------------------------------


def test_titles_below_the_sheets_name_and_dates_of_every_kind(county: Installation, tmp_path: Path) -> None:
    rows = [
        letter("ＤＡ－１", "井盖丢了两个，晚上有人摔倒。", "2018/4/24"),
        letter("DA-2", "公交站牌倒了一个月没人扶。", "2018年4月24日 下午3点05分"),
        letter(
            "DA-3", "菜市场的排水沟堵了，臭气很大。", datetime(2018, 4, 24, 9, 32, 9), datetime(2018, 5, 1)
        ),
        letter("DA-4", "自来水发黄已经一个星期。", datetime(2018, 4, 24), "2018-04-25 10:00"),
        letter(77, "学校门口的小摊占了人行道。", "２０１８－０４－２４　０８：０５：０６"),
    ]
    said = take_in(county, workbook_under_a_name(tmp_path / "letters.xlsx", *rows))
    assert (counts(said), said["faults"]) == ((5, 5, 0, 0), [])
    found = {}
    for line in county.run("cases", "--json").stdout.splitlines():
        case = json.loads(line)
        found[case["source_number"]] = case
    numbers = ("DA-1", "DA-2", "DA-3", "DA-4", "77")
    assert {number: found[number]["registered_at"] for number in numbers} == {
        "DA-1": "2018-04-24T00:00:00+08:00",  # a date without a time counts from 00:00
        "DA-2": "2018-04-24T15:05:00+08:00",
        "DA-3": "2018-04-24T09:32:09+08:00",
        "DA-4": "2018-04-24T00:00:00+08:00",
        "77": "2018-04-24T08:05:06+08:00",
    }
    assert found["DA-3"]["answered_at"] == "2018-05-01T00:00:00+08:00"
    assert found["DA-4"]["answered_at"] == "2018-04-25T10:00:00+08:00"
    clear = dict(
        sql(county, "SELECT case_id, clear FROM ledger_fact WHERE kind = 'petition.imported.1'"),
    )
    day_only = {
        number: json.loads(clear[case["case"]])["values"]["date_only"] for number, case in found.items()
    }
    assert {number for number in numbers if day_only[number]} == {"DA-1", "DA-4"}


def test_a_csv_in_whatever_an_office_saves_it(county: Installation, tmp_path: Path) -> None:
    bodies = {
        name: f"以{name}保存的来信，\n有“引号”、逗号，和第二行。"
        for name in ("gbk", "gb18030", "utf-8-sig", "utf-16")
    }
    for encoding, body in bodies.items():
        sheet = table(tmp_path / "letters.csv", letter(f"csv {encoding}", body), encoding=encoding)
        said = take_in(county, sheet)
        assert (counts(said), said["faults"]) == ((1, 1, 0, 0), [])
    found = {encoding: cases(county)[f"csv {encoding}"][0] for encoding in bodies}
    county.run("receipt", *found.values(), "--out", tmp_path)
    for encoding, body in bodies.items():
        assert (tmp_path / f"{found[encoding]}.words.txt").read_bytes() == body.encode()


def test_words_come_in_exactly_as_they_stand(county: Installation, tmp_path: Path) -> None:
    bodies = [
        "\t\n前面有制表符和换行。\n\n",
        "😀👨‍👩‍👧‍👦 表情、‮从右到左‬、العربية、全角１２３ＡＢＣ和　空格。",
        "=1+1",
        "好" * 10,
        "长" * 9_000,
        "很长" * 16_000,  # as long as a cell of .xlsx may be
        "<b>&amp;</b> '; DROP TABLE ledger_fact; --",
    ]
    sheet = workbook(tmp_path / "words.xlsx", *(letter(f"w{n}", body) for n, body in enumerate(bodies)))
    assert counts(take_in(county, sheet)) == (len(bodies), len(bodies), 0, 0)
    found = cases(county)
    wanted = [found[f"w{n}"][0] for n in range(len(bodies))]
    county.run("receipt", *wanted, "--out", tmp_path)
    assert [(tmp_path / f"{case}.words.txt").read_text("utf-8") for case in wanted] == bodies


def test_the_same_sheet_again_is_skipped_and_a_known_body_is_a_repeat(
    county: Installation, tmp_path: Path
) -> None:
    first = letter("r1", "桥栏杆断了一截，很危险。", answered="2024/1/9")
    sheet = workbook(tmp_path / "letters.xlsx", first, letter("r2", "渠道淤塞，稻田没有水。"))
    assert counts(take_in(county, sheet)) == (2, 2, 0, 0)
    before = everything(county)
    assert counts(take_in(county, sheet)) == (2, 0, 0, 2)
    assert everything(county) == before
    more = table(
        tmp_path / "more.csv",
        letter("r1", "桥栏杆断了一截，很危险。"),
        letter("r3", "桥栏杆 断了一截，\r\n很危险。　"),
        letter("r4", "桥栏杆断了一截，很危险。"),
        letter("r2", "同一个编号，另一封信：鱼塘的水也干了。"),
    )
    assert counts(take_in(county, more)) == (4, 3, 2, 1)
    found = cases(county)
    matter = found["r1"][0]
    assert [found[number][2] for number in ("r1", "r3", "r4")] == ["", matter, matter]
    assert len({found[number][0] for number in ("r1", "r3", "r4")}) == 3


def test_columns_about_watching_people_are_left_out_and_named(county: Installation, tmp_path: Path) -> None:
    titles = [*TITLES, "是否重点人员", "类别（人员等级）", "颜色", ""]
    row = [*letter("k1", "水库边的警示牌倒了。"), "金丝雀甲", "城乡建设", "绿", None]
    said = take_in(county, workbook(tmp_path / "letters.xlsx", row, titles=titles))
    assert (counts(said), said["faults"]) == ((1, 1, 0, 0), [])
    left = said["left_out_columns"]
    assert [(column["sheet"], column["column"], column["title"]) for column in left] == [
        ("来信", "H", "是否重点人员"),
        ("来信", "I", "类别（人员等级）"),
        ("来信", "J", "颜色"),
    ]
    assert left[0]["reason"] == left[1]["reason"] != left[2]["reason"]
    again = county.run("import", "letters", tmp_path / "letters.xlsx").stdout
    assert "类别（人员等级）" in again
    # without its brackets the title would be that of the letter's class
    assert sql(county, "SELECT category FROM casework_caserow WHERE source_number = 'k1'") == [("",)]
    assert "金丝雀" not in again
    assert "金丝雀" not in json.dumps(everything(county), ensure_ascii=False)


def test_each_code_is_written_once_and_never_over_others(county: Installation, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "letters.xlsx", *(letter(f"s{n}", f"第{n}盏路灯不亮。") for n in range(3)))
    slips = tmp_path / "slips.csv"
    before = everything(county)
    for blocked in (tmp_path / "no-such-folder" / "slips.csv", sheet):
        told = county.run("import", "letters", sheet, "--slips", blocked, "--json", expect=1)
        assert str(blocked) in told.stderr
        assert "Traceback" not in told.stderr
    assert everything(county) == before
    assert counts(take_in(county, sheet, "--slips", slips)) == (3, 3, 0, 0)
    assert stat.S_IMODE(slips.stat().st_mode) == 0o600
    with slips.open(encoding="utf-8-sig", newline="") as file:
        titles, *rows = csv.reader(file)
    assert titles == ["number", "code"]
    assert [number for number, _ in rows] == [cases(county)[f"s{n}"][1] for n in range(3)]
    assert all(re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", code) for _, code in rows)
    kept = slips.read_bytes()
    assert str(slips) in county.run("import", "letters", sheet, "--slips", slips, expect=1).stderr
    assert slips.read_bytes() == kept


# --- faults ----------------------------------------------------------------------------------------------


FAULTY = [
    letter("f1", "好的一行：垃圾站没有盖子。"),
    letter(None, "没有编号的一行。"),
    letter("f3", " \n\t"),
    letter("f4", "日期在未来的一行。", "2999/1/1"),
    letter("f5", "日期太早的一行。", "1900/1/1"),
    letter("f6", "不是日期的一行。", "前天下午"),
    letter("f7", "又一行好的：健身器材断了。", "2024/1/2", "2024/1/3"),
    letter("f8", "答复没有日期的一行。", answered="2024/1/3")[:6],
    letter("f9", "答复的日期不像话的一行。", "2024/1/2", "2024/13/45"),
]
FAULTS = [(3, "A"), (4, "E"), (5, "D"), (6, "D"), (7, "D"), (9, "G"), (10, "G")]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_faults_are_named_by_cell_and_the_good_rows_come_in(
    kind: str, county: Installation, tmp_path: Path
) -> None:
    rows = [
        [
            f"{kind}{row[0]}" if row[0] else "",
            f"{kind}",
            *row[2:4],
            f"{kind}{row[4]}" if row[4].strip() else row[4],
            *row[5:],
        ]
        for row in FAULTY
    ]
    if kind == "xlsx":
        sheet = workbook(tmp_path / "letters.xlsx", *rows)
    else:
        sheet = table(tmp_path / "letters.csv", *rows, encoding="gbk")
    before = everything(county)
    strict = take_in(county, sheet, "--strict", expect=1)
    assert counts(strict) == (9, 0, 0, 0)
    assert everything(county) == before  # strict took nothing in, not even a number of the series
    said = take_in(county, sheet, expect=1)
    assert counts(said) == (9, 2, 0, 0)
    name = "来信" if kind == "xlsx" else ""
    assert places(said) == [(name, *place) for place in FAULTS]
    assert strict["faults"] == said["faults"]
    for fault in said["faults"]:
        assert {"sheet", "row", "column", "reason"} <= fault.keys()
        assert re.search("[一-鿿]", fault["reason"])  # in the county's language
        assert "一行" not in fault["reason"]  # what people wrote is in no message
    assert {f"{kind}f1", f"{kind}f7"} == {number for number in cases(county) if number.startswith(f"{kind}f")}
    assert counts(take_in(county, sheet, expect=1)) == (9, 0, 0, 2)
    shown = county.run("import", "letters", sheet, expect=1).stdout
    assert all(re.search(rf"^ +{name} ?{row} {column} ", shown, re.MULTILINE) for row, column in FAULTS)


def test_a_body_without_end_is_refused(county: Installation, tmp_path: Path) -> None:
    rows = (letter("l1", "长" * 100_000), letter("l2", "长" * 100_001), letter("l3", "短的照收。"))
    said = take_in(county, table(tmp_path / "letters.csv", *rows), expect=1)
    assert counts(said) == (3, 2, 0, 0)
    assert places(said) == [("", 3, "E")]
    assert "100001" in said["faults"][0]["reason"].replace(",", "")


# --- files that are no sheets of letters -----------------------------------------------------------------


def bomb(path: Path) -> Path:
    """64 MB of spaces within an honest workbook's sheet: packed, 64 kB."""
    honest = workbook(path.with_name("honest.xlsx"), letter("b1", "炸弹里的信。"))
    with zipfile.ZipFile(honest) as book, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part in book.namelist():
            made.writestr(part, book.read(part))
        made.writestr("xl/worksheets/sheet2.xml", b" " * 64 * 1024**2)
    return path


def truncated(path: Path) -> Path:
    whole = workbook(path, *(letter(f"t{n}", f"第{n}封会被截断的信。") for n in range(200))).read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def flipped(path: Path) -> Path:
    """One bit of the packed sheet, far behind many good rows."""
    rows = [letter(f"d{n}", f"第{n}封信：" + hex(n**150)) for n in range(1500)]
    whole = bytearray(table_as_workbook(path, rows).read_bytes())
    with zipfile.ZipFile(path) as book:
        part = max(book.infolist(), key=lambda part: part.compress_size)
    whole[part.header_offset + 30 + len(part.filename) + part.compress_size * 3 // 4] ^= 16
    path.write_bytes(bytes(whole))
    return path


def table_as_workbook(path: Path, rows: list[Any]) -> Path:
    """Strings within the sheet, as other programs write them, so that the sheet is the largest part."""
    from xlsxwriter import Workbook

    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("来信")
        for number, row in enumerate([TITLES, *rows]):
            sheet.write_row(number, 0, row)
    return path


def written(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BAD: dict[str, tuple[str, Callable[[Path], Path], str]] = {
    "wrong-headed workbook": (
        "a.xlsx",
        lambda path: workbook(path, ["1", "张三", "3"], titles=["编号", "姓名", "金额"]),
        "留言时间.*留言详情.*编号、姓名、金额",
    ),
    "wrong-headed table": (
        "a.csv",
        lambda path: table(path, ["1", "2"], titles=["甲", "乙"], encoding="gbk"),
        "编号、留言时间、留言详情.*甲、乙",
    ),
    "titles but of data": (
        "a.csv",
        written("13800000000,某人,在某处\n".encode()),
        "编号、留言时间、留言详情",
    ),
    "truncated": ("a.xlsx", truncated, "损坏"),
    "one bit flipped": ("a.xlsx", flipped, "损坏"),
    "password": ("a.xlsx", written(OLE + "EncryptedPackage".encode("utf-16-le") + bytes(2000)), "密码"),
    "old workbook": ("a.xls", written(OLE + bytes(2000)), "xls"),
    "zip bomb": ("a.xlsx", bomb, "倍"),
    "zip of something else": ("a.xlsx", lambda path: zipped(path), "xlsx"),
    "web page": ("a.xlsx", written(b"<html><table></table></html>"), "网页"),
    "picture": ("a.csv", written(b"\x89PNG\r\n\x1a\n" + bytes(100)), "xlsx"),
    "binary": ("a.csv", written(bytes(range(256)) * 20), "xlsx|编码"),
    "empty": ("a.xlsx", written(b""), "空"),
    "quotation mark never closed": ("a.csv", written(('"' + ",".join(TITLES) + "\n").encode()), "引号"),
}


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("photo.txt", "x")
    return path


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_in_words_and_leaves_nothing(
    kind: str, county: Installation, tmp_path: Path
) -> None:
    name, make, says = BAD[kind]
    sheet, before = make(tmp_path / name), everything(county)
    said = take_in(county, sheet, expect=1)
    assert counts(said)[1:] == (0, 0, 0)
    (fault,) = said["faults"]
    assert re.search(says, fault["reason"]), fault
    assert everything(county) == before


def test_a_bad_file_is_told_to_people_too(county: Installation, tmp_path: Path) -> None:
    told = county.run("import", "letters", written(b"%PDF-1.7")(tmp_path / "a.pdf"), expect=1)
    assert "xlsx" in told.stdout
    assert (told.stderr, "Traceback" in told.stdout) == ("", False)


def test_a_file_that_is_not_there_is_a_wrong_call(
    call: Call, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for path in (tmp_path / "letters.xlsx", tmp_path):
        assert call("import", "letters", path, "--json") == 2
        told = capsys.readouterr()
        assert f"there is no file {path}" in told.err
        assert told.out == ""


def test_an_office_that_does_not_exist_takes_nothing_in(county: Installation, tmp_path: Path) -> None:
    sheet, before = workbook(tmp_path / "letters.xlsx", letter("o1", "谁来收这封信？")), everything(county)
    told = county.run("import", "letters", sheet, "--office", "nobody", expect=1)
    assert "nobody" in told.stderr
    assert "Traceback" not in told.stderr
    assert everything(county) == before


# --- at once, and cut off ----------------------------------------------------------------------------------


def test_the_same_sheet_twice_at_once_is_taken_in_once(county: Installation, tmp_path: Path) -> None:
    sheet = table(tmp_path / "letters.csv", *(letter(f"t{n}", f"第{n}个窨井没有盖。") for n in range(700)))
    command = county.command("import", "letters", sheet, "--json")
    running = [
        subprocess.Popen(command, env=county.environment, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = [json.loads(process.communicate(timeout=300)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sum(one["registered"] for one in said) == 700
    assert all(one["registered"] + one["skipped"] == 700 for one in said)
    assert len([number for number in cases(county) if re.fullmatch(r"t\d+", number)]) == 700
    query = "SELECT count(*) FROM casework_caserow WHERE source_number LIKE 't%'"
    assert sql(county, query) == [(700,)]
    assert sql(county, "SELECT count(*) FROM ledger_pending") == [(0,)]


def test_an_import_killed_in_the_middle_is_finished_by_the_next_one(
    fresh: Installation, tmp_path: Path
) -> None:
    fresh.run("init")
    rows = 2000
    sheet = table(tmp_path / "letters.csv", *(letter(n, f"第{n}户的水表走得太快。") for n in range(rows)))
    killed = fresh.start("import", "letters", sheet)
    while not (begun := sql(fresh, "SELECT count(*) FROM ledger_fact")[0][0]) and killed.poll() is None:
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    assert 0 < begun < rows
    assert sql(fresh, "SELECT count(*) FROM ledger_pending") != [(0,)]
    # whoever asks for a receipt now gets a proof, not a promise
    (case,) = sql(fresh, "SELECT case_id FROM casework_caserow ORDER BY number LIMIT 1")[0]
    fresh.run("receipt", case, "--out", tmp_path / "receipts")
    fresh.run("publish", tmp_path / "log")
    fresh.run("check", tmp_path / "log", tmp_path / "receipts")
    rows_here = sql(fresh, "SELECT count(*) FROM casework_caserow")[0][0]
    assert counts(take_in(fresh, sheet)) == (rows, rows - rows_here, 0, rows_here)
    assert len(cases(fresh)) == rows
    fresh.run("rebuild", "--check")
    fresh.run("doctor")
