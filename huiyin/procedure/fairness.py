"""What a book owes the people in it, read without following any case: who may file and be heard, whose hands
a matter is in, and that nothing which was said, made or ordered is lost.

Like `rules`, these are the small print of the properties; each answers a slip that somebody who edits a book
could make, and that no other proof would notice (`tests/procedure/mutants.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

from huiyin.procedure.reading import Text
from huiyin.procedure.rules import MAKING, PEOPLE, REFUSING, Broken, guards, has_guard, is_by
from huiyin.procedure.terms import OFFICE_RELATIONS, OWNERS, Book, Clock, State, Step

# Steps that mean nothing unless the case then stands elsewhere.
MOVING = (
    *("file", "import", "import_answer", "take_up", "route", "forward", "accept", *MAKING, "serve", "close"),
    *("ask_review", "challenge", "withdraw"),
)
# Offices that may move on what another is responsible for: the counter of the office that registered it, and
# who asked an office for its opinion and takes that in. Nobody moves on what is under review, or sealed.
LEADING = {"handler": ("clerk@bureau",), "addressee": ("officer@handler", "head@handler", "clerk@bureau")}


# --- filing, asking and answering ---------------------------------------------------------------------


def anyone_may_file(book: Book) -> Broken:
    for step in book.of_part("file"):
        if not all(is_by(step, who) for who in PEOPLE):
            yield ("step", step.id), _NOT_OPEN


def added_to(book: Book) -> Broken:
    """Words and papers can be added as long as the matter is open, and a question can be answered."""
    supplements = [s for s in book.of_part("supplement") if is_by(s, "petitioner")]
    for state in book.states.values():
        if not state.final and not any(state.id in s.from_ for s in supplements):
            yield ("state", state.id), _NOTHING_ADDED
    for step in book.of_part("ask"):
        answered = {s for reply in book.of_part("reply") if is_by(reply, "petitioner") for s in reply.from_}
        if not set(step.from_) <= answered:
            yield ("step", step.id), _NO_ANSWER


def taken_back(book: Book) -> Broken:
    """A withdrawal is the petitioner's own, and can be undone where it led."""
    for step in book.of_part("withdraw"):
        back = {
            s
            for u in book.of_part("undo")
            if u.back_to == step.id and is_by(u, "petitioner")
            for s in u.from_
        }
        if not set(step.targets()) <= back:
            yield ("step", step.id), _NOT_UNDONE
    for name in _undecided(book) if book.of_part("withdraw") else ():
        if not any(name in step.from_ for step in book.of_part("withdraw")):
            yield ("state", name), _NOT_WITHDRAWN


def _undecided(book: Book) -> Iterator[str]:
    """States in which an office has the matter, and nothing was decided, offered or served on the way."""
    found = [""]
    for name in found:  # which grows while we go
        for step in (s for s in book.steps.values() if name in s.from_ and not _makes(s)):
            found += [target for target in dict.fromkeys(step.targets()) if target not in found]
    for state in (book.states[name] for name in found if name):
        if state.owner in OWNERS and not state.final:
            yield state.id


def _makes(step: Step) -> bool:
    return bool(step.decides) or step.part in (*MAKING, "serve", "consent")


def remedies(book: Book) -> Broken:
    for state in book.states.values():
        if (state.remedy is None) != (state.remedy_deadline is None):
            yield ("state", state.id), _HALF_A_REMEDY


def rights_used(book: Book) -> Broken:
    """Whoever uses a right in time gets something done: the case goes on."""
    for step in book.steps.values():
        used = any(book.clocks[name].right for name in step.clocks)
        if used and is_by(step, "petitioner") and not step.targets():
            yield ("step", step.id), _NO_EFFECT


def heard(book: Book) -> Broken:
    """Where people can be heard, nothing is answered before they were."""
    hearing = book.of_part("hear")
    for step in book.of_part("answer"):
        needed = {name for g in guards(step, "needs") for name in g.steps}
        asked = {s.id for s in hearing if set(s.from_) & set(step.from_)}
        if asked and not asked & needed:
            yield ("step", step.id), _UNHEARD


