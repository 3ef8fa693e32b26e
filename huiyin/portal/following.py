"""`/case/`: what the petitioner sees and does with the code. Nothing here is kept by a browser."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.casework import codes, law, reading, steps, wishes
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry
from huiyin.casework.reading import PETITIONER
from huiyin.intake.codes import RANDOM_DIGITS, with_check_digit
from huiyin.intake.filing import FILE_BYTES, FILES_MOST, Attachment, Fault, file_name
from huiyin.ledger.facts import MovedOn
from huiyin.offices import network, tree
from huiyin.papers.pictures import PictureFault, kind
from huiyin.portal import telling, visit
from huiyin.portal.news import channels_for
from huiyin.portal.page import Problem, cite, page, problems_of, refused, speech
from huiyin.portal.sending import papers_rule
from huiyin.postroom import notices
from huiyin.procedure import Book, Field, OpenStep, Step, Unlawful, drawing
from huiyin.rounds import promises

# Parts of the procedure that add something to the case; papers may come with them.
ADDING = ("supplement", "reply", "ask_review", "challenge", "ask_supervision")
FIRST = ("reply", "undo", "consent", "ask_review")
# Steps that the page offers in places of their own.
APART = (*FIRST, "rate")
# Of the others, what nearly everybody wants stands first, what turns away from the matter last.
USUAL = ("supplement", "challenge", "ask_supervision")
# The purpose of a report that somebody is punished for having filed: an independent case (design rule 7).
RETALIATION = "retaliation"
CODE_DIGITS = RANDOM_DIGITS + 1
COUNT = gettext_noop("You typed %(n)d digits; a code has %(all)d. Compare them with your slip.")
MISTYPED = gettext_noop("A digit is wrong, or two have changed places. Compare every digit with your slip.")
WRONG = gettext_noop("This code leads to no case. Compare every digit with your slip.")


# --- by code ----------------------------------------------------------------------------------


@entry("code.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest) -> HttpResponse:
    """The case this browser follows; without a visit, the page that asks for the code."""
    if request.method == "POST":
        return _enter(request)
    case_id = visit.case_of(request)
    if case_id is None:
        return visit.end(_ask(request, []))
    # Each look keeps the visit alive; half an hour without one ends it.
    return visit.begin(_overview(request, case_id), case_id)


def _enter(request: HttpRequest) -> HttpResponse:
    try:
        typed, place = request.POST.get("code", "")[:64], network.network_of(request)
        case_id = codes.case_of(typed, place, timezone.now())
    except codes.TooManyGuesses as flood:
        return _too_many(request, flood.retry_after)
    if case_id is None:
        return _ask(request, problems_of([_misfit(typed)], {}), typed)
    return visit.begin(HttpResponseRedirect(visit.PATH), case_id)


def _misfit(typed: str) -> Fault:
    """What is wrong with a code, told from its digits alone, so that a guesser learns nothing by it."""
    digits = "".join(char for char in unicodedata.normalize("NFKC", typed) if char in "0123456789")
    if len(digits) != CODE_DIGITS:
        return Fault("code", COUNT, {"n": len(digits), "all": CODE_DIGITS})
    return Fault("code", MISTYPED if with_check_digit(digits[:-1]) != digits else WRONG)


def _ask(request: HttpRequest, problems: Sequence[Problem], typed: str = "") -> HttpResponse:
    context = {"problems": problems, "typed": typed}
    return page(request, "portal/code.html", context, here="case", status=422 if problems else 200)


def _too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    minutes = -(-seconds // 60)
    wait = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    response = page(request, "portal/too_many.html", {"wait": wait}, here="case", status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


@entry("case.follow")
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the visit; on to the question for a code when another case is wanted."""
    return visit.end(HttpResponseRedirect(visit.PATH if request.POST.get("another") else "/"))


# --- the case ---------------------------------------------------------------------------------


def _overview(request: HttpRequest, case_id: str) -> HttpResponse:
    row = reading.find(case_id, PETITIONER)
    now, book = timezone.now(), law.book(row.book)
    moments = telling.happenings(reading.timeline(case_id, PETITIONER, speech()), book)
    words = None if row.erased else reading.words(case_id, PETITIONER)
    offered = _offered(case_id)
    context = {
        "row": row,
        "title": words.title if words else "",
        "words": words,
        "state": _state(book, row),
        "office": tree.names({row.owner_office}, speech()).get(row.owner_office, ""),
        "clocks": telling.clocks(reading.running(case_id), now),
        "drawn": mark_safe(drawing.svg(book, speech(), row.state)),
        "notices": _notices(case_id),
        "asked": [_step(one, moments) for one in offered if one.step.part in FIRST],
        "todo": [_step(one, ()) for one in sorted(offered, key=_rank) if one.step.part not in APART],
        "promises": _promises(case_id),
        "answers": answers_shown(case_id, row, book, words),
        "may_rate": any(one.step.part == "rate" for one in offered),
        "rating": _title(book.ratings, row.rating),
        "moments": moments,
        "may_report": RETALIATION in book.purposes,
        "tells": channels_for(row),
        "told_by": wishes.wish(case_id).channels,
        "openings": [one for one in moments if one.mood == "is-opening"],
    }
    return page(request, "portal/case.html", context, here="case")


