"""One matter from the first word to the rating, with every door in its own window."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from PIL import Image

from huiyin.procedure import Calendar, due, load_book
from tests.browser.conftest import Opening
from tests.browser.people import Matter, Officer, Petitioner, photo
from tests.browser.window import Size, Window

pytestmark = pytest.mark.browser

LIFT = Matter(
    body=(
        "我们单元大多数住户同意加装电梯，只有一楼一户不同意。社区说必须全部住户同意才能办，材料退了回来。"
        "老人上下楼很困难，我们跑了四趟，每次说法都不一样。"
    ),
    requests=("按三分之二同意的办法受理申请", "把要交的材料一次说清楚"),
    papers=(photo(),),
)
ANSWER = {
    "outcomes_0": "support",
    "outcomes_1": "partly",
    "facts": "本单元十二户中十户同意，面积和人数都过三分之二。",
    "reasons": "依照民法典第二百七十八条，不需要全部住户同意。",
    "handling": "请持身份证和产权证到政务大厅三楼申请，五个工作日内受理。",
    "basis": "《中华人民共和国民法典》第二百七十八条",
}


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def test_from_the_first_word_to_the_rating(window: Opening, sizes: tuple[Size, Size], tmp_path: Path) -> None:
    outside, inside = sizes
    petitioner = Petitioner(window(outside))
    petitioner.fill(LIFT)
    sees_what_was_answered_before(petitioner)
    slip = petitioner.send()
    assert [path.name for path in petitioner.save_files(tmp_path)] == [
        f"{slip.number}.{ending}" for ending in ("tlog-proof", "opening.json", "words.txt")
    ]
    assert LIFT.body in (tmp_path / f"{slip.number}.words.txt").read_text("utf-8")
    assert petitioner.enter(slip.code) == 200
    assert "已登记" in petitioner.window.text(".now")
    office = window(inside)
    transfers_without_a_mouse(office, slip.number)
    handles(office, slip.number)
    sees_the_longer_term(petitioner)
    answers(office, slip.number)
    reads_the_answer(petitioner)
    sees_who_opened_the_name(petitioner)
    rates(petitioner)
    keeps_the_photo_to_oneself(petitioner, office, slip.number)


def sees_what_was_answered_before(petitioner: Petitioner) -> None:
    similar = petitioner.page.locator("section[aria-labelledby=similar]")
    assert "加装电梯" in similar.inner_text()
    similar.locator("summary").first.click()
    assert "四分之三以上同意" in similar.inner_text()


def transfers_without_a_mouse(office: Window, number: str) -> None:
    """The inbox, the case, the step: keys only, and the office is found by going down the list."""
    Officer(office, "clerk")
    office.go("/desk/")
    finds_by_walking_down(office, number)
    follow_with_enter(office)
    assert number in office.text(".crumbs")
    tab_to(office, "a[href$='/step/transfer/']")
    follow_with_enter(office)
    choose_below(office, "f_office", "zjj")
    with office.page.expect_navigation():
        office.page.keyboard.press("Control+Enter")
    assert "已转送" in office.text()


def finds_by_walking_down(office: Window, number: str) -> None:
    """The key `j` down to the matter; a county that other tests filled may hold it on a later page."""
    row = office.page.locator("tr", has_text=number)
    while not row.count():
        office.page.locator("a[rel=next]").focus()
        follow_with_enter(office)
    title = row.locator(".cases__title a")
    for _ in range(office.page.locator(".cases__title a").count()):
        office.page.keyboard.press("j")
        if title.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"the key j does not reach {number}")


def follow_with_enter(office: Window) -> None:
    with office.page.expect_navigation():
        office.page.keyboard.press("Enter")


def tab_to(office: Window, selector: str) -> None:
    wanted = office.page.locator(selector)
    for _ in range(40):
        office.page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"40 presses of Tab do not reach {selector}")


def choose_below(office: Window, name: str, value: str) -> None:
    """The form starts in its first field; the arrow key goes down the list."""
    field = office.page.locator(f"[name={name}]")
    assert field.evaluate("node => node === document.activeElement")
    for _ in range(60):
        if field.input_value() == value:
            return
        office.page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not in the list")


def handles(office: Window, number: str) -> None:
    officer = Officer(office, "officer")
    office.go("/desk/")
    assert number in office.text(".cases")
    officer.take(number, "accept", note="已受理，承办人会联系您。")
    case = officer.open(number)
    officer.open_identity(case, "contact")
    assert LIFT.name in office.text()
    officer.take(number, "hear", method="phone", record="电话听取：十户同意，一户担心采光。")
    officer.take(number, "ask_extension", days=20, reason="要等规划部门的日照测算。")
    head = Officer(office, "head")
    head.take(number, "grant_extension", days=20, reason="日照测算要二十天，结果出来马上答复您。")


def sees_the_longer_term(petitioner: Petitioner) -> None:
    """The date is the one that the book and the calendar give, and each step of the count is told."""
    petitioner.window.go("/case/")
    count = due(load_book("cn-xinfang-2022"), "decide", today(), Calendar.china(), extension=20)
    told = petitioner.window.text(".now")
    assert in_words(count.due) in told
    assert "《信访工作条例》第三十四条" in told
    petitioner.page.locator(".now details.count summary").first.click()
    lines = petitioner.page.locator(".now .count li").all_inner_texts()
    assert any("60" in line for line in lines)
    assert any("20" in line for line in lines)
    assert any(in_words(count.due) in line and "24时" in line for line in lines)


def answers(office: Window, number: str) -> None:
    officer = Officer(office, "officer")
    officer.take(number, "decide", **ANSWER, execute_by=(today() + timedelta(days=20)).isoformat())
    officer.take(
        number, "serve", method="in_person", served_on=today().isoformat(), proof="本人签收，回证存卷。"
    )
    assert "已答复" in office.text()


def reads_the_answer(petitioner: Petitioner) -> None:
    petitioner.window.go("/case/")
    shown = petitioner.window.text("section[aria-labelledby=answer]")
    for text in (ANSWER["facts"], ANSWER["handling"], *LIFT.requests, "支持", "部分支持"):
        assert text in shown
    assert in_words(today() + timedelta(days=30)) in petitioner.window.text(".now")
    data = petitioner.window.taken("a[href='/case/answer.pdf']")
    document = pypdfium2.PdfDocument(data)
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    assert ANSWER["handling"] in text
    assert "部分支持" in text


def sees_who_opened_the_name(petitioner: Petitioner) -> None:
    opened = petitioner.window.text(".timeline .is-opening")
    assert "临江县住房和城乡建设局" in opened
    assert "沈砚清" in opened
    assert "承办人" in opened
    assert in_words(today()) in opened
    assert "联系信访人了解情况" in opened
    assert petitioner.page.locator("section[aria-labelledby=opened] li").count() == 1


def rates(petitioner: Petitioner) -> None:
    petitioner.window.press("a[href='/case/rate/']")
    petitioner.page.check("[name=rating][value=basically]")
    petitioner.page.fill("[name=text]", "答复清楚，就是等得久了一点。")
    petitioner.window.press("main form button[type=submit]")
    assert "基本满意" in petitioner.window.text("section[aria-labelledby=answer]")
    assert "答复清楚" in petitioner.window.text(".timeline")


def keeps_the_photo_to_oneself(petitioner: Petitioner, office: Window, number: str) -> None:
    original = LIFT.papers[0]["buffer"]
    assert petitioner.window.taken("section[aria-labelledby=words] a[href^='/case/paper/']") == original
    Officer(office, "officer").open(number)
    copy = office.context.request.get(office.address + str(office.page.get_attribute(".papers a", "href")))
    assert copy.ok
    picture = Image.open(io.BytesIO(copy.body()))
    assert not picture.getexif()
    assert b"Dianhua Phone" in original
    assert b"Dianhua" not in copy.body()
