"""Web push: an encrypted message to the browser that asked for it (RFC 8030, 8188, 8291; VAPID: RFC 8292).

The browser's maker carries it and cannot read it. The key that says who sends is derived from the master key,
so subscriptions hold as long as the county's data does.
"""

import base64
import json
import os
import struct
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from huiyin.casework.filing import keyed
from huiyin.casework.wishes import Destination
from huiyin.postroom.sending import telling, web
from huiyin.postroom.sending.means import Means
from huiyin.postroom.sending.queueing import Batch
from huiyin.postroom.sending.web import Failed, Stalled

Carrier = tuple[str, int]
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
RECORD = 4096  # bytes of one record; a message is one
LASTS = 12 * 3600  # seconds that a signature holds; RFC 8292 allows a day
KEPT = 3 * 24 * 3600  # seconds for which the carrier keeps a message for a browser that is off
POINT, AUTH = 65, 16
LONGEST = 2000  # characters of a subscription
TAKEN, GONE = (200, 201, 202), (404, 410)
STALLS = 3  # in a row of one carrier, which is then not asked again in this round


@dataclass(frozen=True)
class Subscription:
    """Where a browser listens, and the keys that only it can answer to."""

    endpoint: str
    point: bytes
    auth: bytes

    @classmethod
    def read(cls, text: str) -> "Subscription":
        """What a browser's `PushSubscription` says as JSON; `ValueError` for anything else."""
        if len(text) > LONGEST:
            raise ValueError("no push subscription")
        try:
            given = json.loads(text)
            made = cls(given["endpoint"], _bytes(given["keys"]["p256dh"]), _bytes(given["keys"]["auth"]))
            _public(made.point)
            parts = urlsplit(made.endpoint)
        except (KeyError, TypeError, AttributeError, RecursionError) as fault:
            raise ValueError("no push subscription") from fault
        if parts.scheme != "https" or not all(made.carrier) or len(made.auth) != AUTH:
            raise ValueError("no push subscription")
        return made

    @property
    def carrier(self) -> Carrier:
        """Host and port: another port of the same host is another machine, for all that is known."""
        parts = urlsplit(self.endpoint)
        return parts.hostname or "", 443 if parts.port is None else parts.port


class Pusher:
    """Sends to browsers. Whoever asked for news chose the carrier: a bad one holds up no other."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._stalls: Counter[Carrier] = Counter()

    def send(self, batch: Batch, to: Destination) -> None:
        """`Failed`, never `Stalled`, when the carrier did not take it; a browser that left is given up."""
        there = Subscription.read(to.address)
        text = json.dumps({"text": telling.SUBJECT.get(to.language), "id": batch.id}).encode()
        headers = {
            "Authorization": vapid(there.endpoint, int(time.time()), self._means.address),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT),
            "Topic": batch.id,
            "Urgency": "normal",
        }
        body = encrypt(text, there, ec.generate_private_key(CURVE), os.urandom(16))
        answer = self._ask(there, headers, body)
        if answer.status in GONE:
            raise Failed("gone", final=True)
        if answer.status not in TAKEN:
            raise Failed(f"http-{answer.status}")

    def _ask(self, there: Subscription, headers: Mapping[str, str], body: bytes) -> web.Answer:
        if self._stalls[there.carrier] >= STALLS:
            raise Failed("unreachable")
        try:
            answer = web.ask(
                "POST", there.endpoint, headers, body, self._means.timeout, own=False, public=True
            )
        except Stalled as fault:
            self._stalls[there.carrier] += 1
            raise Failed(fault.code) from None
        del self._stalls[there.carrier]
        return answer

    def close(self) -> None:
        """The round is over; the next asks each carrier again. Every message has its own connection."""
        self._stalls.clear()


def encrypt(text: bytes, to: Subscription, key: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """`text` as one aes128gcm record for this browser (RFC 8291, 3.4). `key` and `salt` are new each time."""
    mine = _point(key.public_key())
    secret = _hmac(to.auth, key.exchange(ec.ECDH(), _public(to.point)))
    shared = HKDFExpand(hashes.SHA256(), 32, b"WebPush: info\0" + to.point + mine).derive(secret)
    start = _hmac(salt, shared)
    cipher = HKDFExpand(hashes.SHA256(), 16, b"Content-Encoding: aes128gcm\0").derive(start)
    nonce = HKDFExpand(hashes.SHA256(), 12, b"Content-Encoding: nonce\0").derive(start)
    head = salt + struct.pack("!IB", RECORD, len(mine)) + mine
    return head + AESGCM(cipher).encrypt(nonce, text + b"\x02", None)


def vapid(endpoint: str, at: int, where: str) -> str:
    """Who sends this, signed for the carrier of this endpoint (RFC 8292). `where`: a page of ours, or ""."""
    parts = urlsplit(endpoint)
    claims: Mapping[str, object] = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": at + LASTS}
    if where.startswith("https://"):
        claims = {**claims, "sub": where}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(_own().sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    mark = _text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{mark}, k={public_key()}"


def public_key() -> str:
    """The key that browsers subscribe with, as they take it."""
    return _text(_point(_own().public_key()))


def _own() -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(keyed("web push", "VAPID") + keyed("web push", "VAPID, more"))
    return ec.derive_private_key(number % (ORDER - 1) + 1, CURVE)


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != POINT:
        raise ValueError("no point of P-256")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _hmac(key: bytes, data: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


def _json(given: Mapping[str, object]) -> str:
    return _text(json.dumps(given, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