def consented(book: Book) -> Broken:
    """A consent that can be given and taken back is waited for by something that an office does."""
    steps = [s for s in book.steps.values() if not is_by(s, "petitioner")]
    waited = {name for s in steps for g in guards(s, "pending") for name in g.steps}
    asked = {name for s in book.of_part("consent") for g in guards(s, "pending") for name in g.steps}
    for step in book.of_part("consent"):
        if not step.targets() and step.id in asked and step.id not in waited:
            yield ("step", step.id), _NOT_WAITED_FOR


def recusals(book: Book) -> Broken:
    """Nobody decides while somebody asks that they stand aside."""
    for ruling in book.of_part("recuse"):
        for asked in guards(ruling, "pending"):
            for step in (s for s in book.steps.values() if set(s.from_) & set(ruling.from_)):
                waits = any(set(asked.steps) <= set(g.steps) for g in guards(step, "not_pending"))
                if (step.decides or step.part in MAKING) and not waits:
                    yield ("step", step.id), _UNRULED


def alike(book: Book) -> Broken:
    """What one decision of a stage waits for, or is barred by, in a state, all of them do there."""
    deciding = [s for s in book.steps.values() if s.decides]
    for one, other in permutations(deciding, 2):
        if one.decides == other.decides and set(one.from_) & set(other.from_):
            turned = one.part in REFUSING and other.part in REFUSING
            asked = _named(one, "not_pending") - _named(other, "not_pending")
            barred = _named(one, "never_after") - _named(other, "never_after") - {one.id}
            if asked or (turned and barred):
                yield ("step", other.id), _NOT_ALIKE


def _named(step: Step, kind: str) -> set[str]:
    return {name for g in guards(step, kind) for name in g.steps}


def promised(book: Book) -> Broken:
    """Whoever decides that something will be done says by when."""
    for clock in (c for c in book.clocks.values() if not c.right):
        for start in (s for s in clock.starts if s.due):
            step = book.steps[start.step]
            item = step.field(start.due)
            told = start.due in {g.field for g in guards(step, "needs_value")}
            if step.decides and item is not None and not (item.required or told):
                yield ("step", step.id), _NO_DAY


_NOT_ALIKE = Text(
    "同一级的决定，有的要等、有的不用等", "what another decision here waits for does not hold it up"
)
_NO_DAY = Text("答应办的事可以不写期限", "what is decided to be done needs no date")
_NOT_WAITED_FOR = Text("要征得同意，却没有哪一步等着它", "consent is asked for, and nothing waits for it")
_UNRULED = Text("回避申请还没有决定，就可以作出处理", "it is decided while a recusal is still asked for")
_NOT_WITHDRAWN = Text(
    "还没有作出任何决定，信访人却不能撤回", "nothing is decided, and it cannot be withdrawn"
)
_NOT_OPEN = Text("不是谁都能登记来件", "not everybody can file")
_NOTHING_ADDED = Text(
    "事项还没有结束，信访人却不能补充", "it is open, and the petitioner can add nothing to it"
)
_NO_ANSWER = Text("问了信访人，信访人却答不了", "it asks the petitioner, who has no way to answer there")
_NOT_UNDONE = Text("撤回之后不能恢复", "a withdrawal cannot be undone")
_HALF_A_REMEDY = Text(
    "救济和它的期限要一起写明", "a remedy is worth nothing without its deadline, nor a deadline without it"
)
_NO_EFFECT = Text("信访人行使了权利，却没有任何结果", "the petitioner uses a right, and nothing comes of it")
_UNHEARD = Text("没有听取意见就可以答复", "it can be answered before anybody was heard")


# --- in whose hands -----------------------------------------------------------------------------------


def own_hands(book: Book) -> Broken:
    """One office is responsible: it decides, and no other office moves its matter on behind its back."""
    for step in book.steps.values():
        if has_guard(step, "by_owner"):
            continue
        for state in (book.states[s] for s in step.from_ if s):
            if _others(step, state):
                yield ("step", step.id), _BEHIND_ITS_BACK


