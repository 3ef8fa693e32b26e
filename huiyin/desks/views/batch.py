"""One step for many cases: chosen in the inbox, filled in once, looked at case by case, then carried out.

Each case gets its own fact, decided by its own procedure. What one refuses leaves the others as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiyin.casework import law, reading, working
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, entry
from huiyin.casework.steps import open_case, open_steps, take_step
from huiyin.casework.trying import refusal
from huiyin.desks import phrases, shown, standing
from huiyin.desks.forms import StepForm, asked
from huiyin.desks.gate import actor_of
from huiyin.desks.models import Template
from huiyin.desks.shown import language
from huiyin.desks.views import step as step_page
from huiyin.ledger.facts import MovedOn
from huiyin.procedure import Actor, Book, Step, Unlawful

MOST = 50  # a page of the inbox


@dataclass(frozen=True)
class Chosen:
    """A case that was chosen, and the position its officer has seen it in."""

    row: CaseRow
    seen: int
    title: str

    @property
    def sent(self) -> str:
        return f"{self.row.case_id}:{self.seen}"


@dataclass(frozen=True)
class Outcome:
    """What becomes of one case: `ok`, or the reason and the article against it."""

    case: Chosen
    ok: bool
    reason: str = ""
    article: str = ""


@dataclass(frozen=True)
class Choice:
    """A step that may be taken for some of the cases. `alone`: it decides each by itself, so not together."""

    step: Step
    book: Book
    count: int
    alone: bool


@entry("step.take")
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Choose a step; fill it in; look at what it would do; carry it out. Only the last writes anything."""
    actor, now = actor_of(request), timezone.now()
    cases = _chosen(request.POST.getlist("case"), actor)
    if not cases:
        return redirect("desks:inbox")
    choices = _choices(cases, actor, now)
    if macro := _macro(request.POST.get("macro", ""), choices, actor):
        return _by_macro(request, cases, macro, choices, actor, now)
    choice = next((one for one in choices if one.step.id == request.POST.get("step")), None)
    if choice is None or choice.alone:
        offered = phrases.for_steps([one.step.id for one in choices if not one.alone], actor)
        context: dict[str, object] = {
            "here": "inbox",
            "cases": cases,
            "choices": list(zip_longest(choices, shown.KEYS[: len(choices)], fillvalue="")),
            "macros": list(zip(offered, shown.KEYS[len(choices) :], strict=False)),
        }
        return render(request, "desks/batch.html", context)
    if request.POST.get("act") not in ("look", "do"):
        form = _form(cases, choice, actor, now)
        return _page(request, choice, form, _before(cases, choice, actor, now))
    form = _form(cases, choice, actor, now, request.POST)
    if not form.is_valid():
        return _page(request, choice, form, _before(cases, choice, actor, now), status=422)
    values = form.values()
    if request.POST["act"] == "look":
        outcomes = [_would(case, choice, values, actor, now) for case in cases]
        return _page(request, choice, form, outcomes, looked=True)
    return _done(request, choice, [_take(case, choice, values, actor, now) for case in cases])


def _done(request: HttpRequest, choice: Choice, done: Sequence[Outcome]) -> HttpResponse:
    context = {"here": "inbox", "step": choice.step, "outcomes": done, "count": sum(one.ok for one in done)}
    return render(request, _template(request, "batch_done"), context)


def _template(request: HttpRequest, name: str) -> str:
    """A page of its own, or its core for the list that a script shows it over."""
    return f"desks/{'_' if 'quiet' in request.headers else ''}{name}.html"


# --- by macro -----------------------------------------------------------------------------------------


def macros(rows: Sequence[CaseRow], actor: Actor) -> list[tuple[Template, str]]:
    """The office's macros for a list, each with its key: of steps that some of these cases may be at."""
    steps = {(law.book(row.book), row.state) for row in rows}
    open_here = [step.id for book, state in steps for step in book.steps.values() if _at(step, state)]
    return list(zip(phrases.for_steps(open_here, actor), shown.KEYS, strict=False))


def _at(step: Step, state: str) -> bool:
    return state in step.from_ and not _alone(step)


def _macro(ref: str, choices: Sequence[Choice], actor: Actor) -> Template | None:
    found = phrases.for_steps([one.step.id for one in choices if not one.alone], actor)
    return next((one for one in found if str(one.id) == ref), None)


def _by_macro(
    request: HttpRequest,
    cases: Sequence[Chosen],
    macro: Template,
    choices: Sequence[Choice],
    actor: Actor,
    now: datetime,
) -> HttpResponse:
    """Everything is filled in already, for each case its own number and dates: only to be looked at."""
    choice = next(one for one in choices if one.step.id == macro.step)
    filled = [(case, _filled(case, cases, choice, macro, actor, now)) for case in cases]
    do = _take if request.POST.get("act") == "do" else _would
    outcomes = [
        do(case, choice, form.values(), actor, now)
        if form.is_valid()
        else Outcome(case, False, _faults(form))
        for case, form in filled
    ]
    if do is _take:
        return _done(request, choice, outcomes)
    return _page(request, choice, filled[0][1], outcomes, looked=True, macro=macro)


