"""One step of one case: a form made from the procedure book, sent through the one way to write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiyin.casework import law, reading, working
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, entry, may
from huiyin.casework.steps import open_case, open_steps, take_step
from huiyin.casework.working import Draft
from huiyin.desks import phrases, shown, standing
from huiyin.desks.forms import Around, Options, StepForm, raw_values, several
from huiyin.desks.gate import actor_of
from huiyin.desks.views import drafts
from huiyin.ledger.facts import MovedOn
from huiyin.offices import tree
from huiyin.offices.models import Officer
from huiyin.procedure import Actor, Case, Guard, OpenStep, Step, Unlawful, decide


@dataclass(frozen=True)
class Sheet:
    """What a step's page is made of."""

    row: CaseRow
    case: Case
    step: Step
    offer: OpenStep | None
    requests: tuple[str, ...]
    title: str


@entry("step.take")
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, case_id: str, step_id: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    sheet = _sheet(case_id, step_id, actor, now)
    if request.method != "POST":
        if sheet.offer is None:
            return _not_open(request, sheet, actor, now)
        return _begin(request, sheet, actor, now)
    if sheet.offer is None:
        return _forced(request, sheet, actor, now)
    form = _form(sheet, request)
    if not form.is_valid():
        _name_the_accused(request, sheet, form)
        return _page(request, sheet, form, 422)
    return _take(request, sheet, form, actor, now)


def _begin(request: HttpRequest, sheet: Sheet, actor: Actor, now: datetime) -> HttpResponse:
    """The form as its officer left it, with what has happened in the case since; else an empty one."""
    case_id = sheet.row.case_id
    draft = working.draft(case_id, sheet.step.id, actor)
    more: dict[str, object] = {"draft": draft, "others": drafts.names(standing.editing(case_id, actor, now))}
    template = phrases.chosen(_offered(sheet, actor), request.GET.get("template", ""), sheet.step)
    form = _form(sheet, draft=draft, template=template)
    return _page(request, sheet, form, newer=_since(draft, sheet, actor), more=more)


def _offered(sheet: Sheet, actor: Actor) -> list[phrases.Offered]:
    """The office's templates, filled in for this case."""
    today = law.day_of(timezone.now(), sheet.case.book.zone)
    due = sheet.offer.due.due if sheet.offer and sheet.offer.due else None
    return phrases.offered(sheet.step, phrases.known(sheet.row, sheet.title, due, actor, today), actor)


def _since(draft: Draft | None, sheet: Sheet, actor: Actor) -> list[shown.Happening] | None:
    seen = "".join(draft.values.get("seen", ())) if draft else ""
    since = shown.whole(seen, sheet.row.seq)
    return _newer(since, sheet, actor) if since < sheet.row.seq else None


def _take(request: HttpRequest, sheet: Sheet, form: StepForm, actor: Actor, now: datetime) -> HttpResponse:
    try:
        take_step(
            sheet.row.case_id,
            sheet.step.id,
            form.values(),
            actor=actor,
            now=now,
            seen=form.cleaned_data["seen"],
            attachments=form.cleaned_data["papers"],
        )
    except Unlawful as refusal:
        form.blame(refusal.field, _refusal(sheet, refusal))
        return _page(request, sheet, form, 422)
    except MovedOn:
        return _moved_on(request, sheet, actor)
    working.sent(sheet.row.case_id, sheet.step.id, actor)
    standing.closed(sheet.row.case_id, actor)
    standing.begun(sheet.row, actor)
    messages.success(request, _("Recorded: %(step)s.") % {"step": sheet.step.title.get(shown.language())})
    return redirect("desks:case", sheet.row.case_id) if _still_ours(sheet, actor) else redirect("desks:inbox")


def _still_ours(sheet: Sheet, actor: Actor) -> bool:
    try:
        reading.find(sheet.row.case_id, actor)
    except NotYours:
        return False
    return True


def _sheet(case_id: str, step_id: str, actor: Actor, now: datetime) -> Sheet:
    row, case = reading.find(case_id, actor), open_case(case_id)
    if row.erased or step_id not in case.book.steps:
        raise Http404
    # Whoever only answers a suggestion has no business with the petition's own words.
    words = reading.words(case_id, actor) if may(actor, "words.read", row) else None
    offers = {offer.step.id: offer for offer in open_steps(case_id, actor, now)}
    requests, title = (words.requests, words.title) if words else ((), "")
    return Sheet(row, case, case.book.steps[step_id], offers.get(step_id), requests, title)


def around(sheet: Sheet) -> Around:
    """What a form of this step needs to know of the case."""
    return Around(
        # An imported letter has no list of requests; its procedure still counts one.
        requests=sheet.requests or ("",) * sheet.case.requests,
        lists=_lists(sheet),
        today=law.day_of(timezone.now(), sheet.case.book.zone),
        cite=lambda article: sheet.case.book.cite(article, shown.language()),
    )


def _form(
    sheet: Sheet,
    request: HttpRequest | None = None,
    seen: int | None = None,
    draft: Draft | None = None,
    template: Mapping[str, Sequence[str]] | None = None,
) -> StepForm:
    """The step's form: empty, as left or as sent; `seen` puts another position in place of the one sent."""
    if request is None:
        form = StepForm(sheet.step, around(sheet))
        left = drafts.initial({**(draft.values if draft else {}), **(template or {})}, several(form))
        form.initial = {**left, "seen": sheet.row.seq}
        return form
    sent = request.POST.copy()
    if seen is not None:
        sent["seen"] = str(seen)
    return StepForm(sheet.step, around(sheet), sent, request.FILES)


