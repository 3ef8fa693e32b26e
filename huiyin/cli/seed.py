"""Sows the invented county of Linjiang: letters by the import command, stories by the real steps."""

import tempfile
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from huiyin.cli.sample import workbook
from huiyin.cli.shell import now

SAMPLE = Path(__file__).with_name("sample")
COUNTY = SAMPLE / "county.toml"
STORIES = SAMPLE / "stories.toml"


def sow() -> None:
    """Fill an empty county once; a county that has cases is left as it is."""
    from huiyin.casework.models import CaseRow

    if CaseRow.objects.exists():
        return
    _import_letters()
    told = tomllib.loads(STORIES.read_text("utf-8"))
    # Facts are told in the order they happened, as a real log would hold them.
    deeds: list[tuple[int, int, Any, Any]] = []
    for story in told["story"]:
        deeds.append((story["days_ago"], -1, story, None))
        deeds += [(step["days_ago"], n, story, step) for n, step in enumerate(story.get("step", ()))]
    cases: dict[str, str] = {}
    for days_ago, _, story, step in sorted(deeds, key=lambda d: (-d[0], d[1])):
        at = now() - timedelta(days=days_ago)
        if step:
            _take(cases[story["id"]], step, at)
        else:
            cases[story["id"]] = _file(story, at)
    for release in told["release"]:
        _release(release)


def _import_letters() -> None:
    from argparse import Namespace

    from huiyin.cli.letters import import_letters

    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "letters.xlsx"
        workbook.write(sheet)
        if import_letters(Namespace(file=sheet, strict=True, slips=None, office="", json=False)):
            raise RuntimeError("the sample letters do not import")


def _file(story: Mapping[str, Any], at: datetime) -> str:
    from huiyin.casework.filing import register
    from huiyin.casework.law import day_of
    from huiyin.intake.filing import Filing, Person

    filing = Filing(
        title=story["title"],
        body=story["body"].strip(),
        requests=tuple(story.get("requests", ())),
        place=story.get("place", ""),
        place_detail=story.get("place_detail", ""),
        occurred=story.get("occurred", ""),
        occurred_on=None,
        category=story["category"],
        purpose=story["purpose"],
        channel=story["channel"],
        received_on=day_of(at),
        respondents=tuple(story.get("respondents", ())),
        keep_name=story.get("keep_name", False),
    )
    person = Person(**story["person"]) if "person" in story else None
    return register(filing, person, actor=_actor(story["by"]), office=story["office"], now=at).case


def _take(case: str, step: Mapping[str, Any], at: datetime) -> None:
    from huiyin.casework.steps import take_step

    values = {name: _value(value) for name, value in step.get("values", {}).items()}
    take_step(case, step["step"], values, actor=_actor(step["by"]), now=at)


def _value(value: Any) -> Any:
    """A value as the book wants it; `{days_ago = N}` is a date."""
    from huiyin.casework.law import day_of

    if isinstance(value, dict):
        return day_of(now() - timedelta(days=value["days_ago"])).isoformat()
    return value.strip() if isinstance(value, str) else value


def _actor(login: str) -> Any:
    from huiyin.casework.reading import PETITIONER, actor_of
    from huiyin.offices import tree

    return PETITIONER if login == "petitioner" else actor_of(tree.officer(login))


def _release(told: Mapping[str, Any]) -> None:
    from huiyin.casework.models import CaseRow
    from huiyin.casework.releases import release

    row = CaseRow.objects.filter(source_number=str(told["letter"])).earliest("number")
    texts = (told["title"], told["question"].strip(), told["answer"].strip())
    release(row.case_id, _actor(told["by"]), *texts, now())
