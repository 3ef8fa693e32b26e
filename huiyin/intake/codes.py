"""The petitioner's code: 15 random digits and a check digit by ISO/IEC 7064 MOD 11,10, in four groups."""

import re
import secrets
import unicodedata
from collections.abc import Callable

RANDOM_DIGITS = 15
_BETWEEN = re.compile(r"[\s\-_.·‐‑‒–—−]+")
_LONGEST_INPUT = 64


def new_code(below: Callable[[int], int] = secrets.randbelow) -> str:
    """A fresh code of 16 digits, ungrouped; `below(n)` draws a number under n."""
    return with_check_digit(f"{below(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}")


def with_check_digit(digits: str) -> str:
    """`digits` and its check digit; every single wrong digit shows, and nearly every swap of neighbours."""
    return digits + str((11 - _product(digits)) % 10)


def parse(text: str) -> str | None:
    """The 16 digits of a code as a person typed it, or None when it cannot be one.

    Full-width digits, spaces, dots and any dash between the groups are understood.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"[0-9]{16}", digits):
        return None
    return digits if with_check_digit(digits[:-1]) == digits else None


def grouped(code: str) -> str:
    """`1234 5678 9012 3456`, as it is printed and shown once."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _product(digits: str) -> int:
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return product
