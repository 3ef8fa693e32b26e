"""The reading side and the only door to sealed words: checks the table, decrypts, keeps nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from huiyin.casework import answering, law
from huiyin.casework.models import NO_DATE, BreachRow, CaseRow, Listed
from huiyin.casework.permissions import NotYours, closed_to, closed_to_some, may, require
from huiyin.casework.projection import case_of, listed_key
from huiyin.casework.records import Past, Private, past, unseal
from huiyin.casework.steps import history, row_of
from huiyin.intake.words import mask_numbers, shown
from huiyin.ledger import receipts as ledger_receipts
from huiyin.ledger.facts import Fact, facts_of
from huiyin.offices import tree
from huiyin.papers.pictures import clean
from huiyin.procedure import Actor, Running, Text
from huiyin.procedure import running as clocks_running
from huiyin.vault import keys as vault_keys
from huiyin.vault import sealed as vault_sealed
from huiyin.vault.keys import CaseKey

PAGE = 50
OWED_MOST = 2000
WEEK = timedelta(days=7)
# What goes to an office that the petition's words are not for; so does what presses the addressee itself.
ADDRESSED = frozenset({"suggest", "order"})
OUTSIDE_THE_BOOK: dict[str, Text] = {
    "identity.requested.1": Text("承办单位申请查看信访人姓名", "The handling office asked to see the name"),
    "identity.approved.1": Text("保管员同意查看姓名", "The custodian approved an opening"),
    "identity.declined.1": Text("保管员不同意查看姓名", "The custodian declined an opening"),
    "identity.opened.1": Text("工作人员查看了身份信息", "An officer opened the identity"),
    "papers.received.1": Text("窗口收存了材料", "Papers were taken in at the counter"),
    "sender.compared.1": Text(
        "登记后用密文摘要与内容相近的事项作了比对",
        "Compared, by a keyed digest, with matters that read alike",
    ),
    "matter.repeated.1": Text(
        "窗口核对后标记为同一事项的重复信访", "Found to be the same matter as one registered before"
    ),
    "code.requested.1": Text("窗口申请补发查询码", "A new code was asked for at the counter"),
    "code.replaced.1": Text("查询码已补发，旧码作废", "A new code was given; the old one is dead"),
    "answer.released.1": Text("答复经隐去个人信息后公开", "The answer, redacted, was made public"),
    "answer.unreleased.1": Text("撤回公开的答复", "The public answer was taken back"),
    "news.chosen.1": Text("信访人选择了接收进展提醒的方式", "It was chosen how to hear of news"),
    "case.migrated.1": Text("改按新版办理程序办理", "Goes on under a new version of the procedure"),
    "file.taken.1": Text(
        "管理员在控制台导出了全部材料", "The administrator wrote out the whole file at the console"
    ),
    "key.erased.1": Text("内容已永久删除", "The words were erased for good"),
}


@dataclass(frozen=True)
class Inbox:
    """One page of cases, what is due first."""

    rows: list[CaseRow]
    total: int
    overdue: int
    page: int
    pages: int


@dataclass(frozen=True)
class Ahead:
    """How many duties of one office are late, fall due today, and in the seven days after."""

    late: int
    today: int
    week: int

    def __bool__(self) -> bool:
        return bool(self.late or self.today or self.week)


@dataclass(frozen=True)
class Paper:
    """An attachment as listed: its name is shown, its bytes only re-encoded."""

    ref: str
    name: str
    mime: str
    size: int


@dataclass(frozen=True)
class Words:
    """The petition's words; numbers that look like telephones or identity numbers are masked."""

    title: str
    body: str
    requests: tuple[str, ...]
    place_detail: str
    occurred: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Moment:
    """One fact on a timeline. `closed`: its words name an officer of the reader's office, which does not
    read them. `unread`: a paper that has not reached the petitioner yet."""

    fact_id: int
    index: int | None
    seq: int
    kind: str
    step: str
    title: Text
    at: datetime
    role: str
    office: str
    post: str
    article: str
    texts: dict[str, str]
    values: Mapping[str, Any]
    papers: tuple[Paper, ...]
    part: str = ""
    closed: bool = False
    unread: bool = False


@dataclass(frozen=True)
class Answer:
    """One paper made for the petitioner: an opinion, a review, a refusal, an imported answer.

    `part` and `decides` say which; `outcomes` is one a request. `reached`: the petitioner has it.
    """

    seq: int
    step: str
    part: str
    decides: str
    texts: dict[str, str]
    values: Mapping[str, Any]
    outcomes: tuple[str, ...]
    served_on: date | None
    reached: bool
    office: str
    at: datetime


