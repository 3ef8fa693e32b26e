"""Web push: what only the browser can read, signed so that its maker carries it."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from huiyin.postroom.sending import push, web
from huiyin.postroom.sending.models import Message
from huiyin.postroom.sending.push import Subscription
from huiyin.postroom.sending.web import Answer
from tests.casework import cast
from tests.casework.cast import CLERK, NOW
from tests.postroom.sending import gateways, post
from tests.postroom.sending.post import only, queue, round_, send, wish

# The example of RFC 8291, section 5.
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
    "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
CARRIER = "https://push.example/v2/abc"


def subscription(endpoint: str = CARRIER, point: str = POINT, auth: str = AUTH) -> str:
    return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": point, "auth": auth}})


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_message_is_encrypted_as_the_standards_example() -> None:
    key = ec.derive_private_key(int.from_bytes(raw(SENDER)), ec.SECP256R1())
    said = b"When I grow up, I want to be a watermelon"
    assert push.encrypt(said, Subscription.read(subscription()), key, raw(SALT)) == raw(SEALED)


def test_the_carrier_can_tell_who_sends() -> None:
    word, token, key = push.vapid(CARRIER, 1_000_000, "https://county.example/case/").split(" ")
    head, claims, mark = token.removeprefix("t=").rstrip(",").split(".")
    assert word == "vapid"
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(raw(claims)) == {
        "aud": "https://push.example",
        "exp": 1_000_000 + 12 * 3600,
        "sub": "https://county.example/case/",
    }
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key.removeprefix("k=")))
    r, s = int.from_bytes(raw(mark)[:32]), int.from_bytes(raw(mark)[32:])
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert push.public_key() == key.removeprefix("k=")  # the same at every call


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        subscription("http://push.example/"),
        subscription("https:///"),
        subscription("https://push.example:99999/"),
        "[" * 1900,
        subscription(point=AUTH),
        subscription(auth=POINT),
        subscription(point="B" * 87),
        subscription(f"{CARRIER}{'x' * 2000}"),
    ],
)
def test_what_is_no_subscription_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Subscription.read(text)


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[Any]:
    """Whatever is sent to the carrier; it answers with the status in front."""
    settings.HUIYIN_POST_PUSH = True
    settings.HUIYIN_POST_QUIET = "none"
    settings.HUIYIN_POST_DIGEST = 0
    asked: list[Any] = [201]

    def ask(method: str, url: str, headers: Any, body: bytes, seconds: float, **how: bool) -> Answer:
        asked.append((method, url, headers, body, how))
        return Answer(asked[0], "")

    monkeypatch.setattr(web, "ask", ask)
    return asked


def told() -> None:
    case = cast.file().case
    wish(case, "push", push=subscription())
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    round_(NOW)


def test_news_goes_to_the_browser_that_asked(carrier: list[Any]) -> None:
    told()
    (method, url, headers, body, how) = carrier[1]
    assert (method, url) == ("POST", CARRIER)
    assert headers["Content-Encoding"] == "aes128gcm"
    assert len(headers["Topic"]) <= 32
    assert how == {"own": False, "public": True}
    assert "进展".encode() not in body
    assert only().state == "sent"
    assert CARRIER not in str(list(type(only()).objects.values()))


@pytest.mark.parametrize(
    ("status", "state", "fault"),
    [(410, "failed", "gone"), (404, "failed", "gone"), (429, "waiting", "http-429")],
)
def test_a_browser_that_left_is_given_up_and_a_busy_carrier_is_not(
    carrier: list[Any], status: int, state: str, fault: str
) -> None:
    carrier[0] = status
    told()
    assert post.rows() == [("case.transferred.1", "push", state, fault)]


BAD, PORT = "https://bad.example/hangs", "https://push.example:81/hangs"


def told_at(endpoint: str) -> str:
    case = cast.file().case
    wish(case, "push", push=subscription(endpoint))
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    return case


def states(cases: list[str]) -> list[str]:
    found = dict(Message.objects.values_list("case", "state"))
    return [found[case] for case in cases]


def test_a_carrier_that_answers_nonsense_keeps_no_other_from_taking_its_own(
    carrier: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    take = web.ask
    ask = lambda *a, **how: Answer(500, "") if a[1] == BAD else take(*a, **how)  # noqa: E731
    monkeypatch.setattr(web, "ask", ask)
    bad = [told_at(BAD) for _ in range(5)]
    good = told_at(CARRIER)
    queue(NOW)
    assert send(NOW) == [True], "the channel rests"
    assert states([*bad, good]) == ["waiting"] * 5 + ["sent"]


@pytest.mark.parametrize("endpoint", [BAD, PORT], ids=["another host", "another port of the same"])
def test_a_carrier_that_hangs_is_asked_three_times_a_round_and_the_others_go_on(
    carrier: list[Any], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    take, hung = web.ask, list[str]()

    def ask(method: str, url: str, *what: Any, **how: bool) -> Answer:
        if url != endpoint:
            return take(method, url, *what, **how)
        hung.append(url)
        raise web.Stalled("timeout")

    monkeypatch.setattr(web, "ask", ask)
    bad = [told_at(endpoint) for _ in range(5)]
    good = told_at(CARRIER)
    queue(NOW)
    assert send(NOW) == [True], "the channel rests"
    assert states([*bad, good]) == ["waiting"] * 5 + ["sent"]
    assert len(hung) == push.STALLS
    send(NOW + timedelta(hours=1))
    assert len(hung) == 2 * push.STALLS


def test_nobody_can_make_us_knock_at_our_own_doors() -> None:
    """The address is one that any petitioner may give."""
    with gateways.web() as server:
        with pytest.raises(web.Failed, match="own") as refused:
            web.ask("POST", server.url, {}, b"", 2, own=True, public=True)
        assert refused.value.final
        assert server.got == []
