"""Cases that between them take every step of the book, with a canary in every field of words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from huiyin.casework import filing, law, openings
from huiyin.intake.filing import Attachment, Person
from huiyin.intake.letters import ImportedLetter
from huiyin.procedure import Actor, Field
from tests.casework import cast
from tests.casework.cast import CLERK, CLERK2, CUSTODIAN, DAY, HEAD, NOW, OFFICER, PETITIONER, TODAY

CLEAR: dict[str, Any] = {
    "office": "zjj",
    "report_by": (TODAY + 30 * DAY).isoformat(),
    "days": 20,
    "outcomes": ["support", "partly"],
    "served_on": TODAY.isoformat(),
}
LINES: tuple[tuple[tuple[str, Actor], ...], ...] = (
    (
        ("transfer", CLERK),
        ("object", OFFICER),
        ("overrule_objection", CLERK2),
        ("accept", OFFICER),
        ("hear", OFFICER),
        ("record_work", OFFICER),
        ("ask_petitioner", OFFICER),
        ("reply", PETITIONER),
        ("supplement", PETITIONER),
        ("ask_extension", OFFICER),
        ("refuse_extension", HEAD),
        ("ask_extension", OFFICER),
        ("grant_extension", HEAD),
        ("decide", OFFICER),
        ("serve", OFFICER),
        ("rate", PETITIONER),
        ("close", OFFICER),
    ),
    (("assign", CLERK), ("object", OFFICER), ("uphold_objection", CLERK), ("redirect", CLERK)),
    (("transfer", CLERK), ("not_accept", OFFICER)),
    (("withdraw", PETITIONER), ("undo_withdraw", PETITIONER), ("withdraw", PETITIONER)),
)


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


def person(told: Told) -> Person:
    return Person(told.canary("name"), "13912340987", told.canary("address"), "11010519491231002X")


def value(told: Told, step: str, item: Field) -> Any:
    if item.sealed:
        return told.canary(f"{step} {item.id}")
    return CLEAR[item.id] if item.id in CLEAR else item.choices[0].id


def go(told: Told, case: str, line: tuple[tuple[str, Actor], ...]) -> None:
    book = law.book_in_force()
    for step, actor in line:
        values = {
            item.id: value(told, step, item) for item in book.steps[step].fields if item.id != "deadline"
        }
        papers = told.papers(step) if step == "supplement" else ()
        late = 31 * DAY if step == "close" else 0 * DAY
        cast.take(case, step, values, actor=actor, now=NOW + late, attachments=papers)
        told.steps.add(step)


def filed(told: Told, **changes: Any) -> str:
    told.steps.add("register")
    made = cast.file(
        person=person(told),
        title=told.canary("title"),
        body=f"正文：{told.canary('body')}，请处理。",
        requests=(told.canary("request one"), told.canary("request two")),
        place_detail=told.canary("place"),
        occurred=told.canary("occurred"),
        attachments=told.papers("filing"),
        **changes,
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
            written_at=NOW - 30 * DAY,
            date_only=False,
            answer=told.canary("imported answer") if answered else "",
            answered_at=NOW - 10 * DAY if answered else None,
            answered_date_only=False,
            category="城乡建设",
        )


def everything() -> Told:
    """All of it; only the numbers, names and papers named in `canaries` are anybody's words."""
    told = Told()
    for line in LINES:
        go(told, filed(told), line)
    filing.import_letters(letters(told), office="xfj", now=lambda: NOW)
    told.steps |= {"import_letter", "import_answer"}
    told.cases += [c for c in imported() if c not in told.cases]
    (waiting,) = [c for c in imported() if state(c) == "imported_open"]
    go(told, waiting, (("take_up", CLERK),))
    hidden = filed(told, keep_name=True)
    go(told, hidden, (("transfer", CLERK),))
    for decision in ("declined", "approved"):
        request = openings.request_identity(hidden, OFFICER, "contact", NOW)
        openings.decide_request(request, decision, told.canary(decision), CUSTODIAN, NOW)
    openings.open_identity(hidden, OFFICER, "contact", NOW)
    return told


def imported() -> list[str]:
    from huiyin.casework.models import CaseRow

    return list(CaseRow.objects.filter(imported=True).values_list("case_id", flat=True))


def state(case: str) -> str:
    from huiyin.casework.models import CaseRow

    return CaseRow.objects.get(case_id=case).state
