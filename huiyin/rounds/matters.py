"""A routine is about matters and offices: what would list or watch persons is refused, and says so.

Design rule 1 and 6. Names of officers stand in fields of their own; of anybody else nothing is asked, and a
telephone or identity number, or a word of control, is sent back to be taken out.
"""

from huiyin.intake.persons import watching_word
from huiyin.intake.words import is_blank, mask_numbers, one_line
from huiyin.procedure import Text
from huiyin.rounds.routine import Refused

LONGEST = 2000
NUMBERS = Text(
    "这里只写事，不写人：请去掉电话号码、身份证号等号码。",
    "This is about the matter, not about people: take out telephone and identity numbers.",
)
WATCHING = Text(
    "这里只写事和单位要做的工作，不写对人的管控：请去掉“{}”一类的内容。",
    "This is about the matter and what the office does, never about watching people: take out “{}”.",
)
MISSING = Text("请填写。", "Please fill this in.")
TOO_LONG = Text(f"最多{LONGEST}字。", f"At most {LONGEST} characters.")


def refuse_persons(field: str, text: str) -> None:
    """`Refused` where the words give somebody's number, or speak of watching people."""
    if mask_numbers(text) != text:
        raise Refused(NUMBERS, field)
    if found := watching_word(text):
        raise Refused(Text(WATCHING.zh.format(found), WATCHING.en.format(found)), field)


def words(field: str, text: str, *, needed: bool = True, line: bool = False) -> str:
    """The words of a field, fit to be kept; `Refused` where they are missing, too long or about persons."""
    text = one_line(text) if line else text.strip()
    if needed and is_blank(text):
        raise Refused(MISSING, field)
    if len(text) > LONGEST:
        raise Refused(TOO_LONG, field)
    refuse_persons(field, text)
    return text
