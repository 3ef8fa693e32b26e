"""Drafts and notes: sealed under a key, read by few, fetched back for a day, gone with the case."""

import pytest

from huiyin.casework import erasure, noting, working
from huiyin.casework.models import Mention, WorkingPaper
from huiyin.casework.permissions import NotYours
from huiyin.casework.working import KEPT, Unfit
from huiyin.intake.persons import watching_word
from huiyin.ledger.facts import Fact
from huiyin.vault.models import WrappedKey
from tests.casework import cast
from tests.casework.canaries import found_in, kept
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CLERK2,
    CUSTODIAN,
    DAY,
    HEAD,
    NOW,
    OFFICER,
    OFFICER2,
    OTHER_OFFICER,
    SUPERVISOR,
    SYSTEM,
)
from tests.casework.test_sealed import flush, healthy

pytestmark = pytest.mark.usefixtures("county")
WORDS = "草稿金丝雀在柜子里"
TYPED = {"f_note": [WORDS], "f_offices": ["zjj", "rsj"]}


def test_a_draft_is_its_officers_alone_and_gone_when_sent() -> None:
    case = cast.routed()
    working.keep(case, "accept", {"f_note": ["一"]}, OFFICER, NOW)
    working.keep(case, "accept", TYPED, OFFICER, NOW)
    found = working.draft(case, "accept", OFFICER)
    assert found
    assert found.values == TYPED
    assert working.draft(case, "accept", OFFICER2) is None
    assert working.draft(case, "object", OFFICER) is None
    assert [row.ref for row in working.drafts(OFFICER)] == [found.ref]
    with pytest.raises(NotYours):
        working.throw_away(found.ref, OFFICER2, NOW)
    working.sent(case, "accept", OFFICER)
    assert working.drafts(OFFICER) == []


def test_no_draft_is_kept_of_a_case_that_is_not_yours() -> None:
    with pytest.raises(NotYours):
        working.keep(cast.routed(), "accept", TYPED, OTHER_OFFICER, NOW)
    with pytest.raises(NotYours):
        working.keep_letter("", TYPED, OFFICER, NOW)
    accusing = cast.routed(office="rsj", respondents=("zjj",))
    with pytest.raises(NotYours):
        working.keep(accusing, "accept", TYPED, OFFICER, NOW)


def test_a_draft_that_is_too_large_is_refused_and_the_last_one_stays() -> None:
    case = cast.routed()
    working.keep(case, "accept", TYPED, OFFICER, NOW)
    with pytest.raises(Unfit):
        working.keep(case, "accept", {"f_note": ["字" * working.LARGEST]}, OFFICER, NOW)
    found = working.draft(case, "accept", OFFICER)
    assert found
    assert found.values == TYPED


def test_what_was_thrown_away_comes_back_and_a_newer_one_is_not_lost() -> None:
    case = cast.routed()
    old = working.keep(case, "accept", {"f_note": ["旧"]}, OFFICER, NOW)
    working.throw_away(old, OFFICER, NOW)
    assert working.draft(case, "accept", OFFICER) is None
    new = working.keep(case, "accept", {"f_note": ["新"]}, OFFICER, NOW)
    working.fetch_back(old, OFFICER, NOW)
    found = working.draft(case, "accept", OFFICER)
    assert found
    assert found.values == {"f_note": ["旧"]}
    assert [row.ref for row in working.drafts(OFFICER, gone=True)] == [new]
    with pytest.raises(NotYours):
        working.fetch_back(new, OFFICER, NOW + 2 * DAY)


def test_a_letter_has_a_key_of_its_own_until_it_is_registered() -> None:
    keys = WrappedKey.objects.count()
    ref = working.keep_letter("", TYPED, CLERK, NOW)
    assert working.keep_letter(ref, {"title": ["再写"]}, CLERK, NOW) == ref
    assert WrappedKey.objects.count() == keys + 1
    assert working.letter(ref, CLERK2) is None
    found = working.letter(ref, CLERK)
    assert found
    assert found.values == {"title": ["再写"]}
    working.registered(ref, CLERK)
    assert WrappedKey.objects.count() == keys
    assert working.letter(ref, CLERK) is None


def test_what_is_old_or_thrown_away_is_erased_with_its_key() -> None:
    case, keys = cast.routed(), WrappedKey.objects.count()
    working.keep(case, "accept", TYPED, OFFICER, NOW)
    thrown = working.keep_letter("", TYPED, CLERK, NOW)
    working.throw_away(thrown, CLERK, NOW)
    noting.write(case, "提醒一下", OFFICER, NOW)
    assert working.forget(NOW + DAY / 2) == 0
    assert working.forget(NOW + 2 * DAY) == 1
    assert WrappedKey.objects.count() == keys
    assert working.forget(NOW + KEPT + DAY) == 1
    assert [row.kind for row in WorkingPaper.objects.all()] == [working.NOTE]