def _filled(
    case: Chosen, cases: Sequence[Chosen], choice: Choice, macro: Template, actor: Actor, now: datetime
) -> StepForm:
    today = law.day_of(now, choice.book.zone)
    known = phrases.known(case.row, case.title, None, actor, today)
    data = MultiValueDict(
        {name: list(given) for name, given in phrases.filled(macro, known, choice.step).items()}
    )
    return _form(cases, choice, actor, now, data)


def _faults(form: StepForm) -> str:
    return " ".join(
        f"{form.fields[name].label}：{' '.join(map(str, told))}"
        if name in form.fields
        else " ".join(map(str, told))
        for name, told in form.errors.items()
    )


# --- what is chosen -----------------------------------------------------------------------------------


def _chosen(sent: Sequence[str], actor: Actor) -> list[Chosen]:
    """The cases that were sent and that the actor may see, each once, as many as a page of the inbox has."""
    asked_for = dict(one.partition(":")[::2] for one in dict.fromkeys(sent))
    rows = []
    for case_id in list(asked_for)[:MOST]:
        try:
            rows.append(reading.find(case_id, actor))
        except NotYours:
            continue
    titles = reading.titles(rows, actor)
    return [
        Chosen(row, _number(asked_for[row.case_id], row.seq), titles.get(row.case_id, row.number))
        for row in rows
    ]


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def _choices(cases: Sequence[Chosen], actor: Actor, now: datetime) -> list[Choice]:
    """Every step that some of the cases offer, what most of them offer first."""
    found: dict[str, tuple[Step, Book, int]] = {}
    for case in cases:
        of = law.book(case.row.book)
        for offer in shown.offers(open_steps(case.row.case_id, actor, now), of, now):
            step, book, count = found.get(offer.step.id, (offer.step, of, 0))
            found[step.id] = (step, book, count + 1)
    choices = [Choice(step, book, count, _alone(step)) for step, book, count in found.values()]
    return sorted(choices, key=lambda one: (one.alone, one.step.refusal, -one.count))


def _alone(step: Step) -> bool:
    """An answer is reasoned case by case: what decides request by request is never taken for many at once."""
    return any(field.kind == "outcomes" for field in asked(step)) or bool(step.decides)


def _form(
    cases: Sequence[Chosen],
    choice: Choice,
    actor: Actor,
    now: datetime,
    data: MultiValueDict[str, str] | None = None,
) -> StepForm:
    """The step's form, as the first case that offers it would have it; papers belong to one case."""
    model = next(
        case
        for case in cases
        if choice.step.id in {offer.step.id for offer in open_steps(case.row.case_id, actor, now)}
    )
    sheet = step_page.Sheet(model.row, open_case(model.row.case_id), choice.step, None, ("",), "")
    form = StepForm(choice.step, step_page.around(sheet), data)
    del form.fields["papers"], form.fields["seen"]
    return form


def _before(cases: Sequence[Chosen], choice: Choice, actor: Actor, now: datetime) -> list[Outcome]:
    """What is closed whatever will be filled in: a field that waits to be filled in is no refusal."""
    return [_would(case, choice, {}, actor, now, blank=True) for case in cases]


def _would(
    case: Chosen,
    choice: Choice,
    values: Mapping[str, object],
    actor: Actor,
    now: datetime,
    *,
    blank: bool = False,
) -> Outcome:
    try:
        refused = refusal(case.row.case_id, choice.step.id, values, actor, now)
    except NotYours:
        return _not_yours(case)
    if refused is None or (blank and refused.field is not None):
        return Outcome(case, True)
    return _refused(case, refused)


def _take(case: Chosen, choice: Choice, values: Mapping[str, object], actor: Actor, now: datetime) -> Outcome:
    case_id = case.row.case_id
    try:
        take_step(case_id, choice.step.id, values, actor=actor, now=now, seen=case.seen)
    except Unlawful as refused:
        return _refused(case, refused)
    except MovedOn:
        return Outcome(case, False, _("The case has moved on since you looked; nothing was recorded."))
    except NotYours:
        return _not_yours(case)
    working.sent(case_id, choice.step.id, actor)
    standing.begun(case.row, actor)
    return Outcome(case, True)


def _refused(case: Chosen, refused: Unlawful) -> Outcome:
    article = law.book(case.row.book).cite(refused.article, language())
    return Outcome(case, False, refused.message.get(language()), article)


def _not_yours(case: Chosen) -> Outcome:
    return Outcome(case, False, _("This step is not open to you while the case is as it is now."))


def _page(
    request: HttpRequest,
    choice: Choice,
    form: StepForm,
    outcomes: Sequence[Outcome],
    *,
    looked: bool = False,
    macro: Template | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "here": "inbox",
        "step": choice.step,
        "article": choice.book.cite(choice.step.article, language()),
        "form": form,
        "outcomes": outcomes,
        "count": sum(one.ok for one in outcomes),
        "macro": macro,
        "typed": [(name, value) for name in form.fields for value in request.POST.getlist(name)],
    }
    name = _template(request, "batch_look") if looked else "desks/batch_step.html"
    return render(request, name, context, status=status)
