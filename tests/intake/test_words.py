"""Words are kept as written, compared without width and spaces, and covered where they name a person."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.intake import words


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("\t\n两行\r\n第二行\r末", "\t\n两行\n第二行\n末"),
        ("nul\x00 bell\x07 esc\x1b[31m del\x7f c1\x85\x9b", "nul bell esc[31m del c1"),
        ("safe\u202egnp.exe \u2066x\u2069", "safegnp.exe x"),
        ("👨‍👩‍👧 ❤️ １２３ ﷽ עברית", "👨‍👩‍👧 ❤️ １２３ ﷽ עברית"),
        ("half a \ud800 pair", "half a  pair"),
    ],
)
def test_clean_text(written: str, kept: str) -> None:
    assert words.clean_text(written) == kept


@given(st.text(st.characters()))
def test_clean_text_can_always_be_kept(text: str) -> None:
    clean = words.clean_text(text)
    assert words.clean_text(clean) == clean
    clean.encode()
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\n" for char in clean)
    words.kept(text).encode()


def test_imported_words_stay_as_in_the_cell() -> None:
    body = "\t\t\n\t尊敬的领导：\r\n\u3000\u3000路灯不亮\u202e _x000D_ \n"
    assert words.kept(body) == body
    assert words.shown("a_x000D_\nb\r\nc") == "a\nb\nc"


@pytest.mark.parametrize("text", ["", " \t\n\u3000", "\u200b\u200d\ufeff", "\u202e\u2069"])
def test_is_blank(text: str) -> None:
    assert words.is_blank(text)
    assert not words.is_blank(text + "。")


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([" ", "\n", "\u3000", "\t"]))
def test_comparison_ignores_white_space(text: str, space: str) -> None:
    assert words.normalise(space.join(["", "Ａ", text, ""])) == words.normalise("A" + text)


NUMBERS = [
    "13800138000",
    "138-0013-8000",
    "138 0013 8000",
    "１３８００１３８０００",
    "＋86 138 0013 8000",
    "0086-13800138000",
    "0571-88888888",
    "0571－８８８８８８８８",
    "（0571）88888888",
    "010 6655 4433",
    "0731-2233445-801",
    "11010519491231002X",
    "110105194912310021",
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105 19491231 002x",
    "110105491231002",
    "6222 0202 0001 1234 567",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_of_persons_are_covered(number: str) -> None:
    text = f"我的号码是{number}，请回复。"
    masked = words.mask_numbers(text)
    assert len(masked) == len(text)
    assert masked.startswith("我的号码是")
    assert masked.endswith("，请回复。")
    assert not any(char.isdigit() or char in "XxＸｘ" for char in masked)


@pytest.mark.parametrize("text", ["座机：88512345", "电话 2233445", "联系电话:8851-2345"])
def test_local_numbers_are_covered_after_their_word(text: str) -> None:
    assert not any(char.isdigit() for char in words.mask_numbers(text))


@pytest.mark.parametrize(
    "text",
    [
        "2019年4月25日9时32分，12栋3单元1802室",
        "补偿 88512345 元，2019-2020 年",
        "1999.99 元、50000元、12345热线、邮编 310000",
        "文号：临政办〔2018〕123号",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert words.mask_numbers(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(NUMBERS))
def test_a_number_is_covered_wherever_it_stands(text: str, number: str) -> None:
    masked = words.mask_numbers(f"{text}，{number}。")
    assert len(masked) == len(text) + len(number) + 2
    assert number not in masked
