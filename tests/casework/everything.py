"""Cases that between them take every step of the book, with a canary in every field of words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from huiyin.casework import breaching, filing, law, openings, steps
from huiyin.casework.models import CaseRow
from huiyin.intake.filing import Attachment, Person
from huiyin.intake.letters import ImportedLetter
from huiyin.offices.models import Office, Officer
from huiyin.procedure import Actor, Field, Step
from huiyin.procedure.fields import holds
from tests.casework import cast, trial
from tests.casework.cast import CUSTODIAN, DAY, HEAD, NOW, OFFICER, OFFICER2, PETITIONER

# The office above, one higher, the discipline office: each with somebody who works and somebody who decides.
OTHERS = (
    Actor("officer", "linjiang", "linjiang-officer"),
    Actor("head", "linjiang", "linjiang-head"),
    Actor("officer", "yunzhou", "yunzhou-officer"),
    Actor("head", "yunzhou", "yunzhou-head"),
    Actor("officer", "jw", "jw-officer"),
    Actor("head", "jw", "jw-head"),
    Actor("supervisor", "xfj", "xfj-supervisor"),
)
NAMES = ("尚怀瑾", "晏清和", "樊令仪", "路遥知", "言必信", "秦守正", "郁文若")
ANYBODY = (PETITIONER, *cast.STAFF, *OTHERS)


@dataclass(frozen=True)
class Do:
    """One step of a line: `on` a day counted from the filing, by this actor, with these values."""

    step: str
    on: int = -1
    by: Actor | None = None
    values: dict[str, Any] = field(default_factory=dict)


def line(*parts: str | Do) -> tuple[Do, ...]:
    """A line from names of steps (several in one text) and steps with particulars."""
    return tuple(
        one for part in parts for one in ([part] if isinstance(part, Do) else [Do(n) for n in part.split()])
    )


ANSWER = "transfer accept hear decide serve"
CHANGED = {"outcomes": ["partly", "partly"]}
# A case that is handled in every ordinary way, answered, and over.
MAIN = line(
    "transfer object overrule_objection accept hear record_work ask_petitioner reply supplement",
    "ask_extension refuse_extension ask_extension grant_extension decide serve rate report_execution",
    Do("close", on=31),
)
LINES: tuple[tuple[dict[str, Any], tuple[Do, ...]], ...] = (
    ({}, MAIN),
    (
        {},
        line(
            "assign object refer_objection name_joint urgent_report urgent_done link_duplicate",
            Do("accept", by=OFFICER),
            "share ask_recusal refuse_recusal ask_recusal",
            Do("rule_recusal", by=HEAD),
            "hear hearing_open hearing_record mediate offer_settlement decline_settlement decide serve",
            "execute execution_failed answer_urge ask_review record_review order_redo hear",
            Do("decide", by=OFFICER2, values=CHANGED),
        ),
    ),
    (
        {},
        line(
            "transfer accept hear decide serve ask_review order_redo hear",
            Do("decide", by=OFFICER2, values=CHANGED),
            "serve ask_review decide_review serve_review ask_rereview rereview_hearing",
            "record_rereview_hearing order_redo_again hear",
        ),
    ),
    (
        {"body": "完整走完复核的一件事：三号楼外墙。"},
        line(
            f"{ANSWER} ask_review decide_review serve_review ask_rereview decide_rereview serve_rereview",
            "call_back ask_superior answer_superior report_execution",
        ),
    ),
    ({"body": "完整走完复核的一件事：三号楼外墙。"}, line("not_again serve_no_longer")),
    (
        {},
        line(
            ANSWER,
            Do("ask_review_late", on=35),
            "admit_late decide_review serve_review",
            Do("close_review", on=80),
        ),
    ),
    ({}, line(ANSWER, Do("ask_review_late", on=35), "refuse_late serve_late_refusal")),
    (
        {},
        line(
            f"{ANSWER} ask_review decide_review serve_review",
            Do("ask_rereview_late", on=40),
            "refuse_late_rereview serve_late_rereview_refusal",
        ),
    ),
    (
        {},
        line(
            f"{ANSWER} ask_review decide_review serve_review",
            Do("ask_rereview_late", on=40),
            "admit_late_rereview",
        ),
    ),
    ({}, line("transfer object uphold_objection redirect serve_redirect challenge uphold_challenge")),
    ({}, line("transfer not_accept serve_refusal challenge overrule_challenge serve_challenge")),
    ({}, line("transfer accept hear offer_settlement accept_settlement serve_settlement")),
    ({}, line("transfer perform_duty report_duty serve_reply")),
    ({"purpose": "suggestion"}, line("transfer accept_suggestion answer_suggestion serve_reply")),
    (
        {"purpose": "accusation"},
        line("forward_accusation discipline_accept discipline_answer serve_discipline"),
    ),
    ({"actor": PETITIONER, "office": "zjj", "channel": "web"}, line("pass_on")),
    ({"actor": PETITIONER, "office": "zjj", "channel": "web"}, line("dispute name_lead")),
    (
        {},
        line(
            "assign accept",
            Do("breach", on=80),
            "interim_reply ask_supervision order_supervision answer_supervision refer_up",
            "order_rectification report_rectification confirm_rectification suggest",
            "answer_suggestion_order joint_session instruct sponsor sponsor_visit sponsor_done",
            "ask_aid give_aid ask_aid refuse_aid report_result",
        ),
    ),
    ({}, line("withdraw undo_withdraw withdraw")),
)
CLEAR: dict[str, Any] = {
    "office": "zjj",
    "offices": ["rsj"],
    "addressee": "rsj",
    "days": 20,
    "outcomes": ["support", "partly"],
    "officer": "rsj-officer",
    "leader": "xfj-head",
}


@dataclass
class Told:
    """The cases made, every canary put into them, and the steps that were taken."""

    mark: str = "甲"
    cases: list[str] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)

    def canary(self, name: str) -> str:
        made = f"暗语{self.mark}{len(self.canaries):03d}号{name}-Kx7qZ{len(self.canaries):03d}"
        self.canaries.append(made)
        return made

    def papers(self, name: str) -> tuple[Attachment, ...]:
        """A photo and a paper whose names and insides hold canaries too."""
        inside = f"Zq9vKm{ord(self.mark)}{len(self.canaries):04d}exif"
        self.canaries.append(inside)
        return (
            Attachment(f"{self.canary(f'{name} photo')}.jpg", "image/jpeg", cast.photo(inside)),
            Attachment(f"{self.canary(f'{name} paper')}.pdf", "application/pdf", cast.document(inside[::-1])),
        )


def others() -> None:
    """Offices above the county's and beside it, and their officers."""
    if not Office.objects.filter(code="yunzhou").exists():
        trial.offices()
    for actor, name in zip(OTHERS, NAMES, strict=True):
        if not Officer.objects.filter(login=actor.ref).exists():
            trial.officer(actor, name)