def _promises(case_id: str) -> list[dict[str, Any]]:
    """What a leader promised in this matter at a reception, and whether it was kept."""
    found = promises.told_of(case_id)
    names = tree.names({one.row.office for one in found}, speech()) if found else {}
    today = law.day_of(timezone.now())
    return [
        {
            "promise": one,
            "office": names.get(one.row.office, one.row.office),
            "over": one.row.kept_on is None and one.row.due < today,
        }
        for one in found
    ]


def _offered(case_id: str) -> tuple[OpenStep, ...]:
    return steps.open_steps(case_id, PETITIONER, timezone.now())


def _rank(offer: OpenStep) -> tuple[bool, int]:
    part = offer.step.part
    return part == "withdraw", USUAL.index(part) if part in USUAL else len(USUAL)


def _title(titles: Any, key: str) -> str:
    return titles[key].get(speech()) if key in titles else ""


def _state(book: Book, row: CaseRow) -> dict[str, str]:
    state = book.states[row.state]
    return {
        "title": state.title.get(speech()),
        "next": state.petitioner_text.get(speech()),
        "unclocked": state.unclocked.get(speech()) if state.unclocked else "",
        "remedy": state.remedy.get(speech()) if state.remedy else "",
        "remedy_by": state.remedy_deadline.get(speech()) if state.remedy_deadline else "",
    }


def _step(open_step: OpenStep, moments: Iterable[telling.Happening]) -> dict[str, Any]:
    step = open_step.step
    return {
        "id": step.id,
        "part": step.part,
        "title": step.title.get(speech()),
        "hint": step.hint.get(speech()) if step.hint else "",
        "article": cite(step.article),
        "due": open_step.due.due if open_step.due else None,
        "question": _question(step, moments),
    }


def _question(step: Step, moments: Iterable[telling.Happening]) -> str:
    """What the office asked last, above the reply to it."""
    if step.part != "reply":
        return ""
    asked = (one for one in moments if one.part == "ask" and one.texts)
    return next(("\n".join(line.text for line in one.texts) for one in asked), "")


def answers_shown(
    case_id: str, row: CaseRow, book: Book, words: reading.Words | None
) -> list[dict[str, Any]]:
    """Every paper that was served, newest first: its parts by title, and an outcome for each request."""
    found = reading.answers(case_id, PETITIONER) if words else []
    requests = words.requests if words else ()
    return [_answer(answer, row, book, requests) for answer in reversed(found)]


def _answer(answer: reading.Answer, row: CaseRow, book: Book, requests: Sequence[str]) -> dict[str, Any]:
    step = book.steps[answer.step]
    outcomes = [
        {"request": request, "title": _title(book.outcomes, outcome)}
        for request, outcome in zip(requests, answer.outcomes, strict=False)
    ]
    return {
        "title": step.title.get(speech()),
        "parts": telling.recorded(step, answer.texts, answer.values, law.book(row.book)),
        "outcomes": outcomes,
        "served_on": answer.served_on,
        "office": tree.names({answer.office}, speech()).get(answer.office, ""),
        "day": answer.served_on or law.day_of(answer.at),
        "number": row.number,
    }


def _notices(case_id: str) -> list[dict[str, Any]]:
    """Every paper that was served: its number, and the two ways to have it."""
    return [
        {
            "title": one.title.get(speech()),
            "number": one.number,
            "path": f"/case/notice/{one.seq}/{one.kind}",
            "day": telling.day(law.day_of(one.at)),
        }
        for one in notices.of_case(case_id, PETITIONER)
    ]


# --- steps ------------------------------------------------------------------------------------


@entry("case.add")
@require_http_methods(["GET", "HEAD", "POST"])
@visit.by_code
def step(request: HttpRequest, case_id: str, step_id: str) -> HttpResponse:
    """Any step open to the petitioner, its form made from the book."""
    known = _known(case_id, step_id)
    if known is None or not any(who.role == "petitioner" for who in known.by):
        raise Http404
    if known.part == "rate":
        return HttpResponseRedirect("/case/rate/")
    return _do(request, case_id, step_id)


def _known(case_id: str, step_id: str) -> Step | None:
    return law.book(reading.find(case_id, PETITIONER).book).steps.get(step_id)


@entry("case.rate")
@require_http_methods(["GET", "HEAD", "POST"])
@visit.by_code
def rate(request: HttpRequest, case_id: str) -> HttpResponse:
    """The rating: by the code only, and never from where an officer could be sitting beside."""
    if request.user.is_authenticated or network.is_in_office(request):
        reason = _(
            "A rating counts only from your own device: not from a computer of the office, "
            "nor from one where an officer is logged in."
        )
        return refused(request, _("Not from here"), reason, back="/case/", status=403)
    rating = law.book(reading.find(case_id, PETITIONER).book).of_part("rate")
    if not rating:
        raise Http404
    return _do(request, case_id, rating[0].id)


