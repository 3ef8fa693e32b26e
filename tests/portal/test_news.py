"""How a petitioner asks to be told of news, and stops it."""

from typing import Any

import pytest
from django.test import Client

from huiyin.casework import wishes
from huiyin.casework.filing import Registered
from huiyin.postroom.sending.push import public_key
from huiyin.vault.models import Sealed
from tests.casework import cast
from tests.postroom.sending.test_push import subscription

pytestmark = pytest.mark.usefixtures("county")
ADDRESS, NUMBER = "feng.bujue@mail.example", "+86 139-8765 4321"


@pytest.fixture
def channels(settings: Any) -> None:
    settings.HUIYIN_POST_SMTP_URL = "smtp://mail.example"
    settings.HUIYIN_POST_FROM = "news@county.example"
    settings.HUIYIN_POST_SMS_URL = "https://sms.example/"
    settings.HUIYIN_POST_PAPER = True
    settings.HUIYIN_POST_PUSH = True


def following(**changes: Any) -> tuple[Client, Registered]:
    made = cast.file(**changes)
    browser = Client()
    browser.post("/case/", {"code": made.code})
    return browser, made


def page(browser: Client, path: str = "/case/news/") -> str:
    return browser.get(path).content.decode()


def test_a_county_without_means_offers_nothing() -> None:
    browser, _ = following()
    assert "/case/news/" not in page(browser, "/case/")
    assert browser.get("/case/news/").status_code == 404


@pytest.mark.usefixtures("channels")
def test_nothing_is_chosen_until_it_is() -> None:
    browser, made = following()
    assert 'href="/case/news/"' in page(browser, "/case/")
    assert "checked" not in page(browser)
    assert wishes.wish(made.case) == wishes.Wish()


@pytest.mark.usefixtures("channels")
def test_what_is_chosen_is_sealed_and_shown_to_nobody_again() -> None:
    browser, made = following()
    sent = browser.post("/case/news/", {"tell": ["email", "sms"], "email": f" {ADDRESS} ", "phone": NUMBER})
    assert sent.status_code == 302
    found = [wishes.destination_for_sending(made.case, channel) for channel in ("email", "sms", "paper")]
    assert [one and one.address for one in found] == [ADDRESS, "+8613987654321", None]
    for path in ("/case/", "/case/news/"):
        shown = page(browser, path)
        assert ADDRESS not in shown
        assert "3987654321" not in shown
    assert page(browser).count("checked") == 2
    assert "选择了接收进展提醒的方式" in page(browser, "/case/")


@pytest.mark.usefixtures("channels")
def test_one_channel_is_changed_without_typing_the_other_again_and_all_is_stopped() -> None:
    browser, made = following()
    browser.post("/case/news/", {"tell": ["email", "sms"], "email": ADDRESS, "phone": NUMBER})
    browser.post("/case/news/", {"tell": ["email"], "email": ""})
    kept = wishes.destination_for_sending(made.case, "email")
    assert kept is not None
    assert kept.address == ADDRESS
    assert Sealed.objects.filter(kind="contact").count() == 1
    browser.post("/case/news/", {})
    assert wishes.wish(made.case).channels == ()
    assert Sealed.objects.filter(kind="contact").count() == 0


@pytest.mark.usefixtures("channels")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"tell": "email"}, "email"),
        ({"tell": "email", "email": "nobody"}, "email"),
        ({"tell": "email", "email": "a@b.example\nBcc: c@d.example"}, "email"),
        ({"tell": "email", "email": "沈@mail.example"}, "email"),
        ({"tell": "sms", "phone": "call me"}, "phone"),
        ({"tell": "sms"}, "phone"),
        ({"tell": "push"}, "push"),
        ({"tell": "push", "subscription": '{"endpoint": "https://10.0.0.1/"}'}, "push"),
    ],
)
def test_what_is_no_address_is_told_at_its_field_and_nothing_is_kept(
    typed: dict[str, str], says: str
) -> None:
    browser, made = following()
    answer = browser.post("/case/news/", typed)
    assert answer.status_code == 422
    assert f'href="#{says}"' in answer.content.decode()
    assert wishes.wish(made.case) == wishes.Wish()


@pytest.mark.usefixtures("channels")
def test_without_a_name_no_letter_and_what_the_county_does_not_have_is_not_taken(settings: Any) -> None:
    browser, made = following(person=None)
    assert 'value="paper"' not in page(browser)
    settings.HUIYIN_POST_SMS_URL = ""
    browser.post("/case/news/", {"tell": ["paper", "sms", "pigeon"], "phone": NUMBER})
    assert wishes.wish(made.case).channels == ()


@pytest.mark.usefixtures("channels")
def test_a_stranger_is_asked_for_the_code_and_a_fault_of_settings_closes_the_page(settings: Any) -> None:
    assert Client().get("/case/news/").headers["Location"] == "/case/"
    browser, _ = following()
    settings.HUIYIN_POST_QUIET = "late"
    assert browser.get("/case/news/").status_code == 404
    assert browser.get("/case/").status_code == 200


@pytest.mark.usefixtures("channels")
def test_a_browser_subscribes_with_the_countys_key_and_its_worker_is_there_for_everybody() -> None:
    browser, made = following()
    shown = page(browser)
    assert f'data-push-key="{public_key()}"' in shown
    assert "portal/push.js" in shown
    browser.post("/case/news/", {"tell": ["push"], "subscription": subscription()})
    found = wishes.destination_for_sending(made.case, "push")
    assert found is not None
    assert found.address == subscription()
    worker = Client().get("/case/push-worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in worker.content
