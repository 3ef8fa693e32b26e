"""Canonical JSON (RFC 8785) for the few types that facts use. Pure."""

import json

MAX_INTEGER = 2**53 - 1
_PLAIN = frozenset({str, bool, type(None)})
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False, allow_nan=False
)


def dumps(value: object) -> str:
    """The one JSON spelling of `value` (str, int, bool, None, list, dict with ASCII keys).

    Raises TypeError for floats and other types, ValueError for text or numbers that JSON readers
    of other languages would not give back unchanged.
    """
    _refuse_ambiguous(value)
    text = _ENCODER.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("text holds half of a surrogate pair") from None
    return text


def loads(text: str) -> object:
    """The value of a canonical JSON text; raises ValueError when it is not spelled canonically."""
    try:
        value: object = json.loads(text)
        spelled = dumps(value)
    except (TypeError, RecursionError) as error:
        raise ValueError("not canonical JSON") from error
    if spelled != text:
        raise ValueError("not canonical JSON")
    return value


def _refuse_ambiguous(value: object) -> None:
    kind = type(value)
    if kind in _PLAIN:
        return
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise ValueError("integer beyond 2^53 - 1")
    elif isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise TypeError("keys must be ASCII text")
            if type(item) not in _PLAIN:
                _refuse_ambiguous(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_ambiguous(item)
    else:
        raise TypeError(f"{kind.__name__} has no canonical JSON here")
