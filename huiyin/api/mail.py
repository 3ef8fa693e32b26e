"""An e-mail becomes a case: RFC 5322 in, a filing out, or the reason why there is none.

What a machine sent is taken for nobody's grievance (RFC 3834): automatic answers, lists, bounces, loops.
Who it is from is what the message claims; it is sealed like any sender, and an answer goes there.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from django.conf import settings

from huiyin.api import mime, rates, taking
from huiyin.api.problems import Problem
from huiyin.api.taking import Sent
from huiyin.casework.filing import Registered
from huiyin.intake.filing import BODY_SHORTEST, FILE_BYTES, FILES_MOST, TITLE_LONGEST
from huiyin.intake.words import one_line
from huiyin.papers import pictures
from huiyin.procedure import Actor

HOPS_MOST = 50
ANSWERS_MOST = 5  # in an hour to one address, which may be that of somebody who never wrote
RECEIPT = "X-Huiyin-Receipt"
MESSAGE_ID = re.compile("<[!-;=?-~]{1,250}>")
AUTOMATIC = {"bulk", "junk", "list", "auto_reply"}
MACHINES = re.compile(
    r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+.-].*)?$", re.IGNORECASE
)

# The library's parser fails in many ways on what is no message.
UNREADABLE = (
    MessageError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    TypeError,
    AssertionError,
    RecursionError,
)


@dataclass
class NoLetter(Exception):
    """No case comes of it. `silent`: from a machine, so nobody is told; else its sender should be."""

    reason: str
    silent: bool = False

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Letter:
    """An e-mail as it was read. `left_out`: names of attachments that no case can hold, and why."""

    id: str
    name: str
    address: str
    subject: str
    body: str
    files: tuple[tuple[str, bytes], ...]
    left_out: tuple[tuple[str, str], ...]


def most() -> int:
    """Bytes of a message at most: as many as the form takes with its papers, and a third for base64."""
    return settings.FILE_UPLOAD_MAX_MEMORY_SIZE * 4 // 3


def read(raw: bytes) -> Letter:
    """The letter in a message; `NoLetter` where a machine wrote it, or where nothing can be read."""
    if len(raw) > most():
        raise NoLetter(f"the message is larger than {most() // 1024**2} MB")
    try:
        message = mime.parse(raw)
        _refuse_machines(message)
        sender = _sender(message)
        files, left_out = _attachments(message)
        return Letter(
            id=one_line(str(message.get("Message-ID", ""))) or hashlib.sha256(raw).hexdigest(),
            name=one_line(sender.display_name)[:100],
            address=one_line(sender.addr_spec)[:200],
            subject=one_line(str(message.get("Subject", "")))[:TITLE_LONGEST],
            body=_body(message),
            files=files,
            left_out=left_out,
        )
    except mime.TooMuch as fault:
        raise NoLetter(str(fault)) from None
    except UNREADABLE as fault:
        raise NoLetter(f"this is no message that can be read ({type(fault).__name__})") from None


def take_in(letter: Letter, office: str, now: datetime) -> Registered:
    """Register a letter at `office`; the same one again (by its Message-ID) is the same case."""
    words = letter.body
    if len(words.strip()) < BODY_SHORTEST:  # all that is to say often stands in the subject
        words = f"{letter.subject}\n{words}".strip()
    data = {
        "title": letter.subject,
        "body": words,
        "channel": "web",
        "name": letter.name,
        "address": letter.address,
    }
    key = f"mail {office} {letter.address} {letter.id}"
    sent = Sent(data, letter.files, key, by_key_alone=True)
    try:
        return taking.take_in(sent, Actor("system", office, "api:mail"), office, now)
    except Problem as problem:
        errors = [f"{one['field']}: {one['reason']}" for one in problem.more.get("errors", ())]
        raise NoLetter("; ".join(errors) or problem.detail or str(problem.document()["title"])) from None


# --- who wrote it -----------------------------------------------------------------------------


def _refuse_machines(message: EmailMessage) -> None:
    said = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    hops = sum(name.lower() == "received" for name in message)
    precedence = str(message.get("Precedence", "")).strip().lower()
    if RECEIPT in message or hops > HOPS_MOST:
        raise NoLetter("the message goes round in a loop", silent=True)
    if said != "no" or precedence in AUTOMATIC or "X-Autoreply" in message:
        raise NoLetter("an automatic message", silent=True)
    if "List-Id" in message or "List-Unsubscribe" in message:
        raise NoLetter("a message of a list", silent=True)
    if (
        str(message.get("Return-Path", "?")).strip() == "<>"
        or message.get_content_type() == "multipart/report"
    ):
        raise NoLetter("a message that could not be delivered", silent=True)


def _sender(message: EmailMessage) -> Address:
    header = message["From"]
    addresses: tuple[Address, ...] = header.addresses if header is not None else ()
    if len(addresses) != 1 or not (addresses[0].username and addresses[0].domain):
        raise NoLetter("the message does not say whom it is from", silent=True)
    found = addresses[0]
    if MACHINES.match(found.username):
        raise NoLetter("a message of a machine", silent=True)
    return found


# --- what it says -----------------------------------------------------------------------------


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    text = mime.text(part)
    return mime.plain(text) if part.get_content_type() == "text/html" else text


def _attachments(
    message: EmailMessage,
) -> tuple[tuple[tuple[str, bytes], ...], tuple[tuple[str, str], ...]]:
    """Papers that a case can hold, and those left out: a letter is not refused for what hangs on it."""
    taken: list[tuple[str, bytes]] = []
    left_out: list[tuple[str, str]] = []
    for number, part in enumerate(_parts(message), 1):
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        name = one_line(part.get_filename() or f"{number}")
        try:
            pictures.kind(data, max_bytes=FILE_BYTES)
        except pictures.PictureFault as fault:
            left_out.append((name, str(fault)))
            continue
        if len(taken) == FILES_MOST:
            left_out.append((name, f"At most {FILES_MOST} files."))
        else:
            taken.append((name, data))
    return tuple(taken), tuple(left_out)


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    body = message.get_body(("plain", "html"))
    other = message.get_body(("html",))
    for part in message.walk():
        text = part.get_content_maintype() == "text" and not part.get_filename()
        if not part.is_multipart() and part not in (body, other) and not text:
            yield part


# --- the answer -------------------------------------------------------------------------------


def may_answer(letter: Letter, now: datetime) -> bool:
    """Whether its sender has had fewer answers in this hour than one address gets; counts this one."""
    name, _, domain = letter.address.casefold().rpartition("@")
    mailbox = f"{name.partition('+')[0]}@{domain}"
    return not rates.spend("mail answer", mailbox, ANSWERS_MOST, now)


def reply(letter: Letter, made: Registered, from_: str, site: str) -> bytes:
    """The message that gives the sender number, code and receipt; no mail system answers it.

    It goes to whoever the letter claims to be from, so it repeats nothing that the letter says.
    """
    receipt = taking.receipt(made, site)
    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = from_
    answer["To"] = letter.address
    answer["Subject"] = f"{receipt['number']} 已登记 / registered"
    if MESSAGE_ID.fullmatch(letter.id):
        answer["In-Reply-To"] = answer["References"] = letter.id
    answer["Auto-Submitted"] = "auto-replied"
    answer[RECEIPT] = receipt["number"]
    left_out = Counter(why for _, why in letter.left_out)
    whys = "".join(f"\n- {count}: {why}" for why, count in left_out.items())
    answer.set_content(
        f"您的来信已登记，编号 {receipt['number']}，查询码 {receipt['code']}。"
        f"查询办理进展：{receipt['follow_url']}\n"
        f"Your letter is registered as {receipt['number']}; your code is {receipt['code']}. "
        f"Follow it at {receipt['follow_url']}\n"
        + (f"\n未收下的附件 / attachments not taken in: {left_out.total()}{whys}\n" if left_out else "")
    )
    ending = "promise" if receipt["entry"] is None else "tlog-proof"
    for name, text in ((ending, receipt["proof"]), ("opening.json", receipt["opening"])):
        answer.add_attachment(
            text.encode(),
            maintype="application",
            subtype="octet-stream",
            filename=f"{receipt['number']}.{name}",
        )
    return answer.as_bytes()