@dataclass(frozen=True)
class Breach:
    """A duty that an office let pass. `standing`: it is owed to this day."""

    row: CaseRow
    office: str
    clock: str
    due: date
    recorded_at: datetime
    standing: bool


@dataclass(frozen=True)
class Owed:
    """The next thing that an office has to do in a case, and its last day."""

    row: CaseRow
    clock: str
    due: date


@dataclass(frozen=True)
class Day:
    """How much an office owes on a day, and the first of it."""

    count: int
    first: list[Owed]


@dataclass(frozen=True)
class Late:
    """How many cases an office is late in, and those it is late in longest."""

    count: int
    longest: Sequence[CaseRow]


@dataclass(frozen=True)
class Narrow:
    """What a list is narrowed to: codes of matters, never a person. Empty is everything.

    `due`: "late" (its date has passed) or "week" (within seven days).
    """

    category: str = ""
    place: str = ""
    channel: str = ""
    purpose: str = ""
    due: str = ""
    repeat: bool = False

    def of_cases(self) -> dict[str, str]:
        codes = {name: getattr(self, name) for name in ("category", "place", "channel", "purpose")}
        return {name: code for name, code in codes.items() if code}

    def within(self, rows: QuerySet[Any], order: str, today: date) -> QuerySet[Any]:
        """The rows of a list (`CaseRow` or `Listed`) that are meant; `order` is the list's date."""
        if self.of_cases() or self.repeat:
            rows = rows.filter(case_id__in=self._cases().values("case_id"))
        if self.due == "late":
            rows = rows.filter(**{f"{order}__lt": today})
        if self.due == "week":
            rows = rows.filter(**{f"{order}__gte": today, f"{order}__lt": today + WEEK})
        return rows

    def _cases(self) -> QuerySet[CaseRow]:
        found = CaseRow.objects.filter(**self.of_cases())
        return found.exclude(repeat_of="") if self.repeat else found


EVERYTHING = Narrow()


# --- lists ------------------------------------------------------------------------------------


def find(case_id: str, actor: Actor) -> CaseRow:
    """The case's row, or `NotYours`: the same for a case that does not exist."""
    row = row_of(case_id)
    require(actor, "case.follow" if actor.role == "petitioner" else "case.see", row)
    return row


def inbox(
    actor: Actor, now: datetime, *, view: str = "mine", page: int = 1, narrow: Narrow = EVERYTHING
) -> Inbox:
    """Cases the actor's office has to do with. `view`: mine (it is our turn), all, done."""
    if not may(actor, "inbox.read"):
        raise NotYours("inbox.read")
    today = law.day_of(now)
    if actor.role == "supervisor":
        return _page(narrow.within(_supervised(actor, view), "due_order", today), today, page)
    return _own_page(actor, today, page, view, narrow)


def _page(rows: QuerySet[CaseRow], today: date, page: int) -> Inbox:
    ids, total, page, pages = _window(rows, "due_order", page)
    late = rows.filter(ended=False, due_order__lt=today).count()
    found = CaseRow.objects.in_bulk(ids)
    return Inbox([found[case] for case in ids], total, late, page, pages)


def _own_page(actor: Actor, today: date, page: int, view: str, narrow: Narrow) -> Inbox:
    """In the list of its turn an office sees its own dates, whatever another office owes before them."""
    order = "owed_order" if view == "mine" else "due_order"
    listed = narrow.within(_listed(actor, view), order, today)
    ids, total, page, pages = _window(listed, order, page)
    found = CaseRow.objects.in_bulk(ids)
    if view == "mine":
        keys = [listed_key(case, actor.office) for case in ids]
        for place in Listed.objects.filter(key__in=keys).exclude(owed_clock=""):
            row = found[place.case_id]
            row.due = row.due_order = place.owed_order
            row.due_clock = place.owed_clock
    late = listed.filter(**{f"{order}__lt": today})
    if view == "done":
        late = late.none()
    return Inbox([found[case] for case in ids], total, late.count(), page, pages)


def _window(
    rows: QuerySet[CaseRow] | QuerySet[Listed], order: str, page: int
) -> tuple[list[str], int, int, int]:
    """Cases of one page, how many there are, the page and how many pages.

    The index holds all that is read here: rows themselves are fetched for the one page alone.
    """
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE
    ids = rows.order_by(order, "case_id").values_list("case_id", flat=True)[start : start + PAGE]
    return list(ids), total, page, pages


