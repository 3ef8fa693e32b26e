"""A template may name words and test whether there are any; whatever else it tries is refused, by place."""

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.oxml import OxmlElement

from huiyin.papers import filling, foreign, typeset
from huiyin.papers.foreign import BadTemplate


def file(*paragraphs: str, change: Callable[["docx.document.Document"], object] | None = None) -> bytes:
    made = docx.Document()
    for words in paragraphs:
        made.add_paragraph(words)
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def filled(*paragraphs: str, **values: str | bool) -> str:
    return typeset.text(filling.fill(filling.read(file(*paragraphs)), values))


def flaws(data: bytes) -> list[str]:
    with pytest.raises(BadTemplate) as bad:
        filling.read(data)
    return [str(flaw) for flaw in bad.value.flaws]


def changed(data: bytes, name: str, old: str, new: str) -> bytes:
    """The same archive with one part edited; `old` "" makes the part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for item in before.infolist():
            content = before.read(item)
            here = item.filename == name
            after.writestr(item.filename, content.replace(old.encode(), new.encode()) if here else content)
        if not old:
            after.writestr(name, new)
    return out.getvalue()


# --- filling ------------------------------------------------------------------------------------------


def test_each_line_of_a_value_becomes_a_paragraph() -> None:
    assert filled("甲：{{ a }}。", a="一\n二\r\n\n三").split("\n") == ["甲：一", "二", "三。"]


def test_conditions_hold_back_words_paragraphs_and_rows() -> None:
    words = (
        "{%p if a %}",
        "有{{ a }}",
        "{%p else %}",
        "没有",
        "{%p endif %}",
        "{% if not b %}非乙{% endif %}",
    )
    assert filled(*words, a="甲", b=False).split("\n") == ["有甲", "非乙"]
    assert filled(*words, a="", b=True).split("\n") == ["没有", ""]


@pytest.mark.parametrize(
    "words",
    [
        "<w:p>&amp;</w:p>",
        "{{ b }}",
        "{% if b %}",
        "{# 注 #}",
        "]]>",
        "\"'&<>",
        "\x00\x07\x0b\f甲",
        "😀𠮷",
        "a\tb",
    ],
)
def test_words_are_never_read_as_a_template_nor_as_xml(words: str) -> None:
    seen = filled("{{ a }}", a=words, b="漏")
    assert "漏" not in seen
    assert seen.replace("\u3000", " ") == "".join(c for c in words if c >= " " or c == "\t").replace(
        "\t", " "
    )


def test_what_word_tears_apart_is_read_together() -> None:
    def torn(made: "docx.document.Document") -> None:
        paragraph = made.add_paragraph()
        for piece in ("甲{", "{ ", "a", " }", "}乙"):
            paragraph.add_run(piece)

    template = filling.read(file(change=torn))
    assert typeset.text(filling.fill(template, {"a": "一"})) == "甲一乙"


def test_it_says_which_names_stand_whatever_the_conditions_say() -> None:
    both = ("{% if f %}{{ a }}{{ b }}{% else %}{{ a }}{% endif %}", "{% if c %}{{ c }}{% endif %}", "{{ d }}")
    template = filling.read(file(*both, "{% if d %}{{ e }}{% endif %}"))
    assert template.always == {"a", "c", "d"}
    assert set(template.names) == {"a", "b", "c", "d", "e", "f"}
    assert template.names["d"] == "body, paragraph 3 “{{ d }}”"


def test_headers_and_footers_are_read_too() -> None:
    def footer(made: "docx.document.Document") -> None:
        made.sections[0].footer.paragraphs[0].text = "{{ a }}{{ b.c }}"

    (flaw,) = flaws(file(change=footer))
    assert flaw.startswith("footer1, paragraph 1 “{{ a }}{{ b.c }}”: “getattr” is not allowed")


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "{{ a.__class__ }}",
        "{{ a['b'] }}",
        "{{ a() }}",
        "{{ a|upper }}",
        "{{ ''.join(a) }}",
        "{% for b in a %}{{ b }}{% endfor %}",
        "{% set a = 1 %}",
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% extends 'a' %}",
        "{% macro m() %}{% endmacro %}",
        "{% if a is defined %}{% endif %}",
        "{{ 'x' * 999999999 }}",
        "{{ 1 }}",
        "{% if a == b %}{% endif %}",
        "{{ cycler }}{{ lipsum() }}",
    ],
)
def test_nothing_but_names_and_conditions(words: str) -> None:
    found = flaws(file("甲", words))
    assert found
    assert all("body, paragraph 2" in flaw for flaw in found)
    assert any("not allowed" in flaw or "written wrongly" in flaw for flaw in found)


def test_the_sandbox_holds_where_the_check_is_passed_by() -> None:
    for words in ("{{ a.upper() }}", "{{ a['upper'] }}", "{{ a|upper }}", "{{ range(3) }}"):
        template = filling.Template(file(words), {}, frozenset())
        with pytest.raises(Exception, match=r".") as refused:
            filling.fill(template, {"a": "abc"})
        assert "ABC" not in str(refused.value)


@pytest.mark.parametrize("words", ["{{ a }", "{{ }}", "{% if a %}", "{% endif %}", "{{ a b }}", "{% foo %}"])
def test_a_placeholder_written_wrongly_is_told_by_its_place(words: str) -> None:
    (flaw,) = flaws(file("甲", "乙", f"丙{words}"))
    assert flaw.startswith("body, paragraph 3 “丙")
    assert "written wrongly" in flaw


@pytest.mark.parametrize("words", ["｛｛ a ｝｝", "｛{ a }｝", "{％ if a ％}", "{{ a ｝｝"])
def test_full_width_braces_are_told(words: str) -> None:
    assert any("full-width" in flaw for flaw in flaws(file(words)))


def test_what_is_no_word_document_is_told() -> None:
    locked = foreign.OLE + b"\0" * 600 + foreign.ENCRYPTED
    odt = changed(file("甲"), "mimetype", "", "application/vnd.oasis.opendocument.text")
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    other = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(odt)) as before, zipfile.ZipFile(other, "w") as after:
        for item in before.infolist():
            if not item.filename.startswith("word/"):
                after.writestr(item.filename, before.read(item))
    assert flaws(b"") == [foreign.NOT_WORD]
    assert flaws(b"{\\rtf1}") == [foreign.NOT_WORD]
    assert flaws(locked) == [foreign.LOCKED]
    assert flaws(foreign.OLE + b"\0" * 600) == [foreign.OLD]
    assert flaws(other.getvalue()) == [foreign.OLD]
    assert flaws(sheet.getvalue()) == [foreign.NOT_WORD]
    assert flaws(file("甲")[:-40])[0].startswith("is not a Word document that can be read")
    assert flaws(file("甲")[:3000])[0].startswith("is not a Word document that can be read")


KINDS = "[Content_Types].xml"
RELS = "word/_rels/document.xml.rels"


def test_macros_templates_and_objects_are_refused() -> None:
    plain, main = file("甲"), foreign.MAIN.decode()
    macro = changed(plain, KINDS, main, "application/vnd.ms-word.document.macroEnabled.main+xml")
    dotx = changed(plain, KINDS, main, main.replace("document.main", "template.main"))
    assert foreign.MACRO in flaws(macro)
    assert foreign.MACRO in flaws(changed(plain, "word/vbaProject.bin", "", "x"))
    assert foreign.OTHER_KIND in flaws(dotx)
    assert foreign.OBJECT in flaws(changed(plain, "word/embeddings/oleObject1.bin", "", "x"))


def test_what_would_fetch_something_is_refused() -> None:
    far = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"'
        ' Target="https://huiyin.example/t" TargetMode="External"/></Relationships>'
    )
    template = changed(file("甲"), RELS, "</Relationships>", far % "attachedTemplate")
    assert flaws(template) == [f"{RELS}: {foreign.LINKED % 'https://huiyin.example/t'}"]
    filling.read(changed(file("甲"), RELS, "</Relationships>", far % "hyperlink"))

    def field(made: "docx.document.Document") -> None:
        instruction = OxmlElement("w:instrText")
        instruction.text = ' INCLUDETEXT "C:\\\\a.docx" '
        made.add_paragraph().add_run()._r.append(instruction)

    assert flaws(file(change=field)) == [f"word/document.xml: {foreign.FETCHED % 'INCLUDETEXT'}"]


def test_a_document_type_is_refused_before_anything_is_parsed() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><w:document'
    assert flaws(changed(file("甲"), "word/document.xml", "<w:document", bomb)) == [
        f"word/document.xml: {foreign.DOCTYPE}"
    ]


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST_BYTES", 1000)
    assert flaws(file("甲")) == [foreign.TOO_LARGE]
