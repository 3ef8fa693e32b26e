"""A county's own templates: used when nothing is missing, told by name and place when something is."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from pytest_django import DjangoDbBlocker

from huiyin.cli.main import main
from huiyin.papers import foreign
from huiyin.postroom import forms, shipped, templates
from tests.postroom import cast, reading

Paper = "docx.document.Document"


def edited(kind: str, change: Callable[[Paper], object], language: str = "zh") -> bytes:
    """The shipped template as somebody left it in Word."""
    made = docx.Document(io.BytesIO(shipped.template(kind, language)))
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def without(*placeholders: str) -> Callable[[Paper], object]:
    def change(made: Paper) -> None:
        every = [*made.paragraphs, *(p for t in made.tables for c in t._cells for p in c.paragraphs)]
        for paragraph in every:
            for run in paragraph.runs:
                for name in placeholders:
                    run.text = run.text.replace(f"{{{{ {name} }}}}", "")

    return change


def adding(*lines: str) -> Callable[[Paper], object]:
    return lambda made: [made.add_paragraph(line) for line in lines]


def hidden(name: str) -> Callable[[Paper], object]:
    """The placeholder stands in the file and nobody sees it."""

    def change(made: Paper) -> None:
        without(name)(made)
        run = made.add_paragraph().add_run(f"{{{{ {name} }}}}")
        run._r.get_or_add_rPr().append(OxmlElement("w:vanish"))

    return change


def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, object]]]:
    status = main(["notices", "check", str(folder), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["complete"] == (status == 0)
    return status, {row["file"]: row for row in found["templates"]}


# --- the shipped ones -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", forms.ids())
def test_every_shipped_template_is_complete_in_both_languages(kind: str) -> None:
    of = forms.form(kind)
    for language in shipped.LANGUAGES:
        read, report = templates.template(kind, language, None)
        assert report is None
        assert not [e.id for e in of.required if e.id not in read.always]
        assert not set(read.names) - set(of.elements)


def test_the_check_of_the_shipped_templates_finds_nothing() -> None:
    found = list(templates.check_shipped())
    assert len(found) == 2 * len(forms.ids())
    assert all(row.good for row in found)


def test_every_element_names_its_article() -> None:
    for kind in forms.ids():
        for element in forms.form(kind).required:
            assert element.article.startswith("《")
            assert element.title.zh
            assert element.title.en


def test_the_shipped_templates_are_the_same_wherever_they_are_built() -> None:
    before = {kind: shipped.template(kind, "zh") for kind in forms.ids()}
    shipped.template.cache_clear()
    assert before == {kind: shipped.template(kind, "zh") for kind in forms.ids()}


def test_the_shipped_templates_are_written_for_editing_and_never_over_a_countys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "notices"
    assert main(["notices", "templates", str(folder)]) == 0
    assert len(list(folder.glob("*.docx"))) == 2 * len(forms.ids())
    status, found = check(Path(folder), Capture(capsys))
    assert status == 0
    assert set(found) == {path.name for path in folder.iterdir()}
    (folder / "accept.docx").write_bytes(b"mine")
    assert main(["notices", "templates", str(folder)]) == 1
    assert (folder / "accept.docx").read_bytes() == b"mine"


class Capture:
    """Drops what was printed before."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        self.readouterr = capsys.readouterr


# --- what a check says ------------------------------------------------------------------------------------


