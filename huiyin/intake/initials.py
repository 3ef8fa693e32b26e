"""First letters of the pinyin of Chinese words, by which a clerk jumps in a list.

GB/T 2312-1980 orders its 3,755 commoner characters by pinyin, so a character's place tells its first letter.
Rarer ones may be any letter (`ANY`). One reading for each character.
"""

import bisect
import unicodedata

# First place (as GBK bytes) of each letter; no syllable begins with i, u or v.
_FIRST = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"), (0xB8C1, "g"),
    (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"), (0xC4C3, "n"), (0xC5B6, "o"),
    (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"), (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"),
    (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
_PLACES = [place for place, _letter in _FIRST]
_LAST = 0xD7F9
ANY = "?"


def initials(text: str) -> str:
    """The first letters of `text`: 城乡建设 is "cxjs", 沐江镇 "?jz". Latin letters and digits stay."""
    return "".join(_initial(char) for char in unicodedata.normalize("NFKC", text))


def _initial(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    if not unicodedata.name(char, "").startswith("CJK UNIFIED"):
        return ""
    try:
        place = int.from_bytes(char.encode("gb2312"))
    except UnicodeEncodeError:
        return ANY
    return _FIRST[bisect.bisect_right(_PLACES, place) - 1][1] if _PLACES[0] <= place <= _LAST else ANY
