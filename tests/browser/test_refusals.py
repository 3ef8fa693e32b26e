"""Hands that try what the pages do not offer, and hands that press twice."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import APIResponse

from huiyin.intake.codes import with_check_digit
from huiyin.ledger import paths
from tests.browser.conftest import County, Opening
from tests.browser.people import SEND, Matter, Officer, Petitioner
from tests.browser.window import PHONE, Window
from tests.installation import ROOT

pytestmark = pytest.mark.browser

DITCH = Matter(body="雁背山乡茶垭村的水渠堵了半年，浇不上地，请组织清淤。", place="yanbeishan")
# What may differ between two pages that say the same: the token of the form, the address in it.
CHANGES = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|/desk/case/\w+|%2Fcase%2F\w+')


def forged(window: Window, path: str, **fields: str) -> APIResponse:
    """A request made by hand, with the officer's own cookies and token."""
    token = next(c["value"] for c in window.context.cookies() if c["name"] == "csrftoken")
    form = {"csrfmiddlewaretoken": token, **fields}
    return window.context.request.post(window.address + path, form=dict(form))


def test_a_forged_step_is_refused_with_its_article(window: Opening) -> None:
    petitioner, desk = Petitioner(window(PHONE)), window()
    slip = petitioner.file(DITCH)
    clerk = Officer(desk, "clerk")
    clerk.take(slip.number, "transfer", office="slj")
    officer = Officer(desk, "slj-officer")
    case = officer.open(slip.number)
    assert "decide" not in officer.offers()
    seen = str(history_length(officer))
    opinion = {"f_outcomes_0": "support", "f_facts": "查明。", "f_basis": "条例"}
    answer = forged(desk, f"/desk/case/{case}/step/decide/", seen=seen, **opinion)
    assert answer.status == 422
    assert "《信访工作条例》第三十" in answer.text()
    for step, article in (("withdraw", "第四十一条"), ("rate", "第二十一条")):
        answer = forged(desk, f"/desk/case/{case}/step/{step}/", seen=seen, f_rating="satisfied")
        assert answer.status == 422, "the office can neither withdraw nor rate"
        assert article in answer.text()
    officer.open(slip.number)
    assert history_length(officer) == int(seen)


def history_length(officer: Officer) -> int:
    return officer.page.locator(".timeline > li").count()


def test_the_case_of_another_office_does_not_exist(window: Opening) -> None:
    petitioner, desk = Petitioner(window(PHONE)), window()
    slip = petitioner.file(DITCH)
    clerk = Officer(desk, "clerk")
    clerk.take(slip.number, "transfer", office="slj")
    case = clerk.open(slip.number)
    Officer(desk, "jyj-officer")
    missing = "abcdefghjkmnpqrs"
    for tail in ("", "step/accept/", "identity/", "paper/0123456789abcdef/", "release/"):
        theirs = desk.context.request.get(f"{desk.address}/desk/case/{case}/{tail}")
        nobodys = desk.context.request.get(f"{desk.address}/desk/case/{missing}/{tail}")
        assert (theirs.status, nobodys.status) == (404, 404)
        assert alike(theirs) == alike(nobodys)
    for tail in ("step/accept/", "identity/", "code/"):
        theirs = forged(desk, f"/desk/case/{case}/{tail}", seen="2", purpose="contact")
        nobodys = forged(desk, f"/desk/case/{missing}/{tail}", seen="2", purpose="contact")
        assert (theirs.status, nobodys.status) == (404, 404)
        assert alike(theirs) == alike(nobodys)
    desk.go(f"/desk/?number={slip.number}")
    assert "没有您可以查看的这一编号的事项" in desk.text("[role=alert]")


def alike(response: APIResponse) -> str:
    return CHANGES.sub("", response.text())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_double_click_sends_once(window: Opening, county: County, scripts: bool) -> None:
    before = cases(county)
    petitioner = Petitioner(window(PHONE, java_script_enabled=scripts))
    petitioner.fill(DITCH)
    petitioner.page.dblclick(SEND)
    petitioner.page.wait_for_selector("#the-code")
    petitioner.page.wait_for_load_state()
    number = petitioner.page.locator(".slip__receipt dd").first.inner_text()
    assert len(petitioner.code()) == 19
    assert cases(county) - before == 1, number


def test_sixteen_presses_at_once_send_once(window: Opening, county: County) -> None:
    """The same form from many connections at the same moment: one case, and each is told the same code."""
    before = cases(county)
    petitioner = Petitioner(window(PHONE))
    petitioner.fill(DITCH)
    form = petitioner.page.evaluate("Array.from(new FormData(document.forms.filing))")
    sent = [(name, value) for name, value in form if name != "attachments"] + [("do", "send")]
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in petitioner.window.context.cookies())
    request = Request(f"{county.address}/file/", urlencode(sent).encode(), {"Cookie": cookie})
    with ThreadPoolExecutor(16) as pool:
        pages = list(pool.map(lambda _: urlopen(request, timeout=60).read().decode(), range(16)))
    codes = {"".join(re.findall(r"<span>(\d{4})</span>", page)) for page in pages}
    assert len(codes) == 1
    assert len(codes.pop()) == 16
    assert cases(county) - before == 1


def cases(county: County) -> int:
    return len(county.installation.run("cases", "--json").stdout.splitlines())


def test_guessing_codes_is_stopped(window: Opening) -> None:
    """Ten wrong codes close the door for that network alone; there a right code fares no better."""
    petitioner = Petitioner(window(PHONE))
    slip = petitioner.file(DITCH)
    guesser = Petitioner(window(PHONE, extra_http_headers={"X-Forwarded-For": "203.0.113.7"}))
    for number in range(10):
        assert guesser.enter(with_check_digit(f"{number:015d}")) == 422
    answers = [guesser.enter(code) for code in ("0" * 16, slip.code)]
    assert answers == [429, 429]
    assert "分钟" in guesser.window.text()
    neighbour = Petitioner(window(PHONE, extra_http_headers={"X-Forwarded-For": "198.51.100.9"}))
    assert neighbour.enter(slip.code) == 200


def test_the_served_log_convinces_the_checker(window: Opening, county: County, tmp_path: Path) -> None:
    petitioner = Petitioner(window(PHONE))
    petitioner.file(DITCH)
    receipts = tmp_path / "receipts"
    receipts.mkdir()
    petitioner.save_files(receipts)
    mirror = tmp_path / "mirror"
    size = fetch_log(county.address, mirror)
    done = subprocess.run(
        [sys.executable, "-m", "huiyin.publication.check", mirror, receipts, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    assert done.returncode == 0, found
    assert (found["entries"], found["receipts"], found["words"]) == (size, 1, 1)


def fetch_log(address: str, folder: Path) -> int:
    """Copy /log/ as an outsider does; how many entries it has."""
    for name in ("vkey", "checkpoint"):
        save(folder / name, urlopen(f"{address}/log/{name}", timeout=60).read())
    size = int((folder / "checkpoint").read_text().splitlines()[1])
    for tile in paths.tiles_of(size):
        name = paths.path(tile)
        save(folder / name, urlopen(f"{address}/log/{name}", timeout=60).read())
    return size


def save(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
