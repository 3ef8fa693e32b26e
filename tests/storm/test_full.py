"""A full store: a clear refusal, nothing half-saved, and the same form goes through when there is room."""

from base64 import b64decode

import pytest

from huiyin.ledger.proofs import parse_proof
from tests.environment import SERVER
from tests.storm import deeds
from tests.storm.deeds import CANARY
from tests.storm.nursery import Nursery

# Kinds of fullness and how much still fits (pages, bytes): ever other statements meet the end of it.
FULL = [("commit", 0), ("refusal", 0)]
LOG_FULL = "commit of the log"
if not SERVER:
    FULL = [*(("pages", n) for n in (0, 1, 2, 5, 9)), *(("bytes", n) for n in (0, 100, 30_000, 900_000))]
    LOG_FULL = "pages of the log"
KINDS = sorted(dict(FULL))

TYPED = {
    "body": f"{CANARY}：外墙掉瓷砖，请派人来看。" * 200,
    "title": CANARY,
    "place_detail": CANARY,
    "name": "封不觉",
    "phone": "13812345678",
    "category": "construction",
    "purpose": "request",
}
DOORS = {
    "/file/": {**TYPED, "at": "3", "do": "send", "request": CANARY, "about": "no", "identity": "open"},
    "/desk/register/": {**TYPED, "requests": CANARY, "channel": "letter", "received_on": "2026-03-02"},
}
DOORS["/file/ as json"] = DOORS["/file/"]
SAYS = {"zh-hans": "没有保存", "en": "Nothing was saved"}


@pytest.mark.parametrize(("kind", "amount"), FULL)
def test_a_registration_that_finds_no_room_is_refused_whole(nursery: Nursery, kind: str, amount: int) -> None:
    facts = nursery.call(deeds.counts)["facts"]
    child = nursery.start(deeds.register_until_full, kind=kind, amount=amount, name=f"{kind} {amount}")
    found = child.end().value
    assert found["refusals"] == ["IntegrityError" if kind == "refusal" else "OperationalError"] * 2
    assert found["unchanged"]
    assert not found["again"]
    assert found["index"] == facts + found["registered"]
    assert found["state"] == {"facts": found["index"] + 1, "waiting": 0, "faults": []}
    assert CANARY not in child.log
    assert "Traceback" not in child.log


def test_a_registration_that_fails_at_any_statement_leaves_nothing(nursery: Nursery) -> None:
    found = nursery.call(deeds.register_failing_at_each_statement, name="statement")
    assert len(found["unchanged"]) > 10
    assert all(found["unchanged"])
    assert not any(found["again"])
    assert found["late"], "once it is committed, it is late at worst"
    assert (found["state"]["waiting"], found["state"]["faults"]) == (0, [])


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_refused_is_in_no_table_for_anybody_else(nursery: Nursery, kind: str) -> None:
    before = nursery.call(deeds.snapshot)
    assert nursery.call(deeds.register_and_stay, kind=kind, token=f"{kind} here")
    assert nursery.call(deeds.snapshot) == before
    assert not nursery.call(deeds.aftermath, token=f"{kind} here")["again"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_that_nothing_was_saved_and_keeps_what_was_typed(
    nursery: Nursery, kind: str, door: str
) -> None:
    facts = nursery.call(deeds.counts)["facts"]
    language = "en" if door == "/file/" else "zh-hans"
    child = nursery.start(deeds.post_when_full, kind=kind, door=door, language=language, typed=DOORS[door])
    found = child.end().value
    assert found["status"] == 503
    assert SAYS[language] in found["page"]
    assert CANARY in found["page"]
    assert not any(word in found["page"] for word in ("Traceback", "Error", "sqlite", "psycopg", "disk"))
    assert found["changed"] == []
    assert (found["later"], found["more"]) == (200, 1)
    assert found["state"] == {"facts": facts + 1, "waiting": 0, "faults": []}
    assert "Error at " in child.log, "whoever looks after the office is told"
    assert not any(word in child.log for word in (CANARY, TYPED["name"], TYPED["phone"], "Traceback"))


def test_a_full_log_promises_and_keeps_its_promise(nursery: Nursery) -> None:
    child = nursery.start(deeds.register_while_the_log_is_full, kind=LOG_FULL, token="late")
    found = child.end().value
    assert not found["integrated"]
    assert found["promise"].startswith("huiyin.promise/1\n")
    assert (found["waiting"], found["kept"]) == (1, 1)
    promised = b64decode(found["promise"].splitlines()[2].removeprefix("entry "))
    assert parse_proof(found["proof"].encode()).entry == promised
    assert found["faults"] == found["state"]["faults"] == []
    assert "could not be integrated" in child.log
    assert "Traceback" not in child.log
