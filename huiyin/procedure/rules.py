"""What a book must say of itself, read without following any case: the small print of the properties.

What a step is to the rest of the house (`part`) says what else it has to have: whoever forwards an
accusation keeps it from the office that had it, what is served is not dated before it was made, what extends
a clock is asked for in time and granted by somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from huiyin.procedure.reading import Text
from huiyin.procedure.terms import OFFICE_RELATIONS, OWNERS, Book, Clock, Guard, Step

About = tuple[str, str]
Broken = Iterator[tuple[About, Text]]
# Steps by which an office may end a case without turning anybody away.
ENDING = ("serve", "close", "execute", "import_answer", "undo", "final", "consent", "withdraw")
# Steps that make a paper which the petitioner has to be given.
MAKING = ("answer", "refuse", "redirect", "review")
REFUSING = ("refuse", "redirect")
# Steps by which the petitioner asks an office above.
ASKING = ("ask_review", "challenge", "ask_supervision")
PEOPLE = ("petitioner", "public")


def guards(step: Step, *kinds: str) -> tuple[Guard, ...]:
    return tuple(g for g in step.guards if g.kind in kinds)


def has_guard(step: Step, *kinds: str) -> bool:
    return bool(guards(step, *kinds))


def _of_office(step: Step) -> bool:
    return any(w.relation in (*OFFICE_RELATIONS, "system") for w in step.by)


# --- refusals -----------------------------------------------------------------------------------------


def closed_reasons(book: Book) -> Broken:
    for step in book.steps.values():
        if _turns_away(book, step) and not step.refusal:
            yield ("step", step.id), _NOT_CLOSED
        if step.refusal and step.decides and step.part not in MAKING:
            yield ("step", step.id), _NOT_CALLED_SO
        if step.refusal and not _closed(step):
            yield ("step", step.id), _NO_REASON


def _turns_away(book: Book, step: Step) -> bool:
    """Whether offices end or turn away a matter by this step without having answered it."""
    ends = any(book.states[s].final for s in step.targets())
    return step.part in REFUSING or (ends and _of_office(step) and step.part not in ENDING)


def _closed(step: Step) -> bool:
    """A required list of reasons, each with its article, and an article on the step."""
    lists = [f for f in step.fields if f.kind == "choice" and f.required and not f.derive]
    return bool(step.article) and any(f.choices and all(c.article for c in f.choices) for f in lists)


_NOT_CLOSED = Text(
    "单位可以用这一步了结或推走来件，却不必从法定理由中选一条",
    "an office can end or turn away the matter by it without choosing from a closed list of reasons",
)
_NOT_CALLED_SO = Text("是拒绝，却没有标明（part）", "it refuses, and its part does not say so")
_NO_REASON = Text("没有必填的、每条都有依据的理由清单", "no required list of reasons, each with its article")


# --- nobody judges themselves -------------------------------------------------------------------------


def accused(book: Book) -> Broken:
    """Offices complained of are asked for, and no matter is handed to them."""
    asks = any(has_guard(s, "not_respondent", "handler_not_respondent") for s in book.steps.values())
    for step in book.steps.values():
        if asks and step.from_ == ("",) and not {"respondents", "respondent_officers"} <= set(step.sets):
            yield ("step", step.id), _NOT_ASKED
        if asks and any(name not in _refused(step) for name in _handed(step)):
            yield ("step", step.id), _HANDED


def _handed(step: Step) -> Iterator[str]:
    """The fields in which a step names an office to handle the matter."""
    named = (name for relation in ("handler", "joint", "discipline") for name in step.sets.get(relation, ()))
    for name in named:
        item = step.field(name)
        if item is not None and not item.derive and "" not in step.from_:
            yield name


def _refused(step: Step) -> set[str]:
    return {g.field for g in guards(step, "not_respondent")}


_NOT_ASKED = Text(
    "登记时没有问反映的是谁，回避无从谈起", "nobody is asked who is complained of, so nobody can be kept away"
)
_HANDED = Text("可能交给被反映的单位办理", "the matter may be handed to the office complained of")


# --- the way up ---------------------------------------------------------------------------------------


def rights_are_kept(book: Book) -> Broken:
    """No office cuts short what the petitioner may do: while a right runs, nobody else moves on."""
    for step in book.steps.values():
        kept = {g.clock for g in guards(step, "after")}
        for state in (book.states[s] for s in step.from_ if s and _of_office(step) and step.targets()):
            rights = {c for c in state.clocks if _is_right(book.clocks[c])}
            if state.owner == "petitioner" and rights - kept:
                yield ("step", step.id), _CUT_SHORT


def _is_right(clock: Clock) -> bool:
    return clock.right and clock.owner == "petitioner"


def found_above(book: Book) -> Broken:
    """The petitioner is not asked to know which office is above another."""
    for step in book.steps.values():
        items = [step.field(name) for name in step.sets.get(step.up, ())] if step.up else []
        if any(item is not None and not item.derive for item in items):
            yield ("step", step.id), _ASKED_UP


def asked_above(book: Book) -> Broken:
    """Asking above says which office it reaches, and starts a clock of that office's."""
    for step in book.steps.values():
        if step.part in ASKING and not step.up:
            yield ("step", step.id), _NOWHERE
        started = {c.owner for c in book.clocks.values() if step.id in {s.step for s in c.starts}}
        if step.part in ASKING and step.up not in started:
            yield ("step", step.id), _UNTIMED


