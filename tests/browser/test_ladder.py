"""One matter up every step of the Regulation: answered, redone, reviewed, reviewed again with a hearing.

The petitioner has a phone and a code. Seven people of three levels act in the offices; nobody reviews what
they decided themselves. At every stage the petitioner's page must say where the matter is, by when what is
due and how that was counted, and hand over what was served.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest

from huiyin.procedure import Calendar, load_book
from huiyin.procedure.clocks import count, due
from tests.browser.conftest import County, Opening
from tests.browser.eye import Eye
from tests.browser.people import Matter, Officer, Petitioner, Slip
from tests.browser.test_case import in_words, today
from tests.browser.window import PHONE, Window

pytestmark = pytest.mark.browser

BOOK = load_book("cn-xinfang-2022")
ROOF = Matter(
    body="顶楼漏水修了三次还漏，物业和开发商互相推，维修资金交了却没有人说得清用在哪里。",
    requests=("查清维修资金用在哪里", "今年雨季以前把屋面修好"),
)
HANDLER, REVIEWER, REREVIEWER = "临江县住房和城乡建设局", "临江县", "云洲市人民政府"
REFUSED = {"outcomes_0": "not_supported", "outcomes_1": "not_supported"}
REDONE = {"outcomes_0": "support", "outcomes_1": "not_supported"}


def texts(of: str) -> dict[str, str]:
    """What every decision says, told apart by who says it."""
    return {
        "facts": f"{of}查明的事实。",
        "reasons": f"{of}的理由。",
        "handling": f"{of}的意见。",
        "basis": "《物业管理条例》第五十三条",
    }


def on(days: int = 0) -> str:
    return (today() + timedelta(days=days)).isoformat()


@dataclass
class Way:
    """The matter on its way: the petitioner's phone, the office's screen, and what both look at."""

    petitioner: Petitioner
    office: Window
    slip: Slip
    eye: Eye

    def officer(self, login: str) -> Officer:
        return Officer(self.office, login)

    def serve(self, officer: Officer, step: str) -> None:
        officer.take(self.slip.number, step, method="in_person", served_on=on(), proof="本人签收，回证存卷。")

    def page(self) -> Window:
        """The petitioner's page, once everything on it has its place in the log."""
        window = self.petitioner.window
        for _ in range(40):
            window.go("/case/")
            if all("日志第" in told for told in window.page.locator(".timeline__when").all_inner_texts()):
                return window
            window.page.wait_for_timeout(250)
        raise AssertionError(f"not in the log: {window.text('.timeline')}")

    def says(self, state: str, title: str, last: date, article: str, *how: str) -> Window:
        """State, clock, date, article; and the count, fact by fact."""
        window = self.page()
        now = window.page.locator(".now")
        assert state in now.locator(".tag").first.inner_text()
        clock = now.locator(".now__clock", has_text=title)
        told = " ".join(clock.inner_text().split())
        assert in_words(last) in told
        assert article in told
        clock.locator("summary").click()
        lines = clock.locator(".count li").all_inner_texts()
        assert any("当天不算" in line for line in lines)
        assert any(in_words(last) in line and "24时" in line for line in lines)
        assert not [part for part in how if not any(part in line for line in lines)], lines
        return window

    def answers(self, *wanted: str) -> None:
        shown = self.petitioner.window.text("section[aria-labelledby=answer]")
        assert not [text for text in wanted if text not in shown], shown


def test_up_to_the_end(window: Opening, county: County, tmp_path: Path) -> None:
    petitioner = Petitioner(window(PHONE))
    slip = petitioner.file(ROOF)
    assert petitioner.enter(slip.code) == 200
    way = Way(petitioner, window(), slip, Eye(petitioner.window))
    for stage in (answered, redo, redone, reviewed, rereviewed):
        stage(way)
        takes_what_was_served(way)
    takes_everything(way, county, tmp_path)
    opens_the_responsibility_review(way)
    assert not way.eye.faults, "\n".join(way.eye.faults)


# --- first answer -------------------------------------------------------------------------------------


