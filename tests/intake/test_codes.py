"""The petitioner's code: every slip of a finger shows before anything is looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.intake.codes import grouped, new_code, parse, with_check_digit

digits = st.text("0123456789", min_size=15, max_size=15)


def test_the_check_digit_of_the_standard() -> None:
    assert with_check_digit("0794") == "07945", "the example of ISO/IEC 7064 for MOD 11,10"


def test_codes_are_random_and_valid() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 16 and parse(code) == code for code in codes)
    assert new_code(lambda _below: 7) == with_check_digit("000000000000007")


@given(digits, st.integers(0, 15), st.integers(1, 9))
def test_every_wrong_digit_shows(random: str, place: int, shift: int) -> None:
    code = with_check_digit(random)
    wrong = str((int(code[place]) + shift) % 10)
    assert parse(code[:place] + wrong + code[place + 1 :]) is None


@given(digits)
def test_it_is_read_however_it_was_copied(random: str) -> None:
    code = with_check_digit(random)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    for typed in (grouped(code), wide, grouped(wide), "-".join(grouped(code).split()), f" {grouped(code)}\n"):
        assert parse(typed) == code
    assert grouped(code).split() == [code[0:4], code[4:8], code[8:12], code[12:16]]


@pytest.mark.parametrize(
    "text", ["", "1234", "a" * 16, "1" * 17, "1" * 100_000, "٠" * 16, "1234 5678 9012 345X"]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert parse(text) is None
