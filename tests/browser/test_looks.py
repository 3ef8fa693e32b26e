"""Every page for every eye: axe, no sideways scrolling, small files, a focus that is seen."""

from collections.abc import Iterator
from itertools import chain

import pytest

from tests.browser.conftest import Opening
from tests.browser.eye import Eye, too_wide
from tests.browser.people import NEXT, PASSWORD, Matter, Officer, Petitioner
from tests.browser.window import PHONE, Window

pytestmark = pytest.mark.browser

NARROW = (320, 640)
LIFT = Matter(
    body="单元里大多数住户同意加装电梯，一楼住户不同意，社区说必须全部同意才能办。",
    requests=("说明到底要几户同意",),
)
# Whether the focused element lies in the window and is marked, itself or by the label around it. The last
# stop inside a date is the browser's own calendar, and BODY is the end of the round.
MARKED = """
(() => {
  const node = document.activeElement, box = node.getBoundingClientRect(), style = (n) => getComputedStyle(n);
  const drawn = (n) => n && (style(n).outlineStyle !== "none" || style(n).boxShadow !== "none");
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  const marked = node.type === "date" || drawn(node) || drawn(node.closest("label"));
  return {name: node.outerHTML.slice(0, 120), ok: node === document.body || Boolean(seen && marked)};
})()
"""


def test_public_pages(window: Opening) -> None:
    eye = Eye(window())
    for name in public_pages(eye.window):
        eye.look(name)
        eye.weigh(name)
    assert not eye.faults, "\n".join(eye.faults)


def public_pages(here: Window) -> Iterator[str]:
    """Show one public page after another."""
    for path in ("/", "/answers/", "/help/", "/log/", "/nowhere/", "/check/", "/case/"):
        here.go(path)
        yield path
    here.page.fill("#code", "1234")
    here.press("main button[type=submit]")
    yield "a wrong code"
    here.go("/answers/")
    here.press(".listing a")
    yield "a public answer"
    yield from filing_pages(here)
    yield from following_pages(here)


def filing_pages(here: Window) -> Iterator[str]:
    petitioner = Petitioner(here)
    here.go("/file/")
    yield "page 1"
    here.press(NEXT)
    yield "page 1 with faults"
    here.page.check("[name=purpose][value=accusation]")
    here.page.check("[name=about][value=yes]")
    yield "page 1, an accusation"
    here.go("/file/")
    petitioner.say_what(LIFT)
    yield "page 2"
    petitioner.say_where(LIFT)
    petitioner.say_who(LIFT)
    yield "page 3"
    code = petitioner.send().code
    yield "sent"
    petitioner.enter(code)


def following_pages(here: Window) -> Iterator[str]:
    for path in ("/case/", "/case/do/supplement/", "/case/do/withdraw/"):
        here.go(path)
        yield path


def test_desk_pages(window: Opening) -> None:
    eye = Eye(window())
    for name in desk_pages(eye.window):
        eye.look(name)
    assert not eye.faults, "\n".join(eye.faults)


def desk_pages(here: Window) -> Iterator[str]:
    here.go("/desk/login/")
    yield "log-in"
    for login, *paths in (
        ("clerk", "/desk/", "/desk/?view=all", "/desk/codes/", "/desk/register/"),
        ("supervisor", "/desk/overdue/"),
        ("custodian", "/desk/custodian/"),
        ("xfj-head", "/desk/?view=done", "/desk/answers/"),
    ):
        Officer(here, login)
        for path in paths:
            here.go(path)
            yield f"{path} as {login}"
    yield from counter_pages(here)
    yield from case_pages(here)


def counter_pages(here: Window) -> Iterator[str]:
    Officer(here, "clerk")
    here.go("/desk/register/")
    here.press("button[data-send]")
    yield "register with faults"
    for name, text in (("title", "路灯坏了"), ("body", LIFT.body), ("requests", "修好路灯")):
        here.page.fill(f"[name={name}]", text)
    here.page.select_option("[name=category]", "construction")
    here.page.select_option("[name=purpose]", "request")
    here.press("button[data-send]")
    assert here.page.locator(".slip__code").count()
    yield "slip"


def case_pages(here: Window, login: str = "officer") -> Iterator[str]:
    """A case with a long history, its forms, the opening of a name, a step that is not open."""
    Officer(here, login)
    here.go("/desk/?view=all")
    here.press(".cases__title a:has-text('顶楼漏水')")
    case = here.page.url.rstrip("/").rpartition("/")[2]
    yield "case"
    for tail in ("step/decide/", "step/hear/", "step/accept/", "identity/"):
        here.go(f"/desk/case/{case}/{tail}")
        yield tail


def test_pages_in_english_fit_too(window: Opening) -> None:
    """A colleague has one of the forms open, which its page says in a long sentence."""
    here, colleague = window(NARROW), window()
    for _ in case_pages(colleague, "officer2"):
        pass
    faults = []
    here.go("/language/?to=en&next=/")
    for name in chain(public_pages(here), case_pages(here)):
        assert here.page.get_attribute("html", "lang") == "en", name
        faults += [f"{name}: {found}" for found in too_wide(here)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", ["/file/", "/desk/register/"])
def test_every_stop_of_the_tab_key_is_seen(window: Opening, path: str) -> None:
    here = window(PHONE)
    if path.startswith("/desk/"):
        Officer(here, "clerk")
    here.go(path)
    stops = []
    for _ in range(30):
        here.page.keyboard.press("Tab")
        stops.append(here.page.evaluate(MARKED))
    assert not [stop["name"] for stop in stops if not stop["ok"]]


def test_the_demo_names_its_accounts(window: Opening) -> None:
    here = window(PHONE)
    here.go("/desk/login/")
    told = here.text()
    for word in ("clerk", "officer", "head", "supervisor", "custodian", PASSWORD):
        assert word in told
