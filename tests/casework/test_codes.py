"""The petitioner's code: guesses are slow, a lost one takes two officers, the old one is dead."""

from datetime import timedelta

import pytest

from huiyin.casework import codes, reading
from huiyin.casework.codes import IN_TOTAL, PER_NETWORK, SecondOfficer, TooManyGuesses
from huiyin.casework.models import CodeRow, Guess
from huiyin.casework.permissions import NotYours
from huiyin.intake.codes import new_code, parse
from huiyin.ledger.facts import Fact, MovedOn, facts_of
from huiyin.procedure import Actor
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CLERK2,
    CUSTODIAN,
    HEAD,
    NOW,
    OFFICER,
    PETITIONER,
    SUPERVISOR,
    file,
    handled,
)

pytestmark = pytest.mark.usefixtures("county")
HOME, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"
HOUR = timedelta(hours=1)


def guess(network: str = HOME, now: object = NOW) -> None:
    assert codes.case_of(new_code(), network, now) is None  # type: ignore[arg-type]


def test_a_code_opens_its_case_however_it_is_typed() -> None:
    made = file()
    full_width = made.code.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    for typed in (made.code, made.code.replace(" ", ""), made.code.replace(" ", "-"), full_width):
        assert codes.case_of(typed, HOME, NOW) == made.case
    assert Guess.objects.count() == 0


def test_the_code_is_nowhere_but_on_the_slip() -> None:
    made = file()
    digits = parse(made.code)
    assert digits
    stored = [bytes(row.mac) for row in CodeRow.objects.all()]
    assert len(stored) == 1
    assert len(stored[0]) == 32
    for fact in facts_of(made.case):
        assert digits not in fact.clear + fact.public_content
        assert digits.encode() not in bytes(fact.sealed)


@pytest.mark.parametrize("typed", ["", "1234", "一二三四", "1" * 200, "0000 0000 0000 0000", "x" * 16])
def test_nonsense_is_a_wrong_guess_like_any_other(typed: str) -> None:
    assert codes.case_of(typed, HOME, NOW) is None
    assert sum(row.count for row in Guess.objects.all()) == 1


def test_a_network_has_ten_wrong_guesses_an_hour() -> None:
    made = file()
    for _ in range(PER_NETWORK):
        guess()
    with pytest.raises(TooManyGuesses) as refused:
        codes.case_of(made.code, HOME, NOW)  # even the right one: no oracle
    assert 0 < refused.value.retry_after <= 3601
    assert codes.case_of(made.code, ELSEWHERE, NOW) == made.case
    assert codes.case_of(made.code, HOME, NOW + HOUR) == made.case


def test_all_networks_together_have_a_limit_too() -> None:
    made = file()
    for number in range(5):
        guess(f"203.0.113.{number}/24")
    row = Guess.objects.filter(count=1).first()
    assert row is not None
    Guess.objects.filter(pk=row.pk).update(count=IN_TOTAL - 5)
    guess(ELSEWHERE)
    with pytest.raises(TooManyGuesses):
        codes.case_of(made.code, "2001:db8::/64", NOW)


def test_what_is_kept_of_a_guesser_says_nothing_and_goes_after_a_day() -> None:
    guess()
    (row,) = Guess.objects.all()
    assert len(bytes(row.network)) == 32
    assert HOME.encode() not in bytes(row.network)
    guess(ELSEWHERE, NOW + 26 * HOUR)
    assert [found.hour.day for found in Guess.objects.all()] == [3]


def test_guesses_leave_no_fact() -> None:
    guess()
    assert Fact.objects.count() == 0


# --- lost codes ---------------------------------------------------------------------------------------


def test_a_lost_code_takes_two_officers_and_the_old_one_is_dead() -> None:
    made = file()
    request = codes.request_code(made.case, CLERK, NOW)
    with pytest.raises(SecondOfficer):
        codes.approve_code(request, CLERK, NOW)
    assert codes.case_of(made.code, HOME, NOW) == made.case  # nothing changed yet
    case, new = codes.approve_code(request, CLERK2, NOW)
    assert (case, new == made.code) == (made.case, False)
    assert codes.case_of(new, HOME, NOW) == made.case
    assert codes.case_of(made.code, HOME, NOW) is None
    with pytest.raises((NotYours, MovedOn)):
        codes.approve_code(request, BUREAU_HEAD, NOW)  # a request is granted once
    kinds = [moment.kind for moment in reading.timeline(made.case, PETITIONER, "zh-hans")]
    assert kinds[1:] == ["code.requested.1", "code.replaced.1"]


def test_a_visit_that_began_with_the_old_code_ends_with_it() -> None:
    made = file()
    mark = codes.visit_mark(made.case)
    assert codes.is_live(made.case, mark)
    codes.approve_code(codes.request_code(made.case, CLERK, NOW), CLERK2, NOW)
    assert not codes.is_live(made.case, mark)
    assert codes.is_live(made.case, codes.visit_mark(made.case))
    assert not codes.is_live("aaaaaaaaaaaaaaaa", "")


@pytest.mark.parametrize("actor", [OFFICER, HEAD, SUPERVISOR, CUSTODIAN, PETITIONER], ids=lambda a: a.role)
def test_only_the_counter_asks_for_a_new_code_and_grants_it(actor: Actor) -> None:
    case = handled()
    with pytest.raises(NotYours):
        codes.request_code(case, actor, NOW)
    request = codes.request_code(case, CLERK, NOW)
    with pytest.raises(NotYours):
        codes.approve_code(request, actor, NOW)
    assert len(codes.pending_codes(CLERK2)) == 1
    assert not [row for row in codes.pending_codes(actor) if actor.office != "xfj"]


def test_there_is_no_request_that_does_not_exist() -> None:
    with pytest.raises(NotYours):
        codes.approve_code(999, CLERK, NOW)
