"""What becomes a message: news to the petitioner, once, after the fact, and only where it was asked for."""

from dataclasses import replace
from typing import Any

import pytest

from huiyin.casework import steps, wishes
from huiyin.ledger import sequencer
from huiyin.postroom.sending import following
from huiyin.postroom.sending.means import means
from huiyin.postroom.sending.models import Follower, Message
from huiyin.postroom.sending.telling import is_news
from tests.casework import cast
from tests.casework.cast import CLERK, DAY, HEAD, NOW, OFFICER, PETITIONER
from tests.postroom.sending import post
from tests.postroom.sending.post import queue, wish, wished

#  filed ── wish ── transferred ── accepted ── asked ── decided ── served
#                    news           news        news     (nothing    news
#                                                         to read)


def kinds() -> list[str]:
    return [kind for kind, *_ in post.rows()]


def test_nothing_is_queued_for_whoever_has_not_asked() -> None:
    cast.served()
    assert queue() == 0
    assert post.rows() == []


def test_every_news_after_the_wish_is_queued_once_for_each_channel() -> None:
    case = cast.file().case
    wish(case, "email", "sms")
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    cast.take(case, "accept")
    assert queue() == 4
    assert queue() == 0
    assert post.rows() == [
        (kind, channel, "waiting", "")
        for kind in ("case.transferred.1", "case.accepted.1")
        for channel in ("email", "sms")
    ]


def test_an_answer_is_news_when_it_reaches_its_reader_and_an_offices_own_notes_never_are() -> None:
    case = cast.handled()
    wish(case, "email")
    cast.take(case, "hear", {"method": "phone", "record": "他说瓷砖砸到了车。"})
    cast.take(case, "decide", cast.OPINION)
    assert queue() == 0
    cast.take(case, "serve", cast.SERVICE)
    assert queue() == 1
    assert kinds() == ["opinion.served.1"]


def test_what_petitioners_do_themselves_and_an_opening_of_their_name_are_no_news() -> None:
    from huiyin.casework import openings

    case = cast.handled()
    wish(case, "email")
    cast.take(case, "supplement", {"text": "又掉了一块。"}, actor=PETITIONER)
    openings.open_identity(case, OFFICER, "contact", NOW)
    assert queue() == 0


def test_whatever_a_book_lets_petitioners_do_is_no_news_to_them() -> None:
    facts = steps.history(cast.handled())
    assert is_news(facts)
    assert not is_news([*facts[:-1], replace(facts[-1], actor=PETITIONER)])


def test_a_code_replaced_and_a_date_that_passed_are_news() -> None:
    from huiyin.casework import breaching, codes

    case = wished()
    codes.approve_code(codes.request_code(case, CLERK, NOW), cast.CLERK2, NOW)
    breaching.record_due(NOW + 40 * DAY)
    sequencer.integrate()
    queue()
    assert kinds()[0] == "code.replaced.1"
    assert set(kinds()[1:]) == {"clock.passed.1"}


def test_a_wish_taken_back_and_a_wish_changed_hold_from_there() -> None:
    case = wished("email")
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    wish(case, "sms")
    cast.take(case, "accept")
    wish(case)
    cast.take(case, "hear", {"method": "phone", "record": "他说瓷砖砸到了车。"})
    cast.take(case, "decide", cast.OPINION)
    cast.take(case, "serve", cast.SERVICE)
    queue()
    assert [(kind, channel) for kind, channel, *_ in post.rows()] == [
        ("case.transferred.1", "email"),
        ("case.accepted.1", "sms"),
    ]


@pytest.mark.parametrize("crash", ["before the rows", "after the rows", "after the position"])
def test_a_crash_while_queueing_loses_nothing_and_doubles_nothing(
    crash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fact is committed; the process dies before its rows are, or after."""
    case = wished()
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        if crash == "before the rows":
            patch.setattr(following, "_news", killed)
        elif crash == "after the rows":
            patch.setattr(Follower, "save", killed)
        else:
            patch.setattr(following, "_events", killed)
            patch.setattr(following, "_follow", _then_killed(following._follow, Killed))
        with pytest.raises(Killed):
            following.catch_up(means(), NOW)
    assert Message.objects.count() == (1 if crash == "after the position" else 0)
    queue()
    assert kinds() == ["case.transferred.1"]


def _then_killed(follow: Any, death: type[BaseException]) -> Any:
    def both(*arguments: Any, **named: Any) -> Any:
        follow(*arguments, **named)
        raise death

    return both


def test_the_queue_holds_no_address_no_name_and_no_word() -> None:
    case = wished("email", "sms")
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    queue()
    held = " ".join(str(value) for row in Message.objects.values() for value in row.values())
    for secret in (post.ADDRESS, post.NUMBER, cast.PERSON.name, cast.PERSON.phone, cast.FILING.title):
        assert secret not in held


def test_the_wish_is_sealed_read_by_no_officer_and_gone_when_it_is_replaced() -> None:
    from huiyin.casework import reading
    from huiyin.ledger.facts import facts_of
    from huiyin.vault.models import Sealed

    case = cast.handled()
    wish(case, "email", "sms")
    first = wishes.wish(case).ref
    for fact in facts_of(case):
        assert post.ADDRESS not in fact.clear
        assert post.ADDRESS.encode() not in bytes(fact.sealed)
    shown = str([reading.timeline(case, actor, "zh-hans") for actor in (OFFICER, HEAD, CLERK, PETITIONER)])
    assert post.ADDRESS not in shown
    assert post.NUMBER not in shown
    wish(case, "sms", sms="")
    assert not Sealed.objects.filter(ref=first).exists()
    assert wishes.destination_for_sending(case, "email") is None
    kept = wishes.destination_for_sending(case, "sms")
    assert kept is not None
    assert kept.address == post.NUMBER


def test_a_channel_without_an_address_is_refused_and_nothing_is_kept() -> None:
    case = cast.file().case
    with pytest.raises(wishes.NoAddress):
        wish(case, "email", email="")
    assert wishes.wish(case) == wishes.Wish()