def _supervised(actor: Actor, view: str) -> QuerySet[CaseRow]:
    rows, closed = CaseRow.objects.filter(ended=view == "done"), closed_to(actor)
    return rows.exclude(case_id__in=closed) if closed else rows


def _listed(actor: Actor, view: str) -> QuerySet[Listed]:
    rows, closed = Listed.objects.filter(office=actor.office), closed_to(actor)
    rows = rows.filter(mine=True) if view == "mine" else rows.filter(ended=view == "done")
    return rows.exclude(case_id__in=closed) if closed else rows


def owed(
    actor: Actor,
    until: date,
    *,
    since: date | None = None,
    cases: Iterable[str] | None = None,
    most: int = OWED_MOST,
) -> list[Owed]:
    """What the actor's own office owes up to a day, by case and clock, the oldest date first.

    `since`: no earlier date; `cases`: references, of these alone.
    """
    listed = _owed(actor, until, since)
    if cases is not None:
        listed = listed.filter(key__in=[listed_key(case, actor.office) for case in cases])
    places = list(listed.order_by("owed_order", "case_id")[:most])
    rows = CaseRow.objects.in_bulk([place.case_id for place in places])
    return [Owed(rows[place.case_id], place.owed_clock, place.owed_order) for place in places]


def owing(actor: Actor, until: date, *, since: date | None = None) -> int:
    """How many duties `owed` would tell of, were there no limit."""
    return _owed(actor, until, since).count()


def owed_by_day(actor: Actor, first: date, last: date, *, most: int) -> dict[date, Day]:
    """What the actor's own office owes on each day from `first` to `last` on which it owes anything."""
    listed = _owed(actor, last, first)
    counts = dict(listed.values_list("owed_order").annotate(n=Count("*")).order_by())
    mine = _listed(actor, "mine")  # one day of it is an equality, which SQLite prefers to no range
    places = [
        place for day in sorted(counts) for place in mine.filter(owed_order=day).order_by("case_id")[:most]
    ]
    rows = CaseRow.objects.in_bulk([place.case_id for place in places])
    days = {day: Day(count, []) for day, count in sorted(counts.items())}
    for place in places:
        days[place.owed_order].first.append(Owed(rows[place.case_id], place.owed_clock, place.owed_order))
    return days


def _owed(actor: Actor, until: date, since: date | None) -> QuerySet[Listed]:
    """Rows of the index alone: whoever owes nothing stands at the end of time."""
    if not may(actor, "inbox.read"):
        raise NotYours("inbox.read")
    listed = _listed(actor, "mine").filter(owed_order__lte=min(until, NO_DATE - timedelta(days=1)))
    return listed if since is None else listed.filter(owed_order__gte=since)


def ahead(office: str, now: datetime) -> Ahead:
    """What an office owes, counted for a message that everybody there may read: without the cases that are
    closed to any of them."""
    today = law.day_of(now, law.book_for(office).zone)
    listed = Listed.objects.filter(office=office, mine=True, owed_order__lte=today + timedelta(days=7))
    counts = listed.exclude(case_id__in=closed_to_some(office)).aggregate(
        late=Count("key", filter=Q(owed_order__lt=today)),
        today=Count("key", filter=Q(owed_order=today)),
        week=Count("key", filter=Q(owed_order__gt=today)),
    )
    return Ahead(**counts)


def overdue_by_office(actor: Actor, now: datetime, *, most: int) -> dict[str, Late]:
    """Cases past a clock, by the office that owes it (the supervisor's view), in the order of codes."""
    if not may(actor, "overdue.read"):
        raise NotYours("overdue.read")
    late = Listed.objects.filter(mine=True, owed_order__lt=law.day_of(now))
    late = late.exclude(case_id__in=closed_to(actor))
    found = {}
    for office in sorted(one.code for one in tree.offices()):
        mine = late.filter(office=office)
        if ids := list(mine.order_by("owed_order", "case_id").values_list("case_id", flat=True)[:most]):
            rows = CaseRow.objects.in_bulk(ids)
            found[office] = Late(mine.count(), [rows[case] for case in ids])
    return found


