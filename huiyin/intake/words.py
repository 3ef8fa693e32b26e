"""People's words: what is kept, what is compared, and what is covered before others read it."""

import re
import unicodedata

BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

# Controls other than tab and the line ends cannot be printed, and a lone surrogate has no UTF-8 form.
_UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNWANTED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{BIDI_CONTROLS}]")
_VISIBLE = frozenset("LNPS")
TITLE_FROM_BODY = 30  # characters


def kept(text: str) -> str:
    """`text` exactly as it stands, less the characters no file or database can keep (imported letters)."""
    return _UNKEEPABLE.sub("", text)


def clean_text(text: str) -> str:
    """`text` as typed: line ends as newlines, without control characters or bidirectional overrides.

    Overrides (U+202A–E, U+2066–9) could make a clerk read other words than were written. Tabs,
    newlines, emoji with their joiners, and full-width characters stay.
    """
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """`clean_text` on one line, without white space at the ends: titles, names, addresses."""
    return " ".join(clean_text(text).split())


def is_blank(text: str) -> bool:
    """Whether `text` shows nothing: only white space, joiners and other invisible characters."""
    return not any(unicodedata.category(char)[0] in _VISIBLE for char in text)


def title_of(body: str) -> str:
    """A title for a letter that has none: how it begins."""
    line = one_line(body[:400])
    short = line[: TITLE_FROM_BODY + 1]
    ends = [at for sign in "。！？；!?;" if (at := short.find(sign)) > 3]
    if ends or len(line) <= TITLE_FROM_BODY:
        return short[: min(ends, default=TITLE_FROM_BODY)]
    pause = max(short.rfind(sign) for sign in "，,、：")
    return f"{short[: pause if pause > 3 else TITLE_FROM_BODY]}…"


def normalise(body: str) -> str:
    """What two bodies are compared by: Unicode NFKC without any white space."""
    return "".join(unicodedata.normalize("NFKC", body).split())


def shown(text: str) -> str:
    """`text` for a screen, without the escape `_x000D_` that sheets leave for a carriage return.

    Only what is shown changes; what was registered and committed keeps it (docs/decisions/0021).
    """
    return text.replace("_x000D_", "").replace("\r\n", "\n")


# One character for one, so that a place in the plain text is the same place in the original.
_PLAIN = str.maketrans(
    {chr(0xFF10 + digit): str(digit) for digit in range(10)}
    | dict.fromkeys("\uff0d\u2010\u2011\u2012\u2013\u2014\u2212\u30fc", "-")
    | dict.fromkeys("\u3000\u00a0\u2002\u2003\u2009\t", " ")
    | {"Ｘ": "X", "ｘ": "x", "（": "(", "）": ")", "：": ":", "＋": "+"}
)
_GAP = "[ -]{0,2}"
_NUMBERS = re.compile(
    "|".join(
        (
            # identity numbers of 18 or 15, and bank cards to 19: any run that long names a person
            rf"(?<!\d)\d(?:{_GAP}\d){{13,17}}(?:{_GAP}[\dXx])?(?![\dXx])",
            # mobile numbers, with or without the country code
            rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)",
            # landlines with area code, extension and all
            rf"(?<!\d)(?:\(0\d{{2,3}}\)|0\d{{2,3}}){_GAP}[2-9](?:{_GAP}\d){{6,7}}(?!\d)(?:-\d{{1,5}}(?!\d))?",
            # a local number is only told from a sum of money by the word before it
            r"(?<=电话|座机|话:|机:|话 |机 )[ :]{0,3}[2-9](?:[ -]?\d){6,7}(?!\d)",
        )
    )
)
_DIGIT = re.compile(r"[0-9０-９XxＸｘ]")


def mask_numbers(text: str) -> str:
    """`text` with every digit of telephone, identity and card numbers replaced by `*`, its length the same.

    Knows full-width digits, spaces and hyphens within a number. For everyone who may read the words
    but has not opened the identity.
    """
    plain = text.translate(_PLAIN)
    parts: list[str] = []
    end = 0
    for found in _NUMBERS.finditer(plain):
        parts += text[end : found.start()], _DIGIT.sub("*", text[found.start() : found.end()])
        end = found.end()
    return "".join(parts) + text[end:]
