"""How the parts of a book are called where people read it: whose, how long, by whom, from where to where."""

from __future__ import annotations

from huiyin.procedure.reading import Text
from huiyin.procedure.terms import Book, Clock, Step, Who

OWNERS = {
    "bureau": Text("登记单位", "registering office"),
    "handler": Text("承办单位", "handling office"),
    "joint": Text("共同办理单位", "offices handling it jointly"),
    "reviewer": Text("复查单位", "reviewing office"),
    "rereviewer": Text("复核单位", "re-reviewing office"),
    "discipline": Text("纪检监察机关", "discipline office"),
    "addressee": Text("受督办单位", "office addressed"),
    "petitioner": Text("信访人", "petitioner"),
    "none": Text("—", "—"),
}
_UNITS = {
    "day": (Text("日", "day"), Text("日", "days")),
    "working_day": (Text("个工作日", "working day"), Text("个工作日", "working days")),
    "month": (Text("个月", "month"), Text("个月", "months")),
}
_PER_CASE = Text("逐件指定", "named in each case")


def owner(relation: str, lang: str) -> str:
    return OWNERS[relation].get(lang)


def length(clock: Clock, lang: str) -> str:
    """`30日`, `5 working days`."""
    if clock.unit == "per_case":
        return _PER_CASE.get(lang)
    unit = _UNITS[clock.unit][clock.length != 1].get(lang)
    return f"{clock.length}{unit}" if lang.startswith("zh") else f"{clock.length} {unit}"


def who(book: Book, one: Who, lang: str) -> str:
    """`承办人（承办单位）`, or a role alone."""
    role = book.roles[one.role].get(lang)
    if one.role == one.relation:
        return role
    return (
        f"{role}（{owner(one.relation, lang)}）"
        if lang.startswith("zh")
        else f"{role}, {owner(one.relation, lang)}"
    )


def by(book: Book, step: Step, lang: str) -> str:
    return ("；" if lang.startswith("zh") else "; ").join(who(book, one, lang) for one in step.by)
