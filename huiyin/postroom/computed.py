"""Every placeholder of a notice in words: read from the step's own fields, or computed from the facts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from django.conf import settings

from huiyin.offices import tree
from huiyin.postroom import phrases, saying
from huiyin.postroom.forms import Element, form
from huiyin.postroom.matter import BLANK, WITHHELD, Matter
from huiyin.procedure import Running, Step, Text

# What would lead an office that is complained of to the matter.
MATTER = ("case_number", "received_on", "channel", "sender")
RIGHTS = ("ask_review", "challenge", "ask_supervision")


def context(of: Matter) -> dict[str, str | bool]:
    """What every placeholder of the notice says; a line to fill in where the facts say nothing."""
    found: dict[str, str | bool] = {
        "red_head": settings.HUIYIN_NOTICES_RED_HEAD,
        "chinese": of.language.startswith("zh"),
    }
    for element in of.form.elements.values():
        if not element.flag:
            found[element.id] = _said(of, element)
    return found


def _said(of: Matter, element: Element) -> str:
    if of.secret and element.id in MATTER:
        return phrases.NOT_STATED.get(of.language)
    compute = COMPUTED.get(element.id)
    said = compute(of) if compute else from_fields(of, element.id)
    if said or element.may_be_empty or not element.required:
        return said
    return phrases.LINE.get(of.language)


def from_fields(of: Matter, name: str) -> str:
    """What the element's fields say, each on a line of its own; in one where it stands in a sentence."""
    element = of.form.elements[name]
    found = dict.fromkeys(filter(None, (_field(of, source) for source in element.sources)))
    mark = "、" if of.language.startswith("zh") else ", "
    return (mark if element.inline else "\n").join(found)


def _field(of: Matter, source: str) -> str:
    part, _, name = source.rpartition(":")
    fact = of.earlier(name) if part == "earlier" else of.last(part) if part else of.fact
    if fact is None:
        return ""
    field, given = of.given(fact, name)
    return saying.value(field, given, of.book, of.language)


# --- on every notice ----------------------------------------------------------------------------------


def _number(of: Matter) -> str:
    """The document number; on a receipt the registration number."""
    given = of.paper.values.get("notice_number") or (of.row.number if of.paper.seq == 1 else "")
    return str(given) or phrases.NUMBER.get(of.language)


def _petitioner(of: Matter) -> str:
    standing = {"": phrases.ANONYMOUS, BLANK: phrases.LINE, WITHHELD: phrases.WITHHELD}
    return standing[of.name].get(of.language) if of.name in standing else of.name


def _received_on(of: Matter) -> str:
    return saying.day_of(of.facts[0].values.get("received_on"), of.language)


def _channel(of: Matter) -> str:
    return saying.titles(of.book.channels, [of.row.channel], of.language)[0]


def _sender(of: Matter) -> str:
    sent = of.last("route")
    office = sent.actor.office if sent and sent.seq < of.fact.seq else ""
    return saying.offices([office], of.language) if office and office != of.organ else ""


def _contact(of: Matter) -> str:
    office = tree.office(of.organ)
    line = phrases.LINE.get(of.language)
    if office is None:
        return phrases.CONTACT.get(of.language) % (line, line)
    address = office.address_zh if of.language.startswith("zh") else office.address_en
    return phrases.CONTACT.get(of.language) % (address or line, office.phone or line)


def _query(of: Matter) -> str:
    """How to follow the matter: where the code is good for it. The code itself stands on no notice."""
    if of.form.to_office:
        return phrases.OFFICE_QUERY.get(of.language)
    where = settings.HUIYIN_PUBLIC_URL or phrases.HERE.get(of.language)
    return phrases.QUERY.get(of.language) % where


def _service(name: str) -> Callable[[Matter], str]:
    """A field of the step of service, once it was served; before that a line to fill in."""

    def said(of: Matter) -> str:
        if of.service is None:
            return ""
        field, given = of.given(of.service, name)
        return saying.value(field, given, of.book, of.language)

    return said


