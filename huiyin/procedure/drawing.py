"""A book as a picture: the main line of the law in one column, every other way beside it.

Each state is a numbered box, placed where it is first reached. A line is drawn only to where a state is
first reached; every other way stands in its box in words, with the number it leads to. So no line crosses
another, and a print in black and white loses nothing. Text is text: it can be read aloud, searched, copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from xml.sax.saxutils import escape

from huiyin.procedure.reading import Text
from huiyin.procedure.terms import Book, Clock, State, Step
from huiyin.procedure.words import length, owner

# Steps that leave the main line: they end a matter early, turn it away, bring in history or undo.
ASIDE = (
    "refuse",
    "redirect",
    "withdraw",
    "undo",
    "import",
    "import_answer",
    "forward",
    "challenge",
    "consent",
)
MILESTONES: tuple[tuple[str, str], ...] = (
    ("part", "file"),
    ("part", "route"),
    ("part", "accept"),
    ("decides", "first"),
    ("part", "serve"),
    ("decides", "review"),
    ("part", "serve"),
    ("decides", "rereview"),
    ("part", "serve"),
)


def main_line(book: Book) -> tuple[str, ...]:
    """The states of the law's main line, from registration to the end."""
    return tuple(_Line(book).states())


class _Line:
    """Walks from milestone to milestone, each time by the shortest way, never through a state twice."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.line = [""]
        self.steps = [s for s in book.steps.values() if s.part not in ASIDE and not s.back_to]

    def states(self) -> Sequence[str]:
        for kind, value in self._milestones():
            self._go({s.id for s in self.steps if getattr(s, kind) == value})
        if not self._ended(self.line[-1]):
            self._go({s.id for s in self.steps if any(self._ended(t) for t in s.targets())})
        return self.line[1:]

    def _milestones(self) -> Iterator[tuple[str, str]]:
        decided = any(s.decides == "first" for s in self.steps)
        for kind, value in MILESTONES:
            yield ("part", "answer") if value == "first" and not decided else (kind, value)

    def _ended(self, state: str) -> bool:
        return bool(state) and self.book.states[state].final

    def _go(self, wanted: set[str]) -> None:
        """Walk to where one of these steps leads, if one can be taken from here on."""
        ways: list[list[str]] = [[self.line[-1]]]
        seen = set(self.line)
        for way in ways:  # which grow while we go
            for step in self.steps:
                if way[-1] not in step.from_:
                    continue
                for target in step.targets():
                    if target in seen:
                        continue
                    if step.id in wanted:
                        self.line += [*way[1:], target]
                        return
                    if not self._ended(target):
                        seen.add(target)
                        ways.append([*way, target])


# --- where each state stands --------------------------------------------------------------------------


@dataclass(frozen=True)
class Branch:
    """A state, the step by which it is first reached, and the states first reached from it."""

    state: str
    by: Step | None
    children: tuple[Branch, ...] = ()


class Plan:
    """The states as a tree: a trunk, which is the main line, with its branches."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.trunk = ("", *main_line(book))
        self.parent: dict[str, tuple[str, Step]] = {}
        self._place()

    def _place(self) -> None:
        todo = list(self.trunk)
        placed = set(todo)
        for state in todo:  # which grows while we go
            for step in self.book.steps.values():
                for target in step.targets() if state in step.from_ else ():
                    if target not in placed:
                        placed.add(target)
                        self.parent[target] = state, step
                        todo.append(target)

    @cached_property
    def number(self) -> Mapping[str, int]:
        """The number of each state, in the order in which the picture is read."""
        order = [b.state for stem in self.trunk for b in self._flat(self.branch(stem))]
        rest = [name for name in self.book.states if name not in order]
        return {state: i for i, state in enumerate([s for s in order if s] + rest, 1)}

    def _flat(self, branch: Branch) -> Iterator[Branch]:
        yield branch
        for child in branch.children:
            yield from self._flat(child)

    def branch(self, state: str) -> Branch:
        found = [(name, step) for name, (parent, step) in self.parent.items() if parent == state]
        by = self.parent[state][1] if state in self.parent else None
        return Branch(state, by, tuple(self.branch(name) for name, _ in found))

    def onward(self, state: str) -> Step | None:
        """The step by which the trunk goes on after `state`."""
        after = self._next(state)
        steps = (s for s in self.book.steps.values() if state in s.from_ and after in s.targets())
        return next(steps, None)

    def ways(self, state: str) -> Iterator[tuple[Step, tuple[str, ...]]]:
        """Every way out of a state for which no line is drawn."""
        for step in self.book.steps.values():
            if state not in step.from_ or step in self.common:
                continue
            targets = self._targets(step, state)
            found = tuple(t for t in dict.fromkeys(targets) if not self._drawn(state, t, step))
            if found:
                yield step, found

    def _targets(self, step: Step, state: str) -> Iterable[str]:
        if step.back_to:
            return (s for s in self.book.steps[step.back_to].from_ if s)
        return (t for t in step.targets() if t != state)

    def _drawn(self, state: str, target: str, step: Step) -> bool:
        if self.parent.get(target, ("", None)) == (state, step):
            return True
        return state in self.trunk and self.onward(state) is step and target == self._next(state)

    def _next(self, state: str) -> str:
        at = self.trunk.index(state) + 1
        return self.trunk[at] if at < len(self.trunk) else ""

    @cached_property
    def common(self) -> tuple[Step, ...]:
        """Steps that are possible nearly everywhere: told once, below the picture."""
        many = max(4, len(self.book.states) // 3)
        return tuple(s for s in self.book.steps.values() if s.targets() and len(s.from_) >= many)


# --- boxes and lines ----------------------------------------------------------------------------------

TRUNK, SIDE, GAP, PAD, LINE, ROW = 300, 230, 34, 10, 17, 26
INK, GREY, TRUNK_FILL, SIDE_FILL, HERE = "#1d2733", "#50617a", "#e8eef5", "#f7f9fb", "#a8630f"
FONT = "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"


@dataclass(frozen=True)
class Line:
    """A line of text, and whether it is a heading, plain or small print."""

    text: str
    kind: str = "small"


@dataclass(frozen=True)
class Box:
    branch: Branch
    column: int
    lines: tuple[Line, ...]
    caption: tuple[Line, ...]
    x: int
    y: int
    width: int

    @property
    def height(self) -> int:
        return 2 * PAD + LINE * len(self.lines)

    @property
    def top(self) -> int:
        """Where the caption begins, which stands above the box."""
        return self.y - LINE * len(self.caption)


class Layout:
    """Where every box stands. Children stand to the right of their parent; in the last column they stand
    below it, with its number."""

    def __init__(self, book: Book, lang: str) -> None:
        self.book, self.lang = book, lang
        self.plan = Plan(book)
        self.boxes: dict[str, Box] = {}
        self.bottom = 3 * ROW
        for stem in self.plan.trunk:
            bottom = self._stand(self.plan.branch(stem), 0, self.bottom)
            self.bottom = max(bottom, self.boxes[stem].y + self.boxes[stem].height + self._below(stem)) + ROW

    def _below(self, stem: str) -> int:
        """The room that the step onward needs below a box of the main line."""
        return LINE * len(self.onward(stem)) + 6

    def onward(self, stem: str) -> list[str]:
        """The step by which the main line goes on, and its article."""
        step = self.plan.onward(stem)
        if step is None:
            return []
        told = f"{step.title.get(self.lang)} · {self.book.cite(step.article, self.lang)}"
        return wrapped(told, TRUNK - 46, 13)

    def _stand(self, branch: Branch, column: int, top: int) -> int:
        """Place a branch from `top` downwards; returns where it ends."""
        box = self._box(branch, column, top)
        self.boxes[branch.state] = box
        low, bottom = (box.y if column < 2 else box.y + box.height + ROW // 2), box.y + box.height
        for child in branch.children:
            bottom = max(bottom, self._stand(child, min(column + 1, 2), low))
            low = bottom + ROW // 2
        return bottom

    def _box(self, branch: Branch, column: int, top: int) -> Box:
        width = SIDE if column else TRUNK
        x = ROW + (TRUNK + GAP if column else 0) + (SIDE + GAP if column > 1 else 0)
        caption = self._caption(branch, column, width)
        lines = tuple(self._lines(branch.state, width - 2 * PAD))
        return Box(branch, column, lines, caption, x, top + LINE * len(caption), width)

    def _caption(self, branch: Branch, column: int, width: int) -> tuple[Line, ...]:
        """By which step one comes here."""
        if branch.by is None or not column:
            return ()
        parent = self.plan.parent[branch.state][0]
        below = parent and self.boxes[parent].column == column
        number = f"{self.plan.number[parent]} " if below else ""
        told = f"{number}▸ {branch.by.title.get(self.lang)}"
        return tuple(Line(text, "by") for text in wrapped(told, width, 13))

    def _lines(self, name: str, width: int) -> Iterator[Line]:
        if not name:
            yield Line(_START.get(self.lang), "title")
            return
        state = self.book.states[name]
        title = f"{self.plan.number[name]}  {state.title.get(self.lang)}"
        yield from (Line(text, "title") for text in wrapped(title, width, 15))
        yield from (Line(text) for text in wrapped(self._under(state), width, 12))
        for step, targets in self.plan.ways(name):
            where = ", ".join(str(self.plan.number[t]) for t in targets)
            yield from (
                Line(text, "way") for text in wrapped(f"{step.title.get(self.lang)} → {where}", width, 12)
            )

    def _under(self, state: State) -> str:
        """Whose it is, and which clocks run."""
        clocks = [self.book.clocks[name] for name in state.clocks]
        told = [_with_length(c, self.lang) for c in clocks]
        parts = [_END.get(self.lang)] if state.final else [owner(state.owner, self.lang)]
        return " · ".join([*parts, *told])

    @property
    def width(self) -> int:
        return max(box.x + box.width for box in self.boxes.values()) + ROW


def _with_length(clock: Clock, lang: str) -> str:
    title, days = clock.title.get(lang), length(clock, lang)
    return f"{title}（{days}）" if lang.startswith("zh") else f"{title} ({days})"


_START = Text("来件", "A matter arrives")
_END = Text("终点", "end")


def wrapped(text: str, width: int, size: int) -> list[str]:
    """The text in lines that fit; broken at a space, or anywhere in Chinese."""
    lines, line, room = [], "", width / size
    for word in _words(text):
        if line and _em(line + word.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += word if line or word.strip() else ""
    return [*lines, line.rstrip()]


def _words(text: str) -> Iterator[str]:
    """Pieces between which a line may break; none begins with a sign that closes."""
    word = ""
    for sign, after in pairwise((*text, " ")):
        word += sign
        if (sign == " " or sign > "\u2e7f") and after not in _CLOSING:
            yield word
            word = ""
    if word:
        yield word


_CLOSING = "》）”’，。；、！？：…·"


def _em(text: str) -> float:
    """About how wide a text is, in widths of a Chinese character."""
    return sum(1.0 if sign > "\u2e7f" else 0.56 for sign in text)


# --- the picture --------------------------------------------------------------------------------------

_SIZES = {"title": 15, "by": 13, "way": 12, "small": 12, "head": 20}


def svg(book: Book, lang: str, here: str = "") -> str:
    """The book as an SVG picture. With `here`, only its main line, and where on it a case stands now."""
    parts = _compact(book, lang, here) if here else _whole(book, lang)
    return "\n".join(parts) + "\n"


def _whole(book: Book, lang: str) -> Iterator[str]:
    layout = Layout(book, lang)
    notes = list(_notes(layout))
    height = layout.bottom + LINE * len(notes) + ROW
    desc = _DESC.get(lang).format(n=len(book.states), law=book.law.get(lang))
    yield from _opening(book, lang, max(layout.width, 640), height, desc)
    yield _text(ROW, ROW + 4, book.title.get(lang), "head")
    yield _text(ROW, ROW + 24, f"{book.law.get(lang)} · {book.name}", "small")
    yield from _lines_between(layout)
    for box in layout.boxes.values():
        yield from _drawn(layout, box)
    for row, note in enumerate(notes):
        yield _text(ROW, layout.bottom + LINE * (row + 1), note, "small")
    yield "</svg>"


_DESC = Text(
    "{law}的办理程序：{n}个状态，左边一列是主线，右边是其他去向；箭头后的数字是所到状态的编号。",
    "The procedure of the {law}: {n} states. The column on the left is the main line, the other ways stand "
    "beside it; a number after an arrow is the state that a way leads to.",
)
_EVERYWHERE = Text("几乎随时可以：", "Possible nearly everywhere: ")


def _opening(book: Book, lang: str, width: int, height: int, desc: str) -> Iterator[str]:
    language = "zh-CN" if lang.startswith("zh") else "en"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'role="group" lang="{language}" aria-labelledby="procedure-title procedure-desc" '
        f'font-family="{FONT}" fill="{INK}">'
    )
    yield f'<title id="procedure-title">{escape(book.title.get(lang))}</title>'
    yield f'<desc id="procedure-desc">{escape(desc)}</desc>'
    yield f'<rect width="{width}" height="{height}" fill="#fff"/>'


def _notes(layout: Layout) -> Iterator[str]:
    """What is possible nearly everywhere, told once."""
    found = []
    for step in layout.plan.common:
        targets = () if step.back_to else step.targets()
        where = ", ".join(str(layout.plan.number[t]) for t in targets)
        found.append(f"{step.title.get(layout.lang)} → {where}" if where else step.title.get(layout.lang))
    if found:
        yield from wrapped(_EVERYWHERE.get(layout.lang) + "; ".join(found), layout.width - 2 * ROW, 12)


def _text(x: float, y: float, text: str, kind: str, fill: str = "") -> str:
    bold = ' font-weight="600"' if kind in ("title", "head") else ""
    colour = fill or {"small": GREY, "by": GREY}.get(kind, "")
    filled = f' fill="{colour}"' if colour else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{_SIZES[kind]}"{bold}{filled}>{escape(text)}</text>'


def _drawn(layout: Layout, box: Box) -> Iterator[str]:
    for row, line in enumerate(box.caption):
        yield _text(box.x, box.top + LINE * row + 12, line.text, line.kind)
    final = bool(box.branch.state) and layout.book.states[box.branch.state].final
    fill = TRUNK_FILL if not box.column else "#fff" if final else SIDE_FILL
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{2 if final else 9}" '
        f'fill="{fill}" stroke="{GREY}" stroke-width="{2.5 if final else 1}"/>'
    )
    for row, line in enumerate(box.lines):
        yield _text(box.x + PAD, box.y + PAD + LINE * row + 13, line.text, line.kind)


def _lines_between(layout: Layout) -> Iterator[str]:
    boxes = layout.boxes
    for state in layout.plan.trunk[:-1]:
        yield from _down(layout, boxes[state], boxes[layout.plan._next(state)])
    for box in boxes.values():
        for child in box.branch.children:
            if boxes[child.state].column > box.column:
                yield _elbow(box, boxes[child.state])


def _down(layout: Layout, upper: Box, lower: Box) -> Iterator[str]:
    """The arrow from one state of the main line to the next, and the step it stands for."""
    x, start, end = upper.x + 24, upper.y + upper.height, lower.y
    yield _path(f"M{x} {start}V{end - 7}", 2)
    yield f'<path d="M{x - 5} {end - 9}L{x} {end}L{x + 5} {end - 9}z" fill="{GREY}"/>'
    for row, line in enumerate(layout.onward(upper.branch.state)):
        yield _text(x + 12, start + 18 + LINE * row, line, "by", INK)


def _elbow(parent: Box, child: Box) -> str:
    bend, y = child.x - GAP // 2, child.y + 16
    return _path(f"M{parent.x + parent.width} {parent.y + 16}H{bend}V{y}H{child.x}", 1)


def _path(d: str, width: int) -> str:
    return f'<path d="{d}" fill="none" stroke="{GREY}" stroke-width="{width}"/>'


# --- where a case stands ------------------------------------------------------------------------------

_YOU = Text("现在在这里", "here now")
_NARROW, _STEP = 330, 34


def _compact(book: Book, lang: str, here: str) -> Iterator[str]:
    rows = list(_rows(book, here))
    desc = _HERE.get(lang).format(state=book.states[here].title.get(lang))
    yield from _opening(book, lang, _NARROW, _STEP * len(rows) + 16, desc)
    trunk = 0
    for number, (state, beside) in enumerate(rows):
        y = _STEP * number + 24
        yield f"<g{_CURRENT if state == here else ''}>"
        if number:
            yield _path(f"M16 {y - _STEP + 7}V{y}H31" if beside else f"M16 {trunk + 7}V{y - 7}", 2)
        yield from _stop(book, lang, state, 38 if beside else 16, y, state == here)
        yield "</g>"
        trunk = trunk if beside else y
    yield "</svg>"


_CURRENT = ' aria-current="step"'
_HERE = Text("主线上的各个状态；现在在“{state}”。", "The main line; the case is now at “{state}”.")


def _rows(book: Book, here: str) -> Iterator[tuple[str, bool]]:
    """The states of the main line, and beside it the way to where the case is."""
    plan, beside, at = Plan(book), list[str](), here
    while at not in plan.trunk:
        beside.insert(0, at)
        at = plan.parent[at][0] if at in plan.parent else ""
    for state in plan.trunk:
        if state:
            yield state, False
        if state == at:
            yield from ((name, True) for name in beside)


def _stop(book: Book, lang: str, state: str, x: int, y: int, here: bool) -> Iterator[str]:
    fill, stroke = (HERE, HERE) if here else ("#fff", GREY)
    yield f'<circle cx="{x}" cy="{y}" r="7" fill="{fill}" stroke="{stroke}"/>'
    title = book.states[state].title.get(lang)
    said = f"{title} – {_YOU.get(lang)}" if here else title
    yield _text(x + 18, y + 5, said, "title" if here else "by", HERE if here else "")
