"""Webhooks: other systems hear that a case took a step, signed as Standard Webhooks 1.0.0 has it.

An event says what the log's public part says, and nothing that is withheld there. What a receiver answers is
looked at for its status and dropped: it makes no fact, so no event. An answer that points elsewhere is a
failure.
"""

import base64
import hashlib
import hmac
import json

from django.utils import timezone

from huiyin.casework.models import CaseRow
from huiyin.ledger.facts import Fact
from huiyin.ledger.receipts import entry_index
from huiyin.postroom.sending import web
from huiyin.postroom.sending.means import Means, Receiver
from huiyin.postroom.sending.queueing import Batch
from huiyin.postroom.sending.web import Failed

OK, GONE = range(200, 300), 410


class Herald:
    """Sends events to one receiver."""

    def __init__(self, means: Means, receiver: Receiver) -> None:
        self._means, self._receiver = means, receiver

    def send(self, batch: Batch) -> None:
        """`Failed` unless the receiver took it; whoever answers 410 wants no more of this one."""
        receiver, body = self._receiver, event(batch)
        headers = {**signed(receiver, f"msg_{batch.id}", int(timezone.now().timestamp()), body)}
        headers |= {"Content-Type": "application/json", "User-Agent": "Huiyin"}
        answer = web.ask("POST", receiver.url, headers, body, self._means.timeout, own=receiver.own)
        if answer.status not in OK:
            raise Failed(f"http-{answer.status}", final=answer.status == GONE)

    def close(self) -> None:
        """Each event has a connection of its own."""


def event(batch: Batch) -> bytes:
    """The event as JSON: its type, its time, a digest of the case's pseudonym and its place in the log."""
    fact = Fact.objects.get(id=batch.fact_id)
    data = {"case": reference(fact.case_id), "entry": entry_index(fact.id)}
    at = fact.clear_json()["recorded_at"]
    return json.dumps({"type": fact.kind, "timestamp": at, "data": data}).encode()


def reference(case: str) -> str:
    """SHA-256 of a case's pseudonym: whoever knows the case knows it again, nobody finds it by this."""
    return hashlib.sha256(case.encode()).hexdigest()


def signed(receiver: Receiver, number: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers of the scheme. `at`: seconds since 1970, of this attempt."""
    mark = hmac.digest(receiver.secret, f"{number}.{at}.".encode() + body, "sha256")
    return {
        "webhook-id": number,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }


def still_open(batch: Batch) -> bool:
    """Whether the case may still be told of: it was not erased, nor withheld since."""
    return CaseRow.objects.filter(case_id=batch.case, erased=False, withheld=False).exists()
