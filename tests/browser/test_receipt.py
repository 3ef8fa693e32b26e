"""Check my receipt, with the network cut: what holds is told, and so is exactly what does not."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload

from tests.browser.conftest import Opening
from tests.browser.people import Matter, Petitioner
from tests.browser.window import DESKTOP, PHONE, Size, Window

pytestmark = pytest.mark.browser

WELL = Matter(body="石鼓岭村口的水井发浑，烧开了也有一层白，请来化验一下能不能喝。", identity="none")
Files = dict[str, bytes]


def test_every_file_is_judged_without_a_network(window: Opening, tmp_path: Path) -> None:
    petitioner = Petitioner(window(PHONE))
    petitioner.file(WELL)
    address = str(petitioner.page.get_attribute("main a[href^='/check/#i=']", "href"))
    files = read(petitioner.save_files(tmp_path))
    for size in (PHONE, DESKTOP):
        holds(at_the_check(window, size, address), files)
    for broken, reason in DAMAGES:
        found = judge(at_the_check(window, PHONE, address), broken(files))
        assert found[0] == "bad", reason
        assert reason in found[1], found
        assert "再核验一次" in found[1], "what to do next"
    window_of_another = at_the_check(window, PHONE, "/check/#i=0")
    assert "与回执单上写的不是同一条" in judge(window_of_another, files)[1]


def read(paths: list[Path]) -> Files:
    return {path.name.partition(".")[2]: path.read_bytes() for path in paths}


def at_the_check(window: Opening, size: Size, address: str) -> Window:
    """The page has been loaded; from here on there is no network."""
    here: Window = window(size)
    here.go(address)
    here.context.set_offline(True)
    return here


def judge(here: Window, files: Files) -> tuple[str, str]:
    """The verdict (good or bad) and all that is said with it."""
    sent: list[FilePayload] = [
        {"name": f"XFJ-1.{ending}", "mimeType": "application/octet-stream", "buffer": data}
        for ending, data in files.items()
    ]
    here.page.set_input_files("#files", sent)
    here.page.click("#check-form button")
    verdict = here.page.locator("[data-verdict]")
    verdict.wait_for()
    return str(verdict.get_attribute("data-verdict")), here.text("[data-verdict]")


def holds(here: Window, files: Files) -> None:
    key = here.page.input_value("#vkey")
    assert len(base64.b64decode(key.split("+", 2)[2])) == 33
    found, said = judge(here, files)
    assert found == "good", said
    for proven in ("签名", "单位删不掉", "登记", "一字不差"):
        assert proven in said
    here.page.fill("#vkey", key[:-2] + ("A=" if key.endswith("=") else "AA"))
    here.page.click("#check-form button")
    here.page.locator("[data-verdict=bad]").wait_for()


# --- damages ----------------------------------------------------------------------------------


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def with_changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {**files, name: change(files[name])}


def other_path(data: bytes) -> bytes:
    """Another first hash on the way from the entry to the root, spelled as a hash is."""
    lines = data.split(b"\n")
    lines[3] = (b"B" if lines[3][:1] != b"B" else b"C") + lines[3][1:]
    return b"\n".join(lines)


def other_salt(data: bytes) -> bytes:
    """An opening that is well-formed and opens something else."""
    opening = json.loads(data)
    salt = opening["private"]["salt"]
    opening["private"]["salt"] = salt[::-1] if salt != salt[::-1] else "0" * len(salt)
    return json.dumps(opening, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


DAMAGES = [
    (with_changed("tlog-proof", lambda data: flipped(data, len(data) - 40)), "签名"),
    (with_changed("tlog-proof", other_path), "不在签名的日志里"),
    (with_changed("tlog-proof", lambda data: data[: len(data) // 2]), "损坏"),
    (
        with_changed("words.txt", lambda data: data.replace("水井".encode(), "水并".encode())),
        "这不是登记时的内容",
    ),
    (with_changed("words.txt", lambda data: data + b" "), "这不是登记时的内容"),
    (with_changed("opening.json", lambda data: flipped(data, len(data) // 2)), "开启文件"),
    (with_changed("opening.json", other_salt), "开启文件"),
]
