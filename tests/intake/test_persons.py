"""Words of control over persons in what an officer writes, and the innocent words that look like them."""

import tomllib
from pathlib import Path

import pytest

from huiyin.intake import persons
from huiyin.intake.persons import watching_word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("信访老户李某打算去反映", "信访老户"),
        ("李某要去北京上访", "京上访"),
        ("24小时看住他", "看住"),
        ("他打算去北京，请村里看住他", "看住"),
        ("安排专人盯守当事人张三", "盯守"),
        ("列入上访老户名册", "上访老户"),
        ("这家是老上访，不必再理", "老上访"),
        ("由两名干部人盯人", "人盯人"),
        ("请家属看管当事人", "看管当事人"),
        ("路口设卡拦访", "拦访"),
        ("防止到省上访", "省上访"),
        ("签订息访协议", "息访"),
        ("确保零上访", "零上访"),
        ("特定利益群体", "特定利益群体"),
        ("2 4 小 时 看\n住 他", "看住"),
        ("查看住宅后看住他", "看住"),
        ("稳控到位", "稳控"),
    ],
)
def test_a_word_of_control_is_found(text: str, word: str) -> None:
    assert watching_word(text) == word


@pytest.mark.parametrize(
    "text",
    [
        "到现场查看住户楼顶漏水情况，三日内修好。",
        "请房管所去看住房漏水，再查看住建局的验收记录。",
        "看住院费用清单，核对报销比例。",
        "工地材料请施工单位安排专人看管，看管他人财物要有登记。",
        "公示信息访问不了，请修好网站。",
        "走访老户，听取对改水的意见。",
        "发布控制扬尘的要求，公布控制性规划。",
        "向北京的专家送样检测，七日内答复。",
        "运维稳定后拆除临时线路，列入失信黑名单的企业不得投标。",
        "汛期安排专人值守泵站，二十四小时巡查。",
        "群众来访时由领导接待，答复办理期限。",
    ],
)
def test_an_innocent_sentence_passes(text: str) -> None:
    assert watching_word(text) == ""


def test_every_innocent_word_is_there_because_of_a_word_of_control() -> None:
    data = tomllib.loads(Path(persons.__file__).with_name("headers.toml").read_text("utf-8"))["watching"]
    for innocent in data["chance"]:
        assert any(word in innocent for word in data["prose"]), innocent
    for words in (data["contains"], data["prose"], data["chance"]):
        assert len(words) == len(set(words))
