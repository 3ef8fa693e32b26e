"""By what means the county sends: its settings, read and checked (docs/post.md)."""

import base64
import binascii
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from huiyin.casework.wishes import EMAIL, PAPER, PUSH, SMS
from huiyin.offices import tree
from huiyin.postroom.sending.hours import Quiet

HOOK, OFFICE = "hook", "office"
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
RECEIVER = frozenset({"name", "url", "secret", "own"})
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
SECRET = "whsec_"
SECRET_BYTES = (24, 64)  # as the Standard Webhooks scheme has it


class PostFault(Exception):
    """A setting that cannot be used; the message names it and never repeats a secret."""


@dataclass(frozen=True)
class Smtp:
    """A mail server. `tls`: "" (plain), "starttls" or "tls"."""

    host: str
    port: int
    user: str
    password: str
    tls: str
    sender: str


@dataclass(frozen=True)
class Gateway:
    """An SMS gateway over HTTP. `ok`: what the answer must hold, where a status of 2xx is not enough."""

    url: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body: str
    ok: re.Pattern[str] | None


@dataclass(frozen=True)
class Receiver:
    """Another system that wants to know of facts. `own`: it runs on this very computer, on purpose."""

    name: str
    url: str
    secret: bytes
    own: bool


@dataclass(frozen=True)
class Means:
    """All that the postroom sends by. `site`: where its pages are, or ""; seconds in `timeout`.

    `offices`: by its code, the address at which an office is reminded of its routine.
    """

    smtp: Smtp | None
    gateway: Gateway | None
    receivers: Mapping[str, Receiver]
    offices: Mapping[str, str]
    push: bool
    paper: bool
    quiet: Quiet | None
    digest: timedelta
    timeout: int
    site: str

    @property
    def address(self) -> str:
        """Where people follow their case, or ""."""
        return f"{self.site}/case/" if self.site else ""

    @property
    def channels(self) -> tuple[str, ...]:
        """What a petitioner can choose from."""
        has = {
            EMAIL: self.smtp is not None,
            SMS: self.gateway is not None,
            PUSH: self.push,
            PAPER: self.paper,
        }
        return tuple(channel for channel, there in has.items() if there)


def means() -> Means:
    """The means as the settings stand, or `PostFault`."""
    return Means(
        smtp=_smtp(),
        gateway=_gateway(),
        receivers=_receivers(),
        offices=_offices(),
        push=settings.HUIYIN_POST_PUSH,
        paper=settings.HUIYIN_POST_PAPER,
        quiet=_quiet(),
        digest=timedelta(minutes=settings.HUIYIN_POST_DIGEST),
        timeout=max(1, settings.HUIYIN_POST_TIMEOUT),
        site=settings.HUIYIN_PUBLIC_URL.rstrip("/"),
    )


def faults() -> Iterator[str]:
    """What is wrong with the settings, for `doctor`."""
    for read in (_smtp, _gateway, _receivers, _quiet, _known_offices):
        try:
            read()
        except PostFault as fault:
            yield str(fault)


def _known_offices() -> None:
    if strange := set(_offices()) - {office.code for office in tree.offices()}:
        raise PostFault(f"{settings.HUIYIN_POST_OFFICES}: there is no office {', '.join(sorted(strange))}")


def _smtp() -> Smtp | None:
    if not settings.HUIYIN_POST_SMTP_URL:
        return None
    parts, port = _parts("HUIYIN_POST_SMTP_URL", settings.HUIYIN_POST_SMTP_URL, tuple(PORTS))
    sender = settings.HUIYIN_POST_FROM
    if not _ADDRESS.fullmatch(sender):
        raise PostFault(
            "HUIYIN_POST_FROM must be the address that e-mail comes from, such as news@county.example"
        )
    return Smtp(
        host=parts.hostname or "",
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls={"smtp+tls": "starttls", "smtps": "tls"}.get(parts.scheme, ""),
        sender=sender,
    )


