"""Figures made ready for a page: numbers in words, each with the address of the cases behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiyin.casework import law
from huiyin.desks import shown
from huiyin.insight import opened
from huiyin.insight.figure_words import CODES, DEFINITIONS, DIMENSIONS, TITLES
from huiyin.insight.figures import Figures, Rate, Return
from huiyin.insight.periods import Period
from huiyin.offices import tree
from huiyin.procedure import Text

# A bar compares; offices and levels are not compared by how many complained.
BARRED = ("channel", "category", "band", "repeat")


@dataclass(frozen=True)
class Cell:
    """One figure of one period: what is printed, what it is made of, and where its cases stand."""

    text: str
    parts: tuple[tuple[str, str], ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One figure beside its year earlier. `bar`: its part of the largest, in hundredths."""

    title: str
    now: Cell
    before: Cell
    change: str
    note: str = ""
    bar: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    rows: list[Row]
    hint: str = ""


def tables(found: Return) -> list[Table]:
    """Everything of a return, as tables."""
    made = [
        Table(_("How much came in"), list(_counts(found))),
        Table(_("In time"), list(_rates(found, _TIMELY))),
        Table(_("Days to the answer"), list(_days(found))),
    ]
    if not found.office:
        made.append(Table(_("Repeats and ratings"), list(_rates(found, _OTHERS))))
    return made + [_by(found, name) for name in DIMENSIONS if name in found.now.by]


_TIMELY = (*opened.DUTIES, "within")
_OTHERS = ("repeated", "rated", "satisfied")


def _say(text: Text) -> str:
    return text.get(shown.language())


def _counts(found: Return) -> Iterator[Row]:
    earlier = found.period.year_earlier()
    for name, number in found.now.counts.items():
        before = found.before.counts[name]
        yield Row(
            _say(TITLES[name]),
            Cell(str(number), url=_url(found, found.period, name, of=number)),
            Cell(str(before), url=_url(found, earlier, name, of=before)),
            percent(found.now.change(found.before, name), signed=True),
            _say(DEFINITIONS[name]),
        )


def _rates(found: Return, names: tuple[str, ...]) -> Iterator[Row]:
    for name in names:
        now, before = found.now.rates[name], found.before.rates[name]
        yield Row(
            _say(TITLES[name]),
            _rate(found, found.period, name, now),
            _rate(found, found.period.year_earlier(), name, before),
            _points(now, before),
            _say(DEFINITIONS[name]),
        )


def _rate(found: Return, period: Period, name: str, rate: Rate) -> Cell:
    if name not in opened.DUTIES:
        url = _url(found, period, name, of=rate.whole)
        return Cell(f"{percent(rate.value)} ({rate.part}/{rate.whole})", url=url)
    counted_waiting = rate.waiting if name.endswith("_received") else 0
    late = rate.whole - rate.part - counted_waiting
    parts = (
        (ngettext("%(n)d kept", "%(n)d kept", rate.part), "kept", rate.part),
        (ngettext("%(n)d late", "%(n)d late", late), "late", late),
        (ngettext("%(n)d not due yet", "%(n)d not due yet", rate.waiting), "waiting", rate.waiting),
    )
    links = [(text % {"n": n}, _url(found, period, name, state, of=n)) for text, state, n in parts]
    return Cell(percent(rate.value), tuple(links))


def _points(now: Rate, before: Rate) -> str:
    if now.value is None or before.value is None:
        return "—"
    return _("%(n)+.1f points") % {"n": (now.value - before.value) * 100}


def _days(found: Return) -> Iterator[Row]:
    for name in ("median", "p90"):
        now, before = found.now.days[name], found.before.days[name]
        moved = "—" if now is None or before is None else _("%(n)+.1f days") % {"n": now - before}
        yield Row(
            _say(TITLES[name]),
            Cell(_number(now), url=_answered(found, found.period, found.now)),
            Cell(_number(before), url=_answered(found, found.period.year_earlier(), found.before)),
            moved,
            _say(DEFINITIONS[name]),
        )


def _answered(found: Return, period: Period, of: Figures) -> str:
    return _url(found, period, "answered", of=of.counts["answered"])


def _by(found: Return, name: str) -> Table:
    now, before = found.now.by[name], found.before.by[name]
    codes = list(dict.fromkeys((*now, *before)))
    names, largest = _names(name, codes), max((*now.values(), 1))
    hint = ""
    if name == "level":
        hint = _("Told of the whole county only; it opens into no list, and nobody looks up who went where.")
    if name == "office":
        hint = _("In the order of the offices' codes; how many complained is no measure of an office.")
    rows = [
        Row(
            names[code],
            _of_code(found, found.period, name, code, now.get(code, 0)),
            _of_code(found, found.period.year_earlier(), name, code, before.get(code, 0)),
            percent(_change(now, before, code), signed=True),
            bar=round(now.get(code, 0) * 100 / largest) if name in BARRED else None,
            url=f"?{_query(found.period, office=code)}" if name == "office" else "",
        )
        for code in codes
    ]
    return Table(_say(DIMENSIONS[name]), rows, hint)


def _change(now: Mapping[str, int], before: Mapping[str, int], code: str) -> float | None:
    earlier = before.get(code, 0)
    return (now.get(code, 0) - earlier) / earlier if earlier else None


def _names(dimension: str, codes: list[str]) -> dict[str, str]:
    """What each code is called; the code where nothing has it any more."""
    if dimension == "office":
        named = tree.names(set(codes), shown.language())
    elif dimension in CODES:
        named = {code: _say(text) for code, text in CODES[dimension].items()}
    else:
        lists = law.book_in_force().lists["channels" if dimension == "channel" else "categories"]
        named = {code: _say(text) for code, text in lists.items()}
    return {code: named.get(code) or code or _("not given") for code in codes}


def value_name(name: str, value: str) -> str:
    """One code of a figure, as the heading of its cases says it."""
    states = {"kept": _("kept in time"), "late": _("late"), "waiting": _("not due yet")}
    return states.get(value) or (_names(name, [value])[value] if name in DIMENSIONS else "")


def title(name: str) -> str:
    return _say((TITLES | DIMENSIONS)[name])


# --- addresses and numbers --------------------------------------------------------------------


def _url(found: Return, period: Period, name: str, value: str = "", *, of: int) -> str:
    """Where the cases of a figure stand. Nothing opens into no cases, nor may every figure of an office."""
    if not of or (found.office and name not in opened.OF_OFFICE):
        return ""
    return f"{reverse('desks:figure_cases')}?{_query(period, figure=name, value=value, office=found.office)}"


def _of_code(found: Return, period: Period, name: str, code: str, number: int) -> Cell:
    url = _url(found, period, name, code, of=number) if name in opened.DIMENSIONS else ""
    return Cell(str(number), url=url)


def _query(period: Period, **more: str) -> str:
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return urlencode(days | {name: value for name, value in more.items() if value})


def percent(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "—"
    return f"{value:+.1%}" if signed else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
