"""The parts and the words of an e-mail, read within bounds: no small message may keep a core busy.

The library's parser of headers takes quadratic time, and more where parts nest, so both are bounded while
the message is taken apart; pages are stripped of their tags in one pass.
"""

import html
import re
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from functools import cache
from typing import Any, cast

HEADER_BYTES = 8 * 1024
HEADERS_BYTES = 128 * 1024  # of all parts together
PARTS_MOST = 100
NESTED_MOST = 16  # parts that hold parts
LINE_BYTES = 40  # of a long message on average at least: files are written in lines of 76
LINES_FREE = 100_000
PAGE_LONGEST = 1_000_000  # characters of an HTML page; the petition in it has 20 000 at most

# Mail says gb2312 and holds characters that only its successors have.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "us-ascii": "utf-8"}
# Closed: the library knows others that are no text, or take quadratic time (punycode).
CHARSET = re.compile(
    r"utf-?8|utf-?16(le|be)?|gb(k|2312|18030)|cp936|big5(-?hkscs)?|iso-8859-\d\d?|(windows-|cp)125\d|us-ascii"
)
BREAKS = frozenset(("p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "blockquote"))
# Each alternative takes what it has looked at, to the end where it is not closed: one pass, whatever comes.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<unsaid>style|script|title)\b.*?(?:</(?P=unsaid)\s*>|\Z)"
    r"|</?(?P<tag>[a-z][a-z0-9]*)(?:[^>=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+(?:>|\Z)"
    r"|<[!?/][^>]*+(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


class TooMuch(ValueError):
    """A message beyond the bounds; its text says which, for whoever sent it."""


class _Bounded(EmailPolicy):
    """How one message is taken apart; made anew for each, because it counts."""

    def __init__(self, **given: Any) -> None:
        super().__init__(message_factory=self._part, **given)
        # The library's policies refuse to be changed, and parse a header again whenever it is read.
        object.__setattr__(self, "met", Counter())
        object.__setattr__(self, "header_fetch_parse", cache(super().header_fetch_parse))

    def _count(self, what: str, most: int, number: int = 1) -> None:
        met: Counter[str] = self.__dict__["met"]
        met[what] += number
        if met[what] > most:
            raise TooMuch(f"the message has more than {most} {what}")

    def _part(self, policy: Any = None) -> EmailMessage:
        self._count("parts", PARTS_MOST)
        return EmailMessage(policy=policy)

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        size = sum(len(line) for line in sourcelines)
        if size > HEADER_BYTES:
            raise TooMuch(f"the message has a header of more than {HEADER_BYTES} bytes")
        self._count("bytes of headers", HEADERS_BYTES, size)
        name, value = super().header_source_parse(sourcelines)
        if name.lower() == "content-type" and "multipart/" in value.lower():
            self._count("parts within parts", NESTED_MOST)
        return name, value


def parse(raw: bytes) -> EmailMessage:
    """The message, taken apart; `TooMuch` where it is beyond the bounds."""
    if raw.count(b"\n") > max(LINES_FREE, len(raw) // LINE_BYTES):
        raise TooMuch("the message has too many lines")
    return message_from_bytes(raw, policy=cast("EmailPolicy[EmailMessage]", _Bounded()))


def text(part: MIMEPart) -> str:
    """The text of a part in the character set it names, or in the one it has."""
    data = part.get_payload(decode=True)
    raw = data if isinstance(data, bytes) else b""
    named = (part.get_content_charset() or "utf-8").lower()
    told = [WIDER.get(named, named)] if CHARSET.fullmatch(named) else []
    for charset in (*told, "utf-8", "gb18030"):
        try:
            return raw.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")


def plain(page: str) -> str:
    """What an HTML page says, without its styles and scripts; `TooMuch` where it is very long."""
    if len(page) > PAGE_LONGEST:
        raise TooMuch(f"the text is longer than {PAGE_LONGEST} characters")
    said: list[str] = []
    end = 0
    for found in _MARKUP.finditer(page):
        said.append(_words(page[end : found.start()]))
        if (found["tag"] or "").lower() in BREAKS and found[0][1] != "/":
            said.append("\n")
        end = found.end()
    said.append(_words(page[end:]))
    lines = (line.strip() for line in "".join(said).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(text))
