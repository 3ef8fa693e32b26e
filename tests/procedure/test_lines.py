"""The line of every key of a TOML text, against the places where they were written."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.procedure.book import BOOKS
from huiyin.procedure.lines import lines_of

AWKWARD = '''\
# [not.a.table]
a.b = "[c] = 1 # no comment"   # a comment, with = and [
"quoted.key" = 'x\\'
long = """
[still]
text = "here" \\""" and ""more"""""
raw = \'\'\'
# [raw]
\'\'\'
list = [
  1, # one ]
  [2, 3],
  { k = "}", n = { m = [4] } },
]

[t]
x = 1
  [t.sub."deep key"]
  y = 2

[[rows]]
z = 3
[[rows.inner]]
w = 4
[[rows.inner]]
w = 5
[rows.table]
v = 1979-05-27T07:32:00Z
[[rows]]
z = 6
'''


def test_it_finds_every_key_of_an_awkward_text() -> None:
    tomllib.loads(AWKWARD)
    assert lines_of(AWKWARD) == {
        (): 1,
        ("a",): 2,
        ("a", "b"): 2,
        ("quoted.key",): 3,
        ("long",): 4,
        ("raw",): 7,
        ("list",): 10,
        ("list", 0): 11,
        ("list", 1): 12,
        ("list", 1, 0): 12,
        ("list", 1, 1): 12,
        ("list", 2): 13,
        ("list", 2, "k"): 13,
        ("list", 2, "n"): 13,
        ("list", 2, "n", "m"): 13,
        ("list", 2, "n", "m", 0): 13,
        ("t",): 16,
        ("t", "x"): 17,
        ("t", "sub", "deep key"): 18,
        ("t", "sub", "deep key", "y"): 19,
        ("rows",): 21,
        ("rows", 0): 21,
        ("rows", 0, "z"): 22,
        ("rows", 0, "inner"): 23,
        ("rows", 0, "inner", 0): 23,
        ("rows", 0, "inner", 0, "w"): 24,
        ("rows", 0, "inner", 1): 25,
        ("rows", 0, "inner", 1, "w"): 26,
        ("rows", 0, "table"): 27,
        ("rows", 0, "table", "v"): 28,
        ("rows", 1): 29,
        ("rows", 1, "z"): 30,
    }


def test_it_finds_them_with_windows_line_ends_too() -> None:
    assert lines_of(AWKWARD.replace("\n", "\r\n")) == lines_of(AWKWARD)


def paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path}
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        found |= paths(inner, (*path, key))
    return found


@pytest.mark.parametrize("path", sorted(BOOKS.glob("*.toml")), ids=lambda p: p.name)
def test_it_misses_no_key_of_a_book(path: Path) -> None:
    text = path.read_text("utf-8")
    assert paths(tomllib.loads(text)) == set(lines_of(text))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12), max_size=6))
def test_it_is_not_misled_by_what_stands_in_strings(words: list[str]) -> None:
    def quoted(word: str) -> str:
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'

    text = "".join(f"k{i} = {quoted(word)}\n" for i, word in enumerate(words))
    assert lines_of(text) == {(): 1} | {(f"k{i}",): i + 1 for i in range(len(words))}