def _others(step: Step, state: State) -> bool:
    """Whether somebody takes this step although the state is another office's, without being allowed to."""
    others = {w for w in step.by if w.relation in OFFICE_RELATIONS and w.relation != state.owner}
    if state.owner not in OWNERS or not (step.decides or step.part in MAKING or _moves(step)):
        return False
    if step.decides or step.part in MAKING:
        return bool(others)
    if state.owner == "bureau" and (step.part == "forward" or _goes_above(step)):
        return any(w.relation != "handler" for w in others)
    return any(str(w) not in LEADING.get(state.owner, ()) for w in others)


def _moves(step: Step) -> bool:
    return bool(step.targets() or step.back_to)


def _goes_above(step: Step) -> bool:
    """Whether a step hands the matter to an office above, which nobody has to be asked for."""
    named = (
        step.field(name) for relation in ("reviewer", "rereviewer") for name in step.sets.get(relation, ())
    )
    return any(item is not None and item.derive.startswith("above:") for item in named)


def stages(book: Book) -> Broken:
    """An answer by an office of review says which stage it decides: else nobody sees that it reviews."""
    for step in book.steps.values():
        above = {w.relation for w in step.by} & {"reviewer", "rereviewer"}
        if above and step.part in ("answer", "review") and not step.decides:
            yield ("step", step.id), _NO_STAGE


def waited_for(book: Book) -> Broken:
    """Who was asked for an opinion is passed over only when its time is known to be over."""
    for step in book.steps.values():
        asked = any(s and book.states[s].owner == "addressee" for s in step.from_)
        brought = any(book.clocks[name].owner == "addressee" for name in step.clocks)
        late = {p.id for p in book.of_part("breach")} & {n for g in guards(step, "needs") for n in g.steps}
        if (
            asked
            and is_by(step, "handler")
            and _moves(step)
            and not (brought or late or has_guard(step, "after"))
        ):
            yield ("step", step.id), _PASSED_OVER


def own_clocks(book: Book) -> Broken:
    """Offices register for themselves, hear and grant time in their own matters, do their own duties, and
    answer for themselves when the petitioner asked above them."""
    for step in book.steps.values():
        if not {w.relation for w in step.by} <= _entitled(book, step):
            yield ("step", step.id), _BEHIND_ITS_BACK
    for clock in book.clocks.values():
        above = any(book.steps[s.step].up == clock.owner for s in clock.starts)
        for step in (book.steps[name] for name in clock.stops):
            others = [w for w in step.by if w.relation != clock.owner]
            recorded = clock.owner == "bureau" or all(str(w) == "supervisor@bureau" for w in others)
            if others and (above or (clock.id in step.clocks and not clock.right and not recorded)):
                yield ("step", step.id), _ANSWERED_BELOW


def _entitled(book: Book, step: Step) -> set[str]:
    """Whose step this can be, besides people's and the system's."""
    free = {*PEOPLE, "system"}
    if step.from_ == ("",):
        return free | {"bureau"}
    owners = {book.states[s].owner for s in step.from_ if s}
    if step.part == "extend":
        return free | owners
    return free | owners | {"bureau"} if step.part == "hear" else {*free, *OFFICE_RELATIONS}


def answers(book: Book) -> Broken:
    """An answer is an answer to something: what was asked, ordered or promised waits for it."""
    starting = {s.step for c in book.clocks.values() for s in c.starts}
    for clock in book.clocks.values():
        for step in (book.steps[name] for name in clock.stops if not clock.right):
            plain = clock.id in step.clocks and not _moves(step) and step.id not in starting
            if plain and not has_guard(step, "pending", "needs"):
                yield ("step", step.id), _UNASKED


def settled_alike(book: Book) -> Broken:
    """What waits is settled by the same steps for everybody who asks, and for its clock."""
    settled: dict[frozenset[str], frozenset[str]] = {}
    for clock in (c for c in book.clocks.values() if c.stops):
        settled[frozenset(s.step for s in clock.starts)] = frozenset(clock.stops)
    for step in book.steps.values():
        for guard in guards(step, "pending", "not_pending"):
            others = frozenset(guard.others)
            if settled.setdefault(frozenset(guard.steps), others) != others:
                yield ("step", step.id), _SETTLED_ELSE


