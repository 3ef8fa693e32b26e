"""Values in words, Chinese or English: dates, counts of days, codes, numbered lists."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from huiyin.offices import tree
from huiyin.procedure import Book, Count, Field, Text

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
UNITS = {
    "day": Text("日", " days"),
    "working_day": Text("个工作日", " working days"),
    "month": Text("个月", " months"),
}
YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}


def day(value: date, language: str) -> str:
    if language.startswith("zh"):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def day_of(value: object, language: str) -> str:
    """A date as a fact keeps it, in words; "" for what is none."""
    try:
        return day(date.fromisoformat(str(value)), language)
    except ValueError:
        return ""


def length(count: Count, language: str) -> str:
    """30日, 5 working days; "" where each case has its own date."""
    return f"{count.length}{UNITS[count.unit].get(language)}" if count.unit in UNITS else ""


def counted(count: Count, book: Book, language: str) -> str:
    """How a due date was found: start, what is not counted, length, rest days by name, article."""
    parts = _counted_zh(count) if language.startswith("zh") else _counted_en(count)
    mark = "，" if language.startswith("zh") else "; "
    return mark.join([*parts, book.cite(count.article, language)])


def _counted_zh(count: Count) -> list[str]:
    if count.unit == "per_case":
        return [f"{day(count.since, 'zh')}指定"]
    start = f"自{day(count.day_zero, 'zh')}起，当日不计"
    parts = [f"{start}（受理迟延，自告知期限届满之日起算）" if count.shadow else start, length(count, "zh")]
    if count.extension:
        parts.append(f"加延长{count.extension}日")
    if count.excluded:
        parts.append(f"听证{count.excluded}日不计入")
    if count.unit != "working_day" and count.skipped:
        parts.append(f"期满遇{_rest(count, 'zh')}，顺延至下一个工作日")
    return parts


def _counted_en(count: Count) -> list[str]:
    if count.unit == "per_case":
        return [f"set on {day(count.since, 'en')}"]
    start = f"from {day(count.day_zero, 'en')}, that day not counted"
    late = " (acceptance was late: from the day the notice was due)" if count.shadow else ""
    parts = [f"{start}{late}", length(count, "en").strip()]
    if count.extension:
        parts.append(f"with {count.extension} days of extension")
    if count.excluded:
        parts.append(f"{count.excluded} days of hearing not counted")
    if count.unit != "working_day" and count.skipped:
        parts.append(f"moved over {_rest(count, 'en')} to the next working day")
    return parts


def _rest(count: Count, language: str) -> str:
    names = [name for name, _ in groupby(skipped.name.get(language) for skipped in count.skipped)]
    return ("、" if language == "zh" else ", ").join(dict.fromkeys(names))


def numbered(lines: Sequence[str], language: str) -> str:
    """One line each, numbered where there are several. A line's own line ends would begin a new number."""
    flat = [" ".join(line.split()) for line in lines if line.strip()]
    if len(flat) < 2:
        return "\n".join(flat)
    mark = "．" if language.startswith("zh") else ". "
    return "\n".join(f"{n}{mark}{line}" for n, line in enumerate(flat, 1))


def offices(codes: Sequence[str], language: str) -> str:
    known = tree.names(set(codes), language)
    return ("、" if language.startswith("zh") else ", ").join(known.get(code, code) for code in codes)


def value(field: Field | None, given: object, book: Book, language: str) -> str:
    """What a field of a step says, in words."""
    if given in (None, "", []) or field is None:
        return ""
    if isinstance(given, bool):
        return YES_NO[given].get(language)
    if field.kind in ("office", "offices"):
        return offices(given if isinstance(given, list) else [str(given)], language)
    if field.kind == "date":
        return day_of(given, language)
    if field.kind == "choice":
        return _choice(field, str(given), language)
    if field.kind == "clock":
        clock = book.clocks.get(str(given))
        return clock.title.get(language) if clock else str(given)
    return str(given)


def _choice(field: Field, given: str, language: str) -> str:
    return next((c.title.get(language) for c in field.choices if c.id == given), given)


def choice_articles(field: Field | None, given: object) -> list[str]:
    """The articles of the chosen ones."""
    chosen: Sequence[object] = given if isinstance(given, list) else [given]
    return [c.article for c in (field.choices if field else ()) if c.id in chosen and c.article]


def titles(known: Mapping[str, Text], ids: Sequence[str], language: str) -> list[str]:
    return [known[one].get(language) if one in known else one for one in ids]
