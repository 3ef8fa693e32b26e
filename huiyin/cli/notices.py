"""Commands about notices: notices check, notices templates."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huiyin.cli.shell import Commands, Fault, command, group

if TYPE_CHECKING:
    from huiyin.postroom.templates import Report


def add(commands: Commands) -> None:
    kinds = group(
        commands,
        "notices",
        "action",
        "Templates of notices as Word files: check a county's own, write the shipped ones.",
        "huiyin notices check templates",
    )
    made = command(
        kinds,
        "check",
        check,
        "Say which required elements each template lacks, and what else is wrong with it.",
        "huiyin notices check templates --json",
    )
    made.add_argument(
        "folder",
        type=_existing_folder,
        metavar="FOLDER",
        nargs="?",
        help="without one: HUIYIN_NOTICES, else the shipped templates",
    )
    made.add_argument("--json", action="store_true")
    made = command(
        kinds,
        "templates",
        templates,
        "Write the shipped templates into a folder, to be edited in Word.",
        "huiyin notices templates templates",
    )
    made.add_argument("folder", metavar="DIR")


def _existing_folder(text: str) -> str:
    """An argument that must name a folder; anything else is a wrong call."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return text


def check(arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from huiyin.postroom import templates

    folder = arguments.folder or settings.HUIYIN_NOTICES
    if folder and not Path(folder).is_dir():
        raise Fault(f"there is no folder {folder}")
    found = list(templates.check(Path(folder)) if folder else templates.check_shipped())
    if arguments.json:
        print(json.dumps(_as_json(folder, found), ensure_ascii=False))
    else:
        print("\n".join(line for report in found for line in _lines(report)) or f"{folder}: no template here")
    return 0 if all(report.good for report in found) else 1


def _lines(report: "Report") -> list[str]:
    lines = [f"{report.file}: {flaw}" for flaw in report.flaws]
    lines += [
        f"{report.file}: lacks {{{{ {e.id} }}}} ({e.title.zh}, {e.title.en}), {_source(e.article, e.local)}"
        for e in report.missing
    ]
    lines += [f"{report.file}: {where}: nothing is called {{{{ {name} }}}}" for name, where in report.unknown]
    return lines or [f"{report.file}: complete"]


def _source(article: str, local: bool) -> str:
    return f"{article} (local rule or practice)" if local else article


def _as_json(folder: str, found: Sequence["Report"]) -> dict[str, Any]:
    return {
        "folder": folder or None,
        "complete": all(report.good for report in found),
        "templates": [
            {
                "file": report.file,
                "notice": report.kind,
                "language": report.language,
                "complete": report.good,
                "faults": [{"where": flaw.where, "what": flaw.what} for flaw in report.flaws],
                "missing": [
                    {
                        "element": e.id,
                        "zh": e.title.zh,
                        "en": e.title.en,
                        "article": e.article,
                        "local": e.local,
                    }
                    for e in report.missing
                ],
                "unknown": [{"placeholder": name, "where": where} for name, where in report.unknown],
            }
            for report in found
        ],
    }


def templates(arguments: argparse.Namespace) -> None:
    from huiyin.postroom import shipped
    from huiyin.postroom.forms import ids
    from huiyin.postroom.templates import file_name

    folder = Path(arguments.folder)
    if folder.exists() and not folder.is_dir():
        raise Fault(f"{folder} is no folder")
    every = {file_name(k, language): (k, language) for k in ids() for language in shipped.LANGUAGES}
    if taken := [name for name in every if (folder / name).exists()]:
        raise Fault(f"{folder} already has {', '.join(taken)}; nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    for name, (kind, language) in every.items():
        (folder / name).write_bytes(shipped.template(kind, language))
    print(f"{len(every)} templates written to {folder}")
