"""Who sees a name, why, and the trace it leaves; a name that was kept needs a custodian."""

import pytest
from django.db import connection

from huiyin.casework import openings, reading, steps
from huiyin.casework.models import IdentityRequest
from huiyin.casework.openings import BadPurpose, NeedsCustodian, NotDecided
from huiyin.casework.permissions import NotYours
from huiyin.ledger.facts import facts_of
from huiyin.ledger.models import Entry
from huiyin.procedure import Actor
from huiyin.vault import sealed as vault_sealed
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CUSTODIAN,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    OFFICER2,
    OTHER_HEAD,
    OTHER_OFFICER,
    PERSON,
    PETITIONER,
    STAFF,
    SUPERVISOR,
    SYSTEM,
    file,
    handled,
    routed,
)

pytestmark = pytest.mark.usefixtures("county")


def kinds(case: str) -> list[str]:
    return [fact.kind for fact in facts_of(case)]


def shown_to_petitioner(case: str) -> list[reading.Moment]:
    moments = reading.timeline(case, PETITIONER, "zh-hans")
    return [moment for moment in moments if moment.kind == "identity.opened.1"]


def test_an_opening_gives_the_person_and_leaves_its_trace() -> None:
    case = handled()
    assert openings.open_identity(case, OFFICER, "contact", NOW) == PERSON
    (moment,) = shown_to_petitioner(case)
    assert (moment.office, moment.post, moment.at) == ("临江县住房和城乡建设局", "岗位3 沈砚清", NOW)
    assert moment.values["purpose"] == "contact"
    assert "查看了身份信息" in moment.title.zh
    assert moment.index is not None  # in the log, not only in a table
    (told,) = openings.openings(steps.history(case))
    assert told == {"officer": "officer", "office": "zjj", "at": NOW, "purpose": "contact"}


def test_once_for_an_officer_a_case_and_a_day() -> None:
    case = handled()
    for now in (NOW, NOW, NOW.replace(hour=23, minute=59)):
        openings.open_identity(case, OFFICER, "contact", now)
    assert kinds(case).count("identity.opened.1") == 1
    openings.open_identity(case, OFFICER2, "contact", NOW)
    assert kinds(case).count("identity.opened.1") == 2
    # The day is Shanghai's: five to midnight and five past are two days.
    openings.open_identity(case, OFFICER, "serve", NOW.replace(hour=0, minute=5) + DAY)
    assert kinds(case).count("identity.opened.1") == 3
    other = handled(body="另一件事：楼下烧烤店油烟扰民。")
    openings.open_identity(other, OFFICER, "contact", NOW)
    assert kinds(other).count("identity.opened.1") == 1


def test_it_is_committed_and_logged_before_anything_is_decrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    case = handled()
    seen: list[list[str]] = []

    def broken(ref: str, key: object) -> bytes:
        assert not connection.in_atomic_block
        seen.append(kinds(case))
        assert Entry.objects.filter(fact_id=facts_of(case)[-1].id).exists()
        raise OSError("the store of papers does not answer")

    monkeypatch.setattr(vault_sealed, "get", broken)
    with pytest.raises(OSError, match="does not answer"):
        openings.open_identity(case, OFFICER, "contact", NOW)
    assert seen[0][-1] == "identity.opened.1"
    assert kinds(case)[-1] == "identity.opened.1"
    assert len(shown_to_petitioner(case)) == 1


def test_reading_again_the_same_day_opens_nothing_new_and_another_day_nothing_at_all() -> None:
    case = handled()
    assert openings.already_open(case, OFFICER, NOW) is None
    openings.open_identity(case, OFFICER, "contact", NOW)
    assert openings.already_open(case, OFFICER, NOW) == PERSON
    assert openings.already_open(case, OFFICER2, NOW) is None
    assert openings.already_open(case, OFFICER, NOW + DAY) is None
    assert kinds(case).count("identity.opened.1") == 1


@pytest.mark.parametrize("purpose", ["", "curiosity", "Contact", "contact "])
def test_the_purpose_is_one_of_a_closed_list(purpose: str) -> None:
    case = handled()
    for ask in (openings.open_identity, openings.request_identity):
        with pytest.raises(BadPurpose):
            ask(case, OFFICER, purpose, NOW)
    assert len(facts_of(case)) == 3


def test_who_has_no_relation_opens_nothing() -> None:
    case = handled()
    for actor in (
        OTHER_OFFICER,
        OTHER_HEAD,
        CUSTODIAN,
        PETITIONER,
        SYSTEM,
        Actor("officer"),
        Actor("public"),
    ):
        with pytest.raises(NotYours):
            openings.open_identity(case, actor, "contact", NOW)
        with pytest.raises(NotYours):
            openings.already_open(case, actor, NOW)
    with pytest.raises(NotYours):
        openings.open_identity("aaaaaaaaaaaaaaaa", OFFICER, "contact", NOW)
    assert len(facts_of(case)) == 3


def test_an_anonymous_filing_has_nobody_to_open() -> None:
    case = file(person=None).case
    assert openings.open_identity(case, CLERK, "contact", NOW) is None


# --- a name that was kept from the handling office ----------------------------------------------------


def hidden() -> str:
    return routed(keep_name=True)


def ask(case: str, actor: Actor = OFFICER) -> int:
    return openings.request_identity(case, actor, "contact", NOW)


