"""Sows an invented county for a book: letters by the import command, stories by the real steps."""

import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from huiyin.cli.sample import routine, workbook
from huiyin.cli.shell import Fault, now

SAMPLE = Path(__file__).with_name("sample")
COUNTY = SAMPLE / "county.toml"
LINJIANG = "cn-xinfang-2022"


def sample(book: str) -> Path:
    """The folder with the invented county of the book `id` or `id@version`."""
    name = book.partition("@")[0]
    found = SAMPLE if name == LINJIANG else SAMPLE / name
    if not (found / COUNTY.name).is_file():
        others = sorted(path.parent.name for path in SAMPLE.glob("*/county.toml"))
        raise Fault(f"no county was invented for {book}; there are: {', '.join((LINJIANG, *others))}")
    return found


def sow(folder: Path) -> None:
    """Fill an empty county once with what `folder` tells; a county that has cases is left as it is."""
    from huiyin.casework.breaching import record_due
    from huiyin.casework.models import CaseRow

    if CaseRow.objects.exists():
        return
    if folder == SAMPLE:
        _import_letters()
    told = tomllib.loads((folder / "stories.toml").read_text("utf-8"))
    _tell(told["story"])
    for release in told.get("release", ()):
        _release(release)
    record_due(now())
    if folder == SAMPLE:
        routine.play(now(), _actor)


def _tell(stories: Sequence[Mapping[str, Any]]) -> None:
    """Facts are told in the order they happened, as a real log would hold them."""
    deeds: list[tuple[int, int, Any, Any]] = []
    for story in stories:
        deeds.append((story["days_ago"], -1, story, None))
        deeds += [(step["days_ago"], n, story, step) for n, step in enumerate(story.get("step", ()))]
    cases: dict[str, str] = {}
    for days_ago, _, story, step in sorted(deeds, key=lambda d: (-d[0], d[1])):
        at = now() - timedelta(days=days_ago)
        if step:
            _take(cases[story["id"]], step, at)
        else:
            cases[story["id"]] = _file(story, at)


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
        received_on=_day(at),
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
    if isinstance(value, dict):
        return _day(now() - timedelta(days=value["days_ago"])).isoformat()
    return value.strip() if isinstance(value, str) else value


def _day(at: datetime) -> date:
    """The day of a moment where the book counts its days."""
    from huiyin.casework import law

    return law.day_of(at, law.book_in_force().zone)


def _actor(login: str) -> Any:
    from huiyin.casework.reading import PETITIONER, actor_of
    from huiyin.offices import tree
    from huiyin.procedure import Actor

    nobody = {"petitioner": PETITIONER, "system": Actor("system")}
    return nobody.get(login) or actor_of(tree.officer(login))


def _release(told: Mapping[str, Any]) -> None:
    from huiyin.casework.models import CaseRow
    from huiyin.casework.releases import release

    row = CaseRow.objects.filter(source_number=str(told["letter"])).earliest("number")
    texts = (told["title"], told["question"].strip(), told["answer"].strip())
    release(row.case_id, _actor(told["by"]), *texts, now())
