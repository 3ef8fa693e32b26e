"""What the tracked files say, and what they must not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from tests.house.tree import ROOT, text, tracked

UNSEEN = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
MESSAGE = re.compile(
    r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}|\{% trans(?:late)? .*?%\}", re.DOTALL
)
CHINESE = re.compile(r"[\u3400-\u9fff]")
# The name of the product, and a language's own name for itself, are the same in every language.
SAME_EVERYWHERE = ("回音", "中文", "简体中文")
# In brackets so that these lines do not find themselves.
ADDRESSES = re.compile(
    r"p[y]pi[.]org|pythonho[s]ted|regis[t]ry[.]npm|de[b][.]debian|file[:]///|/wor[k]/|/ho[m]e/\w|/ro[o]t/"
)
INTERNET = re.compile(
    r"cd[n]\.|unpk[g]\.|jsdeliv[r]|googleapi[s]|fonts\.gstati[c]|(src|href)=[\"']?(https?:)?//"
)
GENERATED = re.compile(
    r"(^|/)(node_modules|vendor|dist|build)/|\.(mo|sqlite3|db|whl|min\.js)$|(^|/)uv\.lock$"
)


def found(pattern: re.Pattern[str], *globs: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked(*globs)
        if path.suffix not in {".png", ".xlsx", ".jpg", ".otf", ".woff2"}
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_registry_or_somebodys_machine() -> None:
    assert not found(ADDRESSES, "*")


def test_no_page_reaches_for_the_internet() -> None:
    assert not found(INTERNET, "*.html", "*.css", "*.js", "huiyin/*.py")


def test_nothing_that_is_made_or_written_by_others_is_kept() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked("*")]
    assert not [name for name in names if GENERATED.search(name)]


def test_no_tracked_file_is_large() -> None:
    assert not [path.name for path in tracked("*") if path.stat().st_size > 2 * 1024 * 1024]


def test_every_message_is_translated_and_none_is_left_over() -> None:
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr


@pytest.mark.parametrize("page", tracked("huiyin/*.html"), ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_speak_through_catalogues(page: Path) -> None:
    said = MESSAGE.sub("", UNSEEN.sub("", text(page)))
    for same in SAME_EVERYWHERE:
        said = said.replace(same, "")
    assert not CHINESE.search(said)


@pytest.mark.parametrize("catalogue", tracked("huiyin/*.po"), ids=lambda path: path.parts[-5])
def test_what_is_translated_is_shown(catalogue: Path) -> None:
    """Django finds each room's catalogue, compiled, and no other room's words cover it."""
    with catalogue.open("rb") as file:
        said = [entry for entry in read_po(file) if entry.id and isinstance(entry.id, str)]
    with translation.override("zh-hans"):
        shown = [(shows(entry.context, str(entry.id)), entry.string) for entry in said]
    assert not [pair for pair in shown if pair[0] != pair[1]]


def shows(context: str | None, message: str) -> str:
    return translation.pgettext(context, message) if context else translation.gettext(message)
