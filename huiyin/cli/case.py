"""Commands about one case: the whole file, a certificate of silence, the responsibility review."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huiyin.cli.shell import Commands, Fault, command, group, now, ready

LANGUAGES = ("zh", "en")


def add(commands: Commands) -> None:
    kinds = group(
        commands,
        "case",
        "action",
        "One case: its whole file, a certificate of silence, the responsibility review.",
        "huiyin case file k3j5… --out case.zip",
    )
    for name, run, help_, out in (
        ("file", file, "Write everything of a case, with proofs, as the petitioner may take it.", "ZIP"),
        ("silence", silence, "Certify what the log does not hold of a case whose dates have passed.", "ZIP"),
        ("review", review, "Write who owed what by when, and what became of it, as a Word file.", "DOCX"),
    ):
        ending = out.lower()
        made = command(kinds, name, run, help_, f"huiyin case {name} k3j5… --out case.{ending}")
        made.add_argument("case", metavar="CASE")
        made.add_argument("--out", type=Path, required=True, metavar=f"FILE.{ending}")
        made.add_argument("--language", choices=LANGUAGES, default="zh")


def file(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.casework.dossier import whole_file
    from huiyin.casework.reading import PETITIONER
    from huiyin.postroom import notices
    from huiyin.rounds import promises

    def made(actor: Any) -> bytes:
        at, language = now(), arguments.language
        # The notices that the petitioner holds: a file for them has what was served, and nothing else.
        served = notices.documents(arguments.case, PETITIONER, language, now=at)
        promised = promises.in_words(arguments.case, language)
        return whole_file(arguments.case, actor, at, language=language, documents=served, promised=promised)

    _write(arguments, made)


def silence(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.casework.silence import certificate

    _write(arguments, lambda actor: certificate(arguments.case, actor, now(), language=arguments.language))


def review(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.insight import review_paper
    from huiyin.insight.review import review as look

    def made(actor: Any) -> bytes:
        return review_paper.docx(look(arguments.case, actor, now()), arguments.language)

    _write(arguments, made)


def _write(arguments: argparse.Namespace, make: Callable[[Any], bytes]) -> None:
    """Make it, then write it: a file that exists is never replaced."""
    from huiyin.procedure import Actor

    if arguments.out.exists():
        raise Fault(f"{arguments.out} exists; name another file")
    with _in_words(arguments):
        data = make(Actor("system"))
    with arguments.out.open("xb") as stream:
        stream.write(data)
    print(arguments.out)


@contextmanager
def _in_words(arguments: argparse.Namespace) -> Iterator[None]:
    from huiyin.casework import bundles, silence
    from huiyin.casework.permissions import NotYours

    try:
        yield
    except NotYours:
        raise Fault(f"there is no case {arguments.case}") from None
    except silence.NotLate as fault:
        raise Fault(fault.message.get(arguments.language)) from None
    except bundles.NotInLog:
        raise Fault("the log is behind; try again in a minute") from None
    except bundles.Gone:
        raise Fault("the words of this case were erased; nothing is left to open") from None
