"""Each fault of a book is found, with its file and its line."""

from pathlib import Path

import pytest

from huiyin.procedure import BookFault, faults, list_books, load_book
from huiyin.procedure.book import BOOKS

SMALL = """\
id = "small"
version = 1
title = { zh = "小册", en = "Small" }
law = { zh = "《条例》", en = "Rules" }
article = "《条例》第一条"

[[law_names]]
name = "条例"
en = "Rules"

[recusal]
article = "《条例》第二条"
message = { zh = "回避", en = "Stand aside" }

[roles]
petitioner = { zh = "信访人", en = "petitioner" }
clerk = { zh = "登记员", en = "clerk" }
officer = { zh = "承办人", en = "officer" }
head = { zh = "负责人", en = "head" }
supervisor = { zh = "督查员", en = "supervisor" }
custodian = { zh = "保管员", en = "custodian" }
system = { zh = "系统", en = "system" }
public = { zh = "公众", en = "public" }

[lists]
purposes = [{ id = "request", zh = "求决", en = "Request" }]
channels = [{ id = "letter", zh = "来信", en = "Letter" }]
categories = [{ id = "other", zh = "其他", en = "Other" }]
outcomes = [{ id = "support", zh = "支持", en = "Supported" }]
ratings = [{ id = "satisfied", zh = "满意", en = "Satisfied" }]
service_methods = [{ id = "post", zh = "邮寄", en = "Post" }]

[[state]]
id = "open"
title = { zh = "在办", en = "Open" }
petitioner_text = { zh = "正在办。", en = "Being handled." }
owner = "bureau"
clocks = ["answer"]

[[state]]
id = "done"
title = { zh = "办结", en = "Done" }
petitioner_text = { zh = "办完了。", en = "Done." }
owner = "none"
final = true

[[clock]]
id = "answer"
title = { zh = "答复", en = "Answer" }
length = 10
unit = "day"
article = "《条例》第三条"
owner = "bureau"
starts = [{ step = "register", date = "received_on" }]
breach = { zh = "超期", en = "Late" }

[[step]]
id = "register"
title = { zh = "登记", en = "Register" }
from = [""]
to = "open"
by = ["clerk@bureau"]
article = "《条例》第四条"
fact = "petition.filed.1"
sets = { bureau = ["office"] }

[[step.field]]
id = "office"
title = { zh = "单位", en = "Office" }
kind = "office"
required = true

[[step.field]]
id = "received_on"
title = { zh = "收到", en = "Received" }
kind = "date"
required = true
min = -10
max = 0

[[step]]
id = "refuse"
title = { zh = "不予受理", en = "Refuse" }
from = ["open"]
to = "done"
by = ["clerk@bureau"]
article = "《条例》第五条"
fact = "case.refused.1"
refusal = true

[[step.field]]
id = "reason"
title = { zh = "理由", en = "Reason" }
kind = "choice"
required = true
choices = [
  { id = "twice", zh = "重复", en = "Filed twice", article = "《条例》第六条" },
  { id = "below", zh = "下级正在办理", en = "In progress below", article = "《条例》第六条" },
]

[[step.guard]]
before = "answer"
article = "《条例》第六条"
message = { zh = "已过期", en = "Too late" }
"""


def line_of(text: str, needle: str) -> int:
    """Line on which `needle` first stands; a needle ending in ↵ means its first line."""
    return text[: text.index(needle)].count("\n") + 1


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(text, "utf-8")
    return path


def the_fault(tmp_path: Path, text: str) -> BookFault:
    path = written(tmp_path, text)
    with pytest.raises(BookFault) as caught:
        load_book(path)
    assert caught.value.file == str(path)
    assert str(caught.value).startswith(f"{path}:{caught.value.line}: ")
    assert caught.value.message in {f.message for f in faults(path)}
    return caught.value


def test_the_small_book_itself_is_sound(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL)
    assert faults(path) == []
    assert load_book(str(path)).name == "small@1"


REASONS = SMALL[SMALL.index("choices = [") : SMALL.index("[[step.guard]]")]
STEP = '[[step]]\nid = "refuse"'
STATE = '[[state]]\nid = "open"'
CLOCK = '[[clock]]\nid = "answer"'
GUARD = "[[step.guard]]"

