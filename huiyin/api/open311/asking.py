"""What a GeoReport request asks for or files, read strictly: a parameter that means nothing is told."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from huiyin.api.open311.reading import MOST, SPAN, Asked
from huiyin.api.problems import Problem, faults
from huiyin.api.schemas import CASE, CODE
from huiyin.casework import law
from huiyin.intake.filing import FILES_MOST

IDS_MOST = 100
Value = TypeVar("Value")
# GeoReport's names for what intake calls otherwise.
SPELT = {
    "body": "description",
    "title": "description",
    "requests": "attribute[request]",
    "category": "service_code",
    "place": "address_id",
    "place_detail": "address_string",
    "attachments": "media",
    "name": "first_name",
    "address": "email",
}


def asked(request: HttpRequest, today: date) -> Asked:
    """What a list is asked for; the problem `faults` names each parameter that is wrong."""
    query, wrong = request.GET, list[tuple[str, str]]()

    def read(name: str, reader: Callable[[str], Value], fallback: Value) -> Value:
        text = query.get(name, "").strip()
        try:
            return reader(text) if text else fallback
        except ValueError as fault:
            wrong.append((name, str(fault)))
            return fallback

    nothing: list[str] = []
    ids = read("service_request_id", _ids, nothing)
    services = read("service_code", lambda text: _list(text, CODE), nothing)
    statuses = read("status", _statuses, nothing)
    first, last = read("start_date", _day, None), read("end_date", _day, None)
    page = read("page", lambda text: _number(text, 10_000), 1)
    size = read("page_size", lambda text: _number(text, MOST), MOST)
    begin, end = _span(first, last, today)
    if end - begin > SPAN:
        wrong.append(("end_date", f"at most {SPAN.days} days after start_date"))
    if begin > end:
        wrong.append(("end_date", "is before start_date"))
    if wrong:
        raise faults(wrong)
    return Asked(begin, end, ids, services, statuses, page, size)


def _span(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days meant: 90 of them from or up to the one that is given, the latest 90 where none is."""
    if first and last:
        return first, last
    if first:
        return first, first + SPAN if first < date.max - SPAN else first
    end = last or today
    return (end - SPAN if end > date.min + SPAN else end), end


def _ids(text: str) -> list[str]:
    found = _list(text, CASE)
    if len(found) > IDS_MOST:
        raise ValueError(f"at most {IDS_MOST} ids")
    return found


def _list(text: str, pattern: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(re.fullmatch(pattern, part) for part in parts):
        raise ValueError("is no list of codes, separated by commas")
    return parts


def _statuses(text: str) -> list[str]:
    return _list(text, "open|closed")


def _day(text: str) -> date:
    # "+" in a query is a space where it was not escaped
    try:
        at = parse_datetime(text.replace(" ", "+")) or parse_date(text)
    except ValueError:
        at = None
    if at is None or not 1900 < at.year < 9000:
        raise ValueError("is no W3C date, as 2026-01-31T00:00:00Z")
    if isinstance(at, datetime):
        return law.day_of(at) if at.tzinfo else at.date()
    return at


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and 0 < int(text) <= most):
        raise ValueError(f"is a number from 1 to {most}")
    return int(text)


# --- filing -----------------------------------------------------------------------------------


def filing(request: HttpRequest) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """A filing's fields by the names of intake, and its files; the problem names each missing argument."""
    post = request.POST
    wrong = []
    if not post.get("service_code", "").strip():
        wrong.append(("service_code", "was not provided"))
    place, wrong_place = _place(post)
    wrong += wrong_place
    if not post.get("description", "").strip():
        wrong.append(("description", "was not provided"))
    if wrong:
        raise faults(wrong)
    given = _attributes(post)
    data = {
        "body": _description(post),
        "category": post["service_code"].strip(),
        **place,
        "name": _name(post),
        "phone": post.get("phone", ""),
        # Whoever gives no name has given an address all the same: how an answer finds them.
        "address": post.get("email", ""),
        "purpose": given.get("purpose", [""])[0],
        "requests": given.get("request", []),
        "occurred_on": given.get("occurred_on", [""])[0],
        "respondents": ",".join(given.get("respondents", [])),
        "keep_name": given.get("keep_name", [""])[0] == "yes",
    }
    sent = [*request.FILES.getlist("media"), *request.FILES.getlist("media[]")]
    return data, [(file.name or "", file.read()) for file in sent[: FILES_MOST + 1]]


def respelt(problem: Problem) -> Problem:
    """The faults of intake under the names that GeoReport has for its fields."""
    errors = [
        {**one, "field": SPELT.get(one["field"], one["field"])} for one in problem.more.get("errors", ())
    ]
    return Problem(problem.name, problem.detail, {**problem.more, "errors": errors}, problem.headers)


def _description(post: QueryDict) -> str:
    # Nothing is fetched from elsewhere: an address of a picture stays part of what was written.
    body, media = post["description"], post.get("media_url", "").strip()
    return f"{body}\n\nmedia_url: {media}" if media else str(body)


def _place(post: QueryDict) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The town by its code (`address_id`), and where in it."""
    code, street = post.get("address_id", "").strip(), post.get("address_string", "").strip()
    lat, long = post.get("lat", "").strip(), post.get("long", "").strip()
    if not (code or street or (lat and long)):
        return {}, [("lat", "give lat and long, address_string or address_id")]
    wrong = [
        (name, f"is a number from -{most} to {most} (WGS84)")
        for name, text, most in (("lat", lat, 90), ("long", long, 180))
        if text and not _is_within(text, most)
    ]
    spot = f"{lat},{long}" if lat and long else ""
    return {"place": code, "place_detail": " ".join(part for part in (street, spot) if part)}, wrong


def _is_within(text: str, most: int) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and abs(number) <= most and len(text) < 40


def _name(post: QueryDict) -> str:
    """A Chinese name stands with its family name first, and without a space."""
    first, last = post.get("first_name", "").strip(), post.get("last_name", "").strip()
    if any(unicodedata.name(char, "").startswith("CJK") for char in first + last):
        return last + first
    return " ".join(part for part in (first, last) if part)


def _attributes(post: QueryDict) -> dict[str, list[str]]:
    """`attribute[code]=…`, and `attribute[code][]=…` where several may be given."""
    found: dict[str, list[str]] = {}
    for name in post:
        if match := re.fullmatch(r"attribute\[(\w+)\](\[\])?", name):
            found.setdefault(match[1], []).extend(value for value in post.getlist(name) if value.strip())
    return {name: values or [""] for name, values in found.items()}