_CUT_SHORT = Text(
    "信访人的期限还没有过，单位就能把事情往下推",
    "an office can move on while the petitioner's own time is still running",
)
_ASKED_UP = Text("往上走要信访人自己指明单位", "the way up asks the petitioner which office it is")
_NOWHERE = Text("请求上级，却没有写明到哪个单位（up）", "it asks above, and does not say whom")
_UNTIMED = Text("请求到了上级，上级却没有期限", "it reaches an office above for which no clock starts")


# --- clocks -------------------------------------------------------------------------------------------


def duties(book: Book) -> Broken:
    """Each duty is done by a step of whoever owes it, where they owe it."""
    for clock in book.clocks.values():
        if clock.right or clock.extends or clock.owner not in OWNERS:
            continue
        doing = [s for s in book.steps.values() if clock.id in s.clocks and is_by(s, clock.owner)]
        if not doing:
            yield ("clock", clock.id), _NOT_DONE
    for state in book.states.values():
        owed = {c for c in state.clocks if book.clocks[c].owner == state.owner and not book.clocks[c].right}
        steps = [s for s in book.steps.values() if state.id in s.from_ and is_by(s, state.owner)]
        if owed and not any(owed & set(step.clocks) for step in steps):
            yield ("state", state.id), _NOT_DONE_HERE


def is_by(step: Step, relation: str) -> bool:
    return any(w.relation == relation for w in step.by)


def rights(book: Book) -> Broken:
    """The petitioner owes nothing, and an office's right is one because something ends with it."""
    ending = {g.clock for s in book.steps.values() for g in guards(s, "before", "after")}
    for clock in book.clocks.values():
        if clock.owner == "petitioner" and not clock.right:
            yield ("clock", clock.id), Text("信访人不承担期限义务", "the petitioner owes nothing")
        if clock.right and clock.owner != "petitioner" and clock.id not in ending:
            yield ("clock", clock.id), Text("权利期满却没有任何后果", "a right, and nothing ends with it")


def breaches(book: Book) -> Broken:
    """Lateness is found by the system, wherever a duty can be late, and only where one is."""
    found = [s for s in book.of_part("breach") if is_by(s, "system")]
    for state in book.states.values():
        late = [c for c in state.clocks if not book.clocks[c].right]
        if late and not any(state.id in step.from_ for step in found):
            yield ("state", state.id), _NOT_FOUND
    for step in book.of_part("breach"):
        if not (has_guard(step, "passed") and has_guard(step, "imported_not")):
            yield ("step", step.id), _NOT_LATE


def delays(book: Book) -> Broken:
    """Whoever begins a duty late does not finish it later: its count begins where the first was due."""
    for clock in book.clocks.values():
        law = not (clock.right or clock.local or clock.stops)
        for step in (book.steps[s.step] for s in clock.starts if law and not s.due):
            if _late_with(book, step, clock) - {clock.id, *clock.shadow_of}:
                yield ("clock", clock.id), _BUYS_TIME


def _late_with(book: Book, step: Step, clock: Clock) -> set[str]:
    """The duties of the same office that the step which starts this clock may already be late with."""
    if not is_by(step, clock.owner) or clock.owner in step.sets:
        return set()
    found = (book.clocks[name] for name in step.clocks)
    return {c.id for c in found if c.owner == clock.owner and not c.right}


def extensions(book: Book) -> Broken:
    """What can be granted in all is no more than the extension's own length, in time, by somebody else."""
    extending = {c.extends.step for c in book.clocks.values() if c.extends}
    named = {s.step for c in book.clocks.values() for s in c.starts if s.due}
    for clock in (c for c in book.clocks.values() if c.extends):
        if clock.extends and not _is_short(book, clock):
            yield ("clock", clock.id), _TOO_LONG
    for step in book.steps.values():
        if step.part == "extend" and step.id not in extending | named:
            yield ("step", step.id), _EXTENDS_NOTHING
        if (step.id in extending or step.part == "extend" or _puts_off(book, step)) and not _is_asked_for(
            step
        ):
            yield ("step", step.id), _FREELY


