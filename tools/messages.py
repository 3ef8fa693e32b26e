"""Message catalogues: what the pages and Python say, in every language, with nothing left out.

`check` names each message of code or template without a translation, `update` writes new messages into the
catalogues (and keeps what is translated), `compile` makes the `.mo` files. One catalogue for each room and
language: huiyin/ROOM/locale/LANGUAGE/LC_MESSAGES/django.po.
"""

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "zh_Hans"
LAZY = {f"{name}_lazy": spec for name, spec in DEFAULT_KEYWORDS.items() if "gettext" in name}
KEYWORDS = {**DEFAULT_KEYWORDS, **LAZY, "gettext_noop": None}


def rooms() -> list[Path]:
    return sorted(path for path in (ROOT / "huiyin").iterdir() if path.is_dir() and path.name[0] not in "_.")


def catalogue_file(room: Path) -> Path:
    return room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def python_of(path: Path) -> str:
    """The file as Python that Babel can read; a template's gettext calls stand alone in brackets."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    from django.conf import settings  # not there when a wheel is built, which only compiles
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    return f"({templatize(text, origin=str(path))})"


def sources(room: Path) -> Iterator[Path]:
    for path in sorted(room.rglob("*")):
        if path.suffix in {".py", ".html", ".txt", ".xml"} and "vendor" not in path.parts:
            yield path


def said(room: Path) -> Catalog:
    """Every message that `room` says, untranslated, with the files that say it."""
    catalogue = Catalog()
    for path in sources(room):
        text = io.BytesIO(python_of(path).encode())
        for line, message, comments, context in extract("python", text, KEYWORDS, ["Translators:"]):
            place = (str(path.relative_to(ROOT)), line)
            catalogue.add(message, None, [place], auto_comments=comments, context=context)
    return catalogue


def kept(room: Path) -> Catalog:
    path = catalogue_file(room)
    if not path.exists():
        return Catalog(locale=LANGUAGE, project="huiyin", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    strings = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return all(strings)


def faults(room: Path) -> Iterator[str]:
    """One line for each message without a usable translation, or translated although nobody says it."""
    here, there = said(room), kept(room)
    path = catalogue_file(room).relative_to(ROOT)
    for message in here:
        if not message.id:
            continue
        found = there.get(message.id, message.context)
        where = ":".join(map(str, message.locations[0]))
        if not translated(found):
            yield f"{where}: no translation in {path}: {message.id!r}"
        elif found is not None:
            found.flags |= message.flags
            yield from (f"{path}: {message.id!r}: {error}" for error in found.check(there))
    for message in there:
        if message.id and here.get(message.id, message.context) is None:
            yield f"{path}: nobody says {message.id!r} any more"


def quarrels() -> Iterator[str]:
    """Messages that two rooms translate differently: Django would show whichever it loads last."""
    first: dict[tuple[object, object], tuple[object, str]] = {}
    for room in rooms():
        for message in kept(room):
            key = (message.id, message.context)
            string, other = first.setdefault(key, (message.string, room.name))
            if message.id and string != message.string:
                yield f"{room.name} says {message.string!r} for {message.id!r}, {other} says {string!r}"


def update(room: Path) -> None:
    here, there = said(room), kept(room)
    if not any(message.id for message in here):
        return
    before = {(message.id, message.context) for message in there}
    there.update(here, no_fuzzy_matching=True, update_creation_date=False)
    there.obsolete.clear()
    if {(message.id, message.context) for message in there} != before:
        path = catalogue_file(room)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, there, width=110, no_location=True, sort_output=True)


def compile_all(found: Iterable[Path]) -> None:
    for room in found:
        if catalogue_file(room).exists():
            with catalogue_file(room).with_suffix(".mo").open("wb") as file:
                write_mo(file, kept(room))


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check"]:
            found = [*(fault for room in rooms() for fault in faults(room)), *quarrels()]
            print(*found, sep="\n", end="\n" if found else "")
            return 1 if found else 0
        case ["update"]:
            for room in rooms():
                update(room)
        case ["compile"]:
            compile_all(rooms())
        case _:
            print("tools/messages.py check | update | compile", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
