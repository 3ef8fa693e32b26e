"""Where each key of a TOML text stands, because `tomllib` keeps no line numbers.

Give it only text that `tomllib` has accepted: it finds its way through valid TOML and checks nothing.
"""

from __future__ import annotations

from bisect import bisect_right

Path = tuple[str | int, ...]

_BLANK = " \t"
_SPACE = " \t\r\n"
_QUOTES = "\"'"


def lines_of(text: str) -> dict[Path, int]:
    """Line (1 = first) of every table, key and array element, by its path from the root."""
    return _Walk(text).run()


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [i for i, c in enumerate(text) if c == "\n"]
        self.lines: dict[Path, int] = {(): 1}
        self.tables: dict[Path, int] = {}  # arrays of tables: how many elements so far

    def run(self) -> dict[Path, int]:
        base: Path = ()
        while self._peek_statement():
            if self.text.startswith("[[", self.at):
                base = self._array_header()
            elif self.text[self.at] == "[":
                base = self._header()
            else:
                self._pair(base)
        return self.lines

    def _mark(self, path: Path, offset: int) -> None:
        self.lines.setdefault(path, bisect_right(self.breaks, offset - 1) + 1)

    def _peek_statement(self) -> bool:
        self._skip_space()
        return self.at < len(self.text)

    def _skip(self, what: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in what:
            self.at += 1

    def _skip_space(self) -> None:
        self._skip(_SPACE)
        while self.at < len(self.text) and self.text[self.at] == "#":
            self._bare("\n")
            self._skip(_SPACE)

    def _bare(self, stops: str) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        return self.text[start : self.at]

    def _array_header(self) -> Path:
        start, self.at = self.at, self.at + 2
        keys = self._dotted()
        self.at = self.text.index("]]", self.at) + 2
        path = (*self._resolve(keys[:-1]), keys[-1])
        count = self.tables.get(path, 0)
        self.tables[path] = count + 1
        self._mark(path, start)
        self._mark((*path, count), start)
        return (*path, count)

    def _header(self) -> Path:
        start, self.at = self.at, self.at + 1
        path = self._resolve(self._dotted())
        self.at = self.text.index("]", self.at) + 1
        self._mark(path, start)
        return path

    def _resolve(self, keys: tuple[str, ...]) -> Path:
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
        return path

    def _dotted(self) -> tuple[str, ...]:
        keys = [self._key()]
        while self.text[self.at] == ".":
            self.at += 1
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> str:
        self._skip(_BLANK)
        quoted = self.text[self.at] in _QUOTES
        key = self._string() if quoted else self._bare(" \t.=]")
        self._skip(_BLANK)
        return key

    def _pair(self, base: Path) -> None:
        self._skip_space()
        start = self.at
        keys = self._dotted()
        for size in range(1, len(keys) + 1):
            self._mark((*base, *keys[:size]), start)
        self.at += 1  # "="
        self._value((*base, *keys))

    def _value(self, path: Path) -> None:
        self._skip_space()
        self._mark(path, self.at)
        opening = self.text[self.at]
        if opening in _QUOTES:
            self._string()
        elif opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline(path)
        else:
            self._bare(",]}#\n")

    def _array(self, path: Path) -> None:
        index = 0
        while self._more("]"):
            self._value((*path, index))
            index += 1

    def _inline(self, path: Path) -> None:
        while self._more("}"):
            self._pair(path)

    def _more(self, closing: str) -> bool:
        """Step over the opening bracket or a comma; false, and past it, at the closing bracket."""
        self._skip_space()
        if self.text[self.at] in "[{,":
            self.at += 1
            self._skip_space()
        if self.text[self.at] == closing:
            self.at += 1
            return False
        return True

    def _string(self) -> str:
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(fence)
        start = self.at
        while not self.text.startswith(fence, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        found = self.text[start : self.at]
        self.at += len(fence)
        while len(fence) == 3 and self.text.startswith(
            quote, self.at
        ):  # up to two quotes may end the content
            self.at += 1
        return found