def _gateway() -> Gateway | None:
    url = settings.HUIYIN_POST_SMS_URL
    if not url:
        return None
    _parts("HUIYIN_POST_SMS_URL", url, ("http", "https"))
    body = settings.HUIYIN_POST_SMS_BODY
    if not all(mark in url + body for mark in ("{to}", "{text}")):
        raise PostFault("HUIYIN_POST_SMS_BODY (or the address) must hold {to} and {text}")
    try:
        ok = re.compile(settings.HUIYIN_POST_SMS_OK) if settings.HUIYIN_POST_SMS_OK else None
    except re.error as fault:
        raise PostFault(f"HUIYIN_POST_SMS_OK is no regular expression: {fault}") from None
    return Gateway(url, settings.HUIYIN_POST_SMS_METHOD, tuple(_headers()), body, ok)


def _headers() -> Iterator[tuple[str, str]]:
    for line in filter(None, map(str.strip, settings.HUIYIN_POST_SMS_HEADERS.split("|"))):
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name.strip()) or not value.isascii():
            raise PostFault(
                "HUIYIN_POST_SMS_HEADERS are written as `Name: value` in ASCII, with | between two"
            )
        yield name.strip(), value.strip()


def _quiet() -> Quiet | None:
    try:
        return Quiet.read(settings.HUIYIN_POST_QUIET)
    except ValueError:
        raise PostFault("HUIYIN_POST_QUIET must be hours such as 21:00-08:00, or none") from None


def _receivers() -> dict[str, Receiver]:
    if not settings.HUIYIN_POST_RECEIVERS:
        return {}
    path = Path(settings.HUIYIN_POST_RECEIVERS)
    listed = _toml("HUIYIN_POST_RECEIVERS", path).get("receiver", [])
    if not isinstance(listed, list):
        raise PostFault(f"{path}: receivers are written as [[receiver]]")
    made = [_receiver(path, number, given) for number, given in enumerate(listed, 1)]
    if len({one.name for one in made}) < len(made):
        raise PostFault(f"{path}: two receivers have the same name")
    return {one.name: one for one in made}


def _toml(name: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise PostFault(f"{name}: {path} cannot be read: {fault}") from None


def _offices() -> dict[str, str]:
    """Where offices are reminded of their routine: `[office]`, then a line for each, `code = "address"`."""
    if not settings.HUIYIN_POST_OFFICES:
        return {}
    path = Path(settings.HUIYIN_POST_OFFICES)
    found = _toml("HUIYIN_POST_OFFICES", path)
    listed = found.get("office")
    if not isinstance(listed, dict) or len(found) > 1:
        raise PostFault(f'{path}: offices are written under [office], each as code = "address"')
    for code, address in listed.items():
        if not (isinstance(address, str) and address.isascii() and _ADDRESS.fullmatch(address)):
            raise PostFault(f"{path}: {code} has no address such as duty@town.example")
    if listed and not settings.HUIYIN_POST_SMTP_URL:
        raise PostFault("HUIYIN_POST_OFFICES needs a mail server: HUIYIN_POST_SMTP_URL")
    return listed


def _receiver(path: Path, number: int, given: Any) -> Receiver:
    where = f"{path}: receiver {number}"
    if not isinstance(given, dict) or not RECEIVER.issuperset(given):
        raise PostFault(f"{where} has name, url, secret and own, and nothing else")
    name, url, secret = (str(given.get(key, "")) for key in ("name", "url", "secret"))
    if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
        raise PostFault(f"{where}: a name has up to 40 letters a-z, digits and hyphens")
    _parts(f"{where}: url", url, ("http", "https"))
    return Receiver(name, url, _secret(where, secret), given.get("own") is True)


def _secret(where: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(SECRET), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    least, most = SECRET_BYTES
    if not least <= len(key) <= most:
        raise PostFault(f"{where}: secret must be {SECRET} and the base64 of {least} to {most} random bytes")
    return key


def _parts(name: str, url: str, schemes: tuple[str, ...]) -> Any:
    """The parts of an address and its port, or what is wrong with it, without repeating it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise PostFault(f"{name} is no address") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise PostFault(f"{name} must begin with {' or '.join(f'{one}://' for one in schemes)}")
    return parts, port
