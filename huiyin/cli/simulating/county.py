"""The county of a simulated month: 25 offices of the invented county, with officers made for each."""

import tomllib
from collections.abc import Mapping
from typing import Any

KINDS = (("city", 1), ("county", 1), ("bureau", 1), ("discipline", 1), ("department", 12), ("town", 9))
STAFF = {
    "clerk": ("登记员", "clerk"),
    "officer": ("承办人", "case officer"),
    "officer2": ("承办人乙", "second case officer"),
    "head": ("负责人", "head"),
    "supervisor": ("督查员", "supervisor"),
}
BUREAU = "xfj"


def make() -> None:
    """Fill the tables of offices, places and officers; they must be empty."""
    from django.db import transaction

    from huiyin.cli.seed import COUNTY, SAMPLE
    from huiyin.offices.models import Office, Place

    told = tomllib.loads((SAMPLE / COUNTY.name).read_text("utf-8"))
    offices = [one for kind, most in KINDS for one in _of_kind(told["office"], kind)[:most]]
    towns = {one["code"] for one in offices if one["kind"] == "town"}
    with transaction.atomic():
        Office.objects.bulk_create(Office(**_named(one)) for one in offices)
        Place.objects.bulk_create(Place(**_named(one)) for one in told["place"] if one["code"] in towns)
        for office in offices:
            _staff(office)


def _of_kind(offices: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in offices if one["kind"] == kind]


def _named(told: Mapping[str, Any]) -> dict[str, Any]:
    """A table of the county file as columns: what is said in two languages becomes two."""
    flat = {key: value for key, value in told.items() if not isinstance(value, dict)}
    two = {
        f"{key}_{tongue}": text
        for key, value in told.items()
        if isinstance(value, dict)
        for tongue, text in value.items()
    }
    return flat | two


def _staff(office: Mapping[str, Any]) -> None:
    """Five officers of four roles. Nobody has a password: the simulation logs them in itself."""
    from huiyin.offices.models import Officer

    for place, (zh, en) in STAFF.items():
        officer = Officer(
            login=login(office["code"], place),
            office_id=office["code"],
            role=place.rstrip("2"),
            name_zh=f"{office['name']['zh']}{zh}",
            name_en=f"{office['name']['en']}, {en}",
            post_zh=zh,
            post_en=en,
        )
        officer.set_unusable_password()
        officer.save()


def login(office: str, place: str) -> str:
    return f"{office}-{place}"
