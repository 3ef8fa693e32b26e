"""An e-mail becomes a case once; what a machine wrote becomes none; no letter is lost for its papers."""

import io
import json
import sys
import time
from datetime import timedelta
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import OperationalError

from huiyin.api import mail, mime
from huiyin.api.mail import NoLetter
from huiyin.api.models import Counted
from huiyin.casework import filing, openings, reading
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.cli.main import main
from huiyin.ledger.facts import facts_of
from tests.casework import cast
from tests.casework.cast import CLERK, NOW, PERSON

BODY = "小区三号楼外墙瓷砖一直往下掉，砸坏了车，没有人来修。"
WHO = f"{PERSON.name} <feng@example.com>"


def message(body: str = BODY, **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {
        "From": WHO,
        "To": "xfj@county.example",
        "Subject": "外墙瓷砖脱落",
        "Message-ID": "<1@example.com>",
    }
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            made[name] = value
    made.set_content(body)
    return made


def taken(raw: bytes | EmailMessage, office: str = "xfj") -> Any:
    data = raw if isinstance(raw, bytes) else raw.as_bytes()
    return mail.take_in(mail.read(data), office, NOW)


def words(case: str) -> reading.Words:
    return reading.words(case, reading.PETITIONER)


def test_a_letter_becomes_a_case_and_its_sender_is_sealed() -> None:
    made = taken(message())
    row = CaseRow.objects.get()
    assert (row.bureau, row.channel, row.purpose, row.anonymous) == ("xfj", "web", "request", False)
    found = words(made.case)
    assert (found.title, found.body.strip(), found.requests) == ("外墙瓷砖脱落", BODY, ("外墙瓷砖脱落",))
    actor = history(made.case)[0].actor
    assert (actor.role, actor.ref) == ("system", "api:mail")
    person = openings.read_person(made.case, history(made.case)[0])
    assert person is not None
    assert (person.name, person.address) == (PERSON.name, "feng@example.com")
    for fact in facts_of(made.case):
        assert "feng@" not in fact.clear + fact.public_content


def test_the_same_message_again_is_the_same_case() -> None:
    first, again = taken(message()), taken(message(body=BODY + "\n-- \n本邮件已查毒"))
    assert (again.case, again.again) == (first.case, True)
    assert taken(message(Message_ID="<2@example.com>")).case != first.case
    assert taken(message(From="other@example.com")).case != first.case
    nameless = message(Message_ID="").as_bytes()
    assert taken(nameless).case == taken(nameless).case
    assert CaseRow.objects.count() == 4


def test_pictures_hang_on_it_and_the_rest_is_named() -> None:
    made = message()
    made.add_attachment(cast.photo(), maintype="image", subtype="jpeg", filename="墙.jpg")
    made.add_attachment(cast.document(), maintype="application", subtype="pdf", filename="合同.pdf")
    made.add_attachment(b"PK\x03\x04", maintype="application", subtype="msword", filename="说明.docx")
    made.add_attachment("一段文字", filename="笔记.txt")
    letter = mail.read(made.as_bytes())
    assert [name for name, _ in letter.files] == ["墙.jpg", "合同.pdf"]
    assert [name for name, _ in letter.left_out] == ["说明.docx", "笔记.txt"]
    case = mail.take_in(letter, "xfj", NOW).case
    assert {paper.mime for paper in words(case).papers} == {"image/jpeg", "application/pdf"}


def test_more_papers_than_a_case_holds_are_named() -> None:
    made = message()
    for number in range(8):
        made.add_attachment(cast.photo(), maintype="image", subtype="jpeg", filename=f"{number}.jpg")
    letter = mail.read(made.as_bytes())
    assert (len(letter.files), [name for name, _ in letter.left_out]) == (6, ["6.jpg", "7.jpg"])


def test_a_page_is_read_for_its_words() -> None:
    made = message()
    head = "<html><head><style>p{color:red}</style></head><body>"
    html = f"{head}<p>{BODY}</p><script>x()</script><p>请修&nbsp;好</p>"
    made.set_content(html, subtype="html")
    assert mail.read(made.as_bytes()).body == f"{BODY}\n请修 好"
    both = message(body="纯文本的内容在这里，说的是一样的事。")
    both.add_alternative(html, subtype="html")
    assert mail.read(both.as_bytes()).body.strip() == "纯文本的内容在这里，说的是一样的事。"


@pytest.mark.parametrize(
    ("named", "written"), [("gb2312", "gb18030"), ("GBK", "gbk"), ("x-none", "gbk"), ("utf-8", "gb18030")]
)
def test_chinese_of_every_age_is_read(named: str, written: str) -> None:
    head = "From: a@example.com\r\nSubject: =?gbk?B?zeLHvQ==?=\r\n"
    kind = f"Content-Type: text/plain; charset={named}\r\n\r\n"
    letter = mail.read((head + kind).encode() + "镕基路三号楼外墙瓷砖往下掉。".encode(written))
    assert (letter.subject, letter.body) == ("外墙", "镕基路三号楼外墙瓷砖往下掉。")


HTML = "From: a@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
NESTED = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(20))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (HTML + "<!--" * 250_000, ""),
        (HTML + "<a " * 300_000, ""),
        (HTML + "<a =\"'" * 160_000, ""),
        (HTML + "<![ " * 250_000, ""),
        (HTML + "<script>" * 120_000, ""),
        (HTML + "x" * 1_000_001, "1000000 characters"),
        ("From: a@example.com\r\nContent-Type: text/plain" + ";a=b\r\n " * 30_000 + "\r\n\r\n", "header"),
        ("From: " + "=?utf-8?q?a?= " * 20_000 + "<a@example.com>\r\n\r\n", "header"),
        ("From: a@example.com\r\n" + "Received: by x\r\n" * 9_000 + "\r\n", "bytes of headers"),
        (
            "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            + "--x\r\n\r\n" * 40_000,
            "100 parts",
        ),
        ("From: a@example.com\r\n" + NESTED, "parts within parts"),
        ("From: a@example.com\r\n\r\n" + "\n" * 3_000_000, "lines"),
        (
            "From: a@example.com\r\nContent-Type: text/plain; charset=punycode\r\n\r\n"
            + "a-"
            + "b" * 400_000,
            "",
        ),
    ],
    ids=lambda value: value[:40] if value.isprintable() else value[20:60] + value[-10:],
)
def test_no_small_letter_keeps_a_core_busy(raw: str, says: str) -> None:
    began = time.process_time()
    if says:
        with pytest.raises(NoLetter, match=says):
            mail.read(raw.encode())
    else:
        mail.read(raw.encode())
    assert time.process_time() - began < 2


