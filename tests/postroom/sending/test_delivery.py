"""What goes out, when, how often, and what is left when nobody takes it."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from huiyin.casework.law import ZONE
from huiyin.casework.steps import row_of
from huiyin.postroom.sending import queueing, worker
from huiyin.postroom.sending.hours import LONGEST, MOST, Quiet, pause
from huiyin.postroom.sending.means import faults, means
from huiyin.postroom.sending.models import Message
from tests.casework import cast
from tests.casework.cast import CLERK, DAY, NOW, SYSTEM
from tests.postroom.sending import post
from tests.postroom.sending.gateways import Sink, dripping, said, web
from tests.postroom.sending.post import only, queue, round_, send, wish, wished

MINUTE = timedelta(minutes=1)


def transferred(*channels: str) -> str:
    case = wished(*channels)
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    return case


# --- e-mail -----------------------------------------------------------------------------------


def test_an_e_mail_says_that_there_is_news_where_to_look_and_nothing_else(mail: Sink) -> None:
    case = transferred("email")
    round_()
    ((to, letter),) = mail.got
    assert to == letter["To"] == post.ADDRESS
    assert letter["From"] == "news@county.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_content()  # type: ignore[attr-defined]
    assert "有新进展" in text
    assert "https://county.example/case/" in text
    number = row_of(case).number
    for secret in (case, number, cast.PERSON.name, cast.FILING.title, "transfer", "zjj", "住房"):
        assert secret not in str(letter)
    assert post.rows() == [("case.transferred.1", "email", "sent", "")]
    round_()
    assert len(mail.got) == 1


def test_several_news_of_a_case_within_the_window_are_one_message(mail: Sink, settings: Any) -> None:
    settings.HUIYIN_POST_DIGEST = 30
    case = transferred("email")
    round_(NOW)
    cast.take(case, "accept", now=NOW + 10 * MINUTE)
    round_(NOW + 10 * MINUTE)
    assert mail.got == []
    round_(NOW + 30 * MINUTE)
    assert len(mail.got) == 1
    assert [state for _, _, state, _ in post.rows()] == ["sent", "sent"]
    assert len(set(Message.objects.values_list("batch", flat=True))) == 1


def test_two_cases_are_two_messages(mail: Sink) -> None:
    transferred("email")
    transferred("email")
    round_()
    assert len(mail.got) == 2
    assert len({letter["Message-ID"] for _, letter in mail.got}) == 2


def test_nobody_is_written_to_in_quiet_hours(mail: Sink, settings: Any) -> None:
    settings.HUIYIN_POST_QUIET = "21:00-08:00"
    transferred("email")
    night = NOW.replace(hour=23, minute=0)
    round_(night)
    round_(night + timedelta(hours=8, minutes=59))
    assert mail.got == []
    assert queueing.standing(night + timedelta(hours=9), means().quiet)["email"]["late"] == 0
    round_(night + timedelta(hours=9))
    assert len(mail.got) == 1


def test_quiet_hours_are_the_countys_and_may_pass_midnight() -> None:
    quiet = Quiet.read("21:00-08:00")
    assert quiet is not None
    told = [quiet.holds(datetime(2026, 3, 2, hour, 0, tzinfo=ZONE)) for hour in range(24)]
    assert told == [hour >= 21 or hour < 8 for hour in range(24)]
    assert quiet.holds(datetime.fromisoformat("2026-03-02T14:00:00+00:00"))  # 22:00 in the county
    assert Quiet.read("none") is None
    for text in ("9-5", "25:00-08:00", ""):
        with pytest.raises(ValueError, match=text or ".*"):
            Quiet.read(text)


def test_an_address_that_the_server_knows_to_be_wrong_is_given_up_at_once(mail: Sink) -> None:
    mail.refuse = f"550 no mailbox {post.ADDRESS}"
    transferred("email")
    round_()
    assert post.rows() == [("case.transferred.1", "email", "failed", "refused")]
    held = str(list(Message.objects.values()))
    assert post.ADDRESS not in held  # the server's own words repeat it


def test_a_server_that_is_full_today_is_tried_again(mail: Sink) -> None:
    mail.refuse = "452 mailbox full"
    transferred("email")
    round_()
    assert post.rows() == [("case.transferred.1", "email", "waiting", "refused")]
    mail.refuse = ""
    round_(NOW + 2 * MINUTE)
    assert len(mail.got) == 1


def test_a_killed_sender_leaves_a_message_that_goes_out_under_the_same_number(
    mail: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the server took the message and before it could write that down."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    transferred("email")
    queue()
    with monkeypatch.context() as patch:
        patch.setattr(queueing, "sent", killed)
        with pytest.raises(Killed):
            send()
    assert only().state == "sending"
    send(NOW + timedelta(seconds=100))  # still in the other's hands, for all anybody knows
    assert len(mail.got) == 1
    send(NOW + timedelta(seconds=121))
    assert only().state == "sent"
    first, second = (letter["Message-ID"] for _, letter in mail.got)
    assert first == second


def test_two_senders_never_take_the_same_message(mail: Sink) -> None:
    for _ in range(5):
        transferred("email")
    queue()
    taken = [queueing.claim("email", NOW, 60 * MINUTE) for _ in range(2)]
    assert [len(batches) for batches in taken] == [5, 0]


def test_senders_at_the_same_moment_send_each_message_once(mail: Sink) -> None:
    cases = [wished() for _ in range(30)]
    for case in cases:
        cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    queue()
    by = means()

    def deliver() -> None:
        (channel,) = worker.channels(by)
        worker.deliver(channel, by, lambda: NOW, threading.Event())
        channel.close()
        connection.close()

    senders = [threading.Thread(target=deliver) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert len(mail.got) == len({letter["Message-ID"] for _, letter in mail.got}) == 30
    assert {state for _, _, state, _ in post.rows()} == {"sent"}


def test_a_look_that_fails_is_not_the_last(mail: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def broken(*_: Any) -> int:
        looks.append(1)
        raise RuntimeError

    monkeypatch.setattr(worker.following, "catch_up", broken)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.01)
    stop = threading.Event()
    running = threading.Thread(target=worker.follow, args=(stop, lambda: NOW))
    running.start()
    for _ in range(100):
        if len(looks) > 2:
            break
        stop.wait(0.05)
    stop.set()
    running.join(10)
    assert len(looks) > 2


def test_a_message_that_cannot_be_made_keeps_no_other_from_going_out(
    mail: Sink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = transferred("email"), transferred("email")
    read = worker.destination_for_sending

    def broken(case: str, channel: str) -> Any:
        if case == bad:
            raise ValueError(post.ADDRESS)
        return read(case, channel)

    monkeypatch.setattr(worker, "destination_for_sending", broken)
    round_()
    states = dict(Message.objects.values_list("case", "state"))
    assert states == {bad: "waiting", good: "sent"}
    assert post.ADDRESS not in caplog.text


# --- what is not wanted any more ----------------------------------------------------------------


def test_of_an_erased_case_nothing_is_sent_and_the_row_tells_nothing(mail: Sink, settings: Any) -> None:
    from huiyin.casework import erasure

    settings.HUIYIN_POST_DIGEST = 30
    case = cast.served()
    wish(case, "email", now=NOW)
    cast.take(case, "report_execution", {"done_on": cast.TODAY.isoformat(), "proof": "验收单"})
    cast.take(case, "close", now=NOW + 40 * DAY)
    later = NOW + 40 * DAY
    assert queue(later) == 2
    erasure.erase(case, "petitioner", SYSTEM, later)
    round_(later + timedelta(hours=2))
    assert mail.got == []
    assert {(state, fault) for _, _, state, fault in post.rows()} == {("dropped", "unwanted")}
    kept = str(list(Message.objects.values()))
    for secret in (post.ADDRESS, cast.PERSON.name, cast.PERSON.phone, cast.FILING.title):
        assert secret not in kept


def test_a_wish_taken_back_stops_what_waits(mail: Sink, settings: Any) -> None:
    settings.HUIYIN_POST_DIGEST = 30
    case = transferred("email")
    queue()
    wish(case)
    round_(NOW + 60 * MINUTE)
    assert mail.got == []
    assert post.rows() == [("case.transferred.1", "email", "dropped", "unwanted")]


def test_the_address_is_that_of_the_moment_of_sending(mail: Sink, settings: Any) -> None:
    settings.HUIYIN_POST_DIGEST = 30
    case = transferred("email")
    queue()
    wish(case, "email", email="new@mail.example")
    round_(NOW + 60 * MINUTE)
    assert [to for to, _ in mail.got] == ["new@mail.example"]


# --- SMS gateways of bad manners ----------------------------------------------------------------


@pytest.fixture
def gateway(settings: Any) -> Callable[..., None]:
    def use(url: str, **more: str) -> None:
        settings.HUIYIN_POST_QUIET = "none"
        settings.HUIYIN_POST_DIGEST = 0
        settings.HUIYIN_POST_SMS_URL = url
        for name, value in more.items():
            setattr(settings, f"HUIYIN_POST_SMS_{name.upper()}", value)

    return use


def test_an_sms_is_put_into_the_gateways_own_words(gateway: Callable[..., None]) -> None:
    with web() as server:
        gateway(server.url, headers="Authorization: Bearer x|X-Sign: huiyin", ok='"code": ?0')
        transferred("sms")
        round_()
        ((_, headers, body),) = server.got
    assert said(body)["to"] == post.NUMBER
    assert "有新进展" in said(body)["text"]
    assert headers["Authorization"] == "Bearer x"
    assert post.rows() == [("case.transferred.1", "sms", "sent", "")]


def test_a_gateway_that_is_asked_by_its_address_or_a_form(gateway: Callable[..., None]) -> None:
    with web() as server:
        gateway(f"{server.url}?m={{to}}&c={{text}}", method="GET", body="")
        transferred("sms")
        round_()
        gateway(server.url, body="mobile={to}&content={text}&ref={id}", method="POST")
        transferred("sms")
        round_()
        (path, _, _), (_, headers, form) = server.got
    assert f"m={post.NUMBER}&c=%E6%82%A8" in path
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form.startswith(f"mobile={post.NUMBER}&content=%E6%82%A8".encode())


def test_a_gateway_that_lies_has_not_sent(gateway: Callable[..., None]) -> None:
    """200, and in the body that the account is empty."""
    with web(answer='{"code": 1003, "message": "余额不足"}') as server:
        gateway(server.url, ok='"code": ?0[,}]')
        transferred("sms")
        round_()
        assert post.rows() == [("case.transferred.1", "sms", "waiting", "not-taken")]
        server.answer = '{"code": 0, "message": "ok"}'
        round_(NOW + 2 * MINUTE)
    assert only().state == "sent"


def test_a_gateway_that_hangs_ends_on_time_and_holds_up_nobody(
    gateway: Callable[..., None], mail: Sink, settings: Any
) -> None:
    settings.HUIYIN_POST_TIMEOUT = 1
    with dripping() as place:
        gateway(f"http://{place}/", body="{to}{text}")
        for _ in range(5):
            transferred("email", "sms")
        queue()
        begun = datetime.now()
        by = means()
        texts = next(one for one in worker.channels(by) if one.name == "sms")
        letters = next(one for one in worker.channels(by) if one.name == "email")

        def deliver_letters() -> None:
            worker.deliver(letters, by, lambda: NOW, threading.Event())
            connection.close()

        thread = threading.Thread(target=deliver_letters, daemon=True)
        thread.start()
        # It rests after three that nobody took; the others wait untried.
        assert worker.deliver(texts, by, lambda: NOW, threading.Event()) is False
        assert datetime.now() - begun < timedelta(seconds=8)
        thread.join(5)
        letters.close()
    assert len(mail.got) == 5
    texts_left = Message.objects.filter(channel="sms")
    assert set(texts_left.values_list("state", flat=True)) == {"waiting"}
    assert sorted(texts_left.values_list("attempts", "fault")) == [(0, ""), (0, "")] + [(1, "timeout")] * 3


def test_a_mail_server_that_drips_ends_on_time(settings: Any, mail: Sink) -> None:
    settings.HUIYIN_POST_TIMEOUT = 1
    with dripping() as place:
        settings.HUIYIN_POST_SMTP_URL = f"smtp://{place}"
        transferred("email")
        begun = datetime.now()
        round_()
        assert datetime.now() - begun < timedelta(seconds=4)
    assert post.rows() == [("case.transferred.1", "email", "waiting", "timeout")]


def test_a_day_of_500s_is_survived(gateway: Callable[..., None]) -> None:
    #  00:00 ──── every minute, then slower and slower ──── 24:00   up again
    #  500        500 … 500                                  500     sent
    with web(status=500) as server:
        gateway(server.url)
        transferred("sms")
        queue()
        now, tries = NOW, 0
        while now < NOW + DAY:
            send(now)
            if len(server.got) > tries:
                tries = len(server.got)
            now += 5 * MINUTE
        assert 8 < tries < MOST  # it neither hammers nor gives up
        assert only().state == "waiting"
        assert only().fault == "http-500"
        server.status = 200
        send(NOW + DAY + LONGEST * 1.3)
    assert only().state == "sent"


def test_what_failed_often_enough_is_seen_and_sent_again_by_hand(gateway: Callable[..., None]) -> None:
    with web(status=500) as server:
        gateway(server.url)
        transferred("sms")
        queue()
        now = NOW
        for _ in range(MOST + 3):
            send(now)
            now += LONGEST * 2
        assert len(server.got) == MOST
        (failure,) = queueing.failures()
        assert (failure["channel"], failure["fault"], failure["attempts"]) == ("sms", "http-500", MOST)
        assert queueing.standing(now)["sms"]["failed"] == 1
        server.status = 200
        assert queueing.resend(now, [failure["batch"]]) == 1
        send(now)
    assert only().state == "sent"
    assert queueing.resend(now) == 0
    (day,) = queueing.per_day(NOW)
    assert (day["channel"], day["sent"], day["failed"]) == ("sms", 1, 0)


def test_pauses_double_up_to_a_limit_and_are_spread() -> None:
    many = [[pause(n) for _ in range(200)] for n in range(1, MOST)]
    assert all(min(some) >= MINUTE * 0.75 * min(2**n, 240) for n, some in enumerate(many))
    assert all(max(some) <= LONGEST * 1.25 for some in many)
    assert len(set(many[0])) > 100
    assert sum((min(some) for some in many), timedelta()) > DAY


def test_rows_are_forgotten_after_their_time(mail: Sink) -> None:
    transferred("email")
    round_()
    assert queueing.forget(NOW + 89 * DAY) == 0
    assert queueing.forget(NOW + 91 * DAY) == 1
    assert queue(NOW + 91 * DAY) == 0


def test_the_worker_tells_by_itself_and_ends_when_told(mail: Sink) -> None:
    stop = threading.Event()
    running = threading.Thread(target=worker.follow, args=(stop, lambda: NOW))
    running.start()
    transferred("email")
    for _ in range(200):
        if mail.got:
            break
        stop.wait(0.1)
    stop.set()
    running.join(10)
    assert not running.is_alive()
    assert len(mail.got) == 1


def test_the_worker_with_a_setting_it_cannot_use_sends_nothing_and_says_why(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.HUIYIN_POST_QUIET = "late"
    worker.follow(threading.Event(), lambda: NOW)
    assert "HUIYIN_POST_QUIET" in caplog.text


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("SMTP_URL", "http://mail.example", "must begin with smtp://"),
        ("SMTP_URL", "smtp://mail.example", "HUIYIN_POST_FROM"),
        ("SMTP_URL", "smtp://u:secret@mail.example:x", "is no address"),
        ("SMS_URL", "gopher://sms.example", "must begin with http://"),
        ("SMS_BODY", "{to}", "{text}"),
        ("SMS_OK", "(", "no regular expression"),
        ("SMS_HEADERS", "X-Name 回音", "Name: value"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_words_and_no_secret(
    setting: str, value: str, says: str, settings: Any
) -> None:
    settings.HUIYIN_POST_SMS_URL = "https://sms.example/"
    setattr(settings, f"HUIYIN_POST_{setting}", value)
    (told,) = list(faults())
    assert says in told
    assert "secret" not in told
