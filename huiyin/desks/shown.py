"""What the desk's pages say, made ready for templates: deadlines in words, codes as names.

Holds words of a case only while a page is made; keeps and logs nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.casework.openings import PURPOSES
from huiyin.casework.reading import Answer, Moment, Paper
from huiyin.offices import tree
from huiyin.procedure import (
    Actor,
    Book,
    Case,
    Clock,
    Count,
    Field,
    OpenStep,
    Running,
    State,
    Step,
    Text,
    Unlawful,
    decide,
)
from huiyin.procedure.terms import OFFICE_RELATIONS

SOON = 3
DIGITS = 18  # of the longest number that both databases take
# One key opens one line of a page; letters that the desk gives another meaning are left out
# (static/desks/working.js).
KEYS = "123456789acdefgilmopqstuvw"


def language() -> str:
    return get_language() or ""


def whole(text: str, otherwise: int) -> int:
    """A number that an address or a form brings back; `otherwise` for what never stood there."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS else otherwise


def named(texts: Mapping[str, Text], code: str) -> str:
    """The title of a code in the reader's language; the code itself where the list no longer has it."""
    return texts[code].get(language()) if code in texts else code


@dataclass(frozen=True)
class Due:
    """A due date in words. `css`: over, soon, ok or none."""

    css: str
    words: str
    day: date | None


def due_of(day: date | None, today: date, *, duty: bool = True) -> Due:
    """`duty` false: the time in which somebody may do something; when it is over, nobody is late."""
    if day is None:
        return Due("none", _("no time limit"), None)
    left = (day - today).days
    if left < 0 and not duty:
        return Due("none", _("ended"), day)
    if left < 0:
        return Due("over", ngettext("%(n)d day overdue", "%(n)d days overdue", -left) % {"n": -left}, day)
    if left == 0:
        return Due("soon", _("due today"), day)
    words = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return Due("soon" if left <= SOON else "ok", words, day)


def is_duty(clock: Clock) -> bool:
    """Whether an office owes something by this clock: no right that lapses, no window of the petitioner's."""
    return clock.owner in OFFICE_RELATIONS and not clock.right


@dataclass(frozen=True)
class Line:
    """One row of a table of cases."""

    row: CaseRow
    title: str
    category: str
    purpose: str
    place: str
    state: str
    office: str
    channel: str
    clock: str
    rating: str
    due: Due


def lines(rows: Iterable[CaseRow], titles: Mapping[str, str], today: date) -> list[Line]:
    rows = list(rows)
    offices = tree.names({row.owner_office for row in rows if row.owner_office}, language())
    places = {place.code: place.name_in(language()) for place in tree.places()} if rows else {}
    return [_line(row, titles, offices, places, today) for row in rows]


def _line(
    row: CaseRow,
    titles: Mapping[str, str],
    offices: Mapping[str, str],
    places: Mapping[str, str],
    today: date,
) -> Line:
    book = law.book(row.book)
    state, clock = book.states.get(row.state), book.clocks.get(row.due_clock)
    return Line(
        row=row,
        title=titles.get(row.case_id, ""),
        category=named(book.categories, row.category),
        purpose=named(book.purposes, row.purpose),
        place=places.get(row.place, row.place),
        state=state.title.get(language()) if state else row.state,
        office=offices.get(row.owner_office, row.owner_office) or _owner(state),
        channel=named(book.channels, row.channel),
        clock=clock.title.get(language()) if clock else "",
        rating=named(book.ratings, row.rating),
        due=due_of(row.due, today, duty=clock is None or is_duty(clock)),
    )


def _owner(state: State | None) -> str:
    """Whose turn it is where it is no office's: the petitioner's, or nobody's."""
    return _("petitioner") if state and state.owner == "petitioner" else ""


@dataclass(frozen=True)
class Counted:
    """How a due date was found, sentence by sentence."""

    title: str
    owner: str
    due: Due
    how: tuple[str, ...]
    skipped: tuple[str, ...]
    article: str
    breach: str


def counted(clock: Running, book: Book, now: datetime, owner: str) -> Counted:
    duty = is_duty(clock.clock)
    return Counted(
        title=clock.clock.title.get(language()),
        owner=owner,
        due=due_of(clock.count.due, law.day_of(now, clock.count.zone), duty=duty),
        how=tuple(_how(clock.count)),
        skipped=_skipped(clock.count),
        article=book.cite(clock.count.article, language()),
        breach=clock.clock.breach.get(language()) if clock.overdue(now) else "",
    )


def window(count: Count, book: Book, now: datetime) -> Counted:
    """The time limit of a step that is offered."""
    title = book.clocks[count.clock].title.get(language()) if count.clock in book.clocks else ""
    return Counted(
        title=title,
        owner="",
        due=due_of(count.due, law.day_of(now, count.zone)),
        how=tuple(_how(count)),
        skipped=_skipped(count),
        article=book.cite(count.article, language()),
        breach="",
    )


def _skipped(count: Count) -> tuple[str, ...]:
    return tuple(f"{rest.date:%Y-%m-%d} {rest.name.get(language())}" for rest in count.skipped)


def hindrance(case: Case, actor: Actor, now: datetime) -> tuple[str, str] | None:
    """Why nothing is open to the officer whose turn it is: what the book says against a step, its article."""
    for step in case.book.steps.values():
        against = {guard.message for guard in step.guards}
        try:
            decide(case, step.id, {}, actor, now, law.calendar(case.book))
        except Unlawful as refusal:
            if refusal.message in against:
                return refusal.message.get(language()), case.book.cite(refusal.article, language())
    return None


