"""Other systems hear of steps: signed, once, and never in a circle."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huiyin.ledger.models import Entry
from huiyin.postroom.sending import queueing
from huiyin.postroom.sending import web as asking
from huiyin.postroom.sending.means import PostFault, means
from huiyin.postroom.sending.models import Follower, Message
from tests.casework import cast
from tests.casework.cast import CLERK, NOW, PETITIONER
from tests.postroom.sending import post
from tests.postroom.sending.gateways import dripping, said, web
from tests.postroom.sending.post import queue, round_, send

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
Named = Callable[..., None]


@pytest.fixture
def receivers(settings: Any, tmp_path: Path) -> Named:
    def name(*urls: str, own: bool = True) -> None:
        file = tmp_path / "receivers.toml"
        listed = [
            f'[[receiver]]\nname = "oa-{n}"\nurl = "{url}"\nsecret = "{SECRET}"\nown = {str(own).lower()}\n'
            for n, url in enumerate(urls)
        ]
        file.write_text("\n".join(listed), "utf-8")
        settings.HUIYIN_POST_RECEIVERS = str(file)

    return name


def verified(headers: dict[str, str], body: bytes) -> bool:
    """As https://www.standardwebhooks.com has a receiver do it."""
    lower = {name.lower(): value for name, value in headers.items()}
    signed = f"{lower['webhook-id']}.{lower['webhook-timestamp']}.".encode() + body
    mark = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    return lower["webhook-signature"] == f"v1,{mark}"


def test_an_event_is_signed_and_says_what_the_log_says(receivers: Named) -> None:
    with web() as server:
        receivers(server.url)
        queue()
        case = cast.routed()
        round_()
        got = server.got
    assert [said(body)["type"] for _, _, body in got] == ["petition.filed.1", "case.transferred.1"]
    for place, (_, headers, body) in enumerate(got):
        assert verified(headers, body)
        assert not verified(headers, body + b" ")
        event = said(body)
        assert set(event) == {"type", "timestamp", "data"}
        assert event["data"] == {
            "case": hashlib.sha256(case.encode()).hexdigest(),
            "entry": Entry.objects.order_by("idx")[place].idx,
        }
        for secret in (case, cast.PERSON.name, cast.PERSON.phone, cast.FILING.title, "住房"):
            assert secret not in body.decode()


def test_a_receiver_hears_of_what_comes_after_it_was_named_and_of_each_fact_once(receivers: Named) -> None:
    cast.routed()
    with web() as server:
        receivers(server.url)
        assert queue() == 0
        case = cast.file().case
        assert queue() == 1
        assert queue() == 0
        receivers(server.url, server.url)
        queue()
        cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
        assert queue() == 2
        send()
        numbers = [headers["webhook-id"] for _, headers, _ in server.got]
    assert len(numbers) == len(set(numbers)) == 3


def test_nothing_is_told_of_a_case_that_the_log_withholds(receivers: Named) -> None:
    with web() as server:
        receivers(server.url)
        queue()
        cast.file(keep_name=True)
        round_()
        assert server.got == []
        assert Message.objects.count() == 0


def test_a_receiver_that_sends_us_on_is_not_followed(receivers: Named) -> None:
    with web() as end, web(status=302) as server:
        server.headers["Location"] = end.url
        receivers(server.url)
        queue()
        cast.file()
        round_()
        assert len(server.got) == 1
        assert end.got == []
    assert [(state, fault) for _, _, state, fault in post.rows()] == [("waiting", "http-302")]


def test_a_receiver_on_this_computer_is_refused_whatever_it_is_called(receivers: Named) -> None:
    with web() as server:
        port = server.server_address[1]
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "127.1"):
            with pytest.raises(asking.Failed, match="own"):
                asking.ask("POST", f"http://{host}:{port}/", {}, b"", 2, own=False)
        receivers(server.url, own=False)
        queue()
        cast.file()
        round_()
        assert server.got == []
    assert [(state, fault) for _, _, state, fault in post.rows()] == [("waiting", "own")]


def test_a_receiver_that_answers_with_a_request_makes_no_circle(receivers: Named) -> None:
    """It reacts to every event by looking a case up again; nothing it gets or says becomes an event."""
    with web(answer='{"type": "petition.filed.1", "data": {}}') as server:
        receivers(server.url)
        queue()
        cast.file()
        for minute in range(10):
            round_(NOW + timedelta(minutes=minute))
        assert len(server.got) == 1
    assert Message.objects.count() == 1


def test_a_receiver_that_is_gone_or_named_no_more_is_given_up(receivers: Named) -> None:
    with web(status=410) as server:
        receivers(server.url)
        queue()
        case = cast.file().case
        round_()
        assert post.rows()[0][2:] == ("failed", "http-410")
        server.status = 500
        cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
        round_()
    assert queueing.give_up_others(["oa-0"], NOW) == 0
    assert queueing.give_up_others([], NOW) == 1
    assert post.rows()[1][2:] == ("failed", "no-receiver")


def test_a_receiver_that_hangs_holds_up_no_other(receivers: Named, settings: Any) -> None:
    settings.HUIYIN_POST_TIMEOUT = 1
    with dripping() as place, web() as server:
        receivers(f"http://{place}/", server.url)
        queue()
        for _ in range(4):
            cast.file()
        queue()
        assert sorted(send()) == [False, True]
        assert len(server.got) == 4
    states = Message.objects.values_list("receiver", "state").distinct().order_by("receiver")
    assert list(states) == [("oa-0", "waiting"), ("oa-1", "sent")]


def test_a_position_that_was_set_back_tells_nothing_twice(receivers: Named) -> None:
    with web() as server:
        receivers(server.url)
        queue()
        cast.file()
        round_()
        Follower.objects.update(next=0)
        round_()
        assert len(server.got) == 1


def test_the_number_of_an_event_stays_and_its_time_is_that_of_the_attempt(receivers: Named) -> None:
    with web(status=500) as server:
        receivers(server.url)
        queue()
        cast.file()
        round_()
        server.status = 204
        server.answer = ""
        send(NOW + timedelta(minutes=2))
        first, second = (headers for _, headers, _ in server.got)
    assert first["webhook-id"] == second["webhook-id"]
    assert post.rows()[0][2] == "sent"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[receiver]]\nname = "A b"\nurl = "https://x.example/"\n', "a name has"),
        ('[[receiver]]\nname = "a"\nurl = "ftp://x.example/"\n', "must begin with http:// or https://"),
        ('[[receiver]]\nname = "a"\nurl = "https://x.example/"\nsecret = "whsec_c2hvcnQ="\n', "24 to 64"),
        ('[[receiver]]\nname = "a"\ncolour = "red"\n', "nothing else"),
        ("receiver = 3", "[[receiver]]"),
        ("[[receiver", "cannot be read"),
    ],
)
def test_a_file_of_receivers_that_cannot_be_used_is_told_in_words(
    text: str, says: str, settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "receivers.toml"
    file.write_text(text, "utf-8")
    settings.HUIYIN_POST_RECEIVERS = str(file)
    with pytest.raises(PostFault) as fault:
        means()
    assert says in str(fault.value)
    assert "c2hvcnQ" not in str(fault.value)


def test_petitioners_steps_are_events_as_they_are_entries(receivers: Named) -> None:
    with web() as server:
        receivers(server.url)
        case = cast.handled()
        queue()
        Message.objects.all().delete()
        cast.take(case, "supplement", {"text": "又掉了一块。"}, actor=PETITIONER)
        round_()
        assert [said(body)["type"] for _, _, body in server.got] == ["petition.supplemented.1"]
