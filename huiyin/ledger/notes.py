"""C2SP signed notes and checkpoints under Ed25519 keys. Pure."""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from huiyin.ledger.entries import strict_b64decode

ED25519 = b"\1"
MAX_SIGNATURES = 100
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note, checkpoint or key that is malformed or not validly signed."""


@dataclass(frozen=True)
class Verifier:
    """A verifier key: the signer's name and its Ed25519 public key (32 bytes)."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public)

    def __str__(self) -> str:
        """The `vkey` line: name+hex(id)+base64(type‖key)."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key with the name it signs under."""

    name: str
    key: Ed25519PrivateKey

    @cached_property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The note: `text` (ends in a newline), a blank line, and our signature line."""
        if not text.endswith("\n") or not _printable(text):
            raise NoteError("a note's text ends in a newline and has no control characters")
        body = text.encode()
        stamp = b64encode(self.verifier.key_id + self.key.sign(body)).decode()
        return body + f"\n— {self.name} {stamp}\n".encode()


def key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def read_vkey(text: str) -> Verifier:
    """The key of one `vkey` line; NoteError unless it is spelled exactly as `str(Verifier)` does."""
    name, _, rest = text.partition("+")
    _, _, data = rest.partition("+")
    try:
        key = strict_b64decode(data)
    except ValueError as error:
        raise NoteError("the key is not canonical base64") from error
    if not _valid_name(name) or key[:1] != ED25519 or len(key) != 33:
        raise NoteError("not an Ed25519 verifier key")
    verifier = Verifier(name, key[1:])
    if str(verifier) != text:
        raise NoteError("the key does not match its id")
    return verifier


def open_note(note: bytes, keys: Iterable[Verifier]) -> str:
    """The text of a note that at least one of `keys` signed.

    Signatures by other keys are ignored; a bad one by a known key refuses the note. Raises NoteError.
    """
    text, lines = _split(note)
    known = {(key.name, key.key_id): key for key in keys}
    signed = False
    for line in lines:
        name, stamp = _signature(line)
        key = known.get((name, stamp[:4]))
        if key is None:
            continue
        if not key.verifies(text.encode(), stamp[4:]):
            raise NoteError(f"the signature by {name} is wrong")
        signed = True
    if not signed:
        raise NoteError("no signature by a known key")
    return text


def _split(note: bytes) -> tuple[str, list[str]]:
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8") from error
    at = whole.rfind("\n\n")
    if at < 0 or not whole.endswith("\n") or not _printable(whole):
        raise NoteError("not a signed note")
    lines = whole[at + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("too many signatures")
    return whole[: at + 1], lines


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, data = ([*line.split(" "), "", "", ""])[:3]
    try:
        stamp = strict_b64decode(data)
    except ValueError as error:
        raise NoteError("a signature is not canonical base64") from error
    if dash != "—" or not _valid_name(name) or len(stamp) < 5 or line.count(" ") != 2:
        raise NoteError("a malformed signature line")
    return name, stamp


def _printable(text: str) -> bool:
    return CONTROL.search(text) is None


def _valid_name(name: str) -> bool:
    return (
        bool(name) and "+" not in name and not any(letter.isspace() for letter in name) and _printable(name)
    )


@dataclass(frozen=True)
class Checkpoint:
    """What a log signs: its origin, its size, and the Merkle root (32 bytes) over that many entries."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text holds; NoteError unless it is spelled canonically."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:
        raise NoteError("a checkpoint has three lines")
    origin, size, root = lines[:3]
    if not size.isascii() or not size.isdigit() or (size.startswith("0") and size != "0"):
        raise NoteError("a checkpoint's size is a plain number")
    try:
        checkpoint = Checkpoint(origin, int(size), strict_b64decode(root))
    except ValueError as error:
        raise NoteError("a checkpoint's root is not canonical base64") from error
    if len(checkpoint.root) != 32 or not origin or not all(lines[3:-1]):
        raise NoteError("a malformed checkpoint")
    return checkpoint


@lru_cache(maxsize=64)
def open_checkpoint(note: bytes, key: Verifier) -> Checkpoint:
    """The checkpoint of the log whose key this is: signed by it, and under its name. Raises NoteError."""
    checkpoint = read_checkpoint(open_note(note, [key]))
    if checkpoint.origin != key.name:
        raise NoteError(f"a checkpoint of {checkpoint.origin}, signed by {key.name}")
    return checkpoint
