"""Faults of a book that only show when its states, steps and clocks are seen together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from huiyin.procedure.reading import Document, TomlFault
from huiyin.procedure.terms import ARTICLE, ATTRIBUTES, Book, Clock, Extends, Guard, State, Step


def review(document: Document, book: Book) -> Iterator[TomlFault]:
    """Every fault of a book whose tables could each be read."""
    return _Check(document, book).faults()


class _Check:
    def __init__(self, document: Document, book: Book) -> None:
        self.document = document
        self.book = book
        self._order = {
            kind: {
                str(row["id"]).strip(): i
                for i, row in enumerate(cast(list[dict[str, Any]], document.data[kind]))
            }
            for kind in ("state", "step", "clock")
        }

    def faults(self) -> Iterator[TomlFault]:
        for state in self.book.states.values():
            yield from self._state(state)
        for step in self.book.steps.values():
            yield from self._step(step)
        for clock in self.book.clocks.values():
            yield from self._clock(clock)
        yield from self._ways()
        yield from self._articles()

    def _fault(self, kind: str, name: str, message: str, *key: str | int) -> TomlFault:
        return self.document.fault((kind, self._order[kind][name], *key), message)

    def _known(
        self, kind: str, name: str, what: str, names: tuple[str, ...], *key: str | int
    ) -> Iterator[TomlFault]:
        known: Mapping[str, object] = {
            "state": self.book.states,
            "step": self.book.steps,
            "clock": self.book.clocks,
            "purpose": self.book.purposes,
        }[what]
        for other in names:
            if other not in known:
                yield self._fault(kind, name, f"unknown {what} “{other}”", *key)

    def _state(self, state: State) -> Iterator[TomlFault]:
        yield from self._known("state", state.id, "clock", state.clocks, "clocks")
        if state.final and state.clocks:
            yield self._fault("state", state.id, "a final state runs no clock", "clocks")
        if not state.final and state.owner == "none":
            yield self._fault("state", state.id, f"state “{state.id}” has no owner", "owner")
        if not state.final and not state.clocks and state.unclocked is None:
            yield self._fault(
                "state", state.id, f"state “{state.id}” has neither a clock nor a reason (unclocked)"
            )
        for name in state.clocks:
            clock = self.book.clocks.get(name)
            if clock is not None and clock.stops:
                message = f"clock “{name}” stands by itself, in every state"
                yield self._fault("state", state.id, message, "clocks")

    def _step(self, step: Step) -> Iterator[TomlFault]:
        yield from self._known("step", step.id, "state", tuple(s for s in step.from_ if s), "from")
        yield from self._known("step", step.id, "state", (step.to,) if step.to else (), "to")
        yield from self._known("step", step.id, "clock", step.clocks, "clocks")
        yield from self._known("step", step.id, "step", (step.back_to,) if step.back_to else (), "back_to")
        if not step.from_:
            yield self._fault("step", step.id, f"step “{step.id}” starts from no state", "from")
        if not step.by:
            yield self._fault("step", step.id, f"step “{step.id}” may be taken by nobody", "by")
        if step.to and step.back_to:
            yield self._fault("step", step.id, "a step has either “to” or “back_to”", "back_to")
        if self.book.step_of[step.fact] != step.id:
            yield self._fault("step", step.id, f"fact “{step.fact}” belongs to another step too", "fact")
        for index, detour in enumerate(step.detours):
            yield from self._known("step", step.id, "state", (detour.to,), "detours", index)
        yield from self._step_fields(step)
        for index, guard in enumerate(step.guards):
            yield from self._guard(step, guard, index)
        if step.refusal:
            yield from self._refusal(step)

    def _step_fields(self, step: Step) -> Iterator[TomlFault]:
        names: list[tuple[str, tuple[str | int, ...]]] = [
            (d.field, ("detours", i)) for i, d in enumerate(step.detours)
        ]
        names += [(f, ("sets", a)) for a, fields in step.sets.items() for f in fields]
        for name, key in names:
            yield from self._has_field("step", step.id, step.id, name, *key)
        for field in step.fields:
            if field.derive and field.kind not in ("office", "text", "choice"):
                yield self._fault(
                    "step", step.id, f"derived field “{field.id}” must be an office, a choice or a text"
                )
        for name in step.clears:
            if name not in ATTRIBUTES:
                yield self._fault("step", step.id, f"unknown attribute “{name}”", "clears")

    def _has_field(
        self, kind: str, name: str, step: str, wanted: str, *key: str | int
    ) -> Iterator[TomlFault]:
        found = self.book.steps.get(step)
        if found is not None and found.field(wanted) is None:
            yield self._fault(kind, name, f"step “{step}” has no field “{wanted}”", *key)

    def _guard(self, step: Step, guard: Guard, index: int) -> Iterator[TomlFault]:
        key = ("guard", index)
        yield from self._known("step", step.id, "step", (*guard.steps, *guard.others), *key)
        yield from self._known("step", step.id, "state", guard.states, *key)
        yield from self._known("step", step.id, "clock", (guard.clock,) if guard.clock else (), *key)
        if guard.kind in ("not_purpose", "only_purpose"):
            yield from self._known("step", step.id, "purpose", guard.choices, *key)
        for name in (guard.field, "" if guard.kind == "value_of" else guard.other_field):
            if name:
                yield from self._has_field("step", step.id, step.id, name, *key)
        for other in guard.steps if guard.kind == "value_of" else ():
            yield from self._has_field("step", step.id, other, guard.other_field, *key)
        found = step.field(guard.field)
        if guard.kind == "choice_only_in" and found is not None:
            for choice in set(guard.choices) - {c.id for c in found.choices}:
                yield self._fault("step", step.id, f"field “{found.id}” has no choice “{choice}”", *key)

    def _refusal(self, step: Step) -> Iterator[TomlFault]:
        """Nothing but a printed article may turn a person, or their matter, away."""
        closed = [(i, f) for i, f in enumerate(step.fields) if f.kind == "choice" and f.required]
        if not closed:
            yield self._fault("step", step.id, f"refusal “{step.id}” has no required closed list of reasons")
        for index, item in closed:
            for row, choice in enumerate(item.choices):
                if not choice.article:
                    where = ("field", index, "choices", row)
                    yield self._fault("step", step.id, f"reason “{choice.id}” has no article", *where)

    def _clock(self, clock: Clock) -> Iterator[TomlFault]:
        yield from self._known("clock", clock.id, "clock", clock.shadow_of, "shadow_of")
        yield from self._known("clock", clock.id, "step", clock.stops, "stops")
        for index, start in enumerate(clock.starts):
            yield from self._known("clock", clock.id, "step", (start.step,), "starts", index)
            for name in filter(None, (start.field, start.due)):
                yield from self._has_field("clock", clock.id, start.step, name, "starts", index)
            if bool(start.due) != (clock.unit == "per_case"):
                yield self._fault("clock", clock.id, "“due” and unit per_case go together", "starts", index)
        if not clock.restarts and not clock.stops:
            yield self._fault("clock", clock.id, "“restarts” is only for a clock with stops", "restarts")
        if clock.excluded is not None:
            yield from self._known("clock", clock.id, "step", (clock.excluded.step,), "excluded")
            for name in (clock.excluded.first, clock.excluded.last):
                yield from self._has_field("clock", clock.id, clock.excluded.step, name, "excluded")
        if clock.extends is not None:
            yield from self._clock_extends(clock, clock.extends)
        else:
            yield from self._used(clock)

    def _used(self, clock: Clock) -> Iterator[TomlFault]:
        if not clock.starts:
            yield self._fault("clock", clock.id, f"no step starts clock “{clock.id}”")
        if not clock.stops and not any(clock.id in state.clocks for state in self.book.states.values()):
            yield self._fault("clock", clock.id, f"clock “{clock.id}” runs in no state")

    def _clock_extends(self, clock: Clock, extends: Extends) -> Iterator[TomlFault]:
        yield from self._known("clock", clock.id, "clock", (extends.clock,), "extends")
        yield from self._known("clock", clock.id, "step", (extends.step,), "extends")
        yield from self._has_field("clock", clock.id, extends.step, extends.field, "extends")
        step = self.book.steps.get(extends.step)
        found = step.field(extends.field) if step else None
        if found is not None and (found.kind != "number" or found.max is None or found.max > clock.length):
            yield self._fault("clock", clock.id, f"“{found.id}” may exceed {clock.length} days", "extends")

    def _ways(self) -> Iterator[TomlFault]:
        """Every state can be reached, and every state that is not final can be left."""
        reached, frontier = {""}, {""}
        while frontier:
            steps = [s for s in self.book.steps.values() if frontier & set(s.from_)]
            frontier = {t for s in steps for t in s.targets()} - reached
            reached |= frontier
        for state in self.book.states.values():
            if state.id not in reached:
                yield self._fault("state", state.id, f"state “{state.id}” can never be reached", "id")
            elif not state.final and not self._left(state.id):
                yield self._fault("state", state.id, f"state “{state.id}” can never be left", "id")

    def _left(self, state: str) -> bool:
        steps = (s for s in self.book.steps.values() if state in s.from_)
        return any(target != state for step in steps for target in step.targets())

    def _articles(self) -> Iterator[TomlFault]:
        """Every law that an article names is in the book's list, so that it can be cited in English."""
        for path in self.document.lines:
            if path and path[-1] == "article":
                found = ARTICLE.fullmatch(str(_at(self.document.data, path)))
                if found and found["law"] not in self.book.laws:
                    yield self.document.fault(path, f"law “{found['law']}” is not in law_names")


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        data = data[key]
    return data