def test_headers_up_to_the_bounds_cost_little() -> None:
    head = "From: " + "a," * 3_900 + "a@example.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    part = "--x\r\nContent-Type: text/plain" + ";a=b" * 1_950 + "\r\n\r\nx\r\n"
    began = time.process_time()
    with pytest.raises(NoLetter):
        mail.read((head + part * 14).encode())
    mail.read(("From: a@example.com" + head[head.index("\r\n") :] + part * 14).encode())
    assert time.process_time() - began < 3


def test_a_page_written_as_office_programs_write_it_is_read() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>x</title><STYLE>p > b{}</STYLE>"
        "<!--[if mso]><p>nothing</p><![endif]-->"
        '<![if !mso]></head><body><P title="a > b" class=MsoNormal>路灯坏了 &lt;三周&gt;<br>没有人修'
        "<o:p></o:p></P><p alt='>'>1 < 2 &amp; 3</p><p>it's > done</p><style>unclosed"
    )
    made = message()
    made.set_content(page, subtype="html")
    assert mail.read(made.as_bytes()).body.split("\n") == [
        "路灯坏了 <三周>",
        "没有人修",
        "1 < 2 & 3",
        "it's > done",
    ]


def test_a_letter_that_says_all_in_its_subject_is_registered() -> None:
    made = taken(message(body="如题\n", Subject="小区三号楼外墙瓷砖一直往下掉"))
    assert words(made.case).body.strip() == "小区三号楼外墙瓷砖一直往下掉\n如题"


def test_a_letter_that_names_an_officer_is_closed_to_that_office() -> None:
    made = taken(message(body=f"住建局的{cast.NAMES['officer']}收了开发商的好处，验收弄虚作假。"))
    assert CaseRow.objects.get(case_id=made.case).respondents == ",zjj,@officer,"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; type=x"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<news.example.com>"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@example.com"},
        {"From": "no-reply+1@example.com"},
        {"From": ""},
        {"From": "a@example.com, b@example.com"},
        {"From": "nobody"},
        {mail.RECEIPT.replace("-", "_"): "XFJ-2026-000001"},
    ],
    ids=str,
)
def test_what_a_machine_wrote_is_dropped(headers: dict[str, str]) -> None:
    with pytest.raises(NoLetter) as refused:
        taken(message(**headers))
    assert refused.value.silent
    assert not CaseRow.objects.exists()


def test_a_bounce_and_a_loop_are_dropped() -> None:
    report = b"From: a@example.com\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n"
    loop = b"Received: by mx.example.com\r\n" * 51 + message().as_bytes()
    for raw in (report, loop):
        with pytest.raises(NoLetter) as refused:
            taken(raw)
        assert refused.value.silent


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (message(body="x", Subject="").as_bytes(), "body"),
        (message(body="长" * 20_001).as_bytes(), "body"),
        (b"From: a@example.com\r\n\r\n", "body"),
    ],
    ids=["short", "long", "empty"],
)
def test_whoever_wrote_it_is_told_what_is_wrong(raw: bytes, says: str) -> None:
    with pytest.raises(NoLetter) as refused:
        taken(raw)
    assert (refused.value.silent, says in str(refused.value)) == (False, True)
    assert not CaseRow.objects.exists()


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"From: \xff\xff", b"From: <", b"Content-Type: multipart/mixed"]
)
def test_what_is_no_message_ends_in_words(raw: bytes) -> None:
    with pytest.raises(NoLetter):
        taken(raw)


