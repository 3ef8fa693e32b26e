"""The check of a receipt in a real browser: genuine files hold, every flipped bit does not, nothing is sent.

Needs the bundle: `python tools/assets.py`.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from huiyin.casework import receipts
from huiyin.ledger import receipts as ledger_receipts
from huiyin.ledger.facts import Fact
from tests.casework import cast
from tests.installation import ROOT
from tests.portal.browser import FilePayload, Page, chromium_page

pytestmark = pytest.mark.browser
BUNDLE = ROOT / "huiyin" / "look" / "static" / "look" / "vendor" / "check.js"
ADDRESS = "http://huiyin.test/check/"
RECORDED = "2026年3月2日 09:30:00（北京时间）"


@dataclass(frozen=True)
class Files:
    """A receipt as it lies on somebody's phone."""

    proof: bytes
    opening: bytes
    words: bytes

    def sent(self, **changed: bytes) -> list[FilePayload]:
        names = {"proof": "A.tlog-proof", "opening": "A.opening.json", "words": "A.words.txt"}
        data = {"proof": self.proof, "opening": self.opening, "words": self.words, **changed}
        return [
            {"name": names.get(kind, f"A.{kind}"), "mimeType": "", "buffer": bytes_}
            for kind, bytes_ in data.items()
            if bytes_
        ]


@pytest.fixture
def html(county: None) -> str:
    return Client().get("/check/").content.decode()


@pytest.fixture
def files(county: None) -> Files:
    """The fourth of eleven entries, so that its path has several steps."""
    cases = [cast.file(body=f"{cast.FILING.body}第{n}件。").case for n in range(11)]
    found = receipts.receipt(cases[3])
    return Files(found.proof, found.opening, found.words)