@pytest.mark.parametrize("actor", [OFFICER, HEAD], ids=lambda actor: actor.role)
def test_the_handling_office_needs_the_custodian(actor: Actor) -> None:
    case = hidden()
    with pytest.raises(NeedsCustodian):
        openings.open_identity(case, actor, "contact", NOW)
    request = ask(case, actor)
    with pytest.raises(NeedsCustodian):
        openings.open_identity(case, actor, "contact", NOW)  # asked is not approved
    openings.decide_request(request, "approved", "确需入户查看", CUSTODIAN, NOW)
    assert openings.open_identity(case, actor, "contact", NOW) == PERSON
    assert kinds(case)[2:] == ["identity.requested.1", "identity.approved.1", "identity.opened.1"]


def test_one_approval_is_one_opening() -> None:
    case = hidden()
    openings.decide_request(ask(case), "approved", "", CUSTODIAN, NOW)
    openings.open_identity(case, OFFICER, "contact", NOW)
    with pytest.raises(NeedsCustodian):
        openings.open_identity(case, OFFICER, "contact", NOW + DAY)
    openings.decide_request(ask(case), "approved", "", CUSTODIAN, NOW + DAY)
    assert openings.open_identity(case, OFFICER, "contact", NOW + DAY) == PERSON
    assert kinds(case).count("identity.opened.1") == 2


def test_an_approval_is_for_the_officer_who_asked() -> None:
    case = hidden()
    openings.decide_request(ask(case), "approved", "", CUSTODIAN, NOW)
    for actor in (OFFICER2, HEAD):
        with pytest.raises(NeedsCustodian):
            openings.open_identity(case, actor, "contact", NOW)


def test_a_declined_request_opens_nothing_and_is_decided_once() -> None:
    case = hidden()
    request = ask(case)
    openings.decide_request(request, "declined", "没有必要", CUSTODIAN, NOW)
    with pytest.raises(NeedsCustodian):
        openings.open_identity(case, OFFICER, "contact", NOW)
    with pytest.raises(NotDecided):
        openings.decide_request(request, "approved", "", CUSTODIAN, NOW)
    assert IdentityRequest.objects.get(fact_id=request).decision == "declined"
    assert not openings.pending_requests(CUSTODIAN)


def test_the_bureau_that_registered_the_name_need_not_ask() -> None:
    case = hidden()
    for actor in (CLERK, BUREAU_HEAD, SUPERVISOR):
        assert openings.open_identity(case, actor, "serve", NOW) == PERSON
    assert len(shown_to_petitioner(case)) == 3


def test_only_a_custodian_decides() -> None:
    case = hidden()
    request = ask(case)
    for actor in (*(actor for actor in STAFF if actor != CUSTODIAN), PETITIONER, SYSTEM):
        with pytest.raises(NotYours):
            openings.decide_request(request, "approved", "", actor, NOW)
        with pytest.raises(NotYours):
            openings.pending_requests(actor)
    assert [row.fact_id for row in openings.pending_requests(CUSTODIAN)] == [request]


def test_the_custodian_handles_no_case_and_reads_no_word() -> None:
    case = hidden()
    ask(case)
    for read in (
        lambda: reading.find(case, CUSTODIAN),
        lambda: reading.words(case, CUSTODIAN),
        lambda: reading.timeline(case, CUSTODIAN, "zh-hans"),
        lambda: reading.answer(case, CUSTODIAN),
        lambda: reading.paper(case, "x", CUSTODIAN),
        lambda: reading.inbox(CUSTODIAN, NOW),
        lambda: reading.overdue_by_office(CUSTODIAN, NOW, most=10),
        lambda: openings.open_identity(case, CUSTODIAN, "contact", NOW),
        lambda: openings.request_identity(case, CUSTODIAN, "contact", NOW),
    ):
        with pytest.raises(NotYours):
            read()
    row = reading.row_of(case)
    assert reading.titles([row], CUSTODIAN) == {}
    assert steps.open_steps(case, CUSTODIAN, NOW) == ()


def test_every_decision_stands_on_the_petitioners_timeline() -> None:
    case = hidden()
    for decision in ("declined", "approved"):
        openings.decide_request(ask(case), decision, f"理由{decision}", CUSTODIAN, NOW)
    openings.open_identity(case, OFFICER, "contact", NOW)
    moments = reading.timeline(case, PETITIONER, "zh-hans")[2:]
    assert [(moment.kind, moment.post) for moment in moments] == [
        ("identity.requested.1", "岗位3 沈砚清"),
        ("identity.declined.1", "岗位9 钟离安"),
        ("identity.requested.1", "岗位3 沈砚清"),
        ("identity.approved.1", "岗位9 钟离安"),
        ("identity.opened.1", "岗位3 沈砚清"),
    ]
    assert moments[1].texts == {"reason": "理由declined"}


# --- numbers in the words themselves ------------------------------------------------------------------


def test_numbers_in_the_words_are_masked_for_staff_and_whole_for_the_petitioner() -> None:
    body = "我的电话是13812345678，身份证11010519491231002X，请派人来看三号楼外墙。"
    case = routed(body=body, title="电话13812345678", requests=("打我电话１３８１２３４５６７８", "修好"))
    row = reading.find(case, OFFICER)
    for actor in (OFFICER, CLERK, SUPERVISOR):
        words = reading.words(case, actor)
        said = words.title + words.body + "".join(words.requests) + reading.titles([row], actor)[case]
        assert "1381234" not in said
        assert "１３８１" not in said
        assert "110105" not in said
        assert "***********" in said
    assert reading.words(case, PETITIONER).body == body
