"""Reads a county file (offices, officers, places) and keeps the tables equal to it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from huiyin.offices.models import Office, Officer, Place

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
        offices = [_office(path, entry) for entry in data.get("office", [])]
        places = [_place(path, entry) for entry in data.get("place", [])]
        officers = [_officer(path, entry, password) for entry in data.get("officer", [])]
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


def _need(path: Path, kind: str, entry: Mapping[str, Any], *keys: str) -> None:
    for key in keys:
        if not entry.get(key):
            label = entry.get("code") or entry.get("login") or "?"
            raise CountyFault(f"{path}: {kind} {label!r} has no {key!r}")


def _two(entry: Mapping[str, Any], key: str) -> dict[str, str]:
    value = entry.get(key, "")
    if isinstance(value, str):
        value = {"zh": value, "en": value}
    zh = str(value.get("zh", ""))
    return {f"{key}_zh": zh, f"{key}_en": str(value.get("en") or zh)}


def _office(path: Path, entry: Mapping[str, Any]) -> Office:
    _need(path, "office", entry, "code", "kind", "name")
    if entry["kind"] not in Office.Kind.values:
        raise CountyFault(f"{path}: office {entry['code']!r}: unknown kind {entry['kind']!r}")
    values = {
        "kind": entry["kind"],
        "parent": entry.get("parent", ""),
        "decides": bool(entry.get("decides", False)),
        "phone": entry.get("phone", ""),
        **_two(entry, "name"),
        **_two(entry, "address"),
    }
    return Office.objects.update_or_create(code=entry["code"], defaults=values)[0]


def _place(path: Path, entry: Mapping[str, Any]) -> Place:
    _need(path, "place", entry, "code", "name")
    return Place.objects.update_or_create(code=entry["code"], defaults=_two(entry, "name"))[0]


def _officer(path: Path, entry: Mapping[str, Any], password: str) -> Officer:
    _need(path, "officer", entry, "login", "name", "office", "role", "post")
    if entry["role"] not in Officer.Role.values:
        raise CountyFault(f"{path}: officer {entry['login']!r}: unknown role {entry['role']!r}")
    if not Office.objects.filter(code=entry["office"]).exists():
        raise CountyFault(f"{path}: officer {entry['login']!r}: no office {entry['office']!r}")
    values = {
        "office_id": entry["office"],
        "role": entry["role"],
        **_two(entry, "name"),
        **_two(entry, "post"),
    }
    officer, made = Officer.objects.update_or_create(login=entry["login"], defaults=values)
    if made:
        officer.set_password(password or None)
        officer.save()
    return officer