def breaches(actor: Actor, *, standing: bool = True) -> list[Breach]:
    """Duties that passed, as the system recorded them, oldest date first; `standing`: those still owed."""
    if not may(actor, "overdue.read"):
        raise NotYours("overdue.read")
    told = BreachRow.objects.exclude(case_id__in=closed_to(actor)).order_by("due", "fact_id")
    places = list((told.filter(standing=True) if standing else told)[:2000])
    rows = CaseRow.objects.in_bulk([place.case_id for place in places])
    return [Breach(rows[p.case_id], p.office, p.clock, p.due, p.recorded_at, p.standing) for p in places]


def titles(rows: Iterable[CaseRow], actor: Actor) -> dict[str, str]:
    """Titles of the rows the actor may read, decrypted for this page alone."""
    mine = [row.case_id for row in rows if may(actor, "words.read", row) and not row.erased]
    keys = vault_keys.open_keys(mine)
    facts = Fact.objects.filter(case_id__in=list(keys), seq=1)
    return {fact.case_id: _masked(unseal(fact, keys[fact.case_id]).texts()["title"]) for fact in facts}


# --- one case ---------------------------------------------------------------------------------


def running(case_id: str) -> tuple[Running, ...]:
    """Every clock that runs, each with how its date was counted."""
    case = case_of(history(case_id))
    return clocks_running(case, law.calendar(case.book))


def words(case_id: str, actor: Actor) -> Words:
    """The petition's words for whoever may read them; the petitioner sees them unmasked."""
    row = row_of(case_id)
    require(actor, "case.follow" if actor.role == "petitioner" else "words.read", row)
    first = Fact.objects.get(case_id=case_id, seq=1)
    private = unseal(first, vault_keys.open_key(case_id))
    texts = private.texts()
    show = shown if actor.role == "petitioner" else _masked
    return Words(
        title=show(texts["title"]),
        body=show(private.words),
        requests=tuple(show(text) for text in texts["requests"]),
        place_detail=show(texts["place_detail"]),
        occurred=show(texts["occurred"]),
        papers=_papers(private),
    )


def timeline(case_id: str, actor: Actor, language: str) -> list[Moment]:
    """Every fact of the case, oldest first, with its words for whoever may read them."""
    row = row_of(case_id)
    require(actor, "case.follow" if actor.role == "petitioner" else "case.see", row)
    key = None if row.erased else vault_keys.open_key(case_id)
    facts = facts_of(case_id)
    clear = [past(fact) for fact in facts]
    people, reader = _Names(clear, language), _Reader(actor, row, clear)
    return [_moment(fact, seen, key, people, reader) for fact, seen in zip(facts, clear, strict=True)]


class _Reader:
    """What of a case one actor may read: all, or less."""

    def __init__(self, actor: Actor, row: CaseRow, clear: Sequence[Past]) -> None:
        self.actor = actor
        self.petitioner = actor.role == "petitioner"
        self.unread = answering.unread(clear, case_of(clear))
        self._all = self.petitioner or may(actor, "words.read", row)
        self._pressing = {step.id for step in law.book(row.book).steps.values() if step.up == "addressee"}

    def is_closed(self, fact: Past) -> bool:
        """A petitioner's words that name an officer of this office are not for the office (design rule 4)."""
        return not self.petitioner and self.actor.office in fact.values.get("closed_to", ())

    def reads(self, fact: Past) -> bool:
        if self.is_closed(fact) or (self.petitioner and fact.seq in self.unread):
            return False
        # Whoever a suggestion went to reads that, and what its own office wrote.
        addressed = fact.part in ADDRESSED or fact.step in self._pressing
        return self._all or addressed or fact.actor.office == self.actor.office

    def values(self, fact: Past) -> Mapping[str, Any]:
        """Clear values; who was named in words stays with those who read the words."""
        if self.petitioner or not self.is_closed(fact):
            return fact.values
        return {}


class _Names:
    """Offices and posts named in one timeline, looked up once."""

    def __init__(self, facts: Sequence[Past], language: str) -> None:
        actors = [fact.actor for fact in facts]
        self.offices = tree.names({a.office for a in actors if a.office}, language)
        self.posts = {
            officer.login: f"{officer.post_in(language)} {officer.name_in(language)}"
            for officer in tree.officers({a.ref for a in actors if a.ref})
        }