@pytest.fixture
def browser(html: str, apart: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a function with the page open; the network holds that page and its two files, nothing else."""
    if not BUNDLE.exists():
        pytest.skip("no bundle of scripts: python tools/assets.py")

    def on(act: Callable[[Page], Any], mark: str = "") -> Any:
        return apart(_open, html, act, mark)

    return on


def _open(html: str, act: Callable[[Page], Any], mark: str) -> Any:
    with chromium_page() as page:
        asked: list[str] = []

        def answer(route: Any) -> None:
            url = route.request.url
            if not url.endswith(".svg"):  # a browser asks for the icon when it likes
                asked.append(url)
            if url.startswith(ADDRESS):
                policy = {"Content-Security-Policy": "default-src 'self'; img-src 'self' data:"}
                route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=policy)
            elif url.endswith("check.js"):
                route.fulfill(body=BUNDLE.read_text(), content_type="text/javascript")
            else:
                route.abort()

        page.route("**/*", answer)
        page.goto(ADDRESS + mark)
        before = len(asked)
        result = act(page)
        assert len(asked) == before, "checking asked the network for something"
        return result


def judged(page: Page, files: list[FilePayload], vkey: str | None = None) -> tuple[str, list[str]]:
    """("good" or "bad", the keys of what was found)."""
    page.evaluate("document.getElementById('result').textContent = ''")
    page.set_input_files("#files", files)
    if vkey is not None:
        page.fill("#vkey", vkey)
    page.click("#check-form button")
    verdict = page.locator("[data-verdict]").get_attribute("data-verdict") or ""
    keys = page.eval_on_selector_all("#result li", "lines => lines.map(line => line.dataset.key)")
    return verdict, keys


def test_a_genuine_receipt_holds_whole_and_in_part(browser: Callable[..., Any], files: Files) -> None:
    def act(page: Page) -> None:
        assert judged(page, files.sent()) == ("good", ["signed", "included", "opened", "words"])
        # The office's time, whatever zone the device is in.
        assert RECORDED in page.inner_text("#result [data-key=opened]")
        assert judged(page, files.sent(words=b"")) == ("good", ["signed", "included", "opened"])
        assert judged(page, files.sent(words=b"", opening=b"")) == ("good", ["signed", "included"])
        assert judged(page, files.sent(proof=b""))[0] == "bad"
        assert judged(page, files.sent(opening=b""))[1][-1] == "no_opening"

    browser(act)


def test_the_slip_and_the_receipt_must_name_the_same_entry(browser: Callable[..., Any], files: Files) -> None:
    assert browser(lambda page: judged(page, files.sent()), "#i=3")[0] == "good"
    assert browser(lambda page: judged(page, files.sent()), "#i=4") == (
        "bad",
        ["signed", "included", "other_index"],
    )


# Runs in the page: flips one bit in every byte (or every `step`th) of one file, another bit from byte to
# byte, and presses "check" each time. Returns the bytes whose change was not seen.
FLIP = """async ({files, kind, step}) => {
  const names = {proof: "A.tlog-proof", opening: "A.opening.json", words: "A.words.txt"};
  const bytes = {};
  const read = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  for (const name in files) bytes[name] = read(files[name]);
  const unseen = [];
  for (let at = -step; at < bytes[kind].length; at += step) {
    const changed = {...bytes, [kind]: bytes[kind].slice()};
    if (at >= 0) changed[kind][at] ^= 1 << at % 8;
    const chosen = new DataTransfer();
    for (const name in changed) chosen.items.add(new File([changed[name]], names[name]));
    document.getElementById("files").files = chosen.files;
    document.getElementById("result").textContent = "";
    document.querySelector("#check-form button").click();
    while (!document.querySelector("[data-verdict]")) await new Promise((done) => setTimeout(done, 0));
    if (document.querySelector("[data-verdict]").dataset.verdict === "good") unseen.push(Math.max(at, -1));
  }
  return unseen;
}"""


@pytest.mark.parametrize(("kind", "step"), [("proof", 1), ("opening", 11), ("words", 3)])
def test_a_flipped_bit_is_seen(browser: Callable[..., Any], files: Files, kind: str, step: int) -> None:
    held = {"proof": files.proof, "opening": files.opening, "words": files.words}
    given = {name: base64.b64encode(data).decode() for name, data in held.items()}
    # -1: nothing was flipped, and that alone holds.
    asked = {"files": given, "kind": kind, "step": step}
    assert browser(lambda page: page.evaluate(FLIP, asked)) == [-1]


def test_another_key_and_another_spelling_are_refused(browser: Callable[..., Any], files: Files) -> None:
    root = files.proof.split(b"\n\n")[1].split(b"\n")[2].decode()
    # The last letter before "=" holds two bits that decode to nothing: the same bytes, spelled otherwise.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = root[:-2] + letters[letters.index(root[-2]) + 1] + "="
    assert base64.b64decode(other) == base64.b64decode(root)
    step = files.proof.split(b"\n")[3].decode()
    loose = step[:-2] + letters[letters.index(step[-2]) + 1] + "="

    def act(page: Page) -> None:
        vkey = page.input_value("#vkey")
        name, number, key = vkey.split("+", 2)
        assert judged(page, files.sent(proof=files.proof.replace(step.encode(), loose.encode())))[0] == "bad"
        assert judged(page, files.sent(proof=files.proof.replace(root.encode(), other.encode())))[0] == "bad"
        assert judged(page, files.sent(), "")[1] == ["bad_key"]
        assert judged(page, files.sent(), f"{name}+00000000+{key}")[1] == ["bad_key"]
        assert judged(page, files.sent(), f"other.example/log+{number}+{key}")[1] == ["bad_key"]
        assert judged(page, files.sent(), f" {vkey}\n")[0] == "good"

    browser(act)


def test_a_changed_opening_or_other_words_are_told_apart(browser: Callable[..., Any], files: Files) -> None:
    opening = json.loads(files.opening)
    opening["private"]["content"] = opening["private"]["content"].replace("recorded_at", "recorded_on")
    public = json.loads(files.opening)
    public["public"]["content"] += " "

    def act(page: Page) -> None:
        changed = json.dumps(opening, ensure_ascii=False).encode()
        assert judged(page, files.sent(opening=changed))[1][-1] == "other_private"
        changed = json.dumps(public, ensure_ascii=False).encode()
        assert judged(page, files.sent(opening=changed))[1][-1] == "other_public"
        assert judged(page, files.sent(words=files.words + b"\n"))[1][-1] == "other_words"
        assert judged(page, files.sent(opening=b"{"))[1][-1] == "bad_opening"

    browser(act)


def test_a_signed_promise_is_checked_too(browser: Callable[..., Any], files: Files) -> None:
    promise = ledger_receipts.promise(Fact.objects.order_by("id")[3].id)

    def act(page: Page) -> None:
        assert judged(page, files.sent(proof=b"", promise=promise)) == (
            "good",
            ["promised", "opened", "words"],
        )
        late = promise.replace(b"integrated-by 1", b"integrated-by 2")
        assert judged(page, files.sent(proof=b"", promise=late)) == ("bad", ["bad_signature"])

    browser(act)


def test_the_folder_of_other_peoples_receipts_is_never_mixed_up(
    browser: Callable[..., Any], files: Files
) -> None:
    other = receipts.receipt(cast.file(body=cast.FILING.body + "别人的事。").case)

    def act(page: Page) -> None:
        assert judged(page, files.sent(opening=other.opening))[1][-1] == "other_public"
        assert judged(page, files.sent(words=other.words))[1][-1] == "other_words"

    browser(act)
