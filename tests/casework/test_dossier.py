"""The petitioner's whole file: all there is, readable and proven; no name, nothing before it is served."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from huiyin.casework import dossier, erasure, reading
from huiyin.casework.bundles import Gone, NotInLog
from huiyin.casework.permissions import NotYours
from huiyin.ledger import sequencer
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor
from huiyin.publication.check import check
from tests.casework import cast, trial
from tests.casework.cast import (
    CLERK,
    FILING,
    HEAD,
    NOW,
    OFFICER,
    PERSON,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    Attachment,
    take,
)
from tests.casework.trial import REVIEWER, later, row

PHOTO, DOCUMENT = cast.photo(), cast.document()
pytestmark = pytest.mark.usefixtures("trial")


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}


def taken(case: str, actor: Actor = PETITIONER, language: str = "zh-hans") -> dict[str, bytes]:
    return files(dossier.whole_file(case, actor, later(99), language=language))


def findings(data: bytes, folder: Path) -> list[str]:
    path = folder / "case.zip"
    path.write_bytes(data)
    return [f"{f.code} {f.where} {f.detail}" for f in check(path).findings]


def full() -> str:
    """A case with papers of both sides, an answer, a review that is decided and not served."""
    papers = (Attachment("瓷砖.jpg", "image/jpeg", PHOTO),)
    case = cast.file(attachments=papers).case
    take(case, "transfer", {"office": "zjj", "joint": []}, actor=CLERK)
    take(case, "accept", actor=OFFICER)
    more = (Attachment("报告.pdf", "application/pdf", DOCUMENT),)
    take(case, "supplement", {"text": "又掉了一块。"}, actor=PETITIONER, attachments=more)
    take(case, "decide", trial.OPINION, actor=OFFICER)
    take(case, "serve", {"served_on": TODAY.isoformat()}, actor=OFFICER)
    take(case, "ask_review", {"why": "只答了一半。"}, actor=PETITIONER)
    take(case, "decide_review", {"findings": "复查认为原意见正确。"}, actor=REVIEWER)
    return case


def test_it_holds_everything_and_every_part_is_proven(tmp_path: Path) -> None:
    case = full()
    data = dossier.whole_file(case, PETITIONER, NOW)
    assert findings(data, tmp_path) == []
    found = files(data)
    manifest = json.loads(found["manifest.json"])
    assert (manifest["kind"], manifest["case"]) == ("huiyin.file/1", case)
    assert len(manifest["entries"]) == len(facts_of(case)) == 8
    assert found["papers/0001-1.jpg"] == PHOTO
    assert found["papers/0004-1.pdf"] == DOCUMENT
    assert found["log/0001.words.txt"] == FILING.body.encode()
    assert found["books/1.toml"] == (trial.BOOKS / "trial.toml").read_bytes()
    assert found["case.pdf"].startswith(b"%PDF")
    assert {"README.txt", "vkey", "checkpoint", "case.html"} <= set(found)


def test_an_answer_stands_in_the_order_of_its_form_with_each_requests_outcome() -> None:
    said = taken(trial.served(), language="en")["case.html"].decode()
    answer = said[said.index("<h2>The answers") :]
    assert "outcomes: 1. Supported; 2. Not supported" in answer
    assert answer.index("outcomes: ") < answer.index("reasons: The tiles are loose.")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_tells_the_whole_story(language: str) -> None:
    said = taken(full(), language=language)["case.html"].decode()
    told = [FILING.title, FILING.body, *FILING.requests, "瓷砖.jpg", "又掉了一块。", "只答了一半。"]
    told += [trial.OPINION["reasons"]]
    told += ["XFJ-2026-000001", "0001-1.jpg", "Transfer", "2026-03-02 09:30"]
    told += ["陆知禾", "临江县住房和城乡建设局"] if language != "en" else ["clerk", "zjj", "Post"]
    assert [word for word in told if word not in said] == []
    assert "<script" not in said
    assert "http" not in said


def test_words_cannot_become_markup() -> None:
    case = cast.file(title="<img src=x onerror=alert(1)>", body="</p><script>alert(1)</script> & 其他。").case
    said = taken(case)["case.html"].decode()
    assert "<script>" not in said
    assert "<img" not in said
    assert "&lt;script&gt;alert(1)" in said


def test_nobodys_name_or_code_is_in_it() -> None:
    made = cast.file(title="路灯", body="路灯坏了三个月没人修。")
    data = dossier.whole_file(made.case, PETITIONER, NOW)
    whole = data + b"".join(files(data).values())
    for secret in (PERSON.name, PERSON.phone, PERSON.address, PERSON.id_number, made.code):
        assert secret.encode() not in whole


def test_a_paper_that_was_not_served_stays_closed(tmp_path: Path) -> None:
    case = full()
    data = dossier.whole_file(case, PETITIONER, NOW)
    found = files(data)
    assert "log/0008.opening.json" not in found
    public = json.loads(found["log/0008.public.json"])["public"]["content"]
    assert json.loads(public)["step"] == "decide_review"
    assert "复查认为原意见正确".encode() not in b"".join(found.values())
    assert "尚未送达" in found["case.html"].decode()
    take(case, "serve_review", {"served_on": TODAY.isoformat()}, actor=REVIEWER)
    data = dossier.whole_file(case, PETITIONER, NOW)
    assert "复查认为原意见正确".encode() in files(data)["log/0008.opening.json"]
    assert "复查认为原意见正确" in files(data)["case.html"].decode()
    assert findings(data, tmp_path) == []


def test_an_accusation_verifies_though_its_pseudonyms_differ(tmp_path: Path) -> None:
    case = trial.accused(respondents=("zjj",))
    assert findings(dossier.whole_file(case, PETITIONER, NOW), tmp_path) == []


def test_notices_go_with_it_under_plain_names() -> None:
    case = full()
    data = dossier.whole_file(case, PETITIONER, NOW, documents={"0003-accept.docx": b"PK notice"})
    assert files(data)["documents/0003-accept.docx"] == b"PK notice"
    for name in ("../x.pdf", "a/b.pdf", "x", "受理.pdf"):
        with pytest.raises(ValueError, match="plain file name"):
            dossier.whole_file(case, PETITIONER, NOW, documents={name: b""})


@pytest.mark.parametrize("actor", [CLERK, OFFICER, HEAD, SUPERVISOR], ids=lambda a: a.ref)
def test_no_officer_takes_it(actor: Actor) -> None:
    case = full()
    with pytest.raises(NotYours):
        dossier.whole_file(case, actor, NOW)


def test_the_console_leaves_a_fact_that_the_petitioner_sees(tmp_path: Path) -> None:
    case = full()
    before = len(facts_of(case))
    dossier.whole_file(case, PETITIONER, NOW)
    assert len(facts_of(case)) == before
    data = dossier.whole_file(case, SYSTEM, NOW)
    fact = facts_of(case)[-1]
    assert (len(facts_of(case)), fact.kind) == (before + 1, "file.taken.1")
    assert reading.timeline(case, PETITIONER, "en")[-1].title.en.startswith("The administrator")
    assert findings(data, tmp_path) == []


def test_what_was_erased_is_refused_and_leaves_no_trace() -> None:
    case = full()
    take(case, "serve_review", {"served_on": TODAY.isoformat()}, actor=REVIEWER)
    take(case, "withdraw", actor=PETITIONER)
    erasure.erase(case, "petitioner", SYSTEM, NOW)
    before = len(facts_of(case))
    for actor in (PETITIONER, SYSTEM):
        with pytest.raises(Gone):
            dossier.whole_file(case, actor, NOW)
    assert len(facts_of(case)) == before
    assert row(case).erased


def test_while_the_log_cannot_keep_up_there_is_no_half_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    case = full()
    from huiyin.casework import bundles

    monkeypatch.setattr(bundles, "_entries_below", lambda *_: 99)  # new ones keep coming
    with pytest.raises(NotInLog):
        dossier.whole_file(case, PETITIONER, NOW)
    sequencer.wait([])


def test_a_fact_that_comes_meanwhile_is_in_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The case moves on between the reading of its facts and the checkpoint: both are read again."""
    case, calls = full(), []
    from huiyin.casework import bundles

    read = bundles._proofs

    def late(facts: list[object]) -> object:
        if not calls:
            calls.append(1)
            take(case, "serve_review", {"served_on": TODAY.isoformat()}, actor=REVIEWER)
        return read(facts)  # type: ignore[arg-type]

    monkeypatch.setattr(bundles, "_proofs", late)
    data = dossier.whole_file(case, PETITIONER, NOW)
    assert "log/0009.opening.json" in files(data)
    assert findings(data, tmp_path) == []