def _service_recipient(of: Matter) -> str:
    return saying.offices(of.addressees, of.language) if of.form.to_office else _petitioner(of)


def _service_signer(of: Matter) -> str:
    return _service("signer")(of) or _service("proof")(of)


# --- clocks -------------------------------------------------------------------------------------------


def _duty(of: Matter) -> Running | None:
    """What an office owes first once the notice is made; of an extension, what it lengthens."""
    owed = [r for r in of.running() if r.owner_office and not r.clock.right]
    lengthened = _lengthened(of) if of.form.id == "extension" else set()
    return min(owed, key=lambda r: (r.clock.id not in lengthened, r.count.due), default=None)


def _lengthened(of: Matter) -> set[str]:
    """Clocks that the step extends, or sets anew."""
    clocks = of.book.clocks.values()
    found = {c.extends.clock for c in clocks if c.extends and c.extends.step == of.step.id}
    return found | {c.id for c in clocks if any(s.step == of.step.id for s in c.starts)}


def _due(of: Matter) -> str:
    duty = _duty(of)
    return saying.day(duty.count.due, of.language) if duty else ""


def _due_count(of: Matter) -> str:
    duty = _duty(of)
    return saying.counted(duty.count, of.book, of.language) if duty else ""


def _old_due(of: Matter) -> str:
    """When the lengthened clock was due before."""
    duty = _duty(of)
    earlier = [r.count.due for r in of.running(of.before) if duty and r.clock.id == duty.clock.id]
    return saying.day(earlier[0], of.language) if earlier else ""


def _right(of: Matter) -> Running | None:
    """The petitioner's own window, once it runs from the day of service."""
    if of.service is None:
        return None
    served = of.since_service()
    return next((r for r in served if r.clock.owner == "petitioner"), None)


# --- offices and the way up -----------------------------------------------------------------------------


def _responsible(of: Matter) -> str:
    duty = _duty(of)
    codes = [of.case.handler or (duty.owner_office if duty else "") or of.organ, *of.case.joint]
    return saying.offices(list(dict.fromkeys(codes)), of.language)


def _rights(of: Matter) -> Iterator[Step]:
    """Steps of the petitioner by which the matter goes up, once the notice has reached them."""
    for step in of.book.steps.values():
        mine = any(who.role == "petitioner" for who in step.by)
        if mine and step.part in RIGHTS and step.up and of.target.id in step.from_:
            yield step


def _goes_to(of: Matter, step: Step) -> str:
    """The office that this step of the petitioner's carries the matter to."""
    derived = next((f.derive for f in step.fields if f.derive.startswith("above:")), "")
    code = of.above(derived.partition(":")[2]) if derived else of.case.office(step.up)
    return saying.offices([code], of.language) if code else phrases.ABOVE.get(of.language)


def _window(of: Matter) -> tuple[str, str]:
    """(length, last day) of the petitioner's window after service; the last day once it was served."""
    names = (name for name in of.target.clocks if of.book.clocks[name].owner == "petitioner")
    clock = next((of.book.clocks[name] for name in names), None)
    if clock is None:
        return "", ""
    unit = saying.UNITS.get(clock.unit, Text("", ""))
    right = _right(of)
    last = saying.day(right.count.due, of.language) if right else ""
    return f"{clock.length}{unit.get(of.language)}", last


def _limit(of: Matter) -> str:
    """By when the petitioner may go up."""
    span, last = _window(of)
    if span:
        end = phrases.LAST_DAY.get(of.language) % last if last else ""
        return phrases.FROM_RECEIPT.get(of.language) % span + end
    deadline = of.target.remedy_deadline or phrases.NO_LIMIT
    return deadline.get(of.language).rstrip("。.")


def _next_level(of: Matter) -> str:
    step = next((s for s in _rights(of) if s.part == "ask_review"), None)
    if step is not None:
        title = step.title.get(of.language)
        said = title if of.language.startswith("zh") else title[:1].lower() + title[1:]
        return phrases.NEXT_LEVEL.get(of.language) % (said, _goes_to(of, step))
    return _remedy(of)


