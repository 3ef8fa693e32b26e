"""Nobody passes the gate without an entry in the table; refusals and failures become pages."""

import errno
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from huiyin.casework import permissions
from huiyin.casework.models import CaseRow
from huiyin.desks import gate
from huiyin.ledger.facts import MovedOn
from huiyin.offices import network
from huiyin.procedure import Actor, Text, Unlawful
from tests.casework import cast
from tests.casework.cast import (
    BUREAU_HEAD,
    CLERK,
    CUSTODIAN,
    HEAD,
    OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    STAFF,
    SUPERVISOR,
)
from tests.desks.test_counter import form

As = Callable[[Actor], Client]
LOGIN = "/desk/login/"


def views(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        else:
            yield pattern


def test_every_view_of_the_site_has_an_entry_in_the_table() -> None:
    found = list(views(get_resolver().url_patterns))
    assert len(found) > 20
    assert [p for p in found if getattr(p.callback, "entry", None) not in permissions.TABLE] == []


def test_a_view_without_an_entry_is_refused() -> None:
    request = RequestFactory().get("/desk/")
    refused = gate.Gate(lambda _: HttpResponse()).process_view(
        request, lambda _: HttpResponse("words"), (), {}
    )
    assert refused is not None
    assert refused.status_code == 500


def pages(case: str) -> dict[str, tuple[Actor, ...]]:
    """Each page and who gets it, for a case that xfj registered and zjj has answered."""
    readers = tuple(a for a in STAFF if a not in (CUSTODIAN, OTHER_OFFICER, OTHER_HEAD))
    bureau = tuple(a for a in STAFF if a.office == "xfj" and a.role in ("clerk", "head"))
    heads = (HEAD, BUREAU_HEAD, OTHER_HEAD)
    return {
        "/desk/": tuple(a for a in STAFF if a is not CUSTODIAN),
        "/desk/register/": tuple(a for a in STAFF if a.role == "clerk"),
        "/desk/codes/": (*bureau, *(a for a in heads if a not in bureau)),
        "/desk/custodian/": (CUSTODIAN,),
        "/desk/answers/": heads,
        "/desk/overdue/": (SUPERVISOR,),
        "/desk/calendar/": tuple(a for a in STAFF if a is not CUSTODIAN),
        "/desk/day/": tuple(a for a in STAFF if a is not CUSTODIAN),
        "/desk/go/": tuple(a for a in STAFF if a is not CUSTODIAN),
        "/desk/hand-over/": tuple(a for a in STAFF if a.role in ("clerk", "officer", "head")),
        "/desk/templates/": tuple(a for a in STAFF if a.role in ("clerk", "officer", "head")),
        "/desk/rounds/": tuple(a for a in STAFF if a is not CUSTODIAN),
        "/desk/rounds/receptions/": tuple(a for a in STAFF if a is not CUSTODIAN),
        "/desk/rounds/missing/": tuple(
            a for a in STAFF if a is SUPERVISOR or (a.office == "xfj" and a is not CUSTODIAN)
        ),
        f"/desk/case/{case}/": readers,
        f"/desk/case/{case}/identity/": readers,
        f"/desk/case/{case}/release/": (HEAD, BUREAU_HEAD),
        f"/desk/case/{case}/step/close/": readers,
    }


def test_each_role_gets_its_pages_and_no_other(as_: As) -> None:
    case = cast.served()
    for actor in STAFF:
        browser = as_(actor)
        for page, allowed in pages(case).items():
            status = browser.get(page).status_code
            expected = (200, 422) if actor in allowed else (404,)
            if actor is CUSTODIAN and page in ("/desk/", "/desk/calendar/", "/desk/day/", "/desk/go/"):
                expected = (302,)  # to the custodian's own page
            assert status in expected, (actor.ref, page, status)


def test_a_stranger_is_sent_to_the_login_and_back() -> None:
    for page in pages(cast.file().case):
        answer = Client().get(page)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{LOGIN}?next={page}")
        assert answer.headers["Cache-Control"] == "no-store"


def test_not_yours_and_not_there_answer_with_the_same_bytes(as_: As) -> None:
    case, nobody = cast.routed(), "a" * 16
    browser = as_(OTHER_OFFICER)
    for page in ("", "identity/", "step/accept/", f"paper/{'b' * 16}/"):
        yours, missing = (
            browser.get(f"/desk/case/{one}/{page}").content.replace(one.encode(), b"ID")
            for one in (case, nobody)
        )
        assert yours == missing
        posted = [
            re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", one.content.replace(of.encode(), b"ID"))
            for of in (case, nobody)
            for one in (browser.post(f"/desk/case/{of}/{page}", {"purpose": "contact", "seen": "2"}),)
        ]
        assert posted[0] == posted[1]


def test_whoever_is_complained_of_finds_nothing(as_: As) -> None:
    case = cast.file(respondents=("zjj",)).case
    assert as_(OFFICER).get(f"/desk/case/{case}/").status_code == 404
    assert as_(CLERK).get(f"/desk/case/{case}/").status_code == 200


def test_pages_forbid_inline_scripts_frames_and_copies(as_: As) -> None:
    for page in (LOGIN, "/desk/", f"/desk/case/{cast.file().case}/"):
        answer = as_(CLERK).get(page)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(rb"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", answer.content)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that takes nothing more; the words in its message must go nowhere."""
    words = "database or disk is full: canary-words"

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError(words)

    monkeypatch.setattr("huiyin.desks.views.counter.register", refuse)
    monkeypatch.setattr("huiyin.desks.views.step.take_step", refuse)
    return words


def test_a_full_store_keeps_what_was_typed_and_logs_no_words(
    as_: As, full: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = cast.routed()
    with caplog.at_level(logging.DEBUG):
        answer = as_(OFFICER).post(
            f"/desk/case/{case}/step/accept/",
            {"seen": "2", "f_note": "typed-by-the-officer"},
        )
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "没有保存" in page
    assert "typed-by-the-officer" in page
    assert "canary" not in page + caplog.text
    assert "typed-by" not in caplog.text
    assert "OperationalError" in caplog.text


@pytest.mark.skipif(connection.vendor != "sqlite", reason="max_page_count is SQLite's own limit")
def test_a_full_disk_saves_nothing_and_the_same_form_goes_through_later(as_: As) -> None:
    browser = as_(CLERK)
    sent = form(browser, body="这封信很长。" * 2_000)
    with connection.cursor() as cursor:
        pages_now = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages_now}")
        answer = browser.post("/desk/register/", sent)
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert answer.status_code == 503
    assert "这封信很长。" in answer.content.decode()
    assert not CaseRow.objects.exists()
    assert browser.post("/desk/register/", sent).status_code == 200
    assert CaseRow.objects.count() == 1


def refused(fault: Exception, path: str = "/desk/", **typed: str) -> HttpResponse:
    request = RequestFactory().post(path, typed)
    request.resolver_match = resolve(path)
    answer = gate.Gate(lambda _: HttpResponse()).process_exception(request, fault)
    assert isinstance(answer, HttpResponse)
    return answer


def test_an_unlawful_step_names_its_article_wherever_it_was_tried() -> None:
    answer = refused(Unlawful("decide", "《信访工作条例》第三十四条", Text("不能这样办", "Not like this")))
    assert answer.status_code == 422
    assert "不能这样办" in answer.content.decode()
    assert "第三十四条" in answer.content.decode()


def test_a_case_that_moved_on_is_one_link_away() -> None:
    answer = refused(MovedOn("zs"), "/desk/case/zs/code/")
    assert answer.status_code == 409
    assert 'href="/desk/case/zs/"' in answer.content.decode()


def test_a_disk_that_took_nothing_keeps_words_and_drops_secrets() -> None:
    for fault in (OSError(errno.ENOSPC, "no space"), InterfaceError("gone"), OperationalError("locked")):
        answer = refused(fault, "/desk/login/", login="clerk", password="secret-word", note="第一行\n第二行")
        page = answer.content.decode()
        assert answer.status_code == 503
        assert "第一行\n第二行" in page
        assert "secret-word" not in page


def test_a_mistake_of_ours_is_left_to_the_general_error_page(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get("/desk/")
    request.resolver_match = resolve("/desk/case/zs/")
    with caplog.at_level(logging.ERROR):
        assert gate.Gate(lambda _: HttpResponse()).process_exception(request, ValueError("words")) is None
    assert "ValueError at desk/case/<slug:case_id>/" in caplog.text
    assert "words" not in caplog.text


@pytest.mark.parametrize(
    "path", ["/reception/screen/?office=%00", "/desk/go/?q=%00", "/desk/?category=%00", "/desk/case/%00/"]
)
def test_a_character_that_no_text_holds_is_no_fault_of_the_store(as_: As, path: str) -> None:
    assert as_(CLERK).get(path).status_code in (200, 302, 400, 404)


def test_what_the_store_refuses_for_a_nul_is_said_to_be_that() -> None:
    answer = refused(DataError("cannot contain NUL (0x00) bytes"), note="第一行\0")
    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()
    assert refused(DataError("other"), note="第一行").status_code == 503


def test_no_address_and_no_word_reaches_the_log() -> None:
    """In a process of its own, for a test runner listens to every logger: nothing of a request is printed."""
    said = subprocess.run(
        [sys.executable, "-c", REQUESTS], env=os.environ, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["404", "405", "403", "500"]
    told = ("13800138000", "words-of-somebody", "live-secret", "Traceback", "/hand/", "/zhangsan")
    assert [word for word in told if word in said.stderr] == []
    assert "ValueError at" in said.stderr  # what went wrong and where is logged all the same


REQUESTS = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "huiyin.settings"
import django
django.setup()
from django.test import Client
from huiyin.portal import pages

def fail(*_, **__):
    raise ValueError("words-of-somebody")

stranger = Client(enforce_csrf_checks=True, raise_request_exception=False, SERVER_NAME="localhost")
print(stranger.get("/zhangsan-13800138000/").status_code)
print(stranger.get("/reception/cancel/").status_code)
print(stranger.post("/hand/live-secret/", {"name": "words-of-somebody"}).status_code)
pages.page = fail
print(stranger.get("/help/").status_code)
"""


def test_the_network_is_too_coarse_to_name_a_caller(settings: object) -> None:
    def of(peer: str, forwarded: str = "") -> str:
        return network.network_of(RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded))

    assert of("192.0.2.77") == "192.0.2.0/24"
    assert of("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert of("192.0.2.77", "203.0.113.9") == "192.0.2.0/24"
    settings.HUIYIN_TRUSTED_PROXIES = ["10.0.0.0/8"]  # type: ignore[attr-defined]
    assert of("10.0.0.1", "198.51.100.4, 203.0.113.9") == "203.0.113.0/24"
    assert of("") == "local"


def test_more_papers_than_memory_are_refused_before_they_are_read() -> None:
    def never(_: HttpRequest) -> HttpResponse:
        raise AssertionError

    request = RequestFactory().post("/desk/register/", CONTENT_LENGTH=str(65 * 1024 * 1024))
    assert gate.Gate(never)(request).status_code == 413
