"""Types of `/api/v1/`: what a request may hold and what an answer holds; the document is made of them.

A field that is not named here is refused, so that nothing sent is silently left out. Of a person there is one
input, `Sender`, and no output.
"""

from base64 import b64decode
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool

from huiyin.intake.filing import (
    BODY_LONGEST,
    BODY_SHORTEST,
    FILES_MOST,
    LINE_LONGEST,
    NUMBER_LONGEST,
    REQUEST_LONGEST,
    REQUESTS_MOST,
    TITLE_LONGEST,
)
from huiyin.intake.words import one_line

CASE = "^[a-z2-7]{16}$"
CODE = "^[a-z0-9][a-z0-9_-]*$"
BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
KEEPABLE = r"^[^\u0000]*$"
# Without controls and marks that nobody sees, and not of white space alone.
UNSEEN = r"\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
NUMBER = rf"^[^{UNSEEN}]*[^{UNSEEN}\s][^{UNSEEN}]*$"
Code = Annotated[str, Field(max_length=32, pattern=CODE)]
Line = Annotated[str, Field(max_length=LINE_LONGEST, pattern=KEEPABLE)]


def _written(value: Any) -> Any:
    """A number is no date, although it could be seconds since 1970."""
    if not (isinstance(value, str) and len(value) == 10):
        raise ValueError("a day is written as 2026-01-31")
    return value


Day = Annotated[date, BeforeValidator(_written)]


# As intake stores it, so that what counts once is what is stored.
SourceNumber = Annotated[
    str, Field(min_length=1, max_length=NUMBER_LONGEST, pattern=NUMBER), AfterValidator(one_line)
]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class Words(Schema):
    """The same words in Chinese and English."""

    zh: str
    en: str


# --- what is sent -----------------------------------------------------------------------------


class Sender(Strict):
    """Who brings it: sealed at once, and in no answer. Leave it out where nobody says who they are."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=KEEPABLE)]
    phone: Line = ""
    address: Line = ""


class Paper(Strict):
    """A picture or PDF that was handed in with it."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=KEEPABLE)]
    data: Annotated[str, Field(pattern=BASE64, description="the file, in base64")]


class Matter(Strict):
    """What every arrival says. Codes are those of `/categories`, `/places`, `/offices` and of the book."""

    title: Annotated[
        str, Field(max_length=TITLE_LONGEST, pattern=KEEPABLE, description="made of the body where empty")
    ] = ""
    body: Annotated[str, Field(min_length=BODY_SHORTEST, max_length=BODY_LONGEST, pattern=KEEPABLE)]
    requests: Annotated[
        list[Annotated[str, Field(max_length=REQUEST_LONGEST, pattern=KEEPABLE)]],
        Field(max_length=REQUESTS_MOST, description="what is asked for; the title where empty"),
    ] = []
    purpose: Code = "request"
    category: Code = "other"
    place: Annotated[str, Field(max_length=32, pattern=KEEPABLE)] = ""
    place_detail: Line = ""
    occurred_on: Day | None = None
    respondents: Annotated[list[Code], Field(max_length=10, description="offices it complains of")] = []
    sender: Sender | None = None
    papers: Annotated[list[Paper], Field(max_length=FILES_MOST)] = []


class Grievance(Matter):
    """A grievance as somebody files it through a program."""

    keep_name: Annotated[StrictBool, Field(description="the handling office is not told who it is")] = False
    language: Literal["zh-hans", "en"] = "zh-hans"


class WorkOrder(Matter):
    """An order that another system registered. The same number with the same body is taken in once."""

    source_number: SourceNumber
    received_on: Day | None = None
    channel: Literal["call", "web", "letter", "visit"] = "call"


# --- what is answered -------------------------------------------------------------------------


class Receipt(Schema):
    """Proves, without trusting this office, that the case was filed and when. Keep all of it.

    `code`: with it the petitioner follows the case; shown for ten minutes to whoever repeats the request,
    then null. `entry`: its place in the log, null while `proof` is a signed promise.
    """

    case: str
    number: str
    code: str | None
    entry: int | None
    proof: str
    proof_url: str | None
    opening: str
    checkpoint_url: str
    vkey: str
    follow_url: str


class Case(Schema):
    """Codes, states and dates. `handler`: the office that deals with it, once one does."""

    case: str
    number: str
    source_number: str | None
    book: str
    state: str
    state_title: Words
    ended: bool
    purpose: str
    category: str
    channel: str
    place: str | None
    bureau: str
    handler: str | None
    received_on: date
    registered_at: datetime
    answered_at: datetime | None
    due: date | None
    due_clock: str | None


class Petition(Schema):
    """The words as officers read them, telephone and identity numbers masked."""

    title: str
    body: str
    requests: list[str]


class Moment(Schema):
    """One fact of a case: `kind` and `step` by their names, `entry` its place in the log."""

    seq: int
    kind: str
    step: str | None
    title: Words | None
    at: datetime
    role: str
    office: str | None
    office_name: str | None
    article: str | None
    entry: int | None


class WholeCase(Case):
    """One case with its course; `words` only with the scope `cases:words`."""

    timeline: list[Moment]
    words: Petition | None


class Cases(Schema):
    items: list[Case]
    next: str | None


class Change(Schema):
    entry: int
    kind: str
    case: str
    seq: int
    at: datetime


class Changes(Schema):
    """`after`: what to ask with next. `more`: whether there is more already."""

    changes: list[Change]
    after: int
    more: bool


class Answer(Schema):
    """An answer that was redacted and released to the public; nothing leads from it to a case."""

    id: int
    title: str
    question: str
    answer: str
    category: str
    office: str
    released_on: date


class Answers(Schema):
    items: list[Answer]
    next: str | None


class Listed(Schema):
    """One entry of a list of codes."""

    code: str
    title: Words


class Book(Schema):
    """A procedure: `in_force` for the county's new cases."""

    book: str
    title: Words
    law: Words
    in_force: bool


class Step(Schema):
    """One lawful step: who may take it, from which states to which, and by which article."""

    step: str
    title: Words
    kind: str
    article: str
    by: list[str]
    from_: Annotated[list[str], Field(alias="from")]
    to: list[str]


class WholeBook(Book):
    states: list[Listed]
    steps: list[Step]
    purposes: list[Listed]
    channels: list[Listed]
    categories: list[Listed]


class Measures(Schema):
    """How offices answer: registrations and days, never people; `definitions` says what is counted."""

    registered: int
    matters: int
    answered: int
    open: int
    overdue: int
    days_to_answer: dict[str, float | None]
    answered_within: dict[str, float | None]
    definitions: dict[str, str]


class Fault(Schema):
    field: str
    reason: str


class Problem(Schema):
    """RFC 9457. `type` never changes its meaning; `errors` say what to mend, `article` what refuses it."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[Fault] = []
    article: str = ""
    scope: str = ""


def sent(matter: Matter) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """What intake reads of a request: fields by their names there, and the papers."""
    data = matter.model_dump(exclude={"sender", "papers"})
    if matter.sender is not None:
        data |= matter.sender.model_dump()
    return data, [(paper.name, b64decode(paper.data)) for paper in matter.papers]