def _lists(sheet: Sheet) -> dict[str, Options]:
    """What may be chosen where the book asks for an office, a place or officers. Whoever is complained of
    is no choice to send a case to, and always one to complain of."""
    language = shown.language()
    deciding = [(office.code, office.name_in(language)) for office in tree.deciding()]
    respondents = sheet.case.respondents
    officers = [
        (officer.login, f"{officer.name_in(language)} · {officer.post_in(language)}")
        for officer in Officer.objects.filter(office_id=sheet.row.handler or sheet.row.bureau)
    ]
    return {
        "office": [one for one in deciding if one[0] not in respondents],
        "offices": deciding,
        "place": [(place.code, place.name_in(language)) for place in tree.places()],
        "officer": officers,
        "officers": officers,
        **_addressees(sheet, language),
    }


def _addressees(sheet: Sheet, language: str) -> dict[str, Options]:
    """A suggestion may go to any office: the one at fault, the government above it, or discipline."""
    fields = sheet.step.sets.get("addressee", ())
    offices = [(office.code, office.name_in(language)) for office in tree.offices()] if fields else []
    return dict.fromkeys(fields, offices)


def _refusal(sheet: Sheet, refusal: Unlawful | Guard) -> str:
    article = sheet.case.book.cite(refusal.article, shown.language())
    return f"{refusal.message.get(shown.language())} {article}"


def _name_the_accused(request: HttpRequest, sheet: Sheet, form: StepForm) -> None:
    """An office that is complained of is on no list; who sends it all the same hears the reason."""
    for guard in sheet.step.guards:
        sent = request.POST.getlist(f"f_{guard.field}")
        if guard.kind == "not_respondent" and set(sent) & set(sheet.case.respondents):
            form.errors.pop(f"f_{guard.field}", None)
            form.blame(guard.field, _refusal(sheet, guard))


def _forced(request: HttpRequest, sheet: Sheet, actor: Actor, now: datetime) -> HttpResponse:
    """A step that was not offered. An honest page was overtaken; a hand-made one hears the article."""
    seen = request.POST.get("seen", "")
    if shown.whole(seen, sheet.row.seq) < sheet.row.seq:
        return _moved_on(request, sheet, actor)
    try:
        take_step(
            sheet.row.case_id, sheet.step.id, raw_values(sheet.step, request.POST), actor=actor, now=now
        )
    except Unlawful as refusal:
        return _refused(request, sheet, refusal.message.get(shown.language()), refusal.article)
    return redirect("desks:case", sheet.row.case_id)


def _not_open(request: HttpRequest, sheet: Sheet, actor: Actor, now: datetime) -> HttpResponse:
    """Why, in the words of the book: what stands against it is the same whatever the form would hold."""
    try:
        decide(sheet.case, sheet.step.id, {}, actor, now, law.calendar(sheet.case.book))
    except Unlawful as refusal:
        if refusal.field is None:
            return _refused(request, sheet, refusal.message.get(shown.language()), refusal.article)
    reason = _("This step is not open to you while the case is as it is now.")
    return _refused(request, sheet, reason, sheet.step.article)


def _refused(request: HttpRequest, sheet: Sheet, reason: str, article: str) -> HttpResponse:
    context = {
        "here": "inbox",
        "title": sheet.step.title.get(shown.language()),
        "reason": reason,
        "article": sheet.case.book.cite(article, shown.language()),
        "back": f"/desk/case/{sheet.row.case_id}/",
    }
    return render(request, "desks/refused.html", context, status=422)


def _moved_on(request: HttpRequest, old: Sheet, actor: Actor) -> HttpResponse:
    """Somebody was faster. What was typed stays; sending again records it only after a look at the change."""
    sheet = _sheet(old.row.case_id, old.step.id, actor, timezone.now())
    form = _form(sheet, request, seen=sheet.row.seq)
    seen = request.POST.get("seen", "")
    since = shown.whole(seen, sheet.row.seq)
    return _page(request, sheet, form, 409, _newer(since, sheet, actor))


def _newer(since: int, sheet: Sheet, actor: Actor) -> list[shown.Happening]:
    news = reading.timeline(sheet.row.case_id, actor, shown.language())
    return [one for one in shown.happenings(news, sheet.case.book) if one.moment.seq > since]


def _page(
    request: HttpRequest,
    sheet: Sheet,
    form: StepForm,
    status: int = 200,
    newer: list[shown.Happening] | None = None,
    more: dict[str, object] | None = None,
) -> HttpResponse:
    book = sheet.case.book
    context = {
        "here": "inbox",
        "row": sheet.row,
        "case_title": sheet.title,
        "step": sheet.step,
        "article": book.cite(sheet.step.article, shown.language()),
        "who": "、".join(sorted({book.roles[who.role].get(shown.language()) for who in sheet.step.by})),
        "limit": shown.window(sheet.offer.due, book, timezone.now())
        if sheet.offer and sheet.offer.due
        else None,
        "form": form,
        "newer": newer,
        "closed": sheet.offer is None,
        "offered": _offered(sheet, actor_of(request)) if sheet.offer else [],
        **(more or {}),
    }
    return render(request, "desks/step.html", context, status=status)