def named_for(book: Book) -> Broken:
    """An office is named for something: the matter is then its own, or a clock of its own starts. Nobody
    chooses which office is above another, and who had the matter has it no longer when it is routed anew."""
    for step in (s for s in book.steps.values() if "" not in s.from_):
        started = {c.owner for c in book.clocks.values() if step.id in {s.step for s in c.starts}}
        held = {book.states[s].owner for s in step.targets() or step.from_} | started
        if set(step.sets) & set(OWNERS) - held:
            yield ("step", step.id), _IDLE
        items = (step.field(n) for high in ("reviewer", "rereviewer") for n in step.sets.get(high, ()))
        if any(item is not None and not item.derive for item in items):
            yield ("step", step.id), _CHOSEN
    anew = _routed_anew(book)
    for step in book.steps.values():
        left = any(s and book.states[s].owner not in ("bureau", "petitioner") for s in step.from_)
        if left and set(step.targets()) & anew and not {"handler"} & {*step.clears, *step.sets}:
            yield ("step", step.id), _STILL_NAMED


def _routed_anew(book: Book) -> set[str]:
    """States in which the registering office has still to name who handles the matter."""
    routes = (s for s in book.of_part("route") if "handler" in s.sets)
    return {s for step in routes for s in step.from_ if s and book.states[s].owner == "bureau"}


def checked_by_others(book: Book) -> Broken:
    """Whoever reports that something was carried out is not who finds that it was."""
    for report in book.of_part("execute"):
        for step in (s for s in book.steps.values() if set(s.from_) & set(report.targets()) and _moves(s)):
            others = {name for g in guards(step, "not_same_officer_as") for name in g.steps}
            if report.id not in others and any(w.relation in OFFICE_RELATIONS for w in step.by):
                yield ("step", step.id), _CHECKS_ITSELF


def handed_on(book: Book) -> Broken:
    """Nobody is named to handle a matter who was not looked at: not by whoever files it for another office,
    and not by an old sheet."""
    for step in book.of_part("file"):
        same = {g.field for g in guards(step, "same_as") if g.other_field in step.sets.get("bureau", ())}
        if set(step.sets.get("handler", ())) - same:
            yield ("step", step.id), _PASSED_BY
    for step in (*book.of_part("import_answer"), *book.of_part("take_up")):
        if not all(is_by(step, book.states[s].owner) for s in step.from_ if s):
            yield ("step", step.id), _UNREAD
    imports = any("handler" in step.sets for step in book.of_part("import"))
    for step in book.of_part("take_up"):
        if imports and not {"handler"} & {*step.clears, *step.sets}:
            yield ("step", step.id), _OLD_HANDS


def unaccused(book: Book) -> Broken:
    """Whoever names an office in a matter does not name one that it complains of."""
    if not any(has_guard(s, "not_respondent") for s in book.steps.values()):
        return
    for step in (s for s in book.steps.values() if "" not in s.from_):
        asked = {f.id for f in step.fields if f.kind == "office" and not f.derive}
        refused = {g.field for g in guards(step, "not_respondent")}
        if asked - refused - set(step.sets.get("addressee", ())):
            yield ("step", step.id), _ACCUSED


def sealed(book: Book) -> Broken:
    """What is sealed is known from the first, and nothing else is shut away with it."""
    for step in book.steps.values():
        if book.sealed and step.from_ == ("",) and "purpose" not in step.sets:
            yield ("step", step.id), _UNKNOWN_PURPOSE
        named = [set(g.choices) & book.sealed for g in guards(step, "not_purpose", "only_purpose")]
        if any(some and some != book.sealed for some in named):
            yield ("step", step.id), _HALF_SEALED
    for step in book.of_part("forward"):
        only = [set(g.choices) for g in guards(step, "only_purpose")]
        if book.sealed and not any(choices <= book.sealed for choices in only):
            yield ("step", step.id), _SHUT_AWAY


