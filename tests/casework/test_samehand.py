"""The keyed digest of a person: made late, sealed, compared with like matters alone, gone with its key."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from huiyin.casework import alike, erasure, projection, reading, samehand
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.casework.steps import history
from huiyin.intake.filing import Person
from huiyin.ledger.facts import Fact, MovedOn
from huiyin.procedure import Actor
from huiyin.vault.models import Sealed
from tests.casework import cast
from tests.casework.cast import CLERK, CLERK2, NOW, OFFICER, PERSON, PETITIONER, SYSTEM, filing
from tests.casework.test_alike import AGAIN, LID, ROAD, WATER

pytestmark = pytest.mark.usefixtures("county")
HAND = Person("封不觉", "138 1234 5678")


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    alike.forget()
    yield
    alike.forget()


def brought(
    body: str, person: Person | None = HAND, actor: Actor = CLERK, **changes: object
) -> tuple[str, str]:
    """(the new case, the matter that the same person brought before)."""
    what = {"title": body[:12], "body": body, **changes}
    made = cast.file(person=person, actor=actor, **what)
    known = samehand.compare(made.case, filing(**what), person, actor, NOW)
    return made.case, samehand.earlier(made.case, actor) if known else ""


def compared(case: str) -> list[bool]:
    return [fact.values["known"] for fact in history(case) if fact.kind == samehand.COMPARED]


def test_the_same_person_with_like_words_is_known_again() -> None:
    first, nothing = brought(WATER)
    again, known = brought(AGAIN, Person("封 不觉", "１３８-1234-5678"))
    assert (nothing, known) == ("", first)
    assert (compared(first), compared(again)) == ([False], [True])


def test_the_same_person_with_a_short_matter_is_known_again() -> None:
    first, _ = brought(LID)
    assert brought(LID.replace("污水", "雨水"))[1] == first


@pytest.mark.parametrize(
    ("body", "person"),
    [
        (ROAD, HAND),
        (AGAIN, Person("甄别人", "13812345678")),
        (AGAIN, Person("封不觉", "13900000000")),
        (AGAIN, Person("封不觉")),
        (AGAIN, None),
    ],
    ids=["another matter", "another name", "another telephone", "less said", "nobody"],
)
def test_another_matter_or_another_person_is_not(body: str, person: Person | None) -> None:
    brought(WATER)
    assert brought(body, person)[1] == ""


@pytest.mark.parametrize("person", [Person("王伟"), Person("王伟", "无"), Person("", "13812345678")])
def test_a_name_or_a_telephone_alone_is_nobody(person: Person) -> None:
    first, _ = brought(WATER, person)
    again, known = brought(AGAIN, person)
    assert (known, compared(first), compared(again)) == ("", [], [])


def test_an_identity_number_is_enough() -> None:
    first, _ = brought(WATER, replace(PERSON, phone=""))
    assert brought(AGAIN, Person("另写的名字", id_number=PERSON.id_number.lower()))[1] == first


@pytest.mark.parametrize("changes", [{"keep_name": True}, {"purpose": "accusation"}])
def test_who_keeps_the_name_or_accuses_is_never_compared(changes: dict[str, object]) -> None:
    sealed, known = brought(WATER, **changes)
    assert (known, compared(sealed)) == ("", [])
    assert brought(AGAIN)[1] == ""
    assert brought(AGAIN.replace("天天", "夜夜"), **changes)[1] == ""


def test_only_whoever_registered_and_only_once() -> None:
    brought(WATER)
    case, _ = brought(AGAIN)
    assert not samehand.compare(case, filing(title=AGAIN[:12], body=AGAIN), HAND, CLERK, NOW)
    assert samehand.earlier(case, CLERK2) == ""
    made = cast.file(body=ROAD)
    assert not samehand.compare(made.case, filing(body=ROAD), HAND, CLERK2, NOW)
    assert compared(made.case) == []


def test_a_matter_that_is_closed_to_the_clerk_is_never_named() -> None:
    brought(WATER, actor=CLERK2, respondents=("xfj",))
    assert brought(AGAIN)[1] == ""


def test_the_digest_is_sealed_and_in_no_clear_part() -> None:
    case, _ = brought(WATER)
    [row] = Sealed.objects.filter(kind=samehand.KIND)
    [mark] = list(samehand._marks(HAND))
    assert mark not in bytes(row.blob)
    for fact in Fact.objects.filter(case_id=case):
        assert mark not in bytes(fact.sealed)
        assert mark.hex() not in fact.clear
    [told] = [m for m in reading.timeline(case, PETITIONER, "zh-hans") if m.kind == samehand.COMPARED]
    assert (told.texts, told.papers, told.office) == ({}, (), "临江县信访局")


def test_it_dies_with_the_key_of_its_case() -> None:
    case, _ = brought(WATER)
    erased(case)
    assert not Sealed.objects.filter(kind=samehand.KIND).exists()
    alike.forget()
    assert brought(AGAIN)[1] == ""


@pytest.mark.parametrize("which", [0, 1], ids=["the earlier", "the new one"])
def test_which_matter_it_was_is_found_no_more_once_either_is_erased(which: int) -> None:
    first, _ = brought(WATER)
    again, known = brought(AGAIN)
    assert known == first
    erased((first, again)[which])
    assert samehand.earlier(again, CLERK) == ""


def erased(case: str) -> None:
    cast.take(case, "withdraw", {}, actor=PETITIONER)
    erasure.erase(case, "petitioner", SYSTEM, NOW)


def test_the_clerk_links_and_the_tables_come_again_from_facts() -> None:
    first, _ = brought(WATER)
    again, known = brought(AGAIN)
    due = CaseRow.objects.get(case_id=again).due
    samehand.link(again, known, CLERK, NOW)
    row = CaseRow.objects.get(case_id=again)
    assert (row.repeat_of, row.due) == (first, due)
    assert list(projection.rebuild(check=True)) == []
    assert "重复信访" in reading.timeline(again, PETITIONER, "zh-hans")[-1].title.get("zh")
    with pytest.raises(MovedOn):
        samehand.link(again, known, CLERK, NOW)


def test_a_chain_is_linked_to_its_first_matter() -> None:
    first, _ = brought(WATER)
    second, known = brought(AGAIN)
    samehand.link(second, known, CLERK, NOW)
    third, _ = brought(AGAIN.replace("天天", "夜夜"))
    samehand.link(third, second, CLERK, NOW)
    assert CaseRow.objects.get(case_id=third).repeat_of == first
    with pytest.raises(MovedOn):
        samehand.link(first, third, CLERK, NOW)


def test_nobody_else_links_and_nothing_sealed_is_linked_to() -> None:
    first, _ = brought(WATER)
    again, _ = brought(AGAIN)
    sealed = cast.file(keep_name=True, body=ROAD).case
    for actor, earlier in ((OFFICER, first), (CLERK, sealed), (CLERK, again)):
        with pytest.raises(NotYours):
            samehand.link(again, earlier, actor, NOW)
    assert CaseRow.objects.get(case_id=again).repeat_of == ""