def answered(way: Way) -> None:
    number = way.slip.number
    way.says("已登记", "登记转送", until("route"), "第二十二条", "法定期限15日")
    way.officer("clerk").take(number, "transfer", office="zjj")
    way.says("已转送", "收到转送后书面告知", until("inform_routed"), "第二十三条")
    officer = way.officer("officer")
    officer.take(number, "accept", note="已受理，承办人会联系您。")
    officer.take(number, "hear", method="phone", record="电话听取：交过三次钱，没有看到账。")
    officer.take(number, "ask_extension", days=20, reason="要等维修资金的审计结果。")
    way.officer("head").take(number, "grant_extension", days=20, reason="审计要二十天，结果出来马上答复您。")
    extended = due(BOOK, "decide", today(), Calendar.china(), extension=20).due
    way.says("办理中", "办结", extended, "第三十四条", "法定期限60日", "延长20天")
    officer = way.officer("officer")
    officer.take(number, "decide", **REFUSED, **texts("第一次"))
    assert "第一次的意见" not in way.page().text()  # nothing is read before it was served
    way.serve(officer, "serve")
    way.says("已答复", "请求复查", until("ask_review"), "第三十五条", "法定期限30日")
    way.answers("第一次的意见", *ROOF.requests, "不予支持")


def until(clock: str) -> date:
    return due(BOOK, clock, today(), Calendar.china()).due


# --- review, redo -------------------------------------------------------------------------------------


def redo(way: Way) -> None:
    petitioner = way.petitioner
    petitioner.window.go("/case/do/ask_review/")
    way.eye.look("asking for a review")
    petitioner.do("ask_review", grounds="账没有给我看，也没有人上楼看过漏的地方。")
    way.says("复查中", "复查", until("review"), "第三十五条")
    assert f"由{REVIEWER}办理" in petitioner.window.text(".now")
    assert "order_redo" not in offered(way, "officer")  # who answered finds no step of the review
    officer = way.officer("linjiang-officer")
    officer.take(way.slip.number, "record_review", note="调取了维修资金的账。")
    officer.take(way.slip.number, "order_redo", **texts("责令重做"))
    way.says("办理中", "办结", until("decide"), "第三十四条", "法定期限60日")
    way.answers("责令重做的意见", "第一次的意见")


def offered(way: Way, login: str) -> list[str]:
    officer = way.officer(login)
    officer.open(way.slip.number)
    return officer.offers()


# --- another officer, another answer ------------------------------------------------------------------


def redone(way: Way) -> None:
    number = way.slip.number
    officer = way.officer("officer2")
    officer.take(number, "hear", method="in_person", record="上楼看了漏的地方，听取了陈述。")
    refuses_whoever_answered_before(way)
    officer = way.officer("officer2")
    refused = officer.send(number, "decide", **REFUSED, **texts("第二次"))
    assert "同一事实不得再作同样的结论" in refused
    assert "《信访工作条例》第三十五条" in refused
    refused = officer.send(number, "decide", **REDONE, **texts("第二次"))
    assert "《信访工作条例》第三十二条第二款" in refused  # supported: by which day?
    officer.take(number, "decide", **REDONE, **texts("第二次"), execute_by=on(30))
    way.serve(officer, "serve")
    way.says("已答复", "请求复查", until("ask_review"), "第三十五条", "法定期限30日")
    assert in_words(today() + timedelta(days=30)) in clock_of(way, "落实处理意见")
    way.answers("第二次的意见", "支持", "第一次的意见", "责令重做的意见")


def clock_of(way: Way, title: str) -> str:
    return way.petitioner.page.locator(".now__clock", has_text=title).inner_text()


def refuses_whoever_answered_before(way: Way) -> None:
    """Not offered, not to be opened by its address, and the refusal names the article."""
    assert "decide" not in offered(way, "officer")
    case = way.office.page.url.rstrip("/").rpartition("/")[2]
    assert way.office.go(f"/desk/case/{case}/step/decide/").status == 422
    told = way.office.text()
    assert "重做要换人" in told
    assert "《信访工作条例》第三十五条" in told


# --- review and re-review -----------------------------------------------------------------------------


def reviewed(way: Way) -> None:
    way.petitioner.do("ask_review", grounds="屋面还是没有说什么时候修。")
    way.says("复查中", "复查", until("review"), "第三十五条")
    officer = way.officer("linjiang-officer")
    officer.open(way.slip.number)
    assert "order_redo" not in officer.offers()  # once only
    officer.take(way.slip.number, "decide_review", conclusion="maintain", **texts("复查"))
    way.serve(officer, "serve_review")
    way.says("复查意见已送达", "请求复核", until("ask_rereview"), "第三十六条", "法定期限30日")
    way.answers("复查的意见", "维持原处理意见", "第二次的意见")


