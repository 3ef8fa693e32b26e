"""Papers from a phone: one case, one use, ten minutes, https, and the clerk's name under what arrived."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from huiyin.casework import reading
from huiyin.casework.steps import history
from huiyin.desks import phones
from huiyin.desks.models import Phone
from huiyin.intake.filing import Attachment
from huiyin.offices.models import Officer
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, CLERK2, NOW, OFFICER, OTHER_OFFICER, PETITIONER
from tests.casework.test_at_once import together

As = Callable[[Actor], Client]


@pytest.fixture(autouse=True)
def https(settings: Any) -> None:
    settings.HUIYIN_HTTPS = True
    settings.ALLOWED_HOSTS = ["192.168.7.20"]


def page(case: str) -> str:
    return f"/desk/case/{case}/phone/"


def address(browser: Client, case: str) -> str:
    answer = browser.post(page(case), headers={"host": "192.168.7.20"}).content.decode()
    found = re.search(r"https://192\.168\.7\.20(/hand/[\w-]+/)", answer)
    assert found is not None
    assert "<svg" in answer
    return found[1]


def photo(name: str = "身份证复印件.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, cast.photo())


def send(to: str, *papers: SimpleUploadedFile) -> Any:
    return Client(raise_request_exception=False, headers={"host": "192.168.7.20"}).post(
        to, {"papers": list(papers)}
    )


def seen(browser: Client, case: str) -> str:
    return browser.get(page(case), headers={"host": "192.168.7.20"}).content.decode()


def test_what_a_phone_sends_is_a_paper_of_the_case_in_the_clerks_name(as_: As) -> None:
    case, browser = cast.file().case, as_(CLERK)
    to = address(browser, case)
    assert "data-waits" in seen(browser, case)
    answer = send(to, photo(), photo("现场.jpg"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    fact = history(case)[-1]
    assert (fact.kind, fact.actor, fact.values["papers"]) == ("papers.received.1", CLERK, 2)
    assert "现场.jpg" in seen(browser, case)
    [told] = [m for m in reading.timeline(case, PETITIONER, "zh-hans") if m.kind == "papers.received.1"]
    assert [paper.name for paper in told.papers] == ["身份证复印件.jpg", "现场.jpg"]
    _, mime, copy = reading.paper(case, told.papers[0].ref, CLERK)
    assert mime == "image/jpeg"
    assert b"phone-model-canary" not in copy


def test_the_phone_is_told_nothing_of_the_case(as_: As) -> None:
    made = cast.file()
    to = address(as_(CLERK), made.case)
    shown = Client(headers={"host": "192.168.7.20"}).get(to).content.decode()
    sent = send(to, photo()).content.decode()
    for word in (made.number, made.case, "瓷砖", "封不觉", "陆知禾"):
        assert word not in shown + sent


def test_it_is_good_once(as_: As) -> None:
    case = cast.file().case
    to = address(as_(CLERK), case)
    assert send(to, photo()).status_code == 200
    assert send(to, photo()).status_code == 404
    assert len(history(case)) == 2


def test_it_is_good_for_ten_minutes(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    case = cast.file().case
    to = address(as_(CLERK), case)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=10))
    assert send(to, photo()).status_code == 404
    assert len(history(case)) == 1


def test_a_dead_address_offers_nothing_to_fill_in(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    case, browser = cast.file().case, as_(CLERK)
    phone = Client(headers={"host": "192.168.7.20"})
    used = address(browser, case)
    send(used, photo())
    assert phone.get(used).status_code == 404
    late = address(browser, case)
    assert phone.get(late).status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=10))
    assert phone.get(late).status_code == 404


def test_two_sendings_at_once_leave_one_and_a_late_one_none(as_: As) -> None:
    """Whatever a page saw a moment before: the address is judged when the papers are written."""
    case, paper = cast.file().case, Attachment("a.jpg", "image/jpeg", cast.photo())
    secret = address(as_(CLERK), case).split("/")[2]
    with pytest.raises(phones.Dead):
        phones.take(secret, [paper], NOW + timedelta(minutes=10))
    phones.take(secret, [paper], NOW)
    with pytest.raises(phones.Dead):
        phones.take(secret, [paper], NOW)
    assert len(history(case)) == 2


def test_of_two_phones_at_the_same_moment_one_is_taken(as_: As) -> None:
    case, paper = cast.file().case, Attachment("a.jpg", "image/jpeg", cast.photo())
    secret = address(as_(CLERK), case).split("/")[2]
    done = together([lambda: phones.take(secret, [paper], NOW)] * 4)
    assert sorted(type(one).__name__ for one in done) == ["Dead", "Dead", "Dead", "NoneType"]
    assert len(history(case)) == 2


def test_a_new_address_kills_the_unused_one(as_: As) -> None:
    case, browser = cast.file().case, as_(CLERK)
    old, new = address(browser, case), address(browser, case)
    assert send(old, photo()).status_code == 404
    assert send(new, photo()).status_code == 200


@pytest.mark.parametrize("wrong", ["/hand/unsigned/", "/hand/x/"])
def test_an_invented_address_answers_like_a_dead_one(as_: As, wrong: str) -> None:
    to = address(as_(CLERK), cast.file().case)
    send(to, photo())
    pages = [send(one, photo()).content.decode().replace(one, "") for one in (wrong, to)]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "papers",
    [
        [],
        [SimpleUploadedFile("表.docx", b"PK\x03\x04 no picture")],
        [photo(f"{n}.jpg") for n in range(7)],
    ],
    ids=["nothing", "another kind", "too many"],
)
def test_what_is_no_picture_is_refused_and_the_address_stays_good(
    as_: As, papers: list[SimpleUploadedFile]
) -> None:
    case = cast.file().case
    to = address(as_(CLERK), case)
    answer = send(to, *papers)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert len(history(case)) == 1
    assert send(to, photo()).status_code == 200


def test_the_secret_is_in_no_table(as_: As) -> None:
    secret = address(as_(CLERK), cast.file().case).split("/")[2]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert secret not in repr(cursor.fetchall()), table
    assert bytes(Phone.objects.get().mac) == phones._mac(secret)


def test_without_https_there_is_no_address_and_none_works(as_: As, settings: Any) -> None:
    case, browser = cast.file().case, as_(CLERK)
    to = address(browser, case)
    settings.HUIYIN_HTTPS = False
    refused = browser.post(page(case), headers={"host": "192.168.7.20"}).content.decode()
    assert "serve --tls" in refused
    assert "/hand/" not in refused
    assert send(to, photo()).status_code == 404


def test_by_an_address_of_this_computer_alone_it_says_so(as_: As, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    answer = as_(CLERK).post(page(cast.file().case), headers={"host": "127.0.0.1:8000"}).content.decode()
    assert "/hand/" not in answer
    assert "192.168" in answer


def test_nobody_else_gives_or_sees_one(as_: As) -> None:
    case = cast.file().case
    address(as_(CLERK), case)
    for actor in (OFFICER, OTHER_OFFICER):
        assert as_(actor).post(page(case), headers={"host": "192.168.7.20"}).status_code == 404
    closed = cast.file(respondents=("xfj",)).case
    assert as_(CLERK2).post(page(closed), headers={"host": "192.168.7.20"}).status_code == 404


def test_an_address_that_nobody_asks_after_is_forgotten(as_: As) -> None:
    address(as_(CLERK), cast.file().case)
    phones.drop_past(NOW + timedelta(minutes=20))
    assert Phone.objects.exists()
    phones.drop_past(NOW + timedelta(minutes=21))
    assert not Phone.objects.exists()


def test_whoever_left_hands_nothing_over(as_: As) -> None:
    case = cast.file().case
    to = address(as_(CLERK), case)
    Officer.objects.filter(login="clerk").update(is_active=False)
    assert send(to, photo()).status_code == 404
    assert len(history(case)) == 1
