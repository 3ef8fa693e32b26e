"""First letters of pinyin, by the order of the national character set."""

import pytest

from huiyin.intake.initials import initials


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("城乡建设", "cxjs"),
        ("农业农村", "nync"),
        ("求决", "qj"),
        ("检举控告", "jjkg"),
        ("阿芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝座", "abcdefghjklmnopqrstwxyzz"),
        ("沐江镇", "?jz"),  # 沐 is one of the rarer characters, which are ordered by strokes
        ("Ｗi-Fi 5号", "wifi5h"),
        ("", ""),
        ("，。😀𠀀", "?"),
    ],
)
def test_a_word_is_known_by_its_first_letters(text: str, letters: str) -> None:
    assert initials(text) == letters
