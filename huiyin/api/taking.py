"""One intake for all doors: what a program sent becomes an arrival, a case and a receipt, or a problem."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.api import once
from huiyin.api.problems import Problem, faults
from huiyin.casework import law, receipts
from huiyin.casework.filing import Registered, register
from huiyin.casework.models import CaseRow
from huiyin.intake.filing import Arrival, Codes, read_filing
from huiyin.intake.words import title_of
from huiyin.ledger import keys
from huiyin.offices import tree
from huiyin.procedure import Actor, Book, Unlawful

UNSORTED = "other"
FILED = "request"


@dataclass(frozen=True)
class Sent:
    """What a program sent. `data` has the names of `Filing` and `Person`; `files` are (name, bytes).

    `key`: under which it counts once ("" for none), and `used` the problem of a key with another body;
    `by_key_alone`: whatever comes under the key is the same (a letter by its Message-ID).
    """

    data: Mapping[str, Any]
    files: Sequence[tuple[str, bytes]] = ()
    key: str = ""
    used: str = "key-used"
    by_key_alone: bool = False

    def digest(self) -> bytes:
        if self.by_key_alone:
            return b""
        told = json.dumps(self.data, sort_keys=True, ensure_ascii=False, default=str)
        marks = [hashlib.sha256(data).hexdigest() for _, data in self.files]
        return hashlib.sha256(json.dumps([told, marks]).encode()).digest()


def take_in(sent: Sent, actor: Actor, office: str, now: datetime) -> Registered:
    """Register what was sent at `office`, or at another where that is complained of.

    Raises the problems `faults` (each with its field), `refused` (with its article) and `key-used`.
    """
    found = _read(sent, office, now)
    place = tree.receiving(found.filing.respondents, office)
    token = once.claim(sent.key, sent.digest(), now, sent.used) if sent.key else ""
    try:
        made = register(found.filing, found.person, actor=actor, office=place, now=now, token=token)
    except Unlawful as refusal:
        once.release(sent.key)
        said = get_language() or ""
        raise Problem("refused", refusal.message.get(said), {"article": refusal.article}) from None
    if sent.key and not made.again:
        once.done(sent.key, made.case)
    return made


def _read(sent: Sent, office: str, now: datetime) -> Arrival:
    book = law.book_for(office)
    today = law.day_of(now, book.zone)
    body = str(sent.data.get("body") or "")
    data = {
        "category": UNSORTED,
        "purpose": FILED,
        "received_on": today,
        **{name: value for name, value in sent.data.items() if value not in (None, "", [])},
    }
    data.setdefault("title", title_of(body))
    data.setdefault("requests", [data["title"]])
    found = read_filing(data, _codes(book), today, sent.files)
    if isinstance(found, Arrival):
        return found
    raise faults([(fault.field, _(fault.reason) % fault.params) for fault in found])


def _codes(book: Book) -> Codes:
    return Codes(
        purposes=book.purposes,
        channels=book.channels,
        categories=book.categories,
        places={place.code for place in tree.places()},
        offices={office.code for office in tree.offices()},
    )


# --- the answer -------------------------------------------------------------------------------


def is_public(row: CaseRow) -> bool:
    """Whether the public part of the log names this case: it is not sealed, and complains of nobody."""
    return not (row.withheld or row.erased or row.respondents)


def base(request: HttpRequest) -> str:
    """The address of this site as others reach it, without a slash."""
    return settings.HUIYIN_PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def proof_url(site: str, row: CaseRow) -> str | None:
    """Where anyone may fetch the proof; nowhere for what the log does not name."""
    return f"{site}/api/v1/receipts/{row.case_id}.tlog-proof" if is_public(row) else None


def receipt(made: Registered, site: str) -> dict[str, Any]:
    """The receipt as a program gets it. `code` is shown once and is null when it is no longer shown."""
    row = CaseRow.objects.get(case_id=made.case)
    if row.erased:
        raise Problem("erased")
    found = receipts.receipt(made.case)
    return {
        "case": made.case,
        "number": made.number,
        "code": made.code or None,
        "entry": found.index,
        "proof": found.proof.decode(),
        "proof_url": proof_url(site, row),
        "opening": found.opening.decode(),
        "checkpoint_url": f"{site}/log/checkpoint",
        "vkey": keys.vkey().strip(),
        "follow_url": f"{site}/case/",
    }