def test_a_missing_element_is_told_with_its_article(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "opinion.docx").write_bytes(edited("opinion", without("handling", "case_number")))
    status, found = check(tmp_path, capsys)
    assert status == 1
    missing = {row["element"]: row for row in found["opinion.docx"]["missing"]}
    assert set(missing) == {"handling", "case_number"}
    assert missing["handling"]["article"] == "《信访工作条例》第三十二条"
    assert missing["handling"]["local"] is False
    assert missing["case_number"]["local"] is True
    assert main(["notices", "check", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "opinion.docx: lacks {{ handling }} (处理意见, decision), 《信访工作条例》第三十二条" in said


@pytest.mark.parametrize("kind", forms.ids())
def test_each_required_element_is_missed_when_it_is_taken_out(kind: str, tmp_path: Path) -> None:
    for element in forms.form(kind).required:
        (tmp_path / f"{kind}.docx").write_bytes(edited(kind, without(element.id)))
        (report,) = templates.check(tmp_path)
        assert [e.id for e in report.missing] == [element.id]


def test_an_element_under_a_condition_of_another_or_hidden_is_missing(tmp_path: Path) -> None:
    condition = adding("{% if sender %}{{ handling }}{% endif %}")

    def move(made: Paper) -> None:
        without("handling")(made)
        condition(made)

    for change in (move, hidden("handling")):
        (tmp_path / "opinion.docx").write_bytes(edited("opinion", change))
        (report,) = templates.check(tmp_path)
        assert [e.id for e in report.missing] == ["handling"]


def test_unknown_placeholders_are_told_by_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "accept.docx").write_bytes(edited("accept", adding("本局另告：{{ nonsense }}")))
    status, found = check(tmp_path, capsys)
    assert status == 1
    (unknown,) = found["accept.docx"]["unknown"]
    assert unknown["placeholder"] == "nonsense"
    assert "本局另告" in unknown["where"]


def test_faults_are_told_by_file_place_and_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = shipped.template("accept", "zh")
    files = {
        "accept.docx": edited("accept", adding("坏的{{ 行 }")),
        "opinion.docx": good[:-100],
        "receipt.docx": foreign.OLE + b"\0" * 600 + foreign.ENCRYPTED,
        "routed.docx": b"plain text",
        "redirect.docx": edited("redirect", adding("{{ ''.__class__ }}")),
        "extension.docx": edited("extension", adding("{% include 'x' %}")),
        "nothing.docx": good,
        "accept.doc": b"old",
        "~$accept.docx": b"somebody has it open",
        "notes.txt": b"not a template",
        "interim.docx": with_macro(good),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    status, found = check(tmp_path, capsys)
    assert status == 1
    assert set(found) == set(files) - {"~$accept.docx", "notes.txt"}
    faults = {name: row["faults"][0]["what"] for name, row in found.items()}
    assert faults["receipt.docx"] == foreign.LOCKED
    assert faults["routed.docx"] == foreign.NOT_WORD
    assert faults["interim.docx"] == foreign.MACRO
    assert "cannot be read" in faults["opinion.docx"] or "can be read" in faults["opinion.docx"]
    assert "no notice of this name" in faults["nothing.docx"]
    assert "no notice of this name" in faults["accept.doc"]
    assert "written wrongly" in faults["accept.docx"]
    assert "坏的" in found["accept.docx"]["faults"][0]["where"]
    for name in ("redirect.docx", "extension.docx"):
        assert "not allowed" in faults[name]


def with_macro(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for item in before.infolist():
            after.writestr(item, before.read(item))
        after.writestr("word/vbaProject.bin", b"Attribute VB_Name")
    return out.getvalue()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "accept.docx"
    path.write_bytes(shipped.template("accept", "zh"))
    path.chmod(0)
    (report,) = templates.check(tmp_path)
    assert "cannot be read" in str(report.flaws[0])


def test_a_directory_named_like_a_template_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "accept.docx").mkdir()
    (report,) = templates.check(tmp_path)
    assert "cannot be read" in str(report.flaws[0])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["notices", "check", str(tmp_path / "none")])
    assert "there is no folder" in capsys.readouterr().err
    assert main(["notices", "check", str(tmp_path)]) == 0
    assert "no template here" in capsys.readouterr().out


def test_without_a_folder_the_countys_own_is_checked(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "accept.docx").write_bytes(b"broken")
    settings.HUIYIN_NOTICES = str(tmp_path)
    assert main(["notices", "check"]) == 1
    assert "accept.docx" in capsys.readouterr().out
    settings.HUIYIN_NOTICES = ""
    assert main(["notices", "check"]) == 0


# --- use --------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, settings: Any, county: None) -> Path:
    settings.HUIYIN_NOTICES = str(tmp_path)
    return tmp_path


def test_a_countys_template_takes_the_place_of_the_shipped_one(own: Path) -> None:
    case = cast.accepted()
    (own / "accept.docx").write_bytes(edited("accept", adding("本县监督电话：0000-5559999")))
    made = cast.notice(case, "accept")
    assert made.report is not None
    assert made.report.good
    assert "本县监督电话：0000-5559999" in reading.word(made.docx)
    assert "本县监督电话：0000-5559999" in reading.pdf(made.pdf())
    assert "本县监督电话" not in reading.word(cast.notice(case, "receipt").docx)
    assert "5559999" not in reading.word(cast.notice(case, "accept", language="en").docx)


def test_a_template_is_read_again_when_it_was_saved_again(own: Path) -> None:
    case = cast.accepted()
    for words in ("第一稿", "第二稿，改过了"):
        (own / "accept.docx").write_bytes(edited("accept", adding(words)))
        assert words in reading.word(cast.notice(case, "accept").docx)


def test_a_template_that_lacks_an_element_is_never_used(own: Path) -> None:
    case = cast.accepted()
    plain = cast.notice(case, "accept").docx
    for change in (without("due"), adding("{{ x.y }}")):
        (own / "accept.docx").write_bytes(edited("accept", change))
        made = cast.notice(case, "accept")
        assert made.docx == plain
        assert made.report is not None
        assert not made.report.usable
    (own / "accept.docx").write_bytes(b"not a file of Word")
    assert cast.notice(case, "accept").docx == plain


def test_an_unknown_placeholder_leaves_a_gap_and_is_told(own: Path) -> None:
    (own / "accept.docx").write_bytes(edited("accept", adding("[{{ nonsense }}]")))
    made = cast.notice(cast.accepted(), "accept")
    assert "[]" in reading.word(made.docx)
    assert made.report is not None
    assert made.report.usable
    assert not made.report.good


def test_the_red_head_is_left_off_for_paper_that_has_it_printed(settings: Any, county: None) -> None:
    case = cast.accepted()
    lines = cast.words(cast.notice(case, "accept")).split("\n")
    assert lines[:2] == ["临江县住房和城乡建设局", "临住建复〔2026〕1号"]
    settings.HUIYIN_NOTICES_RED_HEAD = False
    assert cast.words(cast.notice(case, "accept")).split("\n")[0] == "临住建复〔2026〕1号"


def test_a_check_needs_no_database(
    django_db_blocker: DjangoDbBlocker, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with django_db_blocker.block():
        (tmp_path / "accept.docx").write_bytes(shipped.template("accept", "zh"))
        assert main(["notices", "check", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "accept.docx: complete\n"
