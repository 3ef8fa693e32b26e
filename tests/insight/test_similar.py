"""The hint before sending: released texts, and nothing else whatever sealed sentence is asked for."""

from collections.abc import Callable

import pytest
from django.test import Client

from huiyin.casework import erasure, releases
from huiyin.casework.models import Release
from huiyin.insight import similar
from huiyin.insight.similar import similar_public
from tests.casework import cast
from tests.casework.cast import DAY, FILING, HEAD, NOW, OPINION, PERSON, SYSTEM, take

pytestmark = pytest.mark.usefixtures("county")
PUBLIC = (
    "供暖温度不达标怎么投诉",
    "小区供暖温度长期不到十八度，多次报修无人上门。",
    "供热企业应当退还部分热费。",
)
SEALED = (
    "天然气改造收了钱三年没有通气，施工队跑了没人管。",
    "村里的水渠被砂石厂堵死，两百亩水稻全部旱死。",
    "学校强制订购校外午餐，孩子吃了拉肚子住院。",
)


def sentences() -> list[str]:
    """Everything that is sealed in these cases: bodies, requests, titles, answers, names, addresses."""
    filed = [FILING.title, *FILING.requests, FILING.place_detail]
    answered = [OPINION[name] for name in ("facts", "reasons", "handling", "basis")]
    return [*SEALED, *filed, *answered, PERSON.name, PERSON.address, "他说瓷砖砸到了车。"]


def asked(probe: Callable[[str], list[Release]]) -> list[str]:
    """Sealed sentences, whole and in part, that bring any answer."""
    return [
        text
        for text in sentences()
        for part in (text, text[: len(text) // 2], text + "你们到底管不管？")
        if probe(part)
    ]


def letters() -> str:
    for body in SEALED:
        cast.file(body=body, title=body[:12], requests=(body[12:],))
    return cast.served()


def test_a_sealed_sentence_brings_nothing() -> None:
    case = letters()
    assert asked(similar_public) == []
    other = cast.served(body="供暖的信：家里只有十二度，老人冻病了。", title="供暖")
    releases.release(other, HEAD, *PUBLIC, NOW)
    assert asked(similar_public) == []
    assert [found.title for found in similar_public("供暖温度不达标，报修没人上门")] == [PUBLIC[0]]
    assert case


def test_a_hint_fed_by_sealed_letters_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The breach: somebody lets the hint read the letters themselves."""
    letters()
    leaked = [Release(fact_id=n, title=body[:12], question=body, answer="") for n, body in enumerate(SEALED)]
    monkeypatch.setattr(similar, "public_answers", lambda: leaked)
    assert asked(similar_public)


def test_the_words_of_the_released_case_itself_stay_sealed() -> None:
    """Only the redacted text was released; the letter it came from still brings nothing."""
    body = "二单元王家地下室私搭锅炉，晚上冒黑烟，熏得人睡不着觉。"
    case = cast.served(body=body, title=body[:10])
    releases.release(case, HEAD, *PUBLIC, NOW)
    assert similar_public(body) == []


def test_what_is_taken_back_or_erased_is_found_no_more() -> None:
    case = cast.served()
    release = releases.release(case, HEAD, *PUBLIC, NOW)
    assert similar_public(PUBLIC[1])
    releases.unrelease(release, HEAD, NOW)
    assert similar_public(PUBLIC[1]) == []
    releases.release(case, HEAD, *PUBLIC, NOW)
    take(case, "report_execution", {"done_on": NOW.date().isoformat(), "proof": "验收单"})
    take(case, "close", now=NOW + 40 * DAY)
    erasure.erase(case, "retention", SYSTEM, NOW + 40 * DAY)
    assert similar_public(PUBLIC[1]) == []


def test_the_likest_come_first_and_few() -> None:
    texts = [
        "供暖温度不够，家里冷。",
        "供暖温度不够，家里很冷，报修无人上门。",
        "公交车太少。",
        "供暖收费太高。",
        "供暖晚了十天。",
    ]
    for number, text in enumerate(texts):
        case = cast.served(body=f"第{number}封：{text}")
        releases.release(case, HEAD, text[:6], text, "答复", NOW)
    found = similar_public("供暖温度不够，家里很冷，报修无人上门。")
    assert [one.question for one in found] == [texts[1], texts[0]]  # only what is really alike
    assert similar_public("供暖温度不够，家里很冷", limit=1)[0].question in texts[:2]
    assert similar_public("") == []


def test_the_filing_page_shows_released_texts_only() -> None:
    letters()
    releases.release(cast.served(body="供暖的信：家里只有十二度。"), HEAD, *PUBLIC, NOW)
    typed = {
        "at": "2",
        "do": "next",
        "token": "t" * 22,
        "title": "x",
        "request": ["请修好"],
        "purpose": "request",
        "about": "no",
    }
    for body, hint in ((SEALED[0], False), (PUBLIC[1], True)):
        said = Client().post("/file/", {**typed, "body": body}).content.decode()
        assert (PUBLIC[0] in said) is hint
        for sealed in (*SEALED[1:], FILING.title, OPINION["handling"]):
            assert sealed not in said
