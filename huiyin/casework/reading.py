"""The reading side and the only door to sealed words: checks the table, decrypts, keeps nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, closed_to, may, require
from huiyin.casework.projection import case_of
from huiyin.casework.records import Private, past, unseal
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
OUTSIDE_THE_BOOK: dict[str, Text] = {
    "identity.requested.1": Text("承办单位申请查看信访人姓名", "The handling office asked to see the name"),
    "identity.approved.1": Text("保管员同意查看姓名", "The custodian approved an opening"),
    "identity.declined.1": Text("保管员不同意查看姓名", "The custodian declined an opening"),
    "identity.opened.1": Text("工作人员查看了身份信息", "An officer opened the identity"),
    "code.requested.1": Text("窗口申请补发查询码", "A new code was asked for at the counter"),
    "code.replaced.1": Text("查询码已补发，旧码作废", "A new code was given; the old one is dead"),
    "answer.released.1": Text("答复经隐去个人信息后公开", "The answer, redacted, was made public"),
    "answer.unreleased.1": Text("撤回公开的答复", "The public answer was taken back"),
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
    """One fact on a timeline."""

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


@dataclass(frozen=True)
class Answer:
    """The answer as served (or imported): its texts, one outcome a request, and the day."""

    texts: dict[str, str]
    outcomes: tuple[str, ...]
    served_on: date | None
    office: str
    at: datetime


# --- lists ------------------------------------------------------------------------------------


def find(case_id: str, actor: Actor) -> CaseRow:
    """The case's row, or `NotYours`: the same for a case that does not exist."""
    row = row_of(case_id)
    require(actor, "case.follow" if actor.role == "petitioner" else "case.see", row)
    return row


def inbox(actor: Actor, now: datetime, *, view: str = "mine", page: int = 1) -> Inbox:
    """Cases the actor's office has to do with. `view`: mine (it is our turn), all, done."""
    rows = _visible(actor, view)
    today = law.day_of(now)
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = list(rows.order_by("due_order", "case_id")[(page - 1) * PAGE : page * PAGE])
    return Inbox(found, total, rows.filter(final=False, due_order__lt=today).count(), page, pages)


def _visible(actor: Actor, view: str) -> QuerySet[CaseRow]:
    if not may(actor, "inbox.read"):
        raise NotYours("inbox.read")
    rows = CaseRow.objects.filter(final=view == "done")
    if actor.role != "supervisor":
        ours = Q(bureau=actor.office) | Q(handler=actor.office)
        rows = rows.filter(Q(owner_office=actor.office) if view == "mine" else ours)
    closed = closed_to(actor)
    return rows.exclude(case_id__in=closed) if closed else rows


def overdue_by_office(actor: Actor, now: datetime) -> dict[str, list[CaseRow]]:
    """Every case past its clock, by the office that owes the next step (the supervisor's view)."""
    if not may(actor, "overdue.read"):
        raise NotYours("overdue.read")
    late = CaseRow.objects.filter(final=False, due_order__lt=law.day_of(now)).order_by("due_order")
    late = late.exclude(case_id__in=closed_to(actor))
    found: dict[str, list[CaseRow]] = {}
    for row in late[:2000]:
        found.setdefault(row.owner_office, []).append(row)
    return found


def titles(rows: Iterable[CaseRow], actor: Actor) -> dict[str, str]:
    """Titles of the rows the actor may read, decrypted for this page alone."""
    mine = [row.case_id for row in rows if may(actor, "words.read", row) and not row.erased]
    keys = vault_keys.open_keys(mine)
    facts = Fact.objects.filter(case_id__in=list(keys), seq=1)
    return {fact.case_id: _masked(unseal(fact, keys[fact.case_id]).texts()["title"]) for fact in facts}


# --- one case ---------------------------------------------------------------------------------


def running(case_id: str) -> tuple[Running, ...]:
    """Every clock that runs, each with how its date was counted."""
    return clocks_running(case_of(history(case_id)), law.calendar())


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
    petitioner = actor.role == "petitioner"
    require(actor, "case.follow" if petitioner else "case.see", row)
    key = None if row.erased else vault_keys.open_key(case_id)
    facts = facts_of(case_id)
    people = _Names(facts, language)
    unserved = _unserved(facts) if petitioner else frozenset()
    return [_moment(fact, None if fact.seq in unserved else key, people, petitioner) for fact in facts]


def _unserved(facts: Sequence[Fact]) -> frozenset[int]:
    """Opinions that have not been served: the petitioner sees that one was made, and reads it when served."""
    clear = [past(fact) for fact in facts]
    served = max((fact.seq for fact in clear if fact.step == "serve"), default=0)
    return frozenset(fact.seq for fact in clear if fact.step == "decide" and fact.seq > served)


class _Names:
    """Offices and posts named in one timeline, looked up once."""

    def __init__(self, facts: Sequence[Fact], language: str) -> None:
        actors = [past(fact).actor for fact in facts]
        self.offices = tree.names({a.office for a in actors if a.office}, language)
        self.posts = {
            officer.login: f"{officer.post_in(language)} {officer.name_in(language)}"
            for officer in tree.officers({a.ref for a in actors if a.ref})
        }


def _moment(fact: Fact, key: CaseKey | None, people: _Names, petitioner: bool) -> Moment:
    seen = past(fact)
    private = unseal(fact, key) if key and seen.kind != "key.erased.1" else None
    show = shown if petitioner else _masked
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
        values=seen.values,
        papers=_papers(private) if private else (),
    )


def answer(case_id: str, actor: Actor) -> Answer | None:
    """The newest answer that reached the petitioner (an officer sees a draft as soon as it exists)."""
    row = row_of(case_id)
    petitioner = actor.role == "petitioner"
    require(actor, "case.follow" if petitioner else "words.read", row)
    facts = facts_of(case_id)
    served = [f for f in map(past, facts) if f.step == "serve"]
    given = [f for f in facts if past(f).step in ("decide", "import_answer")]
    if not given or (petitioner and not served and past(given[-1]).step == "decide"):
        return None
    fact, seen = given[-1], past(given[-1])
    texts = unseal(fact, vault_keys.open_key(case_id)).texts()
    return Answer(
        texts={k: v for k, v in texts.items() if isinstance(v, str)},
        outcomes=tuple(seen.values.get("outcomes", ())),
        served_on=date.fromisoformat(served[-1].values["served_on"]) if served else None,
        office=seen.actor.office or row.bureau,
        at=seen.at,
    )


def paper(case_id: str, ref: str, actor: Actor) -> tuple[str, str, bytes]:
    """(name, MIME type, bytes) of a re-encoded copy: a phone's photo says where a person was."""
    row = row_of(case_id)
    require(actor, "case.follow" if actor.role == "petitioner" else "paper.see", row)
    found, data = _paper(case_id, ref)
    mime, copy = clean(data)
    return found.name, mime, copy


def original(case_id: str, ref: str, actor: Actor) -> tuple[str, str, bytes]:
    """(name, MIME type, bytes) exactly as sent: goes back only to the petitioner."""
    require(actor, "paper.original", row_of(case_id))
    found, data = _paper(case_id, ref)
    return found.name, found.mime, data


def _paper(case_id: str, ref: str) -> tuple[Paper, bytes]:
    key = vault_keys.open_key(case_id)
    for fact in facts_of(case_id):
        if past(fact).kind == "key.erased.1":
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
