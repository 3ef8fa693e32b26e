"""A second procedure beside the county's: the book `trial`, its offices and the ways through it."""

from pathlib import Path
from typing import Any

import pytest

from huiyin.casework import law
from huiyin.casework.models import CaseRow
from huiyin.offices.models import Office, Officer
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, NOW, OFFICER, PETITIONER, TODAY, take

_forget = law.book.cache_clear
BOOKS = Path(__file__).with_name("books")
REVIEWER = Actor("officer", "linjiang", "linjiang-officer")
REVIEW_HEAD = Actor("head", "linjiang", "linjiang-head")
REREVIEWER = Actor("officer", "yunzhou", "yunzhou-officer")
DISCIPLINE = Actor("officer", "jw", "jw-officer")
JOINT = cast.OTHER_OFFICER
SUPERVISOR = Actor("supervisor", "xfj", "xfj-supervisor")
NAMES = {
    "linjiang-officer": "尚怀瑾",
    "linjiang-head": "晏清和",
    "yunzhou-officer": "樊令仪",
    "jw-officer": "言必信",
    "xfj-supervisor": "郁文若",
}
ABOVE = {
    "linjiang": "yunzhou",
    "xfj": "linjiang",
    "zjj": "linjiang",
    "rsj": "linjiang",
    "mujiang": "linjiang",
}
OPINION = {"outcomes": ["support", "no"], "reasons": "The tiles are loose."}


def set_up(settings: Any, office: str) -> None:
    """This office registers under `trial`; offices stand above each other; jw hears accusations."""
    settings.HUIYIN_BOOKS = str(BOOKS)
    offices()
    Office.objects.filter(code=office).update(book="trial")
    for actor in (REVIEWER, REVIEW_HEAD, REREVIEWER, DISCIPLINE, SUPERVISOR):
        officer(actor, NAMES[actor.ref])


def offices() -> None:
    """A city above the county, a discipline office, and each office's place in the tree."""
    Office.objects.create(code="yunzhou", kind="city", name_zh="云洲市", name_en="yunzhou")
    Office.objects.create(code="jw", kind="discipline", name_zh="县纪委监委", name_en="jw", parent="linjiang")
    for code, parent in ABOVE.items():
        Office.objects.filter(code=code).update(parent=parent)


def officer(actor: Actor, name: str) -> None:
    Officer.objects.create(
        login=actor.ref,
        office_id=actor.office,
        role=actor.role,
        name_zh=name,
        name_en=actor.ref,
        post_zh="岗位",
        post_en="Post",
        password="!",
    )


@pytest.fixture
def trial(county: None, settings: Any) -> Any:
    """The bureau works by the book `trial`."""
    _forget()
    set_up(settings, "xfj")
    yield
    _forget()


@pytest.fixture
def beside(county: None, settings: Any) -> Any:
    """The bureau works by the county's book, and the discipline office by the book `trial`."""
    _forget()
    set_up(settings, "jw")
    yield
    _forget()


def row(case: str) -> CaseRow:
    return CaseRow.objects.get(case_id=case)


def routed(*joint: str, **changes: Any) -> str:
    case = cast.file(**changes).case
    take(case, "transfer", {"office": "zjj", "joint": list(joint)}, actor=CLERK)
    return case


def handled(*joint: str, **changes: Any) -> str:
    case = routed(*joint, **changes)
    take(case, "accept", actor=OFFICER)
    return case


def decided(promise: Any = None, **changes: Any) -> str:
    case = handled(**changes)
    take(case, "decide", OPINION | ({"promised_by": promise.isoformat()} if promise else {}), actor=OFFICER)
    return case


def served(promise: Any = None, **changes: Any) -> str:
    case = decided(promise, **changes)
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER)
    return case


def asked(why: str = "Only half of it was answered.", **changes: Any) -> str:
    case = served(**changes)
    take(case, "ask_review", {"why": why}, actor=PETITIONER)
    return case


def reviewed(**changes: Any) -> str:
    case = asked(**changes)
    take(case, "decide_review", {"findings": "The opinion stands."}, actor=REVIEWER)
    take(case, "serve_review", {"served_on": TODAY.isoformat()}, actor=REVIEWER)
    return case


def accused(**changes: Any) -> str:
    case = cast.file(purpose="accusation", **changes).case
    take(case, "forward", actor=CLERK)
    return case


def later(days: int) -> Any:
    return NOW + days * cast.DAY