def rereviewed(way: Way) -> None:
    number = way.slip.number
    way.petitioner.do("ask_rereview", grounds="雨季就要到了。")
    way.says("复核中", "复核", until("rereview"), "第三十六条")
    assert f"由{REREVIEWER}办理" in way.petitioner.window.text(".now")
    assert "decide_rereview" not in offered(way, "linjiang-officer")
    officer = way.officer("yunzhou-officer")
    officer.take(
        number,
        "rereview_hearing",
        form="formal",
        opened_on=on(),
        closed_on=on(2),
        panel="主持人路遥知，听证员三人",
    )
    heard = count(BOOK.clocks["rereview"], today(), today(), Calendar.china(), excluded=3)
    way.says("复核中", "复核", heard.due, "第三十六条", "听证用去的3天不计算在内")
    officer.open(number)
    assert "decide_rereview" not in officer.offers()  # the hearing has no record yet
    officer.take(
        number, "record_rereview_hearing", held_on=on(), record="双方到场陈述。", findings="屋面应当先修。"
    )
    officer.take(number, "decide_rereview", conclusion="maintain", **texts("复核"))
    way.serve(officer, "serve_rereview")
    now = way.page()
    assert "复核意见已送达" in now.text(".now")
    assert not now.page.locator("a[href*='/case/do/ask_re']").count()
    way.answers("复核的意见", "复查的意见", "第二次的意见", "责令重做的意见", "第一次的意见")
    way.eye.look("the petitioner's page at the end")


# --- what is taken away -------------------------------------------------------------------------------


def takes_what_was_served(way: Way) -> None:
    """The newest notice, as PDF and as Word: the same words in both, the case named."""
    page = way.page().page
    links = {
        ending: f"section[aria-labelledby=whole] li:last-child a[href$='.{ending}']"
        for ending in ("pdf", "docx")
    }
    assert page.locator(links["pdf"]).count() == page.locator(links["docx"]).count() == 1
    drawn = pypdfium2.PdfDocument(way.petitioner.window.taken(links["pdf"]))
    text = "".join(said.get_textpage().get_text_range() for said in drawn)
    with zipfile.ZipFile(io.BytesIO(way.petitioner.window.taken(links["docx"]))) as word:
        written = re.sub(r"<[^>]+>", "", word.read("word/document.xml").decode())
    assert way.slip.number in "".join(text.split())
    assert way.slip.number in written


def takes_everything(way: Way, county: County, folder: Path) -> None:
    way.page()
    download = way.petitioner.window.download("a[href='/case/file.zip']")
    path = folder / download.suggested_filename
    download.save_as(path)
    assert path.name == f"{way.slip.number}.zip"
    with zipfile.ZipFile(path) as bundle:
        assert bundle.testzip() is None
        assert [name for name in bundle.namelist() if name.endswith(".html")]
        assert len([name for name in bundle.namelist() if name.endswith(".pdf")]) >= len(list(served(way)))
    told = county.installation.run("check", path, "--json").stdout
    assert '"ok": true' in told.lower(), told


def served(way: Way) -> Iterator[str]:
    yield from way.petitioner.page.locator("section[aria-labelledby=whole] li").all_inner_texts()


def opens_the_responsibility_review(way: Way) -> None:
    officer, desk = way.officer("supervisor"), Eye(way.office)
    case = officer.open(way.slip.number)
    desk.look("the case at the desk")
    way.office.press(f"a[href='/desk/case/{case}/review/']")
    told = way.office.text()
    for name in ("沈砚清", "裴小满", "尚怀瑾", "樊令仪", HANDLER, REREVIEWER, "按期完成"):
        assert name in told, name
    for words in (ROOF.name, ROOF.phone, ROOF.requests[0]):
        assert words not in told  # about offices and officers, never about the petitioner
    desk.look("the responsibility review")
    with zipfile.ZipFile(io.BytesIO(way.office.taken("a[href$='/review.docx']"))) as word:
        assert "裴小满" in word.read("word/document.xml").decode()
    way.eye.faults += desk.faults
