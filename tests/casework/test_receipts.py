"""What the log shows of a case, and the receipt the petitioner takes home, checked with hashlib alone."""

import base64
import hashlib
import json
from typing import Any

import pytest

from huiyin.casework import openings, receipts
from huiyin.casework.models import CaseRow
from huiyin.ledger import keys, merkle, notes, proofs, sequencer
from huiyin.ledger.facts import facts_of
from huiyin.ledger.receipts import entry_index
from tests.casework.cast import (
    CLERK,
    CUSTODIAN,
    DAY,
    FILING,
    NOW,
    OFFICER,
    Attachment,
    closed,
    file,
    photo,
    routed,
    take,
)

pytestmark = pytest.mark.usefixtures("county")
PUBLIC = {"v", "kind", "office", "category", "channel", "recorded_on", "occurred_on", "book", "step", "case"}


def public(case: str) -> list[dict[str, Any]]:
    return [json.loads(fact.public_content) for fact in facts_of(case)]


def digest(*parts: bytes) -> str:
    return base64.b64encode(hashlib.sha256(b"".join(parts)).digest()).decode()


def test_a_receipt_proves_itself_without_us() -> None:
    data = photo()
    made = file(attachments=(Attachment("瓷砖.jpg", "image/jpeg", data),))
    file(body="第二封信：楼道里的灯坏了三个月。")
    receipt = receipts.receipt(made.case)
    proof = proofs.parse_proof(receipt.proof)
    opening = json.loads(receipt.opening)
    halves = {
        name: digest(base64.b64decode(half["salt"]), half["content"].encode())
        for name, half in opening.items()
    }
    entry = f"huiyin.entry/1\npublic {halves['public']}\nprivate {halves['private']}\n".encode()
    assert proof.entry == entry
    assert all(len(base64.b64decode(half["salt"])) == 32 for half in opening.values())
    checkpoint = notes.open_checkpoint(proof.checkpoint, notes.read_vkey(keys.vkey()))
    merkle.verify_inclusion(
        proof.index,
        checkpoint.size,
        hashlib.sha256(b"\0" + entry).digest(),
        list(proof.path),
        checkpoint.root,
    )
    private = json.loads(opening["private"]["content"])
    assert receipt.words == FILING.body.encode()
    assert private["words_sha256"] == digest(base64.b64decode(opening["private"]["salt"]), receipt.words)
    assert private["attachments"] == [{"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}]
    assert private["recorded_at"] == "2026-03-02T01:30:00.000000+00:00"
    assert receipt.index == entry_index(made.fact_id) == proof.index


def test_the_code_is_in_no_part_of_the_receipt() -> None:
    made = file()
    receipt = receipts.receipt(made.case)
    for part in (receipt.proof, receipt.opening, receipt.words):
        assert made.code.replace(" ", "").encode() not in part
        assert made.code.encode() not in part


def test_while_the_log_is_late_the_receipt_is_a_signed_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "wait", lambda *_args, **_more: False)
    made = file()
    assert not made.integrated
    receipt = receipts.receipt(made.case)
    assert receipt.index is None
    text = notes.open_note(receipt.proof, [notes.read_vkey(keys.vkey())])
    kind, origin, entry, until = text.splitlines()
    assert (kind, origin) == ("huiyin.promise/1", "huiyin.example/log")
    monkeypatch.undo()
    assert sequencer.wait([made.fact_id])
    kept = proofs.parse_proof(receipts.receipt(made.case).proof)
    assert entry == f"entry {base64.b64encode(kept.entry).decode()}"
    assert until.startswith("integrated-by ")


def test_the_public_part_says_what_was_agreed_and_nothing_else() -> None:
    case = closed()
    parts = public(case)
    assert all(set(part) == PUBLIC for part in parts)
    assert {part["case"] for part in parts} == {case}
    assert parts[0] == {
        "v": 1,
        "kind": "petition.filed.1",
        "office": "xfj",
        "category": "construction",
        "channel": "letter",
        "recorded_on": "2026-03-02",
        "occurred_on": "2026-03-02",
        "book": "cn-xinfang-2022@1",
        "step": "register",
        "case": case,
    }
    assert [part["office"] for part in parts[1:]] == ["xfj"] + ["zjj"] * 6


@pytest.mark.parametrize(
    "changes", [{"purpose": "accusation"}, {"keep_name": True}], ids=["accusation", "kept"]
)
def test_of_a_withheld_case_the_log_shows_the_bureau_and_the_month(changes: dict[str, Any]) -> None:
    case = file(**changes).case
    if "keep_name" in changes:
        take(case, "transfer", {"office": "zjj"}, actor=CLERK)
        take(case, "accept")
        request = openings.request_identity(case, OFFICER, "contact", NOW)
        openings.decide_request(request, "approved", "", CUSTODIAN, NOW)
        openings.open_identity(case, OFFICER, "contact", NOW + DAY)
    parts = public(case)
    for part in parts:
        assert set(part) == PUBLIC
        assert (part["office"], part["category"], part["channel"]) == ("xfj", "withheld", "withheld")
        assert (part["recorded_on"], part["occurred_on"]) == ("2026-03", "")
    pseudonyms = [part["case"] for part in parts]
    assert len(set(pseudonyms)) == len(parts)  # a fresh one for each entry: they cannot be joined
    assert case not in pseudonyms
    number = CaseRow.objects.get(case_id=case).number
    assert number not in json.dumps(parts)


def test_a_withheld_case_filed_elsewhere_still_names_only_its_bureau() -> None:
    case = routed(keep_name=True, place="")
    assert {part["office"] for part in public(case)} == {"xfj"}


def test_the_same_words_twice_give_entries_that_do_not_betray_it() -> None:
    first, second = file(), file()
    (one,), (two,) = facts_of(first.case), facts_of(second.case)
    assert bytes(one.public_salt) != bytes(two.public_salt)
    assert bytes(one.private_commit) != bytes(two.private_commit)
    assert bytes(one.sealed) != bytes(two.sealed)