def person(told: Told) -> Person:
    return Person(told.canary("name"), "13912340987", told.canary("address"), "11010519491231002X")


def value(told: Told, step: str, item: Field, on: Any) -> Any:
    if item.sealed:
        return told.canary(f"{step} {item.id}")
    if item.id in CLEAR:
        return CLEAR[item.id]
    if item.kind == "date":
        past = item.max is not None and item.max <= 0
        return (on if past else on + 10 * DAY).date().isoformat()
    return item.choices[0].id if item.choices else None


def actor_for(case: str, step: str, now: Any) -> Actor:
    """Somebody to whom the step is open."""
    return next(
        actor
        for actor in ANYBODY
        if any(found.step.id == step for found in steps.open_steps(case, actor, now))
    )


def go(told: Told, case: str, parts: Sequence[Do]) -> None:
    book, now = law.book_in_force(), NOW
    for do in parts:
        now = max(now, NOW + do.on * DAY)
        told.steps.add(do.step)
        if do.step == "breach":
            assert breaching.record_due(now)
            continue
        given = {f.id: value(told, do.step, f, now) for f in book.steps[do.step].fields if not f.derive}
        given |= {"new_facts": False} if "new_facts" in given else {}
        given = {name: said for name, said in (given | do.values).items() if said is not None}
        step = book.steps[do.step]
        given = {name: said for name, said in given.items() if has_place(step, name, given, now)}
        papers = told.papers(do.step) if do.step == "supplement" else ()
        actor = do.by or actor_for(case, do.step, now)
        cast.take(case, do.step, given, actor=actor, now=now, attachments=papers)


def has_place(step: Step, name: str, given: Mapping[str, Any], now: datetime) -> bool:
    """Whether the other values leave this one a place (`only_if`)."""
    item = step.field(name)
    return item is None or item.only_if is None or holds(item.only_if, given, law.day_of(now))


def filed(told: Told, **changes: Any) -> str:
    told.steps.add("register")
    told_body = {"body": f"正文：{told.canary('body')}，请处理。"} | changes
    made = cast.file(
        person=person(told),
        title=told.canary("title"),
        requests=(told.canary("request one"), told.canary("request two")),
        place_detail=told.canary("place"),
        occurred=told.canary("occurred"),
        attachments=told.papers("filing"),
        **told_body,
    )
    told.cases.append(made.case)
    return made.case


def letters(told: Told) -> Iterator[ImportedLetter]:
    for number in range(2):
        answered = number == 0
        yield ImportedLetter(
            sheet="Sheet1",
            row=number + 2,
            source_number=f"S{number}",
            person=person(told),
            title=told.canary("imported title"),
            body=told.canary("imported body"),
            written_at=NOW - timedelta(days=30),
            date_only=False,
            answer=told.canary("imported answer") if answered else "",
            answered_at=NOW - timedelta(days=10) if answered else None,
            answered_date_only=False,
            category="城乡建设",
        )


def everything() -> Told:
    """All of it; only the numbers, names and papers named in `canaries` are anybody's words."""
    told = Told()
    others()
    for changes, parts in LINES:
        go(told, filed(told, **changes), parts)
    filing.import_letters(letters(told), office="xfj", now=lambda: NOW)
    told.steps |= {"import_letter", "import_answer"}
    told.cases += [c for c in imported() if c not in told.cases]
    (waiting,) = [c for c in imported() if state(c) == "imported_open"]
    go(told, waiting, line("take_up"))
    hidden = filed(told, keep_name=True)
    go(told, hidden, line("transfer"))
    for decision in ("declined", "approved"):
        request = openings.request_identity(hidden, OFFICER, "contact", NOW)
        openings.decide_request(request, decision, told.canary(decision), CUSTODIAN, NOW)
    openings.open_identity(hidden, OFFICER, "contact", NOW)
    return told


def imported() -> list[str]:
    return list(CaseRow.objects.filter(imported=True).values_list("case_id", flat=True))


def state(case: str) -> str:
    return CaseRow.objects.get(case_id=case).state
