"""Public answers: redacted by an officer, refused while a number is left, taken back with one key."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huiyin.casework.models import Release
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import HEAD, OFFICER, OTHER_HEAD

As = Callable[[Actor], Client]
CLEAN = {
    "title": "外墙瓷砖脱落由谁修",
    "question": "小区外墙瓷砖脱落，谁负责？",
    "answer": "质保期内由建设单位负责，质保期后使用维修资金。",
    "clean_of_people": "on",
}


def send(browser: Client, case: str, **changes: Any) -> Any:
    return browser.post(f"/desk/case/{case}/release/", {**CLEAN, **changes})


def test_a_head_makes_an_answer_public_and_takes_it_back(as_: As) -> None:
    case = cast.served()
    browser = as_(HEAD)
    assert send(browser, case).headers["Location"] == "/desk/answers/"
    made = Release.objects.get()
    assert CLEAN["title"] in browser.get("/desk/answers/").content.decode()
    assert CLEAN["title"] not in as_(OTHER_HEAD).get("/desk/answers/").content.decode()
    assert as_(OTHER_HEAD).post("/desk/answers/", {"release": made.fact_id}).status_code == 404
    assert browser.post("/desk/answers/", {"release": made.fact_id}).status_code == 302
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer": "请打13812345678。"}, "里面还有电话"),
        ({"question": "身份证１１０１０５１９４９１２３１００２Ｘ"}, "里面还有电话"),
        ({"clean_of_people": ""}, "clean_of_people"),
        ({"answer": ""}, "answer"),
    ],
)
def test_a_text_that_still_names_somebody_stays_in(as_: As, changes: dict[str, str], said: str) -> None:
    answer = send(as_(HEAD), cast.served(), **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Release.objects.exists()


def test_only_a_served_answer_and_never_a_kept_name(as_: As) -> None:
    for case in (cast.answered(), cast.served(keep_name=True, body="请不要告诉承办单位我是谁，外墙掉砖。")):
        assert send(as_(HEAD), case).status_code == 422
    assert not Release.objects.exists()


def test_an_officer_makes_nothing_public(as_: As) -> None:
    assert send(as_(OFFICER), cast.served()).status_code == 404
