"""Values of a step, checked against its fields and made canonical: str, int, bool and lists of str.

Messages name the field and never repeat what was given, which may be somebody's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huiyin.procedure.reading import Text
from huiyin.procedure.terms import Condition, Field

_LONGEST = {"text": 500, "long_text": 20_000}
_CODE = re.compile(r"[^\s\x00-\x1f]{1,64}")


class FieldFault(ValueError):
    """A value that cannot be taken: `field` and a `message` that says how to mend it."""

    def __init__(self, field: str, message: Text) -> None:
        super().__init__(message.en)
        self.field = field
        self.message = message


def clean(
    fields: Sequence[Field], values: Mapping[str, object], today: date, requests: int
) -> dict[str, object]:
    """The values in canonical form. `requests`: how many outcomes an `outcomes` field must hold."""
    known = {item.id for item in fields}
    for name in values:
        if name not in known:
            raise FieldFault(name, Text("这一步骤没有这一项。", "This step has no such field."))
    cleaner = _Cleaner(today, requests)
    given = {item.id: cleaner.value(item, values.get(item.id)) for item in fields}
    cleaned = {name: value for name, value in given.items() if value is not None}
    _require_together(fields, cleaned, today)
    return cleaned


def _require_together(fields: Sequence[Field], cleaned: Mapping[str, object], today: date) -> None:
    """What is needed, or has no place, because of what another field holds."""
    for item in fields:
        given = not _empty(cleaned.get(item.id))
        if not given and item.needed_if and holds(item.needed_if, cleaned, today):
            raise _fault(item, "在这种情况下必须填写", "is required in this case")
        if given and item.only_if and not holds(item.only_if, cleaned, today):
            raise _fault(item, "在这种情况下应当留空", "stays empty in this case")


def holds(condition: Condition, values: Mapping[str, object], today: date) -> bool:
    """Whether the values, in canonical form, are what a condition asks."""
    value = values.get(condition.field)
    if _empty(value) or value is False:
        return False
    if condition.days_ago is not None:
        return date.fromisoformat(str(value)) < today - timedelta(days=condition.days_ago)
    given = value if isinstance(value, list | tuple) else (value,)
    return not condition.choices or bool(set(condition.choices) & set(given))


def _empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, list | tuple) and not value)


def _fault(item: Field, zh: str, en: str) -> FieldFault:
    return FieldFault(item.id, Text(f"“{item.title.zh}”{zh}。", f"“{item.title.en}” {en}."))


@dataclass(frozen=True)
class _Cleaner:
    today: date
    requests: int

    def value(self, item: Field, value: object) -> object:
        if isinstance(value, str):
            value = value.strip()
        if not _empty(value):
            return _CLEAN[item.kind](self, item, value)
        if item.required:
            raise _fault(item, "请填写", "is required")
        # an empty code or list says “none”, which a reader of the fact can rely on; no words say nothing
        if isinstance(value, list | tuple):
            return []
        return value if item.kind in ("office", "place", "officer") else None

    def words(self, item: Field, value: object) -> str:
        longest = item.max or _LONGEST[item.kind]
        if not isinstance(value, str):
            raise _fault(item, "应当是文字", "must be text")
        if len(value) < (item.min or 0):
            raise _fault(item, f"至少要写{item.min}个字", f"needs at least {item.min} characters")
        if len(value) > longest:
            raise _fault(item, f"最多{longest}个字", f"may hold at most {longest} characters")
        return value

    def choice(self, item: Field, value: object) -> str:
        found = next((choice.id for choice in item.choices if choice.id == value), None)
        if found is None:
            raise _fault(item, "请从列出的选项中选择", "must be one of the choices listed")
        return found

    def code(self, item: Field, value: object) -> str:
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            raise _fault(item, "请从列出的选项中选择", "must be one of the choices listed")
        return value

    def codes(self, item: Field, value: object) -> list[str]:
        if not isinstance(value, list | tuple):
            raise _fault(item, "应当是列表", "must be a list")
        return list(dict.fromkeys(self.code(item, one) for one in value))

    def day(self, item: Field, value: object) -> str:
        day = _as_date(item, value)
        if item.min is not None and day < self.today + timedelta(days=item.min):
            raise _fault(item, *_EARLY.get(item.min, ("太早了，请核对年份", "is too early; check the year")))
        if item.max is not None and day > self.today + timedelta(days=item.max):
            raise _fault(item, *_LATE.get(item.max, ("太晚了，请核对年份", "is too late; check the year")))
        return day.isoformat()

    def number(self, item: Field, value: object) -> int:
        if isinstance(value, str) and value.isdecimal() and len(value) < 10:
            value = int(value)  # full-width digits too, as typed with a Chinese input method
        if not isinstance(value, int) or isinstance(value, bool):
            raise _fault(item, "应当是整数", "must be a whole number")
        if item.min is not None and value < item.min:
            raise _fault(item, f"至少为{item.min}", f"must be at least {item.min}")
        if item.max is not None and value > item.max:
            raise _fault(item, f"最多为{item.max}", f"may be at most {item.max}")
        return value

    def outcomes(self, item: Field, value: object) -> list[str]:
        if not isinstance(value, list | tuple) or len(value) != self.requests:
            zh = f"必须逐项答复：共有{self.requests}项请求"
            raise _fault(item, zh, f"must answer each of the {self.requests} requests")
        return [self.choice(item, one) for one in value]

    def flag(self, item: Field, value: object) -> bool:
        if not isinstance(value, bool):
            raise _fault(item, "应当是“是”或“否”", "must be yes or no")
        return value


def _as_date(item: Field, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _fault(item, "应当是日期，例如2026-09-30", "must be a date such as 2026-09-30") from None


_EARLY = {0: ("不能早于今天", "cannot be before today"), 1: ("应当晚于今天", "must be after today")}
_LATE = {0: ("不能晚于今天", "cannot be after today")}
_CLEAN: Mapping[str, Callable[[_Cleaner, Field, object], object]] = {
    "text": _Cleaner.words,
    "long_text": _Cleaner.words,
    "choice": _Cleaner.choice,
    "office": _Cleaner.code,
    "offices": _Cleaner.codes,
    "officers": _Cleaner.codes,
    "place": _Cleaner.code,
    "date": _Cleaner.day,
    "number": _Cleaner.number,
    "outcomes": _Cleaner.outcomes,
    "flag": _Cleaner.flag,
    "officer": _Cleaner.code,
    "clock": _Cleaner.code,
}