def test_a_message_beyond_the_limit_is_refused(settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    with pytest.raises(NoLetter, match="larger") as refused:
        taken(message())
    assert not refused.value.silent


def test_the_answer_gives_the_receipt_and_starts_no_loop() -> None:
    letter = mail.read(message().as_bytes())
    made = mail.take_in(letter, "xfj", NOW)
    answer = message_from_bytes(
        mail.reply(letter, made, "xfj@county.example", "https://x"), policy=policy.default
    )
    assert (answer["To"], answer["In-Reply-To"], answer["Auto-Submitted"]) == (
        "feng@example.com",
        "<1@example.com>",
        "auto-replied",
    )
    told = answer.get_body().get_content()
    assert made.code in told
    assert BODY not in told
    assert [part.get_filename() for part in answer.iter_attachments()] == [
        f"{made.number}.tlog-proof",
        f"{made.number}.opening.json",
    ]
    with pytest.raises(NoLetter) as refused:
        mail.read(bytes(answer))
    assert refused.value.silent


def test_the_answer_repeats_nothing_that_a_stranger_wrote() -> None:
    made = message(Subject="BUY http://evil.example/1", Message_ID="<2 BUY@x>")
    made.replace_header("From", "BUY <feng@example.com>")
    for number in range(3):
        made.add_attachment(b"PK", maintype="application", subtype="zip", filename=f"BUY-{number}.zip")
    letter = mail.read(made.as_bytes())
    raw = mail.reply(letter, mail.take_in(letter, "xfj", NOW), "xfj@county.example", "https://x")
    answer = message_from_bytes(raw, policy=policy.default)
    told = answer.get_body().get_content()
    assert "attachments not taken in: 3\r\n- 3: " in told
    headers = "".join(str(value) for value in answer.values())
    assert "BUY" not in told + headers
    assert "evil" not in told + headers


def test_one_address_gets_five_answers_in_an_hour() -> None:
    def asked(address: str, later: timedelta = timedelta()) -> bool:
        return mail.may_answer(mail.read(message(From=address).as_bytes()), NOW + later)

    assert [asked("feng@example.com") for _ in range(6)] == [True] * 5 + [False]
    assert not asked("Feng+x@EXAMPLE.com")
    assert asked("other@example.com")
    assert asked("feng@example.com", timedelta(hours=1))
    assert Counted.objects.count() == 1


# --- the command --------------------------------------------------------------------------------------


class Pipe:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def command(raw: bytes, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdin", Pipe(raw))
    return main(["api", "mail", *arguments])


def test_the_command_tells_a_mail_server_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command(message().as_bytes(), monkeypatch) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["number"], told["again"], told["left_out"]) == (CaseRow.objects.get().number, False, [])
    assert command(message(Precedence="bulk").as_bytes(), monkeypatch) == 0
    assert "no case" in capsys.readouterr().err
    assert command(b"From: a@example.com\r\n\r\n", monkeypatch) == 65

    def fails(*_: object, **__: object) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(filing, "_register", fails)
    assert command(message(Message_ID="<9@x>").as_bytes(), monkeypatch) == 75
    assert "nothing was saved" in capsys.readouterr().err


@pytest.mark.parametrize("fault", [AssertionError, RecursionError, HeaderParseError, OverflowError, KeyError])
def test_a_letter_that_breaks_the_parser_goes_back(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise fault("words of the letter")

    monkeypatch.setattr(mime, "message_from_bytes", breaks)
    assert command(message().as_bytes(), monkeypatch) == 65
    assert "words of the letter" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "raw", [HTML + "<![ 小区三号楼外墙瓷砖一直往下掉", "From: a@b.c\n" + NESTED * 100], ids=["page", "nested"]
)
def test_a_malformed_letter_goes_back(raw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(raw.encode(), monkeypatch) == 65


def test_what_nobody_thought_of_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise MemoryError("words of the letter")

    monkeypatch.setattr(mime, "message_from_bytes", breaks)
    assert command(message().as_bytes(), monkeypatch) == 75
    assert "words of the letter" not in capsys.readouterr().err


def test_the_command_prints_the_answer_once(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ("--office", "xfj", "--reply-from", "xfj@county.example")
    assert command(message().as_bytes(), monkeypatch, *given) == 0
    assert b"Auto-Submitted: auto-replied" in capfdbinary.readouterr().out
    assert command(message().as_bytes(), monkeypatch, *given) == 0
    assert capfdbinary.readouterr().out == b""


def test_beyond_the_answers_of_an_hour_letters_are_registered(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "ANSWERS_MOST", 1)
    printed = []
    for number in range(2):
        raw = message(Message_ID=f"<{number}@x>").as_bytes()
        assert command(raw, monkeypatch, "--reply-from", "xfj@county.example") == 0
        printed.append(bool(capfdbinary.readouterr().out))
    assert printed == [True, False]
    assert CaseRow.objects.count() == 2


def test_an_officer_reads_it_like_any_letter() -> None:
    made = taken(message(body=f"{BODY} 电话13912345678"))
    assert reading.words(made.case, CLERK).title == "外墙瓷砖脱落"
    assert "13912345678" not in reading.words(made.case, CLERK).body
