"""Fills the placeholders of a Word template, and says what is wrong with one, naming the place.

A template may say `{{ name }}` and `{% if name %} … {% else %} … {% endif %}` (with `not`, `and`, `or`, and
docxtpl's `{%p … %}` for whole paragraphs, `{%tr … %}` for rows) and nothing else: no attribute, call, filter,
loop, include or macro, so that a file somebody drops in a folder can reach nothing but the words it is given.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, NoReturn

from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from huiyin.papers import foreign
from huiyin.papers.foreign import BadTemplate, Flaw
from huiyin.papers.word import steady

FULL_WIDTH = re.compile(r"[｛{]\s*｛|｛\s*[｛{%％]|}\s*｝|｝\s*[｝}]|\{％|％\}")
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
)


@dataclass(frozen=True)
class Template:
    """A template that can be filled. `names`: every placeholder with the place where it first stands.
    `always`: those that stand on the paper whatever the others say."""

    data: bytes
    names: Mapping[str, str]
    always: frozenset[str]


def read(data: bytes) -> Template:
    """The template in `data`; raises BadTemplate with everything found wrong."""
    foreign.refuse(data)
    try:
        sources = list(_sources(data))
    except Exception as fault:  # the library names no error for what a broken file can hold
        raise BadTemplate([Flaw("", foreign.BROKEN % type(fault).__name__)]) from fault
    flaws: list[Flaw] = []
    names: dict[str, str] = {}
    always: frozenset[str] = frozenset()
    for part, source in sources:
        tree = _parse(part, source, flaws)
        if tree is not None:
            _note_names(part, source, tree, names)
            always |= _always(tree.body)
    if flaws:
        raise BadTemplate(flaws)
    return Template(data, names, always)


def fill(template: Template, values: Mapping[str, str | bool]) -> bytes:
    """The Word file with every placeholder replaced; an unknown one, and an empty value, leaves nothing.

    Each line of a value becomes a paragraph like the one its placeholder stands in.
    """
    filled = _Paper(io.BytesIO(template.data))
    clean = {name: _plain(value) if isinstance(value, str) else value for name, value in values.items()}
    filled.render(clean, _Sandbox())
    out = io.BytesIO()
    filled.save(out)
    return steady(out.getvalue())


class _Paper(DocxTemplate):  # type: ignore[misc]  # the library has no types
    def render_properties(self, *_: object) -> None:
        """Leave the properties alone: to a file not made by Word the library would add a second set."""


_CONTROL = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _plain(value: str) -> str:
    """Text that XML can hold; the library reads \\a as a new paragraph and \\t as a tab."""
    lines = _CONTROL.sub("", value.replace("\r\n", "\n")).replace("\t", " ").split("\n")
    return "\a".join(line.rstrip() for line in lines if line.strip())


# --- the sandbox --------------------------------------------------------------------------------------


class _Sandbox(ImmutableSandboxedEnvironment):
    """No globals, filters, tests, loader or attributes: names and conditions only."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        for known in (self.globals, self.filters, self.tests):
            known.clear()

    def getattr(self, _obj: Any, attribute: str) -> NoReturn:
        raise SecurityError(attribute)

    def getitem(self, _obj: Any, argument: Any) -> NoReturn:
        raise SecurityError(str(argument))

    def call(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise SecurityError("call")


NOT_ALLOWED = "“%s” is not allowed; only {{ name }} and {%% if name %%} are"
SYNTAX = "a placeholder is written wrongly: %s"
WIDE = "a placeholder has full-width braces: “%s”; type {{ and }}"


# --- what a template says ---------------------------------------------------------------------------------


def _sources(data: bytes) -> Iterator[tuple[str, str]]:
    """(part, Jinja source) of everything in the file that the library fills; a line for each paragraph."""
    opened = DocxTemplate(io.BytesIO(data))
    opened.init_docx()
    yield "body", _lined(opened.patch_xml(opened.get_xml()))
    for uri in (opened.HEADER_URI, opened.FOOTER_URI):
        for _, part in opened.get_headers_footers(uri):
            yield _called(part), _lined(opened.patch_xml(opened.get_part_xml(part)))
    for part in opened.get_docx().part.package.parts:
        if part.content_type.endswith("footnotes+xml"):
            yield _called(part), _lined(opened.patch_xml(part.blob.decode()))


def _called(part: Any) -> str:
    return str(part.partname).rpartition("/")[2].removesuffix(".xml")


def _lined(source: str) -> str:
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", source)


def _parse(part: str, source: str, flaws: list[Flaw]) -> nodes.Template | None:
    for number, line in enumerate(source.split("\n")):
        if found := FULL_WIDTH.search(_bare(line)):
            around = _bare(line)[max(found.start() - 4, 0) :]
            flaws.append(Flaw(_place(part, source, number + 1), WIDE % around[:30]))
    try:
        tree = _Sandbox().parse(source)
    except TemplateSyntaxError as fault:
        flaws.append(Flaw(_place(part, source, fault.lineno), SYNTAX % _first_line(fault.message)))
        return None
    flaws += [_refusal(part, source, node) for node in _strange(tree)]
    return tree


def _strange(node: nodes.Node) -> Iterator[nodes.Node]:
    """The outermost nodes that a template may not hold."""
    for child in node.iter_child_nodes():
        if isinstance(child, ALLOWED):
            yield from _strange(child)
        else:
            yield child


def _refusal(part: str, source: str, node: nodes.Node) -> Flaw:
    return Flaw(_place(part, source, node.lineno), NOT_ALLOWED % type(node).__name__.lower())


def _first_line(message: str | None) -> str:
    return (message or "").split("\n")[0]


def _place(part: str, source: str, line: int) -> str:
    """“body, paragraph 12 “文号：{{ numb””: paragraphs as a person counts them."""
    lines = source.split("\n")
    said = _bare(lines[min(line, len(lines)) - 1]).strip()
    return f"{part}, paragraph {max(line - 1, 1)}" + (f" “{said[:40]}”" if said else "")


def _bare(line: str) -> str:
    return re.sub(r"<[^>]+>", "", line)


def _note_names(part: str, source: str, tree: nodes.Template, names: dict[str, str]) -> None:
    for node in tree.find_all(nodes.Name):
        names.setdefault(node.name, _place(part, source, node.lineno))


def _always(body: Iterable[nodes.Node]) -> frozenset[str]:
    """Names printed whatever the conditions say; one that is printed only where it is not empty counts."""
    return reduce(frozenset.union, map(_always_in, body), frozenset())


def _always_in(node: nodes.Node) -> frozenset[str]:
    if isinstance(node, nodes.Output):
        return frozenset(n.name for n in node.nodes if isinstance(n, nodes.Name))
    if not isinstance(node, nodes.If):
        return frozenset()
    shown = _always(node.body)
    itself = frozenset({node.test.name} if isinstance(node.test, nodes.Name) else ())
    otherwise = [_always(branch.body) for branch in node.elif_] + [_always(node.else_)]
    return reduce(frozenset.intersection, otherwise, shown) | (shown & itself)