_NO_STAGE = Text("复查、复核的决定没有写明是哪一级", "it decides on a review, and does not say so")
_PASSED_OVER = Text(
    "没到期限就可以撇开被征求意见的单位", "who was asked is passed over before its time is over"
)
_ANSWERED_BELOW = Text(
    "信访人请求上级，答复的却是别的单位", "the petitioner asks above, and another office answers"
)
_UNASKED = Text("没有人问，也能算作答复", "it answers what nobody asked")
_SETTLED_ELSE = Text(
    "同一件事，有的条件认为了结了，有的认为还没有", "what waits is settled here by other steps than elsewhere"
)
_IDLE = Text("指定了单位，却没有它的事", "it names an office, for which nothing follows")
_CHOSEN = Text("由办理人自己挑选上级单位", "whoever takes it chooses which office is above")
_STILL_NAMED = Text(
    "退回重新分办，原单位却还挂着名", "it is routed anew, and the office that had it still has it"
)
_CHECKS_ITSELF = Text("谁落实的，谁又来核实", "whoever carried it out can also check it")
_BEHIND_ITS_BACK = Text(
    "别的单位可以越过负责单位办这一步", "an office can take it in a matter for which another is responsible"
)
_PASSED_BY = Text(
    "登记时就能指给别的单位，绕过了分办", "a filing can name the handling office past all routing"
)
_UNREAD = Text("旧台账不经负责单位就办了", "an old sheet goes on without the office that holds it")
_OLD_HANDS = Text("旧台账写的承办单位没有核实就接着办", "the office that an old sheet named goes on unseen")
_UNKNOWN_PURPOSE = Text(
    "不记下目的，就不知道要不要密封", "without its purpose nobody knows that it has to be sealed"
)
_ACCUSED = Text("可以指到被反映的单位", "the office complained of can be named in it")
_HALF_SEALED = Text("有的密封目的管，有的不管", "it holds for some sealed purposes, and not for others")
_SHUT_AWAY = Text(
    "普通来件也能当作检举控告密封转走", "what is no accusation can be shut away as if it were one"
)


# --- nothing is lost ----------------------------------------------------------------------------------


def moving(book: Book) -> Broken:
    """What registers, makes, serves, forwards or closes leaves the case elsewhere than it was."""
    for step in book.steps.values():
        if step.part in MOVING and not step.to:
            yield ("step", step.id), _STAYS


def passed_around(book: Book) -> Broken:
    """A matter is handed from office to office only so many times, also where its state stays the same."""
    for step in book.of_part("route"):
        if set(step.targets()) & set(step.from_) and not has_guard(step, "at_most", "never_after"):
            yield ("step", step.id), _PASSED_AROUND


def papers(book: Book) -> Broken:
    """Whatever paper is served, its day of service is not before the day on which it was made."""
    for step in book.of_part("serve"):
        dated = {f.id for f in step.fields if f.kind == "date" and f.max is not None and f.max <= 0}
        kept = {name for g in guards(step, "not_before") if g.field in dated for name in g.steps}
        if not set(_made(book, step)) <= kept:
            yield ("step", step.id), _UNDATED


def _made(book: Book, serve: Step) -> Iterator[str]:
    """The steps that make what is served here."""
    for step in book.steps.values():
        if _makes(step) and step.part != "serve" and set(step.targets()) & set(serve.from_):
            yield step.id


def kept_running(book: Book) -> Broken:
    """A duty does not vanish on the way: what leads its owner to a state where it no longer runs does it."""
    for step in book.steps.values():
        for source, target in _legs(book, step):
            for name in source.clocks:
                clock = book.clocks[name]
                if _vanishes(clock, step, target) and not _begun(book, step, target):
                    yield ("clock", name), _VANISHES


def _legs(book: Book, step: Step) -> Iterator[tuple[State, State]]:
    for source in (book.states[s] for s in step.from_ if s):
        yield from ((source, book.states[s]) for s in step.targets() if s != source.id)


def _vanishes(clock: Clock, step: Step, target: State) -> bool:
    done = clock.id in step.clocks or target.final or clock.id in target.clocks
    return not (done or clock.right) and clock.owner == target.owner


def _begun(book: Book, step: Step, target: State) -> bool:
    """Whether a step begins another duty in its place, or gives the matter to another office."""
    if target.owner in step.sets:
        return True
    found = (book.clocks[name] for name in target.clocks)
    return any(c.owner == target.owner and step.id in {s.step for s in c.starts} for c in found)