def test_no_word_stands_anywhere_in_clear_nor_in_the_log_and_all_go_with_the_case() -> None:
    case, facts = cast.closed(), Fact.objects.count()
    working.keep(case, "close", TYPED, HEAD, NOW)
    noting.write(case, f"{WORDS} @officer", HEAD, NOW)
    letter = working.keep_letter("", TYPED, CLERK, NOW)
    flush()
    assert found_in(kept(), [WORDS]) == []
    healthy()
    assert Fact.objects.count() == facts
    erasure.erase(case, "petitioner", SYSTEM, NOW + 100 * DAY)
    assert [row.ref for row in WorkingPaper.objects.all()] == [letter]
    assert not Mention.objects.exists()
    assert noting.of_case(case, HEAD) == []


# --- notes --------------------------------------------------------------------------------------------


def test_a_note_is_for_its_office_and_whoever_it_calls_upon() -> None:
    case = cast.routed()
    noting.write(case, "先看现场。", OFFICER, NOW)
    asked = noting.write(case, "请窗口补一张照片 @clerk2。", OFFICER, NOW + DAY)
    assert [one.text for one in noting.of_case(case, OFFICER2)] == [
        "请窗口补一张照片 @clerk2。",
        "先看现场。",
    ]
    assert [one.ref for one in noting.of_case(case, CLERK2)] == [asked]
    for nobody in (CLERK, BUREAU_HEAD, SUPERVISOR, CUSTODIAN, OTHER_OFFICER):
        assert noting.of_case(case, nobody) == []


def test_a_mention_stands_until_it_is_seen_by_whom_it_calls() -> None:
    case = cast.routed()
    ref = noting.write(case, "@officer2 请看第二项请求", OFFICER, NOW)
    assert [(row.case_id, one) for row, one in noting.calling(["officer2"], OFFICER2)] == [(case, ref)]
    assert noting.calling(["officer"], OFFICER) == []
    with pytest.raises(NotYours):
        noting.seen(ref, ["officer"])
    noting.seen(ref, ["officer2"])
    assert noting.calling(["officer2"], OFFICER2) == []
    assert [one.calls for one in noting.of_case(case, OFFICER2)] == [()]


def test_whoever_stands_in_reads_what_another_office_asked_of_the_absent() -> None:
    case = cast.routed()
    noting.write(case, "@officer2 请看第二项请求", CLERK, NOW)
    assert noting.of_case(case, OFFICER) == []
    assert len(noting.of_case(case, OFFICER, ["officer2"])) == 1


def test_a_note_thrown_away_calls_nobody_until_it_comes_back() -> None:
    case = cast.routed()
    ref = noting.write(case, "@officer2 请看", OFFICER, NOW)
    working.throw_away(ref, OFFICER, NOW)
    assert noting.calling(["officer2"], OFFICER2) == []
    assert noting.of_case(case, OFFICER) == []
    working.fetch_back(ref, OFFICER, NOW)
    assert len(noting.calling(["officer2"], OFFICER2)) == 1


@pytest.mark.parametrize("login", ["rsj-officer", "custodian", "nobody"])
def test_whoever_may_not_read_the_case_is_not_called(login: str) -> None:
    case = cast.routed()
    with pytest.raises(Unfit, match=login):
        noting.write(case, f"@{login} 请看", OFFICER, NOW)
    assert noting.of_case(case, OFFICER) == []


@pytest.mark.parametrize(
    "text",
    ["", " \u200b ", "打13812345678找他", "列为重点人员", "他打算去北京，请村里看住他", "字" * 2001],
)
def test_a_note_is_about_the_matter(text: str) -> None:
    assert not any(word in text for word in ("重点人员", "看住")) or watching_word(text)
    with pytest.raises(Unfit):
        noting.write(cast.routed(), text, OFFICER, NOW)
    assert not WorkingPaper.objects.exists()


def test_an_address_calls_nobody() -> None:
    noting.write(cast.routed(), "发到 jianzhu@example.com", OFFICER, NOW)
    assert not Mention.objects.exists()


def test_whoever_is_complained_of_reads_no_note_and_is_not_called() -> None:
    case = cast.routed(office="rsj", respondents=("zjj",))
    noting.write(case, "请先核实。", CLERK, NOW)
    assert noting.of_case(case, OFFICER) == []
    with pytest.raises(Unfit):
        noting.write(case, "@officer 请看", CLERK, NOW)