def _puts_off(book: Book, step: Step) -> bool:
    """Whether an office names another last day for what it owes already."""
    owed = (c for c in book.clocks.values() if len(c.starts) > 1 and not c.stops and is_by(step, c.owner))
    return not step.targets() and any(s.due and s.step == step.id for c in owed for s in c.starts)


def _is_asked_for(step: Step) -> bool:
    """Whether an extension has to be granted in time, and by somebody else."""
    return has_guard(step, "before") and has_guard(step, "not_same_officer_as")


def _is_short(book: Book, clock: Clock) -> bool:
    if clock.extends is None:
        return True
    step = book.steps[clock.extends.step]
    item = step.field(clock.extends.field)
    times = _times(book, step, clock.extends.clock)
    return (
        times is not None and item is not None and item.max is not None and times * item.max <= clock.length
    )


def _times(book: Book, step: Step, clock: str) -> int | None:
    """How often a step can be taken for one run of a clock; None if nothing bounds it."""
    starts = {s.step for s in book.clocks[clock].starts}
    found = [g.number for g in guards(step, "at_most") if set(g.others) <= starts]
    found += [1 for g in guards(step, "never_after") if step.id in g.steps]
    return min(found, default=None)


def restarts(book: Book) -> Broken:
    """No office starts its own running clock anew without end."""
    for clock in book.clocks.values():
        for step in (book.steps[s.step] for s in clock.starts):
            stays = [s for s in step.from_ if s and not step.targets() and not step.back_to]
            runs = clock.stops or any(clock.id in book.states[s].clocks for s in stays)
            own = clock.owner in OWNERS and is_by(step, clock.owner)
            if stays and runs and own and clock.restarts and not clock.right and not _waits(step):
                yield ("clock", clock.id), _RESTARTED


def _waits(step: Step) -> bool:
    """Whether a step has to wait for something before it can be taken again."""
    pending = any(step.id in g.steps for g in guards(step, "not_pending", "never_after"))
    return pending or has_guard(step, "at_most")


_NOT_DONE = Text("负有义务的单位没有按期履行的步骤", "whoever owes it has no step that is on time by it")
_NOT_DONE_HERE = Text(
    "负责单位在这里有期限，却没有按期履行的步骤", "its owner owes something here and has no step to do it"
)
_NOT_FOUND = Text("这里逾期了也没有人知道", "nobody finds out when a duty is late here")
_NOT_LATE = Text(
    "没有逾期、或只是导入的历史，也会记为违规",
    "what is not late, or old history, can be called late",
)
_BUYS_TIME = Text("前一步拖延，这一步的期限就顺延", "being late with the step before buys time for this one")
_TOO_LONG = Text("延长的总天数没有封顶", "nothing bounds the days that it can be extended by in all")
_EXTENDS_NOTHING = Text("没有延长任何期限", "it extends no clock")
_FREELY = Text(
    "期满之后、或由经办人自己，也能延长", "it can be extended after its end, or by whoever handles the matter"
)
_RESTARTED = Text("负责单位可以一再重新起算自己的期限", "its own office can start it anew for ever")


# --- going on and being served ------------------------------------------------------------------------


def going_back(book: Book) -> Broken:
    for step in book.of_part("undo"):
        if not step.back_to or book.steps[step.back_to].part != "withdraw":
            yield ("step", step.id), Text("恢复不到撤回前的状态", "it leads back nowhere")


def backdating(book: Book) -> Broken:
    """The day of service, from which rights run, is not before the day of what is served, nor to come."""
    dated = {(s.step, s.field) for c in book.clocks.values() for s in c.starts if s.field}
    for step in book.of_part("serve"):
        for name in (field for of, field in sorted(dated) if of == step.id):
            item = step.field(name)
            early = name not in {g.field for g in guards(step, "not_before")}
            if early or item is None or item.max is None or item.max > 0:
                yield ("step", step.id), Text("送达日期可以倒填或预填", "the day of service can be made up")


RULES: tuple[tuple[Callable[[Book], Broken], str], ...] = (
    (closed_reasons, "closed_reasons"),
    (accused, "no_self_review"),
    (rights_are_kept, "way_up"),
    (found_above, "way_up"),
    (asked_above, "way_up"),
    (rights, "owner_and_clock"),
    (duties, "owner_and_clock"),
    (breaches, "owner_and_clock"),
    (delays, "bounded"),
    (extensions, "bounded"),
    (restarts, "bounded"),
    (going_back, "reachable"),
    (backdating, "service_before_final"),
)