@dataclass(frozen=True)
class Offer:
    """A step that may be taken now, as the case page lists it, with the key that opens it."""

    step: Step
    title: str
    article: str
    due: Due | None
    key: str = ""


def offers(found: Iterable[OpenStep], book: Book, now: datetime) -> list[Offer]:
    """What somebody waits for first, then the ordinary way on in the order of the book; what turns a
    matter away stands last."""
    return [_offer(one, book, now) for one in sorted(found, key=_rank)]


def _rank(found: OpenStep) -> tuple[bool, bool, bool, bool]:
    step = found.step
    waited_for = any(guard.kind == "pending" for guard in step.guards)
    return step.refusal, not waited_for, not (step.targets() and found.due), not found.due


def _offer(found: OpenStep, book: Book, now: datetime) -> Offer:
    return Offer(
        step=found.step,
        title=found.step.title.get(language()),
        article=book.cite(found.step.article, language()),
        due=due_of(found.due.due, law.day_of(now, book.zone)) if found.due else None,
    )


def _how(count: Count) -> Iterable[str]:
    if count.unit == "per_case":
        yield _("The day was named on %(day)s.") % {"day": f"{count.since:%Y-%m-%d}"}
        return
    yield _("Day zero is %(day)s; it is not counted.") % {"day": f"{count.day_zero:%Y-%m-%d}"}
    yield _length(count)
    if count.excluded:
        yield ngettext(
            "%(n)d hearing day not counted.", "%(n)d hearing days not counted.", count.excluded
        ) % {"n": count.excluded}
    if count.extension:
        yield ngettext("Extended by %(n)d day.", "Extended by %(n)d days.", count.extension) % {
            "n": count.extension
        }
    if count.shadow:
        yield _(
            "The step that starts this clock was late or is missing, so the count began when it was due: "
            "delay buys no time."
        )
    if count.skipped and count.unit != "working_day":
        yield _("The last day fell on a rest day, so the term ends on the next working day.")
    if count.provisional:
        yield _("Provisional: the State Council has not announced the holidays of that year.")


def _length(count: Count) -> str:
    if count.unit == "working_day":
        text = ngettext("%(n)d working day.", "%(n)d working days.", count.length)
    elif count.unit == "month":
        text = ngettext("%(n)d month.", "%(n)d months.", count.length)
    else:
        text = ngettext("%(n)d day.", "%(n)d days.", count.length)
    return text % {"n": count.length}


def particulars(moment: Moment, book: Book) -> list[tuple[str, str]]:
    """What a step recorded, label by label, in the order of its form; words before codes nowhere else."""
    step = book.steps.get(moment.step)
    found = _of_step(step, moment, book) if step else []
    if purpose := moment.values.get("purpose") if not step else None:
        found.append((_("What for"), named(PURPOSES, str(purpose))))
    if not step:
        found += [(_("Reason") if name == "reason" else "", text) for name, text in moment.texts.items()]
    return found


def _of_step(step: Step, moment: Moment, book: Book) -> list[tuple[str, str]]:
    found = []
    for field in step.fields:
        value = moment.texts.get(field.id) if field.sealed else moment.values.get(field.id)
        if value not in (None, "", [], False):
            found.append((field.title.get(language()), _spoken(field, value, book)))
    return found


def _spoken(field: Field, value: object, book: Book) -> str:
    titles = {choice.id: choice.title for choice in field.choices}
    match field.kind:
        case "choice":
            return named(titles, str(value))
        case "outcomes" if isinstance(value, list | tuple):
            return "；".join(f"{n}. {named(titles, str(one))}" for n, one in enumerate(value, 1))
        case "officer" | "officers":
            logins = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
            return "、".join(
                f"{one.name_in(language())} {one.post_in(language())}" for one in tree.officers(logins)
            )
        case "clock":
            return named({name: clock.title for name, clock in book.clocks.items()}, str(value))
        case "office" | "offices":
            codes = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
            return "、".join(tree.names(codes, language()).values())
        case "flag":
            return _("yes")
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def answer_texts(answer: Answer, book: Book) -> list[tuple[str, str]]:
    """An answer's texts under the titles and in the order of the step that made it."""
    for step in book.steps.values():
        titles = {field.id: field.title.get(language()) for field in step.fields}
        if answer.texts and set(answer.texts) <= set(titles):
            return [(titles[name], answer.texts[name]) for name in titles if answer.texts.get(name)]
    return [("", text) for text in answer.texts.values() if text]


@dataclass(frozen=True)
class Happening:
    """One entry of the desk's timeline."""

    moment: Moment
    title: str
    article: str
    by: str
    told: list[tuple[str, str]]
    papers: tuple[Paper, ...]
    opening: bool


def _title(moment: Moment) -> str:
    # The timeline's own words speak to the petitioner; here an officer reads them.
    if moment.kind == "identity.opened.1":
        return _("The petitioner's identity was opened")
    return moment.title.get(language())


def _by(moment: Moment, book: Book) -> str:
    """Who did it: office, post and name; the role alone where no officer did."""
    role = "" if moment.post else named(book.roles, moment.role)
    return " ".join(part for part in (moment.office, moment.post, role) if part)


def happenings(moments: Iterable[Moment], book: Book) -> list[Happening]:
    """Newest first; the registration's own words stand elsewhere on the page."""
    return [
        Happening(
            moment=one,
            title=_title(one),
            article=book.cite(one.article, language()) if one.article else "",
            by=_by(one, book),
            told=particulars(one, book) if one.seq > 1 else [],
            papers=one.papers if one.seq > 1 else (),
            opening=one.kind.startswith("identity."),
        )
        for one in reversed(list(moments))
    ]
