"""A book as people read it: a Markdown table for a desk, a diagram for a wall or a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from huiyin.procedure.drawing import svg
from huiyin.procedure.reading import Text
from huiyin.procedure.terms import Book, Clock, State, Step
from huiyin.procedure.words import by, length, owner

__all__ = ["mermaid", "svg", "table"]

_HEADS = {
    "states": Text("状态", "States"),
    "steps": Text("步骤", "Steps"),
    "clocks": Text("时限", "Clocks"),
}


def table(book: Book, lang: str) -> str:
    """States, steps and clocks of the book as Markdown tables."""
    parts = [
        f"# {book.title.get(lang)}",
        f"{book.law.get(lang)} · `{book.name}`",
        f"## {_HEADS['states'].get(lang)}",
        _rows(_STATE_HEADS, (_state_row(book, s, lang) for s in book.states.values()), lang),
        f"## {_HEADS['steps'].get(lang)}",
        _rows(_STEP_HEADS, (_step_row(book, s, lang) for s in book.steps.values()), lang),
        f"## {_HEADS['clocks'].get(lang)}",
        _rows(_CLOCK_HEADS, (_clock_row(book, c, lang) for c in book.clocks.values()), lang),
    ]
    return "\n\n".join(parts) + "\n"


def mermaid(book: Book, lang: str) -> str:
    """The states and the steps between them as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {s.id} : {s.title.get(lang)}" for s in book.states.values()]
    for step in book.steps.values():
        lines += [
            f"    {a or '[*]'} --> {b} : {step.title.get(lang)}" for a in step.from_ for b in step.targets()
        ]
        lines += [f"    {s} --> {o} : {step.title.get(lang)}" for s, o in _returns(book, step)]
    lines += [f"    {s.id} --> [*]" for s in book.states.values() if s.final]
    return "\n".join(lines) + "\n"


def _returns(book: Book, step: Step) -> Iterable[tuple[str, str]]:
    origins = book.steps[step.back_to].from_ if step.back_to else ()
    return ((state, origin) for state in step.from_ for origin in origins)


_STATE_HEADS = (
    Text("状态", "State"),
    Text("负责", "Owner"),
    Text("时限", "Clocks"),
    Text("信访人看到", "The petitioner reads"),
)
_STEP_HEADS = (
    Text("步骤", "Step"),
    Text("从", "From"),
    Text("到", "To"),
    Text("谁", "Who"),
    Text("填写", "Fields"),
    Text("条件", "Refused with"),
    Text("依据", "Article"),
)
_CLOCK_HEADS = (
    Text("时限", "Clock"),
    Text("长度", "Length"),
    Text("起算", "Counts from"),
    Text("谁的", "Whose"),
    Text("逾期", "When it passes"),
    Text("依据", "Article"),
)


def _rows(heads: Sequence[Text], rows: Iterable[Sequence[str]], lang: str) -> str:
    lines = [[head.get(lang) for head in heads], ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _named(item: State | Step | Clock, lang: str) -> str:
    return f"{item.title.get(lang)} `{item.id}`"


def _state_row(book: Book, state: State, lang: str) -> Sequence[str]:
    clocks = "; ".join(book.clocks[name].title.get(lang) for name in state.clocks)
    unclocked = state.unclocked.get(lang) if state.unclocked else "—"
    return (
        _named(state, lang),
        owner(state.owner, lang),
        clocks or unclocked,
        state.petitioner_text.get(lang),
    )


def _step_row(book: Book, step: Step, lang: str) -> Sequence[str]:
    return (
        _named(step, lang),
        ", ".join(book.states[s].title.get(lang) if s else "—" for s in step.from_),
        _target(book, step, lang),
        by(book, step, lang),
        ", ".join(f"{f.title.get(lang)}{'' if f.required else '?'}" for f in step.fields) or "—",
        " ".join(g.message.get(lang) for g in step.guards) or "—",
        book.cite(step.article, lang),
    )


def _target(book: Book, step: Step, lang: str) -> str:
    if step.back_to:
        return Text("撤回前的状态", "where it was").get(lang)
    return " / ".join(book.states[s].title.get(lang) for s in step.targets()) or Text("不变", "stays").get(
        lang
    )


def _clock_row(book: Book, clock: Clock, lang: str) -> Sequence[str]:
    starts = ", ".join(book.steps[s.step].title.get(lang) for s in clock.starts)
    extends = book.clocks[clock.extends.clock].title.get(lang) if clock.extends else ""
    return (
        _named(clock, lang),
        length(clock, lang),
        starts or (f"+ {extends}" if extends else "—"),
        owner(clock.owner, lang),
        clock.breach.get(lang),
        book.cite(clock.article, lang),
    )
