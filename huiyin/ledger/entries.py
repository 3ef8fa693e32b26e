"""The log's entry: two salted commitments, opaque to whoever lacks the salts. Pure."""

import re
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256

# 43 base64 letters carry 258 bits: the last one must end in two zero bits, or the same 32 bytes
# would have four spellings.
DIGEST = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
ENTRY = re.compile(rb"huiyin\.entry/1\npublic (" + DIGEST + rb")\nprivate (" + DIGEST + rb")\n")
ENTRY_LENGTH = 120


def commit(salt: bytes, content: str) -> bytes:
    """SHA-256 of the 32-byte salt followed by the content's UTF-8 bytes."""
    return sha256(salt + content.encode()).digest()


def entry_bytes(public_commit: bytes, private_commit: bytes) -> bytes:
    """The exact bytes of an entry over two 32-byte commitments."""
    return b"huiyin.entry/1\npublic %s\nprivate %s\n" % (b64encode(public_commit), b64encode(private_commit))


def parse_entry(entry: bytes) -> tuple[bytes, bytes]:
    """(public, private) commitments of an entry; ValueError unless spelled exactly as we write it."""
    match = ENTRY.fullmatch(entry)
    if match is None:
        raise ValueError("not a huiyin.entry/1")
    return b64decode(match[1]), b64decode(match[2])


def strict_b64decode(text: str) -> bytes:
    """Decode standard base64, refusing every spelling but the canonical one (ValueError)."""
    try:
        data = b64decode(text, validate=True)
    except Error as error:
        raise ValueError("not base64") from error
    if b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data
