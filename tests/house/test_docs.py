"""Docs that cannot fall behind: commands, settings, dependencies, links, both readmes, the map."""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, text, tracked

READMES = ("README.md", "README.zh-CN.md")


def commands(
    parser: argparse.ArgumentParser, name: str = "huiyin"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that runs, with its parser; groups of commands are followed, not listed."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield name, parser
    for group in groups:
        for word, child in group.choices.items():
            yield from commands(child, f"{name} {word}")


def all_commands() -> list[tuple[str, argparse.ArgumentParser]]:
    from huiyin.cli.main import parser

    return list(commands(parser()))


def documented(readme: str) -> list[str]:
    return re.findall(r"^\| `(huiyin [^`]+)` \|", text(ROOT / readme), re.MULTILINE)


def test_docs_use_only_options_that_exist() -> None:
    known = {name: parser.format_help() for name, parser in all_commands()}
    used = [
        (name, option, page.name)
        for page in tracked("*.md")
        for line in re.findall(r"\bhuiyin [^`|#\n]*", text(page))
        for name in known
        if line.startswith(f"{name} ")
        for option in re.findall(r"--[a-z-]+", line.split("&&")[0])
    ]
    assert not [use for use in used if use[1] not in known[use[0]]]


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_every_command_and_no_other(readme: str) -> None:
    real = {name for name, _ in all_commands()}
    rows = {" ".join(word for word in row.split() if not word.isupper()) for row in documented(readme)}
    benches = {name for name in real if name.startswith("huiyin bench")}
    assert rows - {"huiyin bench"} == real - benches
    assert bool(benches) == ("huiyin bench" in rows)


def test_every_command_shows_an_example() -> None:
    mute = [name for name, parser in all_commands() if "example" not in parser.format_help()]
    assert not mute


def test_both_readmes_tell_the_same() -> None:
    english, chinese = (text(ROOT / name) for name in READMES)
    assert documented("README.md") == documented("README.zh-CN.md")
    for mark in (r"^#+ ", r"^\d\. ", r"^```", r"^\| "):
        count = [len(re.findall(mark, page, re.MULTILINE)) for page in (english, chinese)]
        assert count[0] == count[1], mark


def test_docs_name_every_setting_and_no_other() -> None:
    read = set(re.findall(r'env_\w+\(\s*"(HUIYIN_\w+)"', text(ROOT / "huiyin/settings.py")))
    table = re.findall(r"^\| `(HUIYIN_\w+)` \|", text(ROOT / "docs/settings.md"), re.MULTILINE)
    assert sorted(table) == sorted(set(table)) == sorted(read)


def test_settings_are_read_in_one_place() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in tracked("huiyin/*.py")
        if path.name != "settings.py" and re.search(r"(environ(\.get)?|getenv)\W+HUIYIN_", text(path))
        if "cli" not in path.parts
    ]
    assert not strays


def test_every_dependency_says_what_it_is_for() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["build"], *groups["test"]]
    names = {re.split(r"[\[<>=~! ]", line)[0] for line in wanted}
    chapters = text(ROOT / "docs/dependencies.md").split("## Considered")
    named = set(re.findall(r"^\| ([a-z0-9-]+) \|", chapters[0], re.MULTILINE)) - {"package"}
    assert named == names | {"uv"}


def test_what_builds_a_wheel_is_what_we_tested() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    locked = set(re.findall(r"^(\S+==\S+) \\$", text(ROOT / "requirements.lock"), re.MULTILINE))
    assert set(project["build-system"]["requires"]) <= locked


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", text(page))
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_the_map_shows_todays_imports() -> None:
    done = subprocess.run([sys.executable, "tools/map.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0
