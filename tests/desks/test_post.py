"""What an office sees of messages: how many, why they failed, and letters to print; never to whom."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdfium2 import PdfDocument

from huiyin.casework import reading
from huiyin.casework.models import CaseRow
from huiyin.postroom.sending.models import Message
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import BUREAU_HEAD, CLERK, HEAD, NOW, OFFICER, PETITIONER, SUPERVISOR
from tests.postroom.sending import post

As = Callable[[Actor], Client]


@pytest.fixture(autouse=True)
def means(settings: Any) -> None:
    settings.HUIYIN_POST_PAPER = True
    settings.HUIYIN_POST_DIGEST = 0
    settings.HUIYIN_POST_QUIET = "none"
    settings.HUIYIN_PUBLIC_URL = "https://county.example"


def transferred(*channels: str, **changes: Any) -> str:
    case = cast.file(**changes).case
    post.wish(case, *channels)
    cast.take(case, "transfer", {"office": "zjj"}, actor=CLERK)
    post.queue()
    return case


def failed() -> Message:
    transferred("email")
    Message.objects.update(
        state="failed", fault="refused", batch="b1", tried_at=NOW, ended_at=NOW, attempts=3
    )
    return Message.objects.get()


@pytest.mark.parametrize("actor", [BUREAU_HEAD, SUPERVISOR], ids=lambda a: a.ref)
def test_heads_of_the_bureau_and_supervisors_see_what_failed_and_send_it_again(as_: As, actor: Actor) -> None:
    row = failed()
    shown = as_(actor).get("/desk/post/").content.decode()
    assert "收件地址被拒收" in shown
    for secret in (row.case, CaseRow.objects.get().number, post.ADDRESS, cast.PERSON.name):
        assert secret not in shown
    assert as_(actor).post("/desk/post/again/", {"batch": "b1"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts, row.fault) == ("waiting", 0, "")


@pytest.mark.parametrize("actor", [CLERK, OFFICER, HEAD], ids=lambda a: a.ref)
def test_nobody_else_sees_the_queue_or_sends_again(as_: As, actor: Actor) -> None:
    failed()
    assert as_(actor).get("/desk/post/").status_code == 404
    assert as_(actor).post("/desk/post/again/").status_code == 404
    assert Message.objects.get().state == "failed"


def test_a_setting_that_cannot_be_used_is_told_on_the_page(as_: As, settings: Any) -> None:
    settings.HUIYIN_POST_QUIET = "late"
    assert "HUIYIN_POST_QUIET" in as_(SUPERVISOR).get("/desk/post/").content.decode()


def pages(answer: Any) -> list[str]:
    assert answer.headers["Content-Type"] == "application/pdf"
    found = PdfDocument(BytesIO(answer.content))
    return [page.get_textpage().get_text_range() for page in found]


def test_printing_opens_each_address_for_its_owner_to_see_and_marks_the_letter(as_: As) -> None:
    case = transferred("paper")
    browser = as_(CLERK)
    assert cast.PERSON.name not in browser.get("/desk/post/letters/").content.decode()
    (letter,) = pages(browser.post("/desk/post/letters/"))
    for part in (cast.PERSON.name, "三栋二〇一", "有新进展", "https://county.example/case/"):
        assert part in letter
    for secret in (case, CaseRow.objects.get().number, cast.PERSON.phone, cast.FILING.title):
        assert secret not in letter
    assert post.only().state == "printed"
    opened = [m for m in reading.timeline(case, PETITIONER, "zh-hans") if m.kind == "identity.opened.1"]
    assert [(m.values["purpose"], "陆知禾" in m.post) for m in opened] == [("serve", True)]
    # The opening itself is no news, and nothing is printed twice.
    assert post.queue() == 0
    assert browser.post("/desk/post/letters/").status_code == 302


def test_labels_are_a_sheet_behind_the_letters(as_: As) -> None:
    transferred("paper")
    transferred("paper")
    assert len(pages(as_(CLERK).post("/desk/post/letters/", {"labels": "yes"}))) == 3


def test_letters_are_the_registering_offices_to_print(as_: As) -> None:
    transferred("paper")
    for actor in (HEAD, OFFICER, SUPERVISOR):
        answer = as_(actor).post("/desk/post/letters/")
        assert not answer.content.startswith(b"%PDF")
    assert post.only().state == "waiting"


def test_whoever_is_complained_of_prints_no_letter_about_it(as_: As) -> None:
    """Design rule 4: the clerk has no relation to a case that names the clerk."""
    made = cast.file(purpose="accusation", body="窗口陆知禾把我的材料弄丢了，请派人查清楚。")
    post.wish(made.case, "paper")
    Message.objects.create(fact_id=1, case=made.case, kind="x.1", channel="paper", made_at=NOW, due_at=NOW)
    assert as_(CLERK).post("/desk/post/letters/").status_code == 302
    assert post.only().state == "waiting"


def test_a_letter_without_an_address_or_a_wish_is_not_printed(as_: As) -> None:
    nowhere = transferred("paper", person=cast.Person("封不觉", "13812345678"))
    unwanted = transferred("paper")
    post.wish(unwanted)
    assert as_(CLERK).post("/desk/post/letters/").status_code == 302
    found = dict(Message.objects.values_list("case", "state"))
    assert found == {nowhere: "failed", unwanted: "dropped"}
    assert "没有通信地址" in as_(SUPERVISOR).get("/desk/post/").content.decode()


def test_what_was_printed_last_can_be_printed_again_by_the_same_office_alone(as_: As) -> None:
    transferred("paper")
    as_(CLERK).post("/desk/post/letters/")
    as_(HEAD).post("/desk/post/letters/", {"do": "again"})
    assert post.only().state == "printed"
    assert "没有出来" in as_(CLERK).get("/desk/post/letters/").content.decode()
    as_(CLERK).post("/desk/post/letters/", {"do": "again"})
    assert post.only().state == "waiting"
    assert len(pages(as_(CLERK).post("/desk/post/letters/"))) == 1


def test_a_printer_that_fails_leaves_the_letter_waiting(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    from huiyin.postroom.sending import paper

    transferred("paper")

    def broken(*_: Any, **__: Any) -> bytes:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(paper, "render", broken)
        assert as_(CLERK).post("/desk/post/letters/").status_code == 500
    assert post.only().state == "waiting"
    assert len(pages(as_(CLERK).post("/desk/post/letters/"))) == 1