def _remedy(of: Matter) -> str:
    """The way on from where the notice leads; where the office goes on with the matter, what it does next."""
    return (of.target.remedy or of.target.petitioner_text).get(of.language)


def _remedies(of: Matter) -> str:
    deadline = of.target.remedy_deadline
    return "\n".join(filter(None, (_remedy(of), deadline.get(of.language) if deadline else "")))


def _challenge(of: Matter) -> str:
    step = next(_rights(of), None)
    if step is None:
        return _remedies(of)
    return phrases.CHALLENGE.get(of.language) % (_goes_to(of, step), _limit(of))


def _supervise(of: Matter) -> str:
    step = next((s for s in _rights(of) if s.part == "ask_supervision"), None)
    return phrases.SUPERVISE.get(of.language) % _goes_to(of, step) if step else _remedies(of)


def _competent(of: Matter) -> str:
    return from_fields(of, "competent") or _remedy(of)


def _competent_deadline(of: Matter) -> str:
    deadline = of.target.remedy_deadline
    return from_fields(of, "competent_deadline") or (deadline.get(of.language) if deadline else "")


# --- what is asked, found and done ------------------------------------------------------------------------


def _asked(of: Matter) -> list[str]:
    if of.words is None:
        return []
    return list(of.words.requests) or [of.words.title]


def _requests(of: Matter) -> str:
    return saying.numbered(_asked(of), of.language)


def _findings(of: Matter) -> str:
    """Each request with its outcome."""
    field = next((f for f in of.step.fields if f.kind == "outcomes"), None)
    given = of.fact.values.get(field.id, ()) if field else ()
    titles = {c.id: c.title for c in field.choices} if field else {}
    outcomes = saying.titles(titles, [str(one) for one in given], of.language)
    pair = phrases.CHOICE.get(of.language)
    pairs = [pair % one for one in zip(_asked(of), outcomes, strict=False)]
    # A review that upholds, or sends the matter back, has one conclusion for all.
    return (
        saying.numbered(pairs or outcomes, of.language) or _field(of, "conclusion") or _field(of, "handling")
    )


def _reception(of: Matter) -> str:
    """When it was registered, sent on, accepted."""
    spoken, sent = of.language, of.last("route")
    parts = [phrases.RECEPTION.get(spoken) % saying.day(of.day(of.facts[0]), spoken)]
    if sent is not None:
        title = of.book.steps[sent.step].title.get(spoken)
        parts.append(phrases.ROUTED.get(spoken) % (saying.day(of.day(sent), spoken), title))
    parts.append(phrases.ACCEPTED.get(spoken) % saying.day(of.day(), spoken))
    return ("，" if spoken.startswith("zh") else "; ").join(parts) + (
        "。" if spoken.startswith("zh") else "."
    )


def _procedure(of: Matter) -> str:
    lines = [from_fields(of, "procedure"), phrases.PROCEDURE.get(of.language)]
    return "\n".join(filter(None, lines))


def _articles(of: Matter, names: tuple[str, ...]) -> str:
    """The articles of the grounds that were chosen; else that of the step."""
    found = [a for name in names for a in saying.choice_articles(*of.given(of.fact, name))]
    mark = "、" if of.language.startswith("zh") else "; "
    return mark.join(of.book.cite(a, of.language) for a in dict.fromkeys(found or [of.step.article]))


def _parties(of: Matter) -> str:
    earlier = [
        f for f in of.facts if f.seq < of.fact.seq and f.part in ("answer", "review") and f.actor.office
    ]
    office = earlier[-1].actor.office if earlier else of.case.handler
    lines = (
        phrases.PETITIONER_IS.get(of.language) % _petitioner(of),
        phrases.DECIDED_BY.get(of.language) % (saying.offices([office], of.language) if office else ""),
    )
    return "\n".join(lines)


def _settling(of: Matter) -> str:
    """Who settles with whom, as far as the facts name them."""
    named = [_field(of, name) for name in ("parties", "party", "other_party")]
    office = saying.offices([of.case.handler or of.organ], of.language)
    return "\n".join(dict.fromkeys([line for line in named if line] or [office]))


