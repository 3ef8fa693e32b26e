"""What goes to and fro: questions, second thoughts, a lost code, a name that was kept."""

import pytest

from tests.browser.conftest import Opening
from tests.browser.people import Matter, Officer, Petitioner, photo
from tests.browser.window import PHONE

pytestmark = pytest.mark.browser

LAMP = Matter(body="马尾洲镇渡口路的路灯坏了两个月，晚上学生下自习摸黑走路，请尽快修好。", place="maweizhou")
SMOKE = Matter(
    body="老砖窑那边的塑料颗粒厂每天夜里冒黑烟，我在厂子附近做工，请一定替我保密。",
    place="maweizhou",
    identity="kept",
    name="麻冬雁",
    phone="130-0000-0077",
)


def test_a_question_and_its_answer(window: Opening) -> None:
    petitioner, desk = Petitioner(window(PHONE)), window()
    slip = petitioner.file(LAMP)
    Officer(desk, "clerk").take(slip.number, "transfer", office="zjj")
    officer = Officer(desk, "officer")
    officer.take(slip.number, "accept")
    officer.take(slip.number, "ask_petitioner", question="灯杆上的编号是多少？")
    assert petitioner.enter(slip.code) == 200
    assert "灯杆上的编号是多少？" in petitioner.window.text("section[aria-labelledby=step-reply]")
    petitioner.do("reply", text="编号是渡口0317。", papers=(photo(),))
    assert "编号是渡口0317。" in petitioner.timeline()
    assert not petitioner.page.locator("section[aria-labelledby=step-reply]").count()
    officer.open(slip.number)
    assert "编号是渡口0317。" in desk.text(".timeline")
    assert "现场照片.jpg" in desk.text(".timeline")


def test_withdrawing_and_taking_it_back(window: Opening) -> None:
    petitioner, desk = Petitioner(window(PHONE)), window()
    slip = petitioner.file(LAMP)
    clerk = Officer(desk, "clerk")
    clerk.open(slip.number)
    assert "withdraw" not in clerk.offers()
    petitioner.enter(slip.code)
    petitioner.do("withdraw")
    assert "信访人已撤回" in petitioner.window.text(".now")
    petitioner.do("undo_withdraw")
    assert "已登记" in petitioner.window.text(".now")
    told = petitioner.timeline()
    assert "撤回" in told
    assert "恢复办理" in told
    clerk.open(slip.number)
    assert "transfer" in clerk.offers()


def test_a_new_filing_ends_the_visit_before(window: Opening) -> None:
    """On a shared phone nobody lands in the case of whoever held it last."""
    petitioner = Petitioner(window(PHONE))
    petitioner.enter(petitioner.file(LAMP).code)
    second = petitioner.file(LAMP)
    petitioner.window.go("/case/")
    assert petitioner.page.locator("#code").count()
    petitioner.enter(second.code)
    assert second.number in petitioner.window.text()


def test_a_lost_code(window: Opening) -> None:
    petitioner, counter = Petitioner(window(PHONE)), window()
    slip = petitioner.file(LAMP)
    petitioner.enter(slip.code)
    asks_for_a_code(Officer(counter, "clerk"), slip.number)
    colleague = Officer(counter, "clerk2")
    counter.go("/desk/codes/")
    row = colleague.page.locator("tr", has_text=slip.number)
    with colleague.page.expect_navigation():
        row.locator("button").click()
    fresh = " ".join(colleague.page.locator(".slip__code span").all_inner_texts())
    assert len(fresh) == 19
    assert fresh != slip.code
    petitioner.window.go("/case/")
    assert petitioner.page.locator("#code").count(), "a visit outlives the code it began with"
    assert petitioner.enter(slip.code) == 422
    assert petitioner.enter(fresh) == 200
    told = petitioner.timeline()
    assert "陆知禾" in told
    assert "岑晚舟" in told


def asks_for_a_code(clerk: Officer, number: str) -> None:
    clerk.open(number)
    form = clerk.page.locator("form[action$='/code/']")
    clerk.page.locator("details", has=form).locator("summary").click()
    with clerk.page.expect_navigation():
        form.locator("button").click()
    case = clerk.open(number)
    clerk.window.go("/desk/codes/")
    row = clerk.page.locator("tr", has=clerk.page.locator(f"a[href='/desk/case/{case}/']"))
    assert not row.locator("button").count(), "whoever asked may not grant"


def test_a_name_that_was_kept(window: Opening) -> None:
    petitioner, desk = Petitioner(window(PHONE)), window()
    slip = petitioner.file(SMOKE)
    Officer(desk, "clerk").take(slip.number, "transfer", office="hbj")
    officer = Officer(desk, "hbj-officer")
    case = officer.open(slip.number)
    officer.open_identity(case, "verify")
    for path in (f"/desk/case/{case}/", f"/desk/case/{case}/identity/"):
        desk.go(path)
        assert SMOKE.name not in desk.page.content()
        assert SMOKE.phone not in desk.page.content()
    approves(Officer(desk, "custodian"), slip.number)
    Officer(desk, "hbj-officer").open_identity(case, "verify")
    assert SMOKE.name in desk.text()
    petitioner.enter(slip.code)
    told = petitioner.timeline()
    for trace in ("申请", "保管员同意", "身份信息", "环境执法大队承办人"):
        assert trace in told
    assert "核实与事项有关的权利" in petitioner.window.text("section[aria-labelledby=opened]")


def approves(custodian: Officer, number: str) -> None:
    assert custodian.page.url.endswith("/desk/custodian/")
    asked = custodian.page.locator("section.panel", has_text=number)
    assert SMOKE.body not in custodian.page.content()
    assert SMOKE.name not in custodian.page.content()
    asked.locator("[name=reason]").fill("需核对其是否与厂方有租赁关系，理由成立。")
    with custodian.page.expect_navigation():
        asked.locator("button[value=approved]").click()