def orders(book: Book) -> Broken:
    """Who is ordered is not who orders, and an order that waits is not moved by another one."""
    for step in book.of_part("order"):
        givers = {w.relation for w in step.by}
        for clock in book.clocks.values():
            if clock.owner in givers and step.id in {s.step for s in clock.starts}:
                yield ("clock", clock.id), _OWN_ORDER
    for clock in book.clocks.values():
        if clock.stops and clock.restarts and not clock.right:
            for step in (book.steps[s.step] for s in clock.starts if s.due):
                if not _moves(step) and not _waits_for(step, clock):
                    yield ("clock", clock.id), _MOVED


def _waits_for(step: Step, clock: Clock) -> bool:
    """Whether it cannot be taken again before the clock was stopped."""
    waiting = (g for g in guards(step, "not_pending") if step.id in g.steps)
    return has_guard(step, "never_after", "at_most") or any(set(g.others) & set(clock.stops) for g in waiting)


def clocks(book: Book) -> Broken:
    """Clocks that belong together are one office's, no duty is barred by its own date, and what does a duty
    in time can be taken while it runs."""
    for step in book.steps.values():
        for clock in (book.clocks[name] for name in step.clocks):
            runs = (
                clock.stops or clock.right or any(s and clock.id in book.states[s].clocks for s in step.from_)
            )
            if not runs:
                yield ("step", step.id), _NEVER_IN_TIME
    for clock in book.clocks.values():
        others = (*clock.shadow_of, *((clock.extends.clock,) if clock.extends else ()))
        if any(book.clocks[name].owner != clock.owner for name in others):
            yield ("clock", clock.id), _TWO_OWNERS
        using = [s for s in book.steps.values() if clock.id in {g.clock for g in guards(s, "before")}]
        doing = [s for s in book.steps.values() if clock.id in s.clocks and is_by(s, clock.owner)]
        if doing and not clock.right and all(step in using for step in doing):
            yield ("clock", clock.id), _BARRED
        if using and clock.right and not any(is_by(s, clock.owner) for s in using):
            yield ("clock", clock.id), _NOT_ITS_RIGHT


_PASSED_AROUND = Text("可以没完没了地转来转去", "it can be passed around for ever")
_STAYS = Text("办了这一步，事项还停在原处", "it is taken, and the case stays where it was")
_UNDATED = Text("送达可以早于文书作出", "what it serves can be dated before it was made")
_VANISHES = Text("义务还没有履行，期限就不见了", "the case goes on, and the duty is neither done nor running")
_OWN_ORDER = Text("督办的单位就是被督办的单位", "whoever gives the order is who has to answer it")
_MOVED = Text("前一个期限还没有答复，又可以另定一个", "a new date can be set before the last one was kept")
_TWO_OWNERS = Text("连在一起的期限分属两个单位", "clocks that belong together are not one office's")
_NEVER_IN_TIME = Text(
    "按期办理的期限在这里并不计算", "it is on time by a clock that does not run where it is taken"
)
_BARRED = Text("一逾期，义务就再也履行不了", "once it is late, the duty can no longer be done")
_NOT_ITS_RIGHT = Text("享有权利的单位行使不了", "whoever has the right cannot use it")

RULES: tuple[tuple[Callable[[Book], Broken], str], ...] = (
    (anyone_may_file, "way_up"),
    (added_to, "way_up"),
    (taken_back, "reachable"),
    (remedies, "way_up"),
    (rights_used, "reachable"),
    (heard, "no_self_review"),
    (consented, "reachable"),
    (recusals, "no_self_review"),
    (alike, "no_self_review"),
    (promised, "owner_and_clock"),
    (own_hands, "owner_and_clock"),
    (stages, "no_self_review"),
    (waited_for, "owner_and_clock"),
    (own_clocks, "owner_and_clock"),
    (answers, "owner_and_clock"),
    (settled_alike, "owner_and_clock"),
    (named_for, "owner_and_clock"),
    (checked_by_others, "no_self_review"),
    (handed_on, "no_self_review"),
    (unaccused, "no_self_review"),
    (sealed, "closed_reasons"),
    (moving, "ends"),
    (passed_around, "bounded"),
    (papers, "service_before_final"),
    (kept_running, "owner_and_clock"),
    (orders, "bounded"),
    (clocks, "owner_and_clock"),
)