def _do(request: HttpRequest, case_id: str, step_id: str) -> HttpResponse:
    found = next((one for one in _offered(case_id) if one.step.id == step_id), None)
    if found is None:
        known = _known(case_id, step_id)
        reason = _("What you could do has changed since you opened the page. Look at your case again.")
        article = known.article if known else ""
        return refused(request, _("Not possible now"), reason, article=article, back="/case/")
    if request.method == "POST":
        return _take(request, case_id, found)
    return _form(request, case_id, found, [])


def _take(request: HttpRequest, case_id: str, found: OpenStep) -> HttpResponse:
    papers, faults = _papers(request) if found.step.part in ADDING else ([], [])
    if (
        found.step.part == "supplement"
        and not papers
        and not faults
        and not request.POST.get("text", "").strip()
    ):
        faults = [Fault("text", gettext_noop("Write something, or choose a photo or paper."))]
    problems = problems_of(faults, {})
    if not problems:
        try:
            steps.take_step(
                case_id,
                found.step.id,
                _values(request, found.step),
                actor=PETITIONER,
                now=timezone.now(),
                attachments=papers,
            )
        except Unlawful as refusal:
            field = refusal.field or ""
            problems = [Problem(field, field or "content", refusal.message.get(speech()))]
        except MovedOn:
            moved = _("Something else happened in your case just now. Please send again.")
            problems = [Problem("", "content", moved)]
    if problems:
        return _form(request, case_id, found, problems)
    messages.success(request, _("Done. It stands in the timeline of your case."))
    return HttpResponseRedirect(visit.PATH)


def _values(request: HttpRequest, step: Step) -> dict[str, Any]:
    values = {field.id: request.POST.get(field.id, "") for field in step.fields if not field.derive}
    flags = {field.id for field in step.fields if field.kind == "flag"}
    return {key: value == "yes" if key in flags else value for key, value in values.items() if value}


def _papers(request: HttpRequest) -> tuple[list[Attachment], list[Fault]]:
    papers: list[Attachment] = []
    faults: list[Fault] = []
    files = request.FILES.getlist("attachments")
    if len(files) > FILES_MOST:
        return [], [Fault("attachments", "At most %(most)d files.", {"most": FILES_MOST})]
    for sent in files:
        name, data = file_name(sent.name or ""), sent.read()
        try:
            papers.append(Attachment(name, kind(data, max_bytes=FILE_BYTES), data))
        except PictureFault as fault:
            faults.append(Fault("attachments", fault.reason, {**fault.params, "file": name}))
    return papers, faults


def _form(request: HttpRequest, case_id: str, found: OpenStep, problems: Sequence[Problem]) -> HttpResponse:
    row = reading.find(case_id, PETITIONER)
    moments = telling.happenings(reading.timeline(case_id, PETITIONER, speech()), law.book(row.book))
    errors = {problem.field: problem.text for problem in problems}
    context = {
        "step": _step(found, moments),
        "fields": [_field(field, request, errors) for field in found.step.fields if not field.derive],
        "problems": problems,
        "papers": found.step.part in ADDING,
        "papers_error": errors.get("attachments", ""),
        "calm": _calm(found.step.part),
        "danger": found.step.part == "withdraw",
        **papers_rule(),
    }
    return page(request, "portal/step.html", context, here="case", status=422 if problems else 200)


def _calm(part: str) -> list[str]:
    if part == "withdraw":
        return [
            _(
                "You alone decide. No officer may ask you to withdraw or do it for you; if somebody "
                "pressed you, do not withdraw, and add a word about it instead."
            ),
            _(
                "You need not give a reason. For 15 days you can take it back here, and nothing is lost: "
                "the case goes on where it stood. What was recorded stays in the log."
            ),
        ]
    if part == "rate":
        return [
            _(
                "Nobody who handles cases can enter or change a rating. You may change yours later. "
                "We do not keep where it came from."
            )
        ]
    return []


def _field(field: Field, request: HttpRequest, errors: dict[str, str]) -> dict[str, Any]:
    choices = [{"id": choice.id, "title": choice.title.get(speech())} for choice in field.choices]
    if field.kind == "flag":
        choices = [{"id": "yes", "title": _("Yes")}, {"id": "", "title": _("No")}]
    return {
        "id": field.id,
        "title": field.title.get(speech()),
        "help": field.help.get(speech()) if field.help else "",
        "kind": field.kind,
        # Some titles say so themselves.
        "optional": not field.required and not field.title.zh.endswith("）"),
        "choices": choices,
        "value": request.POST.get(field.id, ""),
        "error": errors.get(field.id, ""),
    }
