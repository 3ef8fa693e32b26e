"""Reads a county file (offices, officers, places) and keeps the tables equal to it."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from huiyin.offices import tree
from huiyin.offices.models import Named, Office, Officer, Place

CODE = re.compile(r"[A-Za-z0-9_-]+")
ONE_OF_EACH = {
    "clerk": ("窗口登记员", "Counter clerk"),
    "officer": ("承办人", "Case officer"),
    "head": ("负责人", "Head of office"),
    "supervisor": ("督查员", "Supervisor"),
    "custodian": ("保管员", "Custodian"),
}


class CountyFault(ValueError):
    """The county file cannot be used; the message names the entry and the reason."""


def load_county(path: Path, password: str = "") -> dict[str, int]:
    """Create or update what the file lists, all or nothing; returns counts by kind.

    Officers new to the table get `password`; without one they cannot log in until it is set.
    """
    data = _read(path)
    with transaction.atomic():
        offices = [_office(entry) for entry in _entries(path, data, "office", "code")]
        _require_a_tree(path, offices)
        places = [_place(entry) for entry in _entries(path, data, "place", "code")]
        officers = [_officer(entry, password) for entry in _entries(path, data, "officer", "login")]
    return {"offices": len(offices), "places": len(places), "officers": len(officers)}


def one_office_county() -> None:
    """The county that `huiyin init` makes when no file is given: one office with one officer of each role.

    Nobody can log in until `huiyin password` has set a password. A county that has offices is left alone.
    """
    if Office.objects.exists():
        return
    with transaction.atomic():
        Office.objects.create(
            code="xfj", kind="bureau", decides=True, name_zh="县信访局", name_en="County Petition Bureau"
        )
        for role, (zh, en) in ONE_OF_EACH.items():
            officer = Officer(
                login=role, office_id="xfj", role=role, name_zh=zh, name_en=en, post_zh=zh, post_en=en
            )
            officer.set_unusable_password()
            officer.save()


def set_password(login: str, password: str) -> None:
    """Give an officer a password, or raise `CountyFault` saying what is wrong with it."""
    officer = Officer.objects.filter(login=login).first()
    if officer is None:
        raise CountyFault(f"there is no officer {login!r}")
    try:
        validate_password(password, officer)
    except ValidationError as fault:
        raise CountyFault(" ".join(fault.messages)) from None
    officer.set_password(password)
    officer.save()


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise CountyFault(f"{path}: {fault}") from None


class _Entry:
    """One table of the file; what is missing or of the wrong kind is a fault that names it."""

    def __init__(self, path: Path, kind: str, values: Mapping[str, Any], key: str) -> None:
        self._path, self._kind, self._values = path, kind, values
        self._label: object = values.get(key, "?")
        self.key = self.text(key, required=True)
        if not CODE.fullmatch(self.key):
            raise self.fault(f"{key!r} may hold letters, digits, _ and - only")

    def fault(self, reason: str) -> CountyFault:
        return CountyFault(f"{self._path}: {self._kind} {self._label!r}: {reason}")

    def text(self, key: str, *, required: bool = False) -> str:
        value = self._values.get(key, "")
        if not isinstance(value, str):
            raise self.fault(f"{key!r} must be text, not {value!r}")
        if required and not value:
            raise self.fault(f"has no {key!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(f"{key!r} must be true or false, not {value!r}")
        return value

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        value = self.text(key, required=True)
        if value not in allowed:
            raise self.fault(f"unknown {key} {value!r}; there are: {', '.join(allowed)}")
        return value

    def two(self, key: str, *, required: bool = False) -> dict[str, str]:
        """A text in Chinese and English: `key.zh`, `key.en`, or one text for both."""
        value = self._values.get(key, "")
        both = {"zh": value, "en": value} if isinstance(value, str) else value
        if not isinstance(both, dict) or not all(isinstance(both.get(k, ""), str) for k in ("zh", "en")):
            raise self.fault(f"{key!r} must be text, or a zh and an en text")
        zh = both.get("zh", "")
        if required and not zh:
            raise self.fault(f"has no {key!r}")
        return {f"{key}_zh": zh, f"{key}_en": both.get("en") or zh}

    def fitting(self, model: type[Named], values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values, none longer than its column."""
        for name, value in {**values, model._meta.pk.name: self.key}.items():
            longest = getattr(model._meta.get_field(name), "max_length", None)
            if longest and isinstance(value, str) and len(value) > longest:
                raise self.fault(f"{name!r} may have at most {longest} characters")
        return values


def _entries(path: Path, data: Mapping[str, Any], kind: str, key: str) -> Iterator[_Entry]:
    found = data.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise CountyFault(f"{path}: {kind!r} must be a list of tables, each headed [[{kind}]]")
    return (_Entry(path, kind, entry, key) for entry in found)


def _office(entry: _Entry) -> Office:
    values = {
        "kind": entry.one_of("kind", Office.Kind.values),
        "parent": entry.text("parent"),
        "decides": entry.flag("decides"),
        "phone": entry.text("phone"),
        "book": entry.text("book"),
        "mark": entry.text("mark"),
        **entry.two("name", required=True),
        **entry.two("address"),
    }
    return Office.objects.update_or_create(code=entry.key, defaults=entry.fitting(Office, values))[0]


def _require_a_tree(path: Path, offices: Sequence[Office]) -> None:
    """Every office named as a parent exists, and nobody stands above itself."""
    parents = tree.parents()
    for office in offices:
        if office.parent and office.parent not in parents:
            raise CountyFault(
                f"{path}: office {office.code!r}: there is no office {office.parent!r} above it"
            )
        if office.code in tree.above_all(office.code, parents):
            raise CountyFault(f"{path}: office {office.code!r} stands above itself")


def _place(entry: _Entry) -> Place:
    values = entry.fitting(Place, entry.two("name", required=True))
    return Place.objects.update_or_create(code=entry.key, defaults=values)[0]


def _officer(entry: _Entry, password: str) -> Officer:
    office = entry.text("office", required=True)
    if not Office.objects.filter(code=office).exists():
        raise entry.fault(f"no office {office!r}")
    values = {
        "office_id": office,
        "role": entry.one_of("role", Officer.Role.values),
        **entry.two("name", required=True),
        **entry.two("post", required=True),
    }
    officer, made = Officer.objects.update_or_create(login=entry.key, defaults=entry.fitting(Officer, values))
    if made:
        officer.set_password(password or None)
        officer.save()
    return officer
