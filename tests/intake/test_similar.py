"""Texts that are like a question come first, whatever their width, case and length."""

import time

from huiyin.intake.similar import Corpus, bigrams, match

ANSWERS = [
    ("lamps", "小区门口的路灯坏了三个月，晚上出行不安全，请尽快维修路灯。"),
    ("noise", "楼下工地夜间施工，噪音很大，影响休息。"),
    ("wages", "工地拖欠农民工工资，请帮助讨回工资。"),
]


def test_the_like_text_comes_first() -> None:
    found = match("我们这条街路灯不亮，晚上很黑", ANSWERS)
    assert found[0].key == "lamps"
    assert match("老板拖欠我们的工资不给", ANSWERS)[0].key == "wages"


def test_the_same_text_scores_one_and_strange_text_nothing() -> None:
    (best, *_) = match(ANSWERS[1][1], ANSWERS)
    assert (best.key, round(best.score, 6)) == ("noise", 1.0)
    assert match("宅基地确权登记", ANSWERS) == []
    assert match("", ANSWERS) == match("。，！", ANSWERS) == []
    assert match("anything", []) == []


def test_width_case_and_spaces_do_not_matter() -> None:
    assert bigrams("ＷｉＦｉ  太慢") == bigrams("wifi 太慢")
    assert "慢，" not in bigrams("太慢，请快")


def test_limit_and_least_hold() -> None:
    texts = [(number, f"路灯不亮{number}") for number in range(9)]
    assert len(match("路灯不亮", texts, limit=2)) == 2
    assert all(each.score >= 0.3 for each in match("路灯不亮", texts, limit=9, least=0.3))


def test_a_few_thousand_texts_are_asked_quickly() -> None:
    corpus = Corpus((number, ANSWERS[number % 3][1] * 8 + str(number)) for number in range(3_000))
    start = time.perf_counter()
    assert len(corpus.match("路灯坏了晚上很黑" * 20, limit=5)) == 5
    assert time.perf_counter() - start < 0.5