def _finality(of: Matter) -> str:
    again = next((s for s in of.book.steps.values() if s.notice == "no_longer"), None)
    if again is None:
        return phrases.LAST_STAGE.get(of.language)
    return phrases.SAME_FACTS.get(of.language) % of.book.cite(again.article, of.language)


def _breach(of: Matter) -> str:
    """What was overdue when the order was made."""
    late = [
        r for r in of.running(of.before) if r.owner_office and not r.clock.right and r.overdue(of.fact.at)
    ]
    if not late:
        return phrases.NOT_OVERDUE.get(of.language)
    line = phrases.OVERDUE.get(of.language)
    return "\n".join(
        line % (r.clock.title.get(of.language), saying.day(r.count.due, of.language)) for r in late
    )


def _reply_by(of: Matter) -> str:
    """The date the order names, else that of the clock it starts."""
    named = from_fields(of, "reply_by")
    if named:
        return named
    started = [r for r in of.running() if any(s.step == of.fact.step for s in r.clock.starts)]
    dates: list[date] = [r.count.due for r in started]
    return saying.day(min(dates), of.language) if dates else ""


def _document(of: Matter) -> str:
    made = of.book.steps[of.paper.step]
    title = form(made.notice).title if made.notice else made.title
    return f"{title.get(of.language)} {_number(of)}"


def _server(of: Matter) -> str:
    return of.moments[of.service.seq].post if of.service else ""


def _standing(said: Text) -> Callable[[Matter], str]:
    return lambda of: said.get(of.language)


COMPUTED: Mapping[str, Callable[[Matter], str]] = {
    "title": lambda of: of.form.title.get(of.language),
    "number": _number,
    "organ": lambda of: saying.offices([of.organ], of.language),
    "petitioner": _petitioner,
    "received_on": _received_on,
    "channel": _channel,
    "sender": _sender,
    "date": lambda of: saying.day(of.day(), of.language),
    "seal": _standing(phrases.SEAL),
    "contact": _contact,
    "case_number": lambda of: of.row.number,
    "query": _query,
    "service_recipient": _service_recipient,
    "service_time": _service("served_on"),
    "service_method": _service("method"),
    "service_signer": _service_signer,
    "service_refusal": _service("refusal"),
    "service_witness": _service("witness"),
    "article": lambda of: of.book.cite(of.step.article, of.language),
    "due": _due,
    "due_count": _due_count,
    "old_due": _old_due,
    "new_due": _due,
    "responsible": _responsible,
    "next_step": lambda of: of.target.petitioner_text.get(of.language),
    "recusal": _standing(phrases.RECUSAL),
    "routing": lambda of: of.step.title.get(of.language),
    "reception": _reception,
    "procedure": _procedure,
    "requests": _requests,
    "findings": _findings,
    "reason_article": lambda of: _articles(of, ("reason", "route", "ground")),
    "ground_article": lambda of: _articles(of, ("ground", "kind", "reason")),
    "competent": _competent,
    "competent_deadline": _competent_deadline,
    "challenge": _challenge,
    "approver": lambda of: of.moments[of.fact.seq].post,
    "supervise": _supervise,
    "next_level": _next_level,
    "next_level_deadline": _limit,
    "next_level_papers": _standing(phrases.PAPERS),
    "parties": _parties,
    "settling": _settling,
    "finality": _finality,
    "remedies": _remedies,
    "proof": lambda of: from_fields(of, "proof") or phrases.PROOF_OF_CHANGE.get(of.language),
    "new_facts": _standing(phrases.NEW_FACTS),
    "effect": _standing(phrases.EFFECT),
    "fulfil_by": lambda of: from_fields(of, "fulfil_by") or phrases.AS_AGREED.get(of.language),
    "signatures": _standing(phrases.SIGNATURES),
    "breach": _breach,
    "addressee": lambda of: saying.offices(of.addressees, of.language),
    "reply_by": _reply_by,
    "document": _document,
    "server": _server,
}