def _moment(fact: Fact, seen: Past, key: CaseKey | None, people: _Names, reader: _Reader) -> Moment:
    readable = key is not None and seen.kind != "key.erased.1" and reader.reads(seen)
    private = unseal(fact, key) if key and readable else None
    show = shown if reader.petitioner else _masked
    texts = private.texts() if private else {}
    step = law.book(seen.book).steps.get(seen.step)
    title = OUTSIDE_THE_BOOK.get(seen.kind) or (step.title if step else Text(seen.kind, seen.kind))
    return Moment(
        fact_id=fact.id,
        index=ledger_receipts.entry_index(fact.id),
        seq=seen.seq,
        kind=seen.kind,
        step=seen.step,
        title=title,
        at=seen.at,
        role=seen.actor.role,
        office=people.offices.get(seen.actor.office, seen.actor.office),
        post=people.posts.get(seen.actor.ref, ""),
        article=step.article if step else "",
        texts={k: show(v) for k, v in texts.items() if isinstance(v, str) and v},
        values=reader.values(seen),
        papers=_papers(private) if private else (),
        part=step.part if step else "",
        closed=reader.is_closed(seen),
        unread=seen.seq in reader.unread,
    )


def answers(case_id: str, actor: Actor) -> list[Answer]:
    """Every paper made for the petitioner, oldest first; the petitioner has those that were served."""
    row = row_of(case_id)
    petitioner = actor.role == "petitioner"
    require(actor, "case.follow" if petitioner else "words.read", row)
    facts = {fact.seq: fact for fact in facts_of(case_id)}
    clear = [past(fact) for fact in facts.values()]
    made = [m for m in answering.papers(clear, case_of(clear)) if m.reached or not petitioner]
    key = vault_keys.open_key(case_id) if made else None
    return [_answer(m, unseal(facts[m.fact.seq], key), row) for m in made if key]


def _answer(made: answering.Made, private: Private, row: CaseRow) -> Answer:
    fact = made.fact
    step = law.book(fact.book).steps[fact.step]
    outcomes = next((fact.values.get(f.id, ()) for f in step.fields if f.kind == "outcomes"), ())
    return Answer(
        seq=fact.seq,
        step=fact.step,
        part=made.part,
        decides=step.decides,
        texts={k: v for k, v in private.texts().items() if isinstance(v, str)},
        values=fact.values,
        outcomes=tuple(outcomes),
        served_on=answering.served_on(made.reached) if made.reached else None,
        reached=made.reached is not None,
        office=fact.actor.office or row.bureau,
        at=fact.at,
    )


def answer(case_id: str, actor: Actor) -> Answer | None:
    """The newest answer to the matter (an officer sees a draft as soon as it exists)."""
    found = [a for a in answers(case_id, actor) if a.part in answering.ANSWERS]
    return found[-1] if found else None


def paper(case_id: str, ref: str, actor: Actor) -> tuple[str, str, bytes]:
    """(name, MIME type, bytes) of a re-encoded copy: a phone's photo says where a person was."""
    row = row_of(case_id)
    require(actor, "case.follow" if actor.role == "petitioner" else "paper.see", row)
    found, data = _paper(case_id, ref, actor, row)
    mime, copy = clean(data)
    return found.name, mime, copy


def original(case_id: str, ref: str, actor: Actor) -> tuple[str, str, bytes]:
    """(name, MIME type, bytes) exactly as sent: goes back only to the petitioner."""
    row = row_of(case_id)
    require(actor, "paper.original", row)
    found, data = _paper(case_id, ref, actor, row)
    return found.name, found.mime, data


def _paper(case_id: str, ref: str, actor: Actor, row: CaseRow) -> tuple[Paper, bytes]:
    key = vault_keys.open_key(case_id)
    facts = facts_of(case_id)
    clear = [past(fact) for fact in facts]
    reader = _Reader(actor, row, clear)
    for fact, seen in zip(facts, clear, strict=True):
        if seen.kind == "key.erased.1" or not reader.reads(seen):
            continue
        for found in _papers(unseal(fact, key)):
            if found.ref == ref:
                return found, vault_sealed.get(ref, key)
    raise NotYours(ref)


def _papers(private: Private) -> tuple[Paper, ...]:
    return tuple(Paper(p["ref"], p["name"], p["mime"], p["size"]) for p in private.data()["papers"])


def _masked(text: str) -> str:
    """As staff see it: telephone and identity numbers are behind an opening, like the name."""
    return mask_numbers(shown(text))


def actor_of(officer: Any) -> Actor:
    """The procedure's view of a logged-in officer."""
    return Actor(officer.role, officer.office_id, officer.login)


PETITIONER = Actor("petitioner")