# (what to change, into what, where the fault then stands, what it says)
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "unknown key at the top": (
        "version = 1",
        "version = 1\nyear = 2022",
        "year = 2022",
        "unknown key “year”",
    ),
    "unknown key of a state": (
        'owner = "none"',
        'owner = "none"\npause = true',
        "pause = true",
        "unknown key",
    ),
    "unknown key of a step": (
        'fact = "case.r',
        'nota = "n"\nfact = "case.r',
        'nota = "n"',
        "unknown key",
    ),
    "unknown key of a clock": ("length = 10", "length = 10\npause_on = []", "pause_on", "unknown key"),
    "unknown key of a field": ("min = -10", "min = -10\nhidden = true", "hidden", "unknown key"),
    "unknown key of a text": ('en = "Small" }', 'en = "Small", fr = "x" }', "title = ", "unknown key “fr”"),
    "unknown key of a guard": ('before = "answer"', 'before = "answer"\ndays = 2', "days = 2", "unknown key"),
    "no English": (
        'title = { zh = "在办", en = "Open" }',
        'title = { zh = "在办" }',
        'title = { zh = "在办"',
        "“en” is",
    ),
    "an empty text": ('zh = "在办"', 'zh = " "', 'title = { zh = " "', "“zh” is empty"),
    "no article on a step": ('article = "《条例》第五条"\n', "", STEP, "“article” is missing"),
    "no article on a clock": ('article = "《条例》第三条"\n', "", CLOCK, "“article” is missing"),
    "no article on a guard": (
        'article = "《条例》第六条"\nmessage',
        "message",
        GUARD,
        "“article” is missing",
    ),
    "no article on a reason": (
        'en = "In progress below", article = "《条例》第六条"',
        'en = "In progress below"',
        '{ id = "below"',
        "reason “below” has no article",
    ),
    "an article that is none": ('"《条例》第五条"', '"as usual"', 'article = "as usual"', "must read like"),
    "an article of an unknown law": (
        'article = "《条例》第五条"',
        'article = "《办法》第五条"',
        'article = "《办法》',
        "law “办法” is not in law_names",
    ),
    "a state nothing reaches": (
        STATE,
        '[[state]]\nid = "limbo"\ntitle = { zh = "x", en = "x" }\npetitioner_text = { zh = "x", en = "x" }\n'
        'owner = "bureau"\nclocks = ["answer"]\n\n' + STATE,
        'id = "limbo"',
        "can never be reached",
    ),
    "a state nothing leaves": (
        'owner = "none"\nfinal = true',
        'owner = "bureau"\nclocks = ["answer"]',
        'id = "done"',
        "left",
    ),
    "a state without an owner": ('owner = "bureau"\nclocks', "clocks", STATE, "“owner” is missing"),
    "a state of nobody": (
        'owner = "bureau"\nclocks',
        'owner = "none"\nclocks',
        'owner = "none"',
        "has no owner",
    ),
    "a state without a clock": ('clocks = ["answer"]\n', "", STATE, "neither a clock nor a reason"),
    "a final state with a clock": (
        "final = true",
        'final = true\nclocks = ["answer"]',
        'clocks = ["answer"]\n\n[[clock',
        "runs no clock",
    ),
    "a refusal with free reasons": (
        'kind = "choice"\nrequired = true\n' + REASONS,
        'kind = "text"\nrequired = true\n\n',
        STEP,
        "no required closed list",
    ),
    "a refusal whose reason is optional": (
        'kind = "choice"\nrequired = true',
        'kind = "choice"\nrequired = false',
        STEP,
        "no required closed list",
    ),
    "a refusal with no reason listed": (REASONS, "choices = []\n\n", "choices = []", "“choices” is empty"),
    "a reason listed twice": ('id = "below"', 'id = "twice"', '{ id = "twice", zh = "下级', "listed twice"),
    "an unknown state": ('to = "done"', 'to = "gone"', 'to = "gone"', "unknown state “gone”"),
    "an unknown state to start from": (
        'from = ["open"]',
        'from = ["opened"]',
        'from = ["opened"]',
        "unknown state",
    ),
    "an unknown clock of a state": (
        'clocks = ["answer"]',
        'clocks = ["reply"]',
        'clocks = ["reply"]',
        "unknown clock",
    ),
    "an unknown clock of a guard": ('before = "answer"', 'before = "reply"', GUARD, "unknown clock “reply”"),
    "an unknown clock of a step": (
        "refusal = true",
        'refusal = true\nclocks = ["x"]',
        'clocks = ["x"]',
        "unknown clock",
    ),
    "an unknown step of a guard": ('before = "answer"', 'needs = ["hear"]', GUARD, "unknown step “hear”"),
    "an unknown step of a clock": ('step = "register"', 'step = "file"', "starts = [", "unknown step “file”"),
    "an unknown field of a clock": (
        'date = "received_on"',
        'date = "filed_on"',
        "starts = [",
        "no field “filed_on”",
    ),
    "an unknown field kind": (
        'kind = "date"',
        'kind = "colour"',
        'kind = "colour"',
        "unknown field kind “colour”",
    ),
    "an unknown role": (
        'by = ["clerk@bureau"]',
        'by = ["boss@bureau"]',
        'by = ["boss',
        "unknown role “boss”",
    ),
    "an unknown relation": (
        'by = ["clerk@bureau"]',
        'by = ["clerk@town"]',
        'by = ["clerk@town',
        "unknown relation",
    ),
    "an officer of no office": (
        'by = ["clerk@bureau"]',
        'by = ["clerk"]',
        'by = ["clerk"]',
        "needs a relation",
    ),
    "a step for nobody": (
        'by = ["clerk@bureau"]\narticle = "《条例》第五',
        'by = []\narticle = "《条例》第五',
        "by = []",
        "nobody",
    ),
    "an unknown guard": ('before = "answer"', 'if = "answer"', GUARD, "exactly one of"),
    "two guards in one": (
        'before = "answer"',
        'before = "answer"\nafter = "answer"',
        GUARD,
        "exactly one of",
    ),
    "an unknown list": (REASONS, 'list = "reasons"\n\n', 'list = "reasons"', "“list” is “reasons”"),
    "a missing role": ('head = { zh = "负责人", en = "head" }\n', "", "[roles]", "“head” is missing"),
    "a missing list": (
        'ratings = [{ id = "satisfied", zh = "满意", en = "Satisfied" }]\n',
        "",
        "[lists]",
        "“ratings”",
    ),
    "a clock nothing starts": (
        'starts = [{ step = "register", date = "received_on" }]\n',
        "",
        CLOCK,
        "no step starts clock “answer”",
    ),
    "a clock of no days": ("length = 10", "length = 0", "length = 0", "at least 1"),
    "a clock of unknown unit": ('unit = "day"', 'unit = "week"', 'unit = "week"', "must be one of"),
    "a state defined twice": (
        'id = "done"',
        'id = "open"',
        'id = "open"\ntitle = { zh = "办结"',
        "defined twice",
    ),
    "a field defined twice": (
        'id = "received_on"',
        'id = "office"',
        'id = "office"\ntitle = { zh = "收到"',
        "twice",
    ),
    "a fact of two steps": (
        "case.refused.1",
        "petition.filed.1",
        'fact = "petition.filed.1"\nsets',
        "another step",
    ),
    "a fact without a version": ("case.refused.1", "case.refused", "case.refused", "must read like"),
    "bounds the wrong way round": ("min = -10", "min = 10", "min = 10", "greater than"),
    "a value written nowhere": ('bureau = ["office"]', 'mood = ["office"]', "sets = ", "unknown key “mood”"),
    "a value from nowhere": ('bureau = ["office"]', 'bureau = ["place"]', "sets = ", "no field “place”"),
    "a number as text": ("length = 10", 'length = "10"', 'length = "10"', "a whole number"),
    "a flag as a number": ("final = true", "final = 1", "final = 1", "true or false"),
    "an id with a space": ('id = "refuse"', 'id = "re fuse"', 'id = "re fuse"', "not an id"),
    "no TOML at all": ("length = 10", "length = ", "length = ", "is not TOML"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_it_names_the_line_of(tmp_path: Path, name: str) -> None:
    old, new, where, says = FAULTS[name]
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    fault = the_fault(tmp_path, text)
    assert says in fault.message
    assert fault.line == line_of(text, where)


def test_it_finds_every_fault_of_one_look(tmp_path: Path) -> None:
    text = SMALL.replace("length = 10", "length = 0").replace('kind = "date"', 'kind = "colour"')
    found = faults(written(tmp_path, text))
    assert [f.line for f in found] == [line_of(text, "length = 0"), line_of(text, 'kind = "colour"')]


def test_it_says_that_a_file_is_missing_or_not_text(tmp_path: Path) -> None:
    assert "cannot be read" in faults(tmp_path / "none.toml")[0].message
    path = tmp_path / "gbk.toml"
    path.write_bytes('id = "x"\ntitle = "信访"'.encode("gbk"))
    (fault,) = faults(path)
    assert (fault.line, fault.message) == (2, "is not UTF-8 text")


def test_an_extension_cannot_exceed_its_clock(tmp_path: Path) -> None:
    text = (BOOKS / "cn-xinfang-2022.toml").read_text("utf-8")
    end = text.index("max = 30", text.index('id = "grant_extension"'))
    fault = the_fault(tmp_path, text[:end] + "max = 45" + text[end + 8 :])
    assert fault.line == line_of(text, "extends = ")
    assert "may exceed 30 days" in fault.message


def test_every_shipped_book_is_sound_and_can_be_named() -> None:
    assert "cn-xinfang-2022@1" in list_books()
    for name in list_books():
        assert faults(name) == []
        assert load_book(name).name == name
    assert load_book("cn-xinfang-2022") is load_book("cn-xinfang-2022@1")


@pytest.mark.parametrize("name", ["cn-xinfang-2022@99", "elsewhere", ""])
def test_it_says_that_there_is_no_such_book(name: str) -> None:
    with pytest.raises(BookFault, match="no such book"):
        load_book(name)
    assert "no such book" in faults(name)[0].message


def test_it_cites_articles_in_both_languages() -> None:
    book = load_book("cn-xinfang-2022@1")
    article = "《信访工作条例》第三十一条第六项"
    assert book.cite(article, "zh-hans") == article
    assert book.cite(article, "en") == "Regulation on Petition Work, Art. 31(6)"
    assert book.cite("《信访工作条例》第二十三条第三款", "en") == "Regulation on Petition Work, Art. 23(3)"
    assert book.cite("《中华人民共和国宪法》第四十一条", "en") == "Constitution, Art. 41"
