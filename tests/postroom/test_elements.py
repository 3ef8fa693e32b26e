"""Every element the law lists for a notice stands on it: in Word, in the PDF, as LibreOffice prints it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from huiyin.postroom import forms, shipped, templates
from huiyin.postroom.notices import Notice
from tests.postroom import cast, reading
from tests.postroom.required import REQUIRED, TO_OFFICES, wanted

pytestmark = pytest.mark.usefixtures("county")
LIBREOFFICE = pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="no LibreOffice on this machine: apt-get install libreoffice-writer-nogui",
)


def missing(text: str, kind: str) -> list[str]:
    return [words for words in wanted(kind) if reading.bare(words) not in text]


def test_every_notice_has_its_list() -> None:
    assert set(REQUIRED) == set(forms.ids()) == set(cast.LIVES)


@pytest.mark.parametrize("kind", forms.ids())
def test_the_word_file_and_the_pdf_hold_every_element(kind: str) -> None:
    notice = cast.notice(cast.LIVES[kind](), kind)
    assert not missing(reading.word(notice.docx), kind)
    assert not missing(reading.pdf(notice.pdf()), kind)


@pytest.mark.parametrize("kind", forms.ids())
def test_the_english_one_is_as_complete(kind: str) -> None:
    notice = cast.notice(cast.LIVES[kind](), kind, language="en")
    text = reading.word(notice.docx)
    number = REQUIRED[kind][0]
    person = "namewithheldbylaw" if kind in TO_OFFICES else cast.NAME
    proof = ("Recipient", "Time", "Method", "Signed by", "Refusal", "Witness", "(seal)", "2 Xianfu Road")
    for words in (number, person, "Letter", "Proof of service", *proof):
        assert reading.bare(words) in text
        assert reading.bare(words) in reading.pdf(notice.pdf())
    said = "".join(forms.form(kind).lines["en"])
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in said)


@pytest.mark.parametrize("kind", forms.ids())
def test_nothing_is_left_unfilled(kind: str) -> None:
    """Only what nobody knows yet is a line to fill in: who signs, or refuses, before which witness."""
    text = reading.word(cast.notice(cast.LIVES[kind](), kind).docx)
    assert "{" not in text
    open_lines = text.count("＿＿＿＿＿＿＿＿")
    served = kind in ("opinion", "review_opinion", "rereview_opinion", "settlement", "proof_of_service")
    served = served or kind in ("not_accept", "no_longer", "redirect", "suggestion_reply")
    assert open_lines == (2 if served else 5)


@LIBREOFFICE
def test_libreoffice_opens_and_prints_every_notice(tmp_path: Path) -> None:
    """All cases are in one county here, so that numbers differ from the lists."""
    made: dict[str, Notice] = {}
    for kind, live in cast.LIVES.items():
        case = live()
        for language in ("zh", "en"):
            made[f"{kind}.{language}"] = cast.notice(case, kind, language=language)
    for name, text in printed({name: notice.docx for name, notice in made.items()}, tmp_path).items():
        kind, language = name.split(".")
        assert made[name].name.split("-")[2] in text  # the case number
        if language == "zh":
            lacking = [words for words in missing(text, kind) if "号" not in words and "XFJ" not in words]
            assert not lacking, name
        assert len(pdfium.PdfDocument(tmp_path / f"{name}.pdf")) <= 3


@LIBREOFFICE
def test_a_template_saved_again_by_libreoffice_is_still_complete(tmp_path: Path, settings: Any) -> None:
    """Another program writes the same paper quite differently; an office may use it instead of Word."""
    kinds = ("accept", "opinion", "proof_of_service")
    converted({kind: shipped.template(kind, "zh") for kind in kinds}, tmp_path / "before", tmp_path, "docx")
    assert [report.good for report in templates.check(tmp_path)] == [True, True, True]
    case = cast.served()
    plain = {kind: reading.word(cast.notice(case, kind).docx) for kind in kinds}
    settings.HUIYIN_NOTICES = str(tmp_path)
    for kind in kinds:
        made = cast.notice(case, kind)
        assert made.report is not None
        assert reading.word(made.docx) == plain[kind]
        assert not missing(reading.pdf(made.pdf()), kind)


def printed(made: dict[str, bytes], folder: Path) -> dict[str, str]:
    """The words of each Word file as LibreOffice prints them."""
    converted(made, folder, folder, "pdf")
    return {name: reading.pdf((folder / f"{name}.pdf").read_bytes()) for name in made}


def converted(made: dict[str, bytes], folder: Path, out: Path, ending: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, data in made.items():
        (folder / f"{name}.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", out]
    files = [folder / f"{name}.docx" for name in made]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=500)
